"""Shimadzu LCsolution and LabSolutions data files converted to ASCII: sections in brackets, peaks detector by detector.

The areas carry no unit in the file; they are read as counts. Most versions write concentrations
without their unit too: these are kept beside the peaks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
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
    with_decimal_point,
)
from ginseng_rd.labfiles.source import Source, apply_wishes
from ginseng_rd.labfiles.tables import LabFile

NAME = "Shimadzu LabSolutions ASCII"

_SECTION = re.compile(r"\[(.+)\]")
_PEAK_TABLE = re.compile(r"(?:MC )?Peak Table(?:\((.*)\))?")
_COMPOUNDS = re.compile(r"Compound Results(?:\((.*)\))?")
_HEADS = ("Peak#", "ID#")
_COUNTS = ("# of Peaks", "# of IDs", "# of Points")
_COLUMNS = {
    "Peak#": "peak",
    "R.Time": "retention_min",
    "Ret.Time": "retention_min",
    "Area": "value",
    "Height": "height",
    "Area%": "area_percent",
    "Mark": "peak_type",
    "Name": "component",
    "Conc.": "amount",
    "Conc. Unit": "amount_unit",
    "Unit": "amount_unit",
}
_TIMES = ("R.Time", "Ret.Time", "I.Time", "F.Time")
_HEADINGS = {"peak": "Peak#", "retention_min": "R.Time", "value": "Area", "height": "Height", "component": "Name"}
_HEADINGS |= {"amount": "Conc."}
_ABOUT = ("Application Name", "Version", "Operator Name", "Injection Volume", "Vial#", "Dilution Factor", "Method File")
_AREA = re.compile(r"\d+(\.\d+)?([eE][+-]?\d+)?")
_NO_AREA = re.compile(r"[-\s]*|0(\.0*)?|n\.?d\.?", re.I)
_EXPORT_AGAIN = "Convert the data file to ASCII again in LabSolutions, and upload that file."


@dataclass(frozen=True)
class _Section:
    """A section of the file: its title and line, what it states by name, and the table below its headings."""

    title: str
    line: int
    stated: Mapping[str, list[str]]
    headings: list[str]
    rows: list[tuple[int, list[str]]]


def recognises(source: Source) -> bool:
    """Tell the export by its first section, which names the application or the data file."""
    head = source.text[:2000].lstrip()
    return head.startswith("[Header]") and ("Data File Name" in head or "Application Name" in head)


def read(source: Source) -> LabFile:
    """Return one table of the peaks of all detectors, then the components that were looked for and not found.

    Decimal commas are taken as such when the separator is another mark and every retention time
    has one. Stops a table or trace that does not hold as many lines as it states, or whose headings
    or cells are not whole.
    Raises LabFileRejected for a file without a peak, or of several injections.
    """
    lines = source.text.splitlines()
    sections = list(_sections(lines))
    if sum(section.title == "Header" for section in sections) > 1:
        found = "the exports of several injections in one file"
        raise LabFileRejected(source.name, [_fault("several-runs", None, found, "one '[Header]'")])
    findings = [fault for section in sections for fault in _faults(section)]
    tables = [(m[1] or "", section) for section in sections if (m := _PEAK_TABLE.fullmatch(section.title))]
    if not source.text.endswith("\n"):
        findings.append(_fault("cut-file", len(lines), "a last line without its end", "a whole line"))
    about = _read_about(sections)
    sample, told = name_sample(about["sample"], about["data_file"], source)
    findings += [*told, *_tell_missing_detectors(sections, [signal for signal, _ in tables])]
    findings += _tell_missing_compounds(sections, tables)
    peaks = [*_read_peaks(tables), *_read_absent(sections, tables, findings)]
    if not peaks:
        raise LabFileRejected(source.name, [*findings, _no_peaks(bool(tables))])
    injection = PureWindowsPath(about["data_file"]).name
    constant = {"sample": sample, "injection": injection, "measured_at": about["acquired"], "unit": UNSTATED_UNIT}
    peaks = [Peak(peak.line, {**constant, **peak.cells}, peak.extra) for peak in peaks]
    peaks, unclear = settle_amounts(peaks, source, heading="Conc.")
    table, refused = apply_wishes(tabulate_peaks(peaks, _HEADINGS, source), source)
    return LabFile(NAME, (table,), about, (*findings, *unclear, *refused))


def _sections(lines: list[str]) -> Iterator[_Section]:
    titles = {i: m[1] for i, line in enumerate(lines) if (m := _SECTION.fullmatch(line.strip(",;\t ")))}
    starts, separator = list(titles), _separator(lines)
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        stated: dict[str, list[str]] = {}
        headings: list[str] = []
        rows: list[tuple[int, list[str]]] = []
        for number, line in enumerate(lines[start + 1 : end], start=start + 2):
            if not line.strip(",;\t "):  # a file that went through Excel pads its lines with separators
                continue
            cells = split_cells(line, separator)
            if headings or cells[0][:1].isdecimal():
                padding = headings and not any(map(str.strip, cells[len(headings) :]))
                rows.append((number, cells[: len(headings)] if padding else cells))
            elif cells[0] in _HEADS:
                headings = [cell.strip() for cell in split_cells(line.rstrip(separator), separator)]
            else:
                stated[cells[0].strip()] = [cell.strip() for cell in cells[1:]]
        yield _Section(titles[start], start + 1, stated, headings, rows)


def _separator(lines: list[str]) -> str:
    """Return the mark behind the first name of the header: the file has one separator throughout."""
    first = next((line for line in lines if line.startswith(("Application Name", "Data File Name"))), "")
    return (first.removeprefix("Application Name").removeprefix("Data File Name") + ",")[0]


def _faults(section: _Section) -> list[Finding]:
    """Return what is wrong with a section's number of lines, or, in a table of results, with its title or cells."""
    findings = []
    for name in _COUNTS:
        if name not in section.stated:
            continue
        stated = "".join(section.stated[name])
        if stated != str(len(section.rows)):
            found = f"{len(section.rows)} lines under '[{section.title}]'"
            findings.append(_fault("cut-file", section.line, found, f"{stated or 'no'} lines, as '{name}' states"))
    for pattern, name in ((_PEAK_TABLE, "# of Peaks"), (_COMPOUNDS, "# of IDs")):
        if pattern.fullmatch(section.title):
            return [*findings, *_faults_of_table(section, name)]
    if section.headings:
        found = f"results under '[{section.title}]'"
        remedy = "Accept it if they are not wanted: they will be left out."
        place = Place(row=section.line)
        findings.append(Finding(Severity.ASKS, "section-not-read", place, found, "a section that is read here", remedy))
    return findings


