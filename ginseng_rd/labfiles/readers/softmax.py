"""Molecular Devices SoftMax Pro text export: blocks of plates, groups and notes, each closed by ``~End``.

A plate block begins with a line that states its format, read type, wavelengths and size. In
``PlateFormat`` a time point is a grid of the plate, wavelengths side by side; in ``TimeFormat`` it
is one line with a column a well, wavelengths one below the other. Group blocks say what the wells
hold.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePath

from ginseng_rd.errors import Finding, LabFileRejected, Place, Severity
from ginseng_rd.labfiles.plates import (
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
from ginseng_rd.records.kinds import KINDS
from ginseng_rd.units import UnitRefused, to_canonical

NAME = "SoftMax Pro text"

_UNITS = {"Absorbance": "OD", "Fluorescence": "RFU", "Luminescence": "RLU"}
_READ_TYPES = ("Endpoint", "Kinetic")
_TITLES = ("Plate", "Group", "Note", "Notes", "Graph")
_LAST_LINE = re.compile(r"Original Filename: (.*); Date Last Saved: (.+)")
_EXPORT_AGAIN = "Export the experiment from SoftMax Pro as text again, with raw data, and upload that file."


@dataclass(frozen=True)
class _Block:
    """The lines of a block, from its title to ``~End``, as cells; ``first`` is its line in the file."""

    first: int
    rows: list[list[str]]

    @property
    def title(self) -> str:
        return self.rows[0][0].split(":")[0]


@dataclass(frozen=True)
class _Head:
    """What the first line of a plate block states."""

    name: str
    layout: str
    read_type: str
    mode: str
    data_type: str
    points: int
    wavelengths: list[str]
    excitations: list[str]
    wells: int
    first_row: int
    rows: int
    first_column: int
    columns: int

    def numbers(self) -> list[list[int]]:
        """Return the column numbers that a grid may show: those of the plate, or those that were read."""
        width = SIZES[self.wells][1]
        read = range(self.first_column, self.first_column + self.columns)
        return [list(range(1, width + 1)), [n for n in read if n <= width]]

    def endpoints(self) -> list[str]:
        """Return what was read at each wavelength."""
        if self.mode == "Absorbance":
            return [f"absorbance {nm} nm" for nm in self.wavelengths]
        if self.mode == "Luminescence":
            return [
                f"luminescence {nm} nm" if nm.isdecimal() and nm != "0" else "luminescence" for nm in self.wavelengths
            ]
        pairs = zip(self.excitations, self.wavelengths, strict=False)
        return [f"fluorescence {excitation}/{emission} nm" for excitation, emission in pairs]


_NO_HEAD = _Head("", "", "", "", "", 0, [], [], 0, 0, 0, 0, 0)


@dataclass(frozen=True)
class _Cell:
    """One number of a plate block: where it stands and what it is of."""

    line: int
    well: Well
    wavelength: int
    time: str
    temperature: str
    text: str


@dataclass
class _Plate:
    """A plate block as read."""

    head: _Head
    cells: list[_Cell] = field(default_factory=list)
    faults: list[Finding] = field(default_factory=list)


@dataclass(frozen=True)
class _Member:
    """What a group block says of a well; ``plate`` is empty where it names none."""

    plate: str
    well: Well
    cells: dict[str, str]
    beside: dict[str, str]


def recognises(source: Source) -> bool:
    """Tell a SoftMax export by its first line."""
    return source.text.lstrip().startswith("##BLOCKS=")


def read(source: Source) -> LabFile:
    """Return one assay table of every well of every plate, each time and each wavelength.

    Samples, roles and doses come from the group blocks. Stops a file with fewer blocks than it
    states, blocks without a title, and plates that hold fewer times, rows or columns than they state.
    Raises LabFileRejected for a file without a plate of raw readings.
    """
    lines = source.text.splitlines()
    stated = re.match(r"\s*##BLOCKS=\s*(\d+)", source.text)
    blocks = list(_blocks(lines))
    findings = _count_blocks(stated[1] if stated else "", len(blocks), len(lines))
    findings += _untitled(blocks)
    last = next((match for line in lines[-3:] if (match := _LAST_LINE.match(line))), None)
    if last is None and any(line.startswith("Original") for line in lines[-3:]):
        findings.append(_fault("cut-file", len(lines), "a last line cut short", "a name and 'Date Last Saved'"))
    plates = [_read_plate(block) for block in blocks if block.title == "Plate"]
    findings += [fault for plate in plates for fault in plate.faults]
    if not any(plate.cells for plate in plates):
        found = "no plate of raw readings"
        raise LabFileRejected(source.name, findings or [_fault("no-plate", None, found, "a block 'Plate:'")])
    members = [member for block in blocks if block.title == "Group" for member in _read_group(block)]
    names, told = _tell_plates_apart([plate.head.name for plate in plates], members)
    if members and not told:
        told = list(_tell_unlabelled(plates, members))
    findings += [_without_wells(block) for block in blocks if block.title == "Group" and not _names_wells(block)]
    assay = (last[1] if last else "") or PurePath(source.name).stem
    table, commas = read_decimal_commas(lay_out(list(_readings(plates, names, members, assay))))
    table, refused = apply_wishes(table, source)
    about = {"data_file": last[1], "acquired": last[2].strip()} if last else {}
    about |= {"plate": ", ".join(names), "instrument": "SoftMax Pro"}
    return LabFile(NAME, (table,), about, (*findings, *told, *commas, *refused))


def _blocks(lines: list[str]) -> Iterator[_Block]:
    """Yield the blocks that are closed; what stands behind the last ``~End`` is none."""
    start = 1
    for i, line in enumerate(lines):
        if line.startswith("~End"):
            while start < i and not lines[start].strip():
                start += 1
            yield _Block(start + 1, [line.split("\t") for line in lines[start:i]] or [[""]])
            start = i + 1


def _count_blocks(stated: str, found: int, lines: int) -> list[Finding]:
    if stated and int(stated) == found:
        return []
    expected = f"{stated} blocks, as its first line says" if stated else "the number of blocks in its first line"
    return [_fault("cut-file", lines, f"{found} blocks that end with '~End'", expected)]


def _untitled(blocks: list[_Block]) -> Iterator[Finding]:
    """Name the blocks that do not say what they are; one may be a plate without its first line."""
    for block in blocks:
        first = block.rows[0][0]
        if ":" not in first or block.title not in _TITLES:
            expected = f"a title: {', '.join(f'{title}:' for title in _TITLES)}"
            yield _fault("other-layout", block.first, f"a block that begins '{first.strip()}'", expected)


def _read_plate(block: _Block) -> _Plate:
    head = _read_head(block.rows[0])
    if isinstance(head, str):
        expected = "the plate's format, read type, wavelengths and size"
        return _Plate(_NO_HEAD, faults=[_fault("no-plate", block.first, head, expected)])
    kinds = (head.mode in _UNITS, head.read_type in _READ_TYPES, head.data_type == "Raw")
    if not all(kinds) or len(head.endpoints()) != len(head.wavelengths) or not head.wavelengths:
        found = f"plate '{head.name}' read as {head.read_type} {head.mode}, {head.data_type}"
        expected = f"{' or '.join(_READ_TYPES)} of {', '.join(_UNITS)}, with raw data and wavelengths"
        return _Plate(head, faults=[_fault("other-read", block.first, found, expected)])
    plate = _Plate(head)
    if head.layout == "TimeFormat":
        _read_times(block, plate)
    elif head.layout == "PlateFormat":
        _read_grids(block, plate)
    else:
        expected = "PlateFormat or TimeFormat"
        plate.faults.append(_fault("other-layout", block.first, f"a plate in '{head.layout}'", expected))
    return plate


def _read_head(cells: list[str]) -> _Head | str:
    """Return the head of a plate block, or what was found in its place.

    Fluorescence has one cell more before the data type, and more behind the number of wells.
    """
    texts = [cell.strip() for cell in cells]
    at = next((i for i, text in enumerate(texts[6:8], start=6) if text in ("Raw", "Reduced", "Both")), None)
    if at is None:
        return f"a plate block that begins '{' '.join(texts[:8])}'"
    mode = texts[5]
    texts += [""] * (at + 24 - len(texts))
    first_row, rows = texts[at + 13 : at + 15] if mode == "Absorbance" else texts[at + 22 : at + 24]
    wells = _whole(texts[at + 12])
    if wells not in SIZES:
        return f"a plate of '{texts[at + 12]}' wells"
    excitations = texts[at + 13].split() if mode == "Fluorescence" else []
    wavelengths = texts[at + 9].split() or ([""] if mode == "Luminescence" else [])
    return _Head(
        *(texts[1], texts[3], texts[4], mode, texts[at], _whole(texts[at + 2]) or 1),
        *(wavelengths, excitations, wells, _whole(first_row) or 1, _whole(rows) or SIZES[wells][0]),
        *(_whole(texts[at + 10]) or 1, _whole(texts[at + 11]) or SIZES[wells][1]),
    )


def _whole(text: str) -> int:
    return int(text) if text.isdecimal() else 0


def _is_blank(row: list[str]) -> bool:
    return not any(cell.strip() for cell in row)


def _read_grids(block: _Block, plate: _Plate) -> None:
    """Read the grids of ``PlateFormat``, one a time point, until the table of reduced values."""
    head, rows = plate.head, block.rows
    positions = _place_columns(rows[1]) if len(rows) > 1 else []
    shown = max((place for place, _, _ in positions), default=0) + 1
    wavelengths = positions[-1][1] + 1 if positions else 0
    if wavelengths != len(head.wavelengths):
        found, expected = (
            f"columns of {wavelengths} wavelengths",
            f"{len(head.wavelengths)}, as plate '{head.name}' states",
        )
        plate.faults.append(_fault("other-layout", block.first + 1, found, expected))
        return
    for wavelength in range(wavelengths):
        columns = [column for _, at_wavelength, column in positions if at_wavelength == wavelength]
        if columns not in head.numbers():
            found = f"columns {', '.join(map(str, columns))} of plate '{head.name}'"
            expected = " or ".join(dict.fromkeys(f"{n[0]} to {n[-1]}" for n in head.numbers() if n))
            plate.faults.append(_fault("cut-plate", block.first + 1, found, expected))
            return
    height, at = SIZES[head.wells][0], 2
    for point in range(head.points):
        fitting = [n for n in (height, head.rows) if _is_grid(rows[at : at + n + 1], n, shown)]
        if not fitting:
            found = f"time point {point + 1} of {head.points} of plate '{head.name}' cut short"
            expected = f"{head.rows} lines of {shown} cells"
            plate.faults.append(_fault("cut-file", block.first + at, found, expected))
            return
        first = 1 if fitting[0] == height else head.first_row
        time, temperature = rows[at][0].strip(), rows[at][1].strip()
        for i, row in enumerate(rows[at : at + fitting[0]]):
            for place, wavelength, column in positions:
                well = (name_row(first - 1 + i), column)
                cell = _Cell(block.first + at + i, well, wavelength, time, temperature, row[place].strip())
                plate.cells.append(cell)
        at += fitting[0] + 1


def _place_columns(heading: list[str]) -> list[tuple[int, int, int]]:
    """Return position, wavelength (from 0) and column number of each heading; numbers begin anew a wavelength."""
    placed: list[tuple[int, int, int]] = []
    for place, text in enumerate(heading):
        if place > 1 and text.strip().isdecimal():
            column = int(text)
            _, wavelength, before = placed[-1] if placed else (0, 0, 0)
            placed.append((place, wavelength + (column <= before), column))
    return placed


def _is_grid(rows: list[list[str]], height: int, shown: int) -> bool:
    """Tell whether ``rows`` are ``height`` lines of a grid, with an empty line or nothing behind them."""
    body, behind = rows[:height], rows[height:]
    return len(body) == height and all(len(row) >= shown for row in body) and all(map(_is_blank, behind))


def _read_times(block: _Block, plate: _Plate) -> None:
    """Read the lines of ``TimeFormat``, a section a wavelength, until the table of reduced values."""
    head, rows = plate.head, block.rows
    heading = rows[1] if len(rows) > 1 else []
    wells = {i: well for i, text in enumerate(heading) if i > 1 and (well := find_well(text))}
    unread = [text.strip() for i, text in enumerate(heading) if i > 1 and text.strip() and i not in wells]
    if unread or len(set(wells.values())) < len(wells) or len(wells) not in _well_counts(head):
        named = f", and {', '.join(map(repr, unread))}" if unread else ""
        expected = f"{' or '.join(map(str, _well_counts(head)))} wells, each once"
        found = f"{len(set(wells.values()))} wells{named} of plate '{head.name}'"
        plate.faults.append(_fault("cut-plate", block.first + 1, found, expected))
        return
    at = 2
    for wavelength, nm in enumerate(head.wavelengths):
        if rows[at : at + 1] and rows[at][0].strip() == "Time":
            at += 1
        lines = rows[at : at + head.points]
        if len(lines) < head.points or not wells or any(len(row) <= max(wells) for row in lines):
            found = f"fewer than {head.points} whole times at {nm} nm of plate '{head.name}'"
            expected = f"{head.points} lines of {max(wells, default=0) + 1} cells"
            plate.faults.append(_fault("cut-file", block.first + at, found, expected))
            return
        if not all(map(_is_blank, rows[at + head.points : at + head.points + 1])):
            found = f"more than {head.points} times at {nm} nm of plate '{head.name}'"
            expected = f"{head.points} times, as its first line says"
            plate.faults.append(_fault("other-layout", block.first + at + head.points, found, expected))
            return
        for i, row in enumerate(lines):
            time, temperature = row[0].strip(), row[1].strip()
            for place, well in wells.items():
                cell = _Cell(block.first + at + i, well, wavelength, time, temperature, row[place].strip())
                plate.cells.append(cell)
        at += head.points + 1


def _well_counts(head: _Head) -> list[int]:
    """Return how many wells a line of ``TimeFormat`` may hold: those of the plate, or those that were read."""
    return list(dict.fromkeys((head.wells, head.rows * head.columns)))


def _read_group(block: _Block) -> Iterator[_Member]:
    """Yield what a group says of each of its wells; a sample's name stands in the first of its lines only."""
    name = "\t".join(block.rows[0]).partition(":")[2].strip().split("\t")[0]
    heading = [cell.strip() for cell in block.rows[1]] if len(block.rows) > 1 else []
    formulas = {row[2].strip(): row[1].strip() for row in block.rows if len(row) > 2 and row[0].strip().isdecimal()}
    described = formulas.get("!SampleDescriptor", "")
    descriptor = next((text for text in heading if described and text.startswith(described)), "")
    sample = descriptor_text = ""
    for row in block.rows[2:]:
        if _is_blank(row):
            return
        cells = dict(zip(heading, (cell.strip() for cell in row), strict=False))
        if cells.get("Sample"):
            sample, descriptor_text = cells["Sample"], ""
        descriptor_text = cells.get(descriptor, "") or descriptor_text
        well = find_well(cells.get("Wells", "") or cells.get("Well", ""))
        if well is None:
            continue
        who = tell_sample(f"{name} {sample}" if sample.isdecimal() else sample, "", well)
        role = tell_sample(name, "", well)["role"]
        if role == "sample" and "control" in name.casefold():
            role = ""  # positive or negative is not said
        told, beside = _tell_dose(descriptor, described, descriptor_text)
        yield _Member(cells.get("WellPlateName", ""), well, {**who, "role": role, **told}, {"Group": name, **beside})


