"""What a rule across columns or rows says: when it is broken, how much that weighs, and in which words.

A ``Rule`` holds for each row by itself. A ``WideRule`` holds for rows together: those of a whole file
and those that stand in the store, of one kind or of several. Both are pure functions of rows in
canonical units; a cell that is empty or at fault is None, and no rule speaks of what it cannot see.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from ginseng_rd.errors import Severity, nearest_names

_NAMED_AT_MOST = 6
_HINTED_AT_MOST = 20  # looking for the nearest name takes time, and no more findings of a code are told


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """One row of a kind: ``row[name]`` is its value in that column, in canonical units, or None.

    ``at`` counts it among the rows of its table, from 0; ``table`` counts the tables of the file
    under judgement and is None for a row that stands in the store.
    """

    kind: str
    columns: Mapping[str, Sequence[Any]]
    at: int
    table: int | None = None

    def __getitem__(self, name: str) -> Any:
        return self.columns[name][self.at]

    @property
    def is_new(self) -> bool:
        return self.table is not None


@dataclass(frozen=True, slots=True)
class Breach:
    """A rule broken: the row and column it is told at, what was found and expected, and what to do."""

    row: Row
    column: str
    found: str
    expected: str
    remedy: str


@dataclass(frozen=True)
class Rule:
    """A rule across the columns of a row.

    ``says`` is the rule in a sentence. ``needs`` are the columns that must be filled in for a row to
    be weighed at all. ``weigh`` yields what breaks the rule in a row. ``concerns`` says of a value of the
    first of ``needs`` whether rows that hold it can break the rule at all; it is asked once for each.
    """

    code: str
    severity: Severity
    says: str
    needs: tuple[str, ...]
    weigh: Callable[[Row], Iterable[Breach]]
    concerns: Callable[[Any], bool] | None = None


@dataclass(frozen=True)
class Known:
    """Every row a wide rule may look at: by kind, those of the file first, then those of the store."""

    rows: Mapping[str, Sequence[Row]] = field(default_factory=dict)

    def of(self, *kinds: str) -> Iterator[Row]:
        """Return the rows of some kinds, new and stored."""
        return chain.from_iterable(self.rows.get(kind, ()) for kind in kinds)


@dataclass(frozen=True)
class WideRule:
    """A rule across rows: of a whole file, of several kinds, or with what stands in the store.

    ``told_at`` names the kinds whose coming in may break it, ``reads`` the columns it looks at, kind
    by kind. ``weigh`` yields breaches at new rows only: what stands was judged when it came.
    """

    code: str
    severity: Severity
    says: str
    told_at: tuple[str, ...]
    reads: Mapping[str, tuple[str, ...]]
    weigh: Callable[[Known], Iterable[Breach]]


def grouped(rows: Iterable[Row], *names: str, filled: Iterable[str] = ()) -> dict[tuple[Any, ...], list[Row]]:
    """Return rows by what they hold in some columns; a row that lacks one of ``filled`` is left out."""
    needed = tuple(filled)
    groups: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        if all(row[name] is not None for name in needed):
            groups.setdefault(tuple(row[name] for name in names), []).append(row)
    return groups


def newest(*rows: Row | None) -> Row | None:
    """Return the first of some rows that is new, or None."""
    return next((row for row in rows if row is not None and row.is_new), None)


def listed(names: Iterable[object]) -> str:
    """Return names in quotes, a few of many."""
    quoted = [f"'{name}'" for name in names]
    more = f" and {len(quoted) - _NAMED_AT_MOST} more" if len(quoted) > _NAMED_AT_MOST else ""
    return ", ".join(quoted[:_NAMED_AT_MOST]) + more


def unknown_names(rows: Iterable[Row], column: str, known: Iterable[str], expected: str, todo: str) -> Iterator[Breach]:
    """Yield each name of a column that is not among the ``known``, once, with the nearest of those."""
    names = set(known)
    told: set[str] = set()
    for row in rows:
        name = row[column]
        if not row.is_new or name is None or name in names or name in told:
            continue
        nearest = nearest_names(name, names) if len(told) < _HINTED_AT_MOST else []
        told.add(name)
        meant = f"Did you mean {' or '.join(sorted(nearest))}? " if nearest else ""
        yield Breach(row, column, f"'{name}'", expected, f"{meant}{todo}")


def stored_once(kind: str, identity: tuple[str, ...]) -> WideRule:
    """Return the rule that no row of a kind comes in that stands in the store already."""

    def weigh(known: Known) -> Iterator[Breach]:
        standing = grouped((row for row in known.of(kind) if not row.is_new), *identity)
        for row in known.of(kind):
            key = tuple(row[name] for name in identity)
            if row.is_new and row[identity[0]] is not None and key in standing:
                told = listed(value for value in key if value is not None)
                remedy = (
                    "If this file corrects what is stored, upload it with replaces and a reason; else mend the code."
                )
                yield Breach(row, identity[0], f"{told}, in the store already", "a row that is not stored yet", remedy)

    says = f"No row comes in that agrees with a stored one in {', '.join(identity)}."
    return WideRule("already-stored", Severity.STOPS, says, (kind,), {kind: identity}, weigh)
