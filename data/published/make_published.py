"""Write the published sets of this folder in the columns of ``ginseng_rd.records.kinds``.

Run ``python data/published/make_published.py REFERENCE_DATA`` with the folder that holds
``benchmarks`` and ``reference``. Values are the sources'; SOURCES.md says what was changed.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path

LIQUIDS = "Chitre et al., Sci Data 11 (2024), doi 10.1038/s41597-024-03573-w (data set: MIT licence)"
WORMS = (
    "Kapsiani & Howlin, Sci Rep 11:13812 (2021), doi 10.1038/s41598-021-93070-6 (MIT licence); "
    "DrugAge build 3, Human Ageing Genomic Resources (CC BY 3.0)"
)
OPEN_PAPERS = ("2024, Antioxidants 13(5):612",)
CONTENT_COLUMNS = {
    "material": "sample",
    "cultivation_class": "cultivation",
    "plant_part": "part",
    "season_or_harvest": "season",
    "processing": "processing",
    "analyte": "analyte",
    "value": "value",
    "unit": "unit",
    "doi": "doi",
    "citation": "citation",
}
_OUTCOMES = ("stable", "turbidity_ntu", "turbidity_sd_ntu", "viscosity_class", "rheology_type")

Rows = list[dict[str, str]]


def write_published(reference_data: Path, folder: Path) -> None:
    """Write the four sets into ``folder``."""
    shampoo = reference_data / "benchmarks" / "shampoo_stability"
    liquids = _read(shampoo / "formulations_001_600.csv")
    types = {row["ingredient"]: row["type"] for row in _read(shampoo / "ingredients.csv")}
    headings = ("formulation", "ingredient", "role", "value", "unit", "citation")
    _write(folder / "liquid_formulations_recipes.csv", headings, _recipes(liquids, types))
    headings = ("formulation", "endpoint", "value", "unit", "sd", "outcome", "citation")
    _write(folder / "liquid_formulations_properties.csv", headings, _properties(liquids))
    worms = _read(reference_data / "benchmarks" / "drugage_celegans" / "compounds.csv")
    headings = ("sample", "structure", "endpoint", "value", "unit", "split", "citation")
    _write(folder / "worm_lifespan.csv", headings, _worm_lifespan(worms))
    contents = _read(reference_data / "reference" / "contents.csv")
    kept = [row for row in contents if row["citation"].startswith(OPEN_PAPERS)]
    headings = ("record", *CONTENT_COLUMNS.values())
    _write(folder / "contents_open.csv", headings, _contents(kept))


def _recipes(liquids: Rows, types: dict[str, str]) -> Iterable[tuple[str, ...]]:
    """Yield a line for each ingredient that is there, and water up to exactly 100 %."""
    for row in liquids:
        shares = {name: Decimal(row[name]) for name in types if name in row}
        shares = {name: share for name, share in shares.items() if share}
        shares["Water"] = 100 - sum(shares.values(), Decimal(0))
        for name, share in shares.items():
            yield _code(row), name, types[name], f"{share:.2f}", "%", LIQUIDS


def _properties(liquids: Rows) -> Iterable[tuple[str, ...]]:
    for row in liquids:
        code, (stable, turbidity, sd, viscosity, rheology) = _code(row), (row[name].strip() for name in _OUTCOMES)
        yield code, "one phase", stable, "0/1", "", "", LIQUIDS
        if turbidity:
            yield code, "turbidity", turbidity, "NTU", sd, "", LIQUIDS
        if viscosity:
            yield code, "viscosity class", "", "", "", viscosity, LIQUIDS
        if rheology:
            yield code, "rheology class", "", "", "", rheology, LIQUIDS


def _worm_lifespan(worms: Rows) -> Iterable[tuple[str, ...]]:
    for row in worms:
        sample = f"DA3-{int(row['row']):04d}"
        extends, split = row["extends_lifespan"], row["published_split"]
        yield sample, row["smiles"], "worm lifespan extended", extends, "0/1", split, WORMS


def _contents(kept: Rows) -> Iterable[tuple[str, ...]]:
    for row in kept:
        cells = {**row, "citation": f"{row['citation']} (CC BY 4.0)"}
        yield row["record_id"], *(cells[source] for source in CONTENT_COLUMNS)


def _code(row: dict[str, str]) -> str:
    return f"LF-{int(row['formulation_id']):03d}"


def _read(path: Path) -> Rows:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _write(path: Path, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([headings, *rows])


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("Say where the reference data are: python data/published/make_published.py REFERENCE_DATA")
    write_published(Path(sys.argv[1]), Path(__file__).resolve().parent)
