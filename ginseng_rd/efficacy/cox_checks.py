"""Checks of a Cox model: are hazards proportional, and does it rank individuals by their lifetimes."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from scipy.special import chdtrc

from ginseng_rd.efficacy.cox_likelihood import Deaths, PartialLikelihood
from ginseng_rd.efficacy.survival import step_down
from ginseng_rd.efficacy.survival_times import Floats, SurvivalTimes, count_at, count_at_risk
from ginseng_rd.errors import FitRefused

SCALES = ("km", "rank", "log", "identity")
_ROWS_AT_ONCE = 2_000_000


def check_proportionality(
    likelihood: PartialLikelihood, deaths: Deaths, terms: Sequence[tuple[str, slice]], data: SurvivalTimes, scale: str
) -> tuple[tuple[str, float, int, float], ...]:
    """Test each term, and all together (``GLOBAL``), for an effect that changes with time.

    The score test that the covariates times a function of time add nothing, with the information of the model at
    each death (Grambsch and Therneau, Biometrika 81 (1994) 515, without their approximation of a constant
    variance; as R's cox.zph from survival 3.0 on). Returns name, chi-squared, df and p.
    """
    g = _scaled(likelihood.when, data, scale)[likelihood.cell]
    score = g @ (likelihood.x[likelihood.died] - deaths.mean)
    inner = deaths.information
    mixed, outer = np.tensordot(g, deaths.spread, axes=1), np.tensordot(g**2, deaths.spread, axes=1)
    remaining = outer - mixed @ np.linalg.solve(inner, mixed)
    found = []
    for name, columns in [*terms, ("GLOBAL", slice(0, len(score)))]:
        part, left = score[columns], remaining[columns, columns]
        statistic = float(part @ np.linalg.lstsq(left, part, rcond=None)[0])
        found.append((name, statistic, len(part), float(chdtrc(len(part), statistic))))
    return tuple(found)


def _scaled(when: Floats, data: SurvivalTimes, scale: str) -> Floats:
    if scale not in SCALES:
        raise FitRefused(f"Hazards are checked along time on the scale {', '.join(SCALES)}, not '{scale}'.")
    if scale == "identity":
        # In units of its largest, so that the unit of time does not touch the arithmetic.
        return np.asarray(when / when.max())
    if scale == "log":
        if (when <= 0).any():
            raise FitRefused("Time 0 has no logarithm: check the hazards on another scale.")
        return np.asarray(np.log(when / when.max()))
    times = np.unique(data.time[data.event])
    if scale == "rank":
        from scipy.stats import rankdata

        return np.asarray(rankdata(when))
    everyone = np.ones(data.n, dtype=np.bool_)
    survival, _ = step_down(count_at_risk(data, times, everyone), count_at(data.time[data.event], times))
    return np.asarray((1 - np.r_[1.0, survival])[np.searchsorted(times, when)])


def find_concordance(data: SurvivalTimes, risk: Floats) -> tuple[float, float]:
    """Return the share of comparable pairs in which the one of higher risk died first, and its standard error.

    A pair of one stratum is comparable where the one that dies first is seen to die while the other is under
    observation; ties in risk count half. The standard error is the infinitesimal jackknife's, as in R's
    survival from 3.0 on. Without a comparable pair, nan.
    """
    agreed, pairs = np.zeros(data.n), np.zeros(data.n)
    for stratum in range(len(data.strata)):
        rows = np.flatnonzero(data.stratum == stratum)
        died = rows[data.event[rows]]
        size = max(_ROWS_AT_ONCE // max(len(rows), 1), 1)
        for some in (died[i : i + size] for i in range(0, len(died), size)):
            first, time = data.time[some, None], data.time[rows]
            later = ((time > first) | ((time == first) & ~data.event[rows])) & (data.entry[rows] < first)
            gap = risk[some, None] - risk[rows]
            right = later * (np.where(np.abs(gap) < 1e-10, 0.0, np.sign(gap)) + 1) / 2
            agreed[some] += right.sum(axis=1)
            pairs[some] += later.sum(axis=1)
            agreed[rows] += right.sum(axis=0)
            pairs[rows] += later.sum(axis=0)
    # Each pair was counted at both of its members.
    comparable = pairs.sum() / 2
    if not comparable:
        return math.nan, math.nan
    share = agreed.sum() / 2 / comparable
    influence = (agreed - share * pairs) / comparable
    return float(share), float(np.sqrt(influence @ influence))
