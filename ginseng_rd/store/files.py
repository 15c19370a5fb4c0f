"""The original bytes of every upload, kept under their SHA-256."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

from ginseng_rd.errors import WorkspaceRefused


def digest(data: bytes) -> str:
    """Return the SHA-256 of ``data`` as hexadecimal text."""
    return hashlib.sha256(data).hexdigest()


def keep(folder: Path, data: bytes) -> str:
    """Write ``data`` under its hash, whole or not at all, and return the hash."""
    name = digest(data)
    path = _path(folder, name)
    if path.is_file() and path.stat().st_size == len(data):
        return name
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)
    return name


def fetch(folder: Path, name: str) -> bytes:
    """Return the bytes kept under ``name``; raises WorkspaceRefused if they are gone or were altered."""
    try:
        data = _path(folder, name).read_bytes()
    except OSError as error:
        raise WorkspaceRefused(f"The stored file {name} cannot be read: {error.strerror}.") from error
    if digest(data) != name:
        raise WorkspaceRefused(f"The stored file {name} was altered since it was uploaded: its hash does not agree.")
    return data


def _path(folder: Path, name: str) -> Path:
    return folder / "files" / name[:2] / name
