"""Gaussian likelihood, full (ML) or restricted (REML), of a linear model whose rows come in independent clusters.

The covariance of each cluster is linear in components: V = sum of c_j B_j with known matrices B_j, and the components
are a smooth function of free parameters. Clusters with the same B_j share one V, and of many such clusters only the
sums of products of their rows are kept, so that an iteration does not grow with their number. Value, gradient and
Hessian are exact; the search is Newton's with step control. Lindstrom and Bates, J Am Stat Assoc 83 (1988) 1014; the
derivatives as in Kenward and Roger, Biometrics 53 (1997) 983.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ginseng_rd.errors import FitRefused

Floats = NDArray[np.float64]
# Components (K) with first (K × k) and second (K × k × k) derivatives in the free parameters.
Components = tuple[Floats, Floats, Floats]
_MOST_STEPS = 100
_DECREMENT = 1e-16  # of -2 log-likelihood that a further Newton step would still gain
_SADDLE = 1e-7  # the decrement below which a point of falling curvature is taken for a saddle
_PUSH = 0.1  # how far the search then steps aside, in units of the parameters (logarithms, standard deviations)
_SINGULAR = 1e-5  # what is left of a row's standard deviation given the rows before it
_ACCEPTED = 1e-7  # the same where rounding ends the search
_FLAT = 1e-7  # smallest curvature, against the largest, of a maximum that the data determine


@dataclass(frozen=True)
class Block:
    """Clusters of at most d rows, in P patterns of equal covariance.

    ``present`` (P × d) marks the rows that are there; ``basis`` (P or 1, K, d, d) the matrices of the components
    numbered in ``components``. Either ``rows`` (P × d × Q) holds the design and response of one cluster for each
    pattern, or ``gram`` (P × d × d × Q × Q) the sum over clusters of their products. ``counts`` are clusters.
    """

    present: NDArray[np.bool_]
    counts: Floats
    basis: Floats
    components: NDArray[np.int64]
    rows: Floats | None
    gram: Floats | None

    def cross(self, weights: Floats) -> Floats:
        """Return the sum of W' M W (K × Q × Q) over clusters with rows W, for weights M (P × K × d × d)."""
        if self.gram is not None:
            return np.tensordot(weights, self.gram, axes=([0, 2, 3], [0, 1, 2]))
        assert self.rows is not None
        weighted = weights @ self.rows[:, None]
        return np.moveaxis(np.tensordot(self.rows, weighted, axes=([0, 1], [0, 2])), 1, 0)

    def outer(self, inner: Floats) -> Floats:
        """Return the sum of W S W' (P × d × d) over the clusters of each pattern, for S (Q × Q)."""
        if self.gram is not None:
            p, d = self.present.shape
            return (self.gram.reshape(p, d, d, -1) @ inner.ravel()).reshape(p, d, d)
        assert self.rows is not None
        return self.rows @ inner @ np.swapaxes(self.rows, 1, 2)

    def invert(self, components: Floats) -> tuple[Floats, float, float]:
        """Return the inverse covariances (P × d × d, zero where a row is absent) and the sum of log determinants.

        The third value is the smallest standard deviation of a row given those before it, against its own.

        Raises numpy's LinAlgError where a covariance is not positive definite.
        """
        v = np.einsum("c,pcab->pab", components[self.components], self.basis)
        both = self.present[:, :, None] & self.present[:, None, :]
        v = np.where(both, v, 0.0) + np.eye(v.shape[1]) * ~self.present[:, :, None]
        lower = np.linalg.cholesky(v)
        left = np.diagonal(lower, axis1=1, axis2=2)
        log_det = float(self.counts @ (2 * np.log(left).sum(axis=1)))
        narrow = float((left / np.sqrt(np.diagonal(v, axis1=1, axis2=2))).min())
        inverse = np.linalg.inv(v)
        inverse = (inverse + np.swapaxes(inverse, 1, 2)) / 2
        return np.where(both, inverse, 0.0), log_det, narrow


