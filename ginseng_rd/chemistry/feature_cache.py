"""Features of structures, computed once per structure and RDKit version and kept in a folder.

The keep is one SQLite file. It holds nothing that cannot be computed again: a damaged file is begun anew. What was
computed is written every few seconds in a transaction, so that a kill loses little, and several processes may use
one folder at a time.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import rdkit
from rdkit import Chem

from ginseng_rd.chemistry.descriptors import (
    DESCRIPTOR_NAMES,
    FEATURE_SET,
    FINGERPRINT_BITS,
    MoleculeFeatures,
    compute_features,
)
from ginseng_rd.chemistry.structures import StructureRefused, read_molecule
from ginseng_rd.errors import Finding, Place, Severity

_TABLES = """
CREATE TABLE IF NOT EXISTS spelling (
    text TEXT, version TEXT, smiles TEXT NOT NULL, fault TEXT NOT NULL, PRIMARY KEY (text, version)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS feature (
    smiles TEXT, version TEXT, bits BLOB NOT NULL, descriptors BLOB NOT NULL, missing TEXT NOT NULL,
    fault TEXT NOT NULL, PRIMARY KEY (smiles, version)
);
"""
_FIND = """
SELECT spelling.text, coalesce(feature.bits, x''), coalesce(feature.descriptors, x''), coalesce(feature.missing, ''),
       spelling.fault || coalesce(feature.fault, '')
FROM json_each(?) AS asked JOIN spelling ON spelling.text = asked.value AND spelling.version = ?
LEFT JOIN feature ON feature.smiles = spelling.smiles AND feature.version = spelling.version
WHERE spelling.fault <> '' OR feature.smiles IS NOT NULL
"""
_ASKED_AT_ONCE = 5_000
_CHUNK = 32
# Below this, starting other processes takes longer than the work.
_FEW = 256
_SECONDS_TO_WAIT = 60.0

Progress = Callable[[int, int], None]


@dataclass(frozen=True, eq=False)
class Features:
    """ECFP4 and RDKit descriptors of a list of SMILES, and what became of each.

    Row ``j`` of ``bits`` (n × 2048, 0 or 1) and ``descriptors`` (n × 217, in the order of ``names``) belongs to
    SMILES number ``kept[j]``. A structure without a row, or with a descriptor that is NaN, has a finding, whose row
    is its place in the list, counted from 1.
    """

    bits: npt.NDArray[np.uint8]
    descriptors: npt.NDArray[np.float64]
    kept: npt.NDArray[np.intp]
    findings: tuple[Finding, ...]
    names: tuple[str, ...] = DESCRIPTOR_NAMES


class FeatureCache:
    """The features kept in ``folder``, which is made when it is not there."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / "features.sqlite"
        self._version = f"{rdkit.__version__} {FEATURE_SET}"

    def features(
        self, smiles: Sequence[str], *, workers: int | None = None, progress: Progress | None = None
    ) -> Features:
        """Return the features of each SMILES, computing those that are not kept yet.

        From 256 new ones on that is done by ``workers`` processes, by default one a core; ``progress`` is told how
        many are there of how many.
        """
        try:
            found = self._gather(smiles, workers or os.cpu_count() or 1, progress)
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError:  # not a database, or a damaged one
            self._path.unlink()
            found = self._gather(smiles, workers or os.cpu_count() or 1, progress)
        return _arrange(smiles, found)

    def _gather(self, smiles: Sequence[str], workers: int, progress: Progress | None) -> dict[str, MoleculeFeatures]:
        asked = list(dict.fromkeys(smiles))
        with closing(sqlite3.connect(self._path, timeout=_SECONDS_TO_WAIT)) as connection:
            connection.executescript(_TABLES)
            found = self._find(connection, asked)
            new = [text for text in asked if text not in found]
            if not new:
                return found
            canonical = self._spell(connection, new)
            found |= self._find(connection, new)
            left = list(dict.fromkeys(canonical[text] for text in new if text not in found))
            done = len(asked) - len(left)
            for computed in _compute(left, workers):
                self._keep(connection, computed)
                done += len(computed)
                if progress:
                    progress(done, len(asked))
            found |= self._find(connection, [text for text in new if text not in found])
        return found

    def _find(self, connection: sqlite3.Connection, texts: Sequence[str]) -> dict[str, MoleculeFeatures]:
        found = {}
        for start in range(0, len(texts), _ASKED_AT_ONCE):
            asked = json.dumps(texts[start : start + _ASKED_AT_ONCE])
            for text, bits, descriptors, missing, fault in connection.execute(_FIND, (asked, self._version)):
                names = tuple(missing.split(";")) if missing else ()
                found[text] = MoleculeFeatures(text, bits, descriptors, names, fault)
        return found

    def _spell(self, connection: sqlite3.Connection, texts: Iterable[str]) -> dict[str, str]:
        """Keep and return the canonical SMILES of each text; that of no molecule is kept with its fault."""
        canonical, rows = {}, []
        for text in texts:
            try:
                canonical[text], fault = Chem.MolToSmiles(read_molecule(text)), ""
            except StructureRefused as refusal:
                canonical[text], fault = "", refusal.reason
            rows.append((text, self._version, canonical[text], fault))
        with connection:
            connection.executemany("INSERT OR IGNORE INTO spelling VALUES (?, ?, ?, ?)", rows)
        return canonical

    def _keep(self, connection: sqlite3.Connection, computed: Iterable[MoleculeFeatures]) -> None:
        rows = [(f.smiles, self._version, f.bits, f.descriptors, ";".join(f.missing), f.fault) for f in computed]
        with connection:
            connection.executemany("INSERT OR IGNORE INTO feature VALUES (?, ?, ?, ?, ?, ?)", rows)


def _compute(smiles: list[str], workers: int) -> Iterator[list[MoleculeFeatures]]:
    chunks = [smiles[i : i + _CHUNK] for i in range(0, len(smiles), _CHUNK)]
    if workers == 1 or len(smiles) < _FEW:
        yield from map(compute_features, chunks)
        return
    from joblib import Parallel, delayed

    yield from Parallel(n_jobs=workers, return_as="generator_unordered")(
        delayed(compute_features)(chunk) for chunk in chunks
    )


def _arrange(smiles: Sequence[str], found: dict[str, MoleculeFeatures]) -> Features:
    kept = [index for index, text in enumerate(smiles) if not found[text].fault]
    rows = [found[smiles[index]] for index in kept]
    packed = np.frombuffer(b"".join(row.bits for row in rows), dtype=np.uint8)
    bits = np.unpackbits(packed.reshape(-1, FINGERPRINT_BITS // 8), axis=1, bitorder="little")
    values = np.frombuffer(b"".join(row.descriptors for row in rows), dtype=np.float64)
    return Features(
        bits=bits,
        descriptors=values.reshape(-1, len(DESCRIPTOR_NAMES)),
        kept=np.array(kept, dtype=np.intp),
        findings=tuple(_tell(index, text, found[text]) for index, text in enumerate(smiles) if _is_told(found[text])),
    )


def _is_told(features: MoleculeFeatures) -> bool:
    return bool(features.fault or features.missing)


def _tell(index: int, text: str, features: MoleculeFeatures) -> Finding:
    place = Place(row=index + 1, column="smiles")
    if features.fault:
        return Finding(Severity.STOPS, "structure-unreadable", place, f"'{text[:60]}'", "a structure",
                       f"It has no features: {features.fault}")  # fmt: skip
    named = ", ".join(features.missing[:5]) + (" ..." if len(features.missing) > 5 else "")
    return Finding(Severity.NOTES, "descriptor-missing", place, f"'{text[:60]}' without {named}", "a finite number",
                   f"{len(features.missing)} descriptors are left empty.")  # fmt: skip
