"""XLSX: the values as calamine reads them, and what it hides as Excel shows it.

calamine gives a cell formatted as 5.2 % as 0.052, and an error or a formula that was never
calculated as an empty cell. Read so, the first would be a hundred times too small and the
others would pass for "not measured": those cells are taken from the workbook's own XML instead.
So are formulas, hidden rows and hidden columns.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from html import unescape
from xml.etree import ElementTree

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetVisibleEnum

from ginseng_rd.labfiles.workbooks.sheet import (
    MOST_CELLS,
    Cell,
    Sheet,
    WorkbookRefused,
    name_column,
    name_merged,
    put_text,
    show_cells,
    show_formatted,
    shows_otherwise,
    square,
)

# What zipfile raises on a damaged or encrypted archive.
BROKEN_ARCHIVE = (zipfile.BadZipFile, zlib.error, RuntimeError, ValueError, EOFError, OSError)

PERCENT_FORMATS = {9, 10}  # the built-in 0% and 0.00%
_CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*?)(?:/>|>(.*?)</(?:\w+:)?c>)", re.DOTALL)
_REFERENCE = re.compile(rb'\br="([A-Z]+)(\d+)"')
_STYLE = re.compile(rb'\bs="(\d+)"')
_VALUE = re.compile(rb"<(?:\w+:)?v>([^<]+)</")
_FORMULA = re.compile(rb"<(?:\w+:)?f\b[^>]*?(?:/>|>([^<]*)</)")
# The patterns that a whole sheet is searched for begin with a plain letter: so they pass over megabytes at once.
# Up to column Z and row 699,999 no rectangle has too many cells.
_FAR = re.compile(rb"""r\s*=\s*["'][A-Za-z]?+(?:[A-Za-z]|[7-9]\d{5}|\d{7})""")
_FORMULAS, _PREFIXED_FORMULAS, _ERRORS, _HIDES = map(re.compile, (rb"<f", rb":f", rb't="e"', rb"hidden"))
_POSITION = re.compile(rb"""r\s*=\s*["']([A-Za-z]{0,3})(\d+)["']""")
_HIDDEN_ROW = re.compile(rb'<(?:\w+:)?row\b(?=[^>]*\bhidden="(?:1|true)")[^>]*?\br="(\d+)"')
_HIDDEN_COLUMNS = re.compile(rb'<(?:\w+:)?col\b(?=[^>]*\bhidden="(?:1|true)")([^>]*)>')
_FROM, _TO = re.compile(rb'\bmin="(\d+)"'), re.compile(rb'\bmax="(\d+)"')


def read_xlsx(data: bytes) -> list[Sheet]:
    """Return each sheet of an XLSX workbook with its rows from A1 on, every cell as text.

    Raises WorkbookRefused for a damaged workbook.
    """
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
        visible = {m.name: m.visible is SheetVisibleEnum.Visible for m in workbook.sheets_metadata}
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            formats = _telling_formats(archive)
            parts = {name: archive.read(part) for name, part in _sheet_parts(archive).items()}
        for xml in parts.values():
            _check_extent(xml)
        return [
            _sheet(workbook.get_sheet_by_name(name), parts[name], formats, not visible[name])
            for name in workbook.sheet_names
            if name in parts
        ]
    except (CalamineError, ElementTree.ParseError, KeyError, StopIteration, *BROKEN_ARCHIVE) as error:
        raise WorkbookRefused(str(error)) from error


def _check_extent(xml: bytes) -> None:
    """Raise ValueError for a cell so far out that the rectangle up to it would not fit into memory."""
    if not _FAR.search(xml):
        return
    columns, rows = {b""}, {0}
    for position in _POSITION.finditer(xml):
        columns.add(position[1])
        rows.add(int(position[2]))
    right = max(_column_index(column.decode().upper()) for column in columns) + 1
    if max(rows) * right > MOST_CELLS:
        raise ValueError(f"a cell in row {max(rows)} and one in column {name_column(right - 1)}, far from the others")


