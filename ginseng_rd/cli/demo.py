"""The demonstration: the main job end to end, through the same calls a technician and a researcher use."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

from ginseng_rd.errors import GinsengError, LabFileRejected
from ginseng_rd.settings import read_settings
from ginseng_rd.upload import Sheet
from ginseng_rd.workspace import Workspace, open_workspace

Say = Callable[[str], None]
Working = Callable[[str], AbstractContextManager[Callable[[str], None]]]


@dataclass(frozen=True)
class DemoFile:
    """A file the demonstration uploads: what it is, where its data come from, how to read it."""

    path: Path
    what: str
    origin: str
    sheet: Sheet = field(default_factory=Sheet)
    accept: tuple[str, ...] = ()


def run_demo(project: Path, say: Say, working: Working) -> None:
    """Set up, upload, fit, record and compare in ``data/workspaces/demo`` of a checkout.

    Running it again finds everything in place. Raises GinsengError outside a checkout.
    """
    data = project / "data"
    if not (data / "examples").is_dir() or not (project / "experiments").is_dir():
        raise GinsengError(
            f"The demonstration needs the project's folders data/ and experiments/, but {project.resolve()} "
            "lacks them. Run it in a checkout of the project, or name one with --project."
        )
    reference = _reference_folder(project)
    folder = data / "workspaces" / "demo"
    say("1. Workspace")
    with working("making the workspace"):
        ws = open_workspace(folder, create=True, company="Demonstration company (invented)")
    with ws:
        say(f"   {folder}: {len(ws.compounds)} reference compounds, for instance {_one_line(ws)}")
        say("2. Lab files go in, through the same upload a technician uses")
        for file in [*_own_files(data, reference), *_reference_files(reference)]:
            _upload(ws, file, say, working)
        say("3. A spoilt copy is refused, with every fault named")
        _refuse(ws, data / "examples" / "content_2026-03_spoilt.csv", say)
        say("4. Questions are asked of the data, and each answer is recorded in MLflow")
        for path in _experiments(project, reference):
            _run(ws, path, say, working)
        if reference is None:
            say(
                "   Left out: the real instrument files and the sets whose licences do not let the project carry them. "
                "Name their folder in GINSENG_RD_REFERENCE_DATA to see them too."
            )
        with working("writing the report"):
            report = ws.report()
    say("5. Where to look")
    for what, place, command in (
        ("the report", report, "make report"),
        ("the notebook", project / "notebooks" / "01_first_look.ipynb", "make lab"),
        ("the MLflow page", folder / "mlflow", "make mlflow, then http://127.0.0.1:5000"),
    ):
        say(f"   {what:<16} {place}\n   {'':<16} open it with: {command}")


def _reference_folder(project: Path) -> Path | None:
    """Return the folder of reference sets: the one the setting names, or the one beside the project, if it is there."""
    folder = read_settings().reference_data or project.resolve().parent / "shared" / "data"
    return folder if folder.is_dir() else None


def _own_files(data: Path, reference: Path | None) -> list[DemoFile]:
    """The files a fresh clone carries: invented examples, and published facts whose licence permits it."""
    examples, published = data / "examples", data / "published"
    files = [
        DemoFile(
            examples / "elastase_EX_plate.txt",
            "plate reader, elastase inhibition by three extracts",
            "invented",
            Sheet(fixed={"dose_unit": "µg/mL"}),
        ),
        DemoFile(examples / "EX-12_hplc_report.txt", "chromatogram of an extract", "invented"),
        DemoFile(examples / "content_2026-03.csv", "ginsenoside contents, a Korean sheet in CP949", "invented"),
        DemoFile(examples / "formulations_example.csv", "recipes of ginseng creams", "invented"),
        DemoFile(examples / "formulation_properties_example.csv", "what was measured of the creams", "invented"),
        DemoFile(published / "liquid_formulations_recipes.csv", "600 liquid formulations", "published"),
        DemoFile(published / "liquid_formulations_properties.csv", "what was measured of them", "published"),
        DemoFile(published / "worm_lifespan.csv", "1,430 compounds tested on worm lifespan", "published"),
    ]
    if reference is None:
        files.append(
            DemoFile(published / "contents_open.csv", "published ginsenoside contents (open-access part)", "published")
        )
    return files


def _reference_files(reference: Path | None) -> list[DemoFile]:
    """The files that are used when the folder of reference sets is there."""
    if reference is None:
        return []
    lab = reference / "lab_files"
    return [
        DemoFile(
            reference / "reference" / "contents.csv",
            "published ginsenoside contents of eleven papers",
            "published",
            accept=("unknown-compound",),
        ),
        DemoFile(lab / "biotek_gen5" / "endpoint_stdcurve_singleplate.txt", "a real Gen5 plate", "published"),
        DemoFile(lab / "agilent_chemstation" / "001F0101_Report.TXT", "a real ChemStation report", "published"),
        DemoFile(
            reference / "certified" / "drc_ryegrass" / "data.csv",
            "root growth under ferulic acid",
            "published",
            Sheet(
                kind="assay",
                columns={"rootl": "value", "conc": "dose"},
                fixed={
                    "assay": "ryegrass root growth",
                    "sample": "ferulic acid",
                    "endpoint": "root length",
                    "unit": "cm",
                    "dose_unit": "mM",
                },
            ),
        ),
        DemoFile(
            reference / "benchmarks" / "mmp1_inhibition" / "activities.csv",
            "4,267 collagenase (MMP-1) inhibition values",
            "published",
        ),
    ]


def _experiments(project: Path, reference: Path | None) -> list[Path]:
    names = ["elastase_inhibition", "creams", "liquid_formulations", "worm_lifespan"]
    if reference is not None:
        names += ["ryegrass_root_growth", "collagenase_mmp1"]
    return [project / "experiments" / f"{name}.toml" for name in names]


def _upload(ws: Workspace, file: DemoFile, say: Say, working: Working) -> None:
    with working(f"reading {file.path.name}") as progress:
        receipt = ws.upload(file.path, sheet=file.sheet, origin=file.origin, accept=file.accept, progress=progress)
    if receipt.added:
        first, *notes = str(receipt).splitlines()
        say(f"   {file.what}: {first}")
        if notes:
            count = f"{len(notes)} remark{'s' if len(notes) > 1 else ''}"
            say(f"      with {count}, the first: {notes[0].strip()}")
    else:
        say(f"   {file.what}: in place since {receipt.upload.at}")


def _refuse(ws: Workspace, path: Path, say: Say) -> None:
    try:
        ws.upload(path, origin="invented")
    except LabFileRejected as refusal:
        say("\n".join(f"   {line}" for line in str(refusal).splitlines()))
    else:
        raise GinsengError(f"{path} was stored, though it holds planted faults. Please report this.")


def _run(ws: Workspace, path: Path, say: Say, working: Working) -> None:
    if ws.has_run(path):
        say(f"   {path.stem}: in place, recorded earlier on the same data")
        return
    with working(f"running {path.stem}") as progress:
        finished = ws.run(path, progress=progress)
    say("\n".join(f"   {line}" for line in str(finished).splitlines()))


def _one_line(ws: Workspace) -> str:
    compound = ws.compounds["진세노사이드 Rg3"]
    return f"'진세노사이드 Rg3' is {compound.name}, {compound.formula}, {compound.molar_mass:.2f} g/mol"
