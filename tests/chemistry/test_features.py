import numpy as np
import pytest
from rdkit import Chem, DataStructs
from rdkit.Chem import rdFingerprintGenerator

from ginseng_rd.chemistry.compounds import reference_compounds
from ginseng_rd.chemistry.features import (
    ecfp4,
    find_nearest,
    find_scaffolds,
    take_largest_fragment,
    tanimoto_similarity,
)
from ginseng_rd.chemistry.structures import StructureRefused


@pytest.fixture(scope="module")
def smiles() -> list[str]:
    return [compound.smiles for compound in reference_compounds()]


def test_malformed_smiles_are_carried_as_refused_and_the_others_kept():
    prints = ecfp4(["CCO", "C1CC", "", "c1ccccc1"], n_bits=1024)
    assert prints.kept.tolist() == [0, 3]
    assert prints.bits.shape == (2, 1024)
    assert prints.bits.dtype == np.uint8
    assert prints.refused[2] == "it holds no atom."
    assert set(prints.refused) == {1, 2}


def test_a_list_without_one_good_structure_gives_no_rows():
    assert ecfp4(["C1CC"]).bits.shape == (0, 2048)


def test_tanimoto_similarity_agrees_with_rdkit(smiles):
    generator = rdFingerprintGenerator.GetMorganGenerator(radius=2, fpSize=2048)
    theirs = [generator.GetFingerprint(Chem.MolFromSmiles(text)) for text in smiles]
    expected = [DataStructs.BulkTanimotoSimilarity(one, theirs) for one in theirs]
    bits = ecfp4(smiles).bits
    np.testing.assert_allclose(tanimoto_similarity(bits, bits), expected, atol=1e-6)


def test_two_empty_fingerprints_have_no_similarity():
    empty = np.zeros((1, 8), dtype=np.uint8)
    assert tanimoto_similarity(empty, empty) == 0


def test_the_nearest_known_structure_is_found_across_chunks():
    rng = np.random.default_rng(7)
    known = rng.integers(0, 2, size=(2500, 64), dtype=np.uint8)
    similarity, nearest = find_nearest(known, known, exclude_self=True)
    every = tanimoto_similarity(known, known)
    np.fill_diagonal(every, -1)
    np.testing.assert_array_equal(similarity, every.max(axis=1))
    np.testing.assert_array_equal(nearest, every.argmax(axis=1))


def test_a_known_structure_is_its_own_nearest_unless_left_out(compounds):
    bits = ecfp4([compounds[code].smiles for code in ("Rb1", "Re", "CK", "Retinol", "Retinal")]).bits
    similarity, nearest = find_nearest(bits, bits)
    assert (similarity == 1).all()
    assert nearest.tolist() == [0, 1, 2, 3, 4]
    assert find_nearest(bits, bits, exclude_self=True)[1][3:].tolist() == [4, 3]


def test_a_lone_structure_has_no_neighbour_but_itself(smiles):
    bits = ecfp4(smiles[:1]).bits
    with pytest.raises(ValueError, match="no neighbour"):
        find_nearest(bits, bits, exclude_self=True)


def test_the_scaffold_of_compound_k_is_its_four_rings_and_its_glucose_ring(compounds):
    (scaffold,) = find_scaffolds([compounds["CK"].smiles])
    assert Chem.MolFromSmiles(scaffold).GetRingInfo().NumRings() == 5
    assert "C=C" not in scaffold


def test_epimers_share_a_scaffold_and_chains_are_groups_of_their_own(compounds):
    fresh, other, ethanol, propanol = find_scaffolds(
        [compounds["Rg3"].smiles, compounds["20(R)-Rg3"].smiles, "OCC", "CCCO"]
    )
    assert fresh == other
    assert (ethanol, propanol) == ("CCO", "CCCO")


def test_a_scaffold_of_no_molecule_is_refused():
    with pytest.raises(StructureRefused):
        find_scaffolds(["CCO", "C1CC"])


def test_a_salt_is_modelled_without_its_counter_ion():
    assert take_largest_fragment("Cl.CN(C)C(=N)N=C(N)N") == take_largest_fragment("CN(C)C(=N)N=C(N)N")
