"""Opening the embedded database: one SQLite file in WAL mode with foreign keys on."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, select
from sqlalchemy.exc import DBAPIError

from ginseng_rd.errors import WorkspaceRefused
from ginseng_rd.store import tables

DATABASE_FILE = "ginseng_rd.sqlite"


def connect(folder: Path) -> Engine:
    """Return an engine on the database of ``folder``; every connection checks foreign keys and waits for locks."""
    engine = create_engine(f"sqlite:///{(folder / DATABASE_FILE).as_posix()}")

    @event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, _record: Any) -> None:
        # Transactions are begun by _begin, so that making tables is all or nothing too.
        connection.isolation_level = None
        connection.execute("PRAGMA busy_timeout = 30000")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # A writer takes its lock at once: two that began as readers would refuse each other.
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Give a connection whose changes are all kept, or none."""
    with engine.execution_options(writes=True).begin() as connection:
        yield connection


def check_folder_is_writable(folder: Path) -> None:
    """Raise WorkspaceRefused in words when nothing can be written in ``folder``."""
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise WorkspaceRefused(
            f"Nothing can be written in the folder {folder}: {error.strerror}. "
            "Choose another folder, or ask for the right to write there."
        ) from error


def check_version(engine: Engine, folder: Path) -> None:
    """Raise WorkspaceRefused when the store is half made, not ours, or of a newer program."""
    query = select(tables.workspace.c.value).where(tables.workspace.c.key == "schema_version")
    try:
        with engine.connect() as connection:
            found = connection.execute(query).scalar_one_or_none()
    except DBAPIError as error:
        raise WorkspaceRefused(
            f"{folder / DATABASE_FILE} is not the database of a workspace ({error.orig}). "
            "If it should be one, restore it from a backup."
        ) from error
    if found is None or int(found) > tables.SCHEMA_VERSION:
        raise WorkspaceRefused(
            f"The workspace {folder} was made by a newer version of ginseng_rd "
            f"(its schema is {found}, this program knows up to {tables.SCHEMA_VERSION}). "
            "Update ginseng_rd; nothing was changed."
        )


def is_made(folder: Path) -> bool:
    """Tell whether ``folder`` holds a finished database; a making cut short leaves none of its tables."""
    path = folder / DATABASE_FILE
    try:
        if path.stat().st_size == 0:
            return False
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise WorkspaceRefused(f"The workspace {folder} cannot be read: {error.strerror}.") from error
    try:
        # Not read-only: what a killed process left beside the file is put in order on opening.
        connection = sqlite3.connect(f"file:{path.as_posix()}?mode=rw", uri=True)
        try:
            return bool(connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'workspace'").fetchone())
        finally:
            connection.close()
    except sqlite3.DatabaseError:
        return True  # something is there; opening it will say what
