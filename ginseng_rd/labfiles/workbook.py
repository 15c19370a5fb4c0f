"""XLSX as sheets of text: the values as calamine reads them, and what it hides as Excel shows it.

calamine gives a cell formatted as 5.2 % as 0.052, and an error or a formula that was never
calculated as an empty cell. Read so, the first would be a hundred times too small and the
others would pass for "not measured": those cells are taken from the workbook's own XML instead.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from html import unescape
from xml.etree import ElementTree

from python_calamine import CalamineError, CalamineWorkbook

Rows = list[list[str]]

# What zipfile raises on a damaged or encrypted archive.
BROKEN_ARCHIVE = (zipfile.BadZipFile, zlib.error, RuntimeError, ValueError, EOFError, OSError)

_PERCENT_FORMATS = {9, 10}  # the built-in 0% and 0.00%
_CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*?)(?:/>|>(.*?)</(?:\w+:)?c>)", re.DOTALL)
_REFERENCE = re.compile(rb'\br="([A-Z]+)(\d+)"')
_STYLE = re.compile(rb'\bs="(\d+)"')
_VALUE = re.compile(rb"<(?:\w+:)?v>([^<]+)</")
_FORMULA = re.compile(rb"<(?:\w+:)?f\b[^>]*?(?:/>|>([^<]*)</)")


class WorkbookRefused(ValueError):
    """A workbook whose parts cannot be read."""


def read_workbook(data: bytes) -> list[tuple[str, Rows]]:
    """Return each sheet's name and its rows from A1 on, every cell as text.

    Raises WorkbookRefused for a damaged workbook.
    """
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            percent = _percent_styles(archive)
            parts = _sheet_parts(archive)
            return [
                (name, _rows(workbook, name, archive.read(parts[name]), percent))
                for name in workbook.sheet_names
                if name in parts
            ]
    except (CalamineError, ElementTree.ParseError, KeyError, StopIteration, *BROKEN_ARCHIVE) as error:
        raise WorkbookRefused(str(error)) from error


def _rows(workbook: CalamineWorkbook, name: str, xml: bytes, percent: set[int]) -> Rows:
    rows = workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
    texts = [[_shown(cell) for cell in row] for row in rows]
    for row, column, text in _hidden_cells(xml, percent):
        while row >= len(texts):
            texts.append([""] * (len(texts[0]) if texts else 0))
        texts[row].extend([""] * (column + 1 - len(texts[row])))
        texts[row][column] = text
    width = max(map(len, texts), default=0)
    return [row + [""] * (width - len(row)) for row in texts]


def _shown(cell: int | float | str | bool | time | date | datetime | timedelta) -> str:
    """Return a cell as Excel would show it unformatted: at most 15 digits, no needless decimal point."""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return format(cell, ".15g")
    if isinstance(cell, datetime) and cell.time() == time():
        return cell.date().isoformat()
    return str(cell)


def _hidden_cells(xml: bytes, percent: set[int]) -> Iterator[tuple[int, int, str]]:
    """Yield row, column (from 0) and text of the cells that calamine does not show as Excel does."""
    if not percent and b't="e"' not in xml and b"<f" not in xml and b":f" not in xml:
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
        elif value is not None and style is not None and int(style[1]) in percent and b't="s' not in attributes:
            text = f"{Decimal(format(float(value[1]), '.15g')) * 100:f}".rstrip("0").rstrip(".") + "%"
        if text and reference is not None:
            yield int(reference[2]) - 1, _column_index(reference[1].decode()), text


def _column_index(letters: str) -> int:
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - 64
    return index - 1


def _percent_styles(archive: zipfile.ZipFile) -> set[int]:
    """Return the cell styles that show a number as a percentage."""
    if "xl/styles.xml" not in archive.namelist():
        return set()
    styles = ElementTree.fromstring(archive.read("xl/styles.xml"))
    own = {
        int(f.attrib["numFmtId"]) for f in styles.iterfind(".//{*}numFmts/{*}numFmt") if "%" in f.attrib["formatCode"]
    }
    formats = [int(xf.attrib.get("numFmtId", "0")) for xf in styles.iterfind("./{*}cellXfs/{*}xf")]
    return {i for i, number_format in enumerate(formats) if number_format in _PERCENT_FORMATS | own}


def _sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Return the archive member that holds each worksheet."""
    relations = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    targets = {r.attrib["Id"]: posixpath.join("/xl", r.attrib["Target"]).lstrip("/") for r in relations}
    parts = {}
    for sheet in ElementTree.fromstring(archive.read("xl/workbook.xml")).iterfind("./{*}sheets/{*}sheet"):
        identifier = next(value for key, value in sheet.attrib.items() if key.endswith("}id"))
        if "worksheets/" in targets[identifier]:
            parts[sheet.attrib["name"]] = targets[identifier]
    return parts
