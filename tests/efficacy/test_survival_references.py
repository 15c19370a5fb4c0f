"""Survival analyses against numbers certified with R's survival 3.5, and against the fly lifespans of lifelines."""

import json

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from ginseng_rd.efficacy.cox import fit_cox
from ginseng_rd.efficacy.lifetime_models import fit_lifetimes
from ginseng_rd.efficacy.survival import INTERVALS, kaplan_meier, restricted_means
from ginseng_rd.efficacy.survival_tests import compare_survival, compare_survival_pairs
from ginseng_rd.efficacy.survival_times import read_survival

CASES = {"survival_lung": ("sex", "sex + age + ph.ecog"), "survival_veteran": ("trt", "trt + karno + age")}


@pytest.fixture(scope="module", params=CASES)
def case(request, reference_data):
    """Data, expected numbers, arm and covariates of lung and veteran."""
    folder = reference_data / "certified" / request.param
    expected = json.loads((folder / "expected.json").read_text())
    return pd.read_csv(folder / "data.csv"), expected, *CASES[request.param]


@pytest.fixture(scope="module")
def study(case):
    data, _, arm, _ = case
    return read_survival(data, time="time", arm=arm)


@pytest.fixture(scope="module")
def veteran(reference_data):
    folder = reference_data / "certified" / "survival_veteran"
    return pd.read_csv(folder / "data.csv"), json.loads((folder / "expected.json").read_text())


@pytest.fixture(scope="module")
def worms(reference_data):
    folder = reference_data / "certified" / "own_lifespan_worms"
    return pd.read_csv(folder / "data.csv"), json.loads((folder / "expected.json").read_text())


@pytest.mark.parametrize("interval", INTERVALS)
def test_quantiles_and_their_limits_follow_the_rule_of_r(case, study, interval):
    _, expected, arm, _ = case
    wanted = expected["kaplan_meier"]["quantiles"][interval]
    for curve in kaplan_meier(study, interval=interval):
        for percent in ("25", "50", "75", "90"):
            found = curve.quantile(int(percent) / 100)
            limits = [wanted[which][f"{arm}={curve.arm}"][percent] for which in ("estimate", "lower", "upper")]
            assert [found.value, found.low, found.high] == limits


def test_every_step_of_the_curves_has_the_certified_error_and_limits(case, study):
    found = pd.concat([curve.table() for curve in kaplan_meier(study, interval="log-log")])
    wanted = pd.DataFrame(case[1]["kaplan_meier"]["curve_log_log"])
    found, wanted = found[found["n_event"] > 0], wanted[wanted["n_event"] > 0]
    assert list(found["n_risk"]) == list(wanted["n_risk"])
    names = {"survival": "surv", "se_log": "std_err_log", "low": "lower", "high": "upper"}
    for mine, theirs in names.items():
        known = np.isfinite(found[mine].to_numpy())
        assert_allclose(found[mine][known], wanted[theirs].to_numpy(dtype=float)[known], rtol=1e-12)


def test_mean_lifetimes_to_the_end_and_to_a_time_are_the_certified_ones(case, study):
    _, expected, _, _ = case
    end = float(study.time.max())
    for curve, row in zip(kaplan_meier(study), expected["kaplan_meier"]["summary"], strict=True):
        assert_allclose(curve.restricted_mean(end), [row["rmean"], row["se(rmean)"]], rtol=1e-12)
    for name, row in expected["rmst_by_group"].items():
        means = {arm: rest for arm, *rest in restricted_means(study, until=row["tau"]).arms}
        assert_allclose(means[name], [row["rmst"], row["se"]], rtol=1e-12)


@pytest.mark.parametrize(("key", "weighting"), [("logrank", "log-rank"), ("peto_peto", "peto-peto")])
def test_tests_of_two_arms_are_the_certified_ones(case, study, key, weighting):
    check_test(compare_survival(study, weighting=weighting), case[1][key])


def check_test(found, wanted):
    assert_allclose(found.chi_squared, wanted["chisq"], rtol=1e-10)
    assert_allclose(found.p, wanted["p"], rtol=1e-8)
    assert found.df == wanted["df"]
    if "var" in wanted:
        assert_allclose(found.observed, wanted["observed"], rtol=1e-12)
        assert_allclose(found.expected, wanted["expected"], rtol=1e-12)
        assert_allclose(found.variance, wanted["var"]["values"], rtol=1e-10)


def test_the_stratified_test_and_the_one_of_four_groups_are_the_certified_ones(veteran, reference_data):
    data, expected = veteran
    by_type = read_survival(data, time="time", arm="trt", strata="celltype")
    check_test(compare_survival(by_type), expected["logrank_stratified"])
    wanted = json.loads((reference_data / "certified/survival_veteran/expected_celltype.json").read_text())
    order = pd.Categorical(data["celltype"], ["squamous", "smallcell", "adeno", "large"])
    four = read_survival(data.assign(celltype=order), time="time", arm="celltype")
    check_test(compare_survival(four), wanted["logrank_celltype_4_groups"])


