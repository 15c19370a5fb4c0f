"""Trials against numbers of R: mmrm with emmeans, lme4 with pbkrtest, multcomp, effectsize, stats."""

import json

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy.stats import nchypergeom_fisher, nct

from ginseng_rd.efficacy.group_comparison import compare_pairs, compare_two_groups, compare_with_control
from ginseng_rd.efficacy.multiplicity import adjust_p_values
from ginseng_rd.efficacy.repeated_measures import fit_mmrm
from ginseng_rd.efficacy.responders import compare_responders, responds
from ginseng_rd.efficacy.trials import analyse_parallel_trial, analyse_split_face

DIGITS = {"estimate": 1e-6, "se": 1e-5, "df": 1e-4, "low": 1e-5, "high": 1e-5, "t": 1e-5, "p": 1e-4}
OF_EMMEANS = {"SE": "se", "df": "df", "lower.CL": "low", "upper.CL": "high", "t.ratio": "t", "p.value": "p"}
PARALLEL = {
    "response": "wrinkle_ra", "subject": "subject", "arm": "arm", "visit": "week", "baseline_visit": 0,
    "control": "vehicle", "covariates": ["site"],
}  # fmt: skip


def read(folder, name, file="expected.json"):
    folder = folder / "certified" / name
    return pd.read_csv(folder / "data.csv"), json.loads((folder / file).read_text())


def assert_meets(found, expected, names, spare=1.0):
    expected = pd.DataFrame(expected)
    for theirs, ours in names.items():
        if theirs in expected:
            assert_allclose(found[ours], expected[theirs], rtol=spare * DIGITS[ours], err_msg=ours)


@pytest.mark.parametrize(("key", "df"), [("satterthwaite", "satterthwaite"), ("kenward_roger", "kenward-roger")])
def test_the_parallel_trial_equals_mmrm_whose_search_stopped_a_little_early(reference_data, key, df):
    table, expected = read(reference_data, "own_trial_parallel")
    trial = analyse_parallel_trial(table, df=df, adjustment="hochberg", **PARALLEL)
    # mmrm and gls both stop 4e-7 and 2e-8 above the deviance reached here, which moves digits beyond the fifth.
    assert -1e-6 < trial.model.deviance - expected["model"]["deviance"] < 0
    assert -1e-7 < trial.model.deviance + 2 * expected["gls_check"]["logLik"] < 0
    assert (trial.model.n_rows, trial.model.n_subjects) == (expected["n_obs"], expected["n_subjects"])
    assert_meets(trial.contrasts, expected[key]["contrasts"], {"estimate": "estimate", **OF_EMMEANS}, spare=70)
    arms = pd.Categorical([line["arm"] for line in expected[key]["ls_means"]], ["vehicle", "active"])
    means = pd.DataFrame(expected[key]["ls_means"]).assign(arm=arms).sort_values("arm", kind="stable")
    assert_meets(trial.ls_means, means, {"emmean": "estimate", **OF_EMMEANS}, spare=10)
    if key == "kenward_roger":
        assert_allclose(trial.contrasts["p_adjusted"], expected["p_adjusted_over_weeks"]["hochberg"], rtol=2e-4)
    assert_allclose(trial.effect_sd, expected["baseline_sd"], rtol=1e-12)
    assert_allclose(
        trial.contrasts["effect"].iloc[-1], expected["standardised_effect_week12_by_baseline_sd"], rtol=1e-5
    )


def test_covariance_analysis_at_one_visit_equals_lm(reference_data):
    table, expected = read(reference_data, "own_trial_parallel")
    wide = table.pivot(index=["subject", "arm", "site"], columns="week", values="wrinkle_ra").reset_index()
    wide["arm"] = pd.Categorical(wide["arm"], ["vehicle", "active"])
    wide = wide.assign(change=wide[12] - wide[0], base=wide[0], week=12)
    model = fit_mmrm(wide, response="change", fixed="arm + base + site", subject="subject", visit="week")
    names = {"Estimate": "estimate", "Std. Error": "se", "t value": "t", "Pr(>|t|)": "p"}
    assert_meets(model.coefficients(), expected["ancova_week12_complete"], names, spare=1e-4)


