"""Nonlinear least squares and scoring, many fits side by side: one damped Gauss-Newton engine.

Levenberg and Marquardt's method with Moré's column scaling (Numerical Analysis, Lecture Notes in
Mathematics 630, 1978, 105) and Nielsen's damping (IMM-REP-1999-05). Steps are solved by QR, never
through the normal equations, so that badly conditioned problems keep their digits.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from ginseng_rd.errors import FitRefused

Floats: TypeAlias = NDArray[np.float64]
Whole: TypeAlias = NDArray[np.int64]
Flags: TypeAlias = NDArray[np.bool_]
#: From parameters (k, p) of the fits numbered ``which`` (k,): objective (k,), residuals (k, n), Jacobian (k, n, p)
Evaluate: TypeAlias = Callable[[Floats, Whole], tuple[Floats, Floats, Floats]]
#: From parameters (k, p) to an array (k, ...)
Function: TypeAlias = Callable[[Floats], Floats]

_ROUNDS = 2000
_SETTLED_STEP = 1e-12  # relative length of the undamped step at which a fit is done
_CLOSE = 1e-10  # share of the objective below which its fall is lost in rounding
_OFFSET = 1e-6  # Bates and Watts' relative offset that a fit must reach to be called converged
_STALLS = 3
_DIFFERENCE = np.finfo(float).eps ** 0.2  # best step of a fourth-order central difference
_NO_SPREAD = 1e-12  # residual norm, as a share of the readings', below which a fit is exact
_SCATTERED = 30
_SHORT_ROUNDS = 40
_DAMPINGS = (1e-6, 1e-3, 1.0, 1e3)


@dataclass(frozen=True, eq=False)
class Descent:
    """Where each fit ended: parameters (k, p), objective (k,), and whether it settled (k,)."""

    place: Floats
    objective: Floats
    settled: Flags


def descend(evaluate: Evaluate, start: Floats, *, damping: float | Floats = 1e-3, rounds: int = _ROUNDS) -> Descent:
    """Go down from each row of ``start`` until the undamped step vanishes; fits that are done drop out.

    ``evaluate`` returns an objective whose gradient is proportional to ``-jacobian.T @ residuals`` with
    ``jacobian`` that of the prediction and ``residuals`` reading minus prediction, both divided by the
    standard deviation: a sum of squares, or a deviance (then this is Fisher scoring).
    """
    with np.errstate(all="ignore"):  # numbers that overflow are found and refused as not finite
        return _descend(evaluate, np.array(start, dtype=np.float64), damping, rounds)


def _descend(evaluate: Evaluate, place: Floats, damping: float | Floats, rounds: int) -> Descent:
    height = np.full(len(place), np.inf)
    settled = np.zeros(len(place), dtype=bool)
    active = np.arange(len(place))
    state = _State.begin(evaluate, place, active, np.broadcast_to(damping, active.shape).astype(np.float64))
    for _ in range(rounds):
        done = state.judge()
        place[active], height[active] = state.place, state.objective
        settled[active] = done
        keep = ~(done | state.is_stuck)
        if not keep.any():
            break
        if not keep.all():
            active, state = active[keep], state.keep(keep)
        state.advance(evaluate, active)
    place[active], height[active] = state.place, state.objective
    return Descent(place, height, settled)


@dataclass(eq=False)
class _State:
    """The fits still under way; every array has one row a fit."""

    place: Floats
    objective: Floats
    triangle: Floats
    turned: Floats  # Q' r
    residual_norm: Floats
    readings: int
    damping: Floats
    growth: Floats
    scale: Floats
    last_step: Floats
    stalls: Whole
    usable: Flags

    @classmethod
    def begin(cls, evaluate: Evaluate, place: Floats, which: Whole, damping: Floats) -> _State:
        objective, residual, jacobian = _finite(evaluate(place, which))
        turned, triangle = _factor(residual, jacobian)
        norms = np.linalg.norm(triangle, axis=1)
        return cls(
            place[which],
            objective,
            triangle,
            turned,
            np.linalg.norm(residual, axis=1),
            residual.shape[1],
            damping,
            np.full(len(which), 2.0),
            np.where(norms > 0, norms, 1.0),
            np.full(len(which), np.inf),
            np.zeros(len(which), dtype=np.int64),
            np.isfinite(objective),
        )

    @property
    def is_stuck(self) -> Flags:
        """Whether no step goes down any more, or there was no finite beginning."""
        stuck: Flags = ~self.usable | (self.damping > 1e20)
        return stuck

    def judge(self) -> Flags:
        """Return which fits are done; counts the rounds in which the undamped step no longer shrinks."""
        step = _solve(self.triangle, self.turned, np.zeros_like(self.scale))
        size = np.max(np.abs(step) / np.maximum(np.abs(self.place), 1e-8), axis=1)
        predicted = np.sum(self.turned**2, axis=1)
        near = (predicted <= _CLOSE * self.objective) | (size <= 1e-6)
        self.stalls = np.where(near & (size > 0.3 * self.last_step), self.stalls + 1, 0)
        self.last_step = size
        freedom = max(self.readings - self.place.shape[1], 1)
        spread = np.maximum(self.residual_norm, np.finfo(float).tiny) / np.sqrt(freedom)
        offset = np.sqrt(predicted / self.place.shape[1]) / spread
        exact: Flags = self.usable & np.isfinite(size) & (size <= _SETTLED_STEP)
        stalled = self.usable & (self.stalls >= _STALLS) & ((offset <= _OFFSET) | (size <= 1e-9))
        done: Flags = exact | stalled
        return done

    def advance(self, evaluate: Evaluate, which: Whole) -> None:
        """Try one damped step for each fit; take it where the objective falls as hoped."""
        root = np.sqrt(self.damping)[:, None] * self.scale
        step = _solve(self.triangle, self.turned, root)
        tried = self.place + step
        objective, residual, jacobian = _finite(evaluate(tried, which))
        turned, triangle = _factor(residual, jacobian)
        moved = np.einsum("kij,kj->ki", self.triangle, step)
        predicted = np.sum(moved**2, axis=1) + 2 * np.sum((root * step) ** 2, axis=1)
        gain = (self.objective - objective) / np.maximum(predicted, np.finfo(float).tiny)
        blurred = (predicted <= _CLOSE * self.objective) & (objective <= self.objective * (1 + _CLOSE))
        taken = np.isfinite(objective) & ((gain > 1e-4) | blurred) & np.isfinite(triangle).all(axis=(1, 2))
        fall = np.where(blurred, 1 / 9, np.clip(1 - (2 * gain - 1) ** 3, 1 / 9, 2.0))
        self.damping = np.where(taken, np.maximum(self.damping * fall, 1e-30), self.damping * self.growth)
        self.growth = np.where(taken, 2.0, self.growth * 2)
        self.place = np.where(taken[:, None], tried, self.place)
        self.objective = np.where(taken, objective, self.objective)
        self.residual_norm = np.where(taken, np.linalg.norm(residual, axis=1), self.residual_norm)
        self.turned = np.where(taken[:, None], turned, self.turned)
        self.triangle = np.where(taken[:, None, None], triangle, self.triangle)
        self.scale = np.linalg.norm(self.triangle, axis=1)

    def keep(self, kept: Flags) -> _State:
        """Return the fits marked."""
        fields = {name: value[kept] for name, value in vars(self).items() if isinstance(value, np.ndarray)}
        return _State(**fields, readings=self.readings)


def _finite(evaluated: tuple[Floats, Floats, Floats]) -> tuple[Floats, Floats, Floats]:
    """Mark a fit whose numbers overflowed by an infinite objective, so that QR never meets them."""
    objective, residual, jacobian = evaluated
    sound = np.isfinite(objective) & np.isfinite(residual).all(axis=1) & np.isfinite(jacobian).all(axis=(1, 2))
    return (
        np.where(sound, objective, np.inf),
        np.where(sound[:, None], residual, 0.0),
        np.where(sound[:, None, None], jacobian, 0.0),
    )


def _factor(residual: Floats, jacobian: Floats) -> tuple[Floats, Floats]:
    """Return Q'r and R of each Jacobian; rows of zeros are added where readings are fewer than parameters."""
    short = jacobian.shape[2] - jacobian.shape[1]
    if short > 0:
        jacobian = np.pad(jacobian, ((0, 0), (0, short), (0, 0)))
        residual = np.pad(residual, ((0, 0), (0, short)))
    directions, triangle = np.linalg.qr(jacobian)
    return np.einsum("knp,kn->kp", directions, residual), triangle


