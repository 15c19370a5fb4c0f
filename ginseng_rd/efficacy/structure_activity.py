"""From structure to activity: a forest that says how good it is, how sure it is, and what it does not know."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ginseng_rd.chemistry.features import count_heavy_atoms, ecfp4, find_nearest, take_largest_fragment
from ginseng_rd.chemistry.structures import StructureRefused
from ginseng_rd.efficacy.conformal import ClassUncertainty, DistanceScaledInterval, name_sets
from ginseng_rd.efficacy.structure_activity_curation import CuratedSet, Task, curate
from ginseng_rd.efficacy.structure_activity_forest import (
    ForestSettings,
    Split,
    check_learnable,
    grow_forest,
    hold_out,
    predict_forest,
)
from ginseng_rd.efficacy.structure_activity_judgement import LOG_UNIT, judge
from ginseng_rd.records.estimate import Estimate

if TYPE_CHECKING:
    import pandas as pd

_DOMAIN_PERCENTILE = 5.0
_SIZE_PERCENTILE = 99.0


@dataclass(frozen=True, eq=False)
class StructureActivity:
    """A random forest on ECFP4 fingerprints, what it learned from, and how it did on structures held out.

    ``scores`` are taken over all held-out structures, with a 95 % bootstrap over scaffolds;
    ``fold_scores`` has one row a fold; ``held_out`` one row a structure and repeat. A new structure is
    inside the domain when its Tanimoto similarity to the nearest known one is at least ``domain_limit``,
    the 5th percentile of that similarity among held-out structures: below it the scores have hardly
    been tested (idea: Sheridan et al., J. Chem. Inf. Comput. Sci. 44:1912 (2004)). It must not be larger
    than ``size_limit`` heavy atoms either, the 99th percentile of the known ones: fingerprints without counts
    hardly tell a glycoside with two sugars from one with five (range of descriptors, Netzeva et al., ATLA
    33:155 (2005)). A structure that was learned from is inside.
    ``forest`` is refitted on all structures.
    """

    learned_from: CuratedSet
    settings: ForestSettings
    scores: Mapping[str, Estimate]
    fold_scores: pd.DataFrame
    held_out: pd.DataFrame
    domain_limit: float
    size_limit: int
    uncertainty: ClassUncertainty | DistanceScaledInterval
    forest: Any

    @property
    def n(self) -> int:
        """The number of structures learned from."""
        return self.learned_from.n

    @property
    def task(self) -> Task:
        """``classification`` (0/1) or ``regression`` (-log10 M)."""
        return self.learned_from.task

    @property
    def endpoint(self) -> str:
        """What was tested."""
        return self.learned_from.endpoint

    @property
    def origin(self) -> str:
        """Where the readings come from: own, published or invented."""
        return self.learned_from.origin

    @property
    def curation(self) -> pd.DataFrame:
        """What became of every row read: what, rows, example."""
        return self.learned_from.curation

    @property
    def title(self) -> str:
        """The endpoint, marked where the data are invented."""
        return self.endpoint + (" [invented example data]" if "invented" in self.origin else "")

    def predict(self, structures: Sequence[str], names: Sequence[str] | None = None) -> pd.DataFrame:
        """Predict structures given as SMILES: one row each, in their order, none dropped.

        Columns: name, structure, prediction, unit; ``prediction_set`` (the answers that cannot be ruled out) or
        low and high, at the confidence of the settings; nearest_name, nearest_structure and similarity (Tanimoto);
        inside_domain, and the reason in words. Outside the domain the confidence does not hold. A structure that
        cannot be read has no prediction, and its reason. Salts are predicted as their largest organic part.
        """
        import pandas as pd

        labels = [str(i) for i in range(1, len(structures) + 1)] if names is None else list(names)
        if len(labels) != len(structures):
            raise ValueError(f"{len(labels)} names were given for {len(structures)} structures.")
        parents: dict[int, str] = {}
        reasons: dict[int, str] = {}
        for index, text in enumerate(structures):
            try:
                parents[index] = take_largest_fragment(text if isinstance(text, str) else "")
            except StructureRefused as refusal:
                reasons[index] = f"no prediction: {refusal.reason}"
        answers = self._answer(list(parents.values())).set_axis(list(parents), axis=0)
        table = answers.reindex(range(len(structures)))
        numbers = table.columns.intersection(["prediction", "low", "high", "similarity"])
        table[numbers] = table[numbers].astype("float64")
        table["inside_domain"] = answers["inside_domain"].reindex(table.index, fill_value=False)
        table["reason"] = table["reason"].fillna(pd.Series(reasons, dtype=object))
        table.insert(0, "name", labels)
        table.insert(1, "structure", list(structures))
        return table

    def table(self) -> pd.DataFrame:
        """Return the scores, one row each: value, interval, unit, n, basis, and mean and sd over folds."""
        import pandas as pd

        rows = [(name, e.value, e.low, e.high, e.unit, e.n, e.basis) for name, e in self.scores.items()]
        table = pd.DataFrame(rows, columns=["score", "value", "low", "high", "unit", "n", "basis"])
        by_fold = self.fold_scores.drop(columns=["repeat", "fold", "n"])
        spread = pd.DataFrame({"fold_mean": by_fold.mean(), "fold_sd": by_fold.std()})
        return table.join(spread, on="score")

    def figures(self, predicted: pd.DataFrame | None = None) -> dict[str, Any]:
        """Return Plotly figures by name; ``predicted``, a table from ``predict``, is set against the domain."""
        from ginseng_rd.efficacy.structure_activity_figures import draw_structure_activity

        return draw_structure_activity(self, predicted)

    def __str__(self) -> str:
        return "\n".join(_describe(self))

    def _repr_html_(self) -> str:
        from html import escape

        lines = [escape(line) for line in _describe(self)]
        notes = "".join(f"<li>{line}</li>" for line in lines[1:])
        tables = "".join(t.to_html(index=False, border=0, na_rep="") for t in (self.table(), self.curation))
        return f"<p><b>{lines[0]}</b></p><ul>{notes}</ul>{tables}"

    def _answer(self, parents: list[str]) -> pd.DataFrame:
        """Return one row a readable, desalted structure: prediction, uncertainty, neighbour, domain."""
        import pandas as pd

        known = self.learned_from
        if not parents:
            columns = ["prediction", "unit", *self._uncertainty_columns, "nearest_name", "nearest_structure"]
            return pd.DataFrame(columns=[*columns, "similarity", "inside_domain", "reason"])
        bits = ecfp4(parents).bits
        raw = predict_forest(self.forest, bits)
        similarity32, nearest = find_nearest(bits, known.bits)
        similarity = similarity32.astype(np.float64)
        if isinstance(self.uncertainty, ClassUncertainty):
            prediction, unit = self.uncertainty.votes.probability(raw), "probability of yes"
            bounds: dict[str, Any] = {"prediction_set": name_sets(self.uncertainty.sets.keep(raw))}
        else:
            half = self.uncertainty.half_width(1.0 - similarity)
            prediction, unit, bounds = raw, known.unit, {"low": raw - half, "high": raw + half}
        sizes = count_heavy_atoms(parents)
        placed = [self._place(*at) for at in zip(parents, nearest, similarity, sizes, strict=True)]
        return pd.DataFrame(
            {
                "prediction": prediction,
                "unit": unit,
                **bounds,
                "nearest_name": [known.names[i] for i in nearest],
                "nearest_structure": [known.structures[i] for i in nearest],
                "similarity": similarity,
                "inside_domain": [inside for inside, _ in placed],
                "reason": [f"{'inside' if inside else 'outside'}: {why}" for inside, why in placed],
            }
        )

    @property
    def _uncertainty_columns(self) -> list[str]:
        return ["prediction_set"] if self.task == "classification" else ["low", "high"]

    def _place(self, parent: str, nearest: int, similarity: float, size: int) -> tuple[bool, str]:
        """Tell whether a structure lies inside the domain, and why."""
        known = self.learned_from
        name, value = known.names[nearest], known.values[nearest]
        if known.structures[nearest] == parent:
            found = f"{value:.2f} {known.unit}" if self.task == "regression" else ("yes" if value else "no")
            return True, f"learned from as {name}, measured {found}"
        if similarity < self.domain_limit:
            return False, (
                f"similarity {similarity:.2f} to {name}, the nearest known structure, is below the limit of "
                f"{self.domain_limit:.2f}; the forest has learned from nothing like it"
            )
        if size > self.size_limit:
            return False, (
                f"{size} heavy atoms, where 99 % of the known structures have {self.size_limit} or fewer; "
                f"nearest is {name}, similarity {similarity:.2f}"
            )
        return True, f"similarity {similarity:.2f} to {name}, at or above the limit of {self.domain_limit:.2f}"


def fit_structure_activity(
    activities: pd.DataFrame,
    *,
    split: Split = "scaffold",
    folds: int = 5,
    repeats: int = 1,
    trees: int = 200,
    seed: int = 0,
    confidence: float = 0.9,
    jobs: int = 1,
    progress: Callable[[str], None] | None = None,
) -> StructureActivity:
    """Fit a random forest on ECFP4 fingerprints to readings of kind ``activity``, and judge it on held-out scaffolds.

    The readings are curated first (see ``curate``); the unit decides between classes (0/1) and -log10 M.
    Whole Bemis-Murcko scaffolds are held out unless the split is ``random``, which flatters: kindred
    structures then stand on both sides. Beside the scores stand two controls: the same folds with scrambled
    outcomes, and random folds. ``confidence`` is that of prediction sets or intervals, whose coverage is
    measured on each fold after calibration on the others. The same seed gives the same figures on any
    number of ``jobs``.

    Raises FitRefused when the readings cannot be learned from, in a sentence that says why.
    """
    settings = ForestSettings(split, folds, repeats, trees, seed, confidence)
    tell = progress or (lambda _: None)
    tell("curating structures")
    curated = curate(activities)
    check_learnable(curated, settings)
    rounds = hold_out(curated, settings, jobs=jobs, progress=tell)
    tell("judging held-out predictions")
    judgement = judge(curated, rounds, settings)
    return StructureActivity(
        learned_from=curated,
        settings=settings,
        scores=judgement.scores,
        fold_scores=judgement.fold_scores,
        held_out=judgement.held_out,
        domain_limit=float(np.percentile(rounds.asked.similarity, _DOMAIN_PERCENTILE)),
        size_limit=int(np.percentile(count_heavy_atoms(curated.structures), _SIZE_PERCENTILE)),
        uncertainty=judgement.uncertainty,
        forest=grow_forest(curated.bits, curated.values, task=curated.task, trees=trees, seed=seed, jobs=jobs),
    )


def _describe(found: StructureActivity) -> list[str]:
    """Return the result in sentences, the title first."""
    s, at = found.scores, f"{100 * found.settings.confidence:g} %"
    times = f"{found.settings.folds} {found.settings.split} folds"
    times += f" × {found.settings.repeats}" if found.settings.repeats > 1 else ""
    lines = [f"{found.title}: random forest on ECFP4, {found.n} structures, {times}"]
    by_fold = found.fold_scores
    if found.task == "classification":
        lines.append(f"AUROC {s['AUROC']}; mean of folds {_spread(by_fold['AUROC'])}")
        lines.append(f"average precision {s['average precision']}; {s['base rate'].value:.3f} would be chance")
        lines.append(
            f"sets at {at} hold the truth for {s['coverage of yes'].value:.1%} of yes and "
            f"{s['coverage of no'].value:.1%} of no, and name one answer for {s['single answers'].value:.1%}"
        )
        control, chance = "AUROC", "0.5 is chance"
    else:
        lines.append(f"RMSE {s['RMSE']}; mean of folds {_spread(by_fold['RMSE'])}")
        lines.append(f"R2 {s['R2']}; MAE {s['MAE'].value:.3f} {LOG_UNIT}")
        lines.append(
            f"intervals at {at} hold the truth for {s['coverage'].value:.1%}; "
            f"mean half-width {s['interval half-width'].value:.2f} {LOG_UNIT}"
        )
        control, chance = "R2", "0 or below is chance"
    lines.append(f"with scrambled outcomes {control} is {s[f'{control} scrambled'].value:.3f} ({chance})")
    if found.settings.split == "scaffold":
        random = s[f"{control} random split"].value
        lines.append(f"on random folds {control} is {random:.3f}: for comparison only, kindred structures flatter it")
    else:
        lines.append("random folds flatter: kindred structures stand on both sides; scaffold folds are the sober test")
    lines.append(
        f"inside the domain: similarity of at least {found.domain_limit:.2f} to a structure learned from, "
        f"and at most {found.size_limit} heavy atoms"
    )
    return lines


def _spread(scores: pd.Series) -> str:
    return f"{scores.mean():.3f} ± {scores.std():.3f} (sd)"
