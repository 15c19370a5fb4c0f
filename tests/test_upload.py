"""A file goes in whole with a receipt, or stays out with every fault named."""

import openpyxl
import pytest

from ginseng_rd.errors import GinsengError, LabFileRejected, Severity

CONTENT = ("sample,analyte,value,unit", "EX-12,Rg1,3.2,mg/g", "EX-12,진세노사이드 Rg3,0.15,%")


def test_a_good_sheet_gives_a_receipt_and_its_readings(workspace, sheet_file):
    receipt = workspace.upload(sheet_file("c.csv", *CONTENT))
    assert (receipt.added, dict(receipt.rows)) == (True, {"content": 2})
    assert list(workspace.readings("content")["value"]) == [3.2, 1.5]
    assert list(workspace.readings("content")["compound"]) == ["Rg1", "Rg3"]


def test_the_same_file_again_says_since_when_it_is_there(workspace, sheet_file):
    path = sheet_file("c.csv", *CONTENT)
    workspace.upload(path)
    again = workspace.upload(path)
    assert not again.added
    assert "these bytes are in the store since" in str(again)
    assert len(workspace.readings("content")) == 2


def test_a_refused_file_leaves_no_reading_behind(workspace, sheet_file):
    with pytest.raises(LabFileRejected, match=r"found '3,2', expected a number with a decimal point. Write 3\.2\."):
        workspace.upload(sheet_file("c.csv", *CONTENT, 'EX-14,Rb1,"3,2",mg/g'))
    assert workspace.readings("content").empty
    assert workspace.uploads().empty


def test_a_question_is_answered_by_its_code(workspace, sheet_file):
    path = sheet_file("c.csv", *CONTENT, "EX-14,Rgl,3.2,mg/g")
    with pytest.raises(LabFileRejected, match="answer with accept: unknown-compound"):
        workspace.upload(path)
    workspace.upload(path, accept=["unknown-compound"])
    assert len(workspace.readings("content")) == 3


def test_check_finds_the_same_faults_and_stores_nothing(workspace, sheet_file):
    path = sheet_file("c.csv", *CONTENT, 'EX-14,Rb1,"3,2",mg/g')
    found = workspace.check(path).open_findings(())
    with pytest.raises(LabFileRejected) as refusal:
        workspace.upload(path)
    assert [str(f) for f in found] == [str(f) for f in refusal.value.findings]
    assert workspace.uploads().empty


def test_a_recipe_that_does_not_sum_to_a_hundred_is_refused_by_name(workspace, sheet_file):
    path = sheet_file("r.csv", "formulation,ingredient,share,unit", "F-1,Water,90,%", "F-1,EX-12,9.5,%")
    with pytest.raises(LabFileRejected, match=r"The lines of formulation 'F-1' sum to 99\.5 %"):
        workspace.upload(path)


def test_a_share_that_is_only_a_bound_is_no_recipe(workspace, sheet_file):
    path = sheet_file("r.csv", "formulation,ingredient,share,unit", "F-1,Water,95,%", "F-1,EX-12,< 5,%")
    with pytest.raises(LabFileRejected, match=r"row 3, column 'share': found '< 5', expected a plain number"):
        workspace.upload(path)


def test_a_recipe_is_never_overwritten_by_another_of_its_code(workspace, sheet_file):
    head = "formulation,ingredient,share,unit"
    workspace.upload(sheet_file("r1.csv", head, "F-1,Water,95,%", "F-1,EX-12,5,%"))
    with pytest.raises(LabFileRejected, match="formulation 'F-1', which is in the store already"):
        workspace.upload(sheet_file("r2.csv", head, "F-1,Water,90,%", "F-1,EX-12,10,%"))
    assert len(workspace.readings("recipe")) == 2


def test_an_absent_file_is_one_sentence(workspace, tmp_path):
    with pytest.raises(GinsengError, match=r"absent\.csv cannot be read: No such file or directory\."):
        workspace.upload(tmp_path / "absent.csv")


def test_an_origin_is_one_of_three(workspace, sheet_file):
    with pytest.raises(GinsengError, match="own, published, invented, not 'guessed'"):
        workspace.upload(sheet_file("c.csv", *CONTENT), origin="guessed")


def test_a_reading_on_two_sheets_of_a_workbook_is_asked_about(workspace, tmp_path):
    book = openpyxl.Workbook()
    for sheet, value in ((book.active, 3), (book.create_sheet("결과2"), 3.5)):
        for row in (CONTENT[0].split(","), ["A", "Rg1", value, "mg/g"]):
            sheet.append(row)
    book.save(tmp_path / "two.xlsx")
    (finding,) = workspace.check(tmp_path / "two.xlsx").findings
    assert (finding.severity, finding.code, finding.place.sheet) == (Severity.ASKS, "repeated-on-sheets", "결과2")
