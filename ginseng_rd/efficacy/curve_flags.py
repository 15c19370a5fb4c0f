"""What a reader must know before using a dose-response curve, in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ginseng_rd.efficacy.dose_response import DoseResponse

_REACHED = 0.9  # a plateau counts as seen when a dose has gone this share of the way to it
_OUTSIDE = 0.1  # share of the readings' range by which a plateau may lie outside them
_FEW = 6
_MISSES = 0.05


def find_flags(curve: DoseResponse) -> Iterator[str]:
    """Yield the flags of a curve, the gravest first."""
    if not curve.has_response:
        yield f"no response: a flat line explains the readings as well (F test p = {curve.no_response_p:.2g})"
    else:
        yield from _flag_ic50(curve)
        if not curve.fit.unsettled:
            yield from _flag_plateaus(curve)
            yield from _flag_slope(curve)
        if curve.lack_of_fit_p is not None and curve.lack_of_fit_p < _MISSES:
            yield f"the curve misses the readings: lack-of-fit test p = {curve.lack_of_fit_p:.2g}"
    if len(curve.doses) < _FEW:
        yield f"few doses: {len(curve.doses)} doses for a curve of four parameters"
    if curve.poor_controls:
        yield f"bad controls: {'; '.join(curve.poor_controls)} (0.5 or more is good)"
    if curve.left_out:
        yield f"{curve.left_out} of {curve.n + curve.left_out} readings left out: bounds or missing values"


def _flag_ic50(curve: DoseResponse) -> Iterator[str]:
    lowest, highest = _tested(curve)
    low, high = curve.ic50_interval
    if curve.fit.unsettled:
        yield curve.fit.unsettled
    if curve.ic50 is None:
        sides = [f"above {_dose(low, curve)}"] if low is not None else []
        sides += [f"below {_dose(high, curve)}"] if high is not None else []
        yield f"the IC50 lies {' and '.join(sides)}: no more is known" if sides else "nothing is known of the IC50"
    elif curve.ic50.relation == ">":
        yield f"IC50 above the highest dose tested, {_dose(highest, curve)}"
    elif curve.ic50.relation == "<":
        yield f"IC50 below the lowest dose tested, {_dose(lowest, curve)}"
    elif low is None or high is None:
        ends = [name for name, end in (("lower", low), ("upper", high)) if end is None]
        yield f"the IC50 has no {' and no '.join(ends)} limit"
    elif low < lowest or high > highest:
        yield "the interval of the IC50 reaches outside the doses tested"


def _flag_plateaus(curve: DoseResponse) -> Iterator[str]:
    lowest, highest = _tested(curve)
    fit = curve.fit
    near, far = ("upper", "lower") if fit.slope > 0 else ("lower", "upper")
    begun, gone = fit.share_reached(lowest), fit.share_reached(highest)
    if begun > 1 - _REACHED and 0.0 not in curve.doses:
        yield f"incomplete {near} plateau: {begun:.0%} of the response is there at the lowest dose"
    if gone < _REACHED:
        yield f"incomplete {far} plateau: the highest dose reaches {gone:.0%} of the way"
    values = [value for _, value in curve.points]
    least, most = min(values), max(values)
    margin = _OUTSIDE * (most - least)
    if fit.upper > most + margin:
        yield f"upper plateau outside readings: {fit.upper:.4g} where the highest reading is {most:.4g}"
    if fit.lower < least - margin:
        yield f"lower plateau outside readings: {fit.lower:.4g} where the lowest reading is {least:.4g}"


def _flag_slope(curve: DoseResponse) -> Iterator[str]:
    shares = [curve.fit.share_reached(dose) for dose in curve.doses if dose > 0]
    on_the_way = sum(1 - _REACHED < share < _REACHED for share in shares)
    if on_the_way <= 1:
        yield "slope rests on one dose" if on_the_way else "no dose lies on the slope"


def _tested(curve: DoseResponse) -> tuple[float, float]:
    tested = [dose for dose in curve.doses if dose > 0]
    return tested[0], tested[-1]


def _dose(dose: float, curve: DoseResponse) -> str:
    return f"{dose:.4g} {curve.dose_unit}".strip()
