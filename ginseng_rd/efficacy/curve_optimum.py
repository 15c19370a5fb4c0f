"""The best curves through readings: descent from many starts, Newton's last steps, both covariances."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from ginseng_rd.efficacy.curve_likelihood import Likelihood, MeasuredLikelihood
from ginseng_rd.efficacy.curve_models import ED50, LOWER, SLOPE, UPPER
from ginseng_rd.efficacy.curve_problem import CurveProblem, swapped, tested_range
from ginseng_rd.efficacy.nonlinear import Floats, descend, differentiate

_DIFFERENCE = np.finfo(float).eps ** 0.2
_ROUNDS = 300
_FLAT = 1e-11  # smallest eigenvalue of a scaled information matrix that still determines the parameters
_FAR = 6 * math.log(10)  # how far outside the doses an ED50 is believed
_SHALLOWEST, _STEEPEST = 0.02, 60.0
_REWEIGHTINGS, _INNER_ROUNDS = 120, 10
_DONE = 1e-14  # squared length of Newton's step in standard errors at which a fit is done
ROBUST = {"huber": 1.345, "tukey": 4.685}  # tuning constants of 95 % efficiency


@dataclass(frozen=True, eq=False)
class Optimum:
    """Where a fit ended.

    ``theta`` are the free parameters as used inside, ``shapes`` those of the variance. The covariances are
    of theta: from the observed Hessian, and from the expected information (Gauss-Newton); None where the
    matrix is not positive definite. ``scale`` multiplies the inverse Hessian: the residual variance for
    measured responses, 1 otherwise. ``unsettled`` says in words why the parameters are not determined.
    """

    problem: CurveProblem
    likelihood: Likelihood
    theta: Floats
    shapes: Floats
    height: float
    scale: float
    covariance_hessian: Floats | None
    covariance_gauss_newton: Floats | None
    unsettled: str


def optimise(problem: CurveProblem, likelihood: Likelihood, *, scatter: float, df: int) -> Optimum:
    """Return the best fit over many starts; ``scatter`` is the sum of squares within folded readings."""
    scoring = likelihood.scoring(problem)
    with np.errstate(all="ignore"):
        found = descend(scoring, problem.starts(), damping=1e-2, rounds=_ROUNDS)
    order = np.lexsort((found.objective, ~np.isfinite(found.objective), swapped(problem, found.place)))
    if problem.model.is_symmetric:
        order = np.argsort(found.objective, kind="stable")
    return finish(problem, likelihood, found.place[order[0]], scatter=scatter, df=df)


def finish(problem: CurveProblem, likelihood: Likelihood, theta: Floats, *, scatter: float, df: int) -> Optimum:
    """Polish a fit by Newton's steps, and judge whether the readings determine it."""
    whole = np.concatenate([theta, likelihood.first_shapes(problem, theta)])
    with np.errstate(all="ignore"):
        whole, hessian, decrement = _polish(problem, likelihood, whole)
    free = len(theta)
    turned = _turn(problem, whole)
    if turned is not None:
        return finish(problem, likelihood, turned[:free], scatter=scatter, df=df)
    height = float(likelihood.height(problem, whole[None, :])[0])
    constant = isinstance(likelihood, MeasuredLikelihood) and not likelihood.power
    scale = (2 * height + scatter) / df if constant else 1.0
    with np.errstate(all="ignore"):
        information = _information(problem, likelihood, whole[:free])
    floor = 1e-24 * float(np.sum(problem.weight * likelihood_values(problem, likelihood) ** 2)) if constant else 0.0
    unsettled = _find_unsettled(problem, whole[:free], hessian)
    if not unsettled and not decrement <= max(_DONE * max(scale, 1e-300), floor):
        unsettled = "the fit did not converge"
    return Optimum(
        problem,
        likelihood,
        whole[:free],
        whole[free:],
        height,
        scale,
        _invert(hessian, scale, free),
        _invert(information, scale, free) if not likelihood.shapes else None,
        unsettled,
    )


