"""What readers of plate workbooks share: plates drawn as grids, readings over time, and what users put beside them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from ginseng_rd.errors import Finding, Place, Severity
from ginseng_rd.labfiles.plates import (
    SIZES,
    Well,
    append_record,
    count_seconds,
    find_well,
    name_row,
    name_well,
    read_decimal_commas,
)
from ginseng_rd.labfiles.sheets import tell_hidden, tell_merged
from ginseng_rd.labfiles.source import Source, apply_wishes
from ginseng_rd.labfiles.tables import TextTable
from ginseng_rd.labfiles.workbooks import Cell, Sheet, name_cell, name_column

_WELL_OF = re.compile(r".*\((\w+)\)")
_AREA = re.compile(r"([A-Z]{1,2})(\d+)(?:\s*[-:]\s*([A-Z]{1,2})(\d+))?")
_TIME = re.compile(r"(?:avg\. )?(?:time|zeit).*", re.I)
_TEMPERATURE = re.compile(r"(?:T°|temp).*", re.I)
_IN_BRACKETS = re.compile(r"[\[(](\w+)[\])]")
_LETTERS = [name_row(i) for i in range(32)]
_WIDTHS = {width: height for height, width in SIZES.values()}


@dataclass(frozen=True)
class Reading:
    """A cell that holds a reading: its well, its place in the sheet from 0, its text, and its time and temperature."""

    well: Well
    cell: Cell
    text: str
    when: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Drawn:
    """Readings found together: the text in the corner of their grid or series, its first and last row, its wells."""

    corner: str
    top: int
    bottom: int
    readings: tuple[Reading, ...]
    width: int = 0

    def texts(self) -> dict[Well, str]:
        """Return the text of each well."""
        return {reading.well: reading.text for reading in self.readings}


@dataclass(frozen=True)
class Record:
    """A reading on its way into a table: the columns it fills, and what is kept beside it."""

    reading: Reading
    columns: Mapping[str, str]
    extra: Mapping[str, str] = field(default_factory=dict)


def well_of(heading: str) -> Well | None:
    """Return the well that a heading names: ``A1``, ``A 1`` or ``EX-12 (A01)``."""
    named = _WELL_OF.fullmatch(heading.strip())
    well = find_well(named[1] if named else heading.replace(" ", ""))
    return well if well and well[0] in _LETTERS else None


def find_area(text: str) -> set[Well]:
    """Return the wells of a part of a plate as instruments state it, such as ``C11-C15;D11-D14``."""
    wells: set[Well] = set()
    for first, left, last, right in _AREA.findall(text):
        if first not in _LETTERS or (last or first) not in _LETTERS:
            continue
        rows = _LETTERS[_LETTERS.index(first) : _LETTERS.index(last or first) + 1]
        wells |= {(letter, column) for letter in rows for column in range(int(left), int(right or left) + 1)}
    return wells


def find_grids(sheet: Sheet, corner: re.Pattern[str]) -> Iterator[Drawn]:
    """Find the plates drawn as grids: a corner, column numbers that rise, and below them rising row letters.

    What stands right of the column numbers, even on the lines of the plate, is no well.
    """
    for top, row in enumerate(sheet.rows):
        for left in range(min(2, len(row))):
            numbers = _column_numbers(row[left + 1 :])
            if not corner.fullmatch(row[left].strip()) or not numbers:
                continue
            readings = []
            bottom, letter = top, ""
            for i in range(top + 1, len(sheet.rows)):
                next_letter = sheet.rows[i][left].strip()
                if next_letter not in _LETTERS or (len(next_letter), next_letter) <= (len(letter), letter):
                    break
                bottom, letter = i, next_letter
                cells = enumerate(sheet.rows[i][left + 1 : left + 1 + len(numbers)], start=left + 1)
                wells = zip(numbers, cells, strict=False)
                readings += [Reading((letter, number), (i, column), text.strip()) for number, (column, text) in wells]
            if readings:
                yield Drawn(row[left].strip(), top, bottom, tuple(readings), numbers[-1])


def find_series(sheet: Sheet, first_heading: re.Pattern[str]) -> Iterator[Drawn]:
    """Find tables of readings over time, a line a time or a line a well.

    ``first_heading`` is the text that begins the line of headings. Columns for time and
    temperature are known by their headings; a time as on a clock is given in seconds.
    """
    for top, row in enumerate(sheet.rows):
        for left in range(min(3, len(row))):
            if not first_heading.fullmatch(row[left].strip()):
                continue
            series = _lines_of_times(sheet, top, left) or _lines_of_wells(sheet, top, left)
            if series is not None:
                yield series


def tabulate(source: Source, sheet: Sheet, records: Iterable[Record]) -> tuple[TextTable, list[Finding]]:
    """Lay a sheet's records out as a table of assay readings, each with the row and the column letter of its cell.

    The findings tell of decimal commas, of what the owner wished, and of hidden rows and columns.
    """
    rows: list[int] = []
    letters: list[str] = []
    columns: dict[str, list[str]] = {}
    extra: dict[str, list[str]] = {}
    for record in records:
        reading = record.reading
        cells = {**record.columns, **reading.when, "well": name_well(reading.well), "value": reading.text}
        append_record(columns, cells, len(rows))
        append_record(extra, dict(record.extra), len(rows))
        rows.append(reading.cell[0] + 1)
        letters.append(name_column(reading.cell[1]))
    for cells_by_name in (columns, extra):
        append_record(cells_by_name, {}, len(rows))
    headings: dict[str, str | list[str]] = dict.fromkeys(columns, letters)
    table, commas = read_decimal_commas(TextTable("assay", columns, rows, sheet.name, headings, extra))
    table, refused = apply_wishes(table, source)
    return table, [*commas, *refused, *tell_hidden(sheet), *tell_merged(sheet)]


def drop_formulas(
    sheet: Sheet, readings: Iterable[Reading], *, severity: Severity = Severity.ASKS
) -> tuple[list[Reading], list[Finding]]:
    """Part readings from the formulas someone typed between them, and name those: an instrument writes none."""
    kept: list[Reading] = []
    typed: list[Reading] = []
    for reading in readings:
        (typed if reading.cell in sheet.formulas else kept).append(reading)
    if not typed:
        return kept, []
    names = ", ".join(name_cell(reading.cell) for reading in typed[:20]) + (" ..." if len(typed) > 20 else "")
    place = Place(sheet.name, typed[0].cell[0] + 1, name_column(typed[0].cell[1]))
    found = f"{len(typed)} formulas among the wells: {names}"
    remedy = "They were left out: a formula is no reading."
    return kept, [Finding(severity, "formula-in-plate", place, found, "readings as the instrument wrote them", remedy)]


def tell_unread(sheets: Iterable[Sheet]) -> Iterator[Finding]:
    """Ask about filled sheets that the instrument's program did not write."""
    for sheet in sheets:
        if any(cell.strip() for row in sheet.rows for cell in row):
            place, found = Place(sheet.name), "a sheet that the instrument's program did not write"
            remedy = "It will be left out; upload it by itself if it holds readings."
            yield Finding(Severity.ASKS, "sheet-not-read", place, found, "sheets of the instrument", remedy)


