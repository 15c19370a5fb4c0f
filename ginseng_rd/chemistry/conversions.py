"""Conversions of one compound into another: reported ones with enzyme and conditions, and predicted ones."""

from __future__ import annotations

import csv
import io
from collections import Counter
from dataclasses import dataclass, fields
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

from ginseng_rd.errors import RecordRefused


class Kind(StrEnum):
    """What happens to a saponin in one reaction."""

    HYDROLYSIS = "hydrolysis"
    CHAIN_LOSS = "chain loss"
    ESTER_LOSS = "ester loss"
    DEHYDRATION = "dehydration"
    EPIMERISATION = "epimerisation"
    CYCLISATION = "cyclisation"
    HYDRATION = "hydration"
    GLYCOSYLATION = "glycosylation"
    HYDROXYLATION = "hydroxylation"


KOREAN_KINDS = {
    Kind.HYDROLYSIS: "당 가수분해",
    Kind.CHAIN_LOSS: "당사슬 가수분해",
    Kind.ESTER_LOSS: "에스터 가수분해",
    Kind.DEHYDRATION: "탈수",
    Kind.EPIMERISATION: "에피머화",
    Kind.CYCLISATION: "고리화",
    Kind.HYDRATION: "수화",
    Kind.GLYCOSYLATION: "당 결합",
    Kind.HYDROXYLATION: "수산화",
}
# What plants, yeasts and their enzymes add; every other kind happens in a process to what is there.
SYNTHESES = (Kind.GLYCOSYLATION, Kind.HYDROXYLATION)
BASES = ("reported", "product inferred", "predicted")


@dataclass(frozen=True)
class Conversion:
    """One compound made from another; ``substrate`` and ``product`` are compound codes.

    ``site`` and ``group`` hold one or more parts joined by ``+``: ``C3+C20`` and ``Glc+Glc``. ``activity`` is the kind
    of enzyme (``beta-glucosidase``), ``agent`` the enzyme, strain or treatment, ``ec`` its EC number; ``km_mm`` (mM)
    and ``vmax_mm_per_h`` (mM/h) as published. ``basis`` is ``reported``, ``product inferred`` (the substrate is
    reported, the product follows from what the enzyme is said to split) or ``predicted`` by the reactions of this
    package alone.
    """

    substrate: str
    product: str
    kind: Kind
    site: str
    group: str
    activity: str = ""
    agent: str = ""
    ec: str = ""
    conditions: str = ""
    km_mm: float | None = None
    vmax_mm_per_h: float | None = None
    citation: str = ""
    basis: str = "reported"
    notes: str = ""

    def __post_init__(self) -> None:
        if self.substrate == self.product:
            raise RecordRefused(f"'{self.substrate}' is not converted into itself.")
        if self.basis not in BASES:
            raise RecordRefused(f"The basis of a conversion is one of {', '.join(BASES)}, not '{self.basis}'.")
        if (self.basis == "predicted") == bool(self.citation):
            raise RecordRefused(f"{self.substrate} to {self.product}: a reported conversion, and no other, is cited.")

    @property
    def is_reported(self) -> bool:
        """Say whether a publication stands behind it."""
        return self.basis != "predicted"

    @property
    def size(self) -> int:
        """Return of how many single reactions it consists: as many as groups come or go."""
        return self.group.count("+") + 1

    @property
    def change(self) -> str:
        """Return what happens in a few signs: ``-2 Glc (C20)``, ``-H2O (C20)``, ``+Glc (C3)``."""
        if not self.group:
            return f"{self.kind} ({self.site})"
        sign = "+" if self.kind in (*SYNTHESES, Kind.HYDRATION) else "-"
        counted = Counter(self.group.split("+"))
        parts = (f"{sign}{f'{number} ' if number > 1 else ''}{group}" for group, number in counted.items())
        return f"{' '.join(parts)} ({self.site})"

    def __str__(self) -> str:
        by = ", ".join(part for part in (self.agent or self.activity, self.ec and f"EC {self.ec}") if part)
        tail = f" [{self.basis}]" if self.basis != "reported" else ""
        return f"{self.substrate} to {self.product}: {self.change}{f', {by}' if by else ''}{tail}"


@cache
def packaged_conversions() -> tuple[Conversion, ...]:
    """Return the conversions of the packaged table, reported ones first.

    Sources and licences are summed up in ``reference/SOURCES.md``.
    """
    table = files("ginseng_rd.chemistry").joinpath("reference", "conversions.csv")
    rows = csv.DictReader(io.StringIO(table.read_text(encoding="utf-8")))
    return tuple(read_conversion(row) for row in rows)


def reported_conversions() -> tuple[Conversion, ...]:
    """Return the packaged conversions that a publication stands behind."""
    return tuple(conversion for conversion in packaged_conversions() if conversion.is_reported)


def read_conversion(row: dict[str, str]) -> Conversion:
    """Return the conversion that a row of texts holds, one column a field."""
    values: dict[str, Any] = {field.name: row[field.name] for field in fields(Conversion)}
    values["kind"] = Kind(row["kind"])
    for name in ("km_mm", "vmax_mm_per_h"):
        values[name] = float(row[name]) if row[name] else None
    return Conversion(**values)
