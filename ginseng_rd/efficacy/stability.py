"""Stability studies: how fast a property changes, when it reaches its limit, and the shelf life that follows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import stdtrit

from ginseng_rd.efficacy.stability_lines import COMMON_SLOPE, ONE_LINE, SEPARATE, Floats, Line, Lines, fit_lines
from ginseng_rd.efficacy.stability_readings import Readings, read_stability
from ginseng_rd.efficacy.time_words import name_time_unit
from ginseng_rd.errors import FitRefused
from ginseng_rd.records.estimate import Estimate
from ginseng_rd.words import say

if TYPE_CHECKING:
    import pandas as pd

CHANGES = ("decrease", "increase", "either")
_YEAR = {"days": 365.25, "weeks": 365.25 / 7, "months": 12.0, "years": 1.0}
_SCHEMES_IN_KOREAN = {ONE_LINE: "하나의 회귀선", COMMON_SLOPE: "공통 기울기", SEPARATE: "배치별 회귀선"}


@dataclass(frozen=True, eq=False)
class ShelfLife:
    """Lines of stability readings and the shelf life by ICH Q1E.

    ``order`` is 0 for a straight line of the values, 1 for one of their logarithms (first-order kinetics).
    ``shelf_lives`` and ``times_to_limit`` are one a batch: where the confidence limit of the mean crosses the limit,
    and where the mean itself does, with its two-sided interval. A bound (``>`` the last time) says that the limit is
    never crossed. ``shelf_life`` is that of the worst batch.
    """

    fit: Lines
    order: int
    lower: float | None
    upper: float | None
    change: str
    confidence: float
    time_unit: str
    readings: Readings
    shelf_lives: tuple[Estimate, ...]
    times_to_limit: tuple[Estimate, ...]

    @property
    def shelf_life(self) -> Estimate:
        """The shelf life of the product: the shortest of its batches."""
        return min(self.shelf_lives, key=lambda e: (e.relation == ">", e.value))

    @property
    def worst_batch(self) -> str:
        """The batch with the shortest shelf life; with one pooled line, all of them."""
        if self.fit.scheme == ONE_LINE:
            return ", ".join(self.readings.batches)
        return self.readings.batches[self.shelf_lives.index(self.shelf_life)]

    @property
    def flags(self) -> tuple[str, ...]:
        """What to mind, in words, in the language in force."""
        return tuple(_find_flags(self))

    def table(self) -> pd.DataFrame:
        """Return one row a batch: its line, slope interval, time to the limit and shelf life.

        Intercept and slope are of the logarithm for first order, where half_life is ln 2 over the rate.
        """
        import pandas as pd

        reach = float(stdtrit(self.fit.df, (1 + self.confidence) / 2))
        rows = []
        for line, life, crossing in zip(self.fit.lines, self.shelf_lives, self.times_to_limit, strict=True):
            se = math.sqrt(line.covariance[2])
            rows.append(
                {
                    "batch": line.batch,
                    "scheme": self.fit.scheme,
                    "intercept": line.intercept,
                    "se_intercept": math.sqrt(line.covariance[0]),
                    "slope": line.slope,
                    "se_slope": se,
                    "slope_low": line.slope - reach * se,
                    "slope_high": line.slope + reach * se,
                    "half_life": -math.log(2) / line.slope if self.order and line.slope < 0 else math.nan,
                    "relation_to_limit": crossing.relation,
                    "time_to_limit": crossing.value,
                    "time_low": crossing.low,
                    "time_high": crossing.high,
                    "relation": life.relation,
                    "shelf_life": life.value,
                    "time_unit": self.time_unit,
                }
            )
        return pd.DataFrame(rows).astype({"time_low": "float64", "time_high": "float64"})

    def poolability(self) -> pd.DataFrame:
        """Return the tests of the pooling scheme: tested, f, df, df_residual, p; empty for one batch."""
        import pandas as pd

        rows = [(p.tested, p.f, p.df, p.df_residual, p.p) for p in self.fit.poolings]
        return pd.DataFrame(rows, columns=["tested", "f", "df", "df_residual", "p"])

    def predict(self, times: Any) -> pd.DataFrame:
        """Return the mean of each batch at times with the confidence limits used: batch, time, value, low, high."""
        import pandas as pd

        at = np.atleast_1d(np.asarray(times, dtype=np.float64))
        back = np.exp if self.order else np.asarray
        frames = []
        for line in self.fit.lines[: 1 if self.fit.scheme == ONE_LINE else None]:
            mean, se = line.at(at)
            half = self.quantile * se
            name = self.worst_batch if self.fit.scheme == ONE_LINE else line.batch
            columns = {"value": back(mean), "low": back(mean - half), "high": back(mean + half)}
            frames.append(pd.DataFrame({"batch": name, "time": at, **columns}))
        return pd.concat(frames, ignore_index=True)

    @property
    def quantile(self) -> float:
        """Student's t that the confidence limits of the mean are drawn with, one- or two-sided as the change asks."""
        share = (1 + self.confidence) / 2 if self.change == "either" else self.confidence
        return float(stdtrit(self.fit.df, share))

    def methods_sentence(self, language: str = "en") -> str:
        """Return what was done, as a methods section says it, in English (en) or Korean (ko)."""
        percent = f"{100 * self.confidence:g}"
        if language == "ko":
            return self._korean(percent)
        kinetics = "logarithms (first-order kinetics)" if self.order else "values (zero-order kinetics)"
        side = {
            "decrease": f"the one-sided lower {percent} % confidence limit",
            "increase": f"the one-sided upper {percent} % confidence limit",
            "either": f"a two-sided {percent} % confidence limit",
        }[self.change]
        pooled = ""
        if self.fit.poolings:
            tests = ", ".join(f"equal {p.tested} p = {p.p:.3g}" for p in self.fit.poolings)
            pooled = f" Batches were pooled by analysis of covariance at the 0.25 level ({tests}): {self.fit.scheme}."
        left = f" Readings left out as bounds or missing: {self.readings.left_out}." if self.readings.left_out else ""
        return (
            f"Straight lines were fitted by least squares to the {kinetics} over time; the shelf life (ICH Q1E) is the "
            f"time at which {side} of the mean meets the acceptance limit, for the worst batch.{pooled}{left}"
        )

    def _korean(self, percent: str) -> str:
        kinetics = "로그값(1차 반응)" if self.order else "측정값(0차 반응)"
        side = {
            "decrease": f"단측 {percent} % 신뢰하한",
            "increase": f"단측 {percent} % 신뢰상한",
            "either": f"양측 {percent} % 신뢰한계",
        }[self.change]
        pooled = ""
        if self.fit.poolings:
            slopes, intercepts = self.fit.poolings
            pooled = (
                f" 배치 통합 여부는 공분산분석(유의수준 0.25)으로 판정하였다(기울기 동일성 p = {slopes.p:.3g}, "
                f"절편 동일성 p = {intercepts.p:.3g}): {_SCHEMES_IN_KOREAN[self.fit.scheme]}."
            )
        left = f" 한계값이거나 값이 없는 {self.readings.left_out}건은 제외하였다." if self.readings.left_out else ""
        return (
            f"시간에 대한 {kinetics}의 회귀직선을 최소제곱법으로 적합하고, 평균의 {side}이 허용기준과 만나는 시점을 "
            f"사용기한(ICH Q1E)으로 하였으며 가장 나쁜 배치를 따랐다.{pooled}{left}"
        )

    def plot(self) -> Any:
        """Return a Plotly figure: readings, lines with limits of the mean, acceptance limit and shelf life."""
        from ginseng_rd.efficacy.stability_figures import draw_shelf_life

        return draw_shelf_life(self)


