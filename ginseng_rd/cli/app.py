"""The terminal: parse, call one desk, show. The verbs are those of the library."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from ginseng_rd.cli.console import err, out, prepare_streams, print_json, printable, show_judged
from ginseng_rd.errors import GinsengError, LabFileRejected, Severity
from ginseng_rd.records.kinds import KINDS
from ginseng_rd.settings import read_settings
from ginseng_rd.upload import Sheet, preview_refused
from ginseng_rd.words import say, speak
from ginseng_rd.workspace import Workspace, open_workspace

app = typer.Typer(
    help="Ginsenoside data, formulation trials and experiments of one company.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

WorkspaceOption = Annotated[
    Path | None,
    typer.Option("--workspace", "-w", help="Folder of the workspace (default: GINSENG_RD_WORKSPACE or lab)."),
]
LanguageOption = Annotated[
    Literal["en", "ko"] | None,
    typer.Option(
        "--language",
        help="Language of what is said of the files: en or ko (default: GINSENG_RD_LANGUAGE or en).",
        callback=lambda chosen: speak(chosen or ""),
    ),
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
        out.print(
            f"The workspace {folder} is ready: {len(ws.compounds)} compounds. Next: ginseng-rd upload FILE -w {folder}"
        )


@app.command()
def check(
    files: FilesArgument,
    workspace: WorkspaceOption = None,
    kind: KindOption = None,
    column: ColumnOption = [],  # noqa: B006  (typer reads the default, nothing changes it)
    fixed: FixedOption = [],  # noqa: B006
    language: LanguageOption = None,
    json_: JsonOption = False,
) -> None:
    """Judge lab files without storing anything: what would go in, the faulty rows, and what is wrong with them."""
    sheet = _sheet(kind, column, fixed)
    documents: list[dict[str, Any]] = []
    with _workspace(workspace) as ws:

        def look(path: Path) -> bool:
            try:
                judged = ws.check(path, sheet=sheet)
            except LabFileRejected as refusal:
                documents.append({"readings": {}, **preview_refused(refusal).as_json()})
                raise
            if json_:
                documents.append({"readings": judged.rows, **judged.preview().as_json()})
            else:
                show_judged(judged)
            return not any(f.severity is Severity.STOPS for f in judged.findings)

        try:
            _each_file(files, look)
        finally:
            if json_:
                print_json(documents)


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
    language: LanguageOption = None,
) -> None:
    """Store lab files: each goes in whole, or every fault in it is told."""
    one_by_one = bool(kind or column or fixed or replaces)
    with _workspace(workspace) as ws:
        if not one_by_one:
            with _working("reading") as progress:
                receipts = ws.upload_many(files, accept=accept, origin=origin, progress=progress)
            for receipt in receipts.receipts:
                out.print(printable(str(receipt)))
            for refusal in receipts.refusals:
                err.print(printable(str(refusal)))
            if len(receipts.receipts) + len(receipts.refusals) > 1:
                out.print(receipts.summary())
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
            out.print(printable(str(receipt)))
            return True

        _each_file(files, store)


@app.command()
def withdraw(
    name: Annotated[str, typer.Argument(help="File name of the upload, or the beginning of its hash.")],
    reason: Annotated[str, typer.Option(help="Why, for those who will ask later.")],
    workspace: WorkspaceOption = None,
    language: LanguageOption = None,
) -> None:
    """End an upload: its readings are shown no more, and kept with the reason."""
    with _workspace(workspace) as ws:
        out.print(printable(str(ws.withdraw(name, reason=reason))))


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
            print_json(vars(ws.compounds[name]))
        else:
            out.print(str(ws.compounds[name]))


@app.command()
def template(
    kind: Annotated[str, typer.Argument(help=_KIND_NAMES)],
    language: Annotated[str, typer.Option(help="Headings in ko, en or both.")] = "both",
    to: Annotated[Path | None, typer.Option(help="File to write (default: KIND.xlsx here).")] = None,
) -> None:
    """Write an Excel sheet to fill in with rows of a kind."""
    from ginseng_rd.labfiles.templates import save_template

    written = save_template(kind, to or Path(f"{kind}.xlsx"), language=language)
    out.print(f"The template is {written}. Fill in its first sheet; next: ginseng-rd upload {written}")


@app.command()
def compare(
    codes: Annotated[
        list[str],
        typer.Argument(
            help="Two to fifty codes: F-012 (newest version), 'F-012 v2', or a batch; the first is the base."
        ),
    ],
    workspace: WorkspaceOption = None,
    save: Annotated[Path | None, typer.Option(help="File to write: .html, .xlsx or .pdf.")] = None,
    all_: Annotated[bool, typer.Option("--all", help="Show what is the same too.")] = False,
    language: LanguageOption = None,
    json_: JsonOption = False,
) -> None:
    """Put formulations side by side: what differs, and which differences are real."""
    with _workspace(workspace) as ws:
        with _working("comparing"):
            found = ws.compare(*codes, everything=all_)
            written = found.save(save) if save else None
        if json_:
            print_json(found.as_json())
        elif written:
            out.print(say(f"The comparison is {written}", f"비교를 저장했습니다: {written}"))
        else:
            out.print(printable(str(found)))


@app.command()
def lineage(
    code: Annotated[str, typer.Argument(help="A lot, extract, formulation, version such as 'F-012 v2', batch, trial.")],
    workspace: WorkspaceOption = None,
    language: LanguageOption = None,
    json_: JsonOption = False,
) -> None:
    """Show what a code is made of, up to its lots, and what came of it, down to its results."""
    with _workspace(workspace) as ws:
        found = ws.lineage(code)
        if json_:
            print_json(found.as_json())
        else:
            out.print(printable(str(found)))


@app.command("in-doubt")
def in_doubt(
    name: Annotated[str, typer.Argument(help="A recalled code, or an upload's file name or hash.")],
    workspace: WorkspaceOption = None,
    language: LanguageOption = None,
    json_: JsonOption = False,
) -> None:
    """Show all that stands on a recalled lot, extract or batch, or on a corrected or withdrawn upload."""
    with _workspace(workspace) as ws:
        found = ws.in_doubt(name)
        if json_:
            print_json(found.as_json())
        else:
            out.print(printable(str(found)))


@app.command()
def run(
    experiment: Annotated[Path, typer.Argument(help="An experiment file (TOML).")],
    workspace: WorkspaceOption = None,
) -> None:
    """Run an experiment and record it in MLflow."""
    with _workspace(workspace) as ws:
        with _working("reading the experiment") as progress:
            finished = ws.run(experiment, progress=progress)
        out.print(str(finished))


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
        out.print(f"The report is {ws.report()}")


@app.command()
def demo(
    project: Annotated[Path, typer.Option(help="Folder of a checkout of the project.")] = Path(),
) -> None:
    """Run the main job end to end on the project's own data: upload, fit, record, compare."""
    from ginseng_rd.cli.demo import run_demo

    run_demo(project, out.print, _working)


