"""Intervals and sets hold the truth as often as they say."""

from __future__ import annotations

import numpy as np
import pytest

from ginseng_rd.efficacy.conformal import (
    calibrate_interval,
    calibrate_sets,
    calibrate_votes,
    half_widths_by_fold,
    name_sets,
)
from ginseng_rd.errors import FitRefused


@pytest.fixture
def rng():
    return np.random.default_rng(5)


def test_an_interval_covers_new_residuals_at_its_confidence_near_and_far(rng):
    distances = rng.uniform(0, 1, 8000)
    residuals = rng.normal(0, 0.2 + distances)
    interval = calibrate_interval(residuals[:4000], distances[:4000], 0.9)
    covered = np.abs(residuals[4000:]) <= interval.half_width(distances[4000:])
    far = distances[4000:] > 0.8
    assert covered.mean() == pytest.approx(0.9, abs=0.02)
    assert covered[far].mean() == pytest.approx(0.9, abs=0.04)


def test_a_fold_has_no_part_in_its_own_calibration(rng):
    residuals, distances, fold = rng.normal(size=100), rng.uniform(size=100), np.arange(100) % 5
    before = half_widths_by_fold(residuals, distances, fold, 0.9)
    residuals[fold == 0] *= 50
    after = half_widths_by_fold(residuals, distances, fold, 0.9)
    assert (before[fold == 0] == after[fold == 0]).all()
    assert (before[fold == 1] < after[fold == 1]).all()


def test_exact_predictions_still_get_a_finite_interval():
    interval = calibrate_interval(np.zeros(20), np.linspace(0, 1, 20), 0.9)
    assert interval.half_width(np.array([1.0]))[0] == 0.0


def test_sets_cover_the_rare_class_as_often_as_the_common_one(rng):
    labels = (rng.uniform(size=20000) < 0.05).astype(float)
    shares = np.clip(rng.normal(0.2 + 0.2 * labels, 0.1), 0, 1)
    kept = calibrate_sets(shares[:10000], labels[:10000], 0.9).keep(shares[10000:])
    yes = labels[10000:] == 1
    assert kept[yes, 1].mean() == pytest.approx(0.9, abs=0.05)
    assert kept[~yes, 0].mean() == pytest.approx(0.9, abs=0.02)


def test_votes_become_probabilities(rng):
    shares = rng.uniform(0.05, 0.95, 20000)
    labels = (rng.uniform(size=20000) < shares**2).astype(float)
    probability = calibrate_votes(shares, labels).probability(np.array([0.3, 0.7]))
    assert probability == pytest.approx([0.09, 0.49], abs=0.05)


def test_sets_are_told_in_words():
    kept = np.array([[True, True], [True, False], [False, True], [False, False]])
    assert name_sets(kept) == ["yes or no", "no", "yes", "neither"]


def test_a_confidence_beyond_what_the_residuals_can_carry_is_refused():
    with pytest.raises(FitRefused) as refused:
        calibrate_interval(np.ones(50), np.ones(50), 0.99)
    assert str(refused.value) == (
        "A confidence of 99 % needs at least 99 held-out structures to calibrate on, but there are 50."
    )
