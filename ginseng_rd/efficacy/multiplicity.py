"""p-values adjusted for several questions asked of one trial."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ginseng_rd.errors import FitRefused, UnknownName

Floats = NDArray[np.float64]

METHODS = ("bonferroni", "holm", "hochberg", "hommel", "benjamini-hochberg", "benjamini-yekutieli", "fixed-sequence")


def adjust_p_values(p_values: Sequence[float], method: str = "holm") -> Floats:
    """Return adjusted p-values in the order given; compare each with the level of the whole family.

    ``bonferroni``, ``holm`` and ``hommel`` hold the chance of any false claim for any dependence (Hommel and
    ``hochberg`` for positive dependence); ``benjamini-hochberg`` and ``benjamini-yekutieli`` the share of false claims.
    ``fixed-sequence`` tests in the order given and stops at the first question not shown (gate-keeping): each
    adjusted p is the largest up to there. Raises FitRefused for a p-value outside 0 to 1 or missing.
    """
    p = np.asarray(p_values, dtype=np.float64)
    if p.ndim != 1 or not ((p >= 0) & (p <= 1)).all():
        raise FitRefused("p-values lie between 0 and 1, none missing.")
    if method not in METHODS:
        raise UnknownName("adjustment of p-values", method, METHODS)
    n = p.size
    if n == 0:
        return p.copy()
    if method == "fixed-sequence":
        return np.maximum.accumulate(p)
    order = np.argsort(p, kind="stable")
    found = np.empty(n)
    found[order] = _adjust_sorted(p[order], method)
    return np.minimum(found, 1.0)


def adjust_gates(families: Sequence[Sequence[float]], method: str = "holm") -> list[Floats]:
    """Adjust families of questions that open one after the other (serial gate-keeping).

    A family is tested only where all questions of the one before are shown; within a family by ``method``. No
    adjusted p is smaller than the largest of the family before.
    """
    gate = 0.0
    adjusted = []
    for family in families:
        here = np.maximum(adjust_p_values(family, method), gate)
        adjusted.append(here)
        gate = max(gate, float(here.max())) if here.size else gate
    return adjusted


def _adjust_sorted(p: Floats, method: str) -> Floats:
    n = p.size
    rank = np.arange(1, n + 1)
    if method == "bonferroni":
        return n * p
    if method == "holm":
        return np.maximum.accumulate((n - rank + 1) * p)
    if method == "hochberg":
        return _fall((n - rank + 1) * p)
    if method == "hommel":
        return _hommel(p)
    scale = float((1 / rank).sum()) if method == "benjamini-yekutieli" else 1.0
    return _fall(scale * n / rank * p)


def _fall(values: Floats) -> Floats:
    falling: Floats = np.minimum.accumulate(values[::-1])[::-1]
    return falling


def _hommel(p: Floats) -> Floats:
    """Hommel's procedure (Biometrika 75 (1988) 383) by Wright's algorithm (Biometrics 48 (1992) 1005)."""
    n = p.size
    rank = np.arange(1, n + 1)
    found = np.full(n, float((n * p / rank).min()))
    for m in range(n - 1, 1, -1):
        upper = np.arange(n - m + 1, n)
        least = float((m * p[upper] / np.arange(2, m + 1)).min())
        low = np.arange(0, n - m + 1)
        candidate = np.empty(n)
        candidate[low] = np.minimum(m * p[low], least)
        candidate[upper] = candidate[n - m]
        found = np.maximum(found, candidate)
    largest: Floats = np.maximum(found, p)
    return largest
