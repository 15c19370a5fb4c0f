"""Lineage as a drawing: boxes in layers from the lots on the left to the trials on the right, as SVG."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from unicodedata import east_asian_width

_WIDTH, _BETWEEN, _ABOVE, _MARGIN = 172, 50, 18, 14
_TITLE_PX, _LINE_PX = 13, 11
_PADDING = 10
_SWEEPS = 8
_SHOWN_OF_A_KIND = 12  # more of one kind in one layer are drawn as one box

_COLOURS = {
    "lot": ("#eef5e4", "#6d8f3c"),
    "ingredient": ("#f3f3f3", "#8a8a8a"),
    "extract": ("#fdf3dc", "#b5862b"),
    "formulation": ("#eef1fb", "#7f8fc4"),
    "version": ("#e6ecfb", "#4f68b8"),
    "batch": ("#e9f5f7", "#3d8a99"),
    "arm": ("#fbeaf1", "#b8527f"),
    "trial": ("#f7e2ec", "#993764"),
}
_OTHER = ("#ffffff", "#999999")


@dataclass(frozen=True)
class Box:
    """One thing: its kind (which gives the colour), its name, what there is to say, and its results line by line."""

    key: str
    kind: str
    title: str
    lines: tuple[str, ...] = ()
    results: tuple[str, ...] = ()
    is_asked: bool = False

    @property
    def height(self) -> int:
        return 2 * _PADDING + _TITLE_PX + 15 * len(self.lines) + (15 * len(self.results) + 6 if self.results else 0)


@dataclass(frozen=True)
class _Bend:
    """Where a long arrow passes a layer that it does not stop in."""

    arrow: tuple[str, str]
    layer: int
    height: int = 8


_Stop = Box | _Bend


def draw_lineage(boxes: Sequence[Box], arrows: Iterable[tuple[str, str]], *, more: str = "+ {} more") -> str:
    """Return boxes and arrows between them, by key, as an SVG element; every text is escaped.

    A box stands right of all it stands on, and rows are ordered by the mean of their neighbours, as
    Sugiyama does (1981, doi 10.1109/TSMC.1981.4308636). ``more`` says how many of a kind are drawn as one.
    """
    drawn = {arrow for arrow in arrows if arrow[0] != arrow[1]}
    layers = layers_of([box.key for box in boxes], drawn)
    boxes, layers, drawn = _fold(boxes, layers, drawn, more)
    by_key = {box.key: box for box in boxes}
    stops = {arrow: _stops(arrow, by_key, layers) for arrow in sorted(drawn)}
    columns = _order(boxes, layers, stops)
    heights = {n: sum(stop.height + _ABOVE for stop in column) for n, column in columns.items()}
    tallest = max(heights.values(), default=0)
    place: dict[_Stop, tuple[float, float]] = {}
    for n, column in columns.items():
        y = _MARGIN + (tallest - heights[n]) / 2
        for stop in column:
            place[stop] = (_MARGIN + n * (_WIDTH + _BETWEEN), y + _ABOVE / 2)
            y += stop.height + _ABOVE
    width = 2 * _MARGIN + (max(columns, default=0) + 1) * (_WIDTH + _BETWEEN) - _BETWEEN
    height = 2 * _MARGIN + tallest
    body = [_draw_arrow([(place[stop], stop.height) for stop in path]) for path in stops.values()]
    body += [_draw_box(box, *place[box]) for box in boxes]
    tip = (
        "<defs><marker id='lineage-tip' viewBox='0 0 8 8' refX='8' refY='4' markerWidth='7' markerHeight='7' "
        "orient='auto'><path d='M0 0L8 4L0 8z' fill='#777'/></marker></defs>"
    )
    style = "font-family:'Noto Sans KR','Malgun Gothic','Apple SD Gothic Neo',sans-serif;background:#fff"
    size = f"width='{width:.0f}' height='{height:.0f}' viewBox='0 0 {width:.0f} {height:.0f}'"
    return f"<svg xmlns='http://www.w3.org/2000/svg' {size} style=\"{style}\">{tip}{''.join(body)}</svg>"


def layers_of(keys: Iterable[str], arrows: Iterable[tuple[str, str]]) -> dict[str, int]:
    """Return the layer of each box, from 0: one more than the last of those it stands on.

    A circle has no first box; it is entered at the one with the fewest that are still to be placed.
    """
    before: dict[str, set[str]] = {key: set() for key in keys}
    after: dict[str, set[str]] = defaultdict(set)
    for start, end in arrows:
        before[end].add(start)
        after[start].add(end)
    layers: dict[str, int] = {}
    left = {key: set(starts) for key, starts in before.items()}
    while left:
        ready = [key for key, starts in left.items() if not starts] or [min(left, key=lambda key: len(left[key]))]
        for key in ready:
            layers[key] = max((layers[start] + 1 for start in before[key] if start in layers), default=0)
            del left[key]
        for key in ready:
            for end in after[key]:
                if end in left:
                    left[end].discard(key)
    return layers


def _fold(
    boxes: Sequence[Box], layers: Mapping[str, int], arrows: set[tuple[str, str]], more: str
) -> tuple[list[Box], dict[str, int], set[tuple[str, str]]]:
    """Draw the many of a kind in one layer as the first of them and a box for the rest."""
    groups: dict[tuple[int, str], list[Box]] = defaultdict(list)
    for box in boxes:
        groups[layers[box.key], box.kind].append(box)
    kept, placed, stands_for = [], dict(layers), {box.key: box.key for box in boxes}
    for (layer, kind), group in groups.items():
        group.sort(key=lambda box: not box.is_asked)
        shown = group if len(group) <= _SHOWN_OF_A_KIND + 1 else group[:_SHOWN_OF_A_KIND]
        kept += shown
        if folded := group[len(shown) :]:
            rest = Box(f"{layer} {kind} rest", kind, more.format(len(folded)))
            kept.append(rest)
            placed[rest.key] = layer
            stands_for |= {box.key: rest.key for box in folded}
    return kept, placed, {(stands_for[start], stands_for[end]) for start, end in arrows}


def _stops(arrow: tuple[str, str], boxes: Mapping[str, Box], layers: Mapping[str, int]) -> list[_Stop]:
    start, end = layers[arrow[0]], layers[arrow[1]]
    step = 1 if end >= start else -1
    return [boxes[arrow[0]], *(_Bend(arrow, n) for n in range(start + step, end, step)), boxes[arrow[1]]]


def _order(
    boxes: Sequence[Box], layers: Mapping[str, int], stops: Mapping[tuple[str, str], list[_Stop]]
) -> dict[int, list[_Stop]]:
    columns: dict[int, list[_Stop]] = defaultdict(list)
    for box in boxes:
        columns[layers[box.key]].append(box)
    neighbours: dict[_Stop, list[_Stop]] = defaultdict(list)
    for path in stops.values():
        for stop in path:
            if isinstance(stop, _Bend):
                columns[stop.layer].append(stop)
        for one, other in pairwise(path):
            neighbours[one].append(other)
            neighbours[other].append(one)
    for _ in range(_SWEEPS):
        for n in sorted(columns):
            row = {stop: i - (len(column) - 1) / 2 for column in columns.values() for i, stop in enumerate(column)}
            means = {
                stop: sum(row[other] for other in neighbours[stop]) / max(len(neighbours[stop]), 1)
                for stop in columns[n]
            }
            columns[n].sort(key=means.__getitem__)
    return columns


def _draw_box(box: Box, x: float, y: float) -> str:
    fill, edge = _COLOURS.get(box.kind, _OTHER)
    told = "\n".join((box.title, *box.lines, *box.results))
    parts = [
        f"<g><title>{escape(told)}</title>"
        f"<rect x='{x:.0f}' y='{y:.0f}' width='{_WIDTH}' height='{box.height}' rx='6' fill='{fill}' "
        f"stroke='{edge}' stroke-width='{3 if box.is_asked else 1}'/>"
    ]
    at = y + _PADDING + _TITLE_PX - 2
    parts.append(_text(x, at, box.title, _TITLE_PX, "font-weight='bold' fill='#222'"))
    for line in box.lines:
        at += 15
        parts.append(_text(x, at, line, _LINE_PX, "fill='#444'"))
    if box.results:
        at += 6
        parts.append(
            f"<line x1='{x:.0f}' x2='{x + _WIDTH:.0f}' y1='{at:.0f}' y2='{at:.0f}' stroke='{edge}' "
            "stroke-dasharray='2 3'/>"
        )
        for line in box.results:
            at += 15
            parts.append(_text(x, at, line, _LINE_PX, f"fill='{edge}'"))
    return "".join(parts) + "</g>"


def _text(x: float, y: float, text: str, size: int, look: str) -> str:
    fitted = _fit(text, (_WIDTH - 2 * _PADDING) / size)
    return f"<text x='{x + _PADDING:.0f}' y='{y:.0f}' font-size='{size}' {look}>{escape(fitted)}</text>"


def _fit(text: str, ems: float) -> str:
    """Cut a text to a width in ems: Korean letters are one wide, Latin ones a little over half."""
    width = 0.0
    for i, letter in enumerate(text):
        width += 1 if east_asian_width(letter) in "WF" else 0.53
        if width > ems:
            return text[: max(i - 1, 0)] + "…"
    return text


def _draw_arrow(points: Sequence[tuple[tuple[float, float], int]]) -> str:
    """Draw from the right side of the first box to the left side of the last, level through the layers between."""
    middles = [(x, y + height / 2) for (x, y), height in points]
    path = f"M{middles[0][0] + _WIDTH:.0f} {middles[0][1]:.0f}"
    for (x, y), (next_x, next_y) in pairwise(middles):
        left, half = x + _WIDTH, max((next_x - x - _WIDTH) / 2, _BETWEEN / 2)
        path += f"C{left + half:.0f} {y:.0f} {next_x - half:.0f} {next_y:.0f} {next_x:.0f} {next_y:.0f}"
        if (next_x, next_y) != middles[-1]:
            path += f"L{next_x + _WIDTH:.0f} {next_y:.0f}"
    return f"<path d='{path}' fill='none' stroke='#999' marker-end='url(#lineage-tip)'/>"
