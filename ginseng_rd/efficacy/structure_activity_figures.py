"""Plotly figures of a structure-activity model: how good, how honest, and how far from what it knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ginseng_rd.efficacy.conformal import half_widths_by_fold
from ginseng_rd.efficacy.figures import PALETTE
from ginseng_rd.errors import FitRefused

if TYPE_CHECKING:
    import pandas as pd

    from ginseng_rd.efficacy.structure_activity import StructureActivity

_BLUE, _RED = PALETTE[:2]
_GREY = "#666666"


def draw_structure_activity(found: StructureActivity, predicted: pd.DataFrame | None = None) -> dict[str, Any]:
    """Return the figures of a model by name; ``predicted`` is a table from its ``predict``."""
    if found.task == "classification":
        judged = {"roc": _draw_roc(found), "reliability": _draw_reliability(found)}
    else:
        judged = {"observed_vs_predicted": _draw_observed(found), "calibration": _draw_calibration(found)}
    return {**judged, "similarity": _draw_similarity(found, predicted)}


def _draw_roc(found: StructureActivity) -> Any:
    """Draw the ROC curve of each fold, and their mean."""
    import plotly.graph_objects as go
    from sklearn.metrics import roc_curve

    grid = np.linspace(0.0, 1.0, 101)
    figure, curves = go.Figure(), []
    for (repeat, fold), rows in found.held_out.groupby(["repeat", "fold"]):
        if rows["observed"].nunique() < 2:
            continue
        false, true, _ = roc_curve(rows["observed"], rows["predicted"])
        curves.append(np.interp(grid, false, true))
        name = f"repeat {repeat}, fold {fold}"
        figure.add_scatter(x=false, y=true, mode="lines", line={"color": _BLUE, "width": 1}, opacity=0.4, name=name)
    mean = np.r_[0.0, np.mean(curves, axis=0)[1:]]
    figure.add_scatter(x=grid, y=mean, mode="lines", line={"color": _BLUE, "width": 3}, name="mean of folds")
    _add_diagonal(figure, 0.0, 1.0, "chance")
    figure.update_layout(showlegend=False)
    return _finish(
        figure,
        found,
        f"Telling yes from no: AUROC {found.scores['AUROC']}",
        "no, called yes (share)",
        "yes, called yes (share)",
    )


def _draw_reliability(found: StructureActivity) -> Any:
    """Draw the share of yes seen against the probability given, in tenths of the structures, with Wilson intervals."""
    import plotly.graph_objects as go

    # One repeat: the same structures again would narrow the intervals without new evidence.
    rows = found.held_out[found.held_out["repeat"] == 1].sort_values("predicted")
    parts = np.array_split(np.arange(len(rows)), 10)
    given = np.array([rows["predicted"].iloc[part].mean() for part in parts])
    seen = np.array([rows["observed"].iloc[part].mean() for part in parts])
    low, high = _wilson(seen, np.array([len(part) for part in parts]))
    figure = go.Figure()
    bars = {"type": "data", "array": high - seen, "arrayminus": seen - low, "color": _BLUE}
    figure.add_scatter(x=given, y=seen, mode="markers", error_y=bars, marker_color=_BLUE, name="tenth of structures")
    _add_diagonal(figure, 0.0, 1.0, "as said")
    note = f"Probabilities: Brier score {found.scores['Brier score']}"
    return _finish(figure, found, note, "probability of yes given", "share of yes seen (95 % Wilson)")


def _draw_observed(found: StructureActivity) -> Any:
    """Draw held-out predictions against what was measured, coloured by similarity to the known."""
    import plotly.graph_objects as go

    rows = found.held_out[found.held_out["repeat"] == 1]
    marker = {
        "color": rows["similarity"],
        "colorscale": "Viridis",
        "size": 5,
        "opacity": 0.6,
        "colorbar": {"title": "similarity<br>to known"},
    }
    text = rows["name"] + "<br>" + rows["structure"]
    figure = go.Figure()
    figure.add_scattergl(
        x=rows["predicted"], y=rows["observed"], mode="markers", marker=marker, text=text, name="held out"
    )
    _add_diagonal(figure, float(rows["observed"].min()), float(rows["observed"].max()), "equal")
    figure.update_layout(showlegend=False)
    unit = found.learned_from.unit
    return _finish(
        figure, found, f"Held-out structures: RMSE {found.scores['RMSE']}", f"predicted, {unit}", f"measured, {unit}"
    )


def _draw_calibration(found: StructureActivity) -> Any:
    """Draw how often intervals of several confidences hold the truth on folds they were not calibrated on."""
    import plotly.graph_objects as go

    rows = found.held_out[found.held_out["repeat"] == 1]
    residuals = (rows["observed"] - rows["predicted"]).to_numpy()
    distances, fold = 1.0 - rows["similarity"].to_numpy(), rows["fold"].to_numpy()
    levels = [0.5, 0.6, 0.7, 0.8, 0.9, 0.95]
    seen = []
    for level in levels:
        try:
            half = half_widths_by_fold(residuals, distances, fold, level)
        except FitRefused:  # too few structures for this confidence
            seen.append(np.nan)
        else:
            seen.append(float(np.mean(np.abs(residuals) <= half)))
    figure = go.Figure()
    figure.add_scatter(x=levels, y=seen, mode="lines+markers", line_color=_BLUE, name="held-out folds")
    _add_diagonal(figure, 0.5, 1.0, "as said")
    return _finish(
        figure, found, f"Intervals: coverage {found.scores['coverage']}", "confidence asked", "share of truths held"
    )


def _draw_similarity(found: StructureActivity, predicted: pd.DataFrame | None) -> Any:
    """Draw how near held-out and predicted structures are to known ones, and where the domain ends."""
    import plotly.graph_objects as go

    figure = go.Figure()
    shown = [("held out", found.held_out["similarity"], _BLUE)]
    if predicted is not None:
        shown.append(("predicted", predicted["similarity"].dropna(), _RED))
    for name, similarity, colour in shown:
        figure.add_histogram(
            x=similarity,
            name=f"{name}, n = {len(similarity)}",
            histnorm="percent",
            xbins={"start": 0.0, "end": 1.05, "size": 0.05},
            marker_color=colour,
            opacity=0.6,
        )
    figure.add_vline(x=found.domain_limit, line_dash="dash", line_color=_GREY, annotation_text="end of the domain")
    figure.update_layout(barmode="overlay")
    note = f"inside the domain from {found.domain_limit:.2f} upwards, up to {found.size_limit} heavy atoms"
    note = f"What is known nearby: {note}"
    return _finish(figure, found, note, "Tanimoto similarity to the nearest known structure", "structures, %")


def _add_diagonal(figure: Any, low: float, high: float, name: str) -> None:
    ends = [low, high]
    figure.add_scatter(x=ends, y=ends, mode="lines", line={"color": _GREY, "dash": "dash", "width": 1}, name=name)


def _wilson(share: Any, n: Any) -> tuple[Any, Any]:
    """Return the 95 % Wilson score interval of a share."""
    z = 1.959964
    centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    return np.minimum(centre - half, share), np.maximum(centre + half, share)


def _finish(figure: Any, found: StructureActivity, note: str, x: str, y: str) -> Any:
    from html import escape

    head, _, figures = note.partition(": ")
    title = f"{escape(head)}, {escape(found.title)}<br><sup>{escape(figures)}</sup>"
    figure.update_layout(template="plotly_white", title=title, xaxis_title=x, yaxis_title=y)
    return figure
