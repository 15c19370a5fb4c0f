"""Self-contained HTML pages: text, tables and Plotly figures in one file that opens without a network."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from ginseng_rd.errors import GinsengError
from ginseng_rd.words import language, say

if TYPE_CHECKING:
    import pandas as pd

SHOWN_ROWS = 40
_STRUCTURES = ("structure", "nearest_structure")
_ORIGIN_WORDS = {
    "invented": ("invented example data", "지어낸 예시 자료"),
    "published": ("published data", "문헌 자료"),
    "own": ("own data", "자체 자료"),
}


@dataclass(frozen=True)
class Section:
    """One part of a page. ``figures`` are Plotly figures as JSON text; ``origin`` labels where the data come from."""

    heading: str
    paragraphs: Sequence[str] = ()
    points: Sequence[str] = ()
    cautions: Sequence[str] = ()
    figures: Sequence[str] = ()
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    origin: str = ""
    small: str = ""


def page_text(title: str, lead: str, sections: Sequence[Section]) -> str:
    """Return a whole HTML page. Everything shown is escaped; Plotly's script is in it once, if it is needed."""
    from jinja2 import Environment

    template = files("ginseng_rd.reports").joinpath("page.html.jinja").read_text(encoding="utf-8")
    script = ""
    if any(section.figures for section in sections):
        from plotly.offline import get_plotlyjs

        script = get_plotlyjs()
    shown = [
        {
            "heading": section.heading,
            "paragraphs": section.paragraphs,
            "points": section.points,
            "cautions": section.cautions,
            # Inside a script element only "</" could end it early.
            "figures": [
                {"id": f"figure-{s}-{f}", "json": text.replace("</", "<\\/")} for f, text in enumerate(section.figures)
            ],
            "tables": [(name, table_html(table)) for name, table in section.tables.items()],
            "origin": section.origin,
            "origin_words": say(*_ORIGIN_WORDS.get(section.origin, (section.origin, section.origin))),
            "small": section.small,
        }
        for s, section in enumerate(sections)
    ]
    return (
        Environment(autoescape=True)
        .from_string(template)
        .render(title=title, lead=lead, sections=shown, script=script, language=language())
    )


def shorten(table: pd.DataFrame) -> pd.DataFrame:
    """Return the part of a table that reads well on a page: 40 rows at most, no empty columns, no structures as text.

    The whole of it stands in the run.
    """
    shown = table.drop(columns=[c for c in _STRUCTURES if c in table.columns]).head(SHOWN_ROWS)
    return shown.loc[:, [not ((column := shown[name]).isna() | (column == "")).all() for name in shown.columns]]


def table_html(table: pd.DataFrame) -> str:
    """Return a table as escaped HTML; a meaningful index is shown as its first column."""
    named = table.reset_index() if table.index.name else table
    text: str = named.to_html(index=False, border=0, na_rep="", escape=True, float_format=lambda x: f"{x:.4g}")
    return text.replace("▲", '<b class="higher">▲</b>').replace("▼", '<b class="lower">▼</b>')


def write_page(path: Path, text: str) -> Path:
    """Write a page whole or not at all, and return its path."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        scratch = path.with_suffix(".part")
        scratch.write_text(text, encoding="utf-8", newline="\n")
        os.replace(scratch, path)
    except OSError as error:
        raise GinsengError(f"The page {path} cannot be written: {error.strerror}.") from error
    return path
