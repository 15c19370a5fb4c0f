"""Sugar chains read from a structure, and structures built from an aglycone and its chains."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from typing import Any

from rdkit import Chem

from ginseng_rd.chemistry.aglycones import AGLYCONES, Aglycone
from ginseng_rd.chemistry.glycosides import Glycoside, Residue, SugarChain
from ginseng_rd.chemistry.skeletons import number_carbons, oxygen_on
from ginseng_rd.chemistry.structures import StructureRefused, read_molecule

# Written from C-1 on. {r} is a ring number of its own; {2} to {6} is what the oxygen of that number carries.
_SUGARS = {
    "Glc": "[C@@H]{r}O[C@H](CO{6})[C@@H](O{4})[C@H](O{3})[C@H]{r}O{2}",
    "GlcA": "[C@@H]{r}O[C@H](C(=O)O{6})[C@@H](O{4})[C@H](O{3})[C@H]{r}O{2}",
    "Xyl": "[C@@H]{r}OC[C@@H](O{4})[C@H](O{3})[C@H]{r}O{2}",
    "Arap": "[C@@H]{r}OC[C@H](O{4})[C@H](O{3})[C@H]{r}O{2}",
    "Araf": "[C@@H]{r}O[C@@H](CO{5})[C@H](O{3})[C@H]{r}O{2}",
    "Rha": "[C@@H]{r}O[C@@H](C)[C@H](O{4})[C@@H](O{3})[C@H]{r}O{2}",
    "Hex": "C{r}OC(CO{6})C(O{4})C(O{3})C{r}O{2}",
    "HexA": "C{r}OC(C(=O)O{6})C(O{4})C(O{3})C{r}O{2}",
    "Penp": "C{r}OCC(O{4})C(O{3})C{r}O{2}",
    "Penf": "C{r}OC(CO{5})C(O{3})C{r}O{2}",
    "dHex": "C{r}OC(C)C(O{4})C(O{3})C{r}O{2}",
}
_ESTERS = {
    "Ac": "C(C)=O", "Mal": "C(=O)CC(=O)O", "O-(E)-but-2-enoyl": "C(=O)/C=C/C",
    "O-(E)-oct-2-enoyl": "C(=O)/C=C/CCCCC", "Me": "C", "Bu": "CCCC",
}  # fmt: skip


@dataclass
class SugarRing:
    """One sugar in a molecule: its atoms, its oxygens by number, and what hangs on them (filled while reading)."""

    sugar: str
    atoms: frozenset[int]
    carbon_1: int
    oxygens: dict[int, int]
    branches: dict[int, SugarRing] = field(default_factory=dict)
    esters: dict[int, tuple[str, frozenset[int]]] = field(default_factory=dict)
    parent: SugarRing | None = None

    def walk(self) -> Iterator[SugarRing]:
        """Give this sugar and all those on it."""
        yield self
        for branch in self.branches.values():
            yield from branch.walk()


def build_smiles(glycoside: Glycoside) -> str:
    """Return the SMILES of a glycoside, with the stereo of its aglycone and its sugars.

    Raises ``StructureRefused`` where the aglycone has no oxygen at a position that carries a chain.
    """
    aglycone = read_molecule(glycoside.aglycone.smiles)
    ring_numbers = count(10)
    written: dict[int, str] = {}
    for label, (position, chain) in enumerate(glycoside.chains, start=1):
        oxygen = find_oxygen(aglycone, position)
        if oxygen is None or chain.root is None:
            raise StructureRefused(glycoside.aglycone.smiles, f"it has no free oxygen at {position}.")
        aglycone.GetAtomWithIdx(oxygen).SetAtomMapNum(label)
        written[label] = write_residue(chain.root, ring_numbers)
    smiles: str = Chem.MolToSmiles(aglycone)
    for label, text in written.items():
        smiles = smiles.replace(f"[OH:{label}]", f"O({text})")
    canonical: str = Chem.MolToSmiles(read_molecule(smiles))
    return canonical


def read_glycoside(smiles: str) -> Glycoside:
    """Return the aglycone and the sugar chains of a structure.

    A sugar whose stereo is not drawn in full is given by what is seen of it (``Hex``, ``Penp``). An aglycone that is
    not among the known ones carries its SMILES and no code.
    Raises ``StructureRefused`` for what is neither dammarane nor oleanane, and for a group that is not understood.
    """
    molecule = read_molecule(smiles)
    carbons = number_carbons(molecule)
    if not carbons:
        raise StructureRefused(smiles, "it is neither a dammarane nor an oleanane.")
    roots = find_sugars(molecule)
    chains = {find_position(molecule, carbons, root): SugarChain(as_residue(root)) for root in roots}
    if len(chains) < len(roots):
        raise StructureRefused(smiles, "two of its sugar chains stand on one carbon.")
    bare = strip_sugars(molecule, roots)
    known = _known_by_smiles().get(Chem.MolToSmiles(bare))
    in_order = tuple(sorted(chains.items(), key=lambda item: int(item[0][1:])))
    aglycone = known or Aglycone("", "", tuple(position for position, _ in in_order), "", Chem.MolToSmiles(bare))
    return Glycoside(aglycone, in_order)


def find_oxygen(molecule: Any, position: str) -> int | None:
    """Return the index of the oxygen at ``C3``, ``C20`` ... of a dammarane or oleanane, or None."""
    carbon = number_carbons(molecule).get(int(position[1:]))
    return None if carbon is None else oxygen_on(molecule, carbon)


def find_position(molecule: Any, carbons: dict[int, int], root: SugarRing) -> str:
    """Return where on the skeleton a chain stands: ``C3``, ``C20`` ... Raises ``StructureRefused`` off the skeleton."""
    numbers = {index: number for number, index in carbons.items()}
    oxygen = molecule.GetAtomWithIdx(root.oxygens[1])
    for neighbour in oxygen.GetNeighbors():
        if neighbour.GetIdx() in numbers:
            return f"C{numbers[neighbour.GetIdx()]}"
    raise StructureRefused(Chem.MolToSmiles(molecule), "a sugar stands off the numbered skeleton.")


def strip_sugars(molecule: Any, roots: list[SugarRing]) -> Any:
    """Return the molecule without its sugars: every glycosidic oxygen of the aglycone keeps a hydrogen."""
    kept = {root.oxygens[1] for root in roots}
    gone = {index for root in roots for sugar in root.walk() for index in atoms_of(sugar)} - kept
    return remove_atoms(molecule, gone)


def remove_atoms(molecule: Any, gone: set[int]) -> Any:
    """Return a sanitised copy of the molecule without these atoms."""
    editable = Chem.RWMol(molecule)
    editable.BeginBatchEdit()
    for index in gone:
        editable.RemoveAtom(index)
    editable.CommitBatchEdit()
    return read_molecule(Chem.MolToSmiles(editable))


def atoms_of(sugar: SugarRing) -> set[int]:
    """Return the atoms of a sugar with its own esters, the oxygens that its branches share included."""
    return set(sugar.atoms).union(*(atoms for _, atoms in sugar.esters.values()))


def find_sugars(molecule: Any) -> list[SugarRing]:
    """Return the sugars that stand on the aglycone, each with the sugars and esters on it."""
    rings = [sugar for ring in molecule.GetRingInfo().AtomRings() if (sugar := _as_sugar(molecule, ring))]
    by_carbon_1 = {ring.carbon_1: ring for ring in rings}
    inside = frozenset().union(*(ring.atoms for ring in rings))
    for ring in rings:
        for number, oxygen in ring.oxygens.items():
            beyond = [
                n.GetIdx() for n in molecule.GetAtomWithIdx(oxygen).GetNeighbors() if n.GetIdx() not in ring.atoms
            ]
            if number == 1 or not beyond:
                continue
            if branch := by_carbon_1.get(beyond[0]):
                ring.branches[number] = branch
                branch.parent = ring
            else:
                ring.esters[number] = _read_ester(molecule, beyond[0], inside)
    return [ring for ring in rings if ring.parent is None]


def _as_sugar(molecule: Any, ring: tuple[int, ...]) -> SugarRing | None:
    """Return the sugar that a ring is, or None: a furanose or pyranose with a hydroxyl on each carbon but the last."""
    atoms = [molecule.GetAtomWithIdx(index) for index in ring]
    oxygens = [place for place, atom in enumerate(atoms) if atom.GetAtomicNum() == 8]
    if len(ring) not in (5, 6) or len(oxygens) != 1:
        return None
    onward = [*ring[oxygens[0] + 1 :], *ring[: oxygens[0]]]
    for carbons in (onward, onward[::-1]):
        numbered = {number: oxygen_off(molecule, carbon, ring) for number, carbon in enumerate(carbons, start=1)}
        last = len(carbons)
        if all(numbered[number] is not None for number in range(1, last)) and numbered[last] is None:
            return _with_its_end(molecule, ring, carbons, {n: o for n, o in numbered.items() if o is not None})
    return None


def oxygen_off(molecule: Any, carbon: int, ring: tuple[int, ...]) -> int | None:
    """Return the oxygen that a ring carbon carries outside its ring, or None."""
    for neighbour in molecule.GetAtomWithIdx(carbon).GetNeighbors():
        if neighbour.GetAtomicNum() == 8 and neighbour.GetIdx() not in ring:
            index: int = neighbour.GetIdx()
            return index
    return None


def _with_its_end(
    molecule: Any, ring: tuple[int, ...], carbons: list[int], oxygens: dict[int, int]
) -> SugarRing | None:
    """Add the carbon outside the ring, with its oxygens, and name the sugar by its stereo."""
    atoms = {*ring, *oxygens.values()}
    last = molecule.GetAtomWithIdx(carbons[-1])
    outside = [n for n in last.GetNeighbors() if n.GetIdx() not in ring]
    if outside:
        atoms.add(outside[0].GetIdx())
        ends = [bond.GetOtherAtom(outside[0]) for bond in outside[0].GetBonds()]
        atoms.update(end.GetIdx() for end in ends if end.GetAtomicNum() == 8)
        carrying = oxygen_on(molecule, outside[0].GetIdx())
        if carrying is not None:
            oxygens = oxygens | {len(carbons) + 1: carrying}
    fragment = Chem.MolFragmentToSmiles(molecule, sorted(atoms))
    names = _sugar_names()
    whole = read_molecule(fragment)
    flat = Chem.Mol(whole)
    Chem.RemoveStereochemistry(flat)
    sugar = names.get(Chem.MolToSmiles(whole)) or names.get(Chem.MolToSmiles(flat))
    return SugarRing(sugar, frozenset(atoms), carbons[0], oxygens) if sugar else None


def _read_ester(molecule: Any, start: int, sugars: frozenset[int]) -> tuple[str, frozenset[int]]:
    """Return the name and atoms of the group that begins at ``start``, beyond a sugar's oxygen."""
    atoms, waiting = {start}, [start]
    while waiting:
        for neighbour in molecule.GetAtomWithIdx(waiting.pop()).GetNeighbors():
            index = neighbour.GetIdx()
            if index not in atoms and index not in sugars:
                atoms.add(index)
                waiting.append(index)
    fragment = Chem.MolToSmiles(read_molecule(Chem.MolFragmentToSmiles(molecule, sorted(atoms))))
    name = _ester_names().get(fragment)
    if name is None:
        raise StructureRefused(Chem.MolToSmiles(molecule), f"the group '{fragment}' on a sugar is not known here.")
    return name, frozenset(atoms)


