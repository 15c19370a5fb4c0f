"""A recipe grows by versions: drafted, weighed out, locked, and never changed after that."""

import openpyxl
import pytest

from ginseng_rd.errors import GinsengError, LabFileRejected, RecordRefused, Severity, UnknownName
from ginseng_rd.formulations import read_version

HEAD = "formulation,phase,ingredient,lot,value,unit"
LINES = ("F-1,A,Water,,q.s.,%", "F-1,A,Glycerin,,5.00,%", "F-1,B,EX-11,L-1,2.00,%", "F-1,B,EX-11,L-2,1.00,%")


@pytest.fixture
def cream(workspace, sheet_file):
    """A workspace with one recipe of four lines, of which water fills up."""
    workspace.upload(sheet_file("f1.csv", HEAD, *LINES))
    return workspace


def shares(ws, name):
    return {str(line): str(line.share_percent) for line in read_version(ws._store, name).lines}


@pytest.mark.parametrize("mark", ["q.s.", "QS", "적량", "to 100", "잔량"])
def test_the_line_that_fills_up_is_worked_out_exactly(workspace, sheet_file, mark):
    workspace.upload(sheet_file("f.csv", HEAD, f"F-1,A,Water,,{mark},%", "F-1,A,Glycerin,,0.10,%", "F-1,A,Gum,,0.20,%"))
    assert shares(workspace, "F-1")["Water (phase A)"] == "99.70"


def test_two_lines_that_fill_up_are_refused(workspace, sheet_file):
    with pytest.raises(LabFileRejected, match="one line at most fills up"):
        workspace.upload(sheet_file("f.csv", HEAD, "F-1,A,Water,,q.s.,%", "F-1,B,Oil,,q.s.,%"))


def test_the_sums_of_sound_recipes_are_told_beside_a_cell_at_fault_in_another(workspace, sheet_file):
    rows = ("F-2,A,Water,,99,%", "F-3,A,Water,,q.s.,%", "F-3,A,Oil,,q.s.,%", "F-4,A,Water,,abc,%", "F-4,A,Oil,,1,%")
    found = workspace.check(sheet_file("f.csv", HEAD, *rows)).findings
    assert sorted((f.code, f.place.row) for f in found if f.severity is Severity.STOPS) == [
        ("not-a-number", 5),
        ("recipe-sum", 2),
        ("recipe-sum", 3),
    ]


def test_filling_up_is_for_recipes_alone(workspace, sheet_file):
    with pytest.raises(LabFileRejected, match="expected a number"):
        workspace.upload(sheet_file("c.csv", "sample,analyte,value,unit", "EX-1,Rg1,q.s.,mg/g"))


def test_a_draft_is_a_copy_with_what_was_changed(cream):
    cream.draft("F-1", note="less sticky", shares={"Glycerin": "3.5", "Betaine": "1"})
    assert shares(cream, "F-1 v2") == {
        "Water (phase A)": "92.50",
        "Glycerin (phase A)": "3.5",
        "EX-11 (phase B, lot L-1)": "2.00",
        "EX-11 (phase B, lot L-2)": "1.00",
        "Betaine": "1",
    }
    assert shares(cream, "F-1 v1")["Glycerin (phase A)"] == "5.00"
    (version,) = cream.readings("version").to_dict("records")
    assert (version["from_version"], version["note"], version["status"]) == (1, "less sticky", "draft")


def test_an_ingredient_or_one_lot_of_it_is_put_in_the_place_of_another(cream):
    cream.draft("F-1", note="a new harvest", substitute={"EX-11 (L-2)": "EX-11 (L-3)", "Glycerin": "Propanediol"})
    assert set(shares(cream, "F-1")) == {
        "Water (phase A)", "Propanediol (phase A)", "EX-11 (phase B, lot L-1)", "EX-11 (phase B, lot L-3)",
    }  # fmt: skip


def test_a_draft_counts_on_from_the_newest_version(cream):
    cream.draft("F-1", note="one", shares={"Glycerin": "4"})
    cream.draft("F-1 v1", note="two", shares={"Glycerin": "3"})
    assert shares(cream, "F-1")["Glycerin (phase A)"] == "3"
    assert read_version(cream._store, "F-1").version == 3


@pytest.mark.parametrize(
    ("wish", "error", "told"),
    [
        ({"shares": {"Glycerin": "99"}}, RecordRefused, "before it is filled up"),
        ({"shares": {"Water": "50"}}, RecordRefused, "'Water' fills up"),
        ({"shares": {"EX-11": "5"}}, RecordRefused, "stands in 2 lines"),
        ({"shares": {"Glycerin": "viel"}}, GinsengError, "'viel' is not a number"),
        ({"substitute": {"Glycerine": "X"}}, UnknownName, "Did you mean 'Glycerin'"),
    ],
)
def test_a_draft_that_cannot_be_is_refused_and_stores_nothing(cream, wish, error, told):
    with pytest.raises(error, match=told):
        cream.draft("F-1", note="x", **wish)
    assert len(cream.uploads()) == 1


def test_a_locked_version_is_neither_replaced_nor_withdrawn(cream, sheet_file):
    cream.lock("F-1 v1", reason="chosen for the trial")
    with pytest.raises(GinsengError, match=r"version 1 of formulation 'F-1' in it is locked"):
        cream.withdraw("f1.csv", reason="x")
    with pytest.raises(GinsengError, match="cannot be replaced"):
        cream.upload(sheet_file("f2.csv", HEAD, *LINES[::-1]), replaces="f1.csv", reason="x")
    with pytest.raises(GinsengError, match="cannot be withdrawn"):
        cream.withdraw("F-1 v1 locked.xlsx", reason="x")
    cream.draft("F-1", note="the next one", shares={"Glycerin": "4"})
    cream.withdraw("F-1 v2.xlsx", reason="a slip")


def test_names_that_nothing_answers_to_get_the_nearest(cream):
    with pytest.raises(UnknownName, match="There is no version 'F-1 v7'"):
        cream.weigh("F-1 v7", "100")
    with pytest.raises(UnknownName, match="Did you mean 'F-1'"):
        cream.weigh("F-I", "100")


def test_a_weighing_sheet_adds_up_and_is_never_overwritten(cream, tmp_path):
    sheet = cream.weigh("F-1", "500")
    path = sheet.save(tmp_path / "weigh.xlsx")
    rows = [[cell.value for cell in row] for row in openpyxl.load_workbook(path).active.iter_rows(min_row=4, max_row=8)]
    assert [row[4] for row in rows] == [460, 25, 10, 5, 500]
    with pytest.raises(GinsengError, match="There is a file"):
        sheet.save(path)


def test_what_looks_like_a_formula_is_written_as_text(workspace, sheet_file, tmp_path):
    workspace.upload(sheet_file("f.csv", HEAD, "F-1,A,=1+1,,50,%", "F-1,A,@SUM(A1),,50,%"))
    path = workspace.weigh("F-1", "100").save(tmp_path / "weigh.xlsx")
    cells = [cell for row in openpyxl.load_workbook(path).active.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
