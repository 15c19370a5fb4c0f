"""A recipe down to what is bought or extracted: sub-recipes taken apart, however deep they lie."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Context, Decimal, localcontext
from functools import cached_property

from ginseng_rd.errors import RecordRefused
from ginseng_rd.records.formulation import Formulation

# Ten levels of shares with two decimals have forty; none is lost.
_EXACT = Context(prec=80)


@dataclass(frozen=True)
class Material:
    """What is weighed in the end: an ingredient or extract, and the lot of it where one is named."""

    code: str
    lot: str = ""

    def __str__(self) -> str:
        return f"{self.code} ({self.lot})" if self.lot else self.code


@dataclass(frozen=True)
class Unpacked:
    """A recipe with its sub-recipes taken apart.

    ``order`` are the recipes in it, each before those it is made of; ``recipes`` are all of them by code.
    """

    top: Formulation
    recipes: Mapping[str, Formulation]
    order: tuple[str, ...]

    @cached_property
    def amounts(self) -> Mapping[str, Decimal]:
        """Grams of each recipe in a gram of the product; exact decimals."""
        with localcontext(_EXACT):
            grams = dict.fromkeys(self.order, Decimal(0))
            grams[self.top.code] = Decimal(1)
            for code in self.order:
                for line in self.recipes[code].lines:
                    if line.ingredient in grams:
                        grams[line.ingredient] += grams[code] * line.share_percent / 100
            return grams

    @cached_property
    def compositions(self) -> Mapping[str, Mapping[Material, Decimal]]:
        """Grams of each material in a gram of each recipe; exact decimals."""
        made_of: dict[str, dict[Material, Decimal]] = {}
        with localcontext(_EXACT):
            for code in reversed(self.order):
                grams: dict[Material, Decimal] = {}
                for line in self.recipes[code].lines:
                    below = made_of.get(line.ingredient, {Material(line.ingredient, line.lot): Decimal(1)})
                    for material, gram in below.items():
                        grams[material] = grams.get(material, Decimal(0)) + gram * line.share_percent / 100
                made_of[code] = grams
        return made_of

    @cached_property
    def shares(self) -> Mapping[Material, Decimal]:
        """Share of each material in the product, % w/w, largest first; exact decimals."""
        with localcontext(_EXACT):
            shares = {material: 100 * gram for material, gram in self.compositions[self.top.code].items()}
        return dict(sorted(shares.items(), key=lambda entry: -entry[1]))


def unpack(top: Formulation, recipes: Mapping[str, Formulation]) -> Unpacked:
    """Take a recipe apart. ``recipes`` holds, by code, those that lines may name; other names are materials.

    Raises RecordRefused for a recipe that is made of itself, naming the circle.
    """
    order: list[str] = []
    done: set[str] = set()
    # Depth first without recursion: a circle is a recipe met again on its own way down.
    way: list[tuple[str, list[str]]] = [(top.code, _made_of(top, recipes))]
    known = {**recipes, top.code: top}
    while way:
        code, left = way[-1]
        if not left:
            way.pop()
            if code not in done:
                done.add(code)
                order.append(code)
            continue
        below = left.pop()
        on_the_way = [c for c, _ in way]
        if below in on_the_way:
            circle = " → ".join([*on_the_way[on_the_way.index(below) :], below])
            raise RecordRefused(f"Formulation '{below}' is made of itself: {circle}.")
        if below not in done:
            way.append((below, _made_of(known[below], recipes)))
    ordered = tuple(reversed(order))
    return Unpacked(top, {code: known[code] for code in ordered}, ordered)


def _made_of(recipe: Formulation, recipes: Mapping[str, Formulation]) -> list[str]:
    return [line.ingredient for line in recipe.lines if line.ingredient in recipes or line.ingredient == recipe.code]
