"""Doses of an effect as a report gives them: bounded by the doses tested, with a named interval."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ginseng_rd.efficacy.curve_effects import delta_error, place_of_effect, place_of_response, profile_limits_of
from ginseng_rd.efficacy.curve_models import AT_ZERO
from ginseng_rd.efficacy.nonlinear import Function
from ginseng_rd.errors import FitRefused

if TYPE_CHECKING:
    from ginseng_rd.efficacy.curve_fit import CurveFit

PROFILE, LOG_DELTA, DELTA, FIELLER = "profile likelihood", "log delta", "delta", "Fieller"
HESSIAN, GAUSS_NEWTON = "observed Hessian", "Gauss-Newton"
_BEYOND = 3 * math.log(10)
_OPEN = 12 * math.log(10)  # a logarithm this uncertain says nothing


def effect_row(
    fit: CurveFit, number: int, effect: float, absolute: bool, interval: str, errors: str
) -> tuple[object, ...]:
    """Return one row of ``CurveFit.ed_table``: the dose of an effect of one curve, a bound outside its doses."""
    problem, place = fit.optimum.problem, place_of(fit, number, effect, absolute)
    at = float(place(fit.optimum.theta[None, :])[0])
    if not math.isfinite(at):
        raise FitRefused(f"The curve never reaches {effect:g}{'' if absolute else ' % of the way'}.")
    tested = problem.place[(problem.curve == number) & (problem.place > AT_ZERO / 2)]
    lowest, highest = float(tested.min()), float(tested.max())
    beyond = _BEYOND if problem.model.log_axis else highest - lowest
    low, high = limits_of(fit, place, interval, errors, (lowest - beyond, highest + beyond), None)
    size = problem.unit * (math.exp(at) if problem.model.log_axis else 1.0)
    spread = [delta_error(place, fit.optimum, fit.covariance_inside(by)) for by in (HESSIAN, GAUSS_NEWTON)]
    relation, value = "=", _dose(fit, at)
    if at > highest:
        relation, value, high = ">", _dose(fit, highest), None
        low = low if low is not None and low <= value else None
    elif at < lowest:
        relation, value, low = "<", _dose(fit, lowest), None
        high = high if high is not None and high >= value else None
    ends = [math.nan if end is None else end for end in (low, high)]
    known = [math.nan if error is None else error * size for error in spread]
    basis = name_interval(fit, interval, errors)
    return (fit.curves[number], effect, relation, value, fit.dose_unit, *ends, basis, _dose(fit, at), *known)


def limits_of(
    fit: CurveFit, place: Function, interval: str, errors: str, ends: tuple[float, float], unit: float | None
) -> tuple[float | None, float | None]:
    """Return limits of a dose, or of a ratio of doses where ``unit`` is 1, from those of its place."""
    at = float(place(fit.optimum.theta[None, :])[0])
    log_axis = fit.optimum.problem.model.log_axis or unit is not None
    size = fit.optimum.problem.unit if unit is None else unit
    if interval == PROFILE:
        if fit.robust:
            raise FitRefused("A robust fit has no likelihood to profile: choose log delta or delta.")
        rise = 0.5 * fit.reach**2 * fit.optimum.scale
        low, high = profile_limits_of(place, fit.optimum, rise=rise, low=ends[0], high=ends[1])
        found = [None if end is None else size * (math.exp(end) if log_axis else end) for end in (low, high)]
        return found[0], found[1]
    if interval not in (LOG_DELTA, DELTA):
        raise FitRefused(f"An interval is {PROFILE}, {LOG_DELTA} or {DELTA}, not '{interval}'.")
    error = delta_error(place, fit.optimum, fit.covariance_inside(GAUSS_NEWTON if fit.robust else errors))
    if error is None:
        return None, None
    half = fit.reach * error
    if not log_axis or interval == DELTA:
        value = size * (math.exp(at) if log_axis else at)
        half *= value if log_axis else size
        return value - half, value + half
    if half > _OPEN:
        return None, None
    return size * math.exp(at - half), size * math.exp(at + half)


def place_of(fit: CurveFit, number: int, effect: float, absolute: bool) -> Function:
    """Return the place of an effect, or of a response where ``absolute``, as a function of the parameters."""
    if absolute:
        return place_of_response(fit.optimum, number, effect)
    if not 0 < effect < 100:
        raise FitRefused(f"An effect lies between 0 and 100 % of the way, but {effect:g} % was asked for.")
    return place_of_effect(fit.optimum, number, effect)


def name_interval(fit: CurveFit, interval: str, errors: str) -> str:
    """Return how an interval was made, with the standard error it rests on."""
    named = "" if interval == PROFILE else f", {'sandwich' if fit.robust else errors}"
    return f"{100 * fit.confidence:g} % {interval}{named}"


def _dose(fit: CurveFit, place: float) -> float:
    problem = fit.optimum.problem
    return problem.unit * (math.exp(place) if problem.model.log_axis else place)
