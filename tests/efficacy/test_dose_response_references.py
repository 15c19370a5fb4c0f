"""Curves against numbers certified with R: drc, and minpack.lm polished to 1e-15."""

import json
import math

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy.stats import t as student

from ginseng_rd.efficacy.dose_response import fit_dose_response, fit_dose_responses
from ginseng_rd.efficacy.log_logistic import fold_readings, profile_limits

NOT_IDENTIFIABLE = ("C005", "C006", "C007", "C019")
PASSES_THROUGH_A_DOSE = {"C003": "high", "C015": "low"}  # profile limits: see the last test


@pytest.fixture(scope="module")
def drc_cases(reference_data):
    """Ryegrass and the five spinach curves, each with its expected numbers at the tight optimum."""
    folder = reference_data / "certified"
    rye = pd.read_csv(folder / "drc_ryegrass" / "data.csv").rename(columns={"rootl": "value", "conc": "dose"})
    cases = {"ryegrass": (rye, json.loads((folder / "drc_ryegrass" / "expected.json").read_text())["tight"])}
    spinach = pd.read_csv(folder / "drc_spinach" / "data.csv").rename(columns={"DOSE": "dose", "SLOPE": "value"})
    expected = json.loads((folder / "drc_spinach" / "expected.json").read_text())["tight_by_curve"]
    for number, readings in spinach.groupby("CURVE"):
        cases[f"spinach {number}"] = (readings, expected[str(number)])
    return {name: (fit_dose_response(readings), numbers) for name, (readings, numbers) in cases.items()}


@pytest.fixture(scope="module")
def plate(reference_data):
    """The 24 curves of the generated plate by sample, and the table of expected numbers."""
    folder = reference_data / "certified" / "own_plate_ic50"
    readings = pd.read_csv(folder / "data.csv").rename(columns={"compound": "sample", "response": "value"})
    return fit_dose_responses(readings), pd.read_csv(folder / "expected.csv", index_col="compound")


@pytest.fixture(scope="module")
def well_posed(plate):
    curves, expected = plate
    return [(curve, expected.loc[curve.sample]) for curve in curves if curve.sample not in NOT_IDENTIFIABLE]


def test_parameters_and_residual_sd_equal_those_of_drc_at_the_tight_optimum(drc_cases):
    for curve, expected in drc_cases.values():
        found = [curve.fit.slope, curve.fit.lower, curve.fit.upper, curve.fit.ed50]
        assert_allclose(found, list(expected["parameters"].values()), rtol=1e-6)
        assert_allclose(curve.residual_sd, expected["residual_sd"], rtol=1e-9)
        assert curve.df == expected["df_residual"]


def test_both_standard_errors_equal_their_references(drc_cases):
    for curve, expected in drc_cases.values():
        assert_allclose(list(curve.standard_errors_hessian.values()), list(expected["se_hessian"].values()), rtol=1e-6)
        gauss_newton = list(curve.standard_errors_gauss_newton.values())
        assert_allclose(gauss_newton, list(expected["se_gauss_newton"].values()), rtol=1e-6)


def test_effective_doses_and_their_delta_errors_equal_those_of_drc(drc_cases):
    for curve, expected in drc_cases.values():
        for ed in expected["ed"]:
            percent = ed["effect_pct"]
            logit = math.log(percent / (100 - percent))
            dose = curve.fit.ed50 * math.exp(logit / curve.fit.slope)
            by_parameter = dose * np.array([-logit / curve.fit.slope**2, 0, 0, 1 / curve.fit.ed50])
            error = math.sqrt(by_parameter @ np.array(curve.fit.covariance_hessian) @ by_parameter)
            assert_allclose([dose, error], [ed["estimate"], ed["se_hessian"]], rtol=1e-6)
            if curve.ed(percent).relation == "=":
                assert_allclose(curve.ed(percent).value, ed["estimate"], rtol=1e-7)


def test_profile_limits_of_the_ed50_equal_their_references(drc_cases):
    for curve, expected in drc_cases.values():
        assert_allclose(curve.ic50_interval, list(expected["profile_likelihood_ci95_e"].values()), rtol=1e-6)


def test_an_effective_dose_has_no_limit_below_zero_where_the_plain_delta_method_has_one(drc_cases):
    curve, expected = drc_cases["spinach 3"]
    assert expected["ed"][-1]["lower_hessian"] < 0
    assert curve.ed(90).low > 0


def test_the_lack_of_fit_of_ryegrass_equals_that_of_drc(drc_cases):
    assert drc_cases["ryegrass"][0].lack_of_fit_p == pytest.approx(0.866483042553919, rel=1e-6)


