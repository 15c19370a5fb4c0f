"""Chromatography reports: invented samples of every format, their variants, and what spoils them."""

import io
import runpy
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from ginseng_rd.errors import LabFileRejected, Severity

READ = (
    "shimadzu_lcsolution.txt",
    "shimadzu_labsolutions_korean.txt",
    "openlab_summary.txt",
    "masshunter_RESULTS.CSV",
    "totalchrom_report.TX0",
    "agilent_estd_report.txt",
    "openlab_amounts.txt",
    "totalchrom_amounts.TX0",
)


@pytest.fixture(scope="module")
def folder(examples):
    return examples / "lab_formats"


@pytest.fixture(scope="module")
def text(folder):
    """The text of a sample, with pieces of it replaced."""

    def fetch(name, *changes, encoding="utf-8"):
        whole = (folder / name).read_bytes().decode(encoding)
        for old, new in changes:
            assert old in whole
            whole = whole.replace(old, new)
        return whole

    return fetch


@pytest.fixture(scope="module")
def report_in_csv(folder):
    """The header of the ChemStation sample, and its results by name."""
    parts = {path.name.removeprefix("chemstation_"): path.read_bytes() for path in folder.glob("chemstation_*")}
    return parts.pop("Report00.CSV"), parts


def _stops(lab_file):
    return [(f.code, f.found) for f in lab_file.findings if f.severity is Severity.STOPS]


def _codes(lab_file):
    return [f.code for f in lab_file.findings]


def test_the_samples_are_what_their_script_writes(folder, tmp_path):
    runpy.run_path(str(folder / "make_chromatography.py"))["write_chromatography"](tmp_path)
    written = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert written == {name: (folder / name).read_bytes() for name in written}
    assert set(READ) < set(written)


def test_a_chemstation_header_with_its_results_gives_each_signal(read, report_in_csv):
    header, results = report_in_csv
    lab_file = read(header, "Report00.CSV", companions=results)
    assert [(table.sheet, len(table)) for table in lab_file.tables] == [("REPORT01.CSV", 5), ("REPORT02.CSV", 1)]
    second = {name: cells[0] for name, cells in lab_file.tables[1].columns.items()}
    assert (second["signal"], second["value"], second["unit"]) == ("DAD1 B, Sig=254,4 Ref=off", "967.024", "mAU*s")
    assert (second["sample"], second["measured_at"]) == ("EX-12", "2026-03-14 14:10:00")
    assert lab_file.findings == ()


def test_chemstation_results_with_their_header_beside_them_read_alike(read, report_in_csv):
    header, results = report_in_csv
    first = results["REPORT01.CSV"]
    others = {"Report00.CSV": header, "REPORT02.CSV": results["REPORT02.CSV"]}
    turned = read(first, "REPORT01.CSV", companions=others)
    assert turned.tables == read(header, "Report00.CSV", companions=results).tables


def test_a_chemstation_header_that_lacks_a_signal_is_an_incomplete_pair(read, reference_data):
    of_run = reference_data / "lab_files" / "agilent_chemstation"
    results = {"001F0101_REPORT01.CSV": (of_run / "001F0101_REPORT01.CSV").read_bytes()}
    lab_file = read((of_run / "001F0101_Report00.CSV").read_bytes(), "001F0101_Report00.CSV", companions=results)
    assert lab_file.tables[0].columns["value"] == ["45713.66796875", "955.595458984375", "17.7135124206543"]
    assert _stops(lab_file) == [("incomplete-pair", "a header of 2 signals with the results of 001F0101_REPORT01.CSV")]


def test_areas_of_a_chemstation_header_without_units_are_counts_and_said_so(read, report_in_csv):
    header, results = report_in_csv
    bare = header.decode("utf-16").replace("mAU*s", "     ").encode("utf-16")
    lab_file = read(bare, "Report00.CSV", companions=results)
    assert (set(lab_file.tables[0].columns["unit"]), _codes(lab_file)) == ({"counts"}, ["unit-not-stated"])
    given = read(bare, "Report00.CSV", companions=results, fixed={"unit": "mAU*s"})
    assert (set(given.tables[0].columns["unit"]), _codes(given)) == ({"mAU*s"}, [])


