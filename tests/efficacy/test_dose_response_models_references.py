"""The curve family against numbers of R's drc, MASS and NIST.

drc's optimiser stops at a relative change of about 1e-7 in the sum of squares. Where a parameter differs from
its print, the likelihood here must be the higher one, and drc's own tolerance bounds the difference.
"""

import json
import math

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from ginseng_rd.efficacy.dose_response_models import fit_curve_model
from ginseng_rd.efficacy.nonlinear import fit_nonlinear

SHARING = {
    "separate": {},
    "common_upper_lower": {"lower": "all", "upper": "all"},
    "parallel": {"lower": "all", "upper": "all", "slope": "all"},
}
LETTERS = {"b": "slope", "c": "lower", "d": "upper", "e": "ed50", "f": "extra"}


def read(reference_data, name, **columns):
    folder = reference_data / "certified" / name
    return pd.read_csv(folder / "data.csv").rename(columns=columns), json.loads((folder / "expected.json").read_text())


@pytest.fixture(scope="module")
def ryegrass(reference_data):
    return read(reference_data, "drc_ryegrass", rootl="value", conc="dose")


@pytest.fixture(scope="module")
def salba(reference_data):
    readings, expected = read(reference_data, "drc_salba", DryMatter="value", Dose="dose")
    return {key: fit_curve_model(readings, by="Herbicide", shared=SHARING[key]) for key in SHARING}, expected


@pytest.fixture(scope="module")
def selenium(reference_data):
    return read(reference_data, "drc_selenium", conc="dose", dead="value")


@pytest.mark.parametrize("model", ["LL.3", "LL.5", "W1.4", "W2.4", "LN.4", "L.4"])
def test_models_of_ryegrass_have_at_least_the_likelihood_of_drc_and_its_numbers(ryegrass, model):
    readings, expected = ryegrass[0], ryegrass[1]["other_models"][model]
    fit = fit_curve_model(readings, model)
    assert 0 <= fit.log_likelihood - expected["logLik"] < 1e-6
    assert_allclose(fit.table()["value"], list(expected["coefficients"].values()), rtol=1e-3)
    assert_allclose(fit.table()["se_observed_hessian"], list(expected["se"].values()), rtol=3e-3)
    ed50 = fit.ed_table([50], interval="delta").iloc[0]
    found = ed50[["formula", "se_observed_hessian", "low", "high"]].astype(float)
    assert_allclose(found, list(expected["ED50"].values()), rtol=1e-3)


def test_the_general_family_meets_the_tight_optimum_of_ryegrass(ryegrass):
    readings, tight = ryegrass[0], ryegrass[1]["tight"]
    fit = fit_curve_model(readings)
    table = fit.table()
    assert_allclose(table["value"], list(tight["parameters"].values()), rtol=1e-7)
    assert_allclose(table["se_observed_hessian"], list(tight["se_hessian"].values()), rtol=1e-6)
    assert_allclose(table["se_gauss_newton"], list(tight["se_gauss_newton"].values()), rtol=1e-6)
    wanted = pd.DataFrame(tight["ed"])
    found = fit.ed_table(wanted["effect_pct"], interval="delta")
    assert_allclose(found["formula"], wanted["estimate"], rtol=1e-7)
    assert_allclose(found["se_observed_hessian"], wanted["se_hessian"], rtol=1e-6)
    assert_allclose(found["se_gauss_newton"], wanted["se_gauss_newton"], rtol=1e-6)
    limits = [getattr(fit.ed(50), end) for end in ("low", "high")]
    assert_allclose(limits, list(tight["profile_likelihood_ci95_e"].values()), rtol=1e-7)


def test_absolute_doses_carry_the_error_of_the_plateaus_which_drc_leaves_out(ryegrass):
    readings, expected = ryegrass[0], pd.DataFrame(ryegrass[1]["drc_absolute_ED"])
    fit = fit_curve_model(readings)
    found = fit.ed_table([2, 4, 6], absolute=True, interval="delta")
    assert_allclose(found["formula"], expected["Estimate"], rtol=1e-5)
    slope, lower, upper, ed50 = fit.estimates.values()
    for level, dose, printed in zip([2, 4, 6], found["formula"], expected["Std. Error"], strict=True):
        logit = math.log((upper - level) / (level - lower))
        by = np.array([-dose * logit / slope**2, 0, 0, dose / ed50])
        assert_allclose(math.sqrt(by @ fit.covariance() @ by), printed, rtol=1e-5)
    # The likelihood itself shows which error is right: its profile is as wide as ours, not as the print.
    profile, reach = fit.ed(2, absolute=True), 2.086
    width = (profile.high - profile.low) / 2 / reach
    assert_allclose(width, found["se_observed_hessian"][0], rtol=0.05)
    assert width < 0.85 * expected["Std. Error"][0]


