"""Dose-response curves as Plotly figures."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from itertools import cycle
from typing import TYPE_CHECKING, Any

import numpy as np

from ginseng_rd.errors import FitRefused
from ginseng_rd.words import say

if TYPE_CHECKING:
    from ginseng_rd.efficacy.curve_fit import CurveFit
    from ginseng_rd.efficacy.dose_response import DoseResponse
    from ginseng_rd.records.estimate import Estimate

# Okabe and Ito's colours, told apart by colour-blind readers; the yellow is left out as too pale on white.
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000")
_GREY = "#666666"


def draw_curve(curve: DoseResponse) -> Any:
    """Draw one curve: readings, fit, pointwise band, and the IC50 with its interval; flags stand below the title."""
    figure = _draw((curve,), with_bands=True)
    notes = str(curve).splitlines()
    figure.update_layout(showlegend=False)
    return _set_title(figure, (curve,), curve.sample or "Dose-response curve", [notes[0].split(": ", 1)[1], *notes[1:]])


def draw_curves(curves: Sequence[DoseResponse]) -> Any:
    """Draw several curves in one figure, without bands; the legend gives each IC50.

    Raises FitRefused for no curve at all, and for curves in different units.
    """
    if not curves:
        raise FitRefused("There is no curve to draw.")
    for what, units in (("dose", {c.dose_unit for c in curves}), ("response", {c.unit for c in curves})):
        if len(units) > 1:
            named = ", ".join(sorted(f"'{unit}'" for unit in units))
            raise FitRefused(f"Curves in one figure share the unit of the {what}, but these are in {named}.")
    flagged = sum(bool(curve.flags) for curve in curves)
    notes = [f"{flagged} of {len(curves)} curves carry flags: see the table"] if flagged else []
    return _set_title(_draw(curves, with_bands=False), curves, "Dose-response curves", notes)


def draw_curve_fit(fit: CurveFit) -> Any:
    """Draw readings, fitted curves and pointwise bands of a curve model, in the language in force."""
    import plotly.graph_objects as go

    figure = go.Figure()
    doses = sorted({dose for _, dose, _ in fit.points if dose > 0})
    at = np.geomspace(doses[0], doses[-1], 201)
    for curve, colour in zip(fit.curves, cycle(PALETTE), strict=False):
        name = escape(curve or fit.model)
        own = [(dose or doses[0] / 5, value) for label, dose, value in fit.points if label == curve]
        marker = {"color": colour, "size": 7, "opacity": 0.6}
        x, y = zip(*own, strict=True)
        figure.add_scatter(x=x, y=y, mode="markers", marker=marker, name=name, legendgroup=name, showlegend=False)
        if not fit.is_determined:
            continue
        band = fit.predict(at, curve)
        if not band["low"].isna().any():
            limits = [*band["high"], *band["low"][::-1]]
            figure.add_scatter(
                x=[*at, *at[::-1]], y=limits, fill="toself", fillcolor=colour, opacity=0.15, line={"width": 0},
                name=say("pointwise band", "점별 신뢰대"), legendgroup=name, showlegend=False, hoverinfo="skip",
            )  # fmt: skip
        line = {"color": colour, "width": 2}
        figure.add_scatter(x=at, y=band["value"], mode="lines", line=line, name=name, legendgroup=name)
    level = f"{100 * fit.confidence:g} %"
    words = fit.optimum.problem.model
    band_note = say(f"{level} pointwise band", f"{level} 점별 신뢰대")
    title = f"{say(words.words, words.korean)} ({fit.model})"
    title += say(" (invented example data)", " (가상의 예시 자료)") if fit.origin == "invented" else ""
    notes = [fit.optimum.unsettled or band_note]
    figure.update_xaxes(type="log", title=_label(say("Dose", "용량"), {fit.dose_unit}))
    figure.update_yaxes(title=_label(fit.endpoint or say("Response", "반응"), {fit.unit}))
    subtitle = {"text": "<br>".join(map(escape, notes)), "font": {"size": 12, "color": _GREY}}
    figure.update_layout(
        template="plotly_white",
        font={"size": 13},
        title={"text": escape(title), "subtitle": subtitle, "yref": "container", "y": 0.97, "yanchor": "top"},
        margin={"t": 96},
    )
    return figure


def _draw(curves: Sequence[DoseResponse], *, with_bands: bool) -> Any:
    import plotly.graph_objects as go

    figure = go.Figure()
    doses = sorted({dose for curve in curves for dose in curve.doses if dose > 0})
    zero_at = doses[0] / 5
    for curve, colour in zip(curves, cycle(PALETTE), strict=False):
        if with_bands:
            _add_band(figure, curve, colour)
        _add_readings(figure, curve, colour, zero_at)
        _add_fit(figure, curve, colour, zero_at)
        _add_ic50(figure, curve, colour, (zero_at, doses[-1] * 2))
    has_control = any(0.0 in curve.doses for curve in curves)
    if has_control:
        # The control has no place on a log axis: it stands apart, behind a dotted line.
        figure.add_vline(x=doses[0] / math.sqrt(5), line={"dash": "dot", "width": 1, "color": _GREY})
    ticks = _find_ticks(doses)
    figure.update_xaxes(
        type="log",
        title=_label("Dose", {curve.dose_unit for curve in curves}),
        tickvals=[*([zero_at] if has_control else []), *ticks],
        ticktext=[*(["0"] if has_control else []), *(f"{tick:g}" for tick in ticks)],
        range=[math.log10((zero_at if has_control else doses[0]) / 1.5), math.log10(doses[-1] * 2)],
    )
    endpoints = {curve.endpoint for curve in curves}
    figure.update_yaxes(title=_label((endpoints.pop() if len(endpoints) == 1 else "") or "Response", {curves[0].unit}))
    figure.update_layout(template="plotly_white", hovermode="closest", font={"size": 13})
    return figure


def _add_readings(figure: Any, curve: DoseResponse, colour: str, zero_at: float) -> None:
    read = f"%{{customdata:.4g}} {curve.dose_unit}: %{{y:.4g}} {curve.unit}"
    figure.add_scatter(
        x=[dose or zero_at for dose, _ in curve.points],
        y=[value for _, value in curve.points],
        customdata=[dose for dose, _ in curve.points],
        mode="markers",
        marker={"color": colour, "size": 7, "opacity": 0.6},
        name=curve.sample,
        legendgroup=curve.sample,
        showlegend=False,
        hovertemplate=f"{read}<extra>{escape(curve.sample)}</extra>",
    )


def _add_fit(figure: Any, curve: DoseResponse, colour: str, zero_at: float) -> None:
    """Add the fitted curve; dashed where its parameters are not determined, nothing where there is no response."""
    ic50 = "no IC50" if curve.ic50 is None else f"IC50 {_short(curve.ic50)}"
    at = _grid(curve) if curve.has_response else np.array([])
    line = {"color": colour, "width": 2, "dash": "solid" if curve.is_determined else "dash"}
    group = {"legendgroup": curve.sample, "hoverinfo": "skip"}
    name = f"{escape(curve.sample)}: {ic50}"
    # A lone missing point keeps the sample in the legend where no curve is drawn.
    x, y = (at, curve.fit.at(at)) if at.size else ([None], [None])
    figure.add_scatter(x=x, y=y, mode="lines", line=line, name=name, **group)
    if at.size and 0.0 in curve.doses:
        control = np.array([zero_at / 1.3, zero_at * 1.3])
        level = curve.fit.at(np.zeros(2))
        figure.add_scatter(x=control, y=level, mode="lines", line=line, showlegend=False, **group)


def _add_band(figure: Any, curve: DoseResponse, colour: str) -> None:
    band = curve.predict(_grid(curve))
    if band["low"].isna().any():
        return
    figure.add_scatter(
        x=[*band["dose"], *band["dose"][::-1]],
        y=[*band["high"], *band["low"][::-1]],
        fill="toself",
        fillcolor=colour,
        opacity=0.15,
        line={"width": 0},
        name=f"{100 * curve.confidence:g} % pointwise band",
        hoverinfo="skip",
    )


def _add_ic50(figure: Any, curve: DoseResponse, colour: str, edges: tuple[float, float]) -> None:
    """Mark the IC50 with its interval; an open end runs to the edge of the figure."""
    if curve.ic50 is None or curve.ic50.relation != "=":
        return
    at = curve.ic50.value
    low = curve.ic50.low or edges[0]
    high = curve.ic50.high or edges[1]
    figure.add_scatter(
        x=[at],
        y=curve.fit.at(np.array([at])),
        error_x={"type": "data", "symmetric": False, "array": [high - at], "arrayminus": [at - low], "thickness": 2},
        mode="markers",
        marker={"color": colour, "size": 12, "symbol": "diamond", "line": {"color": "white", "width": 1}},
        name=f"IC50 {_short(curve.ic50)}",
        legendgroup=curve.sample,
        showlegend=False,
        hovertemplate=f"{curve.ic50}<extra>IC50 of {escape(curve.sample)}</extra>",
    )


def _set_title(figure: Any, curves: Sequence[DoseResponse], title: str, notes: Sequence[str]) -> Any:
    """Set title and subtitle; data marked as invented are named so in the title."""
    if any(curve.origin == "invented" for curve in curves):
        title += " (invented example data)"
    subtitle = {"text": "<br>".join(map(escape, notes)), "font": {"size": 12, "color": _GREY}}
    figure.update_layout(
        title={"text": escape(title), "subtitle": subtitle, "yref": "container", "y": 0.97, "yanchor": "top"},
        margin={"t": 80 + 16 * len(notes)},
        height=440 + 16 * len(notes),
    )
    return figure


def _grid(curve: DoseResponse) -> Any:
    tested = [dose for dose in curve.doses if dose > 0]
    return np.geomspace(tested[0], tested[-1], 201)


def _find_ticks(doses: Sequence[float]) -> list[float]:
    """Return 1, 3, 10, 30 ... within the doses, decades only on a long axis, the doses themselves on a short one."""
    first, last = math.floor(math.log10(doses[0])), math.ceil(math.log10(doses[-1]))
    steps = (1, 3) if last - first <= 5 else (1,)
    ticks = [step * 10.0**power for power in range(first, last + 1) for step in steps]
    inside = [tick for tick in ticks if doses[0] / 1.2 <= tick <= doses[-1] * 1.2]
    return inside if len(inside) > 1 else list(doses)


def _short(ic50: Estimate) -> str:
    """Return the IC50 without its interval."""
    bound = "" if ic50.relation == "=" else f"{ic50.relation} "
    return f"{bound}{ic50.value:.3g} {ic50.unit}".strip()


def _label(what: str, units: set[str]) -> str:
    unit = next(iter(units))
    return f"{what} ({unit})" if unit else what
