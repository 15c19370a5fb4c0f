"""A small layered drawing: boxes in columns, arrows between them, as SVG."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

_BOX_WIDTH, _BOX_HEIGHT = 150, 44
_COLUMN, _ROW = 340, 84
_MARGIN = 12
_SWEEPS = 6


@dataclass(frozen=True)
class Arrow:
    """From one box to another, with a line of text above and one below; a doubtful one is dashed."""

    start: str
    end: str
    above: str
    below: str
    is_dashed: bool = False


@dataclass(frozen=True)
class _Bend:
    """Where a long arrow passes a column that it does not stop in."""

    arrow: Arrow
    column: int


def draw_layers(column_of: Mapping[str, int], boxes: Mapping[str, tuple[str, str]], arrows: Sequence[Arrow]) -> str:
    """Return boxes (two lines of text each) in their columns with arrows between, as an SVG element.

    A long arrow keeps a row of its own in each column it passes. Rows are ordered by the mean of their neighbours,
    as Sugiyama does (1981, doi 10.1109/TSMC.1981.4308636), and closed up so that no box stands on another.
    """
    stops = {arrow: _stops(arrow, column_of) for arrow in arrows}
    rows = _order(column_of, stops)
    height = max(len(column) for column in rows.values()) * _ROW + 2 * _MARGIN
    place: dict[str | _Bend, tuple[float, float]] = {}
    for column, items in rows.items():
        top = (height - len(items) * _ROW) / 2 + _ROW / 2
        for row, item in enumerate(items):
            place[item] = (_MARGIN + column * _COLUMN, top + row * _ROW)
    width = max(rows) * _COLUMN + _BOX_WIDTH + 2 * _MARGIN
    along = {arrow: [place[stop] for stop in stops[arrow]] for arrow in arrows}
    # Texts come last, so that no line crosses them.
    drawn = [_draw_line(arrow, points) for arrow, points in along.items()]
    drawn += [_draw_box(*place[code], *boxes[code]) for code in boxes]
    drawn += [_draw_texts(arrow, points) for arrow, points in along.items()]
    head = (
        "<defs><marker id='tip' viewBox='0 0 8 8' refX='8' refY='4' markerWidth='7' markerHeight='7' orient='auto'>"
        "<path d='M0 0L8 4L0 8z' fill='#555'/></marker></defs>"
    )
    style = "font-family:sans-serif;max-width:100%;height:auto"
    size = f"width='{width:.0f}' height='{height:.0f}' viewBox='0 0 {width:.0f} {height:.0f}'"
    return f"<svg xmlns='http://www.w3.org/2000/svg' {size} style='{style}'>{head}{''.join(drawn)}</svg>"


def _stops(arrow: Arrow, column_of: Mapping[str, int]) -> list[str | _Bend]:
    between = range(column_of[arrow.start] + 1, column_of[arrow.end])
    return [arrow.start, *(_Bend(arrow, column) for column in between), arrow.end]


def _order(column_of: Mapping[str, int], stops: Mapping[Arrow, list[str | _Bend]]) -> dict[int, list[str | _Bend]]:
    rows: dict[int, list[str | _Bend]] = defaultdict(list)
    for code, column in column_of.items():
        rows[column].append(code)
    neighbours: dict[str | _Bend, list[str | _Bend]] = defaultdict(list)
    for path in stops.values():
        for stop in path[1:-1]:
            rows[stop.column if isinstance(stop, _Bend) else 0].append(stop)
        for one, other in pairwise(path):
            neighbours[one].append(other)
            neighbours[other].append(one)
    for _ in range(_SWEEPS):
        for column in sorted(rows):
            height = {item: row - (len(items) - 1) / 2 for items in rows.values() for row, item in enumerate(items)}

            def mean_of_neighbours(item: str | _Bend, height: Mapping[str | _Bend, float] = height) -> float:
                return sum(height[other] for other in neighbours[item]) / max(len(neighbours[item]), 1)

            rows[column].sort(key=mean_of_neighbours)
    return rows


def _draw_box(x: float, y: float, first: str, second: str) -> str:
    text = f"<text x='{x + _BOX_WIDTH / 2:.0f}' text-anchor='middle'"
    return (
        f"<rect x='{x:.0f}' y='{y - _BOX_HEIGHT / 2:.0f}' width='{_BOX_WIDTH}' height='{_BOX_HEIGHT}' rx='6' "
        "fill='#f6f3ea' stroke='#8a7a4d'/>"
        f"{text} y='{y - 3:.0f}' font-size='13' font-weight='bold'>{escape(first)}</text>"
        f"{text} y='{y + 14:.0f}' font-size='11'>{escape(second)}</text>"
    )


def _draw_line(arrow: Arrow, points: Sequence[tuple[float, float]]) -> str:
    """Draw from the right side of the first box to the left side of the last, level through the columns between."""
    path = f"M{points[0][0] + _BOX_WIDTH:.0f} {points[0][1]:.0f}"
    for (x, y), (next_x, next_y) in pairwise(points):
        left, half = x + _BOX_WIDTH, (next_x - x - _BOX_WIDTH) / 2
        path += f"C{left + half:.0f} {y:.0f} {left + half:.0f} {next_y:.0f} {next_x:.0f} {next_y:.0f}"
        if (next_x, next_y) != points[-1]:
            path += f"L{next_x + _BOX_WIDTH:.0f} {next_y:.0f}"
    dash = " stroke-dasharray='5 4'" if arrow.is_dashed else ""
    return f"<path d='{path}' fill='none' stroke='#555' marker-end='url(#tip)'{dash}/>"


def _draw_texts(arrow: Arrow, points: Sequence[tuple[float, float]]) -> str:
    if len(points) > 2:
        at_x, at_y = points[1][0] + _BOX_WIDTH / 2, points[1][1]
    else:
        at_x = (points[0][0] + _BOX_WIDTH + points[1][0]) / 2
        at_y = (points[0][1] + points[1][1]) / 2
    label = "text-anchor='middle' paint-order='stroke' stroke='white' stroke-width='4'"
    return (
        f"<text x='{at_x:.0f}' y='{at_y - 5:.0f}' font-size='12' {label}>{escape(arrow.above)}</text>"
        f"<text x='{at_x:.0f}' y='{at_y + 13:.0f}' font-size='10' fill='#555' {label}>{escape(arrow.below)}</text>"
    )
