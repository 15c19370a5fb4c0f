"""Honest uncertainty for predictions: intervals and sets that hold the truth as often as they say.

All of it is calibrated on predictions for structures that the predicting model had not seen, after
Vovk, "Cross-conformal predictors", Ann. Math. Artif. Intell. 74:9 (2015). The guarantee is for structures
that are to the known ones as the held-out folds were; far outside it, no method gives one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ginseng_rd.errors import FitRefused

Floats = npt.NDArray[np.float64]
Booleans = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class DistanceScaledInterval:
    """An interval around a prediction that widens with the distance to the nearest known structure.

    The half-width is ``quantile`` × (``base`` + ``slope`` × distance), in the unit of the residuals.
    """

    base: float
    slope: float
    quantile: float

    def half_width(self, distances: Floats) -> Floats:
        """Return the half-width at each distance (0 to 1)."""
        return self.quantile * (self.base + self.slope * distances)


@dataclass(frozen=True, eq=False, slots=True)
class ClassSets:
    """Which answers cannot be ruled out, each judged against the structures of its own class.

    ``strangeness_no`` and ``strangeness_yes`` are the sorted scores of the calibrating structures
    of each class: how far the forest's votes were from that class.
    """

    strangeness_no: Floats
    strangeness_yes: Floats
    confidence: float

    def keep(self, shares: Floats) -> Booleans:
        """Return n × 2: whether 'no' and 'yes' stay possible, given each share of votes for yes."""
        ranks = [_p_values(self.strangeness_no, shares), _p_values(self.strangeness_yes, 1.0 - shares)]
        return np.stack(ranks, axis=1) > 1.0 - self.confidence


@dataclass(frozen=True, slots=True)
class VoteCalibration:
    """Turns a forest's share of votes into a probability: logistic in the log-odds of the votes."""

    slope: float
    intercept: float

    def probability(self, shares: Floats) -> Floats:
        """Return the probability of yes for each share of votes."""
        return 1.0 / (1.0 + np.exp(-(self.slope * _log_odds(shares) + self.intercept)))


@dataclass(frozen=True, slots=True)
class ClassUncertainty:
    """What turns a share of votes into a probability and into the answers that cannot be ruled out."""

    votes: VoteCalibration
    sets: ClassSets


def calibrate_interval(residuals: Floats, distances: Floats, confidence: float) -> DistanceScaledInterval:
    """Return the interval that covers ``confidence`` of held-out residuals, wider where distances are large.

    Residuals are divided by the size expected at their distance (a line with both coefficients ≥ 0 through
    the absolute residuals), as in Papadopoulos and Haralambous, Neural Netw. 24:842 (2011); the finite-sample
    quantile of these is the multiplier. Raises FitRefused with too few residuals for the confidence.
    """
    from scipy.optimize import nnls

    _refuse_too_few(len(residuals), confidence, "held-out structures")
    size = np.abs(residuals)
    (base, slope), _ = nnls(np.column_stack([np.ones_like(distances), distances]), size)
    # A structure that is its neighbour's twin still carries the error of measurement.
    base = max(float(base), 0.1 * float(size.mean()), np.finfo(float).tiny)
    rank = math.ceil((len(size) + 1) * confidence)
    quantile = np.sort(size / (base + slope * distances))[rank - 1]
    return DistanceScaledInterval(base, float(slope), float(quantile))


def calibrate_sets(shares: Floats, labels: Floats, confidence: float) -> ClassSets:
    """Return class-conditional (Mondrian) conformal sets from held-out shares of votes and true labels.

    Each class keeps its own calibration, so that the rare one is covered as often as the common one:
    Norinder et al., J. Chem. Inf. Model. 54:1596 (2014). Raises FitRefused with too few of a class.
    """
    yes = labels == 1
    _refuse_too_few(int(yes.sum()), confidence, "held-out structures with outcome 1")
    _refuse_too_few(int((~yes).sum()), confidence, "held-out structures with outcome 0")
    return ClassSets(np.sort(shares[~yes]), np.sort(1.0 - shares[yes]), confidence)


def calibrate_votes(shares: Floats, labels: Floats) -> VoteCalibration:
    """Return the logistic map from held-out shares of votes to probabilities (Platt 1999)."""
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression().fit(_log_odds(shares)[:, None], labels)
    return VoteCalibration(float(model.coef_[0, 0]), float(model.intercept_[0]))


def half_widths_by_fold(residuals: Floats, distances: Floats, fold: npt.NDArray[np.intp], confidence: float) -> Floats:
    """Return the half-width each fold gets from a calibration on the other folds alone."""
    widths = np.empty_like(residuals)
    for here in _each_fold(fold):
        interval = calibrate_interval(residuals[~here], distances[~here], confidence)
        widths[here] = interval.half_width(distances[here])
    return widths


def sets_by_fold(shares: Floats, labels: Floats, fold: npt.NDArray[np.intp], confidence: float) -> Booleans:
    """Return the sets (n × 2: no, yes) each fold gets from a calibration on the other folds alone."""
    kept = np.empty((len(shares), 2), dtype=np.bool_)
    for here in _each_fold(fold):
        kept[here] = calibrate_sets(shares[~here], labels[~here], confidence).keep(shares[here])
    return kept


def probabilities_by_fold(shares: Floats, labels: Floats, fold: npt.NDArray[np.intp]) -> Floats:
    """Return the probability each fold gets from a calibration of votes on the other folds alone."""
    probability = np.empty_like(shares)
    for here in _each_fold(fold):
        probability[here] = calibrate_votes(shares[~here], labels[~here]).probability(shares[here])
    return probability


def name_sets(kept: Booleans) -> list[str]:
    """Return each set (n × 2: no, yes) in words."""
    words = {(False, False): "neither", (True, False): "no", (False, True): "yes", (True, True): "yes or no"}
    return [words[bool(no), bool(yes)] for no, yes in kept]


def _each_fold(fold: npt.NDArray[np.intp]) -> list[Booleans]:
    return [fold == number for number in np.unique(fold)]


def _p_values(calibration: Floats, strangeness: Floats) -> Floats:
    """Return the share of calibrating structures at least as strange, the new one counted among them."""
    stranger = len(calibration) - np.searchsorted(calibration, strangeness, side="left")
    return np.asarray((stranger + 1.0) / (len(calibration) + 1.0), dtype=np.float64)


def _log_odds(shares: Floats) -> Floats:
    # All votes one way is not certainty; half a percent is about one tree in two hundred.
    inside = np.clip(shares, 0.005, 0.995)
    return np.asarray(np.log(inside / (1.0 - inside)), dtype=np.float64)


def _refuse_too_few(count: int, confidence: float, what: str) -> None:
    needed = math.ceil(round(confidence / (1.0 - confidence), 9))
    if count < needed:
        raise FitRefused(
            f"A confidence of {100 * confidence:g} % needs at least {needed} {what} to calibrate on, "
            f"but there are {count}."
        )
