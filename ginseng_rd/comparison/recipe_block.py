"""The recipes side by side: what is weighed in the end, phase by phase."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Context, Decimal, localcontext

from ginseng_rd.comparison.blocks import Block, Cell, make_row, share_text
from ginseng_rd.comparison.candidates import Candidate
from ginseng_rd.recipes.unpacking import Material
from ginseng_rd.words import say

_EXACT = Context(prec=80)
Key = tuple[str, str]


def phase_shares(candidate: Candidate) -> dict[Key, Decimal]:
    """Return the share of each material by phase, % w/w, sub-recipes taken apart; exact decimals.

    What a sub-recipe brings is in the phase of its line.
    """
    made_of = candidate.unpacked.compositions
    found: dict[Key, Decimal] = {}
    with localcontext(_EXACT):
        for line in candidate.recipe.lines:
            below = made_of.get(line.ingredient, {Material(line.ingredient, line.lot): Decimal(1)})
            for material, gram in below.items():
                key = line.phase, material.code
                found[key] = found.get(key, Decimal(0)) + gram * line.share_percent
    return {key: share for key, share in found.items() if share}


def recipe_block(candidates: Sequence[Candidate]) -> Block:
    """Put the recipes side by side, one row a phase and material, in order of phase and first mention."""
    shares = [phase_shares(candidate) for candidate in candidates]
    keys = list(dict.fromkeys(key for own in shares for key in own))
    keys.sort(key=lambda key: key[0])
    rows = []
    for phase, material in keys:
        found = [own.get((phase, material), Decimal(0)) for own in shares]
        label = f"{phase} · {material}" if phase else material
        rows.append(make_row(label, (Cell(share_text(share), share) for share in found)))
    unpacked = sorted({code for c in candidates for code in c.unpacked.order if code != c.recipe.code})
    notes = []
    if unpacked:
        named = ", ".join(unpacked)
        notes.append(say(f"Sub-recipes taken apart: {named}.", f"하위 처방을 풀어 넣음: {named}."))
    planned = [c.code for c in candidates if c.batch and not c.weighed]
    if planned:
        named = ", ".join(planned)
        notes.append(say(f"No weighing is stored of {named}: the plan is shown.", f"칭량 기록이 없어 계획값: {named}."))
    title = say("Recipe, % w/w", "처방, % w/w")
    return Block("recipe", title, tuple(rows), say("ingredient", "원료"), "%", tuple(notes))
