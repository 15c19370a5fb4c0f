"""BioTek Gen5 Excel export: readings over time, or a plate at one time, a sheet a plate."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import dropwhile, takewhile
from pathlib import PurePath, PureWindowsPath

from ginseng_rd.errors import Finding, LabFileRejected, Place, Severity
from ginseng_rd.labfiles.plate_books import (
    Drawn,
    Reading,
    Record,
    drop_formulas,
    find_series,
    tabulate,
    tell_unread,
)
from ginseng_rd.labfiles.plates import Well, name_well, tell_sample
from ginseng_rd.labfiles.readers import gen5
from ginseng_rd.labfiles.sheets import tell_hidden, tell_merged
from ginseng_rd.labfiles.source import Source
from ginseng_rd.labfiles.tables import LabFile, TextTable
from ginseng_rd.labfiles.workbooks import Sheet, find_texts, name_column

NAME = "BioTek Gen5 workbook"

_HEADING = re.compile("Time")
_NUMBERS = re.compile(r"\d+")
_WITH_DECIMALS = re.compile(r"-?\d+\.\d+")
_THOUSANDS = re.compile(r"\d{4,}")
_EXPORT_AGAIN = "Export the plate from Gen5 again, and upload that file before opening it in Excel."


@dataclass(frozen=True)
class _Plate:
    """A sheet: what it says of its plate, its layout, and its readings over time, each with their title."""

    sheet: Sheet
    about: dict[str, str]
    layout: dict[str, dict[Well, str]]
    series: list[tuple[str, Drawn]]


def recognises(source: Source) -> bool:
    """Tell a Gen5 export by its first words."""
    return any(_is_gen5(sheet) for sheet in source.sheets)


def read(source: Source) -> LabFile:
    """Return one assay table a sheet.

    Raises LabFileRejected for a workbook that was saved under a regional setting in which the
    decimal points were lost, and for one without a plate.
    """
    tables: list[TextTable] = []
    findings: list[Finding] = []
    about: dict[str, str] = {}
    for sheet in filter(_is_gen5, source.sheets):
        plate = _read_plate(sheet)
        about = about or plate.about
        if plate.series:
            lost = [finding for _, series in plate.series for finding in _lost_points(source, sheet, series)]
            if lost:
                raise LabFileRejected(source.name, lost)
            records, told = _records(source, plate)
            table, also_told = tabulate(source, sheet, records)
        else:
            table, told = _read_endpoint(source, sheet)
            also_told = [*tell_hidden(sheet), *tell_merged(sheet)]
        tables.append(table)
        findings += [*told, *also_told]
    findings += tell_unread(sheet for sheet in source.sheets if not _is_gen5(sheet))
    return LabFile(NAME, tuple(tables), about, tuple(findings))


def _is_gen5(sheet: Sheet) -> bool:
    first = [row[0].strip() for row in sheet.rows[:15] if row]
    return "Software Version" in first and "Experiment File Path:" in first


def _read_plate(sheet: Sheet) -> _Plate:
    stated: dict[str, str] = {}
    for row in sheet.rows:
        key, value = row[0].strip(), row[1].strip() if len(row) > 1 else ""
        if key == "Layout":
            break
        if key and value:
            stated.setdefault(key.rstrip(":"), value)
    series = [(_title(sheet, drawn.top), drawn) for drawn in find_series(sheet, _HEADING)]
    about = {
        "data_file": PureWindowsPath(stated.get("Experiment File Path", "")).name,
        "acquired": f"{stated.get('Date', '')} {stated.get('Time', '')}".strip(),
        "plate": stated.get("Plate Number", ""),
        "instrument": f"{stated.get('Reader Type', '')} {stated.get('Reader Serial Number', '')}".strip(),
    }
    return _Plate(sheet, about | stated, _read_layout(sheet), series)


def _read_layout(sheet: Sheet) -> dict[str, dict[Well, str]]:
    """Return what the layout says of each well, label by label: a row has as many lines as there are labels."""
    layout: dict[str, dict[Well, str]] = {}
    top = _grid_below(sheet, "Layout")
    if top is None:
        return layout
    width = sum(cell.strip().isdecimal() for cell in sheet.rows[top])
    letter = ""
    for row in takewhile(lambda cells: any(map(str.strip, cells)), sheet.rows[top + 1 :]):
        letter = row[1].strip() or letter
        label = row[2 + width].strip() if len(row) > 2 + width else ""
        wells = ((letter, column) for column in range(1, width + 1))
        layout.setdefault(label, {}).update(zip(wells, (cell.strip() for cell in row[2:]), strict=False))
    return layout


def _grid_below(sheet: Sheet, heading: str) -> int | None:
    """Return the row of the column numbers below a heading."""
    rows = enumerate(sheet.rows)
    below = dropwhile(lambda numbered: numbered[1][0].strip() != heading, rows)
    return next((i for i, row in below if [cell.strip() for cell in row[:4]] == ["", "", "1", "2"]), None)


def _title(sheet: Sheet, top: int) -> str:
    """Return the nearest text above a table, such as ``340`` or ``Read 1:485,528``."""
    above = (cell.strip() for row in reversed(sheet.rows[:top]) for cell in row[:1])
    return next((text for text in above if text), "")


def _lost_points(source: Source, sheet: Sheet, series: Drawn) -> Iterator[Finding]:
    """Find the traces of a spreadsheet in whose regional setting the point parts thousands.

    ``1.044`` became 1044 there, while ``0.156``, no number of that setting, became text: whole
    thousands beside decimals, and not one decimal of 1 or more.
    """
    decimals = [r for r in series.readings if _WITH_DECIMALS.fullmatch(r.text)]
    thousands = [r for r in series.readings if _THOUSANDS.fullmatch(r.text)]
    if not thousands or not decimals or any(not r.text.lstrip("-").startswith("0.") for r in decimals):
        return
    texts = find_texts(source.data, sheet.name)
    as_text = sum(r.cell in texts for r in decimals)
    first = thousands[0]
    last = max(int(r.text) for r in thousands)
    found = (
        f"{len(thousands)} whole numbers from {min(int(r.text) for r in thousands)} to {last}, such as "
        f"'{first.text}', beside {len(decimals)} values below 1"
        + (f", {as_text} of which are text such as '{decimals[0].text}'" if as_text else "")
    )
    cause = (
        "The workbook was opened and saved under another regional setting: values of 1 or more lost their decimal "
        "point, values below 1 became text."
    )
    place = Place(sheet.name, first.cell[0] + 1, name_column(first.cell[1]))
    expected = f"readings such as {first.text[:-3]}.{first.text[-3:]}"
    yield Finding(Severity.STOPS, "decimal-point-lost", place, found, expected, f"{cause} {_EXPORT_AGAIN}")


def _records(source: Source, plate: _Plate) -> tuple[list[Record], list[Finding]]:
    records: list[Record] = []
    findings: list[Finding] = []
    endpoints = [_endpoint(title)[0] for title, _ in plate.series]
    if (results := _grid_below(plate.sheet, "Results")) is not None:
        place = Place(plate.sheet.name, results + 1)
        found, remedy = "results that Gen5 derived from the readings", "They were not read."
        findings.append(Finding(Severity.NOTES, "derived-not-read", place, found, "readings", remedy))
    for title, series in plate.series:
        endpoint, unit = _endpoint(title)
        if endpoints.count(endpoint) > 1:
            endpoint = f"{endpoint} ({title})"
        constant = {
            "assay": PurePath(plate.about["data_file"] or source.name).stem,
            "plate": plate.about["plate"],
            "measured_at": plate.about["acquired"],
            "endpoint": endpoint,
            "unit": unit,
        }
        kept, told = drop_formulas(plate.sheet, series.readings)
        kept, cut = _drop_cut_cycle(plate.sheet, kept)
        findings += [*told, *cut]
        for reading in kept:
            sample = tell_sample(
                plate.layout.get("Name", {}).get(reading.well, ""),
                plate.layout.get("Well ID", {}).get(reading.well, ""),
                reading.well,
            )
            extra = {name: wells.get(reading.well, "") for name, wells in plate.layout.items() if name != "Name"}
            records.append(Record(reading, constant | sample, extra))
    return records, findings


def _drop_cut_cycle(sheet: Sheet, readings: list[Reading]) -> tuple[list[Reading], list[Finding]]:
    """Leave out the wells that a run stopped in its last cycle did not come to, and say so."""
    last = max(reading.cell[0] for reading in readings)
    empty = [reading for reading in readings if reading.cell[0] == last and not reading.text]
    if not empty:
        return readings, []
    wells = f"{name_well(empty[0].well)} to {name_well(empty[-1].well)}"
    found = f"no readings of {len(empty)} wells ({wells}) at the last time"
    remedy = "The run was stopped there: their last readings are those before."
    expected = "a reading of every well"
    return [reading for reading in readings if reading.text or reading.cell[0] != last], [
        Finding(Severity.NOTES, "last-cycle-cut", Place(sheet.name, last + 1), found, expected, remedy)
    ]


def _endpoint(title: str) -> tuple[str, str]:
    """Return what a table's title says was read, and its unit."""
    spec = title.rpartition(":")[2]
    numbers = [found[0] for part in spec.split(",") if (found := _NUMBERS.findall(part))]
    if "lum" in spec.casefold():
        return "luminescence", "RLU"
    if len(numbers) > 1:
        return f"fluorescence {'/'.join(numbers)} nm", "RFU"
    return (f"absorbance {numbers[0]} nm" if numbers else "absorbance"), "OD"


