"""Activity readings made fit to learn from: one desalted structure, one outcome, every row accounted for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from ginseng_rd.chemistry.features import Bits, ecfp4, find_scaffolds, take_largest_fragment
from ginseng_rd.chemistry.structures import StructureRefused, read_smiles
from ginseng_rd.errors import FitRefused
from ginseng_rd.units import UnitRefused, to_canonical

if TYPE_CHECKING:
    import pandas as pd

Floats = npt.NDArray[np.float64]
Task = Literal["classification", "regression"]

_REQUIRED = ("sample", "structure", "endpoint", "value", "unit")
_QUANTITIES = ("yes or no", "molar concentration", "negative logarithm", "mass concentration")
_YES_OR_NO, _NEGATIVE_LOGARITHM, _MICROGRAM_PER_ML = "0/1", "-log10 M", "µg/mL"


@dataclass(frozen=True, eq=False)
class CuratedSet:
    """What a structure-activity model learns from; item ``i`` of every sequence is one structure.

    ``values`` are 0 or 1 (classification) or -log10 of the molar concentration (regression), as ``unit``
    says; ``bits`` is n × 2048 (ECFP4); ``scaffolds`` groups the structures by Bemis-Murcko scaffold.
    ``curation`` (what, rows, example) tells what became of every row read.
    """

    task: Task
    endpoint: str
    unit: str
    origin: str
    names: tuple[str, ...]
    structures: tuple[str, ...]
    values: Floats
    bits: Bits
    scaffolds: npt.NDArray[np.intp]
    curation: pd.DataFrame

    @property
    def n(self) -> int:
        """The number of structures."""
        return len(self.structures)


@dataclass
class _Ledger:
    """The lines of the curation report, in the order in which they were found."""

    lines: list[tuple[str, int, str]] = field(default_factory=list)

    def note(self, what: str, rows: int, example: str = "") -> None:
        if rows:
            self.lines.append((what, rows, example))

    def leave_out(self, what: str, table: pd.DataFrame, fault: pd.Series) -> pd.DataFrame:
        """Return the rows without the fault, and note the others."""
        if fault.any():
            first = table[fault].iloc[0]
            shown = f"{first['sample']}: {first['structure']}, {first['value']} {first['unit']}"
            self.note(f"left out: {what}", int(fault.sum()), shown)
        return table[~fault]

    def as_table(self) -> pd.DataFrame:
        import pandas as pd

        return pd.DataFrame(self.lines, columns=["what", "rows", "example"])


def curate(activities: pd.DataFrame) -> CuratedSet:
    """Desalt, check and merge readings of kind ``activity`` into one outcome a structure.

    The unit decides the task: 0/1 is a classification, a concentration or its negative logarithm a
    regression on -log10 M. Rows are left out, and counted, when structure or value is
    missing or cannot be read, when the value is only a bound, and when the source doubts it or marks
    it as a repeat. Repeats of a structure are merged: to their median, or, where classes disagree,
    the structure is left out. The steps are those of Fourches, Muratov and Tropsha, J. Chem. Inf.
    Model. 50:1189 (2010).

    Raises FitRefused when a column is missing, nothing is left, or endpoints or outcomes that do not
    belong in one model are mixed.
    """
    ledger = _Ledger()
    ledger.note("rows read", len(activities))
    table = _keep_exact(_with_every_column(activities), ledger)
    table = _with_parents(table, ledger)
    _refuse_if_empty(table, len(activities), ledger)
    endpoint = _only(table["endpoint"], "endpoint", "choose the rows of one")
    table, task = _with_targets(table, ledger)
    _refuse_if_empty(table, len(activities), ledger)
    merged = _merge_classes(table, ledger) if task == "classification" else _merge_measurements(table, ledger)
    _refuse_if_empty(merged, len(activities), ledger)
    ledger.note("structures to learn from", len(merged))

    structures = tuple(merged.index)
    return CuratedSet(
        task=task,
        endpoint=endpoint,
        unit=_YES_OR_NO if task == "classification" else _NEGATIVE_LOGARITHM,
        origin=" and ".join(sorted({str(o) for o in table["origin"] if o})),
        names=tuple(merged["sample"]),
        structures=structures,
        values=merged["target"].to_numpy(dtype=np.float64),
        bits=ecfp4(structures).bits,
        scaffolds=np.unique(find_scaffolds(structures), return_inverse=True)[1].astype(np.intp),
        curation=ledger.as_table(),
    )


def _with_every_column(activities: pd.DataFrame) -> pd.DataFrame:
    """Return the columns used here, text without blanks around it, the optional ones filled."""
    import pandas as pd

    missing = [c for c in _REQUIRED if c not in activities.columns]
    if missing:
        raise FitRefused(f"The activity readings lack the column(s) {', '.join(missing)}.")
    optional = {"relation": "=", "stated_relation": "", "remark": "", "repeated": "", "origin": ""}
    text = {name: activities.get(name, pd.Series(default, activities.index)) for name, default in optional.items()}
    text |= {name: activities[name] for name in _REQUIRED if name != "value"}
    table = pd.DataFrame({name: column.astype(object).where(column.notna(), "") for name, column in text.items()})
    table = table.map(lambda cell: str(cell).strip())
    table["value"] = pd.to_numeric(activities["value"], errors="coerce")
    return table


def _keep_exact(table: pd.DataFrame, ledger: _Ledger) -> pd.DataFrame:
    """Return the rows with a structure and an exact value that its source stands by."""
    table = ledger.leave_out("no structure", table, table["structure"] == "")
    table = ledger.leave_out("no value", table, ~np.isfinite(table["value"]))
    bound = ~table["relation"].isin(["=", ""]) | ~table["stated_relation"].isin(["=", ""])
    table = ledger.leave_out("a bound, not an exact value", table, bound)
    if (table["stated_relation"] == "=").any():
        # A source that writes = where it means it has not said so of the rows it left blank.
        table = ledger.leave_out("no relation stated, unlike other rows", table, table["stated_relation"] == "")
    table = ledger.leave_out("doubted by its source", table, table["remark"] != "")
    marked = table["repeated"].isin(["1", "1.0", "True"])
    return ledger.leave_out("marked by its source as a repeat of another row", table, marked)


def _with_parents(table: pd.DataFrame, ledger: _Ledger) -> pd.DataFrame:
    """Return the rows whose structure can be read, with ``parent``, its largest organic fragment."""
    parents: dict[str, str] = {}
    for text in table["structure"].unique():
        try:
            parents[text] = take_largest_fragment(text)
        except StructureRefused:
            parents[text] = ""
    table = table.assign(parent=table["structure"].map(parents).astype(object))
    table = ledger.leave_out("a structure that cannot be read", table, table["parent"] == "")
    salts = table["structure"].str.contains(".", regex=False)
    if salts.any():
        first = table[salts].iloc[0]
        ledger.note(
            "salts and mixtures: largest organic part taken",
            int(salts.sum()),
            f"{first['structure']} → {first['parent']}",
        )
    return table


def _with_targets(table: pd.DataFrame, ledger: _Ledger) -> tuple[pd.DataFrame, Task]:
    """Return the rows with ``target`` (0 or 1, or -log10 of the molar concentration), and the task."""
    units = {unit: _canonical(unit) for unit in table["unit"].unique()}
    canonical = table["unit"].map({unit: name for unit, (name, _) in units.items()})
    value = table["value"] * table["unit"].map({unit: factor for unit, (_, factor) in units.items()})
    classes = canonical == _YES_OR_NO
    if classes.any() and not classes.all():
        raise FitRefused(f"The readings mix the units {', '.join(sorted(units))}; choose the rows of one.")
    if classes.all():
        strange = sorted(set(value) - {0.0, 1.0})
        if strange:
            raise FitRefused(f"An outcome in 0/1 was given as {strange[0]:g}; write 1 for yes and 0 for no.")
        return table.assign(target=value), "classification"
    by_mass = canonical == _MICROGRAM_PER_ML
    if by_mass.any():
        # What was weighed is the structure as given, salt and all: 1 µg/mL = 1000/M µM.
        molar_mass = table.loc[by_mass, "structure"].map(lambda smiles: read_smiles(smiles).molar_mass)
        value = value.where(~by_mass, 1000.0 * value / molar_mass.reindex(value.index))
        ledger.note("mass concentrations made molar with the molar mass", int(by_mass.sum()))
    logarithms = canonical == _NEGATIVE_LOGARITHM
    table = table.assign(target=value.where(logarithms, 6.0 - np.log10(value.where(value > 0))))
    return ledger.leave_out("a concentration of zero or below", table, table["target"].isna()), "regression"


def _canonical(unit: str) -> tuple[str, float]:
    try:
        return to_canonical(unit, _QUANTITIES)
    except UnitRefused as refusal:
        raise FitRefused(
            "A structure-activity model takes outcomes in 0/1 or concentrations (µM, -log10 M, µg/mL), "
            f"but the unit '{unit}' was found."
        ) from refusal


def _merge_classes(table: pd.DataFrame, ledger: _Ledger) -> pd.DataFrame:
    """Return one row a structure, without those that were found to do it and not to do it."""
    agree = table.groupby("parent")["target"].transform("nunique") == 1
    table = ledger.leave_out("structures whose repeats disagree", table, ~agree)
    return _merge(table, ledger)


def _merge_measurements(table: pd.DataFrame, ledger: _Ledger) -> pd.DataFrame:
    """Return one row a structure with the median; wide spreads are noted, for they bound any model."""
    spread = table.groupby("parent")["target"].agg(lambda values: values.max() - values.min())
    wide = spread[spread > 1.0]
    if len(wide):
        ledger.note("structures whose repeats span over one log unit (median kept)", len(wide), str(wide.idxmax()))
    return _merge(table, ledger)


def _merge(table: pd.DataFrame, ledger: _Ledger) -> pd.DataFrame:
    merged = table.groupby("parent", sort=True).agg(sample=("sample", "first"), target=("target", "median"))
    ledger.note("repeats merged into an earlier row of the same structure", len(table) - len(merged))
    return merged


def _only(column: pd.Series, what: str, remedy: str) -> str:
    found = sorted(set(column))
    if len(found) > 1:
        shown = ", ".join(found[:4]) + (" ..." if len(found) > 4 else "")
        raise FitRefused(f"The readings hold {len(found)} {what}s ({shown}), but a model answers one: {remedy}.")
    return str(found[0])


def _refuse_if_empty(table: Any, rows: int, ledger: _Ledger) -> None:
    if not len(table):
        reasons = "; ".join(f"{what} ({count})" for what, count, _ in ledger.lines[1:])
        raise FitRefused(f"None of the {rows} rows can be learned from{': ' + reasons if reasons else ''}.")
