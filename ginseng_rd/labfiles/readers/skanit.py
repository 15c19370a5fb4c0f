"""Thermo SkanIt workbooks: plates as grids, lists of wells, and readings over time, a sheet a step.

A step's sheet begins with ``Measurement results`` and says in its first column what follows: the
session, when it ran, the step, then wavelengths and plates. The text in a grid's corner tells
readings (``Abs``) from sample names and from what SkanIt derived.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import PurePath

from ginseng_rd.errors import Finding, LabFileRejected, Place, Severity
from ginseng_rd.labfiles.plate_books import (
    Drawn,
    Reading,
    Record,
    drop_formulas,
    find_grids,
    find_series,
    lacking_wells,
    tabulate,
    well_of,
    whole_plate,
)
from ginseng_rd.labfiles.plates import ROW_LETTER, Well, name_well, tell_sample
from ginseng_rd.labfiles.sheets import tell_merged
from ginseng_rd.labfiles.source import Source
from ginseng_rd.labfiles.tables import LabFile
from ginseng_rd.labfiles.workbooks import Sheet, name_cell, name_column

NAME = "Thermo SkanIt workbook"

_RESULTS, _RAW = "Measurement results", "Raw data"
_CORNER = re.compile(r"\S.*")
_READING = re.compile("Reading")
_TIMES = re.compile(r"Times? ?[\[(](\w+)[\])]")
_SESSION = re.compile(r".*\.ska\w?", re.I)
_CLOCK = re.compile(r"\d.*\d:\d\d.*")
_NM = re.compile(r"(\d+(?:[.,]\d+)?)\s*nm")
_DOSE = re.compile(r"([\d.,]+)\s+(\D\S*)")
_DILUTION = re.compile(r"\d+:[\d.,]+")
# What a corner or a heading over a list says was read: mode and unit.
_READ = {
    "abs": ("absorbance", "OD"),
    "od": ("absorbance", "OD"),
    "raw absorbance": ("absorbance", "OD"),
    "absorbance": ("absorbance", "OD"),
    "rfu": ("fluorescence", "RFU"),
    "fluorescence": ("fluorescence", "RFU"),
    "rlu": ("luminescence", "RLU"),
    "luminescence": ("luminescence", "RLU"),
}
_EXPORT_AGAIN = "Export the session from SkanIt again, and upload that file before changing anything in it."


@dataclass(frozen=True)
class _Table:
    """Readings or names found on a sheet, with the step, plate and wavelengths that stand above them."""

    sheet: Sheet
    drawn: Drawn
    step: str
    plate: str
    nm: str

    def endpoint(self) -> tuple[str, str] | None:
        """Return what was read and its unit, or None for names and for what was derived."""
        read = _READ.get(self.drawn.corner.casefold())
        if self.drawn.corner == "Reading":
            named = f"{self.step} {self.sheet.name}".casefold()
            modes = ("absorbance", "fluorescence", "luminescence")
            read = next((_READ[mode] for mode in modes if mode[:5] in named), None)
        return None if read is None else (f"{read[0]} {self.nm} nm" if self.nm else read[0], read[1])


@dataclass
class _Session:
    """A workbook: its tables in their order, what it says of the run, and of each plate's wells."""

    tables: list[_Table] = field(default_factory=list)
    about: dict[str, str] = field(default_factory=dict)
    layouts: dict[str, dict[Well, dict[str, str]]] = field(default_factory=dict)

    def names(self, plate: str) -> dict[Well, str]:
        """Return the sample names drawn as a grid of their own."""
        grids = [t.drawn for t in self.tables if t.drawn.corner == "Sample" and t.plate == plate]
        return grids[0].texts() if grids else {}


def recognises(source: Source) -> bool:
    """Tell it by the words its sheets begin with."""
    return any(_begins(sheet, _RESULTS) or _list_heading(sheet) is not None for sheet in source.sheets)


def read(source: Source) -> LabFile:
    """Return one assay table a sheet of readings.

    Where the workbook lists its raw readings, they alone are read: the other sheets repeat them.
    What SkanIt derived for a well is kept beside its reading. Formulas and other cells that a
    user typed beside the readings are left out and named.
    Raises LabFileRejected for a workbook without readings.
    """
    session = _read_session(source)
    findings: list[Finding] = []
    lists = [sheet for sheet in source.sheets if _list_heading(sheet) is not None]
    by_sheet: dict[str, tuple[Sheet, list[Record]]] = {}
    if lists:
        by_sheet = {sheet.name: (sheet, _list_records(source, session, sheet, findings)) for sheet in lists}
        findings += [_repeats(table.sheet) for table in session.tables if table.endpoint()]
        findings += _tell_lost_lines(by_sheet, [table for table in session.tables if table.endpoint()])
    else:
        for found in (table for table in session.tables if table.endpoint()):
            records = _table_records(source, session, found, findings)
            by_sheet.setdefault(found.sheet.name, (found.sheet, []))[1].extend(records)
    tables = []
    for sheet, records in by_sheet.values():
        table, told = tabulate(source, sheet, records)
        tables.append(table)
        findings += told
    findings += [told for sheet in source.sheets if sheet.name not in by_sheet for told in tell_merged(sheet)]
    if not any(map(len, tables)):
        raise LabFileRejected(source.name, [*findings, _no_readings()])
    return LabFile(NAME, tuple(tables), session.about, tuple(dict.fromkeys(findings)))


