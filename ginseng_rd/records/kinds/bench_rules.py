"""Rules of what the bench measures: a content beside its deviation, its count and its limits."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ginseng_rd.errors import Severity
from ginseng_rd.records.kinds.rule import Breach, Row, Rule

_FAR_ABOVE = 2  # a deviation twice its mean says that one of the two is wrong, or the unit of one
_WHOLE = re.compile(r"[1-9]\d*", re.ASCII)


def _limits_crossed(row: Row) -> Iterator[Breach]:
    if row["lod"] > row["loq"]:
        found = f"an LOD of '{row['lod']:g} mg/g' above the LOQ of '{row['loq']:g} mg/g'"
        yield Breach(row, "lod", found, "an LOD no larger than the LOQ", "Correct them; they may stand interchanged.")


def _below_limit(row: Row) -> Iterator[Breach]:
    if row["relation"] == "=" and row["unit"] == "mg/g" and row["value"] < row["loq"]:
        remedy = "Kept as a number. If it is not to be relied on, put the bound in its place."
        found = f"'{row['value']:g} mg/g', which lies below the LOQ"
        yield Breach(row, "value", found, f"the bound < {row['loq']:g} mg/g", remedy)


def _deviation_large(row: Row) -> Iterator[Breach]:
    if row["relation"] == "=" and row["sd"] > _FAR_ABOVE * abs(row["value"]):
        found = f"a deviation of '{row['sd']:g}' beside '{row['value']:g}' {row['unit'] or ''}".rstrip()
        remedy = "Check both numbers and their units, or accept it."
        yield Breach(row, "sd", found, "a deviation of at most twice the value", remedy)


def _count_not_whole(row: Row) -> Iterator[Breach]:
    if not _WHOLE.fullmatch(row["n"]):
        remedy = "Kept as text; as a whole number it can be reckoned with."
        yield Breach(row, "n", f"'{row['n']}'", "a whole number", remedy)


CONTENT_RULES = (
    Rule(
        "limits-crossed",
        Severity.STOPS,
        "The limit of detection is no larger than the limit of quantification.",
        ("lod", "loq"),
        _limits_crossed,
    ),
    Rule(
        "below-limit",
        Severity.NOTES,
        "A value below the limit of quantification is written as a bound.",
        ("value", "loq"),
        _below_limit,
    ),
    Rule(
        "deviation-large",
        Severity.ASKS,
        "A standard deviation is at most twice its value.",
        ("value", "sd"),
        _deviation_large,
    ),
    Rule(
        "count-not-whole",
        Severity.NOTES,
        "The number of replicates is a whole number.",
        ("n",),
        _count_not_whole,
    ),
)
