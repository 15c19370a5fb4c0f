"""Headings in one row or two, with groups, units, replicates, means and deviations."""

import io

import openpyxl
import pytest

from ginseng_rd.errors import LabFileRejected, Severity
from ginseng_rd.labfiles.headings import read_heading, split_unit, stack_headings

GROUPED = "시료,진세노사이드 함량 (mg/g),,,비고\n,Rg1,Re,Rb1,\nEX-11,1.2,3.4,5.6,ok\nEX-12,1.0,3,<LOQ,\n"


def _values(readings, *columns):
    return list(zip(*(readings.columns[name] for name in columns), readings.columns["value"], strict=True))


def test_a_group_heading_gives_its_unit_to_the_compounds_below(judged):
    readings, findings = judged(GROUPED)
    assert _values(readings, "sample", "compound", "unit")[:3] == [
        ("EX-11", "Rg1", "mg/g", 1.2),
        ("EX-11", "Re", "mg/g", 3.4),
        ("EX-11", "Rb1", "mg/g", 5.6),
    ]
    assert str(readings.places[5]) == "row 4, column '진세노사이드 함량 (mg/g) / Rb1'"
    assert [f.code for f in findings] == ["unknown-columns"]


def test_merged_cells_of_a_workbook_read_like_the_same_sheet_as_csv(judged):
    book = openpyxl.Workbook()
    for row in (["시료", "진세노사이드 함량 (mg/g)", None], [None, "Rg1", "Re"], ["EX-11", 1.2, 3.4]):
        book.active.append(row)
    for area in ("A1:A2", "B1:C1"):
        book.active.merge_cells(area)
    buffer = io.BytesIO()
    book.save(buffer)
    readings, _ = judged(buffer.getvalue())
    assert _values(readings, "sample", "compound", "unit") == [
        ("EX-11", "Rg1", "mg/g", 1.2),
        ("EX-11", "Re", "mg/g", 3.4),
    ]


@pytest.mark.parametrize("units", [",mg/g,%", ",(mg/g),[%]", "시료,mg/g,%"])
def test_units_may_stand_in_a_row_below_the_compounds(judged, units):
    readings, findings = judged(f"시료,Rg1,Re\n{units}\nEX-11,1.2,3.4\n")
    assert (_values(readings, "compound", "unit"), findings) == ([("Rg1", "mg/g", 1.2), ("Re", "mg/g", 34.0)], [])


def test_a_title_above_two_rows_of_headings_is_passed_over(judged):
    readings, findings = judged(f"산양삼 분석 결과,,,,\n{GROUPED}")
    assert (len(readings), {f.code for f in findings}) == (6, {"rows-above", "unknown-columns"})


@pytest.mark.parametrize("counts", ["1회,2회,3회", "rep1,rep2,rep3", "측정1,측정2,측정3", "1,2,3", "#1,#2,#3"])
def test_replicates_below_a_compound_become_rows_with_their_number(judged, counts):
    readings, findings = judged(f"시료,Rg1 (mg/g),,\n,{counts}\nEX-11,1.1,1.2,1.3\n")
    assert (_values(readings, "compound", "replicate"), findings) == (
        [("Rg1", 1, 1.1), ("Rg1", 2, 1.2), ("Rg1", 3, 1.3)],
        [],
    )


@pytest.mark.parametrize(
    "counts", ["1회,2회,3회", "rep 1,rep 2,rep 3", "반복1,반복2,반복3", "흡광도 1,흡광도 2,흡광도 3"]
)
def test_replicates_across_a_long_sheet_become_rows_with_their_number(judged, counts):
    sheet = f"시험,시료,농도 (μg/mL),측정항목,단위,{counts}\nDPPH,EX-1,100,absorbance,OD,0.5,0.6,0.55\n"
    readings, findings = judged(sheet)
    assert _values(readings, "dose", "dose_unit", "replicate") == [
        (100.0, "µg/mL", 1, 0.5),
        (100.0, "µg/mL", 2, 0.6),
        (100.0, "µg/mL", 3, 0.55),
    ]
    assert findings == []


def test_a_replicate_left_out_of_the_headings_stops_the_sheet(judged):
    _, findings = judged("시료,성분,단위,1회,3회\nEX-11,Rg1,mg/g,1.1,1.2\n")
    assert [(f.severity, f.code, f.found) for f in findings] == [
        (Severity.STOPS, "replicates-not-counted", "replicates 1, 3")
    ]


def test_a_mean_beside_its_replicates_is_no_reading_and_kept_as_text(judged):
    readings, findings = judged("시료,Rg1 1회 (mg/g),Rg1 2회 (mg/g),Rg1 평균 (mg/g)\nEX-11,1.1,1.2,1.15\n")
    assert readings.columns["value"] == [1.1, 1.2]
    assert readings.extra[0] == {"Rg1 평균 (mg/g)": "1.15"}
    assert [f.code for f in findings] == ["unknown-columns"]


def test_a_mean_and_its_deviation_below_a_compound_are_one_reading(judged):
    readings, findings = judged("시료,Rg1 (%),,Re (mg/g),\n,평균,표준편차,mean,SD\nEX-11,0.11,0.02,1.3,0.4\n")
    assert _values(readings, "compound", "sd") == [("Rg1", 0.2, 1.1), ("Re", 0.4, 1.3)]
    assert findings == []


def test_a_lone_mean_is_the_value(judged):
    readings, _ = judged("시료,성분,단위,평균,표준편차\nEX-11,Rg1,mg/g,1.1,0.2\n")
    assert _values(readings, "compound", "sd") == [("Rg1", 0.2, 1.1)]


