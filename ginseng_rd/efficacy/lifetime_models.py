"""Parametric models of lifetimes: Weibull, exponential, log-normal, log-logistic and Gompertz."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import chdtrc, ndtr, ndtri

from ginseng_rd.efficacy.cox import covariate_matrix, plan_covariates
from ginseng_rd.efficacy.lifetime_likelihood import AFT, DISTRIBUTIONS, aft_likelihood, gompertz_likelihood, maximise
from ginseng_rd.efficacy.survival_times import Floats, SurvivalTimes
from ginseng_rd.errors import FitRefused
from ginseng_rd.records.estimate import Estimate

if TYPE_CHECKING:
    import pandas as pd

    from ginseng_rd.efficacy.fixed_effects import FixedEffects

_NAMES = {
    "weibull": ("Weibull", "Weibull"),
    "exponential": ("exponential", "지수"),
    "lognormal": ("log-normal", "로그정규"),
    "loglogistic": ("log-logistic", "로그로지스틱"),
    "gompertz": ("Gompertz", "Gompertz"),
}


@dataclass(frozen=True, eq=False)
class LifetimeModel:
    """A lifetime distribution fitted by maximum likelihood; standard errors from the observed information.

    For the accelerated-failure-time distributions ``coefficients`` are of log time, as R's survreg prints them, the
    last being log(scale) save for the exponential. For gompertz they are of the log hazard, ``(Intercept)`` being
    log(rate), the last being the shape (R's flexsurv). ``log_likelihoods`` are without and with covariates.
    """

    distribution: str
    names: tuple[str, ...]
    coefficients: Floats
    covariance: Floats
    log_likelihoods: tuple[float, float]
    design: FixedEffects | None
    confidence: float
    n: int
    events: int
    left_out: int
    data: SurvivalTimes

    @property
    def standard_errors(self) -> Floats:
        """Standard errors of ``coefficients``."""
        return np.asarray(np.sqrt(np.diag(self.covariance)))

    @property
    def aic(self) -> float:
        """Akaike's information criterion; smaller is better, among models of the same individuals."""
        return 2 * len(self.names) - 2 * self.log_likelihoods[1]

    def table(self) -> pd.DataFrame:
        """Return one row a parameter: value, se, z, p, and exp(value) with its interval.

        exp(value) is a ratio of lifetimes (gompertz: of hazards) for covariates.
        """
        import pandas as pd

        z, half = self.coefficients / self.standard_errors, self._reach * self.standard_errors
        columns = {"value": self.coefficients, "se": self.standard_errors, "z": z, "p": 2 * ndtr(-np.abs(z))}
        limits = {"ratio": self.coefficients, "low": self.coefficients - half, "high": self.coefficients + half}
        return pd.DataFrame({"term": self.names, **columns, **{k: np.exp(v) for k, v in limits.items()}})

    def parameters(self) -> pd.DataFrame:
        """Return the natural parameters at covariates of zero and reference levels: parameter, value, se, low, high.

        Weibull shape and scale (time by which 63 % died), exponential rate, log-normal meanlog and sdlog, log-logistic
        shape and scale (the median), Gompertz shape and rate. Intervals are Wald's, on the log scale save for meanlog
        and the Gompertz shape.
        """
        import pandas as pd

        rows = [
            (name, *self._natural(place, sign, log))
            for name, place, sign, log in _natural_parameters(self.distribution)
        ]
        return pd.DataFrame(rows, columns=["parameter", "value", "se", "low", "high"])

    def quantile(self, died: float = 0.5, at: Mapping[str, Any] | None = None) -> Estimate:
        """Return the time by which a share ``died`` has died, with a delta interval on the log scale.

        ``at`` gives the covariates; those not named stand at their mean or reference level. A Gompertz with a negative
        shape may leave a share alive for ever: FitRefused beyond it.
        """
        if not 0 < died < 1:
            raise FitRefused(f"A quantile is asked for a share between 0 and 1, but {died:g} was given.")
        row = np.r_[1.0, self._covariates(at or {})]
        value, by = _gompertz_quantile(self, died, row) if self.distribution == "gompertz" else self._aft_log(died, row)
        half = self._reach * math.sqrt(float(by @ self.covariance @ by))
        basis = f"{100 * self.confidence:g} % delta method on log time"
        limits = math.exp(value - half), math.exp(value + half)
        return Estimate(math.exp(value), self.data.unit, *limits, self.n, basis)

    def test(self) -> tuple[float, int, float]:
        """Return the likelihood-ratio test that no covariate matters: chi-squared, df, p."""
        df = len(self.design.names) - 1 if self.design else 0
        if not df:
            raise FitRefused("The model has no covariate to test.")
        statistic = max(2 * (self.log_likelihoods[1] - self.log_likelihoods[0]), 0.0)
        return statistic, df, float(chdtrc(df, statistic))

    def methods_sentence(self, language: str = "en") -> str:
        """Return what was done, as a methods section says it, in English (en) or Korean (ko)."""
        english, korean = _NAMES[self.distribution]
        terms = self.design.text.removeprefix("1 + ") if self.design else ""
        aft = self.distribution in AFT
        counts = f"{self.n}", f"{self.events}"
        if language == "ko":
            of = f" (공변량: {terms}, {'로그 시간' if aft else '로그 위험률'}에 작용)" if terms else ""
            return (
                f"수명은 {korean} 분포{of}를 최대우도법으로 적합하였고, 표준오차는 관측 정보행렬에서 구하였다. "
                f"개체 {counts[0]}, 사망 {counts[1]}."
            )
        of = f" with {terms} acting on {'log time' if aft else 'the log hazard'}" if terms else ""
        return (
            f"Lifetimes were fitted by a {english} distribution{of}, by maximum likelihood with standard errors from "
            "the "
            f"observed information. Individuals: {counts[0]}; deaths: {counts[1]}."
        )

    @property
    def _reach(self) -> float:
        return float(ndtri((1 + self.confidence) / 2))

    def _natural(self, place: int, sign: float, log: bool) -> tuple[float, float, float, float]:
        value, se = sign * self.coefficients[place], float(self.standard_errors[place])
        low, high = value - self._reach * se, value + self._reach * se
        if not log:
            return float(value), se, float(low), float(high)
        return math.exp(value), math.exp(value) * se, math.exp(low), math.exp(high)

    def _covariates(self, at: Mapping[str, Any]) -> Floats:
        if self.design is None:
            if at:
                raise FitRefused("The model has no covariate; leave them out.")
            return np.zeros(0)
        known = {name: levels[0] for name, levels in self.design.levels.items()} | dict(self.design.means)
        for name, value in at.items():
            levels = self.design.levels.get(name)
            if name not in known or (levels is not None and value not in levels):
                raise FitRefused(f"The model knows no {name} = {value}.")
        return self.design.matrix({name: [value] for name, value in (known | dict(at)).items()})[0, 1:]

    def _aft_log(self, died: float, row: Floats) -> tuple[float, Floats]:
        w = {"lognormal": float(ndtri(died)), "loglogistic": math.log(died / (1 - died))}
        standard = w.get(self.distribution, math.log(-math.log1p(-died)))
        if self.distribution == "exponential":
            return float(self.coefficients @ row) + standard, row
        sigma = math.exp(self.coefficients[-1])
        return float(self.coefficients[:-1] @ row) + sigma * standard, np.r_[row, sigma * standard]


def fit_lifetimes(
    data: SurvivalTimes,
    distribution: str = "weibull",
    terms: str = "",
    *,
    factors: Sequence[str] = (),
    confidence: float = 0.95,
) -> LifetimeModel:
    """Fit a lifetime distribution to all individuals, with the covariates ``terms`` ("dose + age") if any.

    ``distribution`` is weibull, exponential, lognormal, loglogistic (as R's survreg) or gompertz (as R's flexsurv).
    Censoring and delayed entry enter the likelihood; strata and arms do not (name ``arm`` as a term for that).
    Raises FitRefused for a lifetime of 0 (save for gompertz) and where there is no finite maximum.
    """
    if distribution not in DISTRIBUTIONS:
        raise FitRefused(f"A lifetime distribution is {', '.join(DISTRIBUTIONS)}, not '{distribution}'.")
    if not 0.5 <= confidence < 1:
        raise FitRefused(f"The confidence lies from 0.5 up to 1 (0.95 is usual), but {confidence:g} was given.")
    used, design = plan_covariates(data, terms, factors) if terms.strip() else (data, None)
    if distribution in AFT and (used.time <= 0).any():
        raise FitRefused("A lifetime of 0 has no logarithm: give the time in a finer unit, or take gompertz.")
    if not used.event.any():
        raise FitRefused("No individual with all covariates died: there is no lifetime to estimate.")
    raw = covariate_matrix(used, design) if design else np.zeros((used.n, 0))
    centre, spread = raw.mean(axis=0), raw.std(axis=0)
    spread = np.where(spread > 0, spread, 1.0)
    x = np.column_stack([np.ones(used.n), (raw - centre) / spread])
    unit = float(np.mean(used.time))
    null = _fit(used, distribution, x[:, :1], unit)
    theta, value, covariance = null if x.shape[1] == 1 else _fit(used, distribution, x, unit)
    back, shift, offset = _back(distribution, centre, spread, len(theta), unit, int(used.event.sum()))
    names = ("(Intercept)", *(design.names[1:] if design else ()))
    last = {"exponential": (), "gompertz": ("shape",)}.get(distribution, ("Log(scale)",))
    return LifetimeModel(
        distribution, (*names, *last), back @ theta + shift, back @ covariance @ back.T,
        (null[1] + offset, value + offset), design, confidence, used.n, int(used.event.sum()), data.n - used.n, used,
    )  # fmt: skip


def _fit(data: SurvivalTimes, distribution: str, x: Floats, unit: float) -> tuple[Floats, float, Floats]:
    """Fit times in units of ``unit`` to standardised covariates."""
    time, entry = data.time / unit, np.maximum(data.entry, 0.0) / unit
    what = f"The {_NAMES[distribution][0]} fit"
    rate = math.log(data.event.sum() / (time - entry).sum())
    start = np.zeros(x.shape[1] + (distribution != "exponential"))
    if distribution == "gompertz":
        start[0] = rate
        return maximise(gompertz_likelihood(x, time, data.event, entry), start, what)
    start[0] = -rate if distribution in ("weibull", "exponential") else float(np.mean(np.log(time)))
    return maximise(aft_likelihood(distribution, x, time, data.event, entry), start, what)


def _back(
    distribution: str, centre: Floats, spread: Floats, size: int, unit: float, deaths: int
) -> tuple[Floats, Floats, float]:
    """Return what leads from the standardised parameters to those of the data, and what adds to the value."""
    back, shift, p = np.eye(size), np.zeros(size), len(centre)
    back[1 : 1 + p, 1 : 1 + p] = np.diag(1 / spread)
    back[0, 1 : 1 + p] = -centre / spread
    log_unit = math.log(unit)
    if distribution == "gompertz":
        back[-1, -1] = 1 / unit
        shift[0] = -log_unit
    else:
        shift[0] = log_unit
    return back, shift, -deaths * log_unit


def _natural_parameters(distribution: str) -> tuple[tuple[str, int, float, bool], ...]:
    """Return name, place among the coefficients, sign and whether exponentiated, of each natural parameter."""
    return {
        "weibull": (("shape", -1, -1.0, True), ("scale", 0, 1.0, True)),
        "exponential": (("rate", 0, -1.0, True),),
        "lognormal": (("meanlog", 0, 1.0, False), ("sdlog", -1, 1.0, True)),
        "loglogistic": (("shape", -1, -1.0, True), ("scale", 0, 1.0, True)),
        "gompertz": (("shape", -1, 1.0, False), ("rate", 0, 1.0, True)),
    }[distribution]


def _gompertz_quantile(model: LifetimeModel, died: float, row: Floats) -> tuple[float, Floats]:
    """Return the log of the time and its derivatives by the parameters."""
    from ginseng_rd.efficacy.lifetime_likelihood import gompertz_areas

    shape, rate = float(model.coefficients[-1]), math.exp(float(model.coefficients[:-1] @ row))
    hazard = -math.log1p(-died)
    grown = 1 + shape * hazard / rate
    if grown <= 0:
        alive = math.exp(rate / shape)
        raise FitRefused(f"With this negative shape a share of {alive:.3g} never dies: there is no such quantile.")
    time = math.log(grown) / shape if abs(shape * hazard / rate) > 1e-8 else hazard / rate
    area, mixed, _ = (float(part[0]) for part in gompertz_areas(shape, np.array([time])))
    # rate·area(shape, time) stays at the hazard asked for.
    slope = math.exp(shape * time)
    return math.log(time), np.r_[-row * area, -mixed] / slope / time
