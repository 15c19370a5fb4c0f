"""BioTek Gen5 text export: endpoint absorbance of one or more plates.

Each plate is a block that begins with ``Software Version``. Its layout and its results are grids:
a row letter and one cell a well, the last cell of a line saying what the line holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import PurePath, PureWindowsPath

from ginseng_rd.errors import Finding, LabFileRejected, Place, Severity
from ginseng_rd.labfiles.plates import ROW_LETTER, SIZES, Well, append_record, name_row, name_well, tell_sample
from ginseng_rd.labfiles.source import Source, apply_wishes
from ginseng_rd.labfiles.tables import LabFile, TextTable

NAME = "BioTek Gen5 text"

_ABSORBANCE = "Absorbance Endpoint"
_EXPORT_AGAIN = "Export the plate from Gen5 again, and upload that file."


@dataclass
class _Grid:
    """What the lines of a layout or of results hold: label by label, the text and line of each well."""

    cells: dict[str, dict[Well, str]] = field(default_factory=dict)
    lines: dict[tuple[str, str], int] = field(default_factory=dict)
    faults: list[Finding] = field(default_factory=list)


@dataclass(frozen=True)
class _Plate:
    """One plate's block: what it says of itself, its reads (name to wavelengths), layout and results."""

    about: dict[str, str]
    size: tuple[int, int] | None
    full: bool
    reads: dict[str, list[str]]
    layout: _Grid
    results: _Grid

    def raw_labels(self) -> dict[str, str]:
        """Return the result lines that are readings and not derived from them, each with its endpoint."""
        return {
            label: f"absorbance {nm} nm"
            for read, wavelengths in self.reads.items()
            for nm in wavelengths
            for label in (f"{read}:{nm}", nm)
            if label in self.results.cells
        }


def recognises(source: Source) -> bool:
    """Tell a Gen5 export by its first words."""
    head = source.text[:3000]
    return "Software Version\t" in head and "Experiment File Path:" in head


def read(source: Source) -> LabFile:
    """Return one assay table of every well of every plate.

    The dose is taken from ``Conc/Dil`` only when ``dose_unit`` is given, for Gen5 writes no unit
    there. Lines Gen5 derived, such as blank-corrected values, are kept beside the readings.
    Raises LabFileRejected for a file without a plate that can be told apart.
    """
    plates = [_read_plate(first, lines) for first, lines in _blocks(source.text.splitlines())]
    findings = [fault for plate in plates for fault in _faults(plate)]
    if all(not plate.raw_labels() or plate.size is None for plate in plates):
        raise LabFileRejected(source.name, findings)
    table = _tabulate(source, plates)
    if "dose_unit" not in source.fixed and any(map(str.strip, table.extra.get("Conc/Dil", []))):
        findings.append(_dose_without_unit())
    table, refused = apply_wishes(table, source)
    return LabFile(NAME, (table,), plates[0].about, (*findings, *refused))


def _blocks(lines: list[str]) -> Iterator[tuple[int, list[str]]]:
    starts = [i for i, line in enumerate(lines) if line.startswith("Software Version")]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        yield start + 1, lines[start:end]


def _read_plate(first: int, lines: list[str]) -> _Plate:
    about: dict[str, str] = {}
    reads: dict[str, list[str]] = {}
    layout, results = _Grid(), _Grid()
    read_name, full = "", False
    for i, line in enumerate(lines):
        key, *rest = (cell.strip() for cell in line.split("\t"))
        value = rest[0] if rest else ""
        if key == "Layout":
            layout = _read_grid(lines, i + 1, first)
        elif key == "Results":
            results = _read_grid(lines, i + 1, first)
            break
        elif key == "Read":
            read_name = "" if value == _ABSORBANCE else value
        elif value.startswith("Wavelengths:"):
            reads.setdefault(read_name, []).extend(re.findall(r"\d+", value))
        elif value == "Full Plate":
            full = True
        elif key and value and not ROW_LETTER.fullmatch(key):
            about.setdefault(key.rstrip(":"), value)
    stated = re.match(r"(\d+)\s*WELL", about.get("Plate Type", ""), re.I)
    if _ABSORBANCE not in "\n".join(lines):
        reads = {}
    return _Plate(about, SIZES.get(int(stated[1])) if stated else None, full, reads, layout, results)


