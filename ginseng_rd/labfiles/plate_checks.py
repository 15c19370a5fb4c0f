"""Whether a plate can be right as a whole: its wells, its controls, its replicates, the size of its absorbances."""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterator
from functools import lru_cache
from typing import Any

from ginseng_rd.errors import Finding, Place, Severity
from ginseng_rd.labfiles.plates import SIZES, Well, find_well, name_row, name_well
from ginseng_rd.records.readings import Readings, all_differ, group_rows, tell_apart

_HIGHEST_OD = 5.0  # no plate reader sees a darker well
_LOWEST_OD = -1.0  # what is left of a well once its blank is taken off lies near zero
_SIGNALS = {"OD", "RFU", "counts", "counts/s"}
_CONTROLS = {"negative control", "positive control", "blank"}
_FEW_MISSING = 0.1  # of a block of wells; more were left out on purpose
_SMALLEST_BLOCK = 24
_LEAST_Z_PRIME = 0.5  # Zhang, Chung and Oldenburg 1999: an assay with room between its controls
_MOST_CV_PERCENT = 20.0

# One reading of a plate: what stands in a well once in it.
_READ = ("assay", "plate", "endpoint", "time", "measured_at")

Told = Iterator[tuple[int, Finding]]


def weigh_plates(readings: Readings) -> Told:
    """Yield what is doubtful on the plates of an assay, each with the record it is told at.

    Absorbances no reader can see stop the file; a few wells missing from a block and controls in the
    wrong order are asked about; weak controls and replicates far apart are noted.
    """
    columns = readings.columns
    yield from _dark_wells(readings)
    yield from _negative_wells(readings)
    wells_once = all_differ(columns, (*_READ, "well", "replicate"))
    with_gap: set[tuple[Any, ...]] = set()
    for records in group_rows(columns, _READ):
        if not wells_once:
            yield from _wells_twice(readings, records)
        key = tuple(columns[name][records[0]] for name in ("assay", "plate", "endpoint"))
        if key not in with_gap:
            gaps = list(_missing_wells(readings, key, records))
            with_gap |= {key} if gaps else set()
            yield from gaps
        if columns["time"][records[0]] is None:
            yield from _weigh_controls(readings, key, records)
    yield from _wide_replicates(readings)


def is_on_a_plate(well: Well) -> bool:
    """Say whether the largest plate has a well."""
    high, wide = SIZES[1536]
    return well[0] in map(name_row, range(high)) and well[1] <= wide


def _dark_wells(readings: Readings) -> Told:
    columns = readings.columns
    if max(filter(None, columns["value"]), default=0) <= _HIGHEST_OD:
        return
    by_endpoint: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    for i, (value, unit) in enumerate(zip(columns["value"], columns["unit"], strict=True)):
        if unit == "OD" and value is not None and value > _HIGHEST_OD:
            by_endpoint[columns["assay"][i], columns["plate"][i], columns["endpoint"][i]].append(i)
    for (_, plate, endpoint), records in by_endpoint.items():
        text = columns["value_text"][records[0]]
        remedy = "Check the numbers and their unit."
        if all(columns["value_text"][i].isdecimal() for i in records):
            value = columns["value"][records[0]]
            remedy = (
                f"The decimal point was lost: {value:g} for {value / 1000:g}. Export it again as the reader shows it."
            )
        found = f"'{text}'" if len(records) == 1 else f"'{text}' and {len(records) - 1} more like it"
        of = f"'{endpoint}'" + (f" on plate '{plate}'" if plate else "")
        expected = f"absorbances up to {_HIGHEST_OD:g} OD in {of}"
        place = readings.places[records[0]]
        yield records[0], Finding(Severity.STOPS, "absorbance-too-high", place, found, expected, remedy)


def _negative_wells(readings: Readings) -> Told:
    columns = readings.columns
    if min(filter(None, columns["value"]), default=0) >= _LOWEST_OD:
        return
    for i, (value, unit) in enumerate(zip(columns["value"], columns["unit"], strict=True)):
        if unit == "OD" and value is not None and value < _LOWEST_OD:
            found, expected = f"'{columns['value_text'][i]}'", f"absorbances of {_LOWEST_OD:g} OD or more"
            remedy = "Check the number and its sign, or accept it as it is."
            yield i, Finding(Severity.ASKS, "absorbance-too-low", readings.places[i], found, expected, remedy)