def _tell_dose(heading: str, name: str, text: str) -> tuple[dict[str, str], dict[str, str]]:
    """Return a sample's descriptor as a dose if its heading ends in a unit of doses, or else to be kept beside."""
    unit = heading.removeprefix(name).strip()
    try:
        to_canonical(unit, KINDS["assay"]["dose"].quantities)
    except UnitRefused:
        return {}, {heading: text} if heading else {}
    return ({"dose": text, "dose_unit": unit} if text else {}), {}


def _tell_plates_apart(names: list[str], members: list[_Member]) -> tuple[list[str], list[Finding]]:
    """Return a name of its own for each plate, and say which groups then cannot be laid to a plate."""
    own = [f"{name} ({names[:i].count(name) + 1})" if name in names[:i] else name for i, name in enumerate(names)]
    findings = []
    if own != names:
        found = f"plates of one name: {', '.join(names)}"
        remedy = f"They were named {', '.join(own)}; their samples could not be told from the groups."
        findings.append(
            Finding(Severity.NOTES, "plates-alike", Place(), found, "plates with names of their own", remedy)
        )
    elif len(names) > 1 and any(not member.plate for member in members):
        remedy = "Their samples were not laid to wells; add a column 'WellPlateName' to the groups to have that."
        found, expected = "groups that do not name their plate", "a column 'WellPlateName'"
        findings.append(Finding(Severity.NOTES, "group-without-plate", Place(), found, expected, remedy))
    return own, findings


