"""Structures: a SMILES checked, described and drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rdkit import Chem
from rdkit.Chem import rdinchi, rdMolDescriptors
from rdkit.Chem.Draw import rdMolDraw2D
from rdkit.rdBase import BlockLogs

from ginseng_rd.chemistry.orientation import orient
from ginseng_rd.errors import GinsengError

_AVERAGE_MASS = rdMolDescriptors.Properties(["amw"])


class StructureRefused(GinsengError):
    """A SMILES that is no molecule; ``reason`` says why, without the SMILES itself."""

    def __init__(self, smiles: str, reason: str) -> None:
        self.smiles, self.reason = smiles, reason
        super().__init__(f"The structure '{smiles}' was refused: {reason}")


@dataclass(frozen=True, slots=True)
class Structure:
    """What a SMILES says of a compound; ``molar_mass`` is the average one, in g/mol."""

    smiles: str
    inchikey: str
    formula: str
    molar_mass: float


def read_smiles(smiles: str) -> Structure:
    """Return the canonical SMILES, InChIKey, formula and molar mass (g/mol) of a structure.

    Raises ``StructureRefused``, as every function here does, when the text is no molecule.
    """
    molecule = read_molecule(smiles)
    with BlockLogs():
        inchikey = rdinchi.MolToInchiKey(molecule)
    return Structure(
        smiles=Chem.MolToSmiles(molecule),
        inchikey=inchikey,
        formula=rdMolDescriptors.CalcMolFormula(molecule),
        molar_mass=_AVERAGE_MASS.ComputeProperties(molecule)[0],
    )


def read_molecule(smiles: str) -> Any:
    """Return the RDKit molecule of ``smiles``, for work inside this room."""
    with BlockLogs():
        molecule = Chem.MolFromSmiles(smiles)
        if molecule is None:
            raise StructureRefused(smiles, _explain(smiles))
    if molecule.GetNumAtoms() == 0:
        raise StructureRefused(smiles, "it holds no atom.")
    return molecule


def draw_svg(smiles: str, width: int = 320, height: int = 240, legend: str = "") -> str:
    """Return a drawing of ``smiles`` as an SVG element that can stand in a page; sizes in pixels.

    Dammaranes and oleananes all stand alike: ring A lower left, sugars of C-3 to the left, C-20 upper right.
    """
    # The order of the atoms decides how free parts are laid out: in canonical order alike parts lie alike.
    molecule = read_molecule(Chem.MolToSmiles(read_molecule(smiles)))
    orient(molecule)
    drawing = rdMolDraw2D.MolDraw2DSVG(width, height)
    rdMolDraw2D.PrepareAndDrawMolecule(drawing, molecule, legend=legend)
    drawing.FinishDrawing()
    svg: str = drawing.GetDrawingText()
    return svg[svg.index("<svg") :]


def _explain(smiles: str) -> str:
    """Say why RDKit does not take ``smiles``: bad writing, or atoms that cannot be."""
    unchecked: Any = Chem.MolFromSmiles(smiles, sanitize=False)
    if unchecked is None:
        return "it cannot be read as SMILES; look for a ring or bracket left open, or a mistyped atom."
    problems = "; ".join(problem.Message().strip() for problem in Chem.DetectChemistryProblems(unchecked))
    return f"{problems}." if problems else "its atoms and bonds do not make a molecule."