def test_the_choice_of_models_of_ryegrass_is_that_of_drc(ryegrass):
    readings, expected = ryegrass[0], pd.DataFrame(ryegrass[1]["model_selection"]).iloc[:5]
    for row in expected.itertuples(index=False):
        fit = fit_curve_model(readings, row.term)
        assert_allclose([fit.log_likelihood, fit.aic], [row.logLik, row.IC], rtol=1e-6)
        assert_allclose([fit.lack_of_fit(), fit.residual_sd**2], list(row)[3:5], rtol=1e-6)


def test_the_no_effect_test_of_ryegrass_is_that_of_drc(ryegrass):
    statistic, df, p = fit_curve_model(ryegrass[0]).no_effect()
    expected = ryegrass[1]["no_effect_test"]
    assert_allclose([statistic, df], [expected["Chi-square test"], expected["Df"]], rtol=1e-6)
    assert p < 1e-16


def test_prediction_limits_of_ryegrass_are_those_of_drc(ryegrass):
    wanted = pd.DataFrame(ryegrass[1]["predictions"])
    found = fit_curve_model(ryegrass[0]).predict(wanted["conc"], new_reading=True)
    assert_allclose(found[["low", "high"]], wanted[["pi.Lower", "pi.Upper"]], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("kind", ["separate", "common_upper_lower", "parallel"])
def test_curves_fitted_together_have_at_least_the_likelihood_of_drc_and_its_numbers(salba, kind):
    fit, expected = salba[0][kind], salba[1][kind]
    wanted = pd.DataFrame(expected["coefficients"])
    names = [LETTERS[term[0]] + ("" if "Intercept" in term else term[1:]) for term in wanted["term"]]
    found = fit.table().set_index("parameter").loc[names]
    assert fit.df == expected["df_residual"]
    assert 0 <= fit.log_likelihood - expected["logLik"] < 2e-4
    assert_allclose(found["value"], wanted["Estimate"], rtol=4e-3)
    assert_allclose(found["se_observed_hessian"], wanted["Std. Error"], rtol=8e-3)
    effects = fit.ed_table([10, 50, 90], interval="log delta")
    assert_allclose(effects["formula"], pd.DataFrame(expected["ED_tfls"])["Estimate"], rtol=3e-3)


def test_common_plateaus_and_one_slope_are_tested_as_in_drc(salba):
    fits, expected = salba
    found = fits["separate"].compare(fits["common_upper_lower"])
    assert_allclose(
        found, [expected["anova_common_vs_separate"][1][k] for k in ("F value", "Df", "p value")], rtol=5e-4
    )
    found = fits["common_upper_lower"].compare(fits["parallel"])
    assert_allclose(
        found, [expected["anova_parallel_vs_common"][1][k] for k in ("F value", "Df", "p value")], rtol=5e-4
    )


def test_relative_potency_with_parallel_curves_is_that_of_drc(salba):
    fits, expected = salba
    found = fits["parallel"].relative_potency("Bentazone", "Glyphosate", interval="delta")
    wanted = expected["relative_potency_parallel_50"][0]
    assert_allclose(
        [found.value, found.low, found.high], [wanted[k] for k in ("Estimate", "Lower", "Upper")], rtol=1e-5
    )
    others = [fits["parallel"].relative_potency("Bentazone", "Glyphosate", interval=kind) for kind in
              ("profile likelihood", "log delta", "Fieller")]  # fmt: skip
    assert_allclose([other.low for other in others], found.low, rtol=0.05)


def test_ratio_of_parameters_is_that_of_drc(salba):
    fits, expected = salba
    value, error, p = fits["common_upper_lower"].compare_parameters("ed50:Bentazone", "ed50:Glyphosate")
    wanted = expected["compare_e_ratio"][0]
    assert_allclose([value, error], [wanted["Estimate"], wanted["Std. Error"]], rtol=1e-3)
    assert math.log10(p) == pytest.approx(math.log10(wanted["p-value"]), abs=0.5)


def test_hormesis_of_lettuce_has_a_higher_likelihood_than_drc_reached(reference_data):
    readings, expected = read(reference_data, "drc_lettuce", weight="value", conc="dose")
    hormesis, plain = fit_curve_model(readings, "BC.4"), fit_curve_model(readings, "LL.3")
    assert 0 < hormesis.log_likelihood - expected["BC.4"]["logLik"] < 2e-5
    wanted = pd.DataFrame(expected["BC.4"]["coefficients"])
    assert_allclose(hormesis.table()["value"], wanted["Estimate"], rtol=3e-3)
    assert_allclose(hormesis.maximum(), list(expected["BC.4"]["maximum"][0].values())[1:], rtol=1e-3)
    assert_allclose(hormesis.ed_table([10, 50], interval="delta")["formula"],
                    pd.DataFrame(expected["BC.4"]["ED"])["Estimate"], rtol=1e-3)  # fmt: skip
    _, _, p = hormesis.compare(plain)
    assert p == pytest.approx(expected["anova_LL3_vs_BC4"][1]["p value"], rel=1e-4)


def test_binomial_curves_of_selenium_are_those_of_drc(selenium):
    readings, expected = selenium
    fit = fit_curve_model(readings, "LL.2", by="type", response="binomial")
    wanted, table = pd.DataFrame(expected["coefficients"]), fit.table()
    assert_allclose(fit.log_likelihood, expected["logLik"], rtol=1e-10)
    assert_allclose(table["value"], wanted["Estimate"], rtol=2e-5)
    assert_allclose(table["se_observed_hessian"], wanted["Std. Error"], rtol=2e-5)
    ratio = fit.relative_potency("1", "2", interval="delta")
    found = [ratio.value, ratio.low, ratio.high]
    assert_allclose(found, list(expected["relative_potency_50"][0].values())[1:], rtol=2e-5)


def test_binomial_curves_without_controls_equal_logistic_regression(selenium):
    readings, expected = selenium
    fit = fit_curve_model(readings[readings["dose"] > 0], "LL.2", by="type", response="binomial")
    for label, wanted in expected["glm_logit_without_controls_MASS_dose_p"].items():
        row = fit.ed_table([50], curves=[label], interval="delta").iloc[0]
        error = row["se_observed_hessian"] / row["formula"]
        found = [math.log(row["formula"]), error, -fit.estimates[f"slope:{label}"]]
        assert_allclose(found, [wanted["log_LD50"], wanted["se_log_LD50"], wanted["coef"]["log(conc)"]], rtol=1e-8)


def test_small_sets_of_the_benchmark_folder_are_met(reference_data):
    folder = reference_data / "benchmarks" / "dose_response"
    expected = pd.read_csv(folder / "reference.csv")
    roots = pd.read_csv(folder / "secalonic.csv").rename(columns={"rootl": "value"})
    wanted = expected[expected["dataset"] == "secalonic"].iloc[:4]
    found = fit_curve_model(roots).table()
    assert_allclose(found[["value", "se_gauss_newton", "se_observed_hessian"]],
                    wanted[["estimate", "se_gauss_newton", "se_observed_hessian"]], rtol=1e-5)  # fmt: skip
    insects = pd.read_csv(folder / "finney71.csv").rename(columns={"affected": "value"})
    wanted = expected[expected["dataset"] == "finney71"]
    found = fit_curve_model(insects, "LL.2", response="binomial").table()
    assert_allclose(found[["value", "se_observed_hessian"]], wanted[["estimate", "se_observed_hessian"]], rtol=1e-5)


def nist_problems(reference_data):
    folder = reference_data / "benchmarks" / "nist_strd"
    readings, certified = (pd.read_csv(folder / f"{name}.csv") for name in ("observations", "certified_parameters"))
    for row in pd.read_csv(folder / "models.csv").itertuples(index=False):
        own = readings[readings["dataset"] == row.dataset]
        yield row, own, certified[certified["dataset"] == row.dataset]


def write_model(formula, readings):
    """Return a function of parameters (k, p) from NIST's formula."""
    code = formula.split("=", 1)[1].replace("[", "(").replace("]", ")").replace("**", "^")
    code = code.replace("^", "**").strip()
    known = {"exp": np.exp, "cos": np.cos, "sin": np.sin, "arctan": np.arctan, "pi": np.pi}
    x = readings["x"].to_numpy()
    known |= {"x": x, "x1": x, "x2": readings["x2"].to_numpy()}
    return lambda at: eval(code, known | {f"b{j + 1}": at[:, j : j + 1] for j in range(at.shape[1])})


@pytest.mark.parametrize("start", ["start_1", "start_2"])
def test_nist_problems_are_met_to_six_digits_from_both_starts(reference_data, start):
    for row, readings, certified in nist_problems(reference_data):
        y = readings["y"].to_numpy()
        y = np.log(y) if row.dataset == "Nelson" else y
        fit = fit_nonlinear(write_model(row.model, readings), y, certified[start].to_numpy())
        assert_allclose(fit.estimates, certified["certified_value"], rtol=1e-6, err_msg=row.dataset)
        if row.dataset == "Lanczos1":  # exact data: what is left is the rounding of the 14 digits printed
            assert fit.rss < 1e-20
            continue
        assert_allclose(fit.standard_errors_gauss_newton, certified["certified_sd"], rtol=1e-6, err_msg=row.dataset)
        assert_allclose(fit.rss, row.residual_sum_of_squares, rtol=1e-8, err_msg=row.dataset)
