"""Putting versions and batches side by side: read once for all, block by block."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from ginseng_rd.comparison.assay_block import assay_block
from ginseng_rd.comparison.blocks import Block, Cell, make_row
from ginseng_rd.comparison.candidates import Candidate, read_candidates
from ginseng_rd.comparison.dose_blocks import dose_block, doses_of, specification_block
from ginseng_rd.comparison.facts import read_facts
from ginseng_rd.comparison.material_blocks import lot_block, process_block
from ginseng_rd.comparison.property_block import property_block
from ginseng_rd.comparison.purchase_blocks import cost_block, label_block, limit_block
from ginseng_rd.comparison.ranking import Desire, find_pareto, rank_by_desirability
from ginseng_rd.comparison.recipe_block import recipe_block
from ginseng_rd.comparison.result import Comparison, figures_of
from ginseng_rd.comparison.stability_block import stability_block
from ginseng_rd.comparison.trial_block import trial_block
from ginseng_rd.errors import GinsengError
from ginseng_rd.recipes.purchasing import substance_shares
from ginseng_rd.recipes.specifications import Specification, packaged_specifications
from ginseng_rd.store import Store
from ginseng_rd.words import say

MOST = 50


def compare(
    store: Store,
    codes: Sequence[str],
    *,
    everything: bool = False,
    day: date | None = None,
    limits: Mapping[str, tuple[float | None, float | None]] | None = None,
    desirability: Mapping[str, Desire] | None = None,
    specifications: Iterable[Specification] | None = None,
) -> Comparison:
    """Put versions and batches side by side, the first as base.

    A code is a formulation (its newest version), a version (``F-012 v2``) or a product batch. ``everything`` shows
    what is the same too. Costs are of ``day``, today unless named. ``limits`` are lowest and highest of an endpoint in
    a stability study, ``desirability`` what the team wants of an endpoint, ``specifications`` stand in for those that
    come with the package. The store is read a number of times that does not grow with the codes.

    Raises GinsengError for fewer than two or more than fifty codes, a code named twice or codes of mixed origin, and
    UnknownName for one that is not in the store.
    """
    if not 2 <= len(codes) <= MOST or len(set(codes)) < len(codes):
        named = ", ".join(codes)
        raise GinsengError(
            say(
                f"A comparison takes 2 to {MOST} different formulations, but {len(codes)} were named: {named}.",
                f"비교는 서로 다른 처방 2~{MOST}개를 받습니다. {len(codes)}개가 지정되었습니다: {named}.",
            )
        )
    on = day or date.today()
    candidates = read_candidates(store, codes)
    facts = read_facts(store, candidates)
    doses = [doses_of(candidate, facts) for candidate in candidates]
    substances = [substance_shares(candidate.unpacked, facts.ingredients) for candidate in candidates]
    told = packaged_specifications() if specifications is None else tuple(specifications)
    properties, of_properties = property_block(store, candidates)
    stability, of_stability, series = stability_block(store, candidates, limits or {})
    assays, curves = assay_block(store, candidates, facts)
    trials, of_trials, subjects = trial_block(store, candidates)
    blocks = (
        recipe_block(candidates),
        lot_block(candidates, facts),
        process_block(candidates, facts),
        dose_block(candidates, doses, facts),
        specification_block(candidates, doses, facts, told),
        cost_block(candidates, facts, on),
        limit_block(candidates, substances, facts),
        label_block(candidates, substances),
        properties,
        stability,
        assays,
        trials,
        _replicate_block(candidates, series, curves, subjects),
    )
    figures = figures_of(blocks, tuple(codes))
    return Comparison(
        tuple(codes),
        blocks,
        (*of_trials, *of_properties, *of_stability),
        rank_by_desirability(figures, codes, desirability) if desirability else None,
        None if desirability else find_pareto(figures, codes),
        candidates[0].origin,
        on,
        everything,
        {candidate.code: candidate.recipe for candidate in candidates},
    )


def _replicate_block(
    candidates: Sequence[Candidate],
    series: Sequence[int],
    curves: Sequence[int],
    subjects: Sequence[Mapping[str, int]],
) -> Block:
    """Say how much stands behind the figures of each code."""
    counted = [
        (say("batches made", "제조 배치"), [len(candidate.batches) for candidate in candidates]),
        (say("stability conditions", "안정성 조건"), list(series)),
        (say("assays of what is in it", "시험한 효능"), list(curves)),
    ]
    for trial in dict.fromkeys(code for own in subjects for code in own):
        counted.append((say(f"subjects in {trial}", f"{trial} 피험자"), [own.get(trial, 0) for own in subjects]))
    rows = tuple(
        make_row(label, (Cell(str(count), count) for count in counts)) for label, counts in counted if any(counts)
    )
    return Block("replicates", say("What stands behind it", "자료의 양"), rows, say("counted", "항목"))
