"""Agilent ChemStation area percent reports, a real one and an invented one."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ginseng_rd.errors import LabFileRejected, Severity

REPORT = "lab_files/agilent_chemstation/001F0101_Report.TXT"


@pytest.fixture(scope="module")
def report(reference_data):
    return (reference_data / REPORT).read_bytes()


def _faults(lab_file):
    return [f for f in lab_file.findings if f.severity is Severity.STOPS]


def test_a_real_report_gives_each_peak_of_both_signals(judged, report):
    readings, findings = judged(report)
    columns = readings.columns
    assert columns["signal"] == ["FID1 A", "FID1 A", "FID1 A", "TCD2 B"]
    assert columns["retention_min"] == [2.824, 4.057, 9.209, 2.828]
    assert columns["value"] == [45713.7, 955.59546, 17.71351, 2608.15039]
    assert columns["unit"] == ["pA·s", "pA·s", "pA·s", "25 µV·s"]
    assert columns["area_percent"] == [97.91525, 2.04681, 0.03794, 100.0]
    assert columns["peak_type"] == ["BB S", "BB", "BB", "BB"]
    assert findings == []


def test_a_report_says_what_was_injected_and_when(judged, report):
    readings, _ = judged(report)
    first = {name: cells[0] for name, cells in readings.columns.items()}
    assert (first["sample"], first["injection"]) == ("DFA-708-01", "001F0101.D")
    assert first["measured_at"] == "2023-07-24 21:37:10"


def test_the_same_report_in_other_encodings_reads_alike(judged, report):
    text = report.decode("utf-16")
    whole, _ = judged(report)
    for encoding in ("utf-8", "utf-16-le", "cp1252"):
        assert judged(text.encode(encoding))[0].columns == whole.columns


def test_areas_that_do_not_make_the_total_stop_the_report(read, report):
    text = report.decode("utf-16").replace("955.59546", "956.59546")
    (fault,) = _faults(read(text))
    assert (fault.code, fault.expected) == ("total-differs", "the printed total 4.66870e4")


def test_a_peak_left_out_is_noticed_by_its_number(read, report):
    lines = report.decode("utf-16").splitlines()
    (fault,) = _faults(read("\n".join(line for line in lines if "955.59546" not in line)))
    assert (fault.code, fault.found) == ("peak-missing", "peaks 1, 3 of signal 'FID1 A'")


def test_a_report_without_its_last_line_is_cut_off(read, report):
    (fault,) = _faults(read(report.decode("utf-16").replace("*** End of Report ***", "")))
    assert (fault.code, fault.expected) == ("cut-file", "the line '*** End of Report ***'")


def test_a_table_whose_signal_is_not_named_is_not_passed_over(read, report):
    lines = report.decode("utf-16").splitlines()
    (fault,) = _faults(read("\n".join(line for line in lines if not line.startswith("Signal 1:"))))
    assert (fault.code, fault.found) == ("cut-file", "a table of peaks without its signal")


def test_a_report_of_another_kind_is_named(read, report):
    text = report.decode("utf-16").replace("Area Percent Report", "External Standard Report")
    with pytest.raises(LabFileRejected, match="found a ChemStation report without area percent"):
        read(text)


def test_the_invented_report_gives_the_areas_it_was_made_of(judged, examples):
    expected = json.loads((examples / "expected.json").read_text("utf-8"))
    readings, findings = judged((examples / "EX-12_hplc_report.txt").read_bytes())
    assert readings.columns["value"] == expected["peak_areas_mau_s"]
    assert set(readings.columns["unit"]) == {"mAU·s"}
    assert findings == []


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(share=st.floats(0, 1))
def test_a_file_cut_anywhere_is_refused_or_whole(judged, report, share):
    whole, _ = judged(report)
    try:
        readings, findings = judged(report[: int(share * len(report))])
    except LabFileRejected:
        return
    if not any(f.severity is Severity.STOPS for f in findings):
        assert readings.columns == whole.columns
