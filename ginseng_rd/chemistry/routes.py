"""The way from one compound to another over conversions, as text, table and drawn graph."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

from ginseng_rd.chemistry.compounds import reference_compounds
from ginseng_rd.chemistry.conversions import KOREAN_KINDS, SYNTHESES, Conversion, Kind, packaged_conversions
from ginseng_rd.chemistry.route_drawing import Arrow, draw_layers
from ginseng_rd.errors import GinsengError

_NOT_IN_A_PROCESS = (*SYNTHESES, Kind.HYDRATION)


class NoRoute(GinsengError):
    """No conversion, reported or predicted, leads from one compound to the other."""


@dataclass(frozen=True)
class Step:
    """From one compound to the next, with every conversion that does it; all are of one change."""

    substrate: str
    product: str
    conversions: tuple[Conversion, ...]

    @property
    def size(self) -> int:
        """Return of how many single reactions the step consists."""
        return min(conversion.size for conversion in self.conversions)

    @property
    def is_reported(self) -> bool:
        """Say whether a publication stands behind the step."""
        return any(conversion.is_reported for conversion in self.conversions)


@dataclass(frozen=True)
class Route:
    """All ways from ``start`` to ``end`` with the fewest single reactions, those with the most stops first.

    A way that loses two sugars in one reported conversion is as long as one that loses them one by one.
    ``names`` holds (English, Korean) by code.
    """

    start: str
    end: str
    ways: tuple[tuple[Step, ...], ...]
    names: Mapping[str, tuple[str, str]]

    @property
    def size(self) -> int:
        """Return how many single reactions every way takes."""
        return sum(step.size for step in self.ways[0])

    @property
    def steps(self) -> tuple[Step, ...]:
        """Return every step of all ways once, from the start on."""
        return tuple(dict.fromkeys(step for way in self.ways for step in way))

    @property
    def is_reported(self) -> bool:
        """Say whether every step is reported."""
        return all(step.is_reported for step in self.steps)

    def table(self) -> Any:
        """Return the conversions as a DataFrame: from, to, change, enzyme or agent, EC, conditions, basis, citation."""
        import pandas as pd

        columns = ["from", "to", "change", "kind", "agent", "ec", "conditions", "basis", "citation"]
        rows = [
            (
                c.substrate,
                c.product,
                c.change,
                str(c.kind),
                c.agent or c.activity,
                c.ec,
                c.conditions,
                c.basis,
                c.citation,
            )
            for step in self.steps
            for c in step.conversions
        ]
        return pd.DataFrame(rows, columns=columns)

    def __str__(self) -> str:
        basis = "reported" if self.is_reported else "in part predicted, not reported"
        lines = [f"{self._called(self.start)} to {self._called(self.end)}: {_count(self.size, 'reaction')}, {basis}"]
        lines += [f"  {' > '.join([self.start, *(step.product for step in way)])}" for way in self.ways]
        for step in self.steps:
            lines.append(f"{step.substrate} > {step.product}: {step.conversions[0].change}")
            lines += [f"  {line}" for line in dict.fromkeys(_by_what(conversion) for conversion in step.conversions)]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        table = self.table()
        table["kind"] = [f"{text} ({KOREAN_KINDS[Kind(text)]})" for text in table["kind"]]
        title = f"<p><b>{escape(self._called(self.start))}</b> → <b>{escape(self._called(self.end))}</b></p>"
        return f"{title}{self.svg()}{table.to_html(index=False, border=0, justify='left')}"

    def svg(self) -> str:
        """Return the ways as a drawn graph: a box a compound, a column a reaction; dashed is predicted."""
        distance = {self.start: 0}
        for way in self.ways:
            for step in way:
                distance[step.product] = distance[step.substrate] + step.size
        boxes = {code: (code, self.names.get(code, ("", ""))[1]) for code in distance}
        arrows = [
            Arrow(step.substrate, step.product, step.conversions[0].change, _shortest_agent(step), not step.is_reported)
            for step in self.steps
        ]
        return draw_layers(distance, boxes, arrows)

    def _called(self, code: str) -> str:
        korean = self.names.get(code, ("", ""))[1]
        return f"{code} ({korean})" if korean else code


def find_route(start: str, end: str, *, with_predicted: bool = False) -> Route:
    """Return the shortest ways from one compound code to another.

    Reported conversions alone are asked first. Predicted ones are added when ``with_predicted`` says so or nothing
    else leads there: first what a process can do (sugars, esters, water lost, C-20 turned), then syntheses too.
    Raises ``NoRoute``.
    """
    conversions = [c for c in packaged_conversions() if c.is_reported or c.kind is not Kind.CHAIN_LOSS]
    reported = [c for c in conversions if c.is_reported]
    in_a_process = [c for c in conversions if c.is_reported or c.kind not in _NOT_IN_A_PROCESS]
    names = {compound.code: (compound.name, compound.korean_name) for compound in reference_compounds()}
    for known in ([] if with_predicted else [reported]) + [in_a_process, conversions]:
        ways = shortest_ways(known, start, end)
        if ways:
            return Route(start, end, ways, names)
    raise NoRoute(f"No conversion known or predicted here leads from {start} to {end}.")


def shortest_ways(conversions: Iterable[Conversion], start: str, end: str) -> tuple[tuple[Step, ...], ...]:
    """Return all ways of the fewest single reactions, those with the most stops first; none where there is no way."""
    by_pair: dict[tuple[str, str], list[Conversion]] = defaultdict(list)
    for conversion in conversions:
        by_pair[conversion.substrate, conversion.product].append(conversion)
    steps: dict[str, list[Step]] = defaultdict(list)
    for (substrate, product), parallel in by_pair.items():
        steps[substrate].append(Step(substrate, product, tuple(parallel)))
    distance = _distances(steps, start)
    if start == end or end not in distance:
        return ()

    def ways_from(code: str) -> Iterator[tuple[Step, ...]]:
        if code == end:
            yield ()
            return
        for step in steps[code]:
            if distance[step.product] == distance[code] + step.size <= distance[end]:
                yield from ((step, *rest) for rest in ways_from(step.product))

    return tuple(sorted(ways_from(start), key=lambda way: (-len(way), [step.product for step in way])))


def has_cycle(conversions: Iterable[Conversion]) -> bool:
    """Say whether some compound leads back to itself."""
    following: dict[str, set[str]] = defaultdict(set)
    for conversion in conversions:
        following[conversion.substrate].add(conversion.product)
    done: set[str] = set()

    def returns(code: str, above: frozenset[str]) -> bool:
        if code in above:
            return True
        if code in done:
            return False
        done.add(code)
        return any(returns(product, above | {code}) for product in following.get(code, ()))

    return any(returns(code, frozenset()) for code in list(following))


def _distances(steps: Mapping[str, list[Step]], start: str) -> dict[str, int]:
    distance = {start: 0}
    waiting = [(0, start)]
    while waiting:
        so_far, code = heapq.heappop(waiting)
        for step in steps.get(code, ()):
            further = so_far + step.size
            if further < distance.get(step.product, further + 1):
                distance[step.product] = further
                heapq.heappush(waiting, (further, step.product))
    return distance


def _by_what(conversion: Conversion) -> str:
    if not conversion.is_reported:
        return "predicted"
    agent = conversion.agent or conversion.activity
    ec = f"EC {conversion.ec}" if conversion.ec else ""
    inferred = "product inferred" if conversion.basis == "product inferred" else ""
    known = "; ".join(part for part in (agent, ec, conversion.conditions, inferred) if part)
    return f"{known} [{conversion.citation}]"


def _shortest_agent(step: Step) -> str:
    """Return what fits under an arrow: the kind of enzyme, or the treatment, and how many reports there are."""
    first = step.conversions[0]
    if not step.is_reported:
        return "predicted · 예측"
    reports = len({conversion.citation for conversion in step.conversions})
    return f"{first.activity or first.agent} · {_count(reports, 'report')}"


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
