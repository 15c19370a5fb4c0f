"""What readings say of a fitted mean: sums of squares and likelihoods of measured, counted and yes-or-no responses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from scipy.special import digamma, gammaln, xlogy

from ginseng_rd.efficacy.curve_problem import CurveProblem
from ginseng_rd.efficacy.nonlinear import Evaluate, Floats, Function, Whole
from ginseng_rd.errors import FitRefused

Likelihood: TypeAlias = "MeasuredLikelihood | ProportionLikelihood | CountLikelihood"

_FLOOR = 1e-12  # a mean of 0 or 1 that the model fixes is read as this far inside, as R's drc does
_SLACK = 1e-9

RESPONSES = ("continuous", "binomial", "poisson", "negative binomial")
VARIANCES = ("constant", "power of the mean")


@dataclass(frozen=True)
class MeasuredLikelihood:
    """Normal responses with constant variance, or one that grows with a power of the mean.

    ``box_cox`` transforms readings and curve alike by Box and Cox's power (Carroll and Ruppert's
    transform-both-sides). With constant variance the free parameters alone are searched and the
    variance follows; with the power, ln sd and the power are two more.
    """

    power: bool = False
    box_cox: float | None = None

    @property
    def shapes(self) -> int:
        """The number of parameters beside those of the curve in the vector that is searched."""
        return 2 if self.power else 0

    def transform(self, value: Floats) -> Floats:
        """Return Box and Cox's transform; NaN where a value is not above 0."""
        if self.box_cox is None:
            return value
        with np.errstate(invalid="ignore", divide="ignore"):
            logarithm = np.where(value > 0, np.log(value), np.nan)
            scaled: Floats = np.expm1(self.box_cox * logarithm) / self.box_cox if self.box_cox else logarithm
        return scaled

    def scoring(self, problem: CurveProblem) -> Evaluate:
        """Return the weighted residuals of constant variance, with which the descent begins."""
        root = np.sqrt(problem.weight)
        target = self.transform(problem.value)

        def evaluate(theta: Floats, which: Whole) -> tuple[Floats, Floats, Floats]:
            mean, by = problem.mean_with_jacobian(theta)
            residual = (target - self.transform(mean)) * root
            if self.box_cox is not None:
                by = by * (np.maximum(mean, _FLOOR) ** (self.box_cox - 1))[..., None]
            return np.sum(residual**2, axis=1), residual, by * root[:, None]

        return evaluate

    def first_shapes(self, problem: CurveProblem, theta: Floats) -> Floats:
        """Return ln sd and power to begin with."""
        if not self.power:
            return np.zeros(0)
        residual = (problem.value - problem.mean(theta[None, :])[0]) * np.sqrt(problem.weight)
        mean = np.maximum(np.abs(problem.mean(theta[None, :])[0]), _FLOOR)
        logs = np.log(np.maximum(np.abs(residual), 1e-3 * np.std(residual) + 1e-300))
        slope, level = np.polyfit(np.log(mean), logs, 1) if np.ptp(mean) > 0 else (0.0, float(logs.mean()))
        return np.array([level + 0.6, np.clip(slope, -1.0, 2.0)])

    def height(self, problem: CurveProblem, whole: Floats) -> Floats:
        """Return half the sum of squares, or minus the log-likelihood with a power, for (k, p + shapes)."""
        if not self.power:
            residual = self.transform(problem.value) - self.transform(problem.mean(whole))
            squares: Floats = 0.5 * np.sum(residual**2 * problem.weight, axis=1)
            return np.where(np.isfinite(squares), squares, np.inf)
        mean, log_sd = self._spread(problem, whole)
        z = (problem.value - mean) / np.exp(log_sd)
        heights: Floats = np.sum(log_sd + 0.5 * z**2, axis=1)
        return np.where(np.all(mean > 0, axis=1), heights, np.inf)

    def gradient(self, problem: CurveProblem) -> Function:
        """Return the gradient of ``height`` by the whole vector."""
        if not self.power:
            scoring = self.scoring(problem)

            def pull(whole: Floats) -> Floats:
                _, residual, by = scoring(whole, np.arange(len(whole)))
                uphill: Floats = -np.einsum("kmp,km->kp", by, residual)
                return uphill

            return pull
        return lambda whole: self._power_gradient(problem, whole)

    def _spread(self, problem: CurveProblem, whole: Floats) -> tuple[Floats, Floats]:
        mean = problem.mean(whole[:, :-2])
        log_mean = np.log(np.maximum(mean, _FLOOR))
        return mean, whole[:, -2:-1] + whole[:, -1:] * log_mean - 0.5 * np.log(problem.weight)

    def _power_gradient(self, problem: CurveProblem, whole: Floats) -> Floats:
        mean, log_sd = self._spread(problem, whole)
        _, by = problem.mean_with_jacobian(whole[:, :-2])
        z = (problem.value - mean) / np.exp(log_sd)
        by_mean = whole[:, -1:] * (1 - z**2) / mean - z / np.exp(log_sd)
        by_sd = 1 - z**2
        own = np.einsum("kmp,km->kp", by, by_mean)
        log_mean = np.log(np.maximum(mean, _FLOOR))
        return np.concatenate([own, by_sd.sum(1)[:, None], (by_sd * log_mean).sum(1)[:, None]], axis=1)

    def log_likelihood(self, problem: CurveProblem, whole: Floats, scatter: float, n: int) -> float:
        """Return the maximised log-likelihood, that of the readings as they came in."""
        height = float(self.height(problem, whole[None, :])[0])
        if self.power:
            return -height - 0.5 * n * float(np.log(2 * np.pi))
        rss = max(2 * height + scatter, np.finfo(float).tiny)  # readings without any scatter
        fit = -0.5 * n * (np.log(2 * np.pi * rss / n) + 1)
        turned = 0.0 if self.box_cox is None else (self.box_cox - 1) * float(np.log(problem.value).sum())
        return float(fit) + turned


