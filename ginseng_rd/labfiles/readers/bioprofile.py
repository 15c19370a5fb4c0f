"""Nova BioProfile FLEX2 table: a row a sample, a column a measure, with or without a row of units."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass

from ginseng_rd.errors import Finding, LabFileRejected, Place, Severity
from ginseng_rd.labfiles.plates import read_decimal_commas
from ginseng_rd.labfiles.source import Source, apply_wishes
from ginseng_rd.labfiles.tables import LabFile, TextTable

NAME = "Nova BioProfile FLEX2"

# The units the analyser measures in, where the table has no row of units.
_UNITS = {
    **dict.fromkeys(("Gln", "Glu", "NH4+", "Na+", "K+", "Ca++", "HCO3"), "mmol/L"),
    **dict.fromkeys(("Gluc", "Lac"), "g/L"),
    **dict.fromkeys(("pH", "pH @ Temp"), "pH"),
    **dict.fromkeys(("PO2", "PCO2", "PO2 @ Temp", "PCO2 @ Temp"), "mmHg"),
    "Osm": "mOsm/kg",
    **dict.fromkeys(("Total Density", "Viable Density"), "10^6 cells/mL"),
    **dict.fromkeys(("Viability", "O2 Saturation", "CO2 Saturation"), "%"),
    "Avg. Live Diameter": "µm",
}
# What the analyser writes beside its measures: kept as text.
_BESIDE = {
    *("Date & Time", "Sample ID", "Sample Type", "Sample Time", "Operator", "Vessel ID", "Batch ID", "Cell Type"),
    *("Total Live Count", "Total Cell Count", "Live Cell Std. Deviation", "Cell Inspection Type", "Valid Images"),
    *("Pre-Dilution Multiplier", "Cell Density Dilution", "Chemistry Dilution Ratio", "Sparging O2%"),
    *("Vessel Temperature (°C)", "Vessel Pressure (psi)", "Tray Location", "Time In Tray"),
    *("Chemistry Flow Time", "pH / Gas Flow Time", "Cell Density Flow"),
}
_SAME_UNIT = {"-": "pH", "x10^6cells/mL": "10^6 cells/mL", "mOsm/kgH2O": "mOsm/kg"}
_NUMBER_AND_UNIT = re.compile(r"([+-]?\d+(?:[.,]\d+)?)\s*(%|[A-Za-zµμ]+/[A-Za-z]+)")
_EXPORT_AGAIN = "Export the samples from the analyser again, and upload that file."


@dataclass(frozen=True)
class _Cell:
    """One measure of a sample."""

    line: int
    row: dict[str, str]
    name: str
    unit: str

    @property
    def text(self) -> str:
        """The number as written, without the unit where that is the column's own."""
        stated = _NUMBER_AND_UNIT.fullmatch(self.row[self.name])
        return stated[1] if stated and stated[2] == self.unit else self.row[self.name]

    @property
    def is_in_other_unit(self) -> bool:
        return _NUMBER_AND_UNIT.fullmatch(self.text) is not None


def recognises(source: Source) -> bool:
    """Tell the table by its first three headings."""
    rows = _read_rows(source.text[:2000])
    return bool(rows) and rows[0][:3] == ["Date & Time", "Sample ID", "Sample Type"]


