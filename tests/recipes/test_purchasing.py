"""What a recipe costs, what the law allows of it, and what its label says."""

from datetime import date
from decimal import Decimal

import pytest

from ginseng_rd.errors import RecordRefused
from ginseng_rd.recipes.purchasing import (
    allergens_of,
    cost_per_kg,
    judge_limits,
    label_of,
    substance_shares,
)
from ginseng_rd.recipes.unpacking import Material, unpack
from ginseng_rd.records.formulation import Formulation, Line
from ginseng_rd.records.ingredient import Ingredient, Limit, Price, Substance

DAY = date(2026, 5, 1)
EUXYL = Ingredient(
    "Euxyl PE 9010",
    "",
    composition=(
        Substance("Phenoxyethanol", Decimal(85), Decimal(92)),
        Substance("Ethylhexylglycerin", Decimal(8), Decimal(12)),
        Substance("Linalool", Decimal(0), Decimal("0.2")),
    ),
    prices=(Price(date(2026, 1, 1), Decimal(20_000)), Price(date(2026, 6, 1), Decimal(30_000))),
)
GLYCERIN = Ingredient("Glycerin", "Glycerin", prices=(Price(date(2025, 1, 1), Decimal("1500.5")),))
KNOWN = {i.code: i for i in (EUXYL, GLYCERIN)}


def unpacked(euxyl: str = "1"):
    lines = [
        Line("Euxyl PE 9010", Decimal(euxyl)),
        Line("Glycerin", Decimal(5)),
        Line("Water", Decimal(0), fills_up=True),
    ]
    return unpack(Formulation.filled_up("F", lines), {})


def test_the_price_of_the_day_counts_and_what_has_none_is_named():
    cost = cost_per_kg(unpacked(), KNOWN, DAY)
    assert (cost.krw_per_kg, cost.unpriced) == (Decimal("275.025"), (Material("Water"),))
    assert cost_per_kg(unpacked(), KNOWN, date(2026, 7, 1)).shares[Material("Euxyl PE 9010")] == 300


@pytest.mark.parametrize(("euxyl", "verdict"), [("1", "within"), ("1.1", "may exceed"), ("1.2", "above")])
def test_a_limit_is_judged_at_the_suppliers_highest(euxyl, verdict):
    limit = Limit("Phenoxyethanol", "leave-on", "KR", Decimal(1))
    shares = substance_shares(unpacked(euxyl), KNOWN)
    (found,) = judge_limits(shares, [limit], product_type="leave-on", country="KR")
    assert found.verdict == verdict
    assert judge_limits(shares, [limit], product_type="leave-on", country="EU") == ()


def test_the_label_goes_from_most_to_least():
    shares = substance_shares(unpacked(), KNOWN)
    assert label_of(shares, product_type="leave-on") == (
        "Water", "Glycerin", "Phenoxyethanol", "Ethylhexylglycerin", "Linalool",
    )  # fmt: skip


def test_an_allergen_is_named_above_its_share_only():
    shares = substance_shares(unpacked(), KNOWN)  # 0.002 % of linalool at most
    assert [s.inci for s in allergens_of(shares, product_type="leave-on")] == ["Linalool"]
    assert "Linalool" not in label_of(shares, product_type="rinse-off")


def test_shares_that_cannot_be_are_refused():
    with pytest.raises(RecordRefused, match="run upwards"):
        Substance("X", Decimal(5), Decimal(4))
    with pytest.raises(RecordRefused, match="more than 100"):
        Ingredient(
            "A", "A", composition=(Substance("X", Decimal(60), Decimal(70)), Substance("Y", Decimal(50), Decimal(60)))
        )
