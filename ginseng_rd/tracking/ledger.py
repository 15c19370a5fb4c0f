"""Runs written to and read from MLflow; the only module that meets it.

The store is the truth, MLflow the ledger of runs: a run carries the fingerprint of the data and of
the experiment file it answers, and the figures it found are kept as an artifact to the last digit.
"""

from __future__ import annotations

import json
import logging
import os
import re
import socket
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ginseng_rd.errors import GinsengError, WorkspaceRefused
from ginseng_rd.records.estimate import Estimate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlflow import MlflowClient
    from mlflow.entities import Run

# A company's figures leave its machine only when somebody sends them.
os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
os.environ.setdefault("MLFLOW_TRUNCATE_LONG_VALUES", "false")

_DATABASE = "mlflow.sqlite"
_REFUSED_IN_KEYS = re.compile(r"[^/\w.\- :]")
_STALE_AFTER_S = 3600
_INPUTS_FILE, _INPUTS_TAG = "inputs.json", "ginseng_rd.inputs"


@dataclass(frozen=True)
class NewRun:
    """One execution of an experiment, ready to be written.

    ``files`` are artifacts by path; ``data_fingerprint`` the SHA-256 of the readings used and
    ``settings_fingerprint`` that of the experiment file. ``inputs`` are the sets of readings it used:
    their kind, the hashes of their uploads, and the names of the things they are of.
    """

    experiment: str
    summary: str
    parameters: Mapping[str, str]
    metrics: Mapping[str, Estimate]
    tags: Mapping[str, str]
    files: Mapping[str, str]
    inputs: Sequence[Mapping[str, Any]]
    data_name: str
    data_rows: int
    data_fingerprint: str
    settings_fingerprint: str
    began_at: float


@dataclass(frozen=True)
class RecordedRun:
    """A finished run as the ledger holds it. ``ended_at`` is UTC in ISO 8601."""

    run_id: str
    experiment: str
    ended_at: str
    parameters: Mapping[str, str]
    metrics: Mapping[str, Estimate]
    tags: Mapping[str, str]


