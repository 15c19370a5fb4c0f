"""What a heading row says: which kind of reading its sheet holds, and which column is which."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field

from ginseng_rd.labfiles.source import Source
from ginseng_rd.records.kinds import KINDS, Kind, fold
from ginseng_rd.units import UnitRefused, to_canonical


@dataclass
class Plan:
    """How a sheet's headings are read as one kind.

    ``declared`` maps a column of the kind to the position of its heading, ``units`` a unit column
    to the unit a heading states, ``melted`` lists (position, analyte, unit) of headings that are
    compounds, ``unknown`` the positions the kind has no place for, and ``clashes`` the columns
    that two headings claim.
    """

    kind: Kind
    headings: list[str]
    fixed: dict[str, str]
    declared: dict[str, int] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    melted: list[tuple[int, str, str]] = field(default_factory=list)
    unknown: list[int] = field(default_factory=list)
    clashes: dict[str, list[int]] = field(default_factory=dict)

    def provided(self) -> set[str]:
        """Return the columns that every record will have."""
        from_melting = {"analyte", "value", "unit"} if self.melted else set()
        return {*self.declared, *self.units, *self.fixed, *from_melting}

    def lacking(self) -> list[str]:
        """Return the required columns that nothing provides."""
        return [name for name in self.kind.required if name not in self.provided()]


def best_plan(headings: list[str], source: Source) -> Plan:
    """Return the reading of ``headings`` as the kind that fits best.

    A kind whose required columns are all there goes before one that lacks some; among those, the
    most headings understood, then the most demanding kind. The caller looks at ``lacking``.
    """
    kinds = [KINDS[source.kind]] if source.kind else KINDS.values()
    plans = [_plan(kind, headings, source) for kind in kinds]

    def fit(plan: Plan) -> tuple[bool, int, int]:
        lacking, required, understood = len(plan.lacking()), len(plan.kind.required), len(plan.provided())
        return (False, required - lacking, understood) if lacking else (True, understood, required)

    return max(plans, key=fit)


def split_unit(heading: str) -> tuple[str, str]:
    """Split a heading such as ``20(S)-Rg3 (% (w/w))`` into its name and the unit at its end, or ''."""
    text = unicodedata.normalize("NFKC", heading).strip()  # brackets typed in a Korean keyboard's full width
    if not text.endswith((")", "]")):
        return heading.strip(), ""
    depth = 0
    for i in range(len(text) - 1, -1, -1):
        depth += (text[i] in ")]") - (text[i] in "([")
        if depth == 0:
            return text[:i].strip(), text[i + 1 : -1].strip()
    return heading.strip(), ""


def _plan(kind: Kind, headings: list[str], source: Source) -> Plan:
    names = {column.name for column in kind.columns}
    plan = Plan(kind, headings, {name: text for name, text in source.fixed.items() if name in names})
    wishes = {fold(heading): name for heading, name in source.columns.items() if name in names}
    open_positions: list[int] = []
    for i, heading in enumerate(headings):
        wished = wishes.get(fold(heading))
        if wished is None:
            open_positions.append(i)
        else:
            _declare(plan, wished, i)
    for i in open_positions:
        heading = unicodedata.normalize("NFC", headings[i])
        name, unit = split_unit(heading)
        column = kind.column_of(heading) or (kind.column_of(name) if unit else None)
        if column is None or column.name in wishes.values() or (unit and not column.unit_column):
            plan.unknown.append(i)
            continue
        _declare(plan, column.name, i)
        if unit and column.unit_column:
            plan.units[column.unit_column] = unit
    for stated in [name for name in plan.units if name in plan.declared or name in plan.fixed]:
        del plan.units[stated]
    if "analyte" in names and "sample" in plan.provided() and "value" not in plan.declared:
        _melt(plan, source)
    return plan


def _declare(plan: Plan, name: str, position: int) -> None:
    if name in plan.declared:
        plan.clashes.setdefault(name, [plan.declared[name]]).append(position)
    else:
        plan.declared[name] = position


def _melt(plan: Plan, source: Source) -> None:
    """Take the headings that are compounds with a unit, and, beside one, those that only have the form of it.

    So a misspelt ``Rgl (mg/g)`` is asked about, and not set aside with the columns nobody knows.
    """
    candidates = []
    for i in plan.unknown:
        name, unit = split_unit(unicodedata.normalize("NFC", plan.headings[i]))
        candidates.append((i, name, unit or plan.fixed.get("unit", ""), source.is_compound(name)))
    if not any(unit and is_compound for _, _, unit, is_compound in candidates):
        return
    stated_in_heading = {i for i in plan.unknown if split_unit(plan.headings[i])[1]}
    plan.melted = [
        (i, name, unit)
        for i, name, unit, is_compound in candidates
        if unit and (is_compound or (i in stated_in_heading and _measures_content(plan.kind, unit)))
    ]
    plan.fixed.pop("unit", None)
    taken = {i for i, _, _ in plan.melted}
    plan.unknown = [i for i in plan.unknown if i not in taken]


def _measures_content(kind: Kind, unit: str) -> bool:
    try:
        to_canonical(unit, kind["value"].quantities)
    except UnitRefused:
        return False
    return True
