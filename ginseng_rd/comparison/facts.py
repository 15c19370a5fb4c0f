"""What is known of the materials that recipes are made of: extracts, lots, contents, what is bought."""

from __future__ import annotations

import re
import statistics
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from ginseng_rd.comparison.candidates import Candidate
from ginseng_rd.comparison.rows import Row, by_column, read_rows
from ginseng_rd.recipes.marker_dose import Content
from ginseng_rd.recipes.unpacking import Material
from ginseng_rd.records.ingredient import Ingredient, Limit, Price, Substance
from ginseng_rd.records.kinds import EXTRACT, LOT, PROCESS_STEP
from ginseng_rd.store import Store

_CONTENT_COLUMNS = (
    *("sample", "compound", "value", "relation", "unit", "sd", "n", "replicate", "lod", "loq", "statistic"),
)


@dataclass(frozen=True)
class Facts:
    """What the store says of the materials in the candidates.

    ``inputs`` and ``steps`` are by extract; ``contents`` by sample, of the newest measurement. ``prices`` are part of
    ``ingredients``, which hold extracts too where these have a price.
    """

    lots: Mapping[str, Row]
    extracts: Mapping[str, Row]
    inputs: Mapping[str, Sequence[Row]]
    steps: Mapping[str, Sequence[Row]]
    contents: Mapping[str, tuple[Content, ...]]
    ingredients: Mapping[str, Ingredient]
    limits: tuple[Limit, ...]

    def extract_of(self, material: Material) -> str:
        """Return the extract that a material is, by its name or its lot; '' for another material."""
        return next((code for code in (material.lot, material.code) if code in self.extracts), "")

    def sample_of(self, material: Material) -> str:
        """Return the sample whose content is that of a material, or ''.

        The lot of a bought or milled material; but where an extract names the lot of plants it was made from, the
        content is the extract's own.
        """
        is_extract = material.code in self.extracts
        names = [material.lot] if material.lot and not (is_extract and material.lot in self.lots) else []
        return next((name for name in (*names, material.code) if name in self.contents), "")

    def holds_markers(self, material: Material) -> bool:
        """Tell whether a material is of ginseng, so that a content of it is to be expected."""
        known = {**self.extracts, **self.lots}
        return material.code in known or material.lot in known

    def plant_lots(self, material: Material) -> tuple[str, ...]:
        """Return the lots of plants that a material comes from, through its extracts."""
        found: list[str] = []
        ahead, met = [material.lot, material.code], set()
        while ahead:
            code = ahead.pop()
            if code in met or not code:
                continue
            met.add(code)
            if code in self.lots:
                found.append(code)
            ahead += [row["input"] for row in self.inputs.get(code, ())]
        return tuple(sorted(found))


def read_facts(store: Store, candidates: Sequence[Candidate]) -> Facts:
    """Read what is known of the materials of all candidates together.

    Measurements that were invented serve invented candidates alone, and real ones real candidates.
    """
    invented = candidates[0].origin == "invented"
    materials = {material for candidate in candidates for material in candidate.unpacked.shares}
    names = {material.code for material in materials} | {material.lot for material in materials if material.lot}

    def read(kind: str, columns: Sequence[str], **among: Iterable[Any]) -> list[Row]:
        rows = read_rows(store, kind, columns, **among)
        return [row for row in rows if (row["origin"] == "invented") == invented]

    inputs: dict[str, list[Row]] = {}
    ahead = set(names)
    while ahead:
        rows = by_column(read("extract_input", ("extract", "input", "amount_g"), extract=ahead), "extract")
        inputs |= rows
        ahead = {row["input"] for own in rows.values() for row in own} - set(inputs) - names
        names |= ahead
    of_lots = read("lot", [c.name for c in LOT.columns], lot=names)
    of_extracts = read("extract", [c.name for c in EXTRACT.columns], extract=names)
    of_steps = read("process_step", [c.name for c in PROCESS_STEP.columns], extract=names)
    samples = names | {batch for candidate in candidates for batch in candidate.batches}
    return Facts(
        {row["lot"]: row for row in of_lots},
        {row["extract"]: row for row in of_extracts} | {code: {} for code in inputs if code},
        inputs,
        by_column(sorted(of_steps, key=lambda row: row["step_no"]), "extract"),
        _contents(read("content", _CONTENT_COLUMNS, sample=samples)),
        _ingredients(store, names),
        _limits(store, candidates),
    )


