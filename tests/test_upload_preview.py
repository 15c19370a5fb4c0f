"""The dry run shows the cells of a file, each faulty one marked and numbered, in English or Korean."""

import csv
import json
import re
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ginseng_rd.errors import LabFileRejected, Severity
from ginseng_rd.upload import preview_refused

EXAMPLES = Path(__file__).resolve().parent.parent / "data" / "examples"
HEAD = ["sample", "analyte", "value", "unit"]


def sheet_of(rows: int) -> list[list[str]]:
    return [HEAD, *([f"EX-{n}", "Rg1", str(n % 90), "mg/g"] for n in range(rows))]


def write(path: Path, table: list[list[str]]) -> Path:
    if path.suffix == ".csv":
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows(table)
        return path
    book = openpyxl.Workbook()
    book.active.title = "함량"
    for row in table:
        book.active.append(row)
    book.save(path)
    return path


def marked_cells(preview):
    """Return row number, heading or letter of the column, and text of each marked cell."""
    return [
        (row.number, None if mark.position is None else table.columns[mark.position], mark.severity)
        for table in preview.tables
        for row in table.rows
        for mark in row.marks
    ]


@pytest.mark.parametrize("form", [".csv", ".xlsx"])
def test_the_faulty_cell_is_marked_where_excel_has_it(workspace, tmp_path, form):
    table = sheet_of(5)
    table[3][2] = "3,2"
    judged = workspace.check(write(tmp_path / f"c{form}", table))
    assert marked_cells(judged.preview()) == [(4, "C", Severity.STOPS)]


@given(row=st.integers(1, 40), column=st.sampled_from([1, 2, 3]), above=st.integers(0, 3))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_planted_fault_is_marked_wherever_it_stands(workspace, tmp_path, row, column, above):
    table = sheet_of(40)
    table[row][column] = {1: "Rgl", 2: "x", 3: "mg/q"}[column]
    path = write(tmp_path / "c.csv", [["HPLC, March"], [], [""]][:above] + table)
    cells = [cell[:2] for cell in marked_cells(workspace.check(path).preview())]
    assert (above + row + 1, "ABCD"[column]) in cells


def test_a_fault_of_a_heading_is_marked_in_the_heading(workspace, tmp_path):
    path = write(tmp_path / "c.csv", [["시료", "Rg1 (mg/g)", "Rgl (mg/g)"], ["EX-1", "1", "2"], ["EX-2", "3", "4"]])
    assert marked_cells(workspace.check(path).preview()) == [(1, "C", Severity.ASKS)]


def test_headings_in_two_rows_are_found(workspace, tmp_path):
    table = [["시료", "진세노사이드 함량 (mg/g)", ""], ["", "Rg1", "Re"], ["EX-1", "1", "x"], ["EX-2", "3", "4"]]
    preview = workspace.check(write(tmp_path / "c.csv", table)).preview()
    assert [row.is_heading for row in preview.tables[0].rows] == [True, True, False, False]
    assert (3, "C", Severity.STOPS) in marked_cells(preview)


def test_of_a_long_sheet_the_first_rows_and_every_faulty_one_are_kept(workspace, tmp_path):
    table = sheet_of(3000)
    for row in range(100, 2900, 400):
        table[row][2] = "x"
    (shown,) = workspace.check(write(tmp_path / "c.csv", table)).preview().tables
    numbers = [row.number for row in shown.rows]
    assert shown.row_count == 3001
    assert len(numbers) <= 200
    assert set(range(1, 11)) | {row + 1 for row in range(100, 2900, 400)} <= set(numbers)


def test_an_instrument_file_is_shown_as_its_readings(workspace):
    (table,) = workspace.check(EXAMPLES / "elastase_EX_plate.txt").preview().tables
    assert (table.kind, table.row_count, len(table.rows)) == ("assay", 96, 96)
    assert ("plate", "Plate 1") in table.in_common
    assert dict(zip(table.columns, table.rows[0].cells, strict=True))["well"] == "A01"


def test_no_text_of_a_file_becomes_markup(workspace, tmp_path):
    table = sheet_of(2)
    table[1][0], table[1][2] = "<script>alert(1)</script>", "\"'><img src=x onerror=alert(1)>"
    drawn = workspace.check(write(tmp_path / "<b>c.csv", table))._repr_html_()
    assert set(re.findall(r"<([a-z]+)", drawn)) <= {
        "style", "p", "strong", "div", "table", "caption", "thead", "tbody",
        "tr", "th", "td", "sup", "ol", "li", "b", "code", "small", "br",
    }  # fmt: skip
    assert " onerror=alert(1)>" not in drawn


def test_the_preview_is_json_and_loses_nothing_by_it(workspace):
    shown = workspace.check(EXAMPLES / "content_2026-03_spoilt.csv").preview().as_json()
    again = json.loads(json.dumps(shown))
    assert again["tables"][0]["rows"][1]["cells"][2] == "3,42"
    assert [f["number"] for f in again["findings"]] == list(range(1, 11))


def test_the_table_has_a_row_a_row_and_the_numbers_of_its_findings(workspace):
    frame = workspace.check(EXAMPLES / "content_2026-03_spoilt.csv").preview().table()
    row = frame[frame["row"] == 3].iloc[0]
    assert (row["E"], row["findings"]) == ("5.O3", "3")


def test_the_preview_speaks_korean_when_asked(workspace, monkeypatch):
    monkeypatch.setenv("GINSENG_RD_LANGUAGE", "ko")
    judged = workspace.check(EXAMPLES / "content_2026-03_spoilt.csv")
    drawn = judged._repr_html_()
    assert "고칠 곳 8, 확인할 것 1, 참고 1" in drawn
    assert "수정 필요" in drawn
    assert not re.search(
        r"\b(found|expected|stops|row \d)\b", re.sub(r"<style>.*?</style>|class=\"[^\"]*\"", "", drawn, flags=re.S)
    )
    assert repr(judged).startswith("content_2026-03_spoilt.csv: CSV 표, 성분 함량 35건.")


def test_a_file_of_which_nothing_can_be_read_shows_why(workspace, sheet_file):
    with pytest.raises(LabFileRejected) as refused:
        workspace.check(sheet_file("c.csv", "a,b", "1,2"))
    shown = preview_refused(refused.value)
    assert (shown.tables, [f.code for f in shown.findings]) == ((), ["no-kind-fits"])


def test_every_real_file_that_is_read_has_a_preview(workspace, reference_data):
    files = sorted(p for p in (reference_data / "lab_files").rglob("*") if p.is_file() and p.suffix != ".md")
    shown = 0
    for path in files:
        try:
            judged = workspace.check(path)
        except LabFileRejected:
            continue
        preview = judged.preview()
        json.dumps(preview.as_json())
        assert preview.tables, path
        assert sum(table.row_count for table in preview.tables) >= sum(judged.rows.values()) or judged.headings
        assert len(judged._repr_html_()) < 400_000
        shown += 1
    assert shown > 20
