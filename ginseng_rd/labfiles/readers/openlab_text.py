"""OpenLab "Sequence Summary Report" printed to text: boxes drawn with lines, cells wrapped over several of them.

The report names samples and signals, but neither data files nor times of injection; the sample's
name stands for the injection. Where the area's heading states no unit, areas are read as counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ginseng_rd.errors import Finding, LabFileRejected, Place, Severity
from ginseng_rd.labfiles.peaks import (
    UNSTATED_UNIT,
    Peak,
    has_decimal_commas,
    settle_amounts,
    tabulate_peaks,
    tell_wrong_total,
    with_decimal_point,
)
from ginseng_rd.labfiles.source import Source, apply_wishes
from ginseng_rd.labfiles.tables import LabFile

NAME = "Agilent OpenLab Sequence Summary Report"

_COLUMNS = {
    "retention_min": ("rt", "ret.time"),
    "peak_type": ("type", "typ", "유형"),
    "width_min": ("width", "breite", "너비", "폭"),
    "value": ("area", "fläche", "면적"),
    "height": ("height", "höhe", "높이"),
    "area_percent": ("area%", "fläche%", "면적%"),
    "amount": ("amount", "amt", "menge", "concentration", "conc.", "konzentration", "quantité", "양", "농도", "정량값"),
    "component": ("name", "compound", "이름", "성분"),
}
_HEADINGS = {"retention_min": "RT [min]", "value": "Area", "height": "Height", "component": "Name"}
_HEADINGS |= {"amount": "Amount"}
_SAMPLE = ("samplename", "probenname", "probename", "시료이름", "시료명", "샘플이름")
_SUMS = ("sum", "summe", "합계", "합")
_PAGE = re.compile(r"(?:Page|Seite|페이지)\s+(\d+)\s+(?:of|von|/)\s+(\d+)")
_UNIT = re.compile(r"\[(.+)\]")
_PRINT_AGAIN = "Print the report to text again in OpenLab, and upload that file."


@dataclass(frozen=True)
class _Row:
    """One row of a box: the line it begins at, and its cells, each as the pieces it was wrapped into."""

    line: int
    pieces: list[list[str]]
    widths: list[int]

    def joined(self) -> list[str]:
        """Return the cells put together, as a number or a name without blanks is wrapped."""
        return ["".join(cell) for cell in self.pieces]

    def text(self, at: int) -> str:
        """Return a cell of words put together: a piece that ends with a letter short of the border lost a blank."""
        text = last = ""
        for piece in self.pieces[at]:
            lost_a_blank = last[-1:].isalnum() and len(last) < self.widths[at] - 1
            text += f" {piece}" if lost_a_blank else piece
            last = piece
        return text


@dataclass
class _Table:
    """One signal's peaks: what they are of, headings, rows, what is wrong with other rows, the printed sum of areas."""

    sample: str
    signal: str
    headings: _Row
    rows: list[_Row] = field(default_factory=list)
    broken: list[Finding] = field(default_factory=list)
    total: str | None = None

    def columns(self) -> dict[str, int]:
        """Return where each column of the kind stands."""
        names = [_fold(_UNIT.sub("", heading)) for heading in self.headings.joined()]
        return {column: names.index(w) for column, words in _COLUMNS.items() for w in words if w in names}

    def unit_of(self, column: str) -> str:
        """Return the unit that a column's heading states, or ''."""
        at = self.columns().get(column)
        stated = None if at is None else _UNIT.search(self.headings.joined()[at])
        return stated[1].strip() if stated else ""

    def numbers(self) -> list[dict[str, str]]:
        """Return the cells of each row by column of the kind, with decimal points; the last are the total's."""
        columns = self.columns()
        rows = [{c: cells[at] for c, at in columns.items()} for cells in map(_Row.joined, self.rows)]
        times = [row.get("retention_min", "") for row in rows]
        texts = (text for row in rows for column, text in row.items() if column != "component")
        with_commas = has_decimal_commas(times, texts)
        rows.append({"value": self.total or ""})
        return [{c: with_decimal_point(text) if with_commas else text for c, text in row.items()} for row in rows]


def recognises(source: Source) -> bool:
    """Tell the report by the box it begins with and a box that names a signal."""
    head = source.text[:6000].lstrip()
    return head.startswith("┌") and bool(re.search(r"│\s*(?:Signal|신호)\s*:?\s*│", head))


def read(source: Source) -> LabFile:
    """Return one table of the peaks of all samples and signals.

    Decimal commas are taken as such when every retention time has one. Stops a report whose areas
    do not sum to the printed sum, a number that is not wrapped as printed, and a report that lacks a
    sum, a page or its last line.
    Raises LabFileRejected for a report without a peak.
    """
    lines = source.text.splitlines()
    about, tables = _read_tables(list(_boxes(lines)))
    findings = _tell_end(lines)
    if any("value" not in table.columns() for table in tables):
        raise LabFileRejected(source.name, [_fault("other-report", None, "peaks without areas", "a column 'Area'")])
    findings += [fault for table in tables for fault in _faults(table)]
    peaks = [peak for table in tables for peak in _read_peaks(table)]
    if not peaks:
        raise LabFileRejected(source.name, [*findings, _fault("no-peaks", None, "no peak", "a table of peaks")])
    peaks, unclear = settle_amounts(peaks, source)
    read_table, refused = apply_wishes(tabulate_peaks(peaks, _HEADINGS, source), source)
    return LabFile(NAME, (read_table,), about, (*findings, *_tell_injection(source), *unclear, *refused))


