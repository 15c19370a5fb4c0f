"""A structure-activity model judged by its held-out predictions: scores, tables, calibrated uncertainty."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ginseng_rd.efficacy.conformal import (
    ClassUncertainty,
    DistanceScaledInterval,
    calibrate_interval,
    calibrate_sets,
    calibrate_votes,
    half_widths_by_fold,
    name_sets,
    probabilities_by_fold,
    sets_by_fold,
)
from ginseng_rd.efficacy.structure_activity_curation import CuratedSet, Floats, Task
from ginseng_rd.efficacy.structure_activity_forest import ForestSettings, HeldOut, HeldOutRounds
from ginseng_rd.efficacy.structure_activity_scores import (
    Score,
    auroc,
    average_precision,
    estimate_score,
    mean,
    plain,
    r_squared,
    root_mean_square,
)
from ginseng_rd.records.estimate import Estimate

if TYPE_CHECKING:
    import pandas as pd

LOG_UNIT = "log10 units"


@dataclass(frozen=True, eq=False)
class Judgement:
    """What held-out predictions say of a model.

    ``scores`` by name; ``fold_scores`` with one row a repeat and fold; ``held_out`` with one row a repeat and
    structure; ``uncertainty`` calibrated on all held-out predictions, for structures yet to come.
    """

    scores: dict[str, Estimate]
    fold_scores: pd.DataFrame
    held_out: pd.DataFrame
    uncertainty: ClassUncertainty | DistanceScaledInterval


def judge(curated: CuratedSet, rounds: HeldOutRounds, settings: ForestSettings) -> Judgement:
    """Return the scores of the rounds, and the uncertainty to give with new predictions.

    The sets or intervals of each fold are calibrated on the other folds of its repeat, so that their
    coverage is measured on structures that had no part in the calibration.
    """
    if curated.task == "classification":
        return _judge_classes(curated, rounds, settings)
    return _judge_values(curated, rounds, settings)


def _judge_classes(curated: CuratedSet, rounds: HeldOutRounds, settings: ForestSettings) -> Judgement:
    labels, asked = curated.values, rounds.asked
    pairs = list(zip(asked.predicted, asked.fold, strict=True))
    kept = np.stack([sets_by_fold(votes, labels, fold, settings.confidence) for votes, fold in pairs])
    probability = np.stack([probabilities_by_fold(votes, labels, fold) for votes, fold in pairs])
    yes = labels == 1
    covered = np.where(yes, kept[:, :, 1], kept[:, :, 0])

    def score(repeats: Sequence[Score], among: Any = slice(None)) -> Estimate:
        return estimate_score(repeats, curated.scaffolds[among], settings.seed)

    scores = _common_scores(curated, rounds, settings.seed)
    scores["base rate"] = score([mean(yes)])
    scores["Brier score"] = score([mean((p - labels) ** 2) for p in probability])
    scores["coverage"] = score([mean(c) for c in covered])
    scores["coverage of yes"] = score([mean(c[yes]) for c in covered], yes)
    scores["coverage of no"] = score([mean(c[~yes]) for c in covered], ~yes)
    scores["single answers"] = score([mean(k.sum(axis=1) == 1) for k in kept])
    table = _tabulate(curated, asked, probability)
    table["prediction_set"] = name_sets(kept.reshape(-1, 2))
    votes, all_labels = asked.predicted.ravel(), np.tile(labels, settings.repeats)
    uncertainty = ClassUncertainty(
        calibrate_votes(votes, all_labels), calibrate_sets(votes, all_labels, settings.confidence)
    )
    table["covered"] = covered.ravel()
    return Judgement(scores, _score_folds(curated, asked, table), table, uncertainty)


def _judge_values(curated: CuratedSet, rounds: HeldOutRounds, settings: ForestSettings) -> Judgement:
    asked = rounds.asked
    residuals, distances = curated.values - asked.predicted, 1.0 - asked.similarity
    each = zip(residuals, distances, asked.fold, strict=True)
    half = np.stack([half_widths_by_fold(r, d, fold, settings.confidence) for r, d, fold in each])
    scores = _common_scores(curated, rounds, settings.seed)
    covered = np.abs(residuals) <= half
    scores["coverage"] = estimate_score([mean(c) for c in covered], curated.scaffolds, settings.seed)
    scores["interval half-width"] = estimate_score([mean(h) for h in half], curated.scaffolds, settings.seed, LOG_UNIT)
    table = _tabulate(curated, asked, asked.predicted)
    table["low"], table["high"] = table["predicted"] - half.ravel(), table["predicted"] + half.ravel()
    table["covered"] = covered.ravel()
    uncertainty = calibrate_interval(residuals.ravel(), distances.ravel(), settings.confidence)
    return Judgement(scores, _score_folds(curated, asked, table), table, uncertainty)


def _named_scores(task: Task, values: Floats, predicted: Floats) -> dict[str, Score]:
    if task == "classification":
        return {"AUROC": auroc(values, predicted), "average precision": average_precision(values, predicted)}
    residuals = values - predicted
    return {
        "RMSE": root_mean_square(residuals),
        "R2": r_squared(values, predicted),
        "MAE": mean(np.abs(residuals)),
    }


def _common_scores(curated: CuratedSet, rounds: HeldOutRounds, seed: int) -> dict[str, Estimate]:
    """Return the scores as asked, and the leading ones of the two controls."""

    def score(held: HeldOut, values: Floats) -> dict[str, Estimate]:
        repeats = [_named_scores(curated.task, values, predicted) for predicted in held.predicted]
        units = {"RMSE": LOG_UNIT, "MAE": LOG_UNIT}
        return {
            name: estimate_score([r[name] for r in repeats], curated.scaffolds, seed, units.get(name, ""))
            for name in repeats[0]
        }

    scores = score(rounds.asked, curated.values)
    leading = ["AUROC", "average precision"] if curated.task == "classification" else ["RMSE", "R2"]
    scrambled = score(rounds.scrambled, rounds.scrambled_values)
    scores |= {f"{name} scrambled": scrambled[name] for name in leading}
    if rounds.random is not None:
        random = score(rounds.random, curated.values)
        scores |= {f"{name} random split": random[name] for name in leading}
    return scores


def _score_folds(curated: CuratedSet, held: HeldOut, table: pd.DataFrame) -> pd.DataFrame:
    """Return one row a repeat and fold: n, scores and coverage there; a score a fold cannot have is missing."""
    import pandas as pd

    rows = []
    for repeat, (fold, predicted) in enumerate(zip(held.fold, held.predicted, strict=True), start=1):
        for number in np.unique(fold):
            here = fold == number
            n = int(here.sum())
            named = _named_scores(curated.task, curated.values[here], predicted[here])
            scores = {name: plain(score, n) for name, score in named.items()}
            rows.append({"repeat": repeat, "fold": int(number) + 1, "n": n, **scores})
    covered = table.groupby(["repeat", "fold"])["covered"].mean().rename("coverage")
    return pd.DataFrame(rows).join(covered, on=["repeat", "fold"])


def _tabulate(curated: CuratedSet, held: HeldOut, predicted: Floats) -> pd.DataFrame:
    """Return one row a repeat and structure: where it stood, what was observed and what predicted."""
    import pandas as pd

    repeats = len(held.fold)
    return pd.DataFrame(
        {
            "repeat": np.repeat(np.arange(1, repeats + 1), curated.n),
            "fold": held.fold.ravel() + 1,
            "name": curated.names * repeats,
            "structure": curated.structures * repeats,
            "scaffold": np.tile(curated.scaffolds, repeats),
            "observed": np.tile(curated.values, repeats),
            "predicted": predicted.ravel(),
            "similarity": held.similarity.ravel(),
        }
    )
