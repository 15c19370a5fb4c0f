"""What Tecan's i-control and SparkControl workbooks share: settings, then the readings they were taken with."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePath

from ginseng_rd.errors import Finding, LabFileRejected, Place, Severity
from ginseng_rd.labfiles.plate_books import (
    Drawn,
    Reading,
    Record,
    drop_formulas,
    find_area,
    find_grids,
    find_series,
    lacking_wells,
    tabulate,
    tell_unread,
    well_of,
    whole_plate,
)
from ginseng_rd.labfiles.plates import Well, name_well, tell_sample
from ginseng_rd.labfiles.source import Source
from ginseng_rd.labfiles.tables import LabFile, TextTable
from ginseng_rd.labfiles.workbooks import Sheet

_CORNER = re.compile("<>")
_CYCLES = re.compile(r"(?:Cycle|Zyklus) Nr\.?|Kinetic Cycle Nr\.?", re.I)
_STATED = re.compile(r"([^:]+?)\s*:\s+(\S.*)")
_EXPORT_AGAIN = "Export the plate again, and upload that file before changing anything in it."
# The labels of a German i-control, as the English one writes them.
_ENGLISH = {
    "programm": "application",
    "gerät": "device",
    "seriennummer": "serial number",
    "datum": "date",
    "zeit": "time",
    "platte": "plate",
    "modus": "mode",
    "wellenlänge": "wavelength",
    "messwellenlänge": "measurement wavelength",
    "anregungswellenlänge": "excitation wavelength",
    "emissionswellenlänge": "emission wavelength",
    "startzeit": "start time",
    "temperatur": "temperature",
    "teil der platte": "part of plate",
}


@dataclass
class _Measurement:
    """One measurement: the row its settings begin in, the settings, and the readings taken with them."""

    row: int
    settings: dict[str, str]
    drawn: Drawn | None = None
    start: str = ""
    temperature: str = ""

    def name(self) -> str:
        return self.settings.get("name") or self.settings.get("label", "")

    def endpoint(self) -> tuple[str, str]:
        """Return what was read and its unit."""
        stated = self.settings
        mode = stated.get("mode", "").casefold()
        if mode.startswith("abs"):
            return f"absorbance {stated.get('measurement wavelength') or stated.get('wavelength', '')} nm", "OD"
        if mode.startswith("fluor"):
            excitation, emission = stated.get("excitation wavelength", ""), stated.get("emission wavelength", "")
            return f"fluorescence {excitation}/{emission} nm", "RFU"
        if mode.startswith("lum"):
            return "luminescence", stated.get("output", "RLU").replace(" ", "").casefold().replace("rlu", "RLU")
        return stated.get("mode", "") or "reading", stated.get("output", "")


@dataclass
class _Run:
    """A sheet: what it says of the run, and its measurements."""

    sheet: Sheet
    about: dict[str, str] = field(default_factory=dict)
    measurements: list[_Measurement] = field(default_factory=list)
    untitled: list[Drawn] = field(default_factory=list)


def sheets_of(source: Source, application: str) -> list[Sheet]:
    """Return the sheets that the program wrote: a line ``Application: ...`` near their top names it."""
    wanted = re.compile(rf"(?:Application|Programm)\s*:\s*{re.escape(application)}", re.I)
    return [
        sheet
        for sheet in source.sheets
        if any(wanted.match(cell.strip()) for row in sheet.rows[:10] for cell in row[:1])
    ]


def read_runs(source: Source, application: str, name: str) -> LabFile:
    """Return one assay table a sheet that holds readings.

    Wells outside the part of the plate that was read are not readings; an empty cell within it
    is a fault, and so is a measurement whose readings are gone. Raises LabFileRejected for a
    workbook without readings.
    """
    sheets = sheets_of(source, application)
    runs = [_read_run(sheet) for sheet in sheets]
    findings = [finding for run in runs for finding in _faults(run)]
    findings += tell_unread(sheet for sheet in source.sheets if sheet not in sheets)
    tables: list[TextTable] = []
    for run in (run for run in runs if any(m.drawn for m in run.measurements)):
        records, told = _records(source, run, len(runs) > 1)
        table, also_told = tabulate(source, run.sheet, records)
        tables.append(table)
        findings += [*told, *also_told]
    if not any(len(table) for table in tables):
        raise LabFileRejected(source.name, findings or [_fault("no-readings", Place(), "no readings", "a plate")])
    return LabFile(name, tuple(tables), _about(runs[0].about), tuple(findings))


def _read_run(sheet: Sheet) -> _Run:
    run = _Run(sheet)
    tables = {drawn.top: drawn for drawn in (*find_grids(sheet, _CORNER), *find_series(sheet, _CYCLES))}
    tables |= {drawn.top: drawn for drawn in _find_lists(sheet)}
    label, start, temperature, title = "", "", "", ""
    end = -1
    for i, row in enumerate(sheet.rows):
        if i in tables:
            end = tables[i].bottom
            _give(run, tables[i], title, start, temperature)
        if i <= end:
            continue
        for key, value in _statements(row):
            if key == "label":
                label = value
            elif key == "mode" and value.casefold() not in ("kinetic", "kinetik"):
                run.measurements.append(_Measurement(i, {"label": label}))
                label = ""
            elif key == "start time":
                start = value
            elif key == "temperature":
                temperature = value.removesuffix("°C").strip()
            if key != "label":
                settings = run.measurements[-1].settings if run.measurements else run.about
                settings.setdefault(key, value)
        filled = [cell.strip() for cell in row if cell.strip()]
        title = filled[0] if len(filled) == 1 else title if not filled else ""
    return run


def _statements(row: list[str]) -> Iterator[tuple[str, str]]:
    """Yield what a line states: a key and the next filled cell, or both within one cell as ``Device: Spark``."""
    filled = [cell.strip() for cell in row if cell.strip()]
    within = [match for cell in filled if (match := _STATED.fullmatch(cell))]
    if filled and not within and len(filled) > 1 and row[0].strip():
        yield _key(filled[0]), filled[1].lstrip("'")
    for match in within:
        yield _key(match[1]), match[2].strip()


def _key(text: str) -> str:
    key = text.rstrip(": ").casefold()
    return _ENGLISH.get(key, key)


def _give(run: _Run, drawn: Drawn, title: str, start: str, temperature: str) -> None:
    """Give readings to the measurement their title names, or else to the first that has none yet."""
    open_ = [m for m in run.measurements if m.drawn is None]
    named = [m for m in open_ if m.name() and title in (m.name(), f"Label: {m.name()}")]
    named += [m for m in open_ if m.name() and title.startswith(f"{m.name()}:")]
    for measurement in [*named, *open_][:1]:
        measurement.drawn, measurement.start, measurement.temperature = drawn, start, temperature
        return
    run.untitled.append(drawn)


def _find_lists(sheet: Sheet) -> Iterator[Drawn]:
    """Find the lists that SparkControl writes instead of a grid: ``<>``, ``Value``, then a line a well."""
    for top, row in enumerate(sheet.rows):
        if [cell.strip() for cell in row[:2]] != ["<>", "Value"]:
            continue
        readings = []
        for i in range(top + 1, len(sheet.rows)):
            well = well_of(sheet.rows[i][0])
            if well is None:
                break
            readings.append(Reading(well, (i, 1), sheet.rows[i][1].strip()))
        if readings:
            yield Drawn("<>", top, top + len(readings), tuple(readings))


def _faults(run: _Run) -> Iterator[Finding]:
    for measurement in run.measurements:
        place = Place(run.sheet.name, measurement.row + 1)
        called = f"the measurement '{measurement.name()}'"
        if measurement.drawn is None:
            yield _fault("no-readings", place, f"no readings of {called}", "its plate below its settings")
        elif measurement.drawn.width:
            top = Place(run.sheet.name, measurement.drawn.top + 1)
            expected = _expected(run, measurement)
            if not expected:
                found = f"a plate of {measurement.drawn.width} columns"
                yield _fault("cut-plate", top, found, "6 to 1536 wells, or a line 'Part of Plate'")
            elif lacking := lacking_wells(measurement.drawn, expected):
                yield _fault("cut-plate", top, f"{lacking} in {called}", f"{len(expected)} wells")
    for drawn in run.untitled:
        place = Place(run.sheet.name, drawn.top + 1)
        yield _fault("no-settings", place, "a plate without settings above it", "a line 'Mode' that says what was read")


def _expected(run: _Run, measurement: _Measurement) -> set[Well]:
    """Return the wells that were read: the part of the plate that is stated, or all of it."""
    stated = (
        measurement.settings.get("part of plate") or run.about.get("part of plate") or run.about.get("plate area", "")
    )
    return find_area(stated) or whole_plate(measurement.drawn.width if measurement.drawn else 0)


def _records(source: Source, run: _Run, of_several: bool) -> tuple[list[Record], list[Finding]]:
    records: list[Record] = []
    findings: list[Finding] = []
    endpoints = [m.endpoint()[0] for m in run.measurements]
    plate = run.about.get("plate-id (stacker)") or (run.sheet.name if of_several else "")
    for measurement in run.measurements:
        if measurement.drawn is None:
            continue
        endpoint, unit = measurement.endpoint()
        if endpoints.count(endpoint) > 1:
            endpoint = f"{endpoint} ({measurement.name()})"
        constant = {
            "assay": run.about.get("method name") or PurePath(source.name).stem,
            "plate": plate,
            "endpoint": endpoint,
            "unit": unit,
            "measured_at": measurement.start or _acquired(run.about),
        }
        if measurement.temperature:
            constant["temperature_c"] = measurement.temperature
        kept, told = drop_formulas(run.sheet, measurement.drawn.readings)
        findings += told
        if measurement.drawn.width:
            expected = _expected(run, measurement)
            findings += _tell_outside(run.sheet, [r for r in kept if r.well not in expected and r.text])
            kept = [reading for reading in kept if reading.well in expected]
        records += [Record(reading, constant | tell_sample("", "", reading.well)) for reading in kept]
    return records, findings


def _tell_outside(sheet: Sheet, readings: list[Reading]) -> list[Finding]:
    if not readings:
        return []
    found = (
        f"filled wells outside the part of the plate that was read: {', '.join(name_well(r.well) for r in readings)}"
    )
    place = Place(sheet.name, readings[0].cell[0] + 1)
    expected = "readings of the stated wells only"
    remedy = "They were left out: look where they come from."
    return [Finding(Severity.ASKS, "well-not-read", place, found, expected, remedy)]


def _acquired(about: dict[str, str]) -> str:
    return f"{about.get('date', '')} {about.get('time', '')}".strip()


def _about(stated: dict[str, str]) -> dict[str, str]:
    """Return what the file says of its run, under the names that all readers use and under its own."""
    instrument = f"{stated.get('device', '')} {stated.get('serial number', '')}".strip()
    ours = {
        "acquired": _acquired(stated),
        "plate": stated.get("plate-id (stacker)") or stated.get("plate", ""),
        "instrument": instrument,
    }
    return {key: text for key, text in (ours | {k: v for k, v in stated.items() if k not in ours}).items() if text}


def _fault(code: str, place: Place, found: str, expected: str) -> Finding:
    return Finding(Severity.STOPS, code, place, found, expected, _EXPORT_AGAIN)