def _wells_twice(readings: Readings, records: list[int]) -> Told:
    columns = readings.columns
    first_in: dict[tuple[Any, ...], int] = {}
    for i in records:
        if columns["well"][i] is None:
            continue
        first = first_in.setdefault((columns["well"][i], columns["replicate"][i]), i)
        if first != i and any(columns[name][first] != columns[name][i] for name in ("sample", "dose", "dose_unit")):
            who = columns["sample"][first]
            found = f"well '{columns['well'][i]}', which row {readings.places[first].row} gives to '{who}'"
            remedy = "Correct the well, or name the plate in a column 'plate' (플레이트)."
            told = Finding(Severity.STOPS, "well-twice", readings.places[i], found, "each well once", remedy)
            yield i, told


def _missing_wells(readings: Readings, key: tuple[Any, ...], records: list[int]) -> Told:
    """Ask about the few wells that a block of wells lacks; note rows or columns that a plate lacks altogether."""
    wells = readings.columns["well"]
    there, block, lacking, size = _look_at_block(frozenset(map(wells.__getitem__, records)))
    place = Place(readings.places.sheet)
    of = f"'{key[2]}'" + (f" on plate '{key[1]}'" if key[1] else "")
    if lacking:
        named = ", ".join(lacking[:12]) + (" ..." if len(lacking) > 12 else "")
        remedy = "Add the wells that are missing, with MISSED if they were not read, or accept it as it is."
        found, expected = f"{there} wells of {of}, without {named}", f"a block of {block} wells"
        yield records[0], Finding(Severity.ASKS, "wells-missing", place, found, expected, remedy)
    elif there < size:
        found, expected = f"{there} wells of {of}", f"{size} wells, as the plate has"
        told = Finding(Severity.NOTES, "plate-not-full", place, found, expected, "The others were taken as not used.")
        yield records[0], told


@lru_cache  # plates of a file are mostly filled alike
def _look_at_block(texts: frozenset[str | None]) -> tuple[int, int, tuple[str, ...], int]:
    """Return how many wells are named, how many their block has, those it lacks, and the size of the plate.

    Lacking are only a few wells of a large block; the size is 0 unless the wells fill a plate's side.
    """
    letters = [name_row(n) for n in range(32)]
    named = {well for text in texts if text and (well := find_well(text))}
    at = {(letters.index(letter), number) for letter, number in named if letter in letters}
    if not at:
        return 0, 0, (), 0
    rows, numbers = {row for row, _ in at}, {number for _, number in at}
    block = {(r, n) for r in range(min(rows), max(rows) + 1) for n in range(min(numbers), max(numbers) + 1)}
    lacking = [name_well((letters[row], number)) for row, number in sorted(block - at)]
    if len(block) >= _SMALLEST_BLOCK and 0 < len(lacking) <= _FEW_MISSING * len(block):
        return len(at), len(block), tuple(lacking), 0
    size = next((size for size, (high, wide) in SIZES.items() if max(rows) < high and max(numbers) <= wide), 0)
    is_part = size >= 96 and not lacking and size / 2 < len(at) and _fills_a_side(at, SIZES[size])
    return len(at), len(block), (), size if is_part else 0


def _fills_a_side(at: set[tuple[int, int]], size: tuple[int, int]) -> bool:
    """Say whether wells begin in the plate's first corner and fill its whole height or width."""
    high, wide = size
    return (0, 1) in at and ((0, wide) in at or (high - 1, 1) in at)


