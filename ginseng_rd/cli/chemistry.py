"""Commands on compounds: found by name or structure, converted, and held against each other in moles."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ginseng_rd.cli.console import out, print_json, printable
from ginseng_rd.cli.frame import JsonOption, LanguageOption, WorkspaceOption, app, chosen_workspace, show
from ginseng_rd.words import say


@app.command()
def compounds(
    name: Annotated[str | None, typer.Argument(help="A name in Korean or English.")] = None,
    structure: Annotated[str, typer.Option(help="Those of this structure (SMILES, InChI).")] = "",
    like: Annotated[str, typer.Option(help="Those most similar to this SMILES.")] = "",
    mass: Annotated[float | None, typer.Option(help="Those of this monoisotopic mass or m/z.")] = None,
    adduct: Annotated[list[str], typer.Option(help="Ions the mass may be of, such as [M-H]-.")] = ["M"],  # noqa: B006
    ppm: Annotated[float, typer.Option(help="How far off the mass may be.")] = 5.0,
    save: Annotated[Path | None, typer.Option(help="Write all to this file, .sdf or .csv.")] = None,
    workspace: WorkspaceOption = None,
    json_: JsonOption = False,
) -> None:
    """List the compounds, show one, or search them."""
    with chosen_workspace(workspace) as ws:
        if save:
            out.print(say(f"The compounds are in {ws.compounds.save(save)}", f"저장했습니다: {save}"))
        elif structure:
            show(ws.compounds.index.by_structure(structure).table(), json_)
        elif like:
            show(ws.compounds.index.by_similarity(like).table(), json_)
        elif mass is not None:
            show(ws.compounds.index.by_mass(mass, ppm=ppm, adducts=adduct).table(), json_)
        elif name is None:
            show(ws.compounds.table(), json_)
        elif json_:
            print_json(vars(ws.compounds[name]))
        else:
            out.print(str(ws.compounds[name]))


@app.command()
def route(
    start: Annotated[str, typer.Argument(help="The compound to begin with.")],
    end: Annotated[str, typer.Argument(help="The compound to reach.")],
    predicted: Annotated[bool, typer.Option("--predicted", help="Use conversions nobody reported, too.")] = False,
    workspace: WorkspaceOption = None,
    json_: JsonOption = False,
) -> None:
    """Show the shortest ways from one compound to another, with enzymes and conditions."""
    with chosen_workspace(workspace) as ws:
        found = ws.compounds.route(start, end, with_predicted=predicted)
        if json_:
            show(found.table(), True)
        else:
            out.print(printable(str(found)))


@app.command()
def balance(
    extract: Annotated[str, typer.Argument(help="Code of an extract.")],
    workspace: WorkspaceOption = None,
    language: LanguageOption = None,
    json_: JsonOption = False,
) -> None:
    """Hold the contents of an extract against those of what it was made from, in moles."""
    with chosen_workspace(workspace) as ws:
        found = ws.molar_balance(extract)
        if json_:
            show(found.table(), True)
        else:
            out.print(printable(str(found)))
