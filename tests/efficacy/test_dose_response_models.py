"""The curve family: likelihoods against direct maximisation, sharing, intervals, refusals, invariance."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy.optimize import minimize
from scipy.stats import nbinom, norm, poisson

from ginseng_rd.efficacy.curve_area import area_under_curve, choose_curve_model, find_selectivity
from ginseng_rd.efficacy.curve_models import MODELS
from ginseng_rd.efficacy.dose_response_models import fit_curve_model, fit_curve_models
from ginseng_rd.errors import FitRefused, UnknownName
from ginseng_rd.records.estimate import Estimate

DOSES = np.repeat([0.0, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0], 4)


def curve(dose, slope=1.3, lower=10.0, upper=100.0, ed50=12.0):
    return lower + (upper - lower) / (1 + (dose / ed50) ** slope)


def make_readings(seed=1, sd=3.0, dose=DOSES, **parameters):
    value = curve(dose, **parameters) + np.random.default_rng(seed).normal(0, sd, len(dose))
    return pd.DataFrame({"dose": dose, "value": value, "unit": "%", "dose_unit": "µM"})


def make_counts(size=None, seed=2):
    draw, mean = np.random.default_rng(seed), curve(DOSES, upper=80.0)
    counts = draw.poisson(mean) if size is None else draw.negative_binomial(size, size / (size + mean))
    return pd.DataFrame({"dose": DOSES, "value": counts})


def polish(fall, start):
    for _ in range(4):
        start = minimize(fall, start, method="Nelder-Mead", options={"xatol": 1e-10, "fatol": 1e-12, "maxiter": 9000}).x
    return -minimize(fall, start, method="BFGS").fun, start


def log_curve(theta):
    return curve(DOSES, theta[0], theta[1], theta[2], math.exp(theta[3]))


def test_a_poisson_response_reaches_its_greatest_likelihood():
    readings = make_counts()
    fit = fit_curve_model(readings, response="poisson")
    best, _ = polish(
        lambda t: -poisson.logpmf(readings["value"], np.maximum(log_curve(t), 1e-9)).sum(), [1, 9, 80, 2.5]
    )
    assert fit.log_likelihood == pytest.approx(best, abs=1e-6)
    assert fit.lack_of_fit() > 0.001


def test_a_negative_binomial_response_reaches_its_greatest_likelihood():
    readings = make_counts(size=8.0)
    fit = fit_curve_model(readings, response="negative binomial")

    def fall(t):
        size, mean = math.exp(t[4]), np.maximum(log_curve(t), 1e-9)
        return -nbinom.logpmf(readings["value"], size, size / (size + mean)).sum()

    best, at = polish(fall, [1, 9, 80, 2.5, 2])
    assert fit.log_likelihood == pytest.approx(best, abs=1e-6)
    assert_allclose(fit.estimates["ed50"], math.exp(at[3]), rtol=1e-3)


def test_a_variance_that_grows_with_the_mean_reaches_its_greatest_likelihood():
    mean = curve(DOSES)
    value = mean + np.random.default_rng(5).normal(0, 0.05 * mean)
    fit = fit_curve_model(pd.DataFrame({"dose": DOSES, "value": value}), variance="power of the mean")

    def fall(t):
        own = np.maximum(log_curve(t), 1e-9)
        return -norm.logpdf(value, own, np.exp(t[4]) * own ** t[5]).sum()

    best, _ = polish(fall, [1.3, 10, 100, 2.5, math.log(0.05), 1.0])
    assert fit.log_likelihood == pytest.approx(best, abs=1e-6)
    assert fit.optimum.shapes[1] == pytest.approx(1.0, abs=0.4)


def test_transforming_both_sides_finds_the_power_of_greatest_likelihood():
    value = curve(DOSES) * np.exp(np.random.default_rng(6).normal(0, 0.1, len(DOSES)))
    readings = pd.DataFrame({"dose": DOSES, "value": value})
    fit = fit_curve_model(readings, box_cox="estimate")
    others = [fit_curve_model(readings, box_cox=fit.box_cox + off).log_likelihood for off in (-0.05, 0.05)]
    assert fit.log_likelihood > max(others)
    assert fit.box_cox == pytest.approx(0.0, abs=0.35)


@pytest.mark.parametrize("method", ["huber", "tukey"])
def test_a_robust_fit_is_not_drawn_by_outliers(method):
    readings = make_readings(sd=1.0)
    readings.loc[[5, 20], "value"] += [60, -60]
    robust, plain = fit_curve_model(readings, robust=method), fit_curve_model(readings)
    clean = fit_curve_model(make_readings(sd=1.0))
    assert abs(math.log(robust.estimates["ed50"] / clean.estimates["ed50"])) < 0.08
    assert abs(robust.estimates["upper"] - clean.estimates["upper"]) < 1.0
    assert robust.table()["se_gauss_newton"][3] < plain.table()["se_gauss_newton"][3] / 2
    assert min(robust.robust_weights) < 0.1
    with pytest.raises(FitRefused, match="no likelihood to profile"):
        robust.ed(50)
    assert robust.ed(50, interval="log delta").basis == "95 % log delta, sandwich"


@pytest.mark.parametrize("name", [name for name in MODELS if not name.startswith(("CRS", "EXD", "AR", "MM"))])
def test_every_model_finds_its_own_curve_again(name):
    model = MODELS[name]
    truth = {"slope": 1.4, "lower": 10.0, "upper": 90.0, "ed50": 12.0, "extra": 0.6, **model.fixed}
    if model.hormesis is not None:
        truth["extra"] = 3.0
    if name.endswith("3u"):
        truth["lower"] = 0.1
    if not model.log_axis:
        truth |= {"slope": 0.03, "ed50": 80.0}
    falls = model.share in ("logistic", "weibull 1")
    truth["slope"] *= 1 if falls else -1
    parameters = np.array([truth[p] for p in ("slope", "lower", "upper", "ed50", "extra")])
    inside = parameters.copy()
    inside[3] = math.log(12.0) if model.log_axis else 80.0
    doses = np.geomspace(0.3, 300, 12) if model.log_axis else np.linspace(0, 300, 14)
    value = model.at(model.place(doses, 1.0), inside[None, :])
    fit = fit_curve_model(pd.DataFrame({"dose": doses, "value": value}), name)
    assert_allclose([fit.estimates[p] for p in model.free], [truth[p] for p in model.free], rtol=1e-5)


def test_cedergreen_hormesis_fits_where_plain_curves_miss():
    dose = np.repeat(np.geomspace(0.1, 300, 9), 3)
    value = (100 + 60 * np.exp(-1 / dose)) / (1 + (dose / 20) ** 2) + np.random.default_rng(3).normal(0, 2, 27)
    readings = pd.DataFrame({"dose": dose, "value": value})
    hormesis = fit_curve_model(readings, "CRS.4a")
    assert hormesis.compare(fit_curve_model(readings, "LL.3"))[2] < 1e-6
    assert hormesis.maximum()[1] > 110


@settings(max_examples=10, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    dose=st.sampled_from([1e-6, 1e-3, 0.37, 1e3, 1e6]),
    scale=st.sampled_from([1e-4, 0.1, 25.0, 1e5]),
    model=st.sampled_from(["LL.4", "W1.4", "W2.4", "LN.4", "LL.5"]),
)
def test_units_of_dose_and_response_change_nothing_else(seed, dose, scale, model):
    readings = make_readings(seed=seed, sd=1.0)
    other = readings.assign(dose=readings["dose"] * dose, value=readings["value"] * scale)
    one, two = fit_curve_model(readings, model), fit_curve_model(other, model)
    assert one.is_determined == two.is_determined
    if one.is_determined:
        a, b = (f.ed_table([50], interval="log delta").iloc[0] for f in (one, two))
        assert_allclose(b[["formula", "low", "high"]].astype(float), a[["formula", "low", "high"]].astype(float) * dose,
                        rtol=1e-6)  # fmt: skip
        assert_allclose(two.rss, one.rss * scale**2, rtol=1e-9)


@settings(max_examples=10, deadline=None)
@given(shuffle=st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_no_number(shuffle):
    readings = pd.concat([make_readings(seed=n, ed50=5.0 * (n + 1)).assign(sample=f"EX-{n}") for n in range(2)])
    rows = list(range(len(readings)))
    shuffle.shuffle(rows)
    one, two = (fit_curve_model(r, by="sample", shared={"upper": "all"}) for r in (readings, readings.iloc[rows]))
    pd.testing.assert_frame_equal(one.table(), two.table())


def test_weights_are_inverse_variances():
    readings = make_readings()
    doubled = pd.concat([readings, readings[readings["dose"] == 10]])
    weighted = readings.assign(w=np.where(readings["dose"] == 10, 2.0, 1.0))
    one, two = fit_curve_model(doubled), fit_curve_model(weighted, weights="w")
    assert_allclose(list(two.estimates.values()), list(one.estimates.values()), rtol=1e-8)
    assert two.df == one.df - 4


def test_a_fixed_parameter_is_given_and_costs_no_degree_of_freedom():
    fit = fit_curve_model(make_readings(lower=0.0), "LL.4", fixed={"lower": 0.0})
    assert fit.names == ("slope", "upper", "ed50")
    assert_allclose(
        list(fit.estimates.values()), list(fit_curve_model(make_readings(lower=0.0), "LL.3").estimates.values())
    )


def test_a_dose_beyond_those_tested_is_a_bound_and_its_formula_stands_apart():
    fit = fit_curve_model(make_readings())
    ed99 = fit.ed(99.9)
    assert (ed99.relation, ed99.value, ed99.high) == (">", pytest.approx(300.0), None)
    assert fit.ed_table([99.9])["formula"][0] > 300


def test_profile_and_delta_limits_agree_in_a_sharp_design():
    fit = fit_curve_model(make_readings(sd=0.1))
    profile, log_delta = fit.ed(50), fit.ed(50, interval="log delta")
    assert_allclose([profile.low, profile.high], [log_delta.low, log_delta.high], rtol=1e-3)


def test_profile_limits_of_a_binomial_response_stand_where_the_deviance_has_risen_by_its_quantile():
    doses = np.array([1.0, 2, 4, 8, 16, 32])
    readings = pd.DataFrame({"dose": doses, "value": [1, 3, 9, 14, 18, 20], "total": 20})
    fit = fit_curve_model(readings, "LL.2", response="binomial")
    for end in (fit.ed(50).low, fit.ed(50).high):
        held = fit_curve_model(readings, "LL.2", response="binomial", fixed={"ed50": end})
        assert 2 * (fit.log_likelihood - held.log_likelihood) == pytest.approx(3.841459, rel=1e-5)


def test_the_area_of_a_level_curve_is_its_height_times_decades():
    fit = fit_curve_model(
        make_readings(sd=0.05, ed50=1e-3, slope=4.0, dose=np.repeat([1e-4, 3e-4, 5e-4, 2e-3, 1, 100.0], 4))
    )
    area = area_under_curve(fit, low=1.0, high=100.0)
    assert area.low < 20 < area.high
    assert area.value == pytest.approx(20, abs=0.2)
    assert area_under_curve(fit, low=1.0, high=100.0, interval="profile likelihood").low == pytest.approx(
        area.low, abs=0.01
    )
    with pytest.raises(FitRefused, match="within the doses tested"):
        area_under_curve(fit, low=1.0, high=1000.0)


def test_the_selectivity_index_joins_both_intervals():
    index = find_selectivity(Estimate(100, "µM", 50, 200), Estimate(10, "µM", 8, 12.5))
    reach = math.hypot(math.log(2), math.log(1.25))
    assert_allclose([index.value, index.low, index.high], [10, 10 / math.exp(reach), 10 * math.exp(reach)])


def test_a_viability_beyond_the_doses_makes_the_index_a_bound():
    index = find_selectivity(Estimate(300, "µM", relation=">"), Estimate(10, "µM", 8, 12.5))
    assert (index.relation, index.value) == (">", 30)
    with pytest.raises(FitRefused, match="nothing is known of their ratio"):
        find_selectivity(Estimate(300, "µM", relation=">"), Estimate(300, "µM", relation=">"))
    with pytest.raises(FitRefused, match="in 'µM' and 'µg/mL'"):
        find_selectivity(Estimate(300, "µM"), Estimate(3, "µg/mL"))


def test_the_model_of_least_aicc_is_chosen_and_the_others_are_shown():
    best, table = choose_curve_model(make_readings(lower=0.0, sd=1.0), ("LL.3", "LL.4", "LL.5", "W1.3"))
    assert best.model == table["model"][0] == "LL.3"
    assert table["weight"].sum() == pytest.approx(1)
    assert table["delta"][0] == 0


@pytest.mark.parametrize(
    ("spoil", "how", "told"),
    [
        (lambda r: r.assign(dose=10.0), {}, "do not determine 4 parameters"),
        (lambda r: r.assign(dose=0.0), {}, "All doses are 0"),
        (lambda r: r.assign(value=np.nan), {}, "All doses are 0"),
        (lambda r: r.assign(value=7.0), {}, "All readings are 7: there is no response"),
        (lambda r: r.assign(value=np.inf), {}, "are finite"),
        (lambda r: r.assign(dose=-r["dose"]), {}, "A dose is 0 or more"),
        (lambda r: r.assign(unit=["%", "OD"] * 16), {}, "One curve has one unit"),
        (lambda r: r.iloc[:4].assign(dose=[1, 2, 3, 4]), {}, "4 readings do not determine 4 parameters"),
        (lambda r: r, {"fixed": {"top": 1.0}}, "A fixed parameter is one of"),
        (lambda r: r, {"fixed": {"ed50": -1.0}}, "a dose above 0, but -1 was fixed"),
        (lambda r: r, {"response": "poisson"}, "Counts are whole numbers"),
        (lambda r: r, {"response": "binomial"}, "no column 'total'"),
        (lambda r: r.assign(total=5), {"response": "binomial"}, "counts from 0 to the total"),
        (lambda r: r.assign(value=r["value"] - 60), {"box_cox": 0.5}, "needs responses above 0"),
        (lambda r: r, {"shared": {"extra": "all"}}, "has no free parameter extra to share"),
        (lambda r: r, {"robust": "median"}, "A robust fit is huber or tukey"),
        (lambda r: r, {"confidence": 95}, "The confidence lies from 0.5"),
    ],
)
def test_what_carries_no_fit_is_refused_in_words(spoil, how, told):
    with pytest.raises(FitRefused, match=told):
        fit_curve_model(spoil(make_readings()), **how)


def test_samples_fitted_one_by_one_do_not_stop_each_other():
    readings = pd.concat([make_readings().assign(sample="EX-1"), make_readings().assign(sample="EX-2", value=7.0)])
    fits, refused = fit_curve_models(readings)
    assert list(fits) == ["EX-1"]
    assert "no response to fit" in refused["EX-2"]


def test_swapped_plateaus_do_not_arise_whichever_way_the_response_goes():
    rising = make_readings(slope=-1.3)
    for model in ("LL.4", "W1.4", "W2.4", "LN.4", "LL.5"):
        for readings in (rising, rising.assign(value=100 - rising["value"])):
            found = fit_curve_model(readings, model).estimates
            assert found["lower"] < found["upper"]


def test_a_misspelt_model_is_told_with_the_nearest():
    with pytest.raises(UnknownName, match="no curve model 'LL4'"):
        fit_curve_model(make_readings(), "LL4")


@pytest.mark.parametrize("upper", [10.0, 10.0001])
def test_no_number_comes_from_a_curve_that_is_not_determined(upper):
    found = [fit_curve_model(make_readings(seed=seed, upper=upper)) for seed in range(12)]
    lost = [fit for fit in found if not fit.is_determined]
    assert lost
    for fit in lost:
        with pytest.raises(FitRefused):
            _ = fit.estimates
        with pytest.raises(FitRefused):
            fit.ed(50)


def test_the_methods_sentence_says_curve_likelihood_and_sharing_in_both_languages():
    readings = pd.concat([make_readings(seed=n).assign(sample=f"EX-{n}") for n in range(2)])
    fit = fit_curve_model(readings, by="sample", shared={"upper": "all"})
    assert "log-logistic curve (LL.4" in fit.methods_sentence()
    assert "upper common to all curves" in fit.methods_sentence()
    assert "로그-로지스틱 곡선(LL.4" in fit.methods_sentence("ko")
    assert "상한(모든 곡선 공통)" in fit.methods_sentence("ko")
    with pytest.raises(FitRefused, match="not in 'de'"):
        fit.methods_sentence("de")


def test_the_figure_shows_each_curve_with_its_band():
    readings = pd.concat([make_readings(seed=n).assign(sample=f"EX-{n}") for n in range(2)])
    figure = fit_curve_model(readings, by="sample").plot()
    assert sum(trace.fill == "toself" for trace in figure.data) == 2
    assert figure.layout.xaxis.title.text == "Dose (µM)"