def test_the_band_of_ryegrass_equals_the_confidence_limits_of_drc(reference_data, drc_cases):
    expected = json.loads((reference_data / "certified" / "drc_ryegrass" / "expected.json").read_text())["predictions"]
    wanted = pd.DataFrame(expected)
    found = drc_cases["ryegrass"][0].predict(wanted["conc"])
    assert_allclose(found[["value", "low", "high"]], wanted[["Prediction", "Lower", "Upper"]], rtol=5e-5, atol=1e-5)


def test_well_posed_plate_curves_equal_their_references(well_posed):
    for curve, expected in well_posed:
        assert_allclose(math.log10(curve.fit.ed50), expected["log10_ic50"], atol=1e-6)
        plateaus = [-curve.fit.slope, curve.fit.lower, curve.fit.upper]
        assert_allclose(plateaus, expected[["hill", "bottom", "top"]].astype(float), rtol=1e-5)
        assert_allclose(curve.residual_sd, expected["residual_sd"], rtol=1e-8)
    assert len(well_posed) == 20


def test_well_posed_plate_curves_have_the_reference_standard_errors_and_wald_limits(well_posed):
    for curve, expected in well_posed:
        errors = curve.standard_errors_gauss_newton
        log10_error = errors["ed50"] / curve.fit.ed50 / math.log(10)
        found = [errors["lower"], errors["upper"], errors["slope"], log10_error]
        wanted = expected[["se_bottom", "se_top", "se_hill", "se_log10_ic50"]].astype(float)
        assert_allclose(found, wanted, rtol=1e-5)
        reach = student.ppf(0.975, curve.df) * log10_error
        wald = math.log10(curve.fit.ed50) + np.array([-reach, reach])
        assert_allclose(10**wald, expected[["ic50_lower_wald", "ic50_upper_wald"]].astype(float), rtol=1e-4)


def test_well_posed_plate_curves_have_the_reference_profile_limits_and_open_ends(well_posed):
    for curve, expected in well_posed:
        for side, found, column in zip(
            ("low", "high"), curve.ic50_interval, ("ic50_lower_profile", "ic50_upper_profile"), strict=True
        ):
            if PASSES_THROUGH_A_DOSE.get(curve.sample) == side:
                continue
            wanted = expected[column]
            assert (found is None) == pd.isna(wanted)
            if found is not None:
                assert_allclose(math.log10(found), math.log10(wanted), atol=1e-6)


def test_no_reference_optimum_lies_below_ours_and_one_lies_above(plate):
    curves, expected = plate
    excess = [expected.loc[curve.sample, "rss"] / curve.fit.rss - 1 for curve in curves]
    assert min(excess) > -1e-8
    assert expected.loc["C006", "rss"] / curves["C006"].fit.rss > 1.0003


def test_curves_that_are_not_identifiable_give_a_bound_or_nothing_and_say_why(plate):
    curves, _ = plate
    assert {name: curves[name].ic50 and curves[name].ic50.relation for name in NOT_IDENTIFIABLE} == {
        "C005": "<",
        "C006": ">",
        "C007": None,
        "C019": None,
    }
    assert curves["C007"].flags[0].startswith("no response")
    assert "IC50 above the highest dose tested, 762.9" in curves["C006"].flags
    assert all(curves[name].flags for name in NOT_IDENTIFIABLE)


def test_curves_cut_off_at_a_plateau_say_so(plate):
    curves, _ = plate
    assert any("incomplete lower plateau" in flag for flag in curves["C017"].flags)
    assert any("incomplete upper plateau" in flag for flag in curves["C018"].flags)


def test_a_profile_limit_beside_a_dose_reaches_the_dose_where_the_reference_optimiser_stopped_short(plate):
    # A curve steep enough passes a dose at any height, so the sum of squares stays low up to the dose itself.
    curves, expected = plate
    for name, side in PASSES_THROUGH_A_DOSE.items():
        curve = curves[name]
        found = curve.ic50_interval[side == "high"]
        dose = min(curve.doses, key=lambda tested: abs(tested - found))
        stopped = expected.loc[name, "ic50_upper_profile" if side == "high" else "ic50_lower_profile"]
        assert_allclose(found, dose, rtol=1e-4)
        assert abs(stopped - curve.ic50.value) < abs(found - curve.ic50.value)


def test_a_profile_with_a_higher_ceiling_is_wider(drc_cases):
    curve, _ = drc_cases["ryegrass"]
    folded = fold_readings(*np.array(curve.points).T)
    low, high = profile_limits(folded, curve.fit, logit=0.0, ceiling=2 * curve.fit.rss)
    assert low < curve.ic50.low < curve.ic50.high < high
