"""What a saponin can become: reactions as edits of its structure.

Each reaction takes a molecule apart or together where chemistry or an enzyme does: a terminal sugar or a whole
chain goes, an ester goes, the hydroxyl on C-20 goes as water (to the 20(21)-ene and the two 20(22)-enes), turns over or
closes a ring, water or a sugar comes, a P450 adds a hydroxyl. Stereo that the substrate shows is kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import count
from typing import Any

from rdkit import Chem

from ginseng_rd.chemistry.aglycones import RINGS
from ginseng_rd.chemistry.compounds import Compound, reference_compounds
from ginseng_rd.chemistry.conversions import Kind
from ginseng_rd.chemistry.glycosides import Residue
from ginseng_rd.chemistry.skeletons import is_dammarane, number_carbons, oxygen_on
from ginseng_rd.chemistry.structures import StructureRefused, read_molecule, read_smiles
from ginseng_rd.chemistry.sugar_structures import (
    SugarRing,
    as_residue,
    atoms_of,
    find_oxygen,
    find_position,
    find_sugars,
    remove_atoms,
    write_residue,
)

# Which sugars plants put first on a position, and next on the outermost sugar there (through which oxygen).
_FIRST_SUGARS = {"C3": ("Glc",), "C6": ("Glc", "Xyl"), "C20": ("Glc",)}
_FIRST_SUGARS_OF_OLEANANES = {"C3": ("GlcA",), "C28": ("Glc",)}
_NEXT_SUGARS = {"C3": (2, ("Glc", "Xyl")), "C6": (2, ("Glc", "Rha", "Xyl")), "C20": (6, ("Glc", "Xyl", "Arap", "Araf"))}
_SEEN_FLAT = {"Glc": "Hex", "GlcA": "HexA", "Xyl": "Penp", "Arap": "Penp", "Araf": "Penf", "Rha": "dHex"}
_OUTER_ALKENE = Chem.MolFromSmarts("[CH1;D2]=[C;D3]([CH3])[CH3]")
_DOUBLE, _SINGLE = Chem.BondType.DOUBLE, Chem.BondType.SINGLE


@dataclass(frozen=True)
class Prediction:
    """One product of one reaction.

    ``group`` is what was lost, or gained in a synthesis, as in ``Glc``, ``Mal``, ``H2O``; empty for an isomer.
    ``molar_mass_change`` is in g/mol; ``code`` names the known compound that it is, by full InChIKey, or is empty.
    """

    kind: Kind
    site: str
    group: str
    smiles: str
    inchikey: str
    formula: str
    molar_mass_change: float
    code: str


@dataclass(frozen=True)
class _Product:
    kind: Kind
    site: str
    group: str
    smiles: str


def predict_products(
    substance: str | Compound, kind: Kind | None = None, *, known: Mapping[str, str] | None = None
) -> tuple[Prediction, ...]:
    """Return what one reaction makes of a SMILES or compound, of one kind or of all.

    Sugars and esters are found in any dammarane or oleanane, reactions at C-20 only in dammaranes. ``known`` gives the
    codes of known compounds by InChIKey; by default those of the reference table.
    Raises ``StructureRefused`` for anything else.
    """
    smiles = substance if isinstance(substance, str) else substance.smiles
    start = read_smiles(smiles)
    codes = _codes_by_key() if known is None else known
    predictions = []
    order = list(Kind)
    for product in sorted(
        _react(smiles, kind), key=lambda p: (order.index(p.kind), int(p.site[1:]), p.group, p.smiles)
    ):
        made = read_smiles(product.smiles)
        predictions.append(
            Prediction(
                product.kind, product.site, product.group, made.smiles, made.inchikey, made.formula,
                round(made.molar_mass - start.molar_mass, 3), codes.get(made.inchikey, ""),
            )
        )  # fmt: skip
    return tuple(predictions)


def carry_out(smiles: str, kind: Kind, site: str, group: str) -> frozenset[str]:
    """Return the SMILES of all that a conversion can make, one that loses several sugars step by step.

    ``site`` and ``group`` as a ``Conversion`` holds them: ``C3+C20`` and ``Glc+Glc``. The groups go in any order, each
    at any of the sites.
    """
    sites = set(site.split("+"))
    states = {(smiles, tuple(sorted(group.split("+"))))}
    for _ in group.split("+"):
        reached = set()
        for text, left in states:
            for product in _react(text, kind):
                name = next((g for g in left if product.group in (g, _SEEN_FLAT.get(g))), None)
                if product.site in sites and name is not None:
                    remaining = list(left)
                    remaining.remove(name)
                    reached.add((product.smiles, tuple(remaining)))
        states = reached
    return frozenset(text for text, _ in states)


def _react(smiles: str, kind: Kind | None) -> set[_Product]:
    molecule = read_molecule(smiles)
    carbons = number_carbons(molecule)
    if not carbons:
        raise StructureRefused(smiles, "it is neither a dammarane nor an oleanane.")
    makers = _MAKERS if kind is None else {kind: _MAKERS[kind]}
    return {
        _Product(kind, f"C{site}", group, Chem.MolToSmiles(read_molecule(text)))
        for kind, maker in makers.items()
        for site, group, text in maker(molecule, carbons)
    }


Made = Iterator[tuple[int, str, str]]  # the carbon it happened at, what went or came, the SMILES of the product


def _lose_terminal_sugar(molecule: Any, carbons: dict[int, int]) -> Made:
    for root in find_sugars(molecule):
        site = _site(molecule, carbons, root)
        for sugar in root.walk():
            if not sugar.branches:
                gone = atoms_of(sugar) - {sugar.oxygens[1]}
                yield site, str(as_residue(sugar)), Chem.MolToSmiles(remove_atoms(molecule, gone))


def _lose_chain(molecule: Any, carbons: dict[int, int]) -> Made:
    for root in find_sugars(molecule):
        if root.branches:
            gone = {index for sugar in root.walk() for index in atoms_of(sugar)} - {root.oxygens[1]}
            bare = Chem.MolToSmiles(remove_atoms(molecule, gone))
            yield _site(molecule, carbons, root), str(as_residue(root)), bare


def _lose_ester(molecule: Any, carbons: dict[int, int]) -> Made:
    for root in find_sugars(molecule):
        for sugar in root.walk():
            for name, atoms in sugar.esters.values():
                yield _site(molecule, carbons, root), name, Chem.MolToSmiles(remove_atoms(molecule, set(atoms)))


def _lose_water(molecule: Any, carbons: dict[int, int]) -> Made:
    oxygen = _free_hydroxyl(molecule, carbons)
    if oxygen is None:
        return
    for end in (21, 22):
        for stereo in (None,) if end == 21 else (Chem.BondStereo.STEREOTRANS, Chem.BondStereo.STEREOCIS):
            edited = Chem.RWMol(molecule)
            _free(edited, carbons[20], carbons[end])
            bond = edited.GetBondBetweenAtoms(carbons[20], carbons[end])
            bond.SetBondType(_DOUBLE)
            if stereo is not None:
                c22 = edited.GetAtomWithIdx(carbons[22])
                (c23,) = (n.GetIdx() for n in c22.GetNeighbors() if n.GetIdx() != carbons[20])
                flanking = (carbons[17], c23) if bond.GetBeginAtomIdx() == carbons[20] else (c23, carbons[17])
                bond.SetStereoAtoms(*flanking)
                bond.SetStereo(stereo)
            edited.RemoveAtom(oxygen)
            yield 20, "H2O", _written(edited)


def _gain_water(molecule: Any, carbons: dict[int, int]) -> Made:
    """Add water to an alkene at C-20, to both epimers, and to the 24(25)-ene at C-25."""
    for end in (21, 22):
        bond = end in carbons and molecule.GetBondBetweenAtoms(carbons[20], carbons[end])
        if bond and bond.GetBondType() == _DOUBLE:
            for tag in (Chem.ChiralType.CHI_TETRAHEDRAL_CW, Chem.ChiralType.CHI_TETRAHEDRAL_CCW):
                edited = _with_hydroxyl(molecule, carbons[20], alkene_end=carbons[end])
                edited.GetAtomWithIdx(carbons[20]).SetChiralTag(tag)
                yield 20, "H2O", _written(edited)
    if outer := _outer_alkene(molecule):
        yield 25, "H2O", _written(_with_hydroxyl(molecule, outer[1], alkene_end=outer[0]))


def _turn_over(molecule: Any, carbons: dict[int, int]) -> Made:
    if _free_hydroxyl(molecule, carbons) is not None:
        edited = Chem.RWMol(molecule)
        c20 = edited.GetAtomWithIdx(carbons[20])
        if c20.GetChiralTag() != Chem.ChiralType.CHI_UNSPECIFIED:
            c20.InvertChirality()
            yield 20, "", _written(edited)


def _close_ring(molecule: Any, carbons: dict[int, int]) -> Made:
    oxygen = _free_hydroxyl(molecule, carbons)
    outer = _outer_alkene(molecule)
    if oxygen is not None and outer:
        edited = Chem.RWMol(molecule)
        edited.GetBondBetweenAtoms(*outer).SetBondType(_SINGLE)
        _free(edited, oxygen, *outer)
        edited.AddBond(oxygen, outer[1], _SINGLE)
        yield 20, "", _written(edited)


def _gain_sugar(molecule: Any, carbons: dict[int, int]) -> Made:
    carried = {f"C{_site(molecule, carbons, root)}": root for root in find_sugars(molecule)}
    first = _FIRST_SUGARS if is_dammarane(carbons) else _FIRST_SUGARS_OF_OLEANANES
    for position, sugars in first.items():
        root = carried.get(position)
        if root is None:
            oxygen = find_oxygen(molecule, position)
            if oxygen is not None and molecule.GetAtomWithIdx(oxygen).GetDegree() == 1:
                for sugar in sugars:
                    yield int(position[1:]), sugar, _joined(molecule, oxygen, sugar)
        elif position in _NEXT_SUGARS:
            number, following = _NEXT_SUGARS[position]
            for outer in root.walk():
                oxygen = outer.oxygens.get(number)
                if oxygen is not None and not outer.branches and number not in outer.esters:
                    for sugar in following:
                        yield int(position[1:]), sugar, _joined(molecule, oxygen, sugar)


def _gain_hydroxyl(molecule: Any, carbons: dict[int, int]) -> Made:
    """Add the 12β-hydroxyl to a dammarane, and the 6α one where the 12β is: the plant's order."""
    if not is_dammarane(carbons):
        return
    has_12 = oxygen_on(molecule, carbons[12]) is not None
    for number, rings in ((6, "PPT"),) if has_12 else ((12, "PPD"),):
        if molecule.GetAtomWithIdx(carbons[number]).GetTotalNumHs() != 2:
            continue
        drawn = []
        for tag in (Chem.ChiralType.CHI_TETRAHEDRAL_CW, Chem.ChiralType.CHI_TETRAHEDRAL_CCW):
            edited = _with_hydroxyl(molecule, carbons[number])
            edited.GetAtomWithIdx(carbons[number]).SetChiralTag(tag)
            drawn.append(_written(edited))
        pattern = read_molecule(f"C{RINGS[rings]}")
        right = [text for text in drawn if read_molecule(text).HasSubstructMatch(pattern, useChirality=True)]
        yield number, "O", right[0] if right else _written(_with_hydroxyl(molecule, carbons[number]))


