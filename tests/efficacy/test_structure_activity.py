"""A structure-activity model is as good as known, says how sure it is, and knows what it does not know."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ginseng_rd.efficacy.structure_activity import fit_structure_activity
from ginseng_rd.efficacy.structure_activity_curation import curate
from ginseng_rd.efficacy.structure_activity_forest import assign_folds
from ginseng_rd.errors import FitRefused

RG3 = "CC(=CCCC(C)(C1CCC2(C1C(CC3C2(CCC4C3(CCC(C4(C)C)OC5C(C(C(C(O5)CO)O)O)OC6C(C(C(C(O6)CO)O)O)O)C)C)O)C)O)C"
RG1 = "CC(=CCCC(C)(C1CCC2(C1C(CC3C2(CC(C4C3(CCC(C4(C)C)O)C)OC5C(C(C(C(O5)CO)O)O)O)C)O)C)OC6C(C(C(C(O6)CO)O)O)O)C"


@pytest.fixture(scope="module")
def worm_lifespan(reference_data):
    compounds = pd.read_csv(reference_data / "benchmarks" / "drugage_celegans" / "compounds.csv")
    return pd.DataFrame(
        {
            "sample": compounds["row"].astype(str),
            "structure": compounds["smiles"],
            "endpoint": "worm lifespan extended",
            "value": compounds["extends_lifespan"],
            "unit": "0/1",
            "relation": "=",
            "origin": "published",
        }
    )


@pytest.fixture(scope="module")
def collagenase(reference_data):
    rows = pd.read_csv(reference_data / "benchmarks" / "mmp1_inhibition" / "activities.csv", dtype={"year": str})
    columns = {
        "molecule_chembl_id": "sample",
        "smiles": "structure",
        "standard_type": "endpoint",
        "standard_value": "value",
        "standard_units": "unit",
        "standard_relation": "stated_relation",
        "data_validity_comment": "remark",
        "potential_duplicate": "repeated",
    }
    binding = rows[(rows["assay_type"] == "B") & (rows["standard_units"] != "ug.mL-1")]
    return binding.rename(columns=columns)


@pytest.fixture(scope="module")
def worm_model(worm_lifespan):
    return fit_structure_activity(worm_lifespan, trees=100, seed=1, jobs=2)


@pytest.fixture(scope="module")
def collagenase_model(collagenase):
    return fit_structure_activity(collagenase, trees=25, seed=1, jobs=2)


@pytest.fixture(scope="module")
def small_set(worm_lifespan):
    return worm_lifespan.iloc[::6].reset_index(drop=True)


def test_worm_lifespan_is_told_from_structure_as_well_as_a_plain_forest_tells_it(worm_model):
    # 0.755 ± 0.053 over folds for an untuned forest on the same fingerprints and kind of folds.
    assert worm_model.fold_scores["AUROC"].mean() == pytest.approx(0.755, abs=0.053)
    assert worm_model.scores["AUROC"].low < 0.755 < worm_model.scores["AUROC"].high


def test_collagenase_inhibition_is_predicted_as_well_as_a_plain_forest_predicts_it(collagenase_model):
    # 0.735 ± 0.054 over folds for an untuned forest.
    assert collagenase_model.fold_scores["RMSE"].mean() == pytest.approx(0.735, abs=0.054)


def test_prediction_sets_hold_the_truth_of_either_class_on_held_out_scaffolds(worm_model):
    assert worm_model.scores["coverage of yes"].value == pytest.approx(0.9, abs=0.03)
    assert worm_model.scores["coverage of no"].value == pytest.approx(0.9, abs=0.03)


def test_intervals_hold_the_truth_on_held_out_scaffolds(collagenase_model):
    assert collagenase_model.scores["coverage"].value == pytest.approx(0.9, abs=0.03)


def test_intervals_far_from_known_structures_hold_the_truth_nearly_as_often(collagenase_model):
    rows = collagenase_model.held_out
    far = rows[rows["similarity"] <= rows["similarity"].quantile(0.25)]
    assert far["covered"].mean() > 0.85


def test_scrambled_outcomes_fall_to_chance(worm_model, collagenase_model):
    assert worm_model.scores["AUROC scrambled"].value == pytest.approx(0.5, abs=0.05)
    assert collagenase_model.scores["R2 scrambled"].value < 0.05


def test_random_folds_flatter(worm_model, collagenase_model):
    assert worm_model.scores["AUROC random split"].value > worm_model.scores["AUROC"].value
    assert collagenase_model.scores["RMSE random split"].value < collagenase_model.scores["RMSE"].value


def test_ginsenosides_lie_outside_what_collagenase_inhibitors_teach(collagenase_model):
    predicted = collagenase_model.predict([RG3, RG1], ["Rg3", "Rg1"])
    assert not predicted["inside_domain"].any()
    assert predicted["reason"].str.startswith("outside: similarity 0.1").all()


def test_an_interval_is_wider_far_from_known_structures(collagenase_model):
    near = collagenase_model.learned_from.structures[0]
    width = collagenase_model.predict([near, RG3]).eval("high - low")
    assert width[1] > 1.5 * width[0]


def test_the_same_seed_gives_the_same_figures_on_one_job_and_on_two(small_set):
    one = fit_structure_activity(small_set, trees=20, seed=7, jobs=1)
    two = fit_structure_activity(small_set, trees=20, seed=7, jobs=2)
    assert one.scores == two.scores
    pd.testing.assert_frame_equal(one.predict([RG3]), two.predict([RG3]))


def test_a_scaffold_never_stands_in_two_folds(worm_lifespan):
    curated = curate(worm_lifespan)
    fold = pd.Series(assign_folds(curated, "scaffold", 5, seed=3))
    assert (fold.groupby(curated.scaffolds).nunique() == 1).all()


def test_a_structure_that_cannot_be_read_is_carried_with_its_reason(worm_model):
    predicted = worm_model.predict(["CC(=O)Nc1ccc(O)cc1", "C1CC(", ""], ["paracetamol", "torn", "empty"])
    assert list(predicted["name"]) == ["paracetamol", "torn", "empty"]
    assert list(predicted["prediction"].isna()) == [False, True, True]
    assert list(predicted["inside_domain"]) == [True, False, False]
    assert predicted["reason"][1].startswith("no prediction: it cannot be read as SMILES")


def test_a_list_of_nothing_readable_still_gets_its_rows(worm_model):
    assert list(worm_model.predict(["C1CC("])["inside_domain"]) == [False]


def test_a_salt_is_predicted_as_its_base(worm_model):
    base, salt = worm_model.predict(["CN(C)CCCN1c2ccccc2CCc2ccccc21", "CN(C)CCCN1c2ccccc2CCc2ccccc21.Cl"])["prediction"]
    assert base == salt


def test_probabilities_mean_what_they_say(worm_model):
    rows = worm_model.held_out
    assert rows["predicted"].mean() == pytest.approx(rows["observed"].mean(), abs=0.02)
    assert worm_model.scores["Brier score"].value < rows["observed"].var()


def test_every_figure_of_a_model_on_invented_data_says_so(small_set):
    found = fit_structure_activity(small_set.assign(origin="invented"), trees=10)
    titles = [figure.layout.title.text for figure in found.figures(found.predict([RG3])).values()]
    assert len(titles) == 3
    assert all("invented example data" in title for title in [*titles, str(found), found._repr_html_()])


def test_a_regression_has_its_three_figures(collagenase_model):
    assert set(collagenase_model.figures()) == {"observed_vs_predicted", "calibration", "similarity"}


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda rows: rows.iloc[:10], "needs at least 30 structures with an outcome, but 10 are left"),
        (lambda rows: rows.assign(value=0), "All 239 structures have the same outcome (0): there is nothing to learn."),
        (lambda rows: rows.assign(value=5.0, unit="µM"), "All 239 structures have the same outcome (5.3): there is"),
        (
            lambda rows: rows.assign(structure="C1CC("),
            "None of the 239 rows can be learned from: left out: a structure",
        ),
        (lambda rows: rows.iloc[:0], "None of the 0 rows can be learned from."),
        (lambda rows: rows.assign(value=(rows.index < 3).astype(int)), "Only 3 structure(s) have the rarer outcome"),
    ],
)
def test_readings_that_teach_nothing_are_refused_in_a_sentence(small_set, spoil, message):
    with pytest.raises(FitRefused) as refused:
        fit_structure_activity(spoil(small_set))
    assert message in str(refused.value)


def test_more_folds_than_scaffolds_are_refused():
    chains = [f"c1ccccc1{'C' * n}" for n in range(1, 41)]
    rows = pd.DataFrame({"sample": chains, "structure": chains, "endpoint": "x", "value": range(1, 41), "unit": "µM"})
    with pytest.raises(FitRefused, match=r"1 scaffold.* cannot be spread over 5 folds"):
        fit_structure_activity(rows)


def test_scores_of_one_draw_agree_with_scikit_learn():
    from sklearn.metrics import average_precision_score, roc_auc_score

    from ginseng_rd.efficacy.structure_activity_scores import auroc, average_precision, plain

    rng = np.random.default_rng(0)
    labels, votes = rng.integers(0, 2, 200).astype(float), rng.integers(0, 12, 200) / 12  # many ties
    assert plain(auroc(labels, votes), 200) == pytest.approx(roc_auc_score(labels, votes))
    assert plain(average_precision(labels, votes), 200) == pytest.approx(average_precision_score(labels, votes))
