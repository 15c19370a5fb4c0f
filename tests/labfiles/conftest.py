"""What the tests of lab files share: known names, and a file read and judged in one go."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ginseng_rd.chemistry.compounds import reference_compounds
from ginseng_rd.chemistry.names import CompoundNames
from ginseng_rd.errors import Finding
from ginseng_rd.labfiles import LabFile, judge, read_lab_file
from ginseng_rd.records.readings import Readings

Read = Callable[..., LabFile]
Judge = Callable[..., tuple[Readings, list[Finding]]]


@pytest.fixture(scope="session")
def names() -> CompoundNames:
    return CompoundNames(reference_compounds())


@pytest.fixture(scope="session")
def read(names) -> Read:
    """Read bytes, or a sheet given as lines, with the names of the reference compounds."""

    def reading(data: bytes | str, name: str = "file.csv", **wishes) -> LabFile:
        raw = data.encode("utf-8") if isinstance(data, str) else data
        return read_lab_file(name, raw, is_compound=names.knows, **wishes)

    return reading


@pytest.fixture(scope="session")
def judged(read, names) -> Judge:
    """Read and judge a file of one table; the findings are the reader's and the judge's."""

    def judging(data: bytes | str, name: str = "file.csv", **wishes) -> tuple[Readings, list[Finding]]:
        lab_file = read(data, name, **wishes)
        (table,) = lab_file.tables
        readings, findings = judge(table, code_of=names.code_of)
        return readings, [*lab_file.findings, *findings]

    return judging


@pytest.fixture(scope="session")
def examples() -> Path:
    return Path(__file__).resolve().parents[2] / "data" / "examples"
