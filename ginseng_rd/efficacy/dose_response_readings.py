"""Readings as a dose-response fit needs them: one unit, plain finite numbers, doses not below zero."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ginseng_rd.efficacy.nonlinear import Flags, Floats
from ginseng_rd.errors import FitRefused

if TYPE_CHECKING:
    import pandas as pd

GOOD_Z_PRIME = 0.5


def the_one(readings: pd.DataFrame, column: str) -> str:
    """Return the one text a column holds, cells left empty set aside; empty without the column."""
    if column not in readings:
        return ""
    found = sorted({str(cell).strip() for cell in readings[column].dropna()} - {""})
    if len(found) > 1:
        words = ", ".join(f"'{name}'" for name in found[:5])
        raise FitRefused(
            f"One curve has one {column.replace('_', ' ')}, but the readings have {len(found)}: {words}. "
            "Choose one, or bring them to one unit, before fitting."
        )
    return found[0] if found else ""


def plain_rows(readings: pd.DataFrame, columns: Sequence[str]) -> tuple[Flags, dict[str, Floats]]:
    """Return which rows are plain numbers in all columns, and the columns as floats.

    Bounds and missing values are not plain; infinite numbers and doses below 0 are refused.
    """
    lacking = [column for column in columns if column not in readings]
    if lacking:
        raise FitRefused(f"The readings have no column '{lacking[0]}'; a curve needs {' and '.join(columns)}.")
    try:
        numbers = {column: readings[column].to_numpy(dtype=np.float64, na_value=np.nan) for column in columns}
    except (TypeError, ValueError) as error:
        raise FitRefused(f"Doses and values must be numbers before a curve is fitted: {error}.") from None
    plain = ~np.any([np.isnan(column) for column in numbers.values()], axis=0)
    if "relation" in readings:
        plain &= readings["relation"].fillna("=").isin(["=", ""]).to_numpy()
    if np.any(numbers["dose"][plain] < 0) or not all(np.all(np.isfinite(c[plain])) for c in numbers.values()):
        raise FitRefused("A dose is 0 or more, and doses and values are finite; the readings hold others.")
    return plain, numbers


def find_poor_controls(readings: pd.DataFrame) -> tuple[str, ...]:
    """Return the plates whose Z' is below 0.5 with its value; none where the readings have no column z_prime."""
    if "z_prime" not in readings:
        return ()
    poor = readings[readings["z_prime"] < GOOD_Z_PRIME]
    names = poor["plate"].fillna("").astype(str) if "plate" in poor else poor["z_prime"].map(lambda _: "")
    found = sorted(set(zip(names, poor["z_prime"], strict=True)))
    return tuple(f"{name + ', ' if name else ''}Z' = {z_prime:.2f}" for name, z_prime in found)