class Ledger:
    """The MLflow store of one workspace: an SQLite file and a folder of artifacts."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self._open_client: MlflowClient | None = None

    @property
    def uri(self) -> str:
        """The address MLflow opens this ledger by."""
        return f"sqlite:///{(self.folder / _DATABASE).as_posix()}"

    @property
    def artifacts(self) -> Path:
        """The folder MLflow keeps artifacts in."""
        return self.folder / "artifacts"

    def record(self, run: NewRun) -> str:
        """Write ``run`` and return its MLflow run id.

        Parameters, metrics and tags go in as one batch. A run that cannot be written to
        its end is closed as FAILED with the reason, and the error rises.
        """
        from mlflow.entities import Dataset, DatasetInput, Metric, Param, RunTag

        client = self._client()
        experiment_id = self._experiment_id(run.experiment)
        self._close_abandoned(experiment_id)
        now_ms = int(time.time() * 1000)
        name = f"{run.experiment} {time.strftime('%Y-%m-%d %H:%M:%S', time.localtime(run.began_at))}"
        created = client.create_run(experiment_id, int(run.began_at * 1000), _process_tags(), run_name=name)
        run_id: str = created.info.run_id
        tags = {
            **run.tags,
            "mlflow.note.content": run.summary,
            "ginseng_rd.data_fingerprint": run.data_fingerprint,
            "ginseng_rd.settings_fingerprint": run.settings_fingerprint,
            _INPUTS_TAG: ", ".join(dict.fromkeys(str(part["kind"]) for part in run.inputs)),
        }
        try:
            client.log_batch(
                run_id,
                metrics=[Metric(k, v, now_ms, 0) for k, v in _metric_values(run.metrics).items()],
                params=[Param(_key(k), v) for k, v in run.parameters.items()],
                tags=[RunTag(k, v) for k, v in tags.items()],
            )
            rows = json.dumps({"rows": run.data_rows})
            # MLflow cuts a digest at 36 characters; the tag above holds the whole of it.
            dataset = Dataset(run.data_name, run.data_fingerprint[:36], "local", run.data_name, profile=rows)
            client.log_inputs(run_id, [DatasetInput(dataset)])
            estimates = {name: asdict(estimate) for name, estimate in run.metrics.items()}
            written = {"estimates.json": estimates, _INPUTS_FILE: run.inputs}
            contents = {**run.files} | {n: json.dumps(v, ensure_ascii=False, indent=1) for n, v in written.items()}
            with tempfile.TemporaryDirectory() as scratch:
                for path, text in contents.items():
                    target = Path(scratch) / path
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.write_text(text, encoding="utf-8", newline="\n")
                client.log_artifacts(run_id, scratch)
        except BaseException as error:
            client.set_tag(run_id, "ginseng_rd.failed_because", f"{type(error).__name__}: {error}"[:5000])
            client.set_terminated(run_id, "FAILED")
            raise
        client.set_terminated(run_id, "FINISHED")
        return run_id

    def finished(self, experiment: str | None = None) -> list[RecordedRun]:
        """Return the finished runs of one experiment, or of all, newest first."""
        if not (self.folder / _DATABASE).is_file():
            return []
        client = self._client()
        names = {e.experiment_id: e.name for e in client.search_experiments() if experiment in (None, e.name)}
        if not names:
            return []
        found: list[Run] = []
        token = None
        while True:
            page = client.search_runs(list(names), "attributes.status = 'FINISHED'", max_results=1000, page_token=token)
            found += page
            token = page.token
            if not token:
                break
        found.sort(key=lambda run: run.info.end_time or 0, reverse=True)
        return [self._recorded(run, names[run.info.experiment_id]) for run in found]

    def text_of(self, run_id: str, path: str) -> str:
        """Return one artifact of a run as text."""
        return Path(self._client().download_artifacts(run_id, path)).read_text(encoding="utf-8")

    def inputs_of(self, run: RecordedRun) -> list[Any] | None:
        """Return the sets of readings a run used (see ``NewRun.inputs``), or None where it does not say."""
        return json.loads(self.text_of(run.run_id, _INPUTS_FILE)) if _INPUTS_TAG in run.tags else None

    def files_of(self, run_id: str, folder: str) -> list[str]:
        """Return the paths of the artifacts below ``folder`` of a run."""
        return [item.path for item in self._client().list_artifacts(run_id, folder) if not item.is_dir]

    def _recorded(self, run: Run, experiment: str) -> RecordedRun:
        estimates = json.loads(self.text_of(run.info.run_id, "estimates.json"))
        ended = time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime((run.info.end_time or 0) / 1000))
        return RecordedRun(
            run_id=run.info.run_id,
            experiment=experiment,
            ended_at=ended,
            parameters=dict(run.data.params),
            metrics={name: Estimate(**values) for name, values in estimates.items()},
            tags=dict(run.data.tags),
        )

    def _experiment_id(self, name: str) -> str:
        client = self._client()
        if (there := client.get_experiment_by_name(name)) is not None:
            return str(there.experiment_id)
        # Without this tag MLflow's page opens on its views for language-model applications.
        kind = {"mlflow.experimentKind": "custom_model_development"}
        return str(client.create_experiment(name, artifact_location=(self.artifacts / name).as_uri(), tags=kind))

    def _client(self) -> MlflowClient:
        if self._open_client is None:
            with _quiet():
                from mlflow import MlflowClient

                self._make()
                self._open_client = MlflowClient(tracking_uri=self.uri)
        return self._open_client

    def _make(self) -> None:
        """Make MLflow's tables beside and move them into place, so that a kill leaves none or all."""
        if (self.folder / _DATABASE).is_file():
            return
        from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

        try:
            self.artifacts.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=self.folder) as scratch:
                made = Path(scratch) / _DATABASE
                store = SqlAlchemyStore(  # type: ignore[no-untyped-call]
                    f"sqlite:///{made.as_posix()}", self.artifacts.as_uri()
                )
                store.engine.dispose()
                os.replace(made, self.folder / _DATABASE)
        except OSError as error:
            raise WorkspaceRefused(f"The run ledger in {self.folder} cannot be made: {error.strerror}.") from error

    def _close_abandoned(self, experiment_id: str) -> None:
        """Close runs whose process ended while it was writing them: they would say RUNNING for ever."""
        client = self._client()
        for run in client.search_runs([experiment_id], "attributes.status = 'RUNNING'"):
            age_s = time.time() - (run.info.start_time or 0) / 1000
            if not _is_alive(run.data.tags, age_s):
                client.set_tag(run.info.run_id, "ginseng_rd.failed_because", "its process ended before it was written")
                client.set_terminated(run.info.run_id, "FAILED")


def same_figures(one: Mapping[str, Estimate], other: Mapping[str, Estimate]) -> str:
    """Return the name of the first figure in which two runs differ, or an empty text if all are equal."""
    for name in sorted({*one, *other}):
        if one.get(name) != other.get(name):
            return name
    return ""


def _process_tags() -> dict[str, str]:
    return {"ginseng_rd.host": socket.gethostname(), "ginseng_rd.process": str(os.getpid())}


def _is_alive(tags: Mapping[str, str], age_s: float) -> bool:
    """Tell whether a run is still being written. Where a process cannot be asked, an hour decides."""
    if os.name != "posix" or tags.get("ginseng_rd.host") != socket.gethostname():
        return age_s < _STALE_AFTER_S
    try:
        os.kill(int(tags.get("ginseng_rd.process", "0")), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return age_s < _STALE_AFTER_S


def _metric_values(metrics: Mapping[str, Estimate]) -> dict[str, float]:
    """Return MLflow metrics: each figure, its interval bounds and n as companions. Bounds stand in as their value."""
    if len({_key(name) for name in metrics}) < len(metrics):
        raise GinsengError("Two figures of this run have names that MLflow cannot tell apart; rename one.")
    values: dict[str, float] = {}
    for name, estimate in metrics.items():
        key = _key(name)
        values[key] = estimate.value
        for suffix, value in (("low", estimate.low), ("high", estimate.high), ("n", estimate.n)):
            if value is not None:
                values[f"{key}.{suffix}"] = float(value)
    return values


def _key(name: str) -> str:
    return _REFUSED_IN_KEYS.sub("_", name)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep MLflow's and Alembic's notes on making tables off the reader's screen."""
    names = ("mlflow", "alembic")
    levels = [logging.getLogger(name).level for name in names]
    for name in names:
        logging.getLogger(name).setLevel(logging.ERROR)
    try:
        yield
    finally:
        for name, level in zip(names, levels, strict=True):
            logging.getLogger(name).setLevel(level)
