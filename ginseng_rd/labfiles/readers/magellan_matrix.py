"""Tecan Magellan matrix: each label drawn as a plate under its title, and below what the run says of itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath

from ginseng_rd.errors import Finding, LabFileRejected, Place, Severity
from ginseng_rd.labfiles.magellan_notes import RAW, magellan_sheets, name_endpoint, read_notes, tell_layout
from ginseng_rd.labfiles.plate_books import (
    Drawn,
    Record,
    drop_formulas,
    find_area,
    find_grids,
    lacking_wells,
    tabulate,
    tell_unread,
    whole_plate,
)
from ginseng_rd.labfiles.plates import Well, name_well
from ginseng_rd.labfiles.source import Source
from ginseng_rd.labfiles.tables import LabFile, TextTable
from ginseng_rd.labfiles.text_sheets import ends_within_a_line
from ginseng_rd.labfiles.workbooks import Sheet

NAME = "Tecan Magellan matrix"

_CORNER = re.compile("<>")
_LAYOUT = re.compile(r"layout", re.I)
_EXPORT_AGAIN = "Export the matrix from Magellan again, and upload that file before changing anything in it."


@dataclass(frozen=True)
class _Matrix:
    """A sheet's plates by the title above each, and what it says below them of the run and its measurements."""

    sheet: Sheet
    raw: list[tuple[str, Drawn]]
    layout: Drawn | None
    derived: list[tuple[str, Drawn]]
    about: dict[str, str]
    measurements: list[dict[str, str]]


def recognises(source: Source) -> bool:
    """Tell it by a plate drawn with its corner ``<>`` and the words in which Magellan tells how it measured."""
    return any(next(find_grids(sheet, _CORNER), None) for sheet in magellan_sheets(source))


def read(source: Source) -> LabFile:
    """Return one assay table a sheet: every well that was read, at every label.

    Plates of calculated values are left out, and it is noted. Stops where labels and measurements do not pair, and
    where a well is missing from the range that was read.
    Raises LabFileRejected for a sheet without a plate of readings.
    """
    matrices = [_read_matrix(sheet) for sheet in magellan_sheets(source)]
    findings = [finding for matrix in matrices for finding in _faults(matrix)]
    tables: list[TextTable] = []
    for matrix in matrices:
        if matrix.raw and len(matrix.raw) == len(matrix.measurements):
            records, told = _records(source, matrix)
            table, also_told = tabulate(source, matrix.sheet, records)
            tables.append(table)
            findings += [*told, *also_told]
    if ends_within_a_line(source):
        findings.append(_fault("cut-file", Place(), "a last line without its end", "a whole line"))
    if not any(map(len, tables)):
        raise LabFileRejected(source.name, findings or [_fault("no-readings", Place(), "no plate", "a plate")])
    read_here = [matrix.sheet for matrix in matrices]
    findings += tell_unread(sheet for sheet in source.sheets if sheet not in read_here)
    return LabFile(NAME, tuple(tables), matrices[0].about, tuple(findings))


def _read_matrix(sheet: Sheet) -> _Matrix:
    grids = list(find_grids(sheet, _CORNER))
    titled = [(_title(sheet, grid, grids), grid) for grid in grids]
    about, measurements = read_notes(sheet, max((grid.bottom for grid in grids), default=-1) + 1)
    layout = next((grid for title, grid in titled if _LAYOUT.search(title)), None)
    plates = [(title, grid) for title, grid in titled if grid is not layout]
    raw = plates if len(plates) == 1 else [(title, grid) for title, grid in plates if RAW.fullmatch(title)]
    return _Matrix(sheet, raw, layout, [pair for pair in plates if pair not in raw], about, measurements)


def _title(sheet: Sheet, grid: Drawn, grids: list[Drawn]) -> str:
    """Return the nearest text above a plate, in the lines that belong to no other plate."""
    end = max((other.bottom for other in grids if other.bottom < grid.top), default=-1)
    for i in range(grid.top - 1, end, -1):
        filled = [cell.strip() for cell in sheet.rows[i] if cell.strip()]
        if filled:
            return filled[0]
    return ""


def _faults(matrix: _Matrix) -> Iterator[Finding]:
    place = Place(matrix.sheet.name, 1)
    if len(matrix.raw) != len(matrix.measurements):
        titles = ", ".join(title or "without a title" for title, _ in matrix.raw) or "none"
        found = f"{len(matrix.raw)} plates ({titles}) and {len(matrix.measurements)} descriptions of measurements"
        yield _fault("labels-unclear", place, found, "a description 'Measurement 1:' and so on for each label")
    for (title, grid), measurement in zip(matrix.raw, matrix.measurements, strict=False):
        expected = _expected(grid, measurement)
        top = Place(matrix.sheet.name, grid.top + 1)
        if not expected:
            yield _fault("cut-plate", top, f"a plate of {grid.width} columns", "6 to 1536 wells, or a line 'Range:'")
        elif lacking := lacking_wells(grid, expected):
            yield _fault("cut-plate", top, f"{lacking} in '{title}'", f"{len(expected)} wells")
    for title, grid in matrix.derived:
        found, remedy = f"the plate '{title}'", "It is left out: it was calculated from the readings."
        top = Place(matrix.sheet.name, grid.top + 1)
        yield Finding(Severity.NOTES, "derived-not-read", top, found, "plates of readings, titled 'Label1'", remedy)


def _expected(grid: Drawn, measurement: dict[str, str]) -> set[Well]:
    return find_area(measurement.get("Range", "")) or whole_plate(grid.width)


def _records(source: Source, matrix: _Matrix) -> tuple[list[Record], list[Finding]]:
    records: list[Record] = []
    findings: list[Finding] = []
    layout = matrix.layout.texts() if matrix.layout else {}
    endpoints = [name_endpoint(measurement)[0] for measurement in matrix.measurements]
    for (title, grid), measurement in zip(matrix.raw, matrix.measurements, strict=True):
        endpoint, unit = name_endpoint(measurement)
        constant = {
            "assay": PurePath(matrix.about.get("data_file", "") or source.name).stem,
            "endpoint": f"{endpoint} ({title})" if endpoints.count(endpoint) > 1 else endpoint,
            "unit": unit,
            "measured_at": matrix.about.get("acquired", ""),
        }
        if temperature := matrix.about.get(f"temperature {title}", matrix.about.get("temperature", "")):
            constant["temperature_c"] = temperature
        expected = _expected(grid, measurement)
        kept, told = drop_formulas(matrix.sheet, grid.readings)
        findings += told
        if outside := [reading for reading in kept if reading.text and reading.well not in expected]:
            wells = ", ".join(name_well(reading.well) for reading in outside[:12])
            place = Place(matrix.sheet.name, outside[0].cell[0] + 1)
            remedy = "They were left out: look where they come from."
            found = f"filled wells outside the range that was read: {wells}"
            findings.append(Finding(Severity.ASKS, "well-not-read", place, found, "readings of the range only", remedy))
        inside = [reading for reading in kept if reading.well in expected]
        records += [Record(r, constant | tell_layout(layout.get(r.well, ""), r.well)) for r in inside]
    return records, findings


def _fault(code: str, place: Place, found: str, expected: str) -> Finding:
    return Finding(Severity.STOPS, code, place, found, expected, _EXPORT_AGAIN)
