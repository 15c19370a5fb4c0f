"""Tables for a terminal, Korean letters counted as the two columns they take."""

from __future__ import annotations

import shutil
from collections.abc import Sequence

from rich.cells import cell_len, set_cell_size

_WIDEST = 36  # of one cell; longer texts are cut
_WIDEST_LABEL = 52
_LINE = 150  # where the width of the terminal is not known


def lay_out(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return rows in columns. What does not fit on a line goes below, under the first two columns again."""
    cut = [[_cut(cell, _WIDEST if n else _WIDEST_LABEL) for n, cell in enumerate(row)] for row in (head, *rows)]
    widths = [max(cell_len(row[n]) for row in cut) for n in range(len(head))]
    parts = []
    for columns in _parts(widths):
        lines = ["  ".join(set_cell_size(row[n], widths[n]) for n in columns).rstrip() for row in cut]
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def _parts(widths: Sequence[int]) -> list[list[int]]:
    """Return which columns go together on a line, the label and the base always first."""
    fixed = list(range(min(2, len(widths))))
    line = shutil.get_terminal_size((_LINE, 24)).columns
    parts: list[list[int]] = []
    now, used = list(fixed), sum(widths[n] + 2 for n in fixed)
    for n in range(len(fixed), len(widths)):
        if used + widths[n] > line and len(now) > len(fixed):
            parts.append(now)
            now, used = list(fixed), sum(widths[n] + 2 for n in fixed)
        now.append(n)
        used += widths[n] + 2
    return [*parts, now]


def _cut(text: str, widest: int) -> str:
    if cell_len(text) <= widest:
        return text
    # A mark at the end says more than the letters before it.
    mark = text[-2:] if text.endswith((" ▲", " ▼")) else ""
    return set_cell_size(text, widest - 1 - cell_len(mark)).rstrip() + "…" + mark