def fit_shelf_life(
    readings: pd.DataFrame,
    *,
    lower: float | None = None,
    upper: float | None = None,
    change: str = "",
    order: int = 0,
    time: str = "week",
    value: str = "value",
    batch: str = "batch",
    time_unit: str = "weeks",
    confidence: float = 0.95,
) -> ShelfLife:
    """Fit lines by batch and find the shelf life (ICH Q1E, Evaluation of stability data, 2003).

    ``readings`` are of one endpoint under one condition. ``lower`` and ``upper`` are the acceptance limits, in the
    unit of the readings. ``change`` is decrease (the one-sided lower limit of the mean against ``lower``), increase
    (the upper against ``upper``) or either (two-sided, against both); where it is not given, it follows from the
    limits given. Bounds and missing values are left out and counted. Raises FitRefused for too few times, mixed
    units, conditions or endpoints, and for first order with values of 0 or below.
    """
    change = change or (
        "either" if lower is not None and upper is not None else "decrease" if upper is None else "increase"
    )
    _check_question(lower, upper, change, order, confidence)
    read = read_stability(readings, time=time, value=value, batch=batch)
    modelled = _modelled(read.value, order, "readings")
    limits = [
        None if limit is None else float(_modelled(np.array([limit]), order, "limit")[0]) for limit in (lower, upper)
    ]
    if change == "decrease":
        limits[1] = None
    elif change == "increase":
        limits[0] = None
    fit = fit_lines(read.time, modelled, read.batch, read.batches)
    share = (1 + confidence) / 2
    two_sided = float(stdtrit(fit.df, share))
    used = two_sided if change == "either" else float(stdtrit(fit.df, confidence))
    side = "two-sided" if change == "either" else "one-sided"
    last, n = float(read.time.max()), len(read.time)
    lives, crossings = [], []
    for line in fit.lines:
        life = min((_cross(line, limit, sign, used)[0] for limit, sign in _sides(limits)), default=math.inf)
        lives.append(_estimate(life, last, time_unit, n, f"{100 * confidence:g} % {side} limit of the mean"))
        crossings.append(_time_to_limit(line, limits, two_sided, last, time_unit, n, confidence))
    return ShelfLife(fit, order, lower, upper, change, confidence, time_unit, read, tuple(lives), tuple(crossings))