def test_chemstation_results_without_one_peak_do_not_make_100_percent(read, report_in_csv):
    header, results = report_in_csv
    lines = results["REPORT01.CSV"].decode("utf-16").splitlines(keepends=True)
    shorter = {**results, "REPORT01.CSV": "".join(lines[:-1]).encode("utf-16")}
    ((code, found),) = _stops(read(header, "Report00.CSV", companions=shorter))
    assert (code, found[:17]) == ("total-differs", "areas of 99.08344")


def test_a_chemstation_signal_whose_results_are_empty_stops_the_report(read, report_in_csv):
    header, results = report_in_csv
    lab_file = read(header, "Report00.CSV", companions={**results, "REPORT02.CSV": b""})
    assert _stops(lab_file) == [("cut-file", "no peak in REPORT02.CSV")]


def test_a_chemstation_header_that_is_cut_is_not_taken_for_a_narrower_table(read, report_in_csv):
    header, results = report_in_csv
    assert "cut-file" in _codes(read(header[:-20], "Report00.CSV", companions=results))


def test_the_same_injection_exported_twice_says_the_same_of_itself(read, reference_data):
    runs = reference_data / "lab_files" / "shimadzu_lcsolution"
    first, second, other = (read((runs / f"Output-sample {n}.txt").read_bytes()).about for n in "016")
    assert [first[key] == second[key] for key in ("data_file", "acquired", "sample")] == [True] * 3
    assert first["acquired"] != other["acquired"]


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("# of Peaks,5", "# of Peaks,6", "5 lines under '[Peak Table(Detector A-Ch1)]'"),
        ("# of Points,11", "# of Points,12", "11 lines under '[LC Chromatogram(Detector A-Ch1)]'"),
        ("# of IDs,5", "# of IDs,4", "5 lines under '[Compound Results(Detector A)]'"),
    ],
)
def test_a_labsolutions_section_holds_as_many_lines_as_it_states(read, text, old, new, found):
    assert _stops(read(text("shimadzu_lcsolution.txt", (old, new)))) == [("cut-file", found)]


def test_a_labsolutions_name_with_the_separator_in_it_stops_its_line(read, text):
    lab_file = read(text("shimadzu_lcsolution.txt", (",1,Rg1\r", ",1,Rg1, crude\r")))
    (fault,) = [f for f in lab_file.findings if f.severity is Severity.STOPS]
    assert (fault.code, fault.found, fault.remedy[:32]) == ("cut-line", "10 cells", "Convert the data file again with")


def test_labsolutions_times_of_two_notations_are_left_for_the_judge_to_refuse(judged, text):
    mixed = text("shimadzu_labsolutions_korean.txt", ("11,482", "11.482"), encoding="cp949")
    _, findings = judged(mixed)
    assert {f.code for f in findings} == {"not-a-number"}
    assert findings[0].found == "'12,057'"


def test_a_labsolutions_file_without_a_sample_name_is_called_by_its_data_file(read, text):
    nameless = text("shimadzu_lcsolution.txt", ("Sample Name,EX-12", "Sample Name,"))
    lab_file = read(nameless)
    assert (set(lab_file.tables[0].columns["sample"]), _codes(lab_file)) == ({"EX-12_0314"}, ["sample-not-stated"])
    named = read(nameless, fixed={"sample": "EX-12"})
    assert (set(named.tables[0].columns["sample"]), _codes(named)) == ({"EX-12"}, [])


def test_a_labsolutions_detector_without_a_peak_table_is_asked_about(read, text):
    lab_file = read(text("shimadzu_lcsolution.txt", ("[Peak Table(PDA-Ch1)]", "[Other]")))
    assert [(f.severity, f.code) for f in lab_file.findings] == [(Severity.ASKS, "detector-without-table")]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("9,Rh2,-----,-----", "9,Rh2,47.250,1200", "component-without-peak"),
        ("# of Groups,0\r\n", "# of Groups,1\r\nID#,Name,Area\r\n1,Rb,5\r\n", "section-not-read"),
    ],
)
def test_labsolutions_results_that_are_not_taken_are_asked_about(read, text, old, new, code):
    grouped = ("[LC Chromatogram", "[Group Results(Detector A)]\r\n# of Groups,0\r\n\r\n[LC Chromatogram")
    lab_file = read(text("shimadzu_lcsolution.txt", grouped, (old, new)))
    assert [(f.severity, f.code) for f in lab_file.findings] == [(Severity.ASKS, code)]
    assert sum(name != "Rh2" for name in lab_file.tables[0].columns["component"]) == 5


