"""A run, its values or its bytes that are there already are known again; a correction keeps what it corrects."""

import pytest

from ginseng_rd.errors import GinsengError, LabFileRejected, UnknownName
from ginseng_rd.upload import Sheet

CONTENT = ("sample,analyte,value,unit", "EX-12,Rg1,3.2,mg/g", "EX-12,Rg3,1.5,mg/g")


def test_the_same_values_in_other_bytes_are_asked_about(workspace, sheet_file):
    workspace.upload(sheet_file("a.csv", *CONTENT))
    again = sheet_file("b.csv", CONTENT[0], *reversed(CONTENT[1:]))
    with pytest.raises(LabFileRejected, match=r"found the very values stored on .* from a\.csv"):
        workspace.upload(again)
    assert workspace.upload(again, accept=["same-values"]).added


def test_the_same_injection_exported_twice_is_refused_by_its_run(workspace, reference_data):
    folder = reference_data / "lab_files" / "shimadzu_lcsolution"
    workspace.upload(folder / "Output-sample 0.txt")
    with pytest.raises(LabFileRejected, match=r"stored on .* from Output-sample 0\.txt") as refusal:
        workspace.upload(folder / "Output-sample 1.txt")
    assert [f.code for f in refusal.value.findings] == ["same-run"]
    assert len(workspace.readings("peak")) == 14


def test_a_correction_replaces_and_keeps_what_was_there_with_the_reason(workspace, sheet_file):
    workspace.upload(sheet_file("a.csv", *CONTENT))
    receipt = workspace.upload(
        sheet_file("b.csv", CONTENT[0], "EX-12,Rg1,3.4,mg/g"), replaces="a.csv", reason="wrong dilution"
    )
    assert "replaces: a.csv" in str(receipt)
    assert list(workspace.readings("content")["value"]) == [3.4]
    ended = workspace.uploads().iloc[0]
    assert (ended["name"], ended["ended_because"]) == ("a.csv", "wrong dilution")


def test_what_a_correction_replaced_is_asked_about_when_it_comes_again(workspace, sheet_file):
    first, second = sheet_file("a.csv", *CONTENT), sheet_file("b.csv", CONTENT[0], "EX-12,Rg1,3.4,mg/g")
    workspace.upload(first)
    workspace.upload(second, replaces="a.csv", reason="wrong dilution")
    with pytest.raises(LabFileRejected, match=r"the file that 'b\.csv' replaced on .*: 'wrong dilution'"):
        workspace.upload(first)
    workspace.upload(first, replaces="b.csv", reason="the dilution was right")
    assert list(workspace.readings("content")["value"]) == [3.2, 1.5]


def test_a_refused_correction_leaves_the_old_one_standing(workspace, sheet_file):
    workspace.upload(sheet_file("a.csv", *CONTENT))
    with pytest.raises(LabFileRejected):
        workspace.upload(sheet_file("b.csv", CONTENT[0], "EX-12,Rg1,x,mg/g"), replaces="a.csv", reason="typing error")
    assert list(workspace.readings("content")["value"]) == [3.2, 1.5]


def test_a_recipe_is_corrected_under_its_own_code(workspace, sheet_file):
    head = "formulation,ingredient,share,unit"
    workspace.upload(sheet_file("r1.csv", head, "F-1,Water,95,%", "F-1,EX-12,5,%"))
    corrected = sheet_file("r2.csv", head, "F-1,Water,96,%", "F-1,EX-12,4,%")
    workspace.upload(corrected, replaces="r1.csv", reason="weighed 4 %")
    assert list(workspace.readings("recipe")["value"]) == [96.0, 4.0]


def test_what_is_withdrawn_is_shown_no_more_and_may_come_back(workspace, sheet_file):
    path = sheet_file("a.csv", *CONTENT)
    workspace.upload(path)
    workspace.withdraw("a.csv", reason="wrong lot")
    assert workspace.readings("content").empty
    assert workspace.upload(path).added
    assert len(workspace.readings("content")) == 2


def test_withdrawing_and_replacing_need_a_reason(workspace, sheet_file):
    workspace.upload(sheet_file("a.csv", *CONTENT))
    with pytest.raises(GinsengError, match="Withdrawing an upload needs a reason"):
        workspace.withdraw("a.csv", reason=" ")
    with pytest.raises(GinsengError, match="Replacing an upload needs a reason"):
        workspace.upload(sheet_file("b.csv", CONTENT[0], "EX-12,Rg1,3.4,mg/g"), replaces="a.csv")


def test_an_upload_that_is_not_there_answers_with_the_nearest(workspace, sheet_file):
    workspace.upload(sheet_file("march.csv", *CONTENT))
    with pytest.raises(UnknownName, match=r"There is no upload 'marhc\.csv'. Did you mean 'march\.csv'"):
        workspace.withdraw("marhc.csv", reason="x")


def test_headings_explained_once_are_remembered_and_said(workspace, sheet_file):
    own = Sheet(
        kind="content", columns={"my root": "sample", "what": "analyte", "how much": "value"}, fixed={"unit": "mg/g"}
    )
    workspace.upload(sheet_file("jan.csv", "my root,what,how much", "WG-1,Rg1,3.1"), sheet=own)
    receipt = workspace.upload(sheet_file("feb.csv", "my root,what,how much", "WG-1,Rg1,3.3"))
    assert list(workspace.readings("content")["value"]) == [3.1, 3.3]
    assert "'how much' is value" in str(receipt)


def test_an_explanation_anew_takes_the_place_of_the_one_remembered(workspace, sheet_file):
    head = "my root,what,how much"
    for name, unit, value in (("jan.csv", "mg/g", "3.1"), ("feb.csv", "µg/g", "3100")):
        own = Sheet("content", {"my root": "sample", "what": "analyte", "how much": "value"}, {"unit": unit})
        workspace.upload(sheet_file(name, head, f"WG-1,Rg1,{value}"), sheet=own, accept=["same-values"])
    workspace.upload(sheet_file("mar.csv", head, "WG-1,Rg1,2900"))
    assert list(workspace.readings("content")["value"]) == pytest.approx([3.1, 3.1, 2.9])


def test_explained_headings_in_another_order_or_with_one_more_are_read_as_then_once_confirmed(workspace, sheet_file):
    own = Sheet("content", {"my root": "sample", "what": "analyte", "how much": "value"}, {"unit": "mg/g"})
    workspace.upload(sheet_file("jan.csv", "my root,what,how much", "WG-1,Rg1,3.1"), sheet=own)
    moved = sheet_file("feb.csv", "what,my root,how much,remark", "Rg1,WG-2,3.3,fine")
    with pytest.raises(LabFileRejected, match="in another order") as refusal:
        workspace.upload(moved)
    assert [f.code for f in refusal.value.findings] == ["headings-changed"]
    workspace.upload(moved, accept=["headings-changed"])
    assert list(workspace.readings("content")["sample"]) == ["WG-1", "WG-2"]
