"""What the extracts in the products, or the products themselves, do on the bench: IC50 and its interval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ginseng_rd.comparison.blocks import Block, Cell, estimate_cell, make_row
from ginseng_rd.comparison.candidates import Candidate
from ginseng_rd.comparison.facts import Facts
from ginseng_rd.comparison.rows import Row, by_column, read_rows
from ginseng_rd.efficacy.dose_response import fit_dose_response
from ginseng_rd.efficacy.normalisation import normalise_to_controls
from ginseng_rd.errors import FitRefused
from ginseng_rd.records.estimate import Estimate
from ginseng_rd.store import Store
from ginseng_rd.words import say

_COLUMNS = (
    *("assay", "plate", "well", "sample", "role", "dose", "dose_unit", "replicate", "endpoint", "value"),
    *("relation", "unit", "time"),
)
_CONTROLS = ("negative control", "positive control", "blank")
_RAW = ("OD", "RLU", "RFU")
Key = tuple[str, str]


def assay_block(store: Store, candidates: Sequence[Candidate], facts: Facts) -> tuple[Block, list[int]]:
    """Put the IC50 of what is in each product side by side, and return how many curves each has.

    Raw plate readings are normalised to their plates' controls first. A sample without a curve says why.
    """
    origin = candidates[0].origin
    samples = [_samples(candidate, facts) for candidate in candidates]
    own = read_rows(store, "assay", _COLUMNS, sample={sample for named in samples for sample in named})
    own = [row for row in own if row["origin"] == origin and row["time"] is None and row["role"] not in _CONTROLS]
    raw = {row["assay"] for row in own if row["unit"] in _RAW}
    controls = [
        row
        for row in read_rows(store, "assay", _COLUMNS, assay=raw, role=_CONTROLS)
        if row["origin"] == origin and row["time"] is None
    ]
    found: dict[Key, dict[str, Cell]] = {}
    control_rows = by_column(controls, "assay")
    for assay, rows in by_column(own, "assay").items():
        for (endpoint, sample), cell in _curves(rows, control_rows.get(assay, [])).items():
            found.setdefault((assay, endpoint), {})[sample] = cell
    shown = []
    for (assay, endpoint), cells in found.items():
        label = f"{assay}: {endpoint}"
        shown.append(make_row(label, (_cell(named, cells) for named in samples), endpoint=f"IC50 {label}"))
    counts = [sum(sample in cells for cells in found.values() for sample in named) for named in samples]
    title = say("Assays of the extracts, IC50", "추출물 효능 시험, IC50")
    notes = (
        say(
            "Dose half way between the plateaus of a four-parameter curve, with its 95 % profile interval.",
            "4모수 곡선 두 고원의 중간 용량과 95 % 프로파일 구간.",
        ),
    )
    return Block("assay", title, tuple(shown), say("assay", "시험"), notes=notes if shown else ()), counts


def _samples(candidate: Candidate, facts: Facts) -> list[str]:
    extracts = {facts.extract_of(material) for material in candidate.unpacked.shares} - {""}
    return [*sorted(extracts), *candidate.batches, candidate.formulation]


def _curves(rows: Sequence[Row], controls: Sequence[Row]) -> dict[Key, Cell]:
    """Return the IC50 of each endpoint and sample of one assay."""
    import pandas as pd

    found: dict[Key, Cell] = {}
    for endpoint, own in by_column(rows, "endpoint").items():
        frame = pd.DataFrame(own)
        name = endpoint
        if own[0]["unit"] in _RAW:
            plates = {row["plate"] for row in own}
            beside = [row for row in controls if row["endpoint"] == endpoint and row["plate"] in plates]
            try:
                every = normalise_to_controls(pd.DataFrame([*own, *beside])).readings
            except FitRefused as refused:
                found |= {(name, row["sample"]): Cell(say("no curve: ", "곡선 없음: ") + str(refused)) for row in own}
                continue
            frame = every[every["role"].fillna("sample") == "sample"]
            name = f"inhibition of {endpoint}"
        for sample, readings in frame.groupby("sample", sort=False):
            found[name, str(sample)] = _fit(readings.drop(columns=["upload_id"]))
    return found


def _fit(readings: object) -> Cell:
    try:
        curve = fit_dose_response(readings)  # type: ignore[arg-type]
    except FitRefused as refused:
        return Cell(say("no curve: ", "곡선 없음: ") + str(refused))
    if curve.ic50 is None:
        return Cell(say("no IC50: ", "IC50 없음: ") + "; ".join(curve.flags))
    return estimate_cell(curve.ic50)


def _cell(samples: Sequence[str], cells: Mapping[str, Cell]) -> Cell:
    """Return the cell of a product: that of its one sample, or several by name, the lowest of which counts."""
    named = [(sample, cells[sample]) for sample in samples if sample in cells]
    if not named:
        return Cell(say("not measured", "측정 안 함"))
    text = named[0][1].text if len(named) == 1 else "; ".join(f"{sample}: {cell.text}" for sample, cell in named)
    estimates: list[Estimate] = [cell.estimate for _, cell in named if cell.estimate is not None]
    best = min(estimates, key=lambda e: e.value, default=None)
    return Cell(text, None if best is None else best.value, best)
