import pytest
from rdkit import Chem

from ginseng_rd.chemistry.structures import StructureRefused, draw_svg, read_smiles


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
