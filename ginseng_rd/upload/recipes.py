"""Recipes held against the store: each sums to a hundred, and its code is still free."""

from __future__ import annotations

from decimal import Decimal

from ginseng_rd.errors import Finding, GinsengError, Place, Severity
from ginseng_rd.records.formulation import Formulation, Line
from ginseng_rd.records.readings import Readings


def judge_recipes(lines: Readings, taken: set[str]) -> list[Finding]:
    """Return what is wrong with the formulations of a recipe file; ``taken`` are the codes in the store already."""
    findings = []
    by_code: dict[str, list[int]] = {}
    for row, code in enumerate(lines.columns["formulation"]):
        by_code.setdefault(code, []).append(row)
    for code, rows in by_code.items():
        first = lines.places[rows[0]]
        place = Place(first.sheet, first.row, "formulation")
        vague = [r for r in rows if lines.columns["relation"][r] != "="]
        findings += [_vague_share(lines.places[r], lines.columns["value_text"][r]) for r in vague]
        if vague:
            continue
        if code in taken:
            findings.append(
                Finding(
                    Severity.STOPS,
                    "formulation-exists",
                    place,
                    f"formulation '{code}', which is in the store already",
                    "a code that is still free",
                    "A recipe is never overwritten: give the changed recipe a code of its own.",
                )
            )
        try:
            Formulation(
                code,
                tuple(Line(lines.columns["ingredient"][r], Decimal(lines.columns["value_text"][r])) for r in rows),
            )
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


def _vague_share(place: Place, found: str) -> Finding:
    return Finding(
        Severity.STOPS,
        "vague-share",
        place,
        f"'{found}'",
        "a plain number",
        "A recipe is weighed: write the share to be weighed in.",
    )
