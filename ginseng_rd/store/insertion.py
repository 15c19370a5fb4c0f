"""Readings on their way into their table: what all rows share is said once, the rest goes through the driver."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Text, literal

from ginseng_rd.records.kinds import KINDS
from ginseng_rd.records.readings import Readings
from ginseng_rd.store import tables

_LONGEST_LITERAL = 200


def insert_readings(connection: Connection, part: Readings, key: Mapping[str, int], *, first_no: int) -> None:
    """Store ``part`` under ``key``, its rows numbered from ``first_no``.

    The driver's executemany is the quick way in, and half of its time goes into handing over cells that
    are the same in every row: those stand in the statement itself, where they can be written safely.
    """
    if not len(part):
        return
    names = [c.name for c in KINDS[part.kind].columns] + list(KINDS[part.kind].marks)
    cells: dict[str, Sequence[Any]] = {name: part.columns[name] for name in names}
    extra = list(map(_as_json, part.extra)) if any(part.extra) else part.extra
    cells |= {"row": part.places.rows, "extra": extra}
    said: dict[str, Any] = {**key, "sheet": part.places.sheet}
    if isinstance(part.places.headings, str):
        said["heading"] = part.places.headings
    else:
        cells["heading"] = part.places.headings
    said |= {name: column[0] for name, column in cells.items() if column.count(column[0]) == len(column)}
    once = {name: text for name, value in said.items() if (text := _literal(connection, value))}
    rows: dict[str, Sequence[Any]] = {"no": range(first_no, first_no + len(part))}
    rows |= {name: cells.get(name, [said.get(name)] * len(part)) for name in (*cells, *said) if name not in once}
    quoted = ", ".join(f'"{name}"' for name in (*once, *rows))
    values = ", ".join((*once.values(), *("?" for _ in rows)))
    statement = f'INSERT INTO "{tables.readings[part.kind].name}" ({quoted}) VALUES ({values})'
    connection.exec_driver_sql(statement, list(zip(*rows.values(), strict=True)))


def _as_json(extra: Mapping[str, str] | None) -> str | None:
    return None if extra is None else json.dumps(extra, ensure_ascii=False)


def _literal(connection: Connection, value: Any) -> str:
    """Return a value as it stands in a statement, or '' for one that is better handed over beside it."""
    if value is None:
        return "NULL"
    if isinstance(value, int):
        return str(value)
    if not isinstance(value, str) or len(value) > _LONGEST_LITERAL or not value.isprintable():
        return ""
    return str(literal(value, Text()).compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True}))
