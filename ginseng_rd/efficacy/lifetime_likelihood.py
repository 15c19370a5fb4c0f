"""Log likelihoods of lifetime distributions, with exact first and second derivatives.

The accelerated-failure-time family has log T = x'β + sW, with W extreme-value (Weibull; exponential for s = 1),
normal (log-normal) or logistic (log-logistic); its parameters are β and log s (Kalbfleisch and Prentice, The
Statistical Analysis of Failure Time Data, 2002, ch. 3). Gompertz has the hazard rate·exp(shape·t), with covariates on
log rate; its parameters are log rate, their coefficients and shape.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from scipy.special import expit, log_ndtr

from ginseng_rd.efficacy.survival_times import Flags, Floats
from ginseng_rd.errors import FitRefused

Value = tuple[float, Floats, Floats]  # log likelihood, gradient, Hessian
Terms = tuple[Floats, Floats, Floats]  # a function of u with its first and second derivative

AFT = ("weibull", "exponential", "lognormal", "loglogistic")
DISTRIBUTIONS = (*AFT, "gompertz")
_MOST_STEPS = 200
_SETTLED = 1e-14  # of the log likelihood that a further Newton step would still gain
_RUNAWAY = 30.0  # a parameter this far out, times and covariates being standardised, has left every plausible value
_SINGULAR = 1e-9  # least curvature, against the largest, of a maximum that the data determine
_SMALL = 1.0  # below this |shape·t| the closed forms cancel, and a power series is exact


def log_density(family: str, u: Floats) -> Terms:
    """Return the log density of W."""
    if family in ("weibull", "exponential"):
        e = np.exp(u)
        return u - e, 1 - e, -e
    if family == "lognormal":
        return -u * u / 2 - math.log(2 * math.pi) / 2, -u, -np.ones_like(u)
    p = expit(u)
    return u - 2 * np.logaddexp(0.0, u), 1 - 2 * p, -2 * p * (1 - p)


def log_survival(family: str, u: Floats) -> Terms:
    """Return the log of the chance that W exceeds u."""
    if family in ("weibull", "exponential"):
        e = np.exp(u)
        return -e, -e, -e
    if family == "lognormal":
        log_s = log_ndtr(-u)
        hazard = np.exp(-u * u / 2 - math.log(2 * math.pi) / 2 - log_s)
        return log_s, -hazard, -hazard * (hazard - u)
    p = expit(u)
    return -np.logaddexp(0.0, u), -p, -p * (1 - p)


def aft_likelihood(family: str, x: Floats, time: Floats, event: Flags, entry: Floats) -> Callable[[Floats], Value]:
    """Return the log likelihood of (β, log s), or of β alone for the exponential."""
    log_time, late = np.log(time), entry > 0
    log_entry = np.log(entry[late])

    def value(theta: Floats) -> Value:
        beta, log_sigma = (theta, 0.0) if family == "exponential" else (theta[:-1], float(theta[-1]))
        parts = []
        for rows, times, term, sign in (
            (event, log_time[event], log_density, 1.0),
            (~event, log_time[~event], log_survival, 1.0),
            (late, log_entry, log_survival, -1.0),
        ):
            u = (times - x[rows] @ beta) / math.exp(log_sigma)
            parts.append(_aft_part(x[rows], u, term(family, u), log_sigma, sign))
        total, gradient, hessian = (sum(column) for column in zip(*parts, strict=True))
        deaths = int(event.sum())
        total += -deaths * log_sigma - log_time[event].sum()
        gradient[-1] -= deaths
        if family == "exponential":
            return float(total), gradient[:-1], hessian[:-1, :-1]
        return float(total), gradient, hessian

    return value


def _aft_part(x: Floats, u: Floats, terms: Terms, log_sigma: float, sign: float) -> Value:
    value, first, second = (sign * term for term in terms)
    by = np.column_stack([-x / math.exp(log_sigma), -u])  # of u by the parameters
    hessian = by.T @ (second[:, None] * by)
    mixed = x.T @ first / math.exp(log_sigma)
    hessian[:-1, -1] += mixed
    hessian[-1, :-1] += mixed
    hessian[-1, -1] += first @ u
    return float(value.sum()), by.T @ first, hessian


def gompertz_likelihood(x: Floats, time: Floats, event: Flags, entry: Floats) -> Callable[[Floats], Value]:
    """Return the log likelihood of (log rate and its coefficients, shape)."""
    start = np.maximum(entry, 0.0)

    def value(theta: Floats) -> Value:
        beta, shape = theta[:-1], float(theta[-1])
        rate = np.exp(x @ beta)
        c0, c1, c2 = (
            rate * (late - early)
            for late, early in zip(gompertz_areas(shape, time), gompertz_areas(shape, start), strict=True)
        )
        total = float(np.sum((x @ beta + shape * time)[event]) - c0.sum())
        gradient = np.r_[x.T @ (event - c0), time[event].sum() - c1.sum()]
        hessian = np.empty((len(theta), len(theta)))
        hessian[:-1, :-1] = -x.T @ (c0[:, None] * x)
        hessian[:-1, -1] = hessian[-1, :-1] = -x.T @ c1
        hessian[-1, -1] = -c2.sum()
        return total, gradient, hessian

    return value


def gompertz_areas(shape: float, time: Floats) -> tuple[Floats, Floats, Floats]:
    """Return the integrals of exp(shape·s), s·exp(shape·s) and s²·exp(shape·s) from 0 to each time."""
    z = shape * time
    small = np.abs(z) < _SMALL
    near = np.where(small, z, 0.0)
    series = [np.zeros_like(time) for _ in range(3)]
    term = np.ones_like(time)
    for k in range(25):
        for m in range(3):
            series[m] += term / (k + m + 1)
        term = term * near / (k + 1)
    if small.all():
        return series[0] * time, series[1] * time**2, series[2] * time**3
    a, grown = shape, np.exp(z)
    first = (grown - 1) / a
    second = (time * grown - first) / a
    third = (time**2 * grown - 2 * second) / a
    closed = (first, second, third)
    found = [np.where(small, series[m] * time ** (m + 1), closed[m]) for m in range(3)]
    return found[0], found[1], found[2]


def maximise(likelihood: Callable[[Floats], Value], start: Floats, what: str) -> tuple[Floats, float, Floats]:
    """Return the parameters of the greatest likelihood, its logarithm, and their covariance (inverse information).

    Newton's steps on the exact Hessian, shortened and turned uphill where it is not yet concave. Raises
    FitRefused where no maximum is reached, as where an arm has no death.
    """
    theta = start
    with np.errstate(all="ignore"):
        value, gradient, hessian = likelihood(theta)
        for _ in range(_MOST_STEPS):
            if not np.isfinite(hessian).all():
                break
            step = _uphill(gradient, hessian)
            gain = float(gradient @ step) / 2
            if gain < _SETTLED * max(abs(value), 1.0):
                break
            theta, value, gradient, hessian = _advance(likelihood, theta, value, step)
        else:
            raise FitRefused(f"{what} did not converge: nothing is reported.")
        settled = np.isfinite(value) and np.isfinite(hessian).all() and np.abs(theta).max() < _RUNAWAY
        values = np.linalg.eigvalsh(-hessian) if settled else np.zeros(1)
    if values[0] < _SINGULAR * max(values[-1], 1.0):
        raise FitRefused(
            f"{what} has no finite maximum: all lifetimes are equal, a covariate is constant or repeats others, or "
            "one of its levels has no "
            "death."
        )
    return theta, value, np.asarray(np.linalg.inv(-hessian), dtype=np.float64)


def _uphill(gradient: Floats, hessian: Floats) -> Floats:
    values, vectors = np.linalg.eigh(-hessian)
    turned = np.maximum(np.abs(values), 1e-12 * max(np.abs(values).max(), 1e-300))
    return np.asarray(vectors @ ((vectors.T @ gradient) / turned))


def _advance(
    likelihood: Callable[[Floats], Value], theta: Floats, value: float, step: Floats
) -> tuple[Floats, float, Floats, Floats]:
    for _ in range(60):
        further = likelihood(theta + step)
        if further[0] >= value - 1e-12 * abs(value):
            return theta + step, *further
        step = step / 2
    return theta, *likelihood(theta)