_MAKERS = {
    Kind.HYDROLYSIS: _lose_terminal_sugar,
    Kind.CHAIN_LOSS: _lose_chain,
    Kind.ESTER_LOSS: _lose_ester,
    Kind.DEHYDRATION: _lose_water,
    Kind.HYDRATION: _gain_water,
    Kind.EPIMERISATION: _turn_over,
    Kind.CYCLISATION: _close_ring,
    Kind.GLYCOSYLATION: _gain_sugar,
    Kind.HYDROXYLATION: _gain_hydroxyl,
}


def _site(molecule: Any, carbons: dict[int, int], root: SugarRing) -> int:
    return int(find_position(molecule, carbons, root)[1:])


def _free_hydroxyl(molecule: Any, carbons: dict[int, int]) -> int | None:
    """Return the oxygen of a free hydroxyl on C-20 of a dammarane with its whole side chain, or None."""
    oxygen = oxygen_on(molecule, carbons[20]) if is_dammarane(carbons) and {21, 22} <= set(carbons) else None
    return oxygen if oxygen is not None and molecule.GetAtomWithIdx(oxygen).GetDegree() == 1 else None


def _with_hydroxyl(molecule: Any, carbon: int, alkene_end: int | None = None) -> Any:
    edited = Chem.RWMol(molecule)
    _free(edited, carbon, *(() if alkene_end is None else (alkene_end,)))
    if alkene_end is not None:
        bond = edited.GetBondBetweenAtoms(carbon, alkene_end)
        bond.SetStereo(Chem.BondStereo.STEREONONE)
        bond.SetBondType(_SINGLE)
    edited.AddBond(carbon, edited.AddAtom(Chem.Atom(8)), _SINGLE)
    return edited


