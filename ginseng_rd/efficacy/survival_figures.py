"""Survival curves and hazard ratios as Plotly figures, in the language in force."""

from __future__ import annotations

import math
from html import escape
from itertools import cycle
from typing import TYPE_CHECKING, Any

import numpy as np

from ginseng_rd.efficacy.figures import PALETTE
from ginseng_rd.efficacy.time_words import label_time
from ginseng_rd.words import say

if TYPE_CHECKING:
    from ginseng_rd.efficacy.cox import CoxModel
    from ginseng_rd.efficacy.survival import KaplanMeier, SurvivalCurve

_GREY = "#666666"
_ROW = 22  # pixels of a line of the table below the curves
_CURVES = 380  # pixels of the curves


def draw_survival(found: KaplanMeier) -> Any:
    """Draw each arm as steps with its band, ticks where individuals were censored, numbers at risk below."""
    import plotly.graph_objects as go

    figure = go.Figure()
    for curve, colour in zip(found, cycle(PALETTE), strict=False):
        _add_band(figure, curve, colour)
        _add_steps(figure, curve, colour)
    end = max(float(curve.time[-1]) for curve in found)
    ticks = find_time_ticks(end)
    figure.update_xaxes(title=label_time(found.data.unit), tickvals=ticks, range=[-0.02 * end, 1.03 * end])
    figure.update_yaxes(title=say("Survival (%)", "생존율 (%)"), range=[-2, 103])
    below = _add_numbers_at_risk(figure, found, ticks)
    title = say("Survival", "생존곡선")
    if found.data.is_invented:
        title += say(" (invented example data)", " (가상의 예시 자료)")
    notes = _describe(found)
    top = 70 + 16 * len(notes)
    figure.update_layout(
        template="plotly_white",
        font={"size": 13},
        title={
            "text": title,
            "subtitle": {"text": "<br>".join(map(escape, notes)), "font": {"size": 12, "color": _GREY}},
            "yref": "container",
            "y": 1 - 14 / (top + _CURVES + below),
            "yanchor": "top",
        },
        margin={"t": top, "b": below, "l": 40 + 7 * min(max(14, *(len(curve.arm) for curve in found)), 24)},
        height=top + _CURVES + below,
        legend={"x": 1, "y": 1, "xanchor": "right", "yanchor": "top", "bgcolor": "rgba(255,255,255,0.7)"},
    )
    return figure


def draw_hazard_ratios(model: CoxModel) -> Any:
    """Draw the hazard ratio of each column with its interval, on a log axis."""
    import plotly.graph_objects as go

    table = model.table().iloc[::-1]
    figure = go.Figure()
    figure.add_vline(x=1, line={"dash": "dash", "width": 1, "color": _GREY})
    ratio = table["hazard_ratio"]
    figure.add_scatter(
        x=ratio,
        y=[escape(name) for name in table["term"]],
        error_x={
            "type": "data",
            "symmetric": False,
            "array": table["high"] - ratio,
            "arrayminus": ratio - table["low"],
        },
        mode="markers",
        marker={"color": PALETTE[0], "size": 10, "symbol": "square"},
        customdata=np.column_stack([table["low"], table["high"], table["p"]]),
        hovertemplate="%{x:.3g} (%{customdata[0]:.3g} – %{customdata[1]:.3g}), p = %{customdata[2]:.3g}"
        "<extra>%{y}</extra>",
    )
    for term, value, low, high in zip(table["term"], ratio, table["low"], table["high"], strict=True):
        figure.add_annotation(
            x=1.02, xref="paper", xanchor="left", y=escape(term), text=f"{value:.2f} ({low:.2f} – {high:.2f})",
            showarrow=False,
        )  # fmt: skip
    percent = f"{100 * model.confidence:g}"
    axis = say(
        f"Hazard ratio ({percent} % interval); below 1: dies later",
        f"위험비 ({percent} % 신뢰구간); 1보다 작으면 더 오래 생존",
    )
    figure.update_xaxes(
        type="log", title=axis, tickvals=_ratio_ticks(float(table["low"].min()), float(table["high"].max()))
    )
    figure.update_yaxes(range=[-0.6, len(table) - 0.4])
    return figure.update_layout(
        template="plotly_white",
        font={"size": 13},
        title={"text": say("Hazard ratios (Cox)", "위험비 (Cox)")},
        height=170 + 40 * len(table),
        margin={"l": 40 + 7 * max(map(len, table["term"])), "r": 150},
    )