def _solve(triangle: Floats, turned: Floats, root: Floats) -> Floats:
    """Return the step of least ``|R step - Q'r|^2 + |root step|^2``, by QR of both stacked."""
    fits, p, _ = triangle.shape
    scale = np.maximum(np.linalg.norm(triangle, axis=1), np.finfo(float).tiny)
    stacked = np.concatenate([triangle / scale[:, None, :], (root / scale)[:, :, None] * np.eye(p)], axis=1)
    directions, small = np.linalg.qr(stacked)
    right = np.einsum("knp,kn->kp", directions, np.concatenate([turned, np.zeros((fits, p))], axis=1))
    diagonal = np.abs(np.einsum("kii->ki", small))
    weak = diagonal.min(axis=1) <= 1e-15 * np.maximum(diagonal.max(axis=1), np.finfo(float).tiny)
    small = np.where(weak[:, None, None], np.eye(p), small)
    step: Floats = np.linalg.solve(small, right[:, :, None])[:, :, 0] / scale
    step[weak] = 0.0 if root.any() else np.inf
    return step


def differentiate(function: Function, at: Floats, step: Floats) -> Floats:
    """Return the derivative of ``function`` (k, ...) by each of p parameters as (k, ..., p): fourth-order differences.

    ``at`` and ``step`` have shape (k, p).
    """
    columns = []
    for j in range(at.shape[1]):
        move = np.zeros_like(at)
        move[:, j] = step[:, j]
        near = function(at + move) - function(at - move)
        far = function(at + 2 * move) - function(at - 2 * move)
        width = step[:, j].reshape((-1,) + (1,) * (near.ndim - 1))
        columns.append((8 * near - far) / (12 * width))
    return np.stack(columns, axis=-1)


