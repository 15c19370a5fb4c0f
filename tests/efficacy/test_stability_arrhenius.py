"""Arrhenius extrapolation and challenge tests."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from ginseng_rd.efficacy.arrhenius import METHODS, fit_arrhenius
from ginseng_rd.efficacy.arrhenius_fits import GAS_CONSTANT
from ginseng_rd.efficacy.challenge_test import judge_challenge
from ginseng_rd.errors import FitRefused

RATE, ENERGY = 0.004, 80.0  # per week at 25 °C, kJ/mol


def make_accelerated(order=1, scatter=0.0, seed=1, celsius=(40, 50, 60)):
    """Readings that fall from 100 by Arrhenius' equation; of zero order, by 100 times the rate."""
    draw, rows = np.random.default_rng(seed), []
    for c in celsius:
        k = RATE * np.exp(-ENERGY / GAS_CONSTANT * (1 / (c + 273.15) - 1 / 298.15))
        for week in (0.0, 1.0, 2.0, 4.0, 6.0, 8.0):
            noise = scatter * draw.standard_normal()
            rows.append((c, week, 100 * np.exp(-k * week + noise) if order else 100 * (1 - k * week + noise)))
    return pd.DataFrame(rows, columns=["temperature_c", "week", "value"]).assign(unit="%")


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("order", [0, 1])
def test_readings_without_scatter_give_back_rate_energy_and_time(method, order):
    found = fit_arrhenius(make_accelerated(order), limit=90, stored_at_c=25, order=order, method=method)
    time = np.log(100 / 90) / RATE if order else 0.1 / RATE
    assert_allclose(found.activation_energy.value, ENERGY, rtol=1e-6)
    assert_allclose(found.time_to_limit.value, time, rtol=1e-6)
    assert_allclose(found.rate.value, RATE if order else 100 * RATE, rtol=1e-6)


def test_the_profile_limit_is_where_the_least_sum_of_squares_meets_the_f_bound():
    from scipy.optimize import minimize
    from scipy.stats import t

    table = make_accelerated(scatter=0.01)
    found = fit_arrhenius(table, limit=90, stored_at_c=25, order=1)
    y, week = np.log(table["value"].to_numpy()), table["week"].to_numpy()
    inverse = (1 / (table["temperature_c"].to_numpy() + 273.15) - 1 / 298.15) / GAS_CONSTANT

    def rss(theta, time):
        mean = theta[0] + (np.log(90) - theta[0]) * week / time * np.exp(-theta[1] * inverse)
        return np.sum((y - mean) ** 2)

    def least(time):
        return minimize(
            rss, [y[0], ENERGY], args=(time,), method="Nelder-Mead", options={"xatol": 1e-8, "fatol": 1e-14}
        ).fun

    bound = least(found.time_to_limit.value) * (1 + t.ppf(0.975, found.df) ** 2 / found.df)
    assert_allclose([least(found.time_to_limit.low), least(found.time_to_limit.high)], bound, rtol=1e-4)


@settings(max_examples=15, deadline=None)
@given(st.randoms(), st.sampled_from([7.0, 0.23]), st.sampled_from(METHODS))
def test_neither_row_order_nor_the_unit_of_time_touch_the_answer(random, unit, method):
    table = make_accelerated(scatter=0.005)
    rows = random.sample(range(len(table)), len(table))
    other = table.iloc[rows].assign(week=table["week"] * unit)
    one, two = (fit_arrhenius(t, limit=90, stored_at_c=25, order=1, method=method) for t in (table, other))
    assert_allclose(two.activation_energy.low, one.activation_energy.low, rtol=1e-6)
    assert_allclose(two.time_to_limit.high / unit, one.time_to_limit.high, rtol=1e-6)


def test_leaving_what_was_tested_is_flagged():
    found = fit_arrhenius(make_accelerated(scatter=0.005), limit=90, stored_at_c=25, order=1)
    assert found.flags == (
        "25 °C lies below the temperatures tested (40 to 60 °C): extrapolated",
        "the limit is reached after the last reading (8 weeks): extrapolated in time",
    )
    assert fit_arrhenius(make_accelerated(scatter=0.005), limit=90, stored_at_c=45, order=1).flags == ()


def test_a_limit_the_readings_move_away_from_is_refused():
    for method in METHODS:
        with pytest.raises(FitRefused, match="do not move towards the limit"):
            fit_arrhenius(make_accelerated(scatter=0.005), limit=110, stored_at_c=25, method=method)


@pytest.mark.parametrize(
    ("table", "asked", "words"),
    [
        (make_accelerated(celsius=(40,)), {}, "two temperatures or more"),
        (make_accelerated(celsius=(40, 50)), {"method": "two-stage"}, "needs three temperatures"),
        (make_accelerated().drop(columns="temperature_c"), {}, "no column 'temperature_c'"),
        (make_accelerated().assign(batch=["a", "b"] * 9), {}, "one batch"),
        (make_accelerated().assign(unit=["%"] * 6 + ["mg/g"] * 12), {}, "different units"),
        (make_accelerated(), {"limit": 0.0, "order": 1}, "above 0"),
    ],
)
def test_what_carries_no_extrapolation_is_refused(table, asked, words):
    with pytest.raises(FitRefused, match=words):
        fit_arrhenius(table, **{"limit": 90, "stored_at_c": 25, **asked})


