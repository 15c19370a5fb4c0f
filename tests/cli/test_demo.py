"""The demonstration does the main job, survives a kill, and finds everything in place the second time."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ginseng_rd.workspace import open_workspace

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(sys.executable).with_name("ginseng-rd")


def checkout(folder: Path) -> Path:
    for part in ("data/examples", "data/published", "experiments"):
        shutil.copytree(ROOT / part, folder / part)
    return folder


def start(folder: Path, **environment: str) -> subprocess.Popen:
    own = {"GINSENG_RD_REFERENCE_DATA": str(folder / "absent"), "PYTHONUTF8": "1", **environment}
    return subprocess.Popen(
        [PROGRAM, "demo"], cwd=folder, env=os.environ | own, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


@pytest.fixture(scope="module")
def demonstrated(tmp_path_factory):
    """A checkout in which the demonstration was killed three times on its way, then run to its end."""
    folder = checkout(tmp_path_factory.mktemp("project"))
    for after_s in (1.0, 4.0, 9.0):
        running = start(folder)
        time.sleep(after_s)
        running.send_signal(signal.SIGKILL if os.name == "posix" else signal.SIGTERM)
        running.communicate()
    running = start(folder)
    output, _ = running.communicate(timeout=300)
    assert running.returncode == 0, output
    return folder, output


def test_it_completes_after_having_been_killed_and_says_where_to_look(demonstrated):
    _, output = demonstrated
    for word in ("make report", "make lab", "make mlflow", "was not uploaded", "Left out: the real instrument files"):
        assert word in output


def test_each_question_has_one_finished_run(demonstrated):
    folder, _ = demonstrated
    with open_workspace(folder / "data/workspaces/demo") as ws:
        names = [run.experiment for run in ws.ledger.finished()]
    assert sorted(names) == ["creams", "elastase_inhibition", "liquid_formulations", "worm_lifespan"]


def test_the_fitted_ic50_agree_with_what_the_plate_was_drawn_from(demonstrated):
    import json

    folder, _ = demonstrated
    truth = json.loads((ROOT / "data/examples/expected.json").read_text(encoding="utf-8"))["elastase_ic50_ug_per_ml"]
    with open_workspace(folder / "data/workspaces/demo") as ws:
        found = ws.ledger.finished("elastase_inhibition")[0].metrics
    for sample in ("EX-11", "EX-12", "EGCG"):
        figure = found[f"IC50 {sample}"]
        assert figure.low < truth[sample] < figure.high
    assert (found["IC50 EX-14"].relation, found["IC50 EX-14"].value) == (">", 500.0)


def test_the_second_time_everything_is_in_place(demonstrated):
    folder, _ = demonstrated
    running = start(folder)
    output, _ = running.communicate(timeout=60)
    assert running.returncode == 0
    assert output.count("in place since") == 9
    assert output.count("in place, recorded earlier") == 4


def test_the_report_shows_every_answer_and_marks_what_is_invented(demonstrated):
    folder, _ = demonstrated
    page = (folder / "data/workspaces/demo/report.html").read_text(encoding="utf-8")
    for heading in ("elastase inhibition", "creams", "liquid formulations", "worm lifespan"):
        assert f"<h2>{heading}" in page
    assert page.count('class="label invented"') == 2
    assert 'src="http' not in page
