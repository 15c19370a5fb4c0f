"""What the README says works when it is typed."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    for folder in ("data/examples", "data/published", "experiments"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_notebook_lines_run_and_find_the_ic50(checkout):
    names: dict = {}
    for block in re.findall(r"```python\n(.*?)```", README, re.DOTALL):
        exec(block, names)
    assert names["curve"].ic50.unit == "µg/mL"
    assert names["run"].repeats is None
    assert names["ws"].compounds["Ethyl octanoate"].code == "HY-1"
    assert list(names["ws"].readings("lock")["version"]) == [2]


def test_every_terminal_line_runs(checkout):
    shutil.copy(checkout / "data/examples/content_2026-03.csv", checkout / "hplc_2026-03.csv")
    prepare = [
        "ginseng-rd upload data/examples/formulations_example.csv -w lab",
        "ginseng-rd upload data/examples/elastase_EX_plate.txt --set dose_unit=µg/mL -w lab",
    ]
    (block,) = (b for b in re.findall(r"```sh\n(.*?)```", README, re.DOTALL) if "ginseng-rd init" in b)
    first, *others = [line.split("  #")[0] for line in block.splitlines()]
    for line in (first, *prepare, *others):
        program, *words = shlex.split(line)
        done = subprocess.run([Path(sys.executable).with_name(program), *words], capture_output=True)
        assert done.returncode == 0, (line, done.stderr.decode())
    assert len(others) == 6


def test_every_make_target_it_names_exists():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(re.findall(r"`?make ([a-z-]+)", README)) <= targets
