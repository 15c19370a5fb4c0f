"""Which differences are real: interval of each difference to the base, held for all of an endpoint together."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import chdtrc, stdtr, stdtrit

from ginseng_rd.comparison.blocks import digits, span
from ginseng_rd.efficacy.group_comparison import largest_t_below
from ginseng_rd.efficacy.multiplicity import adjust_p_values
from ginseng_rd.records.estimate import Estimate
from ginseng_rd.words import say

LEVEL = 0.95
_MOST_BY_DUNNETT = 12
_UNLIKE = 0.01


@dataclass(frozen=True)
class Contrast:
    """A difference to the base before adjustment: estimate, its standard error and degrees of freedom.

    ``n`` is the number of subjects or pairs, or of readings of the smaller group; ``paired`` says that both stand on
    the same subjects.
    """

    code: str
    estimate: float
    se: float
    df: float
    n: int
    paired: bool = False


@dataclass(frozen=True)
class Difference:
    """A difference to the base on one endpoint, adjusted for all codes that were compared on it.

    ``estimate`` has the simultaneous 95 % interval; ``p`` is adjusted by ``adjustment`` (Dunnett, Holm, or nothing
    for a single comparison).
    """

    endpoint: str
    code: str
    base: str
    estimate: Estimate
    p: float
    adjustment: str
    paired: bool

    @property
    def is_real(self) -> bool:
        """Whether the difference is told from nothing at the level of 5 % for the whole endpoint."""
        return self.p < 1 - LEVEL

    def __str__(self) -> str:
        e = self.estimate
        amount = f"{digits(abs(e.value), 3)} {e.unit}".strip()
        signed = f"{digits(e.value, 3)} {e.unit}".strip()
        interval = span(e.low, e.high)
        p = "p < 0.001" if self.p < 0.001 else f"p = {self.p:.2g}"
        by = f", {self.adjustment}" if self.adjustment else ""
        pairs = say(", paired", ", 대응") if self.paired else ""
        tail = f"(95 % {interval}), n = {e.n}{pairs}, {p}{by}"
        if not self.is_real:
            return say(
                f"{self.endpoint}: {self.code} is not told from {self.base}, {signed} {tail}",
                f"{self.endpoint}: {self.code}와(과) {self.base}의 차이는 확인되지 않음, {signed} {tail}",
            )
        english, korean = ("higher", "높음") if e.value > 0 else ("lower", "낮음")
        return say(
            f"{self.endpoint}: {self.code} is {amount} {english} than {self.base} {tail}",
            f"{self.endpoint}: {self.code}이(가) {self.base}보다 {amount} {korean} {tail}",
        )


@dataclass(frozen=True)
class Group:
    """Readings of one code: mean, standard deviation and number."""

    code: str
    mean: float
    sd: float
    n: int


def judge_contrasts(
    endpoint: str, unit: str, base: str, contrasts: Sequence[Contrast], *, basis: str = "t"
) -> tuple[Difference, ...]:
    """Adjust the contrasts of one endpoint by Holm's method, which holds for any dependence between them.

    The simultaneous intervals agree with it: Bonferroni's, which for a difference that Holm finds real end at 0 at
    the latest (Holm, Scandinavian J. Statistics 6 (1979) 65; Strassburger and Bretz, Statistics in Medicine 27 (2008)
    4914).
    """
    count = len(contrasts)
    if not count:
        return ()
    p_values = [2 * float(stdtr(c.df, -abs(c.estimate) / c.se)) for c in contrasts]
    found = []
    for contrast, p in zip(contrasts, adjust_p_values(p_values, "holm").tolist(), strict=True):
        value = contrast.estimate
        half = float(stdtrit(contrast.df, 1 - (1 - LEVEL) / (2 * count))) * contrast.se
        low, high = value - half, value + half
        if p < 1 - LEVEL:
            low, high = (max(low, 0.0), high) if value > 0 else (low, min(high, 0.0))
        estimate = Estimate(value, unit, low, high, contrast.n, basis)
        holm = "Holm" if count > 1 else ""
        found.append(Difference(endpoint, contrast.code, base, estimate, p, holm, contrast.paired))
    return tuple(found)


def judge_groups(endpoint: str, unit: str, base: Group, others: Iterable[Group]) -> tuple[Difference, ...]:
    """Compare independent groups with the base from their means and spreads.

    The variance is pooled unless Bartlett's test says at the level of 1 % that the spreads differ. Then Dunnett's
    test (J. Amer. Statist. Assoc. 50 (1955) 1096) adjusts; beyond twelve groups Holm does, which loses little.
    Where the spreads differ, each is tested by Welch's t and adjusted by Holm.
    """
    groups = list(others)
    if not groups:
        return ()
    alike = not _spreads_differ([base, *groups])
    df = base.n - 1 + sum(group.n - 1 for group in groups)
    variance = ((base.n - 1) * base.sd**2 + sum((group.n - 1) * group.sd**2 for group in groups)) / df
    contrasts = []
    for group in groups:
        se, own_df = math.sqrt(variance * (1 / group.n + 1 / base.n)), float(df)
        if not alike:
            parts = [(one.sd / math.sqrt(one.n), one.n - 1) for one in (group, base)]
            if not any(error for error, _ in parts):
                continue  # equal readings throughout: nothing to judge by
            se, own_df = welch(*parts)
        contrasts.append(Contrast(group.code, group.mean - base.mean, se, own_df, min(group.n, base.n)))
    if alike and 1 < len(groups) <= _MOST_BY_DUNNETT:
        shares = np.sqrt(np.array([group.n / (group.n + base.n) for group in groups]))
        return _dunnett(endpoint, unit, base.code, contrasts, shares)
    return judge_contrasts(endpoint, unit, base.code, contrasts, basis="pooled variance" if alike else "Welch")


def _spreads_differ(groups: Sequence[Group]) -> bool:
    """Tell whether groups have different variances, by Bartlett's test (Proc. Royal Soc. A 160 (1937) 268)."""
    if any(group.sd <= 0 for group in groups):
        return True
    freedom = np.array([group.n - 1 for group in groups], dtype=np.float64)
    variances = np.array([group.sd for group in groups]) ** 2
    df, count = float(freedom.sum()), len(groups)
    pooled = float(freedom @ variances) / df
    statistic = df * math.log(pooled) - float(freedom @ np.log(variances))
    correction = 1 + (float((1 / freedom).sum()) - 1 / df) / (3 * (count - 1))
    return float(chdtrc(count - 1, statistic / correction)) < _UNLIKE


