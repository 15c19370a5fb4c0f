"""From text to numbers: every cell held against the declaration of its kind, every fault told at once."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from ginseng_rd.errors import Finding, Place, Severity, UnknownName
from ginseng_rd.labfiles.bulk import without_cycle_search
from ginseng_rd.labfiles.case import Case
from ginseng_rd.labfiles.plate_checks import is_on_a_plate
from ginseng_rd.labfiles.plates import find_well, name_well
from ginseng_rd.labfiles.plausibility import weigh_plausibility
from ginseng_rd.labfiles.repeats import name_repeats
from ginseng_rd.labfiles.rules import weigh_rules
from ginseng_rd.labfiles.tables import TextTable
from ginseng_rd.records.kinds import KINDS, Column, Holds
from ginseng_rd.records.readings import Readings
from ginseng_rd.units import (
    Amount,
    NotADate,
    NotANumber,
    TextRefused,
    UnitRefused,
    read_amount,
    read_date,
    read_number,
    read_share,
    to_canonical,
)

_TOLD_OF_A_CODE = 20

# Analytes that are sums of compounds and so have no compound of their own.
_A_SUM = re.compile(r"\btotal\b|\bsum of\b|\bcrude saponin|^총|조\s*사포닌|합계|\w\s*\+\s*\w", re.I)
_UPPER_BOUND = re.compile(r"upper bound|less than|below|미만|이하", re.I)
_LOWER_BOUND = re.compile(r"lower bound|more than|greater than|초과|이상", re.I)
# How a source states a value: "about" is kept as the value, with the sign beside it.
_STATED = {"": "=", "=": "=", "~": "="}
_STATED |= dict.fromkeys(("<", "<=", "≤", "<<"), "<") | dict.fromkeys((">", ">=", "≥", ">>"), ">")
_NOTHING = Amount(None, "missing")


class _NotWhole(TextRefused):
    """A number with decimals where a count stands."""


class _InFuture(TextRefused):
    """A day that has not come yet."""


_CODES = {NotANumber: "not-a-number", _NotWhole: "not-whole", NotADate: "not-a-date", _InFuture: "in-future"}


@without_cycle_search()
def judge(table: TextTable, *, code_of: Callable[[str], str]) -> tuple[Readings, tuple[Finding, ...]]:
    """Turn a table of text into readings in canonical units, and name every cell that is at fault.

    ``code_of`` gives the code of a named compound or raises UnknownName. A cell at fault becomes
    None in the readings, an empty one too; numbers keep bounds and marks in ``relation``, and
    ``unit`` holds the canonical unit. A published table may lack values: where the kind declares that
    a value may be empty, a unit that is unknown is asked about and its row kept as ``missing``.
    """
    case = Case(table, KINDS[table.kind])
    columns: dict[str, list[Any]] = {}
    _judge_presence(case)
    for column in case.kind.columns:
        if column.holds in (Holds.TEXT, Holds.STRUCTURE):
            columns[column.name] = _judge_text(case, column)
        elif column.holds is Holds.DATE:
            columns[column.name] = _judge_dates(case, column)
        elif column.holds is Holds.COMPOUND:
            columns[column.name] = _judge_compounds(case, column, code_of)
        elif column.holds is not Holds.MEASURED:
            columns[column.name] = _judge_numbers(case, column)
    if case.kind.measured:
        columns["value"], columns["relation"] = _judge_measured(case)
        columns["value_text"] = case.cells["value"]
    _convert(case, columns)
    name_repeats(case, columns)
    readings = Readings(table.kind, columns, table.places(case.kind.main_column), _extra(table))
    case.found += weigh_plausibility(readings)
    case.found += weigh_rules(table, readings)
    return readings, _summed(case.found)


def _judge_presence(case: Case) -> None:
    for column in case.kind.columns:
        if not column.required or column.may_be_empty or "" not in case.cells[column.name]:
            continue
        expected = f"'{column.name}' ({column.korean})"
        remedy = "Write it, or N.D. or '-' if there is none." if column.holds is Holds.MEASURED else "Fill it in."
        for i, text in enumerate(case.cells[column.name]):
            if not text:
                case.tell(i, column.name, "missing-cell", "an empty cell", expected, remedy)
    if case.kind.one_of:
        options = [case.cells[name] for name in case.kind.one_of]
        named = " or ".join(f"'{name}' ({case.kind[name].korean})" for name in case.kind.one_of)
        for i, texts in enumerate(zip(*options, strict=True)):
            if not any(texts):
                case.tell(i, case.kind.one_of[0], "missing-cell", "empty cells", named, "Fill in one of them.")


def _judge_text(case: Case, column: Column) -> list[str | None]:
    texts = case.cells[column.name]
    if column.name == "well":
        return _judge_wells(case)
    if not column.choices:
        return [text or None for text in texts]
    expected = f"one of {', '.join(column.spoken_choices())}"
    choices = {text: column.choice_of(text) for text in set(texts)}
    for i, text in enumerate(texts):
        if text and choices[text] is None:
            remedy = "Write one of them, or leave the cell empty."
            case.tell(i, column.name, "wrong-choice", f"'{text}'", expected, remedy)
    return [choices[text] for text in texts]


def _judge_wells(case: Case) -> list[str | None]:
    """Return wells as they are stored, A01 for ``a1``; ask about a text that is no well of any plate."""
    named: dict[str, str | None] = {"": None}
    first_of = {text: i for i, text in reversed(list(enumerate(case.cells["well"])))}
    for text, i in first_of.items():
        well = find_well(text.upper())
        if well and is_on_a_plate(well):
            named[text] = name_well(well)
        elif text:
            named[text] = text
            remedy = "Correct the well; accepted, it is kept as text."
            case.tell(i, "well", "no-such-well", f"'{text}'", "a well such as B07", remedy, Severity.ASKS)
    return list(map(named.__getitem__, case.cells["well"]))


def _read_cells(case: Case, name: str, read: Callable[[str], Any]) -> list[Any]:
    """Return what each cell of a column says, None where it is empty or at fault; tell of those at fault.

    ``read`` is asked once for each different text, and raises TextRefused for one that will not do.
    """
    texts = case.cells[name]
    said: dict[str, Any] = {}
    refused: dict[str, TextRefused] = {}
    for text in set(texts):
        try:
            said[text] = read(text) if text else None
        except TextRefused as error:
            said[text], refused[text] = None, error
    if refused:
        for i, text in enumerate(texts):
            if fault := refused.get(text):
                case.tell(i, name, _CODES[type(fault)], f"'{text}'", fault.expected, fault.remedy)
    return list(map(said.__getitem__, texts))


def _judge_dates(case: Case, column: Column) -> list[str | None]:
    today = (datetime.now(UTC) + timedelta(hours=14)).date()  # the day where it is latest on Earth

    def read(text: str) -> str:
        day = read_date(text)
        if date.fromisoformat(day[:10]) > today:
            expected = f"a day up to today, {today.isoformat()}"
            raise _InFuture(text, expected, "Correct the year, the month or the day.")
        return day

    return _read_cells(case, column.name, read)


def _judge_compounds(case: Case, column: Column, code_of: Callable[[str], str]) -> list[str | None]:
    """Find each row's compound from its cell, or from the analyte where that is empty."""
    analytes = case.cells.get("analyte", [""] * len(case.table))
    known: dict[str, str | None] = {"": None}
    unknown: dict[str, UnknownName] = {}
    records: dict[tuple[str, str, str], list[int]] = {}
    for i, (stated, analyte) in enumerate(zip(case.cells[column.name], analytes, strict=True)):
        name = stated or analyte
        if name not in known:
            try:
                known[name] = code_of(name)
            except UnknownName as error:
                known[name] = None
                if not _A_SUM.search(name):
                    unknown[name] = error
        if name in unknown:
            where = column.name if stated else "analyte"
            records.setdefault((name, where, case.table.place(i, where).column), []).append(i)
    for (name, where, _), rows in records.items():
        nearest = unknown[name].nearest
        meant = f"Did you mean {' or '.join(nearest)}? " if nearest else ""
        remedy = f"{meant}Correct it, or accept it as an analyte without a compound."
        found = f"'{name}'{case.in_rows(rows)}"
        case.tell(rows[0], where, "unknown-compound", found, "the name of a known compound", remedy, Severity.ASKS)
    return [known[stated or analyte] for stated, analyte in zip(case.cells[column.name], analytes, strict=True)]


