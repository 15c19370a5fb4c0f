"""PerkinElmer TotalChrom report stored as an ASCII file (``.TX0``): quoted cells, in the computer's own decimals.

A line that begins with ``-`` is a component that was expected and not found: it has no area, and
becomes a row "N.D." with the component's name and without a peak number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import PureWindowsPath

from ginseng_rd.errors import Finding, LabFileRejected, Place, Severity
from ginseng_rd.labfiles.peaks import (
    UNSTATED_UNIT,
    Peak,
    has_decimal_commas,
    name_sample,
    settle_amounts,
    split_cells,
    tabulate_peaks,
    tell_wrong_total,
    with_decimal_point,
)
from ginseng_rd.labfiles.source import Source, apply_wishes
from ginseng_rd.labfiles.tables import LabFile

NAME = "PerkinElmer TotalChrom report"

# The heading's words without their unit; "Area [%]" is told from "Area [µV·s]" by the unit.
_COLUMNS = {
    "Peak #": "peak",
    "Time": "retention_min",
    "Area": "value",
    "Area [%]": "area_percent",
    "Height": "height",
    "BL": "peak_type",
    "Component Name": "component",
    "Component": "component",
    "Amount": "amount",
    "Adjusted Amount": "amount",
    "Adj. Amount": "amount",
}
_HEADINGS = {"retention_min": "Time", "value": "Area", "height": "Height", "component": "Component"}
_HEADINGS |= {"amount": "Amount"}
_MISSING = "Missing Component Report"
_END = "Report stored in ASCII file"
_RULE = re.compile(r"-+")
# A number with a decimal comma that was printed without quotation marks falls into two cells.
_UNQUOTED = re.compile(r"(?<=,)(-?\d+,\d+[eE][+-]?\d+)(?=,|$)")
_UNIT = re.compile(r"\s*\[(.*)\]$")
_PRINT_AGAIN = "Store the report in an ASCII file again in TotalChrom, and upload that file."


@dataclass
class _Report:
    """What the report says of itself, and its peak table: lines of peaks, of components not found, cut ones, totals.

    ``expected`` names the components that were not found by their expected time.
    """

    about: dict[str, str] = field(default_factory=dict)
    headings: list[str] = field(default_factory=list)
    units: list[str] = field(default_factory=list)
    peaks: list[tuple[int, list[str]]] = field(default_factory=list)
    absent: list[tuple[int, list[str]]] = field(default_factory=list)
    cut: list[tuple[int, list[str]]] = field(default_factory=list)
    totals: list[str] | None = None
    expected: dict[str, str] = field(default_factory=dict)
    warnings: list[tuple[int, str]] = field(default_factory=list)
    ended: bool = False

    def cells(self, row: Sequence[str]) -> dict[str, str]:
        """Return a row's cells by heading."""
        return dict(zip(self.headings, row, strict=False))


def recognises(source: Source) -> bool:
    """Tell the report by what TotalChrom says of its raw data and its files above every report."""
    head = source.text[:4000]
    return '"Software Version:"' in head and '"Raw Data File :"' in head and '"Result File :"' in head


def read(source: Source) -> LabFile:
    """Return one table of the peaks, and of the components that were expected and not found.

    Decimal commas are taken as such when every time has one. A warning of the instrument is noted.
    Stops a report whose areas do not sum to the printed total, whose peaks are not numbered
    through, or whose end is missing. Raises LabFileRejected for a report without a row.
    """
    report = _read_report(source.text.splitlines())
    if not {"Peak #", "Time", "Area"} <= set(report.headings):
        found, expected = "no peak table", "headings 'Peak #', 'Time' and 'Area', and peaks below"
        raise LabFileRejected(source.name, [_fault("no-peaks", None, found, expected)])
    findings = [*_faults(report), *(_warning(line, text) for line, text in report.warnings)]
    if not report.peaks and not report.absent:
        raise LabFileRejected(source.name, [*findings, _fault("no-peaks", None, "no peak", "a table of peaks")])
    about = _read_about(report.about)
    sample, told = name_sample(about["sample"], about["data_file"], source)
    units = {_COLUMNS[h]: unit for h, unit in zip(report.headings, report.units, strict=True) if h in _COLUMNS}
    constant = {
        "sample": sample,
        "injection": PureWindowsPath(about["data_file"]).name,
        "measured_at": about["acquired"],
        "signal": f"channel {report.about['Channel']}" if report.about.get("Channel") else "",
        "unit": units.get("value") or UNSTATED_UNIT,
        "amount_unit": units.get("amount", ""),
    }
    peaks = [*_read_peaks(report, constant), *_read_absent(report, constant)]
    peaks.sort(key=lambda peak: peak.line)
    peaks, unclear = settle_amounts(peaks, source)
    table, refused = apply_wishes(tabulate_peaks(peaks, _HEADINGS, source), source)
    return LabFile(NAME, (table,), about, (*findings, *told, *unclear, *refused))