def _check_question(lower: float | None, upper: float | None, change: str, order: int, confidence: float) -> None:
    if change not in CHANGES:
        raise FitRefused(f"A change is {', '.join(CHANGES)}, not '{change}'.")
    if order not in (0, 1):
        raise FitRefused(f"The order of the kinetics is 0 or 1, not {order}.")
    if not 0.5 <= confidence < 1:
        raise FitRefused(f"The confidence lies from 0.5 up to 1 (0.95 is usual), but {confidence:g} was given.")
    lacking = (change == "decrease" and lower is None) or (change == "increase" and upper is None)
    if lacking or (lower is None and upper is None):
        raise FitRefused("A shelf life needs an acceptance limit: lower for a decrease, upper for an increase.")
    if lower is not None and upper is not None and lower >= upper:
        raise FitRefused(f"The lower limit lies below the upper one, but {lower:g} and {upper:g} were given.")


def _modelled(values: Floats, order: int, what: str) -> Floats:
    if not order:
        return values
    if (values <= 0).any():
        raise FitRefused(f"First-order kinetics take logarithms, and of the {what} {values.min():g} has none.")
    return np.asarray(np.log(values))


def _sides(limits: Sequence[float | None]) -> list[tuple[float, float]]:
    """Return the limits with +1 where the mean must stay above, -1 where below."""
    return [(limit, sign) for limit, sign in zip(limits, (1.0, -1.0), strict=True) if limit is not None]


