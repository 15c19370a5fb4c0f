"""Cox's partial likelihood with tied deaths, strata and delayed entry; value and derivatives are exact.

Ties after Efron (J Am Stat Assoc 72 (1977) 557) or Breslow (Biometrics 30 (1974) 89). Every death is one
factor of the likelihood; with Efron the k-th of d deaths at one time sees k/d of their risk taken away.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ginseng_rd.efficacy.survival_times import Floats, SurvivalTimes, Whole
from ginseng_rd.errors import FitRefused

TIES = ("efron", "breslow")
_MOST_STEPS = 60
_SETTLED = 1e-9  # a Newton step this small, in units of a covariate's spread, ends the search
_RUNAWAY = 25.0  # a log hazard ratio this large across a covariate's range has left every plausible value
_SINGULAR = 1e-9  # least curvature, against the largest, that determines a coefficient


@dataclass(frozen=True)
class Deaths:
    """What each death contributes at given coefficients.

    ``total`` is the sum of relative risks, ``mean`` (deaths × p) and ``spread`` (deaths × p × p) are those of
    the covariates at risk.
    """

    total: Floats
    mean: Floats
    spread: Floats

    @property
    def information(self) -> Floats:
        """The negative second derivative of the log likelihood."""
        return np.asarray(self.spread.sum(axis=0))


@dataclass(frozen=True)
class PartialLikelihood:
    """Rows of individuals and the cells in which they are at risk; a cell is a time of death in a stratum.

    A row of ``x`` is at risk from cell ``begin`` up to but not in cell ``end``. ``died`` lists the rows of deaths
    cell by cell, ``cell`` their cells, ``starts`` the first death of each cell, ``taken`` the share of the tied risk
    that each death sees taken away. ``when`` is the time of each cell, ``blocks`` rows and cells of each stratum.
    """

    x: Floats
    begin: Whole
    end: Whole
    died: Whole
    cell: Whole
    starts: Whole
    taken: Floats
    when: Floats
    blocks: tuple[tuple[Whole, slice], ...]

    def log_likelihood(self, beta: Floats) -> tuple[float, Deaths]:
        """Return the log likelihood and what each death contributes."""
        risk, x = self.relative_risk(beta), self.x
        sums = []
        for moment in (risk, risk[:, None] * x, risk[:, None, None] * x[:, :, None] * x[:, None, :]):
            part = self.taken.reshape(-1, *[1] * (moment.ndim - 1))
            tied = np.add.reduceat(moment[self.died], self.starts, axis=0)
            sums.append((self._sum_at_risk(moment)[self.cell]) - part * tied[self.cell])
        total = sums[0]
        mean = sums[1] / total[:, None]
        spread = sums[2] / total[:, None, None] - mean[:, :, None] * mean[:, None, :]
        return float(np.sum(x[self.died] @ beta) - np.sum(np.log(total))), Deaths(total, mean, spread)

    def relative_risk(self, beta: Floats) -> Floats:
        """Return each row's hazard against that of mean covariates."""
        return np.asarray(np.exp(self.x @ beta))

    def score(self, deaths: Deaths) -> Floats:
        """Return the first derivative of the log likelihood."""
        return np.asarray(np.sum(self.x[self.died] - deaths.mean, axis=0))

    def score_residuals(self, beta: Floats, deaths: Deaths) -> Floats:
        """Return each row's part in the score (n × p); Therneau and Grambsch, Modeling Survival Data (2000), ch. 7."""
        per_death = np.column_stack([1 / deaths.total, deaths.mean / deaths.total[:, None]])
        hazard = np.add.reduceat(per_death, self.starts, axis=0)
        running = np.vstack([np.zeros(hazard.shape[1]), np.cumsum(hazard, axis=0)])
        seen = running[self.end] - running[self.begin]
        risk = self.relative_risk(beta)
        residual = -risk[:, None] * (self.x * seen[:, :1] - seen[:, 1:])
        back = np.add.reduceat(self.taken[:, None] * per_death, self.starts, axis=0)[self.cell]
        mean = np.add.reduceat(deaths.mean, self.starts, axis=0)[self.cell] / np.bincount(self.cell)[self.cell, None]
        own = self.x[self.died]
        residual[self.died] += own - mean + risk[self.died, None] * (own * back[:, :1] - back[:, 1:])
        return np.asarray(residual)

    def _sum_at_risk(self, moment: Floats) -> Floats:
        """Return the sum over the rows at risk in each cell; by stratum, so that small tails stay exact."""
        total = np.empty((len(self.when), *moment.shape[1:]))
        for rows, cells in self.blocks:
            total[cells] = _sum_behind(moment[rows], self.end[rows] - cells.start - 1, cells)
            late = rows[self.begin[rows] > cells.start]
            if len(late):
                total[cells] -= _sum_behind(moment[late], self.begin[late] - cells.start - 1, cells)
        return total


