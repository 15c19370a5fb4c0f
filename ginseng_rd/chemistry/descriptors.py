"""What the models see of a molecule: ECFP4 and RDKit's two-dimensional descriptors."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from rdkit import Chem, DataStructs
from rdkit.Chem import Descriptors, rdFingerprintGenerator
from rdkit.Chem.EState import EStateIndices
from rdkit.rdBase import BlockLogs

FINGERPRINT_BITS = 2048
FEATURE_SET = f"ecfp4-{FINGERPRINT_BITS} rdkit-2d-{len(Descriptors.descList)}"

_FUNCTIONS: dict[str, Callable[[Any], float]] = dict(Descriptors.descList)
DESCRIPTOR_NAMES = tuple(_FUNCTIONS)
# RDKit works the indices out anew for each of these four, a fifth of the time of all descriptors.
_OF_ESTATE: dict[str, Callable[[npt.NDArray[np.float64]], float]] = {
    "MaxAbsEStateIndex": lambda indices: max(abs(indices)),
    "MaxEStateIndex": max,
    "MinAbsEStateIndex": lambda indices: min(abs(indices)),
    "MinEStateIndex": min,
}
_GENERATOR = rdFingerprintGenerator.GetMorganGenerator(radius=2, fpSize=FINGERPRINT_BITS)


@dataclass(frozen=True, slots=True)
class MoleculeFeatures:
    """The features of one structure, as stored: packed bits and descriptors as bytes; ``fault`` where there are none.

    ``missing`` names the descriptors that could not be computed or are not finite; they are NaN.
    """

    smiles: str
    bits: bytes = b""
    descriptors: bytes = b""
    missing: tuple[str, ...] = ()
    fault: str = ""


def compute_features(smiles: Sequence[str]) -> list[MoleculeFeatures]:
    """Return the features of each canonical SMILES; a structure that RDKit cannot describe carries its fault."""
    with BlockLogs():
        return [_compute(text) for text in smiles]


def _compute(smiles: str) -> MoleculeFeatures:
    molecule: Any = Chem.MolFromSmiles(smiles)
    if molecule is None:
        return MoleculeFeatures(smiles, fault="it is no molecule.")
    bits = DataStructs.BitVectToBinaryText(_GENERATOR.GetFingerprint(molecule))
    found = {name: _value(function, molecule) for name, function in _FUNCTIONS.items() if name not in _OF_ESTATE}
    found |= _of_estate(molecule)
    values = np.array([found[name] for name in DESCRIPTOR_NAMES])
    missing = tuple(name for name in DESCRIPTOR_NAMES if math.isnan(found[name]))
    return MoleculeFeatures(smiles, bits, values.tobytes(), missing)


def _of_estate(molecule: Any) -> dict[str, float]:
    try:
        indices = EStateIndices(molecule)  # type: ignore[no-untyped-call]
        return {name: float(reduce(indices)) for name, reduce in _OF_ESTATE.items()}
    except Exception:  # what RDKit raises here differs by descriptor; the value is then missing, and told
        return dict.fromkeys(_OF_ESTATE, math.nan)


def _value(function: Callable[[Any], float], molecule: Any) -> float:
    try:
        value = float(function(molecule))
    except Exception:  # as above
        return math.nan
    return value if math.isfinite(value) else math.nan
