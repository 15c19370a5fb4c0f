"""How a comparison is shown: text, figures, one page, one workbook."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ginseng_rd.comparison.blocks import Block
from ginseng_rd.reports.pages import Section, page_text
from ginseng_rd.reports.text_tables import lay_out
from ginseng_rd.reports.workbooks import SheetText, save_sheets
from ginseng_rd.words import say

if TYPE_CHECKING:
    from ginseng_rd.comparison.result import Comparison

_TOLD_APART = 12  # so many codes can be told apart as lines
_FORESTS = 6  # on a page; all of them are in figures()
_LINES = 16  # so many ingredients can be told apart across a figure


def as_text(found: Comparison) -> str:
    """Return the comparison for a terminal."""
    head = say("only what differs; ▲ ▼ against the base", "다른 것만 표시; ▲ ▼ 기준 대비")
    parts = [f"{found.title} ({say('everything', '전체') if found.everything else head})"]
    for block in found.blocks:
        if rows := _texts(found, block):
            notes = "".join(f"\n{note}" for note in block.notes)
            parts.append(f"{block.title}\n{lay_out([block.index, *found.codes], rows)}{notes}")
    if sentences := found.sentences():
        parts.append(say("Which differences are real", "확인된 차이") + "\n" + "\n".join(f"- {s}" for s in sentences))
    if found.ranking:
        table = found.ranking.table().reset_index()
        rows = [[str(cell) for cell in row] for row in table.itertuples(index=False)]
        parts.append(lay_out([str(name) for name in table.columns], rows))
    if found.alike and not found.everything:
        parts.append(f"{say('The same in all', '모두 같음')}: {', '.join(found.alike)}.")
    return "\n\n".join(parts)


def _texts(found: Comparison, block: Block) -> list[list[str]]:
    rows = block.shown_rows(everything=found.everything)
    return [[row.label, *(cell.shown for cell in row.cells)] for row in rows]


def draw_all(found: Comparison) -> dict[str, Any]:
    """Return the figures there are data for, by name: recipes, a forest a unit, trade-off."""
    from ginseng_rd.reports.comparison_figures import (
        draw_forest,
        draw_map,
        draw_parallel,
        draw_ternary,
        draw_trade_off,
    )

    figures: dict[str, Any] = {}
    rows = [row for row in found.block("recipe").rows if row.differs]
    shares = {row.label: [float(cell.number or 0) for cell in row.cells] for row in rows[:_LINES]}
    if len(rows) == 3 and all(any(own[n] for own in shares.values()) for n in range(len(found.codes))):
        figures["recipes"] = draw_ternary(shares, found.codes)
    elif rows:
        draw = draw_parallel if len(found.codes) <= _TOLD_APART else draw_map
        figures["recipes"] = draw(shares, found.codes)
    base = found.codes[0]
    for endpoint, own in _by_endpoint(found):
        several = [(d.code, d.estimate, d.is_real) for d in own]
        figures[f"difference: {endpoint}"] = draw_forest(several, base=base, title=endpoint)
    pair = _trade_off(found)
    if pair:
        front = found.pareto.front if found.pareto else ()
        own_figures = found.figures_by_endpoint()
        x, y = pair
        figures["trade-off"] = draw_trade_off((x, own_figures[x]), (y, own_figures[y]), found.codes, front)
    return figures


def _by_endpoint(found: Comparison) -> Iterator[tuple[str, list[Any]]]:
    for endpoint in dict.fromkeys(d.endpoint for d in found.differences):
        yield endpoint, [d for d in found.differences if d.endpoint == endpoint]


def _trade_off(found: Comparison) -> tuple[str, str] | None:
    """Return the two endpoints to set against each other: those the team weighs most, else cost and what works."""
    figures = found.figures_by_endpoint()
    several = [name for name, own in figures.items() if len(own) > 1 and len({e.value for e in own.values()}) > 1]
    wanted = [name for name in (found.ranking.parts if found.ranking else ()) if name in several]
    trial = [row.endpoint for row in found.block("trial").rows if row.endpoint in several]
    cost = [name for name in ("cost",) if name in several]
    ordered = list(dict.fromkeys([*wanted, *cost, *trial, *several]))
    if len(ordered) < 2:
        return None
    first, second = ordered[:2]
    return (second, first) if second == "cost" else (first, second)


def page_of(found: Comparison) -> str:
    """Return one self-contained HTML page."""
    everything, figures = found.everything, draw_all(found)
    first = Section(
        heading=say("Which differences are real", "확인된 차이"),
        paragraphs=(
            say(
                "Intervals are 95 % for all codes of an endpoint together; p is adjusted for them.",
                "구간은 한 평가변수의 모든 비교를 함께 본 95 %이고, p값도 그에 맞게 보정함.",
            ),
        )
        if found.differences
        else (say("Nothing was measured that a difference could be judged by.", "차이를 판정할 측정값이 없음."),),
        points=found.sentences(),
        figures=[figures[name].to_json() for name in _worth_showing(found, figures)],
        tables={say("Desirability", "만족도"): found.ranking.table()} if found.ranking else {},
        origin=found.origin,
    )
    sections = [first]
    for block in found.blocks:
        table = block.table(found.codes, everything=everything)
        if not table.size:
            continue
        drawn = [figures["recipes"].to_json()] if block.name == "recipe" and "recipes" in figures else []
        sections.append(Section(block.title, figures=drawn, tables={"": table}, small=" ".join(block.notes)))
    if found.alike and not everything:
        sections.append(Section(say("The same in all", "모두 같음"), paragraphs=(", ".join(found.alike) + ".",)))
    lead = say(
        f"{len(found.codes)} side by side, {found.codes[0]} as the base; ▲ higher, ▼ lower than it. "
        f"Prices of {found.day}.",
        f"{found.codes[0]} 기준 {len(found.codes)}개 비교; ▲ 기준보다 높음, ▼ 낮음. 단가 기준일 {found.day}.",
    )
    return page_text(found.title, lead, sections)


def _worth_showing(found: Comparison, figures: Mapping[str, Any]) -> list[str]:
    """Return the figures for the top of a page: endpoints with a real difference, a few, and the trade-off."""
    real = dict.fromkeys(f"difference: {d.endpoint}" for d in found.differences if d.is_real)
    return [*list(real)[:_FORESTS], *(name for name in ("trade-off",) if name in figures)]


def save_workbook(found: Comparison, path: Path) -> Path:
    """Write a sheet a block, the differences, and every figure with its interval as numbers."""
    sheets = [
        SheetText(block.title, [block.index or block.title, *found.codes], rows, block.notes, has_base=True)
        for block in found.blocks
        if (rows := _texts(found, block))
    ]
    if found.differences:
        head = [
            *(say("endpoint", "평가변수"), say("code", "코드"), say("against", "기준"), say("difference", "차이")),
            *(say("low", "하한"), say("high", "상한"), say("unit", "단위"), "n", "p", say("adjusted by", "보정")),
            *(say("paired", "대응"), say("in words", "문장")),
        ]
        rows = [
            [d.endpoint, d.code, d.base, repr(d.estimate.value), _number(d.estimate.low), _number(d.estimate.high),
             d.estimate.unit, str(d.estimate.n), f"{d.p:.6f}", d.adjustment, "1" if d.paired else "0", str(d)]
            for d in found.differences
        ]  # fmt: skip
        sheets.append(SheetText(say("Differences", "차이"), head, rows))
    if found.ranking:
        table = found.ranking.table().reset_index()
        cells = [[str(cell) for cell in row] for row in table.itertuples(index=False)]
        sheets.append(SheetText(say("Desirability", "만족도"), [str(name) for name in table.columns], cells))
    sheets.append(_numbers(found))
    return save_sheets(path, sheets)


def _numbers(found: Comparison) -> SheetText:
    head = [
        *(say("block", "구분"), say("row", "항목"), say("code", "코드"), say("relation", "부등호")),
        *(say("value", "값"), say("low", "하한"), say("high", "상한"), say("unit", "단위"), "n", say("basis", "근거")),
    ]
    rows = []
    for block in found.blocks:
        for row in block.rows:
            for code, cell in zip(found.codes, row.cells, strict=True):
                if (e := cell.estimate) is not None:
                    figures = [e.relation, repr(e.value), _number(e.low), _number(e.high)]
                    n = "" if e.n is None else str(e.n)
                    rows.append([block.title, row.label, code, *figures, e.unit, n, e.basis])
    return SheetText(say("Numbers", "수치"), head, rows)


def _number(value: float | None) -> str:
    return "" if value is None else repr(value)
