"""Recipes held against the store: each version sums to a hundred, and its number is still free."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from ginseng_rd.errors import Finding, GinsengError, Place, Severity
from ginseng_rd.records.formulation import Formulation
from ginseng_rd.records.readings import Readings


def judge_recipes(lines: Readings, taken: Collection[tuple[str, int]], found: Iterable[Finding] = ()) -> list[Finding]:
    """Return what is wrong with the versions of a recipe file; ``taken`` are those in the store already.

    A version of which a cell is at fault by itself, as ``found`` says, is not weighed: nobody knows its sum.
    """
    findings: list[Finding] = []
    at_fault = {finding.place.row for finding in found if finding.severity is Severity.STOPS}
    if None in at_fault:  # more faults than are told one by one
        return []
    by_version: dict[tuple[str, int], list[int]] = {}
    for row, key in enumerate(zip(lines.columns["formulation"], lines.columns["version"], strict=True)):
        by_version.setdefault((key[0], key[1] or 1), []).append(row)
    for (code, version), rows in by_version.items():
        if any(lines.places[r].row in at_fault or _has_no_share(lines, r) for r in rows):
            continue
        first = lines.places[rows[0]]
        place = Place(first.sheet, first.row, "formulation")
        vague = [r for r in rows if lines.columns["relation"][r] not in ("=", "q.s.")]
        findings += [_vague_share(lines.places[r], lines.columns["value_text"][r]) for r in vague]
        if vague:
            continue
        if (code, version) in taken:
            findings.append(
                Finding(
                    Severity.STOPS,
                    "formulation-exists",
                    place,
                    f"version {version} of formulation '{code}', which is in the store already",
                    "a version that is still free",
                    "A recipe is never overwritten: give the changed recipe the next version.",
                )
            )
        try:
            Formulation.of_lines(code, version, ({n: cells[r] for n, cells in lines.columns.items()} for r in rows))
        except GinsengError as error:
            findings.append(
                Finding(
                    Severity.STOPS,
                    "recipe-sum",
                    place,
                    str(error),
                    "shares of 100.00 ± 0.01 % in all",
                    "Mend the line that is off, or add the one that is missing.",
                )
            )
    return findings


def _has_no_share(lines: Readings, row: int) -> bool:
    """Say whether the number of a line could not be taken, as where its unit is unknown."""
    return lines.columns["relation"][row] == "=" and lines.columns["value"][row] is None


def _vague_share(place: Place, found: str) -> Finding:
    return Finding(
        Severity.STOPS,
        "vague-share",
        place,
        f"'{found}'",
        "a plain number, or q.s. (적량) for the line that fills up",
        "A recipe is weighed: write the share to be weighed in.",
    )
