"""Readings of many samples, taken apart once and fitted side by side."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ginseng_rd.efficacy.dose_response_readings import find_poor_controls, plain_rows, the_one
from ginseng_rd.efficacy.log_logistic import PARAMETERS, FoldedReadings, LogLogistic, describe_at, fit_log_logistic
from ginseng_rd.efficacy.log_logistic_batch import fit_folded
from ginseng_rd.efficacy.log_logistic_slopes import CONTROL, FoldedCurves
from ginseng_rd.efficacy.nonlinear import Floats
from ginseng_rd.errors import FitRefused

if TYPE_CHECKING:
    import pandas as pd

SAME = ("sample", "assay", "endpoint", "unit", "dose_unit", "origin")  # what one curve has one of


@dataclass(frozen=True, eq=False)
class SampleReadings:
    """The plain numbers of one sample, what they have in common, and how many others there were."""

    names: dict[str, str]
    dose: Floats
    value: Floats
    left_out: int
    poor_controls: tuple[str, ...]


@dataclass(frozen=True)
class FoundCurve:
    """A fitted curve and the profile limits of its ED50; None where they are still to be looked for."""

    fit: LogLogistic
    limits: tuple[float, float] | None


def read_sample(readings: pd.DataFrame) -> SampleReadings:
    """Return the readings of one sample; FitRefused for mixed samples or units and for what are no numbers."""
    names = {column: the_one(readings, column) for column in SAME}
    rows, numbers = plain_rows(readings, ("dose", "value"))
    left_out = len(readings) - int(rows.sum())
    return SampleReadings(names, numbers["dose"][rows], numbers["value"][rows], left_out, find_poor_controls(readings))


def read_samples(readings: pd.DataFrame, by: str) -> Iterator[tuple[str, SampleReadings | FitRefused]]:
    """Yield each value of the column ``by`` with its readings, or with the reason why it has none."""
    common = {column: _everywhere(readings, column) for column in SAME if column != by}
    try:
        rows, numbers = plain_rows(readings, ("dose", "value"))
    except FitRefused:
        rows, numbers = np.zeros(0, dtype=bool), {}  # some sample is at fault: each is looked at alone
    quick = bool(numbers) and None not in common.values() and "z_prime" not in readings
    groups: dict[str, NDArray[np.intp]] = readings.groupby(by, sort=True).indices  # type: ignore[assignment]
    for name, where in groups.items():
        if quick and str(name).strip() == name:
            own = where[rows[where]]
            names = {by: name, **{column: text or "" for column, text in common.items()}}
            yield name, SampleReadings(names, numbers["dose"][own], numbers["value"][own], len(where) - len(own), ())
            continue
        try:
            yield str(name), read_sample(readings.iloc[where])
        except FitRefused as reason:
            yield str(name), reason


def find_curves(folded: Sequence[FoldedReadings], confidence: float) -> list[FoundCurve]:
    """Return the best curve through each; those that do not settle side by side are searched for one by one."""
    if not folded:
        return []
    batch = fit_folded(_stack(folded), confidence)
    found = []
    for k, own in enumerate(folded):
        if not batch.settled[k] or batch.rss[k] <= 1e-12 * own.total:
            found.append(FoundCurve(fit_log_logistic(own), None))
            continue
        location = math.log(batch.ed50[k]) - own.middle
        fit = describe_at(own, math.log(abs(batch.slope[k])), location)
        low, high = float(batch.ed50_low[k]), float(batch.ed50_high[k])
        found.append(FoundCurve(fit, None if math.isnan(low) or math.isnan(high) else (low, high)))
    return found


def must_carry_a_curve(dose: Floats, value: Floats) -> None:
    """Refuse readings too few, or too much alike, for four parameters."""
    tested = len(np.unique(dose[dose > 0]))
    if len(np.unique(dose)) < len(PARAMETERS) or tested < 3 or len(dose) <= len(PARAMETERS):
        raise FitRefused(
            f"{len(dose)} readings at {tested} doses above 0 do not carry a curve of four parameters: it needs "
            "at least 5 readings at 4 doses, of which one may be 0."
        )
    if np.ptp(value) == 0:
        raise FitRefused(f"All {len(value)} readings are {value[0]:g}: there is no response to fit.")


def _everywhere(readings: pd.DataFrame, column: str) -> str | None:
    """Return the text that every row has in a column; None where rows differ or some have none."""
    if column not in readings:
        return ""
    found = readings[column].unique()
    return str(found[0]).strip() if len(found) == 1 and isinstance(found[0], str) else None


def _stack(folded: Sequence[FoldedReadings]) -> FoldedCurves:
    """Return the curves as columns; those with fewer doses are filled up with doses without readings."""
    doses = max(len(own.count) for own in folded)
    place, count, mean = (np.zeros((doses, len(folded))) for _ in range(3))
    for k, own in enumerate(folded):
        place[: len(own.count), k] = np.maximum(own.log_dose, CONTROL)
        count[: len(own.count), k] = own.count
        mean[: len(own.count), k] = own.mean
    return FoldedCurves(
        place,
        count,
        mean,
        np.array([own.middle for own in folded]),
        np.array([own.level for own in folded]),
        np.array([own.scatter for own in folded]),
        count.sum(axis=0),
        np.array([own.total for own in folded]),
        np.array([own.tested[0] for own in folded]),
        np.array([own.tested[-1] for own in folded]),
        np.array([math.log(own.steepest) for own in folded]),
    )