def _cross(line: Line, limit: float, sign: float, q: float) -> tuple[float, float]:
    """Return when the confidence limit nearer to an acceptance limit first crosses it, and when the farther one does.

    Both solve (a + bt - limit)² = q²·var(a + bt), the nearer on the side that is kept, the farther beyond it;
    infinite where there is no such time.
    """
    va, cov, vb = line.covariance
    a, b = sign * (line.intercept - limit), sign * line.slope
    square, middle, constant = b * b - q * q * vb, a * b - q * q * cov, a * a - q * q * va
    spread = middle**2 - square * constant
    roots: list[float] = []
    if spread >= 0:
        # The stable pair of roots: no difference of near-equal numbers.
        lead = -(middle + math.copysign(math.sqrt(spread), middle))
        roots = [lead / square] if square else []
        roots += [constant / lead] if lead else []
    near = min((t for t in roots if t > 0 and a + b * t >= 0), default=math.inf)
    far = min((t for t in roots if t > 0 and a + b * t <= 0), default=math.inf)
    half = q * math.sqrt(va)
    return (0.0 if a - half <= 0 else near), (0.0 if a + half <= 0 else far)


def _time_to_limit(
    line: Line, limits: Sequence[float | None], q: float, last: float, unit: str, n: int, confidence: float
) -> Estimate:
    """Return when the mean reaches the limit it meets first, with Fieller's interval."""
    basis = f"{100 * confidence:g} % Fieller"
    found = []
    for limit, sign in _sides(limits):
        gap, slope = sign * (line.intercept - limit), sign * line.slope
        mean = 0.0 if gap <= 0 else -gap / slope if slope < 0 else math.inf
        low, high = _cross(line, limit, sign, q)
        found.append((mean, low, high))
    mean, low, high = min(found)
    if math.isinf(mean):
        return Estimate(last, unit, low if low <= last else None, None, n, basis, ">")
    return Estimate(mean, unit, min(low, mean), None if math.isinf(high) else max(high, mean), n, basis)


def _estimate(time: float, last: float, unit: str, n: int, basis: str) -> Estimate:
    if math.isinf(time):
        return Estimate(last, unit, None, None, n, basis, ">")
    return Estimate(time, unit, None, None, n, basis)


def _find_flags(found: ShelfLife) -> list[str]:
    read, life, flags = found.readings, found.shelf_life, []
    last = float(read.time.max())
    unit, korean = found.time_unit, name_time_unit(found.time_unit)
    if life.relation == "=" and life.value == 0:
        flags.append(
            say(
                "the mean does not hold the limit with confidence even at the start",
                "시작 시점에도 평균이 허용기준을 신뢰수준에서 만족하지 않습니다",
            )
        )
    if life.relation == "=" and life.value > last:
        flags.append(
            say(
                f"the shelf life lies beyond the last reading ({last:g} {unit}): extrapolated",
                f"사용기한이 마지막 측정({last:g}{korean}) 이후입니다: 외삽",
            )
        )
        if unit in _YEAR and life.value > (longest := min(2 * last, last + _YEAR[unit])):
            flags.append(
                say(
                    f"ICH Q1E supports at most {longest:.4g} {unit} from these readings: twice, and a year more",
                    f"ICH Q1E는 이 자료로 최대 {longest:.4g}{korean}까지 인정합니다: 두 배 이내, 1년 추가 이내",
                )
            )
    if life.relation == ">":
        flags.append(
            say(
                f"the limit is not crossed: these readings (to {last:g} {unit}) do not bound the shelf life",
                f"기준을 넘지 않습니다: 이 자료({last:g}{korean}까지)로는 사용기한의 끝을 알 수 없습니다",
            )
        )
    if len(read.batches) < 3:
        flags.append(
            say(
                f"{len(read.batches)} of the three batches that ICH Q1E asks for",
                f"ICH Q1E가 요구하는 3배치 가운데 {len(read.batches)}배치입니다",
            )
        )
    if len(np.unique(read.time)) < 3:
        flags.append(
            say(
                "two times only: nothing shows whether the change is a straight line",
                "측정 시점이 둘뿐이어서 직선적 변화인지 확인할 수 없습니다",
            )
        )
    if read.left_out:
        flags.append(
            say(
                f"readings left out, as bounds or missing: {read.left_out}",
                f"한계값이거나 값이 없어 제외한 측정: {read.left_out}건",
            )
        )
    return flags
