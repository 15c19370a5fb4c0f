"""The readings of a stability study, as the fits take them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ginseng_rd.efficacy.fixed_effects import need_columns
from ginseng_rd.efficacy.stability_lines import Floats, Whole
from ginseng_rd.errors import FitRefused

if TYPE_CHECKING:
    import pandas as pd

_CONDITION = ("pack", "condition", "temperature_c", "humidity_percent", "light")


@dataclass(frozen=True)
class Readings:
    """The readings of a stability study that a line is fitted to, in the units they came in."""

    time: Floats
    value: Floats
    batch: Whole
    batches: tuple[str, ...]
    left_out: int
    unit: str
    endpoint: str
    origin: str


def read_stability(
    readings: pd.DataFrame, *, time: str = "week", value: str = "value", batch: str = "batch"
) -> Readings:
    """Take the readings that are plain numbers; without the column ``batch`` all are one batch.

    Raises FitRefused for mixed endpoints, units or conditions, infinite numbers and times below zero.
    """
    need_columns(readings, [time, value])
    for column in ("endpoint", "unit", *_CONDITION):
        _only(readings, column)
    times, values = (_numbers(readings, column) for column in (time, value))
    plain = ~(np.isnan(times) | np.isnan(values))
    if "relation" in readings:
        plain &= readings["relation"].fillna("=").isin(["=", ""]).to_numpy()
    if not (np.isfinite(times[plain]).all() and np.isfinite(values[plain]).all()) or (times[plain] < 0).any():
        raise FitRefused("Times are 0 or more, and times and values are finite; the readings hold others.")
    if not plain.any():
        raise FitRefused("No reading is a plain number: there is no line to fit.")
    if not times[plain].max() > 0:
        raise FitRefused("All readings are at time 0: a change needs later ones.")
    texts = readings[batch].astype(str).to_numpy()[plain] if batch in readings else np.full(int(plain.sum()), "")
    names, numbers = np.unique(texts, return_inverse=True)
    origin = "invented" if "origin" in readings and (readings["origin"] == "invented").any() else ""
    return Readings(
        times[plain], values[plain], numbers, tuple(map(str, names)), int((~plain).sum()),
        _only(readings, "unit"), _only(readings, "endpoint"), origin,
    )  # fmt: skip


def _only(readings: pd.DataFrame, column: str) -> str:
    """Return the one text a column holds; empty without the column."""
    if column not in readings:
        return ""
    found = sorted({str(cell) for cell in readings[column].dropna()})
    if len(found) > 1:
        raise FitRefused(
            f"One shelf life has one {column.replace('_', ' ')}, but the readings have {len(found)}: "
            f"{', '.join(found[:5])}. Choose one before fitting."
        )
    return found[0] if found else ""


def _numbers(readings: pd.DataFrame, column: str) -> Floats:
    try:
        return np.asarray(readings[column].to_numpy(dtype=np.float64, na_value=np.nan))
    except (TypeError, ValueError):
        raise FitRefused(f"The column '{column}' must hold numbers, and it holds text.") from None