def test_a_labsolutions_file_cut_before_its_compounds_is_asked_about_those_not_found(read, text):
    whole = text("shimadzu_lcsolution.txt")
    lab_file = read(whole[: whole.index("[Compound Results")])
    assert [(f.severity, f.code) for f in lab_file.findings] == [(Severity.ASKS, "compounds-missing")]


def test_a_labsolutions_file_without_peaks_holds_no_result(read, text):
    with pytest.raises(LabFileRejected, match="found no peak table, expected a section"):
        read(text("shimadzu_lcsolution.txt", ("[Peak Table(", "[Table("), ("-----,-----", "1.0,1")))


def test_a_labsolutions_file_that_went_through_excel_reads_alike(read, text):
    whole = text("shimadzu_lcsolution.txt")
    padded = "".join(f"{line},,,,\r\n" for line in whole.splitlines())
    assert read(padded).tables == read(whole).tables


def test_two_labsolutions_exports_in_one_file_are_told_apart_by_hand(read, text):
    once = text("shimadzu_lcsolution.txt")
    with pytest.raises(LabFileRejected, match="found the exports of several injections in one file"):
        read(once + once)


def test_a_sum_that_openlab_did_not_print_stops_the_report(read, text):
    lab_file = read(text("openlab_summary.txt", ("655,", "656,")))
    assert _stops(lab_file) == [("total-differs", "areas that sum to 2376.6240 for signal 'DAD1A,Sig=203,4 Ref=off'")]


@pytest.mark.parametrize(("times", "number"), [(0, "412,"), (2, "412,30503050")])
def test_half_a_number_that_openlab_wrapped_does_not_hide_in_the_rounding_of_the_sum(read, text, times, number):
    line = next(line for line in text("openlab_summary.txt").splitlines(keepends=True) if "3050" in line)
    assert _stops(read(text("openlab_summary.txt", (line, times * line)))) == [("broken-number", f"'{number}'")]


def test_an_openlab_report_lacks_its_second_page(read, text):
    lab_file = read(text("openlab_summary.txt", ("Page 1 of 1", "Page 1 of 2")))
    assert _stops(lab_file) == [("cut-file", "page 1 of 2 as the last")]


def test_an_openlab_table_goes_on_with_its_headings_on_the_next_page(read, text):
    lines = text("openlab_summary.txt").splitlines()
    third = next(i for i, line in enumerate(lines) if "24,338" in line)
    top = next(i for i, line in enumerate(lines) if "RT " in line) - 1
    turn = [lines[top].translate(str.maketrans("┌┬┐", "└┴┘")), "│Page 1 of 2│", "═" * 80, *lines[:3]]
    whole = "\n".join([*lines[: third - 1], *turn, *lines[top : top + 3], *lines[third - 1 :]])
    lab_file = read(whole.replace("Page 1 of 1", "Page 2 of 2") + "\n")
    assert _stops(lab_file) == []
    assert lab_file.tables[0].columns["peak"] == ["1", "2", "3", "4", "5"]


def test_an_openlab_report_in_german_is_read_by_its_headings(read, text):
    german = [("Sample Name", "Probenname "), ("│Type│", "│Typ │"), ("│Width ", "│Breite"), ("│Area  ", "│Fläche")]
    german += [("│Height", "│Höhe  "), ("│Area% ", "│Fläche%"), ("│Sum  ", "│Summe"), ("Page 1 of", "Seite 1 von")]
    lab_file = read(text("openlab_summary.txt", *german[:5], ("│Area%  ", "│Fläche%"), *german[6:]))
    assert _stops(lab_file) == []
    assert lab_file.tables == read(text("openlab_summary.txt")).tables


def test_masshunter_peaks_carry_the_hits_of_the_library_search(read, folder):
    (table,) = read((folder / "masshunter_RESULTS.CSV").read_bytes()).tables
    assert table.columns["component"] == ["Rg1", "Re", "Rb1", "", "", ""]
    assert table.extra["Qual"][:4] == ["91", "92", "93", ""]


