"""Trials as Plotly figures: LS means by visit, and differences from the control as a forest."""

from __future__ import annotations

from itertools import cycle
from typing import TYPE_CHECKING, Any

import numpy as np

from ginseng_rd.efficacy.figures import PALETTE
from ginseng_rd.efficacy.trial_words import choose

if TYPE_CHECKING:
    from ginseng_rd.efficacy.trials import TrialComparison

_GREY = "#666666"


def draw_profile(trial: TrialComparison, language: str = "en") -> Any:
    """Draw the LS means of each arm by visit with their intervals; baseline is zero where changes were analysed."""
    import plotly.graph_objects as go

    figure = go.Figure()
    means = trial.ls_means
    has_visits = "visit" in means.columns
    visits = list(dict.fromkeys(means["visit"])) if has_visits else []
    starts = [trial.baseline_visit] if trial.design == "parallel" and has_visits else []
    numbers = has_visits and all(isinstance(v, int | float | np.number) for v in [*starts, *visits])
    arms = list(dict.fromkeys(means["arm"]))
    for place, (arm, colour) in enumerate(zip(arms, cycle(PALETTE), strict=False)):
        rows = means[means["arm"] == arm]
        at: list[Any] = [*starts, *rows["visit"]] if has_visits else [str(arm)]
        # Arms stand side by side, so that their intervals do not hide one another.
        aside = 0.012 * (place - (len(arms) - 1) / 2) * _span(at) if numbers else 0.0
        pad = [0.0] * len(starts)
        figure.add_scatter(
            x=[value + aside for value in at] if numbers else [str(value) for value in at],
            y=[*pad, *rows["estimate"]],
            error_y={
                "type": "data", "symmetric": False, "array": [*pad, *(rows["high"] - rows["estimate"])],
                "arrayminus": [*pad, *(rows["estimate"] - rows["low"])], "thickness": 1.5,
            },
            mode="lines+markers", marker={"color": colour, "size": 8}, line={"color": colour, "width": 2},
            name=str(arm),
        )  # fmt: skip
    figure.update_layout(height=440)
    what = choose(language, "Change in ", "변화량: ") if trial.design == "parallel" else ""
    if numbers:
        figure.update_xaxes(tickvals=[*starts, *visits])
    figure.update_xaxes(title=choose(language, "Visit", "방문") if has_visits else choose(language, "Arm", "군"))
    figure.update_yaxes(title=f"{what}{_with_unit(trial)}")
    return _finish(figure, trial, choose(language, "LS means by visit", "방문별 최소제곱평균"), language)


def draw_forest(trial: TrialComparison, language: str = "en") -> Any:
    """Draw the differences from the control with their intervals, one line each, the line of no difference dashed."""
    import plotly.graph_objects as go

    figure = go.Figure()
    rows = trial.contrasts[trial.contrasts["estimate"].notna()].iloc[::-1]
    visit = choose(language, "visit", "방문")
    labels = [
        f"{row.contrast}, {visit} {row.visit}" if "visit" in rows.columns else str(row.contrast)
        for row in rows.itertuples()
    ]
    figure.add_scatter(
        x=rows["estimate"], y=labels, mode="markers", marker={"color": PALETTE[0], "size": 10, "symbol": "square"},
        error_x={
            "type": "data", "symmetric": False, "array": rows["high"] - rows["estimate"],
            "arrayminus": rows["estimate"] - rows["low"], "thickness": 2, "color": PALETTE[0],
        },
        customdata=np.column_stack([rows["low"], rows["high"], rows["p"], rows["p_adjusted"]]),
        hovertemplate="%{x:.4g} (%{customdata[0]:.4g}, %{customdata[1]:.4g}), p %{customdata[2]:.3g}<extra></extra>",
        showlegend=False,
    )  # fmt: skip
    for label, row in zip(labels, rows.itertuples(), strict=True):
        text = f"{row.estimate:.3g} ({row.low:.3g}, {row.high:.3g}) p = {row.p:.3g}"
        figure.add_annotation(
            x=1.01, xref="paper", y=label, text=text, showarrow=False, xanchor="left", font={"size": 12}
        )
    figure.add_vline(x=0, line={"dash": "dash", "width": 1, "color": _GREY})
    title = choose(language, f"Difference from '{trial.control}': ", f"'{trial.control}' 대비 차이: ")
    figure.update_xaxes(title=f"{title}{_with_unit(trial)}")
    figure.update_layout(margin={"r": 230}, height=220 + 34 * len(labels))
    return _finish(figure, trial, choose(language, "Differences from the control", "대조군 대비 차이"), language)


def _finish(figure: Any, trial: TrialComparison, title: str, language: str) -> Any:
    level = f"{100 * trial.model.confidence:g} %"
    note = choose(
        language,
        f"{level} intervals, {trial.model.n_subjects} subjects",
        f"{level} 신뢰구간, 대상자 {trial.model.n_subjects}명",
    )
    figure.update_layout(
        template="plotly_white", font={"size": 13}, legend={"orientation": "h", "y": -0.25},
        title={"text": f"{trial.endpoint}: {title}", "subtitle": {"text": note, "font": {"size": 12, "color": _GREY}}},
    )  # fmt: skip
    return figure


def _with_unit(trial: TrialComparison) -> str:
    return f"{trial.endpoint} ({trial.unit})" if trial.unit else trial.endpoint


def _span(values: list[Any]) -> float:
    return float(max(values) - min(values)) or 1.0
