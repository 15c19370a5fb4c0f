"""Dose-response curves of assay readings: IC50 with its interval, and what the readings leave open."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import fdtrc, stdtrit

from ginseng_rd.efficacy.curve_flags import find_flags
from ginseng_rd.efficacy.dose_response_many import (
    SAME,
    FoundCurve,
    SampleReadings,
    find_curves,
    must_carry_a_curve,
    read_sample,
    read_samples,
)
from ginseng_rd.efficacy.log_logistic import (
    PARAMETERS,
    FoldedReadings,
    LogLogistic,
    fold_readings,
    profile_limits,
)
from ginseng_rd.errors import FitRefused, UnknownName
from ginseng_rd.records.estimate import Estimate

if TYPE_CHECKING:
    import pandas as pd

_UNDOSED = ("negative control", "blank")  # roles that are never a sample of their own
_SIGNIFICANT = 0.05


@dataclass(frozen=True)
class DoseResponse:
    """The curve of one sample on one endpoint, a four-parameter log-logistic fitted by unweighted least squares.

    IC50 has one meaning here, whether the response falls or rises: the dose half way between the
    two fitted plateaus (relative IC50, the EC50 of a rising curve), not the dose of 50 %
    inhibition. ``ic50`` is None where the readings do not determine it, and only a bound
    (``> 100 µg/mL``) where it lies outside the doses tested; ``flags`` say why, in words.
    ``fit`` holds the bare optimum even then, for checking, not for reporting.

    ``points`` are the readings used, as (dose, value); ``left_out`` counts those that were bounds
    or missing. ``no_response_p`` is the F test against a flat line; ``lack_of_fit_p`` the one
    against free means by dose, None without replicates or with four doses. ``poor_controls`` names the
    plates of the readings whose Z' is below 0.5, where the readings say it.
    """

    sample: str
    assay: str
    endpoint: str
    dose_unit: str
    unit: str
    origin: str
    points: tuple[tuple[float, float], ...]
    left_out: int
    confidence: float
    fit: LogLogistic
    ic50: Estimate | None
    ic50_interval: tuple[float | None, float | None]
    no_response_p: float
    lack_of_fit_p: float | None
    flags: tuple[str, ...]
    poor_controls: tuple[str, ...] = ()

    @property
    def n(self) -> int:
        """The number of readings used."""
        return len(self.points)

    @property
    def doses(self) -> tuple[float, ...]:
        """The distinct doses, lowest first; 0 is the control."""
        return tuple(sorted({dose for dose, _ in self.points}))

    @property
    def df(self) -> int:
        """The residual degrees of freedom."""
        return self.fit.df

    @property
    def residual_sd(self) -> float:
        """The residual standard deviation, in the unit of the response."""
        return math.sqrt(self.fit.rss / self.df)

    @property
    def has_response(self) -> bool:
        """Whether the readings tell the curve from a flat line."""
        return self.no_response_p < _SIGNIFICANT

    @property
    def is_determined(self) -> bool:
        """Whether the readings determine the four parameters at all."""
        return self.has_response and not self.fit.unsettled

    @property
    def parameters(self) -> dict[str, Estimate]:
        """Slope b, lower c, upper d and ED50 e as fitted; empty where the readings do not determine them.

        The ED50 may lie outside the doses here. The intervals are Wald's, from the observed
        Hessian; the one of ``ic50`` is better.
        """
        if not self.is_determined:
            return {}
        errors = self.standard_errors_hessian
        reach = _student(self.confidence, self.df)
        units = {"slope": "", "lower": self.unit, "upper": self.unit, "ed50": self.dose_unit}
        found = {}
        for name in PARAMETERS:
            value = getattr(self.fit, name)
            half = reach * errors[name] if errors else None
            low, high = (None, None) if half is None else (value - half, value + half)
            basis = "" if half is None else f"{100 * self.confidence:g} % Wald, observed Hessian"
            found[name] = Estimate(value, units[name], low, high, self.n, basis)
        return found

    @property
    def standard_errors_hessian(self) -> dict[str, float]:
        """Standard errors from the observed Hessian, as R's drc prints them; empty if it is singular."""
        return _standard_errors(self.fit.covariance_hessian)

    @property
    def standard_errors_gauss_newton(self) -> dict[str, float]:
        """Standard errors from the Jacobian alone, as nls, SciPy and NIST print them; empty if it is singular."""
        return _standard_errors(self.fit.covariance_gauss_newton)

    def ed(self, percent: float) -> Estimate:
        """Return the dose at which the response has gone ``percent`` % of the way from the control's plateau.

        The interval is by profile likelihood. A dose outside those tested is given as a bound.
        Raises FitRefused where the readings do not determine the curve.
        """
        if not 0 < percent < 100:
            raise FitRefused(f"An effect lies between 0 and 100 % of the way, but {percent:g} % was asked for.")
        if not self.has_response:
            raise FitRefused(f"{self._name} has no ED{percent:g}: {self.flags[0]}.")
        if percent == 50 and self.ic50 is not None:
            return self.ic50
        folded = fold_readings(*np.array(self.points).T)
        estimate = _estimate_dose(folded, self.fit, percent, self.confidence, self.dose_unit)
        if estimate.relation == "=" and self.fit.unsettled:
            raise FitRefused(f"{self._name} has no ED{percent:g}: {self.fit.unsettled}.")
        return estimate

    def predict(self, doses: Any) -> pd.DataFrame:
        """Return the fitted response at doses, with pointwise limits by the delta method on the observed Hessian.

        Columns: dose, value, low, high; the limits are missing where the Hessian is singular.
        """
        import pandas as pd

        at = np.atleast_1d(np.asarray(doses, dtype=np.float64))
        value = self.fit.at(at)
        half = np.full(at.shape, np.nan)
        if self.is_determined and self.fit.covariance_hessian is not None:
            by = self.fit.gradient(at)
            variance = np.einsum("ni,ij,nj->n", by, np.array(self.fit.covariance_hessian), by)
            half = _student(self.confidence, self.df) * np.sqrt(np.maximum(variance, 0.0))
        return pd.DataFrame({"dose": at, "value": value, "low": value - half, "high": value + half})

    def table(self) -> pd.DataFrame:
        """Return the IC50 and the parameters, one row each, with interval and both standard errors."""
        import pandas as pd

        rows: list[tuple[str, str, Estimate]] = []
        if self.ic50 is not None:
            rows.append(("ed50", "IC50, half way between the plateaus", self.ic50))
        named = {"slope": "slope b", "lower": "lower plateau c", "upper": "upper plateau d"}
        rows += [(name, words, self.parameters[name]) for name, words in named.items() if self.parameters]
        hessian, gauss_newton = self.standard_errors_hessian, self.standard_errors_gauss_newton
        return pd.DataFrame(
            [
                (self.sample, words, e.relation, e.value, e.unit, e.low, e.high, e.basis, self.n,
                 hessian.get(name) if e.relation == "=" else None,
                 gauss_newton.get(name) if e.relation == "=" else None)
                for name, words, e in rows
            ],
            columns=["sample", "quantity", "relation", "value", "unit", "low", "high", "basis", "n",
                     "se_observed_hessian", "se_gauss_newton"],
        )  # fmt: skip

    def methods_sentence(self, language: str = "en") -> str:
        """Return what was done, in the words of a methods section: en or ko."""
        from ginseng_rd.efficacy.dose_response_words import describe_dose_response

        return describe_dose_response(self, language)

    def plot(self) -> Any:
        """Return a Plotly figure: readings, curve, pointwise band, and the IC50 with its interval."""
        from ginseng_rd.efficacy.figures import draw_curve

        return draw_curve(self)

    @property
    def _name(self) -> str:
        return self.sample or "The sample"

    def __str__(self) -> str:
        head = f"{self._name}: "
        head += "no IC50" if self.ic50 is None else f"IC50 {self.ic50}"
        return "\n".join([head, *(f"  {flag}" for flag in self.flags)])

    def _repr_html_(self) -> str:
        from html import escape

        notes = "".join(f"<li>{escape(flag)}</li>" for flag in self.flags)
        title = f"<p><b>{escape(str(self).splitlines()[0])}</b></p>"
        return f"{title}{self.table().to_html(index=False, border=0, na_rep='')}{f'<ul>{notes}</ul>' if notes else ''}"


