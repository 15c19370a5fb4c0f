"""CSV, TSV and XLSX as sheets of text cells, nothing read into them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from itertools import islice

from ginseng_rd.errors import Finding, LabFileRejected, Place, Severity
from ginseng_rd.labfiles.source import Source, unicode_of
from ginseng_rd.labfiles.workbooks import Sheet, name_column

_DELIMITERS = "\t,;"
# The first cell of a sheet that explains the others and holds no readings.
LEFT_OUT = "이 시트는 읽지 않습니다. / This sheet is not read."


def read_sheets(source: Source) -> tuple[list[Sheet], list[Finding]]:
    """Return the sheets of a CSV, TSV or XLSX file, and what is to be said of its encoding.

    Raises LabFileRejected for bytes that are neither text nor a workbook, and for broken quotes.
    """
    if source.sheets:
        return [sheet for sheet in source.sheets if not _is_left_out(sheet)], []
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
    lines = io.StringIO(text, newline="")
    first = next((line for line in lines if line.strip()), "")
    delimiter = max(_DELIMITERS, key=first.count)
    lines.seek(0)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    try:
        return list(reader)
    except csv.Error as error:
        place = Place(row=reader.line_num)
        if "field limit" in str(error):
            found = f"a cell of more than {csv.field_size_limit():,} characters, or a quotation mark that is not closed"
            remedy = "Close the quotation mark, or shorten the cell."
            raise _rejected(source, "cell-too-long", place, found, "cells of a table", remedy) from error
        remedy = "Close the quotation mark, or write two of them where one belongs to the text."
        found = f"a quotation mark out of place ({error})"
        raise _rejected(source, "broken-quotes", place, found, "quotes around whole cells", remedy) from error


def _is_left_out(sheet: Sheet) -> bool:
    return bool(sheet.rows and sheet.rows[0]) and sheet.rows[0][0].strip() == LEFT_OUT


def tell_hidden(sheet: Sheet) -> Iterator[Finding]:
    """Ask about cells that are read though Excel does not show them."""
    if sheet.is_hidden:
        yield _hidden(sheet, None, "", "hidden-sheet", "a hidden sheet with filled cells")
    rows = [i for i in sheet.hidden_rows if i < len(sheet.rows) and any(map(str.strip, sheet.rows[i]))]
    if rows:
        found = f"filled cells in hidden rows: {_listed(str(i + 1) for i in rows)}"
        yield _hidden(sheet, rows[0] + 1, "", "hidden-rows", found)
    columns = [i for i in sheet.hidden_columns if any(i < len(row) and row[i].strip() for row in sheet.rows)]
    if columns:
        found = f"filled cells in hidden columns: {_listed(name_column(i) for i in columns)}"
        yield _hidden(sheet, None, name_column(columns[0]), "hidden-columns", found)


def tell_merged(sheet: Sheet) -> Iterator[Finding]:
    """Note the cells that are drawn as one, of which only the first holds a text."""
    if sheet.merged:
        found = f"{len(sheet.merged)} merged ranges: {_listed(sheet.merged)}"
        remedy = "Only the first cell of each holds its text."
        yield Finding(Severity.NOTES, "merged-cells", Place(sheet.name), found, "one cell for each text", remedy)


def _hidden(sheet: Sheet, row: int | None, column: str, code: str, found: str) -> Finding:
    remedy = "They are read like the others: show them in Excel and look whether they belong, or delete them."
    place = Place(sheet.name, row, column)
    return Finding(Severity.ASKS, code, place, found, "readings that the sheet shows", remedy)


def _listed(names: Iterable[str]) -> str:
    first = list(islice(names, 13))
    return ", ".join(first[:12]) + (" ..." if len(first) > 12 else "")


def _rejected(source: Source, code: str, place: Place, found: str, expected: str, remedy: str) -> LabFileRejected:
    return LabFileRejected(source.name, [Finding(Severity.STOPS, code, place, found, expected, remedy)])
