"""What a search looks at, structure by structure, as arrays: keys, fingerprints, masses and properties."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt
from rdkit import Chem, DataStructs
from rdkit.Chem import rdFingerprintGenerator, rdinchi, rdMolDescriptors
from rdkit.rdBase import BlockLogs

from ginseng_rd.chemistry.standardisation import standardise
from ginseng_rd.chemistry.structures import StructureRefused, read_molecule

Words = npt.NDArray[np.uint64]
Progress = Callable[[int, int], None]

FINGERPRINT_BITS = 2048
_WORDS = FINGERPRINT_BITS // 64
_CHUNK = 500
# Below this a second process costs more than it brings.
_FEW = 4 * _CHUNK

_AVERAGE_MASS = rdMolDescriptors.Properties(["amw"])

# Source of logP: Wildman and Crippen 1999, doi 10.1021/ci990307l; of TPSA: Ertl 2000, doi 10.1021/jm000942e.
PROPERTIES: dict[str, Callable[[Any], float]] = {
    "molar_mass": lambda molecule: _AVERAGE_MASS.ComputeProperties(molecule)[0],
    "logp": lambda molecule: rdMolDescriptors.CalcCrippenDescriptors(molecule)[0],
    "tpsa": rdMolDescriptors.CalcTPSA,
    "hydrogen_donors": rdMolDescriptors.CalcNumHBD,
    "hydrogen_acceptors": rdMolDescriptors.CalcNumHBA,
    "rotatable_bonds": rdMolDescriptors.CalcNumRotatableBonds,
    "rings": rdMolDescriptors.CalcNumRings,
    "heavy_atoms": lambda molecule: molecule.GetNumHeavyAtoms(),
    "fraction_sp3": rdMolDescriptors.CalcFractionCSP3,
}


@dataclass(frozen=True, eq=False)
class StructureColumns:
    """One row a structure, in the order in which they were given.

    ``smiles`` (canonical, without counter-ions) and ``inchikey`` are empty, the masses and ``properties`` (n × 9, in
    the order of ``PROPERTIES``) NaN, the fingerprints (n × 32 words of 64 bits) zero where there is no structure.
    ``mass`` is monoisotopic, in g/mol.
    """

    smiles: npt.NDArray[np.str_]
    inchikey: npt.NDArray[np.str_]
    mass: npt.NDArray[np.float64]
    properties: npt.NDArray[np.float64]
    ecfp: Words
    pattern: Words

    def __len__(self) -> int:
        return len(self.smiles)

    def as_arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Return the columns by name, to be stored."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


def describe_structures(
    smiles: Sequence[str], *, inchikeys: Sequence[str], workers: int | None = None, progress: Progress | None = None
) -> StructureColumns:
    """Compute the columns of ``smiles``; an InChIKey that is known already is not computed again.

    From 2,000 structures on this is done by ``workers`` processes (by default one a core); ``progress`` is told
    how many are done of how many.
    """
    chunks = [(smiles[i : i + _CHUNK], inchikeys[i : i + _CHUNK]) for i in range(0, len(smiles), _CHUNK)]
    parts, done = [_empty(0)], 0
    for part in _run(chunks, (workers or os.cpu_count() or 1) if len(smiles) >= _FEW else 1):
        parts.append(part)
        done += len(part)
        if progress:
            progress(done, len(smiles))
    return join_columns(parts)


def join_columns(parts: Sequence[StructureColumns]) -> StructureColumns:
    """Return the rows of all parts, one under the other."""
    arrays = [part.as_arrays() for part in parts]
    return StructureColumns(**{name: np.concatenate([each[name] for each in arrays]) for name in arrays[0]})


def fingerprint_words(molecule: Any) -> Words:
    """Return the ECFP4 of a molecule as 32 words of 64 bits. Source: Rogers and Hahn 2010, doi 10.1021/ci100050t."""
    return _pack(_GENERATOR.GetFingerprint(molecule))


_GENERATOR = rdFingerprintGenerator.GetMorganGenerator(radius=2, fpSize=FINGERPRINT_BITS)


def _run(chunks: list[Any], workers: int) -> Iterator[StructureColumns]:
    if workers == 1:
        yield from (_describe(*chunk) for chunk in chunks)
        return
    from joblib import Parallel, delayed

    yield from Parallel(n_jobs=workers, return_as="generator")(delayed(_describe)(*chunk) for chunk in chunks)


def _describe(smiles: Sequence[str], inchikeys: Sequence[str]) -> StructureColumns:
    columns = _empty(len(smiles))
    texts, keys = [""] * len(smiles), [""] * len(smiles)
    with BlockLogs():
        for row, (text, key) in enumerate(zip(smiles, inchikeys, strict=True)):
            if not text:
                continue
            if "." in text:
                structure = standardise(text).structure
                text, key = (structure.parent, structure.parent_key) if structure else ("", "")
            try:
                molecule = read_molecule(text)
            except StructureRefused:
                continue
            texts[row] = Chem.MolToSmiles(molecule)
            keys[row] = key or rdinchi.MolToInchiKey(molecule)
            columns.mass[row] = rdMolDescriptors.CalcExactMolWt(molecule)
            columns.properties[row] = [compute(molecule) for compute in PROPERTIES.values()]
            columns.ecfp[row] = fingerprint_words(molecule)
            columns.pattern[row] = _pack(Chem.PatternFingerprint(molecule, fpSize=FINGERPRINT_BITS))
    return StructureColumns(
        np.array(texts, dtype=np.str_), np.array(keys, dtype="U27"), columns.mass, columns.properties,
        columns.ecfp, columns.pattern,
    )  # fmt: skip


def _empty(rows: int) -> StructureColumns:
    return StructureColumns(
        smiles=np.zeros(rows, dtype="U1"),
        inchikey=np.zeros(rows, dtype="U27"),
        mass=np.full(rows, np.nan),
        properties=np.full((rows, len(PROPERTIES)), np.nan),
        ecfp=np.zeros((rows, _WORDS), dtype=np.uint64),
        pattern=np.zeros((rows, _WORDS), dtype=np.uint64),
    )


def _pack(fingerprint: Any) -> Words:
    return np.frombuffer(DataStructs.BitVectToBinaryText(fingerprint), dtype=np.uint64)