def likelihood_values(problem: CurveProblem, likelihood: Likelihood) -> Floats:
    """Return the readings on the scale of the residuals."""
    return likelihood.transform(problem.value) if isinstance(likelihood, MeasuredLikelihood) else problem.value


def fit_robustly(
    problem: CurveProblem, likelihood: Likelihood, method: str, *, df: int
) -> tuple[Optimum, Floats, float]:
    """Return the M-estimate by iterated reweighting, the weights it gives the readings, and its scale.

    Scale: median absolute deviation about 0 over 0.6745, renewed at each round. The covariance is
    Huber's (Robust Statistics, 1981, eq. 7.6.5): residual scale, squared psi and its mean slope.
    """
    tuning = ROBUST[method]
    optimum = optimise(problem, likelihood, scatter=0.0, df=df)
    theta, weight, scale = optimum.theta, np.ones_like(problem.value), 1.0
    shrunk = False
    for _ in range(_REWEIGHTINGS):
        residual = (problem.value - problem.mean(theta[None, :])[0]) * np.sqrt(problem.weight)
        scale = float(np.median(np.abs(residual))) / 0.6745
        if scale <= 1e-12 * float(np.ptp(problem.value)):
            break
        weight = _weigh(residual / scale, method, tuning)
        own = replace(problem, weight=problem.weight * np.maximum(weight, 1e-12))
        with np.errstate(all="ignore"):
            following = descend(likelihood.scoring(own), theta[None, :], rounds=_INNER_ROUNDS).place[0]
        moved = float(np.max(np.abs(following - theta) / problem.typical()))
        theta = following
        if moved < 1e-10:
            shrunk = True
            break
    residual = (problem.value - problem.mean(theta[None, :])[0]) * np.sqrt(problem.weight)
    by = problem.mean_with_jacobian(theta[None, :])[1][0] * np.sqrt(problem.weight)[:, None]
    variance = (
        _huber_variance(residual / max(scale, 1e-12 * float(np.ptp(problem.value))), method, tuning, df) * scale**2
    )
    covariance = _invert(by.T @ by, variance, len(theta))
    optimum = replace(
        optimum,
        theta=theta,
        height=0.5 * float(residual @ residual),
        scale=variance,
        covariance_hessian=None,
        covariance_gauss_newton=covariance,
        unsettled=_find_unsettled(problem, theta, by.T @ by) or ("" if shrunk else "the robust weights did not settle"),
    )
    return optimum, weight, scale


def _weigh(z: Floats, method: str, tuning: float) -> Floats:
    if method == "huber":
        weights: Floats = np.minimum(1.0, tuning / np.maximum(np.abs(z), 1e-300))
        return weights
    return np.where(np.abs(z) < tuning, (1 - (z / tuning) ** 2) ** 2, 0.0)


def _huber_variance(z: Floats, method: str, tuning: float, df: int) -> float:
    inside = np.abs(z) < tuning
    if method == "huber":
        psi, slope = np.clip(z, -tuning, tuning), inside.astype(float)
    else:
        share = (z / tuning) ** 2
        psi, slope = z * _weigh(z, method, tuning), np.where(inside, (1 - share) * (1 - 5 * share), 0.0)
    mean = float(slope.mean())
    p = len(z) - df
    correction = 1 + p / len(z) * float(slope.var()) / mean**2
    return correction**2 * float(np.sum(psi**2)) / df / mean**2


