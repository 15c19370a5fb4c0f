"""Each benchmark adds a row: what was measured, the reference of the same run, the ratio, the target."""

import platform
from pathlib import Path

import pytest

_ROWS: list[tuple[str, str, str, str, str]] = []


@pytest.fixture
def record():
    """Add a row to the table that is printed at the end."""

    def add(what: str, ours: str, reference: str, ratio: str, target: str) -> None:
        _ROWS.append((what, ours, reference, ratio, target))

    return add


def pytest_sessionfinish():
    if not _ROWS:
        return
    head = ("measure", "ours", "reference (same run)", "ratio", "target")
    lines = [f"| {' | '.join(row)} |" for row in (head, ("---",) * 5, *_ROWS)]
    machine = f"Python {platform.python_version()}, {platform.machine()}, {_cores()} cores."
    text = "\n".join(["# Benchmarks", "", "Written by `make bench`. " + machine, "", *lines, ""])
    print("\n" + text)
    (Path(__file__).parent / "RESULTS.md").write_text(text, encoding="utf-8")


def _cores() -> int:
    import os

    return os.cpu_count() or 1
