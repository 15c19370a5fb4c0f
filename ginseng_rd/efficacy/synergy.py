"""Synergy of two actives on a dose matrix: Bliss, HSA, Loewe and ZIP, with bootstrap intervals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ginseng_rd.efficacy.curve_models import ED50, EXTRA, LOWER, MODELS, SLOPE, UPPER
from ginseng_rd.efficacy.dose_response_readings import plain_rows, the_one
from ginseng_rd.efficacy.nonlinear import Floats, Whole, descend
from ginseng_rd.errors import FitRefused
from ginseng_rd.records.estimate import Estimate

if TYPE_CHECKING:
    import pandas as pd

REFERENCES = ("Bliss", "HSA", "Loewe", "ZIP")
_MODEL = MODELS["LL.4"]
_SLOPES = (0.15, 12.0)
_BISECTIONS = 60


@dataclass(frozen=True, eq=False)
class Synergy:
    """How far two actives together go beyond what each does alone.

    ``cells`` has one row a combination: dose_one, dose_other, n, effect (mean) and, for each reference, its
    excess over the expected effect. ``scores`` are the mean excesses with interval, in the unit of the
    response (per cent points): above 0 synergy, below 0 antagonism. ``flags`` say what to mind.
    """

    one: str
    other: str
    unit: str
    dose_unit: str
    cells: pd.DataFrame
    scores: dict[str, Estimate]
    flags: tuple[str, ...]
    confidence: float
    resamples: int
    seed: int
    replicated: bool

    def table(self) -> pd.DataFrame:
        """Return the scores, one row a reference."""
        import pandas as pd

        rows = [(name, s.value, s.low, s.high, s.unit, s.basis) for name, s in self.scores.items()]
        return pd.DataFrame(rows, columns=["reference", "score", "low", "high", "unit", "basis"])

    def methods_sentence(self, language: str = "en") -> str:
        """Return what was done, in the words of a methods section: en or ko."""
        from ginseng_rd.efficacy.dose_response_words import describe_synergy

        return describe_synergy(self, language)

    def plot(self, reference: str = "ZIP") -> Any:
        """Return a Plotly heat map of the excess over one reference."""
        from ginseng_rd.efficacy.synergy_figures import draw_synergy

        return draw_synergy(self, reference)

    def _repr_html_(self) -> str:
        return str(self.table().to_html(index=False, border=0, na_rep=""))


def find_synergy(
    readings: pd.DataFrame,
    *,
    one: str,
    other: str,
    full_effect: float = 100.0,
    confidence: float = 0.95,
    resamples: int = 500,
    seed: int = 1,
) -> Synergy:
    """Compare the effects on a dose matrix with four references of no interaction.

    ``readings`` has the columns dose (of ``one``), dose_other, value and, where known, unit, dose_unit and
    relation; value is an effect that rises from 0 towards ``full_effect`` (100 for % inhibition, 1 for a
    fraction). The matrix is complete: every pair of the doses, 0 included. Bliss and HSA use the means of
    the single actives, Loewe and ZIP log-logistic curves with lower plateau 0. An effect that one active
    never reaches alone is, in Loewe's sum, due to the other. Sources: Bliss, Ann. Appl. Biol. 26, 1939,
    585; Loewe, Arzneimittelforschung 3, 1953, 285; Yadav et al., Comput. Struct. Biotechnol. J. 13, 2015,
    504 (ZIP). Raises FitRefused for an incomplete matrix or fewer than three doses above 0 of either.
    """
    if not 0.5 <= confidence < 1 or resamples < 50 or full_effect <= 0:
        raise FitRefused("The confidence lies from 0.5 up to 1, resamples from 50, and the full effect above 0.")
    matrix = _read(readings, full_effect)
    observed = _excess(matrix, matrix.mean[None])
    drawn = _excess(matrix, _resample(matrix, resamples, np.random.default_rng(seed)))
    unit = the_one(readings, "unit")
    scores = {}
    tails = [50 * (1 - confidence), 50 * (1 + confidence)]
    for name in REFERENCES:
        value = float(observed[name][0].mean()) * full_effect
        low, high = np.percentile(drawn[name].mean(axis=(1, 2)) * full_effect, tails)
        basis = f"{100 * confidence:g} % bootstrap percentiles"
        scores[name] = Estimate(value, unit, min(float(low), value), max(float(high), value), matrix.n, basis)
    return Synergy(
        one=one,
        other=other,
        unit=unit,
        dose_unit=the_one(readings, "dose_unit"),
        cells=_tabulate(matrix, observed, full_effect),
        scores=scores,
        flags=tuple(_find_flags(matrix, full_effect)),
        confidence=confidence,
        resamples=resamples,
        seed=seed,
        replicated=matrix.replicated,
    )


@dataclass(frozen=True, eq=False)
class _Matrix:
    """Effects as fractions of the full one: doses (a,) and (b,), means and numbers (a, b), readings by cell."""

    doses: tuple[Floats, Floats]
    mean: Floats
    count: Whole
    wells: list[Floats]

    @property
    def n(self) -> int:
        """The number of readings."""
        return int(self.count.sum())

    @property
    def replicated(self) -> bool:
        """Whether every cell has two readings or more."""
        return bool((self.count > 1).all())


def _read(readings: pd.DataFrame, full_effect: float) -> _Matrix:
    for text in ("unit", "dose_unit"):
        the_one(readings, text)
    plain, numbers = plain_rows(readings, ("dose", "dose_other", "value"))
    dose, other, value = (numbers[name][plain] for name in ("dose", "dose_other", "value"))
    if np.any(other < 0):
        raise FitRefused("A dose is 0 or more; the readings hold others.")
    rows, row = np.unique(dose, return_inverse=True)
    columns, column = np.unique(other, return_inverse=True)
    wells = [np.sort(value[(row == i) & (column == j)]) for i in range(len(rows)) for j in range(len(columns))]
    count = np.array([len(own) for own in wells]).reshape(len(rows), len(columns))
    if not len(rows) or not len(columns) or rows[0] > 0 or columns[0] > 0 or min(len(rows), len(columns)) < 4:
        raise FitRefused("A dose matrix has at least three doses above 0 of each active, and 0 of each.")
    if not count.all():
        i, j = np.argwhere(count == 0)[0]
        raise FitRefused(
            f"The dose matrix lacks {int((count == 0).sum())} of {count.size} cells, the first at doses {rows[i]:g} "
            f"and {columns[j]:g}: measure them, or leave out their row or column."
        )
    mean = np.array([own.mean() for own in wells]).reshape(count.shape) / full_effect
    if np.ptp(mean) == 0:
        raise FitRefused(f"All effects are {mean[0, 0] * full_effect:g}: there is no response to compare.")
    return _Matrix((rows, columns), mean, count, [own / full_effect for own in wells])


def _resample(matrix: _Matrix, times: int, draw: np.random.Generator) -> Floats:
    """Return means (times, a, b) of resampled readings: within cells, or residuals where a cell has one reading."""
    if matrix.replicated:
        # Means of resampled wells are too close together by (n - 1) / n in variance: they are stretched.
        means = [
            own.mean()
            + (draw.choice(own, (times, len(own))).mean(axis=1) - own.mean()) * np.sqrt(len(own) / (len(own) - 1))
            for own in matrix.wells
        ]
        return np.stack(means, axis=1).reshape(times, *matrix.mean.shape)
    left = [
        matrix.mean[:, 0] - _fit_rows(matrix.doses[0], matrix.mean[None, :, 0])[0],
        matrix.mean[0, :] - _fit_rows(matrix.doses[1], matrix.mean[None, 0, :])[0],
    ]
    residuals = np.concatenate(left)
    residuals = (residuals - residuals.mean()) * np.sqrt(len(residuals) / max(len(residuals) - 6, 1))
    noise = draw.choice(residuals, (times, *matrix.mean.shape))
    resampled: Floats = matrix.mean + noise / np.sqrt(matrix.count)
    return resampled


def _excess(matrix: _Matrix, means: Floats) -> dict[str, Floats]:
    """Return the excess of the combinations (k, a - 1, b - 1) over each reference, for means (k, a, b)."""
    one, other, joint = means[:, 1:, 0], means[:, 0, 1:], means[:, 1:, 1:]
    first, second = one[:, :, None], other[:, None, :]
    doses = (matrix.doses[0][1:], matrix.doses[1][1:])
    curves = (_fit(doses[0], one), _fit(doses[1], other))
    fitted = (_at(doses[0], curves[0])[:, :, None], _at(doses[1], curves[1])[:, None, :])
    expected = fitted[0] + fitted[1] - fitted[0] * fitted[1]
    k, a, b = joint.shape
    # Down each column the active `one` is added to a given dose of `other`, and the reverse along rows.
    down = _at(doses[0], _fit(doses[0], joint.transpose(0, 2, 1).reshape(k * b, a), fitted[1].reshape(k * b)))
    along = _at(doses[1], _fit(doses[1], joint.reshape(k * a, b), fitted[0].reshape(k * a)))
    shifted = (down.reshape(k, b, a).transpose(0, 2, 1) + along.reshape(k, a, b)) / 2
    return {
        "Bliss": joint - (first + second - first * second),
        "HSA": joint - np.maximum(first, second),
        "Loewe": joint - _loewe(doses, curves),
        "ZIP": shifted - expected,
    }


def _fit_rows(doses: Floats, effects: Floats) -> Floats:
    """Return the fitted effect of one active, at dose 0 as well."""
    return np.concatenate([np.zeros((len(effects), 1)), _at(doses[1:], _fit(doses[1:], effects[:, 1:]))], axis=1)


def _fit(doses: Floats, effects: Floats, lower: Floats | None = None) -> Floats:
    """Return rising log-logistic curves (k, 5) through effects (k, m), from the lower plateau given (0).

    The slope is kept within bounds and the upper plateau within 0 and 1.2, by smooth substitutes; a flat
    series is a curve whose upper plateau is the lower one.
    """
    place = np.log(doses / np.sqrt(doses[0] * doses[-1]))
    base = np.zeros(len(effects)) if lower is None else lower
    width = place[-1] - place[0]

    def unpack(theta: Floats, which: Whole) -> tuple[Floats, Floats]:
        curves = np.zeros((len(theta), 5))
        squash = 1 / (1 + np.exp(-np.clip(theta, -30, 30)))
        bend = squash * (1 - squash)
        spans = np.array([np.log(_SLOPES[1] / _SLOPES[0]), 1.2, 3 * width])
        steep = _SLOPES[0] * np.exp(spans[0] * squash[:, 0])
        curves[:, SLOPE], curves[:, LOWER], curves[:, EXTRA] = -steep, base[which], 1.0
        curves[:, UPPER], curves[:, ED50] = spans[1] * squash[:, 1], place[0] - width + spans[2] * squash[:, 2]
        scale = np.stack([-steep * spans[0] * bend[:, 0], spans[1] * bend[:, 1], spans[2] * bend[:, 2]], axis=1)
        return curves, scale

    def evaluate(theta: Floats, which: Whole) -> tuple[Floats, Floats, Floats]:
        curves, scale = unpack(theta, which)
        value, by = _MODEL.with_gradient(place, curves[:, None, :])
        residual = effects[which] - value
        # A faint pull towards the middle keeps flat series from drifting; it is far below any reading's error.
        pull = 1e-5
        jacobian = by[:, :, [SLOPE, UPPER, ED50]] * scale[:, None, :]
        held = np.broadcast_to(pull * np.eye(3), (len(theta), 3, 3))
        residual = np.concatenate([residual, -pull * theta], axis=1)
        return np.sum(residual**2, axis=1), residual, np.concatenate([jacobian, held], axis=1)

    best, height = np.zeros((len(effects), 3)), np.full(len(effects), np.inf)
    for middle in (-0.5, 0.5):
        top = np.clip(effects[:, -1] / 1.2, 0.05, 0.95)
        start = np.stack([np.full(len(effects), 0.0), np.log(top / (1 - top)), np.full(len(effects), middle)], axis=1)
        found = descend(evaluate, start, damping=1e-2, rounds=60)
        better = found.objective < height
        best[better], height = found.place[better], np.minimum(found.objective, height)
    return unpack(best, np.arange(len(effects)))[0]


def _at(doses: Floats, curves: Floats) -> Floats:
    return _MODEL.at(np.log(doses / np.sqrt(doses[0] * doses[-1])), curves[:, None, :])


def _loewe(doses: tuple[Floats, Floats], curves: tuple[Floats, Floats]) -> Floats:
    """Return the effect (k, a, b) at which the two doses, over those with the same effect alone, add up to 1."""
    places = [np.log(own / np.sqrt(own[0] * own[-1])) for own in doses]
    tops = [own[:, UPPER] for own in curves]
    shape = (len(tops[0]), len(doses[0]), len(doses[1]))
    low, high = np.zeros(shape), np.broadcast_to(np.maximum(*tops)[:, None, None], shape).copy()

    def share(number: int, effect: Floats) -> Floats:
        own = curves[number][:, None, None, :]
        with np.errstate(all="ignore"):
            alone = _MODEL.place_of(effect, own)
            place = places[number][:, None] if number == 0 else places[number]
            part: Floats = np.exp(place - alone)
        return np.where(np.isnan(part), np.where(effect >= own[..., UPPER], 0.0, np.inf), part)

    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        short = share(0, middle) + share(1, middle) > 1
        low, high = np.where(short, middle, low), np.where(short, high, middle)
    level: Floats = (low + high) / 2
    return level


def _tabulate(matrix: _Matrix, observed: dict[str, Floats], full_effect: float) -> pd.DataFrame:
    import pandas as pd

    first, second = np.meshgrid(matrix.doses[0][1:], matrix.doses[1][1:], indexing="ij")
    frame = pd.DataFrame(
        {
            "dose_one": first.ravel(),
            "dose_other": second.ravel(),
            "n": matrix.count[1:, 1:].ravel(),
            "effect": matrix.mean[1:, 1:].ravel() * full_effect,
        }
    )
    return frame.assign(**{name: excess[0].ravel() * full_effect for name, excess in observed.items()})


def _find_flags(matrix: _Matrix, full_effect: float) -> list[str]:
    flags = []
    if abs(matrix.mean[0, 0]) > 0.1:
        flags.append(
            f"the untreated cell has an effect of {matrix.mean[0, 0] * full_effect:.3g}, not 0: normalise first"
        )
    if matrix.mean.min() < -0.1 or matrix.mean.max() > 1.1:
        flags.append("effects lie more than a tenth outside 0 to the full effect: Bliss and ZIP are then doubtful")
    if not matrix.replicated:
        flags.append("cells without replicates: the interval rests on the residuals of the single actives")
    return flags