def welch(first: tuple[float, float], second: tuple[float, float]) -> tuple[float, float]:
    """Return standard error and degrees of freedom of a difference, from those of two independent figures.

    Welch (Biometrika 34 (1947) 28), Satterthwaite (Biometrics 2 (1946) 110).
    """
    (a, a_df), (b, b_df) = first, second
    variance = a**2 + b**2
    return math.sqrt(variance), variance**2 / (a**4 / a_df + b**4 / b_df)


def _dunnett(
    endpoint: str, unit: str, base: str, contrasts: Sequence[Contrast], shares: NDArray[np.float64]
) -> tuple[Difference, ...]:
    df, count = contrasts[0].df, len(contrasts)
    bonferroni = float(stdtrit(df, 1 - (1 - LEVEL) / (2 * count)))
    critical = brentq(lambda c: largest_t_below(c, df, shares) - LEVEL, 0.0, bonferroni + 0.1, xtol=1e-8)
    found = []
    for contrast in contrasts:
        value, half = contrast.estimate, float(critical) * contrast.se
        p = min(1.0, max(0.0, 1 - largest_t_below(abs(value) / contrast.se, df, shares)))
        figure = Estimate(value, unit, value - half, value + half, contrast.n, "pooled variance")
        found.append(Difference(endpoint, contrast.code, base, figure, p, "Dunnett", False))
    return tuple(found)