def find_time_ticks(end: float) -> list[float]:
    """Return round times from 0 to the end, at most ten of them."""
    rough = end / 9
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= rough * 0.999)
    return [round(i * step, 10) for i in range(int(end / step + 1e-9) + 1)]


def _add_steps(figure: Any, curve: SurvivalCurve, colour: str) -> None:
    name = escape(curve.arm)
    median = curve.median
    bound = "" if median.relation == "=" else f"{median.relation} "
    told = say(f"median {bound}{median.value:.4g}", f"중앙값 {bound}{median.value:.4g}")
    figure.add_scatter(
        x=np.r_[0.0, curve.time],
        y=100 * np.r_[1.0, curve.survival],
        mode="lines",
        line={"color": colour, "width": 2, "shape": "hv"},
        name=f"{name}: n = {curve.n}, {told}",
        legendgroup=name,
        hovertemplate=f"%{{x:.4g}}: %{{y:.1f}} %<extra>{name}</extra>",
    )
    seen = curve.n_censored > 0
    figure.add_scatter(
        x=curve.time[seen],
        y=100 * curve.survival[seen],
        mode="markers",
        marker={"color": colour, "symbol": "line-ns-open", "size": 8},
        legendgroup=name,
        showlegend=False,
        customdata=curve.n_censored[seen],
        hovertemplate=f"%{{x:.4g}}: %{{customdata}} {say('censored', '중도절단')}<extra>{name}</extra>",
    )


def _add_band(figure: Any, curve: SurvivalCurve, colour: str) -> None:
    """Add the limits as a stepped band, up to where both are known."""
    low, high = np.r_[1.0, curve.low], np.r_[1.0, curve.high]
    before_first = np.r_[True, curve.survival >= 1]
    low, high = np.where(before_first & np.isnan(low), 1.0, low), np.where(before_first & np.isnan(high), 1.0, high)
    known = ~(np.isnan(low) | np.isnan(high))
    at, low, high = np.r_[0.0, curve.time][known], low[known], high[known]
    x = np.repeat(at, 2)[1:]
    up, down = np.repeat(high, 2)[:-1], np.repeat(low, 2)[:-1]
    figure.add_scatter(
        x=np.r_[x, x[::-1]],
        y=100 * np.r_[up, down[::-1]],
        fill="toself",
        fillcolor=colour,
        opacity=0.15,
        line={"width": 0},
        legendgroup=escape(curve.arm),
        showlegend=False,
        hoverinfo="skip",
    )


def _add_numbers_at_risk(figure: Any, found: KaplanMeier, ticks: list[float]) -> float:
    """Write the numbers below the axis; return the margin they take, in pixels."""
    heading = 62
    place = {"showarrow": False, "yref": "paper", "y": 0, "yanchor": "middle"}
    figure.add_annotation(
        text=f"<b>{say('Number at risk', '관찰 개체 수')}</b>",
        x=0,
        xref="paper",
        xanchor="right",
        xshift=-16,
        yshift=-heading,
        **place,
    )
    table = found.at_risk(ticks)
    for row, (curve, colour) in enumerate(zip(found, cycle(PALETTE), strict=False)):
        shift = -heading - _ROW * (row + 1)
        name = curve.arm if len(curve.arm) <= 24 else f"{curve.arm[:23]}…"
        text = f"<span style='color:{colour}'>{escape(name)}</span>"
        figure.add_annotation(text=text, x=0, xref="paper", xanchor="right", xshift=-16, yshift=shift, **place)
        for tick, number in zip(ticks, table.loc[curve.arm], strict=True):
            figure.add_annotation(text=str(number), x=tick, xref="x", yshift=shift, **place)
    return heading + _ROW * (len(found) + 1)


def _describe(found: KaplanMeier) -> list[str]:
    curve = found.curves[0]
    percent = f"{100 * curve.confidence:g}"
    band = say(
        f"Kaplan-Meier, {percent} % pointwise bands ({curve.interval}); | censored",
        f"Kaplan-Meier, {percent} % 시점별 신뢰대 ({curve.interval}); | 중도절단",
    )
    return [band, *(f"{c.arm}: {flag}" for c in found for flag in c.flags)]


def _ratio_ticks(low: float, high: float) -> list[float]:
    wide = high / low
    steps = (
        (1,)
        if wide > 1e3
        else (1, 3)
        if wide > 30
        else (1, 2, 5)
        if wide > 5
        else (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 7, 8, 9)
    )
    ticks = [step * 10.0**power for power in range(-6, 7) for step in steps]
    inside = [tick for tick in ticks if low / 1.3 <= tick <= high * 1.3]
    return inside if len(inside) > 1 else [low, 1.0, high]
