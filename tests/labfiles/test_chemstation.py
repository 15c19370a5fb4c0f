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


@pytest.mark.parametrize(("name", "encoding"), [("äö", "cp1252"), ("홍삼-人蔘", "cp949"), ("㎎", "cp949")])
def test_a_sample_in_the_code_page_of_its_computer_keeps_its_name(read, report, name, encoding):
    text = report.decode("utf-16").replace("DFA-708-01", name)
    (table,) = read(text.replace("µ", "u").encode(encoding)).tables
    assert set(table.columns["sample"]) == {name}


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


def test_a_signal_whose_table_lost_its_ruler_is_missed(read, report):
    lines = report.decode("utf-16").splitlines()
    ruler = next(i for i, line in enumerate(lines) if line.startswith("----|"))
    (fault,) = _faults(read("\n".join([*lines[:ruler], *lines[ruler + 1 :]])))
    assert (fault.code, fault.found) == ("cut-file", "no table of its own for signal 'FID1 A'")


def test_a_report_of_another_kind_is_named(read, report):
    text = report.decode("utf-16").replace("Area Percent Report", "Performance Report")
    with pytest.raises(LabFileRejected, match="found a ChemStation report without the areas of its peaks"):
        read(text)


def test_two_reports_in_one_file_are_told_apart_by_hand(read, report):
    text = report.decode("utf-16")
    for old, new in (("001F0101.D", "002F0201.D"), ("DFA-708-01", "DFA-708-02"), ("955.59546", "956.59546")):
        with pytest.raises(LabFileRejected, match="found several reports in one file"):
            read(text + text.replace(old, new))
    again = read(text.replace("Signal 2: TCD2 B", "\n".join(text.splitlines()[:2]) + "\n\nSignal 2: TCD2 B"))
    assert again.tables[0].columns == read(text).tables[0].columns


def test_the_invented_report_gives_the_areas_it_was_made_of(judged, examples):
    expected = json.loads((examples / "expected.json").read_text("utf-8"))
    readings, findings = judged((examples / "EX-12_hplc_report.txt").read_bytes())
    assert readings.columns["value"] == expected["peak_areas_mau_s"]
    assert set(readings.columns["unit"]) == {"mAU·s"}
    assert findings == []


@pytest.fixture(scope="module")
def calibrated(examples):
    return (examples / "lab_formats" / "agilent_estd_report.txt").read_bytes().decode("utf-16")


def test_a_compound_of_the_calibration_that_was_not_found_keeps_the_time_it_was_expected_at(read, calibrated):
    (table,) = read(calibrated).tables
    assert (table.columns["component"][4], table.columns["value"][4]) == ("Rh2", "N.D.")
    assert (table.columns["retention_min"][4], table.extra["Expected Retention [min]"][4]) == ("", "47.250")


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("163.96775", "163.96785", "amounts that sum to 514.24360 for signal 'DAD1 A, Sig=203,4 Ref=off'"),
        (" 47.250                 -          -          -    Rh2\r\n", "", "'Calibrated compound(s) not found', and"),
        ("Totals :                               514.24350", "", "no totals for signal 'DAD1 A, Sig=203,4 Ref=off'"),
    ],
)
def test_a_calibrated_report_is_held_against_what_it_prints_of_itself(read, calibrated, old, new, found):
    (fault,) = _faults(read(calibrated.replace(old, new)))
    assert fault.found.startswith(found)


def test_a_peak_without_calibration_has_an_area_and_no_amount(judged, calibrated):
    old = next(line for line in calibrated.splitlines() if "Rg3" in line)
    readings, findings = judged(
        calibrated.replace(old, f"{old[:26]}{'-':>10} {'-':>10}    ?").replace("14.24350", "08.8")
    )
    assert [readings.columns[name][3] for name in ("peak", "value", "amount", "component")] == [4, 21.774, None, None]
    assert {f.code for f in findings} == {"instrument-warning"}


def test_a_report_sorted_by_time_names_each_peaks_signal_by_its_number(judged, calibrated):
    lines = calibrated.splitlines()
    second = lines.index("Signal 2: DAD1 B, Sig=254,4 Ref=off")
    ruler = next(line for line in lines if line.startswith("-------|"))
    top = lines.index(ruler)
    rows = [f"{line[:7]} {n}{line[7:]}" for line, n in zip(lines[top + 1 : top + 6], "12112", strict=True)]
    heads = [f"{line[:7]} {word}{line[7:]}" for line, word in zip(lines[top - 2 : top], ("S", " "), strict=True)]
    heads[0] = heads[0].replace(" S ", " Sig", 1)
    sorted_by_time = [*lines[: top - 3], lines[second], "", *heads, f"-------|-{ruler[7:]}", *rows]
    readings, _ = judged("\n".join([*sorted_by_time, *lines[top + 6 : second], *lines[second + 10 :]]))
    assert [signal[5] for signal in readings.columns["signal"]] == ["A", "B", "A", "A", "B"]
    assert readings.columns["peak"] == [1, 1, 2, 3, None]


def test_an_internal_standard_is_left_out_of_the_total_as_printed(judged, calibrated):
    lines = calibrated.splitlines()
    top = next(i for i, line in enumerate(lines) if line.startswith("-------|"))
    above = zip(lines[top - 2 : top], (" ISTD", " used"), strict=True)
    wider = [f"{line[:14]}{word}{line[14:]}" for line, word in above]
    marked = [f"{line[:14]}    1{line[14:]}" for line in lines[top + 1 : top + 6]]
    marked[1] = marked[1][:12] + " I" + marked[1][14:]
    report = "\n".join(
        [*lines[: top - 2], *wider, f"{lines[top][:14]}|----{lines[top][14:]}", *marked, *lines[top + 6 :]]
    )
    report = report.replace("Totals :                               514.24350", "Totals without ISTD(s) :    350.27575")
    readings, findings = judged(report.replace("External Standard Report", "Internal Standard Report"))
    assert readings.columns["amount"][:2] == [103.07625, 163.96775]
    assert readings.extra[1]["Internal standard"] == "yes"
    assert not any(f.severity is Severity.STOPS for f in findings)


@pytest.mark.parametrize(("unit", "canonical", "amount"), [("mg/l", "µg/mL", 103.07625), ("ug/l", "µg/mL", 0.10307625)])
def test_a_unit_typed_into_a_calibration_is_known_by_its_usual_spellings(judged, calibrated, unit, canonical, amount):
    readings, _ = judged(calibrated.replace("[ug/ml]", f"[{unit}]"))
    assert (readings.columns["amount"][0], readings.columns["amount_unit"][0]) == (amount, canonical)


def test_amounts_in_ppm_are_kept_as_text_until_their_unit_is_given(judged, calibrated):
    in_ppm = calibrated.replace("[ug/ml]", "[ppm]")
    readings, findings = judged(in_ppm)
    assert (readings.columns["amount"][0], readings.extra[0]["Amount [ppm]"]) == (None, "103.07625")
    assert [f.found for f in findings if f.code == "amount-unit-unclear"] == ["amounts in 'ppm'"]
    given, told = judged(in_ppm, fixed={"amount_unit": "µg/mL"})
    assert (given.columns["amount"][0], [f.code for f in told]) == (103.07625, ["instrument-warning"])


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