@dataclass(frozen=True)
class DoseResponses:
    """The curves of several samples; ``refused`` names those without one, with the reason.

    Behaves as a sequence of curves; ``curves["EX-12"]`` is that sample's. ``by`` is what tells the
    curves apart: sample, assay or endpoint.
    """

    curves: tuple[DoseResponse, ...]
    refused: tuple[tuple[str, str], ...] = ()
    by: str = "sample"

    def __iter__(self) -> Iterator[DoseResponse]:
        return iter(self.curves)

    def __len__(self) -> int:
        return len(self.curves)

    def __getitem__(self, name: str | int) -> DoseResponse:
        if isinstance(name, int):
            return self.curves[name]
        found = {getattr(curve, self.by): curve for curve in self.curves}
        if name not in found:
            raise UnknownName(f"fitted {self.by}", name, found)
        curve: DoseResponse = found[name]
        return curve

    def table(self) -> pd.DataFrame:
        """Return one row a curve: IC50, interval, n, doses, residual sd, flags; of a refused one, the reason."""
        import pandas as pd

        rows: list[tuple[object, ...]] = []
        for curve in self.curves:
            ic50, name = curve.ic50, getattr(curve, self.by)
            bound, value = ("", None) if ic50 is None else (ic50.relation, ic50.value)
            rows.append((name, bound, value, curve.dose_unit, *curve.ic50_interval, curve.n, len(curve.doses),
                         curve.residual_sd, "; ".join(curve.flags)))  # fmt: skip
        rows += [(name, "", None, "", None, None, None, None, None, reason) for name, reason in self.refused]
        names = [self.by, "relation", "ic50", "unit", "low", "high", "n", "doses", "residual_sd", "flags"]
        numbers = dict.fromkeys(("ic50", "low", "high", "residual_sd"), "float64")
        return pd.DataFrame(rows, columns=names).astype({**numbers, "n": "Int64", "doses": "Int64"})

    def plot(self) -> Any:
        """Return one Plotly figure with all curves."""
        from ginseng_rd.efficacy.figures import draw_curves

        return draw_curves(self.curves)

    def __str__(self) -> str:
        return "\n".join([*map(str, self.curves), *(f"{sample}: no fit\n  {why}" for sample, why in self.refused)])

    def _repr_html_(self) -> str:
        return str(self.table().to_html(index=False, border=0, na_rep=""))