def _judge_numbers(case: Case, column: Column) -> list[float | None]:
    return _read_cells(case, column.name, _read_whole if column.holds is Holds.WHOLE else read_number)


def _read_whole(text: str) -> int:
    number = read_number(text)
    if number != int(number):
        raise _NotWhole(text, "a whole number", "Write it without decimals.")
    return int(number)


def _judge_measured(case: Case) -> tuple[list[float | None], list[str]]:
    """Read the measured values and their relations, with the bounds that a stated relation or statistic adds."""
    read = read_share if case.kind["value"].may_fill_up else read_amount
    amounts: list[Amount] = [amount or _NOTHING for amount in _read_cells(case, "value", read)]
    values, relations = [amount.value for amount in amounts], [amount.relation for amount in amounts]
    unbounded = [""] * len(case.table)
    stated = case.cells.get("stated_relation", unbounded)
    statistic = case.cells.get("statistic", unbounded)
    for i in (i for i, said in enumerate(zip(stated, statistic, strict=True)) if any(said)):
        if values[i] is None or relations[i] != "=":
            continue
        if stated[i] not in _STATED:
            expected, remedy = f"one of {' '.join(filter(None, _STATED))}", "Write one of them, or leave it empty."
            case.tell(i, "stated_relation", "wrong-choice", f"'{stated[i]}'", expected, remedy)
        relations[i] = _bound_in(statistic[i]) if statistic[i] else _STATED.get(stated[i], "=")
    return values, relations


