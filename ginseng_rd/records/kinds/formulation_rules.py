"""Rules of product batches and what was weighed into them; those of a recipe are in ``records.formulation``."""

from __future__ import annotations

from collections.abc import Iterator

from ginseng_rd.errors import Severity
from ginseng_rd.records.kinds.rule import Breach, Known, WideRule, grouped, newest, unknown_names

_APART = 0.05  # what may be lost or left in the vessel, of the size of a batch


def _batch_sum(known: Known) -> Iterator[Breach]:
    lines = grouped(known.of("batch_line"), "batch", filled=("batch",))
    for batch in known.of("batch"):
        rows = lines.get((batch["batch"],), [])
        size, told = batch["size_g"], newest(batch, *rows)
        if not rows or not size or told is None or any(row["amount_g"] is None for row in rows):
            continue
        total = sum(row["amount_g"] for row in rows)
        if abs(total - size) > _APART * size:
            found = f"'{total:g} g' weighed into '{batch['batch']}' in all"
            remedy = "Correct an amount or the size, or put in the line that is missing."
            column = "size_g" if told is batch else "amount_g"
            yield Breach(told, column, found, f"its size, {size:g} g, within 5 %", remedy)


def _unknown_formulation(known: Known) -> Iterator[Breach]:
    codes = [row["formulation"] for row in known.of("recipe") if row["formulation"] is not None]
    todo = "Correct it, upload that recipe first, or accept it if it comes later."
    expected = "a formulation in this file or in the store"
    yield from unknown_names(known.of("batch"), "formulation", codes, expected, todo)


def _unknown_batch(known: Known) -> Iterator[Breach]:
    codes = [row["batch"] for row in known.of("batch") if row["batch"] is not None]
    todo = "Correct it, upload that batch first, or accept it if it comes later."
    expected = "a batch in this file or in the store"
    yield from unknown_names(known.of("batch_line", "stability"), "batch", codes, expected, todo)


FORMULATION_RULES = (
    WideRule(
        "batch-sum",
        Severity.ASKS,
        "What was weighed into a batch sums to its size within 5 %.",
        ("batch", "batch_line"),
        {"batch": ("batch", "size_g"), "batch_line": ("batch", "amount_g")},
        _batch_sum,
    ),
    WideRule(
        "unknown-formulation",
        Severity.ASKS,
        "The formulation of a batch is in the same file or in the store.",
        ("batch",),
        {"batch": ("batch", "formulation"), "recipe": ("formulation",)},
        _unknown_formulation,
    ),
    WideRule(
        "unknown-batch",
        Severity.ASKS,
        "The batch it speaks of is in the same file or in the store.",
        ("batch_line", "stability"),
        {"batch": ("batch",), "batch_line": ("batch",), "stability": ("batch",)},
        _unknown_batch,
    ),
)
