import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdkit import Chem

from ginseng_rd.chemistry.compounds import Compound, reference_compounds
from ginseng_rd.chemistry.registration import Answer, CompoundDraft, CompoundRegister
from ginseng_rd.errors import Place, Severity
from ginseng_rd.words.korean import FORMS


@pytest.fixture(scope="module")
def register():
    return CompoundRegister(reference_compounds())


def own(drawing, code="HF-7", **names):
    return CompoundDraft(drawing, code=code, **names)


@settings(deadline=None)
@given(code=st.sampled_from(["Rb1", "Re", "20(R)-Rg3", "CK", "Ro", "Retinol"]), seed=st.integers(1, 10_000))
def test_the_same_structure_is_found_whatever_its_drawing(code, seed):
    known = {compound.code: compound for compound in reference_compounds()}[code]
    molecule = Chem.MolFromSmiles(known.smiles)
    (drawn,) = Chem.MolToRandomSmilesVect(molecule, 1, randomSeed=seed)
    answer = CompoundRegister([known]).judge(own(drawn))
    assert (answer.answer, answer.codes) == (Answer.SAME, (code,))


def test_a_known_structure_is_not_stored_again_and_its_new_names_are_kept(register, compounds):
    answer = register.judge(own(compounds["Rg3"].smiles, name="Our Rg3", synonyms=("Rg3", "lot 7 marker")))
    assert (str(answer), answer.questions) == ("same as Rg3", ())
    assert answer.compound == compounds["Rg3"]
    assert answer.new_names == ("HF-7", "Our Rg3", "lot 7 marker")


def test_an_inchi_and_a_molfile_find_the_same_compound(register, compounds):
    molecule = Chem.MolFromSmiles(compounds["20(R)-Rg3"].smiles)
    for drawing in (Chem.MolToInchi(molecule), Chem.MolToMolBlock(molecule), Chem.MolToV3KMolBlock(molecule)):
        assert str(register.judge(own(drawing))) == "same as 20(R)-Rg3"


def test_an_epimer_is_asked_about_and_never_merged(compounds):
    answer = CompoundRegister([compounds["Rg3"]]).judge(own(compounds["20(R)-Rg3"].smiles))
    assert (str(answer), answer.questions) == ("differs only in stereo from Rg3", ("other-stereo",))
    assert answer.compound.inchikey == compounds["20(R)-Rg3"].inchikey


def test_a_flat_drawing_is_asked_about_with_every_isomer_it_may_be(register, compounds):
    answer = register.judge(own(Chem.CanonSmiles(compounds["Rg3"].smiles, useChiral=0)))
    assert (str(answer), answer.questions) == ("flat or partial drawing of Rg3, 20(R)-Rg3", ("flat-drawing",))
    assert answer.compound.stereo_status == "flat"


def test_a_stereo_drawing_does_not_take_the_place_of_a_flat_one(compounds):
    flat = CompoundRegister([]).judge(own(Chem.CanonSmiles(compounds["CK"].smiles, useChiral=0), "flat")).compound
    answer = CompoundRegister([flat]).judge(own(compounds["CK"].smiles))
    assert (str(answer), answer.questions) == ("differs only in stereo from flat", ("other-stereo",))


def test_the_same_flat_drawing_twice_is_the_same_only_while_no_isomer_is_known(compounds):
    drawing = Chem.CanonSmiles(compounds["Rg3"].smiles, useChiral=0)
    flat = CompoundRegister([]).judge(own(drawing, "flat")).compound
    assert str(CompoundRegister([flat]).judge(own(drawing))) == "same as flat"
    asked = CompoundRegister([flat, compounds["Rg3"]]).judge(own(drawing))
    assert str(asked) == "flat or partial drawing of flat, Rg3"


@pytest.mark.parametrize(
    ("drawing", "answer"),
    [
        ("CN(C)C(=N)N=C(N)N.Cl", "salt or free form of Metformin"),
        ("[2H]C([2H])([2H])N(C)C(=N)N=C(N)N", "labelled form of Metformin"),
        ("CCCCCCCCCCCCCCCCCC(=O)O", "new"),
    ],
)
def test_a_salt_a_labelled_form_and_a_new_compound_ask_nothing(register, drawing, answer):
    registration = register.judge(own(drawing))
    assert (str(registration), registration.questions) == (answer, ())
    assert registration.compound.code == "HF-7"


