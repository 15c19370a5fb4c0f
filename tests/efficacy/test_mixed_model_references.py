"""Mixed models against numbers of R (mmrm, nlme, lme4 with lmerTest and pbkrtest) and SAS.

Where the reference's optimiser stopped short, its own covariance is put into our formulas for the digits, and our
likelihood shown to be the higher one.
"""

import json

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from ginseng_rd.efficacy import repeated_measures
from ginseng_rd.efficacy.covariance_structures import find_structure
from ginseng_rd.efficacy.mixed_model import compare_nested
from ginseng_rd.efficacy.model_rows import prepare_rows
from ginseng_rd.efficacy.random_effects import fit_random_effects
from ginseng_rd.efficacy.repeated_measures import fit_mmrm
from ginseng_rd.efficacy.restricted_likelihood import stand_at
from ginseng_rd.efficacy.trials import prepare_changes

STRUCTURE = {
    "us": "unstructured", "cs": "compound symmetry", "csh": "heterogeneous compound symmetry", "ar1": "ar1",
    "ar1h": "heterogeneous ar1", "toep": "toeplitz", "toeph": "heterogeneous toeplitz", "ad": "ante-dependence",
    "adh": "heterogeneous ante-dependence",
}  # fmt: skip
DF = {
    "satterthwaite": "satterthwaite", "kenward_roger": "kenward-roger", "kenward_roger_linear": "kenward-roger-linear",
    "between_within": "between-within",
}  # fmt: skip
FEV = {"response": "FEV1", "fixed": "RACE + SEX + ARMCD*AVISIT", "subject": "USUBJID", "visit": "AVISIT"}
OF_R = {"Estimate": "estimate", "Std. Error": "se", "df": "df", "Pr(>|t|)": "p"}
OF_EMMEANS = {"SE": "se", "df": "df", "lower.CL": "low", "upper.CL": "high", "p.value": "p"}
DIGITS = {"estimate": 1e-6, "se": 1e-5, "df": 1e-4, "p": 1e-4, "low": 1e-5, "high": 1e-5, "t": 1e-5}


def read(folder, name):
    table = pd.read_csv(folder / "certified" / name / "data.csv")
    return table, json.loads((folder / "certified" / name / "expected.json").read_text())


def assert_meets(found, expected, names=OF_R, spare=1.0):
    expected = pd.DataFrame(expected)
    for theirs, ours in names.items():
        if theirs in expected:
            assert_allclose(found[ours], expected[theirs], rtol=spare * DIGITS[ours], err_msg=ours)


@pytest.fixture(scope="module")
def fev(reference_data):
    table, expected = read(reference_data, "mmrm_fev")
    table["RACE"] = pd.Categorical(table["RACE"], ["Asian", "Black or African American", "White"])
    table["SEX"] = pd.Categorical(table["SEX"], ["Male", "Female"])
    table["ARMCD"] = pd.Categorical(table["ARMCD"], ["PBO", "TRT"])
    return table, expected


@pytest.fixture
def fit_at_the_reference(monkeypatch):
    """Fit with the covariance of the reference in place of a search."""

    def fit(table, theirs, **options):
        rows = prepare_rows(table, options["response"], options["fixed"], [options["subject"]], [options["visit"]])
        theta = find_structure(options["covariance"]).start(np.array(theirs) / rows.scale**2)

        def stand(blocks, n, start, components, *, reml):
            return stand_at(blocks, n, theta, components, reml=reml)

        monkeypatch.setattr(repeated_measures, "maximise", stand)
        return fit_mmrm(table, **options)

    return fit


@pytest.mark.parametrize("short", STRUCTURE)
@pytest.mark.parametrize("method", DF)
def test_coefficients_errors_and_df_equal_mmrm_s_at_its_covariance(fev, fit_at_the_reference, short, method):
    table, expected = fev[0], fev[1][short]
    model = fit_at_the_reference(
        table, expected["covariance"]["values"], covariance=STRUCTURE[short], df=DF[method], **FEV
    )
    assert_meets(model.coefficients(), expected[method])
    assert_allclose(model.deviance, expected["deviance"], atol=1e-8)


@pytest.mark.parametrize("short", STRUCTURE)
def test_the_likelihood_is_at_least_mmrm_s_and_the_covariance_close(fev, short):
    table, expected = fev[0], fev[1][short]
    model = fit_mmrm(table, covariance=STRUCTURE[short], **FEV)
    assert -1e-5 < model.deviance - expected["deviance"] < 1e-8
    assert (model.n_rows, model.n_subjects) == (expected["n_obs"], expected["n_subjects"])
    assert_allclose([model.aic, model.bic], [expected["AIC"], expected["BIC"]], atol=1e-5)
    assert_allclose(model.covariance[""], expected["covariance"]["values"], rtol=1e-2, atol=1e-2)


