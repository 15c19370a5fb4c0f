"""The two ways to fit Arrhenius' equation to readings at several temperatures.

Both return start, residual standard deviation, degrees of freedom, and rate at storage, activation energy and time to
the limit, each as value, low, high and how the interval was made. Times come in units of ``scale``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq, least_squares
from scipy.special import stdtrit

from ginseng_rd.efficacy.stability_lines import Floats
from ginseng_rd.errors import FitRefused

GAS_CONSTANT = 8.314462618e-3  # kJ/(mol K); CODATA 2018, exact
ZERO_CELSIUS = 273.15
_ENERGIES = np.linspace(-50.0, 400.0, 181)  # kJ/mol in which the best is looked for
_WIDEST = 20.0  # of log time from the best, beyond which a limit is called open

# Rate at storage, activation energy, time to the limit: value, low, high and how the interval was made.
Found = tuple[tuple[float, float | None, float | None, str], ...]


@dataclass(frozen=True)
class _Curve:
    """The mean y0 + (aim - y0)·(t/τ)·exp(-E·inverse), by the parameters y0, log τ and E."""

    time: Floats
    inverse: Floats
    y: Floats
    aim: float

    def residuals(self, theta: Floats) -> Floats:
        part = self.time * np.exp(-theta[1] - theta[2] * self.inverse)
        return np.asarray(theta[0] + (self.aim - theta[0]) * part - self.y)

    def jacobian(self, theta: Floats) -> Floats:
        part = self.time * np.exp(-theta[1] - theta[2] * self.inverse)
        left = self.aim - theta[0]
        return np.column_stack([1 - part, -left * part, -left * part * self.inverse])

    def start(self) -> Floats:
        """Return parameters near the best, by a scan of E, at each of which start and rate are a plain regression."""
        found = min((self._at(energy) for energy in _ENERGIES), key=lambda part: part[0])
        _, energy, level, slope = found
        if not (self.aim - level) * slope > 0:
            raise FitRefused("The readings do not move towards the limit: there is no time to reach it.")
        return np.array([level, math.log((self.aim - level) / slope), energy])

    def least(self, start: Floats, log_time: float | None = None) -> tuple[Floats, float]:
        """Return the best parameters from a start, with log τ held where it is given, and their sum of squares."""
        free = [0, 1, 2] if log_time is None else [0, 2]
        held = start.copy()
        held[1] = start[1] if log_time is None else log_time

        def whole(q: Floats) -> Floats:
            theta = held.copy()
            theta[free] = q
            return theta

        def residuals(q: Floats) -> Floats:
            return self.residuals(whole(q))

        def jacobian(q: Floats) -> Floats:
            return self.jacobian(whole(q))[:, free]

        fitted = least_squares(
            residuals, held[free], jac=jacobian, x_scale="jac", xtol=1e-14, ftol=1e-14, gtol=1e-14, max_nfev=500
        )
        if not fitted.success:
            raise FitRefused("The Arrhenius fit did not converge: nothing is reported.")
        theta = whole(np.asarray(fitted.x))
        left = self.residuals(theta)
        return theta, float(left @ left)

    def _at(self, energy: float) -> tuple[float, float, float, float]:
        design = np.column_stack([np.ones_like(self.time), self.time * np.exp(-energy * self.inverse)])
        beta = np.linalg.lstsq(design, self.y, rcond=None)[0]
        left = self.y - design @ beta
        return float(left @ left), float(energy), float(beta[0]), float(beta[1])


def fit_at_once(
    hot: Floats,
    time: Floats,
    y: Floats,
    aim: float,
    stored_at_c: float,
    confidence: float,
    slopes: tuple[tuple[float, float, float], ...],
    scale: float,
) -> tuple[float, float, int, Found]:
    """Fit start, time to the limit and activation energy to all readings together."""
    df = len(y) - 3
    if df < 1:
        raise FitRefused("Start, rate and activation energy need four readings or more.")
    curve = _Curve(time, _inverse(hot, stored_at_c), y, aim)
    theta, rss = curve.least(curve.start())
    jacobian = curve.jacobian(theta)
    _check_determined(jacobian, theta)
    covariance = rss / df * np.linalg.inv(jacobian.T @ jacobian)
    reach = float(stdtrit(df, (1 + confidence) / 2))
    # Readings without any scatter would leave the profile nothing but rounding to stand on.
    floor = 1e-20 * float(np.sum((y - y.mean()) ** 2))
    ends = _profile(curve, theta, max(rss, floor) * (1 + reach**2 / df), math.sqrt(covariance[1, 1]))
    # log rate = log|aim - y0| - log τ
    by = np.array([-1 / (aim - theta[0]), -1.0, 0.0])
    rate = abs(aim - theta[0]) / math.exp(theta[1]) / scale
    half, half_e = reach * math.sqrt(float(by @ covariance @ by)), reach * math.sqrt(covariance[2, 2])
    percent, energy = f"{100 * confidence:g} %", float(theta[2])
    low, high = (None if end is None else math.exp(end) * scale for end in ends)
    found: Found = (
        (rate, rate * math.exp(-half), rate * math.exp(half), f"{percent} delta method on log rate"),
        (energy, energy - half_e, energy + half_e, f"{percent} delta method"),
        (math.exp(theta[1]) * scale, low, high, f"{percent} profile likelihood"),
    )
    return float(theta[0]), math.sqrt(rss / df), df, found


def _profile(curve: _Curve, theta: Floats, ceiling: float, se: float) -> tuple[float | None, float | None]:
    """Return the log times at which the least sum of squares meets the ceiling; None where it never does."""
    ends: list[float | None] = []
    for sign in (-1.0, 1.0):
        warm = [theta]

        def excess(log_time: float, warm: list[Floats] = warm) -> float:
            warm[0], rss = curve.least(warm[0], log_time)
            return rss - ceiling

        inner, width, end = float(theta[1]), max(se, 1e-6), None
        while width < _WIDEST and end is None:
            outer = float(theta[1]) + sign * width
            if excess(outer) > 0:
                end = float(brentq(excess, inner, outer, xtol=1e-10))
            inner, width = outer, width * 1.6
        ends.append(end)
    return ends[0], ends[1]


def fit_in_two(
    hot: Floats,
    time: Floats,
    y: Floats,
    aim: float,
    stored_at_c: float,
    confidence: float,
    slopes: tuple[tuple[float, float, float], ...],
    scale: float,
) -> tuple[float, float, int, Found]:
    """Regress the log of each temperature's rate on the inverse temperature; start is the mean of the lines' starts."""
    at, rates, _ = np.array(slopes).T
    if len(at) < 3:
        raise FitRefused(f"The two-stage method needs three temperatures, and {len(at)} were tested; take one-stage.")
    start = float(np.mean([np.polyfit(time[hot == c], y[hot == c], 1)[1] for c in at]))
    if not (rates * (aim - start) > 0).all():
        raise FitRefused("At one temperature the readings do not move towards the limit; take the one-stage method.")
    x = _inverse(at, stored_at_c)
    design = np.column_stack([np.ones_like(x), -x])
    log_rates = np.log(np.abs(rates))
    beta = np.linalg.lstsq(design, log_rates, rcond=None)[0]
    left, df = log_rates - design @ beta, len(at) - 2
    variance = float(left @ left) / df
    covariance = variance * np.linalg.inv(design.T @ design)
    reach = float(stdtrit(df, (1 + confidence) / 2))
    half, half_e = reach * math.sqrt(covariance[0, 0]), reach * math.sqrt(covariance[1, 1])
    rate, basis = math.exp(beta[0]), f"{100 * confidence:g} % of the regression on inverse temperature"
    when = abs(aim - start) / rate
    found: Found = (
        (rate, rate * math.exp(-half), rate * math.exp(half), basis),
        (float(beta[1]), float(beta[1] - half_e), float(beta[1] + half_e), basis),
        (when, when * math.exp(-half), when * math.exp(half), f"{basis}; start taken as known"),
    )
    return start, math.sqrt(variance), df, found


def _inverse(celsius: Floats, stored_at_c: float) -> Floats:
    """Return (1/T - 1/T of storage)/R, in mol/kJ."""
    return np.asarray((1 / (celsius + ZERO_CELSIUS) - 1 / (stored_at_c + ZERO_CELSIUS)) / GAS_CONSTANT)


def _check_determined(jacobian: Floats, theta: Floats) -> None:
    scaled = jacobian / np.maximum(np.linalg.norm(jacobian, axis=0), 1e-300)
    if np.linalg.svd(scaled, compute_uv=False)[-1] < 1e-8 or not _ENERGIES[0] < theta[2] < _ENERGIES[-1]:
        raise FitRefused(
            "The readings do not determine the activation energy: temperatures nearer or farther are needed."
        )