def test_the_arrhenius_figure_and_sentence_name_both_temperatures():
    found = fit_arrhenius(make_accelerated(scatter=0.005), limit=90, stored_at_c=25, order=1)
    assert "at 40–60 °C were carried to 25 °C" in found.methods_sentence()
    assert "프로파일 우도법" in found.methods_sentence("ko")
    assert [trace.text[0] for trace in found.plot().data if trace.text is not None] == ["40 °C", "25 °C"]


GOOD = {
    "P. aeruginosa": (5e5, {7: "<10", 14: "<10", 28: "<10"}),
    "S. aureus": (3e5, {7: 200, 14: "<10", 28: "<10"}),
    "E. coli": (4e5, {7: 90, 14: "<10", 28: "<10"}),
    "Candida albicans": (4e4, {7: 900, 14: 100, 28: 20}),
    "A. brasiliensis": (4e4, {14: 8000, 28: 2000}),
}


def make_counts(**changes):
    rows = []
    for name, (start, counts) in {**GOOD, **changes}.items():
        for day, count in {0: start, **counts}.items():
            bound = isinstance(count, str)
            rows.append((name, day, "<" if bound else "=", float(count[1:]) if bound else float(count)))
    return pd.DataFrame(rows, columns=["organism", "day", "relation", "value"]).assign(unit="CFU/g")


def test_a_product_that_meets_every_criterion_is_a():
    found = judge_challenge(make_counts())
    assert (found.verdict, found.flags) == ("A", ())


def test_a_count_below_the_detection_limit_is_a_lower_bound_of_the_reduction():
    row = judge_challenge(make_counts()).table().query("organism == 'Pseudomonas aeruginosa' and day == 7").iloc[0]
    assert (row["reduction_relation"], round(row["log_reduction"], 3)) == (">", 4.699)


def test_slow_killing_of_a_bacterium_is_b_and_a_near_miss_is_told():
    found = judge_challenge(make_counts(**{"E. coli": (4e5, {7: 900, 14: 100, 28: 20})}))
    assert found.verdict == "B"
    assert found.flags == ("Escherichia coli on day 7: 2.65 lies within 0.5 log10 of criterion A (3)",)


def test_regrowth_by_more_than_half_a_log_fails_both():
    found = judge_challenge(make_counts(**{"E. coli": (4e5, {7: 20, 14: 20, 28: 70})}))
    assert found.verdict == "neither"
    assert judge_challenge(make_counts(**{"E. coli": (4e5, {7: 20, 14: 20, 28: 60})})).verdict == "A"


def test_a_mould_that_grows_fails():
    assert judge_challenge(make_counts(**{"A. brasiliensis": (4e4, {14: 2e5, 28: 2000})})).verdict == "neither"


def test_a_bound_too_high_to_tell_leaves_the_verdict_open():
    found = judge_challenge(make_counts(**{"E. coli": (2e5, {7: "<1000", 14: "<1000", 28: "<1000"})}))
    assert found.verdict == "not determined"
    assert found.flags[0].startswith("criterion A cannot be told for Escherichia coli on day 7")


def test_an_organism_or_a_day_that_lacks_leaves_the_verdict_open():
    counts = make_counts()
    found = judge_challenge(counts[counts["organism"] != "E. coli"])
    assert (found.verdict, found.flags) == (
        "not determined",
        ("Escherichia coli was not tested: ISO 11930 asks for it",),
    )
    found = judge_challenge(counts[~((counts["organism"] == "S. aureus") & (counts["day"] == 28))])
    assert (found.verdict, found.flags) == ("not determined", ("Staphylococcus aureus has no count on day 28",))


def test_replicates_are_averaged_and_korean_names_known():
    counts = make_counts().replace({"organism": {"E. coli": "대장균"}})
    doubled = pd.concat([counts.assign(value=counts["value"] * 0.5), counts.assign(value=counts["value"] * 1.5)])
    one, two = judge_challenge(make_counts()).table(), judge_challenge(doubled).table()
    assert_allclose(two["log_reduction"], one["log_reduction"])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"value": 0.0}, "No colony on the plates is a count below the detection limit"),
        ({"organism": "B. subtilis"}, "no organism of ISO 11930"),
        ({"day": 7}, "no count on day 0"),
        ({"relation": "<"}, "only a bound"),
        ({"unit": ["CFU/g", "CFU/mL"] * 9 + ["CFU/g"]}, "several units"),
    ],
)
def test_counts_that_cannot_be_judged_are_refused(change, words):
    with pytest.raises(FitRefused, match=words):
        judge_challenge(make_counts().assign(**change))


def test_an_inoculum_outside_its_range_is_flagged():
    found = judge_challenge(
        make_counts(**{"C. albicans": (4e6, {7: 900, 14: 100, 28: 20})}).query("organism != 'Candida albicans'")
    )
    assert found.flags == ("the inoculum of Candida albicans, 4e+06, lies outside 10000 to 100000",)


def test_the_challenge_sentence_and_figure_say_the_verdict():
    found = judge_challenge(make_counts())
    assert found.methods_sentence().endswith("criterion A is met.")
    assert found.methods_sentence("ko").endswith("기준 A 적합.")
    assert found.plot().layout.title.text == "Challenge test: criterion A met"
