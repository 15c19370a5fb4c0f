"""BMG MARS export of a microplate reader: the plate as a grid a wavelength, or as a list of wells.

The head names user, path, run, test, date and up to three IDs, then the kind of measurement. Dates
are written in the order of the computer's locale, which the file does not state: they stay as
they are.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import PurePath

from ginseng_rd.errors import Finding, LabFileRejected, Place, Severity
from ginseng_rd.labfiles.plates import (
    SIZES,
    Well,
    WellReading,
    find_well,
    lay_out,
    name_row,
    name_well,
    read_decimal_commas,
    tell_sample,
)
from ginseng_rd.labfiles.source import Source, apply_wishes
from ginseng_rd.labfiles.tables import LabFile

NAME = "BMG MARS"

_HEAD = re.compile(r"\s*\"?User:[^\n]*?([,;\t])\s*\"?(?:Path|Test)", re.I)
_KEYS = ("User", "Path", "Test run no.", "Test ID", "Test name", "Date", "Time", "ID1", "ID2", "ID3")
_MODES = (
    (re.compile(r"Absorbance(?!.*transm)", re.I), "absorbance", "OD"),
    (re.compile(r"Fluorescence(?: \(FI\)| intensity)?(?:[,;].*)?$", re.I), "fluorescence", "RFU"),
    (re.compile(r"Luminescence", re.I), "luminescence", "RLU"),
)
_ANY_MODE = re.compile(r"(Absorbance|Fluorescence|Luminescence|Time.resolved|Alpha|Polari[sz]ation|Nephelometry)", re.I)
_RAW = re.compile(r"Raw Data\s*(?:\((.*)\))?", re.I)
# What MARS calls the tables it derives; any other title over wells may be a damaged 'Raw Data'.
_DERIVED = re.compile(
    r"based on|correct|average|mean|concentration|dilution|factor|deviation|%|\bfit\b|normali|ratio|slope|sum\b|"
    r"maximum|minimum|standard|content|layout|validation|polari[sz]ation|anisotropy|baseline",
    re.I,
)
_TIME = re.compile(r"(?:(\d+) h)?\s*(?:(\d+) min)?\s*(?:(\d+(?:\.\d+)?) s)?")
_EXPORT_AGAIN = "Export the run from MARS again, and upload that file."


@dataclass(frozen=True)
class _Cell:
    """One text of a grid or list: its line, well, the title of its table, and the time and content of its well."""

    line: int
    well: Well
    title: str
    text: str
    time: str = ""
    content: str = ""


@dataclass(frozen=True)
class _Export:
    """The file's rows, and what its head says."""

    rows: list[list[str]]
    about: dict[str, str]
    mode: str
    first: int


def recognises(source: Source) -> bool:
    """Tell a MARS export by its first line, which names user, path and run."""
    return _HEAD.match(source.text) is not None


def read(source: Source) -> LabFile:
    """Return one assay table of every well that was read.

    Tables that MARS derived, such as blank-corrected values, are kept beside the readings. A plate
    whose rows are not all there, and a file without the end of its last line, is stopped as cut.
    Wells below a title that is not understood are stopped.
    Raises LabFileRejected for a measurement that is not read, and a file without raw data.
    """
    export = _read_head(source.text)
    mode, unit = next(((m, u) for pattern, m, u in _MODES if pattern.match(export.mode)), ("", ""))
    if not mode:
        found = f"a measurement '{export.mode}'" if export.mode else "no kind of measurement"
        expected = "Absorbance, Fluorescence (FI) or Luminescence"
        raise LabFileRejected(source.name, [_fault("other-read", export.first or None, found, expected)])
    cells, findings = _read_tables(export)
    if not source.text.endswith("\n"):
        found = "a last line without its end"
        findings.append(_fault("cut-file", len(export.rows), found, "a file that ends with a whole line"))
    raw = [cell for cell in cells if _RAW.match(cell.title)]
    findings += _other_titles(raw, mode)
    if not any(cell.text for cell in raw):
        lacking = _fault("cut-file", len(export.rows), "no raw data", "a title 'Raw Data' and the wells below it")
        raise LabFileRejected(source.name, findings or [lacking])
    constant = {"assay": export.about.get("Test name") or PurePath(source.name).stem}
    constant |= {"plate": export.about["plate"], "measured_at": export.about["acquired"], "unit": unit}
    table, commas = read_decimal_commas(lay_out(list(_readings(cells, constant, mode))))
    table, refused = apply_wishes(table, source)
    return LabFile(NAME, (table,), export.about, (*findings, *commas, *refused))


