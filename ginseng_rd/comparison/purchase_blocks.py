"""What the products cost, what the law allows of them, and what their labels say."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from ginseng_rd.comparison.blocks import MINUS, Block, Cell, Row, digits, make_row, share_text
from ginseng_rd.comparison.candidates import Candidate
from ginseng_rd.comparison.facts import Facts
from ginseng_rd.recipes.purchasing import (
    Cost,
    SubstanceShare,
    allergens_of,
    cost_per_kg,
    judge_limits,
    label_of,
)
from ginseng_rd.records.estimate import Estimate
from ginseng_rd.words import say

_VERDICTS = {"within": "이내", "above": "초과", "may exceed": "초과 가능"}


def cost_block(candidates: Sequence[Candidate], facts: Facts, day: date) -> Block:
    """Put the cost of the materials of a kilogram side by side, in all and by material, at the prices of a day."""
    costs = [cost_per_kg(candidate.unpacked, facts.ingredients, day) for candidate in candidates]
    title = say(f"Cost of materials on {day}, KRW/kg", f"원료비 ({day} 단가), 원/kg")
    if not any(cost.shares for cost in costs):
        return Block("cost", title, ())
    rows = [make_row(say("all materials", "원료 전체"), map(_total, costs), endpoint="cost")]
    added = [_by_code(cost) for cost in costs]
    codes = sorted({code for own in added for code in own}, key=lambda c: -max(own.get(c, Decimal(0)) for own in added))
    for code in codes:
        rows.append(make_row(code, (Cell(_money(own.get(code)), own.get(code, Decimal(0))) for own in added)))
    unpriced = sorted({material.code for cost in costs for material in cost.unpriced})
    notes: tuple[str, ...] = ()
    if unpriced:
        named = ", ".join(unpriced)
        notes = (say(f"Without a price on that day, and so left out: {named}.", f"단가가 없어 뺀 원료: {named}."),)
    return Block("cost", title, tuple(rows), say("material", "원료"), "KRW/kg", notes)


def _total(cost: Cost) -> Cell:
    relation = ">" if cost.unpriced else "="
    total = float(cost.krw_per_kg)
    text = f"{total:,.0f}"
    return Cell(f"> {text}" if cost.unpriced else text, total, Estimate(total, "KRW/kg", relation=relation))


def _by_code(cost: Cost) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for material, krw in cost.shares.items():
        found[material.code] = found.get(material.code, Decimal(0)) + krw
    return found


def _money(krw: Decimal | None) -> str:
    return "–" if not krw else f"{krw:,.0f}" if krw >= 1 else digits(float(krw))


def limit_block(
    candidates: Sequence[Candidate], substances: Sequence[tuple[SubstanceShare, ...]], facts: Facts
) -> Block:
    """Judge the unpacked recipes against the limits of their type and country, at the suppliers' highest."""
    cells: dict[str, dict[int, Cell]] = {}
    for number, (candidate, shares) in enumerate(zip(candidates, substances, strict=True)):
        found = judge_limits(shares, facts.limits, product_type=candidate.product_type, country=candidate.country)
        for finding in found:
            limit, most = finding.limit, finding.share.highest_percent
            verdict = say(finding.verdict, _VERDICTS[finding.verdict])
            label = f"{limit.inci} ≤ {limit.highest_percent:f} % ({limit.product_type}, {limit.country})"
            cells.setdefault(label, {})[number] = Cell(f"{share_text(most)} %: {verdict}", most)
    rows = [make_row(label, (own.get(n, Cell("–")) for n in range(len(candidates)))) for label, own in cells.items()]
    untold = [c.code for c in candidates if not c.product_type or not c.country]
    notes: tuple[str, ...] = ()
    if untold and facts.limits:
        named = ", ".join(untold)
        notes = (
            say(f"Type or country not stated of {named}: not judged.", f"제품유형·국가 미기재로 판정 안 함: {named}."),
        )
    title = say("Limits, at the suppliers' highest share", "사용한도 (공급자 최대 조성 기준)")
    return Block("limits", title, tuple(rows), say("substance", "성분"), notes=notes)


def label_block(candidates: Sequence[Candidate], substances: Sequence[tuple[SubstanceShare, ...]]) -> Block:
    """Put the labels side by side: the INCI list in label order, what it has more or less, the allergens named."""
    labels = [label_of(s, product_type=c.product_type) for c, s in zip(candidates, substances, strict=True)]
    allergens = [allergens_of(s, product_type=c.product_type) for c, s in zip(candidates, substances, strict=True)]
    rows: list[Row] = [
        make_row(say("INCI list", "전성분"), (Cell(", ".join(label)) for label in labels)),
        make_row(say("against the base", "기준 처방 대비"), (Cell(_change(labels[0], label)) for label in labels)),
        make_row(
            say("allergens to be named", "표시 대상 알레르겐"),
            (Cell(", ".join(f"{a.inci} {share_text(a.highest_percent)} %" for a in own) or "–") for own in allergens),
        ),
    ]
    return Block("label", say("Label", "표시 성분"), tuple(rows), say("part of the label", "항목"))


def _change(base: Sequence[str], label: Sequence[str]) -> str:
    more = [name for name in label if name not in base]
    less = [name for name in base if name not in label]
    said = [f"+ {', '.join(more)}"] if more else []
    said += [f"{MINUS} {', '.join(less)}"] if less else []
    if said:
        return "; ".join(said)
    return "–" if list(base) == list(label) else say("same names in another order", "성분은 같고 순서가 다름")
