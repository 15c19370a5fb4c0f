"""The terminal has the library's verbs, exits as it should, and never shows a traceback."""

import json
import os
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest

PROGRAM = Path(sys.executable).with_name("ginseng-rd")


@pytest.fixture
def terminal(tmp_path):
    """Run the real program in a folder of its own; returns exit code, output and errors."""

    def run(*words: str, **environment: str):
        clean = {k: v for k, v in os.environ.items() if not k.startswith("GINSENG_RD_")} | {"PYTHONUTF8": "1"}
        done = subprocess.run(
            [PROGRAM, *words], cwd=tmp_path, env=clean | environment, capture_output=True, text=True, encoding="utf-8"
        )
        assert "Traceback" not in done.stderr + done.stdout
        return done.returncode, done.stdout, done.stderr

    return run


@pytest.fixture
def lab(terminal):
    assert terminal("init", "lab")[0] == 0
    return terminal


CONTENT = "시료,성분,함량,단위\nEX-12,Rg1,3.2,mg/g\nEX-12,화합물 K,N.D.,mg/g\n"


def test_a_technician_sets_up_uploads_and_looks(lab, tmp_path):
    (tmp_path / "c.csv").write_bytes(CONTENT.encode("cp949"))
    code, out, _ = lab("upload", "c.csv")
    assert code == 0
    assert "2 content readings" in out
    code, out, _ = lab("readings", "content", "sample=EX-12", "--json")
    assert [(row["compound"], row["value"], row["relation"]) for row in json.loads(out)] == [
        ("Rg1", 3.2, "="),
        ("CK", None, "n.d."),
    ]


def test_a_spoilt_file_exits_1_with_a_line_a_fault_and_the_others_still_go_in(lab, tmp_path):
    (tmp_path / "bad.csv").write_text('sample,analyte,value,unit\nEX-12,Rg1,"3,2",mg/g\nEX-12,Rb1,-1,mg/g\n')
    (tmp_path / "good.csv").write_text(CONTENT, encoding="utf-8")
    code, out, err = lab("upload", "bad.csv", "good.csv")
    assert code == 1
    assert "good.csv: stored" in out
    assert "bad.csv was not uploaded: 2 faults to mend." in err
    assert "row 2, column 'value': found '3,2'" in err


def test_check_stores_nothing(lab, tmp_path):
    (tmp_path / "c.csv").write_text(CONTENT, encoding="utf-8")
    assert lab("check", "c.csv")[0] == 0
    assert lab("readings", "content")[1].strip() == "Nothing is there yet."


def test_a_compound_answers_to_its_korean_name(lab):
    code, out, _ = lab("compounds", "진세노사이드 Rb1")
    assert code == 0
    assert "C54H92O23" in out


def test_an_unknown_name_exits_1_with_the_nearest(lab):
    code, _, err = lab("compounds", "Rb11")
    assert (code, "Did you mean" in err) == (1, True)


def test_a_missing_workspace_is_one_sentence_and_exit_1(terminal):
    code, _, err = terminal("upload", "c.csv", "-w", "nowhere")
    assert code == 1
    assert "There is no workspace in nowhere" in err


def test_a_missing_experiment_file_is_one_sentence_and_exit_1(lab):
    code, _, err = lab("run", "absent.toml")
    assert code == 1
    assert "absent.toml cannot be read: No such file or directory." in err


def test_wrong_usage_exits_2(lab):
    assert lab("upload")[0] == 2
    assert lab("readings", "content", "sample")[0] == 2


def test_an_unknown_setting_is_named(terminal):
    code, _, err = terminal("compounds", GINSENG_RD_WORKSPCE="x")
    assert code == 1
    assert "'GINSENG_RD_WORKSPCE' is not a setting. Did you mean GINSENG_RD_WORKSPACE?" in err


def test_the_demonstration_outside_a_checkout_says_so(terminal):
    code, _, err = terminal("demo")
    assert code == 1
    assert "Run it in a checkout of the project" in err


def test_a_template_is_filled_in_uploaded_and_shown(lab, tmp_path):
    code, out, _ = lab("template", "extract", "--language", "ko")
    assert (code, out) == (
        0,
        "The template is extract.xlsx. Fill in its first sheet; next: ginseng-rd upload extract.xlsx\n",
    )
    book = openpyxl.load_workbook(tmp_path / "extract.xlsx")
    book.worksheets[0].append(["EX-0012", "2026-10-20", "310", "31.2"])
    book.save(tmp_path / "extract.xlsx")
    assert lab("upload", "extract.xlsx")[0] == 0
    (row,) = json.loads(lab("readings", "extract", "--json")[1])
    assert (row["extract"], row["made_on"], row["amount_g"]) == ("EX-0012", "2026-10-20", 310.0)


def test_a_template_of_an_unknown_kind_is_refused_in_a_sentence(terminal):
    assert terminal("template", "lott") == (1, "", "There is no kind of readings 'lott'. Did you mean 'lot'?\n")
