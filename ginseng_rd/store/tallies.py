"""Rows counted by what they name: the question that lineage asks, level by level."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, func, select

from ginseng_rd.store import tables

_ASKED_AT_ONCE = 10_000  # so many names may stand in one question to any database


def count_rows(
    connection: Connection,
    kind: str,
    columns: Sequence[str],
    *,
    company_id: int,
    among: Sequence[str] | None,
    upload_id: int | None,
) -> list[tuple[Any, ...]]:
    """Return each combination of some columns of a kind (see ``Store.tally``)."""
    table, upload = tables.readings[kind], tables.upload
    named = [table.c[name] for name in columns]
    rows = select(table.c.upload_id, *named).where(table.c.company_id == company_id)
    if upload_id is not None:
        rows = rows.where(table.c.upload_id == upload_id)
    else:
        ended = select(upload.c.id).where(upload.c.company_id == company_id, upload.c.ended_at.is_not(None))
        rows = rows.where(table.c.upload_id.not_in(ended))
    pieces = [None] if among is None else [among[i : i + _ASKED_AT_ONCE] for i in range(0, len(among), _ASKED_AT_ONCE)]
    found: list[tuple[Any, ...]] = []
    for piece in pieces:
        asked = rows if piece is None else rows.where(named[0].in_(piece))
        # Chosen first and grouped then: asked in one, SQLite takes an index that groups and reads the whole table.
        chosen = asked.cte("chosen").prefix_with("MATERIALIZED")
        query = select(*chosen.c, func.count()).group_by(*chosen.c)
        found += [tuple(row) for row in connection.execute(query)]
    return found
