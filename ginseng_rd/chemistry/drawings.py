"""Drawings read: SMILES, InChI and molfiles to molecules, with every limit checked before the step it protects."""

from __future__ import annotations

from functools import cache
from typing import Any

from rdkit import Chem
from rdkit.Chem import inchi, rdinchi

from ginseng_rd.errors import Finding, GinsengError, Place, Severity

# Ginsenosides end near 100 heavy atoms and 10 rings; ring search and tautomers grow faster than the molecule.
MOST_ATOMS = 500
MOST_RINGS = 40
LONGEST_LINE = 20_000
LONGEST_MOLFILE = 400_000

_POLYMER_GROUPS = frozenset({"SRU", "MON", "MER", "COP", "CRO", "GRA", "MOD", "ANY", "MIX", "FOR"})
_REMEDY_LARGE = "A polymer or an extract is registered as an ingredient, without a structure."


class DrawingRefused(GinsengError):
    """A drawing that is no single, complete, organic structure; ``finding`` says why."""

    def __init__(self, finding: Finding) -> None:
        self.finding = finding
        super().__init__(str(finding))


def read_drawing(drawing: str) -> tuple[Any, list[Finding]]:
    """Return the molecule of ``drawing``, its valences checked, and what there is to say of the reading.

    Raises ``DrawingRefused``.
    """
    text = drawing if is_molfile(drawing) else drawing.strip()
    limit = LONGEST_MOLFILE if is_molfile(drawing) else LONGEST_LINE
    if not text.strip():
        raise refusal("structure-missing", "nothing", "a SMILES, an InChI or a molfile", "Give the structure.")
    if len(text) > limit:
        raise refusal("structure-too-large", f"{len(text):,} characters", f"at most {limit:,}", _REMEDY_LARGE)
    if not is_molfile(text):
        _check_line(text)
    if is_inchi(text):
        return _read_inchi(text)
    rough: Any = (
        Chem.MolFromMolBlock(text, sanitize=False, removeHs=False)
        if is_molfile(text)
        else Chem.MolFromSmiles(text, sanitize=False)
    )
    if rough is None:
        raise _unreadable(text)
    _check_rough(rough)
    molecule: Any = Chem.MolFromMolBlock(text) if is_molfile(text) else Chem.MolFromSmiles(text)
    if molecule is None:
        problems = [problem.Message().strip() for problem in Chem.DetectChemistryProblems(rough)]
        raise refusal(
            "structure-unreadable",
            "; ".join(problems[:3]) or "atoms and bonds that do not make a molecule",
            "atoms with possible valences",
            "Correct the atom or its charge in the drawing.",
        )
    return molecule, []


def is_molfile(drawing: str) -> bool:
    """Say whether ``drawing`` is a molfile rather than one line of SMILES or InChI."""
    return "M  END" in drawing or "V2000" in drawing or "V3000" in drawing


def is_inchi(drawing: str) -> bool:
    """Say whether ``drawing`` is an InChI."""
    return drawing.lstrip().startswith("InChI=")


def _check_line(text: str) -> None:
    """Refuse what RDKit would read in part: it stops, silently, at a blank and at a letter that is not ASCII."""
    structure, _, rest = text.partition(" ")
    if not structure.isascii() or not structure.isprintable() or (rest and not rest.lstrip().startswith("|")):
        raise refusal(
            "structure-unreadable", f"'{text[:60]}'", "a structure without blanks, names or other letters",
            "Write the structure alone.",
        )  # fmt: skip


