"""Rows of a kind from the store, one statement a call."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from ginseng_rd.store import Store

Row = dict[str, Any]


def read_rows(store: Store, kind: str, columns: Sequence[str], **among: Iterable[Any]) -> list[Row]:
    """Return the rows of a kind that hold one of some values in each column named, oldest upload first.

    Each row has its ``origin`` and ``upload_id`` beside the columns. Nothing is asked where there is no value to
    ask for.
    """
    wanted = {name: sorted(set(values)) for name, values in among.items()}
    if not all(wanted.values()):
        return []
    names = (*columns, "origin", "upload_id")
    found = store.standing(kind, names, among=wanted)
    return [dict(zip(names, cells, strict=True)) for cells in zip(*(found[name] for name in names), strict=True)]


def by_column(rows: Iterable[Row], column: str) -> dict[Any, list[Row]]:
    """Return rows by what they hold in a column, in their order."""
    found: dict[Any, list[Row]] = defaultdict(list)
    for row in rows:
        found[row[column]].append(row)
    return dict(found)
