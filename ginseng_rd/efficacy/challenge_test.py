"""Preservative challenge tests: log10 reductions by organism and day, held against ISO 11930's criteria A and B."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ginseng_rd.efficacy.fixed_effects import need_columns
from ginseng_rd.errors import FitRefused
from ginseng_rd.words import say

if TYPE_CHECKING:
    import pandas as pd

# The least log10 reduction by criterion, group and day; 0 asks for no increase from the start. From a group's second
# day on, no increase from the day before is asked as well. ISO 11930:2019, table of evaluation criteria.
CRITERIA = {
    "A": {"bacterium": {7: 3.0, 14: 3.0, 28: 3.0}, "yeast": {7: 1.0, 14: 1.0, 28: 1.0}, "mould": {14: 0.0, 28: 1.0}},
    "B": {"bacterium": {14: 3.0, 28: 3.0}, "yeast": {14: 1.0, 28: 1.0}, "mould": {14: 0.0, 28: 0.0}},
}
NO_INCREASE = 0.5  # log10 by which a count may exceed the one before and still be no increase
INOCULUM = {"bacterium": (1e5, 1e6), "yeast": (1e4, 1e5), "mould": (1e4, 1e5)}  # colony-forming units a g or mL
_ORGANISMS = {
    "aeruginosa": ("Pseudomonas aeruginosa", "bacterium"),
    "녹농균": ("Pseudomonas aeruginosa", "bacterium"),
    "aureus": ("Staphylococcus aureus", "bacterium"),
    "황색포도상구균": ("Staphylococcus aureus", "bacterium"),
    "coli": ("Escherichia coli", "bacterium"),
    "대장균": ("Escherichia coli", "bacterium"),
    "albicans": ("Candida albicans", "yeast"),
    "칸디다": ("Candida albicans", "yeast"),
    "brasiliensis": ("Aspergillus brasiliensis", "mould"),
    "niger": ("Aspergillus brasiliensis", "mould"),
    "아스페르길루스": ("Aspergillus brasiliensis", "mould"),
}
_SPECIES = dict(_ORGANISMS.values())


@dataclass(frozen=True)
class Reduction:
    """The count of one organism on one day, and what each criterion says of it.

    ``log_count`` and ``reduction`` are log10; ``censored`` marks a count below what the plates show, whose reduction
    is a lower bound. ``change`` is from the day before. ``meets`` gives True, False, or None where this day cannot
    tell, for the criteria that ask of this day.
    """

    organism: str
    group: str
    day: float
    log_count: float
    censored: bool
    reduction: float
    change: float | None
    meets: dict[str, bool | None]


@dataclass(frozen=True)
class ChallengeTest:
    """A challenge test judged: ``verdict`` is A, B, neither, or not determined."""

    reductions: tuple[Reduction, ...]
    verdict: str
    unit: str

    @property
    def flags(self) -> tuple[str, ...]:
        """What is missing and what to mind, in words, in the language in force."""
        return (*_find_missing(self.reductions), *_find_flags(self.reductions))

    def table(self) -> pd.DataFrame:
        """Return one row an organism and day: counts and reductions in log10, relation, and each criterion."""
        import pandas as pd

        rows = [
            (r.organism, r.group, r.day, "<" if r.censored else "=", r.log_count, ">" if r.censored else "=",
             r.reduction, r.change, r.meets.get("A"), r.meets.get("B"))
            for r in self.reductions
        ]  # fmt: skip
        names = ["organism", "group", "day", "count_relation", "log_count", "reduction_relation", "log_reduction",
                 "change_from_before", "meets_a", "meets_b"]  # fmt: skip
        return pd.DataFrame(rows, columns=names).astype({"change_from_before": "float64"})

    def methods_sentence(self, language: str = "en") -> str:
        """Return what was done, as a methods section says it, in English (en) or Korean (ko)."""
        if language == "ko":
            verdict = {"A": "기준 A 적합", "B": "기준 B 적합", "neither": "부적합"}.get(self.verdict, "판정 불가")
            return (
                "보존력 시험의 균수는 접종 직후 대비 log10 감소로 나타내고 ISO 11930의 기준 A, B와 비교하였다. "
                "반복은 산술평균, "
                "검출한계 미만의 균수는 감소의 하한으로 보았고, 이전 시점보다 0.5 log10 이하의 증가는 증가로 보지 "
                "않았다: "
                f"{verdict}."
            )
        told = {"A": "criterion A is met", "B": "criterion B is met"}.get(self.verdict, self.verdict)
        return (
            "Counts of the challenge test are given as log10 reductions from the inoculum and held against criteria "
            "A and B "
            "of ISO 11930; replicates were averaged, a count below the detection limit is a lower bound of the "
            "reduction, "
            f"and up to 0.5 log10 above the count before is no increase: {told}."
        )

    def plot(self) -> Any:
        """Return a Plotly figure: log10 counts by day, a line an organism."""
        from ginseng_rd.efficacy.stability_figures import draw_challenge

        return draw_challenge(self)


def judge_challenge(
    readings: pd.DataFrame, *, organism: str = "organism", day: str = "day", value: str = "value"
) -> ChallengeTest:
    """Judge counts (CFU/g or CFU/mL) of one product by organism and day; day 0 is the inoculum.

    A row with ``relation`` '<' is a count below what the plates show. Replicates of one organism and day are
    averaged; with one bound among them the mean is a bound. Raises FitRefused for an organism that ISO 11930 does
    not name, counts that are not above zero, mixed units, and a missing or bounded inoculum.
    """
    need_columns(readings, [organism, day, value])
    unit = _one_unit(readings)
    counts = _average(readings, organism, day, value)
    reductions: list[Reduction] = []
    for name in sorted({name for name, _ in counts}):
        reductions += _judge(name, {at: count for (own, at), count in counts.items() if own == name})
    return ChallengeTest(tuple(reductions), _conclude(reductions), unit)


def _average(
    readings: pd.DataFrame, organism: str, day: str, value: str
) -> dict[tuple[str, float], tuple[float, bool, str]]:
    """Return the mean count of each organism and day, whether it is a bound, and the group."""
    relation = readings["relation"].fillna("=") if "relation" in readings else ["="] * len(readings)
    found: dict[tuple[str, float], list[tuple[float, bool]]] = {}
    groups = {}
    for name, at, count, sign in zip(readings[organism], readings[day], readings[value], relation, strict=True):
        species, group = _recognise(str(name))
        try:
            number, when = float(count), float(at)
        except (TypeError, ValueError):
            raise FitRefused(f"Day and count are numbers, but '{at}' and '{count}' were found for {species}.") from None
        if not (math.isfinite(number) and math.isfinite(when) and number > 0 and when >= 0) or sign not in (
            "=",
            "",
            "<",
        ):
            raise FitRefused(
                f"A count lies above 0 or is a bound such as '< 10', on a day from 0 on, but '{sign}' '{count}' on day "
                f"'{at}' was found for {species}. No colony on the plates is a count below the detection limit."
            )
        groups[species] = group
        found.setdefault((species, when), []).append((number, sign == "<"))
    return {
        key: (float(np.mean([number for number, _ in own])), any(bound for _, bound in own), groups[key[0]])
        for key, own in sorted(found.items())
    }


def _judge(name: str, counts: dict[float, tuple[float, bool, str]]) -> list[Reduction]:
    if 0.0 not in counts:
        raise FitRefused(f"{name} has no count on day 0: a reduction is from the inoculum.")
    if counts[0.0][1]:
        raise FitRefused(f"The inoculum of {name} is only a bound: there is no reduction from it.")
    start, group = math.log10(counts[0.0][0]), counts[0.0][2]
    found: list[Reduction] = []
    before: tuple[float, bool] | None = None
    for at, (count, bound, _) in counts.items():
        log = math.log10(count)
        change = None if before is None else log - before[0]
        meets = {
            criterion: _meets(at, log, bound, start, counts, wanted[group])
            for criterion, wanted in CRITERIA.items()
            if at in wanted[group]
        }
        found.append(Reduction(name, group, at, log, bound, start - log, change, meets))
        before = (log, bound)
    return found


def _meets(
    day: float,
    log: float,
    bound: bool,
    start: float,
    counts: dict[float, tuple[float, bool, str]],
    wanted: dict[int, float],
) -> bool | None:
    """Return whether a day meets what is wanted; None where a bound, or a missing day before, cannot tell."""
    earlier = [other for other in wanted if other < day]
    levels = [(start - wanted[int(day)]) if wanted[int(day)] else start + NO_INCREASE]
    if earlier:
        if float(earlier[-1]) not in counts:
            return None
        levels.append(math.log10(counts[float(earlier[-1])][0]) + NO_INCREASE)
    if all(log <= level + 1e-9 for level in levels):
        return True
    # Below a bound that is itself too high may lie a count that is low enough.
    return None if bound else False


def _conclude(reductions: Sequence[Reduction]) -> str:
    """Return the verdict: an organism or day that is missing leaves it open, unless another fails."""
    seen = {(r.organism, r.day): r for r in reductions}
    for criterion, wanted in CRITERIA.items():
        asked = [(name, float(day)) for name, group in _SPECIES.items() for day in wanted[group]]
        answers = [seen[key].meets[criterion] if key in seen else None for key in asked]
        if all(answers):
            return criterion
        if not any(answer is False for answer in answers):
            return "not determined"
    return "neither"


def _find_missing(reductions: Sequence[Reduction]) -> list[str]:
    seen = {(r.organism, r.day) for r in reductions}
    found = []
    for name, group in _SPECIES.items():
        days = sorted({day for wanted in CRITERIA.values() for day in wanted[group]})
        if (name, 0.0) not in seen:
            found.append(
                say(
                    f"{name} was not tested: ISO 11930 asks for it", f"{name}: ISO 11930이 요구하나 시험하지 않았습니다"
                )
            )
            continue
        absent = [day for day in days if (name, float(day)) not in seen]
        found += [say(f"{name} has no count on day {day}", f"{name}: {day}일의 균수가 없습니다") for day in absent]
    return found


def _find_flags(reductions: Sequence[Reduction]) -> list[str]:
    flags = []
    for r in reductions:
        low, high = INOCULUM[r.group]
        day, count = f"{r.day:g}", f"{10**r.log_count:.2g}"
        if r.day == 0 and not low * 0.999 <= 10**r.log_count <= high * 1.001:
            flags.append(
                say(
                    f"the inoculum of {r.organism}, {count}, lies outside {low:g} to {high:g}",
                    f"{r.organism}의 접종균수 {count}이(가) {low:g}~{high:g} 밖입니다",
                )
            )
        for criterion, answer in r.meets.items():
            wanted = CRITERIA[criterion][r.group][int(r.day)]
            if answer is None:
                flags.append(
                    say(
                        f"criterion {criterion} cannot be told for {r.organism} on day {day}: the count is a bound "
                        "that is "
                        "too high, or the day before is missing",
                        f"{r.organism} {day}일: 검출한계가 높거나 이전 시점이 없어 기준 {criterion}을(를) 판정할 수 "
                        "없습니다",
                    )
                )
            elif answer is False and wanted and wanted - NO_INCREASE <= r.reduction < wanted:
                flags.append(
                    say(
                        f"{r.organism} on day {day}: {r.reduction:.2f} lies within 0.5 log10 of criterion "
                        f"{criterion} ({wanted:g})",
                        f"{r.organism} {day}일: 감소 {r.reduction:.2f}은(는) 기준 {criterion}({wanted:g})에 0.5 "
                        "log10 이내로 미달합니다",
                    )
                )
    return flags


def _recognise(name: str) -> tuple[str, str]:
    folded = name.casefold().replace(" ", "")
    for word, known in _ORGANISMS.items():
        if word in folded:
            return known
    raise FitRefused(f"'{name}' is no organism of ISO 11930; these are {', '.join(_SPECIES)}.")


def _one_unit(readings: pd.DataFrame) -> str:
    units = sorted(set(readings["unit"].dropna())) if "unit" in readings else []
    if len(units) > 1:
        raise FitRefused(f"The counts have several units: {', '.join(map(str, units))}. Bring them to one.")
    return str(units[0]) if units else ""
