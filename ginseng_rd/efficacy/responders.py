"""Responders: shares of subjects that reach a goal, compared between arms at one visit or over several."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, ndtr, ndtri

from ginseng_rd.efficacy.fixed_effects import levels_of, need_columns, plan_fixed_effects
from ginseng_rd.efficacy.trial_words import choose
from ginseng_rd.errors import FitRefused

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class ResponderComparison:
    """Responders of an arm against the control: shares with Wilson's intervals, their difference with Newcombe's.

    ``odds_ratio`` is the conditional one that belongs to Fisher's exact test, with exact limits (infinite where a
    cell is empty); ``log_odds_ratio`` and its error are logistic regression's, missing where a cell is empty.
    ``chi_squared_p`` is Pearson's without correction.
    """

    arms: tuple[str, str]
    responders: tuple[int, int]
    n: tuple[int, int]
    shares: tuple[float, float]
    intervals: tuple[tuple[float, float], tuple[float, float]]
    difference: float
    low: float
    high: float
    fisher_p: float
    chi_squared_p: float
    odds_ratio: float
    odds_ratio_low: float
    odds_ratio_high: float
    log_odds_ratio: float
    log_odds_ratio_se: float
    confidence: float

    def methods_sentence(self, language: str = "en") -> str:
        """Return what was done, in English (en) or Korean (ko)."""
        level = f"{100 * self.confidence:g} %"
        return choose(
            language,
            f"Shares of responders ({self.arms[0]}: {self.responders[0]} of {self.n[0]}; {self.arms[1]}: "
            f"{self.responders[1]} of {self.n[1]}) have Wilson's {level} intervals, their difference Newcombe's; "
            "they were compared by Fisher's exact test, two-sided, with the conditional odds ratio.",
            f"반응자 비율({self.arms[0]} {self.responders[0]}/{self.n[0]}, {self.arms[1]} "
            f"{self.responders[1]}/{self.n[1]})은 Wilson {level} 신뢰구간, 비율 차이는 Newcombe 신뢰구간으로 "
            "제시하고, Fisher 정확검정(양측)과 조건부 오즈비로 비교하였다.",
        )


def compare_responders(
    responders: tuple[int, int], n: tuple[int, int], *, arms: tuple[str, str] = ("active", "control"),
    confidence: float = 0.95,
) -> ResponderComparison:  # fmt: skip
    """Compare the share of responders of an arm with that of the control.

    Subjects without a value at the visit count in ``n`` as non-responders if that was planned. Raises FitRefused
    for an empty arm or more responders than subjects.
    """
    from scipy.stats import chi2_contingency, fisher_exact
    from scipy.stats.contingency import odds_ratio

    for count, size, arm in zip(responders, n, arms, strict=True):
        if size < 1 or not 0 <= count <= size:
            raise FitRefused(f"Arm '{arm}' has {count} responders of {size} subjects, which cannot be.")
    table = np.array([[count, size - count] for count, size in zip(responders, n, strict=True)])
    shares = (responders[0] / n[0], responders[1] / n[1])
    intervals = (_wilson(responders[0], n[0], confidence), _wilson(responders[1], n[1], confidence))
    difference = shares[0] - shares[1]
    down = math.hypot(shares[0] - intervals[0][0], intervals[1][1] - shares[1])
    up = math.hypot(intervals[0][1] - shares[0], shares[1] - intervals[1][0])
    ratio = odds_ratio(table, kind="conditional")
    limits = ratio.confidence_interval(confidence)
    full = bool((table > 0).all())
    return ResponderComparison(
        arms=arms, responders=responders, n=n, shares=shares, intervals=intervals, difference=difference,
        low=difference - down, high=difference + up, fisher_p=float(fisher_exact(table).pvalue),
        chi_squared_p=float(chi2_contingency(table, correction=False)[1]) if table.sum(axis=0).all() else 1.0,
        odds_ratio=float(ratio.statistic), odds_ratio_low=float(limits.low), odds_ratio_high=float(limits.high),
        log_odds_ratio=float(np.log(table[0, 0] * table[1, 1] / (table[0, 1] * table[1, 0]))) if full else math.nan,
        log_odds_ratio_se=float(np.sqrt((1 / table).sum())) if full else math.nan, confidence=confidence,
    )  # fmt: skip


@dataclass(frozen=True)
class MarginalLogistic:
    """Odds of responding over several visits, by generalised estimating equations.

    ``table`` has term, estimate (log odds), se (robust), low, high, z, p and odds_ratio. ``correlation`` is the working
    correlation between two visits of one subject; the errors hold whatever the true one is, given enough subjects.
    """

    table: pd.DataFrame
    correlation: float
    working: str
    n_rows: int
    n_subjects: int
    left_out: int
    corrected: bool
    confidence: float

    def methods_sentence(self, language: str = "en") -> str:
        """Return what was done, in English (en) or Korean (ko)."""
        level = f"{100 * self.confidence:g} %"
        return choose(
            language,
            f"Response ({self.n_rows} readings of {self.n_subjects} subjects, {self.left_out} rows without a value "
            "left out) was analysed by marginal logistic regression (generalised estimating equations, "
            f"{self.working} working correlation) with sandwich standard "
            f"errors{' corrected after Mancl and DeRouen' if self.corrected else ''} and {level} Wald intervals.",
            f"반응 여부(대상자 {self.n_subjects}명, 측정값 {self.n_rows}개, 결측 {self.left_out}행 제외)를 주변 "
            f"로지스틱 회귀(일반화추정방정식, {'교환가능' if self.working == 'exchangeable' else '독립'} 작업상관)로 "
            f"분석하였으며, {'Mancl-DeRouen 보정 ' if self.corrected else ''}샌드위치 표준오차와 {level} Wald "
            "신뢰구간을 사용하였다.",
        )


def fit_marginal_logistic(
    data: pd.DataFrame, *, response: str, fixed: str, subject: str, factors: Sequence[str] = (),
    working: str = "exchangeable", corrected: bool = True, confidence: float = 0.95,
) -> MarginalLogistic:  # fmt: skip
    """Fit a logistic model of a yes/no response with repeated rows of each subject (Liang and Zeger 1986).

    ``response`` is 0 or 1; ``fixed`` as for ``fit_mmrm``; ``working`` is ``exchangeable`` or ``independence``. Sandwich
    errors are ``corrected`` for few subjects after Mancl and DeRouen, or left as Liang and Zeger have them. Raises
    FitRefused for other values, for terms that the data do not determine or that separate yes from no, and for a fit
    that did not converge.
    """
    import pandas as pd

    if working not in ("exchangeable", "independence"):
        raise FitRefused(f"The working correlation is exchangeable or independence, not '{working}'.")
    need_columns(data, [response, subject])
    used = data.dropna(subset=[response, subject])
    y = used[response].to_numpy(dtype=np.float64)
    if not np.isin(y, (0.0, 1.0)).all() or len(np.unique(y)) < 2:
        raise FitRefused(f"'{response}' must hold 0 and 1, both of them, and nothing else.")
    design = plan_fixed_effects(used, fixed, as_factor=factors)
    x = design.matrix({name: used[name].to_numpy() for name in used.columns})
    if not np.isfinite(x).all() or np.linalg.matrix_rank(x) < x.shape[1]:
        raise FitRefused("The terms repeat one another or hold missing values: ask for fewer, or fill the rows.")
    codes = pd.factorize(used[subject])[0]
    members = [np.flatnonzero(codes == code) for code in range(codes.max() + 1)]
    beta, rho = _solve_equations(x, y, members, working)
    covariance = _sandwich(x, y, members, beta, rho, corrected=corrected)
    se = np.sqrt(np.diag(covariance))
    half = float(ndtri((1 + confidence) / 2)) * se
    table = pd.DataFrame(
        {"term": design.names, "estimate": beta, "se": se, "low": beta - half, "high": beta + half, "z": beta / se,
         "p": 2 * ndtr(-np.abs(beta / se)), "odds_ratio": np.exp(beta)}
    )  # fmt: skip
    return MarginalLogistic(table, rho, working, len(y), len(members), len(data) - len(used), corrected, confidence)


def responds(
    data: pd.DataFrame, *, response: str, subject: str, visit: str, baseline_visit: object, fall_percent: float
) -> pd.DataFrame:
    """Return for each subject and later visit whether the response fell by ``fall_percent`` % of baseline or more.

    A negative percentage asks for a rise. Columns: subject, visit, responded (1, 0, or missing without a reading).
    Subjects without a baseline above zero are left out.
    """
    wide = data.pivot(index=subject, columns=visit, values=response)
    if baseline_visit not in wide.columns:
        raise FitRefused(f"There is no reading at the baseline visit '{baseline_visit}'.")
    base = wide[baseline_visit]
    wide = wide[base > 0]
    later = [level for level in levels_of(data[visit]) if level != baseline_visit]
    change = 100 * (wide[later].sub(base[base > 0], axis=0)).div(base[base > 0], axis=0)
    reached = (change <= -fall_percent) if fall_percent >= 0 else (change >= -fall_percent)
    long = reached.astype(float).where(change.notna()).reset_index()
    return long.melt(id_vars=subject, var_name=visit, value_name="responded")


def _solve_equations(x: Floats, y: Floats, members: list[NDArray[np.intp]], working: str) -> tuple[Floats, float]:
    beta, rho = np.zeros(x.shape[1]), 0.0
    for step in range(100):
        mu = expit(x @ beta)
        sd = np.sqrt(mu * (1 - mu))
        pearson = (y - mu) / np.maximum(sd, 1e-12)
        if working == "exchangeable" and step > 2:
            rho = _moment_correlation(pearson, members, x.shape[1])
        information, score = _sums(x, y, mu, sd, members, rho)
        change = np.linalg.solve(information, score)
        beta = beta + change
        if np.abs(x @ beta).max() > 25:
            raise FitRefused("A term separates yes from no completely: its odds ratio is infinite. Leave the term out.")
        if step > 3 and np.abs(change).max() < 1e-12 * (1 + np.abs(beta).max()):
            return beta, rho
    raise FitRefused("The estimating equations did not converge: try the independence working correlation.")


def _moment_correlation(pearson: Floats, members: list[NDArray[np.intp]], q: int) -> float:
    pairs = sum(m.size * (m.size - 1) / 2 for m in members)
    if pairs <= q:
        return 0.0
    dispersion = float((pearson**2).sum()) / (len(pearson) - q)
    products = sum((pearson[m].sum() ** 2 - (pearson[m] ** 2).sum()) / 2 for m in members)
    largest = max(m.size for m in members)
    return float(np.clip(products / (pairs - q) / dispersion, -0.99 / max(largest - 1, 1), 0.99))


def _weights(sd: Floats, rho: float) -> Floats:
    """Return D' V⁻¹ without the design: the inverse exchangeable correlation between the standard deviations."""
    m = sd.size
    inverse = (np.eye(m) - rho / (1 + (m - 1) * rho)) / (1 - rho)
    return sd[:, None] * inverse / np.maximum(sd, 1e-12)


