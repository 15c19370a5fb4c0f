"""Which code is best: by the team's own desirability, or else which ones are beaten on every endpoint."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ginseng_rd.errors import GinsengError, UnknownName
from ginseng_rd.records.estimate import Estimate
from ginseng_rd.words import say

if TYPE_CHECKING:
    import pandas as pd

Figures = Mapping[str, Mapping[str, Estimate]]

# Endpoints of which everybody knows which way is better: +1 higher, -1 lower.
_BETTER = {
    **dict.fromkeys(("cost", "wrinkle Ra", "wrinkle Rz", "wrinkle Rt", "TEWL", "IC50"), -1),
    **dict.fromkeys(("Cutometer R2", "Cutometer R5", "Cutometer R7", "Corneometer"), 1),
}


@dataclass(frozen=True)
class Desire:
    """What a team wants of an endpoint, after Derringer and Suich (J. Quality Technology 12 (1980) 214).

    Desirability is 1 at ``target`` and falls in a straight line to 0 at ``low`` and at ``high``. With ``low`` None
    everything below the target is as good (smaller is better), with ``high`` None everything above it. ``weight`` is
    that of the endpoint in the weighted geometric mean of all.
    """

    low: float | None
    target: float
    high: float | None
    weight: float = 1.0

    def __post_init__(self) -> None:
        if self.low is None and self.high is None:
            raise GinsengError("A desire needs a low or a high, at which the endpoint is worth nothing.")
        if not ((self.low is None or self.low < self.target) and (self.high is None or self.target < self.high)):
            raise GinsengError(f"A desire runs upwards, but {self.low}, {self.target}, {self.high} was given.")
        if not self.weight > 0:
            raise GinsengError(f"The weight of a desire lies above 0, but {self.weight} was given.")

    def of(self, value: float) -> float:
        """Return how desirable a value is, from 0 to 1."""
        bound = self.low if value < self.target else self.high
        if bound is None or value == self.target:
            return 1.0
        return max(0.0, 1 - abs(value - self.target) / abs(bound - self.target))

    def span(self, estimate: Estimate) -> tuple[float, float]:
        """Return the least and the greatest desirability within the interval of an estimate."""
        low = estimate.value if estimate.low is None else estimate.low
        high = estimate.value if estimate.high is None else estimate.high
        ends = [self.of(low), self.of(high), self.of(estimate.value)]
        return min(ends), 1.0 if low <= self.target <= high else max(ends)


@dataclass(frozen=True)
class Ranking:
    """The codes in order of desirability, best first.

    ``scores`` has the overall desirability from its lowest to its highest within the intervals; a code without a
    figure for one of the endpoints has None. ``parts`` are the desirabilities by endpoint and code.
    """

    order: tuple[str, ...]
    scores: Mapping[str, tuple[float, float, float] | None]
    parts: Mapping[str, Mapping[str, float]]

    def table(self) -> pd.DataFrame:
        """Return one row a code, best first: overall desirability with its range, and that of each endpoint."""
        import pandas as pd

        rows = []
        for code in self.order:
            score = self.scores[code]
            whole = [say("cannot say", "판정 불가"), ""] if score is None else [
                f"{score[1]:.2f}", say(f"{score[0]:.2f} to {score[2]:.2f}", f"{score[0]:.2f} ~ {score[2]:.2f}")
            ]  # fmt: skip
            rows.append([*whole, *(f"{own[code]:.2f}" if code in own else "–" for own in self.parts.values())])
        names = [say("desirability", "만족도"), say("within the intervals", "구간 내 범위"), *self.parts]
        table = pd.DataFrame(rows, index=list(self.order), columns=names)
        table.index.name = say("code", "코드")
        return table


def rank_by_desirability(figures: Figures, codes: Sequence[str], desires: Mapping[str, Desire]) -> Ranking:
    """Rank codes by the weighted geometric mean of their desirabilities. Raises UnknownName for an endpoint."""
    for name in desires:
        if name not in figures:
            raise UnknownName("endpoint of this comparison", name, figures)
    total = sum(desire.weight for desire in desires.values())
    parts = {
        name: {code: desire.of(figures[name][code].value) for code in codes if code in figures[name]}
        for name, desire in desires.items()
    }
    scores: dict[str, tuple[float, float, float] | None] = {}
    for code in codes:
        if any(code not in own for own in parts.values()):
            scores[code] = None
            continue
        spans = {name: desire.span(figures[name][code]) for name, desire in desires.items()}
        triple = (
            {name: spans[name][0] for name in desires},
            {name: parts[name][code] for name in desires},
            {name: spans[name][1] for name in desires},
        )
        low, middle, high = (_mean(own, desires, total) for own in triple)
        scores[code] = low, middle, high
    ranked = sorted(codes, key=lambda code: -math.inf if scores[code] is None else scores[code][1], reverse=True)  # type: ignore[index]
    return Ranking(tuple(ranked), scores, parts)


def _mean(parts: Mapping[str, float], desires: Mapping[str, Desire], total: float) -> float:
    if min(parts.values()) <= 0:
        return 0.0
    return math.exp(sum(desires[name].weight * math.log(part) for name, part in parts.items()) / total)


@dataclass(frozen=True)
class Pareto:
    """Which codes are beaten: ``beaten_by`` names, for each, the codes that are nowhere worse and somewhere better.

    ``endpoints`` are those it was judged on, each with +1 where higher is better and -1 where lower is; ``left_out``
    those of which that is not known, or that were not measured of all.
    """

    endpoints: Mapping[str, int]
    beaten_by: Mapping[str, tuple[str, ...]]
    left_out: tuple[str, ...]

    @property
    def front(self) -> tuple[str, ...]:
        """The codes that no other beats."""
        return tuple(code for code, others in self.beaten_by.items() if not others)


def find_pareto(figures: Figures, codes: Sequence[str]) -> Pareto | None:
    """Return which codes are dominated on the endpoints of known direction that all have; None below two of them."""
    judged: dict[str, int] = {}
    left_out = []
    for name, own in figures.items():
        way = next((sign for known, sign in _BETTER.items() if name.startswith(known)), 0)
        if way and all(code in own for code in codes):
            judged[name] = way
        else:
            left_out.append(name)
    if len(judged) < 2:
        return None
    points = {code: [way * figures[name][code].value for name, way in judged.items()] for code in codes}
    beaten = {
        code: tuple(other for other in codes if other != code and _beats(points[other], points[code])) for code in codes
    }
    return Pareto(judged, beaten, tuple(left_out))


def _beats(one: Sequence[float], other: Sequence[float]) -> bool:
    pairs = list(zip(one, other, strict=True))
    return all(a >= b for a, b in pairs) and any(a > b for a, b in pairs)
