"""A fitted curve model: parameters, doses of an effect, potencies, comparison with other models."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import chdtrc, fdtrc, ndtri, stdtr, stdtrit

from ginseng_rd.efficacy.curve_effects import fieller_limits, find_maximum, gradient_of
from ginseng_rd.efficacy.curve_intervals import (
    DELTA,
    FIELLER,
    GAUSS_NEWTON,
    HESSIAN,
    PROFILE,
    effect_row,
    limits_of,
    name_interval,
    place_of,
)
from ginseng_rd.efficacy.curve_optimum import Optimum
from ginseng_rd.efficacy.nonlinear import Floats
from ginseng_rd.errors import FitRefused, UnknownName
from ginseng_rd.records.estimate import Estimate

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class CurveFit:
    """Curves of one model fitted together to the readings of one or several samples.

    ``curves`` are the names of the samples (one empty name for a single curve). ``df`` are the residual
    degrees of freedom; intervals use Student's t with them for continuous responses and the normal
    otherwise. ``rss`` is the weighted residual sum of squares, NaN where the response is not continuous
    with constant variance. ``log_likelihood`` is NaN for a robust fit. ``left_out`` counts bounds and
    missing values. ``robust_weights`` stand in the order of ``points``.
    """

    optimum: Optimum
    curves: tuple[str, ...]
    by: str
    response: str
    variance: str
    robust: str
    box_cox: float | None
    box_cox_estimated: bool
    weighted: bool
    shared: tuple[tuple[str, str], ...]
    dose_unit: str
    unit: str
    endpoint: str
    origin: str
    n: int
    left_out: int
    rss: float
    df: int
    log_likelihood: float
    confidence: float
    points: tuple[tuple[str, float, float], ...]
    robust_weights: tuple[float, ...] = ()

    @property
    def model(self) -> str:
        """The name of the model, as in R's drc."""
        return self.optimum.problem.model.name

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the free parameters, ``slope`` or ``slope:EX-12``."""
        return self.optimum.problem.names

    @property
    def is_determined(self) -> bool:
        """Whether the readings determine all parameters."""
        return not self.optimum.unsettled

    @property
    def estimates(self) -> dict[str, float]:
        """The parameters in the units of the readings; refused where they are not determined."""
        self._must_be_determined("parameters")
        return dict(zip(self.names, self._reported().tolist(), strict=True))

    @property
    def residual_sd(self) -> float:
        """The residual standard deviation, in the unit of the response."""
        return math.sqrt(self.rss / self.df)

    @property
    def aic(self) -> float:
        """Akaike's criterion; the residual variance counts as a parameter."""
        return 2 * self._counted - 2 * self.log_likelihood

    @property
    def aicc(self) -> float:
        """Akaike's criterion with Hurvich and Tsai's correction for few readings; infinite where there are too few."""
        left = self.n - self._counted - 1
        return self.aic + 2 * self._counted * (self._counted + 1) / left if left > 0 else math.inf

    @property
    def bic(self) -> float:
        """Schwarz's criterion."""
        return math.log(self.n) * self._counted - 2 * self.log_likelihood

    def covariance(self, by: str = HESSIAN) -> Floats | None:
        """Return the covariance of the reported parameters: by ``observed Hessian`` or ``Gauss-Newton``."""
        inside = self.covariance_inside(by)
        if inside is None:
            return None
        scale = self.optimum.problem.report_scale(self.optimum.theta)
        return inside * np.outer(scale, scale)

    def table(self) -> pd.DataFrame:
        """Return the parameters, one row each: value, both standard errors, statistic, p and Wald limits.

        The statistic, p and limits use the observed Hessian, or the sandwich of a robust fit.
        """
        import pandas as pd

        values = np.array(list(self.estimates.values()))
        errors = {by: self._errors(by) for by in (HESSIAN, GAUSS_NEWTON)}
        used = errors[GAUSS_NEWTON] if self.robust else errors[HESSIAN]
        ratio = values / used
        return pd.DataFrame(
            {
                "parameter": self.names,
                "value": values,
                "se_observed_hessian": errors[HESSIAN],
                "se_gauss_newton": errors[GAUSS_NEWTON],
                "statistic": ratio,
                "p": self._two_sided(ratio),
                "low": values - self.reach * used,
                "high": values + self.reach * used,
            }
        )

    def ed(
        self,
        percent: float,
        curve: str | None = None,
        *,
        absolute: bool = False,
        interval: str = PROFILE,
        errors: str = HESSIAN,
    ) -> Estimate:
        """Return the dose of an effect with its interval; outside the doses tested, a bound.

        ``percent`` is the share of the way from the level without dose to the plateau of a large one, or,
        if ``absolute``, the response itself in its unit. ``interval`` is profile likelihood, log delta or
        delta; the latter two use the standard errors named by ``errors``.
        """
        row = self.ed_table([percent], absolute=absolute, interval=interval, errors=errors, curves=[curve]).iloc[0]
        low, high = (None if math.isnan(row[end]) else float(row[end]) for end in ("low", "high"))
        return Estimate(float(row["value"]), self.dose_unit, low, high, self.n, str(row["basis"]), str(row["relation"]))

    def ed_table(
        self,
        percents: Sequence[float],
        *,
        absolute: bool = False,
        interval: str = PROFILE,
        errors: str = HESSIAN,
        curves: Sequence[str | None] | None = None,
    ) -> pd.DataFrame:
        """Return doses of effects, one row for each curve and effect.

        Columns: curve, effect, relation, value, unit, low, high, basis; and, for checking, ``formula`` (what
        the curve gives, also where it lies outside the doses) with ``se_observed_hessian`` and
        ``se_gauss_newton``. ``value`` is the highest or lowest dose tested where ``relation`` is > or <.
        """
        import pandas as pd

        self._must_be_determined("dose of an effect")
        rows = []
        for name in curves if curves is not None else self.curves:
            number = self.number_of(name)
            for effect in percents:
                rows.append(effect_row(self, number, float(effect), absolute, interval, errors))
        head = ["curve", "effect", "relation", "value", "unit", "low", "high", "basis", "formula"]
        return pd.DataFrame(rows, columns=[*head, "se_observed_hessian", "se_gauss_newton"])

    def relative_potency(
        self,
        one: str,
        other: str,
        percent: float = 50,
        *,
        interval: str = PROFILE,
        errors: str = HESSIAN,
    ) -> Estimate:
        """Return how many times the dose of ``other`` is needed of ``one`` for the same share of the way.

        ED(one) / ED(other); ``interval`` is profile likelihood, Fieller, log delta or delta. A bound where
        either dose lies outside those tested is not formed: raises FitRefused.
        """
        self._must_be_determined("relative potency")
        first, second = (place_of(self, self.number_of(name), percent, False) for name in (one, other))
        for name in (one, other):
            if self.ed(percent, name, interval=DELTA).relation != "=":
                raise FitRefused(f"'{name}' has no ED{percent:g} within its doses, so there is no relative potency.")
        if not self.optimum.problem.model.log_axis:
            raise FitRefused(f"A relative potency needs a model on the logarithm of dose, and {self.model} is not.")

        def log_ratio(theta: Floats) -> Floats:
            return first(theta) - second(theta)

        theta = self.optimum.theta[None, :]
        value = math.exp(float(log_ratio(theta)[0]))
        if interval == FIELLER:
            pair = [self.optimum.problem.unit * math.exp(float(place(theta)[0])) for place in (first, second)]
            by = np.stack([gradient_of(p, self.optimum) * dose for p, dose in zip((first, second), pair, strict=True)])
            covariance = self.covariance_inside(errors)
            if covariance is None:
                raise FitRefused("The covariance is not defined here, so Fieller's interval is not either.")
            low, high = fieller_limits(pair[0], pair[1], by @ covariance @ by.T, self.reach)
        else:
            low, high = limits_of(self, log_ratio, interval, errors, (-20.0, 20.0), 1.0)
        return Estimate(value, "", low, high, self.n, name_interval(self, interval, errors))

    def maximum(self, curve: str | None = None) -> tuple[float, float]:
        """Return dose and response of the highest point of a hormesis curve."""
        self._must_be_determined("maximum")
        if self.optimum.problem.model.hormesis is None:
            raise FitRefused(f"{self.model} has no maximum between its plateaus.")
        return find_maximum(self.optimum, self.number_of(curve))

    def predict(self, doses: Any, curve: str | None = None, *, new_reading: bool = False) -> pd.DataFrame:
        """Return the fitted response at doses, with pointwise limits by the delta method.

        ``new_reading`` widens them to hold one further reading of weight 1. Columns: dose, value, low, high.
        """
        import pandas as pd

        self._must_be_determined("prediction")
        problem, at = self.optimum.problem, np.atleast_1d(np.asarray(doses, dtype=np.float64))
        place, number = problem.model.place(at, problem.unit), self.number_of(curve)
        own = np.full(len(at), number)
        value, by = problem.model.with_gradient(place, problem.parameters(self.optimum.theta[None, :])[:, own, :])
        columns = problem.spread(by, own)[0]
        covariance = self.covariance_inside(GAUSS_NEWTON if self.robust else HESSIAN)
        half = np.full(len(at), np.nan)
        if covariance is not None:
            variance = np.einsum("mi,ij,mj->m", columns, covariance, columns)
            variance = variance + (self.optimum.scale if new_reading else 0.0)
            half = self.reach * np.sqrt(np.maximum(variance, 0.0))
        return pd.DataFrame({"dose": at, "value": value[0], "low": value[0] - half, "high": value[0] + half})

    def lack_of_fit(self) -> float | None:
        """Return the p value against free means by dose: F test, or the deviance of a binomial or Poisson fit.

        None without replicates, with no dose to spare, and for robust, transformed or overdispersed fits.
        """
        problem = self.optimum.problem
        groups = len(problem.value)
        if self.robust or self.optimum.likelihood.shapes or self.box_cox is not None:
            return None
        if groups <= len(self.names):
            return None
        if self.response != "continuous":
            deviance = self.optimum.likelihood.scoring(problem)(self.optimum.theta[None, :], np.zeros(1, np.int64))[0]
            return float(chdtrc(groups - len(self.names), float(deviance[0])))
        within = self.rss - 2 * self.optimum.height
        if self.n <= groups or within <= 0:
            return None
        ratio = 2 * self.optimum.height / (groups - len(self.names)) / (within / (self.n - groups))
        return float(fdtrc(groups - len(self.names), self.n - groups, max(ratio, 0.0)))

    def no_effect(self) -> tuple[float, int, float]:
        """Return chi-squared, degrees of freedom and p of the likelihood ratio against one mean for all readings."""
        if self.robust or self.optimum.likelihood.shapes or self.box_cox is not None:
            raise FitRefused("This test needs a plain likelihood: no robust, transformed or overdispersed fit.")
        problem, likelihood = self.optimum.problem, self.optimum.likelihood
        level = problem.flat()
        mean = np.array([[np.average(problem.value, weights=problem.weight)]])
        flat, own = float(likelihood.height(level, mean)[0]), self.optimum.height
        within = 0.0 if self.response != "continuous" else self.rss - 2 * own
        fall = 2 * (flat - own) if self.response != "continuous" else self.n * math.log((2 * flat + within) / self.rss)
        spare = len(self.names) - 1
        return fall, spare, float(chdtrc(spare, max(fall, 0.0)))

    def compare(self, narrower: CurveFit) -> tuple[float, int, float]:
        """Return statistic, degrees of freedom and p of this fit against a narrower one on the same readings.

        F for continuous responses of constant variance, else the likelihood ratio's chi-squared.
        """
        spare = len(self.names) - len(narrower.names)
        if self.points != narrower.points or self.response != narrower.response or self.robust or narrower.robust:
            raise FitRefused("Two fits are compared on the same readings and kind of response, neither robust.")
        if spare < 1:
            raise FitRefused(f"{narrower.model} has no fewer parameters than {self.model}: give the narrower second.")
        if not math.isnan(self.rss) and not math.isnan(narrower.rss):
            ratio = (narrower.rss - self.rss) / spare / (self.rss / self.df)
            return ratio, spare, float(fdtrc(spare, self.df, max(ratio, 0.0)))
        fall = 2 * (self.log_likelihood - narrower.log_likelihood)
        return fall, spare, float(chdtrc(spare, max(fall, 0.0)))

    def compare_parameters(self, one: str, other: str, *, ratio: bool = True) -> tuple[float, float, float]:
        """Return ratio (or difference) of two parameters by name, its delta standard error, and p against 1 (or 0)."""
        values = self.estimates
        for name in (one, other):
            if name not in values:
                raise UnknownName("fitted parameter", name, values)
        a, b = values[one], values[other]
        covariance = self.covariance(GAUSS_NEWTON if self.robust else HESSIAN)
        if covariance is None:
            raise FitRefused("The covariance of these parameters is not defined.")
        by = np.zeros(len(values))
        by[self.names.index(one)] = 1 / b if ratio else 1.0
        by[self.names.index(other)] = -a / b**2 if ratio else -1.0
        error = math.sqrt(float(by @ covariance @ by))
        value = a / b if ratio else a - b
        return value, error, float(self._two_sided(np.array([(value - ratio) / error]))[0])

    def methods_sentence(self, language: str = "en") -> str:
        """Return what was done, in the words of a methods section: en or ko."""
        from ginseng_rd.efficacy.dose_response_words import describe_curve_fit

        return describe_curve_fit(self, language)

    def plot(self) -> Any:
        """Return a Plotly figure: readings, curves and pointwise bands."""
        from ginseng_rd.efficacy.figures import draw_curve_fit

        return draw_curve_fit(self)

    def __str__(self) -> str:
        head = f"{self.model} on {self.n} readings"
        if not self.is_determined:
            return f"{head}: {self.optimum.unsettled}"
        return "\n".join([head, *(f"  {name} = {value:.5g}" for name, value in self.estimates.items())])

    def _repr_html_(self) -> str:
        from html import escape

        head = f"<p><b>{escape(str(self).splitlines()[0])}</b></p>"
        return head + (str(self.table().to_html(index=False, border=0, na_rep="")) if self.is_determined else "")

    @property
    def _counted(self) -> int:
        """The parameters that count in an information criterion, that of the residual variance included."""
        spread = 1 if self.response == "continuous" and self.variance == "constant" else 0
        return len(self.names) + spread + self.optimum.likelihood.shapes + int(self.box_cox_estimated)

    @property
    def reach(self) -> float:
        """The two-sided quantile of t, or of the normal where the response is counted."""
        share = (1 + self.confidence) / 2
        return float(stdtrit(self.df, share) if self.response == "continuous" else ndtri(share))

    def _two_sided(self, ratio: Floats) -> Floats:
        df = self.df if self.response == "continuous" else 1e12
        p: Floats = np.asarray(2 * stdtr(df, -np.abs(ratio)), dtype=np.float64)
        return p

    def _reported(self) -> Floats:
        problem = self.optimum.problem
        inside = problem.to_reported(problem.parameters(self.optimum.theta[None, :])[0])
        reported = np.zeros(len(self.names))
        free = problem.column >= 0
        reported[problem.column[free]] = inside[free]
        return reported

    def covariance_inside(self, by: str) -> Floats | None:
        """Return the covariance of the free parameters as used inside (ln ED50, doses in a unit of their own)."""
        if by not in (HESSIAN, GAUSS_NEWTON):
            raise FitRefused(f"Standard errors are by {HESSIAN} or {GAUSS_NEWTON}, not '{by}'.")
        return self.optimum.covariance_hessian if by == HESSIAN else self.optimum.covariance_gauss_newton

    def _errors(self, by: str) -> Floats:
        covariance = self.covariance(by)
        return np.full(len(self.names), np.nan) if covariance is None else np.sqrt(np.diag(covariance))

    def number_of(self, curve: str | None) -> int:
        """Return the place of a curve; None means the only one. Raises UnknownName for another."""
        if curve is None and len(self.curves) == 1:
            return 0
        if curve not in self.curves:
            raise UnknownName("fitted curve", str(curve or ""), self.curves)
        return self.curves.index(curve)

    def _must_be_determined(self, what: str) -> None:
        if self.optimum.unsettled:
            raise FitRefused(f"There is no {what}: {self.optimum.unsettled}.")
