"""The four-parameter log-logistic curve: its least-squares optimum and its profile-likelihood limits.

For a given steepness and location the two plateaus are a straight-line regression, so only those
two are searched (variable projection: Golub and Pereyra, SIAM J. Numer. Anal. 10, 1973, 413). A
grid finds the valleys, Newton's method with exact second derivatives goes to the bottom of each.
Replicates are folded into weighted means and their scatter is added back, which changes nothing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import expit

Floats: TypeAlias = NDArray[np.float64]

PARAMETERS = ("slope", "lower", "upper", "ed50")

_DECADE = math.log(10)
_SEARCH_BEYOND = 6 * _DECADE  # how far outside the doses an optimum is looked for
_LIMIT_BEYOND = 3 * _DECADE  # an interval end farther outside the doses than this is called open
_SHALLOWEST = 0.05  # below it the curve is a straight line over log dose
_STEEPEST = 40.0  # steepness times dose spacing: above it the curve is a step between two doses
_PLATEAU = 0.001  # share of the way within which a dose says nothing of the steepness


@dataclass(frozen=True)
class LogLogistic:
    """A fitted curve ``lower + (upper - lower) / (1 + exp(slope (ln dose - ln ed50)))``, LL.4 of R's drc.

    ``slope`` is positive where the response falls with the dose. The covariances are in the order
    of ``PARAMETERS``: from the observed Hessian of the residual sum of squares, as drc reports
    them, and from the Jacobian alone (Gauss-Newton), as nls, SciPy and NIST do; None where the
    matrix cannot be inverted. ``unsettled`` says in words why the parameters are not determined;
    it is empty where the sum of squares has its minimum inside the range searched.
    """

    slope: float
    lower: float
    upper: float
    ed50: float
    rss: float
    df: int
    covariance_hessian: tuple[tuple[float, ...], ...] | None
    covariance_gauss_newton: tuple[tuple[float, ...], ...] | None
    unsettled: str = ""

    def at(self, doses: Floats) -> Floats:
        """Return the fitted response at each dose; dose 0 lies on the plateau of the control."""
        curve: Floats = self.lower + (self.upper - self.lower) * expit(-self.slope * self._distance(doses))
        return curve

    def gradient(self, doses: Floats) -> Floats:
        """Return the derivative of the response by each of ``PARAMETERS``, one row a dose."""
        distance = self._distance(doses)
        share = expit(-self.slope * distance)
        steep = (self.upper - self.lower) * share * (1 - share)
        by_slope = -steep * np.where(np.isfinite(distance), distance, 0.0)
        return np.stack([by_slope, 1 - share, share, steep * self.slope / self.ed50], axis=-1)

    def share_reached(self, dose: float) -> float:
        """Return the share of the way from the control's plateau to the other one, 0 to 1, at a dose."""
        return float(expit(abs(self.slope) * self._distance(np.array([dose])))[0])

    def _distance(self, doses: Floats) -> Floats:
        with np.errstate(divide="ignore"):
            distance: Floats = np.log(doses) - math.log(self.ed50)
        return distance


@dataclass(frozen=True, eq=False)
class FoldedReadings:
    """Readings folded by distinct dose: ln dose about its middle (-inf for dose 0), number, mean and scatter.

    ``mean`` is about the grand mean ``level``; ``scatter`` is the sum of squares within doses.
    """

    dose: Floats
    log_dose: Floats
    count: Floats
    mean: Floats
    middle: float
    level: float
    scatter: float

    @property
    def tested(self) -> Floats:
        """The ln doses above zero, about their middle."""
        return self.log_dose[np.isfinite(self.log_dose)]

    @property
    def total(self) -> float:
        """The sum of squares about the grand mean."""
        return float(self.count @ self.mean**2) + self.scatter

    @property
    def steepest(self) -> float:
        """The steepness above which the curve is a step between two neighbouring doses."""
        return _STEEPEST / max(float(np.diff(self.tested).min()), 0.01)


