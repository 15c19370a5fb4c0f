"""What every command stands on: the program, its common options, and how answers are shown."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from ginseng_rd.cli.console import err, out, print_json, printable
from ginseng_rd.errors import GinsengError
from ginseng_rd.settings import read_settings
from ginseng_rd.words import speak
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


@contextmanager
def chosen_workspace(folder: Path | None) -> Iterator[Workspace]:
    """Open the workspace that an option or the settings name."""
    settings = read_settings()
    with open_workspace(folder or settings.workspace) as ws:
        yield ws


@contextmanager
def working(doing: str) -> Iterator[Callable[[str], None]]:
    """Show what is being done while it is; off the screen (in a pipe) each step is a line of its own."""
    if not err.is_terminal:
        yield lambda text: err.print(f"… {text}")
        return
    with err.status(doing) as status:
        yield status.update


def each_file(files: list[Path], do: Callable[[Path], bool]) -> None:
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


def pair(text: str) -> tuple[str, str]:
    """Return the two sides of NAME=VALUE."""
    name, sign, value = text.partition("=")
    if not sign or not name:
        raise typer.BadParameter(f"'{text}' should read NAME=VALUE.")
    return name.strip(), value.strip()


def show(table: Any, as_json: bool) -> None:
    """Print a table for people, or as JSON for a script."""
    if as_json:
        print_json(json.loads(table.to_json(orient="records", force_ascii=False)))
    else:
        out.print(table.to_string(index=False, max_rows=60) if len(table) else "Nothing is there yet.")
