"""Every cell held against its declaration, and every fault told at once."""

import time

import pytest

from ginseng_rd.errors import Severity
from ginseng_rd.labfiles import TextTable, judge

LONG = "sample,analyte,value,unit"


def _told(findings):
    return [(f.code, str(f.place), f.found) for f in findings]


@pytest.mark.parametrize(
    ("row", "code", "column", "found"),
    [
        (",Rg1,1,mg/g", "missing-cell", "sample", "an empty cell"),
        ("A,Rg1,,mg/g", "missing-cell", "value", "an empty cell"),
        ('A,Rg1,"3,2",mg/g', "not-a-number", "value", "'3,2'"),
        ("A,Rg1,1,mg/q", "unknown-unit", "unit", "'mg/q'"),
        ("A,Rg1,-1,mg/g", "out-of-range", "value", "'-1 mg/g'"),
        ("A,Rg1,150,%", "out-of-range", "value", "'150 %'"),
        ("A,Rg1,< 2000,mg/g", "out-of-range", "value", "'< 2000 mg/g'"),
        ("A,Rgl,1,mg/g", "unknown-compound", "analyte", "'Rgl'"),
    ],
)
def test_a_faulty_cell_is_named_with_what_was_typed(judged, row, code, column, found):
    _, findings = judged(f"{LONG}\nB,Rb1,1,mg/g\n{row}\n")
    assert _told(findings) == [(code, f"row 3, column '{column}'", found)]


def test_all_faults_of_a_row_are_told_at_once(judged):
    _, findings = judged(f'{LONG}\n,Rgl,"3,2",mg/q\n')
    assert {f.code for f in findings} == {"missing-cell", "unknown-compound", "not-a-number", "unknown-unit"}


def test_bounds_and_marks_keep_their_relation_and_text(judged):
    readings, findings = judged(f"{LONG}\nA,Rg1,< 0.05,%\nA,Re,N.D.,mg/g\nA,Rb1,<LOQ,mg/g\nA,Rc,-,mg/g\n")
    assert readings.columns["value"] == [0.5, None, None, None]
    assert readings.columns["relation"] == ["<", "n.d.", "<", "missing"]
    assert readings.columns["value_text"] == ["< 0.05", "N.D.", "<LOQ", "-"]
    assert findings == []


def test_the_deviation_follows_the_unit_of_its_value(judged):
    readings, _ = judged(f"{LONG},sd\nA,Rg1,0.595,%,0.07\n")
    assert (readings.columns["value"], readings.columns["sd"], readings.columns["unit"]) == ([5.95], [0.7], ["mg/g"])


def test_a_compound_is_found_from_the_analyte_or_its_own_column(judged):
    readings, _ = judged(f"{LONG},compound\nA,진세노사이드 Rb1,1,mg/g,\nA,peak 7,1,mg/g,Rg1\n")
    assert readings.columns["compound"] == ["Rb1", "Rg1"]


@pytest.mark.parametrize(
    "analyte", ["total ginsenosides", "sum of Rg2+Rg3", "crude saponin", "총 진세노사이드", "조사포닌", "Rb1 + Re"]
)
def test_a_sum_of_compounds_has_no_compound_and_no_question(judged, analyte):
    readings, findings = judged(f"{LONG}\nA,{analyte},1,mg/g\n")
    assert (readings.columns["compound"], findings) == ([None], [])


def test_an_unknown_compound_is_a_question_with_the_nearest_name(judged):
    _, (finding,) = judged(f"{LONG}\nA,Rgl,1,mg/g\n")
    assert finding.severity is Severity.ASKS
    assert finding.remedy == "Did you mean Rg1? Correct it, or accept it as an analyte without a compound."


def test_a_row_given_twice_is_named_with_the_first(judged):
    _, findings = judged(f"{LONG}\nA,Rg1,1,mg/g\nB,Rg1,1,mg/g\nA,Rg1,1.0,mg/g\n")
    assert _told(findings) == [("duplicate-row", "row 4, column 'value'", "the same sample, analyte, unit as in row 2")]


ASSAY = "assay,sample,dose,dose_unit,endpoint,value,unit"


def test_replicates_without_numbers_are_taken_as_such_and_equal_ones_asked_about(judged):
    rows = ["t,A,1,mM,OD,0.51,OD", "t,A,1,mM,OD,0.52,OD", "t,A,1,mM,OD,0.51,OD"]
    readings, findings = judged("\n".join([ASSAY, *rows]))
    assert [(f.code, f.place.row) for f in findings] == [("replicates-unnumbered", 3), ("repeated-reading", 4)]
    assert readings.columns["dose"] == [1000.0] * 3


