"""Workbooks of plate readers: what a spreadsheet hides, loses and lets people type between the readings."""

import io
import runpy
import zipfile

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ginseng_rd.errors import LabFileRejected, Severity

OLE = bytes.fromhex("d0cf11e0a1b11ae1")
ZIPPED = ["skanit_endpoint.xlsx", "magellan_kinetic.xlsx", "spark_part_of_plate.xlsx", "gen5_kinetic.xlsx"]
BOOKS = [*ZIPPED, "skanit_kinetic.xlsx", "gen5_endpoint.xlsx", "icontrol_kinetic.xlsx", "icontrol_two_labels.xls"]


@pytest.fixture(scope="module")
def samples(examples):
    return examples / "lab_formats"


@pytest.fixture
def edited(samples):
    """Return a sample with its first sheet changed by hand, as bytes."""

    def edit(name, change):
        book = openpyxl.load_workbook(samples / name)
        change(book.worksheets[0])
        buffer = io.BytesIO()
        book.save(buffer)
        return buffer.getvalue()

    return edit


def _codes(findings, severity):
    return [f.code for f in findings if f.severity is severity]


def _members(data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_samples_are_what_their_script_writes(samples, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(samples))
    runpy.run_path(str(samples / "make_plate_books.py"))["write_books"](tmp_path)
    written = sorted(path.name for path in tmp_path.iterdir())
    assert len(written) == 25
    for name in written:
        new, old = (tmp_path / name).read_bytes(), (samples / name).read_bytes()
        assert _members(new) == _members(old) if name.endswith((".xlsx", ".ods")) else new == old


def test_a_run_saved_in_another_region_is_stopped_and_told_why(read, samples):
    with pytest.raises(LabFileRejected) as refusal:
        read((samples / "gen5_other_region.xlsx").read_bytes(), "kinetics.xlsx")
    assert str(refusal.value) == (
        "kinetics.xlsx was not uploaded: 1 fault to mend.\n"
        "  sheet 'Plate 1 - Sheet1', row 37, column 'F': found 15 whole numbers from 1056 to 2856, such as '1236', "
        "beside 19 values below 1, 19 of which are text such as '0.156', expected readings such as 1.236. The workbook "
        "was opened and saved under another regional setting: values of 1 or more lost their decimal point, values "
        "below 1 became text. Export the plate from Gen5 again, and upload that file before opening it in Excel."
    )


def test_thousands_are_readings_where_others_lie_between(judged, edited):
    def change(sheet):
        sheet["A30"] = "485,528"
        for row in range(33, 44):
            for column in "DEF":
                sheet[f"{column}{row}"] = 1044 if column == "D" else 12.5

    readings, _ = judged(edited("gen5_kinetic.xlsx", change))
    assert set(readings.columns["endpoint"]) == {"fluorescence 485/528 nm"}
    assert 1044.0 in readings.columns["value"]


def test_a_time_beyond_a_day_is_a_time(judged, edited):
    def change(sheet):
        sheet["B44"] = 1.25
        sheet["B44"].number_format = "h:mm:ss"

    readings, _ = judged(edited("gen5_kinetic.xlsx", change))
    assert 30 * 60 in readings.columns["time"]


def test_times_beside_readings_with_a_decimal_comma_have_one_too(judged, edited):
    def change(sheet):
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, float):
                    cell.value = str(cell.value).replace(".", ",")

    readings, findings = judged(edited("icontrol_kinetic.xlsx", change), fixed={"time_unit": "min"})
    assert readings.columns["time"] == [0, 60.1, 120.2] * 2
    assert [f.code for f in findings] == ["decimal-comma"]


def test_a_formula_in_place_of_a_reading_is_asked_about_and_one_in_an_empty_well_noted(read, samples):
    told = [f for f in read((samples / "skanit_edited.xlsx").read_bytes()).findings if f.code == "formula-in-plate"]
    assert [(f.severity, f.found) for f in told] == [
        (Severity.ASKS, "1 formulas among the wells: C13"),
        (Severity.NOTES, "2 formulas among the wells: J11, J12"),
    ]


