"""Run an experiment: read its file, fetch its data, answer, and write the run down."""

from __future__ import annotations

import hashlib
import html
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ginseng_rd.experiments.answers import ChosenData, Progress, answer, choose_data
from ginseng_rd.records.estimate import Estimate
from ginseng_rd.records.experiment import ComparisonMethod, Experiment, read_experiment
from ginseng_rd.records.kinds import KINDS
from ginseng_rd.records.outcome import Outcome
from ginseng_rd.reports.pages import Section, page_text, shorten, table_html
from ginseng_rd.store import Store
from ginseng_rd.tracking import Ledger, NewRun, RecordedRun, same_figures
from ginseng_rd.words import keep_as_text

if TYPE_CHECKING:
    import pandas as pd

# Where a reading stood in a file does not change what it says.
_PLACES = ["file", "sheet", "row", "heading"]


@dataclass(frozen=True)
class FinishedRun:
    """An experiment that was run and recorded.

    ``repeats`` is the earlier run of the same file on the same data, if there is one, and
    ``differs_in`` the first figure in which the two differ (empty: all are equal).
    """

    experiment: Experiment
    outcome: Outcome
    run_id: str
    origin: str
    repeats: RecordedRun | None
    differs_in: str

    @property
    def metrics(self) -> dict[str, Estimate]:
        return dict(self.outcome.metrics)

    def verdict(self) -> str:
        """Say how this run stands to the earlier one on the same data, or that it is the first."""
        if self.repeats is None:
            return "First run on these data."
        earlier = f"run {self.repeats.run_id[:8]} of {self.repeats.ended_at}"
        if not self.differs_in:
            return f"Same data and same {len(self.outcome.metrics)} figures as {earlier}."
        code = self.repeats.tags.get("ginseng_rd.version")
        return f"Same data as {earlier} (version {code}), but '{self.differs_in}' differs."

    def __str__(self) -> str:
        label = {"invented": " [invented example data]", "published": " [published data]"}.get(self.origin, "")
        lines = [f"{self.experiment.name}{label}: {self.experiment.question}"]
        lines += [f"  {sentence}" for sentence in self.outcome.sentences]
        lines += [f"  ! {caution}" for caution in self.outcome.cautions]
        lines += [f"  {self.verdict()} Recorded as MLflow run {self.run_id}."]
        return "\n".join(lines)

    def _ipython_display_(self) -> None:
        """Show the answer in a notebook: sentences, figures, tables."""
        from IPython.display import HTML, display

        display(HTML("".join(f"<p>{html.escape(line)}</p>" for line in str(self).splitlines())))  # type: ignore[no-untyped-call]
        for figure in self.outcome.figures.values():
            display(figure)  # type: ignore[no-untyped-call]
        for name, table in self.outcome.tables.items():
            display(HTML(f"<h5>{html.escape(name)}</h5>{table_html(shorten(table))}"))  # type: ignore[no-untyped-call]


def fingerprint(readings: pd.DataFrame) -> str:
    """Return the SHA-256 of what readings say, whatever their order and the file they came in."""
    said = readings.drop(columns=[c for c in _PLACES if c in readings.columns]).astype(object)
    rows = sorted(map(repr, said.where(said.notna(), None).itertuples(index=False, name=None)))
    return hashlib.sha256("\n".join([repr(list(said.columns)), *rows]).encode()).hexdigest()


def run_experiment(
    store: Store, ledger: Ledger, path: Path, *, by: str, progress: Progress = lambda _: None
) -> FinishedRun:
    """Run an experiment file and record the run in MLflow.

    Raises ExperimentRefused for a file or data that do not carry it; nothing is then recorded.
    """
    began_at = time.time()
    experiment = read_experiment(path)
    progress("choosing the data")
    data, data_fingerprint = _data(store, experiment)
    outcome = answer(store, experiment, data, progress=progress)
    earlier = _earlier(ledger, experiment, data_fingerprint)
    progress("recording the run")
    run_id = ledger.record(
        NewRun(
            experiment=experiment.name,
            summary="\n\n".join((experiment.question, *outcome.sentences, *outcome.cautions)),
            parameters=experiment.parameters() | dict(outcome.parameters),
            metrics=outcome.metrics,
            tags={
                "ginseng_rd.version": version("ginseng-rd"),
                "ginseng_rd.origin": data.origin,
                "ginseng_rd.question": experiment.question,
                "mlflow.user": by,
                **({"ginseng_rd.repeats": earlier.run_id} if earlier else {}),
            },
            files=_files(experiment, outcome, data.origin),
            inputs=[_input(store, kind, readings, where) for kind, readings, where in _used(store, experiment, data)],
            data_name=f"{experiment.data.readings} readings",
            data_rows=len(data.readings),
            data_fingerprint=data_fingerprint,
            settings_fingerprint=experiment.sha256,
            began_at=began_at,
        )
    )
    differs_in = same_figures(earlier.metrics, outcome.metrics) if earlier else ""
    return FinishedRun(experiment, outcome, run_id, data.origin, earlier, differs_in)


