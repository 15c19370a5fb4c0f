"""Plotly figures of things side by side: recipes, differences with intervals, one endpoint against another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ginseng_rd.records.estimate import Estimate
from ginseng_rd.reports.figures import PALETTE
from ginseng_rd.words import say

FONT = {"family": '"Noto Sans KR", "Malgun Gothic", "Apple SD Gothic Neo", "Segoe UI", sans-serif', "size": 13}
Shares = Mapping[str, Sequence[float]]  # of an ingredient, one a code


def draw_ternary(shares: Shares, codes: Sequence[str]) -> Any:
    """Return the recipes as points in the triangle of the three ingredients that differ, relative to their sum."""
    import plotly.graph_objects as go

    names = list(shares)
    figure = go.Figure()
    for n, code in enumerate(codes):
        a, b, c = (shares[name][n] for name in names)
        figure.add_scatterternary(
            a=[a], b=[b], c=[c], name=code, mode="markers+text", text=[code], textposition="top center",
            marker={"size": 12, "color": PALETTE[n % len(PALETTE)], "symbol": "diamond" if n == 0 else "circle"},
            hovertemplate=f"{names[0]} {a:.2f} %<br>{names[1]} {b:.2f} %<br>{names[2]} {c:.2f} %<extra>{code}</extra>",
        )  # fmt: skip
    axes = {f"{axis}axis": {"title": {"text": name}} for axis, name in zip("abc", names, strict=True)}
    title = say("The three ingredients that differ, relative to their sum", "다른 세 원료의 상대 비율")
    figure.update_layout(
        template="plotly_white", font=FONT, title=title, ternary={"sum": 1, **axes}, height=520, showlegend=False
    )
    return figure


def draw_parallel(shares: Shares, codes: Sequence[str]) -> Any:
    """Return the recipes as lines across the ingredients that differ, each on its own scale from 0 to its most."""
    import plotly.graph_objects as go

    names = list(shares)
    most = {name: max(shares[name]) or 1.0 for name in names}
    figure = go.Figure()
    for n, code in reversed(list(enumerate(codes))):
        figure.add_scatter(
            x=names, y=[shares[name][n] / most[name] for name in names], name=code, mode="lines+markers",
            line={"color": PALETTE[n % len(PALETTE)], "width": 4 if n == 0 else 2,
                  "dash": ("solid", "dash", "dot", "dashdot")[n // len(PALETTE) % 4]},
            customdata=[shares[name][n] for name in names],
            hovertemplate=f"%{{x}}: %{{customdata:.4g}} %<extra>{code}</extra>",
        )  # fmt: skip
    ticks = [f"{_short(name)}<br>{most[name]:.4g} %" for name in names]
    figure.update_layout(
        template="plotly_white", font=FONT, height=460, legend={"traceorder": "reversed"},
        title=say("Shares that differ, each against its largest", "다른 배합비, 원료별 최댓값 대비"),
        xaxis={"tickvals": names, "ticktext": ticks, "tickangle": 0 if len(names) < 8 else -40, "showgrid": True},
        yaxis={"range": [-0.04, 1.06], "tickformat": ".0%", "title": say("of the largest", "최댓값 대비")},
    )  # fmt: skip
    return figure


def draw_map(shares: Shares, codes: Sequence[str]) -> Any:
    """Return many recipes as a map, one row a code: the darker, the nearer to the largest share of the ingredient."""
    import plotly.graph_objects as go

    names = list(shares)
    most = {name: max(shares[name]) or 1.0 for name in names}
    figure = go.Figure()
    figure.add_heatmap(
        x=names, y=list(codes), z=[[shares[name][n] / most[name] for name in names] for n in range(len(codes))],
        customdata=[[shares[name][n] for name in names] for n in range(len(codes))], zmin=0, zmax=1, xgap=1, ygap=1,
        colorscale=[[0, "#f4f7f4"], [1, "#1f5c40"]], hovertemplate="%{y}, %{x}: %{customdata:.4g} %<extra></extra>",
        colorbar={"tickformat": ".0%", "title": {"text": say("of the largest", "최댓값 대비")}},
    )  # fmt: skip
    figure.update_layout(
        template="plotly_white", font=FONT, height=180 + 17 * len(codes),
        title=say("Shares that differ, each against its largest", "다른 배합비, 원료별 최댓값 대비"),
        xaxis={"tickvals": names, "ticktext": [_short(name) for name in names], "tickangle": -40},
        yaxis={"autorange": "reversed", "automargin": True, "tickfont": {"size": 11}},
    )  # fmt: skip
    return figure


def draw_forest(differences: Sequence[tuple[str, Estimate, bool]], *, base: str, title: str) -> Any:
    """Return differences of one unit with their intervals: (label, estimate, whether it is real), 0 marked."""
    import plotly.graph_objects as go

    figure = go.Figure()
    for real, colour, words in (
        (True, PALETTE[0], say("told from the base", "차이 확인")),
        (False, "#8a948e", say("not told from the base", "차이 미확인")),
    ):
        own = [(label, e) for label, e, is_real in differences if is_real is real]
        if not own:
            continue
        figure.add_scatter(
            x=[e.value for _, e in own], y=[label for label, _ in own], name=words, mode="markers",
            marker={"color": colour, "size": 11, "symbol": "square"},
            error_x={"type": "data", "symmetric": False, "thickness": 2, "color": colour,
                     "array": [(e.high if e.high is not None else e.value) - e.value for _, e in own],
                     "arrayminus": [e.value - (e.low if e.low is not None else e.value) for _, e in own]},
            hovertemplate="%{y}: %{x:.4g}<extra></extra>",
        )  # fmt: skip
    unit = differences[0][1].unit
    figure.add_vline(x=0, line={"color": "#1d2a24", "width": 1})
    figure.update_layout(
        template="plotly_white", font=FONT, title=title, height=170 + 34 * len(differences),
        xaxis_title=say(f"difference from {base}, {unit}", f"{base} 대비 차이, {unit}"),
        yaxis={"autorange": "reversed", "categoryorder": "array", "automargin": True,
               "categoryarray": [label for label, _, _ in differences]},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 1, "xanchor": "right"},
    )  # fmt: skip
    return figure


def draw_trade_off(
    across: tuple[str, Mapping[str, Estimate]], up: tuple[str, Mapping[str, Estimate]], codes: Sequence[str],
    front: Sequence[str],
) -> Any:  # fmt: skip
    """Return one endpoint against another with intervals; those that no other code beats are filled."""
    import plotly.graph_objects as go

    (x_name, xs), (y_name, ys) = across, up
    figure = go.Figure()
    for n, code in enumerate(codes):
        if code not in xs or code not in ys:
            continue
        x, y = xs[code], ys[code]
        colour = PALETTE[n % len(PALETTE)]
        figure.add_scatter(
            x=[x.value], y=[y.value], name=code, mode="markers+text", text=[code],
            textposition="top center", cliponaxis=False,
            marker={"size": 12, "color": colour, "symbol": "circle" if code in front or not front else "circle-open"},
            error_x=_reach(x, colour), error_y=_reach(y, colour),
            hovertemplate=f"{x_name} %{{x:.4g}}<br>{y_name} %{{y:.4g}}<extra>{code}</extra>",
        )  # fmt: skip
    x_unit, y_unit = (next(iter(own.values())).unit for own in (xs, ys))
    figure.update_layout(
        template="plotly_white", font=FONT, height=480, showlegend=False,
        title=say(f"{y_name} against {x_name}", f"{x_name} 대 {y_name}"),
        xaxis_title=f"{x_name}, {x_unit}", yaxis_title=f"{y_name}, {y_unit}",
    )  # fmt: skip
    return figure


def _reach(estimate: Estimate, colour: str) -> dict[str, Any]:
    high = estimate.value if estimate.high is None else estimate.high
    low = estimate.value if estimate.low is None else estimate.low
    return {
        "type": "data", "symmetric": False, "array": [high - estimate.value], "arrayminus": [estimate.value - low],
        "color": colour, "thickness": 1.5,
    }  # fmt: skip


def _short(name: str) -> str:
    return name if len(name) <= 22 else name[:21] + "…"
