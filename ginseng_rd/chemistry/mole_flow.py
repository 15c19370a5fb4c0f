"""Where the moles of one aglycone family went: a linear programme over what can become what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

# An unexplained mole weighs more than any number of reactions that would explain it.
_UNEXPLAINED = 1000.0
_NOTHING = 1e-9


@dataclass(frozen=True)
class Account:
    """One way to account for a family, in the unit of the amounts.

    ``flows`` are amounts by (substrate, product); ``vanished`` what was there before and is not found again;
    ``unexplained`` what is there after and nothing can have given. ``excess_sets`` are the sets of products that exceed
    all their precursors together, each with these precursors (the products among them where they were there before).
    """

    flows: Mapping[tuple[str, str], float]
    vanished: Mapping[str, float]
    unexplained: Mapping[str, float]
    excess_sets: tuple[tuple[frozenset[str], frozenset[str]], ...]


def account_for(
    before: Mapping[str, float], after: Mapping[str, float], sizes: Mapping[tuple[str, str], int]
) -> Account:
    """Return the account with the least unexplained, and among these with the fewest reactions.

    ``sizes`` gives the number of reactions for each pair that can be converted. What is possible is a flow in a
    two-sided network, so that the optimum is exact and its duals name the sets that exceed their precursors (the
    theorem of maximum flow and minimum cut).
    """
    arcs = [(i, j) for i in before for j in after if i == j or (i, j) in sizes]
    costs = [0.0 if i == j else float(sizes[i, j]) for i, j in arcs]
    moved, vanished, unexplained, _ = _solve(before, after, arcs, costs)
    *_, duals = _solve(before, after, arcs, [0.0] * len(arcs))
    exceeding = {code for code, dual in zip(after, duals, strict=True) if dual > 0.5}
    return Account(
        flows={arc: amount for arc, amount in zip(arcs, moved, strict=True) if arc[0] != arc[1] and amount > _NOTHING},
        vanished={code: amount for code, amount in zip(before, vanished, strict=True) if amount > _NOTHING},
        unexplained={code: amount for code, amount in zip(after, unexplained, strict=True) if amount > _NOTHING},
        excess_sets=_connected(exceeding, arcs),
    )


def _solve(
    before: Mapping[str, float], after: Mapping[str, float], arcs: Sequence[tuple[str, str]], costs: Sequence[float]
) -> tuple[list[float], list[float], list[float], list[float]]:
    """Return the amounts on the arcs, vanished, unexplained, and the dual of each amount after (as a share of one)."""
    import numpy as np
    from scipy.optimize import linprog

    sources, targets = list(before), list(after)
    n = len(arcs)
    columns = n + len(sources) + len(targets)
    matrix = np.zeros((len(sources) + len(targets), columns))
    for column, (i, j) in enumerate(arcs):
        matrix[sources.index(i), column] = 1.0
        matrix[len(sources) + targets.index(j), column] = 1.0
    for row in range(len(sources) + len(targets)):
        matrix[row, n + row] = 1.0
    objective = np.array([*costs, *([0.0] * len(sources)), *([_UNEXPLAINED] * len(targets))])
    amounts = np.array([*before.values(), *after.values()])
    solved = linprog(objective, A_eq=matrix, b_eq=amounts, method="highs-ds")
    if solved.x is None:  # every balance has a solution: all vanished, all unexplained
        raise ArithmeticError(solved.message)
    values = [float(value) for value in solved.x]
    duals = [float(dual) / _UNEXPLAINED for dual in solved.eqlin.marginals[len(sources) :]]
    return values[:n], values[n : n + len(sources)], values[n + len(sources) :], duals


def _connected(
    exceeding: set[str], arcs: Sequence[tuple[str, str]]
) -> tuple[tuple[frozenset[str], frozenset[str]], ...]:
    """Part the exceeding products into sets that share no precursor, each with its precursors."""
    precursors = {j: {i for i, target in arcs if target == j} for j in exceeding}
    sets: list[tuple[set[str], set[str]]] = []
    for product in sorted(exceeding):
        mine = ({product}, set(precursors[product]))
        for other in [one for one in sets if one[1] & mine[1]]:
            sets.remove(other)
            mine = (mine[0] | other[0], mine[1] | other[1])
        sets.append(mine)
    return tuple((frozenset(products), frozenset(sources)) for products, sources in sets)