@dataclass(frozen=True)
class Optimum:
    """Where the likelihood is largest.

    ``deviance`` is -2 log-likelihood, ``flat`` the number of directions without curvature. ``coefficients`` (q) have
    the ``covariance`` (q × q); ``information_by`` (K × q × q) is the derivative of the inverse of that covariance in
    each component. ``observed`` (K × K) is the covariance of the components from the observed information;
    ``weights`` the one that Kenward and Roger's sums are taken with, observed or expected; ``second_sum`` and
    ``bend_sum`` (q × q) are those sums of their Q and R.
    """

    theta: Floats
    components: Floats
    deviance: float
    flat: int
    coefficients: Floats
    covariance: Floats
    information_by: Floats
    observed: Floats
    weights: Floats
    second_sum: Floats
    bend_sum: Floats


@dataclass(frozen=True)
class _Point:
    """The likelihood at one point, and what its derivatives are made of."""

    value: float
    inverses: tuple[Floats, ...]
    beta: Floats
    covariance: Floats  # of beta
    narrow: float


@dataclass(frozen=True)
class _Slope:
    """Derivatives of -2 log-likelihood in the components, and of the information on the coefficients."""

    gradient: Floats
    hessian: Floats
    information_by: Floats


def maximise(
    blocks: Sequence[Block], rows: int, start: Floats, components: Callable[[Floats], Components], *, reml: bool,
    expected: bool = False,
) -> Optimum:  # fmt: skip
    """Find the parameters of the largest likelihood, from ``start``; ``rows`` is the number of rows in all.

    Raises FitRefused where the search ends without a maximum: a slope that does not vanish, a covariance that
    runs into singularity, a saddle. ``expected`` as in ``stand_at``.
    """
    theta = start
    point = _evaluate(blocks, rows, components(theta)[0], reml=reml)
    view: _View | None = None
    for _ in range(_MOST_STEPS):
        if point is None:
            raise FitRefused("The search for the covariance could not begin: its starting matrix is singular.")
        last, view = view, _look(blocks, point, components(theta), reml=reml)
        # Rounding ends the search too: close to the top each step must gain much on the one before.
        close = last is not None and last.decrement < _ACCEPTED and view.curvature[0] > -view.floor
        rounding = close and last is not None and view.decrement > last.decrement / 4
        moved = None if view.is_top or rounding else _move(blocks, rows, theta, view, point, components, reml=reml)
        if moved is None:
            break
        theta, point = moved
        if point.narrow < _SINGULAR:
            raise FitRefused(
                "The covariance is singular: readings at one visit follow exactly from those at others, or there are "
                "too few subjects for so many visits. Leave out the visit that repeats, or choose a simpler covariance."
            )
    if view is None or not view.decrement < _ACCEPTED or view.curvature[0] < -view.floor:
        raise FitRefused(
            "The fit did not converge: at its last step the likelihood could still rise. The readings do not "
            "carry this covariance (too few subjects for it, or visits that repeat one another): choose a simpler one."
        )
    return stand_at(blocks, rows, theta, components, reml=reml, expected=expected)


