"""A recipe: ingredients and their planned shares, right from birth."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from ginseng_rd.errors import RecordRefused

_SUM_TOLERANCE = Decimal("0.01")
_WHOLE = Decimal(100)


@dataclass(frozen=True)
class Line:
    """One line of a recipe. ``share_percent`` is an exact decimal, % w/w; ``role`` what it is for.

    ``ingredient`` is the code of an ingredient, an extract or another formulation; ``lot`` the lot it is to be
    taken from; ``phase`` the part of the recipe it is made in. A line that ``fills_up`` (q.s.) takes what the
    others leave of the hundred, and may be down to nothing.
    """

    ingredient: str
    share_percent: Decimal
    role: str = ""
    phase: str = ""
    lot: str = ""
    fills_up: bool = False

    def __post_init__(self) -> None:
        if not self.ingredient.strip():
            raise RecordRefused("A line of a recipe names its ingredient.")
        if not self.share_percent.is_finite() or not 0 <= self.share_percent <= _WHOLE:
            raise RecordRefused(
                f"'{self.ingredient}' has a share of {self.share_percent} %, but a share lies above 0 and up to 100 %."
            )
        if self.share_percent == 0 and not self.fills_up:
            raise RecordRefused(f"'{self.ingredient}' has a share of 0 %, but a share lies above 0 and up to 100 %.")

    @property
    def key(self) -> tuple[str, str, str]:
        """What tells the line from others: ingredient, phase and lot."""
        return self.ingredient, self.phase, self.lot

    def __str__(self) -> str:
        apart = ", ".join(
            part for part in (self.phase and f"phase {self.phase}", self.lot and f"lot {self.lot}") if part
        )
        return f"{self.ingredient} ({apart})" if apart else self.ingredient


@dataclass(frozen=True)
class Formulation:
    """A recipe whose lines sum to 100.00 ± 0.01 % and name each ingredient once a phase and lot.

    ``version`` counts from 1. At most one line fills up.
    """

    code: str
    lines: tuple[Line, ...]
    version: int = 1

    def __post_init__(self) -> None:
        if self.version < 1:
            raise RecordRefused(f"Versions of formulation '{self.code}' count from 1, but {self.version} was given.")
        seen: dict[tuple[str, str, str], Line] = {}
        twice = dict.fromkeys(str(line) for line in self.lines if seen.setdefault(line.key, line) is not line)
        if twice:
            raise RecordRefused(f"Formulation '{self.code}' names {', '.join(twice)} more than once.")
        filling = [str(line) for line in self.lines if line.fills_up]
        if len(filling) > 1:
            raise RecordRefused(
                f"Formulation '{self.code}' fills up with {' and '.join(filling)}, but one line at most fills up."
            )
        if abs(self.total_percent - _WHOLE) > _SUM_TOLERANCE:
            raise RecordRefused(f"The lines of formulation '{self.code}' sum to {self.total_percent} %.")

    @classmethod
    def filled_up(cls, code: str, lines: Iterable[Line], version: int = 1) -> Formulation:
        """Return the recipe with the share of its filling line worked out from the others.

        Raises RecordRefused when the others are above a hundred already, or no line fills up and they are not.
        """
        given = tuple(lines)
        rest = _WHOLE - sum((line.share_percent for line in given if not line.fills_up), Decimal(0))
        if rest < 0 and any(line.fills_up for line in given):
            raise RecordRefused(f"The lines of formulation '{code}' sum to {_WHOLE - rest} % before it is filled up.")
        return cls(code, tuple(replace(n, share_percent=rest) if n.fills_up else n for n in given), version)

    @classmethod
    def of_lines(cls, code: str, version: int, rows: Iterable[Mapping[str, Any]]) -> Formulation:
        """Return the recipe that rows of the kind ``recipe`` hold, its shares exactly as they were typed."""
        lines = tuple(
            Line(
                row["ingredient"],
                Decimal(0) if row["relation"] == "q.s." else Decimal(row["value_text"].strip()),
                row["role"] or "",
                row["phase"] or "",
                row["lot"] or "",
                fills_up=row["relation"] == "q.s.",
            )
            for row in rows
        )
        return cls.filled_up(code, lines, version)

    @property
    def name(self) -> str:
        """What the version goes by: ``F-012 v2``."""
        return f"{self.code} v{self.version}"

    @property
    def total_percent(self) -> Decimal:
        return sum((line.share_percent for line in self.lines), Decimal(0))

    def share_of(self, ingredient: str) -> Decimal:
        """Return the planned share of an ingredient in % over all phases and lots, 0 where it is not in the recipe."""
        return sum((line.share_percent for line in self.lines if line.ingredient == ingredient), Decimal(0))
