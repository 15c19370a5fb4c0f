"""Any curve of the family through the readings of one or several samples, fitted together where they share."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import gammaln

from ginseng_rd.efficacy.curve_fit import CurveFit
from ginseng_rd.efficacy.curve_likelihood import Likelihood, MeasuredLikelihood, choose_likelihood
from ginseng_rd.efficacy.curve_models import PARAMETERS, CurveModel, choose_model
from ginseng_rd.efficacy.curve_optimum import ROBUST, Optimum, fit_robustly, optimise
from ginseng_rd.efficacy.curve_problem import CurveProblem
from ginseng_rd.efficacy.dose_response_readings import plain_rows, the_one
from ginseng_rd.efficacy.nonlinear import Floats, Whole
from ginseng_rd.errors import FitRefused, UnknownName

if TYPE_CHECKING:
    import pandas as pd

ALL = "all"
ESTIMATE = "estimate"


def fit_curve_models(
    readings: pd.DataFrame, model: str = "LL.4", *, by: str = "sample", **how: Any
) -> tuple[dict[str, CurveFit], dict[str, str]]:
    """Fit one model to each value of the column ``by`` on its own, nothing shared.

    Returns the fits by name, and for each sample without one the reason in words; a curve whose readings do
    not determine it is among the latter. Further arguments are those of ``fit_curve_model``.
    """
    if by not in readings:
        raise UnknownName("column of the readings", by, map(str, readings.columns))
    fits: dict[str, CurveFit] = {}
    refused: dict[str, str] = {}
    for name, own in readings.groupby(by, sort=True):
        try:
            fit = fit_curve_model(own, model, **how)
        except FitRefused as reason:
            refused[str(name)] = str(reason)
            continue
        if fit.is_determined:
            fits[str(name)] = fit
        else:
            refused[str(name)] = fit.optimum.unsettled
    return fits, refused


@dataclass(frozen=True)
class _Plan:
    """What was asked of a fit, checked once."""

    model: CurveModel
    likelihood: Likelihood
    response: str
    by: str | None
    shared: Mapping[str, str]
    robust: str | None
    weights: str | None


def fit_curve_model(
    readings: pd.DataFrame,
    model: str = "LL.4",
    *,
    by: str | None = None,
    shared: Mapping[str, str] | None = None,
    fixed: Mapping[str, float] | None = None,
    response: str = "continuous",
    variance: str = "constant",
    box_cox: float | str | None = None,
    robust: str | None = None,
    weights: str | None = None,
    confidence: float = 0.95,
) -> CurveFit:
    """Fit a curve of the family by maximum likelihood, one for each value of the column ``by``.

    ``readings`` has the columns dose and value and, where known, unit, dose_unit, relation and origin;
    for a binomial response value counts those that responded and total those exposed. ``model`` is a name
    of R's drc (``LL.2`` to ``LL.5``, ``W1.4``, ``W2.4``, ``LN.4``, ``L.4``, ``G.4``, ``EXD.3``, ``AR.3``,
    ``MM.3``, ``BC.4``, ``BC.5``, ``CRS.4a`` ...). ``shared`` names parameters that several curves have in
    common: ``{"upper": "all", "slope": "herbicide"}`` is one upper plateau for all curves and one slope
    for those with the same value in the column herbicide. ``fixed`` gives parameters by value.

    ``response`` is continuous, binomial, poisson or negative binomial. ``variance`` is constant or
    ``power of the mean``; ``box_cox`` transforms both sides by a power given, or found by maximum
    likelihood (``estimate``). ``robust`` is huber or tukey. ``weights`` names a column of inverse
    variances (those of drc are the square roots). Raises FitRefused for readings or choices that do not
    carry the fit, and where it does not converge.
    """
    power = _check_choices(response, variance, box_cox, robust, confidence)
    likelihood = choose_likelihood(response, variance, 1.0 if box_cox == ESTIMATE else power)
    plan = _Plan(choose_model(model, fixed), likelihood, response, by, dict(shared or {}), robust, weights)
    return _fit(readings, plan, variance, box_cox == ESTIMATE, confidence)


def _fit(readings: pd.DataFrame, plan: _Plan, variance: str, estimated: bool, confidence: float) -> CurveFit:
    used, left_out = _read(readings, plan)
    problem, labels = _make_problem(used, plan)
    folded, scatter, constant = _fold(problem, plan)
    df = len(used) - len(problem.names)
    _must_carry(problem, plan, df, labels)
    found: Floats | None = None
    if estimated:
        plan = replace(plan, likelihood=_estimate_power(folded, df))
    if plan.robust:
        optimum, found, _ = fit_robustly(folded, plan.likelihood, plan.robust, df=df)
    else:
        optimum = optimise(folded, plan.likelihood, scatter=scatter, df=df)
    return CurveFit(
        optimum=optimum,
        curves=labels,
        by=plan.by or "",
        response=plan.response,
        variance=variance,
        robust=plan.robust or "",
        box_cox=plan.likelihood.box_cox if isinstance(plan.likelihood, MeasuredLikelihood) else None,
        box_cox_estimated=estimated,
        weighted=plan.weights is not None,
        shared=tuple(sorted(plan.shared.items())),
        dose_unit=the_one(readings, "dose_unit"),
        unit=the_one(readings, "unit"),
        endpoint=the_one(readings, "endpoint"),
        origin=the_one(readings, "origin"),
        n=len(used),
        left_out=left_out,
        rss=2 * optimum.height + scatter if plan.response == "continuous" and variance == "constant" else float("nan"),
        df=df,
        log_likelihood=_log_likelihood(optimum, plan, problem, constant),
        confidence=confidence,
        points=tuple(
            sorted(zip((labels[c] for c in problem.curve), used["dose"], problem.value.tolist(), strict=True))
        ),
        robust_weights=tuple(map(float, found)) if found is not None else (),
    )


def _check_choices(
    response: str, variance: str, box_cox: float | str | None, robust: str | None, confidence: float
) -> float | None:
    """Refuse choices that do not go together; return the Box-Cox power where one was given as a number."""
    if not 0.5 <= confidence < 1:
        raise FitRefused(f"The confidence lies from 0.5 up to 1 (0.95 is usual), but {confidence:g} was given.")
    if robust is not None and (robust not in ROBUST or response != "continuous" or variance != "constant" or box_cox):
        raise FitRefused("A robust fit is huber or tukey, for a continuous response of constant variance.")
    if isinstance(box_cox, str) and box_cox != ESTIMATE:
        raise FitRefused(f"The Box-Cox power is a number or 'estimate', not '{box_cox}'.")
    return box_cox if not isinstance(box_cox, str) else None


def _log_likelihood(optimum: Optimum, plan: _Plan, problem: CurveProblem, constant: float) -> float:
    """Return the log-likelihood of the readings as they came in; NaN for a robust fit, which has none."""
    if plan.robust:
        return math.nan
    whole = np.concatenate([optimum.theta, optimum.shapes])
    likely = plan.likelihood.log_likelihood(optimum.problem, whole, constant, len(problem.value))
    # A power of the mean has the weights in its variance already.
    weighed = plan.response == "continuous" and not plan.likelihood.shapes
    return likely + (0.5 * float(np.log(problem.weight).sum()) if weighed else 0.0)


def _read(readings: pd.DataFrame, plan: _Plan) -> tuple[pd.DataFrame, int]:
    """Return the rows that are plain numbers in a fixed order, with columns curve, dose, value, weight."""
    columns = ["dose", "value"] + (["total"] if plan.response == "binomial" else [])
    columns += [plan.weights] if plan.weights else []
    plain, numbers = plain_rows(readings, columns)
    for column in ("unit", "dose_unit", "endpoint", "origin"):
        the_one(readings, column)
    own = [plan.by] if plan.by else []
    groups = sorted({column for column in plan.shared.values() if column != ALL})
    for column in (*own, *groups):
        if column not in readings:
            raise UnknownName("column of the readings", column, map(str, readings.columns))
    rows = readings.loc[plain, list(dict.fromkeys([*own, *groups]))].astype(str)
    rows = rows.assign(dose=numbers["dose"][plain], value=numbers["value"][plain], weight=1.0)
    rows["curve"] = rows[plan.by] if plan.by else ""
    if plan.weights:
        rows["weight"] = numbers[plan.weights][plain]
    value = rows["value"]
    if plan.response == "binomial":
        rows["weight"] = numbers["total"][plain]
        if not ((rows["weight"] > 0) & (value >= 0) & (value <= rows["weight"])).all():
            raise FitRefused("A binomial response counts from 0 to the total exposed, and the total is above 0.")
        rows["value"] = value / rows["weight"]
    elif plan.response != "continuous" and not ((value >= 0) & (value == value.round())).all():
        raise FitRefused("Counts are whole numbers from 0 up; the readings hold others.")
    if not (rows["weight"] > 0).all():
        raise FitRefused("Weights are above 0.")
    if isinstance(plan.likelihood, MeasuredLikelihood) and plan.likelihood.box_cox is not None and (value <= 0).any():
        raise FitRefused("The Box-Cox transform needs responses above 0; the readings hold others.")
    order = rows.sort_values(["curve", "dose", "value", "weight"], kind="stable")
    return order.reset_index(drop=True), len(readings) - int(plain.sum())


def _make_problem(rows: pd.DataFrame, plan: _Plan) -> tuple[CurveProblem, tuple[str, ...]]:
    """Return the problem, and the names of its curves in order."""
    unknown = set(plan.shared) - set(plan.model.free)
    if unknown:
        raise FitRefused(f"{plan.model.name} has no free parameter {sorted(unknown)[0]} to share.")
    labels = tuple(sorted(set(rows["curve"])))
    number = {label: n for n, label in enumerate(labels)}
    column = np.full((len(labels), len(PARAMETERS)), -1, dtype=np.int64)
    names: list[str] = []
    for n, parameter in enumerate(PARAMETERS):
        if parameter in plan.model.fixed:
            continue
        for label in labels:
            name = parameter
            sharing = plan.shared.get(parameter, plan.by)
            if sharing not in (None, ALL):
                of = sorted(set(rows.loc[rows["curve"] == label, sharing]))
                if len(of) > 1:
                    raise FitRefused(f"Curve '{label}' has several values of '{sharing}', so it cannot share by it.")
                name += f":{of[0]}"
            if name not in names:
                names.append(name)
            column[number[label], n] = names.index(name)
    doses = rows["dose"].to_numpy()
    unit = _dose_unit(doses, plan.model)
    problem = CurveProblem(
        model=plan.model,
        place=plan.model.place(doses, unit),
        curve=np.array([number[label] for label in rows["curve"]], dtype=np.int64),
        value=rows["value"].to_numpy(),
        weight=rows["weight"].to_numpy(),
        column=column,
        given=np.zeros((len(labels), len(PARAMETERS))),
        names=tuple(names),
        unit=unit,
    )
    given = [problem.from_reported(p, plan.model.fixed[p]) if p in plan.model.fixed else 0.0 for p in PARAMETERS]
    return replace(problem, given=np.tile(np.array(given), (len(labels), 1))), labels


def _dose_unit(doses: Floats, model: CurveModel) -> float:
    """Return the dose that counts as 1 inside: the middle of those tested, so that their unit does not matter."""
    tested = doses[doses > 0]
    if not len(tested):
        raise FitRefused("All doses are 0: there is no curve to fit.")
    if isinstance(model.hormesis, float):
        return 1.0  # Cedergreen's exp(-1 / dose^alpha) is tied to the unit of the doses
    if not model.log_axis:
        return float(tested.max())
    return math.exp((math.log(tested.min()) + math.log(tested.max())) / 2)


def _fold(problem: CurveProblem, plan: _Plan) -> tuple[CurveProblem, float, float]:
    """Fold replicates into weighted means; return the scatter within them and what the likelihood needs of it."""
    measured = isinstance(plan.likelihood, MeasuredLikelihood)
    constant = 0.0
    if plan.response == "binomial":
        dead = problem.value * problem.weight
        constant = float(np.sum(gammaln(problem.weight + 1) - gammaln(dead + 1) - gammaln(problem.weight - dead + 1)))
    elif not measured:
        constant = -float(gammaln(problem.value + 1).sum())
    if plan.robust or plan.likelihood.shapes or (measured and getattr(plan.likelihood, "box_cox", None) is not None):
        return problem, 0.0, constant
    _, first, where = np.unique(
        np.stack([problem.curve.astype(float), problem.place]), axis=1, return_index=True, return_inverse=True
    )
    where = where.ravel()
    weight = np.bincount(where, weights=problem.weight).astype(np.float64)
    mean = np.bincount(where, weights=problem.weight * problem.value) / weight
    scatter = float(np.sum(problem.weight * (problem.value - mean[where]) ** 2)) if measured else 0.0
    folded = replace(problem, place=problem.place[first], curve=problem.curve[first], value=mean, weight=weight)
    return folded, scatter, scatter if measured else constant


def _must_carry(problem: CurveProblem, plan: _Plan, df: int, labels: Sequence[str]) -> None:
    """Refuse readings too few, or too much alike, for the parameters asked for."""
    if df < 1 and plan.response == "continuous":
        raise FitRefused(f"{len(problem.value)} readings do not determine {len(problem.names)} parameters.")
    levels = {n: len(np.unique(problem.place[problem.curve == n])) for n in range(len(labels))}
    if sum(levels.values()) < len(problem.names):
        raise FitRefused(
            f"{sum(levels.values())} doses (curve by curve) do not determine {len(problem.names)} parameters."
        )
    for n, label in enumerate(labels):
        own: Whole = np.nonzero(problem.curve == n)[0]
        named = f"of '{label}' " if label else ""
        if levels[n] < 2:
            raise FitRefused(f"The readings {named}are at one dose: they carry no curve.")
        if np.ptp(problem.value[own]) == 0:
            raise FitRefused(f"All readings {named}are {problem.value[own][0]:g}: there is no response to fit.")


def _estimate_power(problem: CurveProblem, df: int) -> MeasuredLikelihood:
    """Return the Box-Cox transform of greatest likelihood, looked for from -2 to 2."""

    def fall(power: float) -> float:
        likelihood = MeasuredLikelihood(box_cox=power)
        optimum = optimise(problem, likelihood, scatter=0.0, df=df)
        likely = likelihood.log_likelihood(problem, optimum.theta, 0.0, len(problem.value))
        return math.inf if optimum.unsettled else -likely

    powers = np.linspace(-2, 2, 9)
    falls = [fall(float(power)) for power in powers]
    best = int(np.argmin(falls))
    if not math.isfinite(falls[best]):
        raise FitRefused("No Box-Cox power lets the curve converge.")
    ends = (float(powers[max(best - 1, 0)]), float(powers[min(best + 1, 8)]))
    found = minimize_scalar(fall, bounds=ends, method="bounded", options={"xatol": 1e-7})
    return MeasuredLikelihood(box_cox=float(found.x))
