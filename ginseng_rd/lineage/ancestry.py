"""One code up to its lots and down to its results."""

from __future__ import annotations

import html
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ginseng_rd.errors import UnknownName
from ginseng_rd.lineage.things import Edge, Thing, find_things, subject, tell_count, tell_kind, tell_result
from ginseng_rd.lineage.walk import ResultSet, nearest_ways, results_of, walk_down, walk_up
from ginseng_rd.records.kinds import KINDS, Column
from ginseng_rd.reports.lineage_drawing import Box, draw_lineage
from ginseng_rd.store import Store
from ginseng_rd.words import say

if TYPE_CHECKING:
    import pandas as pd

# Of each kind of thing, the columns that say what it is, and the day that it has.
_SAID = {
    "lot": (("cultivation", "part", "region"), "harvested_on"),
    "extract": (("amount_g",), "made_on"),
    "ingredient": (("inci",), ""),
    "formulation": (("product_type", "claim"), ""),
    "version": (("status", "note"), ""),
    "batch": (("size_g",), "made_on"),
    "trial": (("design", "primary_endpoint"), "first_visit_on"),
    "arm": (("product",), ""),
}


@dataclass(frozen=True)
class Node:
    """A thing in a lineage: what is recorded of it, and how many steps it lies up (negative) or down of what was asked.

    ``kind`` is empty for what is named and was never recorded; ``origin`` is that of the upload that records it.
    """

    thing: Thing
    what: str
    when: str
    origin: str
    steps: int

    @property
    def kind(self) -> str:
        return self.thing.kind

    @property
    def code(self) -> str:
        return self.thing.code

    @property
    def version(self) -> str:
        """The number of a version, the name of an arm, or empty."""
        return self.thing.part


@dataclass(frozen=True)
class Lineage:
    """What a code is made of and what was made and measured of it.

    ``edges`` go from a thing to what it stands on; ``results`` are those of the code itself and of all
    that stands on it, summed by thing, kind and upload.
    """

    asked: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    results: tuple[ResultSet, ...]

    @property
    def up(self) -> tuple[Node, ...]:
        """What the code stands on, the nearest first."""
        return tuple(sorted((n for n in self.nodes if n.steps < 0), key=lambda n: (-n.steps, n.thing)))

    @property
    def down(self) -> tuple[Node, ...]:
        """What stands on the code, the nearest first."""
        return tuple(n for n in self.nodes if n.steps > 0)

    def table(self) -> pd.DataFrame:
        """Return one row a thing, from its lots to its trials, then one row a result."""
        import pandas as pd

        on: dict[Thing, set[str]] = defaultdict(set)
        for edge in self.edges:
            on[edge.thing].add(str(edge.on))
        rows = [
            (
                str(n.steps),
                tell_kind(n.kind),
                n.code,
                n.version,
                n.what,
                n.when,
                n.origin,
                ", ".join(sorted(on[n.thing])),
            )
            for n in self.nodes
        ]
        for r in self.results:
            said = (tell_result(r.kind), r.of.code, r.of.part, tell_count(r.count))
            rows.append(("", *said, r.upload.at[:10], r.upload.origin, r.upload.name))
        english = ("step", "kind", "code", "version or arm", "what", "when", "origin", "stands on, or file")
        korean = ("단계", "종류", "코드", "버전·군", "내용", "날짜", "출처", "바탕 또는 파일")
        return pd.DataFrame(rows, columns=list(map(say, english, korean)))

    def as_json(self) -> dict[str, Any]:
        """Return nodes, edges and results as plain values for a script."""
        return {
            "asked": self.asked,
            "nodes": [
                {"name": str(n.thing), "kind": n.kind, "code": n.code, "version": n.version, "what": n.what}
                | {"when": n.when, "origin": n.origin, "steps": n.steps}
                for n in self.nodes
            ],
            "edges": [_edge_json(edge) for edge in self.edges],
            "results": [
                {"of": str(r.of), "kind": r.kind, "count": r.count, "file": r.upload.name, "sha256": r.upload.sha256}
                for r in self.results
            ],
        }

    def headline(self) -> str:
        """Return in a line how much the code stands on, how much stands on it, and how many results."""
        count = sum(result.count for result in self.results)
        return say(
            f"{self.asked}: stands on {len(self.up)}, {len(self.down)} stand on it, with {tell_count(count)}.",
            f"{self.asked}: 바탕이 되는 것 {len(self.up)}, 이를 바탕으로 한 것 {len(self.down)}, {tell_count(count)}.",
        )

    def __str__(self) -> str:
        return f"{self.headline()}\n{self.table().to_string(index=False, max_rows=60)}"

    def _repr_html_(self) -> str:
        table = self.table().to_html(index=False, border=0, justify="left", max_rows=60)
        drawing = f"<div style='overflow-x:auto'>{self.drawing()}</div>"
        return f"<p><b>{html.escape(self.headline())}</b></p>{drawing}{table}"

    def drawing(self) -> str:
        """Return the lineage as an SVG element: lots on the left, what stands on them to the right."""
        counts: dict[Thing, Counter[str]] = defaultdict(Counter)
        for result in self.results:
            counts[result.of][result.kind] += result.count
        boxes = [
            Box(
                _key(node.thing),
                node.kind,
                str(node.thing),
                tuple(filter(None, (" · ".join(filter(None, (tell_kind(node.kind), node.when))), node.what))),
                tuple(f"{tell_result(kind)}: {tell_count(count)}" for kind, count in counts[node.thing].items()),
                is_asked=node.steps == 0,
            )
            for node in self.nodes
        ]
        arrows = [(_key(edge.on), _key(edge.thing)) for edge in self.edges]
        return draw_lineage(boxes, arrows, more=say("+ {} more", "외 {}건"))


