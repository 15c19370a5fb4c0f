"""PerkinElmer EnVision CSV: a block a plate and label, then the protocol.

A block begins with ``Plate information``: the plate's number and barcode, the label it was read
with, temperature and time. The grid below has row letters and column numbers and a title that
states the unit (``Plate2``), or none of them (``Plate``). Blocks with a formula are derived.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile
from pathlib import PurePath

from ginseng_rd.errors import Finding, LabFileRejected, Place, Severity
from ginseng_rd.labfiles.plates import (
    SIZES,
    Well,
    WellReading,
    lay_out,
    name_row,
    name_well,
    read_decimal_commas,
    tell_sample,
)
from ginseng_rd.labfiles.source import Source, apply_wishes
from ginseng_rd.labfiles.tables import LabFile

NAME = "PerkinElmer EnVision CSV"

_START = "Plate information"
_END = "Exported with EnVision"
_UNITS = {"A": "OD", "CPS": "counts/s", "COUNTS": "counts"}
_TITLE = re.compile(r"Results for (.+?)(?: - (channel .+?))?\s*\((\w+)\)")
_OPTICS = re.compile(r"De=(\S+) Ex=(\S+) Em=(\S+)")
_WAVELENGTH = re.compile(r"(?<!\d)(\d{3,4})(?!\d)")
_EXPORT_AGAIN = "Export the assay from EnVision again, and upload that file."


@dataclass(frozen=True)
class _Block:
    """A plate as read with one label: its line, what is said of it, its grid's title and rows, and their first line."""

    line: int
    info: dict[str, str]
    title: str
    first: int
    grid: list[list[str]]

    @property
    def is_derived(self) -> bool:
        return "Label" not in self.info

    @property
    def label(self) -> str:
        return re.sub(r"\(\d+\)$", "", self.info.get("Label", ""))


def recognises(source: Source) -> bool:
    """Tell an EnVision export by its first two lines."""
    return re.match(r"\s*\"?Plate information\b.*\n\s*\"?Plate\"?[,;\t]\"?Repeat\b", source.text) is not None


def read(source: Source) -> LabFile:
    """Return one assay table of every well of every plate and label.

    Calculated results are kept beside the readings of their plate. Stops a file without its last
    line, a plate whose rows are not all there, and results that their plate information is not with.
    Raises LabFileRejected for a file without a plate of readings.
    """
    rows = _read_rows(source.text)
    protocol = _read_protocol(rows)
    blocks = [_read_block(rows, i) for i, row in enumerate(rows) if row[0] == _START]
    findings = [fault for block in blocks for fault in _faults(block, protocol)]
    findings += _without_information(rows)
    if not any(row[0].startswith(_END) for row in rows[-5:]):
        findings.append(_fault("cut-file", len(rows), "the end of the file", f"a last line '{_END} ...'"))
    raw = [block for block in blocks if not block.is_derived and _tell_endpoint(block, protocol)]
    if not any(cell for block in raw for row in block.grid for cell in row):
        found = "no plate of readings"
        raise LabFileRejected(source.name, findings or [_fault("no-plate", None, found, "the results of a label")])
    about = {
        "data_file": f"Assay ID {protocol['Assay ID']}" if protocol.get("Assay ID") else "",
        "acquired": protocol.get("Assay Started", ""),
        "plate": ", ".join(dict.fromkeys(_name_plate(block) for block in blocks)),
        "instrument": f"EnVision {protocol.get('Serial#', '')}".strip(),
    }
    assay = protocol.get("Protocol Name") or PurePath(source.name).stem
    table, commas = read_decimal_commas(lay_out(list(_readings(blocks, protocol, assay))))
    table, refused = apply_wishes(table, source)
    return LabFile(NAME, (table,), about, (*findings, *commas, *refused))


