"""The terminal: parse, call one desk, show. The verbs are those of the library."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from ginseng_rd.errors import GinsengError, Severity
from ginseng_rd.records.kinds import KINDS
from ginseng_rd.settings import read_settings
from ginseng_rd.upload import Sheet
from ginseng_rd.workspace import Workspace, open_workspace

app = typer.Typer(
    help="Ginsenoside data, formulation trials and experiments of one company.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
_out = Console(highlight=False, soft_wrap=True, markup=False)
_err = Console(stderr=True, highlight=False, soft_wrap=True, markup=False)

WorkspaceOption = Annotated[
    Path | None,
    typer.Option("--workspace", "-w", help="Folder of the workspace (default: GINSENG_RD_WORKSPACE or lab)."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for a script.")]
FilesArgument = Annotated[
    list[Path], typer.Argument(help="Lab files: plate readers, chromatograms, CSV or XLSX tables.")
]
KindOption = Annotated[str | None, typer.Option("--kind", help="Kind of reading, where the headings do not tell.")]
ColumnOption = Annotated[list[str], typer.Option("--column", help="HEADING=COLUMN: what a heading of yours means.")]
FixedOption = Annotated[
    list[str], typer.Option("--set", help="COLUMN=VALUE: a value for all rows, e.g. dose_unit=µg/mL.")
]

_KIND_NAMES = f"One of {', '.join(KINDS)}."


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(help="Folder to make the workspace in.")],
    company: Annotated[str, typer.Option(help="Name of the company.")] = "our company",
) -> None:
    """Make a workspace in a folder."""
    with _working("making the workspace"), open_workspace(folder, create=True, company=company) as ws:
        _out.print(
            f"The workspace {folder} is ready: {len(ws.compounds)} compounds. Next: ginseng-rd upload FILE -w {folder}"
        )


@app.command()
def check(
    files: FilesArgument,
    workspace: WorkspaceOption = None,
    kind: KindOption = None,
    column: ColumnOption = [],  # noqa: B006  (typer reads the default, nothing changes it)
    fixed: FixedOption = [],  # noqa: B006
) -> None:
    """Judge lab files without storing anything."""
    sheet = _sheet(kind, column, fixed)
    with _workspace(workspace) as ws:

        def look(path: Path) -> bool:
            judged = ws.check(path, sheet=sheet)
            rows = ", ".join(f"{len(part)} {part.kind} readings" for part in judged.readings)
            _out.print(f"{judged.name}: {judged.format}, {rows}.")
            for finding in judged.findings:
                _out.print(f"  {finding.severity}: {finding}")
            return not any(f.severity is Severity.STOPS for f in judged.findings)

        _each_file(files, look)


@app.command()
def upload(
    files: Annotated[list[Path], typer.Argument(help="Lab files, folders, or zip archives of them.")],
    workspace: WorkspaceOption = None,
    kind: KindOption = None,
    column: ColumnOption = [],  # noqa: B006
    fixed: FixedOption = [],  # noqa: B006
    accept: Annotated[list[str], typer.Option(help="Code of a question to answer with yes.")] = [],  # noqa: B006
    origin: Annotated[str, typer.Option(help="own, published or invented.")] = "own",
    replaces: Annotated[str, typer.Option(help="File name or hash of the upload this one corrects.")] = "",
    reason: Annotated[str, typer.Option(help="Why it is replaced.")] = "",
) -> None:
    """Store lab files: each goes in whole, or every fault in it is told."""
    one_by_one = bool(kind or column or fixed or replaces)
    with _workspace(workspace) as ws:
        if not one_by_one:
            with _working("reading") as progress:
                receipts = ws.upload_many(files, accept=accept, origin=origin, progress=progress)
            for receipt in receipts.receipts:
                _out.print(str(receipt))
            for refusal in receipts.refusals:
                _err.print(str(refusal))
            if len(receipts.receipts) + len(receipts.refusals) > 1:
                _out.print(str(receipts).splitlines()[0])
            if receipts.refusals:
                raise typer.Exit(1)
            return

        def store(path: Path) -> bool:
            with _working(f"reading {path.name}") as progress:
                receipt = ws.upload(
                    path,
                    sheet=_sheet(kind, column, fixed),
                    accept=accept,
                    origin=origin,
                    replaces=replaces,
                    reason=reason,
                    progress=progress,
                )
            _out.print(str(receipt))
            return True

        _each_file(files, store)


@app.command()
def withdraw(
    name: Annotated[str, typer.Argument(help="File name of the upload, or the beginning of its hash.")],
    reason: Annotated[str, typer.Option(help="Why, for those who will ask later.")],
    workspace: WorkspaceOption = None,
) -> None:
    """End an upload: its readings are shown no more, and kept with the reason."""
    with _workspace(workspace) as ws:
        ws.withdraw(name, reason=reason)
        _out.print(f"{name} is withdrawn. Its file and readings are kept with the reason.")


@app.command()
def uploads(workspace: WorkspaceOption = None, json_: JsonOption = False) -> None:
    """List the stored files, those replaced or withdrawn too."""
    with _workspace(workspace) as ws:
        _show(ws.uploads(), json_)


@app.command()
def readings(
    kind: Annotated[str, typer.Argument(help=_KIND_NAMES)],
    where: Annotated[list[str], typer.Argument(help="COLUMN=VALUE ...")] = [],  # noqa: B006
    workspace: WorkspaceOption = None,
    json_: JsonOption = False,
) -> None:
    """Show readings of a kind."""
    with _workspace(workspace) as ws:
        found = ws.readings(kind, **dict(_pair(text) for text in where))
        _show(found.dropna(axis=1, how="all"), json_)


@app.command()
def compounds(
    name: Annotated[str | None, typer.Argument(help="A name in Korean or English.")] = None,
    workspace: WorkspaceOption = None,
    json_: JsonOption = False,
) -> None:
    """List the compounds, or show one."""
    with _workspace(workspace) as ws:
        if name is None:
            _show(ws.compounds.table(), json_)
        elif json_:
            _out.print_json(json.dumps(vars(ws.compounds[name]), ensure_ascii=False))
        else:
            _out.print(str(ws.compounds[name]))


@app.command()
def template(
    kind: Annotated[str, typer.Argument(help=_KIND_NAMES)],
    language: Annotated[str, typer.Option(help="Headings in ko, en or both.")] = "both",
    to: Annotated[Path | None, typer.Option(help="File to write (default: KIND.xlsx here).")] = None,
) -> None:
    """Write an Excel sheet to fill in with rows of a kind."""
    from ginseng_rd.labfiles.templates import save_template

    written = save_template(kind, to or Path(f"{kind}.xlsx"), language=language)
    _out.print(f"The template is {written}. Fill in its first sheet; next: ginseng-rd upload {written}")


@app.command()
def compare(
    codes: Annotated[list[str], typer.Argument(help="Two to fifty formulation codes; the first is the base.")],
    workspace: WorkspaceOption = None,
    json_: JsonOption = False,
) -> None:
    """Put formulations side by side: only what differs."""
    with _workspace(workspace) as ws:
        found = ws.compare(*codes)
        if json_:
            tables = {"recipe": found.recipe.to_dict(), "results": found.results.to_dict(), "origin": found.origin}
            _out.print_json(json.dumps(tables, ensure_ascii=False))
        else:
            _out.print(str(found))


@app.command()
def run(
    experiment: Annotated[Path, typer.Argument(help="An experiment file (TOML).")],
    workspace: WorkspaceOption = None,
) -> None:
    """Run an experiment and record it in MLflow."""
    with _workspace(workspace) as ws:
        with _working("reading the experiment") as progress:
            finished = ws.run(experiment, progress=progress)
        _out.print(str(finished))


@app.command()
def runs(
    experiment: Annotated[str | None, typer.Argument(help="Name of an experiment.")] = None,
    workspace: WorkspaceOption = None,
    json_: JsonOption = False,
) -> None:
    """Show the finished runs and their figures, newest first."""
    with _workspace(workspace) as ws:
        _show(ws.runs(experiment), json_)


@app.command()
def report(workspace: WorkspaceOption = None) -> None:
    """Write the page of the whole workspace."""
    with _workspace(workspace) as ws, _working("writing the report"):
        _out.print(f"The report is {ws.report()}")


@app.command()
def demo(
    project: Annotated[Path, typer.Option(help="Folder of a checkout of the project.")] = Path(),
) -> None:
    """Run the main job end to end on the project's own data: upload, fit, record, compare."""
    from ginseng_rd.cli.demo import run_demo

    run_demo(project, _out.print, _working)