def _read_grid(lines: list[str], start: int, first: int) -> _Grid:
    """Read the grid whose column numbers stand at ``lines[start]``; ``first`` is the block's line in the file."""
    grid = _Grid()
    if start >= len(lines):
        return grid
    columns = [int(cell) for cell in lines[start].split("\t") if cell.strip().isdecimal()]
    letter = ""
    for i, line in takewhile(lambda numbered: numbered[1].strip(), enumerate(lines[start + 1 :], start + 1)):
        head, *cells = line.split("\t")
        letter = head.strip() or letter
        if len(cells) < len(columns) + 1 or not ROW_LETTER.fullmatch(letter):
            expected = f"a row letter, {len(columns)} wells and what they are"
            grid.faults.append(_fault("cut-line", first + i, f"a line of {len(cells) + 1} cells", expected))
            continue
        label = cells[len(columns)].strip()
        texts = (cell.strip() for cell in cells)
        grid.cells.setdefault(label, {}).update(zip(((letter, c) for c in columns), texts, strict=False))
        grid.lines[label, letter] = first + i
    return grid


def _faults(plate: _Plate) -> list[Finding]:
    """Return what is missing from a plate: a file cut short must not pass for a smaller plate."""
    faults = [*plate.layout.faults, *plate.results.faults]
    of = plate.about.get("Plate Number", "the plate")
    if plate.size is None:
        expected = "a line such as 'Plate Type: 96 WELL PLATE'"
        return [*faults, _fault("no-plate-type", None, f"no known plate type for {of}", expected)]
    if not plate.reads:
        expected = f"a step 'Read' with '{_ABSORBANCE}' and its wavelengths"
        return [*faults, _fault("no-endpoint-read", None, f"no endpoint absorbance read of {of}", expected)]
    raw = plate.raw_labels()
    if not raw:
        wanted = " or ".join(f"'{name}:{nm}'" for name, nms in plate.reads.items() for nm in nms)
        return [*faults, _fault("cut-file", None, f"no raw results of {of}", f"lines {wanted} under 'Results'")]
    height, width = plate.size
    letters = [name_row(i) for i in range(height)]
    for label, cells in plate.results.cells.items():
        lacking = [letter for letter in letters if (letter, width) not in cells]
        if lacking:
            found = f"no line '{label}' for row {', '.join(lacking)} of {of}"
            faults.append(_fault("cut-file", None, found, f"rows A to {letters[-1]} of {width} wells"))
    for label in raw:
        empty = [name_well(well) for well, text in plate.results.cells[label].items() if not text]
        if empty and plate.full:
            faults.append(_fault("empty-well", None, f"'{label}' empty in {', '.join(empty)}", "a value in every well"))
    return faults


def _tabulate(source: Source, plates: list[_Plate]) -> TextTable:
    rows: list[int] = []
    headings: list[str] = []
    columns: dict[str, list[str]] = {}
    extra: dict[str, list[str]] = {}
    for plate in plates:
        constant = {
            "assay": _assay_name(source, plate),
            "plate": plate.about.get("Plate Number", ""),
            "measured_at": f"{plate.about.get('Date', '')} {plate.about.get('Time', '')}".strip(),
            "unit": "OD",
        }
        raw = plate.raw_labels()
        beside_readings = plate.layout.cells | plate.results.cells
        kept = {label: grid for label, grid in beside_readings.items() if label not in raw and label != "Name"}
        for label, endpoint in raw.items():
            for well, text in plate.results.cells[label].items():
                if not text:  # a partial plate: the reader never looked at this well
                    continue
                cells = {**constant, **_who(plate, well), "well": name_well(well), "endpoint": endpoint, "value": text}
                beside = {name: grid.get(well, "") for name, grid in kept.items()}
                if "dose_unit" in source.fixed:
                    cells["dose"] = beside.pop("Conc/Dil", "")
                append_record(columns, cells, len(rows))
                append_record(extra, beside, len(rows))
                rows.append(plate.results.lines[label, well[0]])
                headings.append(f"{name_well(well)} {label}")
    for cells_by_name in (columns, extra):
        append_record(cells_by_name, {}, len(rows))
    return TextTable("assay", columns, rows, headings=dict.fromkeys(columns, headings), extra=extra)


def _who(plate: _Plate, well: Well) -> dict[str, str]:
    name = plate.layout.cells.get("Name", {}).get(well, "")
    return tell_sample(name, plate.layout.cells.get("Well ID", {}).get(well, ""), well)


def _assay_name(source: Source, plate: _Plate) -> str:
    return PureWindowsPath(plate.about.get("Experiment File Path", "")).stem or PurePath(source.name).stem


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
