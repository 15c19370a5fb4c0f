"""Tecan Magellan list: a line a well, a column a label and time, and below the wells what the run says of itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePath, PureWindowsPath

from ginseng_rd.errors import Finding, LabFileRejected, Place, Severity
from ginseng_rd.labfiles.plate_books import (
    Reading,
    Record,
    drop_formulas,
    find_area,
    tabulate,
    tell_unread,
    well_of,
)
from ginseng_rd.labfiles.plates import Well, name_well, tell_sample
from ginseng_rd.labfiles.source import Source
from ginseng_rd.labfiles.tables import LabFile, TextTable
from ginseng_rd.labfiles.workbooks import Sheet

NAME = "Tecan Magellan list"

_WELLS = "Well positions"
_RAW = re.compile(r"Label\s*\d+|Raw data.*", re.I)
_TIME = re.compile(r"([\d.,]+)\s*(s|ms|min|h)")
_TEMPERATURE = re.compile(r"([-\d.,]+)\s*°C")
_WHEN = re.compile(r"Date of measurement:\s*(.+?)/Time of measurement:\s*(.+)")
_LAYOUT = re.compile(r"(SM|ST|BL|NC|PC)(\d*)(?:_\d+)?")
_ROLES = {
    "SM": "sample",
    "ST": "standard",
    "BL": "blank",
    "NC": "negative control",
    "PC": "positive control",
}
_MEASUREMENT = re.compile(r"Measurement \d+:")
_EXPORT_AGAIN = "Export the list from Magellan again, and upload that file before changing anything in it."


@dataclass(frozen=True)
class _Column:
    """A column of values: its place, its label, and the time and temperature that stand under the label."""

    index: int
    label: str
    time: tuple[str, str] = ("", "")
    temperature: str = ""


@dataclass
class _List:
    """A sheet's list: its columns, the rows of its wells, and what it says below them."""

    sheet: Sheet
    top: int
    columns: list[_Column]
    beside: dict[str, int]
    wells: dict[int, Well]
    about: dict[str, str] = field(default_factory=dict)
    measurements: list[dict[str, str]] = field(default_factory=list)

    def labels(self) -> list[str]:
        """Return the labels of raw readings in their order."""
        return list(dict.fromkeys(column.label for column in self.columns if _RAW.fullmatch(column.label)))


def recognises(source: Source) -> bool:
    """Tell it by its heading and by the words in which it tells when it measured, or in which mode."""
    return any(_top(sheet) is not None and _says_how(sheet) for sheet in source.sheets)


def read(source: Source) -> LabFile:
    """Return one assay table a sheet: every well at every label and time.

    Columns that are not raw readings are kept beside them. Stops where labels and measurements
    do not pair, and where a well is missing from the range that was read.
    Raises LabFileRejected for a list without a well.
    """
    lists = [_read_list(sheet, top) for sheet in source.sheets if (top := _top(sheet)) is not None]
    findings = [finding for listed in lists for finding in _faults(listed)]
    tables: list[TextTable] = []
    for listed in (listed for listed in lists if len(listed.labels()) == len(listed.measurements)):
        records, told = _records(source, listed)
        table, also_told = tabulate(source, listed.sheet, records)
        tables.append(table)
        findings += [*told, *also_told]
    if not any(map(len, tables)):
        raise LabFileRejected(source.name, findings or [_fault("no-readings", Place(), "no well", "a list of wells")])
    findings += tell_unread(sheet for sheet in source.sheets if _top(sheet) is None)
    return LabFile(NAME, tuple(tables), lists[0].about, tuple(findings))


def _top(sheet: Sheet) -> int | None:
    """Return the row of the headings."""
    rows = enumerate(sheet.rows[:20])
    return next((i for i, row in rows if any(cell.strip() == _WELLS for cell in row)), None)


def _says_how(sheet: Sheet) -> bool:
    beginnings = ("Date of measurement:", "Measurement mode:")
    return any(cell.strip().startswith(beginnings) for row in sheet.rows for cell in row[:1])


def _read_list(sheet: Sheet, top: int) -> _List:
    headings = [cell.strip() for cell in sheet.rows[top]]
    at = headings.index(_WELLS)
    wells = {}
    for i in range(top + 1, len(sheet.rows)):
        well = well_of(sheet.rows[i][at])
        if well is not None:
            wells[i] = well
        elif wells:
            break
    first = min(wells, default=len(sheet.rows))
    columns, beside = [], {}
    for index, label in enumerate(headings):
        under = [sheet.rows[i][index].strip() for i in range(top + 1, first)]
        times = [match for text in under if (match := _TIME.fullmatch(text))]
        temperatures = [match[1] for text in under if (match := _TEMPERATURE.fullmatch(text))]
        if index != at and label and _RAW.fullmatch(label):
            time = (times[0][1], times[0][2]) if times else ("", "")
            columns.append(_Column(index, label, time, temperatures[0] if temperatures else ""))
        elif index != at and label:
            beside[label if label not in beside else f"{label} (column {index + 1})"] = index
    listed = _List(sheet, top, columns, beside, wells)
    _read_about(listed, max(wells, default=top) + 1)
    return listed