def main() -> None:
    """Run the terminal program: exit 0 done, 1 told why not, 2 wrong usage."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")  # a CP949 console has no µ
    try:
        app()
    except GinsengError as error:
        _err.print(str(error))
        sys.exit(1)
    except KeyboardInterrupt:
        _err.print("Stopped. What was stored is whole; run the same command again to go on.")
        sys.exit(1)


@contextmanager
def _workspace(folder: Path | None) -> Iterator[Workspace]:
    with open_workspace(folder or read_settings().workspace) as ws:
        yield ws


@contextmanager
def _working(doing: str) -> Iterator[Callable[[str], None]]:
    """Show what is being done while it is; off the screen (in a pipe) each step is a line of its own."""
    if not _err.is_terminal:
        yield lambda text: _err.print(f"… {text}")
        return
    with _err.status(doing) as status:
        yield status.update


def _each_file(files: list[Path], do: Callable[[Path], bool]) -> None:
    """Treat each file by itself, so that one refused does not keep the others out; exit 1 if one was."""
    fine = True
    for path in files:
        try:
            fine &= do(path)
        except GinsengError as error:
            _err.print(str(error))
            fine = False
    if not fine:
        raise typer.Exit(1)


def _sheet(kind: str | None, column: list[str], fixed: list[str]) -> Sheet | None:
    """Return what was said of the sheet; nothing said leaves room for what is remembered."""
    if not (kind or column or fixed):
        return None
    return Sheet(kind, dict(_pair(text) for text in column), dict(_pair(text) for text in fixed))


def _pair(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign or not name:
        raise typer.BadParameter(f"'{text}' should read NAME=VALUE.")
    return name.strip(), value.strip()


def _show(table: Any, as_json: bool) -> None:
    if as_json:
        _out.print_json(table.to_json(orient="records", force_ascii=False))
    else:
        _out.print(table.to_string(index=False, max_rows=60) if len(table) else "Nothing is there yet.")
