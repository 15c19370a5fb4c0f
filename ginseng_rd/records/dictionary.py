"""The data dictionary: every kind and column in words, from the declarations."""

from __future__ import annotations

from ginseng_rd.records.kinds import KINDS, WIDE_RULES, Column, Holds, Kind
from ginseng_rd.records.kinds.rule import Rule, WideRule
from ginseng_rd.units import QUANTITIES

_OPENING = """# Data dictionary

Made from the declarations in `ginseng_rd/records/kinds` by `python data/make_dictionary.py`.
A sheet with these headings, in English or Korean, is read and checked; `ginseng-rd template KIND` makes one.
A number whose unit is fixed is in that unit, or in the one its heading states in brackets, such as `fresh mass (kg)`.
"""

_HEADS = ("column", "Korean", "English", "also read", "holds", "unit", "range or choices", "required", "meaning")


def write_dictionary() -> str:
    """Return the dictionary as Markdown: one section a kind, one row a column."""
    return "\n".join([_OPENING, *(_section(kind) for kind in KINDS.values())])


def describe_units(kind: Kind, column: Column) -> str:
    """Return the unit a column's numbers are kept in, or where and in which units it is stated."""
    if column.unit:
        return column.unit
    canonical = ", ".join(QUANTITIES[name].unit for name in column.quantities)
    if column.unit_column:
        return f"{canonical}: stated in '{column.unit_column}'"
    return f"one of: {', '.join(units_to_state(kind, column))}" if units_to_state(kind, column) else ""


def units_to_state(kind: Kind, column: Column) -> tuple[str, ...]:
    """Return every unit that may stand in a unit column, those numbers are kept in first; none for other columns."""
    stated = [QUANTITIES[name] for c in kind.columns if c.unit_column == column.name for name in c.quantities]
    kept = [quantity.unit for quantity in stated]
    return tuple(dict.fromkeys([*kept, *(unit for quantity in stated for unit in quantity.factors)]))


def describe_limits(column: Column) -> str:
    """Return the choices or the range of a column, in the unit its numbers are kept in, or ''."""
    if column.choices:
        return ", ".join(column.spoken_choices())
    if column.lowest is not None and column.highest is not None:
        return f"{column.lowest:g} to {column.highest:g}"
    if column.lowest is not None:
        return f"{column.lowest:g} or more"
    return "" if column.highest is None else f"up to {column.highest:g}"


def describe_need(kind: Kind, column: Column) -> str:
    """Return whether a column must be there and filled in, or ''."""
    if column.required:
        return "column required, cells may be empty" if column.may_be_empty else "required"
    others = [name for name in kind.one_of if name != column.name]
    return f"this or {' or '.join(others)}" if column.name in kind.one_of else ""


def _section(kind: Kind) -> str:
    rows = [_row(kind, column) for column in kind.columns]
    table = [_line(_HEADS), _line(["---"] * len(_HEADS)), *map(_line, rows)]
    identity = f"Two rows are one if they agree in: {', '.join(kind.identity)}."
    rules = [f"- {rule.says} (`{rule.code}`, {rule.severity})" for rule in _rules_of(kind)]
    told = ["Rules:", "", *rules, ""] if rules else []
    return "\n".join([f"## {kind.name} ({kind.korean})", "", kind.meaning, identity, "", *table, "", *told])


def _rules_of(kind: Kind) -> list[Rule | WideRule]:
    return [*kind.rules, *(rule for rule in WIDE_RULES if kind.name in rule.told_at)]


def _row(kind: Kind, column: Column) -> list[str]:
    return [
        f"`{column.name}`",
        column.korean,
        column.english_heading,
        ", ".join(column.synonyms),
        _HELD.get(column.holds, str(column.holds)),
        describe_units(kind, column),
        describe_limits(column),
        describe_need(kind, column),
        column.meaning,
    ]


_HELD = {Holds.MEASURED: "measured value: number, bound or mark", Holds.DATE: "date, such as 2026-03-14"}


def _line(cells: list[str] | tuple[str, ...]) -> str:
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"
