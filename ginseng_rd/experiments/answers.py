"""One answer a kind of experiment: from the data it names to sentences, figures, tables and pictures."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ginseng_rd.chemistry.compounds import Compound
from ginseng_rd.chemistry.structures import read_smiles
from ginseng_rd.comparison import compare
from ginseng_rd.efficacy.dose_response import fit_dose_responses
from ginseng_rd.efficacy.normalisation import normalise_to_controls
from ginseng_rd.efficacy.structure_activity import fit_structure_activity
from ginseng_rd.errors import ExperimentRefused, UnknownName
from ginseng_rd.records.estimate import Estimate
from ginseng_rd.records.experiment import (
    ComparisonMethod,
    DoseResponseMethod,
    Experiment,
    StructureActivityMethod,
)
from ginseng_rd.records.outcome import Outcome
from ginseng_rd.store import Store

if TYPE_CHECKING:
    import pandas as pd

Progress = Callable[[str], None]

_GOOD_Z_PRIME = 0.5
_FEW = 12
_NOT_GINSENOSIDES = ("reference active", "aglycone")


@dataclass(frozen=True)
class ChosenData:
    """The readings an experiment asks for, their origin (``own``, ``published``, ``invented``), and what chose them."""

    readings: pd.DataFrame
    origin: str
    where: Mapping[str, object]


def choose_data(store: Store, experiment: Experiment) -> ChosenData:
    """Return the readings an experiment names.

    Raises ExperimentRefused when there are none (naming near values that exist), or when real and
    invented ones would meet.
    """
    where = dict(experiment.data.where)
    if isinstance(experiment.method, ComparisonMethod):
        where["formulation"] = list(experiment.method.formulations)
    kind = experiment.data.readings
    try:
        readings = store.readings(kind, where)
    except UnknownName as error:
        raise ExperimentRefused(f"{experiment.name}: {error}") from error
    if readings.empty:
        raise ExperimentRefused(_why_empty(store, kind, where, experiment.name))
    origins = sorted(set(readings["origin"]))
    if "invented" in origins and len(origins) > 1:
        raise ExperimentRefused(
            f"{experiment.name} would mix invented example data with {origins[1]} data. Add origin = "
            f'"{origins[1]}" under [data.where].'
        )
    return ChosenData(readings, " and ".join(origins), where)


def answer(store: Store, experiment: Experiment, data: ChosenData, *, progress: Progress) -> Outcome:
    """Return what the experiment finds in ``data``. The same data, file and program give the same figures."""
    method = experiment.method
    if isinstance(method, DoseResponseMethod):
        return _dose_response(method, data)
    if isinstance(method, StructureActivityMethod):
        return _structure_activity(store, method, experiment.seed, data, progress)
    return _comparison(store, method)


def _dose_response(method: DoseResponseMethod, data: ChosenData) -> Outcome:
    readings = data.readings
    cautions: list[str] = []
    tables = {}
    if method.normalise == "inhibition-percent":
        plates = normalise_to_controls(readings)
        readings = plates.readings
        tables["controls"] = plates.table()
        cautions += [
            f"The controls of {plate.assay} stand apart poorly (Z' = {plate.z_prime:.2f}, 0.5 or more is good)."
            for plate in plates.quality
            if plate.z_prime is not None and plate.z_prime < _GOOD_Z_PRIME
        ]
    found = fit_dose_responses(readings, confidence=method.confidence)
    cautions += [f"{curve.sample}: {flag}" for curve in found.curves for flag in curve.flags]
    return Outcome(
        sentences=(
            *(str(curve).splitlines()[0] for curve in found.curves),
            *(f"{sample}: no curve. {why}" for sample, why in found.refused),
        ),
        metrics={f"IC50 {curve.sample}": curve.ic50 for curve in found.curves if curve.ic50 is not None},
        parameters={"curves": str(len(found.curves)), "readings": str(len(readings))},
        tables={"curves": found.table(), **tables},
        figures={"curves": found.plot()},
        cautions=tuple(cautions),
    )


def _structure_activity(
    store: Store, method: StructureActivityMethod, seed: int, data: ChosenData, progress: Progress
) -> Outcome:
    found = fit_structure_activity(
        data.readings,
        split=method.split,
        folds=method.folds,
        repeats=method.repeats,
        trees=method.trees,
        confidence=method.confidence,
        seed=seed,
        jobs=os.cpu_count() or 1,
        progress=progress,
    )
    targets = _family(store.compounds(), method.apply_to)
    predicted = found.predict([c.smiles for c in targets], [c.code for c in targets])
    inside = predicted[predicted["inside_domain"]]
    outside = len(predicted) - len(inside)
    verdict = (
        f"Applied to {len(targets)} compounds ({method.apply_to}): {outside} lie outside what the model knows, "
        f"{len(inside)} inside{_named(inside['name'])}."
    )
    cautions = []
    if outside:
        cautions.append("Outside its domain a prediction is a guess: it is shown, marked, and not to be acted on.")
    if len(inside):
        nearest = _known_as(inside, store.compounds())
        cautions.append(
            f"The {len(inside)} predictions inside lean on {len(nearest)} known structures{_named(nearest)}: "
            "they are not so many independent answers."
        )
    return Outcome(
        sentences=(*str(found).splitlines(), verdict),
        metrics={**found.scores, "compounds outside the domain": Estimate(float(outside), n=len(targets))},
        parameters={"structures": str(found.n), "applied to": str(len(targets))},
        tables={"scores": found.table(), "curation": found.curation, "predictions": _ordered(predicted)},
        figures=found.figures(predicted),
        cautions=tuple(cautions),
    )


def _known_as(predicted: pd.DataFrame, compounds: Iterable[Compound]) -> list[str]:
    """Return the nearest known structures by name, and what our compounds call one of the same connectivity."""
    # The first block of an InChIKey stands for connectivity; published sets often leave stereo out.
    ours = {c.inchikey[:14]: c.code for c in reversed(list(compounds)) if c.inchikey}
    nearest = predicted.drop_duplicates("nearest_name")
    keys = [read_smiles(text).inchikey[:14] for text in nearest["nearest_structure"]]
    return [
        f"{name}, drawn like {ours[key]}" if key in ours else name
        for name, key in zip(nearest["nearest_name"], keys, strict=True)
    ]


def _ordered(predicted: pd.DataFrame) -> pd.DataFrame:
    """Return predictions with the domain beside the name, those inside it first, the highest first."""
    columns = ["name", "inside_domain", *(c for c in predicted.columns if c not in ("name", "inside_domain"))]
    return predicted[columns].sort_values(["inside_domain", "prediction"], ascending=False, kind="stable")


def _named(names: Iterable[str]) -> str:
    """Return a few names in brackets, nothing for none or for too many to read."""
    listed = list(names)
    return f" ({'; '.join(listed)})" if 0 < len(listed) <= _FEW else ""


def _comparison(store: Store, method: ComparisonMethod) -> Outcome:
    found = compare(store, method.formulations)
    results = ", ".join(map(str, found.results.index)) or "nothing that was measured"
    return Outcome(
        sentences=(
            f"{found.title}: the recipes differ in {len(found.recipe)} lines; the results differ in {results}.",
        ),
        metrics=found.measured(),
        parameters={"formulations": ", ".join(found.codes)},
        tables={"recipe lines that differ": found.recipe, "results that differ": found.results},
        figures={"recipes": found.plot()},
        cautions=() if found.alike == () else (f"The same in all: {', '.join(found.alike)}.",),
    )


def _family(compounds: tuple[Compound, ...], name: str) -> list[Compound]:
    """Return the compounds a model is applied to: ``all``, ``ginsenosides``, or one family by name."""
    drawn = [c for c in compounds if c.smiles]
    if name == "all":
        return drawn
    if name == "ginsenosides":
        return [c for c in drawn if c.family not in _NOT_GINSENOSIDES]
    chosen = [c for c in drawn if c.family == name]
    if not chosen:
        families = {c.family for c in drawn} | {"all", "ginsenosides"}
        raise ExperimentRefused(str(UnknownName("family of compounds", name, families)))
    return chosen


def _why_empty(store: Store, kind: str, where: dict[str, object], name: str) -> str:
    for column, value in where.items():
        for wanted in value if isinstance(value, list) else [value]:
            if column != "origin" and store.readings(kind, {column: wanted}).empty:
                near = store.nearest(kind, column, str(wanted))
                hint = f" Nearest: {', '.join(near)}." if near else ""
                return f"{name}: no {kind} readings with {column} = '{wanted}' are in the workspace.{hint}"
    return f"{name}: no {kind} readings in the workspace answer to all of {where}. Upload them first."
