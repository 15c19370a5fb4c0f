from typing import Any

import numpy as np
import pytest
from rdkit import Chem
from rdkit.Chem import rdinchi

from ginseng_rd.chemistry.compounds import reference_compounds
from ginseng_rd.chemistry.orientation import orient
from ginseng_rd.chemistry.skeletons import number_carbons
from ginseng_rd.chemistry.structures import StructureRefused, draw_svg, read_molecule, read_smiles
from ginseng_rd.chemistry.sugar_structures import find_position, find_sugars

BOND_LENGTH = 1.5


def test_a_structure_is_described_by_its_canonical_smiles_key_formula_and_molar_mass():
    structure = read_smiles("C(O)C")
    assert (structure.smiles, structure.inchikey, structure.formula) == ("CCO", "LFQSCWFLJHTTHZ-UHFFFAOYSA-N", "C2H6O")
    assert structure.molar_mass == pytest.approx(46.069, abs=1e-3)


def test_the_c20_epimers_of_rg3_have_different_keys_and_one_formula(compounds):
    fresh, other = (read_smiles(compounds[code].smiles) for code in ("Rg3", "20(R)-Rg3"))
    assert fresh.inchikey != other.inchikey
    assert fresh.formula == other.formula == "C42H72O13"


@pytest.mark.parametrize(
    ("smiles", "message"),
    [
        ("", "The structure '' was refused: it holds no atom."),
        (
            "C1CC",
            "The structure 'C1CC' was refused: it cannot be read as SMILES; "
            "look for a ring or bracket left open, or a mistyped atom.",
        ),
        (
            "CC(C)(C)(C)C",
            "The structure 'CC(C)(C)(C)C' was refused: Explicit valence for atom # 1 C, 5, is greater than permitted.",
        ),
    ],
)
def test_a_malformed_smiles_is_refused_in_a_plain_sentence(smiles, message):
    with pytest.raises(StructureRefused) as refusal:
        read_smiles(smiles)
    assert str(refusal.value) == message


def test_rdkit_is_silent_inside_the_room_and_speaks_again_outside(capfd):
    with pytest.raises(StructureRefused):
        read_smiles("C1CC")
    assert capfd.readouterr().err == ""
    Chem.MolFromSmiles("C1CC")
    assert "unclosed ring" in capfd.readouterr().err


def test_a_drawing_is_an_svg_element_of_the_asked_size(compounds):
    svg = draw_svg(compounds["Rb1"].smiles, width=400, height=300, legend="Rb1")
    assert svg.startswith("<svg")
    assert "width='400px' height='300px'" in svg


@pytest.fixture(scope="module")
def drawn() -> dict[str, tuple[Any, dict[int, int], Any]]:
    """Every packaged saponin as it is drawn: its molecule, its numbered carbons, its coordinates."""
    pictures = {}
    for compound in reference_compounds():
        molecule = read_molecule(Chem.MolToSmiles(read_molecule(compound.smiles)))
        if carbons := number_carbons(molecule):
            orient(molecule)
            pictures[compound.code] = molecule, carbons, molecule.GetConformer().GetPositions()[:, :2]
    return pictures


def test_all_saponins_are_drawn_with_rings_a_to_c_in_one_place(drawn):
    rings = {code: at[[carbons[n] for n in range(1, 15)]] for code, (_, carbons, at) in drawn.items()}
    assert len(rings) == 105
    for code, places in rings.items():
        np.testing.assert_allclose(places - places[0], rings["PPD"] - rings["PPD"][0], atol=1e-3, err_msg=code)


def test_ring_a_lies_lower_left_and_c17_upper_right(drawn):
    _, carbons, at = drawn["PPD"]
    assert (at[carbons[3]] < at[carbons[10]]).all()
    assert (at[carbons[10]] < at[carbons[17]]).all()
    assert (at[carbons[17]] < at[carbons[20]]).all()


def test_sugars_of_c3_stand_left_and_those_of_c20_above(drawn):
    for molecule, carbons, at in drawn.values():
        for root in find_sugars(molecule):
            position = find_position(molecule, carbons, root)
            carbon, carbon_1 = at[carbons[int(position[1:])]], at[root.carbon_1]
            assert position != "C3" or carbon_1[0] < carbon[0]
            assert position != "C20" or carbon_1[1] > carbon[1]
            assert position != "C6" or carbon_1[1] < carbon[1]


def test_no_two_atoms_of_a_drawn_saponin_lie_on_each_other(drawn):
    for code, (_, _, at) in drawn.items():
        apart = np.linalg.norm(at[:, None] - at[None], axis=2) + 9 * np.eye(len(at))
        assert apart.min() > 0.5 * BOND_LENGTH, code


def test_a_drawing_does_not_depend_on_how_the_smiles_is_written(compounds):
    molecule = Chem.MolFromSmiles(compounds["Rb1"].smiles)
    for seed in range(5):
        otherwise = Chem.MolToRandomSmilesVect(molecule, 1, randomSeed=seed)[0]
        assert draw_svg(otherwise) == draw_svg(compounds["Rb1"].smiles)


def test_what_is_no_saponin_is_drawn_too():
    assert draw_svg("CCO").startswith("<svg")


def test_the_drawn_coordinates_show_the_stereo_of_the_structure(drawn, compounds):
    """E and Z of the side chain too, which the fixed places could have bent over."""
    blocks = {code: Chem.MolToMolBlock(molecule) for code, (molecule, _, _) in drawn.items()}
    shown = {code: rdinchi.MolToInchiKey(Chem.MolFromMolBlock(block)) for code, block in blocks.items()}
    full = [code for code in drawn if compounds[code].stereo_status in ("full", "inferred")]
    assert [code for code in full if shown[code] != compounds[code].inchikey] == []
    assert len(full) > 85
