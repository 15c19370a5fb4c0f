"""The only place where text becomes a number or a date, and one unit another.

Nothing is ever guessed: ``3,2`` is refused, ``< 0.05`` is a bound, ``N.D.`` is a mark for "not
detected", ``OVRFLW`` one for "above what the instrument reads", and ``3/4/2026`` is two days.
"""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, time

from ginseng_rd.errors import GinsengError

_PLAIN = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d+)?", re.ASCII)
_COMMA = re.compile(r"[+-]?\d+(\.\d{3})*,\d+([eE][+-]?\d+)?", re.ASCII)
_BOUND = re.compile(r"([<>＜＞﹤﹥]=?|≤|≥)\s*(.+)")
_BOUND_BEHIND = re.compile(r"(.+?)\s*(미만|이하|초과|이상)")
_WITH_UNIT = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(%|[a-zA-Zµμ]+/[a-zA-Z]+)", re.ASCII)
_WITH_SPREAD = re.compile(r"([+-]?\d+(?:\.\d+)?)\s*(?:±|\+/-)\s*(\d+(?:\.\d+)?)", re.ASCII)
# Marks are held against these without blanks, letter case and full width.
_NOT_DETECTED = {"n.d.", "nd", "n.d", "nd.", "n/d", "notdetected", "불검출", "미검출", "검출안됨"}
_BELOW_LIMIT = {
    *("<loq", "<lod", "<lloq", "<mdl", "<정량한계", "<검출한계", "loq미만", "lod미만", "loq이하", "lod이하"),
    *("정량한계미만", "검출한계미만", "정량한계이하", "검출한계이하", "belowloq", "belowlod", "bloq", "blq", "bdl"),
    *("tr", "tr.", "trace", "미량"),
}
_ABOVE_RANGE = {"ovrflw", "over", "overflow", ">max", "#sat", "saturated", ">uloq", "정량한계초과"}
# The one line of a recipe that takes what the others leave.
_FILLS_UP = {"q.s.", "qs", "q.s", "qs.", "q.s.to100", "qsto100", "to100", "to100%", "ad100", "balance", "적량", "잔량"}
_MISSING = {"missed", "n/a", "na", "-", "--", "결측", "?????"}
_EXCEL_ERROR = re.compile(r"#(N/A|NULL!|DIV/0!|VALUE!|REF!|NAME\?|NUM!|SPILL!|CALC!)|Err:\d+", re.IGNORECASE)


class TextRefused(GinsengError):
    """Text that is not what its cell should hold; ``remedy`` says what to write instead."""

    def __init__(self, text: str, expected: str, remedy: str) -> None:
        self.text, self.expected, self.remedy = text, expected, remedy
        super().__init__(f"found '{text}', expected {expected}. {remedy}")


class NotANumber(TextRefused):
    """Text that is not a number."""


class NotADate(TextRefused):
    """Text that is not a date, or one that may be either of two."""


class UnitRefused(TextRefused):
    """A unit that is unknown or measures something else than the column does."""