def _bound_in(statistic: str) -> str:
    return "<" if _UPPER_BOUND.search(statistic) else ">" if _LOWER_BOUND.search(statistic) else "="


def _convert(case: Case, columns: dict[str, list[Any]]) -> None:
    """Bring every number into the canonical unit of its row, and hold it against its range."""
    for name, unit in case.table.units.items():
        factor = _judge_heading_unit(case, case.kind[name], unit)
        columns[name] = _scale(columns[name], [factor] * len(case.table))
    by_unit: dict[str, list[Column]] = {}
    for column in case.kind.columns:
        if column.unit_column:
            by_unit.setdefault(column.unit_column, []).append(column)
    for unit_column, measured in by_unit.items():
        factors = _judge_units(case, unit_column, measured, columns)
        for column in measured:
            columns[column.name] = _scale(columns[column.name], factors)
    for column in case.kind.columns:
        if column.lowest is not None or column.highest is not None:
            _judge_range(case, column, columns[column.name])


def _judge_heading_unit(case: Case, column: Column, unit: str) -> float | None:
    """Return the factor from the unit a heading states to the column's own."""
    try:
        return to_canonical(unit, column.quantities[:1])[1]
    except UnitRefused as error:
        heading = str(case.table.headings.get(column.name, column.name))
        place = Place(case.table.sheet, case.table.heading_row, heading)
        told = Finding(Severity.STOPS, "unknown-unit", place, f"'{unit}'", error.expected, error.remedy)
        case.found.append((0, told))
        return None


