"""Formulations side by side: what differs in the recipe, what differs in the result."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from ginseng_rd.errors import GinsengError, UnknownName
from ginseng_rd.records.estimate import Estimate
from ginseng_rd.records.formulation import Formulation, Line
from ginseng_rd.store import Store

if TYPE_CHECKING:
    import pandas as pd

MOST = 50


@dataclass(frozen=True)
class Comparison:
    """Two to fifty formulations side by side; the first is the base.

    ``recipe`` has one row an ingredient (% w/w), ``results`` one row a measured property, both one
    column a formulation and only rows that differ. ``origin`` is ``own``, ``published`` or
    ``invented``; formulations of different origin are never put side by side.
    """

    codes: tuple[str, ...]
    recipe: pd.DataFrame
    results: pd.DataFrame
    alike: tuple[str, ...]
    origin: str
    formulations: Mapping[str, Formulation]
    readings: pd.DataFrame

    @property
    def title(self) -> str:
        label = {"invented": " (invented example data)", "published": " (published data)"}.get(self.origin, "")
        return f"{', '.join(self.codes[1:])} against {self.codes[0]}{label}"

    def measured(self) -> dict[str, Estimate]:
        """Return every number measured of these formulations, named ``endpoint code``; the basis states its sd."""
        found = {}
        for row in self.readings[self.readings["value"].notna()].to_dict("records"):
            spread = f"sd {row['sd']:g}" if row["sd"] == row["sd"] else ""
            found[f"{row['endpoint']} {row['formulation']}"] = Estimate(
                float(row["value"]), str(row["unit"]), basis=spread, relation=str(row["relation"])
            )
        return found

    def plot(self) -> Any:
        """Return the recipes as a Plotly figure: one bar a formulation, one colour an ingredient that differs."""
        from ginseng_rd.reports.figures import draw_recipes

        return draw_recipes(self.recipe, title=self.title)

    def __str__(self) -> str:
        parts = [self.title, "", "Recipe, % w/w (only what differs; ▲ ▼ against the base):", self.recipe.to_string()]
        parts += ["", "Measured (only what differs):", self.results.to_string()]
        if self.alike:
            parts += ["", f"The same in all: {', '.join(self.alike)}."]
        return "\n".join(parts)

    def _repr_html_(self) -> str:
        alike = f"<p>The same in all: {html.escape(', '.join(self.alike))}.</p>" if self.alike else ""
        return (
            f"<h4>{html.escape(self.title)}</h4><p>Recipe, % w/w (only what differs)</p>{self.recipe.to_html(border=0)}"
            f"<p>Measured</p>{self.results.to_html(border=0)}{alike}"
        )


def read_formulations(store: Store, codes: Sequence[str]) -> tuple[dict[str, Formulation], str]:
    """Return the formulations named, in that order, and the one origin they share.

    Raises UnknownName for a code that is not in the store, GinsengError for codes of mixed origin.
    """
    lines = store.readings("recipe", {"formulation": list(codes)})
    found: dict[str, Formulation] = {}
    for code in codes:
        own = lines[lines["formulation"] == code]
        if own.empty:
            raise UnknownName("formulation", code, store.distinct("recipe", "formulation"))
        found[code] = Formulation(
            code,
            tuple(
                Line(name, Decimal(share), role or "")
                for name, share, role in zip(own["ingredient"], own["value_text"], own["role"], strict=True)
            ),
        )
    origins = sorted(set(lines["origin"]))
    if len(origins) > 1:
        raise GinsengError(
            f"These formulations are of different origin ({', '.join(origins)}): real and invented data are not "
            "put side by side."
        )
    return found, origins[0]


def compare(store: Store, codes: Sequence[str]) -> Comparison:
    """Put formulations side by side, the first as base.

    Raises GinsengError for fewer than two or more than fifty codes or a code named twice, and
    UnknownName for one that is not in the store.
    """
    import pandas as pd

    if not 2 <= len(codes) <= MOST or len(set(codes)) < len(codes):
        raise GinsengError(
            f"A comparison takes 2 to {MOST} different formulations, but {len(codes)} were named: {', '.join(codes)}."
        )
    formulations, origin = read_formulations(store, codes)
    ingredients = list(dict.fromkeys(line.ingredient for f in formulations.values() for line in f.lines))
    rows, alike = {}, []
    for ingredient in ingredients:
        shares = [formulations[code].share_of(ingredient) for code in codes]
        if len(set(shares)) == 1:
            alike.append(f"{ingredient} {shares[0]} %")
        else:
            rows[ingredient] = [_marked(share, shares[0]) for share in shares]
    recipe = pd.DataFrame.from_dict(rows, orient="index", columns=list(codes))
    recipe.index.name = "ingredient"
    readings = store.readings("property", {"formulation": list(codes)})
    results, alike_results = _results(readings, codes)
    return Comparison(tuple(codes), recipe, results, (*alike, *alike_results), origin, formulations, readings)


def _results(measured: pd.DataFrame, codes: Sequence[str]) -> tuple[pd.DataFrame, list[str]]:
    """Return the measured properties that differ, one column a formulation, and those that do not."""
    import pandas as pd

    rows, alike = {}, []
    for endpoint, group in measured.groupby("endpoint", sort=False):
        cells = {
            code: "; ".join(_result(row) for _, row in own.iterrows()) for code, own in group.groupby("formulation")
        }
        shown = [cells.get(code, "not measured") for code in codes]
        if len(set(shown)) == 1:
            alike.append(f"{endpoint} {shown[0]}")
        else:
            rows[endpoint] = shown
    results = pd.DataFrame.from_dict(rows, orient="index", columns=list(codes))
    results.index.name = "property"
    return results, alike


def _result(row: pd.Series[Any]) -> str:
    import pandas as pd

    if pd.isna(row["value"]):
        return str(row["outcome"] or "not measured")
    if row["unit"] == "0/1":
        return "yes" if row["value"] else "no"
    sign = "" if row["relation"] == "=" else f"{row['relation']} "
    spread = "" if pd.isna(row["sd"]) else f" ± {row['sd']:g}"
    return f"{sign}{row['value']:g}{spread} {row['unit']}"


def _marked(share: Decimal, base: Decimal) -> str:
    mark = "" if share == base else (" ▲" if share > base else " ▼")
    decimals = max(2, -int(share.as_tuple().exponent))
    return f"{share:.{decimals}f}{mark}" if share else f"–{mark}"