def _free(edited: Any, *atoms: int) -> None:
    """Let hydrogens be counted anew on atoms that are about to change."""
    for index in atoms:
        atom = edited.GetAtomWithIdx(index)
        atom.SetNoImplicit(False)
        atom.SetNumExplicitHs(0)
        atom.SetChiralTag(Chem.ChiralType.CHI_UNSPECIFIED)


def _joined(molecule: Any, oxygen: int, sugar: str) -> str:
    marked = Chem.Mol(molecule)
    marked.GetAtomWithIdx(oxygen).SetAtomMapNum(1)
    smiles: str = Chem.MolToSmiles(marked)
    return smiles.replace("[OH:1]", f"O({write_residue(Residue(sugar), count(50))})")


def _written(edited: Any) -> str:
    Chem.SanitizeMol(edited)
    # Without directions on the neighbouring bonds a new E or Z bond is written flat.
    Chem.SetDoubleBondNeighborDirections(edited)
    text: str = Chem.MolToSmiles(edited)
    return text


def _outer_alkene(molecule: Any) -> tuple[int, int] | None:
    """Return C-24 and C-25 where the double bond of the fresh plant's side chain lies between them."""
    match = molecule.GetSubstructMatch(_OUTER_ALKENE)
    return (match[0], match[1]) if match else None


@cache
def _codes_by_key() -> dict[str, str]:
    return {compound.inchikey: compound.code for compound in reference_compounds() if compound.inchikey}
