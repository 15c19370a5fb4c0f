"""Arrhenius: from readings at raised temperatures to the rate, and the time to a limit, at the storage temperature."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ginseng_rd.efficacy.arrhenius_fits import ZERO_CELSIUS, fit_at_once, fit_in_two
from ginseng_rd.efficacy.stability_lines import Floats
from ginseng_rd.efficacy.stability_readings import read_stability
from ginseng_rd.efficacy.time_words import name_time_unit
from ginseng_rd.errors import FitRefused
from ginseng_rd.records.estimate import Estimate
from ginseng_rd.words import say

if TYPE_CHECKING:
    import pandas as pd

METHODS = ("one-stage", "two-stage")


@dataclass(frozen=True, eq=False)
class Arrhenius:
    """What readings at several temperatures say of the storage temperature ``stored_at_c``.

    ``rate`` is the change a unit of time there (of the logarithm for ``order`` 1, its share a unit of time),
    ``activation_energy`` in kJ/mol, ``time_to_limit`` when the mean reaches ``limit``, ``start`` the value at time 0.
    ``rates`` are (temperature °C, slope, its standard error) of a line at each temperature; ``last`` is the last time.
    """

    method: str
    order: int
    limit: float
    stored_at_c: float
    confidence: float
    start: float
    rate: Estimate
    activation_energy: Estimate
    time_to_limit: Estimate
    rates: tuple[tuple[float, float, float], ...]
    residual_sd: float
    df: int
    last: float
    left_out: int

    @property
    def flags(self) -> tuple[str, ...]:
        """Where the answer leaves what was tested, in words, in the language in force."""
        return tuple(_find_flags(self))

    def table(self) -> pd.DataFrame:
        """Return one row a quantity: quantity, relation, value, unit, low, high, basis."""
        import pandas as pd

        found = {"rate": self.rate, "activation energy": self.activation_energy, "time to limit": self.time_to_limit}
        rows = [(name, e.relation, e.value, e.unit, e.low, e.high, e.basis) for name, e in found.items()]
        columns = ["quantity", "relation", "value", "unit", "low", "high", "basis"]
        return pd.DataFrame(rows, columns=columns).astype({"low": "float64", "high": "float64"})

    def rates_table(self) -> pd.DataFrame:
        """Return the line at each temperature: temperature_c, rate, se."""
        import pandas as pd

        return pd.DataFrame(self.rates, columns=["temperature_c", "rate", "se"])

    def methods_sentence(self, language: str = "en") -> str:
        """Return what was done, as a methods section says it, in English (en) or Korean (ko)."""
        low, high = self.rates[0][0], self.rates[-1][0]
        tested, stored = f"{low:g}–{high:g} °C", f"{self.stored_at_c:g} °C"
        percent, one = f"{100 * self.confidence:g}", self.method == "one-stage"
        if language == "ko":
            kinetics = "1차" if self.order else "0차"
            how = (
                "모든 온도의 측정값에 공통 초기값의 비선형 최소제곱법을 한 번에 적용하였고, 기준 도달 시간의 구간은 "
                "프로파일 우도법, "
                "나머지는 델타법으로 구하였다"
                if one
                else "온도별 회귀직선의 기울기의 로그를 절대온도의 역수에 가중치 없이 회귀하였다"
            )
            left = f" 한계값이거나 값이 없는 {self.left_out}건은 제외하였다." if self.left_out else ""
            return (
                f"가속조건({tested})의 {kinetics} 반응 속도를 Arrhenius 식으로 {stored}에 적용하였다: {how} "
                f"({percent} % 신뢰구간).{left}"
            )
        kinetics = "first" if self.order else "zero"
        how = (
            "one non-linear least-squares fit to the readings at all temperatures with a common start; "
            "profile-likelihood interval for the time to the limit, delta intervals otherwise"
            if one
            else "lines by temperature, then the unweighted regression of the log of their slopes on the inverse "
            "absolute temperature"
        )
        left = f" Readings left out as bounds or missing: {self.left_out}." if self.left_out else ""
        return (
            f"Rates of {kinetics}-order kinetics at {tested} were carried to {stored} by the Arrhenius equation "
            f"({how}; "
            f"{percent} % intervals).{left}"
        )

    def plot(self) -> Any:
        """Return a Plotly figure: the log of the rates against the inverse temperature."""
        from ginseng_rd.efficacy.stability_figures import draw_arrhenius

        return draw_arrhenius(self)


def fit_arrhenius(
    readings: pd.DataFrame,
    *,
    limit: float,
    stored_at_c: float,
    order: int = 0,
    method: str = "one-stage",
    temperature: str = "temperature_c",
    time: str = "week",
    value: str = "value",
    time_unit: str = "weeks",
    confidence: float = 0.95,
) -> Arrhenius:
    """Carry the change seen at two or more temperatures (°C) to another one.

    ``order`` 0 is a straight line of the values, 1 one of their logarithms. ``one-stage`` fits start, rate and
    activation energy to all readings at once (King, Kung and Fung, J Pharm Sci 73 (1984) 657); ``two-stage``
    regresses the log of each temperature's slope, and needs three temperatures. One batch at a time. Raises
    FitRefused where the readings do not move towards the limit.
    """
    _check_question(method, order, stored_at_c, confidence)
    hot, read_time, read_value, left_out, unit = _read(readings, temperature, time, value)
    if order and ((read_value <= 0).any() or limit <= 0):
        raise FitRefused("First-order kinetics take logarithms: values and limit must lie above 0.")
    y, aim = (np.log(read_value), math.log(limit)) if order else (read_value, limit)
    slopes = _slopes(hot, read_time, y)
    fit = fit_at_once if method == "one-stage" else fit_in_two
    scale = float(read_time.max())
    start, sd, df, found = fit(hot, read_time / scale, y, aim, stored_at_c, confidence, slopes, scale)
    n = len(y)
    rate_unit = f"{'' if order else unit + ' ' if unit else ''}per {time_unit.removesuffix('s')}"
    rate, energy, when = found
    estimates = (
        Estimate(rate[0], rate_unit, rate[1], rate[2], n, rate[3]),
        Estimate(energy[0], "kJ/mol", energy[1], energy[2], n, energy[3]),
        Estimate(when[0], time_unit, when[1], when[2], n, when[3]),
    )
    level = math.exp(start) if order else start
    return Arrhenius(method, order, limit, stored_at_c, confidence, level, *estimates, slopes, sd, df, scale, left_out)


def _slopes(hot: Floats, time: Floats, y: Floats) -> tuple[tuple[float, float, float], ...]:
    """Return temperature, slope and its standard error of a line at each temperature."""
    found = []
    for celsius in np.unique(hot):
        t, v = time[hot == celsius], y[hot == celsius]
        spread = float(np.sum((t - t.mean()) ** 2))
        if not spread:
            raise FitRefused(f"At {celsius:g} °C there is one time only: a rate needs two.")
        slope = float((t - t.mean()) @ v) / spread
        left = v - v.mean() - slope * (t - t.mean())
        se = math.sqrt(float(left @ left) / (len(t) - 2) / spread) if len(t) > 2 else math.nan
        found.append((float(celsius), slope, se))
    return tuple(found)


def _read(readings: pd.DataFrame, temperature: str, time: str, value: str) -> tuple[Floats, Floats, Floats, int, str]:
    if temperature not in readings:
        raise FitRefused(
            f"The table has no column '{temperature}'; Arrhenius needs the temperature of each reading, in °C."
        )
    known = readings[readings[temperature].notna()]
    parts = []
    for celsius, own in known.groupby(temperature):
        read = read_stability(
            own.drop(columns=["condition", "humidity_percent"], errors="ignore"), time=time, value=value
        )
        if len(read.batches) > 1:
            raise FitRefused(
                f"Arrhenius takes one batch, and there are {len(read.batches)}: {', '.join(read.batches)}."
            )
        parts.append(
            (
                np.full(len(read.time), float(str(celsius))),
                read.time,
                read.value,
                read.unit,
                read.batches,
                read.left_out,
            )
        )
    if len(parts) < 2:
        raise FitRefused("Arrhenius needs readings at two temperatures or more.")
    for place, what in ((3, "unit"), (4, "batch")):
        if len({part[place] for part in parts}) > 1:
            raise FitRefused(f"The readings at different temperatures have different {what}s: choose one.")
    hot, times, values = (np.concatenate([part[i] for part in parts]) for i in range(3))
    if (hot <= -ZERO_CELSIUS).any():
        raise FitRefused("A temperature in °C lies above absolute zero.")
    return hot, times, values, len(readings) - len(times), parts[0][3]


def _check_question(method: str, order: int, stored_at_c: float, confidence: float) -> None:
    if method not in METHODS:
        raise FitRefused(f"The method is {' or '.join(METHODS)}, not '{method}'.")
    if order not in (0, 1):
        raise FitRefused(f"The order of the kinetics is 0 or 1, not {order}.")
    if not stored_at_c > -ZERO_CELSIUS:
        raise FitRefused("A temperature in °C lies above absolute zero.")
    if not 0.5 <= confidence < 1:
        raise FitRefused(f"The confidence lies from 0.5 up to 1 (0.95 is usual), but {confidence:g} was given.")


def _find_flags(found: Arrhenius) -> list[str]:
    flags, low, high, stored = [], found.rates[0][0], found.rates[-1][0], found.stored_at_c
    when, energy, last = found.time_to_limit, found.activation_energy, f"{found.last:g}"
    if not low <= stored <= high:
        flags.append(
            say(
                f"{stored:g} °C lies {'below' if stored < low else 'above'} the temperatures tested "
                f"({low:g} to {high:g} °C): extrapolated",
                f"{stored:g} °C는 시험 온도({low:g}~{high:g} °C) 밖입니다: 외삽",
            )
        )
    if when.value > found.last:
        flags.append(
            say(
                f"the limit is reached after the last reading ({last} {when.unit}): extrapolated in time",
                f"기준 도달 시점이 마지막 측정({last}{name_time_unit(when.unit)}) 이후입니다: 시간 외삽",
            )
        )
    if len(found.rates) < 3:
        flags.append(
            say(
                "two temperatures only: nothing shows whether Arrhenius' equation holds",
                "온도가 둘뿐이어서 Arrhenius 식이 맞는지 확인할 수 없습니다",
            )
        )
    if energy.low is None or energy.low <= 0:
        flags.append(
            say(
                "the activation energy is not told from 0: temperature made no clear difference",
                "활성화 에너지가 0과 구별되지 않습니다: 온도의 영향이 뚜렷하지 않습니다",
            )
        )
    if found.left_out:
        flags.append(
            say(
                f"readings left out, as bounds or missing: {found.left_out}",
                f"한계값이거나 값이 없어 제외한 측정: {found.left_out}건",
            )
        )
    return flags
