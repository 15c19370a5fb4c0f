"""Numbers that are right by themselves and cannot be right together."""

import pytest

from ginseng_rd.errors import Severity

LONG = "sample,analyte,value,unit"
ASSAY = "assay,plate,well,sample,role,dose,dose_unit,endpoint,value,unit"


def _told(findings, severity=None):
    return [(f.code, f.found) for f in findings if severity in (None, f.severity)]


def _plate(values, role="sample", unit="OD", start=0, wide=12):
    """Return lines of wells, row by row, each with its value."""
    wells = [f"{chr(65 + i // wide)}{i % wide + 1:02d}" for i in range(start, start + len(values))]
    dose = "1,mM" if role == "sample" else ","
    return [f"t,1,{well},{role},{role},{dose},read,{value},{unit}" for well, value in zip(wells, values, strict=True)]


def _sheet(*lines):
    return "\n".join([ASSAY, *lines])


def test_parts_above_their_total_stop_the_sheet(judged):
    _, findings = judged(f"{LONG}\nA,Rg1,2.0,mg/g\nA,Re,3.0,mg/g\nA,총 진세노사이드,4.0,mg/g\n")
    assert _told(findings, Severity.STOPS) == [("parts-above-total", "2 compounds of 'A' that sum to 5 mg/g")]
    assert findings[0].place.row == 4


def test_parts_above_a_saponin_total_of_another_method_are_asked_about(judged):
    _, findings = judged(f"{LONG}\nA,Rg1,2.0,mg/g\nA,Re,3.0,mg/g\nA,crude saponin,0.40,%\n")
    assert _told(findings, Severity.ASKS) == [("parts-above-total", "2 compounds of 'A' that sum to 5 mg/g")]


@pytest.mark.parametrize(
    "rows",
    [
        "A,Rg1,2.04,mg/g\nA,Re,3.04,mg/g\nA,total,5.1,mg/g",
        "A,Rg1,2,mg/g\nA,ginsenoside Rg1,2,mg/g\nA,Re,3,mg/g\nA,total,5,mg/g",
        "A,Rg1,2,mg/g\nA,Re,3,mg/g\nB,total,4,mg/g",
        "A,Rg1,< 9,mg/g\nA,Re,3,mg/g\nA,total,4,mg/g",
        "A,Rg1,2,mg/g\nA,Re,3,mg/g\nA,sum of Rg2+Rg3,1,mg/g",
    ],
)
def test_rounding_epimer_names_other_samples_bounds_and_partial_sums_are_no_fault(judged, rows):
    assert judged(f"{LONG}\n{rows}\n")[1] == []


def test_contents_above_the_whole_sample_stop_the_sheet(judged):
    _, findings = judged(f"{LONG}\nA,Rg1,600,mg/g\nA,Re,50,%\n")
    assert _told(findings) == [("parts-above-whole", "2 compounds of 'A' that sum to 1100 mg/g")]


def test_a_lost_decimal_point_is_asked_about_with_the_number_it_would_be(judged):
    rows = [f"S{i},Rg1,{value},mg/g" for i, value in enumerate(["3.42", "2.97", "8.31", "4.10", "815", "6.12"])]
    _, (finding,) = judged("\n".join([LONG, *rows]))
    assert (finding.severity, finding.code, finding.found) == (Severity.ASKS, "lost-decimal-point", "'815'")
    assert finding.remedy == "Write 8.15 if the decimal point was lost, or accept it as it is."


def test_absorbances_no_reader_can_see_stop_the_sheet_and_name_the_cause(judged):
    _, findings = judged(_sheet(*_plate(["1204", "998", "1377"])))
    (fault,) = [f for f in findings if f.severity is Severity.STOPS]
    assert (fault.code, fault.found) == ("absorbance-too-high", "'1204' and 2 more like it")
    assert fault.expected == "absorbances up to 5 OD in 'read' on plate '1'"
    assert fault.remedy == "The decimal point was lost: 1204 for 1.204. Export it again as the reader shows it."


def test_a_plate_with_a_well_missing_is_asked_about(judged):
    lines = _plate(["0.5"] * 96)
    del lines[40]
    _, findings = judged(_sheet(*lines))
    assert _told(findings, Severity.ASKS) == [("wells-missing", "95 wells of 'read' on plate '1', without D05")]


def test_a_full_plate_and_its_inner_wells_are_no_question(judged):
    lines = _plate(["0.5"] * 96)
    inner = [line for i, line in enumerate(lines) if 0 < i // 12 < 7 and 0 < i % 12 < 11]
    assert (judged(_sheet(*lines))[1], judged(_sheet(*inner))[1]) == ([], [])


def test_a_plate_without_its_last_row_is_noted(judged):
    _, findings = judged(_sheet(*_plate(["0.5"] * 84)))
    assert _told(findings, Severity.NOTES) == [("plate-not-full", "84 wells of 'read' on plate '1'")]


def test_a_well_given_to_two_samples_stops_the_sheet(judged):
    _, findings = judged(_sheet("t,1,A01,EX-1,,1,mM,read,0.5,OD", "t,1,A01,EX-2,,1,mM,read,0.6,OD"))
    assert _told(findings) == [("well-twice", "well 'A01', which row 2 gives to 'EX-1'")]


def test_the_same_well_on_two_plates_or_in_two_reads_is_no_fault(judged):
    rows = ["t,1,A01,EX-1,,1,mM,a,0.5,OD", "t,2,A01,EX-2,,1,mM,a,0.6,OD", "t,1,A01,EX-3,,1,mM,b,0.6,OD"]
    assert judged(_sheet(*rows))[1] == []


def test_a_vehicle_below_the_blank_is_asked_about(judged):
    lines = [*_plate(["0.06", "0.05"], "negative control"), *_plate(["1.2", "1.3"], "blank", start=2)]
    _, findings = judged(_sheet(*lines))
    assert _told(findings) == [
        ("controls-out-of-order", "a vehicle of 0.055 and a blank of 1.25 for 'read' on plate '1'")
    ]


def test_controls_that_scatter_as_much_as_they_differ_are_noted(judged):
    lines = [*_plate(["1.0", "0.8", "0.9"], "negative control"), *_plate(["0.6", "0.7", "0.5"], "blank", start=3)]
    _, findings = judged(_sheet(*lines))
    assert _told(findings, Severity.NOTES) == [("weak-controls", "a Z' of -1.00 for 'read' on plate '1'")]


def test_a_plate_with_a_blank_and_no_vehicle_is_noted(judged):
    _, findings = judged(_sheet(*_plate(["1.0", "0.8"]), *_plate(["0.05"], "blank", start=2)))
    assert ("no-vehicle", "no negative control for 'read' on plate '1'") in _told(findings, Severity.NOTES)


def test_replicates_far_apart_are_noted_with_the_worst(judged):
    _, findings = judged(_sheet(*_plate(["0.2", "0.5", "0.9"])))
    assert _told(findings) == [
        ("replicates-apart", "1 of 1 groups of replicates, most of all 'sample' at 1000 µM with 66 %")
    ]


def test_wells_that_no_plate_has_are_no_block(judged):
    readings, findings = judged(_sheet("t,1,AG1,s,sample,1,mM,read,0.5,OD", "t,1,ZZ9,s,sample,2,mM,read,0.6,OD"))
    assert (len(readings), findings) == (2, [])
