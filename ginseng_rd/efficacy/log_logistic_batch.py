"""Thousands of four-parameter log-logistic curves at once: optimum, standard errors, profile limits of the ED50.

The method is that of ``log_logistic``: plateaus by linear regression, Newton's method with exact second
derivatives in ln steepness and location. Here all curves go side by side and leave when they are done; a curve
that does not settle between its doses at the first try is started again from a grid. Profile limits are found by
Venzon and Moolgavkar's method (Applied Statistics 37, 1988, 87).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import expit, fdtrc, stdtrit

from ginseng_rd.efficacy.log_logistic_slopes import CONTROL, TINY, FoldedCurves, Slopes, find_slopes, weighted_sum
from ginseng_rd.efficacy.nonlinear import Flags, Floats, Whole
from ginseng_rd.errors import FitRefused

if TYPE_CHECKING:
    import pandas as pd

_SHALLOWEST = math.log(0.05)
_STEEPEST = 40.0  # steepness times dose spacing beyond which the curve is a step between two doses
_BEYOND = math.log(1e6)
_LIMIT_BEYOND = math.log(1e3)
_ROUNDS = 60
_DOUBTFUL = 1e-4  # F test against a flat line above which other valleys are looked for
_STRAY = 1e-3  # lack of fit below which other valleys are looked for
_CHUNK = 400


@dataclass(frozen=True, eq=False)
class LogLogisticBatch:
    """Curves ``lower + (upper - lower) / (1 + exp(slope (ln dose - ln ed50)))``, one entry each.

    ``settled`` marks those whose optimum lies between the doses, with more than one dose on the way between
    the plateaus; the numbers of others are NaN, as nothing is to be read from them. ``ed50_low`` and
    ``ed50_high`` are profile-likelihood limits at ``confidence``, NaN where the interval is open or where its
    end was not reached. Standard errors are from the observed Hessian and from the Jacobian (Gauss-Newton).
    ``no_response_p`` is the F test against a flat line.
    """

    slope: Floats
    lower: Floats
    upper: Floats
    ed50: Floats
    ed50_low: Floats
    ed50_high: Floats
    se_hessian: Floats
    se_gauss_newton: Floats
    rss: Floats
    df: Whole
    no_response_p: Floats
    settled: Flags
    confidence: float

    def table(self) -> pd.DataFrame:
        """Return one row a curve, the standard errors in columns ``se_hessian_slope`` and so on."""
        import pandas as pd

        names = ("slope", "lower", "upper", "ed50", "ed50_low", "ed50_high", "rss", "df", "no_response_p", "settled")
        frame = pd.DataFrame({name: getattr(self, name) for name in names})
        for kind in ("se_hessian", "se_gauss_newton"):
            for j, name in enumerate(("slope", "lower", "upper", "ed50")):
                frame[f"{kind}_{name}"] = getattr(self, kind)[:, j]
        return frame


def fit_log_logistic_batch(dose: Floats, value: Floats, *, confidence: float = 0.95) -> LogLogisticBatch:
    """Fit one curve to each row of readings by unweighted least squares.

    ``dose`` is (m,), the same for all, or (k, m); ``value`` is (k, m, r) with r replicates, NaN where a reading
    is missing. Dose 0 is the untreated control. Raises FitRefused for shapes that do not match, doses below 0
    and infinite values.
    """
    value = np.asarray(value, dtype=np.float64)
    if value.ndim != 3 or not 0.5 <= confidence < 1:
        raise FitRefused("Values come as (curves, doses, replicates), and the confidence lies from 0.5 up to 1.")
    dose = np.broadcast_to(np.asarray(dose, dtype=np.float64), value.shape[:2])
    if not np.isfinite(dose).all() or np.any(dose < 0) or np.isinf(value).any():
        raise FitRefused("A dose is 0 or more, and doses and values are finite; the readings hold others.")
    return fit_folded(_fold(dose, value), confidence)


def fit_folded(data: FoldedCurves, confidence: float) -> LogLogisticBatch:
    """Fit one curve to each column of readings folded by dose."""
    enough = (data.n > 4) & (data.total > 0) & (np.sum((data.count > 0) & (data.place > CONTROL / 2), axis=0) >= 3)
    enough &= np.sum(data.count > 0, axis=0) >= 4
    with np.errstate(all="ignore"):
        at, settled, rss = _search(data, enough)
        return _describe(data, at, settled & enough, rss, confidence)


def _fold(dose: Floats, value: Floats) -> FoldedCurves:
    missing = np.isnan(value)
    if missing.any():
        count = (~missing).sum(axis=2).astype(np.float64)
        filled = np.where(missing, 0.0, value)
    else:
        count, filled = np.full(value.shape[:2], float(value.shape[2])), value
    by_dose = filled.sum(axis=2)
    n = count.sum(axis=1)
    level = by_dose.sum(axis=1) / np.maximum(n, 1)
    mean = np.where(count > 0, by_dose / np.maximum(count, 1), level[:, None])
    off = filled - mean[:, :, None]
    squares = np.where(missing, 0.0, off) ** 2 if missing.any() else off**2
    scatter = np.einsum("kmr->k", squares)
    mean = mean - level[:, None]
    tested = (dose > 0) & (count > 0)
    place = np.log(np.where(dose > 0, dose, 1.0))
    lowest = np.where(tested, place, np.inf).min(axis=1)
    highest = np.where(tested, place, -np.inf).max(axis=1)
    sound = np.isfinite(lowest)
    middle = np.where(sound, (np.where(sound, lowest, 0.0) + np.where(sound, highest, 0.0)) / 2, 0.0)
    place = np.where(dose > 0, place - middle[:, None], CONTROL)
    ordered = np.sort(np.where(tested, place, np.nan), axis=1)
    gaps = np.diff(ordered, axis=1)
    spacing = np.where(gaps > 0, gaps, np.inf).min(axis=1) if gaps.shape[1] else np.ones(len(n))
    return FoldedCurves(
        np.ascontiguousarray(place.T),
        np.ascontiguousarray(count.T),
        np.ascontiguousarray(mean.T),
        middle,
        level,
        scatter,
        n,
        np.einsum("km,km->k", count, mean**2) + scatter,
        lowest - middle,
        highest - middle,
        np.log(_STEEPEST / np.clip(spacing, 0.01, 1e3)),
    )


def _start(data: FoldedCurves) -> Floats:
    """Return ln steepness and location from the moments of the response as a distribution (Spearman and Kaerber)."""
    order = np.argsort(np.where(data.count > 0, data.place, np.inf), axis=0)
    place, mean = np.take_along_axis(data.place, order, 0), np.take_along_axis(data.mean, order, 0)
    kept = np.take_along_axis(data.count, order, 0) > 0
    last = kept.sum(axis=0) - 1
    columns = np.arange(place.shape[1])
    first, end = mean[0], mean[np.maximum(last, 0), columns]
    gap = np.where(np.abs(end - first) > 0, end - first, 1.0)
    share = np.clip((mean - first) / gap, 0.0, 1.0)
    place = np.clip(np.where(kept, place, data.highest), data.lowest, data.highest)
    width = np.diff(place, axis=0)
    average = (share[1:] + share[:-1]) / 2
    location = data.highest - weighted_sum(average, width)
    away = data.highest - (place[1:] + place[:-1]) / 2
    variance = 2 * weighted_sum(average * away, width) - (data.highest - location) ** 2
    steep = np.clip(np.pi / np.sqrt(3 * np.maximum(variance, 1e-3)), 0.4, 4.0)
    return np.stack([np.log(steep), location])


def _descend(data: FoldedCurves, start: Floats) -> tuple[Floats, Flags, Floats]:
    """Go down by Newton's method from (2, k); return places, whether each settled inside, and sums of squares."""
    at = start.copy()
    settled = np.zeros(at.shape[1], dtype=bool)
    heights = np.full(at.shape[1], np.inf)
    active = np.arange(at.shape[1])
    own, place, limit = data, at, np.ones(at.shape[1])
    slopes = find_slopes(own, place)
    for _ in range(_ROUNDS):
        step, gain = _newton_step(slopes)
        done = gain <= 1e-15 * slopes.rss
        lost = ~np.isfinite(gain) | (np.abs(place[1]) > own.highest + _BEYOND) | (place[0] > own.steepest)
        lost |= place[0] < _SHALLOWEST
        leave = done | lost
        if leave.any():
            # The last step is taken too: it is far below the rounding of the sum of squares.
            at[:, active[leave]] = place[:, leave] + np.where(done[leave], step[:, leave], 0.0)
            settled[active[leave]], heights[active[leave]] = (done & ~lost)[leave], slopes.rss[leave]
            stay = ~leave
            if not stay.any():
                return at, settled, heights
            active, own, place, limit = active[stay], own.take(stay), place[:, stay], limit[stay]
            step, gain = step[:, stay], gain[stay]
            slopes = Slopes(**{name: array[..., stay] for name, array in vars(slopes).items()})
        step = step * np.minimum(1.0, limit / np.maximum(np.abs(step).max(axis=0), 1e-300))
        following = find_slopes(own, place + step)
        worse = ~(following.rss <= slopes.rss) & (gain > 1e-10 * slopes.rss)
        limit = np.where(worse, np.abs(step).max(axis=0) / 4, np.minimum(2 * limit, 2.0))
        if worse.any():
            step = np.where(worse, 0.0, step)
            slopes = Slopes(**{n: np.where(worse, getattr(slopes, n), array) for n, array in vars(following).items()})
        else:
            slopes = following
        place = place + step
    at[:, active], heights[active] = place, slopes.rss
    return at, settled, heights


