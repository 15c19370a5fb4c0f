"""Survival studies: what is read, what holds whatever the rows, what is refused, what a reader sees."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from ginseng_rd.efficacy.survival import kaplan_meier, restricted_means
from ginseng_rd.efficacy.survival_tests import compare_survival, compare_survival_pairs
from ginseng_rd.efficacy.survival_times import read_survival
from ginseng_rd.errors import FitRefused
from ginseng_rd.words import speak


def make_study(n=120, seed=3, arms=("control", "EX-12")):
    """Lifetimes scored every second day, a fifth of them censored."""
    draw = np.random.default_rng(seed)
    arm = np.resize(arms, n)
    day = 2 * np.ceil(draw.weibull(3, n) * (9 + 3 * (arm == arms[-1])))
    event = np.where(draw.random(n) < 0.8, "died", "censored")
    return pd.DataFrame({"arm": arm, "day": day, "event": event, "vessel": np.resize(["P1", "P2", "P3"], n)})


lifetimes = st.lists(
    st.tuples(st.sampled_from("ab"), st.integers(1, 12), st.booleans(), st.sampled_from("xy")), min_size=6, max_size=40
).filter(lambda rows: any(r[2] for r in rows) and {r[0] for r in rows} == {"a", "b"})


def as_table(rows):
    return pd.DataFrame(rows, columns=["arm", "day", "event", "vessel"]).astype({"day": float})


def summary(table, unit=1.0, **reading):
    """Everything that describes a study, times divided by the unit."""
    data = read_survival(table, **reading)
    curves = kaplan_meier(data)
    steps = pd.concat([curve.table() for curve in curves])
    steps["time"] /= unit
    means = [(mean / unit, se / unit) for _, mean, se in restricted_means(data).arms]
    return steps.drop(columns="arm").to_numpy(dtype=float), np.array(means)


@settings(max_examples=60, deadline=None)
@given(lifetimes, st.randoms())
def test_the_order_of_rows_changes_nothing(rows, random):
    shuffled = random.sample(rows, len(rows))
    for one, other in zip(summary(as_table(rows)), summary(as_table(shuffled)), strict=True):
        assert_allclose(one, other, rtol=1e-12)


@settings(max_examples=60, deadline=None)
@given(lifetimes, st.sampled_from([24.0, 1 / 7, 1 / 30.4375]))
def test_another_unit_of_time_changes_only_the_times(rows, unit):
    table = as_table(rows)
    other = table.assign(day=table["day"] * unit)
    for one, scaled in zip(summary(table), summary(other, unit), strict=True):
        assert_allclose(one, scaled, rtol=1e-9)


@settings(max_examples=60, deadline=None)
@given(lifetimes)
def test_counts_and_individuals_give_the_same_result(rows):
    table = as_table(rows)
    counted = table.groupby(["arm", "day", "event", "vessel"]).size().reset_index(name="count")
    for one, other in zip(summary(table), summary(counted), strict=True):
        assert_allclose(one, other, rtol=1e-12)


@settings(max_examples=60, deadline=None)
@given(lifetimes)
def test_a_curve_falls_from_one_and_its_limits_hold_it(rows):
    for curve in kaplan_meier(read_survival(as_table(rows))):
        assert (np.diff(np.r_[1.0, curve.survival]) <= 1e-12).all()
        known = ~np.isnan(curve.low)
        assert (curve.low <= curve.survival + 1e-12)[known].all()
        assert (curve.survival <= curve.high + 1e-12)[known].all()


@settings(max_examples=60, deadline=None)
@given(lifetimes, st.sampled_from(["log-rank", "peto-peto", "gehan", "tarone-ware", 0.5]))
def test_what_one_arm_dies_too_much_the_other_dies_too_little(rows, weighting):
    data = read_survival(as_table(rows))
    try:
        found = compare_survival(data, weighting=weighting)
    except FitRefused:  # no death while both arms were under observation
        return
    assert_allclose(found.observed.sum(), found.expected.sum(), rtol=1e-9)
    assert 0 <= found.p <= 1


def test_gehans_test_is_the_wilcoxon_one_where_nobody_is_censored():
    from scipy.stats import mannwhitneyu

    draw = np.random.default_rng(5)
    table = pd.DataFrame({"arm": ["a"] * 30 + ["b"] * 40, "day": draw.random(70), "event": 1})
    found = compare_survival(read_survival(table), weighting="gehan")
    a, b = table["day"][:30], table["day"][30:]
    # The numerator is Wilcoxon's; the hypergeometric variance is another, so only the statistic is equal.
    assert_allclose(found.observed[0] - found.expected[0], 2 * mannwhitneyu(b, a).statistic - 30 * 40)


def test_a_late_entry_counts_only_from_its_day_on():
    table = pd.DataFrame({"day": [2.0, 4.0, 6.0], "event": 1, "born": [0.0, 3.0, 0.0]})
    curve = kaplan_meier(read_survival(table, entry="born")).curves[0]
    assert list(curve.n_risk) == [2, 2, 1]
    assert_allclose(curve.survival, [1 / 2, 1 / 4, 0])


def test_a_curve_that_ends_before_others_enter_says_so():
    table = pd.DataFrame({"day": [2.0, 9.0], "event": 1, "born": [0.0, 5.0]})
    curve = kaplan_meier(read_survival(table, entry="born")).curves[0]
    assert curve.flags[0].startswith("everyone under observation at 2 days died")


def test_a_median_not_reached_is_a_bound_with_its_lower_limit():
    table = pd.DataFrame({"day": [3.0, 5.0, 8.0, 8.0, 8.0], "event": [1, 1, 0, 0, 0]})
    median = kaplan_meier(read_survival(table)).curves[0].median
    assert (median.relation, median.value, median.low, median.high) == (">", 8.0, 5.0, None)


def test_times_that_differ_by_rounding_are_tied():
    table = pd.DataFrame({"day": [0.1 * 3, 0.3, 0.9], "event": 1})
    assert list(kaplan_meier(read_survival(table)).curves[0].n_event) == [2, 1]


def test_controls_come_first_and_the_other_arms_by_number():
    table = pd.DataFrame({"arm": ["EX-100", "EX-12", "EX-2", "control"], "day": 1.0, "event": 1})
    assert read_survival(table).arms == ("control", "EX-2", "EX-12", "EX-100")


def test_an_arm_may_be_made_of_two_columns():
    table = make_study().assign(dose=np.resize([0.0, 50.0], 120))
    assert read_survival(table, arm=["arm", "dose"]).arms == ("control 0", "EX-12 50")


def test_numbers_at_risk_count_those_alive_just_before():
    table = pd.DataFrame({"day": [2.0, 4.0, 4.0, 6.0], "event": [1, 0, 1, 1]})
    assert kaplan_meier(read_survival(table)).at_risk([0, 2, 4, 5, 7]).to_numpy().tolist() == [[4, 4, 3, 1, 0]]


def test_survival_at_a_time_is_the_last_step_before_it_and_missing_after_the_end():
    table = pd.DataFrame({"day": [2.0, 4.0, 6.0, 8.0], "event": [1, 1, 0, 0]})
    found = kaplan_meier(read_survival(table)).curves[0].at([1, 3, 9])
    assert_allclose(found["survival"], [1, 0.75, np.nan])


def test_a_mean_beyond_the_follow_up_of_an_arm_is_flagged():
    table = pd.DataFrame({"arm": list("aabb"), "day": [2.0, 5.0, 4.0, 9.0], "event": [1, 0, 1, 1]})
    found = restricted_means(read_survival(table), until=9)
    assert found.flags == ("'a' was followed to 5 days with 50 % alive: taken as level from there",)
    assert restricted_means(read_survival(table)).until == 5


def test_every_pair_is_compared_where_no_arm_is_named():
    found = compare_survival_pairs(read_survival(make_study(arms=("a", "b", "c"))))
    assert found.table()[["arm", "against"]].to_numpy().tolist() == [["b", "a"], ["c", "a"], ["c", "b"]]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"day": np.nan}, "rows have no 'day'"),
        ({"day": -1.0}, "0 or more, but -1"),
        ({"day": np.inf}, "infinite"),
        ({"event": "escaped"}, "'escaped'"),
        ({"event": "censored"}, "Every individual is censored"),
        ({"count": 1.5}, "whole number"),
    ],
)
def test_spoilt_rows_are_refused_in_a_sentence(change, words):
    with pytest.raises(FitRefused, match=words):
        read_survival(make_study().assign(**change))


def test_one_arm_cannot_be_compared():
    with pytest.raises(FitRefused, match="two arms or more, and all individuals are in 'control'"):
        compare_survival(read_survival(make_study(arms=("control",))))


def test_an_entry_after_the_end_is_refused():
    with pytest.raises(FitRefused, match="enters at 9 and ends at 4"):
        read_survival(pd.DataFrame({"day": [4.0, 8.0], "event": 1, "born": [9.0, 0.0]}), entry="born")


def test_the_methods_sentences_say_what_was_done_in_both_languages():
    data = read_survival(make_study(), strata="vessel")
    found = kaplan_meier(data, interval="log-log")
    assert "95 % intervals from Greenwood's variance on the log-log scale" in found.methods_sentence()
    assert "log-log 변환" in found.methods_sentence("ko")
    test = compare_survival(data, weighting="peto-peto")
    assert "Peto-Peto test (weight S(t-); stratified by vessel)" in test.methods_sentence()
    assert "층화: vessel" in test.methods_sentence("ko")
    assert "adjusted by holm" in compare_survival_pairs(data).methods_sentence()
    assert "RMST" in restricted_means(data).methods_sentence("ko")


@pytest.fixture
def korean():
    speak("ko")
    yield
    speak("")


def test_the_figure_has_steps_bands_and_numbers_at_risk():
    figure = kaplan_meier(read_survival(make_study())).plot()
    assert [trace.line.shape for trace in figure.data if trace.name] == ["hv", "hv"]
    texts = [note.text for note in figure.layout.annotations]
    assert texts.count("60") >= 2
    assert "<b>Number at risk</b>" in texts


def test_the_figure_speaks_korean(korean):
    layout = kaplan_meier(read_survival(make_study())).plot().layout
    assert (layout.yaxis.title.text, layout.xaxis.title.text) == ("생존율 (%)", "시간 (일)")


def test_invented_data_are_named_in_the_title():
    figure = kaplan_meier(read_survival(make_study().assign(origin="invented"))).plot()
    assert figure.layout.title.text == "Survival (invented example data)"
