"""What Tecan's i-control and SparkControl exports share: measurements become readings, and what is missing is told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath

from ginseng_rd.errors import Finding, LabFileRejected, Place, Severity
from ginseng_rd.labfiles.plate_books import (
    Drawn,
    Reading,
    Record,
    drop_formulas,
    find_area,
    lacking_wells,
    tabulate,
    tell_unread,
    well_of,
    whole_plate,
)
from ginseng_rd.labfiles.plates import Well, name_well, tell_sample
from ginseng_rd.labfiles.source import Source
from ginseng_rd.labfiles.tables import LabFile, TextTable
from ginseng_rd.labfiles.tecan_runs import CYCLES, Measurement, Run, is_of_time, read_run, sheets_of
from ginseng_rd.labfiles.text_sheets import ends_within_a_line
from ginseng_rd.labfiles.workbooks import Sheet

_EXPORT_AGAIN = "Export the plate again, and upload that file before changing anything in it."


def read_runs(source: Source, application: str, name: str) -> LabFile:
    """Return one assay table a sheet that holds readings.

    Wells outside the part of the plate that was read are not readings; an empty cell within it
    is a fault, and so is a measurement whose readings are gone. Raises LabFileRejected for a
    file without readings.
    """
    sheets = sheets_of(source, application)
    runs = [read_run(sheet) for sheet in sheets]
    findings = [finding for run in runs for finding in _faults(run)]
    findings += _tell_end(source, runs)
    findings += tell_unread(sheet for sheet in source.sheets if sheet not in sheets)
    tables: list[TextTable] = []
    for run in (run for run in runs if any(m.drawn for m in run.measurements)):
        records, told = _records(source, run, len(runs) > 1)
        table, also_told = tabulate(source, run.sheet, records)
        tables.append(table)
        findings += [*told, *also_told]
    if not any(len(table) for table in tables):
        raise LabFileRejected(source.name, findings or [_fault("no-readings", Place(), "no readings", "a plate")])
    form = name if source.sheets else f"{name} text"
    return LabFile(form, tuple(tables), _about(runs[0].about), tuple(findings))


def _faults(run: Run) -> Iterator[Finding]:
    for measurement in run.measurements:
        place = Place(run.sheet.name, measurement.row + 1)
        called = f"the measurement '{measurement.name()}'"
        if measurement.drawn is None:
            yield _fault("no-readings", place, f"no readings of {called}", "its plate below its settings")
            continue
        top = Place(run.sheet.name, measurement.drawn.top + 1)
        expected = _expected(run, measurement)
        if measurement.drawn.width and not expected:
            found = f"a plate of {measurement.drawn.width} columns"
            yield _fault("cut-plate", top, found, "6 to 1536 wells, or a line 'Part of Plate'")
        elif lacking := lacking_wells(measurement.drawn, expected):
            yield _fault("cut-plate", top, f"{lacking} in {called}", f"{len(expected)} wells")
    for drawn in run.untitled:
        place = Place(run.sheet.name, drawn.top + 1)
        yield _fault("no-settings", place, "a plate without settings above it", "a line 'Mode' that says what was read")
    for drawn in [*(m.drawn for m in run.measurements if m.drawn), *run.untitled]:
        if CYCLES.fullmatch(drawn.corner):
            yield from _faults_of_series(run, drawn)
        elif drawn.width and run.is_text:
            yield from _faults_of_lines(run, drawn)
    known = [measurement.name() for measurement in run.measurements]
    for name in run.planned:
        if name not in known:
            found, expected_name = f"no measurement '{name}'", "each measurement of 'List of actions'"
            remedy = "Accept it if the run was stopped before; else export it again."
            place = Place(run.sheet.name)
            yield Finding(Severity.ASKS, "measurement-missing", place, found, expected_name, remedy)


def _faults_of_lines(run: Run, drawn: Drawn) -> Iterator[Finding]:
    """Tell of lines of a plate that hold more cells than it has columns: in a text they are shifted."""
    last = max(reading.cell[1] for reading in drawn.readings)
    for i in range(drawn.top, drawn.bottom + 1):
        if any(cell.strip() for cell in run.sheet.rows[i][last + 1 :]):
            found = "a line with more cells than the plate has columns"
            yield _fault("cut-line", Place(row=i + 1), found, f"{drawn.width} wells in each line")


def _faults_of_series(run: Run, drawn: Drawn) -> Iterator[Finding]:
    """Tell of cycles that are not all there, lines without a reading and headings that are no well."""
    place = Place(run.sheet.name, drawn.top + 1)
    headings = [cell.strip() for cell in run.sheet.rows[drawn.top]]
    left = headings.index(drawn.corner)
    filled = {reading.cell[0] for reading in drawn.readings}
    has_line_a_cycle = any(well_of(text) for text in headings[left + 1 :])
    if has_line_a_cycle:
        cycles = [run.sheet.rows[i][left].strip() for i in sorted(filled)]
        unknown = [text for text in headings[left + 1 :] if text and not well_of(text) and not is_of_time(text)]
        if unknown:
            yield _fault("no-well", place, f"'{unknown[0]}' as a heading", "a well such as A1, a time or a temperature")
        for i in range(drawn.top + 1, drawn.bottom + 1):
            beside = [c for c, cell in enumerate(run.sheet.rows[i]) if c > left and cell.strip() and not headings[c]]
            if i not in filled or beside:
                what = "a cell below no heading" if beside else "a cycle without a reading"
                yield _fault("cut-line", Place(run.sheet.name, i + 1), what, "a cell below each heading")
    else:
        cycles = [text for text in headings[left + 1 :] if text]
    if not all(map(str.isdecimal, cycles)):
        yield _fault("cut-list", place, f"cycles {', '.join(cycles[:20])}", "cycles that are numbered through")
        return
    numbers = list(map(int, cycles))
    if numbers != [numbers[0] + i for i in range(len(numbers))]:
        yield _fault("cut-list", place, f"cycles {', '.join(cycles[:20])}", "cycles that are numbered through")
    elif numbers[0] != 1 or (run.cycles.isdecimal() and len(numbers) != int(run.cycles)):
        found = f"cycles {numbers[0]} to {numbers[-1]}"
        expected = f"cycles 1 to {run.cycles}" if run.cycles else "cycles from 1 on"
        remedy = "Accept it if the run was stopped; else export it again."
        yield Finding(Severity.ASKS, "fewer-times", place, found, expected, remedy)


def _tell_end(source: Source, runs: list[Run]) -> Iterator[Finding]:
    """Tell of a text that stops before the end of its last measurement. A workbook cannot be cut and opened."""
    if any(run.is_text and not run.has_end for run in runs) or ends_within_a_line(source):
        place = Place(row=len(runs[-1].sheet.rows))
        yield _fault("cut-file", place, "the end of the file", "a line 'End Time' below the readings, and its end")


def _expected(run: Run, measurement: Measurement) -> set[Well]:
    """Return the wells that were read: the part of the plate that is stated, or all of it."""
    stated = (
        measurement.settings.get("part of plate") or run.about.get("part of plate") or run.about.get("plate area", "")
    )
    return find_area(stated) or whole_plate(measurement.drawn.width if measurement.drawn else 0)


def _records(source: Source, run: Run, of_several: bool) -> tuple[list[Record], list[Finding]]:
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