def _read_head(text: str) -> _Export:
    separator = head[1] if (head := _HEAD.match(text)) else ","
    rows = [[cell.strip() for cell in row] for row in csv.reader(text.splitlines(), delimiter=separator)]
    about: dict[str, str] = {}
    mode, first = "", 0
    for i, row in enumerate(rows):
        for cell in row:
            key, _, value = cell.partition(":")
            if key in _KEYS and value.strip():
                about.setdefault(key, value.strip())
        if row and _ANY_MODE.match(row[0]):
            mode, first = ", ".join(filter(None, row)), i + 1
            break
        if row and _RAW.match(row[0]):
            break
    run = about.get("Test run no.") or about.get("Test ID", "")
    about |= {
        "data_file": f"{about.get('Path', '')} run {run}".strip() if run else "",
        "acquired": f"{about.get('Date', '')} {about.get('Time', '')}".strip(),
        "plate": ", ".join(about[key] for key in ("ID1", "ID2", "ID3") if key in about),
        "instrument": "BMG",
    }
    return _Export(rows, about, mode, first)


def _read_tables(export: _Export) -> tuple[list[_Cell], list[Finding]]:
    """Read every grid and list below the head."""
    cells: list[_Cell] = []
    faults: list[Finding] = []
    title, title_line = "", 0
    for i in range(export.first, len(export.rows)):
        row = export.rows[i]
        if "Content" in row[:3]:
            listed, fault = _read_list(export.rows, i)
            return cells + listed, faults + fault + _unclear_titles(row[row.index("Content") + 1 :], i + 1)
        if row and row[0] and not any(row[1:]) and not re.fullmatch("[A-Z]{1,2}", row[0]):
            if title_line and _RAW.match(title):
                faults.append(_no_wells(title, title_line))
            title, title_line = row[0], i + 1
        elif len(row) > 2 and row[:2] == ["", "1"]:
            grid, fault = _read_grid(export.rows, i, title)
            cells += grid
            faults += fault + _unclear_titles([title], title_line or i + 1)
            title, title_line = "", 0
    if title_line and _RAW.match(title):
        faults.append(_no_wells(title, title_line))
    return cells, faults


def _unclear_titles(titles: list[str], line: int) -> list[Finding]:
    """Name the titles over wells that are neither raw data nor known to be derived of them."""
    expected = "a title such as 'Raw Data (450)' or 'Blank corrected based on Raw Data (450)'"
    unclear = [t for t in dict.fromkeys(titles) if not _RAW.match(t) and not _DERIVED.search(t)]
    named = [title for title in unclear if title or titles == [""]]
    return [
        _fault("other-read", line, f"wells below '{title}'" if title else "untitled wells", expected) for title in named
    ]


def _no_wells(title: str, line: int) -> Finding:
    return _fault("cut-file", line, f"no wells below '{title}'", "the columns and rows of a plate")


def _read_grid(rows: list[list[str]], heading: int, title: str) -> tuple[list[_Cell], list[Finding]]:
    """Read a plate below its column numbers. Empty cells at the end of a line may have been left out of it."""
    width = sum(cell.isdecimal() for cell in rows[heading])
    height = next((h for h, w in SIZES.values() if w == width), 0)
    if not height:
        expected = f"as many as a plate has: {', '.join(str(w) for _, w in SIZES.values())}"
        return [], [_fault("cut-file", heading + 1, f"{width} columns below '{title}'", expected)]
    body = [row for row in rows[heading + 1 :] if any(row)][:height]
    body = [row for row, letter in zip(body, map(name_row, range(height)), strict=False) if row[0] == letter]
    lines = [i + 1 for i, row in enumerate(rows) if i > heading and any(row)]
    faults = []
    if len(body) < height:
        found = f"rows {', '.join(row[0] for row in body)} below '{title}'" if body else f"no rows below '{title}'"
        faults.append(_fault("cut-file", heading + 1, found, f"rows A to {name_row(height - 1)}"))
    lengths = [len(row) for row in body]
    if body and lengths[-1] <= width and lengths[-1] < min(lengths[:-1], default=0):
        found = f"{lengths[-1] - 1} wells in row {body[-1][0]}, fewer than in any other"
        faults.append(_fault("cut-file", lines[len(body) - 1], found, f"{width} wells"))
    cells = [
        _Cell(line, (row[0], column), title, text)
        for line, row in zip(lines, body, strict=False)
        for column, text in enumerate(row[1 : width + 1], start=1)
    ]
    return cells, faults


