"""Groups compared at one time: two groups, pairs, several groups with a control; effects in standard deviations."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtri, fdtrc, gammaln, ndtr, stdtr, stdtrit

from ginseng_rd.efficacy.trial_words import choose
from ginseng_rd.errors import FitRefused

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class StandardisedEffect:
    """A difference in standard deviations: Cohen's d and Hedges' g (corrected for small samples), with intervals.

    The intervals invert the noncentral t distribution, as R's effectsize does; those of g are those of d times
    the same correction. ``by`` says which standard deviation.
    """

    d: float
    d_low: float
    d_high: float
    g: float
    g_low: float
    g_high: float
    by: str


@dataclass(frozen=True)
class TwoGroups:
    """Two independent groups: difference of means (first minus second), t test, effect, and the rank test beside it.

    ``rank_p`` is that of Mann and Whitney by the normal distribution with continuity correction, ``rank_exact_p`` the
    exact one (None with ties). ``hodges_lehmann`` is the median of all differences between the groups.
    """

    n: tuple[int, int]
    means: tuple[float, float]
    sds: tuple[float, float]
    difference: float
    se: float
    df: float
    t: float
    p: float
    low: float
    high: float
    effect: StandardisedEffect
    rank_p: float
    rank_exact_p: float | None
    hodges_lehmann: float
    confidence: float

    def methods_sentence(self, language: str = "en") -> str:
        """Return what was done, in English (en) or Korean (ko)."""
        level = f"{100 * self.confidence:g} %"
        return choose(
            language,
            f"Two independent groups (n = {self.n[0]} and {self.n[1]}) were compared by Welch's t test, two-sided, "
            f"with {level} intervals; the effect is Hedges' g by the pooled standard deviation with a noncentral t "
            "interval; the Mann-Whitney test and the Hodges-Lehmann shift stand beside it.",
            f"독립된 두 군(n = {self.n[0]}, {self.n[1]})을 Welch t 검정(양측)과 {level} 신뢰구간으로 비교하였다. "
            "효과크기는 합동표준편차에 의한 Hedges g(비중심 t 신뢰구간)이며, Mann-Whitney 검정과 Hodges-Lehmann "
            "추정량을 함께 제시하였다.",
        )


@dataclass(frozen=True)
class Paired:
    """Differences within pairs: mean, t test, effect by the standard deviation of differences, Wilcoxon's test.

    ``rank_p`` is Wilcoxon's by the normal distribution with continuity correction, ``rank_exact_p`` the exact one
    (None with ties or zeros). ``hodges_lehmann`` is the median of all averages of two differences.
    """

    n: int
    left_out: int
    mean: float
    sd: float
    df: int
    t: float
    p: float
    low: float
    high: float
    effect: StandardisedEffect
    rank_p: float
    rank_exact_p: float | None
    hodges_lehmann: float
    confidence: float

    def methods_sentence(self, language: str = "en") -> str:
        """Return what was done, in English (en) or Korean (ko)."""
        level = f"{100 * self.confidence:g} %"
        return choose(
            language,
            f"Differences within {self.n} pairs were tested by the paired t test, two-sided, with a {level} interval "
            f"({self.left_out} incomplete pairs left out); the effect is Hedges' g by the standard deviation of the "
            "differences with a noncentral t interval; Wilcoxon's signed rank test stands beside it.",
            f"{self.n}쌍의 쌍별 차이를 대응표본 t 검정(양측)과 {level} 신뢰구간으로 검정하였다(불완전한 쌍 "
            f"{self.left_out}개 제외). 효과크기는 차이의 표준편차에 의한 Hedges g(비중심 t 신뢰구간)이며, Wilcoxon "
            "부호순위 검정을 함께 제시하였다.",
        )


@dataclass(frozen=True)
class DunnettComparison:
    """Each group against one control, the chance of any false claim held (Dunnett 1955).

    ``table`` has group, n, estimate (group minus control), se, t, df, p, p_adjusted, low and high (simultaneous).
    """

    control: str
    table: pd.DataFrame
    anova_f: float
    anova_df: tuple[int, int]
    anova_p: float
    residual_sd: float
    critical: float
    confidence: float

    def methods_sentence(self, language: str = "en") -> str:
        """Return what was done, in English (en) or Korean (ko)."""
        level = f"{100 * self.confidence:g} %"
        return choose(
            language,
            f"Each of {len(self.table)} groups was compared with '{self.control}' by Dunnett's test (two-sided, pooled "
            f"variance, multivariate t distribution integrated numerically), with simultaneous {level} intervals.",
            f"{len(self.table)}개 군 각각을 '{self.control}'와(과) Dunnett 검정(양측, 합동분산, 다변량 t 분포의 "
            f"수치적분)으로 비교하고 동시 {level} 신뢰구간을 제시하였다.",
        )


def compare_two_groups(first: Sequence[float], second: Sequence[float], *, confidence: float = 0.95) -> TwoGroups:
    """Compare two independent groups; missing values are left out.

    Raises FitRefused for fewer than two values in a group, an infinite one, or no variation in either.
    """
    from scipy.stats import mannwhitneyu

    a, b = _clean(first, "the first group"), _clean(second, "the second group")
    va, vb = float(a.var(ddof=1)) / a.size, float(b.var(ddof=1)) / b.size
    every = np.concatenate([a, b])
    _need_variation(va + vb, every)
    difference, se = float(a.mean() - b.mean()), math.sqrt(va + vb)
    df = (va + vb) ** 2 / (va**2 / (a.size - 1) + vb**2 / (b.size - 1))
    half = float(stdtrit(df, (1 + confidence) / 2)) * se
    pooled_df = a.size + b.size - 2
    pooled = math.sqrt(((a.size - 1) * a.var(ddof=1) + (b.size - 1) * b.var(ddof=1)) / pooled_df)
    tied = len(np.unique(every)) < every.size
    root = math.sqrt(1 / a.size + 1 / b.size)
    return TwoGroups(
        n=(a.size, b.size), means=(float(a.mean()), float(b.mean())), sds=(float(a.std(ddof=1)), float(b.std(ddof=1))),
        difference=difference, se=se, df=df, t=difference / se, p=_two_sided(difference / se, df),
        low=difference - half, high=difference + half,
        effect=standardise(difference / pooled, root, pooled_df, "pooled standard deviation", confidence),
        rank_p=float(mannwhitneyu(a, b, method="asymptotic").pvalue),
        rank_exact_p=None if tied else float(mannwhitneyu(a, b, method="exact").pvalue),
        hodges_lehmann=float(np.median(np.subtract.outer(a, b))), confidence=confidence,
    )  # fmt: skip


def compare_pairs(first: Sequence[float], second: Sequence[float], *, confidence: float = 0.95) -> Paired:
    """Compare two values of each pair (first minus second); pairs with a missing value are left out and counted.

    Raises FitRefused for lists of unequal length, fewer than two pairs, an infinite value, or equal differences.
    """
    from scipy.stats import wilcoxon

    a, b = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    if a.shape != b.shape:
        raise FitRefused(f"Pairs need two lists of one length, but these have {a.size} and {b.size} values.")
    d = _clean(a - b, "the differences")
    sd = float(d.std(ddof=1))
    _need_variation(sd, d)
    n, mean = d.size, float(d.mean())
    se, df = sd / math.sqrt(n), n - 1
    half = float(stdtrit(df, (1 + confidence) / 2)) * se
    i, j = np.triu_indices(n)
    tied = len(np.unique(np.abs(d))) < n or bool((d == 0).any())
    return Paired(
        n=n, left_out=a.size - n, mean=mean, sd=sd, df=df, t=mean / se, p=_two_sided(mean / se, df),
        low=mean - half, high=mean + half,
        effect=standardise(mean / sd, 1 / math.sqrt(n), df, "standard deviation of the differences", confidence),
        rank_p=float(wilcoxon(d, method="approx", correction=True).pvalue),
        rank_exact_p=None if tied else float(wilcoxon(d, method="exact").pvalue),
        hodges_lehmann=float(np.median((d[i] + d[j]) / 2)), confidence=confidence,
    )  # fmt: skip


def compare_with_control(
    groups: Mapping[str, Sequence[float]], control: str, *, confidence: float = 0.95
) -> DunnettComparison:
    """Compare each group with the control by Dunnett's test; missing values are left out.

    Raises FitRefused for an unknown control, a single group, fewer than two values in one, or no variation.
    """
    import pandas as pd

    if control not in groups or len(groups) < 2:
        raise FitRefused(f"'{control}' and one other group at least are needed; there are {', '.join(groups)}.")
    values = {name: _clean(group, f"group '{name}'") for name, group in groups.items()}
    base = values.pop(control)
    df = base.size - 1 + sum(v.size - 1 for v in values.values())
    within = float(((base - base.mean()) ** 2).sum() + sum(((v - v.mean()) ** 2).sum() for v in values.values()))
    every = np.concatenate([base, *values.values()])
    _need_variation(within, every)
    variance = within / df
    between = float(((every - every.mean()) ** 2).sum()) - within
    n = np.array([v.size for v in values.values()])
    estimate = np.array([v.mean() for v in values.values()]) - base.mean()
    se = np.sqrt(variance * (1 / n + 1 / base.size))
    t = estimate / se
    shares = np.sqrt(n / (n + base.size))
    adjusted = [1 - largest_t_below(abs(value), df, shares) for value in t]
    critical = _find_critical(df, shares, confidence)
    table = pd.DataFrame(
        {"group": list(values), "n": n, "estimate": estimate, "se": se, "t": t, "df": df,
         "p": [_two_sided(value, df) for value in t], "p_adjusted": np.clip(adjusted, 0.0, 1.0),
         "low": estimate - critical * se, "high": estimate + critical * se}
    )  # fmt: skip
    f = between / len(values) / variance
    return DunnettComparison(
        control,
        table,
        f,
        (len(values), df),
        float(fdtrc(len(values), df, f)),
        math.sqrt(variance),
        critical,
        confidence,
    )


def standardise(d: float, root: float, df: float, by: str, confidence: float) -> StandardisedEffect:
    """Return an effect with its interval: ``d`` divided by ``root`` is distributed as noncentral t with ``df``."""
    correct = math.exp(gammaln(df / 2) - gammaln((df - 1) / 2) - math.log(math.sqrt(df / 2))) if df > 1 else math.nan
    low, high = (root * limit for limit in _noncentral_limits(d / root, df, confidence))
    return StandardisedEffect(d, low, high, correct * d, correct * low, correct * high, by)


def largest_t_below(limit: float, df: float, shares: Floats) -> float:
    """Return the chance that all |t| stay below a limit, the correlation of two being the product of their shares.

    Gauss-Legendre quadrature over the common part and the standard deviation; exact to about ten digits.
    """
    s, weight_s = _legendre(96, *_sd_range(df))
    z, weight_z = _legendre(96, -9.0, 9.0)
    weight_s = weight_s * _sd_density(s, df)
    weight_z = weight_z * np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi)
    inside = np.ones((s.size, z.size))
    for share in shares:
        rest = math.sqrt(1 - share**2)
        high, low = (limit * s[:, None] - share * z) / rest, (-limit * s[:, None] - share * z) / rest
        inside *= ndtr(high) - ndtr(low)
    return float(weight_s @ inside @ weight_z)


def noncentral_t_below(limit: float, df: float, shift: float) -> float:
    """Return the chance that a noncentral t stays below a limit.

    Gauss-Legendre quadrature over the standard deviation, split where the normal part turns; SciPy's own function
    returns no number for some ordinary arguments.
    """
    low, high = _sd_range(df)
    turn = [(shift + side) / limit for side in (-9.0, 9.0)] if limit else []
    edges = [low, *sorted(min(max(value, low), high) for value in turn), high]
    total = 0.0
    for start, end in pairwise(edges):
        s, weight = _legendre(96, start, end)
        total += float(weight @ (ndtr(limit * s - shift) * _sd_density(s, df)))
    return total


def _sd_range(df: float) -> tuple[float, float]:
    """Return the range of a standard deviation around 1 that holds all but 1e-15 of its distribution on each side."""
    low, high = chdtri(df, [1 - 1e-15, 1e-15]) / df
    return math.sqrt(low), math.sqrt(high)


def _sd_density(s: Floats, df: float) -> Floats:
    log = math.log(2) + df / 2 * math.log(df / 2) - float(gammaln(df / 2)) + (df - 1) * np.log(s) - df * s**2 / 2
    density: Floats = np.exp(log)
    return density


def _find_critical(df: float, shares: Floats, confidence: float) -> float:
    from scipy.optimize import brentq

    bonferroni = float(stdtrit(df, 1 - (1 - confidence) / (2 * len(shares))))
    return float(brentq(lambda c: largest_t_below(c, df, shares) - confidence, 0.0, bonferroni + 0.1, xtol=1e-12))


def _legendre(count: int, low: float, high: float) -> tuple[Floats, Floats]:
    nodes, weights = _unit_legendre(count)
    return (high - low) / 2 * nodes + (high + low) / 2, (high - low) / 2 * weights


@cache
def _unit_legendre(count: int) -> tuple[Floats, Floats]:
    return np.polynomial.legendre.leggauss(count)


def _noncentral_limits(t: float, df: float, confidence: float) -> tuple[float, float]:
    from scipy.optimize import brentq

    def limit(tail: float) -> float:
        reach = 10 + 3 * abs(t) / math.sqrt(2 * df)
        return float(brentq(lambda shift: noncentral_t_below(t, df, shift) - tail, t - reach, t + reach, xtol=1e-11))

    return limit((1 + confidence) / 2), limit((1 - confidence) / 2)


def _clean(values: Sequence[float] | Floats, what: str) -> Floats:
    array = np.asarray(values, dtype=np.float64).ravel()
    if np.isinf(array).any():
        raise FitRefused(f"There is an infinite value in {what}: mend it or leave it empty.")
    array = array[~np.isnan(array)]
    if array.size < 2:
        raise FitRefused(f"Two values at least are needed in {what}, but there are {array.size}.")
    return array


def _need_variation(spread: float, values: Floats) -> None:
    if not spread > 1e-20 * float(np.abs(values).max()) ** 2:
        raise FitRefused("All values are equal: there is no variation to judge a difference by.")


def _two_sided(t: float, df: float) -> float:
    return float(2 * stdtr(df, -abs(t)))
