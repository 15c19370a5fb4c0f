"""Covariance of the visits of one subject as a function of free parameters, with both derivatives.

Each structure is s_i s_j C_ij: standard deviations s = exp(parameter), one for each visit (heterogeneous) or one for
all, and a matrix C. The parameters are those of R's mmrm: correlations enter as r = t / sqrt(1 + t²), that of
compound symmetry as a logistic curve between its bounds -1/(d - 1) and 1, and the unstructured C is L L' with a unit
lower triangular L. The Kenward-Roger adjustment with second derivatives depends on that choice; nothing else does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ginseng_rd.errors import UnknownName

Floats = NDArray[np.float64]
# A matrix C (d × d) with its first (k × d × d) and second (k × k × d × d) derivatives.
_WithDerivatives = tuple[Floats, Floats, Floats]


@dataclass(frozen=True)
class CovarianceStructure:
    """One structure: its name, the number of parameters beside the standard deviations, and its matrix C."""

    name: str
    korean: str
    heterogeneous: bool
    count: Callable[[int], int]
    correlate: Callable[[Floats, int], _WithDerivatives]

    def parameters(self, visits: int) -> int:
        """Return the number of free parameters for so many visits."""
        return (visits if self.heterogeneous else 1) + self.count(visits)

    def covariance(self, theta: Floats, visits: int) -> _WithDerivatives:
        """Return the covariance (d × d) with its first (k × d × d) and second (k × k × d × d) derivatives."""
        sds = visits if self.heterogeneous else 1
        s = np.broadcast_to(np.exp(theta[:sds]), (visits,))
        matrix, first, second = self.correlate(theta[sds:], visits)
        scale = np.multiply.outer(s, s)
        share = np.zeros((sds, visits, visits))
        for a in range(visits):
            share[a if self.heterogeneous else 0, a, :] += 1.0
            share[a if self.heterogeneous else 0, :, a] += 1.0
        k = len(theta)
        sigma = scale * matrix
        by_one = np.concatenate([share * sigma, scale * first])
        by_two = np.empty((k, k, visits, visits))
        by_two[:sds, :sds] = share[:, None] * share[None] * sigma
        by_two[:sds, sds:] = share[:, None] * (scale * first)[None]
        by_two[sds:, :sds] = np.swapaxes(by_two[:sds, sds:], 0, 1)
        by_two[sds:, sds:] = scale * second
        return sigma, by_one, by_two

    def start(self, covariance: Floats) -> Floats:
        """Return parameters near a positive definite matrix (d × d), from which a search may begin."""
        visits = len(covariance)
        sds = np.sqrt(np.diag(covariance))
        correlation = covariance / np.multiply.outer(sds, sds)
        if self.correlate is _unstructured:
            lower = np.linalg.cholesky(covariance)
            below = lower / np.diag(lower)[:, None]
            return np.concatenate([np.log(np.diag(lower)), below[np.tril_indices(visits, -1)]])
        if not self.heterogeneous:
            sds = np.array([np.sqrt(np.mean(sds**2))])
        free = np.clip(_start_correlations(self.correlate, correlation), -0.9, 0.9)
        if self.correlate is _compound and visits > 1:
            least = -1 / (visits - 1)
            share = (np.maximum(free, 0.9 * least) - least) / (1 - least)
            return np.concatenate([np.log(sds), np.log(share / (1 - share))])
        t = free / np.sqrt(1 - free**2)
        for _ in range(60):  # a Toeplitz matrix of averaged correlations need not be positive definite
            if np.linalg.eigvalsh(self.correlate(t, visits)[0])[0] > 0.01:
                break
            t = 0.8 * t
        return np.concatenate([np.log(sds), t])


def find_structure(name: str) -> CovarianceStructure:
    """Return a structure by its name; raises UnknownName."""
    if name not in STRUCTURES:
        raise UnknownName("covariance structure", name, STRUCTURES)
    return STRUCTURES[name]


def _unstructured(t: Floats, d: int) -> _WithDerivatives:
    """C = L L' with L unit lower triangular, filled row by row."""
    rows, columns = np.tril_indices(d, -1)
    lower = np.eye(d)
    lower[rows, columns] = t
    k = len(t)
    units = np.zeros((k, d, d))
    units[np.arange(k), rows, columns] = 1.0
    half = units @ lower.T
    first = half + np.swapaxes(half, 1, 2)
    both = np.einsum("kab,lcb->klac", units, units)
    return lower @ lower.T, first, both + np.swapaxes(both, 2, 3)