def _check_rough(molecule: Any) -> None:
    """Refuse what is too large, or no single defined molecule, before any ring or stereo is looked for."""
    atoms, bonds = molecule.GetNumAtoms(), molecule.GetNumBonds()
    if atoms == 0:
        raise refusal("structure-missing", "no atom", "a structure", "Give the structure.")
    if atoms > MOST_ATOMS:
        raise refusal("structure-too-large", f"{atoms:,} atoms", f"at most {MOST_ATOMS}", _REMEDY_LARGE)
    rings = bonds - atoms + len(Chem.GetMolFrags(molecule))
    if rings > MOST_RINGS:
        raise refusal("structure-too-large", f"{rings:,} rings", f"at most {MOST_RINGS}", _REMEDY_LARGE)
    groups = {group.GetProp("TYPE") for group in Chem.GetMolSubstanceGroups(molecule) if group.HasProp("TYPE")}
    if groups & _POLYMER_GROUPS:
        raise refusal("structure-polymer", "a polymer or mixture bracket", "one molecule", _REMEDY_LARGE)
    # An R group, an atom list and "any atom" are all numbered 0 or carry a query.
    if any(atom.GetAtomicNum() == 0 or _is_query(atom) for atom in molecule.GetAtoms()):
        raise refusal(
            "structure-wildcard", "an atom that may be several (*, R or a list)", "atoms with a symbol",
            "Draw each substance with all its atoms.",
        )  # fmt: skip
    if any(bond.GetBondType() in (Chem.BondType.ZERO, Chem.BondType.UNSPECIFIED) for bond in molecule.GetBonds()):
        raise refusal(
            "structure-wildcard", "a bond of no order", "single, double, triple or aromatic bonds", "Draw it."
        )


def _is_query(atom: Any) -> bool:
    return bool(atom.HasQuery()) and not atom.DescribeQuery().startswith("AtomAtomicNum")


def _read_inchi(text: str) -> tuple[Any, list[Finding]]:
    molecule: Any = inchi.MolFromInchi(text)  # type: ignore[no-untyped-call]
    if molecule is None:
        raise _unreadable(text)
    _check_rough(molecule)
    key = rdinchi.MolToInchiKey(molecule)
    restored, changed = _restore_amides(molecule)
    if not changed:
        return molecule, []
    if rdinchi.MolToInchiKey(restored) != key:
        return molecule, [note("mobile-hydrogen", "a hydrogen that can stand in several places", "one drawing",
                                "Check the drawing; give a SMILES or molfile for another form.")]  # fmt: skip
    return restored, [
        note("amide-restored", "an InChI, which does not say where the hydrogen of an amide stands",
              "a drawing", "It was drawn as the amide. Give a SMILES or molfile if it is the imidic acid."),
    ]  # fmt: skip


def _restore_amides(molecule: Any) -> tuple[Any, bool]:
    """Return ``molecule`` with N=C(OH) drawn as HN-C=O: an InChI read back gives imidic acids."""
    found = molecule.GetSubstructMatches(_imidic_acid())
    editable, used = Chem.RWMol(molecule), set[int]()
    for carbon, nitrogen, oxygen in found:
        if carbon in used or nitrogen in used:
            continue
        used |= {carbon, nitrogen}
        editable.GetBondBetweenAtoms(carbon, nitrogen).SetBondType(Chem.BondType.SINGLE)
        editable.GetBondBetweenAtoms(carbon, oxygen).SetBondType(Chem.BondType.DOUBLE)
        for index in (nitrogen, oxygen):
            editable.GetAtomWithIdx(index).SetNumExplicitHs(0)
            editable.GetAtomWithIdx(index).SetNoImplicit(False)
    Chem.SanitizeMol(editable)
    Chem.AssignStereochemistry(editable, cleanIt=True, force=True)
    return editable.GetMol(), bool(used)


@cache
def _imidic_acid() -> Any:
    return Chem.MolFromSmarts("[CX3](=[NX2])[OX2H1]")


def _unreadable(text: str) -> DrawingRefused:
    kind = "an InChI" if is_inchi(text) else "a molfile" if is_molfile(text) else "SMILES"
    shown = text.strip().splitlines()[0][:60] if not is_molfile(text) else "a molfile"
    advice = {"SMILES": "Look for a ring or bracket left open, or a mistyped atom."}
    return refusal(
        "structure-unreadable", f"'{shown}'", f"{kind} that can be read", advice.get(kind, "Export it again.")
    )


def refusal(code: str, found: str, expected: str, remedy: str) -> DrawingRefused:
    """Return what is raised for a drawing that cannot be taken."""
    return DrawingRefused(Finding(Severity.STOPS, code, Place(), found, expected, remedy))


def note(code: str, found: str, expected: str, remedy: str) -> Finding:
    """Return a remark on a drawing that is taken."""
    return Finding(Severity.NOTES, code, Place(), found, expected, remedy)
