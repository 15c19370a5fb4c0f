"""Mixed model for repeated measures (MMRM): a covariance of the visits within each subject, no random effects."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ginseng_rd.efficacy.covariance_structures import CovarianceStructure, find_structure
from ginseng_rd.efficacy.fixed_effects import levels_of
from ginseng_rd.efficacy.mixed_model import MixedModel
from ginseng_rd.efficacy.model_rows import ModelRows, gather_blocks, prepare_rows
from ginseng_rd.efficacy.restricted_likelihood import Block, Components, maximise
from ginseng_rd.efficacy.small_sample import (
    KENWARD_ROGER,
    KENWARD_ROGER_LINEAR,
    SATTERTHWAITE,
    Inference,
    between_within_df,
    infer,
)
from ginseng_rd.errors import FitRefused

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


def fit_mmrm(
    data: pd.DataFrame, *, response: str, fixed: str, subject: str, visit: str, covariance: str = "unstructured",
    group: str | None = None, method: str = "REML", df: str = SATTERTHWAITE, robust: bool = False,
    confidence: float = 0.95,
) -> MixedModel:  # fmt: skip
    """Fit a linear model whose rows of one subject are correlated by visit.

    ``data`` has one row a subject and visit; ``fixed`` names the terms, as in ``"baseline*week + site + arm*week"``.
    The visit is a factor: in the order of a categorical column, else sorted. ``covariance`` is one of
    ``covariance_structures.STRUCTURES``; with ``group``, each group of subjects has its own. ``df`` is one of
    ``small_sample.METHODS``: ``kenward-roger-linear`` is SAS's Kenward-Roger, ``kenward-roger`` the one with second
    derivatives that R's mmrm computes by default. ``robust`` takes standard errors by the jackknife sandwich.

    Rows without response are left out; the estimates are unbiased if whether a value is missing depends on what was
    observed only. Raises FitRefused for an infinite value, a subject with two rows at one visit or in two groups, a
    response that does not vary, or a fit that did not converge.
    """
    _check_options(method, df, robust)
    structure = find_structure(covariance)
    needed = [subject, visit, *([group] if group else [])]
    rows = prepare_rows(data, response, fixed, needed, [visit, *([group] if group else [])])
    visits = levels_of(rows.table[visit])
    groups = levels_of(rows.table[group]) if group else ("",)
    subjects, embedded, present, membership = _embed(rows, subject, visit, visits, group, groups)
    blocks = _make_blocks(embedded, present, membership, len(groups))
    start = np.concatenate([structure.start(_first_guess(embedded[membership == g])) for g in range(len(groups))])
    n = len(rows.matrix)
    optimum = maximise(blocks, n, start, _components_of(structure, len(visits), len(groups)), reml=method == "REML")
    if optimum.flat:
        raise FitRefused(
            "The readings do not determine the whole covariance, as when no subject has readings at both of two "
            "visits: choose a covariance with fewer parameters."
        )
    fixed_df = between_within_df(rows.matrix, [rows.design.names[i] for i in rows.kept], subjects)
    inference = infer(optimum, df, back=rows.back, scale=rows.scale, fixed_df=fixed_df)
    fitted = _matrices(optimum.components * rows.scale**2, len(visits), groups)
    if robust:
        inference = _make_robust(inference, rows, subjects, embedded, present, [fitted[g] for g in groups], membership)
    return MixedModel(
        response=response, subject=subject, design=rows.design, inference=inference, kept=rows.kept,
        repeats=rows.repeats, method=method, structure=structure.name, group=group or "", visits=visits,
        covariance=fitted, components=(), predicted=(), criterion_parameters=len(optimum.theta),
        deviance=rows.reported_deviance(optimum.deviance, reml=method == "REML"), criterion_n=len(embedded),
        n_rows=n, n_subjects=len(embedded), left_out=rows.left_out, confidence=confidence, robust=robust,
        flags=_flags(rows, visits, present),
    )  # fmt: skip


def _check_options(method: str, df: str, robust: bool) -> None:
    if method not in ("REML", "ML"):
        raise FitRefused(f"A model is fitted by REML or ML, not by '{method}'.")
    if df in (KENWARD_ROGER, KENWARD_ROGER_LINEAR) and (method == "ML" or robust):
        raise FitRefused("Kenward and Roger's method belongs to REML and its own standard errors: use satterthwaite.")


def _embed(
    rows: ModelRows, subject: str, visit: str, visits: tuple[Any, ...], group: str | None, groups: tuple[Any, ...]
) -> tuple[Integers, Floats, NDArray[np.bool_], Integers]:
    """Return the subject of each row, and rows by subject and visit (n × d × Q), zero where absent."""
    import pandas as pd

    codes, names = pd.factorize(rows.table[subject], sort=True)
    place = {level: i for i, level in enumerate(visits)}
    at = np.array([place[value] for value in rows.table[visit].tolist()])
    slots = codes * len(visits) + at
    if len(np.unique(slots)) < len(slots):
        doubled = int(np.flatnonzero(np.bincount(slots) > 1)[0])
        raise FitRefused(
            f"Subject {names[doubled // len(visits)]} has two readings at visit {visits[doubled % len(visits)]}: "
            "average replicates first, or remove the row that is wrong."
        )
    embedded = np.zeros((len(names) * len(visits), rows.standard.shape[1]))
    embedded[slots] = rows.standard
    present = np.zeros(len(embedded), dtype=np.bool_)
    present[slots] = True
    membership = np.zeros(len(names), dtype=np.int64)
    if group:
        rank = {level: i for i, level in enumerate(groups)}
        of_row = np.array([rank[value] for value in rows.table[group].tolist()])
        membership[codes] = of_row
        if (membership[codes] != of_row).any():
            raise FitRefused(f"Subject {names[codes[membership[codes] != of_row][0]]} is in two groups of '{group}'.")
    shape = (len(names), len(visits))
    return codes.astype(np.int64), embedded.reshape(*shape, -1), present.reshape(shape), membership


def _make_blocks(embedded: Floats, present: NDArray[np.bool_], membership: Integers, groups: int) -> list[Block]:
    d = present.shape[1]
    low, high = np.tril_indices(d)
    k = len(low)
    basis = np.zeros((1, k, d, d))
    basis[0, np.arange(k), low, high] = basis[0, np.arange(k), high, low] = 1.0
    blocks = []
    for number in range(groups):
        chosen = membership == number
        if not chosen.any():
            continue
        _, pattern = np.unique(present[chosen], axis=0, return_inverse=True)
        components = number * k + np.arange(k)
        blocks += gather_blocks(embedded[chosen], present[chosen], pattern.reshape(-1), basis, components)
    return blocks


def _components_of(structure: CovarianceStructure, visits: int, groups: int) -> Any:
    """Return the function from parameters to the elements of each group's covariance, with its derivatives."""
    low, high = np.tril_indices(visits)
    each, k = structure.parameters(visits), len(low)

    def components(theta: Floats) -> Components:
        gamma, first = np.empty(groups * k), np.zeros((groups * k, groups * each))
        second = np.zeros((groups * k, groups * each, groups * each))
        for g in range(groups):
            here, free = slice(g * k, (g + 1) * k), slice(g * each, (g + 1) * each)
            sigma, by_one, by_two = structure.covariance(theta[free], visits)
            gamma[here] = sigma[low, high]
            first[here, free] = by_one[:, low, high].T
            second[here, free, free] = np.moveaxis(by_two[:, :, low, high], 2, 0)
        return gamma, first, second

    return components


