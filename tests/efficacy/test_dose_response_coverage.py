"""How often the intervals of the curve family hold the truth, by simulation."""

import math

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, stdtrit

from ginseng_rd.efficacy.curve_area import area_under_curve
from ginseng_rd.efficacy.dose_response_models import fit_curve_model

pytestmark = pytest.mark.slow

TIMES = 800
DOSES = np.repeat(np.geomspace(0.3, 300, 9), 4)


def mean_of(dose, ed50=10.0, slope=1.2, lower=5.0, upper=95.0):
    return lower + (upper - lower) * expit(-slope * np.log(dose / ed50))


def share_held(one_interval, seed):
    draw = np.random.default_rng(seed)
    held = np.array([one_interval(draw) for _ in range(TIMES)])
    return held.mean(axis=0)


def inside(estimate, truth):
    return estimate.low <= truth <= estimate.high


def test_measured_responses():
    ed20, q = 10.0 * (20 / 80) ** (1 / 1.2), stdtrit(len(DOSES) - 4, 0.975) ** 2
    grid = np.geomspace(1, 100, 4001)
    area_truth = np.trapezoid(mean_of(grid), np.log10(grid))

    def once(draw):
        readings = pd.DataFrame({"dose": DOSES, "value": mean_of(DOSES) + draw.normal(0, 5, len(DOSES))})
        fit, held = fit_curve_model(readings), fit_curve_model(readings, fixed={"ed50": 10.0})
        profile = (held.rss - fit.rss) / (fit.rss / fit.df) <= q
        delta = fit.ed(50, interval="delta", errors="Gauss-Newton")
        return (
            profile,
            inside(fit.ed(20, interval="log delta"), ed20),
            inside(delta, 10.0),
            inside(area_under_curve(fit, low=1, high=100), area_truth),
        )

    held = share_held(once, 31)
    assert np.all((held >= 0.93) & (held <= 0.97)), held


def test_binomial_and_counted_responses():
    doses, total = np.geomspace(1, 100, 8), 40
    share, rate = expit(1.5 * np.log(doses / 10)), mean_of(np.repeat(doses, 5), upper=60.0)

    def once(draw):
        died = pd.DataFrame({"dose": doses, "value": draw.binomial(total, share), "total": total})
        counts = pd.DataFrame({"dose": np.repeat(doses, 5), "value": draw.poisson(rate)})
        lethal = fit_curve_model(died, "LL.2", response="binomial").ed(50, interval="log delta")
        counted = fit_curve_model(counts, "LL.3", response="poisson", fixed={"lower": 5.0})
        return inside(lethal, 10.0), inside(counted.ed(50, interval="log delta"), 10.0)

    held = share_held(once, 32)
    assert np.all((held >= 0.93) & (held <= 0.97)), held


def test_relative_potency_with_common_plateaus_and_robust_fits():
    def once(draw):
        noise = [draw.normal(0, 5, len(DOSES)) for _ in range(2)]
        both = pd.concat(
            pd.DataFrame({"sample": name, "dose": DOSES, "value": mean_of(DOSES, ed50) + own})
            for name, ed50, own in zip("AB", (10.0, 25.0), noise, strict=True)
        )
        joint = fit_curve_model(both, by="sample", shared={"lower": "all", "upper": "all", "slope": "all"})
        fieller = joint.relative_potency("A", "B", interval="Fieller")
        log_delta = joint.relative_potency("A", "B", interval="log delta")
        robust = fit_curve_model(both[both["sample"] == "A"], robust="huber").ed(50, interval="log delta")
        return inside(fieller, 0.4), inside(log_delta, 0.4), inside(robust, 10.0)

    held = share_held(once, 33)
    assert np.all((held >= 0.93) & (held <= 0.97)), held
    assert not math.isnan(held[0])