def _sums(
    x: Floats, y: Floats, mu: Floats, sd: Floats, members: list[NDArray[np.intp]], rho: float
) -> tuple[Floats, Floats]:
    information, score = np.zeros((x.shape[1],) * 2), np.zeros(x.shape[1])
    for m in members:
        pulled = x[m].T @ _weights(sd[m], rho)
        information += pulled @ (sd[m, None] ** 2 * x[m])
        score += pulled @ (y[m] - mu[m])
    return information, score


def _sandwich(
    x: Floats, y: Floats, members: list[NDArray[np.intp]], beta: Floats, rho: float, *, corrected: bool
) -> Floats:
    """Return the sandwich covariance, with Mancl and DeRouen's correction (Biometrics 57 (2001) 126) if asked for."""
    mu = expit(x @ beta)
    sd = np.sqrt(mu * (1 - mu))
    bread = np.linalg.inv(_sums(x, y, mu, sd, members, rho)[0])
    meat = np.zeros_like(bread)
    for m in members:
        pulled = x[m].T @ _weights(sd[m], rho)
        leverage = (sd[m, None] ** 2 * x[m]) @ bread @ pulled
        score = pulled @ np.linalg.solve(np.eye(m.size) - corrected * leverage, y[m] - mu[m])
        meat += np.outer(score, score)
    return bread @ meat @ bread


def _wilson(count: int, n: int, confidence: float) -> tuple[float, float]:
    z = float(ndtri((1 + confidence) / 2))
    share = count / n
    middle = share + z**2 / (2 * n)
    half = z * math.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    return max((middle - half) / (1 + z**2 / n), 0.0), min((middle + half) / (1 + z**2 / n), 1.0)
