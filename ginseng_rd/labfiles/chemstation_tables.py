"""The peak tables of a printed ChemStation report: of area percent, and of amounts by a calibration."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_SUMMED = ("Summed Peaks Report", "Final Summed Peaks Report")
_SIGNAL = re.compile(r"Signal\s+\d+:\s*(.+)")
_RULER = re.compile(r"-+(\|-+){5,}\|?")
_TOTALS = re.compile(r"(Totals[^:]*|Uncalib\. totals\s*):(.*)")
_INTERNAL_STANDARD = re.compile(r"(.*?)\s*\bI")
_OF_AREAS = ("peak", "retention_min", "peak_type", "width_min", "value", "height", "area_percent")
# Words above the ruler of a calibrated table; those without a column of the kind keep their name.
_COLUMNS = {
    "RetTime": "retention_min",
    "Type": "peak_type",
    "Area": "value",
    "Amount": "amount",
    "Norm": "amount",
    "Name": "component",
}


@dataclass
class PrintedPeak:
    """One line of a table: its line in the file, the signal it is of, its cells by column."""

    line: int
    signal: str
    cells: dict[str, str]
    is_internal_standard: bool = False


@dataclass
class PrintedTable:
    """A peak table as printed: the signals it is of, the columns below its ruler, its units, peaks and totals."""

    signals: list[str]
    line: int
    spans: list[tuple[int, int]]
    columns: list[str]
    units: dict[str, str]
    peaks: list[PrintedPeak] = field(default_factory=list)
    totals: dict[str, str] = field(default_factory=dict)

    @property
    def is_calibrated(self) -> bool:
        """Whether the table holds amounts, and not the peaks' numbers and shares of the area."""
        return "amount" in self.columns

    @property
    def is_whole(self) -> bool:
        return any(name.startswith("Totals") for name in self.totals)

    @property
    def lost(self) -> list[str]:
        """The signals named above the table that it is not of: only one that says a peak's signal is of several."""
        return [] if "Sig" in self.columns else sorted({*self.signals} - {self.signals[-1]})

    def take(self, number: int, line: str) -> None:
        """Take a line as a peak or as totals, if it is one."""
        if stated := _TOTALS.match(line.strip()):
            area = self.cut(line, self.columns.index("value")) if "value" in self.columns else ""
            figures = stated[2].split() or [""]
            self.totals[stated[1].strip()] = figures[-1] if self.is_calibrated else area
            return
        cells = {name: self.cut(line, at) for at, name in enumerate(self.columns)}
        if self.is_calibrated:
            self._take_calibrated(number, cells)
        elif cells["peak"].isdecimal() and not self.is_whole:
            self.peaks.append(PrintedPeak(number, self.signals[-1], cells))

    def cut(self, line: str, at: int) -> str:
        """Return the text of a line below the ruler's dashes, with the column before them: a sign may stand there."""
        start, end = self.spans[at]
        return line[max(start - 1, 0) : end if at + 1 < len(self.spans) else None].strip()

    def _take_calibrated(self, number: int, cells: dict[str, str]) -> None:
        if self.is_whole or not re.fullmatch(r"\d+\.\d+", cells.get("retention_min", "")):
            return
        standard = _INTERNAL_STANDARD.fullmatch(cells.get("peak_type", "")) if "ISTD" in self.columns else None
        if standard:
            cells["peak_type"] = standard[1]
        if cells.get("component") == "?":
            cells["component"] = ""
        which = cells.pop("Sig", "")
        known = which.isdecimal() and 0 < int(which) <= len(self.signals)
        signal = self.signals[int(which) - 1] if known else self.signals[-1]
        self.peaks.append(PrintedPeak(number, signal, cells, is_internal_standard=bool(standard)))


@dataclass(frozen=True)
class Printed:
    """What a report prints: its tables, signals named without a table (with their line), signals without a peak."""

    tables: list[PrintedTable]
    waiting: list[tuple[str, int]]
    empty: list[str]


def read_tables(lines: list[str]) -> Printed:
    """Read the tables of a report down to its summed peaks; a table may go on behind the head of another page."""
    tables: list[PrintedTable] = []
    waiting: list[tuple[str, int]] = []
    empty: list[str] = []
    for number, line in enumerate(lines, start=1):
        text = line.strip()
        if text in _SUMMED:
            break
        if named := _SIGNAL.match(text):
            waiting.append((named[1].rstrip(", "), number))
        elif _RULER.fullmatch(text) and number > 2:
            goes_on = bool(tables) and not waiting and not tables[-1].is_whole
            if not goes_on:
                tables.append(_start(lines, number, waiting))
                waiting = []
        elif "no peaks found" in text.casefold() and waiting:
            empty.append(waiting.pop()[0])
        elif tables:
            tables[-1].take(number, line)
    return Printed(tables, waiting, empty)


def _start(lines: list[str], number: int, waiting: list[tuple[str, int]]) -> PrintedTable:
    headings, units, ruler = lines[number - 3], lines[number - 2], lines[number - 1]
    spans = [match.span() for match in re.finditer(r"-+", ruler)]
    columns = list(_name_columns(headings, spans))
    if "amount" not in columns:
        columns = [*_OF_AREAS[: len(spans)]]
        spans = spans[: len(columns)]
    line = waiting[-1][1] if waiting else number
    table = PrintedTable([name for name, _ in waiting] or [""], line, spans, columns, {})
    table.units = {name: table.cut(units, at).strip("[]") for at, name in enumerate(columns)}
    return table


def _name_columns(headings: str, spans: list[tuple[int, int]]) -> Iterator[str]:
    """Return what stands above each run of dashes; a heading may be wider than they are, and touch the next."""
    above = [""] * len(spans)
    for word in re.finditer(r"\S+", headings):
        touched = [i for i, (start, end) in enumerate(spans) if word.start() < end and word.end() > start]
        if touched:
            nearest = min(touched, key=lambda i: abs(sum(spans[i]) - sum(word.span())))
            above[nearest] = f"{above[nearest]} {word[0]}".strip()
    return (_COLUMNS.get(name, name) for name in above)