def _first_guess(embedded: Floats) -> Floats:
    """Return a positive definite covariance from the residuals of least squares, each pair of visits by itself."""
    present = (embedded != 0).any(axis=2)
    flat = embedded[present]
    beta = np.linalg.lstsq(flat[:, :-1].T @ flat[:, :-1], flat[:, :-1].T @ flat[:, -1], rcond=None)[0]
    residual = np.where(present, embedded[:, :, -1] - embedded[:, :, :-1] @ beta, 0.0)
    together = present.T.astype(np.float64) @ present
    raw = (residual.T @ residual) / np.maximum(together, 1.0)
    sd = np.sqrt(np.maximum(np.diag(raw), 0.01))
    correlation = np.where(together > 2, raw / np.multiply.outer(sd, sd), 0.0)
    np.fill_diagonal(correlation, 1.0)
    values, vectors = np.linalg.eigh(correlation)
    mended = (vectors * np.maximum(values, 0.1)) @ vectors.T
    size = np.sqrt(np.diag(mended))
    guess: Floats = mended / np.multiply.outer(size, size) * np.multiply.outer(sd, sd)
    return guess


def _matrices(components: Floats, visits: int, groups: tuple[Any, ...]) -> Mapping[Any, Floats]:
    low, high = np.tril_indices(visits)
    found = {}
    for g, name in enumerate(groups):
        matrix = np.zeros((visits, visits))
        matrix[low, high] = matrix[high, low] = components[g * len(low) : (g + 1) * len(low)]
        found[name] = matrix
    return found


def _make_robust(
    inference: Inference, rows: ModelRows, subjects: Integers, embedded: Floats, present: NDArray[np.bool_],
    covariances: list[Floats], membership: Integers,
) -> Inference:  # fmt: skip
    """Return the inference with the jackknife sandwich covariance (Mancl and DeRouen, Biometrics 57 (2001) 126)."""
    from dataclasses import replace

    both = present[:, :, None] & present[:, None, :]
    d = present.shape[1]
    v = np.where(both, np.array(covariances)[membership], 0.0) + np.eye(d) * ~present[:, :, None]
    inverse = np.where(both, np.linalg.inv(v), 0.0)
    columns = embedded[:, :, :-1] @ np.linalg.inv(rows.back)
    residual = embedded[:, :, -1] * rows.scale - columns @ inference.coefficients
    phi = inference.model_covariance
    weighted = np.swapaxes(columns, 1, 2) @ inverse
    leverage = columns @ phi @ weighted
    pushed = np.linalg.solve(np.eye(d) - leverage, residual[:, :, None])
    score = (weighted @ pushed)[:, :, 0]
    return replace(inference, covariance=phi @ score.T @ score @ phi)


def _flags(rows: ModelRows, visits: tuple[Any, ...], present: NDArray[np.bool_]) -> tuple[str, ...]:
    flags = []
    if len(rows.kept) < len(rows.design.names):
        dropped = [name for i, name in enumerate(rows.design.names) if i not in rows.kept]
        flags.append(f"no reading tells these apart from other terms, so they were left out: {', '.join(dropped)}")
    if len(visits) == 1:
        flags.append(f"one visit only ({visits[0]}): this is an analysis of covariance without repeated measures")
    if rows.left_out:
        flags.append(f"{rows.left_out} rows lack a value that the model needs and were left out")
    alone = int((present.sum(axis=1) < present.shape[1]).sum())
    if alone:
        flags.append(f"{alone} of {len(present)} subjects lack a reading at one visit or more")
    return tuple(flags)
