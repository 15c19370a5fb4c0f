"""CSV, TSV and XLSX as sheets of text cells, nothing read into them."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

from ginseng_rd.errors import Finding, LabFileRejected, Place, Severity
from ginseng_rd.labfiles.source import Source, unicode_of
from ginseng_rd.labfiles.workbook import WorkbookRefused, read_workbook

XLSX_START = b"PK\x03\x04"
_DELIMITERS = "\t,;"


@dataclass(frozen=True)
class Sheet:
    """A sheet's rows as typed, blank ones included, so that row numbers hold. A CSV file has no sheet name."""

    name: str
    rows: list[list[str]]


def read_sheets(source: Source) -> tuple[list[Sheet], list[Finding]]:
    """Return the sheets of a CSV, TSV or XLSX file, and what is to be said of its encoding.

    Raises LabFileRejected for bytes that are neither text nor a workbook, and for broken quotes.
    """
    if source.data.startswith(XLSX_START):
        return _read_workbook(source), []
    text = unicode_of(source.data)
    notes: list[Finding] = []
    if text is None:
        text = _read_korean(source)
        notes.append(
            Finding(
                Severity.NOTES,
                "code-page",
                Place(),
                "text that is not UTF-8; it was read as Korean (CP949)",
                "UTF-8",
                "If letters look wrong, save it as CSV UTF-8 and upload that.",
            )
        )
    return [Sheet("", _read_delimited(source, text))], notes


def _read_korean(source: Source) -> str:
    try:
        return source.data.decode("cp949")
    except UnicodeDecodeError as error:
        line = source.data.count(b"\n", 0, error.start) + 1
        found = f"the byte 0x{source.data[error.start]:02X}, no character in UTF-8 or CP949"
        remedy = "Save it as CSV UTF-8."
        raise _rejected(source, "code-page", Place(row=line), found, "text in UTF-8", remedy) from error


def _read_delimited(source: Source, text: str) -> list[list[str]]:
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(_DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        return list(reader)
    except csv.Error as error:
        place = Place(row=reader.line_num)
        remedy = "Close the quotation mark, or write two of them where one belongs to the text."
        found = f"a quotation mark out of place ({error})"
        raise _rejected(source, "broken-quotes", place, found, "quotes around whole cells", remedy) from error


def _read_workbook(source: Source) -> list[Sheet]:
    try:
        return [Sheet(name, rows) for name, rows in read_workbook(source.data)]
    except WorkbookRefused as error:
        found = f"a workbook that cannot be read ({error})"
        remedy = "Open it in Excel and save it again."
        raise _rejected(source, "damaged-file", Place(), found, "an XLSX file", remedy) from error


def _rejected(source: Source, code: str, place: Place, found: str, expected: str, remedy: str) -> LabFileRejected:
    return LabFileRejected(source.name, [Finding(Severity.STOPS, code, place, found, expected, remedy)])
