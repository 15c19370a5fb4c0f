"""Fifty versions side by side with all that stands on them, from stores of growing size; the same asked of MLflow."""

import os
import random
import statistics
import time
from itertools import product

import pytest

COMPARED = 50
LINES, EXTRACTS, WEEKS, SUBJECTS = 25, 12, (0, 4, 8, 12, 24), 30
SIZES = [int(float(text)) for text in os.environ.get("BENCH_READINGS", "1e4,1e5,1e6").split(",")]


def rows_of_compared(draw):
    """Yield the rows, by kind, of fifty versions: each with its recipe, batch, stability, and for twenty a trial."""
    for n in range(EXTRACTS):
        yield "lot", {"lot": f"L-{n}", "species": "Panax ginseng", "cultivation": "field", "part": "root",
                      "age_years": 6.0, "harvested_on": "2025-10-12"}  # fmt: skip
        yield "extract", {"extract": f"EX-{n}", "made_on": "2025-10-20", "amount_g": 1000.0}
        yield "extract_input", {"extract": f"EX-{n}", "input": f"L-{n}", "amount_g": 5000.0}
        yield "process_step", {"extract": f"EX-{n}", "step_no": 1, "step": "steam", "planned_c": 98.0}
        for compound in ("Rg1", "Rb1", "Rg3", "Re", "Rd"):
            yield "content", measured(draw.uniform(1, 20), sample=f"EX-{n}", analyte=compound, compound=compound,
                                      unit="mg/g", sd=0.2, n="3")  # fmt: skip
        for dose, replicate in product((1, 5, 25, 125, 625), (1, 2, 3)):
            reply = 100 * dose / (dose + 60 + 5 * n) + draw.gauss(0, 2)
            yield "assay", measured(
                reply, assay=f"elastase {n}", sample=f"EX-{n}", role="sample", dose=float(dose), dose_unit="µg/mL",
                replicate=replicate, endpoint="inhibition", unit="%",
            )  # fmt: skip
    for n in range(COMPARED):
        yield from rows_of_version(f"F-{n:04d}", n % EXTRACTS, draw)
    for n in range(0, 20, 2):
        yield "trial", {"trial": f"T-{n}", "design": "split-face", "primary_endpoint": "Cutometer R2",
                        "base_arm": f"arm {n}", "planned_n": SUBJECTS}  # fmt: skip
        for arm in (n, n + 1):
            yield "arm", {"trial": f"T-{n}", "arm": f"arm {arm}", "product": f"B-F-{arm:04d}"}
        for subject, arm, week, endpoint in product(range(SUBJECTS), (n, n + 1), (0, 4, 8), ("Cutometer R2", "TEWL")):
            value = 0.6 + 0.01 * (arm - n) * week + draw.gauss(0, 0.02)
            yield "skin", measured(
                value, trial=f"T-{n}", arm=f"arm {arm}", subject=f"{subject:03d}", side="left" if arm % 2 else "right",
                unit="ratio", visit_week=float(week), endpoint=endpoint,
            )  # fmt: skip


def rows_of_version(code, extract, draw):
    """Yield one version: 25 lines, a batch, five properties, three conditions of stability."""
    shares = [0.5 + (draw.randrange(100) / 100) for _ in range(LINES - 1)]
    for m, share in enumerate([*shares, 100 - sum(shares)]):
        name = f"EX-{extract}" if m == 0 else f"I-{m}"
        yield "recipe", measured(round(share, 2), formulation=code, version=1, phase="ABC"[m % 3], ingredient=name,
                                 unit="%")  # fmt: skip
    yield "formulation", {"formulation": code, "product_type": "leave-on", "country": "KR"}
    yield "batch", {"batch": f"B-{code}", "formulation": code, "version": 1, "size_g": 1000.0, "made_on": "2026-01-05"}
    for endpoint in ("viscosity", "turbidity", "spread", "gloss", "tack"):
        value = draw.gauss(4000, 300)
        yield "property", measured(
            value, formulation=code, version=1, endpoint=endpoint, sd=100.0, n="3", unit="mPa·s"
        )  # fmt: skip
    for temperature, endpoint, week in product((5.0, 25.0, 40.0), ("pH", "viscosity", "Rg3"), WEEKS):
        yield "stability", measured(5.5 - 0.001 * temperature * week + draw.gauss(0, 0.02), batch=f"B-{code}",
                                    temperature_c=temperature, week=float(week), endpoint=endpoint,
                                    unit="pH")  # fmt: skip


def measured(value, **cells):
    value = round(value, 4)
    return cells | {"value": value, "relation": "=", "value_text": str(value)}


