import re

import numpy as np
import pytest
from rdkit import Chem, DataStructs
from rdkit.Chem import rdFingerprintGenerator

from ginseng_rd.chemistry.compounds import Compound, reference_compounds
from ginseng_rd.chemistry.search import ADDUCTS, CompoundIndex, SearchRefused
from ginseng_rd.chemistry.search_columns import fingerprint_words
from ginseng_rd.errors import UnknownName
from tests.benchmarks.many_glycosides import many_glycosides


@pytest.fixture(scope="module")
def index():
    return CompoundIndex.build(reference_compounds())


def test_a_structure_is_found_from_any_drawing_of_it(index, compounds):
    molecule = Chem.MolFromSmiles(compounds["Rb1"].smiles)
    (drawn,) = Chem.MolToRandomSmilesVect(molecule, 1, randomSeed=3)
    for drawing in (drawn, Chem.MolToInchi(molecule), Chem.MolToMolBlock(molecule)):
        hits = index.by_structure(drawing)
        assert hits.codes == ("Rb1",)
        assert hits.table()["match"].tolist() == ["same"]


def test_a_flat_drawing_finds_its_isomers_and_says_that_they_differ(index, compounds):
    hits = index.by_structure(Chem.CanonSmiles(compounds["Rg3"].smiles, useChiral=0))
    assert hits.codes == ("Rg3", "20(R)-Rg3")
    assert set(hits.table()["match"]) == {"other stereo"}


def test_a_salt_finds_its_substance_and_the_substance_its_salts():
    salt = Compound(code="salt", name="salt", molar_mass=1.0, smiles="CCN.Cl")
    index = CompoundIndex.build([salt, Compound(code="free", name="free", molar_mass=1.0, smiles="CCN")])
    assert index.by_structure("NCC").codes == index.by_structure("[Cl-].CC[NH3+]").codes == ("salt", "free")


@pytest.mark.parametrize("pattern", ["C1=CC=CC=C1O", "[CX3](=O)[OX2H1]", "O[C@@H]1OC[C@H](O)[C@H](O)[C@H]1O"])
def test_substructures_are_those_that_a_walk_over_all_molecules_finds(index, compounds, pattern):
    query = Chem.MolFromSmarts(pattern) if "X" in pattern else Chem.MolFromSmiles(pattern)
    expected = [
        c.code for c in compounds.values() if Chem.MolFromSmiles(c.smiles).HasSubstructMatch(query, useChirality=True)
    ]
    assert list(index.by_substructure(pattern).codes) == expected != []


def test_a_substructure_search_that_ends_early_says_how_far_it_came(index):
    assert len(index.by_substructure("CO", most=3)) == 3
    assert index.by_substructure("CO", seconds=0.0).note == f"Only the first 0 of {len(index)} were looked through."


@pytest.mark.parametrize(("part", "same"), [("*~*", "C"), ("*", "C"), ("[C@H]", "C"), ("C1=CC=CC=C1*", "c1ccccc1C")])
def test_a_star_is_any_atom_and_an_open_bond_no_radical(index, part, same):
    assert set(index.by_substructure(part).codes) >= set(index.by_substructure(same).codes) != set()


@pytest.mark.parametrize("pattern", ["", "C1CC", "[", "*" * 3000, "C" * 200])
def test_a_pattern_that_is_none_is_refused(index, pattern):
    with pytest.raises(SearchRefused, match="not a SMARTS or SMILES"):
        index.by_substructure(pattern)


def test_similarities_are_those_of_rdkit(index, compounds):
    generator = rdFingerprintGenerator.GetMorganGenerator(radius=2, fpSize=2048)
    molecules = [Chem.MolFromSmiles(compound.smiles) for compound in compounds.values()]
    prints = [generator.GetFingerprint(molecule) for molecule in molecules]
    for row in (0, 40, len(molecules) - 1):
        ours = index.similarities(fingerprint_words(molecules[row]))
        np.testing.assert_allclose(ours, DataStructs.BulkTanimotoSimilarity(prints[row], prints), atol=1e-6)


def test_the_most_similar_compound_comes_first_with_its_similarity(index, compounds):
    hits = index.by_similarity(compounds["CK"].smiles, at_least=0.7, most=5)
    similarity = hits.table()["similarity"].tolist()
    assert (hits.codes[0], similarity[0], len(hits)) == ("CK", 1.0, 5)
    assert similarity == sorted(similarity, reverse=True)
    assert hits.note.startswith("The nearest 5 of ")


def test_names_are_found_whole_first_and_then_in_parts(index):
    assert index.by_name("진세노사이드 Rg3").codes[0] == "Rg3"
    assert index.by_name("rg3").codes == ("Rg3", "20(R)-Rg3")
    assert index.by_name("quercet").codes == ("Quercetin",)
    assert len(index.by_name(" - ")) == 0


def test_a_family_is_found_and_an_unknown_one_answers_with_the_nearest(index, compounds):
    expected = [code for code, compound in compounds.items() if compound.family == "PPT"]
    assert list(index.by_family("ppt").codes) == expected
    with pytest.raises(UnknownName, match="PPT"):
        index.by_family("PPTT")


# m/z of Rb1 ions as printed in the literature, to four places.
@pytest.mark.parametrize(
    ("mz", "adduct"), [(1107.5957, "[M-H]-"), (1153.6012, "[M+HCOO]-"), (1131.5922, "[M+Na]+"), (1126.6368, "[M+NH4]+")]
)
def test_an_ion_of_rb1_is_found_by_its_mass(index, mz, adduct):
    hits = index.by_mass(mz, ppm=2, adducts=tuple(ADDUCTS))
    assert "Rb1" in hits.codes
    assert {hit.measures["adduct"] for hit in hits} == {adduct}
    assert all(abs(hit.measures["error_ppm"]) <= 2 for hit in hits)


