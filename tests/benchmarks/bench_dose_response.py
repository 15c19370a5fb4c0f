"""10,000 dose-response curves with intervals against SciPy's loop and against the barest batch with the same step."""

import statistics
import time

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import curve_fit
from scipy.special import expit, stdtrit

from ginseng_rd.efficacy.dose_response import fit_dose_responses
from ginseng_rd.efficacy.log_logistic_batch import fit_log_logistic_batch

CURVES, DOSES, REPLICATES, LOOPED = 10_000, np.geomspace(0.1, 1000, 10), 3, 400


@pytest.fixture(scope="module")
def plates():
    """Well-posed curves; the doses that give half the effect stand beside them."""
    draw = np.random.default_rng(3)
    ed50, slope = 10 ** draw.uniform(0.3, 1.7, CURVES), draw.uniform(0.7, 2.0, CURVES)
    upper = draw.uniform(60, 100, CURVES)
    mean = upper[:, None] * expit(slope[:, None] * np.log(DOSES / ed50[:, None]))
    return mean[:, :, None] + draw.normal(0, 4, (CURVES, len(DOSES), REPLICATES)), ed50


def measure(function, times=5):
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        found = function()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken), found


def loop_of_scipy(values):
    """Fit with curve_fit, analytic Jacobian and a sensible start; Wald limits of ln ED50 from its covariance."""
    x = np.log(np.repeat(DOSES, REPLICATES))

    def curve(x, slope, lower, upper, place):
        return lower + (upper - lower) * expit(slope * (x - place))

    def jacobian(x, slope, lower, upper, place):
        share = expit(slope * (x - place))
        steep = (upper - lower) * share * (1 - share)
        return np.stack([steep * (x - place), 1 - share, share, -slope * steep], axis=1)

    limits = []
    for own in values:
        y = own.ravel()
        start = (1.0, y.min(), y.max(), x.mean())
        found, covariance = curve_fit(curve, x, y, start, jac=jacobian, maxfev=2000)
        half = stdtrit(len(y) - 4, 0.975) * np.sqrt(covariance[3, 3])
        limits.append((found[3] - half, found[3] + half))
    return np.exp(limits)


def bare_batch(values):
    """Gauss-Newton with halved steps on folded means, 4 x 4 solves, finished curves dropped; Wald limits; no checks."""
    mean = values.mean(axis=2)
    scatter = ((values - mean[:, :, None]) ** 2).sum(axis=(1, 2))
    x = np.log(DOSES)
    theta = np.stack([np.ones(len(mean)), mean.min(axis=1), mean.max(axis=1), np.full(len(mean), x.mean())], axis=1)
    active = np.arange(len(mean))

    def evaluate(own, y):
        distance = x - own[:, 3:]
        share = expit(own[:, :1] * distance)
        height = own[:, 2:3] - own[:, 1:2]
        steep = height * share * (1 - share)
        off = y - own[:, 1:2] - height * share
        by = np.stack([steep * distance, 1 - share, share, -own[:, :1] * steep], axis=2)
        return off, by, (off**2).sum(axis=1)

    damping = np.full(len(mean), 1e-3)
    off, by, height = evaluate(theta, mean)
    for _ in range(40):
        normal = by.transpose(0, 2, 1) @ by
        pull = (by.transpose(0, 2, 1) @ off[:, :, None])[:, :, 0]
        diagonal = np.einsum("kii->ki", normal)
        damped = normal + (damping[:, None] * diagonal)[:, :, None] * np.eye(4)
        step = np.linalg.solve(damped, pull[:, :, None])[:, :, 0]
        following = theta[active] + step
        off_next, by_next, height_next = evaluate(following, mean[active])
        better = height_next <= height
        damping = np.where(better, damping / 10, damping * 10)
        theta[active[better]] = following[better]
        done = better & ((step * pull).sum(axis=1) < 1e-12 * (height + 1e-300))
        off, by = np.where(better[:, None], off_next, off), np.where(better[:, None, None], by_next, by)
        height = np.where(better, height_next, height)
        keep = ~done
        if not keep.any():
            break
        active, damping, off, by, height = active[keep], damping[keep], off[keep], by[keep], height[keep]
    off, by, height = evaluate(theta, mean)
    n = values.shape[1] * values.shape[2]
    variance = (REPLICATES * height + scatter) / (n - 4)
    inverse = np.linalg.inv(REPLICATES * by.transpose(0, 2, 1) @ by)
    half = stdtrit(n - 4, 0.975) * np.sqrt(inverse[:, 3, 3] * variance)
    return np.exp(np.stack([theta[:, 3] - half, theta[:, 3] + half], axis=1))


def coverage(low, high, truth):
    return f"{np.mean((low < truth) & (truth < high)):.1%}"


def test_ten_thousand_curves_with_intervals(plates, record):
    values, ed50 = plates
    ours, batch = measure(lambda: fit_log_logistic_batch(DOSES, values))
    looped, _ = measure(lambda: loop_of_scipy(values[:LOOPED]), times=3)
    looped *= CURVES / LOOPED
    bare, limits = measure(lambda: bare_batch(values))
    assert batch.settled.all()
    held, held_bare = coverage(batch.ed50_low, batch.ed50_high, ed50), coverage(*limits.T, ed50)
    what = f"{ours:.3f} s, profile limits hold {held}"
    reference = f"scipy curve_fit, analytic Jacobian {looped:.1f} s"
    record("10,000 curves × 10 doses × 3 with intervals", what, reference, f"{looped / ours:.0f} × faster", "≥ 18 ×")
    reference = f"bare batch, Wald limits hold {held_bare}: {bare:.3f} s"
    record("the same against the barest batch", what, reference, f"{ours / bare:.2f}", "≤ 1.5")


def test_ten_thousand_curves_from_a_table_to_results_with_flags(plates, record):
    values, _ = plates
    readings = pd.DataFrame(
        {
            "sample": np.repeat([f"EX-{k:05d}" for k in range(CURVES)], values[0].size),
            "dose": np.tile(np.repeat(DOSES, REPLICATES), CURVES),
            "value": values.ravel(),
            "unit": "%",
            "dose_unit": "µM",
        }
    )
    ours, found = measure(lambda: fit_dose_responses(readings), times=1)
    assert len(found) == CURVES
    record("the same from a DataFrame to results with flags and words", f"{ours:.1f} s", "–", "–", "–")
