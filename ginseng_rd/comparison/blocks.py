"""What a comparison is made of: blocks of rows, one cell a code."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from ginseng_rd.records.estimate import Estimate
from ginseng_rd.words import say

if TYPE_CHECKING:
    import pandas as pd

HIGHER, LOWER = "▲", "▼"
MINUS = "\u2212"


@dataclass(frozen=True)
class Cell:
    """What one code has in a row: its text, its number where it has one, and ▲ or ▼ against the base.

    ``estimate`` is there where the number carries a unit, an interval or an n.
    """

    text: str
    number: float | Decimal | None = None
    estimate: Estimate | None = None
    mark: str = ""

    @property
    def shown(self) -> str:
        return f"{self.text} {self.mark}".strip()


@dataclass(frozen=True)
class Row:
    """One row: a label and one cell a code. ``endpoint`` names what may be weighed or ranked by, and is else empty."""

    label: str
    cells: tuple[Cell, ...]
    endpoint: str = ""

    @property
    def differs(self) -> bool:
        return len({cell.text for cell in self.cells}) > 1


@dataclass(frozen=True)
class Block:
    """One part of a comparison: ``unit`` holds for all cells, ``notes`` say how the figures came about."""

    name: str
    title: str
    rows: tuple[Row, ...]
    index: str = ""
    unit: str = ""
    notes: tuple[str, ...] = ()

    def shown_rows(self, *, everything: bool) -> tuple[Row, ...]:
        """Return the rows that differ, or all."""
        return tuple(row for row in self.rows if everything or row.differs)

    def alike(self) -> tuple[str, ...]:
        """Return what is the same in all codes, each as a short text."""
        return tuple(f"{row.label} {row.cells[0].text} {self.unit}".strip() for row in self.rows if not row.differs)

    def table(self, codes: Sequence[str], *, everything: bool) -> pd.DataFrame:
        """Return the block as texts with marks: one row a row, one column a code."""
        import pandas as pd

        rows = self.shown_rows(everything=everything)
        table = pd.DataFrame(
            [[cell.shown for cell in row.cells] for row in rows],
            index=[row.label for row in rows],
            columns=list(codes),
            dtype=object,
        )
        table.index.name = self.index or self.title
        return table


def make_row(label: str, cells: Iterable[Cell], *, endpoint: str = "") -> Row:
    """Return a row with each cell marked against the first."""
    given = tuple(cells)
    base = given[0]
    return Row(label, tuple(_marked(cell, base) for cell in given), endpoint)


def _marked(cell: Cell, base: Cell) -> Cell:
    if cell.number is None or base.number is None or cell.text == base.text or cell.number == base.number:
        return cell
    if all(c.estimate is not None and c.estimate.relation != "=" for c in (cell, base)):
        return cell  # two bounds say nothing of which is higher
    return replace(cell, mark=HIGHER if float(cell.number) > float(base.number) else LOWER)


def estimate_row(
    label: str, estimates: Iterable[Estimate | None], *, endpoint: str = "", absent: str = "", shows_n: bool = False
) -> Row:
    """Return a row of estimates with their intervals, their unit in the label where it is the same for all.

    ``absent`` stands where there is no estimate, by default that nothing was measured.
    """
    given = tuple(estimates)
    units = {estimate.unit for estimate in given if estimate}
    shared = units.pop() if len(units) == 1 else ""
    empty = Cell(absent) if absent else not_measured()
    cells = [estimate_cell(e, shows_unit=not shared, shows_n=shows_n) if e else empty for e in given]
    return make_row(f"{label}, {shared}" if shared else label, cells, endpoint=endpoint)


def estimate_cell(estimate: Estimate, *, shows_unit: bool = True, shows_n: bool = False) -> Cell:
    """Return the cell of an estimate: value with its interval, and unit and n where asked for."""
    sign = "" if estimate.relation == "=" else f"{estimate.relation} "
    text = f"{sign}{digits(estimate.value, 3)} {estimate.unit if shows_unit else ''}".strip()
    # A bound says what its interval would.
    has_interval = estimate.relation == "=" and (estimate.low, estimate.high) != (None, None)
    inside = [span(estimate.low, estimate.high)] if has_interval else []
    if shows_n and estimate.n is not None:
        inside.append(f"n = {estimate.n}")
    return Cell(f"{text} ({', '.join(inside)})" if inside else text, estimate.value, estimate)


def not_measured() -> Cell:
    """Return the cell of a code that was not measured."""
    return Cell(say("not measured", "측정 안 함"))


def span(low: float | None, high: float | None) -> str:
    """Return an interval in words: ``0.01 to 0.07``."""
    if high is None:
        return say(f"{digits(low or 0.0, 3)} or more", f"{digits(low or 0.0, 3)} 이상")
    if low is None:
        return say(f"{digits(high, 3)} or less", f"{digits(high, 3)} 이하")
    return say(f"{digits(low, 3)} to {digits(high, 3)}", f"{digits(low, 3)} ~ {digits(high, 3)}")


def digits(number: float, significant: int = 4) -> str:
    """Return a number as people write it: so many significant digits, but whole numbers up to ten millions in full."""
    size = abs(number)
    text = f"{number:.0f}" if 10**significant <= size < 1e7 else f"{number:.{significant}g}"
    mantissa, exponent, power = text.partition("e")
    if exponent:
        text = f"{mantissa} × 10{str(int(power)).translate(_RAISED)}"
    return text.replace("-", MINUS)


_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def share_text(percent: Decimal) -> str:
    """Return a share with two decimals at least and four at most, more only for what would else vanish."""
    if not percent:
        return "–"
    decimals = 4 if percent >= Decimal("0.001") else 1 - percent.adjusted()
    whole, _, rest = f"{percent:.{decimals}f}".partition(".")
    return f"{whole}.{rest.rstrip('0').ljust(2, '0')}"