def check_cox(model, wanted):
    table, rows = model.table(), pd.DataFrame(wanted["coefficients"])
    assert_allclose(table["coefficient"], rows["coef"], rtol=1e-10)
    assert_allclose(table["se"], rows["se(coef)"], rtol=1e-10)
    assert_allclose(table["p"], rows["Pr(>|z|)"], rtol=1e-9)
    limits = pd.DataFrame(wanted["conf_int"])
    assert_allclose(table[["low", "high"]], limits[["lower .95", "upper .95"]], rtol=1e-10)
    assert_allclose(model.log_likelihoods, wanted["loglik"], rtol=1e-12)
    ratio, wald, score = model.tests()["chi_squared"]
    assert_allclose([ratio, score], [wanted["lrt"]["test"], wanted["score"]["test"]], rtol=1e-9)
    assert round(wald, 2) == wanted["wald"]["test"]  # printed to two decimals by R
    assert_allclose(model.proportionality()["chi_squared"], [row["chisq"] for row in wanted["ph_test"]], rtol=1e-9)
    assert_allclose(model.proportionality()["p"], [row["p"] for row in wanted["ph_test"]], rtol=1e-9)
    assert_allclose(model.concordance, [wanted["concordance"]["C"], wanted["concordance"]["se(C)"]], rtol=1e-10)


def test_cox_models_with_either_rule_for_ties_are_the_certified_ones(case, study):
    _, expected, arm, terms = case
    check_cox(fit_cox(study, terms), expected["cox_efron"])
    check_cox(fit_cox(study, terms, ties="breslow"), expected["cox_breslow"])
    check_cox(fit_cox(study, arm), expected["cox_group_only_efron"])


def test_the_stratified_cox_model_is_the_certified_one(veteran):
    data, expected = veteran
    by_type = read_survival(data, time="time", arm="trt", strata="celltype")
    check_cox(fit_cox(by_type, "trt"), expected["cox_stratified_efron"])


def test_the_weibull_model_is_that_of_survreg(case, study):
    _, expected, arm, _ = case
    wanted = expected["weibull_aft"]
    model, rows = fit_lifetimes(study, "weibull", arm), pd.DataFrame(wanted["coefficients"])
    assert_allclose(model.coefficients, rows["Value"], rtol=1e-9)
    assert_allclose(model.standard_errors, rows["Std. Error"], rtol=1e-9)
    assert_allclose(model.table()["p"], rows["p"], rtol=1e-8)
    assert_allclose(model.log_likelihoods, wanted["loglik"], rtol=1e-12)
    assert_allclose(1 / fit_lifetimes(study, "weibull", arm).parameters()["value"][0], wanted["scale"], rtol=1e-9)


def test_the_lifespan_study_of_worms_is_met_stratified_by_trial(worms):
    data, expected = worms
    study = read_survival(data, time="time", arm="dose_um", strata="trial")
    check_test(compare_survival(study), expected["logrank_all_stratified"])
    plain = read_survival(data, time="time", arm="dose_um")
    check_test(compare_survival(plain), expected["logrank_all_unstratified"])
    for number, key in ((study, "stratified"), (plain, "unstratified")):
        table = compare_survival_pairs(number, against="0").table()
        assert_allclose(table["p"], [row[key]["p"] for row in expected["versus_control"]], rtol=1e-9)
    assert_allclose(
        compare_survival_pairs(study, against="0").table()["p_adjusted"], expected["holm_p_stratified"], rtol=1e-9
    )
    for ties in ("efron", "breslow"):
        model, rows = fit_cox(study, ties=ties), pd.DataFrame(expected[f"cox_stratified_{ties}"])
        assert_allclose(model.coefficients, rows["coef"], rtol=1e-8)
        assert_allclose(model.standard_errors, rows["se(coef)"], rtol=1e-8)
    found = fit_cox(study).proportionality()
    assert_allclose(found["chi_squared"], [row["chisq"] for row in expected["ph_test"]], rtol=1e-7)


def test_medians_and_means_of_worms_are_met_pooled_and_by_trial(worms):
    data, expected = worms
    curves = kaplan_meier(read_survival(data, time="time", arm="dose_um"), interval="log-log")
    for curve, row in zip(curves, expected["pooled_summary"], strict=True):
        assert_allclose(curve.restricted_mean(24), [row["rmean"], row["se(rmean)"]], rtol=1e-12)
        median = curve.median
        assert [median.value, median.low, median.high] == [row["median"], row["0.95LCL"], row["0.95UCL"]]
    each = kaplan_meier(read_survival(data, time="time", arm=("trial", "dose_um")), interval="log-log")
    for row in expected["per_trial"]:
        curve = each[f"{row['trial']} {row['dose_um']}"]
        median = curve.median
        found = [curve.n, curve.events, median.value, median.low, median.high, curve.quantile(0.9).value]
        assert found == [row[key] for key in ("n", "events", "median", "lower", "upper", "q90")]


def test_fly_lifespans_have_the_published_numbers(reference_data):
    folder = reference_data / "benchmarks" / "survival"
    flies = read_survival(pd.read_csv(folder / "fly_lifespan.csv"), event="died", arm="group")
    wanted = pd.read_csv(folder / "reference.csv").set_index(["comparison", "quantity"])["value"]
    weibull = fit_lifetimes(flies)
    shape, scale = weibull.parameters()["value"]
    both = wanted["both groups"]
    keys = ["weibull_scale_lambda", "weibull_shape_rho", "weibull_loglik"]
    assert_allclose([scale, shape, weibull.log_likelihoods[1]], both[keys], rtol=5e-8)
    assert [c.median.value for c in kaplan_meier(flies)] == [wanted[arm]["km_median_day"] for arm in flies.arms]
    test = compare_survival(flies)
    logrank = wanted["control vs miR-137"]
    found = [test.chi_squared, test.df, test.observed[1], test.expected[1]]
    assert_allclose(found, logrank, rtol=1e-7)
    for ties in ("efron", "breslow"):
        cox = wanted["miR-137 vs control"]
        model = fit_cox(flies, ties=ties)
        assert_allclose(model.coefficients[0], cox[f"cox_log_hazard_ratio_{ties}"], rtol=1e-6)
        assert_allclose(model.standard_errors[0], cox[f"cox_se_{ties}"], rtol=1e-5)
