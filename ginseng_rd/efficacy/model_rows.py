"""From a table to standardised rows of a linear model: what is left out, what repeats, what cannot be fitted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ginseng_rd.efficacy.fixed_effects import FixedEffects, need_columns, plan_fixed_effects, read_terms
from ginseng_rd.efficacy.restricted_likelihood import Block
from ginseng_rd.errors import FitRefused

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
_ALIASED = 1e-9  # what is left of a column after those before it, against its length


@dataclass(frozen=True)
class ModelRows:
    """The rows a model is fitted to, standardised so that units do not matter.

    ``table`` holds the rows used; ``kept`` the columns of the design that do not repeat earlier ones and
    ``repeats`` (kept × dropped) how the dropped ones follow from them. ``standard`` (n × (q + 1)) holds an
    orthogonal basis of the kept columns and the response, both of unit mean square; ``back`` (q × q) and
    ``scale`` lead from its coefficients to those of the kept columns, ``log_det`` its part in the likelihood.
    """

    table: pd.DataFrame
    design: FixedEffects
    left_out: int
    kept: tuple[int, ...]
    repeats: Floats
    matrix: Floats
    standard: Floats
    back: Floats
    scale: float
    log_det: float

    def reported_deviance(self, deviance: float, *, reml: bool) -> float:
        """Return -2 log-likelihood of the rows as they came, from that of the standardised ones."""
        n, q = self.matrix.shape
        return float(deviance + 2 * (n - reml * q) * np.log(self.scale) + reml * self.log_det)


def prepare_rows(
    data: pd.DataFrame, response: str, fixed: str, needed: Sequence[str], factors: Sequence[str]
) -> ModelRows:
    """Take the rows with a response, and standardise them.

    A row without response is left out and counted, as is one without another value the model needs. Raises
    FitRefused for an infinite value, for text where a number belongs, and for a response that does not vary.
    """
    names = list(dict.fromkeys([response, *(n for term in read_terms(fixed, data.columns) for n in term), *needed]))
    need_columns(data, names)
    table = data.loc[:, names]
    refuse_infinite(table, response)
    used = table.dropna()
    if used.empty:
        raise FitRefused(f"No row has a value of '{response}' and of all that the model needs.")
    design = plan_fixed_effects(used, fixed, as_factor=factors)
    full = design.matrix({name: used[name].to_numpy() for name in used.columns})
    y = used[response].to_numpy(dtype=np.float64)
    kept, orthogonal, triangle = _separate(full)
    n, q = orthogonal.shape
    if n <= q:
        raise FitRefused(f"The model has {q} coefficients, but only {n} rows to find them from: ask for fewer terms.")
    rest = y - orthogonal @ (orthogonal.T @ y)
    scale = float(np.sqrt(rest @ rest / (n - q)))
    if scale <= 1e-10 * float(np.abs(y).max()):
        raise FitRefused(
            f"'{response}' does not vary beyond what the fixed effects say: there is no error to judge by. "
            "Look whether one value was copied down the column."
        )
    root = float(np.sqrt(n))
    back: Floats = (np.linalg.inv(triangle) * root).astype(np.float64)
    repeats = np.linalg.solve(triangle, orthogonal.T @ np.delete(full, kept, axis=1))
    return ModelRows(
        table=used, design=design, left_out=len(data) - len(used), kept=tuple(kept),
        repeats=repeats.astype(np.float64),
        matrix=full[:, kept], standard=np.column_stack([orthogonal * root, y / scale]), back=back, scale=scale,
        # |X'V⁻¹X| in the columns as they came, from that of the standardised ones.
        log_det=-2 * float(np.linalg.slogdet(back)[1]),
    )  # fmt: skip


def gather_blocks(
    rows: Floats, present: NDArray[np.bool_], pattern: NDArray[np.int64], basis: Floats, components: NDArray[np.int64]
) -> list[Block]:
    """Gather clusters (n × d × Q) of the patterns they are numbered with into blocks.

    ``basis`` is (patterns or 1, K, d, d). Patterns of many clusters keep sums of products only.
    """
    counts = np.bincount(pattern)
    d, width = rows.shape[1:]
    many = np.flatnonzero(counts >= d)
    blocks = []
    if many.size:
        gram = np.empty((many.size, d, d, width, width))
        for at, number in enumerate(many):
            flat = rows[pattern == number].reshape(-1, d * width)
            gram[at] = (flat.T @ flat).reshape(d, width, d, width).swapaxes(1, 2)
        first = np.array([np.flatnonzero(pattern == number)[0] for number in many])
        chosen = basis[many] if len(basis) > 1 else basis
        blocks.append(Block(present[first], counts[many].astype(np.float64), chosen, components, None, gram))
    few = np.flatnonzero(counts[pattern] < d)
    if few.size:
        chosen = basis[pattern[few]] if len(basis) > 1 else basis
        blocks.append(Block(present[few], np.ones(few.size), chosen, components, rows[few], None))
    return blocks


def _separate(full: Floats) -> tuple[list[int], Floats, Floats]:
    """Return the columns that do not repeat earlier ones, and their QR decomposition."""
    kept = list(range(full.shape[1]))
    lengths = np.sqrt((full**2).sum(axis=0))
    while True:
        orthogonal, triangle = np.linalg.qr(full[:, kept])
        size = np.abs(np.diag(triangle))
        tall = lengths[kept[: len(size)]]
        over = np.flatnonzero(size <= _ALIASED * np.where(tall > 0, tall, 1.0))
        if over.size == 0 and len(size) == len(kept):
            return kept, orthogonal, triangle
        del kept[int(over[0]) if over.size else len(size)]


def refuse_infinite(table: pd.DataFrame, response: str) -> None:
    """Raise FitRefused for an infinite value in any column, and for a response that is not numbers."""
    from pandas.api.types import is_bool_dtype, is_numeric_dtype

    if not is_numeric_dtype(table[response]) or is_bool_dtype(table[response]):
        raise FitRefused(f"The response '{response}' must be a column of numbers.")
    for name in table.columns:
        if is_numeric_dtype(table[name]):
            infinite = np.isinf(table[name].to_numpy(dtype=np.float64, na_value=np.nan))
            if infinite.any():
                at = table.index[np.flatnonzero(infinite)[0]]
                raise FitRefused(f"'{name}' is infinite in row {at}: mend the value or leave the row empty.")
