"""Results as a workbook: a sheet a table, numbers as numbers, and text that is never calculated."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from ginseng_rd.errors import GinsengError

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_HEAD = PatternFill("solid", fgColor="E2EFDA")
_BASE = PatternFill("solid", fgColor="F4F7F4")
_MARKED = re.compile(r"(-?\d+\.?\d*) ?([▲▼]?)")
_WIDEST = 60


@dataclass(frozen=True)
class SheetText:
    """One sheet: its name, a heading row, rows of texts (a text that is a number becomes one), and notes below."""

    name: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    notes: Sequence[str] = ()
    has_base: bool = False


def save_sheets(path: Path, sheets: Sequence[SheetText]) -> Path:
    """Write a workbook whole or not at all, and return its path. A text that begins like a formula stays a text."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for text in sheets:
        _fill(book.create_sheet(_sheet_name(text.name, book.sheetnames)), text)
    scratch = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        book.save(scratch)
        os.replace(scratch, path)
    except OSError as error:
        raise GinsengError(f"The workbook {path} cannot be written: {error.strerror}.") from error
    return path


def _fill(sheet: Worksheet, text: SheetText) -> None:
    for n, head in enumerate(text.head, start=1):
        cell = _put(sheet, 1, n, head)
        cell.font, cell.fill = Font(bold=True), _HEAD
    for r, row in enumerate(text.rows, start=2):
        for n, shown in enumerate(row, start=1):
            cell = _put_figure(sheet, r, n, shown) if n > 1 else _put(sheet, r, n, shown)
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            if text.has_base and n == 2:
                cell.fill = _BASE
    for n, note in enumerate(text.notes, start=len(text.rows) + 3):
        _put(sheet, n, 1, note).font = Font(italic=True)
    for n in range(1, len(text.head) + 1):
        longest = max((len(row[n - 1]) for row in (text.head, *text.rows)), default=8)
        sheet.column_dimensions[get_column_letter(n)].width = min(_WIDEST, longest + 4)
    sheet.freeze_panes = "B2"


def _put_figure(sheet: Worksheet, row: int, column: int, shown: str) -> Cell:
    """Write a plain number with its mark as a number that shows the mark, anything else as text."""
    found = _MARKED.fullmatch(shown.replace(",", ""))
    if not found:
        return _put(sheet, row, column, shown)
    cell = cast(Cell, sheet.cell(row, column))
    cell.value = float(found[1])
    decimals = len(found[1].partition(".")[2])
    pattern = f"0.{'0' * decimals}" if decimals else "#,##0"
    cell.number_format = f'{pattern}" {found[2]}"' if found[2] else pattern
    return cell


def _put(sheet: Worksheet, row: int, column: int, text: str) -> Cell:
    cell = cast(Cell, sheet.cell(row, column))
    cell.value = ILLEGAL_CHARACTERS_RE.sub("\ufffd", text)
    cell.data_type = "s"
    if text.startswith(_FORMULA_STARTS):
        cell.quotePrefix = True  # so it stays text when somebody edits it
    return cell


def _sheet_name(name: str, taken: Sequence[str]) -> str:
    """Return a name that a sheet may have: 31 letters at most, none of ``[]:*?/\\``, used once."""
    plain = re.sub(r"[\[\]:*?/\\]", " ", name).strip("' ")[:31] or "-"
    number = 2
    while plain in taken:
        plain = f"{plain[:28]} {number}"
        number += 1
    return plain
