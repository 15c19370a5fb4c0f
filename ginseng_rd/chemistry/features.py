"""Structures as a model sees them: fingerprints, scaffolds and nearest neighbours.

Fingerprints and scaffolds see connections only, not stereo: 20(S)- and 20(R)-Rg3 are one molecule to them. A
fingerprint also tells which fragments there are, not how many, so that some glycosides of one family (Rb1 and Rc)
cannot be told apart by it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from rdkit import Chem
from rdkit.Chem import rdFingerprintGenerator
from rdkit.Chem.MolStandardize import rdMolStandardize
from rdkit.rdBase import BlockLogs

from ginseng_rd.chemistry.structures import StructureRefused, read_molecule

Bits = npt.NDArray[np.uint8]

# 1024 query rows against 10,000 known ones take 40 MB as float32.
_CHUNK_ROWS = 1024


@dataclass(frozen=True, eq=False)
class Fingerprints:
    """The fingerprints of a list of SMILES, and what became of each of them.

    Row ``j`` of ``bits`` (n × bits, 0 or 1) belongs to SMILES number ``kept[j]``;
    ``refused`` tells why each of the others has no row.
    """

    bits: Bits
    kept: npt.NDArray[np.intp]
    refused: Mapping[int, str]


def ecfp4(smiles: Sequence[str], n_bits: int = 2048) -> Fingerprints:
    """Return Morgan fingerprints of radius 2, folded to ``n_bits``.

    Source: Rogers and Hahn 2010, doi 10.1021/ci100050t, as built in RDKit.
    """
    generator = rdFingerprintGenerator.GetMorganGenerator(radius=2, fpSize=n_bits)
    rows: list[Bits] = []
    kept: list[int] = []
    refused: dict[int, str] = {}
    for index, text in enumerate(smiles):
        try:
            molecule = read_molecule(text)
        except StructureRefused as refusal:
            refused[index] = refusal.reason
        else:
            rows.append(generator.GetFingerprintAsNumPy(molecule))
            kept.append(index)
    bits = np.stack(rows) if rows else np.zeros((0, n_bits), dtype=np.uint8)
    return Fingerprints(bits, np.array(kept, dtype=np.intp), refused)


def find_scaffolds(smiles: Sequence[str]) -> list[str]:
    """Return the Bemis-Murcko scaffold of each molecule as SMILES, to group a split by.

    A molecule without rings is a group of its own: its own SMILES stands there.
    Raises ``StructureRefused`` at the first SMILES that is no molecule.
    """
    return [_scaffold_of(read_molecule(text)) for text in smiles]


def take_largest_fragment(smiles: str) -> str:
    """Return the largest organic part of ``smiles``, so that a salt is modelled as its acid or base."""
    with BlockLogs():
        fragment = rdMolStandardize.LargestFragmentChooser(preferOrganic=True).choose(read_molecule(smiles))
    text: str = Chem.MolToSmiles(fragment)
    return text


def count_heavy_atoms(smiles: Sequence[str]) -> npt.NDArray[np.intp]:
    """Return the number of atoms other than hydrogen of each molecule.

    Raises ``StructureRefused`` at the first SMILES that is no molecule.
    """
    return np.array([read_molecule(text).GetNumHeavyAtoms() for text in smiles], dtype=np.intp)


def tanimoto_similarity(rows: Bits, columns: Bits) -> npt.NDArray[np.float32]:
    """Return the Tanimoto similarity (0 to 1) of every row fingerprint with every column one.

    Two empty fingerprints have similarity 0, as in RDKit.
    """
    left, right = rows.astype(np.float32), columns.astype(np.float32)
    shared = left @ right.T
    either = left.sum(axis=1)[:, None] + right.sum(axis=1)[None, :] - shared
    similarity = np.zeros_like(shared)
    np.divide(shared, either, out=similarity, where=either > 0)
    return similarity


def find_nearest(
    query: Bits, known: Bits, *, exclude_self: bool = False
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.intp]]:
    """Return, for each query fingerprint, the Tanimoto similarity and the row of its nearest known one.

    With ``exclude_self`` query and known are the same rows, and none is its own neighbour.
    Raises ``ValueError`` when nothing is left to be near to.
    """
    if len(known) < (2 if exclude_self else 1):
        raise ValueError(f"{len(known)} known fingerprint(s) leave no neighbour to find.")
    similarity = np.empty(len(query), dtype=np.float32)
    nearest = np.empty(len(query), dtype=np.intp)
    for start in range(0, len(query), _CHUNK_ROWS):
        block = tanimoto_similarity(query[start : start + _CHUNK_ROWS], known)
        positions = np.arange(len(block))
        if exclude_self:
            block[positions, start + positions] = -1.0
        best = block.argmax(axis=1)
        nearest[start : start + len(block)] = best
        similarity[start : start + len(block)] = block[positions, best]
    return similarity, nearest


def _scaffold_of(molecule: Any) -> str:
    scaffold = Chem.MurckoDecompose(molecule)
    text: str = Chem.MolToSmiles(scaffold if scaffold.GetNumAtoms() else molecule, isomericSmiles=False)
    return text
