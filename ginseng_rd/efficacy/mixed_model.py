"""Fitted linear models with correlated rows: coefficients, LS means, contrasts and tests, and how they were made."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc

from ginseng_rd.efficacy.fixed_effects import FixedEffects, Term
from ginseng_rd.efficacy.small_sample import Inference
from ginseng_rd.efficacy.trial_words import describe_model
from ginseng_rd.errors import FitRefused

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class MixedModel:
    """A linear model for rows that belong to subjects, fitted by REML or ML.

    ``covariance`` holds, for each group of subjects (one named '' when there are no groups), the covariance of one
    subject's readings at ``visits``; it is empty for a model of random effects, which has ``components`` instead:
    (grouping, first effect, second effect or '', variance or covariance), the last one the residual. ``predicted``
    are the predicted random effects: (grouping, level, effect, value). ``criterion_parameters`` counts what AIC and
    BIC charge for, over ``criterion_n`` units. ``left_out`` counts rows without a value that the model needs;
    ``flags`` say in words what the reader should know.
    """

    response: str
    subject: str
    design: FixedEffects
    inference: Inference
    kept: tuple[int, ...]
    repeats: Floats
    method: str
    structure: str
    group: str
    visits: tuple[Any, ...]
    covariance: Mapping[Any, Floats]
    components: tuple[tuple[str, str, str, float], ...]
    predicted: tuple[tuple[str, str, str, float], ...]
    deviance: float
    criterion_parameters: int
    criterion_n: int
    n_rows: int
    n_subjects: int
    left_out: int
    confidence: float
    robust: bool
    flags: tuple[str, ...]

    @property
    def log_likelihood(self) -> float:
        """The log-likelihood, restricted where the model was fitted by REML."""
        return -self.deviance / 2

    @property
    def aic(self) -> float:
        """Akaike's criterion; compare REML fits only where the fixed effects are the same."""
        return self.deviance + 2 * self.criterion_parameters

    @property
    def bic(self) -> float:
        """Schwarz's criterion, over subjects for a covariance of visits and over rows for random effects."""
        return self.deviance + self.criterion_parameters * math.log(self.criterion_n)

    def coefficients(self) -> pd.DataFrame:
        """Return one row for each coefficient: term, estimate, se, df, low, high, t, p."""
        names = [self.design.names[i] for i in self.kept]
        table = self.inference.table(np.eye(len(names)), self.confidence)
        table.insert(0, "term", names)
        return table

    def contrasts(self, rows: Floats, names: Sequence[str]) -> pd.DataFrame:
        """Return linear combinations (r × all columns of the design) of the coefficients, as ``coefficients`` does.

        A combination that the data do not determine has missing numbers.
        """
        rows = np.atleast_2d(np.asarray(rows, dtype=np.float64))
        table = self.inference.table(rows[:, self.kept], self.confidence)
        table.loc[~self._estimable(rows), :] = np.nan
        table.insert(0, "contrast", list(names))
        return table

    def ls_means(self, *by: str, at: Mapping[str, float] | None = None) -> pd.DataFrame:
        """Return LS means by factors: other factors weighted equally, numbers at their mean or as ``at`` says."""
        keys, rows = self.design.mean_rows(by, at)
        table = self.contrasts(rows, [""] * len(rows)).drop(columns="contrast")
        for place, name in enumerate(by):
            table.insert(place, name, [key[place] for key in keys])
        return table

    def compare(
        self, factor: str, *by: str, against: Any = None, at: Mapping[str, float] | None = None
    ) -> pd.DataFrame:
        """Return each level of a factor minus the one it is compared with, at each combination of ``by``.

        ``against`` is the first level unless named. Columns: contrast, those of ``by``, and those of ``coefficients``.
        """
        levels = self.design.levels.get(factor, ())
        control = levels[0] if against is None and levels else against
        if control not in levels:
            raise FitRefused(f"'{factor}' has no level '{control}'; its levels are {', '.join(map(str, levels))}.")
        keys, rows = self.design.mean_rows((factor, *by), at)
        row_of = dict(zip(keys, rows, strict=True))
        pairs = [key for key in keys if key[0] != control]
        differences = np.array([row_of[key] - row_of[(control, *key[1:])] for key in pairs])
        table = self.contrasts(differences, [f"{key[0]} - {control}" for key in pairs])
        for place, name in enumerate(by):
            table.insert(1 + place, name, [key[1 + place] for key in pairs])
        return table

    def test(self, term: str) -> tuple[float, int, float, float]:
        """Test a term: F, numerator and denominator degrees of freedom, p.

        A main effect is tested as the average over the levels of the factors it interacts with, each of equal
        weight (type III). Raises FitRefused where combinations of levels are missing.
        """
        if len(self.kept) < len(self.design.names):
            raise FitRefused(f"'{term}' cannot be tested: some combinations of levels have no readings.")
        names: Term = tuple(name.strip() for name in term.split(":"))
        where = self.design.columns_of(names)
        grid = self._grid()
        averaged = [name for name in self.design.levels if name not in names]
        rows = np.linalg.lstsq(self.design.matrix(grid, averaged), self.design.matrix(grid), rcond=None)[0]
        return self.inference.joint(rows[where].astype(np.float64))

    def test_rows(self, rows: Floats) -> tuple[float, int, float, float]:
        """Test several linear combinations (r × columns of the design) together: F, both degrees of freedom, p."""
        rows = np.atleast_2d(np.asarray(rows, dtype=np.float64))
        if not self._estimable(rows).all():
            raise FitRefused("The readings do not determine one of the combinations to test.")
        return self.inference.joint(rows[:, self.kept])

    def components_table(self) -> pd.DataFrame:
        """Return the variance components of random effects: grouping, effect, with, variance, sd_or_correlation."""
        import pandas as pd

        variance = {(g, a): v for g, a, b, v in self.components if not b}
        rows = [
            (g, a, b, v, math.sqrt(v) if not b else _share(v, variance[g, a] * variance[g, b]))
            for g, a, b, v in self.components
        ]
        return pd.DataFrame(rows, columns=["grouping", "effect", "with", "variance", "sd_or_correlation"])

    def methods_sentence(self, language: str = "en") -> str:
        """Return what was done, as a methods section says it, in English (en) or Korean (ko)."""
        return describe_model(self, language)

    def _estimable(self, rows: Floats) -> NDArray[np.bool_]:
        dropped = [i for i in range(len(self.design.names)) if i not in self.kept]
        if not dropped:
            return np.ones(len(rows), dtype=np.bool_)
        gap = np.abs(rows[:, dropped] - rows[:, self.kept] @ self.repeats).max(axis=1)
        close: NDArray[np.bool_] = gap < 1e-8 * np.maximum(np.abs(rows).max(axis=1), 1.0)
        return close

    def _grid(self) -> dict[str, Any]:
        """Return rows enough to tell every column of the design from the others."""
        draw = np.random.default_rng(0)
        n = 20 * len(self.design.names) * max(math.prod(len(v) for v in self.design.levels.values()), 1)
        grid: dict[str, Any] = {}
        for name, levels in self.design.levels.items():
            choice = np.empty(len(levels), dtype=object)
            choice[:] = levels
            grid[name] = choice[draw.integers(len(levels), size=n)]
        return grid | {name: draw.standard_normal(n) for name in self.design.means}


def compare_nested(smaller: MixedModel, larger: MixedModel) -> tuple[float, int, float]:
    """Compare two fits of the same rows by likelihood ratio: chi-squared, degrees of freedom, p.

    Models that differ in fixed effects must both be fitted by ML. Raises FitRefused where the models do not nest in
    number of parameters or in rows. A variance at its bound of zero makes the p-value too large.
    """
    if smaller.method != larger.method or smaller.n_rows != larger.n_rows:
        raise FitRefused("A likelihood ratio compares two fits of the same rows by the same method.")
    if smaller.method == "REML" and smaller.design.text != larger.design.text:
        raise FitRefused("Models that differ in fixed effects are compared by ML, not by REML.")
    df = _size(larger) - _size(smaller)
    if df <= 0:
        raise FitRefused("The second model must have more parameters than the first.")
    statistic = max(smaller.deviance - larger.deviance, 0.0)
    return statistic, df, float(chdtrc(df, statistic))


def _size(model: MixedModel) -> int:
    return model.criterion_parameters + (0 if model.components else len(model.kept))


def _share(covariance: float, product: float) -> float:
    return covariance / math.sqrt(product) if product > 0 else math.nan