def test_a_masshunter_file_without_its_last_peak_misses_its_share(read, text):
    whole = text("masshunter_RESULTS.CSV")
    last = next(line for line in whole.splitlines(keepends=True) if line.startswith("5="))
    assert _stops(read(whole.replace(last, ""))) == [
        ("total-differs", r"areas of 99.083 % in all for 'INT TIC: EX-12_0314.D\data.ms'")
    ]


def test_a_masshunter_file_without_a_listed_chromatogram_is_cut(read, text):
    whole = text("masshunter_RESULTS.CSV")
    shorter = whole[: whole.rindex("[INT")]
    assert _stops(read(shorter)) == [("cut-file", r"no section '[INT EX-12_0314.D\FID1A.ch]'")]


def test_a_component_that_totalchrom_did_not_find_keeps_the_time_it_was_expected_at(read, reference_data):
    path = reference_data / "lab_files" / "perkinelmer_totalchrom" / "EXP-24-AK6145_a_001.TX0"
    (table,) = read(path.read_bytes()).tables
    assert table.rows[11] == 38
    assert table.extra["Expected Retention [min]"][11] == "3,941"
    assert table.columns["retention_min"][11] == ""


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('"655871.00"', '"655971.00"', "total-differs"),
        ('4,"25.870"', '5,"25.870"', "peak-missing"),
        ('"Rh2","47.250"', "", "cut-file"),
        ('-,"47.250","0.00","0.00","0.00",""', '""', "cut-file"),
        ('"Report stored', '"Stored', "cut-file"),
    ],
)
def test_a_totalchrom_report_is_held_against_what_it_prints_of_itself(read, text, old, new, code):
    spoilt = text("totalchrom_report.TX0", (old, new), encoding="cp1252").replace("2.376e+06", "2375624.00")
    assert {found for found, _ in _stops(read(spoilt))} == {code}


def test_a_chromeleon_trace_is_refused_in_words(read, folder):
    with pytest.raises(LabFileRejected) as refusal:
        read((folder / "chromeleon_trace.txt").read_bytes(), "trace.txt")
    assert str(refusal.value) == (
        "trace.txt was not uploaded: 1 fault to mend.\n"
        "  found a Chromeleon trace of 21 points, from 0,000000 to 0,033333 min, without a peak table, "
        "expected integrated peaks. Export the integration results (the peak table) from Chromeleon, "
        "and upload those."
    )


def _as_workbook(rows):
    book = Workbook()
    book.active.title = "Integration"
    for row in rows:
        book.active.append([cell or None for cell in row])
    book.create_sheet("Audit Trail").append(["Invented"])
    book.copy_worksheet(book.active).title = "Peak Analysis"
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def test_chromeleon_results_in_a_workbook_are_read_once(read, text):
    whole = text("chromeleon_results.txt", encoding="utf-16")
    book = read(_as_workbook(line.split("\t") for line in whole.splitlines()), "results.xlsx")
    assert [table.sheet for table in book.tables] == ["Integration"]
    assert book.tables[0].columns == read(whole).tables[0].columns
    assert _codes(book) == ["sheet-not-read", "sheet-repeats"]


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("68.718", "68.818", "total-differs"),
        ("2\tRe\t12.057\t109.312", "2\tRe\t12.057\t", "total-differs"),
        ("Injection Name:\t\tEX-13", "", "cut-file"),
        ("3\tRb1", "x\tRb1", "cut-line"),
        ("EX-13\t\tRun Time (min):\t50.00\r\nChannel:", "EX-13\r\nSample Name:\tEX-14\r\n", "cut-file"),
    ],
)
def test_chromeleon_results_are_held_against_what_they_say_of_themselves(read, text, old, new, fault):
    lab_file = read(text("chromeleon_results.txt", (old, new), encoding="utf-16"))
    assert fault in {code for code, _ in _stops(lab_file)}


def test_chromeleon_results_without_a_total_are_asked_about(read, text):
    lines = text("chromeleon_results.txt", encoding="utf-16").splitlines(keepends=True)
    lab_file = read("".join(line for line in lines if not line.startswith("Total:")))
    assert _codes(lab_file) == ["no-total", "no-total"]


