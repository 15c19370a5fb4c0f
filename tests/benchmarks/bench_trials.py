"""Mixed models for repeated measures against statsmodels' MixedLM with a random slope on the same rows."""

import importlib.util
import statistics
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pytest

from ginseng_rd.efficacy.random_effects import fit_random_effects
from ginseng_rd.efficacy.repeated_measures import fit_mmrm
from ginseng_rd.efficacy.small_sample import KENWARD_ROGER_LINEAR


def trial(subjects, visits, *, missing):
    """Readings of a trial in two arms; ``missing`` is "drop-out" (monotone) or "anywhere"."""
    draw = np.random.default_rng(1)
    base = draw.normal(size=subjects)
    y = base[:, None] + draw.multivariate_normal(np.zeros(visits), 0.6 + 0.4 * np.eye(visits), size=subjects)
    lost = draw.random(y.shape) < (0.03 if missing == "drop-out" else 0.1)
    y[np.cumsum(lost, axis=1) > 0 if missing == "drop-out" else lost] = np.nan
    return pd.DataFrame(
        {"subject": np.repeat([f"P{i:05d}" for i in range(subjects)], visits),
         "visit": np.tile(np.arange(visits), subjects),
         "arm": np.repeat(np.where(np.arange(subjects) % 2, "active", "control"), visits),
         "base": np.repeat(base, visits), "y": y.ravel()}
    )  # fmt: skip


def mmrm(table):
    model = fit_mmrm(
        table, response="y", fixed="base*visit + arm*visit", subject="subject", visit="visit", df=KENWARD_ROGER_LINEAR
    )
    return model.compare("arm", "visit")


def random_slope(table):
    return fit_random_effects(table, response="y", fixed="base + visit*arm", random=["1 + visit | subject"])


def mixed_lm(table):
    from statsmodels.formula.api import mixedlm

    return mixedlm("y ~ base + visit*arm", table, groups="subject", re_formula="~visit").fit(reml=True)


def seconds(what, table, turns):
    what(table)
    times = []
    for _ in range(turns):
        began = time.perf_counter()
        what(table)
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def test_a_trial_of_120_subjects_and_4_visits(record):
    table = trial(120, 4, missing="drop-out")
    ours, slope = seconds(mmrm, table, 15), seconds(random_slope, table, 15)
    if importlib.util.find_spec("statsmodels"):
        other = seconds(mixed_lm, table.dropna(), 5)
        reference, ratios = (
            f"statsmodels MixedLM random slope {other:.3f} s",
            (f"{ours / other:.2f}", f"{slope / other:.2f}"),
        )
    else:
        reference, ratios = "statsmodels is not installed", ("–", "–")
    record("MMRM, unstructured, Kenward-Roger, 120 × 4", f"{ours:.3f} s", reference, ratios[0], "≤ 1")
    record("random intercept and slope, 120 × 4", f"{slope:.3f} s", reference, ratios[1], "≤ 1")


MEMORY = """
import resource, sys
sys.path.insert(0, sys.argv[1])
import bench_trials
bench_trials.mmrm(bench_trials.trial(5000, 8, missing=sys.argv[2]))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000)
"""


@pytest.mark.parametrize("missing", ["drop-out", "anywhere"])
def test_growth_to_5000_subjects_and_8_visits(missing, record):
    from pathlib import Path

    small, large = (seconds(mmrm, trial(*size, missing=missing), 3) for size in ((500, 8), (5000, 8)))
    done = subprocess.run(
        [sys.executable, "-c", MEMORY, str(Path(__file__).parent), missing], capture_output=True, text=True, check=True
    )
    record(
        f"MMRM, unstructured, Kenward-Roger, 5,000 × 8, missing {missing}",
        f"{large:.2f} s, peak {float(done.stdout):.0f} MB",
        f"500 × 8: {small:.2f} s",
        f"{large / small:.1f}",
        "≤ 10 (no worse than linear)",
    )


def test_a_random_slope_of_5000_subjects(record):
    table = trial(5000, 8, missing="anywhere")
    ours = seconds(random_slope, table, 3)
    if importlib.util.find_spec("statsmodels"):
        other = seconds(mixed_lm, table.dropna(), 1)
        record("random slope, 5,000 × 8", f"{ours:.2f} s", f"statsmodels {other:.2f} s", f"{ours / other:.2f}", "≤ 1")
    else:
        record("random slope, 5,000 × 8", f"{ours:.2f} s", "statsmodels is not installed", "–", "≤ 1")
