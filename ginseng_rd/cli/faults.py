"""The faulty rows of a file as tables for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from rich import box
from rich.table import Table
from rich.text import Text

from ginseng_rd.errors import Severity
from ginseng_rd.upload.preview import Mark, PreviewRow, PreviewTable
from ginseng_rd.upload.preview_page import tell_table
from ginseng_rd.words import say

_COLOURS = {Severity.STOPS: "bold red", Severity.ASKS: "bold yellow", Severity.NOTES: "cyan"}
_MOST_ROWS = 30
_MOST_COLUMNS = 7
_LETTERS = 24


def draw_faulty_rows(tables: tuple[PreviewTable, ...]) -> Iterator[Table]:
    """Yield one table a sheet that has marked cells: the marked rows, of them the first column and the marked ones."""
    for table in tables:
        if any(row.marks for row in table.rows):
            yield _draw(table, [row for row in table.rows if row.marks and not row.is_heading])


def _draw(table: PreviewTable, marked: list[PreviewRow]) -> Table:
    in_headings = {mark.position: mark for row in table.rows if row.is_heading for mark in row.marks}
    at_fault = sorted({mark.position for row in table.rows for mark in row.marks if mark.position is not None})
    positions = list(dict.fromkeys([0, *at_fault]))[:_MOST_COLUMNS] if table.columns else []
    title = tell_table(table) if table.sheet or table.kind else None
    drawn = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE, pad_edge=False)
    drawn.add_column(say("row", "행"), justify="right")
    for position in positions:
        drawn.add_column(_cell(_short(_heading(table, position)), in_headings.get(position)), overflow="fold")
    for row in marked[:_MOST_ROWS]:
        marks = {mark.position: mark for mark in row.marks}
        number = _cell("" if row.number is None else str(row.number), marks.get(None))
        drawn.add_row(number, *(_cell(_short(row.cells[p]), marks.get(p)) for p in positions))
    if len(marked) > _MOST_ROWS:
        more = len(marked) - _MOST_ROWS
        drawn.caption = say(f"and {more} more rows with findings", f"지적이 있는 행 {more}개 더 있음")
    return drawn


def _heading(table: PreviewTable, position: int) -> str:
    stacked = (row.cells[position] for row in table.rows if row.is_heading)
    return " / ".join(filter(None, dict.fromkeys(stacked))) or table.spoken_columns()[position]


def _cell(text: str, mark: Mark | None) -> Text:
    if mark is None:
        return Text(text)
    return Text(f"{text} ({','.join(map(str, mark.findings))})".strip(), style=_COLOURS[mark.severity])


def _short(text: str) -> str:
    return text if len(text) <= _LETTERS else f"{text[: _LETTERS - 1]}…"
