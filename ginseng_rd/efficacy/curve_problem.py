"""Readings and the curves to be put through them: which parameters are free, shared or given, and where to start."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from ginseng_rd.efficacy.curve_models import (
    AT_ZERO,
    ED50,
    EXTRA,
    LOWER,
    PARAMETERS,
    SLOPE,
    UPPER,
    CurveModel,
)
from ginseng_rd.efficacy.nonlinear import Flags, Floats, Whole

_STARTS = 6
_GIVEN = -1


@dataclass(frozen=True, eq=False)
class CurveProblem:
    """Readings of one or several curves fitted together.

    Rows hold ``place`` (of the dose, see CurveModel), ``curve`` (its number), ``value`` and ``weight``
    (number of trials of a binomial response, else inverse variance). ``column`` (curves, 5) says which
    free parameter stands for each parameter of each curve, -1 where ``given`` holds its value. Doses are
    in multiples of ``unit``: the middle of the tested doses, so that units of dose do not matter.
    ``names`` are those of the free parameters, ``slope`` or ``slope:EX-12``.
    """

    model: CurveModel
    place: Floats
    curve: Whole
    value: Floats
    weight: Floats
    column: Whole
    given: Floats
    names: tuple[str, ...]
    unit: float

    @property
    def curves(self) -> int:
        """The number of curves."""
        return len(self.column)

    def parameters(self, theta: Floats) -> Floats:
        """Return the five parameters of each curve (k, curves, 5) for free parameters (k, p)."""
        extended = np.concatenate([theta, np.zeros((len(theta), 1))], axis=1)
        return np.where(self.column == _GIVEN, self.given, extended[:, self.column])

    def mean(self, theta: Floats) -> Floats:
        """Return the fitted response of each row, (k, rows)."""
        with np.errstate(over="ignore", under="ignore"):
            return self.model.at(self.place, self.parameters(theta)[:, self.curve, :])

    def mean_with_jacobian(self, theta: Floats) -> tuple[Floats, Floats]:
        """Return the fitted response (k, rows) and its derivatives by the free parameters (k, rows, p)."""
        with np.errstate(over="ignore", under="ignore"):
            mean, by = self.model.with_gradient(self.place, self.parameters(theta)[:, self.curve, :])
        return mean, self.spread(by, self.curve)

    def spread(self, by: Floats, curve: Whole) -> Floats:
        """Return derivatives by the parameters of each row's curve (k, rows, 5) as derivatives by the free ones."""
        jacobian = np.zeros((*by.shape[:2], len(self.names) + 1))
        rows = np.arange(by.shape[1])
        for parameter in range(len(PARAMETERS)):
            # A parameter that is given falls into the last column, which is dropped.
            jacobian[:, rows, self.column[curve, parameter]] += by[:, :, parameter]
        return jacobian[:, :, :-1]

    def to_reported(self, parameters: Floats) -> Floats:
        """Return parameters (..., 5) in the units of the readings: the ED50 as a dose, and so on."""
        reported = np.array(parameters)
        if self.model.log_axis:
            reported[..., ED50] = self.unit * np.exp(np.minimum(parameters[..., ED50], 700.0))
            if self.model.hormesis == "linear":
                reported[..., EXTRA] = parameters[..., EXTRA] / self.unit
        else:
            reported[..., ED50] = self.unit * parameters[..., ED50]
            reported[..., SLOPE] = parameters[..., SLOPE] / self.unit
        return reported

    def from_reported(self, name: str, value: float) -> float:
        """Return a given value of one parameter in the units used inside."""
        if name == "ed50":
            return math.log(value / self.unit) if self.model.log_axis else value / self.unit
        if name == "slope" and not self.model.log_axis:
            return value * self.unit
        return value * self.unit if name == "extra" and self.model.hormesis == "linear" else value

    def report_scale(self, theta: Floats) -> Floats:
        """Return the derivative of each reported free parameter by the one used inside, for theta (p,)."""
        inside = self.parameters(theta[None, :])[0]
        scale = np.ones(len(theta))
        for curve in range(self.curves):
            factors = np.ones(5)
            if self.model.log_axis:
                factors[ED50] = self.unit * math.exp(min(inside[curve, ED50], 700.0))
                factors[EXTRA] = 1 / self.unit if self.model.hormesis == "linear" else 1.0
            else:
                factors[ED50], factors[SLOPE] = self.unit, 1 / self.unit
            free = self.column[curve] != _GIVEN
            scale[self.column[curve, free]] = factors[free]
        return scale

    def typical(self) -> Floats:
        """Return the size of change that matters for each free parameter, for numerical derivatives."""
        spread = float(np.ptp(self.value)) or 1.0
        sizes = np.array([0.5, spread, spread, 0.5, 0.5])
        if self.model.hormesis is not None:
            sizes[EXTRA] = spread
        typical = np.ones(len(self.names))
        for curve in range(self.curves):
            free = self.column[curve] != _GIVEN
            typical[self.column[curve, free]] = sizes[free]
        return typical

    def flat(self) -> CurveProblem:
        """Return the problem of one level for all readings, its only free parameter."""
        column, given = np.full_like(self.column, _GIVEN), np.zeros_like(self.given)
        column[:, [LOWER, UPPER]] = 0
        given[:, [SLOPE, EXTRA]] = [1.0, 0.0 if self.model.hormesis is not None else 1.0]
        return replace(self, column=column, given=given, names=("level",))

    def starts(self) -> Floats:
        """Return a few starting points (k, p): the best valleys of a grid, curve by curve, shared ones averaged."""
        own = [self._valleys(number) for number in range(self.curves)]
        count = max(len(valleys) for valleys in own)
        starts = np.zeros((count, len(self.names)))
        times = np.zeros(len(self.names))
        for number, valleys in enumerate(own):
            free = self.column[number] != _GIVEN
            times[self.column[number, free]] += 1
            for k in range(count):
                starts[k, self.column[number, free]] += valleys[min(k, len(valleys) - 1)][free]
        return starts / times

    def _valleys(self, number: int) -> list[Floats]:
        """Return the best few points of a grid over slope, place and asymmetry, the plateaus by linear regression."""
        rows = self.curve == number
        place, value, weight = self.place[rows], self.value[rows], self.weight[rows]
        grid = self._grid(number, place)
        points = np.zeros((len(grid), 5))
        points[:, [SLOPE, ED50, EXTRA]] = grid
        points, sums = self._regress(number, points, place, value, weight)
        upright = points[:, UPPER] >= points[:, LOWER]
        if upright.any():
            sums = np.where(upright, sums, np.inf)
        chosen: list[Floats] = []
        for k in np.argsort(sums, kind="stable"):
            if not np.isfinite(sums[k]) or len(chosen) == _STARTS:
                break
            if all(_are_apart(points[k], other) for other in chosen):
                chosen.append(points[k])
        return chosen or [points[0]]

    def _grid(self, number: int, place: Floats) -> Floats:
        tested = place[place > AT_ZERO / 2]
        low, high = float(tested.min()), float(tested.max())
        width = max(high - low, 1e-3)
        steep = np.geomspace(0.15, 8.0, 10) if self.model.log_axis else np.geomspace(0.7, 60.0, 12)
        slopes = np.concatenate([steep, -steep])
        places = np.linspace(low - 0.3 * width, high + 0.3 * width, 27)
        if self.model.hormesis is not None:
            extras = np.array([0.0])
            places = np.linspace(low - 1.2 * width, high + 0.3 * width, 41)
        else:
            extras = np.array([0.3, 1.0, 3.0])
        axes = [slopes, places, extras]
        for n, parameter in enumerate((SLOPE, ED50, EXTRA)):
            if self.column[number, parameter] == _GIVEN:
                axes[n] = self.given[number, parameter : parameter + 1]
        return np.stack([axis.ravel() for axis in np.meshgrid(*axes, indexing="ij")], axis=1)

    def _regress(
        self, number: int, points: Floats, place: Floats, value: Floats, weight: Floats
    ) -> tuple[Floats, Floats]:
        """Return the points with the best plateaus (and hormesis) for each, and their sums of squares."""
        linear = [LOWER, UPPER] + ([EXTRA] if self.model.hormesis is not None else [])
        with np.errstate(over="ignore", under="ignore"):
            basis = self.model.with_gradient(place, points[:, None, :])[1][..., linear]
        free = np.array([self.column[number, parameter] != _GIVEN for parameter in linear])
        given = np.array([0.0 if f else self.given[number, p] for f, p in zip(free, linear, strict=True)])
        left = value - basis @ given
        root = np.sqrt(weight)[:, None]
        own = basis[..., free] * root
        normal = np.einsum("kmi,kmj->kij", own, own)
        ridge = 1e-9 * np.maximum(np.trace(normal, axis1=1, axis2=2), np.finfo(float).tiny)
        normal = normal + ridge[:, None, None] * np.eye(int(free.sum()))
        right = np.einsum("kmi,km->ki", own, left * root[:, 0])
        found = np.linalg.solve(normal, right[..., None])[..., 0] if free.any() else np.zeros((len(points), 0))
        sums = np.sum((left - np.einsum("kmi,ki->km", basis[..., free], found)) ** 2 * weight, axis=1)
        solved = np.tile(given, (len(points), 1))
        solved[:, free] = found
        points = points.copy()
        points[:, linear] = solved
        return points, sums


def _are_apart(one: Floats, other: Floats) -> bool:
    """Tell whether two starting points lead into different valleys."""
    if one[SLOPE] * other[SLOPE] <= 0:
        return True
    steeper = abs(math.log(one[SLOPE] / other[SLOPE]))
    return bool(steeper > 0.9 or abs(one[ED50] - other[ED50]) > 1.0 or abs(one[EXTRA] - other[EXTRA]) > 1.0)


def tested_range(problem: CurveProblem) -> tuple[float, float]:
    """Return the lowest and the highest place of a dose above zero."""
    tested = problem.place[problem.place > AT_ZERO / 2] if problem.model.log_axis else problem.place
    return float(tested.min()), float(tested.max())


def swapped(problem: CurveProblem, theta: Floats) -> Flags:
    """Return for each row of theta (k, p) whether a curve has its lower plateau above its upper one, both free."""
    parameters = problem.parameters(theta)
    both = (problem.column[:, LOWER] != _GIVEN) & (problem.column[:, UPPER] != _GIVEN)
    crossed: Flags = np.any(both & (parameters[..., LOWER] > parameters[..., UPPER]), axis=1)
    return crossed
