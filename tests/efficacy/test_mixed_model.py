"""Mixed models: derivatives, invariances, what is refused and what is flagged."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from ginseng_rd.efficacy.covariance_structures import STRUCTURES
from ginseng_rd.efficacy.fixed_effects import read_terms
from ginseng_rd.efficacy.mixed_model import compare_nested
from ginseng_rd.efficacy.random_effects import fit_random_effects
from ginseng_rd.efficacy.repeated_measures import fit_mmrm
from ginseng_rd.errors import FitRefused, UnknownName

GIVEN = {"response": "y", "subject": "subject", "visit": "visit"}


def make_trial(seed=1, subjects=40, visits=3, missing=0.1):
    draw = np.random.default_rng(seed)
    level = 0.6 * np.ones((visits, visits)) + np.diag(np.arange(1, visits + 1) / 2)
    y = 50 + draw.multivariate_normal(np.zeros(visits), level, size=subjects)
    y[draw.random(y.shape) < missing] = np.nan
    return pd.DataFrame(
        {"subject": np.repeat([f"P{i:03d}" for i in range(subjects)], visits),
         "visit": np.tile(np.arange(visits), subjects),
         "arm": np.repeat(np.where(np.arange(subjects) % 2, "active", "control"), visits),
         "age": np.repeat(draw.integers(20, 60, subjects), visits), "y": y.ravel()}
    )  # fmt: skip


@pytest.mark.parametrize("name", STRUCTURES)
def test_the_derivatives_of_a_structure_are_those_of_its_differences(name):
    structure, h = STRUCTURES[name], 1e-5
    theta = np.random.default_rng(2).normal(0, 0.4, structure.parameters(4))
    _, first, second = structure.covariance(theta, 4)
    for k in range(len(theta)):
        step = h * np.eye(len(theta))[k]
        (high, high_first, _), (low, low_first, _) = (structure.covariance(theta + s, 4) for s in (step, -step))
        assert_allclose(first[k], (high - low) / (2 * h), atol=1e-8)
        assert_allclose(second[k], (high_first - low_first) / (2 * h), atol=1e-8)


@pytest.mark.parametrize("name", STRUCTURES)
def test_a_structure_starts_where_a_matrix_of_its_own_kind_is(name):
    structure = STRUCTURES[name]
    theta = np.random.default_rng(3).normal(0, 0.3, structure.parameters(4))
    assert_allclose(structure.start(structure.covariance(theta, 4)[0]), theta, atol=1e-9)


@settings(deadline=None, max_examples=15)
@given(seed=st.integers(0, 50), power=st.integers(-6, 6), name=st.sampled_from(sorted(STRUCTURES)))
def test_neither_row_order_nor_units_change_a_result(seed, power, name):
    table = make_trial(seed)
    options = {"covariance": name, "df": "kenward-roger", **GIVEN}
    fit = fit_mmrm(table, fixed="age + arm*visit", **options)
    mixed = table.sample(frac=1, random_state=seed).assign(y=table["y"] * 10.0**power, age=table["age"] * 10.0**-power)
    other = fit_mmrm(mixed, fixed="age + arm*visit", **options)
    first, second = fit.compare("arm", "visit"), other.compare("arm", "visit")
    assert_allclose(second["estimate"], first["estimate"] * 10.0**power, rtol=1e-5, atol=1e-7 * 10.0**power)
    assert_allclose(second[["df", "p", "t"]], first[["df", "p", "t"]], rtol=1e-5, atol=1e-7)


@settings(deadline=None, max_examples=10)
@given(seed=st.integers(0, 50), power=st.integers(-6, 6))
def test_random_effects_change_neither_with_row_order_nor_units(seed, power):
    table = make_trial(seed)
    options = {"response": "y", "fixed": "visit + arm", "random": ["1 + visit | subject"], "df": "kenward-roger"}
    fit = fit_random_effects(table, **options)
    mixed = table.sample(frac=1, random_state=seed).assign(y=table["y"] * 10.0**power, visit=table["visit"] / 7.0)
    other = fit_random_effects(mixed, **options)
    columns = ["df", "p", "t"]
    first, second = fit.coefficients().iloc[1:], other.coefficients().iloc[1:]
    assert_allclose(second[columns], first[columns], rtol=1e-4, atol=1e-6)


def test_compound_symmetry_and_a_random_intercept_are_one_model():
    table = make_trial(subjects=30)
    by_visit = fit_mmrm(table, fixed="arm*visit", covariance="compound symmetry", **GIVEN)
    random = fit_random_effects(table, response="y", fixed="arm*visit", random=["1 | subject"], factors=["visit"])
    assert_allclose(by_visit.deviance, random.deviance, rtol=1e-10)
    columns = ["estimate", "se", "df", "p"]
    assert_allclose(by_visit.coefficients()[columns], random.coefficients()[columns], rtol=1e-7)


def test_separate_covariances_with_separate_terms_are_separate_fits():
    table = make_trial(subjects=60)
    both = fit_mmrm(table, fixed="arm*visit", group="arm", covariance="heterogeneous ar1", **GIVEN)
    apart = [fit_mmrm(part, fixed="visit", covariance="heterogeneous ar1", **GIVEN) for _, part in table.groupby("arm")]
    assert_allclose(both.deviance, sum(fit.deviance for fit in apart), rtol=1e-9)
    for name, fit in zip(("active", "control"), apart, strict=True):
        assert_allclose(both.covariance[name], fit.covariance[""], rtol=1e-5)


def test_complete_balanced_data_give_the_exact_df_of_hotelling_s_kind():
    table = make_trial(missing=0.0)
    contrast = fit_mmrm(table, fixed="arm*visit", df="kenward-roger-linear", **GIVEN).compare("arm", "visit")
    wide = table.pivot(index=["subject", "arm"], columns="visit", values="y").reset_index()
    for visit, line in zip((0, 1, 2), contrast.itertuples(), strict=True):
        a, b = (wide.loc[wide["arm"] == arm, visit] for arm in ("control", "active"))
        pooled = (a.var() * (len(a) - 1) + b.var() * (len(b) - 1)) / (len(a) + len(b) - 2)
        assert_allclose([line.estimate, line.df], [a.mean() - b.mean(), len(a) + len(b) - 2], rtol=1e-6)
        assert_allclose(line.se, np.sqrt(pooled * (1 / len(a) + 1 / len(b))), rtol=1e-6)


def test_one_visit_is_flagged_and_equals_least_squares():
    table = make_trial()
    fit = fit_mmrm(table[table["visit"] == 1], fixed="age + arm", df="kenward-roger-linear", **GIVEN)
    assert any("one visit only" in flag for flag in fit.flags)
    used = table[table["visit"] == 1].dropna()
    x = np.column_stack([np.ones(len(used)), used["age"], used["arm"] == "control"]).astype(float)
    beta, rest, *_ = np.linalg.lstsq(x, used["y"].to_numpy(), rcond=None)
    found = fit.coefficients()
    assert_allclose(found["estimate"], beta, rtol=1e-9)
    assert_allclose(found["se"], np.sqrt(np.diag(np.linalg.inv(x.T @ x)) * rest[0] / (len(used) - 3)), rtol=1e-9)
    assert_allclose(found["df"], len(used) - 3, rtol=1e-6)


def test_rows_without_a_value_are_left_out_and_counted():
    table = make_trial(missing=0.2)
    fit = fit_mmrm(table, fixed="arm*visit", **GIVEN)
    assert fit.left_out == table["y"].isna().sum()
    assert any("lack a value" in flag for flag in fit.flags)


def test_an_empty_cell_leaves_its_contrast_open_and_says_so():
    table = make_trial()
    table.loc[(table["arm"] == "active") & (table["visit"] == 2), "y"] = np.nan
    fit = fit_mmrm(table, fixed="arm*visit", covariance="compound symmetry", **GIVEN)
    contrast = fit.compare("arm", "visit").set_index("visit")
    assert contrast["p"].notna().tolist() == [True, True, False]
    assert any("left out" in flag for flag in fit.flags)
    with pytest.raises(FitRefused, match="cannot be tested"):
        fit.test("arm:visit")


def spoil(table, how):
    table = table.copy()
    if how == "infinite":
        table.loc[3, "y"] = np.inf
    if how == "constant":
        table["y"] = 7.0
    if how == "twice":
        table = pd.concat([table, table.iloc[[0]]])
    if how == "two groups":
        table.loc[0, "arm"] = "active"
        table.loc[1, "arm"] = "control"
    if how == "text":
        table["y"] = table["y"].astype(str)
    if how == "empty":
        table["y"] = np.nan
    return table


@pytest.mark.parametrize(
    ("how", "words"),
    [("infinite", "infinite in row 3"), ("constant", "does not vary"), ("twice", "P000 has two readings at visit 0"),
     ("two groups", "P000 is in two groups"), ("text", "column of numbers"), ("empty", "No row has a value")],
)  # fmt: skip
def test_spoilt_data_are_refused_in_words(how, words):
    table = spoil(make_trial(missing=0.0), how)
    with pytest.raises(FitRefused, match=words):
        fit_mmrm(table, fixed="arm*visit", group="arm", **GIVEN)


def test_a_visit_that_repeats_another_is_refused():
    table = make_trial(missing=0.0)
    table.loc[table["visit"] == 2, "y"] = table.loc[table["visit"] == 1, "y"].to_numpy()
    with pytest.raises(FitRefused, match=r"singular|converge"):
        fit_mmrm(table, fixed="arm*visit", **GIVEN)


@pytest.mark.parametrize("seed", range(5))
def test_too_few_subjects_for_so_many_visits_are_refused(seed):
    with pytest.raises(FitRefused, match=r"singular|converge"):
        fit_mmrm(make_trial(seed, subjects=6, visits=6, missing=0.0), fixed="arm*visit", **GIVEN)


def test_visits_that_no_subject_has_both_of_are_refused_without_a_structure():
    table = make_trial(missing=0.0)
    halves = table["subject"] < "P020"
    table = table[(halves & (table["visit"] < 2)) | (~halves & (table["visit"] > 0))]
    with pytest.raises(FitRefused, match="do not determine the whole covariance"):
        fit_mmrm(table, fixed="visit", **GIVEN)
    assert fit_mmrm(table, fixed="visit", covariance="ar1", **GIVEN).n_rows == len(table)


def test_numbers_within_the_names_of_visits_are_sorted_as_numbers():
    table = make_trial(missing=0.0)
    table["visit"] = "week " + (table["visit"] * 6).astype(str)
    assert fit_mmrm(table, fixed="visit", **GIVEN).visits == ("week 0", "week 6", "week 12")


def test_wrong_options_are_refused_in_words():
    table = make_trial()
    with pytest.raises(UnknownName, match="unstructered"):
        fit_mmrm(table, fixed="arm", covariance="unstructered", **GIVEN)
    with pytest.raises(UnknownName, match="degrees of freedom"):
        fit_mmrm(table, fixed="arm", df="residual", **GIVEN)
    with pytest.raises(FitRefused, match="belongs to REML"):
        fit_mmrm(table, fixed="arm", method="ML", df="kenward-roger", **GIVEN)
    with pytest.raises(FitRefused, match=r"no column 'amr'\. Did you mean 'arm'"):
        fit_mmrm(table, fixed="amr", **GIVEN)
    with pytest.raises(FitRefused, match="only the level 'active'"):
        fit_mmrm(table[table["arm"] == "active"], fixed="arm", **GIVEN)


def test_a_variance_of_zero_is_flagged_and_least_squares_remain():
    draw = np.random.default_rng(8)
    y = draw.normal(size=(20, 4))
    y -= y.mean(axis=1, keepdims=True)  # subjects that differ less than chance would have them
    table = pd.DataFrame({"subject": np.repeat(np.arange(20), 4), "x": np.tile(np.arange(4), 20), "y": y.ravel()})
    fit = fit_random_effects(table, response="y", fixed="x", random=["1 | subject"], df="kenward-roger")
    assert any("estimated as zero" in flag for flag in fit.flags)
    assert fit.components[0][3] < 1e-9
    assert np.isfinite(fit.coefficients()[["estimate", "se", "df"]]).all(axis=None)


@pytest.mark.parametrize(
    ("random", "words"),
    [("1 | row", "a level of 'row' of its own"), ("1 | one", "one level only"), ("subject", "is written as"),
     ("1 + arm | subject", "column of numbers"), ("1 + same | subject", "repeat one another")],
)  # fmt: skip
def test_random_effects_that_cannot_be_found_are_refused(random, words):
    table = make_trial(missing=0.0).assign(row=range(120), one="a", same=3.0)
    with pytest.raises(FitRefused, match=words):
        fit_random_effects(table, response="y", fixed="visit", random=[random])


def test_a_likelihood_ratio_needs_nested_fits_of_the_same_rows():
    table = make_trial()
    small, large = (fit_mmrm(table, fixed="arm*visit", covariance=c, **GIVEN) for c in ("ar1", "unstructured"))
    statistic, df, p = compare_nested(small, large)
    assert statistic > 0
    assert df == 4
    assert 0 < p < 1
    with pytest.raises(FitRefused, match="more parameters"):
        compare_nested(large, small)
    with pytest.raises(FitRefused, match="by ML"):
        compare_nested(fit_mmrm(table, fixed="visit", **GIVEN), large)


def test_terms_are_read_as_statisticians_write_them():
    assert read_terms("1") == ((),)
    assert read_terms("b + a*c") == ((), ("b",), ("a",), ("c",), ("a", "c"))
    assert read_terms("a:b + a") == ((), ("a",), ("a", "b"))
    for wrong in ("a - b", "log(a)", "a ** b", "a:"):
        with pytest.raises(FitRefused):
            read_terms(wrong)


def test_a_factor_without_its_margin_gets_a_column_for_each_level():
    fit = fit_mmrm(make_trial(), fixed="visit + visit:arm", **GIVEN)
    assert sum(":" in name for name in fit.design.names) == 3
    whole = fit_mmrm(make_trial(), fixed="visit*arm", **GIVEN)
    assert_allclose(fit.compare("arm", "visit")["t"], whole.compare("arm", "visit")["t"], rtol=1e-7)


def test_methods_sentences_say_what_was_done_in_both_languages():
    fit = fit_mmrm(make_trial(), fixed="arm*visit", df="kenward-roger-linear", **GIVEN)
    assert "an unstructured covariance of the visits within subject" in fit.methods_sentence()
    assert "linear variant, as in SAS" in fit.methods_sentence("en")
    assert "missing at random" in fit.methods_sentence("en")
    assert "공분산 구조는 비구조적이다" in fit.methods_sentence("ko")
    with pytest.raises(FitRefused, match="English"):
        fit.methods_sentence("fr")
