"""A recipe: ingredients and their planned shares, right from birth."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from ginseng_rd.errors import RecordRefused

_SUM_TOLERANCE = Decimal("0.01")


@dataclass(frozen=True)
class Line:
    """One line of a recipe. ``share_percent`` is an exact decimal, % w/w; ``role`` what it is for."""

    ingredient: str
    share_percent: Decimal
    role: str = ""

    def __post_init__(self) -> None:
        if not 0 < self.share_percent <= 100:
            raise RecordRefused(
                f"'{self.ingredient}' has a share of {self.share_percent} %, but a share lies above 0 and up to 100 %."
            )


@dataclass(frozen=True)
class Formulation:
    """A recipe whose lines sum to 100.00 ± 0.01 % and name each ingredient once."""

    code: str
    lines: tuple[Line, ...]

    def __post_init__(self) -> None:
        names = [line.ingredient for line in self.lines]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise RecordRefused(f"Formulation '{self.code}' names {', '.join(twice)} more than once.")
        total = sum((line.share_percent for line in self.lines), Decimal(0))
        if abs(total - 100) > _SUM_TOLERANCE:
            raise RecordRefused(f"The lines of formulation '{self.code}' sum to {total} %.")

    def share_of(self, ingredient: str) -> Decimal:
        """Return the planned share of an ingredient in %, 0 where it is not in the recipe."""
        return next((line.share_percent for line in self.lines if line.ingredient == ingredient), Decimal(0))
