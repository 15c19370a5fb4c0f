"""Growing a recipe: read a version, draft the next from it, lock it, weigh it out.

A version made here goes the way of every file: as a workbook of its own through the upload, so that it is judged,
kept and dated like one that a technician brings.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from ginseng_rd.errors import GinsengError, RecordRefused, UnknownName
from ginseng_rd.new_files import write_new_file
from ginseng_rd.recipes.weighing import Weighing, weigh_batch, weighing_table
from ginseng_rd.records.formulation import Formulation, Line
from ginseng_rd.store import Store
from ginseng_rd.upload import Receipt, upload_workbook

_LINE_COLUMNS = ("version", "phase", "ingredient", "lot", "role", "value_text", "relation")
_NAME = re.compile(r"(.+?)(?:\s+v(\d+))?")


def split_name(name: str) -> tuple[str, int | None]:
    """Return the code and number in ``F-012 v2``; no number where only the code stands."""
    match = _NAME.fullmatch(name.strip())
    return (match[1], int(match[2]) if match[2] else None) if match else (name, None)


def read_version(store: Store, name: str) -> Formulation:
    """Return the version that ``F-012 v2`` names, or the newest one of ``F-012``. Raises UnknownName."""
    code, number = split_name(name)
    lines = store.standing("recipe", _LINE_COLUMNS, among={"formulation": [code]})
    rows = [dict(zip(lines, cells, strict=True)) for cells in zip(*lines.values(), strict=True)]
    if not rows:
        raise UnknownName("formulation", code, store.distinct("recipe", "formulation"))
    versions = sorted({row["version"] or 1 for row in rows})
    wanted = versions[-1] if number is None else number
    if wanted not in versions:
        raise UnknownName("version", f"{code} v{wanted}", [f"{code} v{version}" for version in versions])
    return Formulation.of_lines(code, wanted, (row for row in rows if (row["version"] or 1) == wanted))


def draft_version(
    store: Store,
    name: str,
    *,
    note: str,
    shares: Mapping[str, str | Decimal] | None = None,
    substitute: Mapping[str, str] | None = None,
    by: str,
) -> Receipt:
    """Store the next version of a formulation: a copy of ``name`` with some lines changed.

    ``shares`` gives ingredients a new share in % (0 takes the line out, a new name puts one in); ``substitute``
    puts one ingredient, or one lot written ``EX-11 (L-2)``, in the place of another. A line that fills up takes the
    rest. Raises RecordRefused for a recipe that does not sum to a hundred, UnknownName for a line that is not there.
    """
    if not note.strip():
        raise GinsengError("A new version needs a note that says what was changed, and why.")
    old = read_version(store, name)
    newest = read_version(store, old.code).version
    lines = _substituted(old.lines, substitute or {})
    new = Formulation.filled_up(old.code, _with_shares(lines, shares or {}), newest + 1)
    recipe = [
        {"formulation": new.code, "version": new.version, "phase": line.phase, "ingredient": line.ingredient,
         "lot": line.lot, "role": line.role, "value": "q.s." if line.fills_up else str(line.share_percent),
         "unit": "%"}
        for line in new.lines
    ]  # fmt: skip
    version = {"formulation": new.code, "version": new.version, "status": "draft", "from_version": old.version}
    sheets = {"recipe": recipe, "version": [{**version, "note": note.strip()}]}
    return upload_workbook(store, f"{new.name}.xlsx", sheets, origin=_origin(store, old.code), by=by)


def lock_version(store: Store, name: str, *, reason: str, by: str) -> Receipt:
    """Lock a version: it never changes from then on, nor can it be replaced or withdrawn."""
    if not reason.strip():
        raise GinsengError("Locking a version needs a reason, for those who will ask later. Give one.")
    recipe = read_version(store, name)
    lock = {"formulation": recipe.code, "version": recipe.version, "locked_because": reason.strip()}
    origin = _origin(store, recipe.code)
    return upload_workbook(store, f"{recipe.name} locked.xlsx", {"lock": [lock]}, origin=origin, by=by)


def weigh_version(
    store: Store, name: str, size_g: str | Decimal, *, readable_g: str | Decimal = "0.01"
) -> WeighingSheet:
    """Return what to weigh for a batch of a version (see ``weigh_batch``)."""
    recipe = read_version(store, name)
    weighings = weigh_batch(recipe, _decimal(size_g), readable_g=_decimal(readable_g))
    return WeighingSheet(recipe, _decimal(size_g), weighings)


class WeighingSheet:
    """What to weigh for a batch: a table to read, to print, or to fill in as a workbook."""

    def __init__(self, recipe: Formulation, size_g: Decimal, weighings: tuple[Weighing, ...]) -> None:
        self.recipe = recipe
        self.size_g = size_g
        self.weighings = weighings

    def table(self) -> Any:
        """Return phase, ingredient, lot, share (%) and grams as a DataFrame."""
        return weighing_table(self.weighings)

    def save(self, path: str | Path) -> Path:
        """Write the sheet as ``.xlsx``, with room for what was weighed. A file is never overwritten."""
        from ginseng_rd.reports.weighing import weighing_workbook

        target = Path(path)
        if target.suffix.lower() != ".xlsx":
            raise GinsengError(f"A weighing sheet is written as .xlsx, but '{target.name}' was asked for.")
        data = weighing_workbook(self.recipe, self.size_g, self.weighings)
        return write_new_file(target, data, what="weighing sheet")

    def __str__(self) -> str:
        return f"{self.recipe.name}, {self.size_g} g\n{self.table().to_string(index=False)}"

    def _repr_html_(self) -> str:
        return f"<h4>{self.recipe.name}, {self.size_g} g</h4>{self.table().to_html(index=False, border=0)}"


def _origin(store: Store, code: str) -> str:
    """What is made of invented or published recipes is no more the company's own than they are."""
    return str(store.readings("recipe", {"formulation": code})["origin"].iloc[-1])