def _newton_step(slopes: Slopes) -> tuple[Floats, Floats]:
    """Return a step that points down and the fall it promises; Gauss-Newton where the Hessian is not definite."""
    a, b, c = slopes.hessian
    definite = (a > 0) & (a * c - b * b > 1e-10 * np.abs(a * c))
    a, b, c = np.where(definite, slopes.hessian, slopes.gauss_newton)
    a, c = a * np.where(definite, 1.0, 1.01), c * np.where(definite, 1.0, 1.01)
    whole = a * c - b * b
    step = np.stack([c * slopes.pull[0] - b * slopes.pull[1], a * slopes.pull[1] - b * slopes.pull[0]]) / whole
    return step, np.sum(step * slopes.pull, axis=0)


def _search(data: FoldedCurves, enough: Flags) -> tuple[Floats, Flags, Floats]:
    """Return place, whether settled, and sum of squares; doubtful curves are started again from a grid."""
    at, settled, rss = _descend(data, _start(data))
    df = data.n - 4
    doubtful = ~settled | (fdtrc(3, df, (data.total - rss) / 3 / (rss / df)) > _DOUBTFUL)
    doses = (data.count > 0).sum(axis=0)
    spare, within = np.maximum(doses - 4, 1), data.n - doses
    stray = fdtrc(spare, np.maximum(within, 1), (rss - data.scatter) / spare / (data.scatter / np.maximum(within, 1)))
    doubtful |= np.where(within > 0, stray < _STRAY, rss > 0.1 * data.total)
    again = np.nonzero(doubtful & enough)[0]
    for chunk in np.array_split(again, math.ceil(len(again) / _CHUNK)) if len(again) else ():
        own = data.take(chunk)
        for start in _grid_starts(own):
            place, sound, height = _descend(own, start)
            # A lower sum of squares on the edge of what is searched means that no inner optimum is the best.
            better = height < rss[chunk] * (1 - 1e-12)
            better |= sound & ~settled[chunk] & (height <= rss[chunk] * (1 + 1e-9))
            at[:, chunk[better]] = place[:, better]
            settled[chunk[better]], rss[chunk[better]] = sound[better], height[better]
    return at, settled, rss


