"""Lifetimes as a study writes them, to individuals with arm, stratum and a known or censored end."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ginseng_rd.efficacy.fixed_effects import need_columns
from ginseng_rd.errors import FitRefused

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]

_ENDS = {"died": True, "dead": True, "사망": True, "censored": False, "alive": False, "중도절단": False}
_SAME_TIME = 1.5e-8  # times closer than this share of their mean differ by rounding alone


@dataclass(frozen=True, eq=False)
class SurvivalTimes:
    """Individuals of a survival study, one entry each.

    ``time`` is when each died (``event``) or was last seen alive; ``entry`` when it came under observation, minus
    infinity where it was there from the start. ``arm`` and ``stratum`` number ``arms`` and ``strata``. ``table``
    holds the row each individual came from, with its covariates and, as ``arm``, its arm. ``unit`` is that of time;
    ``stratified_by`` names the columns that make the strata.
    """

    time: Floats
    event: Flags
    entry: Floats
    arm: Whole
    arms: tuple[str, ...]
    stratum: Whole
    strata: tuple[str, ...]
    table: pd.DataFrame
    unit: str
    stratified_by: tuple[str, ...]

    @property
    def n(self) -> int:
        """The number of individuals."""
        return len(self.time)

    @property
    def has_delayed_entry(self) -> bool:
        """Whether an individual came under observation after the start."""
        return bool(np.any(self.entry > 0))

    @property
    def is_invented(self) -> bool:
        """Whether the readings are marked as invented."""
        return "origin" in self.table and bool((self.table["origin"] == "invented").any())

    def where(self, kept: Flags) -> SurvivalTimes:
        """Return the individuals marked; arms without any are dropped."""
        present = np.unique(self.arm[kept])
        return SurvivalTimes(
            self.time[kept],
            self.event[kept],
            self.entry[kept],
            np.searchsorted(present, self.arm[kept]),
            tuple(self.arms[i] for i in present),
            self.stratum[kept],
            self.strata,
            self.table.loc[kept].reset_index(drop=True),
            self.unit,
            self.stratified_by,
        )

    def number_of_arm(self, name: str) -> int:
        """Return the place of an arm; FitRefused where there is none of that name."""
        if name not in self.arms:
            raise FitRefused(f"There is no arm '{name}'; the arms are {', '.join(self.arms)}.")
        return self.arms.index(name)


def read_survival(
    readings: pd.DataFrame,
    *,
    time: str = "day",
    event: str = "event",
    arm: str | Sequence[str] = "arm",
    strata: str | Sequence[str] = (),
    count: str = "count",
    entry: str = "",
    unit: str = "days",
) -> SurvivalTimes:
    """Read a table of lifetimes: one row an individual, or one row for several alike with their ``count``.

    ``event`` holds died / censored, true / false or 1 / 0. ``arm`` and ``strata`` name one column, or several that
    are taken together; without the column ``arm`` all individuals are one arm. ``entry`` names the column of delayed
    entry (left truncation), if any; a count that is missing stands for one. Arms and strata are in the order of a
    categorical column, else sorted, controls first and numbers by size. Raises FitRefused for a row without time,
    event or arm, times below zero or infinite, an entry not before its end, counts that are not whole, and a table
    without any death.
    """
    arm_columns = _listed(arm)
    if list(arm_columns) == ["arm"] and "arm" not in readings:
        arm_columns = ()
    strata_columns = _listed(strata)
    needed = [time, event, *arm_columns, *strata_columns, *([entry] if entry else [])]
    _check_complete(readings, needed)
    times = _number(readings, time)
    entries = _number(readings, entry) if entry else np.full(len(readings), -np.inf)
    _check_times(times, entries)
    counts = _counts(readings, count)
    arms, arm_of = _code(readings, arm_columns)
    strata_names, stratum_of = _code(readings, strata_columns)
    rows = np.repeat(np.arange(len(readings)), counts)
    died = _ends(readings[event])
    if not died[rows].any():
        raise FitRefused("Every individual is censored: without a single death there is nothing to estimate.")
    return SurvivalTimes(
        _merge_near(times)[rows],
        died[rows],
        entries[rows],
        arm_of[rows],
        arms,
        stratum_of[rows],
        strata_names,
        _with_arms(readings, arm_columns, arms, arm_of).iloc[rows].reset_index(drop=True),
        unit,
        strata_columns,
    )


def count_at_risk(data: SurvivalTimes, at: Floats, among: Flags) -> Whole:
    """Return how many of the individuals marked are under observation just before each time."""
    ended = np.searchsorted(np.sort(data.time[among]), at, side="left")
    entered = np.searchsorted(np.sort(data.entry[among]), at, side="left")
    return (entered - ended).astype(np.int64)


def count_at(times: Floats, at: Floats) -> Whole:
    """Return how many of ``times`` equal each of the sorted distinct times ``at``."""
    ordered = np.sort(times)
    return (np.searchsorted(ordered, at, side="right") - np.searchsorted(ordered, at, side="left")).astype(np.int64)


def _with_arms(readings: pd.DataFrame, columns: Sequence[str], arms: tuple[str, ...], arm_of: Whole) -> pd.DataFrame:
    """Return the table with its arms, in their order, in the column ``arm`` unless that holds something else."""
    import pandas as pd

    if "arm" in readings and tuple(columns) != ("arm",):
        return readings
    return readings.assign(arm=pd.Categorical([arms[i] for i in arm_of], categories=list(arms)))


def _listed(names: str | Sequence[str]) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else tuple(names)


def _check_complete(readings: pd.DataFrame, needed: Sequence[str]) -> None:
    need_columns(readings, needed)
    if readings.empty:
        raise FitRefused("The table has no rows: there is no lifetime to read.")
    for column in needed:
        empty = readings[column].isna().to_numpy()
        if empty.any():
            raise FitRefused(
                f"{int(empty.sum())} of {len(empty)} rows have no '{column}', the first being row "
                f"{int(np.argmax(empty)) + 1}. Fill it in, or leave these rows out before reading."
            )


def _number(table: pd.DataFrame, column: str) -> Floats:
    try:
        found = table[column].to_numpy(dtype=np.float64)
    except (TypeError, ValueError):
        raise FitRefused(f"The column '{column}' must hold numbers, and it holds text.") from None
    return np.asarray(found)


def _check_times(times: Floats, entries: Floats) -> None:
    if not np.isfinite(times).all():
        raise FitRefused("A time is infinite; an individual not seen to die is censored at the day it was last seen.")
    if (times < 0).any():
        raise FitRefused(f"Times count from the start and are 0 or more, but {times.min():g} was found.")
    late = entries >= times
    if late.any():
        at = int(np.argmax(late))
        raise FitRefused(
            f"An individual enters before its end, but one enters at {entries[at]:g} and ends at {times[at]:g}."
        )
    if np.isfinite(entries).any() and (entries < 0).any():
        raise FitRefused(f"An entry is 0 or later, but {entries.min():g} was found.")


def _counts(table: pd.DataFrame, column: str) -> Whole:
    if column not in table:
        return np.ones(len(table), dtype=np.int64)
    found = np.nan_to_num(_number(table, column), nan=1.0)
    if (found < 0).any() or (found != np.round(found)).any():
        raise FitRefused(
            f"The column '{column}' says how many individuals a row stands for: a whole number, 0 or more."
        )
    return found.astype(np.int64)


def _ends(column: pd.Series) -> Flags:
    """Return which individuals died."""
    words: dict[Any, bool] = {1: True, 0: False, **_ENDS}  # True and 1.0 are the same key as 1
    found = []
    for cell in column.tolist():
        key = cell.strip().casefold() if isinstance(cell, str) else cell
        if isinstance(key, str) and key in ("0", "1"):
            key = int(key)
        if key not in words:
            raise FitRefused(f"An end is died or censored, or 1 or 0, but '{cell}' was found.")
        found.append(words[key])
    return np.array(found, dtype=np.bool_)


def _code(table: pd.DataFrame, columns: Sequence[str]) -> tuple[tuple[str, ...], Whole]:
    """Return the names of the combinations of columns that occur, in order, and which of them each row has."""
    if not columns:
        return ("all",), np.zeros(len(table), dtype=np.int64)
    keys: list[tuple[Any, ...]] = list(zip(*(_ranked(table[column]) for column in columns), strict=True))
    ordered = sorted(set(keys))
    place = {key: i for i, key in enumerate(ordered)}
    return tuple(" ".join(text for *_, text in key) for key in ordered), np.array([place[k] for k in keys])


def _ranked(column: pd.Series) -> list[tuple[Any, ...]]:
    """Return a key for each cell that sorts as a reader would, and ends in its text."""
    import pandas as pd

    if isinstance(column.dtype, pd.CategoricalDtype):
        codes = column.cat.codes.tolist()
        return [(code, str(cell)) for code, cell in zip(codes, column.tolist(), strict=True)]
    texts = [f"{cell:g}" if isinstance(cell, float) else str(cell).strip() for cell in column.tolist()]
    return [(_reading_order(text), text) for text in texts]


def _reading_order(text: str) -> tuple[Any, ...]:
    """Return a key by which controls come first and digits sort by their value: 'EX-2' before 'EX-12'."""
    folded = text.casefold()
    parts = tuple((0, float(p), "") if p[:1].isdigit() else (1, 0.0, p) for p in _PARTS.findall(folded))
    return (not any(word in folded for word in _CONTROLS), parts)


_CONTROLS = ("control", "vehicle", "untreated", "placebo", "대조", "무처리")
_PARTS = re.compile(r"\d+(?:\.\d+)?|\D+")


def _merge_near(times: Floats) -> Floats:
    """Return times in which those that differ by rounding are equal, as 0.1 × 3 and 0.3 are."""
    distinct = np.unique(times)
    if len(distinct) < 2:
        return times
    starts = np.r_[True, np.diff(distinct) > _SAME_TIME * np.mean(distinct)]
    return np.asarray(distinct[starts][np.cumsum(starts)[np.searchsorted(distinct, times)] - 1])
