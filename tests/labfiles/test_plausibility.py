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
        "A,Rg1,2,mg/g\nA,Re,3,mg/g\nB,total,4,mg/g",
        "A,Rg1,< 9,mg/g\nA,Re,3,mg/g\nA,total,4,mg/g",
        "A,Rg1,2,mg/g\nA,Re,3,mg/g\nA,sum of Rg2+Rg3,1,mg/g",
    ],
)
def test_rounding_other_samples_bounds_and_partial_sums_are_no_fault(judged, rows):
    assert judged(f"{LONG}\n{rows}\n")[1] == []


def test_a_compound_under_two_names_counts_once_and_is_asked_about(judged):
    _, findings = judged(f"{LONG}\nA,Rg1,2,mg/g\nA,진세노사이드 Rg1,2,mg/g\nA,Re,3,mg/g\nA,total,5,mg/g\n")
    assert [(f.severity, f.code, f.found) for f in findings] == [
        (Severity.ASKS, "compound-twice", "'진세노사이드 Rg1' and 'Rg1' as in row 2, one compound")
    ]


def test_analytes_that_are_no_known_compound_are_told_apart_by_their_names(judged):
    _, findings = judged(f"{LONG}\nA,peak 7,2,mg/g\nA,peak 8,2,mg/g\n")
    assert {f.code for f in findings} == {"unknown-compound"}


def test_contents_above_the_whole_sample_stop_the_sheet(judged):
    _, findings = judged(f"{LONG}\nA,Rg1,600,mg/g\nA,Re,50,%\n")
    assert _told(findings) == [("parts-above-whole", "2 compounds of 'A' that sum to 1100 mg/g")]


def test_a_lost_decimal_point_is_asked_about_with_the_number_it_would_be(judged):
    rows = [f"S{i},Rg1,{value},mg/g" for i, value in enumerate(["3.42", "2.97", "8.31", "4.10", "815", "6.12"])]
    _, (finding,) = judged("\n".join([LONG, *rows]))
    assert (finding.severity, finding.code, finding.found) == (Severity.ASKS, "lost-decimal-point", "'815'")
    assert finding.remedy == "Write 8.15 if the decimal point was lost, or accept it as it is."


@pytest.mark.parametrize(
    ("values", "would_be"), [(["3.21", "3.44", "312", "2.98"], "3.12"), (["0.3", "0.2", "0.4", "300"], "0.300")]
)
def test_a_lost_decimal_point_is_seen_among_few_and_one_decimal(judged, values, would_be):
    _, (finding,) = judged("\n".join([LONG, *(f"S{i},Rg1,{value},mg/g" for i, value in enumerate(values))]))
    assert (finding.code, finding.remedy.split(" if ")[0]) == ("lost-decimal-point", f"Write {would_be}")


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


def test_wells_that_no_plate_has_are_no_block_and_asked_about(judged):
    readings, findings = judged(_sheet("t,1,AG1,s,sample,1,mM,read,0.5,OD", "t,1,ZZ9,s,sample,2,mM,read,0.6,OD"))
    assert (len(readings), _told(findings)) == (2, [("no-such-well", "'AG1'"), ("no-such-well", "'ZZ9'")])


def test_a_well_is_the_same_however_it_is_written(judged):
    readings, findings = judged(_sheet(*(f"t,1,{well},EX-{well},,1,mM,read,0.5,OD" for well in ("A01", "A1", "a1"))))
    assert readings.columns["well"] == ["A01"] * 3
    assert {f.code for f in findings} == {"well-twice"}


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ("1,mM,read,-3,OD", "absorbance-too-low"),
        ("5e10,µg/mL,read,0.5,OD", "dose-too-large"),
        ("1,mM,cell viability,-50,%", "outside-its-endpoint"),
        ("1,mM,세포 생존율,9800,%", "outside-its-endpoint"),
        ("1,mM,inhibition,250,%", "outside-its-endpoint"),
    ],
)
def test_what_a_well_cannot_give_is_asked_about(judged, cells, code):
    _, findings = judged(_sheet("t,1,A01,EX-1,,1,mM,read,-0.02,OD", f"t,1,A02,EX-1,,{cells}"))
    assert [(f.severity, f.code, f.place.row) for f in findings] == [(Severity.ASKS, code, 3)]


def test_the_absorbance_that_a_viability_is_worked_out_of_is_no_question(judged):
    assert judged(_sheet("t,1,A01,EX-1,,1,mM,cell viability,0.5,OD"))[1] == []


@pytest.mark.parametrize("cells", ["pH,56,pH", "pH,-3,pH", "osmolality,99999,mOsm/kg", "glucose,-3,µg/mL"])
def test_what_a_liquid_cannot_have_is_asked_about(judged, cells):
    _, (finding,) = judged(f"sample,endpoint,value,unit\nS,{cells}\n", kind="solution")
    assert (finding.severity, finding.place.row) == (Severity.ASKS, 2)


def test_a_negative_half_maximal_concentration_is_asked_about(judged):
    _, (finding,) = judged("sample,smiles,endpoint,value,unit\nX,C,IC50,-3,µM\n")
    assert (finding.severity, finding.code) == (Severity.ASKS, "negative-concentration")
