"""Files of which nothing can be read: what they are, and what to do instead."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from itertools import islice

from ginseng_rd.errors import Finding, Place, Severity
from ginseng_rd.labfiles.source import unicode_of
from ginseng_rd.labfiles.workbooks import BROKEN_ARCHIVE, ODS_TYPE, OLE_START, ZIP_START

_EXPECTED = "a text or CSV file, or a workbook (XLSX, XLS, ODS)"
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
    ("Quantify Compound Summary Report", "a Waters MassLynx report"),
    ("Kaleido", "a PerkinElmer or Revvity Kaleido export"),
)
# Document protection that Korean companies use: it wraps the whole file, and only its own viewer opens it.
_LOCKED = (
    (b"NASCA DRM FILE", "Fasoo DRM"),
    (b"DRMONE", "Fasoo DRM"),
    (b"SCDSA", "SoftCamp Document Security"),
    (b"MarkAny", "MarkAny Document SAFER"),
    (b"DOCUMENT SAFER", "MarkAny Document SAFER"),
)
_RELEASE = (
    "Ask whoever runs it to release the file (보안 해제), or save it without protection, and upload that: "
    "a name that ends in .xlsx does not open it."
)
# Streams by which an old Office file tells what it is.
_OLD_OFFICE = (
    ("HwpSummaryInformation", "a Hangul document (HWP)"),
    ("WordDocument", "a Word document (.doc)"),
    ("PowerPoint Document", "a PowerPoint presentation (.ppt)"),
)
_HTML = (b"<html", b"<!doctype html", b"<table")


def why_unreadable(data: bytes) -> Finding | None:
    """Return why no reader can read ``data``, or None if one may."""
    if not data.strip(b" \t\r\n\0\xef\xbb\xbf\xff\xfe"):
        return _refusal("empty-file", "an empty file", "Export it again, and look at its size before uploading.")
    if (protection := _protection(data)) is not None:
        return _refusal("drm-protected", f"a file locked by {protection}", _RELEASE)
    if data.startswith(OLE_START):
        return _ole_refusal(data)
    if data.startswith(ZIP_START):
        return _zip_refusal(data)
    for magic, what, remedy in _MAGIC:
        if data.startswith(magic):
            return _refusal("not-a-table", what, remedy)
    beginning = data[:2000].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if beginning.startswith(b"<") and any(mark in beginning for mark in _HTML):
        return _refusal("other-workbook", "a web page, whatever its name ends in", _SAVE_AS_XLSX)
    if beginning.startswith(b"<?xml") and b"urn:schemas-microsoft-com:office:spreadsheet" in beginning:
        return _refusal("other-workbook", "an XML spreadsheet of Excel 2003", _SAVE_AS_XLSX)
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


def _protection(data: bytes) -> str | None:
    """Return what locks a file, named near its beginning or, for Microsoft's own, in its directory."""
    if data.startswith(OLE_START):
        return "Microsoft rights management" if "DRMEncrypted".encode("utf-16-le") in data else None
    return next((name for mark, name in _LOCKED if mark in data[:200]), None)


def _ole_refusal(data: bytes) -> Finding | None:
    if "EncryptedPackage".encode("utf-16-le") in data:
        found = "a password-protected Excel workbook"
        return _refusal("password-protected", found, "Remove the password and save it again.")
    for stream, what in _OLD_OFFICE:
        if stream.encode("utf-16-le") in data:
            return _refusal("not-a-table", what, "Put its numbers into a workbook, and upload that.")
    if "Workbook".encode("utf-16-le") in data:
        return None
    return _refusal("old-excel", "a file of Excel 95 or of another old Office program", _SAVE_AS_XLSX)


def _zip_refusal(data: bytes) -> Finding | None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
    except BROKEN_ARCHIVE:
        return _refusal("damaged-file", "a damaged or cut-off XLSX or ZIP file", "Save or copy it again.")
    if "xl/workbook.xml" in names or (ODS_TYPE in data[:200] and "content.xml" in names):
        return None
    if "xl/workbook.bin" in names:
        found = "a binary Excel workbook (.xlsb), whose formulas, percentages and hidden rows cannot be seen here"
        return _refusal("other-workbook", found, _SAVE_AS_XLSX)
    if "mimetype" in names:
        found = "a document that is no workbook (such as ODT or HWPX)"
        return _refusal("other-workbook", found, "Put its numbers into a workbook, and upload that.")
    return _refusal("zip-archive", f"a ZIP archive of {len(names)} files", "Unpack it and upload each file by itself.")


def _refusal(code: str, found: str, remedy: str) -> Finding:
    return Finding(Severity.STOPS, code, Place(), found, _EXPECTED, remedy)
