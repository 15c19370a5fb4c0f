"""What comes in is held against what the company has: its lots, extracts, batches and visits."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ginseng_rd.errors import LabFileRejected
from ginseng_rd.workspace import open_workspace

LOT = ("lot,species,cultivation,part,harvested_on,fresh mass (g)", "L-1,Panax ginseng,wild,root,2026-10-12,1500")
EXTRACT = ("extract,made_on,amount (g)", "EX-1,2026-10-20,310", "EX-2,2026-10-21,310")
INPUT = "extract,input,amount (g)"


@pytest.fixture
def stocked(workspace, sheet_file):
    """A workspace with a lot of 1500 g and two extracts, one of which drew 1000 g."""
    workspace.upload(sheet_file("lots.csv", *LOT))
    workspace.upload(sheet_file("extracts.csv", *EXTRACT))
    workspace.upload(sheet_file("inputs.csv", INPUT, "EX-1,L-1,1000"))
    return workspace


def codes(refusal):
    return [finding.code for finding in refusal.value.findings]


def test_a_draw_beyond_what_is_left_is_refused_and_the_rest_goes_in(stocked, sheet_file):
    with pytest.raises(LabFileRejected, match="'1501 g' drawn of 'L-1' in all, expected no more than the 1500 g"):
        stocked.upload(sheet_file("more.csv", INPUT, "EX-2,L-1,501"))
    stocked.upload(sheet_file("rest.csv", INPUT, "EX-2,L-1,500"))
    assert list(stocked.readings("extract_input")["amount_g"]) == [1000, 500]


def test_what_a_file_replaces_draws_nothing_any_more(stocked, sheet_file):
    path = sheet_file("mended.csv", INPUT, "EX-1,L-1,1400")
    with pytest.raises(LabFileRejected) as refusal:
        stocked.upload(path)
    assert codes(refusal) == ["drawn-too-much", "already-stored"]
    stocked.upload(path, replaces="inputs.csv", reason="weighed again")
    assert list(stocked.readings("extract_input")["amount_g"]) == [1400]


def test_what_was_withdrawn_draws_nothing_any_more(stocked, sheet_file):
    stocked.withdraw("inputs.csv", reason="never made")
    stocked.upload(sheet_file("all.csv", INPUT, "EX-2,L-1,1500"))
    assert list(stocked.readings("extract_input")["amount_g"]) == [1500]


def test_a_circle_by_way_of_the_store_is_refused(stocked, sheet_file):
    stocked.upload(sheet_file("one.csv", INPUT, "EX-2,EX-1,100"))
    with pytest.raises(LabFileRejected, match="expected no extract that leads back to itself"):
        stocked.upload(sheet_file("two.csv", INPUT, "EX-1,EX-2,100"), accept=["made-before-its-inputs"])


def test_an_extract_older_than_its_stored_lot_is_refused(stocked, sheet_file):
    stocked.upload(sheet_file("early.csv", EXTRACT[0], "EX-0,2026-10-01,10"))
    with pytest.raises(LabFileRejected, match="'EX-0' of '2026-10-01', made from 'L-1' of '2026-10-12'"):
        stocked.upload(sheet_file("draw.csv", INPUT, "EX-0,L-1,10"))


def test_an_input_nobody_knows_goes_in_once_somebody_says_it_is_right(stocked, sheet_file):
    path = sheet_file("bought.csv", INPUT, "EX-2,enzyme,1")
    with pytest.raises(LabFileRejected, match="answer with accept: unknown-input"):
        stocked.upload(path)
    assert stocked.upload(path, accept=["unknown-input"]).added


def test_a_lot_is_stored_once(stocked, sheet_file):
    with pytest.raises(LabFileRejected, match="'L-1', in the store already") as refusal:
        stocked.upload(sheet_file("again.csv", LOT[0], "L-1,Panax ginseng,wild,root,2026-10-12,900"))
    assert codes(refusal) == ["already-stored"]


def test_the_sheets_of_one_book_know_each_other(workspace, tmp_path):
    from openpyxl import Workbook

    book = Workbook()
    sheets = {"lots": LOT, "extracts": EXTRACT, "inputs": (INPUT, "EX-1,L-1,1501")}
    for name, lines in sheets.items():
        sheet = book.create_sheet(name)
        for line in lines:
            sheet.append(line.split(","))
    del book["Sheet"]
    book.save(tmp_path / "all.xlsx")
    with pytest.raises(LabFileRejected) as refusal:
        workspace.upload(tmp_path / "all.xlsx")
    assert [(f.code, f.place.sheet, f.place.row) for f in refusal.value.findings] == [("drawn-too-much", "inputs", 2)]


def test_a_later_visit_needs_the_baseline_that_is_stored(workspace, sheet_file):
    head = "trial,subject,arm,visit_week,endpoint,value,unit"
    later = sheet_file("week4.csv", head, "T-1,01,A,4,TEWL,9,g/m2/h")
    with pytest.raises(LabFileRejected, match="answer with accept: baseline-missing"):
        workspace.upload(later)
    workspace.upload(sheet_file("week0.csv", head, "T-1,01,A,0,TEWL,9,g/m2/h"))
    assert workspace.upload(later).added


@settings(deadline=None, max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(draws=st.lists(st.integers(1, 900), min_size=1, max_size=5))
def test_no_order_of_uploads_draws_more_than_there_was(tmp_path_factory, sheet_file, draws):
    with open_workspace(tmp_path_factory.mktemp("w") / "lab", create=True, company="Test company") as ws:
        ws.upload(sheet_file("lots.csv", *LOT))
        ws.upload(sheet_file("ex.csv", EXTRACT[0], *(f"EX-{i},2026-10-20,10" for i in range(len(draws)))))
        left = 1500
        for i, grams in enumerate(draws):
            path = sheet_file(f"draw{i}.csv", INPUT, f"EX-{i},L-1,{grams}")
            if grams <= left:
                ws.upload(path)
                left -= grams
            else:
                with pytest.raises(LabFileRejected, match="drawn of 'L-1' in all"):
                    ws.upload(path)
        assert ws.readings("extract_input")["amount_g"].sum() == 1500 - left