def _contents(rows: Iterable[Row]) -> dict[str, tuple[Content, ...]]:
    """Return the contents in mg/g by sample: of each compound the newest measurement, own ones before published.

    What is a share of something else than the sample, or a bound of several values, is passed over.
    """
    groups: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        usable = row["unit"] == "mg/g" and row["relation"] in ("=", "<", "n.d.")
        if row["compound"] and usable and (row["statistic"] or "mean") == "mean":
            groups[row["sample"], row["compound"]].append(row)
    found: dict[str, list[Content]] = defaultdict(list)
    for (sample, compound), own in groups.items():
        newest = max(own, key=lambda row: (row["origin"] == "own", row["upload_id"]))
        together = [row for row in own if row["upload_id"] == newest["upload_id"]]
        found[sample].append(_content(compound, together))
    return {sample: tuple(contents) for sample, contents in found.items()}


def _content(compound: str, rows: Sequence[Row]) -> Content:
    """Return one content: the mean of numbered replicates, or else the row that came last."""
    values = [row["value"] for row in rows if row["relation"] == "="]
    if len(values) > 1 and len(values) == len(rows) and len({row["replicate"] for row in rows}) == len(rows):
        return Content(compound, statistics.fmean(values), statistics.stdev(values), len(values))
    row = rows[-1]
    if row["relation"] == "=":
        return Content(compound, row["value"], row["sd"], count_of(row["n"]))
    limit = row["value"] if row["value"] is not None else row["lod"] if row["lod"] is not None else row["loq"]
    return Content(compound, limit, relation=row["relation"])


def count_of(text: str | None) -> int:
    """Return the number of replicates that a cell states (``3``, ``n = 3``); 1 where it states none."""
    found = re.search(r"\d+", text or "")
    return max(int(found[0]), 1) if found else 1


def _ingredients(store: Store, names: Iterable[str]) -> dict[str, Ingredient]:
    wanted = list(names)
    described = read_rows(
        store, "ingredient", ("ingredient", "inci", "korean_name", "cas", "function"), ingredient=wanted
    )
    columns = ("ingredient", "inci", "lowest_percent", "highest_percent")
    substances = by_column(read_rows(store, "substance", columns, ingredient=wanted), "ingredient")
    prices = by_column(
        read_rows(store, "price", ("ingredient", "valid_from", "price_krw_per_kg"), ingredient=wanted), "ingredient"
    )
    known = {row["ingredient"]: row for row in described}
    found = {}
    for name in {*known, *substances, *prices}:
        row = known.get(name, {})
        found[name] = Ingredient(
            name,
            row.get("inci") or name,
            row.get("korean_name") or "",
            row.get("cas") or "",
            row.get("function") or "",
            tuple(
                Substance(s["inci"], _exact(s["lowest_percent"]), _exact(s["highest_percent"]))
                for s in substances.get(name, ())
            ),
            tuple(
                Price(date.fromisoformat(p["valid_from"]), _exact(p["price_krw_per_kg"])) for p in prices.get(name, ())
            ),
        )
    return found


def _limits(store: Store, candidates: Iterable[Candidate]) -> tuple[Limit, ...]:
    types = {c.product_type for c in candidates} - {""}
    countries = {c.country for c in candidates} - {""}
    columns = ("inci", "product_type", "country", "limit_percent", "citation")
    return tuple(
        Limit(row["inci"], row["product_type"], row["country"], _exact(row["limit_percent"]), row["citation"] or "")
        for row in read_rows(store, "limit", columns, product_type=types, country=countries)
    )


def _exact(number: float) -> Decimal:
    """Return the decimal that was typed: the shortest that reads back as the stored number."""
    return Decimal(repr(number))
