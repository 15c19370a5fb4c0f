"""Trials of a product: parallel groups, split face and crossover, from a table of readings to tested differences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ginseng_rd.efficacy.fixed_effects import levels_of, need_columns
from ginseng_rd.efficacy.group_comparison import Paired, compare_pairs
from ginseng_rd.efficacy.mixed_model import MixedModel
from ginseng_rd.efficacy.model_rows import refuse_infinite
from ginseng_rd.efficacy.multiplicity import adjust_p_values
from ginseng_rd.efficacy.random_effects import fit_random_effects
from ginseng_rd.efficacy.repeated_measures import fit_mmrm
from ginseng_rd.efficacy.small_sample import KENWARD_ROGER, KENWARD_ROGER_LINEAR
from ginseng_rd.efficacy.trial_words import describe_trial
from ginseng_rd.errors import FitRefused

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class TrialComparison:
    """What a trial says: LS means, and differences from the control with their standardised size.

    ``design`` is parallel, split-face or crossover. ``ls_means`` has arm, visit (not in a crossover), estimate, se, df,
    low, high, t, p; ``contrasts`` the same for each arm minus the control, with p_adjusted over all its rows by
    ``adjustment``, and effect, effect_low and effect_high: the difference in standard deviations of ``effect_by``,
    whose size is ``effect_sd``. ``pairs`` are the paired tests by visit of a split-face trial. ``excluded`` names
    subjects left out, each with the reason; ``flags`` say what the reader should know.
    """

    design: str
    endpoint: str
    unit: str
    control: Any
    baseline_visit: Any
    model: MixedModel
    ls_means: pd.DataFrame
    contrasts: pd.DataFrame
    adjustment: str
    effect_sd: float
    effect_by: str
    pairs: Mapping[Any, Paired]
    excluded: tuple[tuple[str, str], ...]
    flags: tuple[str, ...]

    def methods_sentence(self, language: str = "en") -> str:
        """Return what was done, as a methods section says it, in English (en) or Korean (ko)."""
        return describe_trial(self, language)

    def __str__(self) -> str:
        lines = [f"{self.endpoint}, {self.design} trial, {self.model.n_subjects} subjects"]
        for row in self.contrasts.to_dict("records"):
            at = f" at visit {row['visit']}" if "visit" in row else ""
            lines.append(
                f"  {row['contrast']}{at}: {row['estimate']:.4g} {self.unit}".rstrip()
                + f" ({row['low']:.4g} to {row['high']:.4g}), p {row['p']:.3g}"
            )
        return "\n".join([*lines, *(f"  {flag}" for flag in self.flags)])

    def _repr_html_(self) -> str:
        from html import escape

        head, notes = escape(str(self).splitlines()[0]), "".join(f"<li>{escape(flag)}</li>" for flag in self.flags)
        table = self.contrasts.to_html(index=False, border=0, na_rep="", float_format="{:.4g}".format)
        return f"<p><b>{head}</b></p>{table}{f'<ul>{notes}</ul>' if notes else ''}"

    def plot_profile(self, language: str = "en") -> Any:
        """Return a Plotly figure of the LS means by visit, with their intervals."""
        from ginseng_rd.efficacy.trial_figures import draw_profile

        return draw_profile(self, language)

    def plot_forest(self, language: str = "en") -> Any:
        """Return a Plotly figure of the differences from the control, with their intervals."""
        from ginseng_rd.efficacy.trial_figures import draw_forest

        return draw_forest(self, language)


def analyse_parallel_trial(
    data: pd.DataFrame, *, response: str, subject: str, arm: str, visit: str, baseline_visit: Any, control: Any,
    covariates: Sequence[str] = (), covariance: str = "unstructured", df: str = KENWARD_ROGER_LINEAR,
    adjustment: str = "holm", confidence: float = 0.95, unit: str = "",
) -> TrialComparison:  # fmt: skip
    """Analyse a trial in parallel groups by the change from baseline (MMRM).

    Change is explained by baseline × visit, the covariates, and arm × visit; LS means stand at the mean baseline.
    Subjects without a baseline or without any later reading are left out and named. Standardised effects are in
    standard deviations of the baseline. Raises FitRefused for a subject in two arms, no baseline visit at all, an
    unknown control, and for what ``fit_mmrm`` refuses.
    """
    rows = prepare_changes(
        data, response=response, subject=subject, arm=arm, visit=visit, baseline_visit=baseline_visit, control=control,
        covariates=covariates,
    )  # fmt: skip
    model = fit_mmrm(
        rows.changes, response="change", fixed=rows.terms, subject="subject", visit="visit", covariance=covariance,
        df=df, confidence=confidence,
    )  # fmt: skip
    model = replace(model, response=f"change in {response}")
    by = ("visit",) if "visit" in model.design.levels else ()
    return _compare(
        "parallel", model, factor="arm", by=by, at={"baseline": 0.0}, endpoint=response, unit=unit, control=control,
        baseline_visit=baseline_visit, adjustment=adjustment, effect_sd=rows.baseline_sd, effect_by="baseline",
        excluded=rows.excluded,
    )  # fmt: skip


@dataclass(frozen=True)
class ChangeRows:
    """The readings of a parallel trial as changes from baseline.

    ``changes`` has subject, arm (a factor, the control first), visit, change, baseline (minus its mean) and the
    covariates, one row for each later reading; ``subjects`` arm, baseline and covariates of all with a baseline, by
    subject.
    """

    changes: pd.DataFrame
    subjects: pd.DataFrame
    terms: str
    baseline_sd: float
    excluded: tuple[tuple[str, str], ...]


def prepare_changes(
    data: pd.DataFrame, *, response: str, subject: str, arm: str, visit: str, baseline_visit: Any, control: Any,
    covariates: Sequence[str],
) -> ChangeRows:  # fmt: skip
    """Turn readings into changes from baseline; raises FitRefused as ``analyse_parallel_trial`` does."""
    need_columns(data, [response, subject, arm, visit, *covariates])
    refuse_infinite(data[[response, *covariates]], response)
    table = data.dropna(subset=[subject, arm, visit])
    arms = _refuse_two_arms(table, subject, arm)
    base = _baseline(table, response, subject, visit, baseline_visit)
    later = table[table[visit] != baseline_visit].dropna(subset=[response])
    used = later[later[subject].isin(base.index)]
    if used.empty:
        raise FitRefused("No subject has both a baseline and a later reading.")
    excluded = [(str(s), "no baseline") for s in sorted(set(arms.index) - set(base.index), key=str)]
    excluded += [(str(s), "no reading after baseline") for s in sorted(set(base.index) - set(later[subject]), key=str)]
    centred = base - float(base.mean())
    fixed = table.groupby(subject, observed=True)[list(covariates)].first() if covariates else arms.to_frame()[[]]
    people = fixed.loc[base.index].assign(arm=_ordered(arms.loc[base.index], control), baseline=centred)
    changes = used[[subject, visit, *covariates]].assign(
        arm=_ordered(used[arm], control), change=used[response] - used[subject].map(base),
        baseline=used[subject].map(centred),
    )  # fmt: skip
    several = len(levels_of(used[visit])) > 1
    terms = ["baseline*visit", *covariates, "arm*visit"] if several else ["baseline", *covariates, "arm"]
    return ChangeRows(
        changes.rename(columns={visit: "visit", subject: "subject"}), people, " + ".join(terms),
        float(base.std(ddof=1)), tuple(excluded),
    )  # fmt: skip


def analyse_split_face(
    data: pd.DataFrame, *, response: str, subject: str, side: str, treatment: str, visit: str, baseline_visit: Any,
    control: Any, df: str = KENWARD_ROGER, adjustment: str = "holm", confidence: float = 0.95, unit: str = "",
) -> TrialComparison:  # fmt: skip
    """Analyse a trial that treats the two sides of each subject differently.

    Readings at all visits are explained by treatment × visit with random subject and side within subject; beside
    it stands, for each later visit, the paired test of the change from baseline. Standardised effects are in standard
    deviations of the baseline. Raises FitRefused for a side with two treatments, no baseline visit, an unknown control,
    and for what ``fit_random_effects`` refuses.
    """
    need_columns(data, [response, subject, side, treatment, visit])
    refuse_infinite(data[[response]], response)
    table = data.dropna(subset=[response, subject, side, treatment, visit])
    _refuse_two_arms(
        table.assign(_place=table[subject].astype(str) + ", " + table[side].astype(str)), "_place", treatment
    )
    _refuse_double(table, [subject, side, visit])
    if baseline_visit not in set(table[visit]):
        raise FitRefused(f"There is no reading at the baseline visit '{baseline_visit}'.")
    excluded = _one_sided(table, subject, treatment)
    frame = table[[response, subject, side, visit]].rename(columns={subject: "subject", side: "side", visit: "visit"})
    frame = frame.assign(treatment=_ordered(table[treatment], control))
    model = fit_random_effects(
        frame, response=response, fixed="treatment*visit", random=("1 | subject", "1 | subject:side"),
        factors=["visit"], df=df, confidence=confidence,
    )  # fmt: skip
    at_start = table.loc[table[visit] == baseline_visit, response]
    found = _compare(
        "split-face", model, factor="treatment", by=("visit",), at={}, endpoint=response, unit=unit, control=control,
        baseline_visit=baseline_visit, adjustment=adjustment, effect_sd=float(at_start.std(ddof=1)),
        effect_by="baseline", excluded=excluded,
    )  # fmt: skip
    return replace(found, pairs=_pairs(frame, response, baseline_visit, control, confidence))


def analyse_crossover(
    data: pd.DataFrame, *, response: str, subject: str, period: str, treatment: str, control: Any,
    baseline: str | None = None, df: str = KENWARD_ROGER, adjustment: str = "holm", confidence: float = 0.95,
    unit: str = "",
) -> TrialComparison:  # fmt: skip
    """Analyse a crossover: one reading a subject and period, explained by sequence, period and treatment.

    The sequence is the order in which a subject had the treatments; subjects are random. ``baseline`` names a column
    with the reading at the start of each period, if there is one. A difference between sequences hints at carry-over
    (or chance) and is flagged below p = 0.10. Standardised effects are in standard deviations between readings of one
    treatment. Raises FitRefused for two readings in a period, an unknown control, and for what
    ``fit_random_effects`` refuses.
    """
    names = [response, subject, period, treatment, *([baseline] if baseline else [])]
    need_columns(data, names)
    refuse_infinite(data[[response, *([baseline] if baseline else [])]], response)
    table = data.dropna(subset=[subject, period, treatment])
    _refuse_double(table, [subject, period])
    # Rows without response still tell the order of treatments; the model leaves them out.
    given = {who: dict(zip(rows[period], rows[treatment], strict=True)) for who, rows in table.groupby(subject)}
    periods = levels_of(table[period])
    sequence = {
        who: "-".join(str(had[when]) for when in periods) for who, had in given.items() if set(had) == set(periods)
    }
    excluded = tuple((str(who), "not all periods") for who in given if who not in sequence)
    table = table[table[subject].isin(list(sequence))]
    frame = table[names].rename(columns={subject: "subject", period: "period"})
    frame = frame.assign(treatment=_ordered(table[treatment], control), sequence=table[subject].map(sequence))
    several = frame["sequence"].nunique() > 1
    terms = " + ".join([*(["sequence"] if several else []), "period", "treatment", *([baseline] if baseline else [])])
    model = fit_random_effects(
        frame, response=response, fixed=terms, random=("1 | subject",), factors=["period"], df=df, confidence=confidence
    )
    total = sum(value for _, _, second, value in model.components if not second)
    found = _compare(
        "crossover", model, factor="treatment", by=(), at={}, endpoint=response, unit=unit, control=control,
        baseline_visit=None, adjustment=adjustment, effect_sd=float(np.sqrt(total)), effect_by="subjects and residual",
        excluded=excluded,
    )  # fmt: skip
    if not several:
        return replace(
            found, flags=(*found.flags, "all subjects had one sequence: period and treatment cannot be told apart")
        )
    p = model.test("sequence")[3] if len(model.kept) == len(model.design.names) else 1.0
    note = f"the sequences differ (p = {p:.2g}): an effect of the first treatment may have carried over"
    return replace(found, flags=(*found.flags, note)) if p < 0.10 else found


def _compare(
    design: str, model: MixedModel, *, factor: str, by: tuple[str, ...], at: Mapping[str, float], endpoint: str,
    unit: str, control: Any, baseline_visit: Any, adjustment: str, effect_sd: float, effect_by: str,
    excluded: tuple[tuple[str, str], ...],
) -> TrialComparison:  # fmt: skip
    means = model.ls_means(factor, *by, at=at).rename(columns={factor: "arm"})
    contrasts = model.compare(factor, *by, against=control, at=at)
    later = contrasts["p"].notna()
    if by and baseline_visit is not None:
        later &= contrasts["visit"] != baseline_visit
    adjusted = np.full(len(contrasts), np.nan)
    adjusted[later.to_numpy()] = adjust_p_values(contrasts.loc[later, "p"].tolist(), adjustment)
    contrasts = contrasts.assign(
        p_adjusted=adjusted, effect=contrasts["estimate"] / effect_sd, effect_low=contrasts["low"] / effect_sd,
        effect_high=contrasts["high"] / effect_sd,
    )  # fmt: skip
    return TrialComparison(
        design=design, endpoint=endpoint, unit=unit, control=control, baseline_visit=baseline_visit, model=model,
        ls_means=means, contrasts=contrasts, adjustment=adjustment, effect_sd=effect_sd, effect_by=effect_by, pairs={},
        excluded=excluded, flags=model.flags,
    )  # fmt: skip


def _refuse_two_arms(table: pd.DataFrame, subject: str, arm: str) -> pd.Series:
    """Return the arm of each subject."""
    several = table.groupby(subject, observed=True)[arm].nunique()
    wrong = [str(name) for name in several.index[several > 1]]
    if wrong:
        raise FitRefused(
            f"These are in more than one arm: {', '.join(wrong[:10])}. Each belongs to one; mend the rows."
        )
    return table.groupby(subject, observed=True)[arm].first()


def _refuse_double(table: pd.DataFrame, keys: list[str]) -> None:
    double = table.duplicated(keys)
    if double.any():
        first = ", ".join(f"{key} {value}" for key, value in table.loc[double, keys].iloc[0].items())
        raise FitRefused(f"There are two readings for {first}: average replicates first, or remove the wrong row.")


def _baseline(table: pd.DataFrame, response: str, subject: str, visit: str, baseline_visit: Any) -> pd.Series:
    rows = table[(table[visit] == baseline_visit) & table[response].notna()]
    if rows.empty:
        raise FitRefused(
            f"There is no reading at the baseline visit '{baseline_visit}'; change from baseline needs one."
        )
    _refuse_double(rows, [subject])
    base: pd.Series = rows.set_index(subject)[response].astype(float)
    return base


def _ordered(column: pd.Series, control: Any) -> pd.Categorical:
    """Return the arms as a factor with the control first."""
    import pandas as pd

    levels = levels_of(column)
    if control not in levels:
        raise FitRefused(
            f"No subject with readings is in the control arm '{control}'; arms are {', '.join(map(str, levels))}."
        )
    if len(levels) < 2:
        raise FitRefused(f"There is only the arm '{control}': nothing to compare it with.")
    return pd.Categorical(column, categories=[control, *(level for level in levels if level != control)])


def _one_sided(table: pd.DataFrame, subject: str, treatment: str) -> tuple[tuple[str, str], ...]:
    """Name the subjects with readings of one treatment only; they stay in the model."""
    counts = table.groupby(subject, observed=True)[treatment].nunique()
    return tuple((str(name), "one treatment only; kept in the model") for name in counts.index[counts < 2])


def _pairs(
    frame: pd.DataFrame, response: str, baseline_visit: Any, control: Any, confidence: float
) -> dict[Any, Paired]:
    """Return the paired test of the change from baseline at each later visit, for a trial of two treatments."""
    levels = frame["treatment"].cat.categories.tolist()
    if len(levels) != 2:
        return {}
    wide = frame.pivot(index="subject", columns=["treatment", "visit"], values=response)
    found = {}
    for visit in (level for level in levels_of(frame["visit"]) if level != baseline_visit):
        needed = [(level, when) for level in levels for when in (visit, baseline_visit)]
        if any(column not in wide.columns for column in needed):
            continue
        change = {level: (wide[level, visit] - wide[level, baseline_visit]).to_numpy() for level in levels}
        if np.isfinite(change[levels[1]] - change[control]).sum() > 1:
            found[visit] = compare_pairs(change[levels[1]], change[control], confidence=confidence)
    return found
