"""Sums of squares of many log-logistic curves at once, plateaus eliminated, with exact second derivatives."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from ginseng_rd.efficacy.nonlinear import Flags, Floats, Whole

CONTROL = -1e4  # ln dose of the untreated control: on the plateau of any curve
TINY = np.finfo(float).tiny


@dataclass(frozen=True, eq=False)
class FoldedCurves:
    """Readings by dose, (m, k): ln dose about its middle, number, mean about the grand mean; scatter within doses."""

    place: Floats
    count: Floats
    mean: Floats
    middle: Floats
    level: Floats
    scatter: Floats
    n: Floats
    total: Floats
    lowest: Floats
    highest: Floats
    steepest: Floats

    def take(self, which: Whole | Flags) -> FoldedCurves:
        """Return the curves numbered or marked."""
        return FoldedCurves(**{name: array[..., which] for name, array in vars(self).items()})


@dataclass(frozen=True, eq=False)
class Slopes:
    """Residual sum of squares with the best plateaus, its half gradient and Hessians (by ln steepness, location)."""

    rss: Floats
    height: Floats
    centre: Floats
    pull: Floats
    hessian: Floats  # rows: both by ln steepness, mixed, both by location
    gauss_newton: Floats
    by_level: Floats
    by_height: Floats
    by_height_observed: Floats
    squares: Floats


def weighted_sum(one: Floats, other: Floats) -> Floats:
    total: Floats = np.einsum("mk,mk->k", one, other)
    return total


def find_slopes(data: FoldedCurves, at: Floats) -> Slopes:
    """Return the derivatives at ``at`` (2, k); those of the plateaus are taken out (Schur complement)."""
    steep = np.exp(at[0])
    distance = np.maximum(data.place - at[1], CONTROL)
    reach = steep * distance
    rise = expit(reach)
    centre = weighted_sum(data.count, rise) / data.n
    spread = rise - centre
    weighted = data.count * spread
    squares = np.maximum(weighted_sum(weighted, spread), TINY)
    height = weighted_sum(weighted, data.mean) / squares
    residual = data.count * (data.mean - height * spread)
    rss = weighted_sum(residual, data.mean - height * spread) + data.scatter
    bend = rise * (1 - rise)
    curl = bend * (1 - 2 * rise)
    along = reach * bend  # derivative of the rise by ln steepness; that by location is -steep * bend
    counted_bend, counted_along = data.count * bend, data.count * along
    by_level = np.stack([counted_along.sum(axis=0), -steep * counted_bend.sum(axis=0)])
    by_height = np.stack([weighted_sum(weighted, along), -steep * weighted_sum(weighted, bend)])
    pulled = np.stack([weighted_sum(residual, along), -steep * weighted_sum(residual, bend)])
    gauss = height**2 * np.stack(
        [
            weighted_sum(counted_along, along),
            -steep * weighted_sum(counted_along, bend),
            steep**2 * weighted_sum(counted_bend, bend),
        ]
    )
    turned = reach * curl
    bent = height * np.stack(
        [
            pulled[0] + weighted_sum(residual, reach * turned),
            pulled[1] - steep * weighted_sum(residual, turned),
            steep**2 * weighted_sum(residual, curl),
        ]
    )
    level = height * by_level
    full = height * by_height
    observed = full - pulled

    def outer(a: Floats) -> Floats:
        return np.stack([a[0] * a[0], a[0] * a[1], a[1] * a[1]])

    taken = outer(level) / data.n
    return Slopes(
        rss,
        height,
        centre,
        height * pulled,
        gauss - bent - taken - outer(observed) / squares,
        gauss - taken - outer(full) / squares,
        level,
        full,
        observed,
        squares,
    )
