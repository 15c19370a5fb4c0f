"""What is compared: versions as they are planned, and batches as they were weighed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from ginseng_rd.comparison.rows import Row, by_column, read_rows
from ginseng_rd.errors import GinsengError, UnknownName
from ginseng_rd.formulations import split_name
from ginseng_rd.recipes.unpacking import Unpacked, unpack
from ginseng_rd.records.formulation import Formulation, Line
from ginseng_rd.store import Store
from ginseng_rd.words import say

_LINE_COLUMNS = ("formulation", "version", "phase", "ingredient", "lot", "role", "value_text", "relation")
_BATCH_COLUMNS = ("batch", "formulation", "version", "size_g", "made_on")


@dataclass(frozen=True)
class Candidate:
    """A version or a batch that stands in a comparison.

    ``batch`` is empty for a version, whose results are those of all its ``batches``. ``weighed`` says whether the
    recipe is of actual grams; a batch without a weighing record stands with its plan. ``g_per_day`` is None for a
    product that is not eaten.
    """

    code: str
    formulation: str
    version: int
    batch: str
    unpacked: Unpacked
    weighed: bool
    batches: tuple[str, ...]
    origin: str
    product_type: str = ""
    country: str = ""
    g_per_day: float | None = None

    @property
    def recipe(self) -> Formulation:
        return self.unpacked.top

    @property
    def is_oral(self) -> bool:
        return self.product_type in ("capsule", "drink")


@dataclass
class _Shelf:
    """The recipes and batches that were read so far."""

    lines: dict[tuple[str, int], list[Row]]
    batches: dict[str, Row]
    weighed: dict[str, list[Row]]
    origin: str = ""  # once it is known, rows of another are passed over

    def of_origin(self, rows: Iterable[Row]) -> list[Row]:
        return [row for row in rows if self.origin in ("", row["origin"])]

    def newest(self, formulation: str) -> int:
        return max(version for code, version in self.lines if code == formulation)

    @property
    def formulations(self) -> set[str]:
        return {code for code, _ in self.lines}


def read_candidates(store: Store, codes: Sequence[str]) -> tuple[Candidate, ...]:
    """Return what the codes name, in that order: ``F-012`` (its newest version), ``F-012 v2`` or a batch.

    Reads level by level through the sub-recipes. Raises UnknownName for a code that nothing answers to, GinsengError
    for codes of mixed origin.
    """
    shelf = _Shelf({}, {}, {})
    _take_batches(store, shelf, codes)
    named = (
        {split_name(code)[0] for code in codes} | set(codes) | {row["formulation"] for row in shelf.batches.values()}
    )
    _take_recipes(store, shelf, named)
    chosen = [_choose(store, shelf, code) for code in codes]
    shelf.origin = _one_origin(shelf, chosen)
    _take_below(store, shelf)
    recipes = {code: _planned(shelf, code, shelf.newest(code)) for code in shelf.formulations}
    recipes |= {code: _made(shelf, code)[0] for code in shelf.batches if code in shelf.weighed}
    named = {formulation for formulation, _, _ in chosen}
    results = by_column(shelf.of_origin(read_rows(store, "batch", _BATCH_COLUMNS, formulation=named)), "formulation")
    facts = {
        row["formulation"]: row
        for row in read_rows(
            store,
            "formulation",
            ("formulation", "product_type", "country", "g_per_day"),
            formulation=named,
        )
    }
    return tuple(
        _candidate(shelf, code, chosen[number], recipes, results, facts.get(chosen[number][0]))
        for number, code in enumerate(codes)
    )


def _take_batches(store: Store, shelf: _Shelf, codes: Iterable[str]) -> None:
    rows = shelf.of_origin(read_rows(store, "batch", _BATCH_COLUMNS, batch=set(codes) - set(shelf.batches)))
    shelf.batches |= {row["batch"]: row for row in rows}
    lines = read_rows(
        store, "batch_line", ("batch", "ingredient", "lot", "amount_g"), batch=[row["batch"] for row in rows]
    )
    shelf.weighed |= by_column(lines, "batch")


def _take_recipes(store: Store, shelf: _Shelf, codes: Iterable[str]) -> None:
    for row in shelf.of_origin(read_rows(store, "recipe", _LINE_COLUMNS, formulation=codes)):
        shelf.lines.setdefault((row["formulation"], row["version"] or 1), []).append(row)


def _take_below(store: Store, shelf: _Shelf) -> None:
    """Read what lines name, and what the lines of that name, until nothing new comes up."""
    asked: set[str] = set(shelf.formulations)
    asked_lots: set[str] = set(shelf.batches)
    while True:
        rows = [row for lines in (*shelf.lines.values(), *shelf.weighed.values()) for row in lines]
        names = {row["ingredient"] for row in rows} - asked
        lots = {row["lot"] for row in rows if row["lot"]} - asked_lots
        if not names and not lots:
            return
        asked |= names
        asked_lots |= lots
        _take_batches(store, shelf, lots)
        names |= {shelf.batches[lot]["formulation"] for lot in lots & set(shelf.batches)} - shelf.formulations
        _take_recipes(store, shelf, names)


def _choose(store: Store, shelf: _Shelf, code: str) -> tuple[str, int, str]:
    """Return formulation, version and batch that a code names."""
    if code in shelf.formulations:
        return code, shelf.newest(code), ""
    if code in shelf.batches:
        row = shelf.batches[code]
        return row["formulation"], row["version"] or 1, code
    formulation, version = split_name(code)
    if version is not None and (formulation, version) in shelf.lines:
        return formulation, version, ""
    versions = [f"{known} v{number}" for known, number in shelf.lines if known == formulation]
    raise UnknownName(
        "formulation",
        code,
        versions or [*store.distinct("recipe", "formulation"), *store.distinct("batch", "batch")],
    )


def _one_origin(shelf: _Shelf, chosen: Iterable[tuple[str, int, str]]) -> str:
    """Return the origin that all share; GinsengError where they do not."""
    origins: set[str] = set()
    for formulation, version, batch in chosen:
        origins |= {row["origin"] for row in shelf.lines.get((formulation, version), ())}
        origins |= {shelf.batches[batch]["origin"]} if batch else set()
    if len(origins) > 1:
        named = ", ".join(sorted(origins))
        raise GinsengError(
            say(
                f"These formulations are of different origin ({named}): real and invented data are not put side by "
                "side.",
                f"출처가 다른 처방입니다({named}). 실제 자료와 지어낸 자료는 나란히 비교하지 않습니다.",
            )
        )
    return origins.pop()


def _planned(shelf: _Shelf, formulation: str, version: int) -> Formulation:
    recipe = Formulation.of_lines(formulation, version, shelf.lines[formulation, version])
    return replace(recipe, lines=tuple(_to_batch(shelf, line) for line in recipe.lines))


def _made(shelf: _Shelf, batch: str) -> tuple[Formulation, bool]:
    """Return the recipe of a batch, and whether it is of actual grams; phases and roles are those of the plan."""
    row = shelf.batches[batch]
    key = row["formulation"], row["version"] or 1
    plan = Formulation.of_lines(*key, shelf.lines[key]) if key in shelf.lines else None
    grams = [(line, Decimal(repr(line["amount_g"]))) for line in shelf.weighed.get(batch, ()) if line["amount_g"]]
    if not grams:
        if plan is None:
            raise UnknownName("formulation", row["formulation"], shelf.formulations)
        return replace(_planned(shelf, *key), code=batch), False
    total = sum((amount for _, amount in grams), Decimal(0))
    planned = {line.ingredient: line for line in plan.lines} if plan else {}
    lines = []
    for line, amount in grams:
        like = planned.get(line["ingredient"])
        role, phase = (like.role, like.phase) if like else ("", "")
        lines.append(Line(line["ingredient"], 100 * amount / total, role, phase, line["lot"] or ""))
    return Formulation(batch, tuple(_to_batch(shelf, line) for line in lines), key[1]), True


def _to_batch(shelf: _Shelf, line: Line) -> Line:
    """Let a line that names a batch of a sub-recipe as its lot stand on that batch as it was weighed."""
    batch = shelf.batches.get(line.lot)
    if batch is None or batch["formulation"] != line.ingredient or line.lot not in shelf.weighed:
        return line
    return replace(line, ingredient=line.lot, lot="")


def _candidate(
    shelf: _Shelf,
    code: str,
    chosen: tuple[str, int, str],
    recipes: Mapping[str, Formulation],
    results: Mapping[str, Sequence[Row]],
    fact: Row | None,
) -> Candidate:
    formulation, version, batch = chosen
    recipe, weighed = _made(shelf, batch) if batch else (_planned(shelf, formulation, version), False)
    own = tuple(row["batch"] for row in results.get(formulation, ()) if (row["version"] or 1) == version)
    return Candidate(
        code,
        formulation,
        version,
        batch,
        unpack(recipe, recipes),
        weighed,
        (batch,) if batch else own,
        shelf.origin,
        (fact["product_type"] or "") if fact else "",
        (fact["country"] or "") if fact else "",
        fact["g_per_day"] if fact else None,
    )
