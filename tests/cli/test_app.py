"""The terminal has the library's verbs, exits as it should, and never shows a traceback."""

import json
import os
import re
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


def test_check_shows_the_faulty_rows_and_numbers_what_is_wrong(lab, tmp_path):
    (tmp_path / "bad.csv").write_text('sample,analyte,value,unit\nEX-12,Rg1,"3,2",mg/g\nEX-12,Rb1,1,mg/g\n')
    code, out, _ = lab("check", "bad.csv")
    assert code == 1
    assert re.search(r"2 +EX-12 +3,2 \(1\)", out)
    assert "Rb1" not in out
    assert "  (1) stops: row 2, column 'value': found '3,2', expected a number with a decimal point. Write 3.2." in out
    assert out.endswith("bad.csv: 1 to mend.\n")


def test_check_gives_a_script_the_cells_and_the_findings(lab, tmp_path):
    (tmp_path / "bad.csv").write_text('sample,analyte,value,unit\nEX-12,Rg1,"3,2",mg/g\n')
    (tmp_path / "none.csv").write_text("a,b\n1,2\n")
    code, out, _ = lab("check", "bad.csv", "none.csv", "--json")
    first, second = json.loads(out)
    assert code == 1
    assert first["tables"][0]["rows"][1]["marks"] == [{"position": 2, "severity": "stops", "findings": [1]}]
    assert [finding["code"] for finding in second["findings"]] == ["no-kind-fits"]


def test_the_terminal_speaks_korean_of_files_when_asked(lab, tmp_path):
    (tmp_path / "bad.csv").write_text('sample,analyte,value,unit\nEX-12,Rg1,"3,2",mg/g\n')
    (tmp_path / "c.csv").write_text(CONTENT, encoding="utf-8")
    korean = "2행, 'value' 열: 숫자가 아닙니다: '3,2'. 3.2(으)로 적으십시오."
    assert f"(1) 수정 필요: {korean}" in lab("check", "bad.csv", "--language", "ko")[1]
    assert lab("upload", "bad.csv", GINSENG_RD_LANGUAGE="ko")[2].endswith(
        f"bad.csv: 올리지 않았습니다. 고칠 곳 1.\n  {korean}\n"
    )
    assert lab("upload", "c.csv", "--language", "ko")[1] == "c.csv: 저장했습니다. CSV 표, 성분 함량 2건.\n"
    assert lab("withdraw", "d.csv", "--reason", "x", "--language", "ko")[2] == (
        "'d.csv': 그런 이름으로 올린 파일이 없습니다. 'c.csv' 입니까?\n"
    )


def test_the_language_of_the_option_goes_before_that_of_the_setting(lab, tmp_path):
    (tmp_path / "c.csv").write_text(CONTENT, encoding="utf-8")
    assert "2 content readings" in lab("upload", "c.csv", "--language", "en", GINSENG_RD_LANGUAGE="ko")[1]


def test_a_language_that_is_not_spoken_is_told(lab):
    code, _, err = lab("uploads", GINSENG_RD_LANGUAGE="fr")
    assert (code, err) == (1, "GINSENG_RD_LANGUAGE is 'fr', but one of en, ko belongs there.\n")
    assert lab("check", "c.csv", "--language", "fr")[0] == 2


@pytest.mark.parametrize("code_page", ["cp949", "ascii", "cp1252"])
def test_no_console_is_too_small_for_what_is_said(lab, tmp_path, code_page):
    (tmp_path / "c.csv").write_text("sample,analyte,value,unit\n삼,Rg1,x,µ㎎–\n", encoding="utf-8")
    done = subprocess.run(
        [PROGRAM, "check", "c.csv", "--language", "ko"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONUTF8": "0", "PYTHONIOENCODING": code_page},
        capture_output=True,
    )
    said = done.stdout.decode("cp949" if code_page == "cp949" else "utf-8")
    assert "숫자가 아닙니다: 'x'" in said
    assert done.stderr == b""


def test_what_a_file_holds_cannot_steer_the_terminal(lab, tmp_path):
    (tmp_path / "c.csv").write_text("sample,analyte,value,unit\nEX\x1b[2J,Rg1,\x1b]0;owned\x07,mg/g\n")
    _, out, err = lab("check", "c.csv")
    assert "\x1b" not in out + err
    assert "owned" in out


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


RECIPE = "formulation,phase,ingredient,value,unit\nF-1,A,Water,q.s.,%\nF-1,A,Glycerin,5.00,%\nF-1,B,EX-11,3.00,%\n"


def test_a_recipe_grows_from_the_terminal(lab, tmp_path):
    (tmp_path / "f.csv").write_text(RECIPE)
    assert lab("upload", "f.csv")[0] == 0
    assert lab("draft", "F-1", "--note", "less sticky", "--share", "Glycerin=3.50")[0] == 0
    assert lab("lock", "F-1 v2", "--reason", "for the trial")[0] == 0
    code, out, _ = lab("weigh", "F-1 v2", "200", "--to", "w.xlsx", "--language", "ko")
    assert (code, out.strip()) == (0, "칭량표를 저장했습니다: w.xlsx")
    cells = [row[4].value for row in openpyxl.load_workbook(tmp_path / "w.xlsx").active.iter_rows(min_row=4, max_row=7)]
    assert cells == [187, 7, 6, 200]


def test_a_locked_version_says_so_in_one_sentence(lab, tmp_path):
    (tmp_path / "f.csv").write_text(RECIPE)
    lab("upload", "f.csv")
    lab("lock", "F-1", "--reason", "x")
    code, _, err = lab("withdraw", "f.csv", "--reason", "y")
    assert code == 1
    assert "is locked, and a locked version never changes" in err


def test_compounds_are_searched_and_converted_from_the_terminal(lab):
    code, out, _ = lab("compounds", "--mass", "945.5429", "--adduct", "[M-H]-", "--json")
    assert code == 0
    assert {"Rd", "Re"} <= {row["code"] for row in json.loads(out)}
    code, out, _ = lab("route", "Rb1", "화합물 K")
    assert code == 0
    assert "Rb1 > Rd > F2 > CK" in out
    code, _, err = lab("route", "Rb1", "Rg33")
    assert code == 1
    assert "There is no compound 'Rg33'" in err


def test_a_balance_says_what_is_missing(lab):
    code, _, err = lab("balance", "EX-404")
    assert (code, err.strip()) == (1, "There is no extract 'EX-404'.")


@pytest.mark.parametrize(
    "command", [("weigh", "F-1", "100", "--to"), ("compounds", "--save"), ("template", "lot", "--to")]
)
def test_a_place_that_cannot_be_written_is_told_in_one_sentence(lab, tmp_path, command):
    (tmp_path / "f.csv").write_text(RECIPE)
    lab("upload", "f.csv")
    ending = "sdf" if command[0] == "compounds" else "xlsx"
    code, _, err = lab(*command, f"f.csv/out.{ending}")
    assert code == 1
    assert "cannot be written to f.csv" in err