@dataclass(frozen=True)
class NonlinearFit:
    """A least-squares fit: estimates, both kinds of standard error and the residual sum of squares.

    ``standard_errors_gauss_newton`` is from the Jacobian alone, as NIST, nls and SciPy report;
    ``standard_errors_hessian`` from the observed Hessian (empty where it is not positive definite).
    """

    estimates: tuple[float, ...]
    standard_errors_gauss_newton: tuple[float, ...]
    standard_errors_hessian: tuple[float, ...]
    rss: float
    df: int

    @property
    def residual_sd(self) -> float:
        """The residual standard deviation."""
        return float(np.sqrt(self.rss / self.df))


def fit_nonlinear(
    predict: Function,
    readings: Floats,
    start: Floats,
    *,
    jacobian: Function | None = None,
) -> NonlinearFit:
    """Fit any model by unweighted least squares from one starting point.

    ``predict`` takes parameters (k, p) and returns predictions (k, n); ``jacobian``, where given, their
    derivatives (k, n, p); fourth-order differences serve otherwise. The descent runs from the start
    with several dampings and from points scattered about it, side by side, and the lowest sum of
    squares that settled is returned. Raises FitRefused where none settles or readings are too few.
    """
    readings, start = np.asarray(readings, dtype=np.float64), np.asarray(start, dtype=np.float64)
    if readings.ndim != 1 or not (np.isfinite(readings).all() and np.isfinite(start).all()):
        raise FitRefused("Readings and starting values must be finite numbers, readings in one column.")
    if len(readings) <= len(start):
        raise FitRefused(f"{len(readings)} readings do not determine {len(start)} parameters: more are needed.")
    derive = jacobian or (lambda at: differentiate(predict, at, _DIFFERENCE * np.maximum(np.abs(at), 1e-6)))

    def evaluate(at: Floats, which: Whole) -> tuple[Floats, Floats, Floats]:
        with np.errstate(all="ignore"):
            residual = readings - predict(at)
            return np.sum(residual**2, axis=1), residual, derive(at)

    best = _search(evaluate, start, _NO_SPREAD**2 * float(readings @ readings))
    return _describe(evaluate, _polish(evaluate, best), len(readings))


