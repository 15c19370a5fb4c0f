"""Whether a plate can be right as a whole: its wells, its controls, its replicates, the size of its absorbances."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from ginseng_rd.errors import Finding, Place, Severity
from ginseng_rd.labfiles.plates import SIZES, find_well, name_row, name_well
from ginseng_rd.records.readings import Readings

_HIGHEST_OD = 5.0  # no plate reader sees a darker well
_SIGNALS = {"OD", "RFU", "counts", "counts/s"}
_FEW_MISSING = 0.1  # of a block of wells; more were left out on purpose
_SMALLEST_BLOCK = 24
_LEAST_Z_PRIME = 0.5  # Zhang, Chung and Oldenburg 1999: an assay with room between its controls
_MOST_CV_PERCENT = 20.0

Told = Iterator[tuple[int, Finding]]


def weigh_plates(readings: Readings) -> Told:
    """Yield what is doubtful on the plates of an assay, each with the record it is told at.

    Absorbances no reader can see stop the file; a few wells missing from a block and controls in the
    wrong order are asked about; weak controls and replicates far apart are noted.
    """
    columns = readings.columns
    reads: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    keys = zip(*(columns[name] for name in ("assay", "plate", "endpoint", "time", "measured_at")), strict=True)
    for i, key in enumerate(keys):
        reads[key].append(i)
    yield from _dark_wells(readings)
    with_gap: set[tuple[Any, ...]] = set()
    for key, records in reads.items():
        yield from _wells_twice(readings, records)
        if key[:3] not in with_gap:
            gaps = list(_missing_wells(readings, key, records))
            with_gap |= {key[:3]} if gaps else set()
            yield from gaps
        if key[3] is None:
            yield from _weigh_controls(readings, key, records)
    yield from _wide_replicates(readings)


def _dark_wells(readings: Readings) -> Told:
    columns = readings.columns
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


def _wells_twice(readings: Readings, records: list[int]) -> Told:
    columns = readings.columns
    first_in: dict[tuple[Any, ...], int] = {}
    for i in records:
        if columns["well"][i] is None:
            continue
        first = first_in.setdefault((columns["well"][i], columns["replicate"][i]), i)
        who = [tuple(columns[name][j] for name in ("sample", "dose", "dose_unit")) for j in (first, i)]
        if who[0] != who[1]:
            found = f"well '{columns['well'][i]}', which row {readings.places[first].row} gives to '{who[0][0]}'"
            remedy = "Correct the well, or name the plate in a column 'plate' (플레이트)."
            told = Finding(Severity.STOPS, "well-twice", readings.places[i], found, "each well once", remedy)
            yield i, told


def _missing_wells(readings: Readings, key: tuple[Any, ...], records: list[int]) -> Told:
    """Ask about the few wells that a block of wells lacks; note rows or columns that a plate lacks altogether."""
    named = {well for i in records if (well := find_well(readings.columns["well"][i] or ""))}
    if not named:
        return
    letters = [name_row(n) for n in range(32)]
    at = {(letters.index(letter), number) for letter, number in named if letter in letters}
    rows, numbers = {row for row, _ in at}, {number for _, number in at}
    block = {(r, n) for r in range(min(rows), max(rows) + 1) for n in range(min(numbers), max(numbers) + 1)}
    lacking = sorted(block - at)
    place = Place(readings.places[records[0]].sheet)
    of = f"'{key[2]}'" + (f" on plate '{key[1]}'" if key[1] else "")
    if len(block) >= _SMALLEST_BLOCK and 0 < len(lacking) <= _FEW_MISSING * len(block):
        wells = ", ".join(name_well((letters[row], number)) for row, number in lacking[:12])
        found = f"{len(at)} wells of {of}, without {wells}" + (" ..." if len(lacking) > 12 else "")
        remedy = "Add the wells that are missing, with MISSED if they were not read, or accept it as it is."
        told = Finding(Severity.ASKS, "wells-missing", place, found, f"a block of {len(block)} wells", remedy)
        yield records[0], told
        return
    size = next((size for size, (high, wide) in SIZES.items() if max(rows) < high and max(numbers) <= wide), 0)
    if size >= 96 and not lacking and size / 2 < len(at) < size and _fills_a_side(at, SIZES[size]):
        found, expected = f"{len(at)} wells of {of}", f"{size} wells, as the plate has"
        told = Finding(Severity.NOTES, "plate-not-full", place, found, expected, "The others were taken as not used.")
        yield records[0], told


def _fills_a_side(at: set[tuple[int, int]], size: tuple[int, int]) -> bool:
    """Say whether wells begin in the plate's first corner and fill its whole height or width."""
    high, wide = size
    return (0, 1) in at and ((0, wide) in at or (high - 1, 1) in at)


def _weigh_controls(readings: Readings, key: tuple[Any, ...], records: list[int]) -> Told:
    """Hold vehicle, blank and positive control of one read against each other."""
    columns = readings.columns
    by_role: dict[str, list[float]] = defaultdict(list)
    doses: set[Any] = set()
    for i in records:
        if columns["relation"][i] == "=" and columns["value"][i] is not None and columns["unit"][i] in _SIGNALS:
            by_role[columns["role"][i] or ""].append(columns["value"][i])
            doses |= {columns["dose"][i]} if columns["role"][i] == "positive control" else set()
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
    groups: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    for i, key in enumerate(zip(*(columns[name] for name in names), strict=True)):
        plain = columns["relation"][i] == "=" and columns["value"][i] is not None and columns["time"][i] is None
        together = columns["dose"][i] is not None or columns["role"][i] == "negative control"
        if plain and together and columns["unit"][i] in _SIGNALS and columns["role"][i] != "blank":
            groups[key].append(i)
    apart: list[tuple[float, int, tuple[Any, ...]]] = []
    several = {key: records for key, records in groups.items() if len(records) > 2}
    for key, records in several.items():
        values = [columns["value"][i] for i in records]
        mean = statistics.fmean(values)
        if mean > 0 and (cv := 100 * statistics.stdev(values) / mean) > _MOST_CV_PERCENT:
            apart.append((cv, records[0], key))
    if apart:
        cv, record, key = max(apart, key=lambda entry: entry[0])
        dose = f" at {key[4]:g} {key[5] or ''}".rstrip() if key[4] is not None else ""
        found = f"{len(apart)} of {len(several)} groups of replicates, most of all '{key[3]}'{dose} with {cv:.0f} %"
        expected = f"replicates within {_MOST_CV_PERCENT:g} % of their mean (CV)"
        remedy = "Look at these wells before a conclusion rests on them."
        yield record, Finding(Severity.NOTES, "replicates-apart", readings.places[record], found, expected, remedy)