def fold_readings(dose: Floats, value: Floats) -> FoldedReadings:
    """Fold replicates into means by dose; the order of the readings does not matter."""
    order = np.lexsort((value, dose))  # sums are then the same to the last bit for any order of rows
    distinct, where = np.unique(dose[order], return_inverse=True)
    value = value[order]
    count = np.bincount(where).astype(np.float64)
    level = float(value.mean())
    mean = np.bincount(where, weights=value - level) / count
    scatter = float(np.sum((value - level - mean[where]) ** 2))
    with np.errstate(divide="ignore"):
        log_dose = np.log(distinct)
    tested = log_dose[np.isfinite(log_dose)]
    middle = float(tested[0] + tested[-1]) / 2
    return FoldedReadings(distinct, log_dose - middle, count, mean, middle, level, scatter)


def fit_log_logistic(folded: FoldedReadings) -> LogLogistic:
    """Return the least-squares curve through the readings, with both covariances.

    Needs at least two doses above zero and more readings than parameters.
    """
    lowest = np.array([math.log(_SHALLOWEST), folded.tested[0] - _SEARCH_BEYOND])
    highest = np.array([math.log(folded.steepest), folded.tested[-1] + _SEARCH_BEYOND])
    bottoms = [_descend(folded, start, lowest, highest) for start in _valleys(folded, lowest, highest)]
    best, settled = min(bottoms, key=lambda bottom: _residual_ss(folded, *bottom[0])[()])
    unsettled = _find_unsettled(folded, best, lowest, highest) if settled else "the fit did not converge"
    return _describe(folded, best, unsettled)


def describe_at(folded: FoldedReadings, log_steepness: float, location: float) -> LogLogistic:
    """Return the curve of an optimum already found, ``location`` being ln ED50 about the middle of the doses."""
    return _describe(folded, np.array([log_steepness, location]), "")


def profile_limits(
    folded: FoldedReadings, curve: LogLogistic, *, logit: float, ceiling: float
) -> tuple[float | None, float | None]:
    """Return the doses, below and above the estimate, where the profiled sum of squares meets ``ceiling``.

    ``logit`` is ln(p / (1 - p)) of the effect whose dose is profiled: 0 for the ED50. A limit more
    than three decades outside the doses tested is None: the interval is open on that side.
    """
    estimate = math.log(curve.ed50) - folded.middle + logit / abs(curve.slope)
    ends = (folded.tested[0] - _LIMIT_BEYOND, folded.tested[-1] + _LIMIT_BEYOND)
    limits = [_cross(folded, estimate, float(end), logit, ceiling) for end in ends]
    low, high = (None if at is None else math.exp(at + folded.middle) for at in limits)
    return low, high


def _residual_ss(folded: FoldedReadings, log_steepness: Floats, location: Floats) -> Floats:
    """Return the residual sum of squares with the best plateaus, for arrays of steepness and location."""
    rise = _rise(folded, np.exp(log_steepness), location)
    rise = rise - (rise @ folded.count / folded.count.sum())[..., None]
    rise /= np.maximum(np.abs(rise).max(axis=-1, keepdims=True), np.finfo(float).tiny)
    slope = (rise * folded.mean) @ folded.count / np.maximum(rise**2 @ folded.count, np.finfo(float).tiny)
    sums: Floats = (folded.mean - slope[..., None] * rise) ** 2 @ folded.count + folded.scatter
    return sums


def _rise(folded: FoldedReadings, steepness: Floats, location: Floats) -> Floats:
    signed = _signed(steepness, location)[..., None]
    rise: Floats = expit(signed * (folded.log_dose - np.asarray(location)[..., None]))
    return rise


def _signed(steepness: Floats, location: Floats) -> Floats:
    # A curve seen only by its tail is built from its small end, or rounding would eat the tail.
    return np.where(np.asarray(location) > 0, steepness, -steepness)


def _valleys(folded: FoldedReadings, lowest: Floats, highest: Floats) -> list[Floats]:
    """Return the lowest few local minima of the sum of squares on a grid over steepness and location."""
    steep = np.linspace(lowest[0], highest[0], 41)
    inside = np.linspace(folded.tested[0], folded.tested[-1], min(6 * len(folded.tested), 121))
    left = np.linspace(lowest[1], folded.tested[0], 15)[:-1]
    place = np.concatenate([left, inside, np.linspace(folded.tested[-1], highest[1], 15)[1:]])
    sums = _residual_ss(folded, *np.meshgrid(steep, place, indexing="ij"))
    padded = np.pad(sums, 1, constant_values=np.inf)
    rows, columns = sums.shape
    around = [padded[i : i + rows, j : j + columns] for i in range(3) for j in range(3)]
    i, j = np.nonzero(sums <= np.min(around, axis=0))
    nearest = np.argsort(sums[i, j], kind="stable")[:4]
    return [np.array([steep[i[k]], place[j[k]]]) for k in nearest]


