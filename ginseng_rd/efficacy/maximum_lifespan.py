"""Do more of one arm than of another outlive the oldest tenth: the test of maximum lifespan of Wang and Allison."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import gammaln

from ginseng_rd.efficacy.multiplicity import adjust_p_values
from ginseng_rd.efficacy.survival import kaplan_meier
from ginseng_rd.efficacy.survival_times import Floats, SurvivalTimes
from ginseng_rd.errors import FitRefused

if TYPE_CHECKING:
    import pandas as pd

VARIANTS = ("boschloo", "fisher")
_GRID = 2001
_SAME_P = 1 + 1e-7  # tables whose p differs by rounding are equally extreme


@dataclass(frozen=True)
class MaximumLifespan:
    """Comparisons of the share of each arm that outlives ``thresholds``, against one arm.

    ``rows`` are (arm, against, threshold, old in arm, n of arm, old against, n against, left out, p, adjusted p): the
    threshold is the ``share`` quantile of the two arms together; left out are those censored before it.
    ``variant`` is boschloo or fisher.
    """

    variant: str
    share: float
    unit: str
    adjustment: str
    rows: tuple[tuple[str, str, float, int, int, int, int, int, float, float], ...]

    def table(self) -> pd.DataFrame:
        """Return one row a comparison."""
        import pandas as pd

        names = ["arm", "against", "threshold", "old", "n", "old_against", "n_against", "left_out", "p", "p_adjusted"]
        return pd.DataFrame(self.rows, columns=names).assign(unit=self.unit)

    def methods_sentence(self, language: str = "en") -> str:
        """Return what was done, as a methods section says it, in English (en) or Korean (ko)."""
        exact = self.variant.capitalize()
        percent, many = f"{100 * self.share:g}", len(self.rows) > 1
        unknown = any(row[7] for row in self.rows)
        if language == "ko":
            left = " 기준 이전에 중도절단된 개체는 제외하였다." if unknown else ""
            adjusted = f" p값은 {self.adjustment} 방법으로 보정하였다." if many else ""
            return (
                f"최대수명은 Wang-Allison 검정으로 비교하였다: 두 군을 합한 수명의 {percent}번째 백분위수를 넘긴 "
                "개체 비율을 "
                f"양측 {exact} 정확검정으로 비교.{left}{adjusted}"
            )
        left = " Individuals censored before the threshold were left out." if unknown else ""
        adjusted = f" P values were adjusted by {self.adjustment}." if many else ""
        return (
            "Maximum lifespan was compared by the Wang-Allison test: the shares of two arms that outlived the "
            f"{percent}th "
            f"percentile of their pooled lifetimes, by the two-sided {exact} exact test.{left}{adjusted}"
        )


def compare_maximum_lifespan(
    data: SurvivalTimes,
    *,
    against: str | None = None,
    share: float = 0.9,
    variant: str = "boschloo",
    adjustment: str = "holm",
) -> MaximumLifespan:
    """Compare maximum lifespan with one arm, the first where ``against`` is not given.

    Wang, Li, Redden, Weindruch and Allison, Mech Ageing Dev 125 (2004) 629: individuals that outlive the pooled
    ``share`` quantile (Kaplan-Meier, two arms at a time) are counted, and the 2 × 2 table is tested. ``variant``
    boschloo takes Fisher's two-sided p as statistic and the greatest chance over all common shares (Boschloo, Stat
    Neerl 24 (1970) 1), more powerful than ``fisher``. Raises FitRefused for one arm, delayed entry, and a quantile
    that is not reached.
    """
    if variant not in VARIANTS:
        raise FitRefused(f"The variant of the test is {' or '.join(VARIANTS)}, not '{variant}'.")
    if not 0 < share < 1:
        raise FitRefused(f"The oldest are those beyond a share between 0 and 1, but {share:g} was given.")
    if len(data.arms) < 2:
        raise FitRefused(f"A comparison needs two arms or more, and all individuals are in '{data.arms[0]}'.")
    if data.has_delayed_entry:
        raise FitRefused("The test counts individuals from the start of the study; it does not take delayed entry.")
    control = data.number_of_arm(against) if against else 0
    counted = [(arm, *_count_old(data, arm, control, share)) for arm in range(len(data.arms)) if arm != control]
    test = boschloo if variant == "boschloo" else fisher
    p = [test(*table) for _, _, table, _ in counted]
    adjusted = adjust_p_values(p, adjustment)
    rows = tuple(
        (data.arms[arm], data.arms[control], threshold, *table, left_out, float(raw), float(after))
        for (arm, threshold, table, left_out), raw, after in zip(counted, p, adjusted, strict=True)
    )
    return MaximumLifespan(variant, share, data.unit, adjustment, rows)


def fisher(old: int, n: int, old_against: int, n_against: int) -> float:
    """Return Fisher's two-sided exact p: all tables of these margins no likelier than the one seen."""
    return float(_fisher_table(n, n_against)[old, old_against])