def as_residue(ring: SugarRing) -> Residue:
    return Residue(
        ring.sugar,
        tuple((at, name) for at, (name, _) in sorted(ring.esters.items())),
        tuple((at, as_residue(branch)) for at, branch in sorted(ring.branches.items(), key=lambda item: item[0])),
    )


def write_residue(residue: Residue, ring_numbers: Iterator[int]) -> str:
    ring = f"%{next(ring_numbers)}"
    on_oxygen = {str(at): _ESTERS[name] for at, name in residue.esters}
    on_oxygen |= {str(at): write_residue(branch, ring_numbers) for at, branch in residue.branches}
    text = _SUGARS[residue.sugar].replace("{r}", ring)
    for at in "23456":
        text = text.replace(f"{{{at}}}", on_oxygen.get(at, ""))
    return text


@cache
def _sugar_names() -> dict[str, str]:
    """Return the sugars by the canonical SMILES of their free form."""
    return {_free_form(write_residue(Residue(sugar), count(10))): sugar for sugar in _SUGARS}


def _free_form(from_carbon_1: str) -> str:
    text: str = Chem.MolToSmiles(read_molecule("O" + from_carbon_1))
    return text


@cache
def _ester_names() -> dict[str, str]:
    """Return the groups on sugars by canonical SMILES; a flat drawing of an enoyl stands for the E form."""
    drawn = [(text, name) for name, text in _ESTERS.items()]
    drawn += [(text.replace("/", ""), name) for text, name in drawn]
    return {Chem.MolToSmiles(read_molecule(text)): name for text, name in drawn}


@cache
def _known_by_smiles() -> dict[str, Aglycone]:
    return {Chem.MolToSmiles(read_molecule(known.smiles)): known for known in AGLYCONES.values()}
