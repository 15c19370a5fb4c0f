"""The only place where text becomes a number, and one unit another.

A number is never guessed: ``3,2`` is refused, ``< 0.05`` is a bound, ``N.D.`` is a mark for
"not detected" and ``OVRFLW`` one for "above what the instrument reads".
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from ginseng_rd.errors import GinsengError, nearest_names

_PLAIN = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d+)?", re.ASCII)
_COMMA = re.compile(r"[+-]?\d+(\.\d{3})*,\d+([eE][+-]?\d+)?", re.ASCII)
_BOUND = re.compile(r"(<=?|>=?|≤|≥|＜|＞)\s*(.+)")
_WITH_UNIT = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(%|[a-zA-Zµμ]+/[a-zA-Z]+)", re.ASCII)
_NOT_DETECTED = {"n.d.", "nd", "n.d", "not detected", "불검출", "미검출", "검출안됨"}
_BELOW_LIMIT = {
    "<loq",
    "<lod",
    "< loq",
    "< lod",
    "loq 미만",
    "정량한계미만",
    "정량한계 미만",
    "검출한계미만",
    "tr",
    "trace",
}
_ABOVE_RANGE = {"ovrflw", "over", "overflow", ">max", "#sat", "saturated"}
_MISSING = {"missed", "n/a", "na", "-", "--", "결측", "#n/a", "?????"}


class NotANumber(GinsengError):
    """Text that is not a number; ``remedy`` says what to write instead."""

    def __init__(self, text: str, expected: str, remedy: str) -> None:
        self.text, self.expected, self.remedy = text, expected, remedy
        super().__init__(f"found '{text}', expected {expected}. {remedy}")


class UnitRefused(GinsengError):
    """A unit that is unknown or measures something else than the column does."""

    def __init__(self, text: str, expected: str, remedy: str) -> None:
        self.text, self.expected, self.remedy = text, expected, remedy
        super().__init__(f"found unit '{text}', expected {expected}. {remedy}")


@dataclass(frozen=True, slots=True)
class Amount:
    """A number as read from a cell.

    ``relation`` is ``=``, ``<`` or ``>`` (then ``value`` is the bound, or None where the bound
    itself is not stated), ``n.d.`` for not detected, or ``missing``.
    """

    value: float | None
    relation: str = "="


def read_amount(text: str) -> Amount:
    """Read one cell: a number, a bound, or a mark for not detected, saturated or missing.

    Raises NotANumber for anything else; a decimal comma is refused and never guessed.
    """
    stripped = text.strip()
    if _PLAIN.fullmatch(stripped):
        return Amount(_finite(stripped))
    folded = stripped.casefold()
    if not stripped or folded in _MISSING:
        return Amount(None, "missing")
    if folded in _NOT_DETECTED:
        return Amount(None, "n.d.")
    if folded in _BELOW_LIMIT:
        return Amount(None, "<")
    if folded in _ABOVE_RANGE:
        return Amount(None, ">")
    if bound := _BOUND.fullmatch(stripped):
        relation = "<" if bound[1][0] in "<≤＜" else ">"
        return Amount(read_number(bound[2]), relation)
    raise _not_a_number(stripped)


def read_number(text: str) -> float:
    """Read a plain finite number with a decimal point. Raises NotANumber for anything else."""
    stripped = text.strip()
    if not _PLAIN.fullmatch(stripped):
        raise _not_a_number(stripped)
    return _finite(stripped)


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise NotANumber(text, "a number of a size a computer can hold", "Check the exponent.")
    return number


def _not_a_number(text: str) -> NotANumber:
    if _THOUSANDS.fullmatch(text):
        mended = f"Write {text.replace(',', '')}"
        if text.count(",") == 1 and "." not in text:  # 10,000 may be ten thousand, or ten
            mended += f", or {text.replace(',', '.')} if the comma was a decimal one"
        return NotANumber(text, "a number without commas", f"{mended}.")
    if _COMMA.fullmatch(text):
        mended = text.replace(".", "").replace(",", ".")
        return NotANumber(text, "a number with a decimal point", f"Write {mended}.")
    if mixed := _WITH_UNIT.fullmatch(text):
        return NotANumber(text, "a number alone", f"Write {mixed[1]}, and state its unit where units stand.")
    return NotANumber(text, "a number", "Write digits only, or leave the cell empty if nothing was measured.")


@dataclass(frozen=True, slots=True)
class Quantity:
    """A kind of measure: its canonical unit, and what one of each other unit is worth in it."""

    name: str
    unit: str
    factors: dict[str, float]


# One closed list. Names are matched after `_tidy`, so µ and μ, blanks and letter case
# in "% (w/w)" do not matter, while mM and MM stay apart.
QUANTITIES: dict[str, Quantity] = {
    q.name: q
    for q in (
        Quantity(
            "mass fraction",
            "mg/g",
            {
                "mg/g": 1.0,
                "mg/g dried ginseng": 1.0,
                "g/kg": 1.0,
                "%": 10.0,
                "% w/w": 10.0,
                "% (w/w)": 10.0,
                "wt%": 10.0,
                "g/100 g": 10.0,
                "g/100g": 10.0,
                "mg/100 g": 0.01,
                "mg/100g": 0.01,
                "µg/g": 1e-3,
                "ug/g": 1e-3,
                "mg/kg": 1e-3,
                "ppm": 1e-3,
                "ppm in extract": 1e-3,
            },
        ),
        Quantity("mass per root", "mg/root", {"mg/root": 1.0}),
        Quantity("share of total ginsenosides", "% of total ginsenosides", {"% of total ginsenosides": 1.0}),
        Quantity("ratio", "ratio", {"ratio": 1.0, "fold change": 1.0, "ratio 9-year / 3-year": 1.0}),
        Quantity(
            "molar concentration",
            "µM",
            {
                "µM": 1.0,
                "uM": 1.0,
                "µmol/L": 1.0,
                "pM": 1e-6,
                "nM": 1e-3,
                "nmol/L": 1e-3,
                "mM": 1e3,
                "mmol/L": 1e3,
                "M": 1e6,
                "mol/L": 1e6,
            },
        ),
        Quantity(
            "mass concentration",
            "µg/mL",
            {
                "µg/mL": 1.0,
                "ug/mL": 1.0,
                "µg/ml": 1.0,
                "ug/ml": 1.0,
                "ug.mL-1": 1.0,
                "mg/L": 1.0,
                "ng/mL": 1e-3,
                "ng/ml": 1e-3,
                "mg/mL": 1e3,
                "mg/ml": 1e3,
                "g/L": 1e3,
            },
        ),
        Quantity("share", "%", {"%": 1.0, "% w/w": 1.0, "% (w/w)": 1.0, "wt%": 1.0}),
        Quantity("percent", "%", {"%": 1.0}),
        Quantity(
            "time", "min", {"min": 1.0, "분": 1.0, "s": 1 / 60, "sec": 1 / 60, "초": 1 / 60, "h": 60.0, "시간": 60.0}
        ),
        Quantity("length", "µm", {"µm": 1.0, "um": 1.0, "nm": 1e-3, "mm": 1e3, "cm": 1e4}),
        Quantity("mass", "g", {"g": 1.0, "mg": 1e-3, "µg": 1e-6, "ug": 1e-6, "kg": 1e3}),
        Quantity("absorbance", "OD", {"OD": 1.0, "AU": 1.0, "Abs": 1.0}),
        Quantity("turbidity", "NTU", {"NTU": 1.0}),
        Quantity("viscosity", "mPa·s", {"mPa·s": 1.0, "mPa.s": 1.0, "cP": 1.0, "cps": 1.0, "Pa·s": 1e3, "Pa.s": 1e3}),
        Quantity("yes or no", "0/1", {"0/1": 1.0}),
        Quantity("negative logarithm", "-log10 M", {"-log10 M": 1.0, "pIC50": 1.0, "pEC50": 1.0}),
        Quantity(
            "peak area",
            "mAU·s",
            {"mAU·s": 1.0, "mAU*s": 1.0},
        ),
        Quantity("current area", "pA·s", {"pA·s": 1.0, "pA*s": 1.0}),
        Quantity("detector area", "25 µV·s", {"25 µV·s": 1.0, "25 uV*s": 1.0, "25 µV*s": 1.0}),
        Quantity("counts", "counts", {"counts": 1.0}),
        Quantity("count rate", "counts/s", {"counts/s": 1.0, "cps": 1.0, "RLU": 1.0}),
        Quantity("fluorescence", "RFU", {"RFU": 1.0}),
        Quantity("pH", "pH", {"pH": 1.0}),
        Quantity("osmolality", "mOsm/kg", {"mOsm/kg": 1.0, "mOsmol/kg": 1.0}),
        Quantity("cell density", "10⁶ cells/mL", {"10⁶ cells/mL": 1.0, "10^6 cells/mL": 1.0, "x10^5 cells/mL": 0.1}),
        Quantity("pressure", "mmHg", {"mmHg": 1.0, "kPa": 7.50062}),
        Quantity("temperature", "°C", {"°C": 1.0, "degC": 1.0, "℃": 1.0}),
    )
}


def _tidy(unit: str) -> str:
    return " ".join(unit.replace("μ", "µ").replace("㎍", "µg").replace("㎎", "mg").replace("㎖", "mL").split())


def to_canonical(unit: str, quantities: tuple[str, ...]) -> tuple[str, float]:
    """Return the canonical unit of ``unit`` and the factor to it, among the quantities allowed.

    The first quantity in the list that knows the unit wins, so ``%`` is 10 mg/g in a
    content column and 1 % in a recipe. Raises UnitRefused for any other unit.
    """
    wanted = _tidy(unit)
    for name in quantities:
        quantity = QUANTITIES[name]
        if wanted in quantity.factors:
            return quantity.unit, quantity.factors[wanted]
    known = [u for name in quantities for u in QUANTITIES[name].factors]
    expected = "a unit of " + " or ".join(f"{name} ({QUANTITIES[name].unit})" for name in quantities)
    near = nearest_names(wanted, known, count=1)
    remedy = f"Write {near[0]}." if near else f"Known here: {', '.join(dict.fromkeys(known))}."
    raise UnitRefused(unit, expected, remedy)
