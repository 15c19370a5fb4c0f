"""The walk from things to what they stand on and to what stands on them, level by level.

Each level asks the store once a naming (see ``records.kinds``) for the whole of its frontier, by an
index: the number of questions grows with the depth, and their cost with the answer, never with what
else is stored. A thing is gone from once, so a circle ends.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from ginseng_rd.lineage.things import NOT_RECORDED, Edge, Names, Thing, subject
from ginseng_rd.records.kinds import KINDS, Kind
from ginseng_rd.records.kinds.declaration import PART_OF, Naming
from ginseng_rd.store import Store, Upload


@dataclass(frozen=True)
class ResultSet:
    """The readings of one kind that one upload brought of one thing."""

    of: Thing
    kind: str
    count: int
    upload: Upload


def walk_up(store: Store, start: Collection[Thing]) -> set[Edge]:
    """Return every edge between ``start`` and what it stands on, down to the lots."""
    names = Names(store)
    return _walk(start, lambda things: _edges_above(store, names, things), lambda edge: edge.on)


def walk_down(store: Store, start: Collection[Thing]) -> set[Edge]:
    """Return every edge between ``start`` and what stands on it, up to batches, arms and trials."""
    names = Names(store)
    return _walk(start, lambda things: _edges_below(store, names, things), lambda edge: edge.thing)


def results_of(store: Store, things: Collection[Thing]) -> list[ResultSet]:
    """Return the results that stand on any of ``things`` themselves, summed by thing, kind and upload."""
    names = Names(store)
    found: list[tuple[Thing, str, int, int]] = []
    for kind in KINDS.values():
        if kind.about is None:
            for naming in kind.stands_on:
                found += _results(store, names, kind, naming, set(things))
    uploads = store.uploads_numbered({number for *_, number in found})
    return [ResultSet(of, kind, count, uploads[number]) for of, kind, count, number in sorted(found)]


def nearest_ways(edges: Iterable[Edge], start: Collection[Thing]) -> dict[Thing, tuple[Thing, ...]]:
    """Return for each thing that stands on ``start`` its shortest way there, the thing first.

    Of ways alike in length the one through what was weighed goes before the one through a plan.
    """
    below: dict[Thing, list[Edge]] = {}
    for edge in sorted(edges, key=lambda edge: (edge.by == "batch", edge)):
        below.setdefault(edge.on, []).append(edge)
    ways: dict[Thing, tuple[Thing, ...]] = {thing: (thing,) for thing in sorted(start)}
    waiting = deque(ways)
    while waiting:
        reached = waiting.popleft()
        for edge in below.get(reached, ()):
            if edge.thing not in ways:
                ways[edge.thing] = (edge.thing, *ways[reached])
                waiting.append(edge.thing)
    return ways


def _walk(
    start: Collection[Thing], step: Callable[[set[Thing]], set[Edge]], onward: Callable[[Edge], Thing]
) -> set[Edge]:
    edges: set[Edge] = set()
    reached = frontier = set(start)
    while frontier:
        found = step(frontier)
        edges |= found
        frontier = {onward(edge) for edge in found} - reached
        reached = reached | frontier
    return edges


def _edges_above(store: Store, names: Names, things: set[Thing]) -> set[Edge]:
    edges = _parts(store, things)
    for kind in KINDS.values():
        if kind.about is None or not (codes := _codes(things, kind.about)):
            continue
        for naming in kind.stands_on:
            edges |= {edge for edge in _edges(store, names, kind, naming, kind.about, codes) if edge.thing in things}
    return edges


def _edges_below(store: Store, names: Names, things: set[Thing]) -> set[Edge]:
    edges = {Edge(thing.whole, thing) for thing in things if thing.whole is not None}
    for kind in KINDS.values():
        for naming in kind.stands_on:
            if kind.about is not None and (codes := _codes(things, naming)):
                edges |= {edge for edge in _edges(store, names, kind, naming, naming, codes) if edge.on in things}
    return edges


def _edges(store: Store, names: Names, kind: Kind, naming: Naming, asked: Naming, codes: list[str]) -> set[Edge]:
    """Return what the rows of a kind say by one naming, of rows that hold one of some codes where it is asked."""
    assert kind.about is not None
    columns = tuple(dict.fromkeys((*asked.columns, *kind.about.columns, *naming.columns)))
    rows = [dict(zip(columns, row[1:-1], strict=True)) for row in store.tally(kind.name, columns, among=codes)]
    named = names.read_rows(naming, [[row[name] for name in naming.columns] for row in rows])
    subjects = [subject(kind, [row[name] for name in kind.about.columns]) for row in rows]
    return {Edge(thing, on, kind.name) for thing, several in zip(subjects, named, strict=True) for on in several}


def _parts(store: Store, things: set[Thing]) -> set[Edge]:
    """Return the versions of formulations, the arms of trials."""
    edges = set()
    for part, whole in PART_OF.items():
        codes = sorted(thing.code for thing in things if thing.kind == whole)
        for kind in KINDS.values():
            if codes and kind.about is not None and kind.about.things == (part,):
                rows = store.tally(kind.name, kind.about.columns, among=codes)
                edges |= {Edge(Thing(whole, row[1]), subject(kind, row[1:-1])) for row in rows}
    return edges


def _results(
    store: Store, names: Names, kind: Kind, naming: Naming, things: set[Thing]
) -> list[tuple[Thing, str, int, int]]:
    codes = _codes(things, naming)
    rows = store.tally(kind.name, naming.columns, among=codes) if codes else []
    counts: dict[tuple[Thing, int], int] = {}
    for row, several in zip(rows, names.read_rows(naming, [row[1:-1] for row in rows]), strict=True):
        for thing in things.intersection(several):
            counts[thing, row[0]] = counts.get((thing, row[0]), 0) + row[-1]
    return [(thing, kind.name, count, number) for (thing, number), count in counts.items()]


def _codes(things: Iterable[Thing], naming: Naming) -> list[str]:
    """Return the codes of those things that a naming may mean."""
    wholes = {PART_OF[kind] for kind in naming.things if kind in PART_OF}
    may_be = {NOT_RECORDED, *naming.things, *wholes}
    return sorted({thing.code for thing in things if thing.kind in may_be})
