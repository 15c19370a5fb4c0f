"""The rule of every measured endpoint that is known: in its unit, and within what it can be."""

from __future__ import annotations

from collections.abc import Iterator

from ginseng_rd.errors import Severity
from ginseng_rd.records.endpoints import find_endpoint
from ginseng_rd.records.kinds.rule import Breach, Row, Rule


def _outside_its_endpoint(row: Row) -> Iterator[Breach]:
    known = find_endpoint(row["endpoint"])
    if known is None or (known.unit == "%" and row["unit"] != "%"):  # the signal or ratio that a share is worked out of
        return
    if row["unit"] != known.unit:
        found, expected = f"'{row['endpoint']}' in '{row['unit']}'", f"{known.name} in {known.unit}"
        yield Breach(row, "unit", found, expected, "Correct the unit or the endpoint, or accept it as it is.")
        return
    value = row["value"]
    lowest = float("-inf") if known.lowest is None else known.lowest
    highest = float("inf") if known.highest is None else known.highest
    if not lowest <= value <= highest:
        span = f"{lowest:g} to {highest:g}" if known.highest is not None else f"{lowest:g} or more"
        remedy = "Check the number, its decimal point and its unit, or accept it as it is."
        yield Breach(row, "value", f"'{value:g} {row['unit']}' of '{row['endpoint']}'", f"{span} {known.unit}", remedy)


ENDPOINT_RULES = (
    Rule(
        "outside-its-endpoint",
        Severity.ASKS,
        "A known endpoint, such as Cutometer R2 or pH, is in its unit and within what it can be.",
        ("endpoint", "value", "unit"),
        _outside_its_endpoint,
        concerns=lambda name: find_endpoint(name) is not None,
    ),
)