def _sheet(sheet: CalamineSheet, xml: bytes, formats: dict[int, str], is_hidden: bool) -> Sheet:
    rows = show_cells(sheet)
    formulas = set()
    for cell, text, is_formula in _special_cells(xml, formats):
        if is_formula:
            formulas.add(cell)
        if text:
            put_text(rows, cell, text)
    rows = square(rows)
    hides = _HIDES.search(xml) is not None
    return Sheet(
        sheet.name,
        rows,
        frozenset(formulas),
        name_merged(sheet),
        is_hidden,
        tuple(int(row) - 1 for row in _HIDDEN_ROW.findall(xml)) if hides else (),
        tuple(sorted({i for i in _hidden_columns(xml) if rows and i < len(rows[0])})) if hides else (),
    )


def _special_cells(xml: bytes, formats: dict[int, str]) -> Iterator[tuple[Cell, str, bool]]:
    """Yield the cells that calamine does not show as Excel does: where, the text to show, and if it is a formula.

    A formula that was calculated has no text here: its value stands.
    """
    if not formats and not any(mark.search(xml) for mark in (_ERRORS, _FORMULAS, _PREFIXED_FORMULAS)):
        return
    for cell in _CELL.finditer(xml):
        attributes, content = cell[1], cell[2] or b""
        reference, style = _REFERENCE.search(attributes), _STYLE.search(attributes)
        value, formula = _VALUE.search(content), _FORMULA.search(content)
        text = ""
        if value is None and formula is not None:
            text = "=" + unescape((formula[1] or b"").decode("utf-8"))
        elif value is not None and b't="e"' in attributes:
            text = value[1].decode("utf-8")
        elif (
            value is not None
            and style is not None
            and int(style[1]) in formats
            and b't="' not in attributes.replace(b't="n"', b"")
        ):
            text = show_formatted(float(value[1]), formats[int(style[1])])
        if (text or formula is not None) and reference is not None:
            where = int(reference[2]) - 1, _column_index(reference[1].decode())
            yield where, text, formula is not None


def _hidden_columns(xml: bytes) -> Iterator[int]:
    for attributes in _HIDDEN_COLUMNS.findall(xml):
        first, last = _FROM.search(attributes), _TO.search(attributes)
        if first is not None and last is not None:
            yield from range(int(first[1]) - 1, min(int(last[1]), 16384))


def _column_index(letters: str) -> int:
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - 64
    return index - 1


def _telling_formats(archive: zipfile.ZipFile) -> dict[int, str]:
    """Return the formats of the cell styles that show more than the number: a percentage, leading zeros, a bound."""
    if "xl/styles.xml" not in archive.namelist():
        return {}
    styles = ElementTree.fromstring(archive.read("xl/styles.xml"))
    codes = dict.fromkeys(PERCENT_FORMATS, "0%")
    for own in styles.iterfind(".//{*}numFmts/{*}numFmt"):
        if shows_otherwise(own.attrib["formatCode"]):
            codes[int(own.attrib["numFmtId"])] = own.attrib["formatCode"]
    formats = [int(xf.attrib.get("numFmtId", "0")) for xf in styles.iterfind("./{*}cellXfs/{*}xf")]
    return {i: codes[number_format] for i, number_format in enumerate(formats) if number_format in codes}


def _sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Return the archive member that holds each worksheet.

    Raises ValueError where the texts or the formats are gone: without them every cell would be another.
    """
    relations = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    targets = {r.attrib["Id"]: posixpath.join("/xl", r.attrib["Target"]).lstrip("/") for r in relations}
    there = {name.casefold() for name in archive.namelist()}
    for relation in relations:
        target = targets[relation.attrib["Id"]]
        if relation.attrib["Type"].endswith(("/styles", "/sharedStrings")) and target.casefold() not in there:
            raise ValueError(f"its part {target} is missing")
    parts = {}
    for sheet in ElementTree.fromstring(archive.read("xl/workbook.xml")).iterfind("./{*}sheets/{*}sheet"):
        identifier = next(value for key, value in sheet.attrib.items() if key.endswith("}id"))
        if "worksheets/" in targets[identifier]:
            parts[sheet.attrib["name"]] = targets[identifier]
    return parts