def _begins(sheet: Sheet, *words: str) -> bool:
    return bool(sheet.rows) and any(cell.strip().startswith(words) for cell in sheet.rows[0][:1])


def _list_heading(sheet: Sheet) -> int | None:
    """Return the row of a list's headings: a line a well and reading, with the text of a reading's heading."""
    for i, row in enumerate(sheet.rows[:20] if _begins(sheet, _RESULTS, _RAW) else []):
        headings = [cell.strip().casefold() for cell in row]
        if "well" in headings and any(heading in _READ for heading in headings):
            return i
    return None


def _read_session(source: Source) -> _Session:
    session = _Session()
    stated: dict[str, str] = {}
    for sheet in source.sheets:
        if sheet.name.casefold().endswith("information"):
            for row in sheet.rows:
                filled = [cell.strip() for cell in row if cell.strip()]
                if len(filled) == 2:
                    stated.setdefault(filled[0].rstrip(":"), filled[1])
    for sheet in source.sheets:
        if _begins(sheet, _RESULTS):
            session.tables += _read_sheet(sheet, session.about, stated.get("Wavelength(s) [nm]", ""))
        elif sheet.rows and any(cell.strip() == "Plate template" for row in sheet.rows[:3] for cell in row[:1]):
            session.layouts |= _read_layouts(sheet)
    stated_time = stated.get("Execution time", "")
    ours = {
        "data_file": stated.get("Session name", "") or session.about.get("data_file", ""),
        "acquired": session.about.get("acquired", "") or stated_time,
        "plate": ", ".join(dict.fromkeys(t.plate for t in session.tables if t.plate)),
        "instrument": f"{stated.get('Name', '')} {stated.get('Serial number', '')}".strip(),
    }
    session.about = {key: text for key, text in (ours | stated).items() if text}
    return session


def _read_sheet(sheet: Sheet, about: dict[str, str], nm: str) -> Iterator[_Table]:
    """Walk down a step's sheet: what its first column says holds for the tables below it."""
    grids = {drawn.top: drawn for drawn in find_grids(sheet, _CORNER)}
    grids |= {drawn.top: _with_times(sheet, drawn) for drawn in find_series(sheet, _READING)}
    step, plate, end = "", "", -1
    for i, row in enumerate(sheet.rows):
        text = row[0].strip() if row else ""
        if i in grids:
            end = grids[i].bottom
            yield _Table(sheet, grids[i], step, plate, nm)
        if i <= end or i == 0 or not text or text.startswith("Autoloading"):
            continue
        if wavelengths := _NM.findall(text):
            nm = "/".join(wavelengths)
        elif _SESSION.fullmatch(text):
            about.setdefault("data_file", text)
        elif not step and _CLOCK.fullmatch(text):
            about.setdefault("acquired", text)
        elif not step:
            step = text
        else:
            plate = text


def _with_times(sheet: Sheet, series: Drawn) -> Drawn:
    """Give readings over time the times that stand in a second table of the same columns."""
    for top in range(series.bottom + 1, len(sheet.rows)):
        units = {c: match[1] for c, cell in enumerate(sheet.rows[top]) if (match := _TIMES.fullmatch(cell.strip()))}
        if not units or sheet.rows[top][0].strip() != "Reading":
            continue
        timed = []
        for reading in series.readings:
            row, column = reading.cell[0] - series.top + top, reading.cell[1]
            same = row < len(sheet.rows) and sheet.rows[row][0] == sheet.rows[reading.cell[0]][0]
            text = sheet.rows[row][column].strip() if same and column in units else ""
            when = {"time": text, "time_unit": units[column]} if text else {}
            timed.append(replace(reading, when=when))
        return replace(series, bottom=top + series.bottom - series.top, readings=tuple(timed))
    return series


