"""BioTek Gen5 text export: endpoint and kinetic reads of one or more plates.

Each plate is a block that begins with ``Software Version`` and names its reads. Layout and
endpoint results are grids: a row letter and one cell a well, the last cell of a line saying what
the line holds. A kinetic read is a table below its name: a line a time, a column a well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise, takewhile
from pathlib import PurePath, PureWindowsPath

from ginseng_rd.errors import Finding, LabFileRejected, Place, Severity
from ginseng_rd.labfiles.plates import (
    ROW_LETTER,
    SIZES,
    Well,
    WellReading,
    count_seconds,
    find_well,
    lay_out,
    name_row,
    name_well,
    read_decimal_commas,
    tell_sample,
)
from ginseng_rd.labfiles.source import Source, apply_wishes
from ginseng_rd.labfiles.tables import LabFile

NAME = "BioTek Gen5 text"

_UNITS = {"Absorbance": "OD", "Fluorescence": "RFU", "Luminescence": "RLU"}
_STEP = re.compile(r"(\w[\w -]*) (Endpoint|Spectrum|Spectral Scan|Area Scan|Well Scan|Polarization)")
_EXPECTED_STEP = f"a step 'Read' with an endpoint of {', '.join(_UNITS)}"
_OTHER_STEP = (
    "Spectra, area scans and polarisation are not read: export the endpoint or kinetic reads alone, "
    "or put the values that are wanted into a sheet with headings."
)
_EXPORT_AGAIN = "Export the plate from Gen5 again, and upload that file."


@dataclass
class _Grid:
    """What the lines of a layout or of results hold: label by label, the text and line of each well."""

    cells: dict[str, dict[Well, str]] = field(default_factory=dict)
    lines: dict[tuple[str, str], int] = field(default_factory=dict)
    faults: list[Finding] = field(default_factory=list)


@dataclass(frozen=True)
class _Read:
    """A step 'Read': its name, what it measures, and for a kinetic one how many times were planned.

    ``channels`` are the texts by which its results are told apart: wavelengths, ``485,528``, ``Lum``.
    """

    name: str
    planned: int = 0
    mode: str = ""
    step: str = ""
    channels: list[str] = field(default_factory=list)

    @property
    def is_known(self) -> bool:
        return self.mode in _UNITS and self.step == "Endpoint" and bool(self.channels)

    def endpoint(self, channel: str) -> str:
        """Return what a channel measures; ``360/40,460/40`` is centre and width of excitation and emission."""
        if channel == "Lum":
            return "luminescence"
        return f"{self.mode.lower()} {channel.replace('/', '-').replace(',', '/')} nm"


@dataclass(frozen=True)
class _Moment:
    """One line of a kinetic table."""

    line: int
    time: str
    temperature: str
    wells: dict[Well, str]


@dataclass(frozen=True)
class _Plate:
    """One plate's block: what it says of itself, its reads, layout, endpoint results and kinetic tables."""

    about: dict[str, str]
    size: tuple[int, int] | None
    full: bool
    temperature: str
    reads: list[_Read]
    layout: _Grid
    results: _Grid
    tables: dict[str, list[_Moment]]

    def labels(self) -> dict[str, tuple[_Read, str]]:
        """Return the read and channel behind each name of raw results: ``read:channel``, or the channel alone."""
        return {
            label: (read, channel)
            for read in self.reads
            if read.is_known
            for channel in read.channels
            for label in ([f"{read.name}:{channel}"] if read.name else []) + [channel]
            if label in (self.tables if read.planned else self.results.cells)
        }


def recognises(source: Source) -> bool:
    """Tell a Gen5 export by its first words."""
    head = source.text[:3000]
    return "Software Version\t" in head and "Experiment File Path:" in head