def lineage(store: Store, code: str) -> Lineage:
    """Return what a lot, extract, formulation, version (``F-012 v2``), batch or trial is made of, and what came of it.

    The question is asked level by level by index, so that it costs as much as its answer. Where a code is
    that of several things, all of them are followed. Raises UnknownName for a code that is nowhere.
    """
    start = find_things(store, code)
    if not start:
        raise UnknownName("code", code, known_codes(store))
    above, below = walk_up(store, start), walk_down(store, start)
    down = nearest_ways(below, start)
    up = nearest_ways({Edge(edge.on, edge.thing, edge.by) for edge in above}, start)
    steps = {thing: 1 - len(way) for thing, way in up.items()} | {thing: len(way) - 1 for thing, way in down.items()}
    said = _describe(store, steps)
    nodes = sorted(
        (Node(thing, *said.get(thing, ("", "", "")), steps=step) for thing, step in steps.items()),
        key=lambda node: (node.steps, node.thing),
    )
    return Lineage(code, tuple(nodes), tuple(sorted(above | below)), tuple(results_of(store, down)))


def known_codes(store: Store) -> list[str]:
    """Return every code that something was recorded under."""
    columns = {(k.name, k.about.columns[0]) for k in KINDS.values() if k.about is not None}
    return sorted({code for kind, column in columns for code in store.distinct(kind, column) if code})


def _describe(store: Store, things: Collection[Thing]) -> dict[Thing, tuple[str, str, str]]:
    """Return what each thing is, its day, and the origin of the upload that records it."""
    found: dict[Thing, tuple[str, str, int]] = {}
    for kind in sorted(KINDS.values(), key=lambda kind: kind.name not in _SAID):
        if kind.about is None:
            continue
        codes = sorted({thing.code for thing in things if thing.kind in kind.about.things})
        said, day = _SAID.get(kind.name, ((), ""))
        columns = (*kind.about.columns, *said, *((day,) if day else ()))
        for number, *cells, _ in store.tally(kind.name, columns, among=codes) if codes else ():
            row = dict(zip(columns, cells, strict=True))
            what = ", ".join(_cell(kind[name], row[name]) for name in said if row[name] is not None)
            thing = subject(kind, [row[name] for name in kind.about.columns])
            found.setdefault(thing, (what, str(row.get(day) or "")[:10], number))
    uploads = store.uploads_numbered({number for *_, number in found.values()})
    return {thing: (what, when, uploads[number].origin) for thing, (what, when, number) in found.items()}


def _cell(column: Column, value: Any) -> str:
    if isinstance(value, int | float):
        return f"{value:g} {column.unit}".rstrip()
    korean: Mapping[str, str] = dict(zip(column.choices, column.choices_korean, strict=False))
    return say(str(value), korean.get(value, str(value)))


def _edge_json(edge: Edge) -> dict[str, str]:
    return {
        "thing": str(edge.thing),
        "kind": edge.thing.kind,
        "stands_on": str(edge.on),
        "its_kind": edge.on.kind,
        "by": edge.by,
    }


def _key(thing: Thing) -> str:
    return f"{thing.kind}\t{thing.code}\t{thing.part}"
