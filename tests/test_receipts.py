"""A receipt tells what went in, what was left out, what was accepted and what it replaced, in English or Korean."""

import pytest

HEAD = "sample,analyte,value,unit"


@pytest.fixture
def korean_spoken(monkeypatch):
    monkeypatch.setenv("GINSENG_RD_LANGUAGE", "ko")


def test_one_reading_is_one_and_two_are_two(workspace, sheet_file):
    one = workspace.upload(sheet_file("a.csv", HEAD, "EX-1,Rg1,3.2,mg/g"))
    two = workspace.upload(sheet_file("b.csv", HEAD, "EX-1,Rg1,3.3,mg/g", "EX-1,Re,1,mg/g"))
    assert str(one) == "a.csv: stored as CSV sheet with headings, 1 content reading."
    assert str(two) == "b.csv: stored as CSV sheet with headings, 2 content readings."


def test_what_is_no_measurement_is_counted_as_records(workspace, sheet_file):
    path = sheet_file("l.csv", "lot,species,cultivation,part,harvested_on", "L-1,Panax ginseng,wild,root,2025-09-01")
    receipt = workspace.upload(path)
    assert str(receipt).splitlines()[0] == "l.csv: stored as CSV sheet with headings, 1 lot record."


def test_what_was_left_out_and_what_was_accepted_are_told_apart(workspace, sheet_file):
    path = sheet_file("c.csv", f"{HEAD},note", "EX-1,Rgx,3.2,mg/g,cloudy")
    receipt = workspace.upload(path, accept=["unknown-compound"])
    assert [f.code for f in receipt.left_out] == ["unknown-columns"]
    _, *lines = str(receipt).splitlines()
    assert [line.split(":")[0].strip() for line in lines] == ["left out", "accepted"]
    assert "'note'" in lines[0]


def test_a_receipt_is_korean_with_the_korean_name_of_the_kind(workspace, sheet_file, korean_spoken):
    workspace.upload(sheet_file("a.csv", HEAD, "EX-1,Rg1,3.2,mg/g"))
    second = sheet_file("b.csv", f"{HEAD},note", "EX-1,Rg1,3.4,mg/g,x")
    receipt = workspace.upload(second, origin="published", replaces="a.csv", reason="희석 오류")
    first, replaced, left_out = str(receipt).splitlines()
    assert first == "b.csv: 저장했습니다. CSV 표, 성분 함량 1건 [문헌 자료]."
    assert replaced.startswith("  대체: ")
    assert "의 a.csv. 이전 자료는 사유와 함께 보관합니다." in replaced
    assert left_out == "  제외: 1행: 이 종류에 없는 열입니다: 'note'. 글자로만 함께 보관합니다."
    assert "더한 것은 없습니다." in str(workspace.upload(second))


def test_what_became_of_many_files_is_told_in_korean(workspace, sheet_file, korean_spoken):
    good = sheet_file("a.csv", HEAD, "EX-1,Rg1,3.2,mg/g")
    bad = sheet_file("b.csv", HEAD, "EX-1,Rg1,x,mg/g")
    found = workspace.upload_many([good, bad])
    assert found.summary() == "저장 1, 이미 있음 0, 거부 1."
    assert found.table()[["파일", "결과", "자료 수"]].values.tolist() == [["a.csv", "저장", 1], ["b.csv", "거부", 0]]


def test_no_text_of_a_file_becomes_markup_in_a_receipt(workspace, sheet_file):
    path = sheet_file("<b>.csv", f"{HEAD},<script>", "EX-1,Rg1,3.2,mg/g,x")
    assert "<script>" not in workspace.upload(path)._repr_html_()
    assert "<script>" not in workspace.upload_many([path])._repr_html_()
