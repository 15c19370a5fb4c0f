"""A recipe that exists is right."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ginseng_rd.errors import RecordRefused
from ginseng_rd.records.estimate import Estimate
from ginseng_rd.records.formulation import Formulation, Line


def recipe(*shares: str) -> Formulation:
    return Formulation("F-1", tuple(Line(f"ingredient {i}", Decimal(s)) for i, s in enumerate(shares)))


@given(st.lists(st.integers(1, 999), min_size=1, max_size=9))
def test_any_recipe_topped_up_with_water_is_accepted_and_one_off_by_more_than_a_hundredth_is_not(hundredths):
    shares = [Decimal(h) / 100 for h in hundredths]
    lines = [Line(f"i{n}", share) for n, share in enumerate(shares)]
    water = 100 - sum(shares)
    assert Formulation("F-1", (*lines, Line("Water", water))).share_of("Water") == water
    with pytest.raises(RecordRefused, match="sum to"):
        Formulation("F-1", (*lines, Line("Water", water - Decimal("0.02"))))


def test_a_share_is_exact():
    assert sum(line.share_percent for line in recipe("0.10", "0.20", "99.70").lines) == 100


@pytest.mark.parametrize("share", ["0", "-1", "100.01"])
def test_a_share_lies_above_zero_and_up_to_a_hundred(share):
    with pytest.raises(RecordRefused, match=f"has a share of {share} %"):
        Line("Water", Decimal(share))


def test_an_ingredient_is_named_once():
    with pytest.raises(RecordRefused, match="names Water more than once"):
        Formulation("F-1", (Line("Water", Decimal(50)), Line("Water", Decimal(50))))


def test_an_estimate_prints_its_interval_its_n_and_its_bound():
    assert str(Estimate(12.3456, "µM", 10.0, 15.0, 24, "95 % profile")) == "12.35 µM (95 % profile: 10 to 15, n = 24)"
    assert str(Estimate(200.0, "µg/mL", relation=">")) == "> 200 µg/mL"


def test_an_estimate_is_a_finite_number():
    with pytest.raises(RecordRefused, match="finite"):
        Estimate(float("nan"))
