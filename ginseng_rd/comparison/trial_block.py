"""What the products did on people: change from baseline, and its difference to the control and to the base."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import stdtrit

from ginseng_rd.comparison.blocks import Block, Row, estimate_row
from ginseng_rd.comparison.candidates import Candidate
from ginseng_rd.comparison.contrasts import LEVEL, Contrast, Difference, judge_contrasts, welch
from ginseng_rd.comparison.trial_readings import TrialReadings, read_trials
from ginseng_rd.efficacy.trials import TrialComparison, analyse_crossover, analyse_parallel_trial
from ginseng_rd.errors import FitRefused
from ginseng_rd.records.estimate import Estimate
from ginseng_rd.store import Store
from ginseng_rd.words import say

if TYPE_CHECKING:
    import pandas as pd

Values = Mapping[tuple[str, str, str, float], float]


@dataclass(frozen=True)
class Effects:
    """What one endpoint of a trial says at its last visit.

    ``changes`` are the changes from baseline by arm, ``against`` the contrasts of other arms with each arm asked
    for; ``notes`` say what could not be analysed.
    """

    week: float
    changes: Mapping[str, Estimate]
    against: Mapping[str, Sequence[Contrast]]
    notes: tuple[str, ...] = ()


def trial_block(
    store: Store, candidates: Sequence[Candidate]
) -> tuple[Block, tuple[Difference, ...], list[dict[str, int]]]:
    """Put the effects on people side by side.

    Returns the block, the differences to the base where both took part in one trial, and the number of subjects of
    each candidate by trial.
    """
    rows: list[Row] = []
    differences: list[Difference] = []
    notes: list[str] = []
    counts: list[dict[str, int]] = [{} for _ in candidates]
    for trial in read_trials(store, candidates):
        for number, arm in enumerate(trial.arms):
            if arm:
                subjects = {key[0] for values in trial.series.values() for key in values if key[2] == arm}
                counts[number][trial.code] = len(subjects)
        # The endpoint the trial is decided by comes first.
        for name in sorted(trial.series, key=lambda name: not name.startswith(trial.primary)):
            effects = analyse_endpoint(trial, name)
            rows += _rows(trial, name, effects)
            differences += _differences(trial, name, effects, candidates)
            notes += effects.notes
        notes.append(_method(trial))
    title = say("Effect on people", "인체적용시험 효과")
    block = Block("trial", title, tuple(rows), say("endpoint", "평가변수"), notes=tuple(dict.fromkeys(notes)))
    return block, tuple(differences), counts


def analyse_endpoint(trial: TrialReadings, name: str) -> Effects:
    """Analyse one endpoint of a trial at its last visit, as its design asks.

    Split face: paired t tests of the change from baseline between the two sides (Wilcoxon's beside it is in the
    trial's own analysis). Parallel: MMRM of the change with the baseline in it. Crossover: period, sequence and
    treatment, subjects random.
    """
    values, unit = trial.series[name], trial.units[name]
    last = max(key[3] for key in values)
    asked = list(dict.fromkeys([*(arm for arm in trial.arms if arm), trial.control]))
    if trial.design == "split-face":
        changes = _changes(values, last)
        return Effects(last, _mean_changes(changes, unit), {arm: _paired(changes, arm, trial.control) for arm in asked})
    try:
        if trial.design == "crossover":
            return _crossover(trial, values, unit, last, asked)
        return _parallel(values, unit, last, asked)
    except FitRefused as refused:
        changes = _changes(values, last)
        return Effects(last, _mean_changes(changes, unit), {}, (f"{trial.code}, {name}: {refused}",))


def _changes(values: Values, last: float) -> dict[str, dict[tuple[str, str], float]]:
    """Return the change from baseline to the last visit by arm, then subject and side."""
    first = min(key[3] for key in values)
    found: dict[str, dict[tuple[str, str], float]] = {}
    for (subject, side, arm, week), value in values.items():
        before = values.get((subject, side, arm, first))
        if week == last and before is not None and last > first:
            found.setdefault(arm, {})[subject, side] = value - before
    return found


def _mean_changes(changes: Mapping[str, Mapping[tuple[str, str], float]], unit: str) -> dict[str, Estimate]:
    found = {}
    for arm, own in changes.items():
        values = np.array(list(own.values()))
        n, mean = len(values), float(values.mean())
        half = float(stdtrit(n - 1, (1 + LEVEL) / 2) * values.std(ddof=1) / np.sqrt(n)) if n > 1 else None
        low, high = (None, None) if half is None else (mean - half, mean + half)
        found[arm] = Estimate(mean, unit, low, high, n, "95 % t")
    return found


Changes = Mapping[str, Mapping[tuple[str, str], float]]


def _paired(changes: Changes, against: str, control: str) -> list[Contrast]:
    """Compare each arm with one other on the subjects that had both, side against side.

    Two arms that no subject had together are compared through the control: how far each was from it on its own
    subjects, as two independent groups (Welch).
    """
    found = []
    for arm in changes:
        if arm == against:
            continue
        contrast = _on_same_subjects(changes, arm, against) or _through_control(changes, arm, against, control)
        if contrast is not None:
            found.append(contrast)
    return found


def _pairs(changes: Changes, arm: str, against: str) -> list[tuple[float, float]]:
    base = {subject: change for (subject, _), change in changes.get(against, {}).items()}
    return [(change, base[subject]) for (subject, _), change in changes.get(arm, {}).items() if subject in base]


def _on_same_subjects(changes: Changes, arm: str, against: str) -> Contrast | None:
    found = _mean_of(changes, arm, against)
    if found is None:
        return None
    mean, se, n = found
    return Contrast(arm, mean, se, n - 1, n, True)


def _through_control(changes: Changes, arm: str, against: str, control: str) -> Contrast | None:
    first, second = _mean_of(changes, arm, control), _mean_of(changes, against, control)
    if first is None or second is None:
        return None
    se, df = welch((first[1], first[2] - 1), (second[1], second[2] - 1))
    return Contrast(arm, first[0] - second[0], se, df, min(first[2], second[2]))


def _mean_of(changes: Changes, arm: str, against: str) -> tuple[float, float, int] | None:
    """Return mean, standard error and number of the differences of two arms within subjects, if they vary at all."""
    differences = np.array([a - b for a, b in _pairs(changes, arm, against)])
    n = len(differences)
    if n < 2 or not (sd := float(differences.std(ddof=1))):
        return None
    return float(differences.mean()), sd / float(np.sqrt(n)), n


def _frame(values: Values) -> pd.DataFrame:
    """Return one row a subject, arm and week, the mean over sides."""
    import pandas as pd

    sides: dict[tuple[str, str, float], list[float]] = {}
    for (subject, _, arm, week), value in values.items():
        sides.setdefault((subject, arm, week), []).append(value)
    rows = [(*key, fmean(several)) for key, several in sides.items()]
    return pd.DataFrame(rows, columns=["subject", "arm", "week", "value"])


def _parallel(values: Values, unit: str, last: float, asked: Sequence[str]) -> Effects:
    frame = _frame(values)
    first = float(frame["week"].min())
    control = next(arm for arm in asked if arm in set(frame["arm"]))
    found = analyse_parallel_trial(
        frame, response="value", subject="subject", arm="arm", visit="week", baseline_visit=first, control=control,
        unit=unit,
    )  # fmt: skip
    by = ("visit",) if "visit" in found.model.design.levels else ()
    counts = _count(frame[frame["week"] == last])
    means = found.ls_means
    means = means[means["visit"] == last] if by else means
    changes = {
        str(row["arm"]): Estimate(row["estimate"], unit, row["low"], row["high"], counts.get(row["arm"]), "95 % MMRM")
        for row in means.to_dict("records")
    }
    against = {arm: _model_contrasts(found, "arm", arm, by, last, counts) for arm in asked if arm in set(frame["arm"])}
    return Effects(last, changes, against)


def _crossover(trial: TrialReadings, values: Values, unit: str, last: float, asked: Sequence[str]) -> Effects:
    frame = _frame(values)
    ends = frame.sort_values("week").groupby(["subject", "arm"], as_index=False).agg(
        value=("value", "last"), start=("value", "first"), week=("week", "max"), visits=("week", "nunique")
    )  # fmt: skip
    ranks = ends.groupby("subject")["week"].rank(method="first")
    ends["period"] = [
        trial.periods.get((subject, arm), int(rank))
        for subject, arm, rank in zip(ends["subject"], ends["arm"], ranks, strict=True)
    ]
    baseline = "start" if (ends["visits"] > 1).all() else None
    control = next(arm for arm in asked if arm in set(ends["arm"]))
    found = analyse_crossover(
        ends, response="value", subject="subject", period="period", treatment="arm", control=control,
        baseline=baseline, unit=unit,
    )  # fmt: skip
    counts = _count(ends)
    means = {
        str(row["arm"]): Estimate(row["estimate"], unit, row["low"], row["high"], counts.get(row["arm"]), "95 % model")
        for row in found.ls_means.to_dict("records")
    }
    against = {
        arm: _model_contrasts(found, "treatment", arm, (), last, counts, paired=True)
        for arm in asked
        if arm in set(ends["arm"])
    }
    return Effects(last, means, against, found.flags)


def _model_contrasts(
    found: TrialComparison, factor: str, against: str, by: tuple[str, ...], last: float, counts: Mapping[str, int],
    *, paired: bool = False,
) -> list[Contrast]:  # fmt: skip
    at = {"baseline": 0.0} if factor == "arm" else {}
    table = found.model.compare(factor, *by, against=against, at=at)
    table = table[table["visit"] == last] if by else table
    contrasts = []
    for row in table.to_dict("records"):
        arm = str(row["contrast"]).removesuffix(f" - {against}")
        n = min(counts.get(arm, 0), counts.get(against, 0))
        contrasts.append(Contrast(arm, row["estimate"], row["se"], row["df"], n, paired))
    return contrasts


def _count(rows: pd.DataFrame) -> dict[str, int]:
    """Return the number of subjects by arm."""
    return {str(arm): int(own["subject"].nunique()) for arm, own in rows.groupby("arm")}


def _rows(trial: TrialReadings, name: str, effects: Effects) -> list[Row]:
    where = say(f"week {effects.week:g}, {trial.code}", f"{effects.week:g}주, {trial.code}")
    if trial.design == "crossover":
        label = say(f"{name}: mean ({where})", f"{name}: 평균 ({where})")
    else:
        label = say(f"{name}: change ({where})", f"{name}: 기저 대비 변화 ({where})")
    absent = say("not in this trial", "이 시험에 없음")
    changes = [effects.changes.get(arm) if arm else None for arm in trial.arms]
    rows = [estimate_row(label, changes, endpoint=name, absent=absent, shows_n=True)]
    if trial.control != trial.arms[0]:
        unit, contrasts = trial.units[name], effects.against.get(trial.control, ())
        found = {d.code: d.estimate for d in judge_contrasts(name, unit, trial.control, contrasts)}
        against = say(f"{name}: against {trial.control} ({where})", f"{name}: {trial.control} 대비 ({where})")
        rows.append(estimate_row(against, [found.get(arm) for arm in trial.arms], absent="–", shows_n=True))
    return rows


def _differences(
    trial: TrialReadings, name: str, effects: Effects, candidates: Sequence[Candidate]
) -> tuple[Difference, ...]:
    base = trial.arms[0]
    contrasts = {c.code: c for c in effects.against.get(base, ())} if base else {}
    own = [
        Contrast(candidate.code, c.estimate, c.se, c.df, c.n, c.paired)
        for candidate, arm in zip(candidates[1:], trial.arms[1:], strict=True)
        if arm != base and (c := contrasts.get(arm)) is not None
    ]
    return judge_contrasts(f"{name} ({trial.code})", trial.units[name], candidates[0].code, own)


def _method(trial: TrialReadings) -> str:
    ways = {
        "split-face": (
            "split face: paired t tests of the change from baseline on the subjects who had both products; two that "
            "nobody had together are compared through the control, as independent groups",
            "반안면: 두 제품을 모두 쓴 피험자의 기저 대비 변화를 대응표본 t 검정, 함께 쓴 피험자가 없는 두 제품은 "
            "대조군과의 차이를 독립된 두 군으로 비교",
        ),
        "parallel": (
            "parallel groups: MMRM of the change from baseline with the baseline in it",
            "평행: 기저값을 보정한 기저 대비 변화의 MMRM",
        ),
        "crossover": (
            "crossover: sequence, period and treatment, subjects random",
            "교차: 순서·시기·처리, 피험자 임의효과",
        ),
    }
    return f"{trial.code}, {say(*ways[trial.design])}."