def find_run(store: Store, ledger: Ledger, path: Path) -> RecordedRun | None:
    """Return the newest finished run of this very file on the data as they stand now, by this version, or None."""
    experiment = read_experiment(path)
    run = _earlier(ledger, experiment, _data(store, experiment)[1])
    return run if run and run.tags.get("ginseng_rd.version") == version("ginseng-rd") else None


def _data(store: Store, experiment: Experiment) -> tuple[ChosenData, str]:
    data = choose_data(store, experiment)
    first, *others = (fingerprint(readings) for _, readings, _ in _used(store, experiment, data))
    return data, hashlib.sha256(" ".join((first, *others)).encode()).hexdigest() if others else first


def _used(
    store: Store, experiment: Experiment, data: ChosenData
) -> Iterator[tuple[str, pd.DataFrame, Mapping[str, Any]]]:
    """Yield each set of readings an experiment uses: its kind, the readings, and what chose them."""
    yield experiment.data.readings, data.readings, data.where
    if isinstance(experiment.method, ComparisonMethod):
        # What was measured of the formulations is part of what a comparison says.
        where = {"formulation": list(experiment.method.formulations)}
        yield "property", store.readings("property", where), where


def _input(store: Store, kind: str, readings: pd.DataFrame, where: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a set of readings came in with, by hash, and the different names in it of things, for lineage."""
    names = []
    for naming in KINDS[kind].namings:
        cells = readings[list(naming.columns)].drop_duplicates().astype(object)
        rows = cells.where(cells.notna(), None).itertuples(index=False, name=None)
        names.append({"columns": naming.columns, "values": sorted(map(list, rows), key=repr)})
    return {"kind": kind, "uploads": [upload.sha256 for upload in store.sources(kind, where)], "names": names}


def _earlier(ledger: Ledger, experiment: Experiment, data_fingerprint: str) -> RecordedRun | None:
    asked = (data_fingerprint, experiment.sha256)
    for run in ledger.finished(experiment.name):
        if (run.tags.get("ginseng_rd.data_fingerprint"), run.tags.get("ginseng_rd.settings_fingerprint")) == asked:
            return run
    return None


def _files(experiment: Experiment, outcome: Outcome, origin: str) -> dict[str, str]:
    figures = {name: figure.to_json() for name, figure in outcome.figures.items()}
    section = Section(
        heading=experiment.name,
        paragraphs=(experiment.question,),
        points=outcome.sentences,
        cautions=outcome.cautions,
        figures=tuple(figures.values()),
        tables={name: shorten(table) for name, table in outcome.tables.items()},
        origin=origin,
    )
    files = {
        f"{experiment.name}.toml": experiment.text,
        "report.html": page_text(experiment.name, experiment.question, [section]),
        "summary.txt": "\n".join((*outcome.sentences, *(f"! {caution}" for caution in outcome.cautions))),
    }
    files |= {f"figures/{_file_name(name)}.json": text for name, text in figures.items()}
    files |= {
        f"tables/{_file_name(name)}.csv": _csv(table.reset_index() if table.index.name else table)
        for name, table in outcome.tables.items()
    }
    return files


def _csv(table: pd.DataFrame) -> str:
    shown = table.map(lambda cell: keep_as_text(cell) if isinstance(cell, str) else cell)
    return str(shown.to_csv(index=False, lineterminator="\n"))


def _file_name(name: str) -> str:
    return "".join(letter if letter.isalnum() else "_" for letter in name).strip("_")
