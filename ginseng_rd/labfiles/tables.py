"""What a reader hands on: tables of text as typed, each cell with its place.

A reader never turns text into numbers. It names the kind of reading its rows are and puts each
cell under a column of that kind; ``judgement`` does the rest from the declaration.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ginseng_rd.errors import Finding, Place
from ginseng_rd.records.readings import Places


@dataclass(frozen=True)
class TextTable:
    """Rows of one kind of reading, every cell as text.

    ``columns`` maps a column of the kind to its cells, all lists of one length; ``rows`` holds
    each record's row (or line) in the file, counted from 1; ``headings`` the heading each column
    had in the file, one for all records or one a record. ``units`` holds the unit a heading states for
    a column that has no unit column. ``heading_row`` is the row of the headings, where they stand in
    one, and ``rows_apart`` the rows of cells that do not stand in the record's own, such as a unit in
    a heading. ``extra`` keeps columns the kind does not know, so that nothing typed is lost.
    """

    kind: str
    columns: dict[str, list[str]]
    rows: list[int]
    sheet: str = ""
    headings: dict[str, str | list[str]] = field(default_factory=dict)
    extra: dict[str, list[str]] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    heading_row: int | None = None
    rows_apart: dict[str, list[int]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.rows)

    def place(self, record: int, column: str) -> Place:
        """Return where the cell of ``record`` under ``column`` stands in the file."""
        return self.places(column)[record]

    def places(self, column: str) -> Places:
        """Return where the cells under ``column`` stand in the file."""
        return Places(self.sheet, self.rows_apart.get(column, self.rows), self.headings.get(column, column))


@dataclass(frozen=True)
class LabFile:
    """A file as its reader understood it.

    ``format`` names the format for people (``BioTek Gen5 text``), ``about`` holds what the file
    says of itself (instrument, run, plate), ``findings`` what the reader itself must tell.
    """

    format: str
    tables: tuple[TextTable, ...]
    about: dict[str, str] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