def test_a_dose_without_a_unit_is_named(judged):
    _, findings = judged(f"{ASSAY}\nt,A,1,,OD,0.5,OD\n")
    assert _told(findings) == [("unknown-unit", "row 2, column 'dose_unit'", "a number without a unit")]


def test_a_role_is_one_of_those_declared(judged):
    _, findings = judged(f"{ASSAY},role\nt,A,1,mM,OD,0.5,OD,contrl\nt,A,2,mM,OD,0.5,OD,Negative Control\n")
    assert _told(findings) == [("wrong-choice", "row 2, column 'role'", "'contrl'")]


ACTIVITY = "sample,smiles,endpoint,value,unit,standard relation"


@pytest.mark.parametrize(
    ("stated", "relation"), [("=", "="), ("", "="), ("~", "="), (">", ">"), (">=", ">"), (">>", ">"), ("<=", "<")]
)
def test_a_stated_relation_becomes_the_relation(judged, stated, relation):
    readings, findings = judged(f"{ACTIVITY}\nX,C,IC50,13,nM,{stated}\n")
    assert (readings.columns["relation"], readings.columns["value"], findings) == ([relation], [0.013], [])


def test_a_published_row_in_an_unknown_unit_is_asked_about_and_kept_as_text(judged):
    readings, (finding,) = judged(f"{ACTIVITY}\nX,C,IC50,13,U/L,=\nY,C,IC50,,,\n")
    assert (finding.severity, finding.code, finding.found) == (Severity.ASKS, "unknown-unit", "'U/L'")
    assert (readings.columns["relation"], readings.columns["value"]) == (["missing", "missing"], [None, None])
    assert (readings.columns["value_text"], readings.columns["unit"]) == (["13", ""], ["U/L", None])


def test_a_property_may_be_a_class_but_not_nothing(judged):
    sheet = "formulation,endpoint,value,unit,outcome\nF-1,rheology,,,NEWTONIAN\nF-2,rheology,,,\n"
    readings, findings = judged(sheet)
    assert (readings.columns["outcome"][0], readings.columns["relation"][0]) == ("NEWTONIAN", "missing")
    assert _told(findings) == [("missing-cell", "row 3, column 'value'", "empty cells")]


def test_beyond_twenty_faults_of_a_kind_one_says_how_many_more(judged):
    _, findings = judged(LONG + "".join(f'\nA{i},Rg1,"{i},5",mg/g' for i in range(30)))
    assert len(findings) == 21
    assert findings[-1].found == "10 more of this kind, the last at row 31, column 'value'"


def test_a_hundred_thousand_rows_are_judged_in_seconds(names):
    count = 100_000
    columns = {
        "sample": [f"EX-{i}" for i in range(count)],
        "analyte": ["Rg1"] * count,
        "value": [f"{i / 1000:.3f}" for i in range(count)],
        "unit": ["mg/g", "%"] * (count // 2),
    }
    start = time.process_time()
    readings, _ = judge(TextTable("content", columns, list(range(2, count + 2))), code_of=names.code_of)
    assert len(readings) == count
    assert time.process_time() - start < 5


def test_a_plus_in_a_name_does_not_make_it_a_sum(judged):
    _, findings = judged(f"{LONG}\nA,(+)-ginsenone,1,mg/g\n")
    assert [f.code for f in findings] == ["unknown-compound"]


def test_rows_told_apart_by_cells_at_fault_are_not_called_repeats(judged):
    _, findings = judged(f'{ASSAY}\nt,A,"1,5",mM,OD,0.5,OD\nt,A,"2,5",mM,OD,0.5,OD\n')
    assert [f.code for f in findings] == ["not-a-number", "not-a-number"]


def _dated(day):
    columns = {"code": ["WG-1"], "harvested_on": [day]}
    return judge(TextTable("lot", columns, [2]), code_of=str)


def test_a_day_is_stored_as_iso_text():
    readings, _ = _dated("2025. 10. 3.")
    assert readings.columns["harvested_on"] == ["2025-10-03"]


@pytest.mark.parametrize(
    ("day", "code"), [("2199-01-01", "in-future"), ("3/4/2026", "not-a-date"), ("2025-02-30", "not-a-date")]
)
def test_a_day_to_come_or_read_in_two_ways_stops_the_sheet(day, code):
    readings, findings = _dated(day)
    assert (code, Severity.STOPS, f"'{day}'") in [(f.code, f.severity, f.found) for f in findings]
    assert readings.columns["harvested_on"] == [None]