def _read_list(rows: list[list[str]], heading: int) -> tuple[list[_Cell], list[Finding]]:
    """Read the list of wells: the well in one column or two, its content, and a column a reading or time."""
    titles = rows[heading]
    at = titles.index("Content")
    times = [""] * len(titles)
    cells: list[_Cell] = []
    faults: list[Finding] = []
    for i, row in enumerate(rows[heading + 1 :], start=heading + 1):
        if not any(row):
            continue
        if row[at : at + 1] and row[at].startswith("Time"):
            unit = named[1] if (named := re.search(r"\[(s|min|h)\]", row[at])) else ""
            times = [f"{text} {unit}" for text in row] + times[len(row) :]
            continue
        well = find_well("".join(row[:at]))
        filled = len([title for title in titles if title])
        if well is None or len(row) < filled:
            expected = f"a well and {filled - at - 1} readings"
            faults.append(_fault("cut-line", i + 1, f"a line of {len(row)} cells", expected))
            continue
        for place in range(at + 1, filled):
            cells.append(_Cell(i + 1, well, titles[place], row[place], _count_time(times[place]), row[at]))
    return cells, faults


def _count_time(text: str) -> str:
    """Return the seconds of ``1 h 15 min`` as text; any other text as it is, for the judge to refuse."""
    parts = _TIME.fullmatch(text.strip())
    if not text.strip() or parts is None:
        return text.strip()
    hours, minutes, seconds = parts.groups(default="0")
    return str(int(hours) * 3600 + int(minutes) * 60 + Decimal(seconds))


def _other_titles(raw: list[_Cell], mode: str) -> Iterator[Finding]:
    """Name raw data of which it cannot be told at what wavelength they were read."""
    for title in dict.fromkeys(cell.title for cell in raw):
        if mode == "absorbance" and _wavelength(title) is None:
            line = next(cell.line for cell in raw if cell.title == title)
            yield _fault("other-read", line, f"absorbance under '{title}'", "one wavelength, such as 'Raw Data (450)'")


def _wavelength(title: str) -> str | None:
    """Return the wavelength in ``Raw Data (450 1)``; the number behind it is that of the chromatic."""
    raw = _RAW.match(title)
    named = re.fullmatch(r"(?:A-)?(\d{3,4})(?: ?nm)?(?: \d+)?", (raw[1] or "").strip()) if raw else None
    return named[1] if named else None


def _endpoint(title: str, mode: str) -> str:
    if mode == "absorbance":
        return f"absorbance {_wavelength(title)} nm"
    raw = _RAW.match(title)
    inner = re.sub(r" \d+$", "", (raw[1] or "").strip()) if raw else ""
    return f"{mode} {inner} nm" if re.fullmatch(r"[\d/.-]+", inner) else f"{mode} {inner}".strip()


def _readings(cells: list[_Cell], constant: dict[str, str], mode: str) -> Iterator[WellReading]:
    """Yield the raw readings, each with what MARS derived of it. A cell left empty was not read."""
    derived: dict[tuple[Well, str], dict[str, str]] = {}
    for cell in cells:
        if not _RAW.match(cell.title):
            derived.setdefault((cell.well, cell.time), {})[cell.title] = cell.text
    for cell in cells:
        if not _RAW.match(cell.title) or not cell.text:
            continue
        beside = derived.get((cell.well, cell.time), {})
        who = tell_sample(cell.content, "", cell.well)
        row = {
            **constant,
            **who,
            "well": name_well(cell.well),
            "endpoint": _endpoint(cell.title, mode),
            "value": cell.text,
        }
        if cell.time:
            row |= {"time": cell.time, "time_unit": "s"}
        yield WellReading(cell.line, f"{name_well(cell.well)} {cell.title}", row, beside)


def _fault(code: str, line: int | None, found: str, expected: str) -> Finding:
    return Finding(Severity.STOPS, code, Place(row=line), found, expected, _EXPORT_AGAIN)