def _read_rows(text: str) -> list[list[str]]:
    """Return the cells of each line; ``="0042"`` is how EnVision keeps Excel from reading a number."""
    separator = named[1] if (named := re.search(r"^\s*\"?Plate\"?([,;\t])", text, re.M)) else ","
    rows = csv.reader(text.splitlines(), delimiter=separator)
    return [[re.sub(r'^="?(.*?)"?$', r"\1", cell.strip()) for cell in row] or [""] for row in rows]


def _read_protocol(rows: list[list[str]]) -> dict[str, str]:
    """Return what is said of assay, labels and filters: ``Serial#``, or ``A450 / Exc. filter`` by its paragraph."""
    told: dict[str, str] = {}
    paragraph = ""
    for row in rows:
        key, value = row[0].rstrip(": "), next(filter(None, row[4:]), "")
        if not _is_filled(row):
            paragraph = ""
        elif value and not any(row[1:4]):
            paragraph = paragraph or key
            told.setdefault(key, value)
            told.setdefault(f"{paragraph} / {key}", value)
    return told


def _read_block(rows: list[list[str]], start: int) -> _Block:
    heading, values = (rows[i] if i < len(rows) else [] for i in (start + 1, start + 2))
    info = {name: text for name, text in zip(heading, values, strict=False) if name}
    title, at = "", start + 3
    while at < len(rows) and rows[at][0] != _START:
        if rows[at][0] == "Background information":
            at += sum(1 for _ in takewhile(_is_filled, rows[at:]))
        elif rows[at][0].startswith(("Results for", "Calculated results")):
            title, at = rows[at][0], at + 1
        elif _is_filled(rows[at]):
            break
        else:
            at += 1
    grid = list(takewhile(_is_filled, rows[at:])) if at < len(rows) and rows[at][0] != _START else []
    if grid and grid[0][0] == "":
        width = sum(cell.isdecimal() for cell in grid[0])
        lettered = [
            row for row, letter in zip(grid[1:], map(name_row, range(len(grid))), strict=False) if row[0] == letter
        ]
        return _Block(start + 1, info, title, at + 2, [row[1 : width + 1] for row in lettered])
    return _Block(start + 1, info, title, at + 1, [row[:-1] if row[-1] == "" else row for row in grid])


def _without_information(rows: list[list[str]]) -> Iterator[Finding]:
    """Name what is not below plate information of its own: the line that describes a plate, or a plate's results."""
    described = titled = True
    for i, row in enumerate(rows):
        if row[0] == _START:
            described, titled = False, False
        elif row[:2] == ["Plate", "Repeat"]:
            if described:
                yield _fault("no-plate", i + 1, "a plate's description", f"a line '{_START}' above it")
            described = True
        elif row[0].startswith(("Results for", "Calculated results")):
            if titled:
                yield _fault("no-plate", i + 1, f"'{row[0]}'", f"'{_START}' above it")
            titled = True


def _is_filled(row: list[str]) -> bool:
    return any(row)


def _name_plate(block: _Block) -> str:
    return f"Plate {block.info.get('Plate', '')}".strip()


def _faults(block: _Block, protocol: dict[str, str]) -> list[Finding]:
    of = f"{_name_plate(block)}, '{block.title or block.info.get('Label', '') or block.info.get('Formula', '')}'"
    if list(block.info)[:2] != ["Plate", "Repeat"] or not block.info.keys() & {"Label", "Formula"}:
        expected = "a line 'Plate', 'Repeat' and so on, with 'Label' or 'Formula', and a line of what they are"
        return [_fault("no-plate", block.line, f"no plate and label below '{_START}'", expected)]
    if not block.grid:
        return [_fault("cut-file", block.line, f"no results of {of}", "a row of results for each row of the plate")]
    size = (len(block.grid), len(block.grid[0]))
    widths = {len(row) for row in block.grid}
    if size not in SIZES.values() or len(widths) > 1:
        found = f"{size[0]} rows of {' or '.join(map(str, sorted(widths)))} wells of {of}"
        return [_fault("cut-file", block.first, found, "all rows of a plate")]
    if not block.is_derived and _tell_endpoint(block, protocol) is None:
        found = f"readings of {of} of which unit and wavelength cannot be told"
        return [_fault("other-read", block.line, found, "results with titles and units (export format 'Plate2')")]
    return []