def fit_dose_response(readings: pd.DataFrame, *, confidence: float = 0.95) -> DoseResponse:
    """Fit the four-parameter log-logistic curve to the readings of one sample on one endpoint.

    ``readings`` has the columns dose and value and, where known, sample, assay, endpoint, unit,
    dose_unit, relation and origin; dose 0 is the untreated control. Bounds and missing values are
    left out and counted. The IC50 has a profile-likelihood interval (Bates and Watts, Nonlinear
    Regression Analysis, 1988, ch. 6) and is withheld or given as a bound where the readings do not
    determine it. Raises FitRefused for mixed samples or units, and for readings too few for a curve.
    """
    if not 0.5 <= confidence < 1:
        raise FitRefused(f"The confidence lies from 0.5 up to 1 (0.95 is usual), but {confidence:g} was given.")
    return _fit([read_sample(readings)], confidence)[0]


def fit_dose_responses(readings: pd.DataFrame, *, by: str = "sample", confidence: float = 0.95) -> DoseResponses:
    """Fit one curve for each value of the column ``by``: sample, assay or endpoint.

    Negative controls and blanks are passed over. A sample whose readings carry no curve does not
    stop the others: it stands in ``refused`` with the reason.
    """
    if by not in SAME[:3] or by not in readings:
        raise FitRefused(f"Curves are told apart by a column sample, assay or endpoint, not by '{by}'.")
    if "role" in readings:
        readings = readings[~readings["role"].isin(_UNDOSED)]
    if not 0.5 <= confidence < 1:
        raise FitRefused(f"The confidence lies from 0.5 up to 1 (0.95 is usual), but {confidence:g} was given.")
    samples, refused = [], []
    for name, own in read_samples(readings, by):
        try:
            if isinstance(own, FitRefused):
                raise own
            must_carry_a_curve(own.dose, own.value)
            samples.append(own)
        except FitRefused as reason:
            refused.append((name, str(reason)))
    return DoseResponses(tuple(_fit(samples, confidence)), tuple(refused), by)


