"""BioTek Gen5 text exports, real ones and an invented one."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ginseng_rd.errors import LabFileRejected, Severity

CURVE = "lab_files/biotek_gen5/endpoint_stdcurve_singleplate.txt"
NON_NUMERIC = "lab_files/biotek_gen5/240411_172731_BNCH2345883_abs450_96well_non_numeric_values.txt"


@pytest.fixture(scope="module")
def curve(reference_data):
    return (reference_data / CURVE).read_bytes()


def _by_well(readings, column="value"):
    return dict(zip(readings.columns["well"], readings.columns[column], strict=True))


def test_a_real_plate_gives_each_of_its_96_wells(judged, curve):
    readings, _ = judged(curve)
    od = _by_well(readings)
    assert (len(od), od["A01"], od["D07"], od["H12"]) == (96, 3.337, 0.270, 0.194)
    assert set(readings.columns["endpoint"]) == {"absorbance 630 nm"}
    assert set(readings.columns["unit"]) == {"OD"}


def test_the_layout_tells_samples_and_roles(judged, curve):
    readings, _ = judged(curve)
    sample, role = _by_well(readings, "sample"), _by_well(readings, "role")
    assert (sample["A01"], role["A01"]) == ("STD1", "standard")
    assert (sample["H01"], role["H01"]) == ("BLK", "blank")
    assert (sample["B04"], role["B04"]) == ("SPL1", "sample")
    assert len({extra["Well ID"] for extra in readings.extra}) == 32


def test_lines_that_gen5_derived_are_kept_beside_the_reading(judged, curve):
    readings, _ = judged(curve)
    assert readings.extra[0]["[Concentration]"] == "1980.423"
    assert readings.extra[0]["Blank 630nmAbsRead:630"] == "3.336"


def test_concentrations_without_a_unit_are_no_doses_and_said_so(judged, curve):
    readings, findings = judged(curve)
    assert set(readings.columns["dose"]) == {None}
    assert readings.extra[0]["Conc/Dil"] == "2000"
    assert [f.code for f in findings] == ["dose-unit-not-stated"]


def test_concentrations_with_a_unit_given_are_doses(judged, curve):
    readings, findings = judged(curve, fixed={"dose_unit": "mg/mL"})
    assert _by_well(readings, "dose")["A01"] == 2_000_000.0
    assert set(readings.columns["dose_unit"]) == {"µg/mL"}
    assert findings == []


def test_the_assay_is_named_by_the_experiment_file_or_by_hand(judged, curve):
    assert judged(curve)[0].columns["assay"][0] == "2022_10_10_mockBCA_defaultExport_singlePlate"
    assert judged(curve, fixed={"assay": "BCA"})[0].columns["assay"][0] == "BCA"


def test_a_derived_line_can_be_taken_for_a_column_by_name(judged, curve):
    readings, _ = judged(curve, columns={"[Concentration]": "dose"}, fixed={"dose_unit": "µg/mL"})
    assert readings.columns["dose"][0] == 1980.423


def test_a_heading_the_plate_does_not_have_is_named(read, curve):
    (finding,) = [f for f in read(curve, columns={"[Conc]": "dose"}).findings if f.severity is Severity.STOPS]
    assert (finding.code, finding.found) == ("unknown-column", "columns: '[Conc]' as 'dose'")


def test_overflow_and_missed_wells_are_marks_and_never_zero(judged, reference_data):
    data = (reference_data / NON_NUMERIC).read_bytes()
    readings, findings = judged(data, "abs450.txt")
    relations = readings.columns["relation"]
    assert [relations.count(mark) for mark in ("=", ">", "missing")] == [83, 8, 5]
    assert {t for t, r in zip(readings.columns["value_text"], relations, strict=True) if r != "="} == {
        "OVRFLW",
        "MISSED",
    }
    assert findings == []


def test_without_layout_and_experiment_file_the_wells_and_the_file_name_stand_in(judged, reference_data):
    readings, _ = judged((reference_data / NON_NUMERIC).read_bytes(), "abs450.txt")
    assert (readings.columns["sample"][0], readings.columns["assay"][0]) == ("A01", "abs450")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp949"])
def test_any_encoding_and_line_end_gives_the_same_plate(judged, examples, encoding):
    text = (examples / "elastase_EX_plate.txt").read_text("utf-8").replace("vehicle", "음성대조")
    readings, _ = judged(text.replace("\n", "\r\n").encode(encoding))
    assert readings.columns["role"].count("negative control") == 5
    assert "음성대조" in readings.columns["sample"]


def test_a_western_code_page_is_not_taken_for_korean(judged, examples):
    text = (examples / "elastase_EX_plate.txt").read_text("utf-8").replace("EX-11", "EX-11 5µg")
    assert "EX-11 5µg" in judged(text.encode("cp1252"))[0].columns["sample"]


def test_two_plates_in_one_file_are_told_apart(judged, examples):
    text = (examples / "elastase_EX_plate.txt").read_text("utf-8")
    readings, findings = judged(text + text.replace("Plate 1", "Plate 2"), fixed={"dose_unit": "µg/mL"})
    assert (len(readings), set(readings.columns["plate"]), findings) == (192, {"Plate 1", "Plate 2"}, [])


def test_a_well_left_out_of_a_full_plate_is_named(read, curve):
    (finding,) = [f for f in read(curve.replace(b"\t2.023\t", b"\t\t")).findings if f.severity is Severity.STOPS]
    assert (finding.code, finding.found) == ("empty-well", "'630nmAbsRead:630' empty in A05")


def test_a_row_left_out_is_named(read, curve):
    lines = curve.split(b"\n")
    kept = [line for line in lines if not line.startswith(b"C\t0.371")]
    faults = [f for f in read(b"\n".join(kept)).findings if f.severity is Severity.STOPS]
    assert "no line '630nmAbsRead:630' for row C of Plate 1" in [f.found for f in faults]


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(share=st.floats(0, 1))
def test_a_file_cut_anywhere_is_refused_or_whole(judged, curve, share):
    whole, _ = judged(curve)
    try:
        readings, findings = judged(curve[: int(share * len(curve))])
    except LabFileRejected:
        return
    if not any(f.severity is Severity.STOPS for f in findings):
        assert readings.columns == whole.columns
        assert readings.extra == whole.extra


@pytest.mark.parametrize("step", ["Spectrum", "Area Scan", "Well Scan", "Polarization"])
def test_a_spectrum_or_scan_is_refused_by_its_name(read, examples, step):
    text = (examples / "lab_formats" / "gen5_endpoints.txt").read_text("utf-8")
    findings = read(text.replace("Fluorescence Endpoint", f"Fluorescence {step}")).findings
    (fault,) = [f for f in findings if f.severity is Severity.STOPS]
    assert (fault.code, fault.found) == ("other-read", f"a read 'Fluorescence {step}' of Plate 1")
    assert fault.remedy.startswith("Spectra, area scans and polarisation are not read: export the endpoint")
