"""The readings of the trials that the compared products took part in, ready to be analysed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from ginseng_rd.comparison.candidates import Candidate
from ginseng_rd.comparison.rows import Row, by_column, read_rows
from ginseng_rd.store import Store

Person = tuple[str, str]  # subject and side


@dataclass(frozen=True)
class TrialReadings:
    """One trial: its design, its control arm, the arm of each candidate, and its readings.

    ``arms`` has '' for a candidate that took no part. ``series`` are the readings by endpoint and site: mean over
    replicates by subject, side, arm and week. ``periods`` are those of a crossover, by subject and arm.
    """

    code: str
    design: str
    primary: str
    control: str
    arms: tuple[str, ...]
    series: Mapping[str, Mapping[tuple[str, str, str, float], float]]
    units: Mapping[str, str]
    periods: Mapping[tuple[str, str], int]


def read_trials(store: Store, candidates: Sequence[Candidate]) -> list[TrialReadings]:
    """Return the trials that the candidates took part in, in the order they came in."""
    origin = candidates[0].origin

    def read(kind: str, columns: Sequence[str], **among: Any) -> list[Row]:
        return [row for row in read_rows(store, kind, columns, **among) if row["origin"] == origin]

    products = {c.formulation for c in candidates} | {batch for c in candidates for batch in c.batches}
    arms = by_column(read("arm", ("trial", "arm", "product", "version"), product=products), "trial")
    trials = read("trial", ("trial", "design", "primary_endpoint", "base_arm"), trial=arms)
    columns = ("trial", "subject", "arm", "side", "site", "visit_week", "endpoint", "value", "relation", "unit")
    skin = by_column(read("skin", columns, trial=arms), "trial")
    allocated = by_column(read("allocation", ("trial", "subject", "period", "allocated_arm"), trial=arms), "trial")
    found = []
    for trial in trials:
        code = trial["trial"]
        series, units = _series(skin.get(code, ()))
        found.append(
            TrialReadings(
                code,
                trial["design"],
                trial["primary_endpoint"],
                trial["base_arm"],
                tuple(_arm(candidate, arms[code]) for candidate in candidates),
                series,
                units,
                {
                    (row["subject"], row["allocated_arm"]): row["period"]
                    for row in allocated.get(code, ())
                    if row["period"] is not None
                },
            )
        )
    return found


def _arm(candidate: Candidate, arms: Sequence[Row]) -> str:
    """Return the arm a candidate was given in: by its batches, else by the version named, or ''."""
    for row in arms:
        if row["product"] in candidate.batches:
            return str(row["arm"])
    if candidate.batch:
        return ""
    for row in arms:
        if row["product"] == candidate.formulation and row["version"] in (candidate.version, None):
            return str(row["arm"])
    return ""


def _series(rows: Sequence[Row]) -> tuple[dict[str, dict[tuple[str, str, str, float], float]], dict[str, str]]:
    gathered: dict[str, dict[tuple[str, str, str, float], list[float]]] = {}
    units: dict[str, str] = {}
    for row in rows:
        if row["value"] is None or row["relation"] != "=":
            continue
        name = f"{row['endpoint']}, {row['site']}" if row["site"] else row["endpoint"]
        key = row["subject"], row["side"] or "whole", row["arm"], float(row["visit_week"])
        gathered.setdefault(name, {}).setdefault(key, []).append(row["value"])
        units.setdefault(name, row["unit"])
    return {name: {key: fmean(v) for key, v in own.items()} for name, own in gathered.items()}, units
