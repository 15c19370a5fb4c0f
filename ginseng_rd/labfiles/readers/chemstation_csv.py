"""Agilent ChemStation report in CSV: the header ``Report00.CSV`` and the results of each signal beside it.

``REPORT01.CSV`` holds the peaks of the first signal, ``REPORT02.CSV`` those of the second. They
have no headings, no sample and no unit: only with their header can they be read, so the files of a
report come together, one of them as the file and the others as its companions. Where the header
states no unit of the area, areas are read as counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from ginseng_rd.errors import Finding, LabFileRejected, Place, Severity
from ginseng_rd.labfiles.peaks import (
    UNSTATED_UNIT,
    Peak,
    settle_amounts,
    split_cells,
    tabulate_peaks,
    tell_wrong_shares,
)
from ginseng_rd.labfiles.source import Source, apply_wishes, decode_instrument
from ginseng_rd.labfiles.tables import LabFile

NAME = "Agilent ChemStation report in CSV"

_RESULTS_NAME = re.compile(r"REPORT0*([1-9]\d*)\.CSV$", re.I)
_PEAK_LINE = re.compile(r'\d+,\s*-?\d+(\.\d+)?,"[A-Z][A-Z &@>+^*!]*"(,[^,]*){3,}')
_COLUMNS = {
    "Peak Number": "peak",
    "Retention Time": "retention_min",
    "Peak Type": "peak_type",
    "Peak Width": "width_min",
    "Area": "value",
    "Height": "height",
    "Area %": "area_percent",
    "Name": "component",
    "Compound Name": "component",
    "Amount": "amount",
}
_HEADINGS = {column: heading for heading, column in _COLUMNS.items() if heading != "Compound Name"}
_ABOUT = ("Acq. Operator", "Acq. Instrument", "Acq. Method", "Inj", "Inj Volume", "Multiplier", "Dilution")
_UPLOAD_TOGETHER = (
    "Upload Report00.CSV with every REPORT01.CSV, REPORT02.CSV ... of the injection, as one ZIP file or folder; "
    "or the printed report (Report.TXT)."
)


@dataclass(frozen=True)
class _Header:
    """What Report00.CSV says of the injection, its signals and the columns of the results; whether its end is there."""

    stated: Mapping[str, list[str]]
    whole: bool

    def first(self, key: str) -> str:
        """Return the first cell behind a name."""
        return self.stated.get(key, [""])[0].strip()

    def listed(self, one: str, many: str) -> list[list[str]]:
        """Return the cells of ``one`` 1, 2 ... up to the number that ``many`` states."""
        count = self.first(many)
        numbers = range(1, int(count) + 1) if count.isdecimal() and len(count) < 3 else range(0)
        return [[" ".join(cell.split()) for cell in self.stated.get(f"{one} {n}", ["", ""])] for n in numbers]


@dataclass(frozen=True)
class _Results:
    """The lines of one signal's file: its name and number, the cells of each line, whether its end is there."""

    name: str
    number: int
    rows: list[list[str]]
    whole: bool


def recognises(source: Source) -> bool:
    """Tell a header by what it counts, and results by their first line: number, time, type, figures."""
    text = source.text
    return _is_header(text) or bool(_PEAK_LINE.fullmatch(text.lstrip().split("\n", 1)[0].rstrip()))


def read(source: Source) -> LabFile:
    """Return a table of the peaks of each signal, areas as typed.

    Stops a report of which a signal's results are missing or empty, and results that do not have
    the columns of the header or do not make 100 %.
    Raises LabFileRejected for a header without results, and for results without a header.
    """
    header_name, header, results = _sort_files(source)
    if header is None:
        found = f"the peaks of {source.name} alone: no sample, no headings, no unit"
        raise LabFileRejected(source.name, [_fault("no-header", found, "the header Report00.CSV with them")])
    signals = [" ".join(cells).strip(" ,") for cells in header.listed("Signal", "Number of Signals")]
    findings = _tell_missing(header, results, len(signals))
    if not any(part.rows for part in results):
        raise LabFileRejected(source.name, findings or [_fault("no-peaks", "a report without peaks", "a peak")])
    columns = header.listed("Column", "Number of Columns")
    names = [cells[0] for cells in columns]
    if lacking := [name for name in ("Peak Number", "Retention Time", "Area") if name not in names]:
        found = f"no column {', '.join(map(repr, lacking))} in {header_name}"
        raise LabFileRejected(source.name, [_fault("other-report", found, "an area percent report")])
    by_signal = header.first("Sorted By") == "Signal"
    findings += [fault for part in results for fault in _faults(part, names, by_signal)]
    about = _read_about(header)
    unit = _unit_of("Area", columns)
    constant = {
        "sample": about["sample"],
        "injection": header.stated.get("Data File", [""])[-1].strip(),
        "measured_at": about["acquired"],
        "unit": unit or UNSTATED_UNIT,
        "amount_unit": _unit_of("Amount", columns),
    }
    findings += _remarks(header, unit or source.fixed.get("unit", ""))
    tables = []
    for part in results:
        if part.rows:
            peaks, unclear = settle_amounts(_read_peaks(part, names, signals, constant), source)
            findings += unclear
            table, refused = apply_wishes(tabulate_peaks(peaks, _HEADINGS, source, sheet=part.name), source)
            tables.append(table)
            findings += refused
    return LabFile(NAME, tuple(tables), about, tuple(dict.fromkeys(findings)))