@pytest.mark.parametrize(
    ("name", "row", "found"),
    [
        ("skanit_endpoint.xlsx", 12, "no row B of 'Plate 1'"),
        ("spark_part_of_plate.xlsx", 25, "no row C in the measurement 'OD600'"),
        ("icontrol_decimal_comma.xlsx", 17, "no row B in the measurement 'Label1'"),
        ("magellan_kinetic.xlsx", 5, "no line of A02"),
    ],
)
def test_a_line_removed_from_a_plate_is_named(read, edited, name, row, found):
    stops = [
        f for f in read(edited(name, lambda sheet: sheet.delete_rows(row))).findings if f.severity is Severity.STOPS
    ]
    assert found in [f.found for f in stops]


def test_a_reading_emptied_within_the_part_that_was_read_is_a_fault(judged, edited):
    _, findings = judged(edited("spark_part_of_plate.xlsx", lambda sheet: sheet.__setitem__("E36", None)))
    (fault,) = [f for f in findings if f.severity is Severity.STOPS]
    assert (fault.code, fault.place.row, fault.place.column) == ("missing-cell", 36, "E")


def test_a_well_with_a_sample_and_no_reading_is_asked_about(read, edited):
    findings = read(edited("skanit_endpoint.xlsx", lambda sheet: sheet.__setitem__("D14", None))).findings
    assert _codes(findings, Severity.ASKS) == ["wells-missing"]


def test_a_measurement_whose_plate_is_gone_is_named(read, edited):
    (fault,) = [
        f
        for f in read(edited("spark_part_of_plate.xlsx", lambda sheet: sheet.delete_rows(33, 9))).findings
        if f.severity is Severity.STOPS
    ]
    assert (fault.code, fault.found) == ("no-readings", "no readings of the measurement 'LUMI'")


@pytest.mark.parametrize(
    ("name", "old", "new", "code"),
    [
        ("icontrol_two_labels.txt", "H\t", "\t", "cut-plate"),
        ("icontrol_two_labels.txt", "\tOVER", "\t1\tOVER", "cut-line"),
        ("icontrol_kinetic_lines.csv", "3,600,", "4,600,", "cut-list"),
        ("icontrol_kinetic_lines.csv", ",A2,", ",x2,", "no-well"),
        ("icontrol_kinetic_lines.csv", "5,1200,37.1,1028,1029,1030,1031\r\n", "", "fewer-times"),
        ("icontrol_kinetic_lines.csv", "1028,1029,1030,1031", ",,,", "cut-line"),
        ("spark_list.csv", "B1,0.15,600\r\n", "", "cut-plate"),
        ("spark_list.csv", "Name,LUMI", "Name,Light", "measurement-missing"),
        ("spark_list.csv", "End Time,,,,2026-04-02 16:31:05", "", "cut-file"),
    ],
)
def test_a_tecan_text_is_held_against_what_it_says_of_itself(read, samples, name, old, new, code):
    text = (samples / name).read_bytes().decode("utf-8-sig" if name == "icontrol_kinetic_lines.csv" else "cp1252")
    assert old in text
    assert code in {f.code for f in read(text.replace(old, new)).findings}


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("C\t", "\t", "cut-plate"),
        ("Measurement 2:", "", "labels-unclear"),
        ("Label2\r", "\r", "labels-unclear"),
        ("H\t\t\t", "H\t\t0.1\t", "well-not-read"),
        ("25.1 °C\r\n", "25.1 °C", "cut-file"),
    ],
)
def test_a_magellan_matrix_is_held_against_what_it_says_below(read, samples, old, new, code):
    text = (samples / "magellan_matrix.txt").read_bytes().decode("utf-16")
    assert old in text
    try:
        findings = read(text.replace(old, new)).findings
    except LabFileRejected as refusal:
        findings = refusal.findings
    assert code in {f.code for f in findings}