def _search(evaluate: Evaluate, start: Floats, exact: float) -> Floats:
    """Return the lowest place that settled, of descents from the start and from points scattered about it."""
    draw = np.random.default_rng(1)
    scattered = start * 10 ** draw.uniform(-1, 1, (_SCATTERED, len(start)))
    tries = descend(evaluate, np.concatenate([np.tile(start, (2, 1)), scattered]), damping=1e-2, rounds=_SHORT_ROUNDS)
    nearest = tries.place[np.argsort(tries.objective, kind="stable")[:3]]
    starts = np.concatenate([np.tile(start, (len(_DAMPINGS), 1)), nearest])
    damping = np.concatenate([_DAMPINGS, np.full(len(nearest), 1e-3)])
    found = descend(evaluate, starts, damping=damping)
    height = np.where(found.settled, found.objective, np.inf)
    best = int(np.argmin(height))
    if not np.isfinite(height[best]):
        raise FitRefused("The fit did not converge from this start: try starting values nearer to the readings.")
    if found.objective.min() < height[best] * (1 - 1e-6) - exact:
        raise FitRefused("The fit did not converge: a lower sum of squares was met but no minimum there.")
    place: Floats = found.place[best]
    return place


def _polish(evaluate: Evaluate, place: Floats) -> Floats:
    """Take Newton's last steps, with which large residuals no longer slow the descent."""
    for _ in range(5):
        gradient, hessian, scale = _curvature(evaluate, place)
        if np.linalg.eigvalsh(hessian)[0] <= 1e-14:
            break
        step = -np.linalg.solve(hessian, gradient / scale) / scale
        if not np.all(np.abs(step) <= 1e-4 * np.abs(place)):
            break
        place = place + step
    return place


def _curvature(evaluate: Evaluate, place: Floats) -> tuple[Floats, Floats, Floats]:
    """Return gradient, Hessian scaled by the Jacobian's column norms, and these norms, of half the sum of squares."""
    one = np.zeros(1, dtype=np.int64)

    def gradient(at: Floats) -> Floats:
        _, off, by = evaluate(at, one)
        uphill: Floats = -np.einsum("knp,kn->kp", by, off)
        return uphill

    scale = np.maximum(np.linalg.norm(evaluate(place[None, :], one)[2][0], axis=0), np.finfo(float).tiny)
    hessian = differentiate(gradient, place[None, :], _DIFFERENCE * np.maximum(np.abs(place), 1e-6)[None, :])[0]
    return gradient(place[None, :])[0], (hessian + hessian.T) / 2 / np.outer(scale, scale), scale


def _describe(evaluate: Evaluate, place: Floats, n: int) -> NonlinearFit:
    one = np.zeros(1, dtype=np.int64)
    rss, _, jacobian = evaluate(place[None, :], one)
    scale = np.linalg.norm(jacobian[0], axis=0)
    inverse = np.linalg.inv(np.linalg.qr(jacobian[0] / scale, mode="r"))
    df = n - len(place)
    variance = float(rss[0]) / df
    errors = np.sqrt(variance * np.sum(inverse**2, axis=1)) / scale
    hessian = _curvature(evaluate, place)[1]
    sound = np.linalg.eigvalsh(hessian)[0] > 0
    observed = np.sqrt(variance * np.diag(np.linalg.inv(hessian))) / scale if sound else np.array([])
    return NonlinearFit(
        tuple(map(float, place)), tuple(map(float, errors)), tuple(map(float, observed)), float(rss[0]), df
    )