def _substituted(lines: tuple[Line, ...], substitute: Mapping[str, str]) -> list[Line]:
    by_name = {str(line): line for line in lines} | {f"{line.ingredient} ({line.lot})": line for line in lines}
    by_name |= {line.ingredient: line for line in lines}
    if unknown := [old for old in substitute if old not in by_name]:
        raise UnknownName("line", unknown[0], [line.ingredient for line in lines])
    places = {by_name[old].key: new for old, new in substitute.items()}
    changed = []
    for line in lines:
        new = places.get(line.key)
        match = re.fullmatch(r"(.+?)\s*\(([^()]+)\)", new) if new else None
        ingredient, lot = (match[1], match[2]) if match else (new or line.ingredient, "" if new else line.lot)
        changed.append(replace(line, ingredient=ingredient, lot=lot))
    return changed


def _with_shares(lines: list[Line], shares: Mapping[str, str | Decimal]) -> list[Line]:
    wanted = {name: _decimal(share) for name, share in shares.items()}
    for name in wanted:
        of_it = [line for line in lines if line.ingredient == name]
        if len(of_it) > 1:
            raise RecordRefused(f"'{name}' stands in {len(of_it)} lines. Substitute one of them, or upload the recipe.")
        if any(line.fills_up for line in of_it):
            raise RecordRefused(f"'{name}' fills up: its share follows from the others.")
    changed = [
        replace(line, share_percent=wanted.get(line.ingredient, line.share_percent))
        for line in lines
        if wanted.get(line.ingredient) != 0
    ]
    there = {line.ingredient for line in lines}
    return changed + [Line(name, share) for name, share in wanted.items() if name not in there and share]


def _decimal(text: str | Decimal) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise GinsengError(f"'{text}' is not a number. Write digits with a decimal point.") from None
