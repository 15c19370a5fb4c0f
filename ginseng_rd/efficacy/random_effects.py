"""Linear mixed models: random intercepts and slopes of subjects, and of what is nested in or crossed with them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ginseng_rd.efficacy.fixed_effects import need_columns
from ginseng_rd.efficacy.mixed_model import MixedModel
from ginseng_rd.efficacy.model_rows import ModelRows, gather_blocks, prepare_rows
from ginseng_rd.efficacy.restricted_likelihood import Block, Components, Optimum, maximise
from ginseng_rd.efficacy.small_sample import (
    KENWARD_ROGER,
    KENWARD_ROGER_LINEAR,
    SATTERTHWAITE,
    between_within_df,
    infer,
)
from ginseng_rd.errors import FitRefused

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
_LARGEST_CLUSTER = 2000  # rows that hang together; the work grows with the cube of it
_NOTHING = 1e-4  # a standard deviation below this share of the residual one counts as zero, as in lme4


@dataclass(frozen=True)
class _RandomTerm:
    """One grouping with its effects, as orthogonal ``columns`` (n × r): the actual ones times ``mix`` (r × r)."""

    grouping: str
    effects: tuple[str, ...]
    codes: Integers
    labels: tuple[str, ...]
    columns: Floats
    mix: Floats

    @property
    def pairs(self) -> list[tuple[int, int]]:
        return list(combinations_with_replacement(range(len(self.effects)), 2))


def fit_random_effects(
    data: pd.DataFrame, *, response: str, fixed: str, random: Sequence[str], method: str = "REML",
    df: str = SATTERTHWAITE, factors: Sequence[str] = (), confidence: float = 0.95,
) -> MixedModel:  # fmt: skip
    """Fit a linear mixed model.

    ``random`` names groupings as lme4 does: ``"1 | subject"``, ``"1 + week | subject"`` (correlated), ``"0 + week |
    subject"``, ``"1 | subject:side"``. ``factors`` names columns of numbers that are factors in ``fixed``. ``df`` is
    one of ``small_sample.METHODS``; Kenward-Roger is that of R's pbkrtest, with the expected information (both names
    give the same, the model being linear in its variances).

    A variance estimated as zero is flagged. Raises FitRefused for an infinite value, a response that does not
    vary, a grouping with one level or with a level for each row, and a fit that did not converge.
    """
    if method not in ("REML", "ML"):
        raise FitRefused(f"A model is fitted by REML or ML, not by '{method}'.")
    if df in (KENWARD_ROGER, KENWARD_ROGER_LINEAR) and method == "ML":
        raise FitRefused("Kenward and Roger's method belongs to REML: use satterthwaite with ML.")
    read = [_read_random(text) for text in random]
    if not read:
        raise FitRefused("A mixed model needs a grouping, such as '1 | subject'.")
    needed = [name for effects, grouping in read for name in (*effects, *grouping) if name]
    need_columns(data, needed)
    rows = prepare_rows(data, response, fixed, needed, factors)
    terms = [_make_term(rows.table, effects, grouping) for effects, grouping in read]
    blocks, tables = _make_blocks(rows, terms)
    start = np.concatenate([*(0.7 * np.eye(len(t.effects))[np.tril_indices(len(t.effects))] for t in terms), [-0.35]])
    reml = method == "REML"
    n, q = rows.matrix.shape
    optimum = maximise(
        blocks, n, start, _components_of(terms), reml=reml, expected=df in (KENWARD_ROGER, KENWARD_ROGER_LINEAR)
    )
    flags = _flags(rows, terms, optimum)
    if optimum.flat and not any("estimated as zero" in flag for flag in flags):
        raise FitRefused("The readings do not tell the random effects from one another: leave one out.")
    first = terms[0]
    fixed_df = between_within_df(rows.matrix, [rows.design.names[i] for i in rows.kept], first.codes)
    return MixedModel(
        response=response, subject=first.grouping, design=rows.design,
        inference=infer(optimum, df, back=rows.back, scale=rows.scale, fixed_df=fixed_df),
        kept=rows.kept, repeats=rows.repeats, method=method, structure="random effects: " + ", ".join(random), group="",
        visits=(), covariance={}, components=_report(terms, optimum, rows.scale),
        predicted=_predict(rows, terms, optimum, tables), deviance=rows.reported_deviance(optimum.deviance,
        reml=reml), criterion_parameters=len(start) + q, criterion_n=n, n_rows=n, n_subjects=len(first.labels),
        left_out=rows.left_out, confidence=confidence, robust=False, flags=flags,
    )  # fmt: skip


def _read_random(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return effects ('' for the intercept) and grouping columns of "1 + week | subject:side"."""
    left, bar, right = text.partition("|")
    words = [word.strip() for word in left.split("+")]
    grouping = tuple(name.strip() for name in right.split(":"))
    if not bar or "" in grouping or "" in words or any(re.search(r"[*/|:-]", word) for word in words):
        raise FitRefused(f"A random effect is written as '1 + week | subject', and '{text}' is not.")
    effects = tuple("" if word == "1" else word for word in words if word != "0")
    if "0" not in words and "" not in effects:
        effects = ("", *effects)
    return tuple(dict.fromkeys(effects)), grouping


