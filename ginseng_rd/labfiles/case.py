"""A table under judgement, and what was found of it so far."""

from __future__ import annotations

from dataclasses import dataclass, field

from ginseng_rd.errors import Finding, Severity
from ginseng_rd.labfiles.tables import TextTable
from ginseng_rd.records.kinds import Holds, Kind


@dataclass
class Case:
    """A table under judgement: its cells without outer blanks, and what was found so far."""

    table: TextTable
    kind: Kind
    found: list[tuple[int, Finding]] = field(default_factory=list)
    cells: dict[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for column in self.kind.columns:
            texts = self.table.columns.get(column.name)
            trim = _trim_structure if column.holds is Holds.STRUCTURE else str.strip
            self.cells[column.name] = [""] * len(self.table) if texts is None else list(map(trim, texts))

    def tell(
        self,
        record: int,
        column: str,
        code: str,
        found: str,
        expected: str,
        remedy: str,
        severity: Severity = Severity.STOPS,
    ) -> None:
        self.found.append((record, Finding(severity, code, self.table.place(record, column), found, expected, remedy)))

    def in_rows(self, records: list[int]) -> str:
        """Say in how many rows of the file some records stand, where it is more than one."""
        rows = len({self.table.rows[i] for i in records})
        return f" in {rows} rows" if rows > 1 else ""


def _trim_structure(text: str) -> str:
    """Return a structure without outer blanks; a molfile as it is, for its lines count, and its title may be empty."""
    line = text.strip()
    return text if "\n" in line else line
