"""Whether numbers that are right by themselves can be right together: parts and totals, lost decimal points."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

from ginseng_rd.errors import Finding, Severity
from ginseng_rd.labfiles.plate_checks import weigh_plates
from ginseng_rd.records.kinds import KINDS, fold
from ginseng_rd.records.readings import Readings

_WHOLE_MG_PER_G = 1000.0
_ROUNDED_APART = 1.02  # what a total of means may lie below the sum of its parts
_TOTAL = re.compile(r"(?:total|sum|총|합계|총합|총계|총함량)(?:ginsenosides?|진세노사이드)?(?:content|함량)?")
_TOTAL_BY_ANOTHER_METHOD = re.compile(r"(?:total|crude|총|조)(?:saponins?|사포닌)(?:content|함량)?")
_DIGITS = re.compile(r"\d{3,}")
_DECIMALS = re.compile(r"\d+\.(\d+)")
_ENOUGH = 3  # so many readings of one thing tell how it is written

# What is no solution any more: a litre of the heaviest liquid, and the molarity of hydrogen.
_MOST_OF = {"µg/mL": 2e7, "µM": 1e8, "%": 100.0}
_CONCENTRATIONS = {"µg/mL", "µM"}


def weigh_plausibility(readings: Readings) -> list[tuple[int, Finding]]:
    """Return what is doubtful in readings as a whole, each with the record it is told at."""
    found: list[tuple[int, Finding]] = []
    if KINDS[readings.kind].measured:
        found += _lost_points(readings)
        found += _negative_concentrations(readings)
    if "dose" in readings.columns:
        found += _doses_too_large(readings)
    if readings.kind == "content":
        found += _weigh_contents(readings)
    if readings.kind == "assay":
        found += weigh_plates(readings)
    return found


def _negative_concentrations(readings: Readings) -> Iterator[tuple[int, Finding]]:
    columns = readings.columns
    if min(filter(None, columns["value"]), default=0) >= 0 or not _CONCENTRATIONS & set(columns["unit"]):
        return
    for i, (value, unit) in enumerate(zip(columns["value"], columns["unit"], strict=True)):
        if value is not None and value < 0 and unit in _CONCENTRATIONS:
            remedy = "Check the number, or accept it if it is a difference."
            place, found = readings.places[i], f"'{value:g} {unit}'"
            yield i, Finding(Severity.ASKS, "negative-concentration", place, found, f"0 or more {unit}", remedy)


def _doses_too_large(readings: Readings) -> Iterator[tuple[int, Finding]]:
    """Ask about doses that no solution can hold: more than the substance itself."""
    columns = readings.columns
    pairs = set(zip(columns["dose"], columns["dose_unit"], strict=True))
    too_large = {(dose, unit) for dose, unit in pairs if dose is not None and dose > _MOST_OF.get(unit, math.inf)}
    for i, said in enumerate(zip(columns["dose"], columns["dose_unit"], strict=True)) if too_large else ():
        if said in too_large:
            found, expected = f"a dose of '{said[0]:g} {said[1]}'", f"at most {_MOST_OF[said[1]]:g} {said[1]}"
            remedy = "Check the dose, its decimal point and its unit, or accept it as it is."
            yield i, Finding(Severity.ASKS, "dose-too-large", readings.places[i], found, expected, remedy)


def _weigh_contents(readings: Readings) -> Iterator[tuple[int, Finding]]:
    """Hold the compounds of each profile against its stated total, and against the whole.

    A profile is what one sample held in one state, by one method, in one replicate. A compound under
    two names counts once. Bounds and marks add nothing.
    """
    columns = readings.columns
    told_apart = {*KINDS["content"].identity, "cultivation", "method"} - {"analyte", "unit", "record"}
    names = sorted(name for name in told_apart if any(text is not None for text in columns[name]))
    profiles: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    rows = zip(columns["unit"], columns["relation"], columns["value"], strict=True)
    for i, (unit, relation, value) in enumerate(rows):
        if unit == "mg/g" and relation == "=" and value is not None:
            profiles[tuple(columns[name][i] for name in names)].append(i)
    for records in profiles.values():
        parts: dict[str, int] = {}
        for i in records:
            code = columns["compound"][i]
            if code is not None and (code not in parts or columns["value"][i] > columns["value"][parts[code]]):
                parts[code] = i
        if len(parts) > 1:
            yield from _parts_too_large(readings, records, list(parts.values()))


def _parts_too_large(readings: Readings, records: list[int], parts: list[int]) -> Iterator[tuple[int, Finding]]:
    columns = readings.columns
    total = sum(columns["value"][i] for i in parts)
    sample = columns["sample"][records[0]]
    found = f"{len(parts)} compounds of '{sample}' that sum to {total:.6g} mg/g"
    alone_too_large = any(columns["value"][i] > _WHOLE_MG_PER_G for i in parts)  # told at its cell
    if not alone_too_large and total > _WHOLE_MG_PER_G + sum(_half_a_digit(readings, i) for i in parts):
        remedy = "Check the unit and the decimal points of its contents."
        place = readings.places[parts[0]]
        told = Finding(Severity.STOPS, "parts-above-whole", place, found, "at most 1000 mg/g in all", remedy)
        yield parts[0], told
    for i in records:
        name, stated = fold(columns["analyte"][i] or ""), columns["value"][i]
        own, other = _TOTAL.fullmatch(name), _TOTAL_BY_ANOTHER_METHOD.fullmatch(name)
        if columns["compound"][i] is not None or not (own or other):
            continue
        if total <= stated + sum(_half_a_digit(readings, j) for j in (*parts, i)):
            continue
        severity = Severity.STOPS if own and total > stated * _ROUNDED_APART else Severity.ASKS
        expected = f"no more than its stated total, {stated:.6g} mg/g"
        remedy = "Check the total, and the decimal points of the compounds."
        yield i, Finding(severity, "parts-above-total", readings.places[i], found, expected, remedy)


def _half_a_digit(readings: Readings, i: int) -> float:
    """Return half a unit of the last digit typed, in the canonical unit: what rounding may have taken."""
    text, value = readings.columns["value_text"][i], readings.columns["value"][i]
    try:
        typed = float(text)
    except ValueError:
        return 0.0
    decimals = len(text.partition(".")[2]) if "e" not in text.casefold() else 0
    return 0.5 * 10.0**-decimals * (value / typed) if typed else 0.0


def _lost_points(readings: Readings) -> Iterator[tuple[int, Finding]]:
    """Name whole numbers among decimals of one analyte or endpoint that would be one of them with the point put back.

    So 815 among 3.42, 2.97 and 8.31: at least ten times the largest of the others, and within them
    once it has as many decimals as they have, or more.
    """
    columns = readings.columns
    if not any(map(_DIGITS.fullmatch, set(columns["value_text"]))):
        return
    what = next((columns[name] for name in ("analyte", "endpoint") if name in columns), [""] * len(readings))
    groups: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    measured = KINDS[readings.kind]["value"]
    highest_of_all = math.inf if measured.highest is None else measured.highest
    for i, value in enumerate(columns["value"]):
        if value is not None and value <= highest_of_all:  # one above is told as out of range
            groups[what[i], columns["unit"][i]].append(i)
    texts = columns["value_text"]
    for records in groups.values():
        decimals = {i: len(m[1]) for i in records if (m := _DECIMALS.fullmatch(texts[i]))}
        whole = [i for i in records if _DIGITS.fullmatch(texts[i])]
        if not whole or len(decimals) < max(_ENOUGH, 3 * len(whole)):
            continue
        places = Counter(decimals.values()).most_common(1)[0][0]
        lowest, highest = min(float(texts[i]) for i in decimals), max(float(texts[i]) for i in decimals)
        for i in whole:
            put_back = range(
                places, len(texts[i]) + 1
            )  # 300 among 0.3 has lost a zero's point, and 30.0 is none of them
            at = next((n for n in put_back if lowest <= float(texts[i]) / 10**n <= highest), None)
            if at is not None and float(texts[i]) >= 10 * highest:
                mended = float(texts[i]) / 10**at
                expected = f"a number such as the others, {lowest:g} to {highest:g}"
                remedy = f"Write {mended:.{at}f} if the decimal point was lost, or accept it as it is."
                found = f"'{texts[i]}'"
                told = Finding(Severity.ASKS, "lost-decimal-point", readings.places[i], found, expected, remedy)
                yield i, told