def _judge_units(
    case: Case, unit_column: str, measured: list[Column], columns: dict[str, list[Any]]
) -> list[float | None]:
    """Return each row's factor to its canonical unit, which replaces the unit in ``columns``."""
    value_may_lack = any(column.may_be_empty for column in measured)
    told_as_empty = case.kind[unit_column].required and not value_may_lack
    texts = case.cells[unit_column]
    known: dict[str, tuple[str | None, float | None]] = {}
    refused: dict[str, UnitRefused] = {}
    for text in set(texts):
        try:
            known[text] = to_canonical(text, measured[0].quantities)
        except UnitRefused as error:
            known[text], refused[text] = (text or None, None), error
    columns[unit_column] = [known[text][0] for text in texts]
    records: dict[tuple[str, str], list[int]] = {}
    for i in (i for i, text in enumerate(texts) if text in refused) if refused else ():
        has_number = any(columns[column.name][i] is not None for column in measured)
        if texts[i] or (has_number and not told_as_empty):
            records.setdefault((texts[i], case.table.place(i, unit_column).column), []).append(i)
        if value_may_lack:
            columns["relation"][i] = "missing"
    for (text, _), where in records.items():
        found = (f"'{text}'" if text else "a number without a unit") + case.in_rows(where)
        severity, remedy = Severity.STOPS, refused[text].remedy
        if value_may_lack:
            severity, remedy = Severity.ASKS, f"{remedy} Or accept it: the value is then kept as text only."
        case.tell(where[0], unit_column, "unknown-unit", found, refused[text].expected, remedy, severity)
    return [known[text][1] for text in texts]


def _scale(numbers: list[float | None], factors: list[float | None]) -> list[float | None]:
    """Multiply each number by its factor; where one of the two is None, so is the product."""
    if set(factors) <= {1}:
        return numbers
    pairs = list(zip(numbers, factors, strict=True))
    products = {pair: _product(*pair) for pair in set(pairs)}
    return list(map(products.__getitem__, pairs))


def _product(number: float | None, factor: float | None) -> float | None:
    """Multiply as on paper, so that 0.595 % is 5.95 mg/g and not 5.949999999999999."""
    if number is None or factor is None:
        return None
    return number if factor == 1 else float(Decimal(repr(number)) * Decimal(repr(factor)))


def _judge_range(case: Case, column: Column, numbers: list[float | None]) -> None:
    lowest = -math.inf if column.lowest is None else column.lowest
    highest = math.inf if column.highest is None else column.highest
    there = [number for number in numbers if number is not None]
    if not there or lowest <= min(there) <= max(there) <= highest:
        return
    expected = f"{lowest:g} or more" if highest == math.inf else f"{lowest:g} to {highest:g}"
    for i, number in enumerate(numbers):
        if number is None or lowest <= number <= highest:
            continue
        unit = case.cells[column.unit_column][i] if column.unit_column else case.table.units.get(column.name, "")
        canonical = to_canonical(unit, column.quantities)[0] if unit else column.unit
        found = f"'{f'{case.cells[column.name][i]} {unit}'.strip()}'"
        remedy = "Check the number and its unit."
        case.tell(i, column.name, "out-of-range", found, f"{expected} {canonical}".strip(), remedy)


def _extra(table: TextTable) -> list[dict[str, str] | None]:
    if not table.extra:
        return [None] * len(table)
    names = list(table.extra)
    return [
        {name: text for name, text in zip(names, texts, strict=True) if text} or None
        for texts in zip(*table.extra.values(), strict=True)
    ]


def _summed(found: Iterable[tuple[int, Finding]]) -> tuple[Finding, ...]:
    """Return the findings in the order of the file, one cell's once; twenty of a code, and how many more there are."""
    told: list[Finding] = []
    counts: Counter[str] = Counter()
    last: dict[str, Finding] = {}
    in_order = (finding for _, finding in sorted(found, key=lambda entry: entry[0]))
    for finding in dict.fromkeys(in_order):  # a wide sheet's cell stands behind many records
        counts[finding.code] += 1
        if counts[finding.code] <= _TOLD_OF_A_CODE:
            told.append(finding)
        last[finding.code] = finding
    for code, count in counts.items():
        if count > _TOLD_OF_A_CODE:
            end = last[code]
            more = f"{count - _TOLD_OF_A_CODE} more of this kind, the last at {end.place}"
            told.append(Finding(end.severity, code, Place(end.place.sheet), more, end.expected, "Mend them alike."))
    return tuple(told)
