"""A figure with its unit, its interval and what stands behind it."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ginseng_rd.errors import RecordRefused


@dataclass(frozen=True, slots=True)
class Estimate:
    """An estimated number: value, unit, interval, n and how the interval was made.

    ``relation`` is ``>`` or ``<`` where only a bound is known (an IC50 above the highest dose);
    ``value`` is then that bound. ``low`` or ``high`` is None where the interval is open on
    that side. ``basis`` names the interval (``95 % profile likelihood``).
    """

    value: float
    unit: str = ""
    low: float | None = None
    high: float | None = None
    n: int | None = None
    basis: str = ""
    relation: str = "="

    def __post_init__(self) -> None:
        if not math.isfinite(self.value):
            raise RecordRefused(f"An estimate must be a finite number, but {self.value} was given.")
        if self.relation not in ("=", "<", ">"):
            raise RecordRefused(f"The relation of an estimate is =, < or >, not '{self.relation}'.")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise RecordRefused(f"The interval of an estimate runs upwards, but {self.low} to {self.high} was given.")

    def __str__(self) -> str:
        sign = "" if self.relation == "=" else f"{self.relation} "
        text = f"{sign}{_four_digits(self.value)} {self.unit}".strip()
        inside = []
        if self.low is not None or self.high is not None:
            low = "open" if self.low is None else _four_digits(self.low)
            high = "open" if self.high is None else _four_digits(self.high)
            inside.append(f"{self.basis + ': ' if self.basis else ''}{low} to {high}")
        if self.n is not None:
            inside.append(f"n = {self.n}")
        return f"{text} ({', '.join(inside)})" if inside else text


def _four_digits(number: float) -> str:
    """Return four significant digits, and whole numbers up to ten millions in full."""
    return f"{number:.0f}" if 1e4 <= abs(number) < 1e7 else f"{number:.4g}"
