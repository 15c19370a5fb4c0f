"""Search over compounds by structure, name, family, mass, sugars and properties."""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import rdkit
from rdkit import Chem, DataStructs
from rdkit.Chem import rdSubstructLibrary
from rdkit.rdBase import BlockLogs

from ginseng_rd.chemistry.compounds import Compound
from ginseng_rd.chemistry.glycosides import POSITIONS, ChainRefused, SugarChain, read_chain
from ginseng_rd.chemistry.guarded import is_ordinary, standardise_all
from ginseng_rd.chemistry.names import fold_name
from ginseng_rd.chemistry.search_columns import (
    PROPERTIES,
    Progress,
    StructureColumns,
    Words,
    describe_structures,
    fingerprint_words,
    join_columns,
)
from ginseng_rd.chemistry.search_hits import Hit, Hits
from ginseng_rd.chemistry.standardisation import Standardised
from ginseng_rd.chemistry.structures import StructureRefused, read_molecule
from ginseng_rd.errors import GinsengError, UnknownName

# Mass of the ion less that of the molecule, in g/mol: monoisotopic masses of IUPAC 2021 and the electron.
ADDUCTS = {
    "M": 0.0,
    "[M+H]+": 1.00727646,
    "[M+NH4]+": 18.03382555,
    "[M+Na]+": 22.98922070,
    "[M-H]-": -1.00727646,
    "[M+HCOO]-": 44.99820285,
    "[M+CH3COO]-": 59.01385292,
}
_CONNECTIVITY = 14
_CHAIN_COLUMNS = {"C3": "sugar_c3", "C6": "sugar_c6", "C20": "sugar_c20", "C28": "sugar_other"}
_LONGEST_QUERY = 2_000
_MOST_QUERY_ATOMS = 150
# C1=CC=CC=C1 means benzene, as SMILES; [OH]C means a hydroxyl with its hydrogen, as SMARTS.
_SMARTS_BRACKET = re.compile(r"\[[^\]@]*\]")
_MATCH_CHUNK = 2_000


class SearchRefused(GinsengError):
    """A question that cannot be asked as written."""


