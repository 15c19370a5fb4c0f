"""Which kind of reading a sheet holds, and which of its columns is which."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from ginseng_rd.labfiles.headings import Heading
from ginseng_rd.labfiles.melting import Melt, find_melts
from ginseng_rd.labfiles.source import Source
from ginseng_rd.records.kinds import KINDS, Column, Holds, Kind, fold


@dataclass
class Plan:
    """How a sheet's headings are read as one kind.

    ``declared`` maps a column of the kind to the position of its heading, ``units`` a unit column
    to the unit a heading states, ``stated_at`` to the position of that heading, ``overruled`` one
    whose unit a column of the sheet states too to that heading, and ``own_units`` a column without a
    unit column to its unit; ``melted`` are the headings that are readings, ``unknown`` the positions
    the kind has no place for, ``doubtful`` those of them that begin with a compound beside compounds
    that are read, and ``clashes`` the columns that two headings claim.
    """

    kind: Kind
    headings: list[Heading]
    fixed: dict[str, str]
    declared: dict[str, int] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    stated_at: dict[str, int] = field(default_factory=dict)
    overruled: dict[str, int] = field(default_factory=dict)
    own_units: dict[str, str] = field(default_factory=dict)
    melted: list[Melt] = field(default_factory=list)
    unknown: list[int] = field(default_factory=list)
    doubtful: list[int] = field(default_factory=list)
    clashes: dict[str, list[int]] = field(default_factory=dict)

    def provided(self) -> set[str]:
        """Return the columns that every record will have."""
        provided = {*self.declared, *self.units, *self.fixed}
        if self.melted:
            provided.add("value")
            provided |= {part for part in ("analyte", "unit") if all(getattr(melt, part) for melt in self.melted)}
        return provided

    def lacking(self) -> list[str]:
        """Return the required columns that nothing provides."""
        return [name for name in self.kind.required if name not in self.provided()]

    def fit(self) -> tuple[bool, int, int]:
        """Tell how well the headings fit, for comparison: nothing lacking first, then what is understood."""
        lacking, required, understood = len(self.lacking()), len(self.kind.required), len(self.provided())
        return (False, required - lacking, understood) if lacking else (True, understood, required)


def best_plan(headings: list[Heading], source: Source) -> Plan:
    """Return the reading of ``headings`` as the kind that fits best.

    A kind whose required columns are all there goes before one that lacks some; among those, the
    most headings understood, then the most demanding kind. The caller looks at ``lacking``.
    """
    kinds = [KINDS[source.kind]] if source.kind else KINDS.values()
    return max((_plan(kind, headings, source) for kind in kinds), key=Plan.fit)


def _plan(kind: Kind, headings: list[Heading], source: Source) -> Plan:
    names = {column.name for column in kind.columns}
    plan = Plan(kind, headings, {name: text for name, text in source.fixed.items() if name in names})
    wishes = {fold(heading): name for heading, name in source.columns.items() if name in names}
    open_positions: list[int] = []
    for i, heading in enumerate(headings):
        wished = wishes.get(fold(heading.shown))
        if wished is None:
            open_positions.append(i)
        else:
            _declare(plan, wished, i)
            _take_unit(plan, kind[wished], i)
    for i in open_positions:
        _place(plan, i, names - set(wishes.values()))
    for stated in [name for name in plan.units if name in plan.declared or name in plan.fixed]:
        del plan.units[stated]
        plan.overruled[stated] = plan.stated_at[stated]
    if kind.measured and "value" not in plan.declared:
        told = plan.provided() & {"analyte", "unit", "replicate"}
        told -= {"unit"} & {*plan.fixed}  # a unit given with the file is for headings without one
        plan.melted = find_melts(kind, headings, plan.unknown, told, source)
        _settle(plan)
        if any(melt.analyte for melt in plan.melted):
            plan.doubtful = [i for i in plan.unknown if _begins_with_compound(headings[i], source)]
    return plan


def _begins_with_compound(heading: Heading, source: Source) -> bool:
    words = re.split(r"[\s(\[]+", heading.whole)
    beginnings = (" ".join(words[:n]) for n in range(1, len(words) + 1))
    return not heading.role and any(source.is_compound(name) for name in beginnings if name)


def _place(plan: Plan, i: int, free: set[str]) -> None:
    """Put a heading under the column it names, with its unit, or among the unknown."""
    heading = plan.headings[i]
    column = plan.kind.column_of(heading.whole)
    if column is None and heading.name and not heading.replicate:
        column = plan.kind.column_of(heading.name)
        if column is not None and column.holds is Holds.MEASURED and heading.role == "sd":
            column = plan.kind.column_of("sd")
        if column is not None and heading.unit and not heading.from_group and not column.quantities:
            column = None  # a bracket that is no unit: the heading means something of its own
    if column is None or column.name not in free:
        plan.unknown.append(i)
        return
    _declare(plan, column.name, i)
    _take_unit(plan, column, i)


def _take_unit(plan: Plan, column: Column, i: int) -> None:
    """Keep the unit that the heading of a column states."""
    unit = plan.headings[i].unit
    if unit and column.unit_column:
        plan.units[column.unit_column], plan.stated_at[column.unit_column] = unit, i
    elif unit and column.quantities:
        plan.own_units[column.name] = unit


def _declare(plan: Plan, name: str, position: int) -> None:
    if name in plan.declared:
        plan.clashes.setdefault(name, [plan.declared[name]]).append(position)
    else:
        plan.declared[name] = position


def _settle(plan: Plan) -> None:
    """Take what is melted out of the unknown, and a lone mean for the value where nothing is."""
    if plan.melted:
        taken = {i for melt in plan.melted for i in (melt.position, melt.sd)}
        plan.unknown = [i for i in plan.unknown if i not in taken]
        if any(melt.replicate for melt in plan.melted):  # a deviation over replicates belongs to none of them
            plan.unknown += [plan.declared.pop(name) for name in ("sd", "n") if name in plan.declared]
        return
    means = [i for i in plan.unknown if plan.headings[i].role == "mean" and not plan.headings[i].name]
    if len(means) == 1:
        plan.unknown.remove(means[0])
        _declare(plan, "value", means[0])
        if (unit := plan.headings[means[0]].unit) and not {"unit"} & {*plan.declared, *plan.fixed}:
            plan.units["unit"], plan.stated_at["unit"] = unit, means[0]
