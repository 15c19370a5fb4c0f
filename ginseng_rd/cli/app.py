"""The terminal: parse, call one desk, show. The verbs are those of the library."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

# Importing the modules of commands puts these into the program, in this order.
# isort: off
from ginseng_rd.cli import files as _files
from ginseng_rd.cli import chemistry as _chemistry
from ginseng_rd.cli import formulations as _formulations
# isort: on

from ginseng_rd.cli.console import err, out, prepare_streams, printable
from ginseng_rd.cli.frame import JsonOption, WorkspaceOption, app, chosen_workspace, show, working
from ginseng_rd.errors import GinsengError

__all__ = ["_chemistry", "_files", "_formulations", "app", "main"]


@app.command()
def run(
    experiment: Annotated[Path, typer.Argument(help="An experiment file (TOML).")],
    workspace: WorkspaceOption = None,
) -> None:
    """Run an experiment and record it in MLflow."""
    with chosen_workspace(workspace) as ws:
        with working("reading the experiment") as progress:
            finished = ws.run(experiment, progress=progress)
        out.print(str(finished))


@app.command()
def runs(
    experiment: Annotated[str | None, typer.Argument(help="Name of an experiment.")] = None,
    workspace: WorkspaceOption = None,
    json_: JsonOption = False,
) -> None:
    """Show the finished runs and their figures, newest first."""
    with chosen_workspace(workspace) as ws:
        show(ws.runs(experiment), json_)


@app.command()
def report(workspace: WorkspaceOption = None) -> None:
    """Write the page of the whole workspace."""
    with chosen_workspace(workspace) as ws, working("writing the report"):
        out.print(f"The report is {ws.report()}")


@app.command()
def demo(
    project: Annotated[Path, typer.Option(help="Folder of a checkout of the project.")] = Path(),
) -> None:
    """Run the main job end to end on the project's own data: upload, fit, record, compare."""
    from ginseng_rd.cli.demo import run_demo

    run_demo(project, out.print, working)


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