@pytest.mark.parametrize("asked", [{"ppm": -1}, {"adducts": []}, {"mass": 0.0}, {"mass": float("nan")}])
def test_a_mass_that_nothing_can_have_is_refused(index, asked):
    with pytest.raises(SearchRefused, match="A mass above 0"):
        index.by_mass(**{"mass": 1108.6, **asked})


def test_an_unknown_adduct_is_told(index):
    with pytest.raises(UnknownName, match=re.escape("[M+Na]+")):
        index.by_mass(500.0, adducts=["M+Na"])


@pytest.mark.parametrize(
    ("chain", "at", "found", "not_found"),
    [
        ("Rha", "", {"Re", "Rg2"}, {"Rb1", "Rg1"}),
        ("Glc(1-2)Glc", "C3", {"Rb1", "Rg3", "Rd"}, {"F2", "CK"}),
        ("Glc", "C20", {"CK", "Rb1", "Rg1"}, {"Rg3", "Rh1"}),
        ("none", "C3", {"CK", "Rg1"}, {"Rb1", "Rh2"}),
        ("Glc", "C28", {"Ro"}, {"Rb1"}),
    ],
)
def test_glycosides_are_found_by_their_sugars(index, chain, at, found, not_found):
    codes = set(index.by_sugar(chain, at=at).codes)
    assert found <= codes
    assert not not_found & codes


@pytest.mark.parametrize(("chain", "at"), [("Zzz", ""), ("Glc", "C7")])
def test_a_chain_or_position_that_does_not_exist_is_refused(index, chain, at):
    with pytest.raises(SearchRefused):
        index.by_sugar(chain, at=at)


def test_a_property_range_includes_its_ends_and_gives_the_lowest_first(index):
    values = index.by_property("heavy_atoms", 10, 12).table()["heavy_atoms"].tolist()
    assert values == sorted(values)
    assert (values[0], values[-1]) == (10, 12)
    with pytest.raises(UnknownName, match="logp"):
        index.by_property("logD")


def test_two_answers_are_combined_with_what_both_measured(index, compounds):
    hits = index.by_similarity(compounds["Rg3"].smiles, at_least=0.6) & index.by_sugar("none", at="C20")
    assert hits.codes[:2] == ("Rg3", "20(R)-Rg3")
    assert "F2" not in hits.codes
    assert hits.table().columns[-1] == "similarity"


def test_found_compounds_draw_themselves_in_a_notebook(index, compounds):
    page = index.by_structure(compounds["Rg3"].smiles)._repr_html_()
    assert page.count("<svg") == 1
    assert "<th>match</th>" in page
    assert "<svg" not in index.by_name("no such compound")._repr_html_()


def test_an_index_read_again_answers_the_same(index, compounds, tmp_path):
    index.save(tmp_path / "index.npz")
    again = CompoundIndex.load(tmp_path / "index.npz")
    assert again.compounds == index.compounds
    assert again.by_similarity(compounds["Re"].smiles) == index.by_similarity(compounds["Re"].smiles)
    assert again.by_substructure("C1OCCCC1").codes == index.by_substructure("C1OCCCC1").codes


def test_an_index_of_another_rdkit_is_refused(index, tmp_path, monkeypatch):
    index.save(tmp_path / "index.npz")
    monkeypatch.setattr("rdkit.__version__", "2020.03.1")
    with pytest.raises(SearchRefused, match=r"not 2020\.03\.1"):
        CompoundIndex.load(tmp_path / "index.npz")


def test_a_companys_own_compounds_are_searched_beside_the_reference_ones(index, compounds):
    own = Compound(code="HF-7", name="Our extract marker", molar_mass=1.0, smiles=compounds["Rb1"].smiles)
    nameless = Compound(code="HF-8", name="Fraction without structure", molar_mass=500.0)
    both = index.extended_by([own, nameless])
    assert both.by_structure(compounds["Rb1"].smiles).codes == ("Rb1", "HF-7")
    assert both.by_name("fraction without").codes == ("HF-8",)
    assert "HF-8" not in both.by_substructure("C").codes + both.by_property("rings").codes
    assert len(both) == len(index) + 2


def test_thousands_of_compounds_are_described_by_two_processes_as_by_one():
    numbers = [(a, b, c) for a in range(1, 14) for b in range(1, 14) for c in range(1, 14)]
    listed = [
        Compound(code=f"A-{a}-{b}-{c}", name="amino ether", molar_mass=1.0, smiles=f"{'C' * a}O{'C' * b}N{'C' * c}")
        for a, b, c in numbers
    ]
    told = []
    two = CompoundIndex.build(listed, workers=2, progress=lambda done, of: told.append((done, of)))
    assert told[-1] == (2197, 2197)
    assert sorted(told) == told
    assert two.by_structure("N(C)CCOCCC").codes == ("A-3-2-1",)
    one = CompoundIndex.build(listed[-100:], workers=1)
    assert one.by_property("logp").table()["logp"].tolist() == [
        hit.measures["logp"] for hit in two.by_property("logp") if hit.compound in one.compounds
    ]


def test_enumerated_glycosides_are_distinct_and_carry_the_chains_they_say():
    listed = many_glycosides(60)
    assert len({glycoside.smiles for glycoside in listed}) == 60
    index = CompoundIndex.build(listed)
    for glycoside in listed[:5]:
        assert index.by_structure(glycoside.smiles).codes == (glycoside.code,)
        assert glycoside.code in index.by_sugar(glycoside.sugar_c3, at="C3").codes
