"""Contents of a material as a process step meets them, each with its uncertainty."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ginseng_rd.errors import RecordRefused

# Taken where no standard deviation is given: the repeatability that most ginsenoside assays by HPLC reach.
ASSUMED_RELATIVE_UNCERTAINTY = 0.05
_REACH = 1.959964  # standard uncertainties to the end of a 95 % interval


@dataclass(frozen=True)
class Content:
    """How much of a compound there is: ``value`` and its standard uncertainty, in mg/g.

    ``limit`` stands for a content below it, of which no more is known; ``is_assumed`` marks an uncertainty that was
    not measured. Made by ``measured``, ``between`` or ``below``.
    """

    code: str
    value: float
    uncertainty: float
    limit: float | None = None
    is_assumed: bool = False

    def __post_init__(self) -> None:
        numbers = (self.value, self.uncertainty, self.limit or 0.0)
        if not all(math.isfinite(number) and number >= 0 for number in numbers):
            raise RecordRefused(f"The content of {self.code} must be numbers from 0 upwards, but {numbers} were given.")

    @classmethod
    def measured(cls, code: str, value: float, sd: float | None = None, n: int = 1) -> Content:
        """Return a measured content: the mean of ``n`` with their standard deviation (mg/g).

        Without one, 5 % of the value is assumed and marked.
        """
        if sd is None:
            return cls(code, value, ASSUMED_RELATIVE_UNCERTAINTY * value, is_assumed=True)
        if n < 1:
            raise RecordRefused(f"The content of {code} is the mean of {n} values, but one at least is needed.")
        return cls(code, value, sd / math.sqrt(n))

    @classmethod
    def between(cls, code: str, low: float, high: float) -> Content:
        """Return a content known by its 95 % interval (mg/g)."""
        if low > high:
            raise RecordRefused(f"The interval of {code} runs upwards, but {low} to {high} was given.")
        return cls(code, (low + high) / 2, (high - low) / (2 * _REACH))

    @classmethod
    def below(cls, code: str, limit: float) -> Content:
        """Return a content below a limit of quantification (mg/g): anything from 0 to there, all alike."""
        return cls(code, limit / 2, limit / math.sqrt(12), limit=limit)


@dataclass(frozen=True)
class Profile:
    """The contents of one material, and how many grams of it there were.

    Only the ratio of the grams before and after counts: 1 and the yield in g/g do as well.
    """

    contents: tuple[Content, ...]
    grams: float = 1.0
    grams_uncertainty: float = 0.0

    def __post_init__(self) -> None:
        codes = [content.code for content in self.contents]
        if twice := sorted({code for code in codes if codes.count(code) > 1}):
            raise RecordRefused(f"A profile holds each compound once, but {', '.join(twice)} stands there more often.")
        if not (self.grams > 0 and self.grams_uncertainty >= 0):
            raise RecordRefused(
                f"A material weighs more than 0 g, but {self.grams} ± {self.grams_uncertainty} was given."
            )


@dataclass(frozen=True)
class Amount:
    """A number of µmol per gram of starting material, and its standard uncertainty."""

    value: float
    uncertainty: float

    @property
    def interval(self) -> tuple[float, float]:
        """Return the 95 % interval, from 0 upwards where the value is not negative."""
        low, high = self.value - _REACH * self.uncertainty, self.value + _REACH * self.uncertainty
        return (max(low, 0.0) if self.value >= 0 else low), high

    def __str__(self) -> str:
        return f"{self.value:.3g} ± {self.uncertainty:.2g}"