def _faults_of_table(section: _Section, count: str) -> Iterator[Finding]:
    if count not in section.stated:
        yield _fault("cut-file", section.line, f"no '{count}' under '[{section.title}]'", "their number")
    for line, cells in section.rows:
        if len(cells) != len(section.headings):
            expected = f"{len(section.headings)} cells, as there are headings"
            remedy = "Convert the data file again with tabs between the cells."
            yield Finding(Severity.STOPS, "cut-line", Place(row=line), f"{len(cells)} cells", expected, remedy)


def _read_about(sections: list[_Section]) -> dict[str, str]:
    # What an earlier section states goes before a later one.
    stated = {key: " ".join(cells).strip() for section in sections[::-1] for key, cells in section.stated.items()}
    about = {key: stated[key] for key in _ABOUT if stated.get(key)}
    data_file = stated.get("Data File Name", "") or stated.get("Data File", "")
    return about | {
        "data_file": data_file,
        "acquired": stated.get("Acquired", ""),
        "sample": stated.get("Sample Name", ""),
    }


def _tell_missing_detectors(sections: list[_Section], signals: list[str]) -> list[Finding]:
    """Ask about a detector of the configuration that has no peak table though others have."""
    stated = next((s.stated for s in sections if s.title == "Configuration"), {})
    detectors = stated.get("Detector ID", [])
    lacking = [name for name in detectors if name and not any(signal.startswith(name) for signal in signals)]
    if not lacking or len(lacking) == len(detectors):
        return []
    found = f"no peak table of {', '.join(lacking)}"
    remedy = "Accept it if they hold no results that matter; else convert the data file again with them."
    expected = f"one of each detector: {', '.join(detectors)}"
    return [Finding(Severity.ASKS, "detector-without-table", Place(), found, expected, remedy)]