def _read_about(listed: _List, first: int) -> None:
    """Read what stands below the wells: of the run, and of each measurement."""
    lines = [row[0].strip() for row in listed.sheet.rows[first:] if row[0].strip()]
    about = listed.about
    for i, line in enumerate(lines):
        key, _, value = (part.strip() for part in line.partition(":"))
        if when := _WHEN.fullmatch(line):
            about["acquired"] = f"{when[1].strip()} {when[2].strip()}"
        elif line.casefold().endswith(".wsp"):
            about["data_file"] = PureWindowsPath(line).name
        elif line.casefold().endswith(".mth"):
            about["method"] = PureWindowsPath(line).name
        elif _MEASUREMENT.fullmatch(line):
            listed.measurements.append({})
        elif key == "Measurement mode" and not listed.measurements:
            listed.measurements.append({key: value})
        elif key == "Instrument serial number":
            device = lines[i - 1] if i and ":" not in lines[i - 1] else ""
            about["instrument"] = f"{device} {value}".strip()
        elif value and listed.measurements and not line.startswith(("Meas. temperature", "Date:")):
            listed.measurements[-1].setdefault(key, value)
        elif value and not listed.measurements:
            about.setdefault(key, value)
    plates = [m["Plate definition file"] for m in listed.measurements if "Plate definition file" in m]
    about |= {"plate": plates[0]} if plates else {}


def _faults(listed: _List) -> Iterator[Finding]:
    labels, place = listed.labels(), Place(listed.sheet.name, listed.top + 1)
    if not listed.wells:
        yield _fault("no-readings", place, f"no well under '{_WELLS}'", "a line a well")
    if len(labels) != len(listed.measurements):
        found = (
            f"{len(labels)} labels ({', '.join(labels)}) and {len(listed.measurements)} descriptions of measurements"
        )
        yield _fault("labels-unclear", place, found, "a description 'Measurement 1:' and so on for each label")
    for stated in {measurement["Range"] for measurement in listed.measurements if "Range" in measurement}:
        lacking = sorted(find_area(stated) - set(listed.wells.values()))
        if lacking:
            wells = ", ".join(map(name_well, lacking[:12])) + (" ..." if len(lacking) > 12 else "")
            yield _fault("cut-list", place, f"no line of {wells}", f"the wells {stated} that were read")


def _records(source: Source, listed: _List) -> tuple[list[Record], list[Finding]]:
    records: list[Record] = []
    findings: list[Finding] = []
    columns_of = {label: [c for c in listed.columns if c.label == label] for label in listed.labels()}
    endpoints = [_endpoint(measurement)[0] for measurement in listed.measurements]
    for (label, columns), measurement in zip(columns_of.items(), listed.measurements, strict=True):
        endpoint, unit = _endpoint(measurement)
        constant = {
            "assay": PurePath(listed.about.get("data_file", "") or source.name).stem,
            "endpoint": f"{endpoint} ({label})" if endpoints.count(endpoint) > 1 else endpoint,
            "unit": unit,
            "measured_at": listed.about.get("acquired", ""),
        }
        for column in columns:
            when = {"temperature_c": column.temperature} if column.temperature else {}
            if len(columns) > 1:
                when |= {"time": column.time[0], "time_unit": column.time[1]}
            cells = [
                Reading(well, (row, column.index), listed.sheet.rows[row][column.index].strip(), when)
                for row, well in listed.wells.items()
            ]
            kept, told = drop_formulas(listed.sheet, cells)
            findings += told
            for reading in kept:
                extra = {name: listed.sheet.rows[reading.cell[0]][i].strip() for name, i in listed.beside.items()}
                who = {"plate": extra.pop("Plate", ""), **_who(extra.pop("Layout", ""), reading.well)}
                records.append(Record(reading, constant | who, extra))
    return records, findings


def _who(layout: str, well: Well) -> dict[str, str]:
    """Return sample and role by Magellan's name for a well, such as ``ST2_1``: the first of standard 2."""
    named = _LAYOUT.fullmatch(layout)
    if named is None:
        return tell_sample(layout, "", well)
    return {"sample": f"{named[1]}{named[2]}", "role": _ROLES[named[1]]}


def _endpoint(measurement: dict[str, str]) -> tuple[str, str]:
    """Return what was read and its unit, from what is said of a measurement."""
    mode, unit = measurement.get("Measurement mode", "").casefold(), measurement.get("Unit", "")
    if mode.startswith("abs"):
        return f"absorbance {measurement.get('Measurement wavelength', '').removesuffix('nm').strip()} nm", unit or "OD"
    if mode.startswith("fluor"):
        nm = [
            measurement.get(f"{which} wavelength", "").removesuffix("nm").strip()
            for which in ("Excitation", "Emission")
        ]
        return f"fluorescence {'/'.join(nm)} nm", unit if unit != "" else "RFU"
    return mode or "reading", unit or "RLU"


def _fault(code: str, place: Place, found: str, expected: str) -> Finding:
    return Finding(Severity.STOPS, code, place, found, expected, _EXPORT_AGAIN)