def test_the_mean_of_several_reads_in_a_well_is_its_reading(judged, samples):
    text = (samples / "spark_list.csv").read_bytes().decode("cp1252").replace("<>,Value,Time [ms]", "Well,Mean,StDev")
    readings, _ = judged(text)
    assert readings.columns["value"][:3] == [0.09, 0.11, 0.13]


def test_a_text_in_another_code_page_behind_a_mark_of_utf_8_reads_alike(judged, samples):
    text = (samples / "icontrol_kinetic_lines.csv").read_bytes().decode("utf-8-sig")
    marked, _ = judged(b"\xef\xbb\xbf" + text.encode("cp1252"))
    assert marked.columns == judged(text)[0].columns


def test_labels_without_descriptions_are_not_guessed(read, edited):
    with pytest.raises(LabFileRejected, match=r"found 2 labels \(Label1, Label2\) and 1 descriptions of measurements"):
        read(edited("magellan_two_wavelengths.xlsx", lambda sheet: sheet.delete_rows(113, 5)))


def test_an_absorbance_that_lost_its_point_does_not_pass(judged, edited):
    _, findings = judged(edited("skanit_endpoint.xlsx", lambda sheet: sheet.__setitem__("D14", 1044)))
    assert "absorbance-too-high" in _codes(findings, Severity.STOPS)


def test_an_error_of_excel_in_a_well_is_named(judged, edited):
    def change(sheet):
        sheet["D14"] = "#DIV/0!"
        sheet["D14"].data_type = "e"

    _, findings = judged(edited("skanit_endpoint.xlsx", change))
    (fault,) = [f for f in findings if f.severity is Severity.STOPS]
    assert (fault.found, fault.place.row, fault.place.column) == ("'#DIV/0!'", 14, "D")


def test_hidden_sheets_rows_and_columns_are_asked_about(read, edited):
    def change(sheet):
        sheet.sheet_state = "hidden"
        sheet.row_dimensions[11].hidden = True
        sheet.column_dimensions["D"].hidden = True
        sheet.parent.create_sheet("shown")

    findings = read(edited("magellan_two_wavelengths.xlsx", change)).findings
    assert _codes(findings, Severity.ASKS) == ["hidden-sheet", "hidden-rows"]
    assert next(f for f in findings if f.code == "hidden-rows").place.row == 11


def test_a_plain_sheet_tells_of_its_hidden_columns_and_merged_cells(read):
    book = openpyxl.Workbook()
    for row in (["sample", "analyte", "value", "unit"], ["EX-11", "Rg1", 1, "mg/g"], [None, "Re", 2, "mg/g"]):
        book.active.append(row)
    book.active.merge_cells("A2:A3")
    book.active.column_dimensions["C"].hidden = True
    buffer = io.BytesIO()
    book.save(buffer)
    told = {f.code: f.found for f in read(buffer.getvalue()).findings}
    assert told == {"hidden-columns": "filled cells in hidden columns: C", "merged-cells": "1 merged ranges: A2:A3"}


def test_a_whole_is_a_hundred_percent_and_not_one(read, samples):
    book = openpyxl.Workbook()
    for row in (["sample", "analyte", "value", "unit"], ["EX-11", "Rg1", 1, "%"]):
        book.active.append(row)
    book.active["C2"].number_format = "0%"
    buffer = io.BytesIO()
    book.save(buffer)
    assert read(buffer.getvalue()).tables[0].columns["value"] == ["100%"]


def test_old_and_open_workbooks_keep_their_percentages(read, samples):
    for name in ("content_in_percent.xls", "content_in_percent.ods"):
        (table,) = read((samples / name).read_bytes()).tables
        assert table.columns["value"] == ["1.86%", "4.12%", "0.612"]


def test_a_stray_cell_at_the_end_of_the_sheet_does_not_exhaust_the_memory(read, edited):
    with pytest.raises(LabFileRejected, match="a cell in row 1048576 and one in column XFD, far from the others"):
        read(edited("spark_kinetic.xlsx", lambda sheet: sheet.__setitem__("XFD1048576", "x")))


