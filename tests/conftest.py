"""Fixtures that more than one folder of tests needs."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def reference_data() -> Path:
    """The folder of reference sets that are not shipped; tests that need it say so when it is absent."""
    folder = Path(os.environ.get("GINSENG_RD_REFERENCE_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"left out: the reference sets are not at {folder}; set GINSENG_RD_REFERENCE_DATA to run this")
    return folder


@pytest.fixture
def workspace(tmp_path):
    """A fresh embedded workspace, closed afterwards."""
    from ginseng_rd.workspace import open_workspace

    with open_workspace(tmp_path / "lab", create=True, company="Test company") as ws:
        yield ws


@pytest.fixture
def sheet_file(tmp_path):
    """Write a CSV of the given rows and return its path."""

    def write(name: str, *rows: str) -> Path:
        path = tmp_path / name
        path.write_text("\n".join(rows) + "\n", encoding="utf-8")
        return path

    return write
