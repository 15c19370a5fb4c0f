"""Tests whether arms of a survival study differ: log-rank and its weighted kin, stratified, pair by pair."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import chdtrc

from ginseng_rd.efficacy.multiplicity import adjust_p_values
from ginseng_rd.efficacy.survival import step_down
from ginseng_rd.efficacy.survival_times import Floats, SurvivalTimes, Whole, count_at, count_at_risk
from ginseng_rd.errors import FitRefused

if TYPE_CHECKING:
    import pandas as pd

WEIGHTINGS = {"log-rank": "1", "peto-peto": "S(t-)", "gehan": "n(t)", "tarone-ware": "√n(t)"}


@dataclass(frozen=True, eq=False)
class SurvivalTest:
    """A test that all arms share one survival curve.

    ``observed`` and ``expected`` are (weighted) deaths by arm, ``variance`` the covariance of their
    differences (arms × arms). ``weighting`` names the weight of each death time.
    """

    arms: tuple[str, ...]
    weighting: str
    stratified_by: tuple[str, ...]
    observed: Floats
    expected: Floats
    variance: Floats
    chi_squared: float
    df: int
    p: float

    def table(self) -> pd.DataFrame:
        """Return one row an arm: observed and expected deaths; the test in chi_squared, df and p."""
        import pandas as pd

        columns = {"arm": self.arms, "observed": self.observed, "expected": self.expected}
        return pd.DataFrame(columns).assign(chi_squared=self.chi_squared, df=self.df, p=self.p)

    def methods_sentence(self, language: str = "en") -> str:
        """Return what was done, as a methods section says it, in English (en) or Korean (ko)."""
        korean = language == "ko"
        weight = "" if self.weighting == "log-rank" else f"{'가중치' if korean else 'weight'} {_weight(self.weighting)}"
        strata = ", ".join(self.stratified_by)
        if korean:
            parts = [p for p in (weight, f"층화: {strata}" if strata else "") if p]
            inside = f" ({'; '.join(parts)})" if parts else ""
            result = f"카이제곱 = {self.chi_squared:.4g}, 자유도 {self.df}, p = {self.p:.3g}"
            return f"생존곡선은 {_name(self.weighting)} 검정{inside}으로 비교하였다: {result}."
        parts = [p for p in (weight, f"stratified by {strata}" if strata else "") if p]
        inside = f" ({'; '.join(parts)})" if parts else ""
        return (
            f"Survival was compared by the {_name(self.weighting)} test{inside}: chi-squared = {self.chi_squared:.4g} "
            f"with {self.df} df, p = {self.p:.3g}."
        )


@dataclass(frozen=True)
class PairwiseSurvival:
    """Tests of two arms each; ``rows`` are (arm, against, chi-squared, p, adjusted p)."""

    weighting: str
    adjustment: str
    stratified_by: tuple[str, ...]
    rows: tuple[tuple[str, str, float, float, float], ...]

    def table(self) -> pd.DataFrame:
        """Return one row a pair: arm, against, chi_squared, p, p_adjusted."""
        import pandas as pd

        return pd.DataFrame(self.rows, columns=["arm", "against", "chi_squared", "p", "p_adjusted"])

    def methods_sentence(self, language: str = "en") -> str:
        """Return what was done, as a methods section says it, in English (en) or Korean (ko)."""
        test, pairs, strata = _name(self.weighting), len(self.rows), ", ".join(self.stratified_by)
        if language == "ko":
            by = f" (층화: {strata})" if strata else ""
            return f"두 군씩 {pairs}개 비교를 {test} 검정{by}으로 하고, p값은 {self.adjustment} 방법으로 보정하였다."
        by = f", stratified by {strata}," if strata else ""
        return (
            f"Pairs of arms ({pairs}) were compared by the {test} test{by} with p values adjusted by {self.adjustment}."
        )


def compare_survival(data: SurvivalTimes, *, weighting: str | float = "log-rank") -> SurvivalTest:
    """Test whether the arms share one survival curve, within the strata of the study.

    ``weighting`` is log-rank; peto-peto, the Fleming-Harrington weight S(t-), as R's survdiff with rho = 1; gehan,
    the generalised Wilcoxon weight n(t); tarone-ware, √n(t); or a number rho for S(t-)^rho (Harrington and Fleming,
    Biometrika 69 (1982) 553). The covariance is hypergeometric. Raises FitRefused for a single arm, and where
    no death happens while two arms are under observation.
    """
    _check_weighting(weighting)
    if len(data.arms) < 2:
        raise FitRefused(f"A comparison needs two arms or more, and all individuals are in '{data.arms[0]}'.")
    arms = len(data.arms)
    observed, expected, variance = np.zeros(arms), np.zeros(arms), np.zeros((arms, arms))
    for stratum in range(len(data.strata)):
        o, e, v = _sum_stratum(data, stratum, weighting)
        observed, expected, variance = observed + o, expected + e, variance + v
    gap = observed - expected
    values, vectors = np.linalg.eigh(variance)
    solid = values > 1e-10 * max(values[-1], 0.0)
    if not solid.any() or values[-1] <= 0:
        raise FitRefused("No death happened while two arms were under observation: they cannot be compared.")
    chi_squared = float(np.sum((vectors[:, solid].T @ gap) ** 2 / values[solid]))
    df = int(solid.sum())
    name = weighting if isinstance(weighting, str) else f"rho = {weighting:g}"
    return SurvivalTest(
        data.arms, name, data.stratified_by, observed, expected, variance, chi_squared, df,
        float(chdtrc(df, chi_squared)),
    )  # fmt: skip


def compare_survival_pairs(
    data: SurvivalTimes,
    *,
    against: str | None = None,
    weighting: str | float = "log-rank",
    adjustment: str = "holm",
) -> PairwiseSurvival:
    """Test each arm against one other, or every pair where ``against`` is not given.

    Each test uses the two arms alone. ``adjustment`` for multiplicity is one of ``multiplicity.METHODS``.
    """
    if against is None:
        pairs = [(b, a) for a, b in combinations(range(len(data.arms)), 2)]
    else:
        control = data.number_of_arm(against)
        pairs = [(arm, control) for arm in range(len(data.arms)) if arm != control]
    if not pairs:
        raise FitRefused(f"A comparison needs two arms or more, and all individuals are in '{data.arms[0]}'.")
    tests = [compare_survival(data.where(np.isin(data.arm, pair)), weighting=weighting) for pair in pairs]
    adjusted = adjust_p_values([test.p for test in tests], adjustment)
    rows = tuple(
        (data.arms[arm], data.arms[other], test.chi_squared, test.p, float(p))
        for (arm, other), test, p in zip(pairs, tests, adjusted, strict=True)
    )
    return PairwiseSurvival(tests[0].weighting, adjustment, data.stratified_by, rows)


def _sum_stratum(data: SurvivalTimes, stratum: int, weighting: str | float) -> tuple[Floats, Floats, Floats]:
    """Return weighted observed and expected deaths by arm in one stratum, and the covariance."""
    inside = data.stratum == stratum
    at = np.unique(data.time[inside & data.event])
    among = [inside & (data.arm == arm) for arm in range(len(data.arms))]
    deaths = np.column_stack([count_at(data.time[who & data.event], at) for who in among])
    risk = np.column_stack([count_at_risk(data, at, who) for who in among])
    d, n = deaths.sum(axis=1), risk.sum(axis=1)
    w = _weights(weighting, n, d)
    share = risk / n[:, None]
    observed, expected = w @ deaths, (w * d) @ share
    spread = w**2 * d * (n - d) / np.maximum(n - 1, 1)
    variance = np.diag(spread @ share) - (share * spread[:, None]).T @ share
    return observed, expected, variance


def _weights(weighting: str | float, n: Whole, d: Whole) -> Floats:
    if weighting == "gehan":
        return n.astype(np.float64)
    if weighting == "tarone-ware":
        return np.sqrt(n)
    rho = {"log-rank": 0.0, "peto-peto": 1.0}.get(weighting, 0.0) if isinstance(weighting, str) else float(weighting)
    before = np.r_[1.0, step_down(n, d)[0]][: len(n)]
    return np.asarray(before**rho)


def _check_weighting(weighting: str | float) -> None:
    if isinstance(weighting, str) and weighting not in WEIGHTINGS:
        raise FitRefused(f"A weighting is {', '.join(WEIGHTINGS)} or a number rho, not '{weighting}'.")


def _name(weighting: str) -> str:
    known = {"peto-peto": "Peto-Peto", "gehan": "Gehan-Wilcoxon", "tarone-ware": "Tarone-Ware", "log-rank": "log-rank"}
    return known.get(weighting, "Fleming-Harrington")


def _weight(weighting: str) -> str:
    return WEIGHTINGS.get(weighting, f"S(t-)^rho, {weighting}")
