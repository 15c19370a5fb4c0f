"""Tests and intervals of contrasts of fixed effects with the degrees of freedom that small trials need."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.special import fdtrc, stdtr, stdtrit

from ginseng_rd.efficacy.restricted_likelihood import Optimum
from ginseng_rd.errors import UnknownName

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]

SATTERTHWAITE = "satterthwaite"
KENWARD_ROGER = "kenward-roger"
KENWARD_ROGER_LINEAR = "kenward-roger-linear"
BETWEEN_WITHIN = "between-within"
METHODS = (SATTERTHWAITE, KENWARD_ROGER, KENWARD_ROGER_LINEAR, BETWEEN_WITHIN)


@dataclass(frozen=True)
class Inference:
    """Fixed effects with their covariance and what their degrees of freedom are made of.

    ``covariance`` is the one standard errors are taken from (adjusted by Kenward and Roger, or robust, where
    that was asked for), ``model_covariance`` the plain one; ``information_by`` and ``weights`` are those of
    ``Optimum``; ``fixed_df`` (q) serves the between-within method.
    """

    method: str
    coefficients: Floats
    covariance: Floats
    model_covariance: Floats
    information_by: Floats
    weights: Floats
    fixed_df: Floats

    def contrast(self, row: Floats) -> tuple[float, float, float]:
        """Return estimate, standard error and degrees of freedom of one linear combination (q)."""
        estimate = float(row @ self.coefficients)
        error = math.sqrt(max(float(row @ self.covariance @ row), 0.0))
        return estimate, error, self._df(row)

    def joint(self, rows: Floats) -> tuple[float, int, float, float]:
        """Test several linear combinations (r × q) together: F, numerator and denominator df, p.

        Satterthwaite's df after Fai and Cornelius, as lmerTest has it; Kenward and Roger's F is scaled.
        """
        rows = _independent(rows)
        number = len(rows)
        if number == 1:
            estimate, error, df = self.contrast(rows[0])
            f = (estimate / error) ** 2
            return f, 1, df, float(fdtrc(1, df, f))
        value = rows @ self.coefficients
        f = float(value @ np.linalg.solve(rows @ self.covariance @ rows.T, value)) / number
        if self.method in (KENWARD_ROGER, KENWARD_ROGER_LINEAR):
            df, scale = self._kenward_roger(rows)
            f *= scale
        elif self.method == SATTERTHWAITE:
            df = self._fai_cornelius(rows)
        else:
            df = float(self.fixed_df[np.abs(rows).max(axis=0) > 0].min())
        return f, number, df, float(fdtrc(number, df, f))

    def table(self, rows: Floats, confidence: float) -> pd.DataFrame:
        """Return estimate, se, df, low, high, t and p (two-sided) for each row (r × q)."""
        import pandas as pd

        found = np.array([self.contrast(row) for row in rows]).reshape(-1, 3)
        estimate, error, df = found.T
        half = stdtrit(df, (1 + confidence) / 2) * error
        with np.errstate(divide="ignore", invalid="ignore"):
            t = estimate / error
        return pd.DataFrame(
            {"estimate": estimate, "se": error, "df": df, "low": estimate - half, "high": estimate + half,
             "t": t, "p": 2 * stdtr(df, -np.abs(t))}
        )  # fmt: skip

    def _df(self, row: Floats) -> float:
        if self.method == BETWEEN_WITHIN:
            return float(self.fixed_df[np.abs(row) > 1e-12 * np.abs(row).max()].min())
        # For one contrast Kenward and Roger's df is Satterthwaite's with their weights.
        spread = self.model_covariance @ row
        by = np.einsum("i,kij,j->k", spread, self.information_by, spread)
        below = float(by @ self.weights @ by)
        return 2 * float(row @ spread) ** 2 / below if below > 0 else math.inf

    def _fai_cornelius(self, rows: Floats) -> float:
        _, vectors = np.linalg.eigh(rows @ self.model_covariance @ rows.T)
        dfs = [self._df(row) for row in vectors.T @ rows]
        if np.ptp(dfs) < 1e-8:
            return float(np.mean(dfs))
        if min(dfs) <= 2:
            return 2.0
        total = sum(df / (df - 2) for df in dfs)
        return 2 * total / (total - len(dfs))

    def _kenward_roger(self, rows: Floats) -> tuple[float, float]:
        """Return denominator df and scale of F (Kenward and Roger 1997, equations 5 to 8)."""
        number = len(rows)
        spread = self.model_covariance
        theta = rows.T @ np.linalg.solve(rows @ spread @ rows.T, rows) @ spread
        turned = theta @ self.information_by @ spread  # K × q × q
        traces = np.trace(turned, axis1=1, axis2=2)
        a1 = float(traces @ self.weights @ traces)
        a2 = float(np.sum(self.weights * np.tensordot(turned, turned, axes=([1, 2], [2, 1]))))
        b = (a1 + 6 * a2) / (2 * number)
        g = ((number + 1) * a1 - (number + 4) * a2) / ((number + 2) * a2)
        below = 3 * number + 2 * (1 - g)
        c1, c2, c3 = g / below, (number - g) / below, (number + 2 - g) / below
        mean = 1 / (1 - a2 / number)
        variance = 2 / number * (1 + c1 * b) / ((1 - c2 * b) ** 2 * (1 - c3 * b))
        ratio = variance / (2 * mean**2)
        df = 4 + (number + 2) / (number * ratio - 1)
        return df, df / (mean * (df - 2))


def infer(optimum: Optimum, method: str, *, back: Floats, scale: float, fixed_df: Floats) -> Inference:
    """Return the inference of a fit in the coefficients its reader knows.

    The fit was made on standardised columns: coefficients there times ``back`` (q × q) times ``scale``.
    """
    if method not in METHODS:
        raise UnknownName("method for degrees of freedom", method, METHODS)
    plain = optimum.covariance
    adjusted, weights = plain, optimum.observed
    if method in (KENWARD_ROGER, KENWARD_ROGER_LINEAR):
        weights = optimum.weights
        paired = np.tensordot(weights, optimum.information_by, axes=1) @ plain @ optimum.information_by
        inside = optimum.second_sum - paired.sum(axis=0)
        if method == KENWARD_ROGER:
            inside = inside - optimum.bend_sum / 4
        adjusted = plain + 2 * plain @ inside @ plain
    forward = np.linalg.inv(back)
    return Inference(
        method=method, coefficients=scale * back @ optimum.coefficients,
        covariance=scale**2 * back @ adjusted @ back.T, model_covariance=scale**2 * back @ plain @ back.T,
        information_by=forward.T @ optimum.information_by @ forward / scale**2, weights=weights, fixed_df=fixed_df,
    )  # fmt: skip


def between_within_df(matrix: Floats, names: list[str], subjects: NDArray[np.int64]) -> Floats:
    """Return the between-within degrees of freedom of each column (Schluchter and Elashoff 1990, as in R's mmrm)."""
    first = np.zeros((subjects.max() + 1, matrix.shape[1]))
    first[subjects] = matrix
    within = (np.abs(matrix - first[subjects]) > 1e-9 * np.abs(matrix).max(axis=0)).any(axis=0)
    intercept = np.array([name == "(Intercept)" for name in names])
    n_subjects = len(np.unique(subjects))
    between_df = n_subjects - int((~within & ~intercept).sum()) - int(intercept.any())
    within_df = len(matrix) - n_subjects - int((within & ~intercept).sum())
    found: Floats = np.where(within | intercept, within_df, between_df).astype(np.float64)
    return found


def _independent(rows: Floats) -> Floats:
    """Return rows that span the same space without repeating one another."""
    _, sizes, turned = np.linalg.svd(rows, full_matrices=False)
    return rows if len(rows) == (sizes > 1e-9 * sizes[0]).sum() else turned[sizes > 1e-9 * sizes[0]]
