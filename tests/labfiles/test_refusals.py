"""Files of which nothing can be read say what they are and what to do."""

import io
import zipfile

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ginseng_rd.errors import LabFileRejected

OLE = bytes.fromhex("d0cf11e0a1b11ae1")


def _zip(*names):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return buffer.getvalue()


@pytest.fixture(scope="module")
def workbook():
    book = openpyxl.Workbook()
    for row in (["sample", "analyte", "value", "unit"], ["EX-11", "Rg1", 0.05, "%"]):
        book.active.append(row)
    book.active["C2"].number_format = "0.0%"
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"", "an empty file"),
        (b"\xef\xbb\xbf \r\n", "an empty file"),
        (OLE + bytes(500), "a file of Excel 95 or of another old Office program"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "a password-protected Excel workbook"),
        (_zip("a.csv", "b.csv"), "a ZIP archive of 2 files"),
        (_zip("a.csv")[:20], "a damaged or cut-off XLSX or ZIP file"),
        (_zip("xl/workbook.xml"), "a workbook that cannot be read"),
        (_zip("mimetype", "content.xml"), "a document that is no workbook"),
        (_zip("xl/workbook.bin"), "a binary Excel workbook .+, whose formulas, percentages and hidden rows cannot be"),
        (b"%PDF-1.7\n", "a PDF document"),
        (b"<html><table>", "a web page"),
        (b"\xef\xbb\xbf<meta charset='utf-8'>\n<table><tr><td>1", "a web page"),
        (
            b'<?xml version="1.0"?>\n<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">',
            "an XML spreadsheet",
        ),
        (b"sample,value\nA," + b"x" * 200_000, "a cell of more than 131,072 characters"),
        (bytes(range(256)) * 4, "a binary file"),
    ],
)
def test_a_file_that_is_no_table_is_called_what_it_is(read, data, found):
    with pytest.raises(LabFileRejected, match=f"found {found}"):
        read(data, "results.csv")


def test_a_refusal_of_an_old_workbook_reads_as_a_sentence(read):
    with pytest.raises(LabFileRejected) as refusal:
        read(OLE, "plate.xlsx")
    assert str(refusal.value) == (
        "plate.xlsx was not uploaded: 1 fault to mend.\n"
        "  found a file of Excel 95 or of another old Office program, expected a text or CSV file, or a workbook "
        "(XLSX, XLS, ODS). Open it in Excel and save it as an Excel workbook (.xlsx) or as CSV UTF-8."
    )


def test_an_unknown_kind_is_refused(read):
    with pytest.raises(LabFileRejected, match="found the kind 'contents', expected one of content, assay"):
        read("a,b\n1,2\n", kind="contents")


def test_every_real_instrument_file_is_read_or_refused_in_words(read, reference_data):
    files = [path for path in (reference_data / "lab_files").rglob("*") if path.is_file() and path.suffix != ".md"]
    refused = set()
    for path in files:
        try:
            read(path.read_bytes(), path.name)
        except LabFileRejected:
            refused.add(path.name)
    assert refused == {
        "001F0101_REPORT01.CSV",  # results without their header
        "001F0101_Report00.CSV",  # and a header without its results
        "20240719_biotek_FDH.V9_0.02enzyme_kinetics.xlsx",  # its decimal points were lost
        "Adenosine Stadards_ 1 mM.txt",  # a trace without peaks
    }


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Quantify Compound Summary Report\n\nPrinted Sat Mar 14 14:10:00 2026\n", "a Waters MassLynx report"),
        ("Plate\n,Kaleido 2.0\nResults for Abs 1\n", "a PerkinElmer or Revvity Kaleido export"),
    ],
)
def test_an_instrument_without_a_reader_is_called_by_its_name(read, text, found):
    with pytest.raises(LabFileRejected, match=f"found {found}"):
        read(text)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(share=st.floats(0, 1), put=st.binary(min_size=1, max_size=40))
def test_a_damaged_workbook_is_read_or_refused_but_never_breaks(read, workbook, share, put):
    at = int(share * len(workbook))
    try:
        lab_file = read(workbook[:at] + put + workbook[at + len(put) :])
    except LabFileRejected:
        return
    assert lab_file.tables


def test_of_a_page_in_one_cell_the_beginning_is_told(judged):
    _, (finding,) = judged(f"sample,analyte,value,unit\nA,Rg1,{'x' * 20_000},mg/g\n")
    assert finding.found == f"'{'x' * 80}...'"


def test_a_number_is_read_as_the_sheet_shows_it(judged):
    book = openpyxl.Workbook()
    for row in (["sample", "analyte", "value", "unit"], [12, "Rg1", 3.25, "mg/g"], [13, "Rg1", 3.2, "mg/g"]):
        book.active.append(row)
    book.active["A2"].number_format = "0000"
    book.active["C2"].number_format = '"<"0.0'
    buffer = io.BytesIO()
    book.save(buffer)
    readings, findings = judged(buffer.getvalue())
    assert (readings.columns["sample"], readings.columns["value"]) == (["0012", "13"], [3.25, 3.2])
    assert (readings.columns["relation"], findings) == (["<", "="], [])


def test_an_error_that_libreoffice_keeps_as_zero_is_no_reading(judged):
    names = " ".join(
        f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{short}:1.0"' for short in ("office", "table", "text")
    )
    shown = [["sample", "analyte", "value", "unit"], ["A", "Rg1", "Err:502", "mg/g"], ["B", "Rg1", "#DIV/0!", "mg/g"]]
    kinds = {"Err:502": "float", "#DIV/0!": "float"}
    rows = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="{kinds.get(text, "string")}" office:value="0">'
            f"<text:p>{text}</text:p></table:table-cell>"
            for text in row
        )
        + "</table:table-row>"
        for row in shown
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        archive.writestr(
            "content.xml", f'<office:x {names}><table:table table:name="S">{rows}</table:table></office:x>'
        )
    _, findings = judged(buffer.getvalue(), "a.ods")
    assert [(f.code, f.found) for f in findings] == [("not-a-number", "'Err:502'"), ("not-a-number", "'#DIV/0!'")]
