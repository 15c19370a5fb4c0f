"""Kaplan-Meier curves of a survival study: medians and quantiles, restricted means, numbers at risk."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import ndtr, ndtri

from ginseng_rd.efficacy.survival_times import Floats, SurvivalTimes, Whole, count_at, count_at_risk
from ginseng_rd.efficacy.time_words import name_time_unit
from ginseng_rd.errors import FitRefused, UnknownName
from ginseng_rd.records.estimate import Estimate
from ginseng_rd.words import say

if TYPE_CHECKING:
    import pandas as pd

INTERVALS = ("log", "log-log", "plain")
_SAME_SHARE = 1.5e-8  # survival this close to a level lies on it


@dataclass(frozen=True, eq=False)
class SurvivalCurve:
    """The Kaplan-Meier curve of one arm, a step at each time an individual died or was censored.

    ``survival`` is the share alive after each time; ``se_log`` Greenwood's standard error of its logarithm;
    ``low`` and ``high`` the pointwise limits, missing (nan) where that kind of interval has none.
    """

    arm: str
    unit: str
    confidence: float
    interval: str
    n: int
    events: int
    time: Floats
    n_risk: Whole
    n_event: Whole
    n_censored: Whole
    survival: Floats
    se_log: Floats
    low: Floats
    high: Floats

    @property
    def median(self) -> Estimate:
        """The median lifetime; a bound (``>``) where more than half are alive at the end."""
        return self.quantile(0.5)

    @property
    def flags(self) -> tuple[str, ...]:
        """What a reader must know of the curve, in words, in the language in force."""
        empty = np.flatnonzero((self.n_risk == self.n_event) & (self.n_event > 0))
        if len(empty) and empty[0] < len(self.time) - 1:
            day = f"{self.time[empty[0]]:g}"
            return (
                say(
                    f"everyone under observation at {day} {self.unit} died, before others entered: the curve is 0 "
                    "from there",
                    f"{day}{name_time_unit(self.unit)}에 관찰 중인 개체가 모두 사망한 뒤 다른 개체가 들어왔습니다: "
                    "그 뒤 곡선은 0입니다",
                ),
            )
        return ()

    def quantile(self, died: float) -> Estimate:
        """Return the time by which a share ``died`` of the arm has died.

        Where the curve lies on that level over a stretch, the middle of the stretch, as R's survfit gives it. The
        limits are where the limits of the curve cross the level (Brookmeyer and Crowley, Biometrics 38
        (1982) 29); a limit that is not crossed is None.
        """
        if not 0 < died < 1:
            raise FitRefused(f"A quantile is asked for a share between 0 and 1, but {died:g} was given.")
        value, low, high = (self._crossing(curve, died) for curve in (self.survival, self.low, self.high))
        basis = f"{100 * self.confidence:g} % {self.interval} Kaplan-Meier limits"
        if value is None:
            return Estimate(float(self.time[-1]), self.unit, low, None, self.n, basis, ">")
        return Estimate(value, self.unit, low, high, self.n, basis)

    def at(self, times: Any) -> pd.DataFrame:
        """Return survival with its limits at given times: time, survival, se, low, high; missing after the last."""
        import pandas as pd

        when = np.atleast_1d(np.asarray(times, dtype=np.float64))
        place = np.searchsorted(self.time, when, side="right")
        late = when > self.time[-1]

        def step(values: Floats, start: float) -> Floats:
            return np.where(late, np.nan, np.r_[start, values][place])

        with np.errstate(invalid="ignore"):
            se = np.where(self.survival > 0, self.survival * self.se_log, np.nan)
        columns = {"survival": step(self.survival, 1.0), "se": step(se, 0.0)}
        return pd.DataFrame({"time": when, **columns, "low": step(self.low, 1.0), "high": step(self.high, 1.0)})

    def restricted_mean(self, until: float) -> tuple[float, float]:
        """Return the mean lifetime up to ``until`` (the area under the curve) and its standard error.

        The variance is Greenwood's, summed over the area after each death. The curve goes on
        level after the last time of the arm.
        """
        steps = self.time < until
        at = np.r_[0.0, self.time[steps], until]
        areas = np.diff(at) * np.r_[1.0, self.survival[steps]]
        after = areas[::-1].cumsum()[::-1][1:]
        left = self.n_risk[steps] - self.n_event[steps]
        share = np.where(left > 0, self.n_event[steps] / (self.n_risk[steps] * np.maximum(left, 1)), 0.0)
        return float(areas.sum()), math.sqrt(float(share @ after**2))

    def table(self) -> pd.DataFrame:
        """Return the curve, one row a time: n_risk, n_event, n_censored, survival, se_log, low, high."""
        import pandas as pd

        names = ("time", "n_risk", "n_event", "n_censored", "survival", "se_log", "low", "high")
        return pd.DataFrame({"arm": self.arm, **{name: getattr(self, name) for name in names}})

    def _crossing(self, curve: Floats, died: float) -> float | None:
        known = ~np.isnan(np.r_[0.0, curve])
        time, gone = np.r_[0.0, self.time][known], np.r_[0.0, 1 - curve][known]
        reached = np.flatnonzero(gone >= died - _SAME_SHARE)
        if not len(reached):
            return None
        passed = np.flatnonzero(gone > died + _SAME_SHARE)
        first = time[reached[0]]
        if abs(gone[reached[0]] - died) > _SAME_SHARE:
            return float(first)
        return float((first + (time[passed[0]] if len(passed) else self.time[-1])) / 2)


@dataclass(frozen=True, eq=False)
class KaplanMeier:
    """The Kaplan-Meier curves of a study, one an arm; a sequence of curves, ``found["control"]`` by name."""

    curves: tuple[SurvivalCurve, ...]
    data: SurvivalTimes

    def __iter__(self) -> Iterator[SurvivalCurve]:
        return iter(self.curves)

    def __len__(self) -> int:
        return len(self.curves)

    def __getitem__(self, arm: str) -> SurvivalCurve:
        found = {curve.arm: curve for curve in self.curves}
        if arm not in found:
            raise UnknownName("arm", arm, found)
        return found[arm]

    def table(self, died: Sequence[float] = (0.25, 0.5, 0.75, 0.9)) -> pd.DataFrame:
        """Return one row an arm and quantile: n, events, censored, died, relation, value, low, high, unit, interval."""
        import pandas as pd

        rows = []
        for curve in self.curves:
            for share in died:
                e = curve.quantile(share)
                gone = curve.n - curve.events
                rows.append((curve.arm, curve.n, curve.events, gone, share, e.relation, e.value, e.low, e.high, e.unit,
                             e.basis))  # fmt: skip
        names = ["arm", "n", "events", "censored", "died", "relation", "value", "low", "high", "unit", "interval"]
        return pd.DataFrame(rows, columns=names).astype(dict.fromkeys(("value", "low", "high"), "float64"))

    def at_risk(self, times: Sequence[float]) -> pd.DataFrame:
        """Return how many are under observation just before each time: one row an arm, one column a time."""
        import pandas as pd

        at = np.asarray(times, dtype=np.float64)
        # At time 0 an individual there from the start is under observation, though none was before it.
        counted = np.where(at == 0, np.nextafter(0.0, 1.0), at)
        rows = [count_at_risk(self.data, counted, self.data.arm == i) for i in range(len(self.curves))]
        return pd.DataFrame(rows, index=pd.Index([c.arm for c in self.curves], name="arm"), columns=list(times))

    def methods_sentence(self, language: str = "en") -> str:
        """Return what was done, as a methods section says it, in English (en) or Korean (ko)."""
        curve, late = self.curves[0], self.data.has_delayed_entry
        percent = f"{100 * curve.confidence:g}"
        if language == "ko":
            more = " 지연 진입(좌측절단)을 고려하였다." if late else ""
            return (
                f"생존곡선은 Kaplan-Meier 방법으로 추정하고, 각 시점의 {percent} % 신뢰구간은 Greenwood 분산과 "
                f"{curve.interval} 변환으로 구하였다. 중앙값과 분위수의 구간은 Brookmeyer-Crowley 방법이며, 곡선이 "
                "해당 "
                f"수준에 머무르면 그 구간의 중점을 취하였다.{more} 개체 {self.data.n}, 사망 "
                f"{int(self.data.event.sum())}."
            )
        more = " Delayed entry (left truncation) was taken into account." if late else ""
        return (
            f"Survival was estimated by the Kaplan-Meier method, with pointwise {percent} % intervals from Greenwood's "
            f"variance on the {curve.interval} scale; intervals of medians and quantiles are those of Brookmeyer and "
            "Crowley, and where a curve lies on the level over a stretch its midpoint is given."
            f"{more} Individuals: {self.data.n}; deaths: {int(self.data.event.sum())}."
        )

    def plot(self) -> Any:
        """Return a Plotly figure: steps with bands, censored individuals, numbers at risk below."""
        from ginseng_rd.efficacy.survival_figures import draw_survival

        return draw_survival(self)


def kaplan_meier(data: SurvivalTimes, *, confidence: float = 0.95, interval: str = "log") -> KaplanMeier:
    """Estimate the survival curve of each arm (Kaplan and Meier, J Am Stat Assoc 53 (1958) 457).

    ``interval`` is log (as R's survfit by default), log-log or plain. Strata are passed over. An arm without a
    death has a curve at 1. Raises FitRefused for another interval or a confidence outside 0.5 to 1.
    """
    if interval not in INTERVALS:
        raise FitRefused(f"The interval of a survival curve is {', '.join(INTERVALS)}, not '{interval}'.")
    _check_confidence(confidence)
    arms = [_estimate(data, number, confidence, interval) for number in range(len(data.arms))]
    return KaplanMeier(tuple(arms), data)


def _estimate(data: SurvivalTimes, number: int, confidence: float, interval: str) -> SurvivalCurve:
    among = data.arm == number
    time, event = data.time[among], data.event[among]
    at = np.unique(time)
    risk, deaths = count_at_risk(data, at, among), count_at(time[event], at)
    survival, variance = step_down(risk, deaths)
    se = np.sqrt(variance)
    low, high = _limits(survival, se, float(ndtri((1 + confidence) / 2)), interval)
    censored = count_at(time[~event], at)
    return SurvivalCurve(
        data.arms[number], data.unit, confidence, interval, len(time), int(event.sum()),
        at, risk, deaths, censored, survival, se, low, high,
    )  # fmt: skip


def step_down(risk: Whole, deaths: Whole) -> tuple[Floats, Floats]:
    """Return survival after each step, and Greenwood's variance of its logarithm (infinite once it is 0)."""
    survival = np.cumprod(1 - deaths / risk)
    with np.errstate(divide="ignore"):
        variance = np.cumsum(deaths / (risk * np.where(deaths > 0, risk - deaths, 1)))
    return np.asarray(survival, dtype=np.float64), variance


def _limits(survival: Floats, se: Floats, z: float, interval: str) -> tuple[Floats, Floats]:
    """Return the pointwise limits as R's survfit: none at 0, and for log-log none at 1 either."""
    with np.errstate(all="ignore"):
        if interval == "plain":
            half = z * se * survival
            return np.maximum(survival - half, 0.0), np.minimum(survival + half, 1.0)
        s = np.where(survival <= 0, np.nan, survival)
        if interval == "log":
            return s * np.exp(-z * se), np.minimum(s * np.exp(z * se), 1.0)
        s = np.where(s >= 1, np.nan, s)
        log = np.log(s)
        return np.exp(log * np.exp(-z * se / log)), np.exp(log * np.exp(z * se / log))


@dataclass(frozen=True, eq=False)
class RestrictedMeans:
    """Mean lifetimes up to ``until``, and the difference of each arm from ``against``.

    ``arms`` holds (arm, mean, se); ``differences`` (arm, difference, se, z, p), by the normal approximation; ``short``
    the arms not followed so far while some were alive: (arm, last time, share alive).
    """

    until: float
    against: str
    unit: str
    confidence: float
    arms: tuple[tuple[str, float, float], ...]
    differences: tuple[tuple[str, float, float, float, float], ...]
    short: tuple[tuple[str, float, float], ...]

    @property
    def flags(self) -> tuple[str, ...]:
        """What to mind, in words, in the language in force."""
        return tuple(
            say(
                f"'{arm}' was followed to {end:g} {self.unit} with {100 * alive:.2g} % alive: taken as level from "
                "there",
                f"'{arm}': {end:g}{name_time_unit(self.unit)}까지 관찰, {100 * alive:.2g} % 생존: 그 뒤는 수평으로 "
                "보았습니다",
            )
            for arm, end, alive in self.short
        )

    def table(self) -> pd.DataFrame:
        """Return one row an arm (quantity ``mean``) and one a difference: value, se, low, high, z, p, unit."""
        import pandas as pd

        reach = float(ndtri((1 + self.confidence) / 2))
        rows: list[tuple[Any, ...]] = [
            ("mean", arm, mean, se, mean - reach * se, mean + reach * se, None, None, self.unit)
            for arm, mean, se in self.arms
        ]
        rows += [
            (f"difference from {self.against}", arm, gap, se, gap - reach * se, gap + reach * se, z, p, self.unit)
            for arm, gap, se, z, p in self.differences
        ]
        names = ["quantity", "arm", "value", "se", "low", "high", "z", "p", "unit"]
        return pd.DataFrame(rows, columns=names).astype({"z": "float64", "p": "float64"})

    def methods_sentence(self, language: str = "en") -> str:
        """Return what was done, as a methods section says it, in English (en) or Korean (ko)."""
        until, percent = f"{self.until:g} {self.unit}", f"{100 * self.confidence:g}"
        if language == "ko":
            return (
                f"제한평균생존시간(RMST)은 {until}까지 Kaplan-Meier 곡선 아래 면적으로 구하고, Greenwood형 분산과 "
                "정규근사로 "
                f"{percent} % 신뢰구간과 '{self.against}' 대비 차이의 p값을 구하였다."
            )
        return (
            f"Restricted mean survival times are areas under the Kaplan-Meier curves up to {until}; {percent} % "
            "intervals "
            f"and the p values of differences from '{self.against}' use Greenwood-type variances and the normal "
            "approximation."
        )


def restricted_means(
    data: SurvivalTimes, *, until: float | None = None, against: str | None = None, confidence: float = 0.95
) -> RestrictedMeans:
    """Compare mean lifetimes up to a time (Royston and Parmar, BMC Med Res Methodol 13 (2013) 152).

    ``until`` is the smallest of the arms' last times where it is not given; ``against`` the first arm. An arm that
    was not followed up to ``until`` while some were alive is flagged: its curve is taken as level from its last
    time. Raises FitRefused for a time after the end of every arm.
    """
    _check_confidence(confidence)
    found = kaplan_meier(data, confidence=confidence)
    ends = [float(curve.time[-1]) for curve in found]
    until = min(ends) if until is None else float(until)
    if not 0 < until <= max(ends):
        raise FitRefused(f"A mean lifetime is restricted to a time up to {max(ends):g}, but {until:g} was given.")
    against = data.arms[data.number_of_arm(against)] if against else data.arms[0]
    means = {curve.arm: curve.restricted_mean(until) for curve in found}
    base, base_se = means[against]
    differences = []
    for arm in data.arms:
        if arm != against:
            gap, se = means[arm][0] - base, math.hypot(means[arm][1], base_se)
            z = gap / se if se else math.nan
            differences.append((arm, gap, se, z, float(2 * ndtr(-abs(z)))))
    short = tuple(
        (curve.arm, end, float(curve.survival[-1]))
        for curve, end in zip(found, ends, strict=True)
        if end < until and curve.survival[-1] > 0
    )
    arms = tuple((arm, *means[arm]) for arm in data.arms)
    return RestrictedMeans(until, against, data.unit, confidence, arms, tuple(differences), short)


def _check_confidence(confidence: float) -> None:
    if not 0.5 <= confidence < 1:
        raise FitRefused(f"The confidence lies from 0.5 up to 1 (0.95 is usual), but {confidence:g} was given.")
