"""Rows of one kind of reading, typed and in canonical units, each with its place in a file."""

from __future__ import annotations

import hashlib
import struct
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from ginseng_rd.errors import Place


@dataclass(frozen=True)
class Places:
    """Where each record of a table stands: one sheet, a row a record, and one heading for all or one a record.

    A ``Place`` is made when it is asked for: few of a hundred thousand ever are.
    """

    sheet: str
    rows: Sequence[int]
    headings: str | Sequence[str]

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, record: int) -> Place:
        headings = self.headings
        return Place(self.sheet, self.rows[record], headings if isinstance(headings, str) else headings[record])

    def __iter__(self) -> Iterator[Place]:
        return map(self.__getitem__, range(len(self)))


@dataclass(frozen=True)
class Readings:
    """Typed rows of one kind (see ``kinds``), as lists of one length.

    ``columns`` holds every column of the kind, and beside a measured ``value`` its
    ``relation`` (``=``, ``<``, ``>``, ``n.d.``, ``missing``) and ``value_text`` as typed.
    ``extra`` holds, row by row, what the file had beside the columns of the kind.
    """

    kind: str
    columns: dict[str, list[Any]]
    places: Places
    extra: list[dict[str, str] | None]

    def __len__(self) -> int:
        return len(self.places)


def _varies(column: list[Any]) -> bool:
    return bool(column) and column.count(column[0]) < len(column)


def tell_apart(columns: Mapping[str, list[Any]], names: Iterable[str]) -> Sequence[Hashable]:
    """Return a key for each row: rows that agree in the named columns have the same one, others have not.

    Columns that say the same of every row are left out of it, which most do in most files.
    """
    cells = [columns[name] for name in names]
    telling = [column for column in cells if _varies(column)]
    if not telling:
        return [()] * len(cells[0])
    return telling[0] if len(telling) == 1 else list(zip(*telling, strict=True))


def all_differ(columns: Mapping[str, list[Any]], names: Sequence[str]) -> bool:
    """Tell whether no two rows agree in all the named columns."""
    telling = [name for name in names if _varies(columns[name])]
    if not telling:
        return len(columns[names[0]]) < 2
    parts = (telling[:2], telling) if len(telling) > 2 else (telling,)  # what a part tells apart, the whole does
    return any(len(set(keys)) == len(keys) for keys in (tell_apart(columns, part) for part in parts))


def group_rows(columns: Mapping[str, list[Any]], names: Iterable[str]) -> list[list[int]]:
    """Return the rows that agree in the named columns together, in the order of the first of each group."""
    groups: dict[Hashable, list[int]] = defaultdict(list)
    for i, key in enumerate(tell_apart(columns, names)):
        groups[key].append(i)
    return list(groups.values())


def digest_values(parts: Iterable[Readings]) -> str:
    """Return the SHA-256 of what readings say, whatever the order of their rows and wherever they stood.

    A value counts as its number, however it was typed; its text counts where no number was read. Of
    each part the cells are taken column by column, with the rows sorted by all their cells.
    """
    said = hashlib.sha256()
    for part in parts:
        columns = dict(part.columns)
        if "value_text" in columns:
            pairs = zip(columns["value"], columns["value_text"], strict=True)
            columns["value_text"] = [text if value is None else None for value, text in pairs]
        in_order = _sorting(columns)
        said.update(f"{part.kind} {len(part)}".encode())
        for name, column in columns.items():
            said.update(f"\n{name} ".encode())
            said.update(_as_bytes(in_order(column) if _varies(column) else column[:1]))
    return said.hexdigest()


def _sorting(columns: Mapping[str, list[Any]]) -> Callable[[list[Any]], Sequence[Any]]:
    """Return what puts a column's cells into the order of the rows when these are sorted by all their cells."""
    telling = [column for column in columns.values() if _varies(column)]
    if not telling:
        return lambda column: column
    for part in (telling[:2], telling):  # cells further right decide nothing where no two rows agree in the first
        keys = list(zip(*(list(map(repr, cells)) if None in cells else cells for cells in part), strict=True))
        if len(set(keys)) == len(keys):
            break
    return itemgetter(*sorted(range(len(keys)), key=keys.__getitem__))


def _as_bytes(cells: Sequence[Any]) -> bytes:
    if set(map(type, cells)) == {float}:
        return struct.pack(f"<{len(cells)}d", *cells)
    return "\t".join(map(repr, cells)).encode()
