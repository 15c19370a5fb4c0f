"""Real, distinct dammarane glycosides in any number: PPD and PPT with every pair of sugar chains, in a fixed order."""

from __future__ import annotations

import itertools
import random

from rdkit import Chem
from rdkit.Chem import Descriptors

from ginseng_rd.chemistry.compounds import Compound
from ginseng_rd.chemistry.glycosides import POSITIONS, read_cells
from ginseng_rd.chemistry.sugar_structures import build_smiles

_SUGARS = ("Glc", "Xyl", "Arap", "Araf", "Rha")


def many_glycosides(count: int) -> list[Compound]:
    """Return ``count`` (up to a million) compounds with structure, chains and mass but no InChIKey."""
    chains = _chains()
    sizes = (len(chains) ** 2, len(chains) ** 3)
    return [
        _make(n, *_combine(chains, which)) for n, which in enumerate(random.Random(4).sample(range(sum(sizes)), count))
    ]


def _chains() -> list[str]:
    pairs = (
        f"{outer}(1-{at}){inner}" for outer, inner in itertools.product(_SUGARS, _SUGARS) for at in POSITIONS[inner]
    )
    return ["none", *_SUGARS, *pairs]


def _combine(chains: list[str], which: int) -> tuple[str, str, str, str]:
    """Return combination number ``which``: first PPD with two chains, then PPT with three."""
    rest, c3 = divmod(which, len(chains))
    if rest < len(chains):
        return "PPD", chains[c3], "", chains[rest]
    c6, c20 = divmod(rest - len(chains), len(chains))
    return "PPT", chains[c3], chains[c6], chains[c20]


def _make(number: int, aglycone: str, c3: str, c6: str, c20: str) -> Compound:
    smiles = build_smiles(read_cells(aglycone, sugar_c3=c3, sugar_c6=c6, sugar_c20=c20))
    molecule = Chem.MolFromSmiles(smiles)
    return Compound(
        code=f"GLY-{number:06d}",
        name=f"{aglycone} 3-[{c3}] 6-[{c6}] 20-[{c20}]",
        molar_mass=Descriptors.MolWt(molecule),
        family=aglycone,
        aglycone=aglycone,
        sugar_c3=c3,
        sugar_c6=c6,
        sugar_c20=c20,
        smiles=smiles,
        stereo_status="full",
    )