def _read_layouts(sheet: Sheet) -> dict[str, dict[Well, dict[str, str]]]:
    """Return for each plate what its layout says of a well: a standard's dose, a sample's dilution, its group."""
    layouts: dict[str, dict[Well, dict[str, str]]] = {}
    plate, letter = "", ""
    for row in sheet.rows:
        first = row[0].strip()
        if first == "Name":
            plate, letter = row[1].strip(), ""
            continue
        if ROW_LETTER.fullmatch(first):
            letter = first
        elif first or not letter:
            continue
        for column, cell in enumerate(row[1:], start=1):
            text = cell.strip()
            if not text:
                continue
            said = layouts.setdefault(plate, {}).setdefault((letter, column), {})
            if first:
                said["sample"] = text
            elif dose := _DOSE.fullmatch(text):
                said |= {"dose": dose[1], "dose_unit": dose[2].replace("micro", "µ")}
            elif _DILUTION.fullmatch(text):
                said["Dilution"] = text
            else:
                said["Group"] = text
    return layouts


def _table_records(source: Source, session: _Session, table: _Table, findings: list[Finding]) -> list[Record]:
    names = session.names(table.plate)
    # A formula in place of a sample's reading weighs more than one in a well without a sample.
    of_samples = [reading for reading in table.drawn.readings if names.get(reading.well)]
    others = [reading for reading in table.drawn.readings if not names.get(reading.well)]
    kept, typed = drop_formulas(table.sheet, of_samples)
    also_kept, also_typed = drop_formulas(table.sheet, others, severity=Severity.NOTES)
    findings += [*typed, *also_typed]
    if table.drawn.width:
        findings += _tell_grid(table, names)
    endpoint, unit = table.endpoint() or ("", "")
    alike = [t for t in session.tables if t.plate == table.plate and t.endpoint() == (endpoint, unit)]
    constant = _constant(
        source, session, table.plate, f"{endpoint} ({table.step})" if len(alike) > 1 else endpoint, unit
    )
    derived = {f"{t.drawn.corner} ({t.step})": t.drawn.texts() for t in session.tables if _is_derived(t, table)}
    records = []
    for reading in sorted([*kept, *also_kept], key=lambda reading: reading.cell):
        if reading.text:
            beside = {name: texts.get(reading.well, "") for name, texts in derived.items()}
            records.append(_record(session, constant, reading, names.get(reading.well, ""), beside))
    return records


def _is_derived(table: _Table, of: _Table) -> bool:
    is_beside = table.plate == of.plate and table.nm in ("", of.nm) and table.drawn.width > 0
    return is_beside and table.endpoint() is None and table.drawn.corner != "Sample"


def _constant(source: Source, session: _Session, plate: str, endpoint: str, unit: str) -> dict[str, str]:
    """Return the columns that are the same for all readings of a table."""
    return {
        "assay": PurePath(session.about.get("data_file", "") or source.name).stem,
        "plate": plate,
        "endpoint": endpoint,
        "unit": unit,
        "measured_at": session.about.get("acquired", ""),
    }


def _record(session: _Session, constant: dict[str, str], reading: Reading, name: str, beside: dict[str, str]) -> Record:
    """Return a reading with its sample and what the plate's layout says of the well."""
    said = dict(session.layouts.get(constant["plate"], {}).get(reading.well, {}))
    name = name or said.get("sample", "")
    dose = {column: said[column] for column in ("dose", "dose_unit") if column in said}
    extra = {key: text for key, text in said.items() if key not in ("sample", *dose)}
    return Record(reading, constant | tell_sample(name, name, reading.well) | dose, extra | beside)


def _tell_grid(table: _Table, names: dict[Well, str]) -> Iterator[Finding]:
    """Tell of rows the plate lacks, of named wells without a reading, and of what stands beside the plate."""
    grid, sheet = table.drawn, table.sheet
    place = Place(sheet.name, grid.top + 1)
    expected = whole_plate(grid.width)
    if not expected or (lacking := lacking_wells(grid, expected)):
        found = f"{lacking} of '{table.plate}'" if expected else f"a plate of {grid.width} columns"
        yield Finding(Severity.STOPS, "cut-plate", place, found, "a plate of 6 to 1536 wells", _EXPORT_AGAIN)
    empty = [name_well(r.well) for r in grid.readings if not r.text and names.get(r.well)]
    if empty:
        found = f"no reading of {', '.join(empty[:12])}{' ...' if len(empty) > 12 else ''}, wells with a sample"
        remedy = "Accept it if these wells were not measured."
        yield Finding(Severity.ASKS, "wells-missing", place, found, "a reading of every well with a sample", remedy)
    last = max(reading.cell[1] for reading in grid.readings)
    beside = [(i, c) for i in range(grid.top, grid.bottom + 1) for c in range(last + 1, len(sheet.rows[i]))]
    beside = [cell for cell in beside if sheet.rows[cell[0]][cell[1]].strip()]
    if beside:
        cells = ", ".join(map(name_cell, beside[:12])) + (" ..." if len(beside) > 12 else "")
        at = Place(sheet.name, beside[0][0] + 1, name_column(beside[0][1]))
        found = f"{len(beside)} filled cells beside the plate: {cells}"
        yield Finding(Severity.NOTES, "beside-the-plate", at, found, "the plate alone", "They were not read.")


