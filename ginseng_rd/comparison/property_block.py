"""Measured properties side by side."""

from __future__ import annotations

from collections.abc import Sequence

from ginseng_rd.comparison.blocks import Block, Cell, digits, make_row, not_measured
from ginseng_rd.comparison.candidates import Candidate
from ginseng_rd.comparison.contrasts import Difference, Group, judge_groups
from ginseng_rd.comparison.facts import count_of
from ginseng_rd.comparison.rows import Row, by_column, read_rows
from ginseng_rd.records.estimate import Estimate
from ginseng_rd.store import Store
from ginseng_rd.words import say

_COLUMNS = ("formulation", "version", "endpoint", "value", "relation", "unit", "sd", "n", "outcome")


def property_block(store: Store, candidates: Sequence[Candidate]) -> tuple[Block, tuple[Difference, ...]]:
    """Put the properties of the versions side by side, and test those that have a spread and a number.

    The properties of a batch are those of its version, for they are recorded of it.
    """
    origin = candidates[0].origin
    rows = read_rows(store, "property", _COLUMNS, formulation={c.formulation for c in candidates})
    rows = [row for row in rows if row["origin"] == origin]
    shown = []
    differences: list[Difference] = []
    for endpoint, own in by_column(rows, "endpoint").items():
        of_version: dict[tuple[str, int], list[Row]] = {}
        for row in own:
            of_version.setdefault((row["formulation"], row["version"] or 1), []).append(row)
        found = [of_version.get((c.formulation, c.version), []) for c in candidates]
        if not any(found):
            continue
        is_graded = any(row["value"] is not None and row["unit"] != "0/1" for rows in found for row in rows)
        shown.append(make_row(endpoint, map(_cell, found), endpoint=endpoint if is_graded else ""))
        differences += _test(endpoint, candidates, found)
    title = say("Measured properties", "물성")
    return Block("property", title, tuple(shown), say("property", "물성")), tuple(differences)


def _cell(rows: Sequence[Row]) -> Cell:
    if not rows:
        return not_measured()
    text = "; ".join(map(_told, rows))
    newest = rows[-1]
    if newest["value"] is None:
        return Cell(text)
    spread = "" if newest["sd"] is None else f"sd {newest['sd']:g}"
    relation = newest["relation"] if newest["relation"] in ("<", ">") else "="
    n = count_of(newest["n"]) if newest["n"] else None
    estimate = Estimate(float(newest["value"]), newest["unit"] or "", n=n, basis=spread, relation=relation)
    number = None if newest["unit"] == "0/1" else float(newest["value"])
    return Cell(text, number, estimate)


def _told(row: Row) -> str:
    if row["value"] is None:
        return str(row["outcome"] or not_measured().text)
    if row["unit"] == "0/1":
        return say("yes", "예") if row["value"] else say("no", "아니오")
    sign = "" if row["relation"] == "=" else f"{row['relation']} "
    spread = "" if row["sd"] is None else f" ± {digits(row['sd'])}"
    number = f" (n = {row['n']})" if row["n"] else ""
    return f"{sign}{digits(row['value'])}{spread} {row['unit'] or ''}".strip() + number


def _test(endpoint: str, candidates: Sequence[Candidate], found: Sequence[Sequence[Row]]) -> tuple[Difference, ...]:
    groups: list[Group | None] = []
    units = set()
    for candidate, rows in zip(candidates, found, strict=True):
        newest = rows[-1] if rows else {}
        n = count_of(newest.get("n"))
        tested = newest.get("value") is not None and newest.get("relation") == "=" and newest.get("sd") is not None
        if tested and n > 1:
            groups.append(Group(candidate.code, newest["value"], newest["sd"], n))
            units.add(newest["unit"] or "")
        else:
            groups.append(None)
    base = groups[0]
    if base is None or len(units) != 1:
        return ()
    # Two batches of one version have the same readings: there is nothing to tell apart.
    own = (candidates[0].formulation, candidates[0].version)
    others = [
        group
        for candidate, group in zip(candidates, groups, strict=True)
        if group is not None and (candidate.formulation, candidate.version) != own
    ]
    return judge_groups(endpoint, units.pop(), base, others)