def _descend(folded: FoldedReadings, start: Floats, lowest: Floats, highest: Floats) -> tuple[Floats, bool]:
    """Go down from ``start`` by Newton's method within the bounds; return the place and whether it settled."""
    place, height = start, float(_residual_ss(folded, *start))
    for _ in range(100):
        downhill, curvature = _reduced_derivatives(folded, place)
        free = ~(((place <= lowest) & (downhill < 0)) | ((place >= highest) & (downhill > 0)))
        step = _newton_step(downhill, curvature, free)
        gain = float(downhill @ step)
        following = np.clip(place + step, lowest, highest)
        if gain <= 1e-15 * height:
            return following, True
        # Near the bottom rounding hides the fall of the sum of squares, but not the gradient.
        while gain > 1e-10 * height and float(_residual_ss(folded, *following)) > height:
            step, gain = step / 2, gain / 2
            following = np.clip(place + step, lowest, highest)
        place, height = following, float(_residual_ss(folded, *following))
    return place, False


def _newton_step(downhill: Floats, curvature: Floats, free: NDArray[np.bool_]) -> Floats:
    """Return a step that always points down, at most 2 long in either direction, along the free axes only."""
    step = np.zeros(2)
    if free.any():
        roots, axes = np.linalg.eigh(curvature[np.ix_(free, free)])
        softest = max(float(np.abs(roots).max()) * 1e-12, np.finfo(float).tiny)
        step[free] = axes @ ((axes.T @ downhill[free]) / np.maximum(np.abs(roots), softest))
    limited: Floats = step * min(1.0, 2.0 / max(float(np.abs(step).max()), 1e-300))
    return limited


def _reduced_derivatives(folded: FoldedReadings, place: Floats) -> tuple[Floats, Floats]:
    """Return minus the gradient and the Hessian of half the sum of squares by ln steepness and location.

    The plateaus follow the other two, so the Hessian is the Schur complement of the full one.
    """
    signed, _, downhill, hessian, _ = _full_derivatives(folded, place)
    by_log = np.array([1.0, 1.0, signed, 1.0])
    hessian = hessian * np.outer(by_log, by_log)
    hessian[2, 2] -= signed * downhill[2]
    plateaus = _invert_pair(hessian[:2, :2]) @ hessian[:2, 2:]
    return (by_log * downhill)[2:], hessian[2:, 2:] - hessian[2:, :2] @ plateaus


def _invert_pair(matrix: Floats) -> Floats:
    """Return the inverse of a symmetric 2 x 2 matrix; its pseudo-inverse where it is close to singular."""
    (a, b), (_, c) = matrix
    whole = float(a * c - b * b)
    if whole <= max(1e-12 * abs(float(a * c)), 1e-200):
        return np.asarray(np.linalg.pinv(matrix, hermitian=True), dtype=np.float64)
    return np.array([[c, -b], [-b, a]]) / whole


def _full_derivatives(folded: FoldedReadings, place: Floats) -> tuple[float, Floats, Floats, Floats, Floats]:
    """Return signed steepness, plateaus, minus gradient, Hessian and Gauss-Newton matrix of half the sum of squares.

    Parameters are in the order level, height, signed steepness, location of
    ``level + height * expit(steepness (ln dose - location))``.
    """
    signed = float(_signed(np.exp(place[0]), place[1]))
    distance = np.where(np.isfinite(folded.log_dose), folded.log_dose - place[1], 0.0)
    rise = _rise(folded, np.exp(place[0]), place[1])
    centre = float(rise @ folded.count / folded.count.sum())
    spread = rise - centre
    height = float((spread * folded.mean) @ folded.count / max(float(spread**2 @ folded.count), np.finfo(float).tiny))
    first = rise * (1 - rise)
    second = first * (1 - 2 * rise)
    slopes = np.stack([np.ones_like(rise), rise, height * first * distance, -height * signed * first], axis=1)
    pull = folded.count * (folded.mean - height * spread)
    bend = np.zeros((4, 4))
    bend[1, 2] = bend[2, 1] = pull @ (first * distance)
    bend[1, 3] = bend[3, 1] = -signed * (pull @ first)
    bend[2, 2] = height * (pull @ (second * distance**2))
    bend[3, 3] = height * signed**2 * (pull @ second)
    bend[2, 3] = bend[3, 2] = -height * (pull @ (second * signed * distance + first))
    gauss_newton = slopes.T @ (folded.count[:, None] * slopes)
    plateaus = np.array([-height * centre, height])
    return signed, plateaus, slopes.T @ pull, gauss_newton - bend, gauss_newton