def test_a_unit_column_serves_compounds_without_a_unit(judged):
    readings, _ = judged("시료,단위,Rg1,compound K\nEX-11,%,0.12,0.3\n")
    assert _values(readings, "compound", "unit") == [("Rg1", "mg/g", 1.2), ("CK", "mg/g", 3.0)]


@pytest.mark.parametrize(
    ("heading", "value"),
    [
        ("Rg1 (mg/g)", 5.0),
        ("Rg1 [%]", 50.0),
        ("Rg1, ppm", 0.005),
        ("Rg1 ㎎/g", 5.0),
        ("진세노사이드 Rg1 (μg/g)", 0.005),
    ],
)
def test_the_unit_of_a_heading_is_read_however_it_stands_there(judged, heading, value):
    readings, findings = judged(f'시료,"{heading}"\nEX-11,5\n')
    assert (_values(readings, "compound", "unit"), findings) == ([("Rg1", "mg/g", value)], [])


@pytest.mark.parametrize("unit", ["µg/mL", "μg/mL", "㎍/㎖"])
def test_both_letters_mu_do_for_a_dose(judged, unit):
    readings, _ = judged(f"assay,sample,농도 ({unit}),endpoint,value,unit\nDPPH,EX-1,5,OD,0.5,OD\n")
    assert (readings.columns["dose"], readings.columns["dose_unit"]) == ([5.0], ["µg/mL"])


def test_a_dose_in_millimolar_becomes_micromolar(judged):
    readings, _ = judged("assay,sample,dose (mM),endpoint,value,unit\nDPPH,EX-1,0.5,OD,0.5,OD\n")
    assert (readings.columns["dose"], readings.columns["dose_unit"]) == ([500.0], ["µM"])


def test_the_s_of_an_epimer_is_no_unit(judged):
    readings, _ = judged("시료,진세노사이드 (mg/g),\n,Rg3(S),Rg1\nEX-11,0.5,1\n")
    assert _values(readings, "compound", "unit") == [("Rg3", "mg/g", 0.5), ("Rg1", "mg/g", 1.0)]


@pytest.mark.parametrize("heading", ["Re", "Re (mg/g!", "compound K mg per g"])
def test_a_compound_whose_unit_is_not_understood_is_asked_about(judged, heading):
    _, findings = judged(f"시료,Rg1 (mg/g),{heading}\nEX-11,1.2,3\n")
    assert [(f.code, f.found) for f in findings if f.severity is Severity.ASKS] == [
        ("compound-not-read", f"the heading '{heading}'")
    ]


@pytest.mark.parametrize("row", ["EX-11,1.2,3.4", "EX-11,N.D.,<LOQ", ",-,"])
def test_a_row_of_readings_is_never_taken_for_headings(judged, row):
    readings, _ = judged(f"시료,Rg1 (mg/g),Re (mg/g)\n{row}\nEX-12,1,2\n")
    assert readings.columns["sample"][-2:] == ["EX-12", "EX-12"]
    assert "value" not in {cell for extra in readings.extra if extra for cell in extra}
    assert readings.places[-1].row == 3


def test_text_below_full_headings_is_a_row_and_no_heading():
    assert stack_headings(["code", "name", "note"], ["L-1", "천종", ""], lambda _: False) is None


def test_a_sheet_without_any_unit_is_still_refused(read):
    with pytest.raises(LabFileRejected, match=r"nearest is 'content', which lacks .*'unit'"):
        read("시료,진세노사이드 함량,\n,Rg1,Re\nEX-11,1.2,3.4\n")


@pytest.mark.parametrize(
    ("text", "name", "unit", "replicate", "role"),
    [
        ("Rg1 (mg/g) 2회", "Rg1", "mg/g", "2", ""),
        ("Rg1 (2회)", "Rg1", "", "2", ""),
        ("2차 (mg/g)", "", "mg/g", "2", ""),
        ("Rg1_rep2", "Rg1", "", "2", ""),
        ("Rg1 SD (mg/g)", "Rg1", "mg/g", "", "sd"),
        ("notoginsenoside R1", "notoginsenoside R1", "", "", ""),
        ("absorbance 405", "absorbance 405", "", "", ""),
    ],
)
def test_a_heading_is_taken_apart(text, name, unit, replicate, role):
    heading = read_heading(text)
    assert (heading.name, heading.unit, heading.replicate, heading.role) == (name, unit, replicate, role)


@pytest.mark.parametrize(("heading", "parts"), [("Rg1, mg/g", ("Rg1", "mg/g")), ("fresh weight", ("fresh weight", ""))])
def test_a_unit_behind_a_name_needs_no_brackets(heading, parts):
    assert split_unit(heading) == parts


@pytest.mark.parametrize(
    ("sheet", "place"),
    [
        ("note,\nsample,Rg1 (mg/g),Rg3 (mg/q)\nA,1,2\nB,3,4\n", "row 2, column 'Rg3 (mg/q)'"),
        ("sample,analyte,value (mg/q)\nA,Rg1,2\n", "row 1, column 'value (mg/q)'"),
        ("batch,formulation,size (lb),made_on\nB-1,F-1,1.5,2026-03-14\n", "row 1, column 'size (lb)'"),
    ],
)
def test_an_unknown_unit_in_a_heading_is_told_at_the_heading(judged, sheet, place):
    _, findings = judged(sheet)
    assert [str(f.place) for f in findings if f.code == "unknown-unit"] == [place]


def test_an_unknown_compound_in_a_heading_is_told_at_the_heading(judged):
    _, findings = judged("sample,Rg1 (mg/g),Rgl (mg/g)\nA,1,2\nB,3,4\n")
    assert [(f.code, str(f.place)) for f in findings] == [("unknown-compound", "row 1, column 'Rgl (mg/g)'")]
