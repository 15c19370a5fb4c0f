"""Where the actives come from: the lots of plants, and how they were made into extracts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from ginseng_rd.comparison.blocks import Block, Cell, digits, make_row
from ginseng_rd.comparison.candidates import Candidate
from ginseng_rd.comparison.facts import Facts
from ginseng_rd.comparison.rows import Row
from ginseng_rd.records.kinds import LOT, PROCESS_STEP
from ginseng_rd.words import language, say


def lot_block(candidates: Sequence[Candidate], facts: Facts) -> Block:
    """Say which plant lots are in each product, and what they are: age, part, cultivation, region, harvest."""
    used = [sorted({lot for material in c.unpacked.shares for lot in facts.plant_lots(material)}) for c in candidates]
    if not any(used):
        return Block("lots", _lots_title(), ())
    rows = [make_row(say("lots", "로트"), (Cell("; ".join(lots) or "–") for lots in used))]
    facets: tuple[tuple[str, Callable[[Row], Any]], ...] = (
        (say("age, years", "연근, 년"), lambda lot: None if lot["age_years"] is None else f"{lot['age_years']:g}"),
        (say("part", "부위"), lambda lot: _choice(LOT["part"].choices, LOT["part"].choices_korean, lot["part"])),
        (
            say("cultivation", "재배"),
            lambda lot: _choice(LOT["cultivation"].choices, LOT["cultivation"].choices_korean, lot["cultivation"]),
        ),
        (say("species", "종"), lambda lot: lot["species"]),
        (say("region", "산지"), lambda lot: lot["region"]),
        (say("altitude, m", "해발, m"), lambda lot: None if lot["altitude_m"] is None else f"{lot['altitude_m']:g}"),
        (say("harvest", "채취일"), lambda lot: lot["harvested_on"]),
    )
    for label, told in facets:
        texts = ["; ".join(dict.fromkeys(str(told(facts.lots[lot]) or "?") for lot in lots)) or "–" for lots in used]
        rows.append(make_row(label, map(Cell, texts)))
    return Block("lots", _lots_title(), tuple(rows), say("of the lots", "로트 정보"))


def _lots_title() -> str:
    return say("Lots of plants", "산양삼 로트")


def process_block(candidates: Sequence[Candidate], facts: Facts) -> Block:
    """Say how the extracts in each product were made, step by step; actual figures before planned ones."""
    used = [
        sorted({code for material in c.unpacked.shares if (code := facts.extract_of(material))}) for c in candidates
    ]
    title = say("Extracts and their process", "추출물과 공정")
    if not any(used):
        return Block("process", title, ())
    rows = [make_row(say("extracts", "추출물"), (Cell("; ".join(extracts) or "–") for extracts in used))]
    told = {code: _steps(facts.steps.get(code, ())) for extracts in used for code in extracts}
    labels = list(dict.fromkeys(label for steps in told.values() for label in steps))
    choices = PROCESS_STEP["step"].choices
    labels.sort(key=lambda label: (choices.index(label[0]) if label[0] in choices else len(choices), label[1]))
    for step, turn in labels:
        cells = []
        for extracts in used:
            texts = [
                f"{code}: {told[code][step, turn]}" if len(extracts) > 1 else told[code][step, turn]
                for code in extracts
                if (step, turn) in told[code]
            ]
            cells.append(Cell("; ".join(texts) or "–"))
        name = _choice(choices, PROCESS_STEP["step"].choices_korean, step)
        rows.append(make_row(f"{name} {turn}" if turn > 1 else name, cells))
    yields = [[facts.extracts[code].get("yield_percent") for code in extracts] for extracts in used]
    if any(share is not None for own in yields for share in own):
        texts = ["; ".join("?" if share is None else f"{share:g}" for share in own) or "–" for own in yields]
        rows.append(make_row(say("yield, %", "수율, %"), map(Cell, texts)))
    return Block("process", title, tuple(rows), say("step", "단계"))


def _steps(rows: Sequence[Row]) -> dict[tuple[str, int], str]:
    """Return the steps of an extract in words, by what was done and the how manieth of its kind it was."""
    turns: Counter[str] = Counter()
    found = {}
    for row in rows:
        turns[row["step"]] += 1
        found[row["step"], turns[row["step"]]] = _in_words(row)
    return found


def _in_words(step: Row) -> str:
    def actual(name: str) -> float | None:
        measured, planned = step[f"actual_{name}"], step[f"planned_{name}"]
        value: float | None = planned if measured is None else measured
        return value

    parts = []
    for name, unit in (("c", "°C"), ("min", say("min", "분")), ("bar", "bar")):
        if (value := actual(name)) is not None:
            parts.append(f"{digits(value)} {unit}")
    if step["solvent"]:
        strength = "" if step["solvent_percent"] is None else f" {step['solvent_percent']:g} %"
        parts.append(f"{step['solvent']}{strength}")
    if step["ratio_ml_per_g"] is not None:
        parts.append(f"{step['ratio_ml_per_g']:g} mL/g")
    if step["agent"]:
        dose = "" if step["agent_u_per_g"] is None else f" {step['agent_u_per_g']:g} U/g"
        parts.append(f"{step['agent']}{dose}")
    if step["ph"] is not None:
        parts.append(f"pH {step['ph']:g}")
    if step["cycles"] is not None:
        parts.append(f"× {step['cycles']}")
    return ", ".join(parts) or say("done", "실시")


def _choice(choices: Sequence[str], korean: Sequence[str], choice: str) -> str:
    """Return a choice in the language in force."""
    if language() == "ko" and choice in choices:
        return korean[choices.index(choice)]
    return choice
