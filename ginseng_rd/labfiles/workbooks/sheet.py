"""A sheet as every kind of workbook gives it: cells as text, and what a reader must be able to name beside them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from python_calamine import CalamineSheet

Rows = list[list[str]]
Cell = tuple[int, int]

_ZEROS = re.compile(r"00+")
_BOUND = re.compile(r"""(?:"\s*([<>≤≥]=?)\s*"|\\?([<>≤≥]))\s*[#0?]""")

MOST_CELLS = 20_000_000  # of the rectangle from A1 to the last cell, which is held in memory


class WorkbookRefused(ValueError):
    """A workbook whose parts cannot be read."""


@dataclass(frozen=True)
class Sheet:
    """A sheet's rows as typed, blank ones included, so that row numbers hold. A CSV file has no sheet name.

    ``formulas`` holds the row and column (from 0) of the cells that Excel calculates, ``merged`` the
    ranges that are drawn as one cell, ``hidden_rows`` and ``hidden_columns`` (from 0) what is not shown.
    """

    name: str
    rows: Rows
    formulas: frozenset[Cell] = frozenset()
    merged: tuple[str, ...] = ()
    is_hidden: bool = False
    hidden_rows: tuple[int, ...] = ()
    hidden_columns: tuple[int, ...] = ()


def name_column(index: int) -> str:
    """Return the letters of a column counted from 0: A to Z, then AA and so on."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def name_cell(cell: Cell) -> str:
    """Return a cell's name as Excel writes it, such as B7."""
    return f"{name_column(cell[1])}{cell[0] + 1}"


def square(rows: Rows) -> Rows:
    """Return rows all as wide as the widest."""
    widths = set(map(len, rows))
    if len(widths) < 2:
        return rows
    width = max(widths)
    return [row + [""] * (width - len(row)) for row in rows]


def show_cells(sheet: CalamineSheet) -> Rows:
    """Return a sheet's cells as text, from A1 on."""
    rows = sheet.to_python(skip_empty_area=False)
    return [
        [cell if type(cell) is str else f"{cell:.15g}" if type(cell) is float else _shown(cell) for cell in row]
        for row in rows
    ]


def name_merged(sheet: CalamineSheet) -> tuple[str, ...]:
    """Return the ranges of a sheet that are drawn as one cell, such as A5:A7, from top to bottom."""
    return tuple(f"{name_cell(first)}:{name_cell(last)}" for first, last in sorted(sheet.merged_cell_ranges or ()))


def put_text(rows: Rows, cell: Cell, text: str) -> None:
    """Put a text into rows, which grow to hold it."""
    row, column = cell
    while row >= len(rows):
        rows.append([""] * (len(rows[0]) if rows else 0))
    rows[row].extend([""] * (column + 1 - len(rows[row])))
    rows[row][column] = text


def _shown(cell: int | float | str | bool | time | date | datetime | timedelta) -> str:
    """Return a cell as Excel would show it unformatted: at most 15 digits, no needless decimal point."""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, datetime) and (cell.year, cell.month) == (1900, 1):  # a time of more than a day
        cell -= datetime(1899, 12, 31)
    if isinstance(cell, datetime) and cell.time() == time():
        return cell.date().isoformat()
    if isinstance(cell, timedelta):
        hours, rest = divmod(cell, timedelta(hours=1))
        return f"{hours:02d}:{(datetime.min + rest).time().isoformat()[3:]}"
    return str(cell)


def show_number(number: float) -> str:
    """Return a number with at most 15 digits, as Excel keeps them, and no needless decimal point."""
    return format(number, ".15g")


def show_percent(share: float) -> str:
    """Return a number as a cell in percent shows it: 0.052 is 5.2%."""
    percent = f"{Decimal(format(share, '.15g')) * 100:f}"
    return (percent.rstrip("0").rstrip(".") if "." in percent else percent) + "%"


def shows_otherwise(code: str) -> bool:
    """Tell whether a number format shows more than the number: percent, leading zeros (0000), a bound ("<"0.0)."""
    first = code.split(";")[0]
    return "%" in code or bool(_ZEROS.fullmatch(first) or _BOUND.match(first))


def show_formatted(number: float, code: str) -> str:
    """Return a number as a format for which ``shows_otherwise`` shows it, with all its digits."""
    first = code.split(";")[0]
    if "%" in code:
        return show_percent(number)
    if (bound := _BOUND.match(first)) and number >= 0:
        return f"{bound[1] or bound[2]}{show_number(number)}"
    return show_number(number).zfill(len(first)) if number >= 0 and number.is_integer() else show_number(number)
