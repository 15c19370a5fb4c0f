"""Commands on files: make a workspace, check and upload, look at what is in it, write templates."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from ginseng_rd.cli.console import err, out, print_json, printable, show_judged
from ginseng_rd.cli.frame import (
    JsonOption,
    LanguageOption,
    WorkspaceOption,
    app,
    chosen_workspace,
    each_file,
    pair,
    show,
    working,
)
from ginseng_rd.errors import LabFileRejected, Severity
from ginseng_rd.records.kinds import KINDS
from ginseng_rd.upload import Sheet, preview_refused
from ginseng_rd.workspace import open_workspace

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
    with working("making the workspace"), open_workspace(folder, create=True, company=company) as ws:
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
    with chosen_workspace(workspace) as ws:

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
            each_file(files, look)
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
    with chosen_workspace(workspace) as ws:
        if not one_by_one:
            with working("reading") as progress:
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
            with working(f"reading {path.name}") as progress:
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

        each_file(files, store)


@app.command()
def withdraw(
    name: Annotated[str, typer.Argument(help="File name of the upload, or the beginning of its hash.")],
    reason: Annotated[str, typer.Option(help="Why, for those who will ask later.")],
    workspace: WorkspaceOption = None,
    language: LanguageOption = None,
) -> None:
    """End an upload: its readings are shown no more, and kept with the reason."""
    with chosen_workspace(workspace) as ws:
        out.print(printable(str(ws.withdraw(name, reason=reason))))


@app.command()
def uploads(workspace: WorkspaceOption = None, json_: JsonOption = False) -> None:
    """List the stored files, those replaced or withdrawn too."""
    with chosen_workspace(workspace) as ws:
        show(ws.uploads(), json_)


@app.command()
def readings(
    kind: Annotated[str, typer.Argument(help=_KIND_NAMES)],
    where: Annotated[list[str], typer.Argument(help="COLUMN=VALUE ...")] = [],  # noqa: B006
    workspace: WorkspaceOption = None,
    json_: JsonOption = False,
) -> None:
    """Show readings of a kind."""
    with chosen_workspace(workspace) as ws:
        found = ws.readings(kind, **dict(pair(text) for text in where))
        show(found.dropna(axis=1, how="all"), json_)


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


def _sheet(kind: str | None, column: list[str], fixed: list[str]) -> Sheet | None:
    """Return what was said of the sheet; nothing said leaves room for what is remembered."""
    if not (kind or column or fixed):
        return None
    return Sheet(kind, dict(pair(text) for text in column), dict(pair(text) for text in fixed))
