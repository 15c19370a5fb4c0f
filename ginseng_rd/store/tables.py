"""The tables of a workspace. Those of readings are made from the declarations in ``records.kinds``.

`company_id` is the first part of every private key. Times are UTC in ISO 8601.
"""

from __future__ import annotations

from dataclasses import fields
from typing import Any, get_type_hints

from sqlalchemy import (
    Column,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
)
from sqlalchemy.types import TypeEngine

from ginseng_rd.chemistry.compounds import Compound
from ginseng_rd.records.kinds import KINDS, Holds, Kind

SCHEMA_VERSION = 1

metadata = MetaData()

workspace = Table(
    "workspace",
    metadata,
    Column("key", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

company = Table(
    "company",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False),
)

upload = Table(
    "upload",
    metadata,
    Column("company_id", Integer, ForeignKey("company.id"), primary_key=True),
    Column("id", Integer, primary_key=True),
    Column("sha256", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("bytes", Integer, nullable=False),
    Column("format", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("about", Text, nullable=False),
    Column("findings", Text, nullable=False),
    Column("run_identity", Text, nullable=False),
    Column("values_sha256", Text, nullable=False),
    Column("replaces", Integer),
    Column("ended_at", Text),
    Column("ended_by", Text),
    Column("ended_because", Text),
    ForeignKeyConstraint(["company_id", "replaces"], ["upload.company_id", "upload.id"]),
)

# Bytes that were withdrawn may come back; while they stand they stand once.
Index(
    "upload_stands_once",
    upload.c.company_id,
    upload.c.sha256,
    unique=True,
    sqlite_where=upload.c.ended_at.is_(None),
    postgresql_where=upload.c.ended_at.is_(None),
)

# So does an instrument run that a file names, whatever bytes it comes in.
_RUN_STANDS = upload.c.ended_at.is_(None) & (upload.c.run_identity != "")
Index(
    "upload_run_stands_once",
    upload.c.company_id,
    upload.c.run_identity,
    unique=True,
    sqlite_where=_RUN_STANDS,
    postgresql_where=_RUN_STANDS,
)

# How a company's own sheets are read: what their headings mean, once somebody has said so.
sheet_mapping = Table(
    "sheet_mapping",
    metadata,
    Column("company_id", Integer, ForeignKey("company.id"), primary_key=True),
    Column("headings", Text, primary_key=True),
    Column("kind", Text),
    Column("columns", Text, nullable=False),
    Column("fixed", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", Text, nullable=False),
)


def _compound_columns(*, key: bool) -> list[Column[Any]]:
    """One column a field of ``Compound``."""
    hints = get_type_hints(Compound)
    return [
        Column(f.name, Float if hints[f.name] is float else Text, primary_key=key and f.name == "code", nullable=False)
        for f in fields(Compound)
    ]


# Reference compounds are shared, so no company stands in the key.
compound = Table("compound", metadata, *_compound_columns(key=True))

# A company's own, as they were standardised; the readings of the upload hold what was typed and drawn.
own_compound = Table(
    "own_compound",
    metadata,
    Column("company_id", Integer, primary_key=True),
    Column("upload_id", Integer, primary_key=True),
    Column("no", Integer, primary_key=True),
    *_compound_columns(key=False),
    ForeignKeyConstraint(["company_id", "upload_id"], ["upload.company_id", "upload.id"]),
    Index("own_compound_by_code", "company_id", "code"),
)

# What a company calls a compound that was known already under other names.
own_name = Table(
    "own_name",
    metadata,
    Column("company_id", Integer, primary_key=True),
    Column("upload_id", Integer, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("code", Text, nullable=False),
    ForeignKeyConstraint(["company_id", "upload_id"], ["upload.company_id", "upload.id"]),
)

_TYPES: dict[Holds, type[TypeEngine[Any]]] = {
    Holds.NUMBER: Float,
    Holds.MEASURED: Float,
    Holds.WHOLE: Integer,
}

PLACE_COLUMNS = ("sheet", "row", "heading")


def _reading_table(kind: Kind) -> Table:
    """One table a kind: its declared columns, the mark and text of the measured value, and where each row stood."""
    declared = [Column(c.name, _TYPES.get(c.holds, Text)) for c in kind.columns]
    marks = [Column(name, Text, nullable=False) for name in kind.marks]
    return Table(
        f"reading_{kind.name}",
        metadata,
        Column("company_id", Integer, primary_key=True),
        Column("upload_id", Integer, primary_key=True),
        Column("no", Integer, primary_key=True),
        *declared,
        *marks,
        Column("sheet", Text, nullable=False),
        Column("row", Integer),
        Column("heading", Text, nullable=False),
        Column("extra", Text),
        ForeignKeyConstraint(["company_id", "upload_id"], ["upload.company_id", "upload.id"]),
        *_indexes(kind),
    )


def _indexes(kind: Kind) -> list[Index]:
    """One index for the first column rows are told apart by, and one a naming, in which lineage is read alone."""
    walked = {naming.columns: (*naming.columns, "upload_id") for naming in kind.namings}
    told_apart = kind.identity[:1]
    by = walked if any(columns[:1] == told_apart for columns in walked) else {told_apart: told_apart, **walked}
    return [
        Index(f"reading_{kind.name}_by_{'_and_'.join(columns)}", "company_id", *indexed)
        for columns, indexed in by.items()
    ]


readings: dict[str, Table] = {kind.name: _reading_table(kind) for kind in KINDS.values()}
