"""Microplates: their sizes, how wells are named, what a well is for, and how readings of wells become a table."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from ginseng_rd.errors import Finding, Place, Severity
from ginseng_rd.labfiles.tables import TextTable

Well = tuple[str, int]

SIZES = {6: (2, 3), 12: (3, 4), 24: (4, 6), 48: (6, 8), 96: (8, 12), 384: (16, 24), 1536: (32, 48)}
ROW_LETTER = re.compile(r"[A-Z]{1,2}")

_WELL = re.compile(r"([A-Z]{1,2})0*([1-9]\d?)")
_CLOCK = re.compile(r"(?:(\d+):)?(\d+):(\d+(?:\.\d+)?)")
_WITH_POINT = re.compile(r"[+-]?\d*\.\d+(?:[eE][+-]?\d+)?")
_WITH_COMMA = re.compile(r"[+-]?\d*,\d+(?:[eE][+-]?\d+)?")
# A comma that cannot part thousands: no three digits follow it, or none or a zero stand before it.
_COMMA_OF_A_FRACTION = re.compile(r"[+-]?(?:0?,\d+|\d{4,},\d+|\d+,(?:\d{1,2}|\d{4,}))(?:[eE][+-]?\d+)?")

# A well's name tells its role; where it does not, the prefix of its well ID does.
_ROLES_BY_NAME = (
    ("negative control", re.compile(r"vehicle|negative|untreated|solvent|음성\s*대조|용매\s*대조|무처리", re.I)),
    ("positive control", re.compile(r"positive|양성\s*대조", re.I)),
    ("blank", re.compile(r"blank|공시험|블랭크", re.I)),
    ("standard", re.compile(r"standard|표준", re.I)),
)
_ROLES_BY_ID = (
    ("standard", re.compile(r"STD\d*(:\d+)?", re.I)),
    ("blank", re.compile(r"(BLK|BLANK)\d*(:\d+)?", re.I)),
    ("negative control", re.compile(r"(NC|NEG(CON)?)\d*(:\d+)?", re.I)),
    ("positive control", re.compile(r"(PC|POS(CON)?)\d*(:\d+)?", re.I)),
)


def name_row(index: int) -> str:
    """Return the letter of a plate's row, counted from 0: A to Z, then AA to AF."""
    return chr(65 + index) if index < 26 else "A" + chr(65 + index - 26)


def name_well(well: Well) -> str:
    """Return a well as it is stored: the letter and two digits, such as B07."""
    return f"{well[0]}{well[1]:02d}"


def find_well(text: str) -> Well | None:
    """Return the well a text such as ``A1`` or ``B07`` names, or None."""
    named = _WELL.fullmatch(text.strip())
    return (named[1], int(named[2])) if named else None


def count_seconds(clock: str) -> str:
    """Return the seconds of ``h:mm:ss`` or ``m:ss`` as text; any other text as it is, for the judge to refuse."""
    if not (parts := _CLOCK.fullmatch(clock.strip())):
        return clock
    return str(int(parts[1] or 0) * 3600 + int(parts[2]) * 60 + Decimal(parts[3]))


def tell_sample(name: str, well_id: str, well: Well) -> dict[str, str]:
    """Return ``sample`` and ``role`` of a well from its name and ID; without either the sample is the well itself."""
    by_name = next((role for role, pattern in _ROLES_BY_NAME if pattern.search(name)), "")
    by_id = next((role for role, pattern in _ROLES_BY_ID if pattern.fullmatch(well_id)), "")
    sample = name or re.sub(r":\d+$", "", well_id) or name_well(well)
    return {"sample": sample, "role": by_name or by_id or "sample"}


def append_record(lists: dict[str, list[str]], cells: dict[str, str], so_far: int) -> None:
    """Add one record to columns under way; a column that lacks earlier records is filled up with empty cells."""
    for name, text in cells.items():
        entries = lists.setdefault(name, [])
        entries.extend([""] * (so_far - len(entries)))
        entries.append(text)
    if not cells:
        for entries in lists.values():
            entries.extend([""] * (so_far - len(entries)))


@dataclass(frozen=True)
class WellReading:
    """One reading of a well: its line, what it is called there, its cells by column, and what stands beside."""

    line: int
    heading: str
    cells: dict[str, str]
    beside: dict[str, str] = field(default_factory=dict)


def lay_out(readings: Sequence[WellReading]) -> TextTable:
    """Return readings of wells as one assay table, in their order."""
    columns: dict[str, list[str]] = {}
    extra: dict[str, list[str]] = {}
    for i, reading in enumerate(readings):
        append_record(columns, reading.cells, i)
        append_record(extra, reading.beside, i)
    for lists in (columns, extra):
        append_record(lists, {}, len(readings))
    headings = [reading.heading for reading in readings]
    lines = [reading.line for reading in readings]
    return TextTable("assay", columns, lines, headings=dict.fromkeys(columns, headings), extra=extra)


def read_decimal_commas(table: TextTable) -> tuple[TextTable, list[Finding]]:
    """Return a table whose numbers have decimal points, where its instrument beyond doubt wrote commas.

    That is so when no value or temperature has a point and one has a comma that cannot part
    thousands. The values as written are kept beside. Other tables come back as they are, and the
    judge names each comma.
    """
    numbers = {name: table.columns[name] for name in ("value", "temperature_c") if name in table.columns}
    texts = [text.strip() for cells in numbers.values() for text in cells]
    fractions = [text for text in texts if _COMMA_OF_A_FRACTION.fullmatch(text)]
    if not fractions or any(map(_WITH_POINT.fullmatch, texts)):
        return table, []
    times = {"time": table.columns["time"]} if "time" in table.columns else {}
    mended = {
        name: [text.replace(",", ".") if _WITH_COMMA.fullmatch(text.strip()) else text for text in cells]
        for name, cells in (numbers | times).items()
    }
    found = f"numbers with a decimal comma, such as '{fractions[0]}'"
    note = Finding(
        Severity.NOTES,
        "decimal-comma",
        Place(column="value"),
        found,
        "a decimal point",
        "They were read as decimals: every number of the readings is written so.",
    )
    extra = table.extra | {"value as written": table.columns["value"]}
    return replace(table, columns=table.columns | mended, extra=extra), [note]