def fill(store, size, versions):
    """Store the fifty, as many other versions, and screening wells of other samples up to ``size`` readings."""
    draw = random.Random(1)
    stored = keep(store, "compared", rows_of_compared(draw))
    for start in range(COMPARED, versions, 500):
        codes = [f"F-{n:04d}" for n in range(start, min(start + 500, versions))]
        stored += keep(store, f"versions {start}", (row for c in codes for row in rows_of_version(c, 99, draw)))
    while stored < size:
        wells = min(100_000, size - stored)
        rows = (
            measured(
                draw.uniform(0, 100), assay=f"screen {stored}", sample=f"S-{n % 4000}", role="sample", unit="%",
                dose=float(n % 7), dose_unit="µg/mL", replicate=n % 3, well=str(n), endpoint="inhibition",
            )
            for n in range(wells)
        )  # fmt: skip
        stored += keep(store, f"screen {stored}", (("assay", row) for row in rows))
    return stored


def keep(store, name, rows):
    from ginseng_rd.records.kinds import KINDS
    from ginseng_rd.records.readings import Places, Readings

    by_kind = {}
    for kind, row in rows:
        by_kind.setdefault(kind, []).append(row)
    parts = []
    for kind, own in by_kind.items():
        names = [c.name for c in KINDS[kind].columns] + list(KINDS[kind].marks)
        columns = {column: [row.get(column) for row in own] for column in names}
        parts.append(Readings(kind, columns, Places("", range(1, len(own) + 1), ""), [None] * len(own)))
    store.add_upload(
        name, name.encode(), format="bench", origin="own", by="bench", about={}, findings=[], readings=parts
    )
    return sum(map(len, by_kind.values()))


def timed(ask, turns=5):
    times = []
    for _ in range(turns):
        began = time.perf_counter()
        ask()
        times.append(time.perf_counter() - began)
    return statistics.median(times)


@pytest.fixture(scope="module")
def took():
    """Seconds of the comparison by size of the store."""
    return {}


@pytest.mark.parametrize("size", SIZES)
def test_fifty_versions_with_all_blocks(size, tmp_path, took, record):
    from ginseng_rd.comparison import compare
    from ginseng_rd.store import Store

    store = Store.create(tmp_path / "lab", company="bench")
    versions = min(5_000, max(COMPARED, size // 200))
    stored = fill(store, size, versions)
    codes = [f"F-{n:04d}" for n in range(COMPARED)]
    filled = {block.name for block in compare(store, codes).blocks if block.rows}
    assert {"recipe", "lots", "process", "dose", "property", "stability", "assay", "trial", "label"} <= filled
    took[size] = timed(lambda: compare(store, codes))
    first = took[min(took)]
    record(
        f"compare {COMPARED} versions, all blocks, of {versions:,} versions and {stored:,} readings, SQLite",
        f"{took[size]:.2f} s",
        f"{min(took):,} readings: {first:.2f} s",
        f"{took[size] / first:.2f}",
        "flat within 2x",
    )
    store.close()


def test_the_same_question_asked_of_mlflow(tmp_path, took, record):
    """5,000 runs, one a version, their lines as parameters and properties as metrics: all to a table."""
    import mlflow
    from mlflow.entities import Metric, Param

    draw = random.Random(1)
    mlflow.set_tracking_uri(f"sqlite:///{tmp_path / 'mlflow.sqlite'}")
    client = mlflow.MlflowClient()
    experiment = client.create_experiment("formulations", artifact_location=(tmp_path / "files").as_uri())
    for n in range(int(os.environ.get("BENCH_RUNS", "5000"))):
        run = client.create_run(experiment, tags={"formulation": f"F-{n:04d}"})
        params = [Param(f"I-{m}", f"{draw.uniform(0.5, 4):.2f}") for m in range(LINES)]
        metrics = [Metric(name, draw.gauss(4000, 300), 0, 0) for name in ("viscosity", "turbidity", "pH", "Rg3", "R2")]
        client.log_batch(run.info.run_id, metrics=metrics, params=params)
    runs = []
    theirs = timed(lambda: runs.append(len(mlflow.search_runs([experiment], max_results=50_000))), turns=3)
    ours = took[max(took)]
    record(
        f"compare {COMPARED} versions against reading {runs[0]:,} runs by search_runs",
        f"{ours:.2f} s",
        f"MLflow on SQLite {theirs:.2f} s",
        f"{ours / theirs:.3f}",
        "≤ 0.1 (ten times faster)",
    )
