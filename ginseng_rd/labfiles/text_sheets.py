"""Text exports that are a spreadsheet written out: lines of cells, seen as one sheet."""

from __future__ import annotations

from ginseng_rd.labfiles.peaks import split_cells
from ginseng_rd.labfiles.source import Source
from ginseng_rd.labfiles.workbooks import Sheet

# A mark of UTF-8 before text that is not: some programs write the one and keep to their own code page.
_STRAY_MARKS = ("\ufeff", "ï»¿")
_SEPARATORS = "\t;,"


def sheets_or_text(source: Source) -> list[Sheet]:
    """Return the sheets of a workbook, or a text file's lines as one sheet without a name, all lines equally wide."""
    if source.sheets:
        return source.sheets
    text = source.text
    for mark in _STRAY_MARKS:
        text = text.removeprefix(mark)
    lines = text.splitlines()
    separator = _separator(lines)
    rows = [split_cells(line, separator) for line in lines]
    width = max(map(len, rows), default=0)
    return [Sheet("", [row + [""] * (width - len(row)) for row in rows])]


def count_cells(source: Source) -> list[int]:
    """Return how many cells each line of a text file has; nothing for a workbook."""
    if source.sheets:
        return []
    lines = source.text.splitlines()
    separator = _separator(lines)
    return [len(split_cells(line, separator)) for line in lines]


def ends_within_a_line(source: Source) -> bool:
    """Say whether a text file of more than one line stops without the end of its last one."""
    return not source.sheets and "\n" in source.text and not source.text.endswith(("\n", "\r"))


def _separator(lines: list[str]) -> str:
    """Return the mark between cells: a tab or semicolon wherever they are usual, as commas may be decimal ones."""
    filled = [line for line in lines if line.strip()]
    usual = (mark for mark in _SEPARATORS if 4 * sum(mark in line for line in filled) > len(filled))
    return next(usual, ",")