def make_likelihood(data: SurvivalTimes, x: Floats, ties: str) -> PartialLikelihood:
    """Return the partial likelihood of individuals with covariates ``x`` (n × p)."""
    times = np.unique(data.time[data.event])
    step = len(times) + 1
    # Death times are numbered stratum by stratum, so that one whole number orders both.
    died = np.flatnonzero(data.event)
    key = data.stratum[died] * step + np.searchsorted(times, data.time[died])
    died = died[np.argsort(key, kind="stable")]
    keys, starts, cell, tied = np.unique(np.sort(key), return_index=True, return_inverse=True, return_counts=True)
    begin = np.searchsorted(keys, data.stratum * step + np.searchsorted(times, data.entry, side="right"))
    end = np.searchsorted(keys, data.stratum * step + np.searchsorted(times, data.time, side="right"))
    rank = np.arange(len(died)) - starts[cell]
    taken = rank / tied[cell] if ties == "efron" else np.zeros(len(died))
    blocks = []
    for stratum in np.unique(keys // step):
        low, high = np.searchsorted(keys, (stratum * step, (stratum + 1) * step))
        # Rows of other strata and those that leave before the first death are at risk in none of these cells.
        rows = np.flatnonzero((data.stratum == stratum) & (end > begin))
        blocks.append((rows, slice(int(low), int(high))))
    return PartialLikelihood(x, begin, end, died, cell, starts, taken, times[keys % step], tuple(blocks))


def climb(likelihood: PartialLikelihood, names: tuple[str, ...]) -> tuple[Floats, float, Deaths]:
    """Return the coefficients of the greatest likelihood, its logarithm, and the deaths there.

    Newton's steps, halved where they overshoot. Raises FitRefused where covariates repeat each other among those
    at risk, and where the likelihood grows without end (a monotone likelihood), naming the covariate.
    """
    beta = np.zeros(likelihood.x.shape[1])
    value, deaths = likelihood.log_likelihood(beta)
    check_curvature(deaths.information, names)
    reach = np.ptp(likelihood.x, axis=0)
    for _ in range(_MOST_STEPS):
        step = np.linalg.lstsq(deaths.information, likelihood.score(deaths), rcond=None)[0]
        further, then = likelihood.log_likelihood(beta + step)
        while not further >= value - 1e-9 * abs(value) and np.abs(step).max() > _SETTLED:
            step = step / 2
            further, then = likelihood.log_likelihood(beta + step)
        beta, value, deaths = beta + step, further, then
        across = np.abs(beta) * reach
        if across.max() > _RUNAWAY:
            raise FitRefused(
                f"The likelihood grows without end along '{names[int(np.argmax(across))]}' (monotone likelihood): "
                "those "
                "who died are told apart perfectly there, as when an arm has no death. No finite hazard ratio "
                "fits; compare survival curves by a log-rank test instead."
            )
        if np.abs(step).max() < _SETTLED:
            check_curvature(deaths.information, names)
            return beta, value, deaths
    raise FitRefused("The Cox model did not converge: no hazard ratio is given.")


def check_curvature(information: Floats, names: tuple[str, ...]) -> None:
    """Raise FitRefused where a coefficient is not determined."""
    values, vectors = np.linalg.eigh(information)
    if values[0] < _SINGULAR * max(values[-1], 1e-300):
        involved = [name for name, part in zip(names, vectors[:, 0], strict=True) if abs(part) > 0.1]
        named = ", ".join(f"'{name}'" for name in involved)
        raise FitRefused(
            f"The deaths do not determine {named}: it is constant, or repeats others, among those at risk "
            "(within each stratum). Leave it out."
        )


def _sum_behind(moment: Floats, last: Whole, cells: slice) -> Floats:
    """Return, for each cell, the sum over the rows whose last cell is that one or a later one."""
    size = cells.stop - cells.start
    order = np.argsort(last, kind="stable")
    behind = np.cumsum(moment[order][::-1], axis=0)[::-1]
    first = np.searchsorted(last[order], np.arange(size))
    padded = np.concatenate([behind, np.zeros((1, *moment.shape[1:]))])
    return np.asarray(padded[first])
