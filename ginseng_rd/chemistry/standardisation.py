"""Drawings made comparable: one structure whatever its drawing, and what cannot be one refused in words.

Steps, with RDKit's MolStandardize: hydrogens, charges and metal bonds cleaned; counter-ions and solvents told apart
from the substance; the substance uncharged. The tautomer drawn is kept: a canonical one only serves to find the same
substance drawn otherwise.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cache
from typing import Any

from rdkit import Chem
from rdkit.Chem import rdinchi, rdMolDescriptors
from rdkit.Chem.MolStandardize import rdMolStandardize
from rdkit.rdBase import BlockLogs

from ginseng_rd.chemistry.counter_ions import counter_ions
from ginseng_rd.chemistry.drawings import DrawingRefused, note, read_drawing, refusal
from ginseng_rd.errors import Finding

_MOST_TAUTOMER_ATOMS = 150
_MOST_TAUTOMERS, _MOST_TRANSFORMS = 100, 200

_ORGANIC = frozenset({1, 5, 6, 7, 8, 9, 14, 15, 16, 17, 34, 35, 53})
_NON_METALS = _ORGANIC | {2, 10, 18, 33, 36, 52, 54, 85}
_AVERAGE_MASS = rdMolDescriptors.Properties(["amw"])


@dataclass(frozen=True, slots=True)
class Standardised:
    """A structure in the form in which structures are compared.

    ``smiles`` is the whole substance, ``parent`` the substance without ``salt`` (counter-ions and solvents, such as
    ``H2O, 2 HCl``), both canonical SMILES. ``inchikey``, ``formula`` and ``molar_mass`` (average, g/mol) are of the
    whole; ``parent_key`` is the InChIKey of the parent. ``stereo_status`` is full, partial or flat, of the parent.
    """

    smiles: str
    parent: str
    salt: str
    inchikey: str
    parent_key: str
    formula: str
    parent_formula: str
    molar_mass: float
    stereo_status: str
    undefined_stereo: int
    is_labelled: bool


@dataclass(frozen=True, slots=True)
class DrawingRead:
    """What became of one drawing: its structure, or nothing where a finding stops it."""

    structure: Standardised | None
    findings: tuple[Finding, ...]


def standardise(drawing: str) -> DrawingRead:
    """Return the structure of a SMILES, InChI or molfile (V2000 or V3000), and what there is to say of it.

    Runs in this process: text from strangers goes through ``ginseng_rd.chemistry.guarded``, which also survives
    what brings RDKit or the InChI library down.
    """
    with BlockLogs():
        try:
            molecule, remarks = read_drawing(drawing)
            return _standardise(molecule, remarks)
        except DrawingRefused as refused:
            return DrawingRead(None, (refused.finding,))
        except (Chem.MolSanitizeException, RuntimeError) as failure:
            told = str(failure).strip().splitlines()[0][:100]
            return DrawingRead(None, (refusal("structure-unreadable", told, "a structure", "Check it.").finding,))


def tautomer_block(smiles: str) -> str:
    """Return the InChI connectivity block of the canonical tautomer of ``smiles``, stereo left out.

    The choice of RDKit's canonical tautomer depends on stereo (rdkit#7499) and can lose it (rdkit#9518): so it is
    made of the flat drawing, and two compounds that share it are asked about, never merged.
    Empty for a molecule too large, or with more tautomers than are walked.
    """
    with BlockLogs():
        molecule = Chem.MolFromSmiles(smiles)
        return _tautomer_block(molecule) if molecule is not None else ""


@cache
def _amidine() -> Any:
    return Chem.MolFromSmarts("[#7]C=[#7]")


def _standardise(molecule: Any, remarks: list[Finding]) -> DrawingRead:
    if any(atom.GetNumRadicalElectrons() and atom.GetAtomicNum() in _ORGANIC for atom in molecule.GetAtoms()):
        raise refusal(
            "structure-radical", "an atom with an unpaired electron", "every bond and hydrogen drawn",
            "Add the missing hydrogen or bond.",
        )  # fmt: skip
    drawn = Chem.MolToSmiles(molecule)
    molecule, relative = _drop_relative_stereo(molecule)
    uncharger = rdMolStandardize.Uncharger()
    whole = uncharger.uncharge(rdMolStandardize.Cleanup(molecule))
    parent, salt = _part(whole, uncharger)
    if not salt:
        whole = parent
    parent_key = rdinchi.MolToInchiKey(parent)
    key = rdinchi.MolToInchiKey(whole) if salt else parent_key
    if not key or not parent_key:
        raise refusal("structure-unreadable", "a structure without InChI", "one with an InChI", "Check the drawing.")
    status, undefined = _judge_stereo(parent)
    structure = Standardised(
        smiles=Chem.MolToSmiles(whole),
        parent=Chem.MolToSmiles(parent),
        salt=salt,
        inchikey=key,
        parent_key=parent_key,
        formula=rdMolDescriptors.CalcMolFormula(whole),
        parent_formula=rdMolDescriptors.CalcMolFormula(parent),
        molar_mass=_AVERAGE_MASS.ComputeProperties(whole)[0],
        stereo_status=status,
        undefined_stereo=undefined,
        is_labelled=any(atom.GetIsotope() for atom in parent.GetAtoms()),
    )
    return DrawingRead(structure, (*remarks, *relative, *_remark(structure, drawn)))


def _drop_relative_stereo(molecule: Any) -> tuple[Any, list[Finding]]:
    """Return ``molecule`` without the centres that are drawn as racemic or only relative to each other."""
    groups = [g for g in molecule.GetStereoGroups() if g.GetGroupType() != Chem.StereoGroupType.STEREO_ABSOLUTE]
    if not groups:
        return molecule, []
    editable = Chem.RWMol(molecule)
    editable.SetStereoGroups([])
    for group in groups:
        for atom in group.GetAtoms():
            editable.GetAtomWithIdx(atom.GetIdx()).SetChiralTag(Chem.ChiralType.CHI_UNSPECIFIED)
    Chem.AssignStereochemistry(editable, cleanIt=True, force=True)
    return editable.GetMol(), [
        note("stereo-relative", "centres marked as racemic or relative ('and', 'or')", "absolute centres",
              "They are kept as undefined."),
    ]  # fmt: skip


def _part(whole: Any, uncharger: Any) -> tuple[Any, str]:
    """Return the substance, uncharged, and the text of what accompanies it.

    Raises ``DrawingRefused`` for a mixture of substances and for one without carbon.
    """
    parts, names = {}, {}
    copies: Counter[str] = Counter()
    for fragment in Chem.GetMolFrags(whole, asMols=True):
        neutral = uncharger.uncharge(fragment)
        smiles = Chem.MolToSmiles(neutral)
        copies[smiles] += 1
        parts[smiles] = neutral
        if name := _name_counter_ion(neutral):
            names[smiles] = name
    substances = [smiles for smiles in parts if smiles not in names]
    if not substances:
        # A salt of which both sides are on the list, such as sodium lactate: the largest organic side is meant.
        organic = [smiles for smiles in parts if _has_carbon(parts[smiles])]
        substances = sorted(organic, key=lambda smiles: (-parts[smiles].GetNumHeavyAtoms(), smiles))[:1]
    if len(substances) > 1:
        raise refusal(
            "structure-mixture", " and ".join(f"'{smiles}'" for smiles in sorted(substances)[:3]), "one substance",
            "Register each on its own; what is mixed is an extract or a formulation.",
        )  # fmt: skip
    if not substances or not _has_carbon(parts[substances[0]]):
        raise refusal(
            "structure-inorganic", "no carbon", "an organic substance", "Register it as an ingredient instead."
        )
    main = substances[0]
    _check_elements(parts[main])
    beside = sorted((names[smiles], copies[smiles]) for smiles in parts if smiles != main)
    salt = ", ".join(f"{count} {name}" if count > 1 else name for name, count in beside)
    return parts[main], f"{salt} to {copies[main]} molecules" if salt and copies[main] > 1 else salt


def _name_counter_ion(fragment: Any) -> str:
    """Return what a neutral fragment is called beside a substance; a bare metal by its symbol, others by nothing."""
    if fragment.GetNumAtoms() == 1:
        atom = fragment.GetAtomWithIdx(0)
        if atom.GetAtomicNum() not in _NON_METALS:
            return str(atom.GetSymbol())
    return counter_ions().get(Chem.MolToSmiles(fragment, isomericSmiles=False), "")


def _has_carbon(molecule: Any) -> bool:
    return any(atom.GetAtomicNum() == 6 for atom in molecule.GetAtoms())


def _check_elements(parent: Any) -> None:
    strange = sorted({atom.GetSymbol() for atom in parent.GetAtoms() if atom.GetAtomicNum() not in _ORGANIC})
    if strange:
        raise refusal(
            "structure-metal", f"{', '.join(strange)} bound in the molecule", "an organic molecule",
            "Draw the metal as an ion beside it, or register it as an ingredient.",
        )  # fmt: skip


def _judge_stereo(molecule: Any) -> tuple[str, int]:
    """Return full, partial or flat, and how many stereo centres and double bonds are not defined."""
    # The double bond of an amidine moves with its hydrogen and has no lasting stereo.
    moving = {frozenset(match[1:]) for match in molecule.GetSubstructMatches(_amidine())}
    potential = [info for info in Chem.FindPotentialStereo(molecule) if _ends(molecule, info) not in moving]
    undefined = sum(info.specified != Chem.StereoSpecified.Specified for info in potential)
    if not undefined:
        return "full", 0
    return ("flat" if undefined == len(potential) else "partial"), undefined


def _ends(molecule: Any, info: Any) -> frozenset[int]:
    """Return the atoms of a stereo bond, or nothing for a stereo centre."""
    if info.type not in (Chem.StereoType.Bond_Double, Chem.StereoType.Bond_Cumulene_Even):
        return frozenset()
    bond = molecule.GetBondWithIdx(info.centeredOn)
    return frozenset((bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()))


def _remark(structure: Standardised, drawn: str) -> list[Finding]:
    remarks = []
    if structure.salt:
        remarks.append(note("structure-salt", f"a salt or solvate ('{structure.salt}')", "the substance alone",
                             "It is kept as such; models and search see the substance alone."))  # fmt: skip
    elif drawn != structure.smiles:
        remarks.append(note("structure-changed", f"'{drawn}'", "neutral atoms and covalent bonds",
                             f"It is kept as {structure.smiles}."))  # fmt: skip
    if structure.undefined_stereo:
        remarks.append(note("structure-flat", f"{structure.undefined_stereo} stereo centres left open",
                             "every centre drawn", f"It is kept as a {structure.stereo_status} drawing."))  # fmt: skip
    return remarks


def _tautomer_block(molecule: Any) -> str:
    if molecule.GetNumHeavyAtoms() > _MOST_TAUTOMER_ATOMS:
        return ""
    flat = Chem.Mol(molecule)
    Chem.RemoveStereochemistry(flat)
    enumerator = rdMolStandardize.TautomerEnumerator()
    enumerator.SetMaxTautomers(_MOST_TAUTOMERS)
    enumerator.SetMaxTransforms(_MOST_TRANSFORMS)
    found = enumerator.Enumerate(flat)
    if found.status != rdMolStandardize.TautomerEnumeratorStatus.Completed:
        return ""
    return str(rdinchi.MolToInchiKey(enumerator.PickCanonical(found)))[:14]
