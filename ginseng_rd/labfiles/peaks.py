"""Tables of integrated peaks: what the readers of chromatography reports share."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from pathlib import PureWindowsPath

from ginseng_rd.errors import Finding, Place, Severity
from ginseng_rd.labfiles.source import Source
from ginseng_rd.labfiles.tables import TextTable
from ginseng_rd.records.kinds import KINDS
from ginseng_rd.units import UnitRefused, to_canonical

# The unit of areas in a file that states none: steps of the instrument's own converter.
UNSTATED_UNIT = "counts"

_A_MILLIONTH = Decimal("0.000001")
_FRACTION_WITH_COMMA = re.compile(r"-?\d+,\d+")
_NUMBER_WITH_COMMA = re.compile(r"-?\d+,\d+(?:[eE][+-]?\d+)?")
_NUMBER_WITH_POINT = re.compile(r"-?\d+\.\d+(?:[eE][+-]?\d+)?")
_NO_AMOUNT = re.compile(r"[-\s]*|n\.?a\.?", re.I)
# Units as people type them into a calibration, and the same unit as it is written here. ``ppm`` is not among
# them: of a solution it may be meant by volume or by mass.
_SAME_UNIT = {
    "g/l": "g/L",
    "mg/l": "mg/L",
    "ug/l": "ng/mL",
    "µg/l": "ng/mL",
    "ng/ul": "µg/mL",
    "ng/µl": "µg/mL",
    "ug/ul": "mg/mL",
    "µg/µl": "mg/mL",
    "ug/ml": "µg/mL",
    "mg/ml": "mg/mL",
    "ng/ml": "ng/mL",
    "mmol/l": "mM",
    "umol/l": "µM",
    "nmol/l": "nM",
}
_UNCLEAR_UNITS = ("ppm", "ppb")


@dataclass(frozen=True)
class Peak:
    """One line of a peak table: its place, its cells by column of the kind, and those the kind has no column for."""

    line: int
    cells: Mapping[str, str]
    extra: Mapping[str, str] = field(default_factory=dict)


def tabulate_peaks(peaks: Sequence[Peak], headings: Mapping[str, str], source: Source, *, sheet: str = "") -> TextTable:
    """Return peaks as one table, in their order; a component that is a known compound is assigned to it."""
    names = [column.name for column in KINDS["peak"].columns if any(column.name in peak.cells for peak in peaks)]
    columns = {name: [peak.cells.get(name, "") for peak in peaks] for name in names}
    if "component" in columns:
        columns["compound"] = [text if text and source.is_compound(text) else "" for text in columns["component"]]
    unknown = dict.fromkeys(heading for peak in peaks for heading in peak.extra)
    extra = {heading: [peak.extra.get(heading, "") for peak in peaks] for heading in unknown}
    return TextTable("peak", columns, [peak.line for peak in peaks], sheet, dict(headings), extra)


def settle_amounts(
    peaks: Iterable[Peak], source: Source, *, heading: str = "Amount"
) -> tuple[list[Peak], list[Finding]]:
    """Return peaks whose ``amount`` is a number in a unit of the kind; any other amount is kept beside its peak.

    A unit the file does not state, or that says too little (``ppm``), is taken from the owner's
    ``amount_unit``; without that the amounts are kept as text under ``heading``, and it is noted.
    """
    settled: list[Peak] = []
    unclear: dict[str, None] = {}
    for peak in peaks:
        cells = dict(peak.cells)
        text, stated = cells.pop("amount", "").strip(), cells.pop("amount_unit", "").strip()
        extra = dict(peak.extra)
        unit = _unit_of_amount(stated) or source.fixed.get("amount_unit", "").strip()
        if not _NO_AMOUNT.fullmatch(text):
            if unit and _is_figure(text):
                cells |= {"amount": text, "amount_unit": unit}
            else:
                extra[f"{heading} [{stated}]" if stated else heading] = text
            if not unit and _is_figure(text) and _figure(text):
                unclear[stated] = None
        settled.append(replace(peak, cells=cells, extra=extra))
    return settled, [_unclear_unit(stated) for stated in unclear]


def _unit_of_amount(stated: str) -> str:
    """Return a stated unit as it is written here, or '' where it is none of the kind's or could mean two things."""
    unit = _SAME_UNIT.get(stated.replace("\u03bc", "\u00b5").casefold(), stated)
    try:
        to_canonical(unit, KINDS["peak"]["amount"].quantities)
    except UnitRefused:
        return ""
    return "" if unit.casefold() in _UNCLEAR_UNITS else unit