def read(source: Source) -> LabFile:
    """Return one assay table of every well of every plate, each read and each time.

    The dose is taken from ``Conc/Dil`` only when ``dose_unit`` is given, for Gen5 writes no unit
    there. Lines Gen5 derived, such as blank-corrected values, are kept beside endpoint readings.
    Raises LabFileRejected for a file without a plate that can be told apart.
    """
    lines = source.text.splitlines()
    plates = [_read_plate(first, block) for first, block in _blocks(lines)]
    findings = [fault for plate in plates for fault in _faults(plate)]
    if any(plate.tables for plate in plates) and not source.text.endswith(("\n", "\r")):
        expected = "a file that ends with a whole line"
        findings.append(_fault("cut-file", len(lines), "a last line without its end", expected))
    if all(not plate.labels() or plate.size is None for plate in plates):
        lacking = _fault("no-plate", None, "no plate", "a line that begins 'Software Version'")
        raise LabFileRejected(source.name, findings or [lacking])
    table, commas = read_decimal_commas(lay_out([row for plate in plates for row in _readings(source, plate)]))
    if "dose_unit" not in source.fixed and any(map(str.strip, table.extra.get("Conc/Dil", []))):
        findings.append(_dose_without_unit())
    table, refused = apply_wishes(table, source)
    about = plates[0].about | {"plate": ", ".join(plate.about.get("Plate Number", "") for plate in plates)}
    return LabFile(NAME, (table,), about, (*findings, *commas, *refused))


def _blocks(lines: list[str]) -> Iterator[tuple[int, list[str]]]:
    starts = [i for i, line in enumerate(lines) if line.startswith("Software Version")]
    for start, end in pairwise([*starts, len(lines)]):
        yield start + 1, lines[start:end]


def _read_plate(first: int, lines: list[str]) -> _Plate:
    about: dict[str, str] = {}
    layout, results = _Grid(), _Grid()
    tables: dict[str, list[_Moment]] = {}
    temperatures: set[str] = set()
    title, steps = "", len(lines)
    for i, line in enumerate(lines):
        key, *rest = (cell.strip() for cell in line.split("\t"))
        value = rest[0] if rest else ""
        if key in ("Layout", "Results"):
            steps = min(steps, i)
            title = key
        elif not key and rest[:2] == ["1", "2"]:
            _read_grid(layout if title == "Layout" else results, lines, i, first)
        elif key == "Time" and any(map(find_well, rest)):
            steps = min(steps, i)
            tables[title], faults = _read_times(lines, i, first)
            results.faults += faults
        elif key == "Actual Temperature:":
            temperatures.add(value)
        elif key and not value:
            title = key
        elif key and not ROW_LETTER.fullmatch(key) and i < steps:
            about.setdefault(key.rstrip(":"), value)
    about |= {
        "data_file": about.get("Experiment File Path", ""),
        "acquired": f"{about.get('Date', '')} {about.get('Time', '')}".strip(),
        "instrument": f"{about.get('Reader Type', '')} {about.get('Reader Serial Number', '')}".strip(),
    }
    # A reader without a sensor writes 0.0.
    temperature = temperatures.pop() if len(temperatures) == 1 and temperatures != {"0.0"} else ""
    size = _tell_size(about.get("Plate Type", ""), results, tables)
    full = any(line.strip() == "Full Plate" for line in lines[:steps])
    return _Plate(about, size, full, temperature, list(_read_steps(lines[:steps])), layout, results, tables)


def _read_steps(lines: list[str]) -> Iterator[_Read]:
    """Yield the reads of the procedure; those between the marks of a kinetic are read as often as planned there."""
    reads: list[_Read] = []
    planned = 0
    for line in lines:
        key, value = ([cell.strip() for cell in line.split("\t")] + [""])[:2]
        if key == "Start Kinetic":
            planned = int(number[1]) if (number := re.search(r"(\d+) Reads", value)) else 1
        elif key == "End Kinetic":
            planned = 0
        elif key == "Read":
            read = _with_detail(_Read("", planned), value)
            reads.append(read if read.step else replace(read, name=value))
        elif reads and not key:
            reads[-1] = _with_detail(reads[-1], value)
    yield from reads


def _with_detail(read: _Read, text: str) -> _Read:
    """Return a read with what a line below it says: the step it is, or a channel of it."""
    if step := _STEP.fullmatch(text):
        return replace(read, mode=step[1], step=step[2])
    if text.startswith("Wavelengths:"):
        return replace(read, channels=[*read.channels, *re.findall(r"\d+", text)])
    if pair := re.match(r"Excitation: ([\d/]+),\s+Emission: ([\d/]+)", text):
        return replace(read, channels=[*read.channels, f"{pair[1]},{pair[2]}"])
    if emission := re.match(r"Emission: (.+)", text):
        return replace(read, channels=[*read.channels, emission[1] if emission[1][0].isdigit() else "Lum"])
    return read