def _boxes(lines: list[str]) -> Iterator[list[_Row]]:
    """Yield the rows of each box; rules part them, and lines between two rules are one row, wrapped."""
    box: list[_Row] = []
    fresh = True
    for number, line in enumerate(lines, start=1):
        text = line.strip()
        if text.startswith("│"):
            cells = text.strip("│").split("│")
            if fresh or len(cells) != len(box[-1].pieces):
                box.append(_Row(number, [[] for _ in cells], [len(cell) for cell in cells]))
            for cell, pieces in zip(cells, box[-1].pieces, strict=True):
                pieces.extend([cell.strip()] if cell.strip() else [])
            fresh = False
        else:
            fresh = True
            if not text.startswith("├") and box:
                yield box
                box = []
    if box:
        yield box


def _read_tables(boxes: list[list[_Row]]) -> tuple[dict[str, str], list[_Table]]:
    """Return what the report says of itself, and its peak tables; one without a sum goes on in the next box."""
    about = {"report": boxes[0][0].text(0), "data_file": "", "acquired": "", "sample": ""}
    tables: list[_Table] = []
    sample = signal = ""
    for box in boxes:
        for row in box:
            key = _fold(row.joined()[0])
            if len(row.pieces) == 2 and key in _SAMPLE:
                sample = row.text(1)
                about["sample"] = about["sample"] or sample
            elif len(row.pieces) == 2 and key in ("signal", "신호"):
                signal = " ".join(row.text(1).split())
        if len(box[0].pieces) < 3:
            continue
        open_table = tables[-1] if tables and tables[-1].total is None else None
        if _fold(_UNIT.sub("", box[0].joined()[0])) in _COLUMNS["retention_min"]:
            if open_table is None or open_table.headings.joined() != box[0].joined():
                tables.append(_Table(sample, signal, box[0]))
            _fill(tables[-1], box[1:])
        elif open_table is not None and len(box[0].pieces) == len(open_table.headings.pieces):
            _fill(open_table, box)
    return about, tables


def _fill(table: _Table, rows: Sequence[_Row]) -> None:
    columns = table.columns()
    area = columns.get("value", 0)
    figures = [at for column, at in columns.items() if column not in ("peak_type", "component")]
    for row in rows:
        cells = row.joined()
        if len(cells) != len(table.headings.pieces):
            expected = f"{len(table.headings.pieces)} cells, as there are headings"
            table.broken.append(_fault("cut-line", row.line, f"a row of {len(cells)} cells", expected))
        elif broken := [cells[at] for at in figures if not _is_whole(row.pieces[at])]:
            # A half of a number that stands there twice, or is missing, would hide in the rounding of the sum.
            expected = "numbers on one line, or wrapped once behind the decimal point"
            table.broken.append(_fault("broken-number", row.line, f"'{broken[0]}'", expected))
        elif any(_fold(cell) in _SUMS for cell in cells[:area]):
            table.total = cells[area]
        else:
            table.rows.append(row)


def _is_whole(pieces: Sequence[str]) -> bool:
    """Say whether a number stands on one line, or its decimals stand below the line that ends with their mark."""
    is_open = bool(pieces) and pieces[0].endswith((".", ","))
    return pieces[1].isdecimal() if len(pieces) == 2 and is_open else len(pieces) < 2 and not is_open


def _tell_end(lines: list[str]) -> list[Finding]:
    pages = [page.groups() for line in lines if (page := _PAGE.search(line))]
    last = [line.strip() for line in lines if line.strip()][-3:]
    ended = any(set(line) == {"═"} for line in last)
    if ended and all(int(n) == i + 1 and of == str(len(pages)) for i, (n, of) in enumerate(pages)):
        return []
    found = f"page {pages[-1][0]} of {pages[-1][1]} as the last" if pages and ended else "the end of the file"
    return [_fault("cut-file", len(lines), found, "every page of the report, and the double line it ends with")]


def _faults(table: _Table) -> list[Finding]:
    of = f"signal '{table.signal}'"
    if table.broken:
        return table.broken
    if table.total is None:
        return [_fault("cut-file", table.headings.line, f"no sum of areas for {of}", "a row 'Sum' below the peaks")]
    *peaks, total = table.numbers()
    areas = [cells.get("value", "") for cells in peaks]
    return tell_wrong_total(areas, total["value"], of=of, line=table.headings.line, remedy=_PRINT_AGAIN)


def _read_peaks(table: _Table) -> Iterator[Peak]:
    constant = {"sample": table.sample, "injection": table.sample, "signal": table.signal}
    constant |= {"unit": table.unit_of("value") or UNSTATED_UNIT, "amount_unit": table.unit_of("amount")}
    named = table.columns().get("component")
    for number, (row, cells) in enumerate(zip(table.rows, table.numbers(), strict=False), start=1):
        component = {} if named is None else {"component": row.text(named)}
        yield Peak(row.line, {**constant, "peak": str(number), **cells, **component})


def _tell_injection(source: Source) -> list[Finding]:
    if "injection" in source.fixed:
        return []
    remedy = "The sample's name stands for it; give 'injection' with the file to tell it from others of the sample."
    return [Finding(Severity.NOTES, "injection-not-stated", Place(), "no data file", "the data file's name", remedy)]


def _fold(text: str) -> str:
    return "".join(text.split()).rstrip(":").casefold()


def _fault(code: str, line: int | None, found: str, expected: str) -> Finding:
    return Finding(Severity.STOPS, code, Place(row=line), found, expected, _PRINT_AGAIN)