def test_the_split_face_trial_equals_lmer_with_kenward_roger(reference_data):
    table, expected = read(reference_data, "own_trial_splitface")
    trial = analyse_split_face(
        table, response="elasticity", subject="subject", side="side", treatment="treatment", visit="week",
        baseline_visit=0, control="vehicle",
    )  # fmt: skip
    assert_allclose(trial.model.log_likelihood, expected["logLik"], rtol=1e-12)
    names = {"estimate": "estimate", **OF_EMMEANS}
    assert_meets(trial.contrasts, expected["contrasts_kenward_roger"], names, spare=0.1)
    for line in expected["anova_kenward_roger"]:
        found = trial.model.test(line["term"].replace("week", "visit"))
        assert_allclose(found, [line["F value"], line["NumDF"], line["DenDF"], line["Pr(>F)"]], rtol=1e-6)
    variances = [line["vcov"] for line in expected["variance_components"]]
    assert_allclose(sorted(line[3] for line in trial.model.components), sorted(variances), rtol=1e-6)
    paired, theirs = trial.pairs[12], expected["paired_change_week12"]
    found = [paired.n, paired.mean, paired.sd, paired.t, paired.df, paired.p, paired.low, paired.high, paired.effect.d]
    keys = ["n", "mean", "sd", "t", "df", "p"]
    assert_allclose(found, [*(theirs[k] for k in keys), *theirs["ci95"], theirs["cohen_dz"]], rtol=1e-10)
    assert_allclose(paired.rank_p, theirs["wilcoxon_p"], rtol=1e-10)
    assert_allclose(paired.hodges_lehmann, theirs["hodges_lehmann"], rtol=2e-6)
    assert_hedges(paired.effect, theirs["hedges_gz"], root=1 / np.sqrt(paired.n), df=paired.df)


def assert_hedges(effect, theirs, *, root, df):
    """effectsize finds its limits by a coarse optimiser: ours solve the equation to ten digits and lie near theirs."""
    assert_allclose(effect.g, theirs["Hedges_g"], rtol=1e-10)
    assert_allclose([effect.g_low, effect.g_high], [theirs["CI_low"], theirs["CI_high"]], rtol=2e-6)
    tails = nct.cdf(effect.d / root, df, np.array([effect.d_low, effect.d_high]) / root)
    assert_allclose(tails, [0.975, 0.025], atol=1e-9)


@pytest.fixture(scope="module")
def collagen(reference_data):
    table, expected = read(reference_data, "own_dunnett")
    return {name: part["collagen_pct"].tolist() for name, part in table.groupby("group", sort=False)}, expected


def test_dunnett_equals_multcomp_to_its_integration_noise(collagen):
    groups, expected = collagen
    found, theirs = compare_with_control(groups, "vehicle"), expected["dunnett"]
    order = [name.split(" - ")[0] for name in theirs["contrast"]]
    table = found.table.set_index("group").loc[order]
    assert_allclose(table[["estimate", "se", "t"]].T, [theirs["estimate"], theirs["se"], theirs["t"]], rtol=1e-10)
    assert_allclose(table["p_adjusted"], theirs["p_adjusted"], atol=1e-5)
    limits = np.array(theirs["ci95"])[:, 1:]  # the first number of each row is the estimate
    assert_allclose(table[["low", "high"]], limits, rtol=1e-4)
    anova = expected["anova"][0]
    assert_allclose([found.anova_f, found.anova_p], [anova["F value"], anova["Pr(>F)"]], rtol=1e-10)


def test_dunnett_of_one_group_is_the_t_test(collagen):
    groups = collagen[0]
    found = compare_with_control({k: groups[k] for k in ("vehicle", "high")}, "vehicle").table.iloc[0]
    assert_allclose(found["p_adjusted"], found["p"], rtol=1e-9)


