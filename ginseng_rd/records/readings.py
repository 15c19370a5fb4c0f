"""Rows of one kind of reading, typed and in canonical units, each with its place in a file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ginseng_rd.errors import Place


@dataclass(frozen=True)
class Readings:
    """Typed rows of one kind (see ``kinds``), as lists of one length.

    ``columns`` holds every column of the kind, and beside a measured ``value`` its
    ``relation`` (``=``, ``<``, ``>``, ``n.d.``, ``missing``) and ``value_text`` as typed.
    ``extra`` holds, row by row, what the file had beside the columns of the kind.
    """

    kind: str
    columns: dict[str, list[Any]]
    places: list[Place]
    extra: list[dict[str, str] | None]

    def __len__(self) -> int:
        return len(self.places)
