"""Agilent ChemStation report printed to a text file: integrated peaks, signal by signal.

The reports read are those of area percent, and those of amounts by a calibration (external or
internal standard, their percent, normalised percent). A calibrated report prints no peak numbers:
the peaks of a signal are counted in their order. A compound of the calibration that was not found
stands there with dashes; it becomes a row "N.D." without a peak number.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import PureWindowsPath

from ginseng_rd.errors import Finding, LabFileRejected, Place, Severity
from ginseng_rd.labfiles.chemstation_tables import Printed, PrintedTable, read_tables
from ginseng_rd.labfiles.peaks import Peak, settle_amounts, tabulate_peaks, tell_wrong_total
from ginseng_rd.labfiles.source import Source, apply_wishes
from ginseng_rd.labfiles.tables import LabFile

NAME = "Agilent ChemStation report"

_TITLES = re.compile(
    r"(Area Percent|External Standard|Internal Standard|ESTD Percent|ISTD Percent|Normalized Percent) Report\b.*"
)
_END = "*** End of Report ***"
_NOT_FOUND = "Calibrated compound(s) not found"
_HEADINGS = {"value": "Area", "retention_min": "RetTime", "sample": "Sample Name", "amount": "Amount"}
_PRINT_AGAIN = "Print the report to a file again in ChemStation, and upload that file."
_ABOUT = ("Acq. Operator", "Acq. Instrument", "Injection Date", "Inj", "Inj Volume", "Method", "Multiplier", "Dilution")


def recognises(source: Source) -> bool:
    """Tell a ChemStation report by its first line and what it says of the acquisition."""
    text = source.text
    return text.lstrip().startswith("Data File ") and "Acq. Operator" in text[:3000]


def read(source: Source) -> LabFile:
    """Return one table of peaks.

    Stops a report whose end is missing, whose peaks are not numbered through, or whose areas or
    amounts do not sum to the printed total within the rounding of the printed figures.
    Raises LabFileRejected for a report of another kind, or of several injections.
    """
    lines = source.text.splitlines()
    if _holds_several(lines):
        found = "several reports in one file"
        raise LabFileRejected(source.name, [_fault("several-runs", None, found, "the report of one injection")])
    printed = read_tables(lines)
    title = next((named[1] for line in lines if (named := _TITLES.fullmatch(line.strip()))), None)
    if title is None or any("value" not in table.columns for table in printed.tables):
        found = "a ChemStation report without the areas of its peaks"
        expected = "a report of area percent, or of amounts by area"
        raise LabFileRejected(source.name, [_fault("other-report", None, found, expected)])
    findings = [*_tell_unread(printed), *(fault for table in printed.tables for fault in _faults(table))]
    if not any(line.strip() == _END for line in lines):
        findings.append(_fault("cut-file", len(lines), "the end of the file", f"the line '{_END}'"))
    findings += _warnings(lines, printed)
    peaks = [peak for table in printed.tables for peak in _read_peaks(table)]
    if not peaks:
        findings.append(_fault("no-peaks", None, "a report without peaks", "a table of peaks"))
        raise LabFileRejected(source.name, findings)
    about = _read_about(lines)
    constant = {
        "sample": about["sample"],
        "injection": PureWindowsPath(about["data_file"]).name,
        "measured_at": about["acquired"],
    }
    settled, unclear = settle_amounts(peaks, source)
    settled = [Peak(peak.line, {**peak.cells, **constant}, peak.extra) for peak in settled]
    table, refused = apply_wishes(tabulate_peaks(settled, _HEADINGS, source), source)
    return LabFile(f"Agilent ChemStation {title} Report", (table,), about, (*findings, *unclear, *refused))


def _holds_several(lines: list[str]) -> bool:
    """Say whether there are several reports, be it of one data file under another sample, or behind the first's end."""
    samples = {line.strip() for line in lines if line.startswith("Sample Name:")}
    ends = sum(line.strip() == _END for line in lines)
    return max(len(set(_data_files(lines))), len(samples), ends) > 1


def _data_files(lines: list[str]) -> Iterator[str]:
    """Yield the data file that each page's head names; a long name goes on in the next line."""
    for i, line in enumerate(lines):
        if line.startswith("Data File "):
            below = (text for text in lines[i + 1 : i + 3])
            named = [line.removeprefix("Data File ")]
            for text in below:
                if text.startswith("Sample Name:"):
                    break
                named.append(text)
            yield "".join(part.strip() for part in named)


def _read_about(lines: list[str]) -> dict[str, str]:
    sample = next((i for i, line in enumerate(lines) if line.startswith("Sample Name:")), len(lines))
    data_file = "".join(line.rstrip("\r") for line in lines[:sample]).strip().removeprefix("Data File ").strip()
    about = {"Data File": data_file}
    if sample < len(lines):
        about["Sample Name"] = lines[sample].split(":", 1)[1].strip()
    head = "\n".join(lines[:40])
    for key in _ABOUT:
        if stated := re.search(rf"(?:^|\s){re.escape(key)}\s*:\s*(\S.*?)(?:\s{{3,}}|$)", head, re.M):
            about[key] = stated[1].strip()
    about |= {"data_file": data_file, "acquired": _iso_time(about.get("Injection Date", ""))}
    return about | {"sample": about.get("Sample Name", "")}