def boschloo(old: int, n: int, old_against: int, n_against: int) -> float:
    """Return Boschloo's two-sided exact p.

    The greatest chance, over common shares on a fine grid, of a table with Fisher's p no larger than the one seen.
    """
    table = _fisher_table(n, n_against)
    extreme = (table <= table[old, old_against] * _SAME_P).astype(np.float64)
    share = np.linspace(0.0, 1.0, _GRID)[1:-1]
    chance = np.einsum("gi,gi->g", _binomial(n, share) @ extreme, _binomial(n_against, share))
    best = share[int(np.argmax(chance))]
    fine = np.linspace(max(best - 1 / _GRID, 1e-12), min(best + 1 / _GRID, 1 - 1e-12), 401)
    finer = np.einsum("gi,gi->g", _binomial(n, fine) @ extreme, _binomial(n_against, fine))
    return float(min(max(chance.max(), finer.max()), 1.0))


def _count_old(
    data: SurvivalTimes, arm: int, control: int, share: float
) -> tuple[float, tuple[int, int, int, int], int]:
    """Return the threshold of two arms, their table, and how many were censored before the threshold."""
    both = np.isin(data.arm, (arm, control))
    pooled = data.where(both)
    together = replace(pooled, arm=np.zeros(pooled.n, dtype=np.int64), arms=("both",))
    reached = kaplan_meier(together).curves[0].quantile(share)
    if reached.relation != "=":
        raise FitRefused(
            f"Fewer than {100 * share:g} % of '{data.arms[arm]}' and '{data.arms[control]}' together were seen to die: "
            "their maximum lifespan cannot be compared yet."
        )
    known = both & (data.event | (data.time > reached.value))
    old = data.time > reached.value
    table = [int(np.sum(known & (data.arm == who) & condition)) for who in (arm, control) for condition in (old, True)]
    return reached.value, (table[0], table[1], table[2], table[3]), int(both.sum() - known.sum())


def _fisher_table(n: int, m: int) -> Floats:
    """Return Fisher's two-sided p of every table ((n+1) × (m+1))."""
    i, j = np.arange(n + 1)[:, None], np.arange(m + 1)
    chance = np.exp(_log_choose(n, i) + _log_choose(m, j) - _log_choose(n + m, i + j))
    found = np.empty_like(chance)
    for total in range(n + m + 1):
        first = np.arange(max(0, total - m), min(n, total) + 1)
        p = chance[first, total - first]
        order = np.argsort(p, kind="stable")
        running = np.cumsum(p[order])
        place = np.searchsorted(p[order], p * _SAME_P, side="right") - 1
        found[first, total - first] = running[place]
    return np.minimum(found, 1.0)


def _binomial(n: int, share: Floats) -> Floats:
    """Return the chances of 0 to n at each share (shares × (n+1))."""
    k = np.arange(n + 1)
    return np.asarray(np.exp(_log_choose(n, k) + np.outer(np.log(share), k) + np.outer(np.log1p(-share), n - k)))


def _log_choose(n: int, k: Floats | np.ndarray) -> Floats:
    return np.asarray(gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1))
