"""Tecan Magellan list: a line a well, a column a label and time, and below the wells what the run says of itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePath

from ginseng_rd.errors import Finding, LabFileRejected, Place, Severity
from ginseng_rd.labfiles.magellan_notes import RAW, magellan_sheets, name_endpoint, read_notes, tell_layout
from ginseng_rd.labfiles.plate_books import (
    Reading,
    Record,
    drop_formulas,
    find_area,
    tabulate,
    tell_unread,
    well_of,
)
from ginseng_rd.labfiles.plates import Well, name_well
from ginseng_rd.labfiles.source import Source
from ginseng_rd.labfiles.tables import LabFile, TextTable
from ginseng_rd.labfiles.text_sheets import ends_within_a_line, sheets_or_text
from ginseng_rd.labfiles.workbooks import Sheet

NAME = "Tecan Magellan list"

_WELLS = "Well positions"
_TIME = re.compile(r"([\d.,]+)\s*(s|ms|min|h)")
_TEMPERATURE = re.compile(r"([-\d.,]+)\s*°C")
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
        return list(dict.fromkeys(column.label for column in self.columns if RAW.fullmatch(column.label)))


def recognises(source: Source) -> bool:
    """Tell it by its heading and by the words in which it tells when it measured, or in which mode."""
    return any(_top(sheet) is not None for sheet in magellan_sheets(source))


def read(source: Source) -> LabFile:
    """Return one assay table a sheet: every well at every label and time.

    Columns that are not raw readings are kept beside them. Stops where labels and measurements
    do not pair, and where a well is missing from the range that was read.
    Raises LabFileRejected for a list without a well.
    """
    lists = [_read_list(sheet, top) for sheet in sheets_or_text(source) if (top := _top(sheet)) is not None]
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
    if ends_within_a_line(source):
        findings.append(_fault("cut-file", Place(), "a last line without its end", "a whole line"))
    return LabFile(NAME, tuple(tables), lists[0].about, tuple(findings))


def _top(sheet: Sheet) -> int | None:
    """Return the row of the headings."""
    rows = enumerate(sheet.rows[:20])
    return next((i for i, row in rows if any(cell.strip() == _WELLS for cell in row)), None)


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
        if index != at and label and RAW.fullmatch(label):
            time = (times[0][1], times[0][2]) if times else ("", "")
            columns.append(_Column(index, label, time, temperatures[0] if temperatures else ""))
        elif index != at and label:
            beside[label if label not in beside else f"{label} (column {index + 1})"] = index
    listed = _List(sheet, top, columns, beside, wells)
    listed.about, listed.measurements = read_notes(sheet, max(wells, default=top) + 1)
    return listed


def _faults(listed: _List) -> Iterator[Finding]:
    labels, place = listed.labels(), Place(listed.sheet.name, listed.top + 1)
    if not listed.wells:
        yield _fault("no-readings", place, f"no well under '{_WELLS}'", "a line a well")
    if len(labels) != len(listed.measurements):
        found = (
            f"{len(labels)} labels ({', '.join(labels)}) and {len(listed.measurements)} descriptions of measurements"
        )
        yield _fault("labels-unclear", place, found, "a description 'Measurement 1:' and so on for each label")
    last = max(listed.wells, default=len(listed.sheet.rows))
    at = [cell.strip() for cell in listed.sheet.rows[listed.top]].index(_WELLS)
    behind = [i for i in range(last + 1, len(listed.sheet.rows)) if well_of(listed.sheet.rows[i][at])]
    if behind:
        text = listed.sheet.rows[last + 1][at].strip()
        broken = Place(listed.sheet.name, last + 2)
        yield _fault("cut-list", broken, f"'{text}' in the middle of the list", "a line for each well, without a gap")
    for stated in {measurement["Range"] for measurement in listed.measurements if "Range" in measurement}:
        lacking = sorted(find_area(stated) - set(listed.wells.values()))
        if lacking:
            wells = ", ".join(map(name_well, lacking[:12])) + (" ..." if len(lacking) > 12 else "")
            yield _fault("cut-list", place, f"no line of {wells}", f"the wells {stated} that were read")


def _records(source: Source, listed: _List) -> tuple[list[Record], list[Finding]]:
    records: list[Record] = []
    findings: list[Finding] = []
    columns_of = {label: [c for c in listed.columns if c.label == label] for label in listed.labels()}
    endpoints = [name_endpoint(measurement)[0] for measurement in listed.measurements]
    for (label, columns), measurement in zip(columns_of.items(), listed.measurements, strict=True):
        endpoint, unit = name_endpoint(measurement)
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
                who = {"plate": extra.pop("Plate", ""), **tell_layout(extra.pop("Layout", ""), reading.well)}
                records.append(Record(reading, constant | who, extra))
    return records, findings


def _fault(code: str, place: Place, found: str, expected: str) -> Finding:
    return Finding(Severity.STOPS, code, place, found, expected, _EXPORT_AGAIN)
