"""ODS, the workbooks of LibreOffice and Hancom's Hancell, read from their own XML: every cell as its sheet shows it."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from xml.etree import ElementTree

from ginseng_rd.labfiles.workbooks.sheet import (
    Cell,
    Rows,
    Sheet,
    WorkbookRefused,
    name_cell,
    put_text,
    show_number,
    show_percent,
    square,
)
from ginseng_rd.labfiles.workbooks.xlsx import BROKEN_ARCHIVE

_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_DURATION = re.compile(r"PT(\d+)H(\d+)M(\d+(?:\.\d+)?)S")
# An error, which is kept as 0; leading zeros; a bound.
_SEEN_OTHERWISE = re.compile(r"#[A-Z][A-Z/0!?]*|Err:\d+|0\d+|[<>≤≥].+")
_MOST_REPEATED = 1000  # of filled cells; what is repeated more often is the empty rest of a sheet


def read_ods(data: bytes) -> list[Sheet]:
    """Return each sheet of an ODS workbook with its rows from A1 on, every cell as text.

    Raises WorkbookRefused for one that is damaged or protected by a password.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if b"encryption-data" in archive.read("META-INF/manifest.xml"):
                raise WorkbookRefused("it is protected by a password")
            document = ElementTree.fromstring(archive.read("content.xml"))
        hidden_styles = {
            style.get(f"{_STYLE}name", "")
            for style in document.iter(f"{_STYLE}style")
            if any(part.get(f"{_TABLE}display") == "false" for part in style.iter(f"{_STYLE}table-properties"))
        }
        return [_read_sheet(table, hidden_styles) for table in document.iter(f"{_TABLE}table")]
    except (ElementTree.ParseError, KeyError, *BROKEN_ARCHIVE) as error:
        raise WorkbookRefused(str(error)) from error


def _read_sheet(table: ElementTree.Element, hidden_styles: set[str]) -> Sheet:
    rows: Rows = []
    formulas: set[Cell] = set()
    merged: list[str] = []
    hidden_rows: list[int] = []
    at = 0
    for row in table.iter(f"{_TABLE}table-row"):
        times = int(row.get(f"{_TABLE}number-rows-repeated", "1"))
        cells = list(_filled_cells(row))
        for copy in range(min(times, _MOST_REPEATED) if cells else 0):
            for column, text, cell in cells:
                put_text(rows, (at + copy, column), text)
                if cell.get(f"{_TABLE}formula"):
                    formulas.add((at + copy, column))
                if (last := _last_merged(cell, (at + copy, column))) is not None:
                    merged.append(f"{name_cell((at + copy, column))}:{name_cell(last)}")
        if cells and row.get(f"{_TABLE}visibility", "visible") != "visible":
            hidden_rows += range(at, at + times)
        at += times
    rows = square(rows)
    return Sheet(
        table.get(f"{_TABLE}name", ""),
        rows,
        frozenset(formulas),
        tuple(merged),
        table.get(f"{_TABLE}style-name") in hidden_styles,
        tuple(hidden_rows),
        tuple(_hidden_columns(table, len(rows[0]) if rows else 0)),
    )


def _filled_cells(row: ElementTree.Element) -> Iterator[tuple[int, str, ElementTree.Element]]:
    column = 0
    for cell in row:
        if cell.tag not in (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
            continue
        times = int(cell.get(f"{_TABLE}number-columns-repeated", "1"))
        text = _shown(cell)
        if text:
            yield from ((column + copy, text, cell) for copy in range(min(times, _MOST_REPEATED)))
        column += times


def _shown(cell: ElementTree.Element) -> str:
    """Return a cell's text: a number as it is stored, what is no number as it is shown."""
    kind, value = cell.get(f"{_OFFICE}value-type", ""), cell.get(f"{_OFFICE}value", "")
    if kind == "percentage":
        return show_percent(float(value))
    if kind in ("float", "currency"):
        seen = _text_of(cell)
        return seen if _SEEN_OTHERWISE.fullmatch(seen) else show_number(float(value))
    if kind == "date":
        return cell.get(f"{_OFFICE}date-value", "").replace("T", " ")
    if kind == "time" and (parts := _DURATION.fullmatch(cell.get(f"{_OFFICE}time-value", ""))):
        return ":".join(part.zfill(2) for part in parts.groups())
    if kind == "boolean":
        return cell.get(f"{_OFFICE}boolean-value", "").upper()
    return _text_of(cell)


def _text_of(cell: ElementTree.Element) -> str:
    return "\n".join("".join(paragraph.itertext()) for paragraph in cell.iterfind(f"{_TEXT}p"))


def _last_merged(cell: ElementTree.Element, first: Cell) -> Cell | None:
    rows = int(cell.get(f"{_TABLE}number-rows-spanned", "1"))
    columns = int(cell.get(f"{_TABLE}number-columns-spanned", "1"))
    return (first[0] + rows - 1, first[1] + columns - 1) if rows * columns > 1 else None


def _hidden_columns(table: ElementTree.Element, width: int) -> Iterator[int]:
    at = 0
    for column in table.iter(f"{_TABLE}table-column"):
        times = int(column.get(f"{_TABLE}number-columns-repeated", "1"))
        if column.get(f"{_TABLE}visibility", "visible") != "visible":
            yield from range(at, min(at + times, width))
        at += times
