"""Curves made with known parameters, and readings that carry no curve."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from ginseng_rd.efficacy.dose_response import fit_dose_response, fit_dose_responses
from ginseng_rd.errors import FitRefused, UnknownName

DOSES = np.repeat([0.0, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0], 3)


def make_readings(dose=DOSES, *, ed50=12.0, slope=-1.2, lower=0.0, upper=95.0, sd=3.0, seed=1, sample="EX-12"):
    share = (
        1 / (1 + (np.asarray(dose) / ed50) ** slope) if slope > 0 else 1 - 1 / (1 + (np.asarray(dose) / ed50) ** -slope)
    )
    value = lower + (upper - lower) * share + np.random.default_rng(seed).normal(0, sd, len(dose))
    return pd.DataFrame(
        {
            "sample": sample,
            "endpoint": "tyrosinase inhibition",
            "dose": dose,
            "dose_unit": "µg/mL",
            "value": value,
            "unit": "%",
        }
    )


def test_a_curve_with_known_parameters_is_found_again_within_its_intervals():
    curve = fit_dose_response(make_readings())
    truth = {"slope": -1.2, "lower": 0.0, "upper": 95.0, "ed50": 12.0}
    assert all(found.low < truth[name] < found.high for name, found in curve.parameters.items())
    assert curve.ic50.low < 12 < curve.ic50.high
    assert curve.flags == ()


def test_readings_without_noise_give_the_exact_parameters():
    curve = fit_dose_response(make_readings(sd=0.0, slope=1.7, lower=5.0))
    found = [curve.fit.slope, curve.fit.lower, curve.fit.upper, curve.fit.ed50]
    assert_allclose(found, [1.7, 5.0, 95.0, 12.0], rtol=1e-7)


def test_the_profile_interval_holds_the_truth_as_often_as_it_says():
    curves = [fit_dose_response(make_readings(seed=seed)) for seed in range(200)]
    held = [low < 12 < high for low, high in (curve.ic50_interval for curve in curves)]
    assert 0.90 <= np.mean(held) <= 0.99


def test_inactive_samples_are_seldom_given_an_ic50():
    curves = [fit_dose_response(make_readings(upper=0.0, seed=seed)) for seed in range(100)]
    assert sum(curve.ic50 is not None for curve in curves) <= 10


def test_a_curve_says_its_ic50_in_one_line():
    curve = fit_dose_response(make_readings())
    assert str(curve) == "EX-12: IC50 12.04 µg/mL (95 % profile likelihood: 11.05 to 13.14, n = 21)"


def test_a_wider_confidence_gives_a_wider_interval():
    usual, wide = (fit_dose_response(make_readings(), confidence=level).ic50 for level in (0.95, 0.99))
    assert wide.low < usual.low < usual.high < wide.high
    assert wide.basis == "99 % profile likelihood"


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000), shuffle=st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(seed, shuffle):
    readings = make_readings(seed=seed)
    rows = list(range(len(readings)))
    shuffle.shuffle(rows)
    assert fit_dose_response(readings.iloc[rows]) == fit_dose_response(readings)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000), factor=st.sampled_from([1e-6, 1e-3, 0.37, 1e3, 1e6]))
def test_another_dose_unit_scales_the_ic50_and_nothing_else(seed, factor):
    readings = make_readings(seed=seed)
    one, other = fit_dose_response(readings), fit_dose_response(readings.assign(dose=readings["dose"] * factor))
    assert_allclose(other.ic50.value, one.ic50.value * factor, rtol=1e-6)
    assert_allclose(other.ic50_interval, np.array(one.ic50_interval) * factor, rtol=1e-6)
    assert_allclose([other.fit.rss, other.fit.slope], [one.fit.rss, one.fit.slope], rtol=1e-6)


def test_a_falling_and_a_rising_response_have_the_same_ic50():
    rising = make_readings()
    falling = rising.assign(value=100 - rising["value"])
    up, down = fit_dose_response(rising), fit_dose_response(falling)
    assert down.ic50.value == pytest.approx(up.ic50.value, rel=1e-7)
    assert down.fit.slope == pytest.approx(-up.fit.slope, rel=1e-7)


def test_an_effect_beyond_the_highest_dose_is_a_bound():
    ed99 = fit_dose_response(make_readings()).ed(99)
    assert (ed99.relation, ed99.value) == (">", 300.0)


def test_the_ed50_is_the_ic50():
    curve = fit_dose_response(make_readings())
    assert curve.ed(50) == curve.ic50


def test_an_ic50_above_the_doses_is_given_as_a_bound():
    curve = fit_dose_response(make_readings(ed50=1000.0, sd=0.5))
    assert (curve.ic50.relation, curve.ic50.value, curve.ic50.high) == (">", 300.0, None)
    assert "IC50 above the highest dose tested, 300 µg/mL" in curve.flags


def test_an_ic50_below_the_doses_is_given_as_a_bound():
    curve = fit_dose_response(make_readings(DOSES[3:], ed50=0.2, slope=-0.8, sd=0.5))
    assert (curve.ic50.relation, curve.ic50.value, curve.ic50.low) == ("<", 1.0, None)


def test_a_step_between_two_doses_has_an_interval_but_no_ic50():
    curve = fit_dose_response(make_readings().assign(value=[-1, 0, 1] * 4 + [94, 95, 96] * 3))
    assert curve.ic50 is None
    assert_allclose(curve.ic50_interval, (10, 30), rtol=1e-3)
    assert curve.flags == (
        "the response steps from one plateau to the other with at most one dose on the way",
        "the IC50 lies above 10 µg/mL and below 30 µg/mL: no more is known",
    )


def test_a_response_at_the_highest_dose_alone_has_no_ic50_but_a_lower_limit():
    curve = fit_dose_response(make_readings().assign(value=[-1, 0, 1] * 6 + [29, 30, 31]))
    assert curve.ic50 is None
    assert curve.ic50_interval[0] > 100
    assert curve.ic50_interval[1] is None


def test_a_flat_line_is_called_no_response_and_has_no_number():
    curve = fit_dose_response(make_readings(upper=0.0))
    assert curve.ic50 is None
    assert curve.parameters == {}
    assert curve.flags[0].startswith("no response: a flat line explains the readings as well (F test p = 0.")
    with pytest.raises(FitRefused, match="EX-12 has no ED20: no response"):
        curve.ed(20)


def test_bounds_and_missing_values_are_left_out_and_counted():
    readings = make_readings().assign(relation="=")
    readings.loc[3, ["relation", "value"]] = ["<", 5.0]
    readings.loc[4, "value"] = np.nan
    curve = fit_dose_response(readings)
    assert (curve.n, curve.left_out) == (19, 2)
    assert curve.flags == ("2 of 21 readings left out: bounds or missing values",)


def test_negative_responses_are_readings_like_any_other():
    curve = fit_dose_response(make_readings(lower=-60.0, upper=-10.0))
    assert curve.ic50.low < 12 < curve.ic50.high


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda r: r.assign(dose=10.0), "21 readings at 1 doses above 0 do not carry a curve"),
        (lambda r: r.assign(value=np.nan), "0 readings at 0 doses above 0 do not carry a curve"),
        (lambda r: r.assign(value=7.0), "All 21 readings are 7: there is no response to fit"),
        (lambda r: r.assign(dose=-r["dose"]), "A dose is 0 or more"),
        (lambda r: r.assign(value=np.inf), "doses and values are finite"),
        (lambda r: r.assign(value="3,2"), "must be numbers before a curve is fitted"),
        (lambda r: r.drop(columns="dose"), "have no column 'dose'"),
        (lambda r: r.assign(unit=["%", "OD", "%"] * 7), "One curve has one unit, but the readings have 2: '%', 'OD'"),
        (lambda r: r.assign(dose_unit=["µM", "nM", "µM"] * 7), "one dose unit, but the readings have 2: 'nM', 'µM'"),
        (lambda r: r.assign(sample=["A", "B", "C"] * 7), "one sample, but the readings have 3"),
        (lambda r: r.assign(origin=["invented", "measured", "measured"] * 7), "one origin"),
    ],
)
def test_readings_that_carry_no_curve_are_refused_in_words(spoil, told):
    with pytest.raises(FitRefused, match=told):
        fit_dose_response(spoil(make_readings()))


def test_a_control_without_a_dose_unit_does_not_mix_units():
    readings = make_readings()
    readings.loc[readings["dose"] == 0, "dose_unit"] = ""
    assert fit_dose_response(readings).dose_unit == "µg/mL"


def test_the_table_names_the_interval_and_both_standard_errors():
    table = fit_dose_response(make_readings()).table().set_index("quantity")
    row = table.loc["IC50, half way between the plateaus"]
    assert row["basis"] == "95 % profile likelihood"
    assert row["se_observed_hessian"] != row["se_gauss_newton"]
    assert list(table.index[1:]) == ["slope b", "lower plateau c", "upper plateau d"]


def test_a_sample_without_a_curve_does_not_stop_the_others():
    lame = make_readings(DOSES[:6], sample="EX-13")
    curves = fit_dose_responses(pd.concat([make_readings(), lame]))
    assert [curve.sample for curve in curves] == ["EX-12"]
    assert curves.refused[0][0] == "EX-13"
    assert curves.table()["sample"].tolist() == ["EX-12", "EX-13"]


def test_a_misspelt_sample_is_told_with_the_nearest_one():
    with pytest.raises(UnknownName, match=r"There is no fitted sample 'EX-21'. Did you mean 'EX-12'"):
        fit_dose_responses(make_readings())["EX-21"]


def test_controls_of_a_plate_are_not_fitted_as_samples():
    readings = make_readings().assign(role="sample")
    blank = make_readings(sample="buffer").assign(role="blank")
    assert len(fit_dose_responses(pd.concat([readings, blank]))) == 1


def test_replicates_that_disagree_with_the_curve_are_flagged():
    readings = make_readings(sd=1.0)
    readings.loc[readings["dose"] == 300, "value"] -= 30
    assert any(flag.startswith("the curve misses the readings") for flag in fit_dose_response(readings).flags)