def _make_term(table: pd.DataFrame, effects: tuple[str, ...], grouping: tuple[str, ...]) -> _RandomTerm:
    from pandas.api.types import is_numeric_dtype

    for name in effects:
        if name and not is_numeric_dtype(table[name]):
            raise FitRefused(f"A random slope needs a column of numbers, and '{name}' holds text.")
    codes = table.groupby(list(grouping), sort=True, observed=True).ngroup().to_numpy()
    first = np.unique(codes, return_index=True)[1]
    labels = table.iloc[first][list(grouping)].astype(str).agg(":".join, axis=1).tolist()
    name = ":".join(grouping)
    if len(labels) < 2:
        raise FitRefused(f"The grouping '{name}' has one level only: a variance needs several.")
    if len(labels) == len(table):
        raise FitRefused(
            f"Each row is a level of '{name}' of its own: its variance cannot be told from the residual's."
        )
    columns = np.column_stack([table[e].to_numpy(dtype=np.float64) if e else np.ones(len(table)) for e in effects])
    triangle = np.linalg.qr(columns, mode="r")
    if (np.abs(np.diag(triangle)) <= 1e-9 * np.sqrt((columns**2).sum(axis=0))).any():
        raise FitRefused(f"The random effects of '{name}' repeat one another: a slope needs a column that varies.")
    mix = np.linalg.inv(triangle).astype(np.float64) * np.sqrt(len(table))
    return _RandomTerm(name, effects, codes.astype(np.int64), tuple(labels), columns @ mix, mix)


def _make_blocks(rows: ModelRows, terms: Sequence[_RandomTerm]) -> tuple[list[Block], list[Integers]]:
    """Return blocks of clusters that share no level, and their rows (clusters × rows), one table for each size."""
    clusters = _connect(terms)
    counts = np.bincount(clusters)
    if counts.max() > _LARGEST_CLUSTER:
        raise FitRefused(
            f"{counts.max()} rows hang together through their groupings, more than this fit is made for "
            f"({_LARGEST_CLUSTER}): groupings should be nested in subjects."
        )
    keys = [column for term in terms for column in (*term.columns.T[::-1], term.codes)]
    order = np.lexsort([*keys, clusters])
    blocks: list[Block] = []
    tables = []
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    for size in np.unique(counts):
        of_size = starts[counts == size]
        at = order[of_size[:, None] + np.arange(size)]
        tables.append(at)
        basis = _basis(terms, at)
        _, first, pattern = np.unique(
            basis.reshape(len(at), -1).round(12), axis=0, return_index=True, return_inverse=True
        )
        components = np.arange(basis.shape[1])
        present = np.ones(at.shape, dtype=np.bool_)
        blocks += gather_blocks(rows.standard[at], present, pattern.reshape(-1), basis[first], components)
    return blocks, tables


def _basis(terms: Sequence[_RandomTerm], at: Integers) -> Floats:
    """Return the matrices of the variance components for clusters of equal size (n × K × d × d)."""
    found = []
    for term in terms:
        codes = term.codes[at]
        same = codes[:, :, None] == codes[:, None, :]
        z = term.columns[at]
        for a, b in term.pairs:
            outer = z[:, :, None, a] * z[:, None, :, b]
            found.append(same * (outer if a == b else outer + np.swapaxes(outer, 1, 2)))
    found.append(np.broadcast_to(np.eye(at.shape[1]), found[0].shape))
    return np.stack(found, axis=1)


def _connect(terms: Sequence[_RandomTerm]) -> Integers:
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    n = len(terms[0].codes)
    nodes, offset = [], n
    for term in terms:
        nodes.append(term.codes + offset)
        offset += len(term.labels)
    ends = np.concatenate(nodes)
    rows = np.tile(np.arange(n), len(terms))
    graph = coo_array((np.ones(len(ends)), (rows, ends)), shape=(offset, offset))
    labels: Integers = connected_components(graph, directed=False)[1][:n].astype(np.int64)
    return np.unique(labels, return_inverse=True)[1].astype(np.int64)