def _grid_starts(data: FoldedCurves) -> list[Floats]:
    """Return the lowest points (2, k) of a grid over steepness and location, apart from each other."""
    steeps = np.linspace(math.log(0.15), math.log(20.0), 11)
    shares = np.concatenate([[-0.8, -0.3], np.linspace(0.0, 1.0, 25), [1.3, 1.8]])
    places = data.lowest + shares[:, None] * (data.highest - data.lowest)
    sums = np.stack([[_grid_rss(data, np.full(data.n.shape, steep), at) for at in places] for steep in steeps])
    flat = sums.reshape(-1, sums.shape[-1])
    starts = []
    for _ in range(3):
        best = np.argmin(flat, axis=0)
        i, j = np.divmod(best, len(shares))
        starts.append(np.stack([steeps[i], places[j, np.arange(len(best))]]))
        near = (np.abs(np.arange(len(steeps))[:, None, None] - i) <= 3) & (
            np.abs(np.arange(len(shares))[None, :, None] - j) <= 4
        )
        flat = np.where(near.reshape(flat.shape), np.inf, flat)
    return starts


def _grid_rss(data: FoldedCurves, log_steep: Floats, location: Floats) -> Floats:
    rise = expit(np.exp(log_steep) * (data.place - location))
    spread = rise - weighted_sum(data.count, rise) / data.n
    weighted = data.count * spread
    explained = weighted_sum(weighted, data.mean) ** 2 / np.maximum(weighted_sum(weighted, spread), TINY)
    return data.total - explained


