"""How often intervals hold the truth, by simulation."""

import math

import numpy as np
import pandas as pd
import pytest

from ginseng_rd.efficacy.arrhenius import fit_arrhenius
from ginseng_rd.efficacy.arrhenius_fits import GAS_CONSTANT
from ginseng_rd.efficacy.cox import fit_cox
from ginseng_rd.efficacy.stability import fit_shelf_life
from ginseng_rd.efficacy.survival import kaplan_meier, restricted_means
from ginseng_rd.efficacy.survival_tests import compare_survival
from ginseng_rd.efficacy.survival_times import read_survival

TIMES = 1500

pytestmark = pytest.mark.slow


def draw_study(draw, n=80, ratio=1.0):
    """Exponential lifetimes of mean 10 in arm a and 10·ratio in arm b; about a quarter are censored."""
    arm = np.repeat(["a", "b"], n)
    lived = draw.exponential(10, 2 * n) * np.where(arm == "b", ratio, 1.0)
    end = draw.uniform(10, 50, 2 * n)
    return read_survival(pd.DataFrame({"arm": arm, "day": np.minimum(lived, end), "event": lived <= end}))


def test_intervals_of_curve_median_mean_and_hazard_ratio_hold_the_truth_as_often_as_they_say():
    draw, ratio, until = np.random.default_rng(20), 1.5, 20.0
    held = {"curve": 0, "median": 0, "mean": 0, "difference": 0, "hazard ratio": 0}
    means = [scale * (1 - math.exp(-until / scale)) for scale in (10, 10 * ratio)]
    for _ in range(TIMES):
        data = draw_study(draw, ratio=ratio)
        curve = kaplan_meier(data, interval="log-log").curves[0]
        at = curve.at([8.0]).iloc[0]
        held["curve"] += at["low"] <= math.exp(-0.8) <= at["high"]
        median = curve.median
        held["median"] += median.low <= 10 * math.log(2) <= median.high
        table = restricted_means(data, until=until).table()
        held["mean"] += table["low"][0] <= means[0] <= table["high"][0]
        held["difference"] += table["low"][2] <= means[1] - means[0] <= table["high"][2]
        hazard = fit_cox(data).hazard_ratio("arm[b]")
        held["hazard ratio"] += hazard.low <= 1 / ratio <= hazard.high
    coverage = {name: count / TIMES for name, count in held.items()}
    assert all(0.93 <= share <= 0.97 for share in coverage.values()), coverage


def test_tests_of_equal_arms_err_as_often_as_their_level():
    draw = np.random.default_rng(21)
    wrong = dict.fromkeys(("log-rank", "gehan", "peto-peto"), 0)
    for _ in range(TIMES):
        data = draw_study(draw, n=40)
        for weighting in wrong:
            wrong[weighting] += compare_survival(data, weighting=weighting).p < 0.05
    share = {weighting: count / TIMES for weighting, count in wrong.items()}
    assert all(0.035 <= error <= 0.065 for error in share.values()), share


def test_a_shelf_life_is_kept_by_the_mean_in_19_of_20_studies():
    draw, held = np.random.default_rng(22), 0
    month = np.tile([0.0, 3.0, 6.0, 9.0, 12.0, 18.0, 24.0], 1)
    for _ in range(TIMES):
        value = 100 - 0.4 * month + 0.5 * draw.standard_normal(len(month))
        held += fit_shelf_life(pd.DataFrame({"week": month, "value": value}), lower=90).shelf_life.value <= 25.0
    assert 0.935 <= held / TIMES <= 0.965, held / TIMES


def test_the_profile_interval_of_arrhenius_holds_the_true_time():
    draw, held, repeats = np.random.default_rng(23), 0, 400
    celsius, week = (part.ravel() for part in np.meshgrid([40.0, 50.0, 60.0], [0.0, 1.0, 2.0, 4.0, 6.0, 8.0]))
    rate = 0.004 * np.exp(-80 / GAS_CONSTANT * (1 / (celsius + 273.15) - 1 / 298.15))
    for _ in range(repeats):
        value = 100 * np.exp(-rate * week + 0.02 * draw.standard_normal(len(week)))
        table = pd.DataFrame({"temperature_c": celsius, "week": week, "value": value})
        time = fit_arrhenius(table, limit=90, stored_at_c=25, order=1).time_to_limit
        held += (time.low or 0.0) <= math.log(100 / 90) / 0.004 <= (time.high or math.inf)
    assert 0.92 <= held / repeats <= 0.98, held / repeats
