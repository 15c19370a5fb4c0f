"""Shelf life by ICH Q1E: against the textbook formulas written out, and what is refused or flagged."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy import stats
from scipy.optimize import brentq

from ginseng_rd.efficacy.stability import fit_shelf_life
from ginseng_rd.efficacy.stability_lines import COMMON_SLOPE, ONE_LINE, SEPARATE
from ginseng_rd.errors import FitRefused
from ginseng_rd.words import speak

MONTHS = np.array([0.0, 3.0, 6.0, 9.0, 12.0, 18.0, 24.0])
SCATTER = np.array([0.3, -0.2, 0.1, -0.4, 0.2, 0.25, -0.25])  # no trend, so that lines stay those meant


def make_readings(starts=(100.0, 100.0, 100.0), slopes=(-0.25, -0.25, -0.25), **columns):
    rows = [
        pd.DataFrame({"batch": f"B{i}", "week": MONTHS, "value": start + slope * MONTHS + np.roll(SCATTER, i)})
        for i, (start, slope) in enumerate(zip(starts, slopes, strict=True))
    ]
    return pd.concat(rows, ignore_index=True).assign(unit="%", endpoint="Rg3 content", **columns)


def limit_of_the_mean(time, value, share):
    """The confidence limit of the mean of one line, as a textbook has it: a function of time and side."""
    fit, n = stats.linregress(time, value), len(time)
    left = value - fit.intercept - fit.slope * time
    s, spread = np.sqrt(left @ left / (n - 2)), np.sum((time - time.mean()) ** 2)
    t = stats.t.ppf(share, n - 2)
    return lambda at, side: (
        fit.intercept + fit.slope * at + side * t * s * np.sqrt(1 / n + (at - time.mean()) ** 2 / spread)
    )


def test_one_batch_falls_to_its_limit_where_the_one_sided_bound_says():
    one = make_readings(starts=(100.0,), slopes=(-0.25,))
    found = fit_shelf_life(one, lower=90)
    bound = limit_of_the_mean(one["week"].to_numpy(), one["value"].to_numpy(), 0.95)
    assert_allclose(found.shelf_life.value, brentq(lambda at: bound(at, -1) - 90, 1, 100), rtol=1e-10)


def test_a_rise_is_held_against_the_upper_limit_and_either_against_both():
    one = make_readings(starts=(1.0,), slopes=(0.02,))
    time, value = one["week"].to_numpy(), one["value"].to_numpy()
    rise = fit_shelf_life(one, upper=2.0)
    bound = limit_of_the_mean(time, value, 0.95)
    assert_allclose(rise.shelf_life.value, brentq(lambda at: bound(at, 1) - 2.0, 1, 100), rtol=1e-10)
    both = fit_shelf_life(one, lower=0.5, upper=2.0)
    bound = limit_of_the_mean(time, value, 0.975)
    assert both.change == "either"
    assert_allclose(both.shelf_life.value, brentq(lambda at: bound(at, 1) - 2.0, 1, 100), rtol=1e-10)


def test_first_order_is_the_line_of_the_logarithms():
    one = make_readings(starts=(100.0,), slopes=(-0.6,))
    found = fit_shelf_life(one, lower=90, order=1)
    bound = limit_of_the_mean(one["week"].to_numpy(), np.log(one["value"].to_numpy()), 0.95)
    assert_allclose(found.shelf_life.value, brentq(lambda at: bound(at, -1) - np.log(90), 1, 100), rtol=1e-10)
    row = found.table().iloc[0]
    assert_allclose(row["half_life"], -np.log(2) / row["slope"])


def test_the_time_to_the_limit_has_fiellers_interval():
    one = make_readings(starts=(100.0,), slopes=(-0.25,))
    crossing = fit_shelf_life(one, lower=90).times_to_limit[0]
    bound = limit_of_the_mean(one["week"].to_numpy(), one["value"].to_numpy(), 0.975)
    ends = [brentq(lambda at, side=side: bound(at, side) - 90, 1, 200) for side in (-1, 1)]
    assert_allclose([crossing.low, crossing.high], ends, rtol=1e-10)
    fit = stats.linregress(one["week"], one["value"])
    assert_allclose(crossing.value, (90 - fit.intercept) / fit.slope, rtol=1e-10)


@pytest.mark.parametrize(
    ("starts", "slopes", "scheme"),
    [
        ((100.0, 100.0, 100.0), (-0.25, -0.25, -0.25), ONE_LINE),
        ((100.0, 101.0, 99.0), (-0.25, -0.25, -0.25), COMMON_SLOPE),
        ((100.0, 101.0, 99.0), (-0.25, -0.30, -0.20), SEPARATE),
    ],
)
def test_batches_are_pooled_as_far_as_they_agree(starts, slopes, scheme):
    assert fit_shelf_life(make_readings(starts, slopes), lower=90).fit.scheme == scheme


def test_the_tests_of_pooling_are_the_sequential_f_tests_of_covariance_analysis():
    table = make_readings((100.0, 100.4, 99.9), (-0.25, -0.26, -0.24))
    found = fit_shelf_life(table, lower=90).poolability()
    batch = pd.get_dummies(table["batch"]).to_numpy(dtype=float)
    time = table["week"].to_numpy()[:, None]
    one, common = np.hstack([np.ones_like(time), time]), np.hstack([batch, time])
    rss = [
        np.linalg.lstsq(x, table["value"].to_numpy(), rcond=None)[1][0]
        for x in (one, common, np.hstack([batch, batch * time]))
    ]
    error = rss[2] / 15
    assert_allclose(found["f"], [(rss[1] - rss[2]) / 2 / error, (rss[0] - rss[1]) / 2 / error], rtol=1e-9)
    assert_allclose(found["p"], stats.f.sf(found["f"], 2, 15), rtol=1e-9)


def test_the_worst_batch_sets_the_shelf_life():
    found = fit_shelf_life(make_readings((100.0, 101.0, 97.0), (-0.25, -0.25, -0.25)), lower=90)
    assert found.worst_batch == "B2"
    assert found.shelf_life.value == found.table()["shelf_life"].min()


@settings(max_examples=30, deadline=None)
@given(st.randoms(), st.sampled_from([7.0, 0.23]), st.sampled_from([1000.0, 1e-3]))
def test_neither_row_order_nor_units_touch_the_shelf_life(random, unit, value_unit):
    table = make_readings((100.0, 101.0, 99.0))
    rows = random.sample(range(len(table)), len(table))
    other = table.iloc[rows].assign(week=table["week"] * unit, value=table["value"] * value_unit)
    for order in (0, 1):
        one = fit_shelf_life(table, lower=90, order=order).table()
        two = fit_shelf_life(other, lower=90 * value_unit, order=order).table()
        assert_allclose(two["shelf_life"] / unit, one["shelf_life"], rtol=1e-9)
        assert_allclose(two["time_high"] / unit, one["time_high"], rtol=1e-9)


def test_a_limit_that_is_never_crossed_gives_a_bound_and_says_so():
    found = fit_shelf_life(make_readings(slopes=(0.5, 0.5, 0.5)), lower=90)
    assert (found.shelf_life.relation, found.shelf_life.value) == (">", 24.0)
    assert found.flags == ("the limit is not crossed: these readings (to 24 weeks) do not bound the shelf life",)


def test_a_shelf_life_beyond_the_readings_is_flagged_with_what_the_guideline_supports():
    found = fit_shelf_life(make_readings(slopes=(-0.1,) * 3), lower=90, time_unit="months")
    assert found.shelf_life.value > 36
    assert found.flags[:2] == (
        "the shelf life lies beyond the last reading (24 months): extrapolated",
        "ICH Q1E supports at most 36 months from these readings: twice, and a year more",
    )


def test_a_batch_below_its_limit_at_the_start_has_no_shelf_life():
    found = fit_shelf_life(make_readings(starts=(89.0,) * 3), lower=90)
    assert found.shelf_life.value == 0
    assert found.flags[0] == "the mean does not hold the limit with confidence even at the start"


def test_readings_without_scatter_cross_where_their_line_does():
    table = make_readings().assign(value=lambda t: 100 - 0.25 * t["week"])
    assert_allclose(fit_shelf_life(table, lower=90).shelf_life.value, 40, rtol=1e-6)


def test_bounds_are_left_out_and_counted():
    table = make_readings().assign(relation=lambda t: np.where(t.index == 3, "<", "="))
    found = fit_shelf_life(table, lower=90)
    assert found.readings.left_out == 1
    assert "Readings left out as bounds or missing: 1." in found.methods_sentence()


@pytest.mark.parametrize(
    ("change", "asked", "words"),
    [
        ({}, {}, "needs an acceptance limit"),
        ({}, {"lower": 110, "upper": 90}, "lies below the upper"),
        ({"unit": ["%", "mg/g"] * 10 + ["%"]}, {"lower": 90}, "has one unit"),
        ({"temperature_c": [25.0, 40.0] * 10 + [25.0]}, {"lower": 90}, "has one temperature c"),
        ({"week": 0.0}, {"lower": 90}, "needs later ones"),
        ({"week": -1.0}, {"lower": 90}, "0 or more"),
        ({"value": -1.0}, {"lower": 90, "order": 1}, "First-order kinetics take logarithms"),
        ({"value": np.nan}, {"lower": 90}, "No reading is a plain number"),
        ({"batch": list("abcdefghijklmnopqrstu")}, {"lower": 90}, "was read at one time only"),
    ],
)
def test_what_carries_no_shelf_life_is_refused_in_a_sentence(change, asked, words):
    with pytest.raises(FitRefused, match=words):
        fit_shelf_life(make_readings().assign(**change), **asked)


def test_the_methods_sentence_names_test_limit_and_scheme_in_both_languages():
    found = fit_shelf_life(make_readings((100.0, 101.0, 99.0)), lower=90)
    assert "the one-sided lower 95 % confidence limit of the mean" in found.methods_sentence()
    assert "equal intercepts p = " in found.methods_sentence()
    assert "단측 95 % 신뢰하한" in found.methods_sentence("ko")
    assert "공통 기울기" in found.methods_sentence("ko")


def test_the_figure_shows_limit_and_shelf_life():
    found = fit_shelf_life(make_readings(), lower=90)
    texts = [note.text for note in found.plot().layout.annotations]
    assert texts == ["lower limit 90 %", f"shelf life {found.shelf_life.value:.4g} weeks"]


def test_figure_and_flags_speak_korean():
    found = fit_shelf_life(make_readings(slopes=(-0.1,) * 3), lower=90)
    speak("ko")
    try:
        layout = found.plot().layout
        assert layout.xaxis.title.text == "시간 (주)"
        assert found.flags[0] == "사용기한이 마지막 측정(24주) 이후입니다: 외삽"
        assert found.flags[0] in layout.title.subtitle.text
    finally:
        speak("")