def _tell_endpoint(block: _Block, protocol: dict[str, str]) -> tuple[str, str] | None:
    """Return what was read and its unit, or None where the block does not say.

    Where the title is left out, light that goes through the plate to the detector without an
    emission filter is absorbance; counts have no unit there.
    """
    titled, optics = _TITLE.fullmatch(block.title), _OPTICS.search(block.info.get("Measinfo", ""))
    detector, excitation, emission = optics.groups() if optics else ("", "N/A", "N/A")
    if titled:
        unit = _UNITS.get(titled[3].upper(), "")
    else:
        unit = "OD" if detector == "Abs" or (excitation != "N/A" and emission == "N/A") else ""
    if not unit:
        return None
    if unit == "OD":
        wavelength = _tell_wavelength(block.label, protocol)
        return (f"absorbance {wavelength} nm", unit) if wavelength else None
    mode = "luminescence" if excitation == "N/A" or detector == "USLum" else "fluorescence"
    channel = f" {titled[2]}" if titled and titled[2] and mode == "fluorescence" else ""
    return f"{mode} {block.label}{channel}", unit


def _tell_wavelength(label: str, protocol: dict[str, str]) -> str:
    """Return the wavelength of an absorbance label: as set, or its filter's, or the one in its name."""
    set_to = protocol.get(f"{label} / Excitation wavelength", "")
    described = protocol.get(f"{protocol.get(f'{label} / Exc. filter', '')} / Description", "")
    centre = re.search(r"CWL=\s*(\d+)", described)
    named = _WAVELENGTH.findall(label)
    if exact := re.fullmatch(r"(\d+) nm", set_to):
        return exact[1]
    return centre[1] if centre else named[0] if len(named) == 1 else ""


def _readings(blocks: list[_Block], protocol: dict[str, str], assay: str) -> Iterator[WellReading]:
    """Yield every reading, with what was calculated of its plate. A cell left empty was not read."""
    derived: dict[tuple[str, str, Well], dict[str, str]] = {}
    for block in blocks:
        for _, well, text in _cells(block) if block.is_derived else ():
            title = block.info.get("Formula") or block.title
            derived.setdefault((_name_plate(block), block.info.get("Repeat", ""), well), {})[title] = text
    for block in blocks:
        told = None if block.is_derived else _tell_endpoint(block, protocol)
        if told is None:
            continue
        info = block.info
        constant = {"assay": assay, "plate": _name_plate(block), "endpoint": told[0], "unit": told[1]}
        constant |= {"measured_at": info.get("Measurement date", ""), "replicate": info.get("Repeat", "")}
        temperature = info.get("Chamber temperature at start", "")
        constant |= {"temperature_c": "" if temperature == "N/A" else temperature}
        kept = {name: info[name] for name in ("Barcode", "Kinetics") if info.get(name, "0") not in ("", "0")}
        for line, well, text in _cells(block):
            if text:
                cells = {**constant, **tell_sample("", "", well), "well": name_well(well), "value": text}
                beside = kept | derived.get((_name_plate(block), info.get("Repeat", ""), well), {})
                yield WellReading(line, f"{name_well(well)} {info['Label']}", cells, beside)


def _cells(block: _Block) -> Iterator[tuple[int, Well, str]]:
    for i, row in enumerate(block.grid):
        for column, text in enumerate(row, start=1):
            yield block.first + i, (name_row(i), column), text


def _fault(code: str, line: int | None, found: str, expected: str) -> Finding:
    return Finding(Severity.STOPS, code, Place(row=line), found, expected, _EXPORT_AGAIN)
