"""The marker dose carries what is not sure of content, moisture and weighing."""

from decimal import Decimal

import numpy as np
import pytest

from ginseng_rd.errors import RecordRefused
from ginseng_rd.recipes.marker_dose import Content, content_estimate, marker_dose
from ginseng_rd.recipes.unpacking import Material, unpack
from ginseng_rd.records.formulation import Formulation, Line

EX, EX2 = Material("EX-1"), Material("EX-2")


def recipe(*lines: tuple[str, str], code: str = "F") -> Formulation:
    return Formulation.filled_up(
        code, [*(Line(n, Decimal(s)) for n, s in lines), Line("Water", Decimal(0), fills_up=True)]
    )


def test_the_dose_is_share_times_content():
    (dose,) = marker_dose(unpack(recipe(("EX-1", "5")), {}), {EX: [Content("Rg3", 12.0)]})
    assert dose.estimate.value == pytest.approx(0.6)
    assert (dose.estimate.unit, dose.estimate.basis) == ("mg/g", "spread not known")
    assert dose.per_day(2.0).value == pytest.approx(1.2)


def test_a_sub_recipe_brings_its_part():
    base = recipe(("EX-1", "20"), code="Base")
    (dose,) = marker_dose(unpack(recipe(("Base", "50"), ("EX-1", "1")), {"Base": base}), {EX: [Content("Rg3", 10.0)]})
    assert dose.estimate.value == pytest.approx(10 * (0.5 * 0.2 + 0.01))


def test_a_content_of_dry_material_counts_for_what_is_dry():
    content = Content("Rg3", 10.0, dry_basis=True, moisture_percent=8.0)
    (dose,) = marker_dose(unpack(recipe(("EX-1", "10")), {}), {EX: [content]})
    assert dose.estimate.value == pytest.approx(0.92)


def test_the_interval_covers_as_often_as_it_says():
    """3,000 labs measure the same extracts anew and weigh anew; 95 % of their intervals must hold the true dose."""
    rng = np.random.default_rng(7)
    base = recipe(("EX-1", "20"), ("EX-2", "10"), code="Base")
    top = unpack(recipe(("Base", "50"), ("EX-1", "4")), {"Base": base})
    truth, spread, n, moisture, weighing = {EX: 12.0, EX2: 3.0}, 0.8, 4, 6.0, 0.01
    shares = {m: float(s) / 100 for m, s in top.shares.items()}
    held = 0
    for _ in range(3000):
        contents = {}
        for material, value in truth.items():
            seen = rng.normal(value, spread, n)
            wet = rng.normal(moisture, 0.5)
            contents[material] = [Content("Rg3", float(seen.mean()), float(seen.std(ddof=1)), n, "=", True, wet, 0.5)]
        base_50, ex_4, ex_20, ex2_10 = rng.normal(1, weighing, 4)
        made = {EX: 0.5 * base_50 * 0.2 * ex_20 + 0.04 * ex_4, EX2: 0.5 * base_50 * 0.1 * ex2_10}
        true_dose = sum(made[m] * (1 - moisture / 100) * truth[m] for m in truth)
        (dose,) = marker_dose(top, contents, weighing_percent=100 * weighing)
        held += dose.estimate.low <= true_dose <= dose.estimate.high
    assert shares[EX] == pytest.approx(0.14)
    assert 0.94 < held / 3000 < 0.965


def test_the_spread_agrees_with_monte_carlo():
    rng = np.random.default_rng(3)
    draws = 400_000
    top = unpack(recipe(("EX-1", "10"), ("EX-2", "5")), {})
    # n is large, so that the quantile is the normal one and the variance shows.
    contents = {m: [Content("Rg3", v, sd * np.sqrt(10**6), 10**6)] for m, v, sd in ((EX, 8.0, 1.5), (EX2, 20.0, 2.0))}
    (dose,) = marker_dose(top, contents, weighing_percent=10.0)
    simulated = 0.1 * rng.normal(1, 0.1, draws) * rng.normal(8, 1.5, draws)
    simulated += 0.05 * rng.normal(1, 0.1, draws) * rng.normal(20, 2.0, draws)
    assert (dose.estimate.high - dose.estimate.value) / 1.959964 == pytest.approx(simulated.std(), rel=0.01)


def test_a_censored_content_gives_an_interval_and_no_zero():
    contents = {EX: [Content("Rg3", 10.0)], EX2: [Content("Rg3", 0.5, relation="<")]}
    (dose,) = marker_dose(unpack(recipe(("EX-1", "10"), ("EX-2", "10")), {}), contents)
    assert (dose.estimate.low, dose.estimate.high) == (1.0, pytest.approx(1.05))
    assert dose.censored == (EX2,)


def test_a_dose_of_censored_contents_alone_is_a_bound():
    (dose,) = marker_dose(unpack(recipe(("EX-1", "10")), {}), {EX: [Content("Rg3", 0.5, relation="<")]})
    assert (dose.estimate.relation, dose.estimate.value) == ("<", pytest.approx(0.05))


def test_a_content_nobody_measured_leaves_the_dose_open_above():
    contents = {EX: [Content("Rg3", 10.0)], EX2: [Content("Rb1", 2.0)]}
    rg3, rb1 = marker_dose(unpack(recipe(("EX-1", "10"), ("EX-2", "10")), {}), contents)
    assert (rg3.unknown, rg3.estimate.high) == ((EX2,), None)
    assert (rb1.unknown, rb1.estimate.value) == ((EX,), pytest.approx(0.2))


@pytest.mark.parametrize(
    "wrong", [{"mg_per_g": -1.0}, {"mg_per_g": 1000.5}, {"mg_per_g": None}, {"mg_per_g": 1, "n": 0}]
)
def test_a_content_that_cannot_be_is_refused(wrong):
    with pytest.raises(RecordRefused):
        Content("Rg3", **wrong)


def test_a_content_by_itself_has_the_interval_of_a_product_of_nothing_else():
    content = Content("Rg3", 4.0, sd=0.2, n=4, dry_basis=True, moisture_percent=8, moisture_uncertainty=0.5)
    alone = unpack(Formulation("F-1", (Line("EX-1", Decimal(100)),)), {})
    (dose,) = marker_dose(alone, {Material("EX-1"): (content,)})
    by_itself = content_estimate(content)
    assert (by_itself.value, by_itself.low, by_itself.high) == pytest.approx(
        (dose.estimate.value, dose.estimate.low, dose.estimate.high)
    )
