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
