"""Headings whose cells are readings of their own: compounds, and replicates counted across the sheet."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, replace

from ginseng_rd.labfiles.headings import Heading
from ginseng_rd.labfiles.source import Source
from ginseng_rd.records.kinds import Holds, Kind, fold
from ginseng_rd.units import UnitRefused, to_canonical

# Headings that stand beside readings and are none, whatever unit their group states.
_BESIDE = {"비고", "참고", "메모", "remark", "remarks", "note", "notes", "comment", "rsd", "cv", "n", "반복수"}
_NUMBERED = re.compile(r"(.*\D)([1-9]\d?)")


@dataclass(frozen=True)
class Melt:
    """A heading whose cells are readings of their own: where it stands, and what it says of them.

    ``analyte``, ``unit`` and ``replicate`` are '' where a column of the sheet tells them. ``sd`` is
    the position of the deviations that belong to the readings.
    """

    position: int
    analyte: str = ""
    unit: str = ""
    replicate: str = ""
    sd: int | None = None


def find_melts(
    kind: Kind, headings: list[Heading], positions: list[int], stated: Collection[str], source: Source
) -> list[Melt]:
    """Return which of the headings at ``positions`` hold readings of ``kind``.

    ``stated`` names what other columns tell of every row. In a kind with analytes these are the
    headings that are compounds, and, beside one, those that only have the form of it: so a misspelt
    ``Rgl (mg/g)`` is asked about, and not set aside with the columns nobody knows. In any kind they
    are replicates; means and deviations over them are no readings.
    """
    has_analytes = "analyte" in {column.name for column in kind.columns} and "analyte" not in stated
    found = _compounds(kind, headings, positions, stated, source) if has_analytes else []
    if not found:
        found = [melt for i in positions if (melt := _replicate(kind, headings[i], i, source))]
    return _counted(kind, found, headings, stated)


def _compounds(
    kind: Kind, headings: list[Heading], positions: list[int], stated: Collection[str], source: Source
) -> list[Melt]:
    candidates: list[tuple[Melt, bool]] = []
    deviations: dict[str, int] = {}
    for i in positions:
        heading = headings[i]
        name, unit = heading.name, heading.unit
        if unit and not heading.from_group and source.is_compound(heading.whole):  # the S of Rg3(S) is no unit
            name, unit = heading.whole, ""
        if heading.role == "sd":
            deviations[fold(name)] = i
        elif name and fold(name) not in _BESIDE:
            unit = unit or source.fixed.get("unit", "")
            candidates.append((Melt(i, name, unit, heading.replicate), source.is_compound(name)))
    if not any(is_compound and (melt.unit or "unit" in stated) for melt, is_compound in candidates):
        return []
    return [
        replace(melt, sd=None if melt.replicate else deviations.get(fold(melt.analyte)))
        for melt, is_compound in candidates
        if (is_compound and (melt.unit or "unit" in stated)) or (headings[melt.position].unit and _fits(kind, melt))
    ]


def _fits(kind: Kind, melt: Melt) -> bool:
    try:
        to_canonical(melt.unit, kind["value"].quantities)
    except UnitRefused:
        return False
    return True


def _replicate(kind: Kind, heading: Heading, position: int, source: Source) -> Melt | None:
    """Return a heading that counts replicates of the value, such as ``2회``, ``rep 2`` or ``흡광도 2``."""
    name, replicate = heading.name, heading.replicate
    if not replicate and (numbered := _NUMBERED.fullmatch(name)):
        name, replicate = numbered[1].strip(" _-.#"), numbered[2]
        if not name:
            return None
    column = kind.column_of(name) if name else kind.measured
    if not replicate or column is None or column.holds is not Holds.MEASURED:
        return None
    return Melt(position, "", heading.unit or source.fixed.get("unit", ""), replicate)


def _counted(kind: Kind, found: list[Melt], headings: list[Heading], stated: Collection[str]) -> list[Melt]:
    """Leave out replicates where the kind or the sheet has another place for them, and the means over those kept."""
    if "replicate" not in {column.name for column in kind.columns} or "replicate" in stated:
        return [melt for melt in found if not melt.replicate]
    with_replicates = {fold(melt.analyte) for melt in found if melt.replicate}
    return [
        melt
        for melt in found
        if melt.replicate or headings[melt.position].role != "mean" or fold(melt.analyte) not in with_replicates
    ]


def find_gaps(melted: list[Melt]) -> dict[str, list[str]]:
    """Return the analytes whose replicates do not count 1, 2, 3 ..., each with the numbers there are."""
    numbers: dict[str, list[str]] = {}
    for melt in melted:
        if melt.replicate:
            numbers.setdefault(melt.analyte, []).append(melt.replicate)
    return {
        analyte: counted
        for analyte, counted in numbers.items()
        if sorted(map(int, counted)) != list(range(1, len(counted) + 1))
    }
