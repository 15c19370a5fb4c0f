"""A file held against what the company has: draws, cycles, days, baselines, and codes nobody knows.

The rules are declared beside the kinds, in ``records.kinds``. A rule over all that a company has is a
``WideRule`` there and needs nothing here; one that needs more than rows, such as the molar balance of
a process, which needs the compounds, is a function of its own called beside ``weigh_wide_rules``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ginseng_rd.errors import Finding, Severity
from ginseng_rd.labfiles import TextTable
from ginseng_rd.labfiles.repeats import find_repeats_between
from ginseng_rd.labfiles.rules import weigh_wide_rules
from ginseng_rd.records.kinds import WIDE_RULES
from ginseng_rd.records.kinds.rule import Row
from ginseng_rd.records.readings import Readings
from ginseng_rd.store import Store, Upload

# Of these kinds no rule looks beyond the study, batch or extract a row belongs to.
_WITHIN = {"skin": "trial", "survival": "study", "stability": "batch", "process_step": "extract"}
_ASKED_FOR_AT_MOST = 1000  # so many names may stand in one question to a database


def judge_against_store(
    store: Store, tables: Sequence[TextTable], readings: Sequence[Readings], *, leaving_out: Upload | None
) -> list[Finding]:
    """Return where a file breaks a rule across its rows or with what the store holds.

    ``tables`` and ``readings`` are those of the file, in one order. Rows of the upload
    ``leaving_out``, which the file is to replace, do not count.
    """
    kinds = {part.kind for part in readings if len(part)}
    rules = [rule for rule in WIDE_RULES if kinds.intersection(rule.told_at)]
    wanted: dict[str, dict[str, None]] = {}
    for rule in rules:
        for kind, columns in rule.reads.items():
            wanted.setdefault(kind, {}).update(dict.fromkeys(columns))
    stored = {
        kind: _stored(store, kind, list(columns), readings, leaving_out=leaving_out) for kind, columns in wanted.items()
    }
    return [*_repeats_between_sheets(readings), *weigh_wide_rules(rules, tables, readings, stored)]


def _repeats_between_sheets(readings: Sequence[Readings]) -> Iterator[Finding]:
    for earlier, places in find_repeats_between(readings):
        found = f"{len(places)} rows of readings that stand on sheet '{earlier}' too"
        remedy = "Leave one of the two out, or accept it if they were measured twice."
        yield Finding(Severity.ASKS, "repeated-on-sheets", places[0], found, "each reading once in a file", remedy)


def _stored(
    store: Store, kind: str, columns: list[str], readings: Sequence[Readings], *, leaving_out: Upload | None
) -> list[Row]:
    among = None
    if within := _WITHIN.get(kind):
        named = {name for part in readings if part.kind == kind for name in part.columns[within] if name is not None}
        among = {within: sorted(named)} if len(named) <= _ASKED_FOR_AT_MOST else None
    standing = store.standing(kind, columns, among=among, leaving_out=leaving_out)
    return [Row(kind, standing, i) for i in range(len(standing[columns[0]]))]
