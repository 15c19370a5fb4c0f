"""The reference compounds, a company's own, and its own names for those that are known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import Connection, Table, insert, select

from ginseng_rd.chemistry.compounds import Compound, reference_compounds
from ginseng_rd.errors import GinsengError
from ginseng_rd.store import tables

_FIELDS = [field.name for field in fields(Compound)]


def reference_rows() -> list[dict[str, Any]]:
    """Return the rows of the shared table of compounds."""
    return [_row(compound) for compound in reference_compounds()]


def read_compounds(connection: Connection, company: int) -> tuple[Compound, ...]:
    """Return every compound a company knows: the reference table first, under the company's own names too."""
    names: dict[str, list[str]] = {}
    for name, code in _registered(connection, company, tables.own_name, ["name", "code"]):
        names.setdefault(code, []).append(name)
    shared = connection.execute(select(*(tables.compound.c[name] for name in _FIELDS))).all()
    own = _registered(connection, company, tables.own_compound, _FIELDS)
    known = (dict(zip(_FIELDS, row, strict=True)) for row in (*shared, *own))
    return tuple(
        Compound(**row | {"synonyms": (*filter(None, row["synonyms"].split(";")), *names.get(row["code"], ()))})
        for row in known
    )


def register_compounds(
    connection: Connection, company: int, upload_id: int, compounds: Sequence[Compound], names: Mapping[str, str]
) -> None:
    """Keep the compounds an upload registers, and its names for known ones by their codes.

    Raises GinsengError when a code was registered between judging these compounds and storing them.
    """
    keys = {"company_id": company, "upload_id": upload_id}
    if compounds:
        taken = {code for (code,) in _registered(connection, company, tables.own_compound, ["code"])}
        if twice := {compound.code for compound in compounds} & taken:
            raise GinsengError(f"The compound '{min(twice)}' was registered in the meantime; nothing was added.")
        rows = [_row(compound) | keys | {"no": no} for no, compound in enumerate(compounds, start=1)]
        connection.execute(insert(tables.own_compound), rows)
    if names:
        connection.execute(insert(tables.own_name), [keys | {"name": n, "code": code} for n, code in names.items()])


def _registered(connection: Connection, company: int, table: Table, columns: Sequence[str]) -> Sequence[Any]:
    """Return columns of what a company registered itself, and neither replaced nor withdrew."""
    upload = tables.upload
    query = (
        select(*(table.c[name] for name in columns))
        .join(upload, (upload.c.company_id == table.c.company_id) & (upload.c.id == table.c.upload_id))
        .where(table.c.company_id == company, upload.c.ended_at.is_(None))
        .order_by(*table.primary_key.columns)
    )
    return connection.execute(query).all()


def _row(compound: Compound) -> dict[str, Any]:
    return {name: getattr(compound, name) for name in _FIELDS} | {"synonyms": ";".join(compound.synonyms)}