def _tell_size(stated: str, results: _Grid, tables: dict[str, list[_Moment]]) -> tuple[int, int] | None:
    """Return a plate's rows and columns: by its type, or else by the width of its grids or the wells of its tables."""
    numbers = re.findall(r"(\d+)\s*-?WELL", stated, re.I) or re.findall(r"(?<!\d)\d+(?!\d)", stated)
    sizes = [SIZES[int(number)] for number in numbers if int(number) in SIZES]
    wells = [well for cells in results.cells.values() for well in cells]
    if not sizes and wells:
        width = max(column for _, column in wells)
        sizes = [size for size in SIZES.values() if size[1] == width]
    if not sizes and tables:
        sizes = [SIZES[max(SIZES)]]  # a kinetic table names its wells; nothing is read from the plate's size
    return sizes[0] if sizes else None


def _read_grid(grid: _Grid, lines: list[str], start: int, first: int) -> None:
    """Read the grid whose column numbers stand at ``lines[start]``; ``first`` is the block's line in the file."""
    columns = [int(cell) for cell in lines[start].split("\t") if cell.strip().isdecimal()]
    letter = ""
    seen: set[tuple[str, str]] = set()
    for i, line in takewhile(lambda numbered: numbered[1].strip(), enumerate(lines[start + 1 :], start + 1)):
        head, *cells = line.split("\t")
        letter = head.strip() or letter
        if len(cells) < len(columns) + 1 or not ROW_LETTER.fullmatch(letter):
            expected = f"a row letter, {len(columns)} wells and what they are"
            grid.faults.append(_fault("cut-line", first + i, f"a line of {len(cells) + 1} cells", expected))
            continue
        label = cells[len(columns)].strip()
        if (label, letter) in seen:
            found = f"a second line '{label}' of row {letter}"
            grid.faults.append(_fault("cut-line", first + i, found, "the letter of its row in the first cell"))
            continue
        seen.add((label, letter))
        texts = (cell.strip() for cell in cells)
        grid.cells.setdefault(label, {}).update(zip(((letter, c) for c in columns), texts, strict=False))
        grid.lines[label, letter] = first + i


def _read_times(lines: list[str], start: int, first: int) -> tuple[list[_Moment], list[Finding]]:
    """Read the table whose heading stands at ``lines[start]``; times after a run was stopped are empty lines."""
    heading = lines[start].split("\t")
    wells = {i: well for i, text in enumerate(heading) if (well := find_well(text))}
    thermometer = next((i for i, text in enumerate(heading) if i and i not in wells and text.startswith("T")), 0)
    moments, faults = [], []
    for i, line in takewhile(lambda numbered: numbered[1].strip(), enumerate(lines[start + 1 :], start + 1)):
        cells = [cell.strip() for cell in line.split("\t")]
        if len(cells) <= max(wells):
            expected = f"a time and {len(wells)} wells"
            faults.append(_fault("cut-line", first + i, f"a line of {len(cells)} cells", expected))
            continue
        texts = {well: cells[place] for place, well in wells.items() if cells[place]}
        temperature = cells[thermometer] if thermometer and re.match(r"-?\d", cells[thermometer]) else ""
        if texts:
            moments.append(_Moment(first + i, cells[0], temperature, texts))
    return moments, faults


