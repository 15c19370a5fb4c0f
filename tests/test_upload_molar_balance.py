"""A process converts the moles that went into it: what it cannot have made is asked about at upload."""

import pytest

from ginseng_rd.errors import LabFileRejected

LOTS = (
    "lot,species,cultivation,plot,part,harvested_on,fresh mass (g)",
    "L-1,Panax ginseng,wild-simulated,A,root,2025-10-01,5000",
)
EXTRACTS = ("extract,made_on,amount (g)", "EX-1,2025-11-01,300")
DRAWN = ("extract,input,amount (g)", "EX-1,L-1,1000")
CONTENT = "sample,analyte,value,unit,sd,n"


@pytest.fixture
def fermented(workspace, sheet_file):
    """A lot with contents measured, and an extract of 300 g made from 1000 g of it."""
    for name, rows in (("lots.csv", LOTS), ("extracts.csv", EXTRACTS), ("drawn.csv", DRAWN)):
        workspace.upload(sheet_file(name, *rows), accept=["yield-agrees"])
    before = ("L-1,Rb1,9,mg/g,0.2,3", "L-1,Rd,2,mg/g,0.1,3", "L-1,Rg1,5,mg/g,0.1,3")
    workspace.upload(sheet_file("before.csv", CONTENT, *before))
    return workspace


def test_contents_that_the_process_can_have_made_go_in(fermented, sheet_file):
    # 8.1 µmol of Rb1 and 2.1 of Rd in a gram of root give up to 10.2 of compound K, 21 mg in 0.3 g of extract.
    after = ("EX-1,CK,20,mg/g,0.5,3", "EX-1,Rg1,14,mg/g,0.3,3")
    assert fermented.upload(sheet_file("after.csv", CONTENT, *after)).added


def test_more_moles_than_there_were_are_asked_about_with_what_they_come_from(fermented, sheet_file):
    after = ("EX-1,CK,30,mg/g,0.5,3", "EX-1,Rg1,14,mg/g,0.3,3")
    with pytest.raises(LabFileRejected, match=r"for 'EX-1' found|found for 'EX-1'") as refusal:
        fermented.upload(sheet_file("after.csv", CONTENT, *after))
    (finding,) = refusal.value.findings
    assert (finding.code, finding.place.row) == ("family-moles-created", 2)
    assert "what CK, Rb1, Rd held before" in finding.expected or "Rb1, Rd held before" in finding.expected
    assert fermented.upload(sheet_file("after.csv", CONTENT, *after), accept=[finding.code]).added


def test_glucose_that_was_lost_does_not_come_back(fermented, sheet_file):
    # Rd cannot become Rb1: of both together there were enough moles, but not of Rb1.
    after = ("EX-1,Rb1,35,mg/g,0.3,3",)
    with pytest.raises(LabFileRejected) as refusal:
        fermented.upload(sheet_file("after.csv", CONTENT, *after))
    assert {f.code for f in refusal.value.findings} == {"more-than-precursors"}


def test_an_extract_of_something_not_measured_is_not_judged(workspace, sheet_file):
    for name, rows in (("lots.csv", LOTS), ("extracts.csv", EXTRACTS), ("drawn.csv", DRAWN)):
        workspace.upload(sheet_file(name, *rows), accept=["yield-agrees"])
    assert workspace.upload(sheet_file("after.csv", CONTENT, "EX-1,CK,300,mg/g,0.5,3")).added
