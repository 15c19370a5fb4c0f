import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdkit import Chem

from ginseng_rd.chemistry import guarded
from ginseng_rd.chemistry.guarded import standardise_all
from ginseng_rd.chemistry.standardisation import standardise, tautomer_block
from ginseng_rd.errors import Severity
from ginseng_rd.words.korean import FORMS


def v3000_chain(atoms):
    rows = [f"M  V30 {n} C {n}.0 0 0 0" for n in range(1, atoms + 1)]
    bonds = [f"M  V30 {n} 1 {n} {n + 1}" for n in range(1, atoms)]
    counts = f"M  V30 COUNTS {atoms} {atoms - 1} 0 0 0"
    head = ["", "  chain", "", "  0  0  0     0  0            999 V3000", "M  V30 BEGIN CTAB", counts]
    lines = [*head, "M  V30 BEGIN ATOM", *rows, "M  V30 END ATOM", "M  V30 BEGIN BOND", *bonds]
    return "\n".join([*lines, "M  V30 END BOND", "M  V30 END CTAB", "M  END", ""])


def grid_of_rings(side):
    lattice = Chem.RWMol()
    for _ in range(side * side):
        lattice.AddAtom(Chem.Atom(6))
    for row in range(side):
        for column in range(side):
            if row:
                lattice.AddBond(row * side + column, (row - 1) * side + column, Chem.BondType.SINGLE)
            if column:
                lattice.AddBond(row * side + column, row * side + column - 1, Chem.BondType.SINGLE)
    return Chem.MolToSmiles(lattice)