def test_a_sheet_of_ones_own_with_wells_and_absorbances_is_not_taken_for_an_instrument(read):
    book = openpyxl.Workbook()
    book.active.append(["assay", "well", "sample", "endpoint", "absorbance", "unit"])
    book.active.append(["elastase", "A01", "EX-11", "absorbance 405 nm", 0.5, "OD"])
    buffer = io.BytesIO()
    book.save(buffer)
    assert read(buffer.getvalue()).format == "XLSX sheet with headings"


def test_lines_removed_from_a_list_are_missed_by_the_sheet_that_repeats_it(read, reference_data):
    book = openpyxl.load_workbook(reference_data / "lab_files/thermo_skanit/Multiskan Sky.xlsx")
    book["Raw data 340 nm"].delete_rows(200)
    for sheets, code, found in (
        (5, "cut-list", "1 lines fewer than other sheets"),
        (1, "fewer-times", "fewer than 101 times"),
    ):
        for sheet in book.sheetnames if sheets == 1 else ():
            if sheet != "Raw data 340 nm":
                del book[sheet]
        buffer = io.BytesIO()
        book.save(buffer)
        (told,) = [f for f in read(buffer.getvalue()).findings if f.severity is not Severity.NOTES]
        assert (told.code, told.found.startswith(found)) == (code, True)


def test_a_list_under_the_words_of_a_step_takes_its_wavelength_from_them(judged, edited):
    def change(sheet):
        sheet["A1"], sheet["A3"] = "Measurement results", "Wavelength: 405 nm"
        sheet.delete_cols(2)

    readings, _ = judged(edited("skanit_list.xlsx", change))
    assert set(readings.columns["endpoint"]) == {"absorbance 405 nm"}


def test_a_sheet_of_ones_own_beside_the_plate_is_asked_about(read, edited):
    def change(sheet):
        sheet.parent.create_sheet("notes")["A1"] = "diluted twice"

    findings = read(edited("spark_kinetic.xlsx", change)).findings
    assert [(f.code, f.place.sheet) for f in findings] == [("sheet-not-read", "notes")]


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"<## NASCA DRM FILE - VER1.00 ##>" + bytes(99), "a file locked by Fasoo DRM"),
        (b"\x9b DRMONE  This Document is encrypted and protected by Fasoo DRM", "a file locked by Fasoo DRM"),
        (b"SCDSA002" + bytes(99), "a file locked by SoftCamp Document Security"),
        (b"MarkAny Document SAFER" + bytes(99), "a file locked by MarkAny Document SAFER"),
        (OLE + "DRMEncryptedDataSpace".encode("utf-16-le"), "a file locked by Microsoft rights management"),
        (OLE + "WordDocument".encode("utf-16-le"), "a Word document"),
        (OLE + "HwpSummaryInformation".encode("utf-16-le"), "a Hangul document"),
        (OLE + "Workbook".encode("utf-16-le") + bytes(999), "a workbook that cannot be read"),
    ],
)
def test_a_locked_file_or_other_document_is_called_what_it_is(read, data, found):
    with pytest.raises(LabFileRejected, match=f"found {found}"):
        read(data, "plate.xlsx")


@pytest.mark.parametrize("name", BOOKS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(share=st.floats(0, 1))
def test_a_workbook_cut_anywhere_is_refused(read, samples, name, share):
    whole = (samples / name).read_bytes().rstrip(b"\0")  # an old workbook is filled up with them
    with pytest.raises(LabFileRejected):
        read(whole[: int(share * (len(whole) - 1))])


@pytest.mark.parametrize("name", BOOKS)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(share=st.floats(0, 1), put=st.binary(min_size=1, max_size=20))
def test_a_damaged_workbook_is_refused_or_right(read, samples, name, share, put):
    whole = (samples / name).read_bytes()
    at = int(share * len(whole))
    try:
        damaged = read(whole[:at] + put + whole[at + len(put) :], name)
    except LabFileRejected:
        return
    if name.endswith(".xlsx"):  # an old workbook has no checksums
        assert damaged.tables == read(whole, name).tables