@pytest.mark.parametrize("short", STRUCTURE)
def test_jackknife_errors_equal_mmrm_s(fev, fit_at_the_reference, short):
    table, expected = fev[0], fev[1][short]
    model = fit_at_the_reference(
        table, expected["covariance"]["values"], covariance=STRUCTURE[short], robust=True, **FEV
    )
    assert_allclose(model.coefficients()["se"], list(expected["robust_jackknife_se"].values()), rtol=1e-6)


@pytest.mark.parametrize("short", ["us", "cs", "ar1"])
@pytest.mark.parametrize("method", ["satterthwaite", "kenward_roger"])
def test_ls_means_and_contrasts_by_visit_equal_emmeans(fev, fit_at_the_reference, short, method):
    table, expected = fev[0], fev[1][short]
    model = fit_at_the_reference(
        table, expected["covariance"]["values"], covariance=STRUCTURE[short], df=DF[method], **FEV
    )
    means = pd.DataFrame(expected[f"emmeans_{method}"]["ls_means"]).sort_values(["ARMCD", "AVISIT"])
    assert_meets(model.ls_means("ARMCD", "AVISIT"), means, {"emmean": "estimate", **OF_EMMEANS})
    contrasts = expected[f"emmeans_{method}"]["contrasts"]
    assert_meets(model.compare("ARMCD", "AVISIT"), contrasts, {"estimate": "estimate", "t.ratio": "t", **OF_EMMEANS})


@pytest.mark.parametrize("method", ["satterthwaite", "kenward_roger"])
def test_the_interaction_is_tested_as_in_mmrm(fev, fit_at_the_reference, method):
    table, expected = fev
    model = fit_at_the_reference(
        table, expected["us"]["covariance"]["values"], covariance="unstructured", df=DF[method], **FEV
    )
    f, number, df, p = model.test("ARMCD:AVISIT")
    theirs = expected[f"us_interaction_F_{method}"]
    assert number == theirs["num_df"]
    assert_allclose([f, df, p], [theirs["f_stat"], theirs["denom_df"], theirs["p_val"]], rtol=1e-5)


def test_maximum_likelihood_reaches_mmrm_s(fev, fit_at_the_reference):
    table, expected = fev[0], fev[1]["us_ML"]
    free = fit_mmrm(table, method="ML", **FEV)
    assert -1e-5 < free.deviance - expected["deviance"] < 1e-8


@pytest.mark.parametrize("method", ["satterthwaite", "kenward_roger"])
def test_the_parallel_trial_equals_mmrm_at_its_covariance(reference_data, fit_at_the_reference, method):
    table, expected = read(reference_data, "own_trial_parallel")
    rows = prepare_changes(
        table, response="wrinkle_ra", subject="subject", arm="arm", visit="week", baseline_visit=0, control="vehicle",
        covariates=["site"],
    )  # fmt: skip
    model = fit_at_the_reference(
        rows.changes, expected["model"]["covariance"]["values"], covariance="unstructured", df=DF[method],
        response="change", fixed="baseline + visit + site + arm + baseline:visit + arm:visit", subject="subject",
        visit="visit",
    )  # fmt: skip
    names = {"estimate": "estimate", "t.ratio": "t", **OF_EMMEANS}
    found = model.compare("arm", "visit", at={"baseline": 0.0})
    assert_meets(found, expected[method]["contrasts"], names)


def test_sas_is_met_to_the_digits_it_prints(reference_data):
    folder = reference_data / "benchmarks" / "repeated_measures"
    table, printed = pd.read_csv(folder / "fev.csv"), pd.read_csv(folder / "fev_sas_reference.csv")
    table["sex"] = pd.Categorical(table["sex"], ["Male", "Female"])
    for _, lines in printed.groupby("fit"):
        first = lines.iloc[0]
        model = fit_mmrm(
            table, response="fev1", fixed=first["fixed_effects"], subject="usubjid", visit="avisit",
            covariance=first["covariance_structure"].lower().replace("ar(1)", "ar1"), method=first["method"],
        )  # fmt: skip
        # SAS stops where the likelihood still rises by up to 1e-5: ours is never the lower one.
        assert -1e-5 < model.deviance - lines.loc[lines["kind"] == "fit", "estimate"].item() < 1e-8
        found, fixed = model.coefficients(), lines[lines["kind"] == "fixed"]
        assert_allclose(found["estimate"], fixed["estimate"], atol=1e-3)
        assert_allclose(found["se"], fixed["standard_error"], atol=1e-4)
        assert_allclose(found["df"], fixed["satterthwaite_df"], atol=0.55)


@pytest.fixture(scope="module")
def sleep(reference_data):
    return read(reference_data, "lme4_sleepstudy")


