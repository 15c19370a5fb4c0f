"""How much worse the missing readings of a trial would have to be to undo its result (tipping point)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr, stdtrit

from ginseng_rd.efficacy.fixed_effects import levels_of
from ginseng_rd.efficacy.mixed_model import MixedModel
from ginseng_rd.efficacy.repeated_measures import fit_mmrm
from ginseng_rd.efficacy.trial_words import choose
from ginseng_rd.efficacy.trials import ChangeRows, prepare_changes
from ginseng_rd.errors import FitRefused

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
_FARTHEST = 20.0  # standard deviations of change that a tipping point is searched within


@dataclass(frozen=True)
class TippingPoint:
    """The difference at the last visit under assumptions on the missing readings.

    ``table`` has assumption (``missing at random``, ``shifted``, ``jump to control``), shift, estimate (arm minus
    control), se, df, low, high and p. ``shift`` is added to the imputed readings of the arm. ``tipping_shift`` is the
    smallest one at which the result is no longer significant: 0 if it is not under missing at random, None if no
    shift within reach tips it. ``missing`` counts readings imputed in arm and control over all visits.
    """

    arm: Any
    control: Any
    visit: Any
    table: pd.DataFrame
    tipping_shift: float | None
    missing: tuple[int, int]
    n_subjects: int
    imputations: int
    seed: int
    alpha: float

    def methods_sentence(self, language: str = "en") -> str:
        """Return what was done, in English (en) or Korean (ko)."""
        tip = "no shift within reach" if self.tipping_shift is None else f"a shift of {self.tipping_shift:.4g}"
        korean_tip = "검토 범위 안에 없음" if self.tipping_shift is None else f"{self.tipping_shift:.4g}"
        return choose(
            language,
            f"Missing readings of {self.n_subjects} subjects ({self.missing[0]} in '{self.arm}', {self.missing[1]} "
            f"in '{self.control}') were imputed {self.imputations} times (seed {self.seed}) from the mixed model for "
            "repeated measures under missing at random, its covariance drawn from an inverse Wishart and its "
            f"coefficients from a normal distribution; each set was analysed at visit {self.visit} by covariance "
            "analysis and pooled by Rubin's rules with Barnard and Rubin's degrees of freedom. Shifting the imputed "
            f"readings of '{self.arm}', {tip} takes the result beyond p = {self.alpha:g}; 'jump to control' gives "
            "them the mean of the control arm.",
            f"대상자 {self.n_subjects}명의 결측값('{self.arm}' {self.missing[0]}개, '{self.control}' "
            f"{self.missing[1]}개)을 MAR 가정의 MMRM에서 {self.imputations}회 다중대치(시드 {self.seed}; 공분산은 "
            f"역위샤트, 계수는 정규분포에서 추출)하고, 방문 {self.visit}의 공분산분석 결과를 Rubin "
            f"규칙(Barnard-Rubin 자유도)으로 합쳤다. '{self.arm}' 군 대치값에 더했을 때 p가 {self.alpha:g}을 넘는 "
            f"최소 이동량: {korean_tip}. 'jump to control'은 대조군 평균으로 대치한 결과이다.",
        )


def find_tipping_point(
    data: pd.DataFrame, *, response: str, subject: str, arm: str, visit: str, baseline_visit: Any, control: Any,
    shifts: Sequence[float] = (), covariates: Sequence[str] = (), covariance: str = "unstructured",
    imputations: int = 200, seed: int = 1, alpha: float = 0.05,
) -> TippingPoint:  # fmt: skip
    """Impute what is missing after baseline, shift it against the arm, and see when the result at the last visit is
    lost.

    For a trial of two arms. ``shifts`` are further shifts to tabulate, in the unit of the response. Subjects with a
    baseline alone are imputed too. Raises FitRefused for more than two arms, nothing missing in the arm, and for what
    ``analyse_parallel_trial`` refuses.
    """
    import pandas as pd

    rows = prepare_changes(
        data, response=response, subject=subject, arm=arm, visit=visit, baseline_visit=baseline_visit, control=control,
        covariates=covariates,
    )  # fmt: skip
    levels = rows.subjects["arm"].cat.categories.tolist()
    if len(levels) != 2:
        raise FitRefused(f"A tipping point compares two arms, but there are {len(levels)}: take them two by two.")
    model = fit_mmrm(
        rows.changes, response="change", fixed=rows.terms, subject="subject", visit="visit", covariance=covariance
    )
    grid = _Grid.lay(rows, model)
    if not grid.absent[grid.treated].any():
        raise FitRefused(f"Nothing is missing in arm '{levels[1]}': there is nothing to shift.")
    completed, jumped = _impute(grid, model, imputations, np.random.default_rng(seed))
    last = _Last(grid, completed)
    lines = [("missing at random", 0.0, *last.pool(0.0, alpha))]
    lines += [("shifted", float(shift), *last.pool(float(shift), alpha)) for shift in shifts]
    lines.append(("jump to control", math.nan, *_Last(grid, jumped).pool(0.0, alpha)))
    columns = ["assumption", "shift", "estimate", "se", "df", "low", "high", "p"]
    return TippingPoint(
        arm=levels[1], control=control, visit=model.visits[-1], table=pd.DataFrame(lines, columns=columns),
        tipping_shift=_search(last, alpha, float(np.nanstd(grid.change))),
        missing=(int(grid.absent[grid.treated].sum()), int(grid.absent[~grid.treated].sum())),
        n_subjects=len(grid.change), imputations=imputations, seed=seed, alpha=alpha,
    )  # fmt: skip


@dataclass(frozen=True)
class _Grid:
    """All subjects at all visits: design (n × d × q) as it is and as in the control arm, changes, what is absent."""

    design: Floats
    as_control: Floats
    change: Floats
    absent: NDArray[np.bool_]
    treated: NDArray[np.bool_]
    last: Floats  # design of the analysis at the last visit (n × r), the arm in its last column

    @classmethod
    def lay(cls, rows: ChangeRows, model: MixedModel) -> _Grid:
        people, visits = rows.subjects, list(model.visits)
        wide = rows.changes.pivot(index="subject", columns="visit", values="change").reindex(people.index)[visits]
        n, d = wide.shape
        table: dict[str, Any] = {
            name: np.repeat(people[name].to_numpy(), d) for name in people.columns if name != "arm"
        }
        table["visit"] = np.tile(np.array(visits, dtype=object), n)
        arms = people["arm"].cat.categories.tolist()
        actual = np.repeat(people["arm"].to_numpy(dtype=object), d)
        control = np.full(n * d, arms[0], dtype=object)
        kept = list(model.kept)
        design, as_control = (
            model.design.matrix(table | {"arm": which})[:, kept].reshape(n, d, -1) for which in (actual, control)
        )
        treated = (people["arm"] == arms[1]).to_numpy()
        columns = [np.ones(n), people["baseline"].to_numpy(dtype=np.float64)]
        for name in (c for c in people.columns if c not in ("arm", "baseline")):
            if name in model.design.levels:
                columns += [(people[name] == level).to_numpy(dtype=np.float64) for level in levels_of(people[name])[1:]]
            else:
                columns.append(people[name].to_numpy(dtype=np.float64))
        last = np.column_stack([*columns, treated.astype(np.float64)])
        change = wide.to_numpy(dtype=np.float64)
        return cls(design, as_control, change, np.isnan(change), treated, last)


def _impute(grid: _Grid, model: MixedModel, count: int, draw: np.random.Generator) -> tuple[Floats, Floats]:
    """Return completed changes at the last visit (count × n), missing at random and jumped to control."""
    from scipy.stats import invwishart

    sigma = model.covariance[""]
    # Each visit spends about as many coefficients as the model has for one visit.
    freedom = max(model.n_subjects - math.ceil(grid.design.shape[2] / len(sigma)), len(sigma) + 2)
    at_random, jumped = np.empty((count, len(grid.change))), np.empty((count, len(grid.change)))
    for turn in range(count):
        drawn = np.atleast_2d(invwishart.rvs(freedom, freedom * sigma, random_state=draw))
        beta = _draw_coefficients(grid, drawn, draw)
        own = grid.design @ beta
        control = np.where(grid.treated[:, None], grid.as_control @ beta, own)
        noise = draw.standard_normal(grid.change.shape)
        at_random[turn] = _complete(grid, own, own, drawn, noise)
        jumped[turn] = _complete(grid, own, control, drawn, noise)
    return at_random, jumped


def _draw_coefficients(grid: _Grid, sigma: Floats, draw: np.random.Generator) -> Floats:
    """Draw coefficients given a covariance of the visits, from their normal distribution."""
    present = ~grid.absent
    both = present[:, :, None] & present[:, None, :]
    inverse = np.linalg.inv(np.where(both, sigma, 0.0) + np.eye(len(sigma)) * grid.absent[:, :, None])
    weighted = np.swapaxes(grid.design, 1, 2) @ np.where(both, inverse, 0.0)
    information = (weighted @ grid.design).sum(axis=0)
    score = (weighted @ np.where(present, grid.change, 0.0)[:, :, None]).sum(axis=0)[:, 0]
    lower = np.linalg.cholesky(information)
    spread = np.linalg.solve(lower.T, draw.standard_normal(len(score)))
    return np.asarray(np.linalg.solve(information, score) + spread, dtype=np.float64)


def _complete(grid: _Grid, own: Floats, instead: Floats, sigma: Floats, noise: Floats) -> Floats:
    """Return changes at the last visit, drawn where absent, of mean ``instead``, given what was seen around ``own``."""
    found = grid.change[:, -1].copy()
    for pattern in np.unique(grid.absent[grid.absent[:, -1]], axis=0):
        chosen = np.flatnonzero((grid.absent == pattern).all(axis=1))
        gone, seen = np.flatnonzero(pattern), np.flatnonzero(~pattern)
        slope = np.linalg.solve(sigma[np.ix_(seen, seen)], sigma[np.ix_(seen, gone)])
        rest = sigma[np.ix_(gone, gone)] - sigma[np.ix_(gone, seen)] @ slope
        mean = instead[np.ix_(chosen, gone)] + (grid.change - own)[np.ix_(chosen, seen)] @ slope
        found[chosen] = mean[:, -1] + (noise[np.ix_(chosen, gone)] @ np.linalg.cholesky(rest).T)[:, -1]
    return found


class _Last:
    """The analysis of covariance at the last visit, linear in the shift, so that many shifts cost little."""

    def __init__(self, grid: _Grid, completed: Floats) -> None:
        x = grid.last
        moved = (grid.treated & grid.absent[:, -1]).astype(np.float64)
        solve = np.linalg.pinv(x)
        self._scale = float((solve @ solve.T)[-1, -1])
        self._df = len(x) - int(np.linalg.matrix_rank(x))
        self._estimate, self._by_shift = completed @ solve[-1], float(moved @ solve[-1])
        rest, rest_by = completed - completed @ solve.T @ x.T, moved - x @ (solve @ moved)
        self._squares = ((rest**2).sum(axis=1), 2 * rest @ rest_by, float(rest_by @ rest_by))

    def pool(self, shift: float, alpha: float) -> tuple[float, float, float, float, float, float]:
        """Return estimate, se, df, low, high and p by Rubin's rules (Barnard and Rubin, Biometrika 86 (1999) 948)."""
        values = self._estimate + shift * self._by_shift
        plain, cross, square = self._squares
        inside = float(np.mean((plain + shift * cross + shift**2 * square) / self._df)) * self._scale
        between = (1 + 1 / len(values)) * float(values.var(ddof=1))
        total = inside + between
        share = between / total
        observed = (self._df + 1) / (self._df + 3) * self._df * (1 - share)
        df = 1 / (share**2 / (len(values) - 1) + 1 / observed)
        estimate, se = float(values.mean()), math.sqrt(total)
        half = float(stdtrit(df, 1 - alpha / 2)) * se
        return estimate, se, df, estimate - half, estimate + half, float(2 * stdtr(df, -abs(estimate / se)))


def _search(last: _Last, alpha: float, sd: float) -> float | None:
    """Return the shift against the arm at which p reaches alpha."""
    from scipy.optimize import brentq

    estimate, *_, p = last.pool(0.0, alpha)
    if p >= alpha:
        return 0.0
    against = -math.copysign(1.0, estimate)
    for far in np.linspace(0, _FARTHEST * sd, 400)[1:]:
        if last.pool(against * far, alpha)[-1] >= alpha:
            return float(brentq(lambda s: last.pool(s, alpha)[-1] - alpha, 0.0, against * far, xtol=1e-10))
    return None