def _tell_missing_compounds(sections: list[_Section], tables: Sequence[tuple[str, _Section]]) -> Iterator[Finding]:
    """Ask about a detector whose peaks have names and that has no table of compounds: those not found stand there."""
    of = [named[1] or "" for section in sections if (named := _COMPOUNDS.fullmatch(section.title))]
    for signal, section in tables:
        has_names = any(_cell(section, row, "ID#") for _, row in section.rows)
        if has_names and not any(signal.startswith(detector) for detector in of):
            place = Place(row=section.line)
            found = f"named peaks under '[{section.title}]' and no table of its compounds"
            expected = "a section '[Compound Results(...)]', with the compounds that were not found"
            remedy = "Accept it if that section was left out; else convert the data file again."
            yield Finding(Severity.ASKS, "compounds-missing", place, found, expected, remedy)


def _read_peaks(tables: Sequence[tuple[str, _Section]]) -> Iterator[Peak]:
    with_commas = _has_decimal_commas(tables)
    for signal, section in tables:
        for line, row in section.rows:
            texts = (with_decimal_point(cell) if with_commas else cell for cell in row)
            cells = {heading: text.strip() for heading, text in zip(section.headings, texts, strict=False)}
            known = {column: cells[heading] for heading, column in _COLUMNS.items() if heading in cells}
            known["signal"] = signal or cells.get("Mass", "")
            yield Peak(line, known, {heading: text for heading, text in cells.items() if heading not in _COLUMNS})


def _has_decimal_commas(tables: Sequence[tuple[str, _Section]]) -> bool:
    times, numbers = [], []
    for _, section in tables:
        at = [i for i, heading in enumerate(section.headings) if heading in _TIMES]
        for _, row in section.rows:
            times += [row[i] for i in at if i < len(row)]
            numbers += row
    return has_decimal_commas(times, numbers)


def _read_absent(
    sections: list[_Section], tables: Sequence[tuple[str, _Section]], findings: list[Finding]
) -> Iterator[Peak]:
    """Yield the components that a compound table names without an area and no peak is assigned to.

    One that has an area is asked about, in ``findings``.
    """
    for section in sections:
        if not (of := _COMPOUNDS.fullmatch(section.title)):
            continue
        belonging = [(signal, table) for signal, table in tables if signal.startswith(of[1] or "")]
        assigned = {_cell(table, row, "ID#") for _, table in belonging for _, row in table.rows}
        signal = belonging[0][0] if belonging else of[1] or ""
        for line, row in section.rows:
            area, name = with_decimal_point(_cell(section, row, "Area")), _cell(section, row, "Name")
            if _cell(section, row, "ID#") in assigned:
                continue
            if _NO_AREA.fullmatch(area):
                yield Peak(line, {"signal": signal, "component": name, "value": "N.D."})
            else:
                found, expected = f"component '{name}' with the area '{area}'", "a peak that is assigned to it"
                remedy = "Accept it to leave it out; the peaks are read as they stand in their table."
                place = Place(row=line)
                findings.append(Finding(Severity.ASKS, "component-without-peak", place, found, expected, remedy))


def _cell(section: _Section, row: list[str], heading: str) -> str:
    return dict(zip(section.headings, row, strict=False)).get(heading, "").strip()


def _no_peaks(has_tables: bool) -> Finding:
    if has_tables:
        return _fault("no-peaks", None, "peak tables without a peak", "a peak")
    remedy = "Convert the data file to ASCII again with its peak table."
    return Finding(Severity.STOPS, "no-peaks", Place(), "no peak table", "a section '[Peak Table(...)]'", remedy)


def _fault(code: str, line: int | None, found: str, expected: str) -> Finding:
    return Finding(Severity.STOPS, code, Place(row=line), found, expected, _EXPORT_AGAIN)