def _bounded(t: Floats) -> _WithDerivatives:
    """Return the correlations t / sqrt(1 + t²) with both derivatives, each by itself."""
    return t / np.sqrt(1 + t**2), (1 + t**2) ** -1.5, -3 * t * (1 + t**2) ** -2.5


def _from_correlations(correlations: _WithDerivatives, powers: NDArray[np.int64]) -> _WithDerivatives:
    """C_ij is the product of correlations, each to a power (k × d × d)."""
    r, dr, d2r = correlations
    k, d = len(r), powers.shape[1]
    parts = np.array([r[m] ** powers[m] for m in range(k)]).reshape(k, d, d)
    slopes = np.array([powers[m] * r[m] ** np.maximum(powers[m] - 1, 0) for m in range(k)]).reshape(k, d, d)
    bends = np.array([powers[m] * (powers[m] - 1) * r[m] ** np.maximum(powers[m] - 2, 0) for m in range(k)])
    first = np.empty((k, d, d))
    second = np.empty((k, k, d, d))
    for m in range(k):
        rest = np.prod(np.delete(parts, m, axis=0), axis=0)
        first[m] = rest * slopes[m] * dr[m]
        second[m, m] = rest * (bends[m] * dr[m] ** 2 + slopes[m] * d2r[m])
        for j in range(m):
            others = np.prod(np.delete(parts, [m, j], axis=0), axis=0)
            second[m, j] = second[j, m] = others * slopes[m] * dr[m] * slopes[j] * dr[j]
    return np.prod(parts, axis=0), first, second


def _lags(d: int) -> NDArray[np.int64]:
    return np.abs(np.subtract.outer(np.arange(d), np.arange(d)))


def _compound(t: Floats, d: int) -> _WithDerivatives:
    rise = 1 / (1 + np.exp(-t))
    least = -1 / max(d - 1, 1)
    slope = (1 - least) * rise * (1 - rise)
    logistic = (least + (1 - least) * rise, slope, slope * (1 - 2 * rise))
    return _from_correlations(logistic, (_lags(d) > 0).astype(np.int64)[None][: len(t)])


def _autoregressive(t: Floats, d: int) -> _WithDerivatives:
    return _from_correlations(_bounded(t), _lags(d)[None][: len(t)])


def _toeplitz(t: Floats, d: int) -> _WithDerivatives:
    return _from_correlations(
        _bounded(t), np.array([_lags(d) == lag for lag in range(1, d)], dtype=np.int64).reshape(-1, d, d)
    )


def _antedependent(t: Floats, d: int) -> _WithDerivatives:
    low = np.minimum.outer(np.arange(d), np.arange(d))
    high = np.maximum.outer(np.arange(d), np.arange(d))
    steps = [(low <= step) & (step < high) for step in range(d - 1)]
    return _from_correlations(_bounded(t), np.array(steps, dtype=np.int64).reshape(-1, d, d))


def _start_correlations(correlate: Callable[[Floats, int], _WithDerivatives], correlation: Floats) -> Floats:
    d = len(correlation)
    by_lag = [float(np.mean(np.diag(correlation, lag))) for lag in range(1, d)]
    if d == 1:
        return np.empty(0)
    if correlate is _compound:
        return np.array([np.mean(correlation[np.tril_indices(d, -1)])])
    if correlate is _autoregressive:
        return np.array([by_lag[0]])
    if correlate is _toeplitz:
        return np.array(by_lag)
    return np.array([correlation[a, b] for a, b in pairwise(range(d))])


def _one(visits: int) -> int:
    return min(visits - 1, 1)


def _steps(visits: int) -> int:
    return visits - 1


def _pairs(visits: int) -> int:
    return visits * (visits - 1) // 2


_KINDS = (
    CovarianceStructure("unstructured", "비구조적", True, _pairs, _unstructured),
    CovarianceStructure("toeplitz", "퇴플리츠", False, _steps, _toeplitz),
    CovarianceStructure("heterogeneous toeplitz", "이분산 퇴플리츠", True, _steps, _toeplitz),
    CovarianceStructure("ar1", "1차 자기회귀", False, _one, _autoregressive),
    CovarianceStructure("heterogeneous ar1", "이분산 1차 자기회귀", True, _one, _autoregressive),
    CovarianceStructure("compound symmetry", "복합대칭", False, _one, _compound),
    CovarianceStructure("heterogeneous compound symmetry", "이분산 복합대칭", True, _one, _compound),
    CovarianceStructure("ante-dependence", "선행종속", False, _steps, _antedependent),
    CovarianceStructure("heterogeneous ante-dependence", "이분산 선행종속", True, _steps, _antedependent),
)
STRUCTURES = {kind.name: kind for kind in _KINDS}