def _list_records(source: Source, session: _Session, sheet: Sheet, findings: list[Finding]) -> list[Record]:
    top = _list_heading(sheet) or 0
    headings = [cell.strip() for cell in sheet.rows[top]]
    folded = [heading.casefold() for heading in headings]
    value = next(i for i, heading in enumerate(folded) if heading in _READ)
    at = {
        name: i for i, h in enumerate(folded) for name in ("well", "plate", "sample", "wavelength", "time") if name in h
    }
    unit = re.search(r"[\[(](\w+)[\])]", headings[at["time"]]) if "time" in at else None
    nm = "/".join(number for row in sheet.rows[:top] for number in _NM.findall(row[0]))
    cells: list[tuple[Reading, list[str]]] = []
    for i in range(top + 1, len(sheet.rows)):
        row = [cell.strip() for cell in sheet.rows[i]]
        well = well_of(row[at["well"]])
        if well is None:
            if any(row):
                findings.append(_no_well(sheet, i, row[at["well"]]))
            continue
        when = {"time": row[at["time"]], "time_unit": unit[1] if unit else ""} if "time" in at else {}
        cells.append((Reading(well, (i, value), row[value], when), row))
    kept, told = drop_formulas(sheet, (reading for reading, _ in cells))
    findings += told
    rows = {reading.cell: row for reading, row in cells}
    mode, of_mode = _READ[folded[value]]
    records = []
    for reading in kept:
        stated = {name: rows[reading.cell][i] for name, i in at.items()}
        nm = stated.get("wavelength") or nm
        endpoint = f"{mode} {nm} nm" if nm else mode
        constant = _constant(source, session, stated.get("plate", ""), endpoint, of_mode)
        records.append(_record(session, constant, reading, stated.get("sample", ""), {}))
    return records


def _tell_lost_lines(lists: dict[str, tuple[Sheet, list[Record]]], repeats: list[_Table]) -> Iterator[Finding]:
    """Tell of wells with fewer lines in the lists than readings in other sheets, or than lines of other wells."""
    drawn = Counter((table.endpoint() or ("", ""), r.well) for table in repeats for r in table.drawn.readings if r.text)
    records = [record for _, listed in lists.values() for record in listed]
    listed = Counter(((r.columns["endpoint"], r.columns["unit"]), r.reading.well) for r in records)
    endpoints = {endpoint for endpoint, _ in listed}
    if lost := Counter({key: count for key, count in drawn.items() if key[0] in endpoints}) - listed:
        found = f"{lost.total()} lines fewer than other sheets have readings: {_name_some(well for _, well in lost)}"
        yield Finding(Severity.STOPS, "cut-list", Place(), found, "a line for each reading", _EXPORT_AGAIN)
        return
    for sheet, of_sheet in lists.values():
        times = Counter((r.columns["plate"], r.columns["endpoint"], r.reading.well) for r in of_sheet)
        most = max(times.values(), default=0)
        if fewer := [well for (_, _, well), count in times.items() if count < most]:
            found = f"fewer than {most} times of {_name_some(fewer)}"
            remedy = "Accept it if the run was stopped there, or export the session from SkanIt again."
            yield Finding(Severity.ASKS, "fewer-times", Place(sheet.name), found, f"{most} times of every well", remedy)


def _name_some(wells: Iterable[Well]) -> str:
    named = [name_well(well) for well in wells]
    return ", ".join(named[:12]) + (" ..." if len(named) > 12 else "")


def _repeats(sheet: Sheet) -> Finding:
    found = "results that another sheet lists as raw readings"
    remedy = "They were read from the list."
    return Finding(Severity.NOTES, "sheet-repeats", Place(sheet.name), found, "each reading once", remedy)


def _no_well(sheet: Sheet, row: int, text: str) -> Finding:
    place = Place(sheet.name, row + 1, "Well")
    return Finding(Severity.STOPS, "no-well", place, f"'{text}'", "a well such as A1", _EXPORT_AGAIN)


def _no_readings() -> Finding:
    expected = "a grid with 'Abs', 'RFU' or 'RLU' in its corner, or a list of wells"
    return Finding(Severity.STOPS, "no-readings", Place(), "no readings", expected, _EXPORT_AGAIN)
