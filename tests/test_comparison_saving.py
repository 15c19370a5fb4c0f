"""A comparison becomes one page, one workbook, one PDF, JSON for a script."""

import json
import shutil
import subprocess
import sys

import pytest

from ginseng_rd.comparison.blocks import digits, share_text
from ginseng_rd.errors import GinsengError


@pytest.fixture
def found(workspace, sheet_file):
    workspace.upload(
        sheet_file(
            "r.csv",
            "formulation,ingredient,value,unit",
            *("F-1,Water,90.00,%", "F-1,=1+1,2.00,%", "F-1,Glycerin <b>,8.00,%"),
            *("F-2,Water,88.00,%", "F-2,=1+1,3.00,%", "F-2,Glycerin <b>,9.00,%"),
        )
    )
    rows = ("formulation,endpoint,value,unit,sd,n", "F-1,viscosity,4000,mPa·s,100,3", "F-2,viscosity,4900,mPa·s,110,3")
    workspace.upload(sheet_file("p.csv", *rows))
    return workspace.compare("F-1", "F-2")


def test_the_page_is_one_file_that_loads_nothing_and_escapes_what_was_typed(found, tmp_path):
    import re

    page = found.save(tmp_path / "c.html").read_text(encoding="utf-8")
    assert not re.search(r"<(script|link|img)[^>]+(src|href)=", page)
    assert "Glycerin &lt;b&gt;" in page
    assert page.count('class="figure"') == len(found.figures())


def test_the_workbook_has_a_sheet_a_block_with_numbers_as_numbers(found, tmp_path):
    from openpyxl import load_workbook

    book = load_workbook(found.save(tmp_path / "c.xlsx"))
    sheet = book["Recipe, % w w"]
    cells = {row[0].value: row[1:] for row in sheet.iter_rows(min_row=2, max_row=4)}
    assert [cell.value for cell in cells["Water"]] == [90.0, 88.0]
    assert cells["Water"][1].number_format == '0.00" ▼"'
    assert {"Measured properties", "Differences", "Numbers"} <= set(book.sheetnames)


def test_what_begins_like_a_formula_is_never_calculated(found, tmp_path):
    from openpyxl import load_workbook

    book = load_workbook(found.save(tmp_path / "c.xlsx"))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert "=1+1" in [cell.value for cell in cells]
    assert [cell.coordinate for cell in cells if cell.data_type == "f"] == []
    assert all(cell.quotePrefix for cell in cells if str(cell.value).startswith("="))


def test_a_pdf_is_printed_where_a_browser_is(found, tmp_path):
    if not (shutil.which("chromium") or shutil.which("google-chrome")):
        pytest.skip("left out: no Chromium is installed")
    assert found.save(tmp_path / "c.pdf").read_bytes().startswith(b"%PDF")


def test_without_a_browser_the_pdf_is_refused_with_what_is_missing(found, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(GinsengError, match="printed by Chromium, Chrome or Edge, and none of them is installed"):
        found.save(tmp_path / "c.pdf")


def test_another_ending_is_refused_with_those_there_are(found, tmp_path):
    with pytest.raises(GinsengError, match=r"saved as .html, .xlsx or .pdf, but 'c.docx'"):
        found.save(tmp_path / "c.docx")


def test_three_ingredients_that_differ_are_drawn_in_a_triangle(found):
    assert found.figures()["recipes"].data[0].type == "scatterternary"
    assert found.figures()["difference: viscosity"].data[0].x == (900.0,)


def test_the_terminal_compares_saves_and_speaks_json(found, workspace, tmp_path):
    def run(*words):
        command = [
            sys.executable,
            "-m",
            "ginseng_rd.cli.app",
            "compare",
            "F-1",
            "F-2",
            "-w",
            str(workspace.folder),
            *words,
        ]
        code = "import sys; from ginseng_rd.cli.app import main; sys.argv = sys.argv[1:]; main()"
        return subprocess.run(
            [sys.executable, "-c", code, *command[2:]], capture_output=True, text=True, check=True
        ).stdout

    assert "is 900 mPa·s higher than F-1" in run()
    told = json.loads(run("--json"))
    assert told["differences"][0]["real"] is True
    assert told["blocks"]["recipe"]["Water"][1]["mark"] == "▼"
    run("--save", str(tmp_path / "x.html"))
    assert (tmp_path / "x.html").is_file()


@pytest.mark.parametrize(
    ("number", "shown"), [(12500, "12500"), (0.012346, "0.01235"), (-8.514e-05, "\u22128.514 × 10⁻⁵"), (0, "0")]
)
def test_numbers_are_written_as_people_write_them(number, shown):
    assert digits(number) == shown


@pytest.mark.parametrize(("share", "shown"), [("90.00", "90.00"), ("0.050003", "0.05"), ("0.00005", "0.00005")])
def test_a_small_share_does_not_vanish(share, shown):
    from decimal import Decimal

    assert share_text(Decimal(share)) == shown


def test_more_recipes_than_lines_can_show_are_drawn_as_a_map(workspace, sheet_file):
    rows = [f"F-{n},{name},{share},%" for n in range(13) for name, share in (("Water", 90 - n), ("Oil", 10 + n))]
    workspace.upload(sheet_file("r.csv", "formulation,ingredient,value,unit", *rows))
    found = workspace.compare(*(f"F-{n}" for n in range(13)))
    assert found.figures()["recipes"].data[0].type == "heatmap"
    assert found.title == "12 others against F-0"