@dataclass(frozen=True)
class ProportionLikelihood:
    """Binomial responses: the value is the share of the ``weight`` trials that responded."""

    shapes: int = 0

    def scoring(self, problem: CurveProblem) -> Evaluate:
        """Return the deviance, with residuals and Jacobian over the binomial standard deviation."""

        def evaluate(theta: Floats, which: Whole) -> tuple[Floats, Floats, Floats]:
            mean, by = problem.mean_with_jacobian(theta)
            share = np.clip(mean, _FLOOR, 1 - _FLOOR)
            informative = (mean > _FLOOR) & (mean < 1 - _FLOOR)
            root = np.sqrt(problem.weight / (share * (1 - share))) * informative
            return 2 * self._against_best(problem, mean), (problem.value - share) * root, by * root[..., None]

        return evaluate

    def first_shapes(self, problem: CurveProblem, theta: Floats) -> Floats:
        """Return nothing: the binomial has no parameter of its own."""
        return np.zeros(0)

    def height(self, problem: CurveProblem, whole: Floats) -> Floats:
        """Return minus the log-likelihood of each row of ``whole``, less that of the perfect fit."""
        return self._against_best(problem, problem.mean(whole))

    def gradient(self, problem: CurveProblem) -> Function:
        """Return the gradient of ``height``."""
        scoring = self.scoring(problem)

        def pull(whole: Floats) -> Floats:
            _, residual, by = scoring(whole, np.arange(len(whole)))
            uphill: Floats = -np.einsum("kmp,km->kp", by, residual)
            return uphill

        return pull

    def _against_best(self, problem: CurveProblem, mean: Floats) -> Floats:
        y, trials, share = problem.value, problem.weight, np.clip(mean, _FLOOR, 1 - _FLOOR)
        best = xlogy(y, y) + xlogy(1 - y, 1 - y)
        height = np.sum(trials * (best - xlogy(y, share) - xlogy(1 - y, 1 - share)), axis=1)
        outside = np.any((mean < -_SLACK) | (mean > 1 + _SLACK), axis=1)
        return np.where(outside, np.inf, height)

    def log_likelihood(self, problem: CurveProblem, whole: Floats, scatter: float, n: int) -> float:
        """Return the binomial log-likelihood, binomial coefficients included; ``scatter`` is their sum."""
        y, trials = problem.value, problem.weight
        best = float(np.sum(trials * (xlogy(y, y) + xlogy(1 - y, 1 - y))))
        return best - float(self.height(problem, whole[None, :])[0]) + scatter


