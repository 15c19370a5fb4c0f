"""Plotly figures of what stands side by side."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

# Okabe and Ito's palette, told apart by colour-blind readers too.
PALETTE = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#000000")


def draw_recipes(recipe: pd.DataFrame, *, title: str) -> Any:
    """Return stacked bars of the shares that differ: one bar a formulation, % w/w.

    ``recipe`` has one row an ingredient and one column a formulation, cells as text with marks.
    """
    import plotly.graph_objects as go

    figure = go.Figure()
    for number, (ingredient, row) in enumerate(recipe.iterrows()):
        shares = [float(found[0]) if (found := re.match(r"[\d.]+", str(cell))) else 0.0 for cell in row]
        figure.add_bar(
            name=str(ingredient),
            y=list(recipe.columns),
            x=shares,
            orientation="h",
            marker_color=PALETTE[number % len(PALETTE)],
            marker_pattern_shape="/" if number >= len(PALETTE) else "",
            hovertemplate=f"{ingredient}: %{{x:.2f}} % w/w<extra>%{{y}}</extra>",
        )
    figure.update_layout(
        template="plotly_white",
        barmode="stack",
        title=title,
        xaxis_title="planned share, % w/w (lines that differ)",
        yaxis={"autorange": "reversed"},
        legend={"traceorder": "normal"},
        height=max(200 + 50 * len(recipe.columns), 160 + 22 * len(recipe)),
    )
    return figure
