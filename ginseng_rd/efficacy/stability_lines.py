"""Straight lines of stability readings by batch, and which of them may be pooled (the scheme of ICH Q1E).

Separate lines, a common slope, or one line: slopes are tested for equality first, intercepts then, each at the
0.25 level, by an analysis of covariance with time entered first and the residual mean square of separate lines
(ICH Q1E, 2003, appendix B; the sequential F tests of the model batch × time).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import fdtrc

from ginseng_rd.errors import FitRefused

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

SEPARATE, COMMON_SLOPE, ONE_LINE = "separate lines", "common slope", "one line"
_POOLED_ABOVE = 0.25
_NO_SCATTER = 1e-24  # of the total sum of squares: what rounding leaves of readings without scatter


@dataclass(frozen=True)
class Line:
    """The line of one batch: intercept at time 0 and slope, with their covariance (var a, cov ab, var b)."""

    batch: str
    intercept: float
    slope: float
    covariance: tuple[float, float, float]

    def at(self, time: Floats) -> tuple[Floats, Floats]:
        """Return the mean and its standard error at times."""
        va, cov, vb = self.covariance
        return self.intercept + self.slope * time, np.sqrt(np.maximum(va + 2 * cov * time + vb * time**2, 0.0))


@dataclass(frozen=True)
class Pooling:
    """An F test of the pooling scheme: what was tested, F, degrees of freedom of both, p."""

    tested: str
    f: float
    df: int
    df_residual: int
    p: float


@dataclass(frozen=True)
class Lines:
    """The lines of all batches under the scheme chosen; ``df`` and ``residual_sd`` are those of that model."""

    scheme: str
    lines: tuple[Line, ...]
    poolings: tuple[Pooling, ...]
    df: int
    residual_sd: float


def fit_lines(time: Floats, value: Floats, batch: Whole, names: tuple[str, ...]) -> Lines:
    """Fit lines to readings of numbered batches, pooled as the tests allow.

    Raises FitRefused where a batch has a single time, or nothing is left to estimate the scatter from.
    """
    for number, name in enumerate(names):
        if len(np.unique(time[batch == number])) < 2:
            raise FitRefused(f"Batch '{name}' was read at one time only: a slope needs two.")
    n, count = len(time), len(names)
    if n <= 2 * count:
        raise FitRefused(f"{n} readings do not carry {count} lines and their scatter: more times are needed.")
    # Time in units of its largest and values about their mean: neither unit nor level touches the arithmetic.
    unit, centre = float(time.max()), float(value.mean())
    t, y = time / unit, value - centre
    of_batch = (batch[:, None] == np.arange(count)).astype(np.float64)
    designs = {
        SEPARATE: np.hstack([of_batch, of_batch * t[:, None]]),
        COMMON_SLOPE: np.hstack([of_batch, t[:, None]]),
        ONE_LINE: np.column_stack([np.ones(n), t]),
    }
    residual = {name: _residual(design, y) for name, design in designs.items()}
    residual = {name: max(rss, _NO_SCATTER * float(y @ y)) for name, rss in residual.items()}
    poolings = _test_pooling(residual, n, count)
    scheme = _choose(poolings, count)
    design = designs[scheme]
    df = n - design.shape[1]
    inverse = np.linalg.inv(design.T @ design)
    beta = inverse @ (design.T @ y)
    variance = residual[scheme] / df
    lines = []
    for number, name in enumerate(names):
        a, b = _places(scheme, number, count)
        covariance = variance * inverse
        lines.append(
            Line(
                name, float(beta[a] + centre), float(beta[b] / unit),
                (float(covariance[a, a]), float(covariance[a, b] / unit), float(covariance[b, b] / unit**2)),
            )
        )  # fmt: skip
    return Lines(scheme, tuple(lines), poolings, df, float(np.sqrt(variance)))


def _residual(design: Floats, y: Floats) -> float:
    left = y - design @ np.linalg.lstsq(design, y, rcond=None)[0]
    return float(left @ left)


def _test_pooling(residual: dict[str, float], n: int, count: int) -> tuple[Pooling, ...]:
    if count == 1:
        return ()
    df = n - 2 * count
    error = residual[SEPARATE] / df
    found = []
    for tested, wider, narrower in (("slopes", COMMON_SLOPE, SEPARATE), ("intercepts", ONE_LINE, COMMON_SLOPE)):
        gained = max(residual[wider] - residual[narrower], 0.0)
        f = gained / (count - 1) / error if error else 0.0
        found.append(Pooling(tested, f, count - 1, df, float(fdtrc(count - 1, df, f))))
    return tuple(found)


def _choose(poolings: tuple[Pooling, ...], count: int) -> str:
    if count == 1:
        return ONE_LINE
    slopes, intercepts = poolings
    if slopes.p < _POOLED_ABOVE:
        return SEPARATE
    return COMMON_SLOPE if intercepts.p < _POOLED_ABOVE else ONE_LINE


def _places(scheme: str, number: int, count: int) -> tuple[int, int]:
    """Return where intercept and slope of a batch stand among the coefficients."""
    return {SEPARATE: (number, count + number), COMMON_SLOPE: (number, count), ONE_LINE: (0, 1)}[scheme]
