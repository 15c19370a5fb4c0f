"""Rules of lots, extracts, what was drawn for them, and the steps of their process."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

from ginseng_rd.errors import Severity
from ginseng_rd.records.kinds.rule import Breach, Known, Row, Rule, WideRule, grouped, newest, unknown_names

_DAYS_A_YEAR = 365.25
# Roots dry to a quarter or a third of their mass and berries to a tenth; rounding takes up to 2 %.
_LEAST_DRY, _MOST_DRY = 0.1, 1.02
_SLACK = 1 + 1e-9  # what adding up floats may take
_CIRCLES_TOLD = 20
_FAR_C, _FAR_TIMES = 20, 2

# What may be drawn, and its columns for how much there was and since when.
_HELD = {"lot": ("fresh_mass_g", "harvested_on"), "extract": ("amount_g", "made_on")}
# Where a draw is written down: what was made, and what was drawn for it.
_DRAWS = {"extract_input": ("extract", "input"), "batch_line": ("batch", "ingredient")}


def _seeded_after_harvest(lot: Row) -> Iterator[Breach]:
    seeded, harvested = lot["seeded_on"], lot["harvested_on"]
    if seeded[:10] >= harvested[:10]:
        found = f"'{seeded}' for a lot harvested on '{harvested}'"
        yield Breach(lot, "seeded_on", found, "a day before the harvest", "Correct one of the two days.")


def _age_apart(lot: Row) -> Iterator[Breach]:
    seeded, harvested = (date.fromisoformat(lot[name][:10]) for name in ("seeded_on", "harvested_on"))
    years = (harvested - seeded).days / _DAYS_A_YEAR
    if years > 0 and abs(lot["age_years"] - years) > 1:
        found = f"'{lot['age_years']:g}' years for a lot sown on '{seeded}' and harvested on '{harvested}'"
        remedy = "Correct the age or a day; accept it if the lot was planted out as seedlings."
        yield Breach(lot, "age_years", found, f"{years:.1f} years, give or take one", remedy)


def _plot_missing(lot: Row) -> Iterator[Breach]:
    if lot["cultivation"] != "wild" and lot["plot"] is None:
        remedy = "Fill it in, or accept it if the plot is not known."
        yield Breach(lot, "plot", f"no plot for a '{lot['cultivation']}' lot", "the plot it was sown in", remedy)


LOT_RULES = (
    Rule(
        "seeded-after-harvest",
        Severity.STOPS,
        "A lot is sown before it is harvested.",
        ("seeded_on", "harvested_on"),
        _seeded_after_harvest,
    ),
    Rule(
        "age-and-dates",
        Severity.ASKS,
        "The age agrees with the days of sowing and harvest within a year.",
        ("age_years", "seeded_on", "harvested_on"),
        _age_apart,
    ),
    Rule(
        "plot-missing",
        Severity.ASKS,
        "A lot that was sown, wild-simulated or in a field, names its plot; a wild one may lack it.",
        ("cultivation",),
        _plot_missing,
    ),
)


def _from_itself(row: Row) -> Iterator[Breach]:
    if row["extract"] == row["input"]:
        remedy = "Name the lot or the extract that was drawn."
        yield Breach(row, "input", f"'{row['input']}' made from itself", "another lot or extract", remedy)


EXTRACT_INPUT_RULES = (
    Rule(
        "made-from-itself",
        Severity.STOPS,
        "No extract is made from itself.",
        ("extract", "input"),
        _from_itself,
    ),
)

# What a step cannot be repeated without: of each group at least one column, named for people.
_NEEDED_BY_STEP = {
    "steam": ((("actual_c", "planned_c"), "a temperature"), (("actual_min", "planned_min"), "a duration")),
    "ferment": ((("agent",), "a strain"),),
    "enzyme": ((("agent",), "an enzyme"),),
    "extract": ((("solvent",), "a solvent"),),
}


def _step_incomplete(row: Row) -> Iterator[Breach]:
    for columns, what in _NEEDED_BY_STEP.get(row["step"], ()):
        if all(row[name] is None for name in columns):
            remedy = "Fill it in, or accept it if nobody knows it any more."
            yield Breach(row, columns[0], f"a '{row['step']}' step without {what}", what, remedy)


def _far_from_plan(row: Row) -> Iterator[Breach]:
    remedy = "Check that both are right."
    planned, actual = row["planned_c"], row["actual_c"]
    if planned is not None and actual is not None and abs(actual - planned) > _FAR_C:
        yield Breach(row, "actual_c", f"'{actual:g}' °C", f"about the {planned:g} °C that were planned", remedy)
    planned, actual = row["planned_min"], row["actual_min"]
    if planned and actual is not None and not planned / _FAR_TIMES <= actual <= planned * _FAR_TIMES:
        yield Breach(row, "actual_min", f"'{actual:g}' min", f"about the {planned:g} min that were planned", remedy)


PROCESS_STEP_RULES = (
    Rule(
        "step-incomplete",
        Severity.ASKS,
        "Steaming has a temperature and a duration, fermenting a strain, an enzyme step its enzyme, "
        "extracting a solvent.",
        ("step",),
        _step_incomplete,
    ),
    Rule(
        "far-from-plan",
        Severity.NOTES,
        "A step stays within 20 °C of its planned temperature, and within half and twice its planned time.",
        ("step",),
        _far_from_plan,
    ),
)


def _sources(known: Known) -> dict[str, Row]:
    """Return the lots and extracts there are, by code."""
    return {row[kind]: row for kind in _HELD for row in known.of(kind) if row[kind] is not None}


def _drawn_too_much(known: Known) -> Iterator[Breach]:
    sources = _sources(known)
    draws: dict[str, list[Row]] = {}
    for kind, (_, drawn) in _DRAWS.items():
        for row in known.of(kind):
            if row[drawn] in sources and row["amount_g"] is not None:
                draws.setdefault(row[drawn], []).append(row)
    for code, rows in draws.items():
        source = sources[code]
        amount_column = _HELD[source.kind][0]
        amount, total = source[amount_column], sum(row["amount_g"] for row in rows)
        told = newest(*reversed(rows), source)
        if amount is None or told is None or total <= amount * _SLACK:
            continue
        column = amount_column if told is source else "amount_g"
        found = f"'{total:g} g' drawn of '{code}' in all"
        remedy = "Correct the amounts, or the code of what was drawn."
        yield Breach(told, column, found, f"no more than the {amount:g} g there were", remedy)


def _made_before_its_inputs(known: Known) -> Iterator[Breach]:
    sources = _sources(known)
    for kind, (made, drawn) in _DRAWS.items():
        makers = {row[made]: row for row in known.of(made) if row[made] is not None}
        for draw in known.of(kind):
            maker, source = makers.get(draw[made]), sources.get(draw[drawn])
            if maker is None or source is None or maker["made_on"] is None:
                continue
            since = _HELD[source.kind][1]
            told = newest(maker, draw, source)
            if told is None or source[since] is None or maker["made_on"][:10] >= source[since][:10]:
                continue
            column = {id(maker): "made_on", id(draw): drawn, id(source): since}[id(told)]
            found = f"'{draw[made]}' of '{maker['made_on']}', made from '{draw[drawn]}' of '{source[since]}'"
            yield Breach(told, column, found, "nothing made before what it was made of", "Correct one of the two days.")


def _made_in_a_circle(known: Known) -> Iterator[Breach]:
    draws = {(row["extract"], row["input"]): row for row in reversed([*known.of("extract_input")])}
    made_of: dict[str, set[str]] = {}
    for extract, drawn in draws:
        if extract is not None and drawn is not None and extract != drawn:
            made_of.setdefault(extract, set()).add(drawn)
    for _ in range(_CIRCLES_TOLD):
        try:
            TopologicalSorter(made_of).prepare()
            return
        except CycleError as error:
            circle = error.args[1]  # each is an input of the next, and the last is the first again
        steps = [(later, earlier) for earlier, later in pairwise(circle)]
        for later, earlier in steps:
            made_of[later].discard(earlier)
        told = newest(*(draws[step] for step in steps))
        if told is not None:
            found = " from ".join(f"'{code}'" for code in reversed(circle))
            remedy = "Correct the input that cannot have been there yet."
            yield Breach(told, "input", found, "no extract that leads back to itself", remedy)


def _unknown_input(known: Known) -> Iterator[Breach]:
    todo = "Correct it, upload that lot or extract first, or accept it if it is a bought ingredient."
    expected = "a lot or extract in this file or in the store"
    yield from unknown_names(known.of("extract_input"), "input", _sources(known), expected, todo)


def _unknown_extract(known: Known) -> Iterator[Breach]:
    extracts = [row["extract"] for row in known.of("extract") if row["extract"] is not None]
    todo = "Correct it, upload that extract first, or accept it if it comes later."
    expected = "an extract in this file or in the store"
    yield from unknown_names(known.of("extract_input", "process_step"), "extract", extracts, expected, todo)


def _yield_apart(known: Known) -> Iterator[Breach]:
    inputs = grouped(known.of("extract_input"), "extract")
    for extract in known.of("extract"):
        rows = inputs.get((extract["extract"],), [])
        told = newest(extract, *rows)
        amount, share = extract["amount_g"], extract["yield_percent"]
        if told is None or not rows or not amount or not share or any(row["amount_g"] is None for row in rows):
            continue
        drawn, dry = sum(row["amount_g"] for row in rows), amount / (share / 100)
        if _LEAST_DRY * drawn <= dry <= _MOST_DRY * drawn:
            continue
        found = f"a yield of '{share:g} %' for '{amount:g} g' of '{extract['extract']}' from '{drawn:g} g' drawn"
        expected = f"a yield on the dry mass drawn: {100 * amount / drawn:.3g} % if all of it was dry, or more"
        remedy = "Check the yield, the amount made and the amounts drawn."
        yield Breach(told, "yield_percent" if told is extract else "amount_g", found, expected, remedy)


def _steps_not_counted(known: Known) -> Iterator[Breach]:
    for (extract,), rows in grouped(known.of("process_step"), "extract", filled=("extract",)).items():
        if any(row["step_no"] is None for row in rows) or newest(*rows) is None:
            continue
        numbers = sorted({row["step_no"] for row in rows})
        lacking = next((n for n, number in enumerate(numbers, start=1) if n != number), None)
        if lacking is not None:
            told = newest(*(row for row in rows if row["step_no"] > lacking), *rows)
            found = f"steps of '{extract}' up to number '{numbers[-1]}' without number {lacking}"
            remedy = "Put in the step that is missing, or number the steps anew."
            yield Breach(told or rows[0], "step_no", found, "steps numbered 1, 2, 3 ... without gaps", remedy)


_OF_LOT, _OF_EXTRACT = ("lot", "fresh_mass_g", "harvested_on"), ("extract", "amount_g", "made_on")
_OF_INPUT = ("extract", "input", "amount_g")

MATERIAL_RULES = (
    WideRule(
        "drawn-too-much",
        Severity.STOPS,
        "All that extracts and batches draw of a lot or an extract is no more than there was.",
        ("extract_input", "batch_line", "lot", "extract"),
        {
            "lot": _OF_LOT,
            "extract": _OF_EXTRACT,
            "extract_input": _OF_INPUT,
            "batch_line": ("batch", "ingredient", "amount_g"),
        },
        _drawn_too_much,
    ),
    WideRule(
        "made-before-its-inputs",
        Severity.STOPS,
        "Nothing is made before the harvest of its lots, nor before the extracts in it.",
        ("extract", "batch", "extract_input", "batch_line", "lot"),
        {
            "lot": _OF_LOT,
            "extract": _OF_EXTRACT,
            "extract_input": _OF_INPUT,
            "batch": ("batch", "made_on"),
            "batch_line": ("batch", "ingredient", "amount_g"),
        },
        _made_before_its_inputs,
    ),
    WideRule(
        "made-in-a-circle",
        Severity.STOPS,
        "No extract is made, by way of others, from itself.",
        ("extract_input",),
        {"extract_input": _OF_INPUT},
        _made_in_a_circle,
    ),
    WideRule(
        "unknown-input",
        Severity.ASKS,
        "What was drawn is a lot or extract in the same file or in the store.",
        ("extract_input",),
        {"lot": _OF_LOT, "extract": _OF_EXTRACT, "extract_input": _OF_INPUT},
        _unknown_input,
    ),
    WideRule(
        "unknown-extract",
        Severity.ASKS,
        "The extract it speaks of is in the same file or in the store.",
        ("extract_input", "process_step"),
        {"extract": _OF_EXTRACT, "extract_input": _OF_INPUT, "process_step": ("extract", "step_no")},
        _unknown_extract,
    ),
    WideRule(
        "yield-and-inputs",
        Severity.ASKS,
        "The yield agrees with the amount made and the amounts drawn, of which a tenth to all was dry mass.",
        ("extract", "extract_input"),
        {"extract": (*_OF_EXTRACT, "yield_percent"), "extract_input": _OF_INPUT},
        _yield_apart,
    ),
    WideRule(
        "steps-not-counted",
        Severity.ASKS,
        "The steps of an extract are numbered from 1 without gaps.",
        ("process_step",),
        {"process_step": ("extract", "step_no")},
        _steps_not_counted,
    ),
)