def _tell_unlabelled(plates: list[_Plate], members: list[_Member]) -> Iterator[Finding]:
    """Ask about wells that were read and stand in no group: the line of a group may be lost."""
    labelled = {(member.plate or plates[0].head.name, member.well) for member in members}
    for plate in plates:
        read = dict.fromkeys(cell.well for cell in plate.cells if cell.text)
        without = [name_well(well) for well in read if (plate.head.name, well) not in labelled]
        if without:
            named = ", ".join(without[:12]) + (" ..." if len(without) > 12 else "")
            found = f"{len(without)} wells of plate '{plate.head.name}' that were read and stand in no group: {named}"
            remedy = "Each is named by its well; see whether a group was left out of the file."
            yield Finding(Severity.NOTES, "wells-unlabelled", Place(), found, "a group for each well", remedy)


def _names_wells(block: _Block) -> bool:
    return any(cell.strip() in ("Wells", "Well") for row in block.rows[1:2] for cell in row)


def _without_wells(block: _Block) -> Finding:
    found = f"the group '{' '.join(block.rows[0]).strip()}' without its heading 'Wells'"
    return _fault("cut-file", block.first + 1, found, "a line of headings, 'Wells' among them, below its name")


def _readings(plates: list[_Plate], names: list[str], members: list[_Member], assay: str) -> Iterator[WellReading]:
    """Yield every reading with what its group says of the well. A cell left empty was not read."""
    unique = len({plate.head.name for plate in plates}) == len(plates)
    known: dict[tuple[str, Well], _Member] = {}
    for member in members if unique else []:
        if member.plate or len(plates) == 1:
            known.setdefault((member.plate or plates[0].head.name, member.well), member)
    for plate, name in zip(plates, names, strict=True):
        endpoints = plate.head.endpoints()
        for cell in plate.cells:
            if not cell.text:
                continue
            said = known.get((plate.head.name, cell.well))
            endpoint = endpoints[cell.wavelength]
            cells = {"assay": assay, "plate": name, "well": name_well(cell.well)}
            cells |= said.cells if said else tell_sample("", "", cell.well)
            cells |= {"endpoint": endpoint, "value": cell.text, "unit": _UNITS[plate.head.mode]}
            if endpoints.count(endpoint) > 1:
                cells["replicate"] = str(endpoints[: cell.wavelength].count(endpoint) + 1)
            if plate.head.read_type == "Kinetic":
                cells |= {"time": count_seconds(cell.time), "time_unit": "s"}
            if cell.temperature not in ("", "NaN"):
                cells["temperature_c"] = cell.temperature
            yield WellReading(cell.line, f"{name_well(cell.well)} {endpoint}", cells, said.beside if said else {})


def _fault(code: str, line: int | None, found: str, expected: str) -> Finding:
    return Finding(Severity.STOPS, code, Place(row=line), found, expected, _EXPORT_AGAIN)