def test_two_groups_equal_t_test_effectsize_and_wilcox_test(collagen):
    groups, expected = collagen
    found = compare_two_groups(groups["high"], groups["vehicle"])
    welch, ranks = expected["welch_high_vs_vehicle"], expected["mann_whitney"]
    assert_allclose([found.t, found.df, found.p], [welch["t"], welch["df"], welch["p"]], rtol=1e-10)
    assert_allclose([found.low, found.high], welch["ci95"], rtol=1e-10)
    assert_hedges(found.effect, expected["hedges_g_high_vs_vehicle"], root=np.sqrt(1 / 11 + 1 / 14), df=23)
    assert_allclose(found.effect.d, expected["cohens_d_high_vs_vehicle"]["Cohens_d"], rtol=1e-10)
    assert_allclose(found.rank_p, ranks["p"], rtol=1e-10)
    # Any shift between the two middle differences of the 154 balances the ranks; R's search ended on one of them.
    differences = np.sort(np.subtract.outer(groups["high"], groups["vehicle"]).ravel())
    assert differences[76] - 1e-3 <= ranks["hodges_lehmann"] <= differences[77] + 1e-3
    assert_allclose(found.hodges_lehmann, (differences[76] + differences[77]) / 2, rtol=1e-12)


@pytest.mark.parametrize(
    ("method", "name"),
    [("holm", "holm"), ("hochberg", "hochberg"), ("hommel", "hommel"), ("bonferroni", "bonferroni"),
     ("benjamini-hochberg", "BH"), ("benjamini-yekutieli", "BY")],
)  # fmt: skip
def test_adjusted_p_values_equal_p_adjust(collagen, method, name):
    p = collagen[1]["p_values"]
    assert_allclose(adjust_p_values(p, method), collagen[1]["p_adjusted"][name], rtol=1e-12)
    assert_allclose(adjust_p_values(p[::-1], method), collagen[1]["p_adjusted"][name][::-1], rtol=1e-12)


@pytest.mark.parametrize("rule", ["non_responder_imputation", "observed_cases"])
def test_responders_equal_prop_test_fisher_test_and_glm(reference_data, rule):
    table, expected = read(reference_data, "own_trial_parallel", "expected_responder.json")
    reached = responds(
        table, response="wrinkle_ra", subject="subject", visit="week", baseline_visit=0, fall_percent=5
    ).merge(table[["subject", "arm"]].drop_duplicates())
    at_end = reached[reached["week"] == 12].groupby("arm")["responded"]
    theirs, sizes = expected[rule], at_end.size() if rule == "non_responder_imputation" else at_end.count()
    counts = at_end.sum()
    found = compare_responders(
        (int(counts["active"]), int(counts["vehicle"])), (int(sizes["active"]), int(sizes["vehicle"]))
    )
    assert_allclose(found.responders, [theirs["active"]["x"], theirs["vehicle"]["x"]])
    assert_allclose(found.intervals, [theirs["active"]["wilson"], theirs["vehicle"]["wilson"]], rtol=1e-10)
    assert_allclose([found.difference, found.low, found.high], [theirs["risk_difference"], *theirs["newcombe_ci95"]])
    assert_allclose([found.fisher_p, found.chi_squared_p], [theirs["fisher_p"], theirs["chisq_p"]], rtol=1e-9)
    assert_allclose([found.log_odds_ratio, found.log_odds_ratio_se], [theirs["logistic_log_or"], theirs["logistic_se"]])
    # R finds the conditional odds ratio and its limits to four digits; ours solve their equations.
    theirs_odds = [theirs["fisher_conditional_or"], *theirs["fisher_or_ci95"]]
    assert_allclose([found.odds_ratio, found.odds_ratio_low, found.odds_ratio_high], theirs_odds, rtol=1e-4)
    total, successes = sum(found.n), sum(found.responders)
    mean = nchypergeom_fisher.mean(total, successes, found.n[0], found.odds_ratio)
    assert_allclose(mean, found.responders[0], rtol=1e-8)


def test_pairs_are_the_differences_of_their_lists():
    found = compare_pairs([3.0, 5.0, np.nan, 9.0], [1.0, 2.0, 4.0, 5.0])
    assert (found.n, found.left_out, found.mean) == (3, 1, 3.0)