def stand_at(
    blocks: Sequence[Block], rows: int, theta: Floats, components: Callable[[Floats], Components], *, reml: bool,
    expected: bool = False,
) -> Optimum:  # fmt: skip
    """Return all that follows from parameters, taken for those of the largest likelihood.

    With ``expected`` the sums of Kenward and Roger are weighted by the expected information in the components
    (as pbkrtest has it), else by the observed one in the parameters (as mmrm and SAS have it).
    """
    parts = components(theta)
    point = _evaluate(blocks, rows, parts[0], reml=reml)
    if point is None:
        raise FitRefused("The covariance is singular.")
    view = _look(blocks, point, parts, reml=reml)
    _, jacobian, second = parts
    inverse = _invert(view.curvature, view.axes, view.floor)
    observed = jacobian @ inverse @ jacobian.T
    weights, bend = observed, np.einsum("kl,ckl->c", inverse, second)
    if expected:
        weights, bend = _expect(blocks, point, view.slope, reml=reml), np.zeros(len(parts[0]))
    by = view.slope.information_by
    return Optimum(
        theta=theta, components=parts[0], deviance=point.value,
        flat=int((view.curvature < view.floor).sum()), coefficients=point.beta, covariance=point.covariance,
        information_by=by, observed=observed, weights=weights, second_sum=_sum_second(blocks, point, weights),
        bend_sum=-np.tensordot(bend, by, axes=1),
    )  # fmt: skip


@dataclass(frozen=True)
class _View:
    """The slope in the free parameters at a point: Newton's step, what it would gain, the curvatures and axes."""

    slope: _Slope
    step: Floats
    decrement: float
    curvature: Floats
    axes: Floats
    floor: float

    @property
    def is_top(self) -> bool:
        return self.decrement < _DECREMENT and self.curvature[0] > -self.floor


def _look(blocks: Sequence[Block], point: _Point, parts: Components, *, reml: bool) -> _View:
    gamma, jacobian, second = parts
    slope = _derive(blocks, point, len(gamma), reml=reml)
    gradient = jacobian.T @ slope.gradient
    hessian = jacobian.T @ slope.hessian @ jacobian + np.tensordot(slope.gradient, second, axes=1)
    curvature, axes = np.linalg.eigh((hessian + hessian.T) / 2)
    floor = _FLAT * max(1.0, float(np.abs(curvature).max()))
    step = -axes @ ((axes.T @ gradient) / np.maximum(np.abs(curvature), floor))
    decrement = float(-gradient @ step)
    if curvature[0] < -floor and decrement < _SADDLE:
        # On a saddle (a variance that fell to zero by a long step) the slope shows no way on; the curvature does.
        step = step - math.copysign(_PUSH, float(gradient @ axes[:, 0])) * axes[:, 0]
        decrement += float(-curvature[0]) * _PUSH**2 / 2
    return _View(slope, step, decrement, curvature, axes, floor)


def _evaluate(blocks: Sequence[Block], rows: int, gamma: Floats, *, reml: bool) -> _Point | None:
    """Return the likelihood with the coefficients profiled out; None where a covariance is not positive definite."""
    try:
        found = [block.invert(gamma) for block in blocks]
        products = sum(block.cross(inverse[:, None])[0] for block, (inverse, *_) in zip(blocks, found, strict=True))
        information, shared, square = products[:-1, :-1], products[:-1, -1], products[-1, -1]
        lower = np.linalg.cholesky(information)
    except np.linalg.LinAlgError:
        return None
    covariance = np.linalg.inv(information)
    beta = covariance @ shared
    value = sum(log_det for _, log_det, _ in found) + float(square - shared @ beta)
    value += (rows - reml * len(beta)) * math.log(2 * math.pi)
    if reml:
        value += float(2 * np.log(np.diag(lower)).sum())
    if not math.isfinite(value):
        return None
    return _Point(
        value,
        tuple(inverse for inverse, *_ in found),
        beta,
        (covariance + covariance.T) / 2,
        min(narrow for *_, narrow in found),
    )


