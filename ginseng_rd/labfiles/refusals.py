"""Files of which nothing can be read: what they are, and what to do instead."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from itertools import islice

from ginseng_rd.errors import Finding, Place, Severity
from ginseng_rd.labfiles.source import unicode_of
from ginseng_rd.labfiles.workbook import BROKEN_ARCHIVE

_EXPECTED = "a text, CSV or XLSX file"
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_SAVE_AS_XLSX = "Open it in Excel and save it as an Excel workbook (.xlsx) or as CSV UTF-8."
_MAGIC = (
    (b"%PDF", "a PDF document", "Export the numbers from the instrument as text, CSV or XLSX."),
    (b"\x89PNG", "a picture (PNG)", "Export the numbers from the instrument as text, CSV or XLSX."),
    (b"\xff\xd8\xff", "a picture (JPEG)", "Export the numbers from the instrument as text, CSV or XLSX."),
    (b"\x1f\x8b", "a compressed file (gzip)", "Unpack it and upload the file within."),
    (b"7z\xbc\xaf\x27\x1c", "a compressed file (7z)", "Unpack it and upload each file by itself."),
    (b"Rar!", "a compressed file (RAR)", "Unpack it and upload each file by itself."),
)
# Exports of instruments that have no reader yet, by words that stand near their beginning.
_INSTRUMENTS = (
    ("##BLOCKS=", "a SoftMax Pro export"),
    ("LCsolution", "a Shimadzu LCsolution export"),
    ("LabSolutions", "a Shimadzu LabSolutions export"),
    ("Test run no.:", "a BMG MARS export"),
    ("Chamber temperature at start", "a PerkinElmer EnVision export"),
    ("Tecan i-control", "a Tecan i-control export"),
    ("Cross Sequence Summary Report", "an OpenLab summary report"),
    ("[INT TIC", "a MassHunter result file"),
    ("Experiment File Path", "a Gen5 export that is not text"),
    ("Report Title Area Percent Report", "the header file of a ChemStation report in CSV"),
)
_HTML = (b"<html", b"<!doctype html", b"<table")


def why_unreadable(data: bytes) -> Finding | None:
    """Return why no reader can read ``data``, or None if one may."""
    if not data.strip(b" \t\r\n\0\xef\xbb\xbf\xff\xfe"):
        return _refusal("empty-file", "an empty file", "Export it again, and look at its size before uploading.")
    if data.startswith(_OLE):
        return _ole_refusal(data)
    if data.startswith(b"PK\x03\x04"):
        return _zip_refusal(data)
    for magic, what, remedy in _MAGIC:
        if data.startswith(magic):
            return _refusal("not-a-table", what, remedy)
    if data.lstrip()[:20].lower().startswith(_HTML):
        return _refusal("not-a-table", "a web page, whatever its name ends in", _SAVE_AS_XLSX)
    text = unicode_of(data)
    if b"\0" in data and (text is None or "\0" in text):
        return _refusal(
            "not-a-table", "a binary file", "Export the numbers from the instrument's software as text, CSV or XLSX."
        )
    return None


def name_instrument(rows: Iterable[Iterable[str]]) -> str | None:
    """Return what instrument's export the first rows of a sheet are, if they are a known one without a reader."""
    beginning = " ".join(cell for row in islice(rows, 30) for cell in row)
    return next((what for words, what in _INSTRUMENTS if words in beginning), None)


def _ole_refusal(data: bytes) -> Finding:
    if "EncryptedPackage".encode("utf-16-le") in data:
        found = "a password-protected Excel workbook"
        return _refusal("password-protected", found, "Remove the password and save it again.")
    return _refusal("old-excel", "a file of Excel 97-2003 (.xls) or of another old Office program", _SAVE_AS_XLSX)


def _zip_refusal(data: bytes) -> Finding | None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
    except BROKEN_ARCHIVE:
        return _refusal("damaged-file", "a damaged or cut-off XLSX or ZIP file", "Save or copy it again.")
    if "xl/workbook.xml" in names:
        return None
    if "xl/workbook.bin" in names or "mimetype" in names:
        return _refusal("other-workbook", "a workbook that is not XLSX (such as XLSB or ODS)", _SAVE_AS_XLSX)
    return _refusal("zip-archive", f"a ZIP archive of {len(names)} files", "Unpack it and upload each file by itself.")


def _refusal(code: str, found: str, remedy: str) -> Finding:
    return Finding(Severity.STOPS, code, Place(), found, _EXPECTED, remedy)