def _components_of(terms: Sequence[_RandomTerm]) -> Any:
    """Return the function from Cholesky factors and log residual sd to variances and covariances."""
    sizes = [len(term.effects) for term in terms]
    free = [r * (r + 1) // 2 for r in sizes]
    total = sum(free) + 1

    def components(theta: Floats) -> Components:
        gamma, first = np.zeros(total), np.zeros((total, total))
        second = np.zeros((total, total, total))
        begin = 0
        for r, k in zip(sizes, free, strict=True):
            low, high = (side.tolist() for side in np.tril_indices(r))
            lower = np.zeros((r, r))
            lower[low, high] = theta[begin : begin + k]
            for c, (a, b) in enumerate(combinations_with_replacement(range(r), 2), start=begin):
                gamma[c] = lower[a] @ lower[b]
                for i, (ri, ci) in enumerate(zip(low, high, strict=True), start=begin):
                    first[c, i] = (ri == a) * lower[b, ci] + (ri == b) * lower[a, ci]
                    for j, (rj, cj) in enumerate(zip(low, high, strict=True), start=begin):
                        second[c, i, j] = (ci == cj) * ((ri == a) * (rj == b) + (ri == b) * (rj == a))
            begin += k
        gamma[-1] = np.exp(2 * theta[-1])
        first[-1, -1], second[-1, -1, -1] = 2 * gamma[-1], 4 * gamma[-1]
        return gamma, first, second

    return components


def _covariances(terms: Sequence[_RandomTerm], optimum: Optimum) -> list[Floats]:
    """Return the covariance of the effects of each grouping, in orthogonal columns."""
    found, begin = [], 0
    for term in terms:
        matrix = np.zeros((len(term.effects),) * 2)
        for c, (a, b) in enumerate(term.pairs, start=begin):
            matrix[a, b] = matrix[b, a] = optimum.components[c]
        found.append(matrix)
        begin += len(term.pairs)
    return found


def _report(terms: Sequence[_RandomTerm], optimum: Optimum, scale: float) -> tuple[tuple[str, str, str, float], ...]:
    lines = []
    for term, matrix in zip(terms, _covariances(terms, optimum), strict=True):
        actual = scale**2 * term.mix @ matrix @ term.mix.T
        names = [effect or "(Intercept)" for effect in term.effects]
        for a, b in sorted(term.pairs, key=lambda pair: (pair[0] != pair[1], pair)):
            lines.append((term.grouping, names[a], names[b] if a != b else "", float(actual[a, b])))
    return (*lines, ("residual", "", "", float(scale**2 * optimum.components[-1])))


def _predict(
    rows: ModelRows, terms: Sequence[_RandomTerm], optimum: Optimum, tables: Sequence[Integers]
) -> tuple[tuple[str, str, str, float], ...]:
    """Return the predicted random effects G Z' V⁻¹ (y - X b)."""
    residual = (rows.standard[:, -1] - rows.standard[:, :-1] @ optimum.coefficients) * rows.scale
    solved = np.empty(len(residual))
    for at in tables:
        v = np.tensordot(_basis(terms, at), optimum.components, axes=([1], [0]))
        solved[at] = np.linalg.solve(v, residual[at][:, :, None])[:, :, 0]
    values = []
    for term, matrix in zip(terms, _covariances(terms, optimum), strict=True):
        sums = np.zeros((len(term.labels), len(term.effects)))
        np.add.at(sums, term.codes, term.columns * solved[:, None])
        values.append(sums @ matrix @ term.mix.T)
    return tuple(
        (term.grouping, label, effect or "(Intercept)", float(value[i, j]))
        for term, value in zip(terms, values, strict=True)
        for i, label in enumerate(term.labels)
        for j, effect in enumerate(term.effects)
    )


def _flags(rows: ModelRows, terms: Sequence[_RandomTerm], optimum: Optimum) -> tuple[str, ...]:
    flags = []
    if len(rows.kept) < len(rows.design.names):
        dropped = [name for i, name in enumerate(rows.design.names) if i not in rows.kept]
        flags.append(f"no reading tells these apart from other terms, so they were left out: {', '.join(dropped)}")
    if rows.left_out:
        flags.append(f"{rows.left_out} rows lack a value that the model needs and were left out")
    for term, matrix in zip(terms, _covariances(terms, optimum), strict=True):
        if np.linalg.eigvalsh(matrix)[0] < _NOTHING**2 * optimum.components[-1]:
            flags.append(
                f"a variance of '{term.grouping}' is estimated as zero, or a correlation as one: "
                "the readings do not tell it from the residual"
            )
    return tuple(flags)
