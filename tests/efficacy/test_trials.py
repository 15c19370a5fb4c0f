"""Trials: what is left out, refused and said; missing data, responders, multiplicity, size of the next trial."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy.stats import nct, norm

from ginseng_rd.efficacy.group_comparison import (
    compare_pairs,
    compare_two_groups,
    compare_with_control,
    largest_t_below,
    noncentral_t_below,
)
from ginseng_rd.efficacy.missing_data import find_tipping_point
from ginseng_rd.efficacy.multiplicity import adjust_gates, adjust_p_values
from ginseng_rd.efficacy.responders import compare_responders, fit_marginal_logistic, responds
from ginseng_rd.efficacy.sample_size import (
    plan_paired,
    plan_parallel,
    plan_split_face,
    simulate_parallel_trials,
)
from ginseng_rd.efficacy.trials import analyse_crossover, analyse_parallel_trial, analyse_split_face
from ginseng_rd.errors import FitRefused, UnknownName

PARALLEL = {
    "response": "y", "subject": "subject", "arm": "arm", "visit": "week", "baseline_visit": 0, "control": "vehicle",
}  # fmt: skip
COVARIANCE = np.array([[1.0, 0.6, 0.5, 0.4], [0.6, 1.2, 0.8, 0.7], [0.5, 0.8, 1.5, 1.0], [0.4, 0.7, 1.0, 2.0]])


@pytest.fixture
def trial():
    """A trial of 40 subjects at weeks 0, 4, 8 and 12, some readings after baseline missing, the last effect -1.5."""
    draw = np.random.default_rng(4)
    y = 60 + draw.multivariate_normal(np.zeros(4), COVARIANCE, size=40)
    active = np.arange(40) % 2 == 1
    y[active] += [0.0, -0.5, -1.0, -1.5]
    y[:, 1:][draw.random((40, 3)) < 0.12] = np.nan
    return pd.DataFrame(
        {"subject": np.repeat([f"P{i:02d}" for i in range(40)], 4), "week": np.tile([0, 4, 8, 12], 40),
         "arm": np.repeat(np.where(active, "active", "vehicle"), 4), "y": y.ravel()}
    )  # fmt: skip


@pytest.fixture
def faces():
    draw = np.random.default_rng(5)
    y = draw.normal(40, 5, (20, 1, 1)) + draw.normal(0, 2, (20, 2, 1)) + draw.normal(0, 2, (20, 2, 3))
    table = pd.DataFrame(
        {"subject": np.repeat(np.arange(20), 6), "side": np.tile(np.repeat(["left", "right"], 3), 20),
         "week": np.tile([0, 4, 8], 40), "y": y.ravel()}
    )  # fmt: skip
    on_left = (table["subject"] % 2 == 0) == (table["side"] == "left")
    return table.assign(treatment=np.where(on_left, "active", "vehicle"))


@pytest.fixture
def periods():
    draw = np.random.default_rng(6)
    rows = []
    for subject in range(16):
        level = draw.normal(0, 2)
        for period, product in enumerate(("A", "B") if subject % 2 else ("B", "A"), start=1):
            value = level + 0.5 * period + (product == "A") + draw.normal(0, 0.5)
            rows.append((subject, period, product, value))
    return pd.DataFrame(rows, columns=["subject", "period", "treatment", "y"])


SPLIT = {
    "response": "y", "subject": "subject", "side": "side", "treatment": "treatment", "visit": "week",
    "baseline_visit": 0, "control": "vehicle",
}  # fmt: skip
CROSS = {"response": "y", "subject": "subject", "period": "period", "treatment": "treatment", "control": "B"}


def test_subjects_without_baseline_or_later_reading_are_left_out_by_name(trial):
    trial.loc[trial["subject"].eq("P03") & trial["week"].eq(0), "y"] = np.nan
    trial.loc[trial["subject"].eq("P07") & trial["week"].gt(0), "y"] = np.nan
    found = analyse_parallel_trial(trial, **PARALLEL)
    assert found.excluded == (("P03", "no baseline"), ("P07", "no reading after baseline"))
    assert found.model.n_subjects == 38


@settings(deadline=None, max_examples=10)
@given(power=st.integers(-5, 5), seed=st.integers(0, 99), shift=st.floats(-100, 100))
def test_a_trial_says_the_same_in_other_units_and_row_orders(power, seed, shift):
    draw = np.random.default_rng(seed)
    y = draw.multivariate_normal(np.zeros(4), COVARIANCE, size=24)
    table = pd.DataFrame(
        {"subject": np.repeat(np.arange(24), 4), "week": np.tile([0, 4, 8, 12], 24),
         "arm": np.repeat(["active", "vehicle"] * 12, 4), "y": y.ravel()}
    )  # fmt: skip
    first = analyse_parallel_trial(table, **PARALLEL).contrasts
    other = table.sample(frac=1, random_state=seed).assign(y=(table["y"] + shift) * 10.0**power)
    second = analyse_parallel_trial(other, **PARALLEL).contrasts
    assert_allclose(second["estimate"], first["estimate"] * 10.0**power, rtol=1e-5, atol=1e-8 * 10.0**power)
    columns = ["df", "p", "p_adjusted", "effect"]
    assert_allclose(second[columns], first[columns], rtol=1e-5, atol=1e-7)


def test_a_subject_in_two_arms_is_refused_by_name(trial):
    trial.loc[0, "arm"] = "active"
    with pytest.raises(FitRefused, match="more than one arm: P00"):
        analyse_parallel_trial(trial, **PARALLEL)


def test_a_trial_without_baseline_control_or_second_arm_is_refused(trial):
    with pytest.raises(FitRefused, match="no reading at the baseline visit '-1'"):
        analyse_parallel_trial(trial, **{**PARALLEL, "baseline_visit": -1})
    with pytest.raises(FitRefused, match="control arm 'placebo'"):
        analyse_parallel_trial(trial, **{**PARALLEL, "control": "placebo"})
    with pytest.raises(FitRefused, match="only the arm"):
        analyse_parallel_trial(trial[trial["arm"] == "vehicle"], **PARALLEL)
    with pytest.raises(FitRefused, match="two readings for subject P00"):
        analyse_parallel_trial(pd.concat([trial, trial.iloc[[0]]]), **PARALLEL)
    with pytest.raises(FitRefused, match="both a baseline and a later"):
        analyse_parallel_trial(trial[trial["week"] == 0], **PARALLEL)


def test_one_later_visit_is_analysed_and_flagged(trial):
    found = analyse_parallel_trial(trial[trial["week"].isin([0, 12])], **PARALLEL)
    assert len(found.contrasts) == 1
    assert any("one visit only" in flag for flag in found.flags)
    assert found.plot_profile().data


def test_a_split_face_trial_needs_one_treatment_a_side(faces):
    assert set(analyse_split_face(faces, **SPLIT).pairs) == {4, 8}
    with pytest.raises(FitRefused, match="more than one arm: 0, left"):
        analyse_split_face(faces.assign(treatment=["vehicle", *faces["treatment"][1:]]), **SPLIT)
    with pytest.raises(FitRefused, match="baseline visit"):
        analyse_split_face(faces[faces["week"] > 0], **SPLIT)


def test_a_subject_with_one_side_only_is_named_and_kept(faces):
    found = analyse_split_face(faces[(faces["subject"] != 3) | (faces["side"] == "left")], **SPLIT)
    assert found.excluded == (("3", "one treatment only; kept in the model"),)
    assert found.model.n_subjects == 20
    assert found.pairs[8].n == 19


def test_a_balanced_crossover_equals_the_t_test_within_sequences(periods):
    found = analyse_crossover(periods, **CROSS).contrasts.iloc[0]
    wide = periods.pivot(index="subject", columns="period", values="y")
    change = wide[1] - wide[2]
    first_a = np.arange(16) % 2 == 1
    a, b = change[first_a], change[~first_a]
    pooled = (a.var() * 7 + b.var() * 7) / 14
    assert_allclose(found["estimate"], (a.mean() - b.mean()) / 2, rtol=1e-8)
    assert_allclose(found["se"], np.sqrt(pooled * (1 / 8 + 1 / 8)) / 2, rtol=1e-6)
    assert_allclose(found["df"], 14, rtol=1e-6)


def test_a_crossover_keeps_who_missed_a_reading_and_leaves_out_who_missed_a_period(periods):
    periods.loc[0, "y"] = np.nan
    found = analyse_crossover(periods.drop(index=5), **CROSS)
    assert found.excluded == (("2", "not all periods"),)
    assert (found.model.n_rows, found.model.n_subjects, found.model.left_out) == (29, 15, 1)


def test_a_covariate_may_have_brackets_in_its_name(trial):
    named = trial.assign(**{"age (y)": trial["subject"].str[1:].astype(int) % 9})
    found = analyse_parallel_trial(named, covariates=["age (y)"], **PARALLEL)
    assert "age (y)" in found.model.design.names


def test_a_crossover_of_one_sequence_says_that_period_and_treatment_are_one(periods):
    one = periods[periods["subject"] % 2 == 1]
    found = analyse_crossover(one, **CROSS)
    assert any("cannot be told apart" in flag for flag in found.flags)


def test_carry_over_is_flagged(periods):
    carried = periods.assign(y=periods["y"] + np.where(periods["subject"] % 2, 9.0, 0.0))
    assert any("carried over" in flag for flag in analyse_crossover(carried, **CROSS).flags)


def test_sentences_figures_and_tables_read_in_both_languages(trial, faces, periods):
    for found in (
        analyse_parallel_trial(trial, unit="µm", **PARALLEL),
        analyse_split_face(faces, **SPLIT),
        analyse_crossover(periods, **CROSS),
    ):
        assert "differences of LS means" in found.methods_sentence("en")
        assert "최소제곱평균" in found.methods_sentence("ko")
        assert "대조군 대비 차이" in found.plot_forest("ko").layout.title.text
        assert len(found.plot_forest().data[0].x) == len(found.contrasts)
        assert [trace.name for trace in found.plot_profile("ko").data] == list(dict.fromkeys(found.ls_means["arm"]))


def test_a_result_shows_itself_as_text_and_in_a_notebook(trial):
    found = analyse_parallel_trial(trial.assign(arm=trial["arm"].replace("active", "<b>")), unit="µm", **PARALLEL)
    assert str(found).startswith("y, parallel trial, 40 subjects\n  <b> - vehicle at visit 4: ")
    assert "&lt;b&gt; - vehicle" in found._repr_html_()


def test_a_shift_at_the_tipping_point_gives_p_of_alpha(trial):
    options = {**PARALLEL, "imputations": 30}
    found = find_tipping_point(trial, **options)
    assert found.tipping_shift > 0
    again = find_tipping_point(trial, shifts=[found.tipping_shift], **options)
    shifted = again.table.set_index("assumption").loc["shifted"]
    assert_allclose(shifted["p"], 0.05, atol=1e-6)
    assert "missing at random" in found.methods_sentence()
    assert "다중대치" in found.methods_sentence("ko")


def test_imputation_under_missing_at_random_agrees_with_the_mixed_model(trial):
    found = find_tipping_point(trial, **{**PARALLEL, "imputations": 200}).table.iloc[0]
    model = analyse_parallel_trial(trial, **PARALLEL).contrasts.iloc[-1]
    assert abs(found["estimate"] - model["estimate"]) < 0.2 * model["se"]
    assert 0.85 < found["se"] / model["se"] < 1.2


def test_nothing_missing_leaves_nothing_to_tip(trial):
    full = trial.assign(y=trial["y"].fillna(60.0) + np.arange(len(trial)) % 7)
    with pytest.raises(FitRefused, match="Nothing is missing"):
        find_tipping_point(full, **PARALLEL)


def test_a_reading_that_falls_enough_is_a_response_and_a_missing_one_is_neither(trial):
    table = pd.DataFrame(
        {"s": ["a", "a", "b", "b", "c", "c"], "w": [0, 1] * 3, "y": [10.0, 9.5, 10.0, 9.6, 10.0, np.nan]}
    )
    found = responds(table, response="y", subject="s", visit="w", baseline_visit=0, fall_percent=5).set_index("s")
    assert found["responded"].tolist()[:2] == [1.0, 0.0]
    assert np.isnan(found.loc["c", "responded"])


def test_marginal_logistic_of_one_row_a_subject_is_logistic_regression():
    table = pd.DataFrame({"s": range(40), "arm": ["a"] * 20 + ["b"] * 20, "r": [1] * 12 + [0] * 8 + [1] * 6 + [0] * 14})
    found = fit_marginal_logistic(table, response="r", fixed="arm", subject="s", corrected=False).table
    by_table = compare_responders((6, 12), (20, 20))
    assert_allclose(found["estimate"].iloc[1], by_table.log_odds_ratio, rtol=1e-9)
    assert_allclose(found["se"].iloc[1], by_table.log_odds_ratio_se, rtol=1e-9)


def test_marginal_logistic_does_not_count_repeated_rows_as_new_subjects():
    draw = np.random.default_rng(7)
    once = pd.DataFrame({"s": range(60), "arm": ["a", "b"] * 30, "r": draw.integers(0, 2, 60)})
    often = pd.concat([once.assign(visit=v) for v in range(4)])
    options = {"response": "r", "fixed": "arm", "subject": "s", "corrected": False}
    first = fit_marginal_logistic(once, **options).table
    second = fit_marginal_logistic(often, working="independence", **options).table
    assert_allclose(second[["estimate", "se"]], first[["estimate", "se"]], rtol=1e-9)


def test_separation_and_other_than_yes_or_no_are_refused():
    table = pd.DataFrame({"s": range(20), "arm": ["a", "b"] * 10, "r": [0, 1] * 10})
    with pytest.raises(FitRefused, match="separates"):
        fit_marginal_logistic(table, response="r", fixed="arm", subject="s")
    with pytest.raises(FitRefused, match="0 and 1"):
        fit_marginal_logistic(table.assign(r=2), response="r", fixed="arm", subject="s")
    with pytest.raises(FitRefused, match="which cannot be"):
        compare_responders((5, 1), (4, 4))


def test_an_empty_cell_leaves_the_odds_ratio_open():
    found = compare_responders((5, 0), (10, 10))
    assert found.odds_ratio_high == np.inf
    assert np.isnan(found.log_odds_ratio)
    assert 0 < found.fisher_p < 0.05


def test_the_fixed_sequence_stops_at_the_first_question_not_shown():
    assert adjust_p_values([0.01, 0.2, 0.001], "fixed-sequence").tolist() == [0.01, 0.2, 0.2]
    first, second = adjust_gates([[0.01, 0.03], [0.001, 0.2]])
    assert_allclose(first, [0.02, 0.03])
    assert_allclose(second, [0.03, 0.2])


@given(p=st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_hochberg_and_hommel_lie_between_the_raw_p_and_holm(p):
    holm, hochberg, hommel = (adjust_p_values(p, method) for method in ("holm", "hochberg", "hommel"))
    for small, large in ((np.array(p), hommel), (hommel, hochberg), (hochberg, holm)):
        assert (small <= large + 1e-12).all()


def test_p_values_outside_zero_to_one_and_unknown_methods_are_refused():
    for wrong in ([0.1, np.nan], [1.2], [-0.1]):
        with pytest.raises(FitRefused):
            adjust_p_values(wrong)
    with pytest.raises(UnknownName, match="Did you mean 'holm'"):
        adjust_p_values([0.1], "holmes")


@pytest.mark.parametrize("shares", [(0.3,), (0.6, 0.6), (0.5, 0.7, 0.9)])
def test_the_multivariate_t_agrees_with_a_simulation(shares):
    draw, shares = np.random.default_rng(9), np.array(shares)
    z = shares * draw.standard_normal((400_000, 1)) + np.sqrt(1 - shares**2) * draw.standard_normal(
        (400_000, len(shares))
    )
    t = np.abs(z / np.sqrt(draw.chisquare(8, (400_000, 1)) / 8)).max(axis=1)
    assert abs((t < 2.2).mean() - largest_t_below(2.2, 8, shares)) < 0.003


def test_many_degrees_of_freedom_and_no_correlation_multiply_normal_chances():
    assert_allclose(largest_t_below(2.0, 1e7, np.zeros(3)), (1 - 2 * norm.sf(2.0)) ** 3, rtol=1e-6)


@settings(deadline=None)
@given(t=st.floats(-30, 30), df=st.floats(2, 500), shift=st.floats(-30, 30))
def test_the_noncentral_t_agrees_with_scipy_where_that_gives_a_number(t, df, shift):
    theirs = nct.cdf(t, df, shift)
    found = noncentral_t_below(t, df, shift)
    assert 0 <= found <= 1 + 1e-12
    if np.isfinite(theirs):
        assert_allclose(found, theirs, atol=1e-8)


def test_groups_without_variation_or_values_are_refused():
    with pytest.raises(FitRefused, match="equal"):
        compare_two_groups([1.0, 1.0], [1.0, 1.0])
    with pytest.raises(FitRefused, match="Two values at least"):
        compare_pairs([1.0, np.nan], [2.0, 3.0])
    with pytest.raises(FitRefused, match="infinite"):
        compare_two_groups([1.0, np.inf], [1.0, 2.0])
    with pytest.raises(FitRefused, match="'vehicle' and one other"):
        compare_with_control({"active": [1.0, 2.0]}, "vehicle")
    with pytest.raises(FitRefused, match="one length"):
        compare_pairs([1.0, 2.0], [1.0])


def test_sizes_equal_power_t_test_of_r():
    # R 4: power.t.test(delta = 1, sd = 1, power = .90) gives n = 22.02110; type = "paired", delta = .5: 33.36713.
    assert_allclose(plan_parallel(1, 1, power=0.9).exact, 22.02110, atol=2e-5)
    assert_allclose(plan_paired(0.5, 1).exact, 33.36713, atol=1e-5)


def test_plans_allow_for_baseline_correlation_sides_and_drop_out():
    plain, adjusted = plan_parallel(1, 2), plan_parallel(1, 2, baseline_correlation=0.7)
    assert 0.45 < adjusted.exact / plain.exact < 0.58
    assert plan_parallel(1, 2, dropout=0.2).recruit == 2 * int(np.ceil(plain.n[0] / 0.8))
    assert plan_split_face(1, 2, 0.5).n == plan_paired(1, 2).n
    assert "noncentral t" in plain.methods_sentence()
    assert "검정력" in plain.methods_sentence("ko")
    with pytest.raises(FitRefused, match="difference other than 0"):
        plan_paired(0, 1)


def test_simulated_power_meets_the_formula():
    found = simulate_parallel_trials((20, 20), [1.0], np.array([[1.0, 0.0], [0.0, 1.0]]), trials=300, seed=2)
    # Change from a baseline that tells nothing: adjusted for it, the reading alone counts.
    expected = plan_parallel(1.0, 1.0, baseline_correlation=1e-9, power=0.86)
    assert abs(expected.n[0] - 20) <= 1
    assert found.low < 0.86 < found.high
    assert "simulated" in found.methods_sentence()


@pytest.mark.slow
@pytest.mark.parametrize("subjects", [14, 21, 36])
def test_the_trial_contrast_errs_at_its_level(subjects):
    sizes = (subjects // 2, subjects - subjects // 2)
    found = simulate_parallel_trials(sizes, [0.0] * 3, COVARIANCE, dropout=0.05, trials=1000, seed=subjects)
    assert found.refused == 0
    assert 0.03 < found.found < 0.07