def lacking_wells(grid: Drawn, expected: set[Well]) -> str:
    """Return in words which of the expected wells a grid does not draw, or ''."""
    lacking = sorted(expected - {reading.well for reading in grid.readings})
    letters = {letter for letter, _ in lacking}
    gone = [letter for letter in sorted(letters) if all(r.well[0] != letter for r in grid.readings)]
    if gone:
        return f"no row {', '.join(gone)}"
    return f"no well {', '.join(name_well(well) for well in lacking)}" if lacking else ""


def whole_plate(width: int) -> set[Well]:
    """Return the wells of a plate of so many columns; none where no plate has that many."""
    letters = [name_row(i) for i in range(_WIDTHS.get(width, 0))]
    return {(letter, column) for letter in letters for column in range(1, width + 1)}


def _column_numbers(cells: list[str]) -> list[int]:
    """Return the rising numbers at the beginning of ``cells``."""
    numbers: list[int] = []
    for cell in cells:
        text = cell.strip()
        if not text.isdecimal() or len(text) > 2 or int(text) <= (numbers[-1] if numbers else 0):
            break
        numbers.append(int(text))
    return numbers


def _when(heading: str, text: str) -> dict[str, str]:
    """Return the columns for a time or temperature under its heading."""
    if _TEMPERATURE.fullmatch(heading):
        return {"temperature_c": text} if text else {}
    if ":" in text:
        return {"time": count_seconds(text), "time_unit": "s"}
    unit = _IN_BRACKETS.search(heading)
    return {"time": text, "time_unit": unit[1] if unit else ""} if text else {}


def _lines_of_times(sheet: Sheet, top: int, left: int) -> Drawn | None:
    """Read a series whose headings are wells, with a line for each time, down to the first line without one."""
    headings = [cell.strip() for cell in sheet.rows[top]]
    wells = {i: well for i, text in enumerate(headings) if i > left and (well := well_of(text))}
    timed = [i for i, text in enumerate(headings) if i >= left and (_TIME.match(text) or _TEMPERATURE.match(text))]
    readings: list[Reading] = []
    bottom = top
    for i in range(top + 1, len(sheet.rows)):
        row = sheet.rows[i]
        if not row[left].strip()[:1].isdecimal():
            break
        bottom = i
        when = {name: text for c in timed for name, text in _when(headings[c], row[c].strip()).items()}
        if any(row[c].strip() for c in wells):
            readings += [Reading(well, (i, c), row[c].strip(), when) for c, well in wells.items()]
    return Drawn(headings[left], top, bottom, tuple(readings)) if readings else None


def _lines_of_wells(sheet: Sheet, top: int, left: int) -> Drawn | None:
    """Read a series whose headings are cycles, with lines for time and temperature and then a line for each well."""
    cycles = [i for i, text in enumerate(sheet.rows[top]) if i > left and text.strip().isdecimal()]
    when: dict[int, dict[str, str]] = {i: {} for i in cycles}
    readings: list[Reading] = []
    bottom = top
    for i in range(top + 1, len(sheet.rows)):
        row = sheet.rows[i]
        heading = row[left].strip()
        well = well_of(heading)
        if well is not None:
            readings += [Reading(well, (i, c), row[c].strip(), when[c]) for c in cycles]
        elif not readings and (_TIME.fullmatch(heading) or _TEMPERATURE.fullmatch(heading)):
            for c in cycles:
                when[c] |= _when(heading, row[c].strip())
        else:
            break
        bottom = i
    return Drawn(sheet.rows[top][left].strip(), top, bottom, tuple(readings)) if readings else None
