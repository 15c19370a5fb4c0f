"""Raw plates to per cent inhibition."""

import pandas as pd
import pytest
from numpy.testing import assert_allclose

from ginseng_rd.efficacy.dose_response import fit_dose_response
from ginseng_rd.efficacy.normalisation import normalise_to_controls
from ginseng_rd.errors import FitRefused


def make_plate(plate="P1", scale=1.0):
    wells = [
        ("DMSO", "negative control", 1.10),
        ("DMSO", "negative control", 0.90),
        ("buffer", "blank", 0.10),
        ("buffer", "blank", 0.12),
        ("kojic acid", "positive control", 0.20),
        ("kojic acid", "positive control", 0.22),
        ("EX-12", "sample", 0.555),
        ("EX-12", "sample", 1.00),
    ]
    frame = pd.DataFrame(wells, columns=["sample", "role", "value"])
    frame["value"] *= scale
    return frame.assign(plate=plate, assay="T-1", endpoint="absorbance 475 nm", unit="OD", relation="=")


def test_a_well_half_way_between_the_controls_is_fifty_per_cent():
    readings = normalise_to_controls(make_plate()).readings
    own = readings[readings["sample"] == "EX-12"]
    assert_allclose(own["value"], [50, 0], atol=1e-9)
    assert set(own["unit"] + " " + own["endpoint"]) == {"% inhibition of absorbance 475 nm"}


def test_each_plate_is_held_against_its_own_controls():
    both = pd.concat([make_plate(), make_plate("P2", scale=3.0)])
    done = normalise_to_controls(both)
    assert_allclose(done.readings[done.readings["plate"] == "P2"]["value"], done.readings["value"].iloc[:8])
    assert done.table()["plate"].tolist() == ["P1", "P2"]


def test_the_quality_of_a_plate_is_that_of_zhang():
    quality = normalise_to_controls(make_plate()).quality[0]
    assert quality.z_prime == pytest.approx(1 - 3 * (0.1414214 + 0.0141421) / 0.79, rel=1e-6)
    assert quality.z_prime_against == "positive control"
    assert quality.negative_cv == pytest.approx(14.14214, rel=1e-6)


def test_without_positive_controls_the_blank_is_the_other_end_of_the_z_factor():
    plate = make_plate().query("role != 'positive control'")
    assert normalise_to_controls(plate).quality[0].z_prime_against == "blank"


def test_a_well_above_the_reader_stays_as_missing_and_is_counted():
    plate = make_plate()
    plate.loc[6, "relation"] = ">"
    done = normalise_to_controls(plate)
    assert done.readings.loc[6, "relation"] == "missing"
    assert pd.isna(done.readings.loc[6, "value"])
    assert done.quality[0].missing == 1


def test_every_plate_without_controls_is_named():
    bare = make_plate("P2").query("role != 'blank'")
    worse = make_plate("P3").query("role == 'sample'")
    with pytest.raises(FitRefused) as told:
        normalise_to_controls(pd.concat([make_plate(), bare, worse]))
    assert str(told.value) == (
        "Plate 'P2' of assay 'T-1', absorbance 475 nm, has no blank with a reading: mark its wells in the column role. "
        "Plate 'P3' of assay 'T-1', absorbance 475 nm, has no negative control with a reading: "
        "mark its wells in the column role. "
        "Plate 'P3' of assay 'T-1', absorbance 475 nm, has no blank with a reading: mark its wells in the column role."
    )


def test_controls_that_do_not_differ_are_refused():
    flat = make_plate().assign(value=0.5)
    with pytest.raises(FitRefused, match=r"the mean 0\.5 in negative control and blank alike"):
        normalise_to_controls(flat)


def test_readings_without_a_plate_are_one_plate():
    done = normalise_to_controls(make_plate().drop(columns="plate"))
    assert [plate.plate for plate in done.quality] == [""]
    assert done.readings["value"].notna().all()


def test_the_readings_given_are_left_as_they_were():
    plate = make_plate()
    normalise_to_controls(plate)
    pd.testing.assert_frame_equal(plate, make_plate())


def test_a_positive_control_run_at_several_doses_is_no_level_to_judge_by():
    plate = make_plate().assign(dose=[None] * 4 + [1.0, 10.0, 5.0, 5.0])
    assert normalise_to_controls(plate).quality[0].z_prime_against == "blank"


def test_the_error_of_the_controls_goes_with_each_reading():
    readings = normalise_to_controls(make_plate()).readings
    negative, blank = 0.1414214 / 2**0.5, 0.0141421 / 2**0.5
    half_way = 100 * ((0.5 * negative) ** 2 + (0.5 * blank) ** 2) ** 0.5 / 0.89
    assert readings.loc[6, "control_se"] == pytest.approx(half_way, rel=1e-5)


def test_a_curve_from_a_plate_with_poor_controls_says_so():
    doses = pd.DataFrame({"dose": [1.0, 3, 10, 30, 100, 300], "value": [2.0, 8, 30, 70, 90, 95]})
    poor = fit_dose_response(doses.assign(plate="P1", z_prime=0.21))
    assert "bad controls: P1, Z' = 0.21 (0.5 or more is good)" in poor.flags
    assert not any("controls" in flag for flag in fit_dose_response(doses.assign(plate="P1", z_prime=0.7)).flags)


def test_the_methods_sentence_of_a_curve_reads_in_both_languages():
    doses = pd.DataFrame({"dose": [1.0, 3, 10, 30, 100, 300], "value": [2.0, 8, 30, 70, 90, 95]})
    curve = fit_dose_response(doses)
    assert "95 % profile-likelihood interval" in curve.methods_sentence()
    assert "프로파일 우도" in curve.methods_sentence("ko")
