"""Raw plate readings to per cent inhibition, and how good the plate's controls were."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ginseng_rd.errors import FitRefused

if TYPE_CHECKING:
    import pandas as pd

_ONE_PLATE = ("assay", "plate", "endpoint")  # wells that share their controls
_NEEDED = ("role", "endpoint", "value", "unit")


@dataclass(frozen=True)
class PlateQuality:
    """How well the controls of one plate and endpoint stood apart, in the unit of the raw readings.

    ``z_prime`` is Zhang's Z' factor, 1 - 3 (sd + sd) / |mean - mean| (J. Biomol. Screen. 4, 1999,
    67), of the negative control against ``z_prime_against``: the positive control, or the blank
    where the plate has none or ran it as a series of doses. From 0.5 up a plate separates well.
    CVs are in %. A figure that needs two wells is None where there is one. ``missing`` counts the
    wells without a plain number.
    """

    assay: str
    plate: str
    endpoint: str
    unit: str
    negative_mean: float
    negative_cv: float | None
    blank_mean: float
    positive_mean: float | None
    positive_cv: float | None
    z_prime: float | None
    z_prime_against: str
    missing: int


@dataclass(frozen=True, eq=False)
class NormalisedPlates:
    """Readings in % inhibition, row for row as they came in, and the quality of each plate.

    Two columns are added: ``control_se``, the standard error in % that the means of the plate's controls
    bring into a reading (the same for all alike, so replicates do not lessen it; NaN where a control has
    one well), and ``z_prime``. A relative IC50 of one plate does not move with the controls; plateaus
    and the dose of an absolute effect do.
    """

    readings: pd.DataFrame
    quality: tuple[PlateQuality, ...]

    def table(self) -> pd.DataFrame:
        """Return the quality as a DataFrame, one row a plate and endpoint."""
        import pandas as pd

        return pd.DataFrame(self.quality)

    def _repr_html_(self) -> str:
        return str(self.table().to_html(index=False, border=0, na_rep=""))


def normalise_to_controls(readings: pd.DataFrame) -> NormalisedPlates:
    """Return plate readings as % inhibition, 100 (negative - x) / (negative - blank), plate by plate.

    ``readings`` are of kind assay with role, endpoint, value and unit, and assay, plate and
    relation where known. The means of the plate's own negative controls and blanks are used; a
    plate without either is refused, for its background would be a guess. The endpoint becomes
    ``inhibition of ...`` and the unit %. A well that is a bound or missing stays as missing and
    is counted. Raises FitRefused, with every plate that lacks controls.
    """
    lacking = [column for column in _NEEDED if column not in readings]
    if lacking:
        raise FitRefused(f"The readings have no column '{lacking[0]}'; plates need {', '.join(_NEEDED)}.")
    frame = readings.reset_index(drop=True)
    frame["value"] = frame["value"].astype("float64")
    if "relation" in frame:
        frame["value"] = frame["value"].where(frame["relation"].fillna("=").isin(["=", ""]))
    keys = [column for column in _ONE_PLATE if column in frame]
    plates = list(frame.groupby(keys, sort=True, dropna=False))
    faults = [fault for _, wells in plates for fault in _find_faults(wells)]
    if faults:
        raise FitRefused(" ".join(faults))
    quality = tuple(_judge_plate(wells) for _, wells in plates)
    for (_, wells), plate in zip(plates, quality, strict=True):
        share = (plate.negative_mean - wells["value"]) / (plate.negative_mean - plate.blank_mean)
        frame.loc[wells.index, "value"] = 100 * share
        frame.loc[wells.index, "control_se"] = _control_error(wells, share)
        frame.loc[wells.index, "z_prime"] = np.nan if plate.z_prime is None else plate.z_prime
    frame["endpoint"] = "inhibition of " + frame["endpoint"].astype(str)
    frame["unit"] = "%"
    frame["relation"] = frame["value"].notna().map({True: "=", False: "missing"})
    return NormalisedPlates(frame.set_index(readings.index), quality)


def _find_faults(wells: pd.DataFrame) -> Iterator[str]:
    """Yield what keeps a plate from being normalised."""
    negative, blank = _controls(wells, "negative control"), _controls(wells, "blank")
    for role, values in (("negative control", negative), ("blank", blank)):
        if values.empty:
            yield f"{_name(wells)} has no {role} with a reading: mark its wells in the column role."
    units = sorted(wells["unit"].dropna().astype(str).unique())
    if len(units) > 1:
        yield f"{_name(wells)} has readings in {' and '.join(units)}: bring them to one unit."
    if not negative.empty and not blank.empty and negative.mean() == blank.mean():
        yield f"{_name(wells)} has the mean {blank.mean():g} in negative control and blank alike: nothing was measured."


def _judge_plate(wells: pd.DataFrame) -> PlateQuality:
    negative, blank = _controls(wells, "negative control"), _controls(wells, "blank")
    positive = _positive_control(wells)
    against, name = (blank, "blank") if positive.empty else (positive, "positive control")
    gap = abs(negative.mean() - against.mean())
    judged = len(negative) > 1 and len(against) > 1 and gap > 0
    return PlateQuality(
        assay=_text(wells, "assay"),
        plate=_text(wells, "plate"),
        endpoint=_text(wells, "endpoint"),
        unit=_text(wells, "unit"),
        negative_mean=float(negative.mean()),
        negative_cv=_cv(negative),
        blank_mean=float(blank.mean()),
        positive_mean=None if positive.empty else float(positive.mean()),
        positive_cv=_cv(positive),
        z_prime=float(1 - 3 * (negative.std() + against.std()) / gap) if judged else None,
        z_prime_against=name,
        missing=int(wells["value"].isna().sum()),
    )


def _control_error(wells: pd.DataFrame, share: pd.Series[float]) -> NDArray[np.float64]:
    """Return the standard error of each reading, in %, from those of the means of negative control and blank."""
    negative, blank = (_controls(wells, role).to_numpy(dtype=np.float64) for role in ("negative control", "blank"))
    errors = [own.std(ddof=1) / np.sqrt(len(own)) if len(own) > 1 else np.nan for own in (negative, blank)]
    reached = share.to_numpy(dtype=np.float64)
    per_unit = 100 / abs(float(negative.mean() - blank.mean()))
    joint: NDArray[np.float64] = per_unit * np.hypot((1 - reached) * errors[0], reached * errors[1])
    return joint


def _controls(wells: pd.DataFrame, role: str) -> pd.Series[float]:
    return wells.loc[wells["role"] == role, "value"].dropna()


def _positive_control(wells: pd.DataFrame) -> pd.Series[float]:
    """Return the positive control's wells; none where it was run as a series of doses, for then it is no one level."""
    positive = _controls(wells, "positive control")
    doses = wells.loc[positive.index, "dose"].nunique() if "dose" in wells else 0
    return positive.iloc[:0] if doses > 1 else positive


def _cv(values: pd.Series[float]) -> float | None:
    return float(100 * values.std() / abs(values.mean())) if len(values) > 1 and values.mean() != 0 else None


def _text(wells: pd.DataFrame, column: str) -> str:
    stated = wells[column].dropna() if column in wells else wells["endpoint"].iloc[:0]
    return "" if stated.empty else str(stated.iloc[0])


def _name(wells: pd.DataFrame) -> str:
    plate = _text(wells, "plate")
    head = f"Plate '{plate}'" if plate else "The plate"
    assay = f" of assay '{_text(wells, 'assay')}'" if _text(wells, "assay") else ""
    return f"{head}{assay}, {_text(wells, 'endpoint')},"