def _polish(problem: CurveProblem, likelihood: Likelihood, whole: Floats) -> tuple[Floats, Floats, float]:
    """Take Newton's steps down to the bottom; return the place, the Hessian there and the last decrement."""
    gradient = likelihood.gradient(problem)
    step = _DIFFERENCE * np.concatenate([problem.typical(), np.full(likelihood.shapes, 0.5)])[None, :]
    decrement = math.inf
    hessian = np.eye(len(whole))
    for _ in range(60):
        hessian = differentiate(gradient, whole[None, :], step)[0]
        hessian = (hessian + hessian.T) / 2
        downhill = -gradient(whole[None, :])[0]
        if not (np.isfinite(hessian).all() and np.isfinite(downhill).all()):
            return whole, hessian, math.inf
        size = np.sqrt(np.maximum(np.abs(np.diag(hessian)), np.finfo(float).tiny))
        roots, axes = np.linalg.eigh(hessian / np.outer(size, size))
        turned = axes.T @ (downhill / size)
        soft = np.maximum(np.abs(roots), 1e-10)
        move = axes @ (turned / soft) / size
        previous, decrement = decrement, float(np.sum(turned**2 / soft))
        height = float(likelihood.height(problem, whole[None, :])[0])
        if decrement <= 1e-28 * abs(height) or (decrement >= 0.5 * previous and decrement <= 1e-12 * abs(height)):
            break
        share = 1.0
        # Near the bottom rounding hides the fall of the height, but not the gradient.
        while decrement > 1e-9 * abs(height) and share > 1e-6:
            if float(likelihood.height(problem, (whole + share * move)[None, :])[0]) < height:
                break
            share /= 2
        whole = whole + share * move
    return whole, hessian, decrement


def _turn(problem: CurveProblem, whole: Floats) -> Floats | None:
    """Return the same curves with the lower plateau below the upper one; None where nothing is to turn."""
    if not problem.model.is_symmetric or (problem.column[:, [SLOPE, LOWER, UPPER]] < 0).any():
        return None
    parameters = problem.parameters(whole[None, : len(problem.names)])[0]
    if not np.all(parameters[:, LOWER] > parameters[:, UPPER]):
        return None
    turned = np.array(whole)
    turned[problem.column[:, SLOPE]] = -parameters[:, SLOPE]
    turned[problem.column[:, LOWER]] = parameters[:, UPPER]
    turned[problem.column[:, UPPER]] = parameters[:, LOWER]
    return turned


def _information(problem: CurveProblem, likelihood: Likelihood, theta: Floats) -> Floats:
    _, _, by = likelihood.scoring(problem)(theta[None, :], np.zeros(1, dtype=np.int64))
    information: Floats = by[0].T @ by[0]
    return information


def _invert(information: Floats, scale: float, free: int) -> Floats | None:
    """Return the covariance of the first ``free`` parameters; None where the matrix is not positive definite."""
    diagonal = np.diag(information)
    if not np.isfinite(information).all() or np.any(diagonal <= 0):
        return None
    size = np.sqrt(diagonal)
    scaled = information / np.outer(size, size)
    if float(np.linalg.eigvalsh(scaled)[0]) < _FLAT:
        return None
    inverse: Floats = (np.linalg.inv(scaled) / np.outer(size, size) * scale)[:free, :free]
    return inverse


def _find_unsettled(problem: CurveProblem, theta: Floats, hessian: Floats) -> str:
    """Say why the readings do not determine the optimum; empty where they do."""
    parameters = problem.parameters(theta[None, :])[0]
    low, high = tested_range(problem)
    reach = _FAR if problem.model.log_axis else 10.0 * (high - low)
    free = problem.column >= 0
    if np.any(free[:, ED50] & (parameters[:, ED50] > high + reach)):
        return "the response has not turned by the highest dose"
    if np.any(free[:, ED50] & (parameters[:, ED50] < low - reach)):
        return "the response has turned before the lowest dose"
    places = np.unique(problem.place[problem.place >= low])
    spacing = float(np.diff(places).min()) if len(places) > 1 else 1.0
    steep = np.abs(parameters[:, SLOPE])
    if np.any(free[:, SLOPE] & (steep * max(spacing, 0.01) > _STEEPEST)):
        return "the response steps from one plateau to the other with at most one dose on the way"
    if np.any(free[:, SLOPE] & (steep * (high - low) < _SHALLOWEST)):
        return "the response is a straight line over the doses and neither plateau is seen"
    if bool(swapped(problem, theta[None, :])[0]):
        return "the lower plateau came out above the upper one"
    if _invert(hessian, 1.0, len(theta)) is None:
        return "the readings do not determine all parameters: fix one, or choose a model with fewer"
    return ""