def _derive(blocks: Sequence[Block], point: _Point, size: int, *, reml: bool) -> _Slope:
    residual = np.append(-point.beta, 1.0)
    inner = np.multiply.outer(residual, residual)
    q = len(point.beta)
    if reml:
        inner[:q, :q] += point.covariance
    gradient, hessian = np.zeros(size), np.zeros((size, size))
    products = np.zeros((size, q + 1, q + 1))
    for block, inverse in zip(blocks, point.inverses, strict=True):
        at = block.components
        turned = inverse[:, None] @ block.basis  # N B_k
        spread = inverse @ block.outer(inner)  # N T
        eye = block.counts[:, None, None] * np.eye(inverse.shape[1])
        gradient[at] += np.einsum("pab,pkba->k", (eye - spread) @ inverse, np.broadcast_to(block.basis, turned.shape))
        right = turned @ (2 * spread - eye)[:, None]
        hessian[np.ix_(at, at)] += np.tensordot(turned, right, axes=([0, 2, 3], [0, 3, 2]))
        products[at] += block.cross(turned @ inverse[:, None])
    information_by = -products[:, :q, :q]
    lean = products @ residual  # the last column holds residuals in place of responses
    hessian -= 2 * lean[:, :q] @ point.covariance @ lean[:, :q].T
    if reml:
        scaled = information_by @ point.covariance
        hessian -= np.tensordot(scaled, scaled, axes=([1, 2], [2, 1]))
    return _Slope(gradient, (hessian + hessian.T) / 2, information_by)


def _move(
    blocks: Sequence[Block], rows: int, theta: Floats, view: _View, point: _Point,
    components: Callable[[Floats], Components], *, reml: bool,
) -> tuple[Floats, _Point] | None:  # fmt: skip
    """Go along the step as far as the likelihood rises; None where it does not, or only by rounding error."""
    length = min(1.0, 2.0 / float(np.abs(view.step).max()))
    for _ in range(15):
        there = theta + length * view.step
        found = _evaluate(blocks, rows, components(there)[0], reml=reml)
        # Close to the maximum the gain drowns in rounding: a full step is then taken on the slope's word.
        noise = 1e-13 * abs(point.value) + 1e-11 if view.decrement < 1e-6 else -1e-4 * length * view.decrement
        if found is not None and found.value <= point.value + noise:
            return there, found
        length /= 3
    return None


def _invert(values: Floats, vectors: Floats, floor: float) -> Floats:
    """Return the covariance from the eigenvalues of a Hessian of -2 log-likelihood; flat directions give nothing."""
    curved = values > floor
    return (vectors[:, curved] * (2.0 / values[curved])) @ vectors[:, curved].T


def _expect(blocks: Sequence[Block], point: _Point, slope: _Slope, *, reml: bool) -> Floats:
    """Return the covariance of the components from the expected information."""
    size, q = len(slope.gradient), len(point.beta)
    inner = np.zeros((q + 1, q + 1))
    inner[:q, :q] = point.covariance
    information = np.zeros((size, size))
    for block, inverse in zip(blocks, point.inverses, strict=True):
        at = block.components
        turned = inverse[:, None] @ block.basis
        eye = block.counts[:, None, None] * np.eye(inverse.shape[1])
        right = turned @ (eye - 2 * reml * (inverse @ block.outer(inner)))[:, None]
        information[np.ix_(at, at)] += np.tensordot(turned, right, axes=([0, 2, 3], [0, 3, 2]))
    if reml:
        scaled = slope.information_by @ point.covariance
        information += np.tensordot(scaled, scaled, axes=([1, 2], [2, 1]))
    values, vectors = np.linalg.eigh((information + information.T) / 2)
    return _invert(values, vectors, 1e-14 * float(np.abs(values).max()))


def _sum_second(blocks: Sequence[Block], point: _Point, weights: Floats) -> Floats:
    """Return the weighted sum of Kenward and Roger's Q over pairs of components (q × q)."""
    q = len(point.beta)
    total = np.zeros((q, q))
    for block, inverse in zip(blocks, point.inverses, strict=True):
        inside = weights[np.ix_(block.components, block.components)]
        paired = np.einsum("kl,plab->pkab", inside, block.basis)
        middle = (block.basis @ inverse[:, None] @ paired).sum(axis=1)
        total += block.cross((inverse @ middle @ inverse)[:, None])[0][:q, :q]
    return total