def _faults(plate: _Plate) -> list[Finding]:
    """Return what is missing from a plate: a file cut short must not pass for a smaller plate."""
    faults = [*plate.layout.faults, *plate.results.faults]
    of = plate.about.get("Plate Number", "the plate")
    if plate.size is None:
        expected = "a line such as 'Plate Type: 96 WELL PLATE'"
        return [*faults, _fault("no-plate-type", None, f"no known plate type for {of}", expected)]
    if not plate.reads:
        return [*faults, _fault("no-endpoint-read", None, f"no read of {of}", _EXPECTED_STEP)]
    others = [f"{read.mode} {read.step}".strip() or read.name for read in plate.reads if not read.is_known]
    if others:
        found = f"a read '{', '.join(others)}' of {of}"
        return [*faults, Finding(Severity.STOPS, "other-read", Place(), found, _EXPECTED_STEP, _OTHER_STEP)]
    raw = plate.labels()
    there = {(id(read), channel) for read, channel in raw.values()}
    for read in plate.reads:
        lacking = [f"'{read.name}:{channel}'" for channel in read.channels if (id(read), channel) not in there]
        if lacking:
            found = f"no raw results {', '.join(lacking)} of {of}"
            faults.append(_fault("cut-file", None, found, "the results of every read, under the names of the reads"))
    height, width = plate.size
    letters = [name_row(i) for i in range(height)]
    for label, cells in (*plate.layout.cells.items(), *plate.results.cells.items()):
        lacking = [letter for letter in letters if (letter, width) not in cells]
        if lacking:
            found = f"no line '{label}' for row {', '.join(lacking)} of {of}"
            faults.append(_fault("cut-file", None, found, f"rows A to {letters[-1]} of {width} wells"))
    for label, (read, _) in raw.items():
        if read.planned:
            faults += _times_missing(label, read.planned, plate.tables[label])
            continue
        empty = [name_well(well) for well, text in plate.results.cells[label].items() if not text]
        if empty and plate.full:
            faults.append(_fault("empty-well", None, f"'{label}' empty in {', '.join(empty)}", "a value in every well"))
    return faults


def _times_missing(label: str, planned: int, moments: list[_Moment]) -> Iterator[Finding]:
    if len(moments) < planned:
        yield Finding(
            Severity.ASKS,
            "fewer-times",
            Place(row=moments[-1].line if moments else None),
            f"{len(moments)} times of '{label}'",
            f"the {planned} that were planned",
            "Export the plate again if they were all read, or accept it if the run was stopped.",
        )


def _readings(source: Source, plate: _Plate) -> Iterator[WellReading]:
    """Yield every raw reading. An empty cell is a well the reader never looked at."""
    assay = PureWindowsPath(plate.about["data_file"]).stem or PurePath(source.name).stem
    constant = {"assay": assay, "plate": plate.about.get("Plate Number", ""), "measured_at": plate.about["acquired"]}
    raw = plate.labels()
    for label, (read, channel) in raw.items():
        what = {**constant, "endpoint": read.endpoint(channel), "unit": _UNITS[read.mode]}
        for moment in plate.tables[label] if read.planned else []:
            when = {"time": count_seconds(moment.time), "time_unit": "s", "temperature_c": moment.temperature}
            for well, text in moment.wells.items():
                who, beside = _who(source, plate, well, plate.layout.cells)
                cells = {**what, **when, **who, "well": name_well(well), "value": text}
                yield WellReading(moment.line, f"{name_well(well)} {label}", cells, beside)
        for well, text in plate.results.cells[label].items() if not read.planned else []:
            if text:
                kept = plate.layout.cells | {name: g for name, g in plate.results.cells.items() if name not in raw}
                who, beside = _who(source, plate, well, kept)
                cells = {**what, **who, "well": name_well(well), "value": text, "temperature_c": plate.temperature}
                yield WellReading(plate.results.lines[label, well[0]], f"{name_well(well)} {label}", cells, beside)


def _who(
    source: Source, plate: _Plate, well: Well, kept: dict[str, dict[Well, str]]
) -> tuple[dict[str, str], dict[str, str]]:
    """Return what a well holds, and what else is said of it."""
    beside = {label: grid.get(well, "") for label, grid in kept.items() if label != "Name"}
    name = plate.layout.cells.get("Name", {}).get(well, "")
    who = tell_sample(name, plate.layout.cells.get("Well ID", {}).get(well, ""), well)
    if "dose_unit" in source.fixed:
        who["dose"] = beside.pop("Conc/Dil", "")
    return who, beside


def _dose_without_unit() -> Finding:
    return Finding(
        Severity.NOTES,
        "dose-unit-not-stated",
        Place(column="Conc/Dil"),
        "concentrations without a unit",
        "a unit, which Gen5 does not write",
        "They were kept as text beside the readings; give dose_unit with the file to make them doses.",
    )


def _fault(code: str, line: int | None, found: str, expected: str) -> Finding:
    return Finding(Severity.STOPS, code, Place(row=line), found, expected, _EXPORT_AGAIN)
