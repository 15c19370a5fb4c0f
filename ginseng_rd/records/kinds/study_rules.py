"""Rules of stability studies, skin trials and survival studies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any

from ginseng_rd.errors import Severity
from ginseng_rd.records.kinds.rule import Breach, Known, Row, Rule, WideRule, grouped, listed, newest

_MANY = 1000  # so many deaths in one row are more than a study of worms or flies counts at once

_CONDITION = ("pack", "condition", "temperature_c", "humidity_percent", "light")
_PLACE = ("side", "site")
_ANIMAL = ("study", "organism", "strain", "arm", "dose", "dose_unit", "vessel", "individual")


def _week_zero_missing(known: Known) -> Iterator[Breach]:
    groups = grouped(known.of("stability"), "batch", *_CONDITION, "endpoint", filled=("batch", "endpoint"))
    lacking: dict[tuple[Any, ...], list[Row]] = {}
    for key, rows in groups.items():
        told = newest(*rows)
        if told is not None and all(row["week"] for row in rows):  # neither 0 nor at fault
            lacking.setdefault(key[:-1], []).append(told)
    for (batch, *condition), rows in lacking.items():
        names = listed(row["endpoint"] for row in rows)
        at = ", ".join(f"{value:g}" if isinstance(value, float) else value for value in condition if value is not None)
        found = f"no week 0 of {names} for '{batch}'" + (f" at '{at}'" if at else "")
        remedy = "Put in what was measured at the start, for each condition, or accept it if nothing was."
        yield Breach(rows[0], "week", found, "a point at week 0 under each condition", remedy)


STABILITY_RULES = (
    WideRule(
        "week-zero-missing",
        Severity.ASKS,
        "Each property of a batch has a point at week 0 under each condition.",
        ("stability",),
        {"stability": ("batch", *_CONDITION, "endpoint", "week")},
        _week_zero_missing,
    ),
)


def _spots(known: Known) -> dict[tuple[Any, ...], list[Row]]:
    """Return the rows of each subject at one place for one endpoint."""
    filled = ("trial", "subject", "endpoint")
    return grouped(known.of("skin"), "trial", "subject", *_PLACE, "endpoint", filled=filled)


def _by_place(known: Known) -> dict[tuple[Any, ...], list[Row]]:
    """Return the rows of each subject at one place on the skin."""
    return grouped(known.of("skin"), "trial", "subject", *_PLACE, filled=("trial", "subject", "arm", "visit_week"))


def _arms(rows: Iterable[Row]) -> list[str]:
    return list(dict.fromkeys(row["arm"] for row in rows))


def _in_two_arms_at_once(rows: Iterable[Row]) -> list[Row]:
    """Return the rows of one place in the first week that has two arms there, or none."""
    weeks = grouped(rows, "visit_week").values()
    return next((together for together in weeks if len(_arms(together)) > 1), [])


def _two_baselines(known: Known) -> Iterator[Breach]:
    for (_, subject, *_, endpoint), rows in _spots(known).items():
        baseline = [row for row in rows if row["visit_week"] == 0 and row["measured_on"] is not None]
        days = sorted({row["measured_on"][:10] for row in baseline})
        told = newest(*(row for row in reversed(baseline) if row["measured_on"][:10] == days[-1]), *baseline)
        if len(days) > 1 and told is not None and len(_arms(baseline)) == 1:
            found = f"baselines of '{endpoint}' for subject '{subject}' on {listed(days)}"
            remedy = "Correct the week or the day of one visit; a screening before the baseline has a negative week."
            yield Breach(told, "visit_week", found, "one baseline for each subject, side, site and endpoint", remedy)


def _baseline_missing(known: Known) -> Iterator[Breach]:
    lacking: dict[tuple[Any, ...], list[Row]] = {}
    for key, rows in _spots(known).items():
        told = newest(*(row for row in rows if row["visit_week"] is not None and row["visit_week"] > 0))
        if told is not None and all(row["visit_week"] not in (0, None) for row in rows):
            lacking.setdefault(key[:2], []).append(told)
    for (_, subject), rows in lacking.items():
        names = (" ".join(row[name] for name in ("endpoint", *_PLACE) if row[name] is not None) for row in rows)
        found = f"no week 0 for subject '{subject}': {listed(names)}"
        remedy = "Put in the baseline, correct the week, or accept it if the subject has none."
        yield Breach(rows[0], "visit_week", found, "a baseline for each subject, side, site and endpoint", remedy)


def _two_arms(known: Known) -> Iterator[Breach]:
    told_of: set[tuple[str, str]] = set()
    for (trial, subject, *_), rows in _by_place(known).items():
        together = _in_two_arms_at_once(rows)
        told = newest(*reversed(together))
        if told is None or (trial, subject) in told_of:
            continue
        told_of.add((trial, subject))
        found = f"subject '{subject}' in arms {listed(_arms(together))} at week {told['visit_week']:g}"
        remedy = (
            "Correct the arm or the subject. Two products on one person differ in side or site; "
            "in a crossover the weeks count on from the first day."
        )
        yield Breach(told, "arm", found, "one arm at one place on the skin", remedy)


def _arm_changed(known: Known) -> Iterator[Breach]:
    changed: dict[str, dict[str, Row]] = {}
    for (trial, subject, *_), rows in _by_place(known).items():
        first = rows[0]["arm"]
        told = newest(*(row for row in rows if row["arm"] != first), *rows)
        if told is not None and len(_arms(rows)) > 1 and not _in_two_arms_at_once(rows):
            changed.setdefault(trial, {}).setdefault(subject, told)
    for trial, subjects in changed.items():
        found = f"subjects of '{trial}' whose arm changes between visits: {listed(subjects)}"
        remedy = "Correct the arm, or accept it if the trial is a crossover."
        yield Breach(next(iter(subjects.values())), "arm", found, "one arm for a subject", remedy)


def _sides_alike(known: Known) -> Iterator[Breach]:
    trials = grouped(known.of("skin"), "trial", filled=("trial", "subject", "arm"))
    for (trial,), rows in trials.items():
        arms: dict[str, dict[str, set[str]]] = {}
        for row in rows:
            if row["side"] in ("left", "right"):
                arms.setdefault(row["subject"], {}).setdefault(row["side"], set()).add(row["arm"])
        # Nothing else says that a trial is split-face than somebody with another arm on each side.
        split = {s for s, sides in arms.items() if len(sides) == 2 and not set.intersection(*sides.values())}
        alike = {subject: None for subject in arms if subject not in split}
        told = newest(*(row for row in rows if row["subject"] in alike))
        if split and told is not None:
            found = f"the same arm on both sides, or one side alone, for subjects of '{trial}': {listed(alike)}"
            expected = "another arm on each side, as for others in this trial"
            yield Breach(told, "side", found, expected, "Correct the side or the arm, or accept it.")


def _visits_out_of_order(known: Known) -> Iterator[Breach]:
    filled = ("trial", "subject", "visit_week", "measured_on")
    for (_, subject), rows in grouped(known.of("skin"), "trial", "subject", filled=filled).items():
        visits = sorted(grouped(rows, "visit_week").items())
        for ((week,), before), ((later,), after) in pairwise(visits):
            last, first = (max(r["measured_on"] for r in before)[:10], min(r["measured_on"] for r in after)[:10])
            told = newest(*after, *before)
            if first <= last and told is not None:
                found = f"week {later:g} of subject '{subject}' on '{first}', and week {week:g} on '{last}'"
                remedy = "Correct a week or a day, or accept it."
                yield Breach(told, "measured_on", found, "later visits on later days", remedy)
                break


_VISIT = ("trial", "subject", "arm", *_PLACE, "visit_week", "measured_on", "endpoint")

SKIN_RULES = (
    WideRule(
        "two-baselines",
        Severity.STOPS,
        "A subject has one baseline, week 0, for each side, site and endpoint.",
        ("skin",),
        {"skin": _VISIT},
        _two_baselines,
    ),
    WideRule(
        "baseline-missing",
        Severity.ASKS,
        "What was measured at a later visit was measured at week 0 too.",
        ("skin",),
        {"skin": _VISIT},
        _baseline_missing,
    ),
    WideRule(
        "two-arms",
        Severity.STOPS,
        "At one side and site a subject is in one arm at a time.",
        ("skin",),
        {"skin": _VISIT},
        _two_arms,
    ),
    WideRule(
        "arm-changed",
        Severity.ASKS,
        "A subject stays in its arm, unless the trial is a crossover.",
        ("skin",),
        {"skin": _VISIT},
        _arm_changed,
    ),
    WideRule(
        "sides-alike",
        Severity.ASKS,
        "In a split-face trial each subject has another arm on each side.",
        ("skin",),
        {"skin": _VISIT},
        _sides_alike,
    ),
    WideRule(
        "visits-out-of-order",
        Severity.ASKS,
        "Later visits of a subject are on later days.",
        ("skin",),
        {"skin": _VISIT},
        _visits_out_of_order,
    ),
)


def _censored_without_cause(row: Row) -> Iterator[Breach]:
    if row["event"] == "censored" and row["cause"] is None:
        remedy = "Fill in the cause, such as lost or escaped, or accept it if nobody knows."
        yield Breach(row, "cause", "an animal censored without a cause", "why it was lost from sight", remedy)


def _one_animal_counted(row: Row) -> Iterator[Breach]:
    if row["count"] > 1:
        found = f"'{row['count']}' animals in the row of animal '{row['individual']}'"
        yield Breach(row, "count", found, "1 where the animal has a number", "Correct the count, or drop the number.")


def _many_at_once(row: Row) -> Iterator[Breach]:
    if row["count"] > _MANY:
        found, expected = f"'{row['count']}' animals in one row", f"up to {_MANY} on one day"
        yield Breach(row, "count", found, expected, "Check the count, or accept it.")


ANIMAL_RULES = (
    Rule(
        "censored-without-cause",
        Severity.ASKS,
        "A censored animal has a cause.",
        ("event",),
        _censored_without_cause,
    ),
    Rule(
        "one-animal-counted",
        Severity.STOPS,
        "A row with the number of an animal stands for that one.",
        ("individual", "count"),
        _one_animal_counted,
    ),
    Rule(
        "many-at-once",
        Severity.ASKS,
        f"A row stands for up to {_MANY} animals.",
        ("count",),
        _many_at_once,
    ),
)


def _animal_twice(known: Known) -> Iterator[Breach]:
    for key, rows in grouped(known.of("survival"), *_ANIMAL, filled=("study", "individual")).items():
        ends = {(row["day"], row["event"], row["cause"]) for row in rows}
        told = newest(*reversed(rows))
        if len(ends) > 1 and told is not None:  # rows alike in all are told as duplicates
            found = f"animal '{key[-1]}' of '{key[0]}', which has {len(ends)} ends"
            remedy = "Correct the number of the animal, its vessel or its arm."
            yield Breach(told, "individual", found, "each animal once", remedy)


SURVIVAL_RULES = (
    WideRule(
        "animal-twice",
        Severity.STOPS,
        "An animal of one vessel and arm ends once.",
        ("survival",),
        {"survival": (*_ANIMAL, "day", "event", "cause")},
        _animal_twice,
    ),
)
