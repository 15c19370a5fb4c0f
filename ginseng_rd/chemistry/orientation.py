"""How saponins are drawn: ring A lower left, ring D upper right, sugars of C-3 left, C-20 and its chain right."""

from __future__ import annotations

from typing import Any

from rdkit.Chem import BondStereo, rdDepictor
from rdkit.Geometry import Point2D

from ginseng_rd.chemistry.skeletons import is_dammarane, number_carbons, oxygen_on

_BOND = 1.5  # RDKit's own bond length in drawings, Å
# In bond lengths: hexagons standing on a corner, as steroids are drawn.
_RINGS_AB = {
    1: (0.0, 1.0), 2: (-0.866, 0.5), 3: (-0.866, -0.5), 4: (0.0, -1.0), 5: (0.866, -0.5), 10: (0.866, 0.5),
    6: (1.732, -1.0), 7: (2.598, -0.5), 8: (2.598, 0.5), 9: (1.732, 1.0),
    11: (1.732, 2.0), 12: (2.598, 2.5), 13: (3.464, 2.0), 14: (3.464, 1.0),
}  # fmt: skip
_DAMMARANE = _RINGS_AB | {
    15: (4.415, 0.691), 16: (5.003, 1.5), 17: (4.415, 2.309), 18: (2.598, 1.4), 19: (0.866, 1.45), 28: (-0.6, -1.8),
    29: (0.6, -1.8), 30: (3.464, 0.05), 20: (4.724, 3.26), 21: (5.3, 4.08), 22: (5.68, 2.95),
}  # fmt: skip
_OXYGEN_20 = (4.0, 3.95)  # well away from the hydroxyl on C-12
_ALKENE_20 = {21: (4.055, 4.003), 22: (5.702, 3.468)}
_C23 = {BondStereo.STEREOE: (6.011, 4.419), BondStereo.STEREOZ: (6.371, 2.725)}
_OLEANANE = _RINGS_AB | {
    15: (4.33, 0.5), 16: (5.196, 1.0), 17: (5.196, 2.0), 18: (4.33, 2.5), 19: (4.33, 3.5), 20: (5.196, 4.0),
    21: (6.062, 3.5), 22: (6.062, 2.5), 23: (-0.6, -1.8), 24: (0.6, -1.8), 25: (0.866, 1.45), 26: (2.598, 1.4),
    27: (3.464, 0.05), 28: (6.062, 1.5), 29: (4.7, 4.9), 30: (5.7, 4.9),
}  # fmt: skip


def orient(molecule: Any) -> None:
    """Give a molecule its drawing coordinates; a dammarane or oleanane stands as all others do.

    Sugars are laid out by RDKit, alike where the atoms come in canonical order.
    """
    carbons = number_carbons(molecule)
    places = _DAMMARANE if is_dammarane(carbons) else _OLEANANE
    fixed = {index: _at(*places[number]) for number, index in carbons.items() if number in places}
    if is_dammarane(carbons):
        _turn_side_chain(molecule, carbons, fixed)
    rdDepictor.Compute2DCoords(molecule, coordMap=fixed, canonOrient=not fixed)


def _turn_side_chain(molecule: Any, carbons: dict[int, int], fixed: dict[int, Any]) -> None:
    """Leave the chain free where C-20 lies in a ring; else fix its oxygen, or the angles and E or Z of its alkene."""
    c20 = molecule.GetAtomWithIdx(carbons[20])
    oxygen = oxygen_on(molecule, carbons[20])
    if c20.IsInRing():
        for number in (21, 22):
            fixed.pop(carbons.get(number, -1), None)
    elif oxygen is not None:
        fixed[oxygen] = _at(*_OXYGEN_20)
    elif c20.GetDegree() == 3 and {21, 22} <= set(carbons):
        fixed |= {carbons[number]: _at(*place) for number, place in _ALKENE_20.items()}
        stereo = molecule.GetBondBetweenAtoms(carbons[20], carbons[22]).GetStereo()
        if stereo in _C23:
            (c23,) = (n for n in molecule.GetAtomWithIdx(carbons[22]).GetNeighbors() if n.GetIdx() != carbons[20])
            fixed[c23.GetIdx()] = _at(*_C23[stereo])


def _at(x: float, y: float) -> Any:
    return Point2D(x * _BOND, y * _BOND)
