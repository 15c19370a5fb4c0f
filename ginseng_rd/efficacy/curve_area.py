"""What is read off curves besides the dose of an effect: area, selectivity, and which model to choose."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ginseng_rd.efficacy.curve_effects import delta_error, profile_limits_of
from ginseng_rd.efficacy.curve_intervals import DELTA, GAUSS_NEWTON, HESSIAN, PROFILE
from ginseng_rd.efficacy.nonlinear import Floats
from ginseng_rd.errors import FitRefused
from ginseng_rd.records.estimate import Estimate

if TYPE_CHECKING:
    import pandas as pd

    from ginseng_rd.efficacy.curve_fit import CurveFit

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(48)
CANDIDATES = ("LL.3", "LL.4", "LL.5", "W1.3", "W1.4", "W2.3", "W2.4", "LN.4")


def area_under_curve(
    fit: CurveFit, curve: str | None = None, *, low: float, high: float, interval: str = DELTA
) -> Estimate:
    """Return the area under a fitted curve over log10 dose, from ``low`` to ``high``, which lie within the doses.

    In the unit of the response times decades; divided by ``log10(high / low)`` it is the mean response.
    The interval is ``delta`` (observed Hessian) or ``profile likelihood``.
    """
    problem, number = fit.optimum.problem, fit.number_of(curve)
    tested = [dose for name, dose, _ in fit.points if name == fit.curves[number] and dose > 0]
    if not (0 < low < high) or low < min(tested) * (1 - 1e-9) or high > max(tested) * (1 + 1e-9):
        raise FitRefused(
            f"The area is taken within the doses tested, {min(tested):g} to {max(tested):g} {fit.dose_unit}, "
            f"but {low:g} to {high:g} was asked for."
        )
    if not fit.is_determined:
        raise FitRefused(f"There is no area: {fit.optimum.unsettled}.")
    edges = np.linspace(math.log(low), math.log(high), 9)
    middle, half = (edges[1:] + edges[:-1]) / 2, (edges[1] - edges[0]) / 2
    place = problem.model.place(np.exp((middle[:, None] + half * _NODES).ravel()), problem.unit)
    weight = np.tile(_WEIGHTS, 8) * half / math.log(10)

    def area(theta: Floats) -> Floats:
        total: Floats = problem.model.at(place, problem.parameters(theta)[:, number, None, :]) @ weight
        return total

    value = float(area(fit.optimum.theta[None, :])[0])
    error = delta_error(area, fit.optimum, fit.covariance_inside(GAUSS_NEWTON if fit.robust else HESSIAN))
    if error is None:
        raise FitRefused("The area has no interval: the readings do not determine the curve.")
    ends: tuple[float | None, float | None] = (value - fit.reach * error, value + fit.reach * error)
    if interval == PROFILE:
        rise = 0.5 * fit.reach**2 * fit.optimum.scale
        ends = profile_limits_of(area, fit.optimum, rise=rise, low=value - 40 * error, high=value + 40 * error)
    elif interval != DELTA:
        raise FitRefused(f"The interval of an area is {DELTA} or {PROFILE}, not '{interval}'.")
    unit = f"{fit.unit} decades".strip()
    return Estimate(value, unit, *ends, fit.n, f"{100 * fit.confidence:g} % {interval}")


def find_selectivity(viability: Estimate, activity: Estimate) -> Estimate:
    """Return the selectivity index: the dose that halves viability over the dose of half activity.

    The interval joins those of the two, taken as independent, on the logarithm (Zou and Donner, Stat. Med.
    27, 2008, 1693). A dose known only as a bound makes the index a bound. Raises FitRefused for different
    units, and where two bounds leave the index open on both sides.
    """
    if viability.unit != activity.unit:
        raise FitRefused(
            f"The two doses are in '{viability.unit}' and '{activity.unit}': bring them to one unit before dividing."
        )
    up = {">": 1, "<": -1, "=": 0}
    sides = {up[viability.relation], -up[activity.relation]} - {0}
    if len(sides) == 2:
        raise FitRefused("Both doses are bounds on the same side, so nothing is known of their ratio.")
    value = viability.value / activity.value
    if sides:
        return Estimate(value, "", None, None, None, "bound: a dose lies outside those tested", "<>"[sides == {1}])
    return Estimate(value, "", *_join(viability, activity), None, "limits joined by Zou and Donner's method")


def _join(one: Estimate, other: Estimate) -> tuple[float | None, float | None]:
    """Return limits of a ratio from those of its two independent parts; open where one of them is."""
    ends: list[float | None] = []
    for sign, near, far in ((-1, one.low, other.high), (1, one.high, other.low)):
        if near is None or far is None or near <= 0 or far <= 0:
            ends.append(None)
            continue
        reach = math.hypot(math.log(near / one.value), math.log(far / other.value))
        ends.append(one.value / other.value * math.exp(sign * reach))
    return ends[0], ends[1]


def choose_curve_model(
    readings: pd.DataFrame, models: Sequence[str] = CANDIDATES, **how: Any
) -> tuple[CurveFit, pd.DataFrame]:
    """Fit several models and return the one of least AICc, with a table of all.

    Further arguments are those of ``fit_curve_model``. Columns: model, parameters, log_likelihood, aicc,
    delta (AICc above the least), weight (Akaike's), lack_of_fit_p, residual_sd, remark; a model that is
    refused or not determined has only the remark and is not chosen. Raises FitRefused where none is left.
    """

    from ginseng_rd.efficacy.dose_response_models import fit_curve_model

    if how.get("robust"):
        raise FitRefused("A robust fit has no likelihood, so models are not chosen by AICc.")
    fits: dict[str, CurveFit] = {}
    rows: list[tuple[object, ...]] = []
    for name in models:
        try:
            fit = fit_curve_model(readings, name, **how)
            remark = fit.optimum.unsettled
        except FitRefused as refusal:
            rows.append((name, None, None, None, None, None, str(refusal)))
            continue
        if remark:
            rows.append((name, None, None, None, None, None, remark))
            continue
        fits[name] = fit
        sd = None if math.isnan(fit.rss) else fit.residual_sd
        rows.append((name, len(fit.names), fit.log_likelihood, fit.aicc, fit.lack_of_fit(), sd, ""))
    if not fits:
        raise FitRefused(f"None of the models {', '.join(models)} is determined by the readings.")
    best = min(fits, key=lambda name: fits[name].aicc)
    return fits[best], _rank(rows, fits[best].aicc)


def _rank(rows: Sequence[tuple[object, ...]], least: float) -> pd.DataFrame:
    """Return the models by AICc, with the distance from the least and Akaike's weights."""
    import pandas as pd

    columns = ["model", "parameters", "log_likelihood", "aicc", "lack_of_fit_p", "residual_sd", "remark"]
    table = pd.DataFrame(rows, columns=columns)
    numbers = dict.fromkeys(("log_likelihood", "aicc", "lack_of_fit_p", "residual_sd"), "float64")
    table = table.astype({**numbers, "parameters": "Int64"})
    delta = table["aicc"] - least
    weight = np.exp(-delta / 2)
    table.insert(4, "delta", delta)
    table.insert(5, "weight", weight / weight.sum())
    return table.sort_values("aicc", kind="stable", na_position="last").reset_index(drop=True)