def read(source: Source) -> LabFile:
    """Return one table of solutions: a row a sample and measure.

    An empty cell was not measured. A cell in another unit than its column is asked about, and kept
    as missing with its text beside. Filled cells under a heading that is not known are asked about.
    Stops lines with more or fewer cells than headings, and a file without the end of its last line.
    Raises LabFileRejected for a table without a measured cell.
    """
    rows = _read_rows(source.text)
    heading = rows[0]
    width = len(heading) - (heading[-1] == "")
    units = dict(_UNITS)
    cells: list[_Cell] = []
    findings = list(_unclear_headings(rows))
    for line, row in enumerate(rows[1:], start=2):
        if not any(row):
            continue
        if len(row) not in (width, width + 1):
            expected = f"{width} cells, as there are headings"
            findings.append(_fault("cut-line", line, f"a line of {len(row)} cells", expected))
        elif not any(row[:3]):
            units |= {
                name: _plain_unit(text) for name, text in zip(heading, row, strict=False) if text and name in _UNITS
            }
        else:
            by_name = {name: text for name, text in zip(heading, row, strict=False) if name}
            cells += [_Cell(line, by_name, name, units[name]) for name in by_name if name in units and by_name[name]]
    if not source.text.endswith("\n"):
        expected = "a file that ends with a whole line"
        findings.append(_fault("cut-file", len(rows), "a last line without its end", expected))
    if not cells:
        lacking = _fault("no-rows", 1, "no measured cell", f"values under {', '.join(_UNITS)}")
        raise LabFileRejected(source.name, findings or [lacking])
    findings += _unit_conflicts(cells)
    table, commas = read_decimal_commas(_tabulate(cells))
    table, refused = apply_wishes(table, source)
    times = table.columns["measured_at"]
    about = {"instrument": NAME, "acquired": f"{times[0]} to {times[-1]}" if times[0] != times[-1] else times[0]}
    return LabFile(NAME, (table,), about, (*findings, *commas, *refused))


def _read_rows(text: str) -> list[list[str]]:
    separator = named[1] if (named := re.match(r'\s*"?Date & Time"?([,;\t])', text)) else ","
    return [[cell.strip() for cell in row] or [""] for row in csv.reader(text.splitlines(), delimiter=separator)]


def _unclear_headings(rows: list[list[str]]) -> Iterator[Finding]:
    """Name the headings over filled cells that are not known, and those that stand twice: readings may be lost."""
    heading = rows[0]
    for i, name in enumerate(heading):
        filled = sum(any(row[:3]) and row[i : i + 1] not in ([], [""]) for row in rows[1:])
        place = Place(row=1, column=name)
        if name and name in heading[:i]:
            found, expected = f"the heading '{name}' twice", "headings that differ"
            yield Finding(Severity.STOPS, "same-column-twice", place, found, expected, _EXPORT_AGAIN)
        elif filled and name not in _UNITS and name not in _BESIDE:
            found, expected = f"{filled} filled cells under '{name}'", f"one of {', '.join(_UNITS)}"
            remedy = "Correct the heading if it is damaged, or accept it: its cells are then kept as text beside."
            yield Finding(Severity.ASKS, "unknown-columns", place, found, expected, remedy)


def _plain_unit(text: str) -> str:
    """Return a unit of the row of units, such as ``mmol / L``, as it is known."""
    closed = text.replace(" ", "").replace("Cells", "cells")
    return _SAME_UNIT.get(closed, closed)


def _unit_conflicts(cells: list[_Cell]) -> Iterator[Finding]:
    for cell in cells:
        if cell.is_in_other_unit:
            yield Finding(
                Severity.ASKS,
                "unit-conflict",
                Place(row=cell.line, column=cell.name),
                f"'{cell.row[cell.name]}' of '{cell.row['Sample ID']}'",
                f"a number in {cell.unit}",
                "Correct the export, or accept it: the cell is then kept as missing, with its text beside.",
            )


def _tabulate(cells: list[_Cell]) -> TextTable:
    columns = {
        "sample": [cell.row["Sample ID"] for cell in cells],
        "endpoint": [cell.name for cell in cells],
        "value": ["n/a" if cell.is_in_other_unit else cell.text for cell in cells],
        "unit": [cell.unit for cell in cells],
        "measured_at": [" ".join(cell.row["Date & Time"].split()) for cell in cells],
    }
    measures = [cell.name for cell in cells]
    headings: dict[str, str | list[str]] = {"sample": "Sample ID", "measured_at": "Date & Time", "value": measures}
    kept = [name for name in cells[0].row if name not in _UNITS and name not in ("Sample ID", "Date & Time")]
    extra = {name: [cell.row.get(name, "") for cell in cells] for name in kept}
    extra["in another unit"] = [cell.row[cell.name] if cell.is_in_other_unit else "" for cell in cells]
    return TextTable("solution", columns, [cell.line for cell in cells], headings=headings, extra=extra)


def _fault(code: str, line: int | None, found: str, expected: str) -> Finding:
    return Finding(Severity.STOPS, code, Place(row=line), found, expected, _EXPORT_AGAIN)