def main() -> None:
    """Run the terminal program: exit 0 done, 1 told why not, 2 wrong usage."""
    prepare_streams()
    try:
        app()
    except GinsengError as error:
        err.print(printable(str(error)))
        sys.exit(1)
    except KeyboardInterrupt:
        err.print("Stopped. What was stored is whole; run the same command again to go on.")
        sys.exit(1)


@contextmanager
def _workspace(folder: Path | None) -> Iterator[Workspace]:
    settings = read_settings()
    with open_workspace(folder or settings.workspace) as ws:
        yield ws


@contextmanager
def _working(doing: str) -> Iterator[Callable[[str], None]]:
    """Show what is being done while it is; off the screen (in a pipe) each step is a line of its own."""
    if not err.is_terminal:
        yield lambda text: err.print(f"… {text}")
        return
    with err.status(doing) as status:
        yield status.update


def _each_file(files: list[Path], do: Callable[[Path], bool]) -> None:
    """Treat each file by itself, so that one refused does not keep the others out; exit 1 if one was."""
    fine = True
    for path in files:
        try:
            fine &= do(path)
        except GinsengError as error:
            err.print(printable(str(error)))
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
        print_json(json.loads(table.to_json(orient="records", force_ascii=False)))
    else:
        out.print(table.to_string(index=False, max_rows=60) if len(table) else "Nothing is there yet.")
