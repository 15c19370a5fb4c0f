"""How good held-out predictions are, with intervals that respect that kindred structures fail together.

Every score takes ``weights`` (draws × n) and returns one number a draw, so that a bootstrap of a
thousand draws is a few matrix products; a plain score is the one draw in which all weights are 1.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from ginseng_rd.records.estimate import Estimate

Floats = npt.NDArray[np.float64]
Score = Callable[[Floats], Floats]

_DRAWS = 1000


def auroc(labels: Floats, scores: Floats) -> Score:
    """Return the area under the ROC curve as a function of weights: ties count half."""

    def of(weights: Floats) -> Floats:
        yes, no = _tallies(labels, scores, weights)
        above = np.cumsum(yes, axis=1) - yes / 2.0
        return np.asarray((above * no).sum(axis=1) / (yes.sum(axis=1) * no.sum(axis=1)))

    return of


def average_precision(labels: Floats, scores: Floats) -> Score:
    """Return the average precision as a function of weights: precision at each threshold, weighted by recall gained."""

    def of(weights: Floats) -> Floats:
        yes, no = _tallies(labels, scores, weights)
        found, called = np.cumsum(yes, axis=1), np.cumsum(yes + no, axis=1)
        precision = np.divide(found, called, out=np.zeros_like(found), where=called > 0)
        return np.asarray((precision * yes).sum(axis=1) / yes.sum(axis=1))

    return of


def mean(values: npt.NDArray[np.generic]) -> Score:
    """Return the mean of ``values`` as a function of weights."""
    numbers = values.astype(np.float64)
    return lambda weights: np.asarray(weights @ numbers / weights.sum(axis=1))


def root_mean_square(residuals: Floats) -> Score:
    """Return the root mean square of ``residuals`` as a function of weights."""
    return lambda weights: np.sqrt(mean(residuals**2)(weights))


def r_squared(observed: Floats, predicted: Floats) -> Score:
    """Return the share of variance explained as a function of weights; below 0 the mean would do better."""

    def of(weights: Floats) -> Floats:
        variance = mean(observed**2)(weights) - mean(observed)(weights) ** 2
        return np.asarray(1.0 - mean((observed - predicted) ** 2)(weights) / variance)

    return of


def estimate_score(repeats: Sequence[Score], groups: npt.NDArray[np.intp], seed: int, unit: str = "") -> Estimate:
    """Return a score over all held-out structures, the mean over repeats, with a bootstrap interval.

    The bootstrap draws whole scaffolds (``groups``), not structures, for structures of one scaffold
    are not independent evidence; it takes the fitted forests as given. Percentile interval.
    """
    rng = np.random.default_rng(seed)
    codes = np.unique(groups, return_inverse=True)[1]
    count = int(codes.max()) + 1
    weights = rng.multinomial(count, np.full(count, 1.0 / count), size=_DRAWS)[:, codes].astype(np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        draws = np.mean([score(weights) for score in repeats], axis=0)
    value = float(np.mean([plain(score, len(codes)) for score in repeats]))
    low, high = np.nanquantile(draws, [0.025, 0.975])
    return Estimate(value, unit, float(low), float(high), len(codes), "95 % bootstrap over scaffolds")


def plain(score: Score, n: int) -> float:
    """Return the score with every one of ``n`` structures counted once."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return float(score(np.ones((1, n)))[0])


def _tallies(labels: Floats, scores: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Return the weight of yes and of no at each distinct score, highest score first (draws × levels)."""
    order = np.argsort(-scores, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(scores[order]) != 0])
    ordered, is_yes = weights[:, order], labels[order] == 1
    yes = np.add.reduceat(ordered * is_yes, starts, axis=1)
    no = np.add.reduceat(ordered * ~is_yes, starts, axis=1)
    return yes, no