@dataclass(frozen=True, slots=True)
class Amount:
    """A number as read from a cell.

    ``relation`` is ``=``, ``<`` or ``>`` (then ``value`` is the bound, or None where the bound
    itself is not stated), ``n.d.`` for not detected, ``q.s.`` for a share that fills up, or ``missing``.
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
    # Only marks are folded: NFKC would make 102 of 10².
    mark = "".join(unicodedata.normalize("NFKC", stripped).casefold().split())
    if not mark or mark in _MISSING:
        return Amount(None, "missing")
    if mark in _NOT_DETECTED:
        return Amount(None, "n.d.")
    if mark in _BELOW_LIMIT:
        return Amount(None, "<")
    if mark in _ABOVE_RANGE:
        return Amount(None, ">")
    if bound := _BOUND.fullmatch(stripped):
        return Amount(read_number(bound[2]), "<" if bound[1][0] in "<≤＜﹤" else ">")
    if (bound := _BOUND_BEHIND.fullmatch(stripped)) and _PLAIN.fullmatch(bound[1]):
        return Amount(_finite(bound[1]), "<" if bound[2] in ("미만", "이하") else ">")
    raise _not_a_number(stripped)


def read_share(text: str) -> Amount:
    """Read a cell of a recipe: as ``read_amount``, and ``q.s.`` (적량, to 100) for the line that fills up."""
    if "".join(unicodedata.normalize("NFKC", text).casefold().split()) in _FILLS_UP:
        return Amount(None, "q.s.")
    return read_amount(text)


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
    if _EXCEL_ERROR.fullmatch(text):
        return NotANumber(text, "a number", "Excel could not calculate this cell: mend its formula, or empty it.")
    if _THOUSANDS.fullmatch(text):
        mended = f"Write {text.replace(',', '')}"
        if text.count(",") == 1 and "." not in text:  # 10,000 may be ten thousand, or ten
            mended += f", or {text.replace(',', '.')} if the comma was a decimal one"
        return NotANumber(text, "a number without commas", f"{mended}.")
    if _COMMA.fullmatch(text):
        mended = text.replace(".", "").replace(",", ".")
        return NotANumber(text, "a number with a decimal point", f"Write {mended}.")
    if mixed := _WITH_UNIT.fullmatch(text):
        remedy = f"Write {mixed[1]}, and state its unit where units stand."
        if mixed[2] == "%":  # as a cell in percent shows 1.1336 too, whatever the unit of its column
            remedy = f"Write {mixed[1]} if the unit is %, else show the cell as a plain number."
        return NotANumber(text, "a number alone", remedy)
    if spread := _WITH_SPREAD.fullmatch(text):
        remedy = f"Write {spread[1]}, and {spread[2]} in a column of its own such as sd (표준편차)."
        return NotANumber(text, "a number alone", remedy)
    narrow = unicodedata.normalize("NFKC", text)
    if all("\uff01" <= c <= "\uff5e" or c.isascii() for c in text) and _PLAIN.fullmatch(narrow):
        return NotANumber(text, "a number in plain digits", f"Write {narrow}.")
    return NotANumber(text, "a number", "Write digits only, or leave the cell empty if nothing was measured.")


_SPLIT_DATE = re.compile(r"(\d{1,4})\s*([-./])\s*(\d{1,2})\s*\2\s*(\d{1,4})\s*\.?", re.ASCII)
_KOREAN_DATE = re.compile(r"(\d{4})\s*년\s*(\d{1,2})\s*월\s*(\d{1,2})\s*일", re.ASCII)
_WEEKDAY = re.compile(r"\s*(?:\(([월화수목금토일])\)|([월화수목금토일])요일)")
_TIME = re.compile(
    r"(?:T|\s+)?(?P<before>오전|오후|[AaPp]\.?[Mm]\.?)?\s*"
    r"(?P<hour>\d{1,2})(?::|시\s*)(?:(?P<minute>\d{1,2})분?)?(?:(?::|\s+)(?P<second>\d{1,2})초?(?:[.]\d{1,9})?)?"
    r"\s*(?P<after>오전|오후|[AaPp]\.?[Mm]\.?)?\s*(?P<zone>Z|[+-]\d{2}:\d{2})?",
    re.ASCII,
)
_ONE_DAY = "a day that can be read in one way only"


def read_date(text: str) -> str:
    """Read a day, or a day and a time, as ISO text such as ``2026-03-14`` or ``2026-03-14 14:10:00``.

    The year comes first, or the day first where dots part them (``14.3.2026``); years have four
    digits. Raises NotADate for days that do not exist and for what may be two days (``3/4/2026``,
    ``25-03-14``); the refusal names both.
    """
    stripped = text.strip()
    if numbers := _KOREAN_DATE.match(stripped):
        day, rest = _the_day(text, *map(int, numbers.groups())), stripped[numbers.end() :]
    elif parts := _SPLIT_DATE.match(stripped):
        day, rest = _parted_day(text, parts), stripped[parts.end() :]
    else:
        raise NotADate(text, "a day", "Write year, month and day, such as 2026-03-14.")
    if weekday := _WEEKDAY.match(rest):
        if "월화수목금토일"[day.weekday()] != (weekday[1] or weekday[2]):
            raise NotADate(text, f"the weekday of {day.isoformat()}", "Correct the day or its weekday.")
        rest = rest[weekday.end() :]
    if not rest.strip():
        return day.isoformat()
    return datetime.combine(day, _time_of_day(text, rest)).isoformat(sep=" ")


def _parted_day(text: str, parts: re.Match[str]) -> date:
    """Return the day that three numbers with one mark between them stand for."""
    first, mark, second, third = parts[1], parts[2], parts[3], parts[4]
    if len(first) == 4 and len(third) <= 2:
        return _the_day(text, int(first), int(second), int(third))
    if len(third) != 4 or len(first) > 2:
        a, b, c = int(first), int(second), int(third)
        possible = _days((2000 + a, b, c), (2000 + c, b, a), (2000 + c, a, b))
        raise NotADate(text, "a year of four digits", _choice(possible))
    day_first = _days((int(third), int(second), int(first)))
    month_first = _days((int(third), int(first), int(second)))
    possible = day_first if mark == "." else list(dict.fromkeys(month_first + day_first))
    if len(possible) != 1:
        raise NotADate(text, _ONE_DAY if possible else "a day that exists", _choice(possible))
    return possible[0]


def _the_day(text: str, year: int, month: int, day: int) -> date:
    if not (there := _days((year, month, day))):
        raise NotADate(text, "a day that exists", "Correct the year, the month or the day.")
    return there[0]


def _days(*candidates: tuple[int, int, int]) -> list[date]:
    """Return the candidates that are days since 1900, each once."""
    days = []
    for year, month, day in candidates:
        try:
            days.append(date(year, month, day))
        except ValueError:
            continue
    return [day for day in dict.fromkeys(days) if day.year >= 1900]


def _choice(possible: list[date]) -> str:
    written = " or ".join(day.isoformat() for day in possible)
    return f"Write {written}." if written else "Write year, month and day, such as 2026-03-14."


def _time_of_day(text: str, rest: str) -> time:
    clock = _TIME.fullmatch(rest)
    half = (clock["before"] or clock["after"] or "").casefold().replace(".", "") if clock else ""
    if clock is None or (clock["before"] and clock["after"]) or (clock["minute"] is None and "시" not in rest):
        raise NotADate(text, "a time behind the day", "Write hours and minutes, such as 2026-03-14 14:10.")
    hour = int(clock["hour"])
    if half and hour > 12:
        raise NotADate(text, "an hour up to 12 beside 오전, 오후, AM or PM", "Write the hour in one of the two ways.")
    if half:
        hour = hour % 12 + (12 if half in ("오후", "pm") else 0)
    try:
        of_day = time(hour, int(clock["minute"] or 0), int(clock["second"] or 0))
        zone = datetime.fromisoformat(f"2000-01-01T00:00{clock['zone'] or ''}").tzinfo
    except ValueError as error:
        raise NotADate(text, "a time that exists", "Correct the hour, the minute or the second.") from error
    return of_day.replace(tzinfo=zone)


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
            {"mAU·s": 1.0, "mAU*s": 1.0, "mAU·min": 60.0, "mAU*min": 60.0},
        ),
        Quantity("current area", "pA·s", {"pA·s": 1.0, "pA*s": 1.0, "pA·min": 60.0, "pA*min": 60.0}),
        Quantity("charge area", "nC·min", {"nC·min": 1.0, "nC*min": 1.0}),
        Quantity("conductivity area", "µS·min", {"µS·min": 1.0, "µS*min": 1.0, "uS*min": 1.0}),
        Quantity("detector area", "25 µV·s", {"25 µV·s": 1.0, "25 uV*s": 1.0, "25 µV*s": 1.0}),
        Quantity(
            "voltage area",
            "µV·s",
            {
                "µV·s": 1.0,
                "µV*s": 1.0,
                "uV*s": 1.0,
                "µV·sec": 1.0,
                "µV*sec": 1.0,
                "uV*sec": 1.0,
                "µV·min": 60.0,
                "µV*min": 60.0,
                "uV*min": 60.0,
                "mV·min": 60e3,
                "mV*min": 60e3,
                "mV·s": 1e3,
                "mV*s": 1e3,
            },
        ),
        Quantity("counts", "counts", {"counts": 1.0}),
        Quantity("count rate", "counts/s", {"counts/s": 1.0, "cps": 1.0, "RLU": 1.0}),
        Quantity("fluorescence", "RFU", {"RFU": 1.0}),
        Quantity("pH", "pH", {"pH": 1.0}),
        Quantity("osmolality", "mOsm/kg", {"mOsm/kg": 1.0, "mOsmol/kg": 1.0}),
        Quantity("cell density", "10⁶ cells/mL", {"10⁶ cells/mL": 1.0, "10^6 cells/mL": 1.0, "x10^5 cells/mL": 0.1}),
        Quantity("pressure", "mmHg", {"mmHg": 1.0, "kPa": 7.50062}),
        Quantity("temperature", "°C", {"°C": 1.0, "degC": 1.0, "℃": 1.0}),
        Quantity("altitude", "m", {"m": 1.0, "km": 1e3}),
        Quantity("plant age", "years", {"years": 1.0, "year": 1.0, "년": 1.0, "년근": 1.0, "연근": 1.0}),
        Quantity(
            "price",
            "KRW/kg",
            {"KRW/kg": 1.0, "원/kg": 1.0, "₩/kg": 1.0, "천원/kg": 1e3, "만원/kg": 1e4, "KRW/g": 1e3, "원/g": 1e3},
        ),
        Quantity("process pressure", "bar", {"bar": 1.0, "mbar": 1e-3, "MPa": 10.0, "kPa": 0.01, "atm": 1.01325}),
        Quantity("share by volume", "% v/v", {"% v/v": 1.0, "% (v/v)": 1.0, "%": 1.0, "vol%": 1.0}),
        Quantity("liquid to solid", "mL/g", {"mL/g": 1.0, "ml/g": 1.0, "L/kg": 1.0}),
        Quantity("enzyme dose", "U/g", {"U/g": 1.0, "kU/g": 1e3, "U/mg": 1e3, "U/kg": 1e-3}),
        Quantity("study week", "week", {"week": 1.0, "weeks": 1.0, "주": 1.0, "주차": 1.0, "day": 1 / 7, "일": 1 / 7}),
        Quantity("study day", "day", {"day": 1.0, "days": 1.0, "일": 1.0, "일차": 1.0, "week": 7.0, "주": 7.0}),
        Quantity("dose by body mass", "mg/kg", {"mg/kg": 1.0, "µg/kg": 1e-3, "ug/kg": 1e-3, "g/kg": 1e3}),
        Quantity("daily dose", "mg/kg/day", {"mg/kg/day": 1.0, "mg/kg/d": 1.0, "mg/kg/일": 1.0}),
        Quantity("daily intake", "g/day", {"g/day": 1.0, "g/d": 1.0, "g/일": 1.0, "mg/day": 1e-3, "mg/일": 1e-3}),
        Quantity("rotation", "rpm", {"rpm": 1.0, "r/min": 1.0}),
        Quantity("reduction", "log10 CFU/g", {"log10 CFU/g": 1.0, "log CFU/g": 1.0}),
        Quantity("water loss", "g/m²/h", {"g/m²/h": 1.0, "g/m2/h": 1.0, "g/(m²·h)": 1.0, "g/h/m²": 1.0, "g/hm²": 1.0}),
        Quantity("instrument units", "a.u.", {"a.u.": 1.0, "A.U.": 1.0, "AU": 1.0}),
        Quantity("score", "score", {"score": 1.0, "점": 1.0}),
        Quantity("angle", "°", {"°": 1.0, "deg": 1.0, "도": 1.0}),
        Quantity("colony count", "CFU/g", {"CFU/g": 1.0, "cfu/g": 1.0}),
    )
}


def _tidy(unit: str) -> str:
    # Full-width letters and the squares of a Korean keyboard, such as ㎍; not ⁶, which would become 6.
    plain = (unicodedata.normalize("NFKC", c) if "\uff01" <= c <= "\uff5e" or "㍱" <= c <= "㏿" else c for c in unit)
    return " ".join("".join(plain).replace("μ", "µ").split())


def _folded(unit: str) -> str:
    """Return a unit without letter case and blanks."""
    return "".join(_tidy(unit).lower().split())


def is_unit(text: str) -> bool:
    """Say whether ``text`` is a unit of any quantity."""
    wanted = _tidy(text)
    return any(wanted in quantity.factors for quantity in QUANTITIES.values())


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
    # A likeness in letters is no hint here: mcg/mL is a thousandth of mg/mL. The same letters are, and mcg for µg.
    meant = next((u for u in known if _folded(u) in (_folded(wanted), _folded(wanted).replace("mcg", "µg"))), None)
    remedy = f"Write {meant}." if meant else f"Known here: {', '.join(dict.fromkeys(known))}."
    raise UnitRefused(unit, expected, remedy)
