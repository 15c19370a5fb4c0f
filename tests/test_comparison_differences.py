"""Which differences are real: adjusted for all codes of an endpoint, the interval in step with the verdict."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from ginseng_rd.comparison.contrasts import Contrast, Group, judge_contrasts, judge_groups, welch


def groups_of(samples):
    names = [f"F-{n}" for n in range(len(samples))]
    return [
        Group(name, float(np.mean(s)), float(np.std(s, ddof=1)), len(s)) for name, s in zip(names, samples, strict=True)
    ]


def test_groups_of_like_spread_are_judged_by_dunnett():
    draw = np.random.default_rng(3)
    samples = [draw.normal(mean, 1, 6) for mean in (10, 10.5, 12.5, 9)]
    base, *others = groups_of(samples)
    found = judge_groups("gloss", "", base, others)
    known = stats.dunnett(*samples[1:], control=samples[0])
    assert [d.p for d in found] == pytest.approx(known.pvalue, abs=2e-3)
    interval = known.confidence_interval()
    assert [d.estimate.low for d in found] == pytest.approx(interval.low, abs=0.02)
    assert {d.adjustment for d in found} == {"Dunnett"}


def test_groups_of_unlike_spread_are_judged_by_welch():
    draw = np.random.default_rng(4)
    samples = [draw.normal(10, 0.1, 8), draw.normal(12, 3, 8)]
    base, other = groups_of(samples)
    (found,) = judge_groups("gloss", "", base, [other])
    assert found.p == pytest.approx(stats.ttest_ind(samples[1], samples[0], equal_var=False).pvalue)


def test_a_standard_error_of_nothing_on_both_sides_is_not_judged():
    assert judge_groups("gloss", "", Group("F-0", 1.0, 0.0, 3), [Group("F-1", 2.0, 0.0, 3)]) == ()


@given(
    st.lists(
        st.tuples(st.floats(-5, 5).filter(lambda x: abs(x) > 1e-3), st.floats(0.1, 3), st.integers(3, 60)),
        min_size=1,
        max_size=8,
    )
)
def test_an_interval_without_zero_inside_is_that_of_a_real_difference(parts):
    contrasts = [Contrast(f"F-{n}", estimate, se, df, df + 1) for n, (estimate, se, df) in enumerate(parts)]
    for found in judge_contrasts("R2", "ratio", "F-base", contrasts):
        holds_zero_inside = found.estimate.low < 0 < found.estimate.high
        assert found.is_real is not holds_zero_inside


def test_the_spreads_are_held_against_each_other_by_bartlett():
    draw = np.random.default_rng(7)
    like = [draw.normal(10, 1, 5) for _ in range(4)]
    unlike = [*like[:3], draw.normal(10, 12, 5)]
    for samples in (like, unlike):
        base, *others = groups_of(samples)
        pooled = {d.estimate.basis for d in judge_groups("gloss", "", base, others)} == {"pooled variance"}
        assert pooled is bool(stats.bartlett(*samples).pvalue >= 0.01)


def test_welch_has_the_degrees_of_freedom_of_scipy():
    first, second = np.array([1.0, 2.0, 4.0, 4.5]), np.array([3.0, 9.0, 7.0])
    parts = [(float(s.std(ddof=1)) / len(s) ** 0.5, len(s) - 1) for s in (first, second)]
    assert welch(*parts)[1] == pytest.approx(stats.ttest_ind(first, second, equal_var=False).df)


SKIN = "trial,subject,arm,visit_week,endpoint,value,unit"


def trial_lab(workspace, sheet_file, design, rows):
    from ginseng_rd.upload import Sheet

    lines = ["formulation,ingredient,value,unit", *(f"F-{n},Water,100,%" for n in (1, 2))]
    sheets = {
        "recipe": lines,
        "trial": ["trial,design,primary_endpoint,base_arm,planned_n", f"T-1,{design},TEWL,one,12"],
        "arm": ["trial,arm,product,version", "T-1,one,F-1,1", "T-1,two,F-2,1"],
        "skin": [SKIN, *rows],
    }
    for kind, text in sheets.items():
        path, sheet = sheet_file(f"{kind}.csv", *text), Sheet(kind=kind)
        workspace.upload(path, sheet=sheet, accept={f.code for f in workspace.check(path, sheet=sheet).findings})
    return workspace.compare("F-1", "F-2")


def test_parallel_groups_are_compared_with_the_baseline_in_the_model(workspace, sheet_file):
    draw = np.random.default_rng(5)
    before, second = np.round(draw.normal(12, 2, 24), 3), np.repeat([0.0, 1.0], 12)
    after = np.round(0.8 * before - second + draw.normal(0, 1, 24), 3)
    rows = [
        f"T-1,{n:03d},{('one', 'two')[n // 12]},{week},TEWL,{value[n]},g/m²/h"
        for n in range(24)
        for week, value in ((0, before), (8, after))
    ]
    (found,) = trial_lab(workspace, sheet_file, "parallel", rows).differences
    # Analysis of covariance by the normal equations.
    design = np.column_stack([np.ones(24), before, second])
    fitted, rest, *_ = np.linalg.lstsq(design, after, rcond=None)
    se = float(np.sqrt(rest[0] / 21 * np.linalg.inv(design.T @ design)[2, 2]))
    assert found.estimate.value == pytest.approx(fitted[2], rel=1e-6)
    assert found.estimate.high == pytest.approx(fitted[2] + stats.t.ppf(0.975, 21) * se, rel=1e-4)
    assert not found.paired


def test_two_products_that_nobody_had_together_are_compared_through_the_control():
    from ginseng_rd.comparison.trial_block import analyse_endpoint
    from ginseng_rd.comparison.trial_readings import TrialReadings

    draw = np.random.default_rng(8)
    gains = {("A", n): 2.0 for n in range(10)} | {("B", n): 3.0 for n in range(10, 22)}
    values, apart = {}, {"A": [], "B": []}
    for (arm, n), gain in gains.items():
        change, control = gain + draw.normal(0, 0.3), draw.normal(0, 0.3)
        apart[arm].append(change - control)
        for side, name, last in (("left", arm, change), ("right", "vehicle", control)):
            values |= {(f"{n:03d}", side, name, 0.0): 10.0, (f"{n:03d}", side, name, 8.0): 10.0 + last}
    arms = ("A", "B")
    trial = TrialReadings("T-1", "split-face", "TEWL", "vehicle", arms, {"TEWL": values}, {"TEWL": "g/m²/h"}, {})
    found = next(c for c in analyse_endpoint(trial, "TEWL").against["A"] if c.code == "B")
    known = stats.ttest_ind(apart["B"], apart["A"], equal_var=False)
    assert (found.estimate / found.se, found.df) == pytest.approx((known.statistic, known.df))
    assert (found.paired, found.n) == (False, 10)


def test_a_crossover_is_paired_within_subjects(workspace, sheet_file):
    draw = np.random.default_rng(6)
    rows = []
    for n in range(12):
        own = draw.normal(12, 2)
        for week, arm in ((4, "one"), (12, "two")) if n % 2 else ((4, "two"), (12, "one")):
            rows.append(f"T-1,{n:03d},{arm},{week},TEWL,{own - 2 * (arm == 'two') + draw.normal(0, 0.3):.3f},g/m²/h")
    (found,) = trial_lab(workspace, sheet_file, "crossover", rows).differences
    assert found.estimate.value == pytest.approx(-2, abs=0.3)
    assert (found.paired, found.is_real, found.estimate.n) == (True, True, 12)
