"""How fast the products change in store, and when they reach their limits."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

from ginseng_rd.comparison.blocks import Block, Cell, estimate_cell, estimate_row, make_row, not_measured
from ginseng_rd.comparison.candidates import Candidate
from ginseng_rd.comparison.contrasts import LEVEL, Contrast, Difference, judge_contrasts, welch
from ginseng_rd.comparison.rows import Row, by_column, read_rows
from ginseng_rd.efficacy.stability import fit_shelf_life
from ginseng_rd.efficacy.stability_lines import fit_lines
from ginseng_rd.errors import FitRefused
from ginseng_rd.records.estimate import Estimate
from ginseng_rd.store import Store
from ginseng_rd.words import say

Limits = Mapping[str, tuple[float | None, float | None]]
_COLUMNS = (
    *("batch", "pack", "condition", "temperature_c", "humidity_percent", "light", "week", "endpoint"),
    *("value", "relation", "unit"),
)


@dataclass(frozen=True)
class _Slope:
    """The slope of a product: common to its batches, or that of the one that changes fastest."""

    value: float
    se: float
    df: int
    n: int

    def estimate(self, unit: str) -> Estimate:
        half = float(stdtrit(self.df, (1 + LEVEL) / 2)) * self.se
        return Estimate(self.value, unit, self.value - half, self.value + half, self.n, "95 % least squares")


def stability_block(
    store: Store, candidates: Sequence[Candidate], limits: Limits
) -> tuple[Block, tuple[Difference, ...], list[int]]:
    """Fit lines to each stability series: slope a week, and where limits are given the time to them.

    Returns the block, the differences of slopes to the base, and the number of conditions of each candidate.
    """
    origin = candidates[0].origin
    rows = read_rows(store, "stability", _COLUMNS, batch={b for c in candidates for b in c.batches})
    rows = [row for row in rows if row["origin"] == origin and row["value"] is not None and row["relation"] == "="]
    told = _telling_facets(rows)
    per_batch = by_column(rows, "batch")
    series: dict[tuple[str, str, str], list[list[Row]]] = {}
    for number, candidate in enumerate(candidates):
        for batch in candidate.batches:
            for row in per_batch.get(batch, ()):
                key = row["endpoint"], _condition(row, told), row["unit"] or ""
                series.setdefault(key, [[] for _ in candidates])[number].append(row)
    shown = []
    differences: list[Difference] = []
    for (endpoint, condition, unit), found in sorted(series.items(), key=lambda entry: entry[0][:1]):
        slopes = [_slope(own) for own in found]
        label = f"{endpoint}, {condition}"
        per_week = say(f"{unit}/week", f"{unit}/주")
        name = say(f"{label}: change a week", f"{label}: 주당 변화")
        if any(slopes):
            estimates = [slope.estimate(per_week) if slope else None for slope in slopes]
            shown.append(estimate_row(name, estimates, endpoint=name))
            differences += _test(name, per_week, candidates, slopes)
        if endpoint in limits:
            times = say(f"{label}: time to limit", f"{label}: 기준 도달 시점")
            shown.append(make_row(times, (_time_cell(own, limits[endpoint]) for own in found), endpoint=times))
    counts = [len({key[1] for key, own in series.items() if own[n]}) for n in range(len(candidates))]
    constant = _condition(rows[0], [name for name in _FACETS if name not in told]) if rows else ""
    notes = [
        say(
            "Slopes of least-squares lines with 95 % intervals; of several batches the common slope, or the steepest "
            "where they differ. Time to the limit with Fieller's interval, up to twice the last reading (ICH Q1E).",
            "최소제곱 회귀선의 기울기와 95 % 구간. 배치가 여럿이면 공통 기울기, 다르면 가장 가파른 기울기. "
            "기준 도달 시점은 Fieller 구간, 마지막 측정의 두 배까지만 표시(ICH Q1E).",
        )
    ]
    if constant:
        notes.append(say(f"All stored: {constant}.", f"공통 보관조건: {constant}."))
    title = say("Stability", "안정성")
    block = Block("stability", title, tuple(shown), say("series", "항목과 조건"), notes=tuple(notes) if shown else ())
    return block, tuple(differences), counts


_FACETS = ("condition", "temperature_c", "humidity_percent", "light", "pack")


def _telling_facets(rows: Sequence[Row]) -> list[str]:
    """Return what the conditions differ in; the temperature always, for a condition needs a name."""
    return [name for name in _FACETS if name == "temperature_c" or len({row[name] for row in rows}) > 1]


def _condition(row: Row, facets: Sequence[str]) -> str:
    units = {"temperature_c": " °C", "humidity_percent": " % RH"}
    cells = [(row[name], units.get(name, "")) for name in facets if row[name] not in (None, "")]
    return ", ".join(f"{cell:g}{unit}" if unit else cell for cell, unit in cells)


def _slope(rows: Sequence[Row]) -> _Slope | None:
    """Return the slope of one product's readings under one condition, or None where they carry none."""
    names = tuple(dict.fromkeys(row["batch"] for row in rows))
    if len(rows) < 3:
        return None
    week, value = (np.array([row[name] for row in rows], dtype=np.float64) for name in ("week", "value"))
    try:
        fit = fit_lines(week, value, np.array([names.index(row["batch"]) for row in rows]), names)
    except FitRefused:
        return None
    line = max(fit.lines, key=lambda line: abs(line.slope))
    return _Slope(line.slope, math.sqrt(max(line.covariance[2], 0.0)), fit.df, len(rows))


def _time_cell(rows: Sequence[Row], limits: tuple[float | None, float | None]) -> Cell:
    import pandas as pd

    if not rows:
        return not_measured()
    try:
        found = fit_shelf_life(
            pd.DataFrame(list(rows)).drop(columns=["origin", "upload_id"]), lower=limits[0], upper=limits[1]
        )
    except FitRefused as refused:
        return Cell(str(refused))
    first = min(found.times_to_limit, key=lambda e: (e.relation == ">", e.value))
    farthest = 2 * max(row["week"] for row in rows)
    if first.relation == "=" and first.value > farthest:
        return estimate_cell(Estimate(farthest, first.unit, n=first.n, basis=first.basis, relation=">"))
    return estimate_cell(first)


def _test(
    endpoint: str, unit: str, candidates: Sequence[Candidate], slopes: Sequence[_Slope | None]
) -> tuple[Difference, ...]:
    base = slopes[0]
    if base is None:
        return ()
    contrasts = []
    for candidate, slope in zip(candidates[1:], slopes[1:], strict=True):
        if slope is None or set(candidate.batches) & set(candidates[0].batches):
            continue
        if slope.se + base.se:
            se, df = welch((slope.se, slope.df), (base.se, base.df))
            contrasts.append(Contrast(candidate.code, slope.value - base.value, se, df, min(slope.n, base.n)))
    return judge_contrasts(endpoint, unit, candidates[0].code, contrasts, basis="Welch")
