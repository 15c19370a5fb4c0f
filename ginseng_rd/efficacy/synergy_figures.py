"""The excess of a dose matrix over a reference, as a Plotly heat map in the language in force."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from ginseng_rd.efficacy.synergy import REFERENCES
from ginseng_rd.errors import UnknownName
from ginseng_rd.words import say

if TYPE_CHECKING:
    from ginseng_rd.efficacy.synergy import Synergy


def draw_synergy(found: Synergy, reference: str) -> Any:
    """Draw the excess of each combination; blue is antagonism, orange synergy. The score stands below the title."""
    import plotly.graph_objects as go

    if reference not in REFERENCES:
        raise UnknownName("reference of synergy", reference, REFERENCES)
    table = found.cells.pivot(index="dose_one", columns="dose_other", values=reference)
    most = float(np.abs(table.to_numpy()).max()) or 1.0
    score = found.scores[reference]
    figure = go.Figure(
        go.Heatmap(
            z=table.to_numpy(),
            x=[f"{dose:g}" for dose in table.columns],
            y=[f"{dose:g}" for dose in table.index],
            zmin=-most,
            zmax=most,
            colorscale=[[0.0, "#0072B2"], [0.5, "#FFFFFF"], [1.0, "#D55E00"]],
            colorbar={"title": say("Excess", "초과분") + f" ({found.unit})" if found.unit else say("Excess", "초과분")},
            texttemplate="%{z:.1f}",
            hovertemplate="%{y} + %{x}: %{z:.3g}<extra></extra>",
        )
    )
    notes = [say(f"{reference} score {score}", f"{reference} 점수 {score}"), *found.flags]
    unit = f" ({found.dose_unit})" if found.dose_unit else ""
    figure.update_xaxes(title=escape(found.other) + unit, type="category")
    figure.update_yaxes(title=escape(found.one) + unit, type="category")
    title = say("Synergy over {}", "{} 대비 시너지").format(reference)
    subtitle = {"text": "<br>".join(map(escape, notes)), "font": {"size": 12, "color": "#666666"}}
    figure.update_layout(
        template="plotly_white",
        font={"size": 13},
        title={"text": title, "subtitle": subtitle, "yref": "container", "y": 0.97, "yanchor": "top"},
        margin={"t": 80 + 16 * len(notes)},
    )
    return figure