def _unit_of(name: str, columns: list[list[str]]) -> str:
    return next((cells[1].strip("[] ") for cells in columns if cells[0] == name and len(cells) > 1), "")


def _is_header(text: str) -> bool:
    head = text[:20000]
    return '"Number of Signals",' in head and '"Number of Columns",' in head


def _sort_files(source: Source) -> tuple[str, _Header | None, list[_Results]]:
    """Return the header with its name, and the results in the order of their signals."""
    texts = {name: decode_instrument(data) for name, data in source.companions.items()}
    texts[source.name] = source.text
    header_name = next((name for name, text in texts.items() if _is_header(text)), "")
    results = []
    for name, text in texts.items():
        if name != header_name and (named := _RESULTS_NAME.search(name)):
            rows = [split_cells(line) for line in text.splitlines() if line.strip()]
            results.append(_Results(name, int(named[1]), rows, not text or text.endswith(("\n", "\r"))))
    if not header_name:
        return "", None, results
    lines = map(split_cells, texts[header_name].splitlines())
    whole = texts[header_name].endswith(("\n", "\r"))
    header = _Header({cells[0].strip(): cells[1:] for cells in lines if len(cells) > 1}, whole)
    return header_name, header, sorted(results, key=lambda part: part.number)


def _tell_missing(header: _Header, results: list[_Results], signals: int) -> list[Finding]:
    named = [cells[0] for cells in header.listed("Column", "Number of Columns")]
    if not signals or not header.whole or not all(named) or len(set(named)) < len(named):
        found = "a header that does not name its signals and columns"
        return [_fault("cut-file", found, "every signal and column it counts")]
    if [part.number for part in results] == list(range(1, signals + 1)):
        return []
    there = ", ".join(part.name for part in results) or "none"
    expected = ", ".join(f"REPORT{n:02d}.CSV" for n in range(1, signals + 1))
    found = f"a header of {signals} {'signal' if signals == 1 else 'signals'} with the results of {there}"
    return [_fault("incomplete-pair", found, f"{expected} beside it, one for each signal")]


def _faults(part: _Results, names: list[str], by_signal: bool) -> list[Finding]:
    if not part.rows:
        return [_fault("cut-file", f"no peak in {part.name}", "the peaks of the signal")]
    if not part.whole or any(len(row) != len(names) for row in part.rows):
        found = f"a line in {part.name} that is cut or has another number of cells"
        return [_fault("cut-line", found, f"{len(names)} cells in each line")]
    if "Area %" not in names or not by_signal:
        return []
    shares = [row[names.index("Area %")] for row in part.rows]
    return tell_wrong_shares(shares, of=part.name, line=None, remedy=_UPLOAD_TOGETHER)


def _read_about(header: _Header) -> dict[str, str]:
    about = {key: header.first(key) for key in _ABOUT if header.first(key)}
    return about | {
        "data_file": "".join(cell.strip() for cell in header.stated.get("Data File", [])),
        "acquired": _iso_time(header.first("Injection Date")),
        "sample": header.first("Sample Name"),
    }


def _read_peaks(part: _Results, names: list[str], signals: list[str], constant: Mapping[str, str]) -> Iterator[Peak]:
    signal = signals[part.number - 1] if part.number <= len(signals) else part.name
    for line, row in enumerate(part.rows, start=1):
        cells = {name: text.strip() for name, text in zip(names, row, strict=False)}
        known = {column: cells[name] for name, column in _COLUMNS.items() if name in cells}
        extra = {name: text for name, text in cells.items() if name not in _COLUMNS}
        yield Peak(line, {**constant, **known, "signal": signal}, extra)


def _remarks(header: _Header, unit: str) -> Iterator[Finding]:
    if not unit:
        remedy = "Areas are kept as counts; give 'unit' with the file, such as mAU*s, if all signals share one."
        place = Place(column="Area")
        yield Finding(Severity.NOTES, "unit-not-stated", place, "areas without a unit", "the unit of the area", remedy)
    if header.first("Number of Errors and Warnings") not in ("", "0"):
        found = f"{header.first('Number of Errors and Warnings')} errors or warnings of the instrument"
        remedy = "Look at the printed report."
        yield Finding(Severity.NOTES, "instrument-warning", Place(), found, "a run without warning", remedy)


def _iso_time(text: str) -> str:
    """Return a time such as ``24-Jul-23, 21:37:10`` as ISO text; one written otherwise stays as it is."""
    try:
        return datetime.strptime(text, "%d-%b-%y, %H:%M:%S").isoformat(sep=" ")
    except ValueError:
        return text


def _fault(code: str, found: str, expected: str) -> Finding:
    return Finding(Severity.STOPS, code, Place(), found, expected, _UPLOAD_TOGETHER)
