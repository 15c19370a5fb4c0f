"""Commands on formulations: side by side, where they come from, and the next version."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ginseng_rd.cli.console import out, print_json, printable
from ginseng_rd.cli.frame import (
    JsonOption,
    LanguageOption,
    WorkspaceOption,
    app,
    chosen_workspace,
    pair,
    working,
)
from ginseng_rd.words import say

VersionArgument = Annotated[str, typer.Argument(help="F-012 for its newest version, or 'F-012 v2'.")]


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
    with chosen_workspace(workspace) as ws:
        with working("comparing"):
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
    with chosen_workspace(workspace) as ws:
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
    with chosen_workspace(workspace) as ws:
        found = ws.in_doubt(name)
        if json_:
            print_json(found.as_json())
        else:
            out.print(printable(str(found)))


@app.command()
def draft(
    name: VersionArgument,
    note: Annotated[str, typer.Option(help="What is changed, and why.")],
    share: Annotated[list[str], typer.Option(help="INGREDIENT=SHARE in %; 0 takes the line out.")] = [],  # noqa: B006
    instead: Annotated[list[str], typer.Option(help="OLD=NEW: one ingredient for another.")] = [],  # noqa: B006
    workspace: WorkspaceOption = None,
    language: LanguageOption = None,
) -> None:
    """Store the next version of a formulation: a copy with some lines changed."""
    shares, substitute = dict(map(pair, share)), dict(map(pair, instead))
    with chosen_workspace(workspace) as ws:
        out.print(printable(str(ws.draft(name, note=note, shares=shares, substitute=substitute))))


@app.command()
def lock(
    name: VersionArgument,
    reason: Annotated[str, typer.Option(help="Why it is final.")],
    workspace: WorkspaceOption = None,
    language: LanguageOption = None,
) -> None:
    """Lock a version: it never changes from then on."""
    with chosen_workspace(workspace) as ws:
        out.print(printable(str(ws.lock(name, reason=reason))))


@app.command()
def weigh(
    name: VersionArgument,
    grams: Annotated[str, typer.Argument(help="Size of the batch in g.")],
    to: Annotated[Path | None, typer.Option(help="File to write, .xlsx; without it the sheet is printed.")] = None,
    workspace: WorkspaceOption = None,
    language: LanguageOption = None,
) -> None:
    """Show what to weigh for a batch of a version."""
    with chosen_workspace(workspace) as ws:
        sheet = ws.weigh(name, grams)
        if to:
            written = sheet.save(to)
            out.print(say(f"The weighing sheet is {written}", f"칭량표를 저장했습니다: {written}"))
        else:
            out.print(printable(str(sheet)))
