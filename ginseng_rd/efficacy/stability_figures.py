"""Stability studies as Plotly figures: lines with their limit, Arrhenius plot, challenge test."""

from __future__ import annotations

from html import escape
from itertools import cycle
from typing import TYPE_CHECKING, Any

import numpy as np

from ginseng_rd.efficacy.figures import PALETTE
from ginseng_rd.efficacy.stability_lines import ONE_LINE
from ginseng_rd.efficacy.time_words import label_time, name_time_unit
from ginseng_rd.words import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ginseng_rd.efficacy.arrhenius import Arrhenius
    from ginseng_rd.efficacy.challenge_test import ChallengeTest
    from ginseng_rd.efficacy.stability import ShelfLife

_GREY = "#666666"
_LIMIT = "#B00020"


def draw_shelf_life(found: ShelfLife) -> Any:
    """Draw readings and line of each batch, the confidence limit used, the acceptance limit and the shelf life."""
    import plotly.graph_objects as go

    figure = go.Figure()
    read, life = found.readings, found.shelf_life
    end = 1.08 * max(float(read.time.max()), life.value)
    colours = dict(zip(read.batches, cycle(PALETTE), strict=False))
    for number, name in enumerate(read.batches):
        own = read.batch == number
        shown = escape(name) or say("readings", "측정값")
        figure.add_scatter(
            x=read.time[own], y=read.value[own], mode="markers", name=shown, legendgroup=name,
            marker={"color": colours[name], "size": 7, "opacity": 0.75},
            hovertemplate=f"%{{x:.4g}}: %{{y:.4g}} {escape(read.unit)}<extra>{shown}</extra>",
        )  # fmt: skip
    one = found.fit.scheme == ONE_LINE
    for key, line in found.predict(np.linspace(0, end, 121)).groupby("batch", sort=False):
        colour = "#000000" if one and len(read.batches) > 1 else colours.get(str(key), PALETTE[0])
        _add_line(figure, found, line, colour, str(key))
    for limit, what in ((found.lower, say("lower limit", "하한 기준")), (found.upper, say("upper limit", "상한 기준"))):
        if limit is not None:
            text = f"{what} {limit:g} {read.unit}"
            figure.add_hline(
                y=limit, line={"color": _LIMIT, "dash": "dash", "width": 1.5}, annotation_text=text,
                annotation_position="bottom left", annotation_font_color=_LIMIT,
            )  # fmt: skip
    if life.relation == "=":
        text = say(
            f"shelf life {life.value:.4g} {found.time_unit}",
            f"사용기한 {life.value:.4g}{name_time_unit(found.time_unit)}",
        )
        figure.add_vline(
            x=life.value, line={"color": _GREY, "dash": "dot", "width": 1.5}, annotation_text=text,
            annotation_position="top left",
        )  # fmt: skip
    figure.update_xaxes(title=label_time(found.time_unit), range=[-0.02 * end, end])
    figure.update_yaxes(
        title=f"{escape(read.endpoint) or say('Value', '측정값')}{f' ({escape(read.unit)})' if read.unit else ''}"
    )
    return _finish(figure, say("Stability", "안정성"), [_what_was_done(found), *found.flags], read.origin == "invented")


def draw_arrhenius(found: Arrhenius) -> Any:
    """Draw the log of the rate at each temperature against the inverse temperature, and the line to storage."""
    import plotly.graph_objects as go

    from ginseng_rd.efficacy.arrhenius_fits import GAS_CONSTANT

    figure = go.Figure()
    celsius, rates = (np.array(part) for part in list(zip(*found.rates, strict=True))[:2])
    ends = np.array([min(celsius.min(), found.stored_at_c), max(celsius.max(), found.stored_at_c)])
    at = 1000 / (ends + 273.15)
    stored = 1000 / (found.stored_at_c + 273.15)
    line = found.rate.value * np.exp(-found.activation_energy.value / GAS_CONSTANT / 1000 * (at - stored))
    figure.add_scatter(
        x=at, y=line, mode="lines", line={"color": PALETTE[0]}, name=say("Arrhenius line", "Arrhenius 직선")
    )
    figure.add_scatter(
        x=1000 / (celsius + 273.15), y=np.abs(rates), mode="markers+text", text=[f"{c:g} °C" for c in celsius],
        textposition="top right", marker={"color": PALETTE[0], "size": 9},
        name=say("line by temperature", "온도별 속도"),
    )  # fmt: skip
    rate = found.rate
    low, high = rate.low or rate.value, rate.high or rate.value
    figure.add_scatter(
        x=[stored], y=[rate.value], mode="markers+text", text=[f"{found.stored_at_c:g} °C"], textposition="bottom left",
        error_y={"type": "data", "symmetric": False, "array": [high - rate.value], "arrayminus": [rate.value - low]},
        marker={"color": PALETTE[1], "size": 11, "symbol": "diamond"}, name=say("storage", "보관온도"),
    )  # fmt: skip
    figure.update_yaxes(type="log", title=say(f"Rate ({rate.unit})", f"속도 ({rate.unit})"), exponentformat="power")
    figure.update_xaxes(title=say("1000 / absolute temperature (1/K)", "1000 / 절대온도 (1/K)"))
    when, energy = found.time_to_limit, found.activation_energy
    notes = [
        say(f"time to limit at {found.stored_at_c:g} °C: {when}", f"{found.stored_at_c:g} °C에서 기준 도달: {when}"),
        say(f"activation energy: {energy}", f"활성화 에너지: {energy}"),
        *found.flags,
    ]
    return _finish(figure, "Arrhenius", notes, False)


