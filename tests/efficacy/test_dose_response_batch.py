"""Many curves at once give what each gives alone."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.special import stdtrit

from ginseng_rd.efficacy.log_logistic import fit_log_logistic, fold_readings, profile_limits
from ginseng_rd.efficacy.log_logistic_batch import fit_log_logistic_batch
from ginseng_rd.errors import FitRefused

DOSES = np.array([0.0, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0])


def draw_plates(curves=40, sd=4.0, seed=1, doses=DOSES):
    draw = np.random.default_rng(seed)
    ed50, slope, upper = (
        10 ** draw.uniform(0.3, 1.7, curves),
        draw.uniform(0.7, 2.0, curves),
        draw.uniform(60, 100, curves),
    )
    share = 1 - 1 / (1 + (doses / ed50[:, None]) ** slope[:, None])
    return (upper[:, None] * share)[:, :, None] + draw.normal(0, sd, (curves, len(doses), 3)), ed50


def test_a_curve_among_many_equals_the_curve_alone():
    values, _ = draw_plates()
    values[0, 2, 1] = values[3, 4, :] = np.nan
    batch = fit_log_logistic_batch(DOSES, values)
    assert batch.settled.all()
    for k, own in enumerate(values):
        dose, value = np.repeat(DOSES, 3), own.ravel()
        folded = fold_readings(dose[~np.isnan(value)], value[~np.isnan(value)])
        alone = fit_log_logistic(folded)
        ceiling = alone.rss * (1 + stdtrit(alone.df, 0.975) ** 2 / alone.df)
        wanted = [alone.slope, alone.lower, alone.upper, alone.ed50, alone.rss]
        found = [getattr(batch, name)[k] for name in ("slope", "lower", "upper", "ed50", "rss")]
        assert_allclose(found, wanted, rtol=1e-7, atol=1e-7)
        assert_allclose(batch.se_hessian[k], np.sqrt(np.diag(alone.covariance_hessian)), rtol=1e-6)
        assert_allclose(batch.se_gauss_newton[k], np.sqrt(np.diag(alone.covariance_gauss_newton)), rtol=1e-6)
        limits = profile_limits(folded, alone, logit=0.0, ceiling=ceiling)
        assert_allclose([batch.ed50_low[k], batch.ed50_high[k]], limits, rtol=1e-6)


def test_no_optimum_of_the_batch_is_above_the_one_of_the_thorough_search():
    values, _ = draw_plates(sd=30.0, seed=4, curves=60)
    batch = fit_log_logistic_batch(DOSES, values)
    for k in np.nonzero(batch.settled)[0]:
        alone = fit_log_logistic(fold_readings(np.repeat(DOSES, 3), values[k].ravel()))
        assert batch.rss[k] <= alone.rss * (1 + 1e-6) or alone.unsettled


def test_curves_without_a_response_have_no_numbers_or_say_so_by_their_p():
    values = np.random.default_rng(2).normal(50, 3, (200, len(DOSES), 3))
    batch = fit_log_logistic_batch(DOSES, values)
    assert np.mean(batch.settled & (batch.no_response_p < 0.05)) < 0.12
    assert np.isnan(batch.ed50[~batch.settled]).all()


def test_units_of_dose_and_response_scale_the_numbers_and_nothing_else():
    values, _ = draw_plates()
    one, two = fit_log_logistic_batch(DOSES, values), fit_log_logistic_batch(DOSES * 1e-6, values * 1e4)
    for name, factor in (("ed50", 1e-6), ("ed50_low", 1e-6), ("ed50_high", 1e-6), ("upper", 1e4), ("slope", 1.0)):
        assert_allclose(getattr(two, name), getattr(one, name) * factor, rtol=1e-7)


def test_doses_may_stand_in_any_order_and_differ_from_curve_to_curve():
    values, _ = draw_plates(curves=3)
    order = np.random.default_rng(0).permutation(len(DOSES))
    one = fit_log_logistic_batch(DOSES, values)
    two = fit_log_logistic_batch(np.tile(DOSES[order], (3, 1)), values[:, order])
    assert_allclose(two.ed50, one.ed50, rtol=1e-9)


@pytest.mark.parametrize(
    ("dose", "value"),
    [
        (-DOSES, np.zeros((2, 8, 3))),
        (DOSES, np.full((2, 8, 3), np.inf)),
        (DOSES, np.zeros((2, 8))),
        (DOSES * np.nan, np.zeros((2, 8, 3))),
    ],
)
def test_what_is_no_table_of_readings_is_refused(dose, value):
    with pytest.raises(FitRefused):
        fit_log_logistic_batch(dose, value)


def test_one_dose_all_equal_and_empty_rows_have_no_numbers():
    values = np.stack(
        [np.full((8, 3), 7.0), np.full((8, 3), np.nan), np.vstack([np.eye(1, 3), np.full((7, 3), np.nan)])]
    )
    batch = fit_log_logistic_batch(DOSES, values)
    assert not batch.settled.any()
    assert np.isnan(batch.ed50).all()
    assert len(batch.table()) == 3


@pytest.mark.slow
def test_profile_intervals_of_the_batch_hold_the_truth_as_often_as_they_say():
    values, ed50 = draw_plates(curves=20_000, doses=np.geomspace(0.1, 1000, 10))
    batch = fit_log_logistic_batch(np.geomspace(0.1, 1000, 10), values)
    held = np.mean((batch.ed50_low < ed50) & (ed50 < batch.ed50_high))
    assert 0.94 <= held <= 0.96, held
