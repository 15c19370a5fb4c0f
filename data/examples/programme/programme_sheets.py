"""Rows of a kind as the bytes of a file: CSV in English or Korean, or workbooks in Korean."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path

from ginseng_rd.records.kinds import KINDS, Column, Holds

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "lab_formats"))
from workbook_bytes import as_xlsx

INVENTED = "INVENTED example"
Row = Mapping[str, str]
Tables = Mapping[str, Sequence[Row]]


def heading_of(column: Column, language: str) -> str:
    """Return a column's heading, with the unit behind it where the column has one of its own."""
    heading = column.korean if language == "ko" else column.english_heading
    return f"{heading} ({column.unit})" if column.unit else heading


def as_cells(kind: str, rows: Sequence[Row], language: str) -> list[list[str]]:
    """Return a sheet of text: the headings of the columns that some row fills, and the rows below."""
    columns = [c for c in KINDS[kind].columns if any(row.get(c.name) for row in rows)]
    if strays := {name for row in rows for name in row} - {c.name for c in KINDS[kind].columns}:
        raise KeyError(f"'{kind}' has no column {', '.join(sorted(strays))}")
    cells = [[heading_of(c, language) for c in columns]]
    return cells + [[_said(c, row.get(c.name, ""), language) for c in columns] for row in rows]


def _said(column: Column, text: str, language: str) -> str:
    """Return a choice in the language of the sheet, and any other text as it is."""
    if language == "ko" and text in column.choices:
        return column.choices_korean[column.choices.index(text)]
    return text


def as_csv(cells: Iterable[Sequence[str]], encoding: str) -> bytes:
    """Return cells as CSV. Lines end in a bare newline, so that a checkout never changes the bytes."""
    buffer = io.StringIO(newline="")
    csv.writer(buffer, lineterminator="\n").writerows(cells)
    text = buffer.getvalue()
    if encoding == "cp949":
        text = text.replace("µ", "μ")  # of the two signs, the code page has the Greek letter only
    return text.encode(encoding)


def as_workbook(tables: Tables) -> bytes:
    """Return one sheet a kind, with Korean headings, numbers and days as Excel keeps them."""
    sheets = {}
    for kind, rows in tables.items():
        headings, *below = as_cells(kind, rows, "ko")
        by_heading = {heading_of(c, "ko"): c for c in KINDS[kind].columns}
        columns = [by_heading[heading] for heading in headings]
        typed = [[_typed(c, text) for c, text in zip(columns, row, strict=True)] for row in below]
        sheets[f"INVENTED {KINDS[kind].korean}"] = [headings, *typed]
    return as_xlsx(sheets)


def _typed(column: Column, text: str) -> object:
    if column.holds is Holds.DATE and text:
        return date.fromisoformat(text)
    if column.holds in (Holds.NUMBER, Holds.WHOLE, Holds.MEASURED):
        try:
            return float(text) if "." in text else int(text)
        except ValueError:
            return text  # a bound, a mark, or nothing
    return text
