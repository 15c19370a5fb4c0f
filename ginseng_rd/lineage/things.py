"""What lineage is made of: things, what they stand on, and how the names in the store are read as things."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ginseng_rd.records.kinds import KINDS, Kind
from ginseng_rd.records.kinds.declaration import PART_OF, Naming
from ginseng_rd.store import Store, Upload
from ginseng_rd.words import say

# The kind of a thing that is named and was never recorded itself.
NOT_RECORDED = ""

_KOREAN = {
    "lot": "로트",
    "extract": "추출물",
    "ingredient": "원료",
    "formulation": "제형",
    "version": "처방 버전",
    "batch": "제품 배치",
    "trial": "시험",
    "arm": "시험군",
    "reading": "측정값",
    "figure": "산출값",
    "run": "MLflow 실행",
    NOT_RECORDED: "미등록",
}


@dataclass(frozen=True, order=True)
class Thing:
    """A lot, extract, version ... by its kind and code; ``part`` is the number of a version or the name of an arm."""

    kind: str
    code: str
    part: str = ""

    @property
    def whole(self) -> Thing | None:
        """The formulation of a version, the trial of an arm; None for what is whole itself."""
        return Thing(PART_OF[self.kind], self.code) if self.kind in PART_OF else None

    def __str__(self) -> str:
        if not self.part:
            return self.code
        return f"{self.code} v{self.part}" if self.kind == "version" else f"{self.code} / {self.part}"


@dataclass(frozen=True, order=True)
class Edge:
    """``thing`` stands on ``on``, as a row of the kind ``by`` says; a whole stands on its parts without one."""

    thing: Thing
    on: Thing
    by: str = ""


def tell_kind(kind: str) -> str:
    """Return what a kind of thing is called in the language in force."""
    return say(kind.replace("_", " ") or "not recorded", _KOREAN.get(kind, kind))


def tell_result(kind: str) -> str:
    """Return what a kind of reading is called in the language in force."""
    return say(kind.replace("_", " "), KINDS[kind].korean)


def tell_count(count: int) -> str:
    """Return how many readings there are, in the language in force."""
    return say(f"{count} reading{'' if count == 1 else 's'}", f"자료 {count}건")


class Names:
    """Reads names as things: a code is the thing that was recorded under it, of those kinds a column may name.

    What was asked of the store once is remembered, so one of these serves one walk.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._recorded: dict[str, set[str]] = defaultdict(set)
        self._asked: dict[str, set[str]] = defaultdict(set)

    def learn(self, naming: Naming, codes: Iterable[str]) -> None:
        """Ask the store which of some codes are recorded, for each kind of thing they may be."""
        wanted = {code for code in codes if code}
        for thing in {PART_OF.get(thing, thing) for thing in naming.things}:
            unknown = sorted(wanted - self._asked[thing])
            self._asked[thing].update(unknown)
            for kind in KINDS.values():
                unknown = [code for code in unknown if code not in self._recorded[thing]]
                if unknown and kind.about is not None and thing in _with_wholes(kind.about.things):
                    rows = self._store.tally(kind.name, kind.about.columns[:1], among=unknown)
                    self._recorded[thing].update(code for _, code, _ in rows)

    def read(self, naming: Naming, cells: Sequence[Any]) -> list[Thing]:
        """Return the things that the cells of a row name; ``learn`` comes before. An empty code names nothing."""
        code = cells[0]
        if not code:
            return []
        part = naming.part_if_empty if len(cells) < 2 or cells[1] is None else str(cells[1])
        may_be = [_thing(kind, code, part) for kind in naming.things]
        if recorded := [thing for thing in may_be if code in self._recorded[PART_OF.get(thing.kind, thing.kind)]]:
            return recorded
        return [next((thing for thing in may_be if thing.part), Thing(NOT_RECORDED, code))]

    def read_rows(self, naming: Naming, rows: Sequence[Sequence[Any]]) -> list[list[Thing]]:
        """Return what each of many rows names (see ``read``)."""
        self.learn(naming, {row[0] for row in rows})
        return [self.read(naming, row) for row in rows]


def subject(kind: Kind, cells: Sequence[Any]) -> Thing:
    """Return the thing a row of a kind is about."""
    assert kind.about is not None
    part = kind.about.part_if_empty if len(cells) < 2 or cells[1] is None else str(cells[1])
    return _thing(kind.about.things[0], cells[0], part)


def find_things(store: Store, code: str) -> set[Thing]:
    """Return everything of that code: recorded or named anywhere, whole or part. ``F-012 v2`` means that version."""
    names = Names(store)
    found: set[Thing] = set()
    whole, sign, version = code.rpartition(" v")
    codes = [code, whole] if sign and version.isdigit() else [code]
    for kind in KINDS.values():
        for naming in kind.namings:
            rows = [row[1:-1] for row in store.tally(kind.name, naming.columns, among=codes)]
            found.update(thing for things in names.read_rows(naming, rows) for thing in things)
    found |= {thing.whole for thing in found if thing.whole is not None}
    return {thing for thing in found if thing.code == code or str(thing) == code}


@dataclass(frozen=True)
class Said:
    """What an upload says: the things its rows are about, and its results, kind by kind, with what they are of."""

    about: frozenset[Thing]
    results: tuple[tuple[str, int, frozenset[Thing]], ...]


def said_by(store: Store, upload: Upload) -> Said:
    """Return what an upload says; of one that was replaced, what its successor says otherwise.

    A thing differs where a row of it is gone or new; a reading that is new puts no other in doubt.
    """
    names = Names(store)
    about: set[Thing] = set()
    results = []
    successor = store.successor(upload)
    for kind in KINDS.values():
        columns = (*(column.name for column in kind.columns), *kind.marks[:1])
        rows, now = (
            Counter({row[1:-1]: row[-1] for row in store.tally(kind.name, columns, upload=one)} if one else {})
            for one in (upload, successor)
        )
        rows = rows - now if kind.about is None else (rows - now) + (now - rows)
        cells = [dict(zip(columns, row, strict=True)) for row in rows]
        if kind.about is not None:
            about.update(subject(kind, [row[name] for name in kind.about.columns]) for row in cells)
        elif rows:
            of: set[Thing] = set()
            for naming in kind.stands_on:
                named = names.read_rows(naming, [[row[name] for name in naming.columns] for row in cells])
                of.update(thing for things in named for thing in things)
            results.append((kind.name, rows.total(), frozenset(of)))
    return Said(frozenset(about), tuple(results))


def _thing(kind: str, code: str, part: str) -> Thing:
    if kind not in PART_OF:
        return Thing(kind, code)
    return Thing(kind, code, part) if part else Thing(PART_OF[kind], code)


def _with_wholes(kinds: Iterable[str]) -> set[str]:
    return {name for kind in kinds for name in (kind, PART_OF.get(kind, kind))}
