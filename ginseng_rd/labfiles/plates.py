"""Microplates: their sizes, how wells are named, and what a well is for."""

from __future__ import annotations

import re

Well = tuple[str, int]

SIZES = {6: (2, 3), 12: (3, 4), 24: (4, 6), 48: (6, 8), 96: (8, 12), 384: (16, 24), 1536: (32, 48)}
ROW_LETTER = re.compile(r"[A-Z]{1,2}")

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
    ("negative control", re.compile(r"(NC|NEG)\d*(:\d+)?", re.I)),
    ("positive control", re.compile(r"(PC|POS)\d*(:\d+)?", re.I)),
)


def name_row(index: int) -> str:
    """Return the letter of a plate's row, counted from 0: A to Z, then AA to AF."""
    return chr(65 + index) if index < 26 else "A" + chr(65 + index - 26)


def name_well(well: Well) -> str:
    """Return a well as it is stored: the letter and two digits, such as B07."""
    return f"{well[0]}{well[1]:02d}"


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
