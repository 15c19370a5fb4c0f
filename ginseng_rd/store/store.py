"""What a workspace holds: uploads, readings and compounds, written whole or not at all."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, ColumnElement, Connection, Engine, delete, func, insert, or_, select, update

from ginseng_rd.chemistry.compounds import Compound, reference_compounds
from ginseng_rd.errors import Finding, GinsengError, UnknownName, WorkspaceRefused, nearest_names
from ginseng_rd.records.kinds import KINDS
from ginseng_rd.records.readings import Readings
from ginseng_rd.store import files, tables
from ginseng_rd.store.database import check_folder_is_writable, check_version, connect, is_made, writing

if TYPE_CHECKING:
    import pandas as pd

# The embedded workspace belongs to one company.
_COMPANY = 1


@dataclass(frozen=True)
class Upload:
    """One stored file: what it was, where its readings come from, who brought it and when (UTC).

    ``origin`` is ``own`` (the company measured it), ``published`` or ``invented``. ``run_identity``
    names the instrument run it holds, if the file tells; ``values_sha256`` stands for what its
    readings say. ``replaces`` is the number of the upload it took the place of; ``ended_at``,
    ``ended_by`` and ``ended_because`` say when, by whom and why it was itself replaced or withdrawn.
    """

    id: int
    sha256: str
    name: str
    bytes: int
    format: str
    origin: str
    by: str
    at: str
    about: Mapping[str, str]
    findings: tuple[str, ...]
    run_identity: str = ""
    values_sha256: str = ""
    replaces: int | None = None
    ended_at: str | None = None
    ended_by: str | None = None
    ended_because: str | None = None


@dataclass(frozen=True)
class SheetMapping:
    """What the headings of a company's own sheet mean: kind, heading to column, and values for all rows."""

    kind: str | None
    columns: Mapping[str, str]
    fixed: Mapping[str, str]


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
                connection.execute(insert(tables.compound), [_as_row(c) for c in reference_compounds()])
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
        """Return every compound, in the order of the reference table."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(tables.compound)).mappings().all()
        return tuple(Compound(**{**row, "synonyms": _names(row["synonyms"])}) for row in rows)

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

    def _uploads(self, *conditions: ColumnElement[bool]) -> tuple[Upload, ...]:
        query = select(tables.upload).where(tables.upload.c.company_id == _COMPANY, *conditions)
        with self._engine.connect() as connection:
            return tuple(_upload(row) for row in connection.execute(query.order_by(tables.upload.c.id)).mappings())

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
        run_identity: str = "",
        values_sha256: str = "",
        replaces: Upload | None = None,
        reason: str = "",
    ) -> tuple[Upload, bool]:
        """Keep a file and its readings, all or nothing; return what stands and whether it was added.

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
                return _upload(there), False
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
            connection.execute(insert(table), [_upload_row(added)])
            stored: Counter[str] = Counter()
            for part in readings:
                statement, rows = _insertion(part, added.id, first_no=stored[part.kind] + 1)
                stored[part.kind] += len(part)
                if rows:
                    connection.exec_driver_sql(statement, rows)
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
        for name, wanted in (where or {}).items():
            if name not in selectable:
                raise UnknownName(f"column of '{kind}' readings", name, selectable)
            several = list(wanted) if isinstance(wanted, list | tuple | set) else [wanted]
            among = selectable[name].in_(several)
            query = query.where(or_(among, selectable[name].is_(None)) if "" in several else among)
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


def _insertion(part: Readings, upload_id: int, *, first_no: int) -> tuple[str, list[tuple[Any, ...]]]:
    """Return the statement and rows that store ``part``; the driver's executemany is the quick way in."""
    table = tables.readings[part.kind]
    names = [c.name for c in KINDS[part.kind].columns] + list(KINDS[part.kind].marks)
    count = len(part)
    columns = [
        [_COMPANY] * count,
        [upload_id] * count,
        list(range(first_no, first_no + count)),
        *(part.columns[name] for name in names),
        [place.sheet for place in part.places],
        [place.row for place in part.places],
        [place.column for place in part.places],
        [None if extra is None else json.dumps(extra, ensure_ascii=False) for extra in part.extra],
    ]
    all_names = ["company_id", "upload_id", "no", *names, *tables.PLACE_COLUMNS, "extra"]
    quoted = ", ".join(f'"{name}"' for name in all_names)
    marks = ", ".join("?" * len(all_names))
    return f'INSERT INTO "{table.name}" ({quoted}) VALUES ({marks})', list(zip(*columns, strict=True))


def _as_row(compound: Compound) -> dict[str, Any]:
    return {f.name: getattr(compound, f.name) for f in fields(compound)} | {"synonyms": ";".join(compound.synonyms)}


def _names(text: str) -> tuple[str, ...]:
    return tuple(name for name in text.split(";") if name)


def _upload_row(upload: Upload) -> dict[str, Any]:
    texts = {name: json.dumps(getattr(upload, name), ensure_ascii=False) for name in ("about", "findings")}
    return asdict(upload) | texts | {"company_id": _COMPANY}


def _upload(row: Mapping[Any, Any]) -> Upload:
    known = {f.name: row[f.name] for f in fields(Upload)}
    return Upload(**known | {"about": json.loads(row["about"]), "findings": tuple(json.loads(row["findings"]))})


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
