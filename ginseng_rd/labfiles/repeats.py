"""Rows that stand for the same reading: slips, or replicates without numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from typing import Any

from ginseng_rd.errors import Place, Severity
from ginseng_rd.labfiles.case import Case
from ginseng_rd.records.kinds import KINDS
from ginseng_rd.records.readings import Readings, all_differ, tell_apart


def name_repeats(case: Case, columns: dict[str, list[Any]]) -> None:
    """Name the rows that repeat an earlier one in everything that tells readings of the kind apart.

    Where replicates have neither number nor well, rows that differ in value are taken as
    replicates, and rows that agree in it too are asked about.
    """
    identity = case.kind.identity
    named = [name for name in identity if case.kind[name].required]
    # On a bench replicates often go without numbers; a content or a property given twice is a slip.
    unnumbered = ["replicate", "well"] if "well" in identity else []
    told = {name: _stated(case, columns, name) for name in identity} | _one_name_each(columns, identity)
    if all_differ(told, identity):
        return
    first_of: dict[Hashable, int] = {}
    pairs: dict[tuple[int, int], tuple[int, int]] = {}
    for i, key in enumerate(tell_apart(told, identity)):
        first = first_of.setdefault(key, i)
        if first != i and all(columns[name][i] is not None for name in named):
            pairs.setdefault((case.table.rows[first], case.table.rows[i]), (first, i))
    replicates: list[int] = []
    for first, i in pairs.values():
        if "analyte" in identity and columns["analyte"][first] != columns["analyte"][i]:
            _tell_two_names(case, columns, first, i)
        elif not unnumbered or any(columns[name][i] is not None for name in unnumbered):
            _tell_repeat(case, columns, first, i, "duplicate-row", Severity.STOPS)
        elif columns["value_text"][first] == columns["value_text"][i]:
            _tell_repeat(case, columns, first, i, "repeated-reading", Severity.ASKS)
        else:
            replicates.append(i)
    if replicates:
        found = f"the same sample and dose as in an earlier row{case.in_rows(replicates)}"
        remedy = "They were taken as replicates."
        case.tell(
            replicates[0], "value", "replicates-unnumbered", found, "replicates with numbers", remedy, Severity.NOTES
        )


def find_repeats_between(parts: Sequence[Readings]) -> Iterator[tuple[str, list[Place]]]:
    """Yield where tables of one file repeat readings of an earlier one: that one's sheet, and the places.

    Rows that repeat another of the same table are left to ``name_repeats``.
    """
    first_of: dict[tuple[str, tuple[Any, ...]], int] = {}
    by_kind = Counter(part.kind for part in parts)
    for number, part in enumerate(parts):
        if by_kind[part.kind] < 2:
            continue
        kind = KINDS[part.kind]
        required = [part.columns[name] for name in kind.identity if kind[name].required]
        told = part.columns | _one_name_each(part.columns, kind.identity)
        again: dict[int, list[Place]] = {}
        for i, key in enumerate(zip(*(told[name] for name in kind.identity), strict=True)):
            earlier = first_of.setdefault((part.kind, key), number)
            if earlier != number and all(column[i] is not None for column in required):
                again.setdefault(earlier, []).append(part.places[i])
        for earlier, places in again.items():
            yield parts[earlier].places.sheet, places


def _one_name_each(columns: dict[str, list[Any]], identity: tuple[str, ...]) -> dict[str, list[Any]]:
    """Return the analytes by the code of their compound where they have one, so that two names of it are one."""
    if "analyte" not in identity:
        return {}
    pairs = zip(columns["compound"], columns["analyte"], strict=True)
    return {"analyte": [compound or analyte for compound, analyte in pairs]}


def _tell_two_names(case: Case, columns: dict[str, list[Any]], first: int, i: int) -> None:
    names = f"'{columns['analyte'][i]}' and '{columns['analyte'][first]}'"
    found = f"{names} as in row {case.table.rows[first]}, one compound"
    remedy = "Remove one of the two, correct a name, or accept it if it was measured twice."
    case.tell(i, case.kind.main_column, "compound-twice", found, "each compound once", remedy, Severity.ASKS)


def _stated(case: Case, columns: dict[str, list[Any]], name: str) -> list[Any]:
    """Return a column in which a cell at fault, which has no value, still tells its row from others by its text."""
    if None not in columns[name] or not any(case.cells[name]):
        return columns[name]
    return [text if value is None else value for value, text in zip(columns[name], case.cells[name], strict=True)]


def _tell_repeat(case: Case, columns: dict[str, list[Any]], first: int, i: int, code: str, severity: Severity) -> None:
    given = [name for name in case.kind.identity if columns[name][i] is not None]
    open_ = [name for name in case.kind.identity if columns[name][i] is None]
    apart = f", or tell them apart by {' or '.join(open_)}" if open_ else ""
    found = f"the same {', '.join(given)} as in row {case.table.rows[first]}"
    case.tell(i, case.kind.main_column, code, found, "each reading once", f"Remove one of the two{apart}.", severity)