def _weigh_controls(readings: Readings, key: tuple[Any, ...], records: list[int]) -> Told:
    """Hold vehicle, blank and positive control of one read against each other."""
    columns = readings.columns
    roles = columns["role"]
    if not _CONTROLS.intersection(map(roles.__getitem__, records)):
        return
    by_role: dict[str, list[float]] = defaultdict(list)
    doses: set[Any] = set()
    for i in records:
        if columns["relation"][i] == "=" and columns["value"][i] is not None and columns["unit"][i] in _SIGNALS:
            by_role[roles[i] or ""].append(columns["value"][i])
            doses |= {columns["dose"][i]} if roles[i] == "positive control" else set()
    vehicle, blank, positive = (by_role[role] for role in ("negative control", "blank", "positive control"))
    place = Place(readings.places[records[0]].sheet)
    of = f"'{key[2]}'" + (f" on plate '{key[1]}'" if key[1] else "")
    if by_role["sample"] and not vehicle and not by_role["standard"] and (blank or positive):
        remedy = "Without it nothing can be said of inhibition; name the wells of the vehicle if there are any."
        found = f"no negative control for {of}"
        yield records[0], Finding(Severity.NOTES, "no-vehicle", place, found, "wells with the vehicle alone", remedy)
    if not vehicle:
        return
    if blank and statistics.fmean(vehicle) <= statistics.fmean(blank):
        found = f"a vehicle of {statistics.fmean(vehicle):.3g} and a blank of {statistics.fmean(blank):.3g} for {of}"
        remedy = "See whether the two are swapped; accept it if the blank is meant to be higher."
        told = Finding(Severity.ASKS, "controls-out-of-order", place, found, "the vehicle above the blank", remedy)
        yield records[0], told
        return
    low = positive if len(positive) > 2 and len(doses - {None}) == 1 else blank
    if len(vehicle) > 2 and len(low) > 2 and statistics.fmean(vehicle) != statistics.fmean(low):
        spread = statistics.stdev(vehicle) + statistics.stdev(low)
        z_prime = 1 - 3 * spread / abs(statistics.fmean(vehicle) - statistics.fmean(low))
        if z_prime < _LEAST_Z_PRIME:
            found = f"a Z' of {z_prime:.2f} for {of}"
            remedy = "The controls lie close for how much they scatter: weak effects will not show."
            told = Finding(Severity.NOTES, "weak-controls", place, found, f"{_LEAST_Z_PRIME:g} or more", remedy)
            yield records[0], told


def _wide_replicates(readings: Readings) -> Told:
    """Note the replicates of an endpoint read once, three or more a dose, that scatter by more than a fifth.

    Samples without a stated dose may be dilutions of one name, and are no replicates.
    """
    columns = readings.columns
    names = ("assay", "plate", "endpoint", "sample", "dose", "dose_unit", "role")
    if all_differ(columns, names):
        return
    keys = tell_apart(columns, names)
    often = {key for key, count in Counter(keys).items() if count > 2}
    groups: dict[Hashable, list[int]] = defaultdict(list)
    for i in (i for i, key in enumerate(keys) if key in often) if often else ():
        plain = columns["relation"][i] == "=" and columns["value"][i] is not None and columns["time"][i] is None
        together = columns["dose"][i] is not None or columns["role"][i] == "negative control"
        if plain and together and columns["unit"][i] in _SIGNALS and columns["role"][i] != "blank":
            groups[keys[i]].append(i)
    apart: list[tuple[float, int]] = []
    several = [records for records in groups.values() if len(records) > 2]
    for records in several:
        values = [columns["value"][i] for i in records]
        mean = statistics.fmean(values)
        if mean > 0 and (cv := 100 * statistics.stdev(values) / mean) > _MOST_CV_PERCENT:
            apart.append((cv, records[0]))
    if apart:
        cv, record = max(apart, key=lambda entry: entry[0])
        sample, dose, unit = (columns[name][record] for name in ("sample", "dose", "dose_unit"))
        at = f" at {dose:g} {unit or ''}".rstrip() if dose is not None else ""
        found = f"{len(apart)} of {len(several)} groups of replicates, most of all '{sample}'{at} with {cv:.0f} %"
        expected = f"replicates within {_MOST_CV_PERCENT:g} % of their mean (CV)"
        remedy = "Look at these wells before a conclusion rests on them."
        yield record, Finding(Severity.NOTES, "replicates-apart", readings.places[record], found, expected, remedy)
