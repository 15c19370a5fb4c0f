"""Contents held against what their extract was made from: a process converts moles, and makes none."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ginseng_rd.chemistry.compounds import Compound
from ginseng_rd.chemistry.profiles import Content, Profile
from ginseng_rd.errors import Finding, GinsengError, Severity, UnknownName
from ginseng_rd.labfiles import TextTable
from ginseng_rd.records.kinds.rule import Row, grouped
from ginseng_rd.records.readings import Readings
from ginseng_rd.store import Store, Upload

if TYPE_CHECKING:
    from ginseng_rd.chemistry.balance import MolarBalance

_READ = {
    "content": ("sample", "compound", "value", "relation", "unit", "sd", "n", "loq"),
    "extract_input": ("extract", "input", "amount_g"),
    "extract": ("extract", "amount_g"),
}


def judge_molar_balance(
    store: Store,
    compounds: Iterable[Compound],
    tables: Sequence[TextTable],
    readings: Sequence[Readings],
    *,
    leaving_out: Upload | None,
) -> list[Finding]:
    """Ask about every extract whose contents cannot come from those of all it was made from.

    Weighed are the extracts that a file speaks of, by their contents, those of an input, or what was drawn;
    only where the contents of every input are known, in the file or in the store. Readings of the upload
    ``leaving_out`` do not count.
    """
    if not {part.kind for part in readings if len(part)} & set(_READ):
        return []
    rows = {kind: _rows(store, kind, readings, leaving_out) for kind in _READ}
    findings = []
    for step in _steps(rows):
        told_at = next((row for row in step.rows if row.is_new), None)
        if told_at is not None:
            findings += _weigh(step, compounds, told_at, tables)
    return findings


def balance_extract(store: Store, compounds: Iterable[Compound], extract: str) -> MolarBalance:
    """Return the molar balance of making an extract, from the contents in the store.

    Raises GinsengError, saying what is missing, where the contents of the extract or of an input are not known.
    """
    from ginseng_rd.chemistry.balance import balance_moles

    rows = {kind: _rows(store, kind, (), None) for kind in _READ}
    step = next((step for step in _steps(rows) if step.extract == extract), None)
    if step is None:
        if extract not in {row["extract"] for row in rows["extract"]}:
            raise UnknownName("extract", extract, {row["extract"] for row in rows["extract"] if row["extract"]})
        raise GinsengError(
            f"The molar balance of '{extract}' needs its contents, its amount, and the contents and amounts of "
            "everything it was made from. Upload what is missing (kinds content, extract_input)."
        )
    return balance_moles(step.before, step.after, compounds)


@dataclass(frozen=True)
class _Step:
    """An extract with the profiles of what went into it and of what came out, and the rows they stand in."""

    extract: str
    before: Profile
    after: Profile
    rows: tuple[Row, ...]


def _steps(rows: Mapping[str, Sequence[Row]]) -> Iterator[_Step]:
    """Yield every extract whose contents, and those of all its inputs, are known."""
    profiles = grouped(rows["content"], "sample", filled=("sample", "compound"))
    made = {row["extract"]: row["amount_g"] for row in rows["extract"] if row["amount_g"]}
    inputs = grouped(rows["extract_input"], "extract", filled=("extract", "input", "amount_g"))
    for (extract,), drawn in inputs.items():
        contents = [profiles.get((row["input"],), []) for row in drawn]
        after = profiles.get((extract,), [])
        if after and all(contents) and extract in made:
            before = [(float(row["amount_g"]), _contents(of)) for row, of in zip(drawn, contents, strict=True)]
            involved = (*after, *(row for of_one in contents for row in of_one), *drawn)
            profile = Profile(tuple(_contents(after).values()), float(made[extract]))
            yield _Step(extract, _mixture(before), profile, involved)


def _rows(store: Store, kind: str, readings: Sequence[Readings], leaving_out: Upload | None) -> list[Row]:
    new = [
        Row(kind, part.columns, i, t) for t, part in enumerate(readings) if part.kind == kind for i in range(len(part))
    ]
    standing = store.standing(kind, _READ[kind], leaving_out=leaving_out)
    return [*new, *(Row(kind, standing, i) for i in range(len(standing[_READ[kind][0]])))]


def _contents(rows: Iterable[Row]) -> dict[str, Content]:
    """Return the content of each compound: the mean of its rows in mg/g, or the limit it lies below."""
    found: dict[str, Content] = {}
    for (code,), same in grouped(rows, "compound").items():
        values = [row["value"] for row in same if row["relation"] == "=" and row["unit"] == "mg/g"]
        limits = [
            row["value"] if row["relation"] == "<" else row["loq"] for row in same if row["relation"] in ("<", "n.d.")
        ]
        if len(values) > 1:
            mean = math.fsum(values) / len(values)
            spread = math.sqrt(math.fsum((value - mean) ** 2 for value in values) / (len(values) - 1))
            found[code] = Content.measured(code, mean, spread, len(values))
        elif values:
            row = next(row for row in same if row["relation"] == "=" and row["unit"] == "mg/g")
            found[code] = Content.measured(code, values[0], row["sd"], _count(row["n"]))
        elif known := [limit for limit in limits if limit is not None]:
            found[code] = Content.below(code, max(known))
    return found


def _count(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and int(text) else 1


def _mixture(inputs: Sequence[tuple[float, Mapping[str, Content]]]) -> Profile:
    """Return the profile of all inputs together, weighed as they were drawn."""
    grams = math.fsum(amount for amount, _ in inputs)
    mixed = []
    for code in dict.fromkeys(code for _, contents in inputs for code in contents):
        parts = [(amount / grams, contents[code]) for amount, contents in inputs if code in contents]
        value = math.fsum(share * content.value for share, content in parts)
        uncertainty = math.sqrt(math.fsum((share * content.uncertainty) ** 2 for share, content in parts))
        is_below = all(content.limit is not None for _, content in parts)
        limit = math.fsum(share * (content.limit or 0.0) for share, content in parts) if is_below else None
        mixed.append(Content(code, value, uncertainty, limit, any(content.is_assumed for _, content in parts)))
    return Profile(tuple(mixed), grams)


def _weigh(step: _Step, compounds: Iterable[Compound], told_at: Row, tables: Sequence[TextTable]) -> list[Finding]:
    # The linear programme is loaded only where a process is weighed.
    from ginseng_rd.chemistry.balance import balance_moles

    assert told_at.table is not None
    place = tables[told_at.table].place(told_at.at, "sample" if told_at.kind == "content" else "extract")
    breaches = balance_moles(step.before, step.after, compounds).breaches
    return [
        Finding(Severity.ASKS, b.code, place, f"for '{step.extract}' {b.found}", b.expected, b.remedy) for b in breaches
    ]
