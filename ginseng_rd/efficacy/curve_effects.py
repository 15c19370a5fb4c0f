"""Doses of an effect and other functions of fitted curves, with delta, Fieller and profile-likelihood limits."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from scipy.optimize import brentq

from ginseng_rd.efficacy.curve_models import AT_ZERO, LOWER, UPPER
from ginseng_rd.efficacy.curve_optimum import Optimum
from ginseng_rd.efficacy.nonlinear import Floats, Function, Whole, descend, differentiate
from ginseng_rd.errors import FitRefused

_DIFFERENCE = np.finfo(float).eps ** 0.2
_PULL = 1e6  # weight with which a profiled quantity is held, in units of its own variance
_STEPS = (0.4, 0.8, 1.3, 1.8, 2.3, 2.9, 3.6, 4.5, 6.0, 8.0, 11.0, 16.0, 24.0, 40.0)
_GRID, _ROOT_STEPS = 80, 14


def place_of_effect(optimum: Optimum, curve: int, percent: float) -> Function:
    """Return a function from theta (k, p) to the place (k,) where ``percent`` % of the way is gone.

    The way runs from the response without dose to the plateau of a large one; for hormesis from the
    control's level down to the lower plateau, beyond the maximum, as R's drc counts it.
    """
    problem = optimum.problem

    def place(theta: Floats) -> Floats:
        own = problem.parameters(theta)[:, curve, :]
        near, far = problem.model.plateaus(own)
        if problem.model.hormesis is not None:
            target = own[:, UPPER] - percent / 100 * (own[:, UPPER] - own[:, LOWER])
            return _place_beyond_maximum(optimum, own, target)
        return problem.model.place_of(near + percent / 100 * (far - near), own)

    return place


def place_of_response(optimum: Optimum, curve: int, response: float) -> Function:
    """Return a function from theta (k, p) to the place (k,) where the curve meets a response."""
    problem = optimum.problem

    def place(theta: Floats) -> Floats:
        own = problem.parameters(theta)[:, curve, :]
        if problem.model.hormesis is not None:
            return _place_beyond_maximum(optimum, own, np.full(len(theta), response))
        return problem.model.place_of(np.full(len(theta), response), own)

    return place


def find_maximum(optimum: Optimum, curve: int) -> tuple[float, float]:
    """Return dose and response of the highest point of a hormesis curve."""
    problem = optimum.problem
    own = problem.parameters(optimum.theta[None, :])[0, curve][None, None, :]
    low, high = _ends(optimum)
    for _ in range(60):
        grid = np.linspace(low, high, 41)
        best = int(np.argmax(problem.model.at(grid[None, :], own)[0]))
        low, high = grid[max(best - 1, 0)], grid[min(best + 1, 40)]
        if high - low < 1e-9:
            break
    middle = (low + high) / 2
    return problem.unit * math.exp(middle), float(problem.model.at(np.array([[middle]]), own)[0, 0])


def gradient_of(function: Function, optimum: Optimum) -> Floats:
    """Return the derivative (p,) of a scalar function of theta at the optimum."""
    step = _DIFFERENCE * 0.2 * optimum.problem.typical()[None, :]
    by: Floats = differentiate(function, optimum.theta[None, :], step)[0]
    return by


def delta_error(function: Function, optimum: Optimum, covariance: Floats | None) -> float | None:
    """Return the standard error of a function of theta by the delta method."""
    if covariance is None:
        return None
    by = gradient_of(function, optimum)
    variance = float(by @ covariance @ by)
    return math.sqrt(variance) if variance >= 0 and math.isfinite(variance) else None


def fieller_limits(one: float, other: float, covariance: Floats, reach: float) -> tuple[float | None, float | None]:
    """Return Fieller's limits (J. R. Stat. Soc. B 16, 1954, 175) of ``one / other``; open where they are not finite.

    ``covariance`` (2, 2) is that of the two; ``reach`` the quantile of t or the normal.
    """
    a = other**2 - reach**2 * covariance[1, 1]
    b = one * other - reach**2 * covariance[0, 1]
    c = one**2 - reach**2 * covariance[0, 0]
    inside = b**2 - a * c
    if a <= 0 or inside < 0:
        return None, None
    return (b - math.sqrt(inside)) / a, (b + math.sqrt(inside)) / a


def profile_limits_of(
    function: Function, optimum: Optimum, *, rise: float, low: float, high: float
) -> tuple[float | None, float | None]:
    """Return where the profile of ``function`` has risen by ``rise``, looked for between ``low`` and ``high``.

    ``rise`` is of ``optimum.height`` (half the sum of squares, or minus the log-likelihood). The quantity
    is held near each value by a strong pull; what it then is lies exactly on the profile. None: open.
    """
    if optimum.likelihood.shapes:
        raise FitRefused("Profile limits are not made for a variance with parameters of its own: choose log delta.")
    estimate = float(function(optimum.theta[None, :])[0])
    error = delta_error(function, optimum, optimum.covariance_hessian)
    if error is None or not math.isfinite(error) or error == 0:
        error = (high - low) / 40
    profile = _make_profile(function, optimum, error)
    ceiling = optimum.height + rise
    return _cross(profile, estimate, low, -error, ceiling), _cross(profile, estimate, high, error, ceiling)


def _cross(
    profile: Callable[[Floats], tuple[Floats, Floats]], start: float, end: float, error: float, ceiling: float
) -> float | None:
    """Return where the profile first passes the ceiling on the way from ``start`` to ``end``."""
    held = start + error * np.array(_STEPS)
    beyond = (held - end) * math.copysign(1.0, error) >= 0
    held = np.append(held[~beyond], end)
    heights = profile(held)[1]
    above = np.nonzero(heights > ceiling)[0]
    if not len(above):
        return None
    outside = float(held[above[0]])
    inside = start if above[0] == 0 else float(held[above[0] - 1])

    def excess(at: float) -> float:
        return float(profile(np.array([at]))[1][0]) - ceiling

    root = float(
        brentq(excess, inside, outside, xtol=1e-10 * max(abs(error), 1e-12), rtol=1e-13, maxiter=40, disp=False)
    )
    return float(profile(np.array([root]))[0][0])


def _make_profile(function: Function, optimum: Optimum, error: float) -> Callable[[Floats], tuple[Floats, Floats]]:
    """Return a function from values to hold to the values reached and the least heights there."""
    problem, likelihood = optimum.problem, optimum.likelihood
    scoring = likelihood.scoring(problem)
    unit = max(optimum.scale, 1e-300)
    root = math.sqrt(_PULL * unit) / error
    step = _DIFFERENCE * 0.2 * problem.typical()[None, :]

    def profile(held: Floats) -> tuple[Floats, Floats]:
        def evaluate(theta: Floats, which: Whole) -> tuple[Floats, Floats, Floats]:
            objective, residual, by = scoring(theta, which)
            off = (held[which] - function(theta)) * root
            pull = differentiate(function, theta, np.broadcast_to(step, theta.shape)) * root
            return (
                objective + off**2,
                np.concatenate([residual, off[:, None]], axis=1),
                np.concatenate([by, pull[:, None, :]], axis=1),
            )

        start = np.tile(optimum.theta, (len(held), 1))
        with np.errstate(all="ignore"):
            found = descend(evaluate, start, damping=1e-4, rounds=60)
            reached = function(found.place)
        return reached, likelihood.height(problem, found.place)

    return profile


def _ends(optimum: Optimum) -> tuple[float, float]:
    place = optimum.problem.place
    tested = place[place > AT_ZERO / 2]
    return float(tested.min()) - 7.0, float(tested.max()) + 14.0


def _place_beyond_maximum(optimum: Optimum, own: Floats, target: Floats) -> Floats:
    """Return the highest place where each curve (k, 5) is at its target (k,): bisection, NaN where there is none."""
    model = optimum.problem.model
    low, high = _ends(optimum)
    grid = np.linspace(low, high, _GRID)
    above = model.at(grid[None, :], own[:, None, :]) > target[:, None]
    last = _GRID - 1 - np.argmax(above[:, ::-1], axis=1)
    sound = above.any(axis=1) & (last < _GRID - 1)
    left, right = grid[last], grid[np.minimum(last + 1, _GRID - 1)]
    middle = (left + right) / 2
    nudge = np.array([0.0, 1e-5, -1e-5])
    for _ in range(_ROOT_STEPS):
        value = model.at(middle[:, None] + nudge, own[:, None, :])
        off = value[:, 0] - target
        left, right = np.where(off > 0, middle, left), np.where(off > 0, right, middle)
        with np.errstate(all="ignore"):
            newton = middle - off * 2e-5 / (value[:, 1] - value[:, 2])
        middle = np.where((newton > left) & (newton < right), newton, (left + right) / 2)
    return np.where(sound, middle, np.nan)
