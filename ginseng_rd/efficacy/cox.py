"""Cox proportional hazards: hazard ratios of arms and covariates, with their tests."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import chdtrc, ndtr, ndtri

from ginseng_rd.efficacy.cox_checks import check_proportionality, find_concordance
from ginseng_rd.efficacy.cox_likelihood import TIES, Deaths, PartialLikelihood, check_curvature, climb, make_likelihood
from ginseng_rd.efficacy.fixed_effects import FixedEffects, need_columns, plan_fixed_effects, read_terms
from ginseng_rd.efficacy.survival_times import Flags, Floats, SurvivalTimes
from ginseng_rd.errors import FitRefused
from ginseng_rd.records.estimate import Estimate

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class CoxModel:
    """Log hazard ratios ``coefficients`` of the columns ``names``, by maximum partial likelihood.

    ``covariance`` is the inverse information, or with ``robust`` (cluster or individual) the sandwich;
    ``model_covariance`` is always the former. ``log_likelihoods`` are without and with the covariates.
    ``left_out`` counts individuals without a covariate; ``likelihood`` has covariates divided by ``spread``.
    """

    names: tuple[str, ...]
    coefficients: Floats
    covariance: Floats
    model_covariance: Floats
    log_likelihoods: tuple[float, float]
    score_statistic: float
    ties: str
    robust: str
    confidence: float
    n: int
    events: int
    left_out: int
    terms: tuple[tuple[str, slice], ...]
    data: SurvivalTimes
    spread: Floats
    likelihood: PartialLikelihood
    deaths: Deaths

    @property
    def standard_errors(self) -> Floats:
        """Standard errors of the coefficients; robust ones where asked for."""
        return np.asarray(np.sqrt(np.diag(self.covariance)))

    @property
    def concordance(self) -> tuple[float, float]:
        """Harrell's C, the share of comparable pairs that the model ranks rightly, and its standard error.

        Worked out at each call, in a time that grows with the square of the individuals.
        """
        return find_concordance(self.data, self.likelihood.x @ (self.coefficients * self.spread))

    def hazard_ratio(self, name: str) -> Estimate:
        """Return the hazard ratio of one column, with its Wald interval."""
        if name not in self.names:
            raise FitRefused(f"There is no column '{name}' in this model; its columns are {', '.join(self.names)}.")
        i = self.names.index(name)
        half = float(ndtri((1 + self.confidence) / 2)) * self.standard_errors[i]
        value, basis = self.coefficients[i], f"{100 * self.confidence:g} % Wald{', robust' if self.robust else ''}"
        low, high = math.exp(value - half), math.exp(value + half)
        return Estimate(math.exp(value), "", low, high, self.n, basis)

    def table(self) -> pd.DataFrame:
        """Return one row a column: coefficient, se, se_model, z, p, hazard_ratio, low, high."""
        import pandas as pd

        z = self.coefficients / self.standard_errors
        ratios = [self.hazard_ratio(name) for name in self.names]
        return pd.DataFrame(
            {
                "term": self.names,
                "coefficient": self.coefficients,
                "se": self.standard_errors,
                "se_model": np.sqrt(np.diag(self.model_covariance)),
                "z": z,
                "p": 2 * ndtr(-np.abs(z)),
                "hazard_ratio": [ratio.value for ratio in ratios],
                "low": [ratio.low for ratio in ratios],
                "high": [ratio.high for ratio in ratios],
            }
        )

    def tests(self) -> pd.DataFrame:
        """Return the tests that no covariate matters: likelihood ratio, Wald and score; chi_squared, df, p."""
        import pandas as pd

        wald = float(self.coefficients @ np.linalg.solve(self.covariance, self.coefficients))
        ratio = 2 * (self.log_likelihoods[1] - self.log_likelihoods[0])
        found = {"likelihood ratio": ratio, "Wald": wald, "score": self.score_statistic}
        df = len(self.names)
        rows = [(name, value, df, float(chdtrc(df, max(value, 0.0)))) for name, value in found.items()]
        return pd.DataFrame(rows, columns=["test", "chi_squared", "df", "p"])

    def proportionality(self, scale: str = "km") -> pd.DataFrame:
        """Test for each term, and all together, whether its hazard ratio changes with time: term, chi_squared, df, p.

        ``scale`` of time: km (one minus the Kaplan-Meier curve before each death), rank, log or identity.
        """
        import pandas as pd

        rows = check_proportionality(self.likelihood, self.deaths, self.terms, self.data, scale)
        return pd.DataFrame(rows, columns=["term", "chi_squared", "df", "p"])

    def methods_sentence(self, language: str = "en") -> str:
        """Return what was done, as a methods section says it, in English (en) or Korean (ko)."""
        terms, strata = ", ".join(name for name, _ in self.terms), ", ".join(self.data.stratified_by)
        percent, ties = f"{100 * self.confidence:g}", self.ties.capitalize()
        late = self.data.has_delayed_entry
        if language == "ko":
            parts = [
                f"동시 사망은 {ties} 방법",
                *([f"층화: {strata}"] if strata else []),
                *(["지연 진입 고려"] if late else []),
            ]
            errors = f"'{self.robust}' 기준 강건(샌드위치) 표준오차" if self.robust else "정보행렬의 표준오차"
            left = f" 공변량이 없는 개체 {self.left_out}은 제외하였다." if self.left_out else ""
            return (
                f"위험비는 Cox 비례위험모형({terms}; {'; '.join(parts)})으로 추정하고, {errors}로 {percent} % Wald "
                "신뢰구간을 "
                f"구하였다. 비례위험 가정은 Schoenfeld 잔차에 기초한 점수검정으로 확인하였다.{left} 개체 {self.n}, "
                f"사망 {self.events}."
            )
        parts = [f"{ties}'s method for ties"]
        parts += [f"stratified by {strata}"] if strata else []
        parts += ["delayed entry taken into account"] if late else []
        errors = f"robust (sandwich) standard errors by {self.robust}" if self.robust else "model-based standard errors"
        left = f" Individuals left out for a missing covariate: {self.left_out}." if self.left_out else ""
        return (
            f"Hazard ratios come from a Cox proportional hazards model of {terms} ({'; '.join(parts)}) with "
            f"{percent} % "
            f"Wald intervals from {errors}; proportionality was checked by the score test based on Schoenfeld "
            f"residuals.{left} Individuals: {self.n}; deaths: {self.events}."
        )

    def plot(self) -> Any:
        """Return a Plotly figure of the hazard ratios with their intervals."""
        from ginseng_rd.efficacy.survival_figures import draw_hazard_ratios

        return draw_hazard_ratios(self)


def fit_cox(
    data: SurvivalTimes,
    terms: str = "",
    *,
    factors: Sequence[str] = (),
    ties: str = "efron",
    robust: str = "",
    confidence: float = 0.95,
) -> CoxModel:
    """Fit a Cox model to columns of the study, within its strata.

    ``terms`` names columns as "dose + age" or "dose*age"; where it is not given, the arms are compared with the
    first. Text columns and those named in ``factors`` are factors, against their first level. ``robust`` gives
    sandwich standard errors: ``individual``, or a column that names the clusters. Individuals without a covariate
    are left out and counted. Raises FitRefused for a monotone likelihood, covariates that repeat each other, and a
    model without deaths.
    """
    if ties not in TIES:
        raise FitRefused(f"Ties are broken by {' or '.join(TIES)}, not '{ties}'.")
    if not 0.5 <= confidence < 1:
        raise FitRefused(f"The confidence lies from 0.5 up to 1 (0.95 is usual), but {confidence:g} was given.")
    used, design = plan_covariates(data, terms, factors, [robust] if robust not in ("", "individual") else [])
    matrix = covariate_matrix(used, design)
    names = design.names[1:]
    if not len(names):
        raise FitRefused("A Cox model needs a covariate, or two arms to compare.")
    if not used.event.any():
        raise FitRefused("No individual with all covariates died: there is no hazard ratio to estimate.")
    spread = matrix.std(axis=0)
    spread = np.where(spread > 0, spread, 1.0)
    likelihood = make_likelihood(used, (matrix - matrix.mean(axis=0)) / spread, ties)
    null, at_null = likelihood.log_likelihood(np.zeros(len(names)))
    check_curvature(at_null.information, names)
    score = likelihood.score(at_null)
    beta, value, deaths = climb(likelihood, names)
    inverse = np.linalg.inv(deaths.information)
    covariance = inverse
    if robust:
        leverage = likelihood.score_residuals(beta, deaths) @ inverse
        covariance = _sandwich(leverage, used, robust)
    scale = np.outer(spread, spread)
    return CoxModel(
        names, beta / spread, covariance / scale, inverse / scale, (null, value),
        float(score @ np.linalg.solve(at_null.information, score)),
         ties, robust, confidence, used.n, int(used.event.sum()),
        data.n - used.n, _terms(design), used, spread, likelihood, deaths,
    )  # fmt: skip


def plan_covariates(
    data: SurvivalTimes, terms: str, factors: Sequence[str], needed: Sequence[str] = ()
) -> tuple[SurvivalTimes, FixedEffects]:
    """Return the individuals that have all covariates, and how these enter a model; without terms, the arms."""
    if not terms.strip():
        if len(data.arms) < 2:
            raise FitRefused(f"All individuals are in '{data.arms[0]}': name the covariates of the model.")
        return _with_arm(data), plan_fixed_effects(_with_arm(data).table, "arm")
    columns = [name for term in read_terms(terms) for name in term] + list(needed)
    need_columns(data.table, columns)
    kept: Flags = data.table[columns].notna().all(axis=1).to_numpy()
    if not kept.any():
        raise FitRefused(f"No individual has all of {', '.join(columns)}.")
    used = data.where(kept)
    for name in columns:
        values = used.table[name]
        if values.dtype.kind == "f" and not np.isfinite(values.to_numpy()).all():
            raise FitRefused(f"The covariate '{name}' holds an infinite value.")
    return used, plan_fixed_effects(used.table, terms, as_factor=factors)


def covariate_matrix(data: SurvivalTimes, design: FixedEffects) -> Floats:
    """Return the columns of a design (n × p), without the intercept."""
    return design.matrix({name: data.table[name].to_numpy() for name in (*design.levels, *design.means)})[:, 1:]


def _with_arm(data: SurvivalTimes) -> SurvivalTimes:
    """Return the study with its arms as one categorical column, in their order."""
    import pandas as pd

    arm = pd.Categorical([data.arms[i] for i in data.arm], categories=list(data.arms))
    return replace(data, table=data.table.assign(arm=arm))


def _terms(design: FixedEffects) -> tuple[tuple[str, slice], ...]:
    """Return each term with the columns it has, the intercept not counted."""
    found = []
    for term in design.terms[1:]:
        columns = design.columns_of(term)
        found.append((":".join(term), slice(columns.start - 1, columns.stop - 1)))
    return tuple(found)


def _sandwich(leverage: Floats, data: SurvivalTimes, robust: str) -> Floats:
    """Return the covariance from each cluster's change of the coefficients (Lin and Wei, J Am Stat Assoc 84 (1989)
    1074)."""
    if robust != "individual":
        groups = np.unique(data.table[robust].astype(str).to_numpy(), return_inverse=True)[1]
        if groups.max() < leverage.shape[1]:
            raise FitRefused(f"'{robust}' has {groups.max() + 1} clusters: too few for robust standard errors.")
        leverage = np.array([np.bincount(groups, weights=column) for column in leverage.T]).T
    return np.asarray(leverage.T @ leverage)
