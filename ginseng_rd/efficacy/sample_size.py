"""How many subjects the next trial needs: by formula, and by simulating the trial as it will be analysed."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri, stdtrit

from ginseng_rd.efficacy.group_comparison import noncentral_t_below
from ginseng_rd.efficacy.repeated_measures import fit_mmrm
from ginseng_rd.efficacy.small_sample import KENWARD_ROGER_LINEAR
from ginseng_rd.efficacy.trial_words import choose
from ginseng_rd.errors import FitRefused

Floats = NDArray[np.float64]
_MOST = 1_000_000


@dataclass(frozen=True)
class TrialPlan:
    """The size of a trial: subjects analysed in each arm (one number where each subject is its own control).

    ``exact`` is the size of the first arm before rounding up; ``recruit`` the subjects to recruit in all, drop-outs
    allowed for; ``power`` what the rounded size gives.
    """

    design: str
    n: tuple[int, ...]
    exact: float
    recruit: int
    power: float
    difference: float
    sd: float
    alpha: float
    dropout: float

    def methods_sentence(self, language: str = "en") -> str:
        """Return how the size was found, in English (en) or Korean (ko)."""
        arms = " + ".join(map(str, self.n))
        return choose(
            language,
            f"For a {self.design} trial, a true difference of {self.difference:g} with a standard deviation of "
            f"{self.sd:.4g} and a two-sided level of {self.alpha:g}, {arms} subjects analysed give a power of "
            f"{100 * self.power:.1f} % (t test, noncentral t distribution); with {100 * self.dropout:g} % drop-out "
            f"{self.recruit} are recruited.",
            f"{_KOREAN[self.design]} 시험에서 참 차이 {self.difference:g}, 표준편차 {self.sd:.4g}, 양측 유의수준 "
            f"{self.alpha:g}일 때 분석 대상자 {arms}명으로 검정력 {100 * self.power:.1f} %를 얻는다(t 검정, 비중심 t "
            f"분포). 탈락률 {100 * self.dropout:g} %를 고려하여 {self.recruit}명을 모집한다.",
        )


_KOREAN = {"paired": "대응", "parallel": "평행군", "split-face": "반쪽 얼굴(split-face)"}


def plan_paired(
    difference: float, sd_of_differences: float, *, power: float = 0.8, alpha: float = 0.05, dropout: float = 0.0
) -> TrialPlan:
    """Plan a comparison within subjects, from the standard deviation of the differences."""
    _check(difference, sd_of_differences, power, alpha, dropout)

    def reach(n: float) -> float:
        return _power(abs(difference) / sd_of_differences * math.sqrt(n), n - 1, alpha)

    exact = _solve(reach, power, 2.0)
    n = math.ceil(exact - 1e-9)
    return TrialPlan(
        "paired", (n,), exact, _recruit(n, dropout), reach(n), difference, sd_of_differences, alpha, dropout
    )


def plan_split_face(
    difference: float,
    sd: float,
    side_correlation: float,
    *,
    power: float = 0.8,
    alpha: float = 0.05,
    dropout: float = 0.0,
) -> TrialPlan:
    """Plan a split-face trial, from the standard deviation of one side and the correlation of the two sides.

    For changes from baseline both are those of the changes.
    """
    if not -1 < side_correlation < 1:
        raise FitRefused(f"A correlation lies between -1 and 1, but {side_correlation:g} was given.")
    spread = sd * math.sqrt(2 * (1 - side_correlation))
    plan = plan_paired(difference, spread, power=power, alpha=alpha, dropout=dropout)
    return TrialPlan("split-face", plan.n, plan.exact, plan.recruit, plan.power, difference, spread, alpha, dropout)


def plan_parallel(
    difference: float, sd: float, *, baseline_correlation: float = 0.0, ratio: float = 1.0, power: float = 0.8,
    alpha: float = 0.05, dropout: float = 0.0,
) -> TrialPlan:  # fmt: skip
    """Plan a trial in two parallel arms; the second arm is ``ratio`` times the first.

    Adjustment for a baseline that correlates with the reading reduces its variance by the square of that
    correlation (Borm, Fransen and Lemmens, J Clin Epidemiol 60 (2007) 1234) and costs one degree of freedom.
    """
    _check(difference, sd, power, alpha, dropout)
    if not -1 < baseline_correlation < 1 or ratio <= 0:
        raise FitRefused("The correlation with baseline lies between -1 and 1, and the ratio of arms is above 0.")
    spread = sd * math.sqrt(1 - baseline_correlation**2)
    spent = 2 + (baseline_correlation != 0)

    def reach(n: float, m: float) -> float:
        return _power(abs(difference) / spread / math.sqrt(1 / n + 1 / m), n + m - spent, alpha)

    exact = _solve(lambda n: reach(n, ratio * n), power, (spent + 1) / (1 + ratio))
    n = (math.ceil(exact - 1e-9), math.ceil(ratio * exact - 1e-9))
    return TrialPlan(
        "parallel", n, exact, sum(_recruit(m, dropout) for m in n), reach(*n), difference, spread, alpha, dropout
    )


@dataclass(frozen=True)
class SimulatedPower:
    """How often simulated trials found a difference at the last visit, with a Wilson 95 % interval.

    ``trials`` were analysed, ``refused`` had no fit that converged and count as not found; ``mean_estimate`` is the
    mean of the estimated differences.
    """

    n: tuple[int, int]
    found: float
    low: float
    high: float
    trials: int
    refused: int
    mean_estimate: float
    alpha: float
    covariance: str
    df: str
    seed: int

    def methods_sentence(self, language: str = "en") -> str:
        """Return what was simulated, in English (en) or Korean (ko)."""
        return choose(
            language,
            f"{self.trials} trials of {self.n[0]} + {self.n[1]} subjects were simulated from a normal distribution "
            f"(seed {self.seed}) and analysed by a mixed model for repeated measures of the change from baseline "
            f"({self.covariance} covariance, {self.df} degrees of freedom); {100 * self.found:.1f} % (95 % interval "
            f"{100 * self.low:.1f} to {100 * self.high:.1f} %) were significant at the two-sided level "
            f"{self.alpha:g} at the last visit.",
            f"정규분포에서 {self.n[0]} + {self.n[1]}명 시험을 {self.trials}회 모의실험(시드 {self.seed})하고 기저 "
            f"대비 변화량의 MMRM({self.covariance} 공분산, {self.df} 자유도)으로 분석한 결과, 마지막 방문에서 양측 "
            f"유의수준 {self.alpha:g}로 유의한 비율은 {100 * self.found:.1f} %(95 % 구간 "
            f"{100 * self.low:.1f}–{100 * self.high:.1f} %)였다.",
        )


def simulate_parallel_trials(
    n: tuple[int, int], differences: Sequence[float], covariance: Floats, *, dropout: float = 0.0, trials: int = 1000,
    structure: str = "unstructured", df: str = KENWARD_ROGER_LINEAR, alpha: float = 0.05, seed: int = 1,
) -> SimulatedPower:  # fmt: skip
    """Simulate trials in two arms and analyse each as ``analyse_parallel_trial`` does.

    ``differences`` are the true differences at each visit after baseline, ``covariance`` that of baseline and those
    visits. ``dropout`` is the chance to leave before each visit. With differences of zero this is the type I error.
    """
    sigma = np.asarray(covariance, dtype=np.float64)
    shift = np.array([0.0, *differences])
    if sigma.shape != (len(shift), len(shift)) or np.linalg.eigvalsh(sigma)[0] <= 0:
        raise FitRefused("The covariance must be positive definite, for baseline and each later visit.")
    draw = np.random.default_rng(seed)
    lower: Floats = np.linalg.cholesky(sigma).astype(np.float64)
    found, estimates, refused = 0, [], 0
    for _ in range(trials):
        try:
            estimate, p = _run_trial(n, shift, lower, dropout, structure, df, draw)
        except FitRefused:
            refused += 1
            continue
        found += p < alpha
        estimates.append(estimate)
    share, z = found / trials, float(ndtri(0.975))
    middle = (share + z**2 / (2 * trials)) / (1 + z**2 / trials)
    half = z / (1 + z**2 / trials) * math.sqrt(share * (1 - share) / trials + z**2 / (4 * trials**2))
    mean = float(np.mean(estimates)) if estimates else math.nan
    return SimulatedPower(n, share, middle - half, middle + half, trials, refused, mean, alpha, structure, df, seed)


def _run_trial(
    n: tuple[int, int], shift: Floats, lower: Floats, dropout: float, structure: str, df: str, draw: np.random.Generator
) -> tuple[float, float]:
    """Return estimate and p at the last visit of one simulated trial."""
    import pandas as pd

    size, visits = sum(n), len(shift) - 1
    treated = np.repeat([0.0, 1.0], n)
    readings = draw.standard_normal((size, visits + 1)) @ lower.T + treated[:, None] * shift
    stays = np.cumprod(draw.random((size, visits)) >= dropout, axis=1).astype(np.bool_)
    change = np.where(stays, readings[:, 1:] - readings[:, :1], np.nan)
    frame = pd.DataFrame(
        {"subject": np.repeat(np.arange(size), visits), "visit": np.tile(np.arange(visits), size), "change":
        change.ravel(),
         "arm": np.repeat(treated, visits), "baseline": np.repeat(readings[:, 0] - readings[:, 0].mean(), visits)}
    )  # fmt: skip
    fixed = "baseline*visit + arm*visit" if visits > 1 else "baseline + arm"
    model = fit_mmrm(
        frame, response="change", fixed=fixed, subject="subject", visit="visit", covariance=structure, df=df
    )
    wanted = ("arm", f"arm:visit[{visits - 1}]")
    row = np.array([name in wanted for name in model.design.names], dtype=np.float64)
    line = model.contrasts(row, ["arm"]).iloc[0]
    return float(line["estimate"]), float(line["p"])


def _power(shift: float, df: float, alpha: float) -> float:
    if df <= 0:
        return 0.0
    limit = float(stdtrit(df, 1 - alpha / 2))
    return 1 - noncentral_t_below(limit, df, shift) + noncentral_t_below(-limit, df, shift)


def _solve(reach: Callable[[float], float], power: float, least: float) -> float:
    """Return the size at which the power is reached, a fraction."""
    from scipy.optimize import brentq

    high = max(least, 2.0)
    while reach(high) < power:
        high *= 2
        if high > _MOST:
            raise FitRefused(
                "More than a million subjects would be needed: the difference is too small for this spread."
            )
    low = max(least, 1.001)
    return low if reach(low) >= power else float(brentq(lambda n: reach(n) - power, low, high, xtol=1e-8))


def _check(difference: float, sd: float, power: float, alpha: float, dropout: float) -> None:
    if not (math.isfinite(difference) and difference != 0 and math.isfinite(sd) and sd > 0):
        raise FitRefused("A plan needs a difference other than 0 and a standard deviation above 0.")
    if not (0 < alpha < power < 1 and 0 <= dropout < 1):
        raise FitRefused("Level and power lie between 0 and 1, the power above the level; drop-out from 0 to below 1.")


def _recruit(n: int, dropout: float) -> int:
    return math.ceil(n / (1 - dropout) - 1e-9)
