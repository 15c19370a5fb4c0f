"""What to weigh for a batch: grams of each line, phase by phase, that add up to the batch."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from typing import TYPE_CHECKING

from ginseng_rd.errors import RecordRefused
from ginseng_rd.records.formulation import Formulation, Line

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Weighing:
    """A line of a recipe and the grams of it to weigh in."""

    line: Line
    grams: Decimal


def weigh_batch(recipe: Formulation, size_g: Decimal, *, readable_g: Decimal = Decimal("0.01")) -> tuple[Weighing, ...]:
    """Return what to weigh for a batch of ``size_g`` grams on a balance that reads to ``readable_g``.

    The grams add up to the batch to the last digit of the balance: what rounding leaves goes to the lines that
    lost most by it, none of which is moved by more than one digit. Raises RecordRefused for a batch so small that
    a line of the recipe would not show on the balance.
    """
    if not (size_g.is_finite() and size_g > 0 and readable_g > 0):
        raise RecordRefused(f"A batch weighs more than 0 g, but {size_g} g was asked for.")
    total = recipe.total_percent
    exact = [size_g * line.share_percent / total for line in recipe.lines]
    steps = [(grams / readable_g).to_integral_value(ROUND_DOWN) for grams in exact]
    missing = int((size_g / readable_g).to_integral_value() - sum(steps))
    by_loss = sorted(range(len(steps)), key=lambda i: (steps[i] * readable_g - exact[i], i))
    for i in by_loss[:missing]:
        steps[i] += 1
    for line, step in zip(recipe.lines, steps, strict=True):
        if line.share_percent and not step:
            raise RecordRefused(
                f"In a batch of {size_g} g, '{line}' with {line.share_percent} % is less than the balance reads "
                f"({readable_g} g). Make a larger batch."
            )
    return tuple(Weighing(line, step * readable_g) for line, step in zip(recipe.lines, steps, strict=True))


def weighing_table(weighings: tuple[Weighing, ...]) -> pd.DataFrame:
    """Return phase, ingredient, lot, share (%) and grams as a DataFrame, in the order of the recipe."""
    import pandas as pd

    rows = [(w.line.phase, w.line.ingredient, w.line.lot, str(w.line.share_percent), str(w.grams)) for w in weighings]
    return pd.DataFrame(rows, columns=["phase", "ingredient", "lot", "share_percent", "grams"])