@dataclass(frozen=True)
class CountLikelihood:
    """Counts: Poisson, or negative binomial with variance mean + mean^2 / size and ln size as a parameter more."""

    overdispersed: bool = False

    @property
    def shapes(self) -> int:
        """One for the size of the negative binomial."""
        return int(self.overdispersed)

    def scoring(self, problem: CurveProblem) -> Evaluate:
        """Return the Poisson deviance, with residuals and Jacobian over the Poisson standard deviation."""

        def evaluate(theta: Floats, which: Whole) -> tuple[Floats, Floats, Floats]:
            mean, by = problem.mean_with_jacobian(theta)
            level = np.maximum(mean, _FLOOR)
            root = np.sqrt(problem.weight / level) * (mean > _FLOOR)
            deviance = 2 * np.sum(
                problem.weight * (xlogy(problem.value, problem.value / level) - problem.value + level), axis=1
            )
            outside = np.any(mean < -_SLACK, axis=1)
            return np.where(outside, np.inf, deviance), (problem.value - level) * root, by * root[..., None]

        return evaluate

    def first_shapes(self, problem: CurveProblem, theta: Floats) -> Floats:
        """Return ln size by moments, or nothing."""
        if not self.overdispersed:
            return np.zeros(0)
        mean = np.maximum(problem.mean(theta[None, :])[0], _FLOOR)
        excess = float(np.sum((problem.value - mean) ** 2 - mean) / np.sum(mean**2))
        return np.array([-np.log(max(excess, 1e-3))])

    def height(self, problem: CurveProblem, whole: Floats) -> Floats:
        """Return minus the log-likelihood without the terms that hold no parameter."""
        y, weight = problem.value, problem.weight
        mean = problem.mean(whole[:, :-1] if self.overdispersed else whole)
        level = np.maximum(mean, _FLOOR)
        if self.overdispersed:
            size = np.exp(np.minimum(whole[:, -1:], _LARGEST))
            rows = gammaln(size) - gammaln(y + size) - size * np.log(size) - xlogy(y, level)
            rows = rows + (y + size) * np.log(size + level)
        else:
            rows = level - xlogy(y, level)
        return np.where(np.any(mean < -_SLACK, axis=1), np.inf, np.sum(weight * rows, axis=1))

    def gradient(self, problem: CurveProblem) -> Function:
        """Return the gradient of ``height`` by the whole vector."""

        def pull(whole: Floats) -> Floats:
            mean, by = problem.mean_with_jacobian(whole[:, :-1] if self.overdispersed else whole)
            y, level, informative = problem.value, np.maximum(mean, _FLOOR), mean > _FLOOR
            if not self.overdispersed:
                uphill: Floats = np.einsum("kmp,km->kp", by, problem.weight * (1 - y / level) * informative)
                return uphill
            size = np.exp(np.minimum(whole[:, -1:], _LARGEST))
            by_mean = ((y + size) / (size + level) - y / level) * informative
            by_size = digamma(size) - digamma(y + size) - np.log(size) - 1 + np.log(size + level)
            by_size = (by_size + (y + size) / (size + level)) * size
            own = np.einsum("kmp,km->kp", by, problem.weight * by_mean)
            return np.concatenate([own, np.sum(problem.weight * by_size, axis=1, keepdims=True)], axis=1)

        return pull

    def log_likelihood(self, problem: CurveProblem, whole: Floats, scatter: float, n: int) -> float:
        """Return the log-likelihood; ``scatter`` is minus the sum of the log factorials of the counts."""
        return scatter - float(self.height(problem, whole[None, :])[0])


_LARGEST = 25.0  # ln size of a negative binomial that is a Poisson


def choose_likelihood(response: str, variance: str, box_cox: float | None) -> Likelihood:
    """Return the likelihood of a kind of response; FitRefused for a name or a combination there is none of."""
    if response not in RESPONSES:
        raise FitRefused(f"A response is {', '.join(RESPONSES)}, not '{response}'.")
    if variance not in VARIANCES:
        raise FitRefused(f"A variance is {' or '.join(VARIANCES)}, not '{variance}'.")
    if response != "continuous" and (variance != "constant" or box_cox is not None):
        raise FitRefused(f"A {response} response has its own variance: leave out variance and box_cox.")
    if variance != "constant" and box_cox is not None:
        raise FitRefused("Choose either the power-of-the-mean variance or the Box-Cox transform, not both.")
    if response == "continuous":
        return MeasuredLikelihood(variance != "constant", box_cox)
    return ProportionLikelihood() if response == "binomial" else CountLikelihood(response == "negative binomial")
