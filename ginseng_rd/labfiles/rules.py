"""The rules of the kinds held against what a file says: across the columns of a row, and across rows.

The rules themselves are declared beside their kinds, in ``records.kinds``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ginseng_rd.errors import Finding, Place
from ginseng_rd.labfiles.tables import TextTable
from ginseng_rd.records.kinds import KINDS
from ginseng_rd.records.kinds.rule import Breach, Known, Row, Rule, WideRule
from ginseng_rd.records.readings import Readings

_TOLD_OF_A_CODE = 20


def weigh_rules(table: TextTable, readings: Readings) -> list[tuple[int, Finding]]:
    """Return where rows break a rule across their columns, each with the record it is told at.

    Only rows that fill in what a rule needs are looked at, so a kind without rules costs nothing.
    """
    return [
        (breach.row.at, _finding(rule, breach, table))
        for rule in KINDS[readings.kind].rules
        for row in _rows_with(readings, rule)
        for breach in rule.weigh(row)
    ]


def weigh_wide_rules(
    rules: Sequence[WideRule],
    tables: Sequence[TextTable],
    readings: Sequence[Readings],
    stored: Mapping[str, Sequence[Row]],
) -> list[Finding]:
    """Return where the rows of a file break a rule among themselves or with what is stored.

    ``tables`` and ``readings`` are those of the file, in one order; ``stored`` holds by kind the rows
    of the store that the rules read.
    """
    read = {kind for rule in rules for kind in rule.reads}
    rows: dict[str, list[Row]] = {}
    for number, part in enumerate(readings):
        if part.kind in read:
            rows.setdefault(part.kind, []).extend(Row(part.kind, part.columns, i, number) for i in range(len(part)))
    for kind, standing in stored.items():
        rows.setdefault(kind, []).extend(standing)
    known = Known(rows)
    return [finding for rule in rules for finding in _told(rule, known, tables)]


def _told(rule: WideRule, known: Known, tables: Sequence[TextTable]) -> Iterator[Finding]:
    """Yield the findings of a rule, twenty of them, and how many more there are."""
    last, count = None, 0
    for breach in rule.weigh(known):
        if breach.row.table is None:
            raise AssertionError(f"{rule.code} was told at a row of the store")
        count += 1
        last = _finding(rule, breach, tables[breach.row.table])
        if count <= _TOLD_OF_A_CODE:
            yield last
    if last is not None and count > _TOLD_OF_A_CODE:
        more = f"{count - _TOLD_OF_A_CODE} more of this kind, the last at {last.place}"
        yield Finding(rule.severity, rule.code, Place(last.place.sheet), more, last.expected, "Mend them alike.")


def _finding(rule: Rule | WideRule, breach: Breach, table: TextTable) -> Finding:
    place = table.place(breach.row.at, breach.column)
    return Finding(rule.severity, rule.code, place, breach.found, breach.expected, breach.remedy)


def _rows_with(readings: Readings, rule: Rule) -> Iterator[Row]:
    """Yield the rows that fill in all that a rule needs, and that it concerns."""
    needed = [readings.columns[name] for name in rule.needs]
    if any(column.count(None) == len(column) for column in needed):
        return
    of_concern = {
        value for value in set(needed[0]) if value is not None and (not rule.concerns or rule.concerns(value))
    }
    if not of_concern:
        return
    for i, values in enumerate(zip(*needed, strict=True)):
        if None not in values and values[0] in of_concern:
            yield Row(readings.kind, readings.columns, i, 0)