def _fit(samples: Sequence[SampleReadings], confidence: float) -> list[DoseResponse]:
    """Return the curves of samples, fitted side by side."""
    for sample in samples:
        must_carry_a_curve(sample.dose, sample.value)
    folded = [fold_readings(sample.dose, sample.value) for sample in samples]
    found = find_curves(folded, confidence)
    return [_judge(*each, confidence) for each in zip(samples, folded, found, strict=True)]


def _judge(sample: SampleReadings, folded: FoldedReadings, found: FoundCurve, confidence: float) -> DoseResponse:
    """Return one curve with its IC50, as far as the readings determine it, and its flags."""
    fit = found.fit
    no_response = _f_test(folded.total - fit.rss, len(PARAMETERS) - 1, fit.rss, fit.df)
    ic50: Estimate | None = None
    interval: tuple[float | None, float | None] = (None, None)
    if no_response < _SIGNIFICANT:
        estimate = _estimate_dose(folded, fit, 50, confidence, sample.names["dose_unit"], found.limits)
        interval = (estimate.low, estimate.high)
        ic50 = None if fit.unsettled and estimate.relation == "=" else estimate
    curve = DoseResponse(
        **sample.names,
        points=tuple(sorted(zip(sample.dose.tolist(), sample.value.tolist(), strict=True))),
        left_out=sample.left_out,
        confidence=confidence,
        fit=fit,
        ic50=ic50,
        ic50_interval=interval,
        no_response_p=no_response,
        lack_of_fit_p=_lack_of_fit(folded, fit),
        flags=(),
        poor_controls=sample.poor_controls,
    )
    return replace(curve, flags=tuple(find_flags(curve)))


def _estimate_dose(
    folded: FoldedReadings,
    fit: LogLogistic,
    percent: float,
    confidence: float,
    unit: str,
    limits: tuple[float, float] | None = None,
) -> Estimate:
    """Return the dose of an effect with its profile limits; outside the doses tested, a bound.

    A bound keeps a limit that lies among the doses, and only that.
    """
    # Readings without any scatter would leave the profile nothing but rounding to stand on.
    rss = max(fit.rss, 1e-12 * folded.total)
    logit = math.log(percent / (100 - percent))
    ceiling = rss * (1 + _student(confidence, fit.df) ** 2 / fit.df)
    low, high = limits or profile_limits(folded, fit, logit=logit, ceiling=ceiling)
    log_dose = math.log(fit.ed50) + logit / abs(fit.slope)
    lowest, highest = float(folded.dose[folded.dose > 0][0]), float(folded.dose[-1])
    n, basis = int(folded.count.sum()), f"{100 * confidence:g} % profile likelihood"
    if log_dose > math.log(highest):
        return Estimate(highest, unit, low if low and low <= highest else None, None, n, basis, ">")
    if log_dose < math.log(lowest):
        return Estimate(lowest, unit, None, high if high and high >= lowest else None, n, basis, "<")
    return Estimate(math.exp(log_dose), unit, low, high, n, basis)


def _lack_of_fit(folded: FoldedReadings, fit: LogLogistic) -> float | None:
    doses, readings = len(folded.count), int(folded.count.sum())
    if doses <= len(PARAMETERS) or readings <= doses:
        return None
    return _f_test(fit.rss - folded.scatter, doses - len(PARAMETERS), folded.scatter, readings - doses)


def _f_test(explained: float, by: int, left: float, df: int) -> float:
    """Return the p value of ``explained`` sum of squares against the one ``left``."""
    with np.errstate(over="ignore"):  # readings without any scatter
        ratio = (explained / by) / max(left / df, np.finfo(float).tiny)
    return float(fdtrc(by, df, max(ratio, 0.0)))


def _student(confidence: float, df: int) -> float:
    """Return the two-sided quantile of Student's t."""
    return float(stdtrit(df, (1 + confidence) / 2))


def _standard_errors(covariance: tuple[tuple[float, ...], ...] | None) -> dict[str, float]:
    if covariance is None:
        return {}
    return {name: math.sqrt(covariance[i][i]) for i, name in enumerate(PARAMETERS)}