class CompoundIndex:
    """Compounds made ready for search. Made by ``build``, ``load`` or ``extended_by``; it does not change.

    Structures are compared without counter-ions. Each ``by_...`` answers with ``Hits``, best first; two answers are
    combined with ``&``.
    """

    def __init__(self, compounds: Sequence[Compound], columns: StructureColumns) -> None:
        self.compounds = tuple(compounds)
        self._columns = columns

    @classmethod
    def build(
        cls, compounds: Iterable[Compound], *, workers: int | None = None, progress: Progress | None = None
    ) -> CompoundIndex:
        """Compute what search needs of each compound, with ``workers`` processes when they are thousands."""
        listed = tuple(compounds)
        columns = describe_structures(
            [compound.smiles for compound in listed],
            inchikeys=[compound.inchikey for compound in listed],
            workers=workers,
            progress=progress,
        )
        return cls(listed, columns)

    def extended_by(self, compounds: Iterable[Compound]) -> CompoundIndex:
        """Return this index with more compounds: a company's own beside the reference ones."""
        more = CompoundIndex.build(compounds)
        return CompoundIndex((*self.compounds, *more.compounds), join_columns([self._columns, more._columns]))

    def save(self, path: Path) -> None:
        """Write the index to one file of arrays; a kill leaves the file as it was before or whole."""
        rows = [
            {f.name: value for f in fields(Compound) if (value := getattr(c, f.name)) not in ("", ())}
            for c in self.compounds
        ]
        facts = np.frombuffer(json.dumps(rows, ensure_ascii=False).encode("utf-8"), dtype=np.uint8)
        arrays = {"rdkit": np.array(rdkit.__version__), "facts": facts, **self._columns.as_arrays()}
        unfinished = path.with_name(f"{path.name}.{os.getpid()}.unfinished")
        with unfinished.open("wb") as file:
            np.savez(file, allow_pickle=False, **arrays)
        unfinished.replace(path)

    @classmethod
    def load(cls, path: Path) -> CompoundIndex:
        """Read an index. Raises SearchRefused when another RDKit wrote it, whose keys may differ: build it again."""
        with np.load(path, allow_pickle=False) as stored:
            if str(stored["rdkit"]) != rdkit.__version__:
                raise SearchRefused(f"'{path.name}' was made with RDKit {stored['rdkit']}, not {rdkit.__version__}.")
            rows = json.loads(stored["facts"].tobytes())
            columns = StructureColumns(**{f.name: stored[f.name] for f in fields(StructureColumns)})
        return cls([Compound(**{**row, "synonyms": tuple(row.get("synonyms", ()))}) for row in rows], columns)

    def __len__(self) -> int:
        return len(self.compounds)

    def __repr__(self) -> str:
        return f"CompoundIndex of {len(self):,} compounds, {np.count_nonzero(self._columns.smiles):,} with a structure"

    def by_structure(self, drawing: str) -> Hits:
        """Find a structure whatever its drawing (SMILES, InChI or molfile), salts of it included.

        Where none is the same, those that differ only in stereo are given: a flat drawing finds its isomers.
        Raises ``SearchRefused`` for a drawing that is no structure.
        """
        rows = self._rows_by_smiles.get(_canonical(drawing), [])
        if not rows:
            structure = _read_drawing(drawing)
            rows = self._rows_by_key.get(structure.parent_key, [])
            if not rows:
                block = structure.parent_key[:_CONNECTIVITY]
                return self._answer("the same structure", self._rows_by_block.get(block, []), match="other stereo")
        return self._answer("the same structure", rows, match="same")

    def by_substructure(self, pattern: str, *, most: int = 1000, seconds: float = 30.0) -> Hits:
        """Find what contains ``pattern``, a SMILES or SMARTS; stereo counts where the pattern has it.

        A text with square brackets that say more than stereo is read as SMARTS.

        At most ``most`` are given, and the search ends after ``seconds``; the note says so.
        """
        query = _read_pattern(pattern)
        found: list[int] = []
        end, until = 0, time.monotonic() + seconds
        while end < len(self) and len(found) < most and time.monotonic() < until:
            start, end = end, min(end + _MATCH_CHUNK, len(self))
            found += self._library.GetMatches(query, start, end, maxResults=most - len(found))
        note = f"Only the first {end:,} of {len(self):,} were looked through." if end < len(self) else ""
        return self._answer(f"contains {pattern}", sorted(found), note=note)

    def by_similarity(self, smiles: str, *, at_least: float = 0.5, most: int = 50) -> Hits:
        """Find what resembles ``smiles``: Tanimoto similarity of ECFP4 (2048 bits), highest first."""
        similarity = self.similarities(fingerprint_words(read_molecule(_read_drawing(smiles).parent)))
        near = np.flatnonzero(similarity >= at_least)
        best = near[np.argsort(-similarity[near], kind="stable")][:most]
        hits = [Hit(self.compounds[row], {"similarity": float(similarity[row])}) for row in best]
        note = f"The nearest {most} of {len(near):,}." if len(near) > most else ""
        return Hits(f"similarity of at least {at_least:g}", tuple(hits), note)

    def similarities(self, query: Words) -> npt.NDArray[np.float32]:
        """Return the Tanimoto similarity of ``query`` (32 words) with every row, 0 where there is no structure."""
        shared = np.zeros(len(self), dtype=np.uint16)
        for word in np.flatnonzero(query):
            shared += np.bitwise_count(self._ecfp_by_word[word] & query[word])
        either = self._ecfp_sizes + np.uint16(np.bitwise_count(query).sum()) - shared
        similarity = np.zeros(len(self), dtype=np.float32)
        np.divide(shared, either, out=similarity, where=either > 0, dtype=np.float32)
        return similarity

    def by_name(self, text: str, *, most: int = 50) -> Hits:
        """Find compounds by any name, Korean or English: the same name first, then names that contain it."""
        folded = fold_name(text)
        if not folded:
            return Hits(f"named '{text}'", ())
        ranked = [
            (min((name != folded, len(name)) for name in names if folded in name), row)
            for row, names in enumerate(self._folded_names)
            if any(folded in name for name in names)
        ]
        note = f"The first {most} of {len(ranked):,}." if len(ranked) > most else ""
        return self._answer(f"named '{text}'", [row for _, row in sorted(ranked)[:most]], note=note)

    def by_family(self, family: str) -> Hits:
        """Find the compounds of a family, such as PPD; raises UnknownName for one that no compound has."""
        known = {compound.family for compound in self.compounds if compound.family}
        same = {name for name in known if name.casefold() == family.strip().casefold()}
        if not same:
            raise UnknownName("family", family, known)
        return self._answer(f"family {family}", [r for r, c in enumerate(self.compounds) if c.family in same])

    def by_mass(self, mass: float, *, ppm: float = 5.0, adducts: Sequence[str] = ("M",)) -> Hits:
        """Find compounds by monoisotopic mass (``M``) or by the m/z of a singly charged ion, such as ``[M+Na]+``.

        ``ppm`` is the tolerance on ``mass`` itself. Raises UnknownName for an adduct that is not known, and
        SearchRefused for no adduct, a negative tolerance or a mass of 0 or less.
        """
        if not (mass > 0 and ppm >= 0 and adducts):
            raise SearchRefused("A mass above 0, a tolerance of 0 ppm or more and an adduct at least are needed.")
        hits = []
        for adduct in adducts:
            if adduct not in ADDUCTS:
                raise UnknownName("adduct", adduct, ADDUCTS)
            errors = (mass - (self._columns.mass + ADDUCTS[adduct])) / mass * 1e6
            hits += [
                Hit(self.compounds[row], {"adduct": adduct, "error_ppm": round(float(errors[row]), 3)})
                for row in np.flatnonzero(np.abs(errors) <= ppm)
            ]
        hits.sort(key=lambda hit: abs(float(hit.measures["error_ppm"])))
        return Hits(f"mass {mass:g} within {ppm:g} ppm as {' or '.join(adducts)}", tuple(hits))

    def by_sugar(self, chain: str, *, at: str = "") -> Hits:
        """Find glycosides with a sugar (``Rha``), or with a whole chain (``Glc(1-2)Glc``), ``at`` C3, C6, C20 or C28.

        ``none`` finds those whose position is free. Raises ``SearchRefused`` for what is no chain or no position.
        """
        if at and at not in _CHAIN_COLUMNS:
            raise SearchRefused(f"Sugars stand at {', '.join(_CHAIN_COLUMNS)}, not at '{at}'.")
        try:
            asked = read_chain(chain)
        except ChainRefused as refusal:
            raise SearchRefused(str(refusal)) from None
        columns = [_CHAIN_COLUMNS[at]] if at else list(_CHAIN_COLUMNS.values())
        rows = [
            row
            for row, compound in enumerate(self.compounds)
            if any(_has_chain(getattr(compound, column), asked, chain) for column in columns)
        ]
        return self._answer(f"{chain} at {at}" if at else f"with {chain}", rows)

    def by_property(self, name: str, low: float = -np.inf, high: float = np.inf) -> Hits:
        """Find compounds with a computed property in a range, both ends included; the lowest first.

        Known are molar_mass (g/mol), logp, tpsa (Å²), hydrogen_donors, hydrogen_acceptors, rotatable_bonds, rings,
        heavy_atoms and fraction_sp3. Raises UnknownName for another.
        """
        if name not in PROPERTIES:
            raise UnknownName("property", name, PROPERTIES)
        values = self._columns.properties[:, list(PROPERTIES).index(name)]
        rows = np.flatnonzero((values >= low) & (values <= high))
        ordered = rows[np.argsort(values[rows], kind="stable")]
        hits = tuple(Hit(self.compounds[row], {name: round(float(values[row]), 4)}) for row in ordered)
        return Hits(f"{name} from {low:g} to {high:g}", hits)

    def _answer(self, question: str, rows: Iterable[int], *, note: str = "", **measures: str) -> Hits:
        return Hits(question, tuple(Hit(self.compounds[row], measures) for row in rows), note)

    @cached_property
    def _rows_by_smiles(self) -> Mapping[str, list[int]]:
        return _rows_by(self._columns.smiles.tolist())

    @cached_property
    def _rows_by_key(self) -> Mapping[str, list[int]]:
        return _rows_by(self._columns.inchikey.tolist())

    @cached_property
    def _rows_by_block(self) -> Mapping[str, list[int]]:
        return _rows_by([key[:_CONNECTIVITY] for key in self._columns.inchikey.tolist()])

    @cached_property
    def _folded_names(self) -> list[set[str]]:
        return [
            {fold_name(name) for name in (c.code, c.name, c.korean_name, *c.synonyms) if name} for c in self.compounds
        ]

    @cached_property
    def _ecfp_by_word(self) -> Words:
        return np.ascontiguousarray(self._columns.ecfp.T)

    @cached_property
    def _ecfp_sizes(self) -> npt.NDArray[np.uint16]:
        sizes: npt.NDArray[np.uint16] = np.bitwise_count(self._columns.ecfp).sum(axis=1, dtype=np.uint16)
        return sizes

    @cached_property
    def _library(self) -> Any:
        # The SMILES are RDKit's own: read again without checks, they take a tenth of the memory of molecules.
        holder, patterns = rdSubstructLibrary.CachedTrustedSmilesMolHolder(), rdSubstructLibrary.PatternHolder()
        for smiles, bits in zip(self._columns.smiles.tolist(), self._columns.pattern, strict=True):
            holder.AddSmiles(smiles)
            patterns.AddFingerprint(DataStructs.CreateFromBinaryText(bits.tobytes()))
        return rdSubstructLibrary.SubstructLibrary(holder, patterns)