def _read_report(lines: list[str]) -> _Report:
    report = _Report()
    part = "about"
    names: list[str] = []
    for number, line in enumerate(lines, start=1):
        row = [cell.strip() for cell in split_cells(_UNQUOTED.sub(r'"\1"', line))]
        if not any(row):
            continue
        if row[0].startswith("Warning"):
            report.warnings.append((number, row[0]))
        elif row[0].startswith(_END):
            report.ended = True
        elif row[0] == _MISSING:
            part = "missing"
        elif row[0] == "Peak" and part == "about":
            part, names = "headings", row
        elif part == "headings":
            report.headings, report.units = _name_columns(names, row)
            part = "peaks"
        elif part == "peaks":
            _take_row(report, number, row)
        elif part == "missing" and len(row) > 1 and row[0] != "Component" and not _RULE.fullmatch(row[0]):
            report.expected.setdefault(row[1], row[0])
        elif part == "about":
            report.about |= {k.rstrip(" :"): v for k, v in pairwise(row) if k.endswith(":")}
    return report


def _take_row(report: _Report, number: int, row: list[str]) -> None:
    if all(_RULE.fullmatch(cell) or not cell for cell in row):
        return
    if len(row) != len(report.headings):
        report.cut.append((number, row))
    elif row[0] == "-":
        report.absent.append((number, row))
    elif row[0]:
        report.peaks.append((number, row))
    else:
        report.totals = row


def _name_columns(names: list[str], units: list[str]) -> tuple[list[str], list[str]]:
    """Return headings, told apart by their unit where that is needed, and the unit of each column."""
    headings = []
    stated = []
    for name, below in zip(names, units, strict=False):
        unit = _UNIT.search(below)
        whole = f"{name} {_UNIT.sub('', below)}".strip()
        headings.append(f"{whole} [%]" if unit and unit[1] == "%" else whole)
        stated.append(unit[1].strip() if unit else "")
    return headings, stated


def _read_about(stated: Mapping[str, str]) -> dict[str, str]:
    keys = ("Software Version", "Operator", "Instrument Name", "Channel", "Result File", "Proc Method")
    about = {key: stated[key] for key in keys if stated.get(key)}
    return about | {
        "data_file": stated.get("Raw Data File", ""),
        "acquired": stated.get("Data Acquisition Time", ""),
        "sample": stated.get("Sample Name", ""),
    }


def _faults(report: _Report) -> list[Finding]:
    """Return what is missing from the report: one cut short must not pass for a shorter one."""
    if report.cut:
        expected = f"{len(report.headings)} cells, as there are headings"
        return [_fault("cut-line", line, f"{len(row)} cells", expected) for line, row in report.cut]
    if report.totals is None:
        return [_fault("cut-file", None, "no totals below the peaks", "a line of totals")]
    findings = []
    if not report.ended:
        findings.append(_fault("cut-file", None, "the end of the file", f"the line '{_END} :'"))
    numbers = [row[0] for _, row in report.peaks]
    if numbers != [str(i + 1) for i in range(len(numbers))]:
        found, expected = f"peaks {', '.join(numbers)}", f"peaks numbered 1 to {len(numbers)}"
        findings.append(_fault("peak-missing", report.peaks[0][0], found, expected))
    for line, row in report.absent:
        if not _component(report, report.cells(row)):
            found = f"a component expected at {report.cells(row)['Time']} min, without its name"
            findings.append(_fault("cut-file", line, found, f"its name in the '{_MISSING}'"))
    times = {report.cells(row)["Time"] for _, row in report.absent}
    for time, name in report.expected.items():
        if time not in times:
            found = f"'{name}' in the '{_MISSING}' alone"
            findings.append(_fault("cut-file", None, found, f"a line '-' at {time} min among the peaks"))
    *rows, totals = _plain_rows(report)
    areas = [row["Area"] for row in rows]
    return findings + tell_wrong_total(areas, totals.get("Area", ""), of="the report", line=None, remedy=_PRINT_AGAIN)


def _plain_rows(report: _Report) -> list[dict[str, str]]:
    """Return the peaks' cells by heading, and last the totals, with decimal points."""
    rows = [report.cells(row) for _, row in [*report.peaks, *report.absent]]
    with_commas = has_decimal_commas((row["Time"] for row in rows), (text for row in rows for text in row.values()))
    rows = [*rows[: len(report.peaks)], report.cells(report.totals or [])]
    return [{h: with_decimal_point(text) if with_commas else text for h, text in row.items()} for row in rows]


def _read_peaks(report: _Report, constant: Mapping[str, str]) -> Iterator[Peak]:
    for (line, _), row in zip(report.peaks, _plain_rows(report), strict=False):
        known = {_COLUMNS[heading]: text for heading, text in row.items() if heading in _COLUMNS}
        yield Peak(line, {**constant, **known}, {h: text for h, text in row.items() if h not in _COLUMNS})


def _read_absent(report: _Report, constant: Mapping[str, str]) -> Iterator[Peak]:
    for line, row in report.absent:
        cells = report.cells(row)
        known = {"component": _component(report, cells), "value": "N.D."}
        yield Peak(line, {**constant, **known}, {"Expected Retention [min]": cells.get("Time", "")})


def _component(report: _Report, cells: Mapping[str, str]) -> str:
    stated = cells.get("Component Name", "") or cells.get("Component", "")
    return stated or report.expected.get(cells.get("Time", ""), "")


def _warning(line: int, text: str) -> Finding:
    remedy = "It is kept with the file; look at the chromatogram."
    return Finding(Severity.NOTES, "instrument-warning", Place(row=line), f"'{text}'", "a run without warning", remedy)


def _fault(code: str, line: int | None, found: str, expected: str) -> Finding:
    return Finding(Severity.STOPS, code, Place(row=line), found, expected, _PRINT_AGAIN)
