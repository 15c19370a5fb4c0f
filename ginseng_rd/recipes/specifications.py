"""Specifications of markers, such as Rg1+Rb1+Rg3 between 2.5 and 34 mg/g, and whether a dose meets them."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files

from ginseng_rd.errors import RecordRefused
from ginseng_rd.records.estimate import Estimate


class Verdict(StrEnum):
    """What a specification says of a figure and its interval."""

    PASS = "pass"
    FAIL = "fail"
    CANNOT_SAY = "cannot say"


@dataclass(frozen=True)
class Specification:
    """A demand on the sum of ``markers``, in ``unit``: ``lowest`` and ``highest`` are what it may be, either open.

    ``source`` says who states it and ``standing`` how far that is confirmed.
    """

    code: str
    item: str
    markers: tuple[str, ...]
    unit: str
    lowest: float | None = None
    highest: float | None = None
    source: str = ""
    standing: str = ""

    def __post_init__(self) -> None:
        if not self.markers:
            raise RecordRefused(f"Specification '{self.code}' names no marker.")
        if self.lowest is None and self.highest is None:
            raise RecordRefused(f"Specification '{self.code}' has neither a lowest nor a highest value.")
        if self.lowest is not None and self.highest is not None and self.lowest > self.highest:
            raise RecordRefused(f"Specification '{self.code}' runs from {self.lowest} down to {self.highest}.")

    def __str__(self) -> str:
        bounds = [f"at least {self.lowest:g}"] if self.lowest is not None else []
        bounds += [f"at most {self.highest:g}"] if self.highest is not None else []
        return f"{'+'.join(self.markers)} {' and '.join(bounds)} {self.unit}"


@cache
def packaged_specifications() -> tuple[Specification, ...]:
    """Return the Korean marker specifications that come with the package.

    Every one is from a secondary source, and says so in its ``standing``: confirm it against the notice in force.
    """
    table = files("ginseng_rd.recipes").joinpath("reference", "marker_specs.csv").read_text(encoding="utf-8")
    return tuple(
        Specification(
            row["code"],
            f"{row['item']}, {row['scope']}",
            tuple(row["markers"].split("+")),
            row["unit"],
            float(row["lowest"]) if row["lowest"] else None,
            float(row["highest"]) if row["highest"] else None,
            row["source"],
            row["standing"],
        )
        for row in csv.DictReader(table.splitlines())
    )


def judge_specification(specification: Specification, doses: Mapping[str, Estimate]) -> tuple[Verdict, str]:
    """Return the verdict on a sum of markers, and why. ``doses`` are in the unit of the specification.

    A pass or a failure needs the whole interval on one side. The interval of a sum adds the bounds of its parts,
    which holds however they depend on each other. A marker without a dose is not taken for zero.
    """
    lacking = [marker for marker in specification.markers if marker not in doses]
    known = [doses[marker] for marker in specification.markers if marker in doses]
    units = {dose.unit for dose in known} - {specification.unit}
    if units:
        raise RecordRefused(f"'{specification.code}' is in {specification.unit}, but doses in {', '.join(units)} came.")
    low = sum(_low(dose) for dose in known)
    high = None if lacking or any(_high(dose) is None for dose in known) else sum(_high(dose) or 0.0 for dose in known)
    shown = f"{low:.4g} to {'open' if high is None else f'{high:.4g}'} {specification.unit}"
    said = f"{shown} against {specification}" + (f"; {', '.join(lacking)} not measured" if lacking else "")
    least, most = specification.lowest, specification.highest
    if (most is not None and low > most) or (least is not None and high is not None and high < least):
        return Verdict.FAIL, said
    if (least is None or low >= least) and (most is None or (high is not None and high <= most)):
        return Verdict.PASS, said
    return Verdict.CANNOT_SAY, said


def _low(dose: Estimate) -> float:
    if dose.relation == "<":
        return 0.0
    return dose.value if dose.low is None else dose.low


def _high(dose: Estimate) -> float | None:
    if dose.relation == ">":
        return None
    return dose.value if dose.relation == "<" and dose.high is None else dose.high