def _rows_by(keys: Iterable[str]) -> dict[str, list[int]]:
    rows: dict[str, list[int]] = {}
    for row, key in enumerate(keys):
        if key:
            rows.setdefault(key, []).append(row)
    return rows


def _canonical(drawing: str) -> str:
    """Return the canonical SMILES of an ordinary SMILES, which spares most questions the full way; or nothing."""
    if not is_ordinary(drawing):
        return ""
    try:
        return str(Chem.MolToSmiles(read_molecule(drawing)))
    except StructureRefused:
        return ""


def _read_drawing(drawing: str) -> Standardised:
    read = standardise_all([drawing])[0]
    if read.structure is None:
        raise SearchRefused(f"This structure cannot be searched for: {read.findings[0]}")
    return read.structure


def _read_pattern(pattern: str) -> Any:
    """Return the query molecule of a SMILES, or of a SMARTS where brackets say more than stereo."""
    query = None
    with BlockLogs():
        if len(pattern) <= _LONGEST_QUERY and not _SMARTS_BRACKET.search(pattern):
            query = _as_part(Chem.MolFromSmiles(pattern))
        if len(pattern) <= _LONGEST_QUERY and query is None:
            query = Chem.MolFromSmarts(pattern)
    if query is None or not 0 < query.GetNumAtoms() <= _MOST_QUERY_ATOMS:
        raise SearchRefused(
            f"The pattern '{pattern[:60]}' is not a SMARTS or SMILES of 1 to {_MOST_QUERY_ATOMS} atoms."
        )
    return query


def _as_part(drawn: Any) -> Any:
    """Return a SMILES as a part of a larger molecule: ``*`` is any atom, and a bond that is not drawn no radical."""
    if drawn is None:
        return None
    for atom in drawn.GetAtoms():
        atom.SetNumRadicalElectrons(0)
    rules: Any = Chem.AdjustQueryParameters.NoAdjustments()
    rules.makeDummiesQueries = True
    return Chem.AdjustQueryProperties(drawn, rules)


def _has_chain(cell: str, asked: SugarChain, text: str) -> bool:
    there = _chain_of(cell)
    if there is None:
        return False
    return there.sugars()[text] > 0 if text in POSITIONS else there == asked


@lru_cache(maxsize=100_000)
def _chain_of(cell: str) -> SugarChain | None:
    """Return the chain of a cell of the compound table, nothing where the position does not exist."""
    text = cell.removeprefix("C28: ").removesuffix(" ester").partition(" (")[0].replace("free acid", "none")
    try:
        return read_chain(text) if text else None
    except ChainRefused:
        return None