def _find_unsettled(folded: FoldedReadings, best: Floats, lowest: Floats, highest: Floats) -> str:
    """Say why the readings do not determine the optimum; empty where they do."""
    if best[1] >= highest[1]:
        return "the response has not turned by the highest dose"
    if best[1] <= lowest[1]:
        return "the response has turned before the lowest dose"
    if best[0] <= lowest[0]:
        return "the response is a straight line over log dose and neither plateau is seen"
    rise = expit(math.exp(best[0]) * (folded.tested - best[1]))
    if best[0] >= highest[0] or np.sum((rise > _PLATEAU) & (rise < 1 - _PLATEAU)) <= 1:
        return "the response steps from one plateau to the other with at most one dose on the way"
    return ""


def _describe(folded: FoldedReadings, best: Floats, unsettled: str) -> LogLogistic:
    signed, (level, height), _, hessian, gauss_newton = _full_derivatives(folded, best)
    rss = float(_residual_ss(folded, *best))
    df = int(folded.count.sum()) - len(PARAMETERS)
    ed50 = math.exp(best[1] + folded.middle)
    turn = math.copysign(1.0, -height)
    change = np.array([[0, 0, turn, 0], [1, height < 0, 0, 0], [1, height > 0, 0, 0], [0, 0, 0, ed50]], dtype=float)
    ends = sorted((folded.level + level, folded.level + level + height))
    return LogLogistic(
        slope=turn * signed,
        lower=float(ends[0]),
        upper=float(ends[1]),
        ed50=ed50,
        rss=rss,
        df=df,
        covariance_hessian=_covariance(hessian, change, rss / df),
        covariance_gauss_newton=_covariance(gauss_newton, change, rss / df),
        unsettled=unsettled,
    )


def _covariance(information: Floats, change: Floats, variance: float) -> tuple[tuple[float, ...], ...] | None:
    """Invert an information matrix and carry it over to ``PARAMETERS``; None where it is singular."""
    if np.any(np.diag(information) <= 0):
        return None
    scale = 1 / np.sqrt(np.diag(information))
    scaled = information * np.outer(scale, scale)
    if float(np.linalg.eigvalsh(scaled)[0]) < 1e-12:
        return None
    inverse = np.linalg.inv(scaled) * np.outer(scale, scale)
    return tuple(tuple(float(c) for c in row) for row in change @ inverse @ change.T * variance)


def _cross(folded: FoldedReadings, start: float, end: float, logit: float, ceiling: float) -> float | None:
    """Return where the profile first rises through ``ceiling`` on the way from ``start`` to ``end``."""
    inside = start
    for outside in np.linspace(start, end, max(2, int(abs(end - start) / 0.2)))[1:]:
        if _profile(folded, outside, logit) > ceiling:
            return float(brentq(lambda u: _profile(folded, u, logit) - ceiling, inside, outside, xtol=1e-9, rtol=1e-12))
        inside = outside
    return None


def _profile(folded: FoldedReadings, log_dose: float, logit: float) -> float:
    """Return the least sum of squares over the steepness with the effect's dose held at ``log_dose``."""
    # A step may pass through a dose at any height, so the steepness is as good as unlimited here.
    low, high = math.log(_SHALLOWEST), math.log(folded.steepest * 1000)
    least = math.inf
    for points in (161, 21, 21, 21, 21, 21):
        steep = np.linspace(low, high, points)
        sums = _residual_ss(folded, steep, log_dose - logit * np.exp(-steep))
        best = int(np.argmin(sums))
        low, high = steep[max(best - 1, 0)], steep[min(best + 1, points - 1)]
        least = min(least, float(sums[best]))
    return least
