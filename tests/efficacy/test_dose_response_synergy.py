"""Dose matrices made with known interaction."""

import numpy as np
import pandas as pd
import pytest

from ginseng_rd.efficacy.synergy import find_synergy
from ginseng_rd.errors import FitRefused, UnknownName

ONE = [0.0, 1.0, 3.0, 10.0, 30.0, 100.0]
OTHER = [0.0, 2.0, 6.0, 20.0, 60.0]


def rise(dose, ed50, slope=1.0):
    return dose**slope / (dose**slope + ed50**slope)


def make_matrix(kind, sd=1.5, replicates=3, seed=0, extra=0.0):
    draw, rows = np.random.default_rng(seed), []
    for x in ONE:
        for y in OTHER:
            a, b = rise(x, 12.0, 1.2), rise(y, 15.0)
            effect = a + b - a * b if kind == "independent" else rise(x / 12 + y / 15, 1.0)
            effect += extra * (x > 0) * (y > 0) * (1 - effect)
            rows += [(x, y, 100 * effect + draw.normal(0, sd)) for _ in range(replicates)]
    return pd.DataFrame(rows, columns=["dose", "dose_other", "value"]).assign(unit="%", dose_unit="µM")


def find(readings, **how):
    return find_synergy(readings, one="Rg3", other="adenosine", **how)


def test_independent_action_without_noise_is_exactly_bliss_and_zip():
    scores = find(make_matrix("independent", sd=0.0)).scores
    assert scores["Bliss"].value == pytest.approx(0, abs=1e-9)
    assert scores["ZIP"].value == pytest.approx(0, abs=1e-5)
    assert scores["HSA"].value > 5


def test_an_active_combined_with_a_dilution_of_itself_is_exactly_loewe():
    scores = find(make_matrix("additive", sd=0.0)).scores
    assert scores["Loewe"].value == pytest.approx(0, abs=1e-4)
    assert scores["Bliss"].value < -1


@pytest.mark.parametrize("replicates", [1, 3])
def test_synergy_is_found_with_an_interval_above_zero(replicates):
    scores = find(make_matrix("independent", replicates=replicates, extra=0.3)).scores
    assert all(scores[name].low > 0 for name in ("Bliss", "ZIP", "HSA"))
    assert scores["Bliss"].basis == "95 % bootstrap percentiles"


def test_the_score_is_the_mean_of_the_cells_and_the_bliss_cell_is_the_formula():
    found = find(make_matrix("independent", sd=0.0, extra=0.2))
    assert found.cells["Bliss"].mean() == pytest.approx(found.scores["Bliss"].value)
    cell = found.cells[(found.cells["dose_one"] == 10) & (found.cells["dose_other"] == 20)].iloc[0]
    a, b = 100 * rise(10, 12.0, 1.2), 100 * rise(20, 15.0)
    assert cell["Bliss"] == pytest.approx(cell["effect"] - (a + b - a * b / 100))


def test_swapping_the_actives_and_the_order_of_rows_change_no_score():
    readings = make_matrix("independent", extra=0.2)
    other = readings.rename(columns={"dose": "dose_other", "dose_other": "dose"}).sample(frac=1, random_state=3)
    one, two = find(readings).scores, find(other).scores
    assert [two[n].value for n in two] == pytest.approx([one[n].value for n in one], abs=1e-6)


def test_a_fraction_and_per_cent_give_the_same_score():
    readings = make_matrix("independent", extra=0.2)
    share = find(readings.assign(value=readings["value"] / 100, unit=""), full_effect=1.0).scores["ZIP"]
    assert 100 * share.value == pytest.approx(find(readings).scores["ZIP"].value, rel=1e-6)


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda r: r[~((r["dose"] == 3) & (r["dose_other"] == 6))], "lacks 1 of 30 cells, the first at doses 3 and 6"),
        (lambda r: r[r["dose"] > 0], "at least three doses above 0 of each active, and 0 of each"),
        (lambda r: r.assign(value=7.0), "All effects are 7"),
        (lambda r: r.assign(dose_other=-r["dose_other"]), "A dose is 0 or more"),
        (lambda r: r.drop(columns="dose_other"), "have no column 'dose_other'"),
        (lambda r: r.assign(unit=["%", "OD"] * 45), "One curve has one unit"),
    ],
)
def test_a_matrix_that_cannot_be_judged_is_refused_in_words(spoil, told):
    with pytest.raises(FitRefused, match=told):
        find(spoil(make_matrix("independent")))


def test_flags_tell_of_an_untreated_cell_with_an_effect_and_of_single_cells():
    readings = make_matrix("independent", replicates=1)
    flags = find(readings.assign(value=readings["value"] + 20)).flags
    assert any("untreated cell" in flag for flag in flags)
    assert any("without replicates" in flag for flag in flags)


def test_the_methods_sentence_names_all_references_in_both_languages():
    found = find(make_matrix("independent"))
    for language in ("en", "ko"):
        assert all(name in found.methods_sentence(language) for name in ("Bliss", "HSA", "Loewe", "ZIP"))


def test_the_figure_shows_the_excess_over_the_reference_asked_for():
    found = find(make_matrix("independent"))
    assert found.plot("Bliss").data[0].z.shape == (5, 4)
    with pytest.raises(UnknownName):
        found.plot("Chou")


@pytest.mark.slow
def test_bootstrap_intervals_of_no_interaction_hold_zero_as_often_as_they_say():
    held = [find(make_matrix("independent", sd=4.0, replicates=4, seed=n), resamples=300).scores for n in range(150)]
    for name in ("Bliss", "ZIP"):
        share = np.mean([scores[name].low <= 0 <= scores[name].high for scores in held])
        assert share >= 0.89, (name, share)