POLYMER = Chem.MolToMolBlock(Chem.MolFromSmiles("*CCO* |$star_e;;;;star_e$,Sg:n:1,2,3::ht|"), forceV3000=True)
HOSTILE = {
    "nothing": ("  ", "structure-missing"),
    "ring left open": ("C1CC", "structure-unreadable"),
    "carbon with five bonds": ("CC(C)(C)(C)C", "structure-unreadable"),
    "zero byte": ("CC\0O", "structure-unreadable"),
    "letter that is no atom": ("C\u00e9O", "structure-unreadable"),
    "name behind it": ("CCO ethanol", "structure-unreadable"),
    "reaction": ("CC>>CO", "structure-unreadable"),
    "atom list": ("[C,N]CC", "structure-unreadable"),
    "radical": ("C[CH]C", "structure-radical"),
    "wildcard": ("*CC", "structure-wildcard"),
    "R group": (Chem.MolToMolBlock(Chem.MolFromSmiles("[*:1]CC")), "structure-wildcard"),
    "polymer": (POLYMER, "structure-polymer"),
    "bound metal": ("C[Hg]C", "structure-metal"),
    "mineral": ("[Na+].[Cl-]", "structure-inorganic"),
    "water": ("O", "structure-inorganic"),
    "mixture": ("OCC1OC(O)C(O)C(O)C1O.CC(=O)Oc1ccccc1C(=O)O", "structure-mixture"),
    "5,000 atoms": ("C" * 5000, "structure-too-large"),
    "5,000 atoms, V3000": (v3000_chain(5000), "structure-too-large"),
    "100,000 letters": ("C" * 100_000, "structure-too-large"),
    "6,000 brackets deep": ("C(" * 6000 + "C" + ")" * 6000, "structure-too-large"),
    "361 fused rings": (grid_of_rings(20), "structure-too-large"),
    "molfile cut off": (v3000_chain(50)[:900], "structure-unreadable"),
    "InChI that brings old readers down": (
        "InChI=1S/C5H12N14O7/c6-1(16-18(23)24)8-10-3(20)12-14-5(22)15-13-4(21)11-9-2(7)17-19(25)26"
        "/h(H12-2,6,7,8,9,10,11,12,13,14,15,16,17,20,21,22,23,24,25,26)/p+2",
        "structure-unreadable",
    ),
    "no InChI": ("InChI=1S/", "structure-unreadable"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_structure_is_refused_with_one_finding(name):
    drawing, code = HOSTILE[name]
    (read,) = standardise_all([drawing])
    assert read.structure is None
    assert [finding.code for finding in read.findings] == [code]
    assert read.findings[0].remedy
    assert code in FORMS


@settings(deadline=None)
@given(st.text(alphabet="CNOSPclnos()[]=#@+-H123%/\\.*", max_size=40))
def test_any_text_is_a_structure_or_a_finding(text):
    (read,) = standardise_all([text])
    assert (read.structure is None) == any(finding.severity is Severity.STOPS for finding in read.findings)


def test_a_bad_drawing_does_not_hide_the_good_ones_beside_it():
    good = "InChI=1S/C2H6O/c1-2-3/h3H,2H2,1H3"
    read = standardise_all(["CCO", "C1CC", good, v3000_chain(5000), Chem.MolToMolBlock(Chem.MolFromSmiles("OCC"))])
    assert [each.structure.smiles if each.structure else None for each in read] == ["CCO", None, "CCO", None, "CCO"]


def test_a_drawing_that_takes_too_long_is_ended_and_told(monkeypatch):
    monkeypatch.setattr(guarded, "_SECONDS_TO_START", 0.0)
    monkeypatch.setattr(guarded, "SECONDS_EACH", 0.0)
    reads = standardise_all(["InChI=1S/CH4/h1H4", "CCO"])
    assert [finding.code for finding in reads[0].findings] == ["structure-not-read"]
    assert reads[1].structure is not None


@pytest.mark.parametrize(
    ("drawing", "parent", "salt"),
    [
        ("CN(C)C(=N)N=C(N)N.Cl", "CN(C)C(=N)N=C(N)N", "HCl"),
        ("[Na]OC(=O)c1ccccc1O", "O=C(O)c1ccccc1O", "Na"),
        ("CC(O)C(=O)[O-].[Na+]", "CC(O)C(=O)O", "Na"),
        ("NCC(=O)O.Cl.Cl.O", "NCC(=O)O", "H2O, 2 HCl"),
        ("[NH3+]CC(=O)[O-]", "NCC(=O)O", ""),
        ("CCN.CCN.OS(=O)(=O)O", "CCN", "H2SO4 to 2 molecules"),
    ],
)
def test_counter_ions_are_told_apart_from_the_substance(drawing, parent, salt):
    structure = standardise(drawing).structure
    assert (structure.parent, structure.salt) == (parent, salt)


def test_a_salt_is_one_whether_its_proton_is_drawn_here_or_there():
    drawn = ["C[NH3+].[Cl-]", "CN.Cl", "Cl.NC"]
    assert len({standardise(drawing).structure.inchikey for drawing in drawn}) == 1


def test_an_inchi_of_an_amide_is_drawn_as_the_amide_and_says_so():
    read = standardise("InChI=1S/C7H7NO/c8-7(9)6-4-2-1-3-5-6/h1-5H,(H2,8,9)")
    assert read.structure.smiles == "NC(=O)c1ccccc1"
    assert [finding.code for finding in read.findings] == ["amide-restored"]


@pytest.mark.parametrize(
    ("drawing", "code"),
    [
        ("CN.Cl", "structure-salt"),
        ("[NH3+]CC(=O)[O-]", "structure-changed"),
        ("CC(O)CC", "structure-flat"),
        ("C[C@H](O)CC |&1:1|", "stereo-relative"),
        ("InChI=1S/C2H5NO/c1-2(3)4/h1H3,(H2,3,4)", "amide-restored"),
    ],
)
def test_what_was_changed_or_left_open_is_told(drawing, code):
    read = standardise(drawing)
    assert code in [finding.code for finding in read.findings]
    assert {finding.severity for finding in read.findings} == {Severity.NOTES}
    assert {finding.code for finding in read.findings} <= set(FORMS)


def test_the_tautomer_drawn_is_kept_and_its_other_form_has_the_same_block():
    enol, keto = "CC(O)=CC(C)=O", "CC(=O)CC(C)=O"
    assert standardise(enol).structure.smiles != standardise(keto).structure.smiles
    assert tautomer_block(enol) == tautomer_block(keto) != ""


@pytest.mark.parametrize(
    ("drawing", "status", "undefined"),
    [
        ("C[C@H](O)[C@@H](N)C", "full", 0),
        ("C[C@H](O)C(N)C", "partial", 1),
        ("CC(O)C(N)C", "flat", 2),
        ("CC=CC", "flat", 1),
        ("C[C@H](O)CC |&1:1|", "flat", 1),
        ("CCO", "full", 0),
        ("CN(C)C(=N)NC(N)=N", "full", 0),
    ],
)
def test_how_much_stereo_a_drawing_shows_is_said(drawing, status, undefined):
    structure = standardise(drawing).structure
    assert (structure.stereo_status, structure.undefined_stereo) == (status, undefined)


def test_every_reference_structure_keeps_its_key(compounds, shared_structures):
    for smiles in [*(compound.smiles for compound in compounds.values()), *shared_structures.values()]:
        structure = standardise(smiles).structure
        assert structure.inchikey == Chem.MolToInchiKey(Chem.MolFromSmiles(smiles))