def test_two_salts_of_one_substance_stay_apart():
    free, salt = CompoundRegister([]).judge_all([own("CCN", "A"), own("CCN.Cl", "B")])
    assert str(salt) == "salt or free form of A"
    assert salt.compound.molar_mass == pytest.approx(free.compound.molar_mass + 36.46, abs=0.01)
    assert salt.compound.notes == "as HCl"


def test_a_tautomer_is_asked_about():
    first = CompoundRegister([]).judge(own("CC(=O)CC(C)=O", "A")).compound
    asked = CompoundRegister([first]).judge(own("CC(O)=CC(C)=O", "B"))
    assert (str(asked), asked.questions) == ("tautomer of A", ("other-tautomer",))


@pytest.mark.parametrize("answer", [answer for answer in Answer if answer not in (Answer.NEW, Answer.REFUSED)])
def test_every_relation_can_be_told_in_korean(compounds, answer):
    drawings = {
        Answer.SAME: compounds["Rg3"].smiles,
        Answer.SALT: f"{compounds['Metformin'].smiles}.Cl",
        Answer.LABELLED: "[2H]C([2H])([2H])N(C)C(=N)N=C(N)N",
        Answer.STEREO: compounds["20(R)-Rg3"].smiles,
        Answer.FLAT: Chem.CanonSmiles(compounds["Rg3"].smiles, useChiral=0),
        Answer.TAUTOMER: "CC(O)=CC(C)=O",
    }
    acetylacetone = Compound(code="acac", name="acac", molar_mass=100.0, smiles="CC(=O)CC(C)=O")
    register = CompoundRegister([compounds["Rg3"], compounds["Metformin"], acetylacetone])
    judged = register.judge(own(drawings[answer]))
    assert judged.answer is answer
    assert {finding.code for finding in judged.findings} <= set(FORMS)


def test_records_of_one_file_are_judged_against_each_other(register):
    first, second = register.judge_all([own("CCCCCCCCO", "A"), own("OCCCCCCCC", "B")])
    assert (str(first), str(second)) == ("new", "same as A")
    assert str(register.judge(own("CCCCCCCCO", "A"))) == "new"


def test_a_name_that_another_compound_has_stops_the_registration(register, compounds):
    answer = register.judge(CompoundDraft("CCCCCCCCO", code="HF-7", name="진세노사이드 Rb1", place=Place(row=3)))
    (finding,) = answer.findings
    assert (answer.compound, finding.severity) == (None, Severity.STOPS)
    assert str(finding) == (
        "row 3: found '진세노사이드 Rb1', a name of 'Rb1', expected a name of its own. Correct the drawing or the name."
    )


def test_a_structure_under_the_name_of_another_compound_is_a_fault(register, compounds):
    answer = register.judge(own(compounds["Rb1"].smiles, code="Rg1"))
    assert [f.code for f in answer.findings if f.severity is Severity.STOPS] == ["name-taken"]


@pytest.mark.parametrize(
    ("draft", "code"),
    [
        (CompoundDraft("CCCCCCCCO"), "compound-without-code"),
        (CompoundDraft("C1CC", code="A"), "structure-unreadable"),
        (CompoundDraft("CCCCCCCCO", code="A", cas="111-87-6"), "compound-refused"),
    ],
)
def test_what_cannot_be_stored_has_no_compound(register, draft, code):
    answer = register.judge(draft)
    assert answer.compound is None
    assert [f.code for f in answer.findings if f.severity is Severity.STOPS] == [code]


def test_a_name_that_only_the_epimer_rule_makes_double_is_a_fault_and_no_crash(compounds):
    plain = CompoundRegister([]).judge(own("CCCCCCCCO", "Rx9")).compound
    answer = CompoundRegister([plain]).judge(own("CCCCCCCCCO", "20(S)-Rx9"))
    assert answer.compound is None
    assert "claim the name '20(S)-Rx9'" in answer.findings[-1].found


def test_a_known_compound_without_key_is_known_by_its_structure():
    known = Compound(code="old", name="old", molar_mass=46.07, smiles="OCC")
    assert str(CompoundRegister([known]).judge(own("CCO"))) == "same as old"