@pytest.mark.parametrize(
    "words",
    [
        {"Peak Name": "피크 이름", "Retention Time": "머무름 시간", "Relative Area": "상대 면적", "Area": "면적",
         "Amount": "농도", "No.": "번호", "Injection Name": "주입 이름", "Channel": "채널", "Total": "합계"},
        {"Peak Name": "Nom du pic", "Retention Time": "Temps de rétention", "Relative Area": "Aire relative",
         "Area": "Aire", "Amount": "Quantité", "No.": "N°", "Injection Name": "Nom d'injection", "Channel": "Canal"},
        {"Peak Name": "Peak Name ", "Retention Time": "Ret.Time", "Relative Area": "Rel.Area", "Injection Name":
         "Sample Name", "Injection Date/Time": "Recording Time"},
    ],
)  # fmt: skip
def test_chromeleon_results_are_read_in_the_words_of_their_computer(read, text, words):
    whole = text("chromeleon_results.txt", encoding="utf-16")
    kept = ("sample", "signal", "component", "peak", "retention_min", "value", "amount", "area_percent")
    lab_file = read(text("chromeleon_results.txt", *words.items(), encoding="utf-16"))
    assert _stops(lab_file) == []
    assert [lab_file.tables[0].columns[c] for c in kept] == [read(whole).tables[0].columns[c] for c in kept]


def test_chromeleon_headings_with_their_units_in_brackets_read_alike(read, text):
    whole = text("chromeleon_results.txt", encoding="utf-16")
    heads = whole.splitlines()[6:8]
    named = (f"{word} [{unit}]" if unit else word for word, unit in zip(*(h.split("\t") for h in heads), strict=True))
    lab_file = read(whole.replace("\r\n".join(heads), "\t".join(named)))
    assert lab_file.tables[0].columns == read(whole).tables[0].columns


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("EX-12,EX-12.d,Sample", "EX-12,EX-12.d", "cut-line"),
        ("EX-12,EX-12.d,Sample", ",EX-12.d,Sample", "cut-line"),
        ("Rb1 Results", "Rb1 Outcome", "section-not-read"),
        ("25.5,\r\n", "25.5", "cut-line"),
    ],
)
def test_a_masshunter_batch_tells_of_lines_and_groups_that_are_not_whole(read, text, old, new, code):
    lab_file = read(text("masshunter_quant.csv", (old, new), encoding="utf-8-sig"))
    assert code in _codes(lab_file)


def test_a_masshunter_batch_without_responses_holds_no_peaks(read, text):
    with pytest.raises(LabFileRejected, match="found results of 'Rg1', 'Rb1' without a response"):
        read(text("masshunter_quant.csv", ("Resp.", "S/N"), encoding="utf-8-sig"))


def test_the_second_transition_of_a_compound_is_no_compound(read, text):
    groups = ("Rb1 Method", "Qualifier (845.5 -> 221.1) Results")
    lab_file = read(text("masshunter_quant.csv", groups, encoding="utf-8-sig"))
    assert set(lab_file.tables[0].columns["component"]) == {"Rg1", "Rb1"}


def test_amounts_of_a_chromatography_report_take_the_unit_that_is_given(judged, text):
    zero = ("38512,0.000,", "38512,103.07,")
    readings, findings = judged(text("shimadzu_lcsolution.txt", zero))
    assert (readings.columns.get("amount", [None])[0], readings.extra[0]["Conc."]) == (None, "103.07")
    assert [f.code for f in findings] == ["amount-unit-unclear"]
    given, _ = judged(text("shimadzu_lcsolution.txt", zero), fixed={"amount_unit": "mg/L"})
    assert (given.columns["amount"][0], given.columns["amount_unit"][0]) == (103.07, "µg/mL")


@pytest.mark.parametrize("name", READ)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(share=st.floats(0, 1))
def test_a_report_cut_anywhere_is_refused_or_whole(judged, folder, name, share):
    data = (folder / name).read_bytes()
    whole, _ = judged(data)
    try:
        readings, findings = judged(data[: int(share * len(data))])
    except LabFileRejected:
        return
    if not any(f.severity is not Severity.NOTES for f in findings):
        assert readings.columns["value"] == whole.columns["value"]


@pytest.mark.parametrize("name", READ)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(share=st.floats(0, 1), put=st.binary(max_size=12), lost=st.integers(0, 40))
def test_a_damaged_report_is_read_or_refused_but_never_breaks(read, folder, name, share, put, lost):
    data = (folder / name).read_bytes()
    at = int(share * len(data))
    with suppress(LabFileRejected):
        assert read(data[:at] + put + data[at + lost :]).tables