def draw_challenge(found: ChallengeTest) -> Any:
    """Draw log10 counts by day; an open triangle is a count below what the plates show."""
    import plotly.graph_objects as go

    figure = go.Figure()
    fall = say("reduction", "감소")
    organisms = list(dict.fromkeys(r.organism for r in found.reductions))
    for name, colour in zip(organisms, cycle(PALETTE), strict=False):
        own = [r for r in found.reductions if r.organism == name]
        figure.add_scatter(
            x=[r.day for r in own], y=[r.log_count for r in own], mode="lines+markers", name=f"<i>{escape(name)}</i>",
            line={"color": colour, "width": 2},
            marker={"size": 9, "symbol": ["triangle-down-open" if r.censored else "circle" for r in own]},
            customdata=[f"{'&gt; ' if r.censored else ''}{r.reduction:.2f}" for r in own],
            hovertemplate=f"%{{x:g}}: %{{y:.2f}}, {fall} %{{customdata}}<extra>{escape(name)}</extra>",
        )  # fmt: skip
    figure.update_xaxes(title=label_time("days"), tickvals=sorted({r.day for r in found.reductions}))
    figure.update_yaxes(title=f"log10 {escape(found.unit) or say('count', '균수')}", rangemode="tozero")
    verdict = say(
        {"A": "criterion A met", "B": "criterion B met"}.get(found.verdict, found.verdict),
        {"A": "기준 A 적합", "B": "기준 B 적합", "neither": "부적합"}.get(found.verdict, "판정 불가"),
    )
    notes = [
        say("ISO 11930; open triangle: below the detection limit", "ISO 11930; 빈 삼각형: 검출한계 미만"),
        *found.flags,
    ]
    return _finish(figure, say(f"Challenge test: {verdict}", f"보존력 시험: {verdict}"), notes, False)


def _add_line(figure: Any, found: ShelfLife, line: Any, colour: str, name: str) -> None:
    """Add the mean and the confidence limit that the shelf life is read from, which is one side or both."""
    last = float(found.readings.time.max())
    group = {"legendgroup": name, "showlegend": False, "hoverinfo": "skip"}
    for part, dash in ((line[line["time"] <= last], "solid"), (line[line["time"] >= last - 1e-9], "dash")):
        figure.add_scatter(
            x=part["time"], y=part["value"], mode="lines", line={"color": colour, "width": 2, "dash": dash}, **group
        )
    for side, shown in (("low", found.change != "increase"), ("high", found.change != "decrease")):
        if shown:
            edge = {"color": colour, "width": 1, "dash": "dot"}
            figure.add_scatter(x=line["time"], y=line[side], mode="lines", line=edge, **group)


def _what_was_done(found: ShelfLife) -> str:
    percent = f"{100 * found.confidence:g}"
    side = say(
        {"decrease": "one-sided lower", "increase": "one-sided upper", "either": "two-sided"}[found.change],
        {"decrease": "단측 하한", "increase": "단측 상한", "either": "양측"}[found.change],
    )
    schemes = {ONE_LINE: "하나의 회귀선", "common slope": "공통 기울기", "separate lines": "배치별 회귀선"}
    scheme = say(found.fit.scheme, schemes[found.fit.scheme])
    return say(
        f"{scheme}; dotted: {side} {percent} % limit of the mean; dashed: beyond the readings",
        f"{scheme}; 점선: 평균의 {side} {percent} % 신뢰한계; 파선: 측정 이후",
    )


def _finish(figure: Any, title: str, notes: Sequence[str], invented: bool) -> Any:
    if invented:
        title += say(" (invented example data)", " (가상의 예시 자료)")
    top = 80 + 16 * len(notes)
    height = 380 + top
    subtitle = {"text": "<br>".join(map(escape, notes)), "font": {"size": 12, "color": _GREY}}
    return figure.update_layout(
        template="plotly_white",
        font={"size": 13},
        title={"text": title, "subtitle": subtitle, "yref": "container", "y": 1 - 14 / height, "yanchor": "top"},
        margin={"t": top},
        height=height,
        hovermode="closest",
    )