def _tell_unread(printed: Printed) -> Iterator[Finding]:
    for name, line in printed.waiting:
        yield _fault("cut-file", line, f"no totals for signal '{name}'", "its peaks and a line 'Totals :'")


def _faults(table: PrintedTable) -> list[Finding]:
    name = table.signals[-1]
    if not name:
        return [_fault("cut-file", table.line, "a table of peaks without its signal", "a line 'Signal 1: ...' above")]
    if not table.is_whole:
        found = f"no totals for signal '{name}'"
        return [_fault("cut-file", table.line, found, "its peaks and a line 'Totals :'")]
    if table.lost:
        found = f"no table of its own for signal {', '.join(map(repr, table.lost))}"
        return [_fault("cut-file", table.line, found, "a table of peaks below each signal, with its ruler of dashes")]
    of = f"signal '{name}'"
    if table.is_calibrated:
        return _faults_of_amounts(table, of)
    numbers = [peak.cells["peak"] for peak in table.peaks]
    if numbers != [str(i + 1) for i in range(len(numbers))]:
        found = f"peaks {', '.join(numbers)} of signal '{name}'"
        return [_fault("peak-missing", table.line, found, f"peaks numbered 1 to {len(numbers)}")]
    areas = [peak.cells["value"] for peak in table.peaks]
    return tell_wrong_total(areas, table.totals["Totals"], of=of, line=table.line, remedy=_PRINT_AGAIN)


def _faults_of_amounts(table: PrintedTable, of: str) -> list[Finding]:
    """Hold the amounts against the printed totals, which may leave out internal standards and unnamed peaks."""
    summed = [peak for peak in table.peaks if peak.cells["amount"] not in ("", "-")]
    label, total = next((name, total) for name, total in table.totals.items() if name.startswith("Totals"))
    if "without ISTD" in label:
        summed = [peak for peak in summed if not peak.is_internal_standard]
    faults: list[Finding] = []
    named = [peak for peak in summed if peak.cells.get("component")]
    for peaks in (summed, named) if len(table.totals) > 1 else (summed,):
        amounts = [peak.cells["amount"] for peak in peaks]
        faults = tell_wrong_total(amounts, total, of=of, line=table.line, remedy=_PRINT_AGAIN, what="amounts")
        if not faults:
            return []
    return faults


def _warnings(lines: list[str], printed: Printed) -> Iterator[Finding]:
    """Note what the instrument warns of. A compound it did not find stands in a table, or the table is not whole."""
    absent = any(peak.cells["value"] == "-" for table in printed.tables for peak in table.peaks)
    for number, line in enumerate(lines, start=1):
        text = line.strip()
        if not re.match(r"(Warning|Error)\s*:", text):
            continue
        remedy = "It is kept with the file; look at the chromatogram."
        place = Place(row=number)
        yield Finding(Severity.NOTES, "instrument-warning", place, f"'{text}'", "a run without warning", remedy)
        if _NOT_FOUND in text and not absent and not printed.empty:
            yield _fault("cut-file", number, f"'{_NOT_FOUND}', and none of them", "their lines among the peaks")


def _read_peaks(table: PrintedTable) -> Iterator[Peak]:
    counted: Counter[str] = Counter()
    for printed in table.peaks:
        cells = dict(printed.cells)
        extra: dict[str, str] = {}
        if table.is_calibrated:
            extra = {name: text for name in ("Amt/Area", "Grp") if (text := cells.pop(name, "")) not in ("", "-")}
            cells.pop("ISTD", None)
            if cells["value"] == "-":
                extra["Expected Retention [min]"] = cells.pop("retention_min")
                cells = {"component": cells.get("component", ""), "value": "N.D."}
            else:
                counted[printed.signal] += 1
                cells["peak"] = str(counted[printed.signal])
                cells["amount_unit"] = table.units["amount"]
        if printed.is_internal_standard:
            extra["Internal standard"] = "yes"
        yield Peak(printed.line, {**cells, "signal": printed.signal, "unit": table.units["value"]}, extra)


def _iso_time(text: str) -> str:
    """Return ChemStation's month-first time as ISO text; a time written otherwise stays as it is."""
    try:
        return datetime.strptime(text, "%m/%d/%Y %I:%M:%S %p").isoformat(sep=" ")
    except ValueError:
        return text


def _fault(code: str, line: int | None, found: str, expected: str) -> Finding:
    return Finding(Severity.STOPS, code, Place(row=line), found, expected, _PRINT_AGAIN)