def _unclear_unit(stated: str) -> Finding:
    found = f"amounts in '{stated}'" if stated else "amounts without a unit"
    expected = "a unit that says of what, such as µg/mL"
    remedy = "They are kept as text beside the peaks; give 'amount_unit' with the file to take them as amounts."
    return Finding(Severity.NOTES, "amount-unit-unclear", Place(column="amount"), found, expected, remedy)


def split_cells(line: str, separator: str = ",") -> list[str]:
    """Return the cells of one line, quotation marks taken off. A line too damaged for them is cut at the separators."""
    try:
        return next(csv.reader([line], delimiter=separator), [])
    except csv.Error:
        return line.split(separator)


def name_sample(stated: str, data_file: str, source: Source) -> tuple[str, list[Finding]]:
    """Return the sample's name, or where the file states none that of its data file, and what is to be said of that."""
    if stated or "sample" in source.fixed:
        return stated, []
    stem = PureWindowsPath(data_file).stem
    remedy = f"The data file's name '{stem}' stands for it; give 'sample' with the file to name it otherwise."
    found, expected = "no sample name", "the name of a sample"
    return stem, [Finding(Severity.NOTES, "sample-not-stated", Place(), found, expected, remedy)]


def tell_wrong_total(
    figures: Iterable[str], total: str, *, of: str, line: int | None, remedy: str, what: str = "areas"
) -> list[Finding]:
    """Return the finding for printed areas, or ``what`` else was summed, that do not sum to the printed total.

    The two may differ by what rounding took: half a unit of the last digit of every figure.
    """
    return _tell_difference(figures, total, f"the printed total {total}", what, of=of, line=line, remedy=remedy)


def tell_wrong_shares(shares: Iterable[str], *, of: str, line: int | None, remedy: str) -> list[Finding]:
    """Return the finding for printed shares of the total area that do not make 100 % within their rounding.

    Shares printed with all their digits may miss it by a millionth.
    """
    expected = "shares of the total area that make 100 %"
    return _tell_difference(shares, "", expected, "areas", of=of, line=line, remedy=remedy)


def _tell_difference(
    parts: Iterable[str], whole: str, expected: str, what: str, *, of: str, line: int | None, remedy: str
) -> list[Finding]:
    place = Place(row=line)
    try:
        figures = [_figure(text) for text in parts]
        stated = _figure(whole) if whole else Decimal(100)
    except InvalidOperation:
        found = f"figures of {of} that are not numbers"
        return [Finding(Severity.STOPS, "not-a-number", place, found, "plain numbers", remedy)]
    rounded = [*figures, stated] if whole else figures
    summed = sum(figures, Decimal(0))
    if abs(summed - stated) <= max(sum(map(_half_a_digit, rounded), Decimal(0)), _A_MILLIONTH):
        return []
    found = f"{what} that sum to {summed} for {of}" if whole else f"areas of {summed} % in all for {of}"
    return [Finding(Severity.STOPS, "total-differs", place, found, expected, remedy)]


def has_decimal_commas(fractions: Iterable[str], numbers: Iterable[str]) -> bool:
    """Tell whether a table is written with decimal commas, beyond doubt.

    ``fractions`` are the cells its software always writes with decimals, such as retention times:
    in each of them stands a comma. In none of the ``numbers`` stands a decimal point.
    """
    times = [text.strip() for text in fractions]
    certain = bool(times) and all(map(_FRACTION_WITH_COMMA.fullmatch, times))
    return certain and not any(_NUMBER_WITH_POINT.fullmatch(text.strip()) for text in numbers)


def with_decimal_point(text: str) -> str:
    """Return a number of a table with decimal commas as one with a point; any other text as it is."""
    return text.replace(",", ".") if _NUMBER_WITH_COMMA.fullmatch(text.strip()) else text


def _is_figure(text: str) -> bool:
    try:
        _figure(text)
    except InvalidOperation:
        return False
    return True


def _figure(text: str) -> Decimal:
    number = Decimal(text.strip())
    if not number.is_finite():
        raise InvalidOperation
    return number


def _half_a_digit(number: Decimal) -> Decimal:
    exponent = number.as_tuple().exponent
    return Decimal(5).scaleb(exponent - 1) if isinstance(exponent, int) else Decimal(0)
