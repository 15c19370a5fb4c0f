"""A sheet that has grown and comes again does not count its first rows twice."""

import pytest

from ginseng_rd.errors import LabFileRejected

HEAD = "sample,analyte,value,unit"
FIRST = ("A1,Rg1,3.0,mg/g", "A1,Rb1,4.0,mg/g")


def test_a_sheet_that_has_grown_is_asked_about(workspace, sheet_file):
    workspace.upload(sheet_file("march.csv", HEAD, *FIRST))
    grown = sheet_file("april.csv", HEAD, *FIRST, "A2,Rg1,2.5,mg/g")
    with pytest.raises(LabFileRejected, match="2 of 3 rows that are stored already") as refusal:
        workspace.upload(grown)
    assert [f.code for f in refusal.value.findings] == ["stored-in-part"]
    assert workspace.upload(grown, replaces="march.csv", reason="the longer edition").added
    assert len(workspace.readings("content")) == 3


def test_the_same_reading_written_otherwise_is_the_same(workspace, sheet_file):
    workspace.upload(sheet_file("march.csv", HEAD, *FIRST))
    found = workspace.check(sheet_file("april.csv", HEAD, "A1,Rg1,0.300,%", "A2,Rg1,1,mg/g")).findings
    assert [f.code for f in found] == ["stored-in-part"]


def test_another_value_of_the_same_thing_is_another_measurement(workspace, sheet_file):
    workspace.upload(sheet_file("march.csv", HEAD, *FIRST))
    assert workspace.check(sheet_file("april.csv", HEAD, "A1,Rg1,3.1,mg/g", "A2,Rg1,3.0,mg/g")).findings == ()


def test_what_was_withdrawn_may_come_again_in_part(workspace, sheet_file):
    workspace.upload(sheet_file("march.csv", HEAD, *FIRST))
    workspace.withdraw("march.csv", reason="wrong column")
    assert workspace.upload(sheet_file("april.csv", HEAD, FIRST[0], "A2,Rg1,1,mg/g")).added
