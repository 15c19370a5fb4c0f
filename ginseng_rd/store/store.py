"""What a workspace holds: uploads, readings and compounds, written whole or not at all."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, ColumnElement, Connection, Engine, delete, func, insert, or_, select, update

from ginseng_rd.chemistry.compounds import Compound
from ginseng_rd.errors import Finding, GinsengError, UnknownName, WorkspaceRefused, nearest_names
from ginseng_rd.records.kinds import KINDS
from ginseng_rd.records.readings import Readings
from ginseng_rd.store import files, tables
from ginseng_rd.store.compounds import read_compounds, reference_rows, register_compounds
from ginseng_rd.store.database import check_folder_is_writable, check_version, connect, is_made, writing
from ginseng_rd.store.insertion import insert_readings
from ginseng_rd.store.tallies import count_rows
from ginseng_rd.store.uploads import SheetMapping, Upload, upload_of, upload_row

if TYPE_CHECKING:
    import pandas as pd

# The embedded workspace belongs to one company.
_COMPANY = 1


class Store:
    """The data of one company in one folder. Nothing in it is overwritten."""

    def __init__(self, folder: Path, engine: Engine) -> None:
        self.folder = folder
        self._engine = engine

    @classmethod
    def create(cls, folder: Path, *, company: str) -> Store:
        """Make the store in ``folder`` with the reference compounds in it; an existing one is opened as it is.

        Raises WorkspaceRefused when the folder cannot be written or holds something else.
        """
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise WorkspaceRefused(f"The folder {folder} cannot be made: {error.strerror}.") from error
        check_folder_is_writable(folder)
        if not is_made(folder):
            engine = connect(folder)
            with writing(engine) as connection:
                tables.metadata.create_all(connection)
                known = {"schema_version": str(tables.SCHEMA_VERSION), "made_at": _now()}
                connection.execute(insert(tables.workspace), [{"key": k, "value": v} for k, v in known.items()])
                connection.execute(insert(tables.company), [{"id": _COMPANY, "name": company}])
                connection.execute(insert(tables.compound), reference_rows())
            engine.dispose()
        return cls.open(folder)

    @classmethod
    def open(cls, folder: Path) -> Store:
        """Open the store in ``folder``. Raises WorkspaceRefused if there is none, or a newer one."""
        if not is_made(folder):
            raise WorkspaceRefused(
                f"There is no workspace in {folder}. Make one with: ginseng-rd init {folder}\n"
                f"or in Python with: open_workspace({str(folder)!r}, create=True)"
            )
        check_folder_is_writable(folder)
        engine = connect(folder)
        check_version(engine, folder)
        return cls(folder, engine)

    def close(self) -> None:
        """Let go of the database file."""
        self._engine.dispose()

    def compounds(self) -> tuple[Compound, ...]:
        """Return every compound, those of the reference table first, under the company's own names too."""
        with self._engine.connect() as connection:
            return read_compounds(connection, _COMPANY)

    def find_upload(self, sha256: str) -> Upload | None:
        """Return the standing upload of these very bytes, or None."""
        return next(iter(self._uploads(tables.upload.c.sha256 == sha256, tables.upload.c.ended_at.is_(None))), None)

    def find_kindred(self, *, run_identity: str, values_sha256: str) -> tuple[Upload | None, Upload | None]:
        """Return the standing upload of the same instrument run, and the one of the same values, or None for each."""
        standing = tables.upload.c.ended_at.is_(None)
        same_run = self._uploads(standing, tables.upload.c.run_identity == run_identity) if run_identity else ()
        same_values = self._uploads(standing, tables.upload.c.values_sha256 == values_sha256)
        return next(iter(same_run), None), next(iter(same_values), None)

    def named_upload(self, name: str) -> Upload:
        """Return the standing upload with this file name, or whose hash begins so.

        Raises UnknownName when there is none, GinsengError when several answer to it.
        """
        standing = self._uploads(tables.upload.c.ended_at.is_(None))
        found = [u for u in standing if u.name == name or (len(name) >= 6 and u.sha256.startswith(name))]
        if not found:
            raise UnknownName("upload", name, [u.name for u in standing])
        if len(found) > 1:
            hashes = ", ".join(f"{u.sha256[:12]} (of {u.at})" for u in found)
            raise GinsengError(f"{len(found)} uploads are named '{name}'. Name one by its hash: {hashes}.")
        return found[0]

    def uploads(self) -> tuple[Upload, ...]:
        """Return every upload, those replaced or withdrawn too, oldest first."""
        return self._uploads()

    def uploads_state(self) -> tuple[int, ...]:
        """Return numbers that change whenever an upload is added, replaced or withdrawn."""
        table = tables.upload
        query = select(func.count(), func.count(table.c.ended_at)).where(table.c.company_id == _COMPANY)
        with self._engine.connect() as connection:
            return tuple(connection.execute(query).one())

    def _uploads(self, *conditions: ColumnElement[bool]) -> tuple[Upload, ...]:
        query = select(tables.upload).where(tables.upload.c.company_id == _COMPANY, *conditions)
        with self._engine.connect() as connection:
            return tuple(upload_of(row) for row in connection.execute(query.order_by(tables.upload.c.id)).mappings())

    def add_upload(
        self,
        name: str,
        data: bytes,
        *,
        format: str,
        origin: str,
        by: str,
        about: Mapping[str, str],
        findings: Sequence[Finding],
        readings: Iterable[Readings],
        compounds: Sequence[Compound] = (),
        names: Mapping[str, str] | None = None,
        run_identity: str = "",
        values_sha256: str = "",
        replaces: Upload | None = None,
        reason: str = "",
    ) -> tuple[Upload, bool]:
        """Keep a file and its readings, all or nothing; return what stands and whether it was added.

        ``compounds`` are those the file registers, ``names`` new names for known ones by their codes.

        The same bytes twice add nothing: the upload that stands already is returned. With
        ``replaces`` that upload ends in the same moment, with ``reason``.
        """
        sha256 = files.keep(self.folder, data)
        table = tables.upload
        with writing(self._engine) as connection:
            same = select(table).where(
                table.c.company_id == _COMPANY, table.c.sha256 == sha256, table.c.ended_at.is_(None)
            )
            if there := connection.execute(same).mappings().one_or_none():
                return upload_of(there), False
            last = connection.execute(select(func.max(table.c.id)).where(table.c.company_id == _COMPANY)).scalar() or 0
            added = Upload(
                id=last + 1,
                sha256=sha256,
                name=name,
                bytes=len(data),
                format=format,
                origin=origin,
                by=by,
                at=_now(),
                about=dict(about),
                findings=tuple(map(str, findings)),
                run_identity=run_identity,
                values_sha256=values_sha256,
                replaces=None if replaces is None else replaces.id,
            )
            if replaces is not None:
                self._end(connection, replaces, by=by, reason=reason)
            self._refuse_same_run(connection, run_identity)
            connection.execute(insert(table), [upload_row(added, _COMPANY)])
            register_compounds(connection, _COMPANY, added.id, compounds, names or {})
            stored: Counter[str] = Counter()
            for part in readings:
                key = {"company_id": _COMPANY, "upload_id": added.id}
                insert_readings(connection, part, key, first_no=stored[part.kind] + 1)
                stored[part.kind] += len(part)
        return added, True

    def _refuse_same_run(self, connection: Connection, run_identity: str) -> None:
        """Raise GinsengError when the run came in, from other bytes, between judging this file and storing it."""
        table = tables.upload
        query = select(table.c.name).where(
            table.c.company_id == _COMPANY, table.c.run_identity == run_identity, table.c.ended_at.is_(None)
        )
        if run_identity and (name := connection.execute(query).scalars().first()) is not None:
            raise GinsengError(f"The run {run_identity} was stored from {name} in the meantime; nothing was added.")

    def withdraw(self, upload: Upload, *, by: str, reason: str) -> None:
        """End an upload: its readings are no longer shown, and stay in the store with the reason."""
        with writing(self._engine) as connection:
            self._end(connection, upload, by=by, reason=reason)

    def _end(self, connection: Connection, upload: Upload, *, by: str, reason: str) -> None:
        table = tables.upload
        ending = (
            update(table)
            .where(table.c.company_id == _COMPANY, table.c.id == upload.id, table.c.ended_at.is_(None))
            .values(ended_at=_now(), ended_by=by, ended_because=reason)
        )
        if connection.execute(ending).rowcount != 1:
            raise GinsengError(f"{upload.name} was replaced or withdrawn in the meantime; nothing was changed.")

    def mapping_of(self, headings: str) -> SheetMapping | None:
        """Return what is remembered of a sheet with these headings, or None."""
        table = tables.sheet_mapping
        query = select(table).where(table.c.company_id == _COMPANY, table.c.headings == headings)
        with self._engine.connect() as connection:
            row = connection.execute(query).mappings().one_or_none()
        if row is None:
            return None
        return SheetMapping(row["kind"], json.loads(row["columns"]), json.loads(row["fixed"]))

    def mapping_like(self, headings: str) -> SheetMapping | None:
        """Return what is remembered of a sheet whose explained headings all stand among these, of most if several."""
        there = set(headings.split("\t"))
        table = tables.sheet_mapping
        with self._engine.connect() as connection:
            rows = connection.execute(select(table).where(table.c.company_id == _COMPANY)).mappings().all()
        known = [SheetMapping(row["kind"], json.loads(row["columns"]), json.loads(row["fixed"])) for row in rows]
        alike = [mapping for mapping in known if mapping.columns and there.issuperset(mapping.columns)]
        return max(alike, key=lambda mapping: len(mapping.columns), default=None)

    def has_mappings(self) -> bool:
        """Tell whether the headings of any sheet are remembered."""
        query = select(tables.sheet_mapping.c.headings).where(tables.sheet_mapping.c.company_id == _COMPANY).limit(1)
        with self._engine.connect() as connection:
            return connection.execute(query).first() is not None

    def remember_mapping(self, headings: str, mapping: SheetMapping, *, by: str) -> None:
        """Keep what the headings of a sheet mean, in place of what was kept for them before."""
        table = tables.sheet_mapping
        row = {"kind": mapping.kind, "by": by, "at": _now()} | {
            name: json.dumps(dict(getattr(mapping, name)), ensure_ascii=False) for name in ("columns", "fixed")
        }
        with writing(self._engine) as connection:
            connection.execute(delete(table).where(table.c.company_id == _COMPANY, table.c.headings == headings))
            connection.execute(insert(table), [row | {"company_id": _COMPANY, "headings": headings}])

    def file_of(self, upload: Upload) -> bytes:
        """Return the original bytes of an upload, checked against their hash."""
        return files.fetch(self.folder, upload.sha256)

    def readings(self, kind: str, where: Mapping[str, Any] | None = None) -> pd.DataFrame:
        """Return the readings of ``kind`` whose columns hold the values of ``where``.

        One row a reading: the columns of the kind in canonical units, ``relation`` and
        ``value_text`` of the measured value, ``origin``, ``file`` and the place in it. A value in
        ``where`` may be a list, of which any will do; an empty text asks for empty cells.
        Raises UnknownName for a kind or column that does not exist.
        """
        import pandas as pd

        if kind not in KINDS:
            raise UnknownName("kind of readings", kind, KINDS)
        table, upload = tables.readings[kind], tables.upload
        shown: list[Column[Any]] = [c for c in table.c if c.name not in ("company_id", "upload_id", "no", "extra")]
        selectable = {c.name: c for c in (*shown, upload.c.origin)}
        query = (
            select(*shown, upload.c.origin, upload.c.name.label("file"))
            .join(upload, (upload.c.company_id == table.c.company_id) & (upload.c.id == table.c.upload_id))
            .where(table.c.company_id == _COMPANY, upload.c.ended_at.is_(None))
            .order_by(table.c.upload_id, table.c.no)
        )
        for name in where or {}:
            if name not in selectable:
                raise UnknownName(f"column of '{kind}' readings", name, selectable)
        query = query.where(*_holding(selectable, where or {}))
        with self._engine.connect() as connection:
            result = connection.execute(query)
            return pd.DataFrame.from_records(result.all(), columns=list(result.keys()))

    def distinct(self, kind: str, column: str, *, leaving_out: Upload | None = None) -> list[str]:
        """Return the different values of one column of a kind, in order of first appearance.

        Readings of the upload ``leaving_out`` do not count.
        """
        table, upload = tables.readings[kind], tables.upload
        query = (
            select(table.c[column])
            .join(upload, (upload.c.company_id == table.c.company_id) & (upload.c.id == table.c.upload_id))
            .where(table.c.company_id == _COMPANY, upload.c.ended_at.is_(None))
            .where(table.c.upload_id != (0 if leaving_out is None else leaving_out.id))
            .group_by(table.c[column])
            .order_by(func.min(table.c.upload_id), func.min(table.c.no))
        )
        with self._engine.connect() as connection:
            return list(connection.execute(query).scalars())

    def nearest(self, kind: str, column: str, wanted: str) -> list[str]:
        """Return the stored values of a column closest to ``wanted``."""
        return nearest_names(wanted, [v for v in self.distinct(kind, column) if v])

    def standing(
        self,
        kind: str,
        columns: Sequence[str],
        *,
        among: Mapping[str, Sequence[Any]] | None = None,
        leaving_out: Upload | None = None,
    ) -> dict[str, list[Any]]:
        """Return some columns of the readings of a kind, each as a list, in the order they came in.

        ``origin`` and ``upload_id`` may be asked for too. ``among`` keeps to rows that hold one of some values in
        a column. Readings of the upload ``leaving_out`` do not count.
        """
        table, upload = tables.readings[kind], tables.upload
        query = (
            select(
                table.c.upload_id,
                table.c.no,
                *(upload.c.origin if name == "origin" else table.c[name] for name in columns),
            )
            .join(upload, (upload.c.company_id == table.c.company_id) & (upload.c.id == table.c.upload_id))
            .where(table.c.company_id == _COMPANY, upload.c.ended_at.is_(None))
            .where(table.c.upload_id != (0 if leaving_out is None else leaving_out.id))
            .where(*(table.c[name].in_(values) for name, values in (among or {}).items()))
        )
        # Asked for in order, SQLite walks all of a company's rows in that order instead of an index.
        ordered = query if among else query.order_by(table.c.upload_id, table.c.no)
        with self._engine.connect() as connection:
            rows = connection.execute(ordered).all()
        if among:
            rows = sorted(rows, key=itemgetter(0, 1))
        return {name: [row[i] for row in rows] for i, name in enumerate(columns, start=2)}

    def tally(
        self, kind: str, columns: Sequence[str], *, among: Sequence[str] | None = None, upload: Upload | None = None
    ) -> list[tuple[Any, ...]]:
        """Return each combination of some columns of a kind, as (upload number, *values, number of rows).

        ``among`` keeps to rows whose first column holds one of some values. Rows that stand are counted,
        or, where one is named, those of the ``upload``, ended or not.
        """
        number = None if upload is None else upload.id
        with self._engine.connect() as connection:
            return count_rows(connection, kind, columns, company_id=_COMPANY, among=among, upload_id=number)

    def uploads_numbered(self, numbers: Collection[int]) -> dict[int, Upload]:
        """Return uploads by their numbers."""
        return {found.id: found for found in self._uploads(tables.upload.c.id.in_(sorted(numbers)))}

    def uploads_named(self, name: str) -> tuple[Upload, ...]:
        """Return every upload with this file name, or whose hash begins so, those that ended too; oldest first."""
        table = tables.upload
        by_hash = table.c.sha256.startswith(name, autoescape=True) if len(name) >= 6 else table.c.sha256 == name
        return self._uploads(or_(table.c.name == name, by_hash))

    def successor(self, upload: Upload) -> Upload | None:
        """Return the upload that stands in the place of one that was replaced, maybe more than once, or None."""
        later = next(iter(self._uploads(tables.upload.c.replaces == upload.id)), None)
        return later if later is None or later.ended_at is None else self.successor(later)

    def sources(self, kind: str, where: Mapping[str, Any]) -> tuple[Upload, ...]:
        """Return the uploads that the readings of ``readings(kind, where)`` came in with."""
        table, upload = tables.readings[kind], tables.upload
        query = (
            select(table.c.upload_id)
            .join(upload, (upload.c.company_id == table.c.company_id) & (upload.c.id == table.c.upload_id))
            .where(table.c.company_id == _COMPANY, upload.c.ended_at.is_(None))
            .distinct()
        )
        query = query.where(*_holding({**{c.name: c for c in table.c}, "origin": upload.c.origin}, where))
        with self._engine.connect() as connection:
            return tuple(self.uploads_numbered(list(connection.execute(query).scalars())).values())


def _holding(columns: Mapping[str, Column[Any]], where: Mapping[str, Any]) -> list[ColumnElement[bool]]:
    """Return the conditions that columns hold one of some values; an empty text asks for empty cells."""
    conditions = []
    for name, wanted in where.items():
        several = list(wanted) if isinstance(wanted, list | tuple | set) else [wanted]
        among = columns[name].in_(several)
        conditions.append(or_(among, columns[name].is_(None)) if "" in several else among)
    return conditions


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
