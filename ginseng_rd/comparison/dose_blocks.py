"""What a gram or a day's portion brings of each ginsenoside, and whether that meets the specifications."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ginseng_rd.comparison.blocks import Block, Cell, Row, estimate_row, make_row
from ginseng_rd.comparison.candidates import Candidate
from ginseng_rd.comparison.facts import Facts
from ginseng_rd.recipes.marker_dose import Content, Dose, content_estimate, marker_dose
from ginseng_rd.recipes.specifications import Specification, Verdict, judge_specification
from ginseng_rd.recipes.unpacking import Material
from ginseng_rd.records.estimate import Estimate
from ginseng_rd.words import say

_VERDICTS = {
    Verdict.PASS: ("pass", "적합"),
    Verdict.FAIL: ("fail", "부적합"),
    Verdict.CANNOT_SAY: ("cannot say", "판정 불가"),
}


def doses_of(candidate: Candidate, facts: Facts) -> dict[str, Dose]:
    """Return the marker dose of a product by compound, from the contents of what is in it.

    A ginseng material without any measured content is in it too, so that the dose stays open towards more.
    """
    contents: dict[Material, Sequence[Content]] = {}
    for material in candidate.unpacked.shares:
        sample = facts.sample_of(material)
        if sample or facts.holds_markers(material):
            contents[material] = facts.contents.get(sample, ())
    return {dose.compound: dose for dose in marker_dose(candidate.unpacked, contents)}


def dose_block(candidates: Sequence[Candidate], doses: Sequence[Mapping[str, Dose]], facts: Facts) -> Block:
    """Put the marker doses side by side: mg/g from the recipe, as measured in the product, and mg a day."""
    compounds = list(dict.fromkeys(compound for own in doses for compound in own))
    rows: list[Row] = []
    for compound in compounds:
        held = [own[compound].estimate if compound in own else None for own in doses]
        rows.append(estimate_row(compound, held, endpoint=compound, absent="–"))
        daily = [
            own[compound].per_day(candidate.g_per_day) if compound in own and candidate.g_per_day else None
            for candidate, own in zip(candidates, doses, strict=True)
        ]
        if any(daily):
            label = say(f"{compound} a day", f"{compound} 1일")
            rows.append(estimate_row(label, daily, endpoint=f"{compound} a day", absent="–"))
        measured = [_measured(candidate, compound, facts) for candidate in candidates]
        if any(measured):
            rows.append(estimate_row(say(f"{compound}, measured", f"{compound}, 제품 실측"), measured))
    open_ones = sorted({str(m) for own in doses for dose in own.values() for m in dose.unknown})
    notes = [
        say(
            "From the newest content of each extract or lot, with 95 % intervals of that content. "
            "A content below its limit counts from 0 to that limit. Measured: newest batch analysed, ± sd.",
            "추출물·로트의 최신 함량에서 계산하고 함량의 95 % 구간을 붙임. 한계 미만은 0에서 그 한계까지로 셈. "
            "제품 실측: 최근 분석한 배치, ± 표준편차.",
        )
    ]
    if open_ones:
        named = ", ".join(open_ones)
        notes.append(
            say(f"Not every content of {named} was measured: doses are open.", f"{named}: 함량 일부 미측정, 상한 없음.")
        )
    title = say("Marker dose", "지표성분 용량")
    return Block("dose", title, tuple(rows), say("compound", "성분"), notes=tuple(notes) if rows else ())


def _measured(candidate: Candidate, compound: str, facts: Facts) -> Estimate | None:
    """Return what was measured of a compound in the newest batch that was analysed."""
    for batch in reversed(candidate.batches):
        for content in facts.contents.get(batch, ()):
            if content.compound == compound and content.mg_per_g is not None:
                relation = "<" if content.is_censored else "="
                half = 0.0 if content.sd is None else content.sd
                low, high = (None, None) if content.sd is None else (content.mg_per_g - half, content.mg_per_g + half)
                return Estimate(content.mg_per_g, "mg/g", low, high, content.n, "± sd", relation)
    return None


def specification_block(
    candidates: Sequence[Candidate],
    doses: Sequence[Mapping[str, Dose]],
    facts: Facts,
    specifications: Iterable[Specification],
) -> Block:
    """Judge what is eaten against marker specifications: those a day on the portion, those a gram on each material."""
    rows = []
    sources: dict[str, None] = {}
    for specification in specifications:
        cells = []
        for candidate, own in zip(candidates, doses, strict=True):
            said = _judge_daily(candidate, own, specification) or _judge_materials(candidate, facts, specification)
            cells.append(Cell(said or "–"))
        if any(cell.text != "–" for cell in cells):
            label = f"{specification.code} {specification.item}: {specification}"
            rows.append(make_row(label, cells))
            sources[specification.standing] = None
    title = say("Specifications", "지표성분 규격")
    return Block("specifications", title, tuple(rows), say("specification", "규격"), notes=tuple(sources))


def _judge_daily(candidate: Candidate, doses: Mapping[str, Dose], specification: Specification) -> str:
    if specification.unit != "mg/day" or not candidate.is_oral or not candidate.g_per_day:
        return ""
    daily = {code: dose.per_day(candidate.g_per_day) for code, dose in doses.items()}
    if not any(marker in daily for marker in specification.markers):
        return ""
    verdict, why = judge_specification(specification, daily)
    return f"{say(*_VERDICTS[verdict])} ({_span(why)})"


def _judge_materials(candidate: Candidate, facts: Facts, specification: Specification) -> str:
    if specification.unit != "mg/g" or not candidate.is_oral:
        return ""
    said = []
    for material in candidate.unpacked.shares:
        contents = facts.contents.get(facts.sample_of(material), ())
        held = {c.compound: content_estimate(c) for c in contents if c.mg_per_g is not None}
        if any(marker in held for marker in specification.markers):
            verdict, why = judge_specification(specification, held)
            said.append(f"{material}: {say(*_VERDICTS[verdict])} ({_span(why)})")
    return "; ".join(said)


def _span(why: str) -> str:
    """Return the interval that a verdict begins its reason with."""
    shown = why.partition(" against ")[0]
    return say(shown, shown.replace(" to ", " ~ "))
