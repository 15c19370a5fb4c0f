"""Agilent MassHunter GC/MS ``RESULTS.CSV``: the integrated peaks of each chromatogram, and their library hits.

The file is in sections: ``[contents]`` lists the chromatograms, ``[INT ...]`` holds the peaks of one
and ``[LIB ...]`` what the library search found for them. Areas carry no unit; they are read as
counts. The time of a section is that of the integration, so the time of the injection is not known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PureWindowsPath

from ginseng_rd.errors import Finding, LabFileRejected, Place, Severity
from ginseng_rd.labfiles.peaks import UNSTATED_UNIT, Peak, name_sample, split_cells, tabulate_peaks, tell_wrong_shares
from ginseng_rd.labfiles.source import Source, apply_wishes
from ginseng_rd.labfiles.tables import LabFile

NAME = "Agilent MassHunter GC/MS RESULTS.CSV"

_CONTENTS = re.compile(r"\s*\[contents\]\s*[\r\n]")
_SECTION = re.compile(r"\[(.+)\]")
_COLUMNS = {
    "Peak": "peak",
    "R.T.": "retention_min",
    "PK TY": "peak_type",
    "Height": "height",
    "Area": "value",
    "Pct Total": "area_percent",
}
_HEADINGS = {column: heading for heading, column in _COLUMNS.items()}
_INTEGRATE_AGAIN = "Integrate the data file again in MassHunter, and upload the RESULTS.CSV it writes."


@dataclass(frozen=True)
class _Section:
    """A section: its title and line, what it states by name, its headings and its numbered lines."""

    title: str
    line: int
    stated: Mapping[str, str]
    headings: list[str]
    rows: list[tuple[int, str, list[str]]]

    def cells(self, row: list[str]) -> dict[str, str]:
        """Return a row's cells by heading."""
        return dict(zip(self.headings, row, strict=False))


def recognises(source: Source) -> bool:
    """Tell the file by its table of contents, which names chromatograms that were integrated."""
    head = source.text[:3000]
    return bool(_CONTENTS.match(head)) and "INT " in head


def read(source: Source) -> LabFile:
    """Return one table of the peaks of all chromatograms; a library hit is the peak's component.

    Stops a file that lacks a chromatogram of its contents, a peak of the numbering, or a share of
    the total of 100 %. Raises LabFileRejected for a file without a peak.
    """
    sections = list(_sections(source.text.splitlines()))
    integrated = [section for section in sections if section.title.startswith("INT ")]
    findings = [*_tell_missing(sections), *(fault for section in integrated for fault in _faults(section))]
    if not source.text.endswith(("\n", "\r")):
        findings.append(_fault("cut-file", None, "a last line without its end", "a whole line"))
    if not any(section.rows for section in integrated):
        raise LabFileRejected(source.name, [*findings, _fault("no-peaks", None, "no peak", "a table of peaks")])
    data_file = sections[0].stated.get("Name", "")
    sample, told = name_sample("", data_file, source)
    constant = {"sample": sample, "injection": PureWindowsPath(data_file).name, "unit": UNSTATED_UNIT}
    hits = {section.title.removeprefix("LIB "): section for section in sections if section.title.startswith("LIB ")}
    peaks = [peak for section in integrated for peak in _read_peaks(section, hits, constant)]
    about = {"data_file": data_file, "integrated": integrated[0].stated.get("Time", "")}
    table, refused = apply_wishes(tabulate_peaks(peaks, _HEADINGS, source), source)
    return LabFile(NAME, (table,), about, (*findings, *told, *refused))


def _sections(lines: list[str]) -> Iterator[_Section]:
    starts = [i for i, line in enumerate(lines) if _SECTION.fullmatch(line.strip())]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        stated: dict[str, str] = {}
        headings: list[str] = []
        rows = []
        for number, line in enumerate(lines[start + 1 : end], start=start + 2):
            key, _, rest = line.partition("=")
            cells = [cell.strip() for cell in split_cells(rest.removeprefix(","))]
            if key == "Header":
                headings = [" ".join(cell.split()) for cell in cells]
            elif headings and key.isdecimal():
                rows.append((number, key, cells))
            elif key:
                stated[key] = rest.removeprefix(",").strip()
        yield _Section(lines[start].strip()[1:-1], start + 1, stated, headings, rows)


def _tell_missing(sections: list[_Section]) -> Iterator[Finding]:
    """Tell of chromatograms that the contents count or list and the file does not hold."""
    contents = sections[0].stated
    listed = [title for key, title in contents.items() if key.isdecimal()]
    if contents.get("count", "") != str(len(listed)):
        found, expected = f"{len(listed)} entries under '[contents]'", f"{contents.get('count', '')} as counted there"
        yield _fault("cut-file", sections[0].line, found, expected)
    there = {section.title for section in sections}
    for title in listed:
        if title not in there:
            yield _fault("cut-file", None, f"no section '[{title}]'", "every section that '[contents]' lists")


def _faults(section: _Section) -> list[Finding]:
    lines = [
        _fault("cut-line", line, f"{len(cells)} cells", f"{len(section.headings)} cells, as there are headings")
        for line, _, cells in section.rows
        if len(cells) != len(section.headings)
    ]
    if lines:
        return lines
    if lacking := [heading for heading in ("Peak", "R.T.", "Area") if heading not in section.headings]:
        found = f"no column {', '.join(map(repr, lacking))} in '[{section.title}]'"
        return [_fault("cut-file", section.line, found, "number, time and area of each peak")]
    if not section.rows:
        remedy = "Accept it if the integration found none there."
        found = f"no peak in '[{section.title}]'"
        place = Place(row=section.line)
        return [Finding(Severity.ASKS, "signal-without-peaks", place, found, "its peaks", remedy)]
    numbers = [key for _, key, _ in section.rows]
    if numbers != [str(i + 1) for i in range(len(numbers))]:
        found = f"peaks {', '.join(numbers)} of '{section.title}'"
        return [_fault("peak-missing", section.line, found, f"peaks numbered 1 to {len(numbers)}")]
    shares = [section.cells(cells).get("Pct Total", "") for _, _, cells in section.rows]
    if not any(shares):
        return []
    return tell_wrong_shares(shares, of=f"'{section.title}'", line=section.line, remedy=_INTEGRATE_AGAIN)


def _read_peaks(section: _Section, hits: Mapping[str, _Section], constant: Mapping[str, str]) -> Iterator[Peak]:
    title = section.title.removeprefix("INT ")
    signal = title.split(": ")[0] if ": " in title else PureWindowsPath(title).name
    found = hits.get(title)
    by_peak = {found.cells(row).get("PK", ""): found.cells(row) for _, _, row in reversed(found.rows)} if found else {}
    for line, _, row in section.rows:
        cells = section.cells(row)
        known = {column: cells[heading] for heading, column in _COLUMNS.items() if heading in cells}
        hit = by_peak.get(cells.get("Peak", ""), {})
        extra = {heading: text for heading, text in cells.items() if heading not in _COLUMNS}
        extra |= {heading: hit[heading] for heading in ("CAS", "Qual") if heading in hit}
        known |= {"signal": signal, "component": hit.get("Library/ID", "")}
        yield Peak(line, {**constant, **known}, extra)


def _fault(code: str, line: int | None, found: str, expected: str) -> Finding:
    return Finding(Severity.STOPS, code, Place(row=line), found, expected, _INTEGRATE_AGAIN)