def _profile_limits(data: FoldedCurves, at: Floats, best: Slopes, ceiling: Floats, sign: float) -> Floats:
    """Return ln dose where the profile of the location meets the ceiling on one side; NaN where it was not reached."""
    a, b, c = best.hessian
    whole = a * c - b * b
    reach = np.sqrt((ceiling - best.rss) * a / whole)
    place = at + sign * np.stack([-b / a * reach, reach])
    found = np.full(at.shape[1], np.nan)
    active = np.arange(at.shape[1])
    own, top, wald = data, ceiling, reach
    for _ in range(25):
        slopes = find_slopes(own, place)
        a, b, _ = slopes.hessian
        rise = top - slopes.rss
        # Newton on: no slope along the steepness, and the sum of squares at the ceiling.
        up = -2 * slopes.pull
        whole = a * up[1] - b * up[0]
        step = np.stack([up[1] * slopes.pull[0] - b * rise, a * rise - up[0] * slopes.pull[0]]) / whole
        step = step * np.minimum(1.0, np.maximum(wald, 0.2) / np.maximum(np.abs(step).max(axis=0), 1e-300))
        place = place + step
        done = (np.abs(step).max(axis=0) < 1e-9) & (a > 0)
        away = sign * (place[1] - at[1, active])
        lost = ~np.isfinite(step).all(axis=0) | (np.abs(place[0]) > 8) | (away <= 0) | (away > 6 * wald)
        done &= ~lost
        found[active[done]] = place[1, done]
        stay = ~(done | lost)
        if not stay.any():
            break
        if not stay.all():
            active, own, place, top, wald = active[stay], own.take(stay), place[:, stay], top[stay], wald[stay]
    return found


def _describe(data: FoldedCurves, at: Floats, settled: Flags, rss: Floats, confidence: float) -> LogLogisticBatch:
    df = np.maximum(data.n - 4, 1)
    slopes = find_slopes(data, at)
    rise = expit(np.exp(at[0]) * (data.place - at[1]))
    on_the_way = np.sum((rise > 0.001) & (rise < 0.999) & (data.count > 0) & (data.place > CONTROL / 2), axis=0) > 1
    definite = (slopes.hessian[0] > 0) & (slopes.hessian[0] * slopes.hessian[2] > slopes.hessian[1] ** 2)
    settled = settled & on_the_way & definite
    chosen = np.nonzero(settled)[0]
    own, best = data.take(chosen), Slopes(**{name: array[..., chosen] for name, array in vars(slopes).items()})
    variance = best.rss / df[chosen]
    reach = stdtrit(df[chosen], (1 + confidence) / 2) ** 2
    limits = []
    for sign in (-1.0, 1.0):
        limit = _profile_limits(own, at[:, chosen], best, best.rss + reach * variance, sign)
        inside = (limit > own.lowest - _LIMIT_BEYOND) & (limit < own.highest + _LIMIT_BEYOND)
        limits.append(np.exp(np.where(inside, limit, np.nan) + own.middle))
    ends = own.level + best.height * np.stack([-best.centre, 1 - best.centre])
    ed50 = np.exp(at[1, chosen] + own.middle)
    steep = np.exp(at[0, chosen])
    errors = [_errors(own, best, kind, variance, steep, ed50) for kind in (True, False)]

    def spread(values: Floats) -> Floats:
        whole = np.full((data.n.size, *values.shape[1:]), np.nan)
        whole[chosen] = values
        return whole

    return LogLogisticBatch(
        slope=spread(-np.sign(best.height) * steep),
        lower=spread(ends.min(axis=0)),
        upper=spread(ends.max(axis=0)),
        ed50=spread(ed50),
        ed50_low=spread(limits[0]),
        ed50_high=spread(limits[1]),
        se_hessian=spread(errors[0]),
        se_gauss_newton=spread(errors[1]),
        rss=rss,
        df=(data.n - 4).astype(np.int64),
        no_response_p=np.asarray(fdtrc(3, df, np.maximum((data.total - rss) / 3 / (rss / df), 0.0)), dtype=np.float64),
        settled=settled,
        confidence=confidence,
    )


def _errors(data: FoldedCurves, best: Slopes, observed: bool, variance: Floats, steep: Floats, ed50: Floats) -> Floats:
    """Return the standard errors (k, 4) of slope, lower, upper and ED50."""
    a, b, c = best.hessian if observed else best.gauss_newton
    by_height = best.by_height_observed if observed else best.by_height
    inverse = np.stack([c, -b, a]) / (a * c - b * b)  # covariance of ln steepness and location

    def carried(of: Floats) -> Floats:
        """Variance that a linear combination of ln steepness and location brings in."""
        total: Floats = of[0] ** 2 * inverse[0] + 2 * of[0] * of[1] * inverse[1] + of[1] ** 2 * inverse[2]
        return total

    # level + height * (rise - centre): a plateau is level + height * away, away = -centre or 1 - centre.
    plateaus = []
    for away in (-best.centre, 1 - best.centre):
        of = -best.by_level / data.n - away * by_height / best.squares
        plateaus.append(1 / data.n + away**2 / best.squares + carried(of))
    rising = best.height > 0
    lower, upper = np.where(rising, plateaus[0], plateaus[1]), np.where(rising, plateaus[1], plateaus[0])
    parts = np.stack([steep**2 * inverse[0], lower, upper, ed50**2 * inverse[2]], axis=1)
    errors: Floats = np.sqrt(parts * variance[:, None])
    return errors
