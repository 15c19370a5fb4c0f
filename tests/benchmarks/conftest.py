"""Each benchmark adds a row: what was measured, the reference of the same run, the ratio, the target, the day."""

import os
import platform
from datetime import UTC, datetime
from pathlib import Path

import pytest

RESULTS = Path(__file__).parent / "RESULTS.md"
HEAD = ("measure", "ours", "reference (same run)", "ratio", "target", "measured on")
_ROWS: list[tuple[str, ...]] = []


@pytest.fixture
def record():
    """Add a row to the table that is printed at the end."""

    def add(what: str, ours: str, reference: str, ratio: str, target: str) -> None:
        _ROWS.append((what, ours, reference, ratio, target, datetime.now(UTC).date().isoformat()))

    return add


def pytest_sessionfinish():
    """Write the table: what was measured now takes the place of the same measure, the rest stays as it was."""
    if not _ROWS:
        return
    kept = {row[:1] + row[2:3]: row for row in _read_rows()}
    measured = {row[0] for row in _ROWS}
    kept = {key: row for key, row in kept.items() if row[0] not in measured}
    kept |= {row[:1] + row[2:3]: row for row in _ROWS}
    lines = [f"| {' | '.join(row)} |" for row in (HEAD, ("---",) * len(HEAD), *kept.values())]
    machine = f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores."
    text = "\n".join(["# Benchmarks", "", "Written by `make bench`. " + machine, "", *lines, ""])
    print("\n" + text)
    RESULTS.write_text(text, encoding="utf-8")


def _read_rows() -> list[tuple[str, ...]]:
    if not RESULTS.is_file():
        return []
    rows = [line.strip("| \n").split(" | ") for line in RESULTS.read_text("utf-8").splitlines() if line.startswith("|")]
    return [tuple(row) for row in rows[2:] if len(row) == len(HEAD)]