@pytest.mark.parametrize("random", ["slope", "intercept"])
@pytest.mark.parametrize("method", ["satterthwaite", "kenward_roger"])
def test_random_effects_equal_lme4_with_both_df(sleep, random, method):
    table, expected = sleep[0], sleep[1][f"random_{random}_REML"]
    grouping = "1 + Days | Subject" if random == "slope" else "1 | Subject"
    model = fit_random_effects(table, response="Reaction", fixed="Days", random=[grouping], df=DF[method])
    assert_meets(model.coefficients(), expected[f"coefficients_{method}"])
    assert_allclose([model.log_likelihood, model.aic, model.bic], [expected[k] for k in ("logLik", "AIC", "BIC")])
    variances = [line["vcov"] for line in expected["variance_components"]]
    assert_allclose([line[3] for line in model.components], variances, rtol=2e-6)


def test_ml_uncorrelated_effects_predictions_and_the_likelihood_ratio_equal_lme4(sleep):
    table, expected = sleep
    given = {"response": "Reaction", "fixed": "Days"}
    slope = fit_random_effects(table, random=["1 + Days | Subject"], method="ML", **given)
    assert_allclose(slope.coefficients()["se"], list(expected["random_slope_ML"]["se"].values()), rtol=1e-6)
    assert_allclose(slope.log_likelihood, expected["random_slope_ML"]["logLik"], rtol=1e-10)
    plain = fit_random_effects(table, random=["1 | Subject"], method="ML", **given)
    ratio = expected["lrt_slope_refit_ML"][1]
    assert_allclose(compare_nested(plain, slope), [ratio["Chisq"], ratio["Df"], ratio["Pr(>Chisq)"]], rtol=1e-8)
    apart = fit_random_effects(table, random=["1 | Subject", "0 + Days | Subject"], **given)
    assert_allclose(apart.log_likelihood, expected["uncorrelated_REML"]["logLik"], rtol=1e-10)
    free = fit_random_effects(table, random=["1 + Days | Subject"], **given)
    predicted = {(level, effect): value for _, level, effect, value in free.predicted}
    for line in expected["ranef_random_slope"]:
        for effect in ("(Intercept)", "Days"):
            assert_allclose(predicted[line["Subject"], effect], line[effect], rtol=2e-6)


@pytest.fixture(scope="module")
def orthodont(reference_data):
    table, expected = read(reference_data, "nlme_orthodont")
    table["Sex"] = pd.Categorical(table["Sex"], ["Male", "Female"])
    return table.assign(agef=table["age"], centred=table["age"] - 11), expected


def test_orthodont_equals_lmer_with_both_df_and_type_three_tests(orthodont):
    table, expected = orthodont[0], orthodont[1]["lmer_random_intercept"]
    for method in ("satterthwaite", "kenward_roger"):
        model = fit_random_effects(table, response="distance", fixed="age*Sex", random=["1 | Subject"], df=DF[method])
        assert_meets(model.coefficients(), expected[f"coefficients_{method}"])
        for line in expected[f"anova_{method}"]:
            found = model.test(line["term"])
            theirs = [line["F value"], line["NumDF"], line["DenDF"], line["Pr(>F)"]]
            assert_allclose(found, theirs, rtol=1e-6)


@pytest.mark.parametrize(
    ("name", "fixed", "random"),
    [
        ("lme_random_intercept", "age*Sex", "1 | Subject"),
        ("lme_random_slope_centred", "centred*Sex", "1 + centred | Subject"),
    ],
)
def test_orthodont_equals_lme_with_its_df_within_and_between(orthodont, name, fixed, random):
    table, expected = orthodont[0], orthodont[1][name]
    model = fit_random_effects(table, response="distance", fixed=fixed, random=[random], df="between-within")
    names = {"Value": "estimate", "Std.Error": "se", "DF": "df", "p-value": "p"}
    assert_meets(model.coefficients(), expected["coefficients"], names)
    assert_allclose([model.log_likelihood, model.aic], [expected["logLik"], expected["AIC"]], rtol=1e-9)


@pytest.mark.parametrize(
    ("name", "structure"),
    [("gls_unstructured", "unstructured"), ("gls_ar1", "ar1"), ("gls_cs", "compound symmetry")],
)
def test_orthodont_equals_gls(orthodont, name, structure):
    table, expected = orthodont[0], orthodont[1][name]
    model = fit_mmrm(
        table, response="distance", fixed="agef + Sex + agef:Sex", subject="Subject", visit="agef", covariance=structure
    )
    names = {"Value": "estimate", "Std.Error": "se"}
    assert_meets(model.coefficients(), expected["coefficients"], names)
    assert_allclose(model.log_likelihood, expected["logLik"], rtol=1e-9)
    theirs = expected["marginal_covariance_one_subject"]["values"]
    assert_allclose(model.covariance[""], theirs, rtol=3e-6)
