"""What a heading says: its name, its unit, and which replicate, mean or deviation stands below it.

A heading may fill two rows: a group such as ``진세노사이드 함량 (mg/g)`` above ``Rg1``, ``Re`` and ``Rb1``,
a compound above ``1회``, ``2회`` and ``3회``, or a name above its unit.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import groupby

from ginseng_rd.units import NotANumber, is_unit, read_amount

_COUNTED = re.compile(
    r"(?P<rest>|.*[\s_\-.,/)\]])"
    r"(?:(?:rep|replicate|run|trial|n|#|반복|측정|측정값|회차)[\s_.\-]*(?P<after>[1-9]\d?)"
    r"|(?P<before>[1-9]\d?)\s*(?:회차|회|차|반복|st|nd|rd|th))",
    re.IGNORECASE,
)
_ROLE = re.compile(
    r"(?P<rest>|.*[\s_\-.,/)\]])(?:(?P<mean>평균|평균값|mean|avg\.?|average)"
    r"|(?P<sd>s\.?d\.?|std\.?|stdev|표준편차|±\s*sd))",
    re.IGNORECASE,
)
_UNIT_BEHIND = re.compile(r"(.+?)(?:\s*[,_]\s*|\s+)([^\s,_]*[/%][^\s,_]*|ppm|[µμumn]M)")


@dataclass(frozen=True)
class Heading:
    """One column's heading: as typed, and what it is taken for.

    ``whole`` is the text that may name a column as it stands, ``name`` what is left of it without
    the ``unit``, the number of a ``replicate`` and the ``role`` (``mean``, ``sd`` or nothing).
    ``from_group`` says that the unit is that of the group above.
    """

    shown: str
    whole: str = ""
    name: str = ""
    unit: str = ""
    replicate: str = ""
    role: str = ""
    from_group: bool = False


def split_unit(heading: str) -> tuple[str, str]:
    """Split a heading such as ``20(S)-Rg3 (% (w/w))`` or ``Rg1, mg/g`` into its name and the unit at its end, or ''."""
    text = unicodedata.normalize("NFKC", heading).strip()  # brackets typed in a Korean keyboard's full width
    if text.endswith((")", "]")):
        depth = 0
        for i in range(len(text) - 1, -1, -1):
            depth += (text[i] in ")]") - (text[i] in "([")
            if depth == 0:
                return text[:i].strip(), text[i + 1 : -1].strip()
    elif (behind := _UNIT_BEHIND.fullmatch(text)) and is_unit(behind[2]):
        return behind[1], behind[2]
    return heading.strip(), ""


def read_heading(text: str) -> Heading:
    """Read a heading that stands in one row."""
    whole = unicodedata.normalize("NFC", text).strip()
    rest, replicate = _split_replicate(whole)
    name, unit = split_unit(rest)
    if unit and not replicate and (counted := _split_replicate(unit)) and counted[1] and not counted[0]:
        replicate, (name, unit) = counted[1], split_unit(name)
    if not replicate:
        name, replicate = _split_replicate(name)
    name, role = _split_role(name)
    if not unit:
        name, unit = split_unit(name)
    return Heading(text.strip(), whole, name, unit, replicate, role)


def stack_headings(upper: list[str], lower: list[str], is_compound: Callable[[str], bool]) -> list[Heading] | None:
    """Read two rows as one row of headings, or return None if the lower one cannot be headings.

    A blank cell of the upper row belongs to the group at its left where the lower row is filled; a
    blank cell of the lower row continues the one above it. A lower row that holds a number, bound or
    mark is a row of readings, unless it counts replicates 1, 2, 3 below each group.
    """
    width = max((i + 1 for row in (upper, lower) for i, cell in enumerate(row) if cell.strip()), default=0)
    pairs = [(_cell(upper, i), _cell(lower, i)) for i in range(width)]
    pairs = [(above, "" if above == below else below) for above, below in pairs]  # a merged cell, filled down
    if all(bool(above) == bool(below) for above, below in pairs):
        return None
    groups: list[str] = []
    for i, (above, below) in enumerate(pairs):
        starts = i + 1 < width and not pairs[i + 1][0] and bool(pairs[i + 1][1])
        belongs = starts or is_unit(_bare(below)) or _qualifies(below) or is_compound(split_unit(below)[0])
        if above and below and not belongs:
            return None
        groups.append(above or (groups[-1] if groups and below else ""))
        if not below:
            groups[-1] = ""
    counted = _count_replicates(groups, pairs)
    if any(below and i not in counted and _is_amount(below) for i, (_, below) in enumerate(pairs)):
        return None
    return [
        _stacked(group, below, below if i in counted else "") if below else read_heading(above)
        for i, (group, (above, below)) in enumerate(zip(groups, pairs, strict=True))
    ]


def _stacked(group: str, below: str, replicate: str) -> Heading:
    upper, lower = read_heading(group), read_heading(below)
    shown = f"{group} / {below}" if group else below
    if replicate:
        return replace(upper, shown=shown, replicate=replicate)
    if group and is_unit(_bare(below)):
        return replace(upper, shown=shown, unit=_bare(below), from_group=True)
    if upper.unit and lower.unit and not is_unit(lower.unit):  # the S of Rg3(S)
        lower = replace(lower, name=lower.whole, unit="")
    name = lower if lower.name or not group else upper
    return Heading(
        shown,
        lower.whole if lower.name else shown,
        name.name,
        lower.unit or upper.unit,
        lower.replicate or upper.replicate,
        lower.role or upper.role,
        from_group=not lower.unit,
    )


def _count_replicates(groups: list[str], pairs: list[tuple[str, str]]) -> set[int]:
    """Return the positions of bare numbers that count 1, 2, 3 ... below a group."""
    counted: set[int] = set()
    for group, positions in groupby(range(len(groups)), key=lambda i: groups[i]):
        at = list(positions)
        if group and len(at) > 1 and [pairs[i][1] for i in at] == [str(n + 1) for n in range(len(at))]:
            counted |= set(at)
    return counted


def _cell(row: list[str], i: int) -> str:
    return row[i].strip() if i < len(row) else ""


def _bare(unit: str) -> str:
    return unit[1:-1].strip() if unit.startswith(("(", "[")) else unit


def _qualifies(text: str) -> bool:
    heading = read_heading(text)
    return not heading.name and bool(heading.replicate or heading.role)


def _is_amount(text: str) -> bool:
    try:
        read_amount(text)
    except NotANumber:
        return False
    return True


def _split_replicate(text: str) -> tuple[str, str]:
    counted = _COUNTED.fullmatch(text.strip())
    if counted is None:
        return text, ""
    return counted["rest"].strip(" _-.,/"), counted["after"] or counted["before"]


def _split_role(text: str) -> tuple[str, str]:
    said = _ROLE.fullmatch(text.strip())
    if said is None:
        return text, ""
    return said["rest"].strip(" _-.,/"), "mean" if said["mean"] else "sd"
