"""Cox models, lifetime distributions and the test of maximum lifespan, against what they are defined by."""

import math
from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy import stats
from scipy.optimize import minimize

from ginseng_rd.efficacy.cox import fit_cox
from ginseng_rd.efficacy.lifetime_likelihood import DISTRIBUTIONS
from ginseng_rd.efficacy.lifetime_models import fit_lifetimes
from ginseng_rd.efficacy.maximum_lifespan import boschloo, compare_maximum_lifespan, fisher
from ginseng_rd.efficacy.survival_times import read_survival
from ginseng_rd.errors import FitRefused


def make_study(n=150, seed=8, late=False, step=2.0):
    draw = np.random.default_rng(seed)
    mass = draw.normal(25, 3, n)
    arm = np.resize(["control", "EX-12"], n)
    lived = draw.weibull(2.5, n) * np.exp(3 + 0.3 * (arm == "EX-12") - 0.02 * (mass - 25))
    end = draw.uniform(10, 60, n)
    day = np.maximum(step * np.ceil(np.minimum(lived, end) / step), step)
    table = pd.DataFrame({"arm": arm, "mass": mass, "day": day, "event": lived <= end, "cage": np.arange(n) // 5})
    table["trial"] = np.resize([1, 1, 2], n)
    table["born"] = np.where(draw.random(n) < 0.3, 0.4 * day, 0.0) if late else 0.0
    return table


def efron_by_hand(beta, x, time, event, entry, stratum):
    """Cox's log partial likelihood written out death by death."""
    risk, value = np.exp(x @ beta), 0.0
    for s, t in {(s, t) for s, t, e in zip(stratum, time, event, strict=True) if e}:
        at_risk = (time >= t) & (entry < t) & (stratum == s)
        dead = at_risk & (time == t) & event
        for k in range(dead.sum()):
            value -= math.log(risk[at_risk].sum() - k / dead.sum() * risk[dead].sum())
        value += (x[dead] @ beta).sum()
    return value


def test_strata_ties_and_late_entries_enter_the_partial_likelihood():
    table = make_study(late=True)
    model = fit_cox(read_survival(table, strata="trial", entry="born"), "arm + mass")
    x = np.column_stack([table["arm"] == "EX-12", table["mass"] - 25]).astype(float)
    columns = [table[name].to_numpy() for name in ("day", "event", "born", "trial")]
    by_hand = minimize(lambda b: -efron_by_hand(b, x, *columns), np.zeros(2), tol=1e-10)
    assert_allclose(model.coefficients, by_hand.x, atol=2e-5)
    assert_allclose(model.log_likelihoods[1], -by_hand.fun, rtol=1e-10)


def test_robust_errors_are_the_change_of_the_estimate_with_the_weight_of_each_individual():
    table = make_study(n=40, step=1e-6)
    x = np.column_stack([table["arm"] == "EX-12", table["mass"] - 25]).astype(float)
    time, event = table["day"].to_numpy(), table["event"].to_numpy()

    def estimate(weight):
        def value(beta):
            risk = weight * np.exp(x @ beta)
            return -sum(
                weight[i] * (x[i] @ beta - math.log(risk[time >= time[i]].sum())) for i in np.flatnonzero(event)
            )

        return minimize(value, np.zeros(2), tol=1e-12, method="Nelder-Mead", options={"xatol": 1e-10}).x

    change = []
    for i in range(len(table)):
        weights = [np.ones(len(table)) + sign * 1e-3 * (np.arange(len(table)) == i) for sign in (1, -1)]
        change.append((estimate(weights[0]) - estimate(weights[1])) / 2e-3)
    model = fit_cox(read_survival(table), "arm + mass", robust="individual")
    assert_allclose(model.covariance, np.array(change).T @ np.array(change), rtol=1e-3)


def test_clusters_add_up_before_they_are_squared():
    table = make_study()
    doubled = pd.concat([table, table])
    data = read_survival(doubled)
    single = fit_cox(read_survival(table), "arm + mass", ties="breslow", robust="cage")
    clustered = fit_cox(data, "arm + mass", ties="breslow", robust="cage")
    assert_allclose(clustered.covariance, single.covariance, rtol=1e-8)
    assert_allclose(clustered.model_covariance, single.model_covariance / 2, rtol=1e-8)


@settings(max_examples=20, deadline=None)
@given(st.randoms(), st.sampled_from([24.0, 1 / 7]), st.sampled_from([1000.0, 0.01]))
def test_neither_row_order_nor_units_touch_the_hazard_ratios(random, unit, mass_unit):
    table = make_study()
    rows = random.sample(range(len(table)), len(table))
    other = table.iloc[rows].assign(day=table["day"] * unit, mass=table["mass"] * mass_unit)
    one, two = (fit_cox(read_survival(t, strata="trial"), "arm + mass").table() for t in (table, other))
    assert_allclose(two["z"], one["z"], rtol=1e-9)
    assert_allclose(two["coefficient"] * [1, mass_unit], one["coefficient"], rtol=1e-9)


def test_counts_and_individuals_give_the_same_cox_model():
    table = make_study()[["arm", "trial", "day", "event"]]
    counted = table.value_counts().reset_index(name="count")
    one, two = (fit_cox(read_survival(t, strata="trial")) for t in (table, counted))
    assert_allclose(two.coefficients, one.coefficients, rtol=1e-12)
    assert_allclose(two.concordance, one.concordance, rtol=1e-12)


def test_an_arm_without_a_death_is_a_monotone_likelihood_and_refused():
    table = make_study()
    table.loc[table["arm"] == "EX-12", "event"] = False
    with pytest.raises(FitRefused, match=r"grows without end along 'arm\[EX-12\]' \(monotone likelihood\)"):
        fit_cox(read_survival(table))


def test_a_covariate_that_orders_the_deaths_is_refused():
    table = pd.DataFrame({"day": np.arange(1.0, 21), "event": 1, "mass": np.arange(20.0)})
    with pytest.raises(FitRefused, match="monotone likelihood"):
        fit_cox(read_survival(table), "mass")


@pytest.mark.parametrize("extra", ["heavy", "constant"])
def test_a_covariate_that_repeats_another_or_is_constant_is_refused(extra):
    table = make_study().assign(heavy=lambda t: 2 * t["mass"] + 1, constant=3.0)
    with pytest.raises(FitRefused, match=f"The deaths do not determine .*'{extra}'"):
        fit_cox(read_survival(table), f"mass + {extra}")


def test_individuals_without_a_covariate_are_left_out_and_counted():
    table = make_study()
    table.loc[:9, "mass"] = np.nan
    model = fit_cox(read_survival(table), "arm + mass")
    assert (model.n, model.left_out) == (140, 10)
    assert "left out for a missing covariate: 10" in model.methods_sentence()


def test_hazards_that_cross_are_told_by_the_check():
    draw = np.random.default_rng(4)
    lived = np.r_[draw.weibull(0.6, 150), draw.weibull(4, 150)]
    table = pd.DataFrame({"arm": np.repeat(["a", "b"], 150), "day": lived, "event": 1})
    for scale in ("km", "rank", "log", "identity"):
        assert fit_cox(read_survival(table)).proportionality(scale)["p"].max() < 1e-3


def test_the_figure_of_hazard_ratios_has_a_row_a_column():
    figure = fit_cox(read_survival(make_study()), "arm + mass").plot()
    marks = next(trace for trace in figure.data if trace.mode == "markers")
    assert sorted(marks.y) == ["arm[EX-12]", "mass"]


DENSITIES = {
    "weibull": lambda b, q: stats.weibull_min(1 / math.exp(q), scale=math.exp(b)),
    "lognormal": lambda b, q: stats.lognorm(math.exp(q), scale=math.exp(b)),
    "loglogistic": lambda b, q: stats.fisk(1 / math.exp(q), scale=math.exp(b)),
    "gompertz": lambda b, q: stats.gompertz(math.exp(b) / q, scale=1 / q),
    "exponential": lambda b, q: stats.expon(scale=math.exp(b)),
}


@pytest.mark.parametrize("distribution", DISTRIBUTIONS)
def test_the_likelihood_is_the_one_of_its_density_and_cannot_be_bettered(distribution):
    table = make_study(late=True)
    model = fit_lifetimes(read_survival(table, entry="born"), distribution)
    died, time, born = table["event"].to_numpy(), table["day"].to_numpy(), table["born"].to_numpy()

    def value(theta):
        law = DENSITIES[distribution](theta[0], theta[-1])
        return law.logpdf(time[died]).sum() + law.logsf(time[~died]).sum() - law.logsf(born).sum()

    best = value(model.coefficients)
    assert_allclose(model.log_likelihoods[1], best, rtol=1e-10)
    step = 1e-3 * model.standard_errors
    for i in range(len(step)):
        moved = [value(model.coefficients + sign * step * (np.arange(len(step)) == i)) for sign in (1, -1)]
        assert abs(moved[0] - moved[1]) < 1e-8 * abs(best)
        assert sum(moved) / 2 < best


@pytest.mark.parametrize("distribution", DISTRIBUTIONS)
def test_another_unit_of_time_gives_the_same_lifetimes(distribution):
    table = make_study(late=True)
    days, weeks = table, table.assign(day=table["day"] / 7, born=table["born"] / 7)
    one, two = (fit_lifetimes(read_survival(t, entry="born"), distribution, "arm + mass") for t in (days, weeks))
    median, other = one.quantile(0.5, {"arm": "EX-12"}), two.quantile(0.5, {"arm": "EX-12"})
    assert_allclose(
        [other.value * 7, other.low * 7, other.high * 7], [median.value, median.low, median.high], rtol=1e-8
    )
    assert_allclose(two.table()["z"][1:3], one.table()["z"][1:3], rtol=1e-7)


@pytest.mark.parametrize("distribution", DISTRIBUTIONS)
def test_half_of_the_fitted_law_is_dead_at_its_median(distribution):
    model = fit_lifetimes(read_survival(make_study()), distribution)
    law = DENSITIES[distribution](model.coefficients[0], model.coefficients[-1])
    assert_allclose(law.cdf(model.quantile(0.5).value), 0.5, rtol=1e-9)


def test_the_gompertz_shape_may_be_negative():
    draw = np.random.default_rng(2)
    table = pd.DataFrame({"day": draw.weibull(0.6, 300) * 10, "event": 1})
    model = fit_lifetimes(read_survival(table), "gompertz")
    assert model.parameters().set_index("parameter")["value"]["shape"] < 0
    with pytest.raises(FitRefused, match="never dies"):
        model.quantile(1 - 1e-9)


def test_the_test_of_a_covariate_is_the_likelihood_ratio():
    statistic, df, p = fit_lifetimes(read_survival(make_study()), "weibull", "arm + mass").test()
    assert df == 2
    assert_allclose(p, stats.chi2.sf(statistic, 2))


def test_a_lifetime_of_zero_and_a_level_without_death_are_refused():
    table = make_study()
    with pytest.raises(FitRefused, match="lifetime of 0"):
        fit_lifetimes(read_survival(table.assign(day=table["day"].where(table.index > 0, 0.0))), "weibull")
    with pytest.raises(FitRefused, match="all lifetimes are equal"):
        fit_lifetimes(read_survival(table.assign(day=5.0, event=1)), "weibull")
    table.loc[table["arm"] == "EX-12", "event"] = False
    for distribution in DISTRIBUTIONS:
        with pytest.raises(FitRefused):
            fit_lifetimes(read_survival(table), distribution, "arm")


def test_fishers_p_is_that_of_scipy():
    for n, m in ((6, 9), (12, 5)):
        for a, b in product(range(n + 1), range(m + 1)):
            assert_allclose(fisher(a, n, b, m), stats.fisher_exact([[a, b], [n - a, m - b]]).pvalue, rtol=1e-9)


def test_boschloos_p_is_the_greatest_chance_of_a_table_as_extreme():
    n, m, a, b = 9, 8, 6, 1
    seen = fisher(a, n, b, m)
    extreme = [(i, j) for i, j in product(range(n + 1), range(m + 1)) if fisher(i, n, j, m) <= seen * (1 + 1e-7)]
    shares = np.linspace(0.0005, 0.9995, 4001)
    chance = sum(stats.binom.pmf(i, n, shares) * stats.binom.pmf(j, m, shares) for i, j in extreme)
    assert_allclose(boschloo(a, n, b, m), chance.max(), rtol=1e-5)
    assert boschloo(a, n, b, m) < seen


def test_maximum_lifespan_counts_who_outlives_the_pooled_ninetieth_percentile():
    table = pd.DataFrame({"arm": ["control"] * 50 + ["EX-12"] * 50, "day": np.r_[np.arange(50), np.arange(50) + 10.0]})
    found = compare_maximum_lifespan(read_survival(table.assign(event=1)))
    row = found.table().iloc[0]
    assert (row["old"], row["n"], row["old_against"], row["n_against"]) == (10, 50, 0, 50)
    assert row["p"] < compare_maximum_lifespan(read_survival(table.assign(event=1)), variant="fisher").table()["p"][0]
    assert "two-sided Boschloo exact test" in found.methods_sentence()


def test_a_quantile_that_few_have_reached_is_no_maximum_lifespan():
    table = make_study().assign(event=lambda t: t["day"] < 10)
    with pytest.raises(FitRefused, match="cannot be compared yet"):
        compare_maximum_lifespan(read_survival(table))
