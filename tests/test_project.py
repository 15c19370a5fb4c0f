"""What holds for the project as a whole: its files, its doors, what an import costs."""

import re
import subprocess
import sys
import tomllib
from importlib.metadata import distributions, version
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
DOORS = {"rdkit": "chemistry", "sqlalchemy": "store", "mlflow": "tracking", "fastapi": "portal"}


def tracked() -> list[str]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("left out: this is not a git checkout")
    return listed.stdout.splitlines()


def lock() -> dict[str, str]:
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    return dict(line.split("==") for line in lines)


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_importing_the_package_loads_no_big_library():
    big = "['mlflow', 'rdkit', 'sklearn', 'plotly', 'pandas', 'sqlalchemy', 'numpy']"
    code = f"import sys, ginseng_rd; print([m for m in {big} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_public_name_can_be_taken_from_the_package():
    import ginseng_rd

    assert all(getattr(ginseng_rd, name) is not None for name in ginseng_rd.__all__)


def test_the_version_stands_in_one_mind():
    import ginseng_rd

    assert ginseng_rd.__version__ == version("ginseng-rd") == PYPROJECT["project"]["version"]


def test_the_top_level_folders_are_the_five():
    folders = {path.split("/")[0] for path in tracked() if "/" in path}
    assert folders == {".ci", "data", "experiments", "ginseng_rd", "notebooks", "tests"}


def test_every_line_of_the_lock_is_a_name_and_a_version():
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if not re.fullmatch(r"[a-z0-9][a-z0-9-]*==[0-9][\w.+!]*", line)] == []


def test_what_is_installed_is_what_the_lock_says():
    locked = lock()
    installed = {canonical(d.metadata["Name"]): d.version for d in distributions()}
    wanted = [canonical(re.split(r"[<>=~\[]", d)[0]) for d in PYPROJECT["project"]["dependencies"]]
    assert {name: installed[name] for name in wanted} == {name: locked[name] for name in wanted}


def test_every_declared_dependency_is_locked():
    project = PYPROJECT["project"]
    declared = project["dependencies"] + [d for extra in project["optional-dependencies"].values() for d in extra]
    assert [d for d in declared if canonical(re.split(r"[<>=~\[]", d)[0]) not in lock()] == []


def test_environment_yml_names_python_and_the_package_and_nothing_else():
    text = (ROOT / "environment.yml").read_text(encoding="utf-8")
    items = [line.strip()[2:] for line in text.splitlines() if line.strip().startswith("- ")]
    python = PYPROJECT["project"]["requires-python"]
    assert items == ["conda-forge", f"python{python}", "pip", "pip:", "-c requirements.lock", "-e .[lab]"]


@pytest.mark.parametrize(("library", "room"), DOORS.items())
def test_each_big_library_has_one_door(library, room):
    imports = re.compile(rf"^\s*(from|import) {library}\b", re.MULTILINE)
    strays = [
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "ginseng_rd").rglob("*.py")
        if room not in path.relative_to(ROOT).parts and imports.search(path.read_text(encoding="utf-8"))
    ]
    assert strays == []


def test_notebooks_are_kept_without_outputs():
    import json

    for path in (ROOT / "notebooks").glob("*.ipynb"):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        assert [c for c in cells if c["cell_type"] == "code" and (c["outputs"] or c["execution_count"])] == []


def test_no_tracked_file_names_a_registry_host_or_an_absolute_path():
    hosts = re.compile("|".join(["pypi" + r"\.org", "python" + "hosted", r"registry\.npm" + "js"]))
    homes = re.compile(r"(?<![\w.])/(home|root|Users|work)/\w")
    files = [ROOT / path for path in tracked() if (ROOT / path).is_file()]
    texts = {path: path.read_text(encoding="utf-8", errors="ignore") for path in files}
    assert [path for path, text in texts.items() if hosts.search(text) or homes.search(text)] == []
