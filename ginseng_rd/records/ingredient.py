"""Bought materials: what is in them, what the law allows of it, and what they cost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ginseng_rd.errors import RecordRefused


@dataclass(frozen=True)
class Substance:
    """One substance in a bought ingredient: its INCI name, and its share as the supplier states it, % w/w."""

    inci: str
    lowest_percent: Decimal
    highest_percent: Decimal

    def __post_init__(self) -> None:
        if not 0 <= self.lowest_percent <= self.highest_percent <= 100:
            raise RecordRefused(
                f"'{self.inci}' is {self.lowest_percent} to {self.highest_percent} % of its ingredient, "
                "but shares run upwards within 0 to 100 %."
            )


@dataclass(frozen=True)
class Limit:
    """The most that is allowed of a substance in a type of product of a country, % w/w."""

    inci: str
    product_type: str
    country: str
    highest_percent: Decimal
    source: str = ""


@dataclass(frozen=True)
class Price:
    """What a kilogram of an ingredient cost from a day on, in KRW."""

    on: date
    krw_per_kg: Decimal

    def __post_init__(self) -> None:
        if not (self.krw_per_kg.is_finite() and self.krw_per_kg >= 0):
            raise RecordRefused(f"A price is 0 KRW/kg or more, not {self.krw_per_kg}.")


@dataclass(frozen=True)
class Ingredient:
    """A bought material. Without a stated composition it is all of its own INCI name."""

    code: str
    inci: str
    korean_name: str = ""
    cas: str = ""
    function: str = ""
    composition: tuple[Substance, ...] = ()
    prices: tuple[Price, ...] = ()

    def __post_init__(self) -> None:
        if sum((s.lowest_percent for s in self.composition), Decimal(0)) > 100:
            raise RecordRefused(f"The lowest shares in '{self.code}' sum to more than 100 %.")

    @property
    def substances(self) -> tuple[Substance, ...]:
        return self.composition or (Substance(self.inci or self.code, Decimal(100), Decimal(100)),)

    def price_on(self, day: date) -> Price | None:
        """Return the price in force on a day: the last one dated then or earlier, or None."""
        return max((p for p in self.prices if p.on <= day), key=lambda p: p.on, default=None)
