"""The readers of lab files, and the one way in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Protocol, cast

from ginseng_rd.errors import Finding, LabFileRejected, Place, Severity
from ginseng_rd.labfiles import readers, tidy
from ginseng_rd.labfiles.refusals import why_unreadable
from ginseng_rd.labfiles.sheets import read_sheets
from ginseng_rd.labfiles.source import Source
from ginseng_rd.labfiles.tables import LabFile
from ginseng_rd.records.kinds import KINDS


class Reader(Protocol):
    """What a module must hold to be a reader of one format."""

    NAME: str

    def recognises(self, source: Source) -> bool:
        """Tell from the content, never from the name, whether this file is of the format."""

    def read(self, source: Source) -> LabFile:
        """Return the file's tables and findings; raise LabFileRejected where nothing can be read."""


@cache
def find_readers() -> tuple[Reader, ...]:
    """Return the readers in the order they are asked: every module of ``readers``, then the one for plain sheets.

    Instruments come before sheets: their text would also decode in the Korean code page, into
    other characters. The last takes whatever is left.
    """
    names = sorted(module.name for module in iter_modules(readers.__path__))
    instruments = [cast(Reader, import_module(f"{readers.__name__}.{name}")) for name in names]
    return (*instruments, tidy)


def read_lab_file(
    name: str,
    data: bytes,
    *,
    is_compound: Callable[[str], bool],
    kind: str | None = None,
    columns: Mapping[str, str] | None = None,
    fixed: Mapping[str, str] | None = None,
    companions: Mapping[str, bytes] | None = None,
) -> LabFile:
    """Read a lab file into tables of text, each cell with its place.

    ``is_compound`` tells whether a name is one of a known compound; a sheet with a heading such as
    ``Rg1 (mg/g)`` is recognised by it. ``kind`` forces the kind of a sheet, ``columns`` maps a
    heading of the file to a column of the kind, and ``fixed`` gives one value for every row to a
    column the file lacks. ``companions`` are files that belong to this one, by name, such as the
    results beside a header file. Faults that leave the rest readable come as findings.

    Raises LabFileRejected, with every reason, for a file of which nothing can be read.
    """
    reason = why_unreadable(data)
    if kind is not None and kind not in KINDS:
        reason = Finding(
            Severity.STOPS, "unknown-kind", Place(), f"the kind '{kind}'", f"one of {', '.join(KINDS)}", "Name one."
        )
    if reason is not None:
        raise LabFileRejected(name, [reason])
    source = Source(name, data, is_compound, kind, columns or {}, fixed or {}, companions or {})
    return next(reader for reader in find_readers() if reader.recognises(source)).read(source)


def headings_of(name: str, data: bytes) -> str:
    """Return the headings of a plain sheet, tab-separated: its first filled row. An instrument's file has none.

    By them a sheet is known again whose headings were explained once.
    """
    if why_unreadable(data) is not None:
        return ""
    source = Source(name, data, lambda _: False)
    if next(reader for reader in find_readers() if reader.recognises(source)) is not tidy:
        return ""
    try:
        sheets, _ = read_sheets(source)
    except LabFileRejected:
        return ""
    filled = (row for sheet in sheets for row in sheet.rows if any(cell.strip() for cell in row))
    return "\t".join(cell.strip() for cell in next(filled, []))
