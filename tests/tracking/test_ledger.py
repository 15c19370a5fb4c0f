"""Runs are written whole, read back to the last digit, and never left open."""

import json
import time

import pytest

from ginseng_rd.records.estimate import Estimate
from ginseng_rd.tracking import Ledger, NewRun, same_figures


@pytest.fixture(scope="module")
def ledger(tmp_path_factory):
    return Ledger(tmp_path_factory.mktemp("mlflow"))


def new_run(**changes):
    known = {
        "experiment": "elastase",
        "summary": "EX-12 holds back elastase.",
        "parameters": {"method.model": "log-logistic-4", "농도(최고)": "200"},
        "metrics": {"IC50 EX-12": Estimate(12.345678901234567, "µg/mL", 10.1, None, 24, "95 % profile likelihood")},
        "tags": {"ginseng_rd.origin": "invented"},
        "files": {"figures/curves.json": '{"µ": 1}'},
        "inputs": [{"kind": "assay", "uploads": ["c" * 64], "names": []}],
        "data_name": "assay readings",
        "data_rows": 96,
        "data_fingerprint": "a" * 64,
        "settings_fingerprint": "b" * 64,
        "began_at": time.time(),
    }
    return NewRun(**known | changes)


def test_a_run_is_read_back_to_the_last_digit(ledger):
    run_id = ledger.record(new_run())
    found = ledger.finished("elastase")[0]
    assert (found.run_id, found.metrics) == (run_id, new_run().metrics)


def test_an_interval_stands_in_mlflow_as_companion_metrics(ledger):
    from mlflow import MlflowClient

    run = MlflowClient(ledger.uri).get_run(ledger.record(new_run()))
    assert run.data.metrics == {"IC50 EX-12": 12.345678901234567, "IC50 EX-12.low": 10.1, "IC50 EX-12.n": 24.0}


def test_a_run_carries_the_fingerprint_of_its_data_as_an_mlflow_dataset(ledger):
    from mlflow import MlflowClient

    run = MlflowClient(ledger.uri).get_run(ledger.record(new_run()))
    assert [(d.dataset.name, d.dataset.digest, json.loads(d.dataset.profile)) for d in run.inputs.dataset_inputs] == [
        ("assay readings", "a" * 36, {"rows": 96})
    ]


def test_artifacts_keep_their_text(ledger):
    run_id = ledger.record(new_run())
    assert ledger.files_of(run_id, "figures") == ["figures/curves.json"]
    assert ledger.text_of(run_id, "figures/curves.json") == '{"µ": 1}'


def test_finished_runs_come_newest_first(ledger):
    first, second = ledger.record(new_run(experiment="order")), ledger.record(new_run(experiment="order"))
    assert [run.run_id for run in ledger.finished("order")] == [second, first]


def test_a_run_that_cannot_be_written_is_closed_as_failed_with_its_reason(ledger):
    from mlflow import MlflowClient

    with pytest.raises(Exception, match="6000"):
        ledger.record(new_run(experiment="too long", parameters={"note": "x" * 7000}))
    client = MlflowClient(ledger.uri)
    (run,) = client.search_runs([client.get_experiment_by_name("too long").experiment_id])
    assert run.info.status == "FAILED"
    assert "6000" in run.data.tags["ginseng_rd.failed_because"]


def test_a_run_left_open_by_a_dead_process_is_closed_by_the_next_one(ledger):
    from mlflow import MlflowClient

    client = MlflowClient(ledger.uri)
    ledger.record(new_run(experiment="killed"))
    experiment_id = client.get_experiment_by_name("killed").experiment_id
    tags = client.get_run(ledger.finished("killed")[0].run_id).data.tags
    dead = {"ginseng_rd.host": tags["ginseng_rd.host"], "ginseng_rd.process": "999999999"}
    left = client.create_run(experiment_id, tags=dead).info.run_id
    ledger.record(new_run(experiment="killed"))
    assert client.get_run(left).info.status == "FAILED"


def test_a_ledger_that_was_never_used_has_no_runs(tmp_path):
    assert Ledger(tmp_path).finished() == []


def test_two_figures_mlflow_cannot_tell_apart_are_refused(ledger):
    twins = {"IC50 20(S)": Estimate(1.0), "IC50 20[S]": Estimate(2.0)}
    with pytest.raises(Exception, match="rename one"):
        ledger.record(new_run(metrics=twins))


def test_the_first_differing_figure_is_named():
    one = {"a": Estimate(1.0), "b": Estimate(2.0, low=1.0)}
    assert same_figures(one, dict(one)) == ""
    assert same_figures(one, {"a": Estimate(1.0), "b": Estimate(2.0, low=1.5)}) == "b"