def _read_endpoint(source: Source, sheet: Sheet) -> tuple[TextTable, list[Finding]]:
    """Read a plate at one time as Gen5's text export writes it: the same lines, with grids a column to the right."""
    _, typed = drop_formulas(sheet, [Reading(("", 0), cell, "") for cell in sorted(sheet.formulas)])
    headings = {"Layout": _grid_below(sheet, "Layout"), "Results": _grid_below(sheet, "Results")}
    above_grid = {row - 1: heading for heading, row in headings.items() if row is not None}
    first_grid = min(above_grid, default=len(sheet.rows))
    lines = []
    for i, row in enumerate(sheet.rows):
        cells = ["" if (i, column) in sheet.formulas else cell for column, cell in enumerate(row)]
        while cells and not cells[-1]:
            cells.pop()
        if i > first_grid and cells and not cells[0]:
            cells = cells[1:]
        if row[0].strip() in headings:  # in a text export it stands on the line above the column numbers
            cells = []
        lines.append(above_grid.get(i, "\t".join(cells)))
    lab_file = gen5.read(replace(source, data="\n".join(lines).encode()))
    (table,) = lab_file.tables
    placed = [replace(told, place=replace(told.place, sheet=sheet.name)) for told in lab_file.findings]
    return replace(table, sheet=sheet.name), [*typed, *placed]
