"""Where the numbered carbons of a dammarane or oleanane lie in a structure."""

from __future__ import annotations

from functools import cache
from typing import Any

from rdkit import Chem

# Any bonds, so that alkenes and oxo groups do not hide a skeleton. Map numbers are the carbon numbers.
_RINGS_AB = "[#6:3]1~[#6:2]~[#6:1]~[#6:10]2(~[#6:{c19}])~[#6:5](~[#6:4]~1(~[#6:{c28}])~[#6:{c29}])~[#6:6]~[#6:7]"
_DAMMARANE = _RINGS_AB.format(c19=19, c28=28, c29=29) + (
    "~[#6:8]3(~[#6:18])~[#6:9]~2~[#6:11]~[#6:12]~[#6:13]4~[#6:14]~3(~[#6:30])~[#6:15]~[#6:16]~[#6:17]~4~[#6:20]"
)
_OLEANANE = _RINGS_AB.format(c19=25, c28=23, c29=24) + (
    "~[#6:8]3(~[#6:26])~[#6:9]~2~[#6:11]~[#6:12]~[#6:13]4~[#6:14]~3(~[#6:27])~[#6:15]~[#6:16]"
    "~[#6:17]5(~[#6:28])~[#6:18]~4~[#6:19]~[#6:20](~[#6:29])(~[#6:30])~[#6:21]~[#6:22]~5"
)


def number_carbons(molecule: Any) -> dict[int, int]:
    """Return the atom index of each numbered carbon: of rings and methyls, and of C-20 to C-22 in a dammarane.

    Empty for a molecule that is neither dammarane nor oleanane.
    """
    for pattern in (_DAMMARANE, _OLEANANE):
        query, numbers = _query(pattern)
        match = molecule.GetSubstructMatch(query)
        if match:
            carbons = dict(zip(numbers, match, strict=True))
            return carbons | _number_side_chain(molecule, carbons) if is_dammarane(carbons) else carbons
    return {}


def is_dammarane(carbons: dict[int, int]) -> bool:
    """Say whether numbered carbons are those of a dammarane: its C-25 lies in the chain, an oleanane's on C-10."""
    return bool(carbons) and 25 not in carbons


def oxygen_on(molecule: Any, carbon: int) -> int | None:
    """Return the index of the single-bonded oxygen on a carbon, or None."""
    atom = molecule.GetAtomWithIdx(carbon)
    for bond in atom.GetBonds():
        other = bond.GetOtherAtom(atom)
        if other.GetAtomicNum() == 8 and bond.GetBondTypeAsDouble() == 1:
            index: int = other.GetIdx()
            return index
    return None


@cache
def _query(pattern: str) -> tuple[Any, tuple[int, ...]]:
    query = Chem.MolFromSmarts(pattern)
    return query, tuple(atom.GetAtomMapNum() for atom in query.GetAtoms())


def _number_side_chain(molecule: Any, carbons: dict[int, int]) -> dict[int, int]:
    """Tell C-21, where the chain ends, from C-22, where it goes on. A cut chain leaves C-22 out."""
    c20 = molecule.GetAtomWithIdx(carbons[20])
    ends: list[int] = []
    goes_on: list[int] = []
    for neighbour in c20.GetNeighbors():
        if neighbour.GetAtomicNum() == 6 and neighbour.GetIdx() != carbons[17]:
            is_end = sum(other.GetAtomicNum() == 6 for other in neighbour.GetNeighbors()) == 1
            (ends if is_end else goes_on).append(neighbour.GetIdx())
    return {21: ends[0]} | ({22: goes_on[0]} if goes_on else {}) if ends else {}
