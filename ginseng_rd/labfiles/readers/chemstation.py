"""Agilent ChemStation "Area Percent Report" printed to a text file: integrated peaks, signal by signal."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import PureWindowsPath

from ginseng_rd.errors import Finding, LabFileRejected, Place, Severity
from ginseng_rd.labfiles.peaks import tell_wrong_total
from ginseng_rd.labfiles.source import Source, apply_wishes
from ginseng_rd.labfiles.tables import LabFile, TextTable

NAME = "Agilent ChemStation Area Percent Report"

_TITLE = "Area Percent Report"
_END = "*** End of Report ***"
_SUMMED = "Summed Peaks Report"
_SIGNAL = re.compile(r"Signal\s+\d+:\s*(.+)")
_RULER = re.compile(r"-+(\|-+){5,}\|?")
_FIELDS = ("peak", "retention_min", "peak_type", "width_min", "value", "height", "area_percent")
_PRINT_AGAIN = "Print the report to a file again in ChemStation, and upload that file."
_ABOUT = ("Acq. Operator", "Acq. Instrument", "Injection Date", "Inj", "Inj Volume", "Method", "Multiplier", "Dilution")


@dataclass
class _Signal:
    """One signal's peak table as printed: its peaks' cells and lines, the area's unit, the printed total."""

    name: str
    line: int
    unit: str = ""
    peaks: list[dict[str, str]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    total: str | None = None
    empty: bool = False


def recognises(source: Source) -> bool:
    """Tell a ChemStation report by its first line and what it says of the acquisition."""
    text = source.text
    return text.lstrip().startswith("Data File ") and "Acq. Operator" in text[:3000]


def read(source: Source) -> LabFile:
    """Return one table of peaks.

    Stops a report whose end is missing, whose peaks are not numbered through, or whose areas do
    not sum to the printed total within the rounding of the printed figures.
    Raises LabFileRejected for a report of another kind.
    """
    lines = source.text.splitlines()
    if not any(line.strip() == _TITLE for line in lines):
        found = "a ChemStation report without area percent"
        raise LabFileRejected(source.name, [_fault("other-report", None, found, f"an '{_TITLE}'")])
    signals = _read_signals(lines)
    findings = [fault for signal in signals for fault in _faults(signal)]
    if not any(line.strip() == _END for line in lines):
        findings.append(_fault("cut-file", len(lines), "the end of the file", f"the line '{_END}'"))
    if not any(signal.peaks for signal in signals):
        findings.append(_fault("no-peaks", None, "a report without peaks", "a table of peaks"))
        raise LabFileRejected(source.name, findings)
    about = _read_about(lines)
    table, refused = apply_wishes(_tabulate(signals, about), source)
    return LabFile(NAME, (table,), about, (*findings, *refused))


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


def _read_signals(lines: list[str]) -> list[_Signal]:
    signals: list[_Signal] = []
    spans: list[tuple[int, int]] = []
    for number, line in enumerate(lines, start=1):
        text = line.strip()
        if text == _SUMMED:
            break
        if named := _SIGNAL.match(text):
            signals.append(_Signal(named[1].rstrip(", "), number))
            spans = []
        elif _RULER.fullmatch(text):
            if not signals or signals[-1].total is not None:
                signals.append(_Signal("", number))
            spans = [match.span() for match in re.finditer(r"-+", line)]
            above = lines[number - 2]
            signals[-1].unit = above[slice(*spans[4])].strip().strip("[]")
        elif text.startswith("Totals :") and spans:
            signals[-1].total = line[slice(*spans[4])].strip()
        elif "no peaks found" in text.casefold() and signals:
            signals[-1].empty = True
        elif spans and signals[-1].total is None and line[slice(*spans[0])].strip().isdecimal():
            cells = [line[slice(*span)].strip() for span in spans]
            signals[-1].peaks.append(dict(zip(_FIELDS, cells, strict=False)))
            signals[-1].lines.append(number)
    return signals


def _faults(signal: _Signal) -> list[Finding]:
    if signal.empty:
        return []
    if not signal.name:
        return [_fault("cut-file", signal.line, "a table of peaks without its signal", "a line 'Signal 1: ...' above")]
    if signal.total is None:
        found = f"no totals for signal '{signal.name}'"
        return [_fault("cut-file", signal.line, found, "its peaks and a line 'Totals :'")]
    numbers = [peak["peak"] for peak in signal.peaks]
    if numbers != [str(i + 1) for i in range(len(numbers))]:
        found = f"peaks {', '.join(numbers)} of signal '{signal.name}'"
        return [_fault("peak-missing", signal.line, found, f"peaks numbered 1 to {len(numbers)}")]
    areas = [peak["value"] for peak in signal.peaks]
    of = f"signal '{signal.name}'"
    return tell_wrong_total(areas, signal.total, of=of, line=signal.line, remedy=_PRINT_AGAIN)


def _tabulate(signals: list[_Signal], about: dict[str, str]) -> TextTable:
    peaks = [(signal, peak) for signal in signals for peak in signal.peaks]
    columns = {name: [peak.get(name, "") for _, peak in peaks] for name in _FIELDS}
    columns["signal"] = [signal.name for signal, _ in peaks]
    columns["unit"] = [signal.unit for signal, _ in peaks]
    constant = {
        "sample": about["sample"],
        "injection": PureWindowsPath(about["data_file"]).name,
        "measured_at": about["acquired"],
    }
    columns |= {name: [text] * len(peaks) for name, text in constant.items()}
    headings: dict[str, str | list[str]] = {"value": "Area", "retention_min": "RetTime", "sample": "Sample Name"}
    return TextTable("peak", columns, [line for signal in signals for line in signal.lines], headings=headings)


def _iso_time(text: str) -> str:
    """Return ChemStation's month-first time as ISO text; a time written otherwise stays as it is."""
    try:
        return datetime.strptime(text, "%m/%d/%Y %I:%M:%S %p").isoformat(sep=" ")
    except ValueError:
        return text


def _fault(code: str, line: int | None, found: str, expected: str) -> Finding:
    return Finding(Severity.STOPS, code, Place(row=line), found, expected, _PRINT_AGAIN)
