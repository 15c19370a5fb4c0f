"""What a recipe costs, what the law allows of it, and what its label has to say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ginseng_rd.recipes.unpacking import Material, Unpacked
from ginseng_rd.records.ingredient import Ingredient, Limit

# Fragrance allergens are named on the label above these shares of the product.
# Source: Regulation (EC) 1223/2009, Annex III; Korean MFDS notice on labelling of cosmetics, annex 2.
ALLERGEN_LIMITS = {"leave-on": Decimal("0.001"), "rinse-off": Decimal("0.01")}
ALLERGENS = frozenset(
    {
        *("Alpha-Isomethyl Ionone", "Amyl Cinnamal", "Amylcinnamyl Alcohol", "Anise Alcohol", "Benzyl Alcohol"),
        *("Benzyl Benzoate", "Benzyl Cinnamate", "Benzyl Salicylate", "Butylphenyl Methylpropional", "Cinnamal"),
        *("Cinnamyl Alcohol", "Citral", "Citronellol", "Coumarin", "Eugenol", "Evernia Furfuracea Extract"),
        *("Evernia Prunastri Extract", "Farnesol", "Geraniol", "Hexyl Cinnamal", "Hydroxycitronellal", "Isoeugenol"),
        *("Limonene", "Linalool", "Methyl 2-Octynoate"),
    }
)


@dataclass(frozen=True)
class Cost:
    """Cost of a kilogram of product in KRW, with what each material adds and those without a price.

    ``krw_per_kg`` is the cost of what has a price: all of it only where ``unpriced`` is empty.
    """

    krw_per_kg: Decimal
    shares: Mapping[Material, Decimal]
    unpriced: tuple[Material, ...]


def cost_per_kg(recipe: Unpacked, ingredients: Mapping[str, Ingredient], day: date) -> Cost:
    """Return what a kilogram of product costs at the prices of a day; exact decimals."""
    adds: dict[Material, Decimal] = {}
    unpriced = []
    for material, percent in recipe.shares.items():
        known = ingredients.get(material.code)
        price = known.price_on(day) if known else None
        if price is None:
            unpriced.append(material)
        else:
            adds[material] = percent * price.krw_per_kg / 100
    return Cost(sum(adds.values(), Decimal(0)), adds, tuple(unpriced))


@dataclass(frozen=True)
class SubstanceShare:
    """The share of a substance in the product, % w/w, at the suppliers' lowest and highest."""

    inci: str
    lowest_percent: Decimal
    highest_percent: Decimal


def substance_shares(recipe: Unpacked, ingredients: Mapping[str, Ingredient]) -> tuple[SubstanceShare, ...]:
    """Return every substance of the unpacked recipe in label order: by its highest share, most first.

    A material nobody described stands under its own name. Below one per cent any order is allowed on a label; the
    same order is kept.
    """
    lowest: dict[str, Decimal] = {}
    highest: dict[str, Decimal] = {}
    for material, percent in recipe.shares.items():
        ingredient = ingredients.get(material.code) or Ingredient(material.code, material.code)
        for substance in ingredient.substances:
            name = substance.inci
            lowest[name] = lowest.get(name, Decimal(0)) + percent * substance.lowest_percent / 100
            highest[name] = highest.get(name, Decimal(0)) + percent * substance.highest_percent / 100
    found = [SubstanceShare(name, lowest[name], min(highest[name], Decimal(100))) for name in highest]
    return tuple(sorted(found, key=lambda s: (-s.highest_percent, s.inci)))


@dataclass(frozen=True)
class LimitFinding:
    """A substance against its limit: ``within``, ``above``, or ``may exceed`` where the supplier's range spans it."""

    limit: Limit
    share: SubstanceShare
    verdict: str


def judge_limits(
    shares: Iterable[SubstanceShare], limits: Iterable[Limit], *, product_type: str, country: str
) -> tuple[LimitFinding, ...]:
    """Hold the substances of a product against the limits of its type and country, at the suppliers' highest."""
    by_name = {share.inci.casefold(): share for share in shares}
    found = []
    for limit in limits:
        share = by_name.get(limit.inci.casefold())
        if share is None or (limit.product_type, limit.country) != (product_type, country):
            continue
        most = limit.highest_percent
        verdict = "above" if share.lowest_percent > most else "may exceed" if share.highest_percent > most else "within"
        found.append(LimitFinding(limit, share, verdict))
    return tuple(found)


def label_of(shares: Iterable[SubstanceShare], *, product_type: str) -> tuple[str, ...]:
    """Return the INCI list in label order, without fragrance allergens too small to be named.

    Those at or below the share from which they are named are part of their perfume.
    """
    least = ALLERGEN_LIMITS.get(product_type, Decimal(0))
    return tuple(s.inci for s in shares if s.inci not in ALLERGENS or s.highest_percent > least)


def allergens_of(shares: Iterable[SubstanceShare], *, product_type: str) -> tuple[SubstanceShare, ...]:
    """Return the fragrance allergens that the label has to name."""
    least = ALLERGEN_LIMITS.get(product_type, Decimal(0))
    return tuple(s for s in shares if s.inci in ALLERGENS and s.highest_percent > least)
