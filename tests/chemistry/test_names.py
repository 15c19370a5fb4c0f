import subprocess
import sys

import pytest

from ginseng_rd.chemistry.compounds import Compound
from ginseng_rd.chemistry.names import CompoundNames
from ginseng_rd.errors import RecordRefused, UnknownName

RG3_FULL_WIDTH = "\uff32\uff47\uff13"

WRITTEN = {
    "Rg3": [
        "Rg3", "rg3", " RG3 ", "Rg-3", RG3_FULL_WIDTH, "G-Rg3", "g rg3", "ginsenoside Rg3", "Ginsenoside-Rg3",
        "Ginsenoside_Rg3", "진세노사이드 Rg3", "진세노사이드Rg3", "진세노사이드-Rg3", "20(S)-진세노사이드 Rg3",
        "20(S)-Rg3", "20 (S)-Rg3", "20S-Rg3", "(20S)-Rg3", "Rg3(S)", "ginsenoside-rg3-20s",
        "GRg3", "20-S-Rg3", "20 S Rg3", "20SRg3", "S-Rg3", "(S)-Rg3", "Rg3-S", "진세노사이드 알지3", "알지3",
        "진세노싸이드 Rg3", "Rg3 (진세노사이드)", "20(S)-Rg3 (ginsenoside)", "GS-Rg3", "Rg₃",
    ],
    "20(R)-Rg3": [
        "20(R)-Rg3", "20R-Rg3", "Rg3(R)", "R-Rg3", "Rg3 R", "G-Rg3(R)", "(20R)-ginsenoside Rg3",
        "ginsenoside-rg3-20r", "20(R)-진세노사이드 Rg3",
    ],
    "CK": [
        "CK", "C-K", "compound K", "Compound-K", "ginsenoside CK", "ginsenoside compound K",
        "화합물 K", "컴파운드 K", "컴파운드K", "컴파운드케이", "씨케이", "화합물 케이", "G-CK", "GCK", "Cmpd K",
        "Comp. K", "compound K (CK)", "화합물 K (CK)",
    ],
    "m-Rb1": [
        "m-Rb1", "mRb1", "malonyl-Rb1", "malonyl ginsenoside Rb1", "Malonyl-G-Rb1",
        "말로닐진세노사이드 Rb1", "말로닐 Rb1",
    ],
    "Rg1": ["RG1", "ginsenoside Rg1", "진세노사이드 Rg1"],
    "PPD": ["PPD", "aPPD", "20S-PPD", "Protopanaxadiol", "protopanaxadiol-20s", "프로토파낙사디올"],
    "Notoginsenoside R1": ["notoginsenoside R1", "Notoginsenoside-R1", "노토진세노사이드 R1", "NG-R1"],
    "Gypenoside XVII": ["gypenoside xvii", "지페노사이드 XVII"],
    "alpha-Tocopherol": ["α-tocopherol", "Vitamin E", "알파-토코페롤"],
    "Retinol": ["retinol", "레티놀"],
}  # fmt: skip


@pytest.mark.parametrize(("text", "code"), [(text, code) for code, texts in WRITTEN.items() for text in texts])
def test_a_name_is_understood_as_people_write_it(names, text, code):
    assert names.code_of(text) == code


def test_every_packaged_name_leads_to_its_own_compound(names, compounds):
    for compound in compounds.values():
        written = (compound.code, compound.name, compound.korean_name or compound.code, *compound.synonyms)
        assert {names.code_of(name) for name in written} == {compound.code}


@pytest.mark.parametrize(
    ("text", "nearest"),
    [("Rgl", "Rg1"), ("RgI", "Rg1"), ("ginsenoside Rgl", "Ginsenoside Rg1"), ("진세노사이드 Rgl", "진세노사이드 Rg1")],
)
def test_a_letter_in_place_of_a_digit_is_unknown_and_the_look_alike_is_named(names, text, nearest):
    with pytest.raises(UnknownName) as refusal:
        names.code_of(text)
    assert refusal.value.nearest == [nearest]


@pytest.mark.parametrize(
    "text", ["", "Rg", "Rg33", "C", "A2", "Y", "R1", "20(R)-Rb1", "20(S)-retinol", "total", "Rg3 (Rb1)", "rg3s", "오이"]
)
def test_a_text_that_names_nothing_or_too_little_is_unknown(names, text):
    assert not names.knows(text)


def test_the_message_for_an_unknown_name_offers_the_nearest(names):
    with pytest.raises(UnknownName) as refusal:
        names.code_of("Rgl")
    assert str(refusal.value) == "There is no compound 'Rgl'. Did you mean 'Rg1'?"


@pytest.mark.parametrize(
    ("text", "nearest"),
    [
        ("gensenoside Rg3", ["Ginsenoside Rg3"]),
        ("진세노이드 Rg3", ["진세노사이드 Rg3"]),
    ],
)
def test_a_misspelt_kind_leads_to_the_name_that_stands_beside_it(names, text, nearest):
    with pytest.raises(UnknownName) as refusal:
        names.code_of(text)
    assert refusal.value.nearest == nearest


def test_a_labs_own_compound_joins_the_names(compounds):
    names = CompoundNames(compounds.values())
    names.add(Compound(code="HF-7", name="Hydrolysed fraction 7", molar_mass=784.0, korean_name="가수분해물 7"))
    assert names.code_of("hf7") == names.code_of("가수분해물7") == "HF-7"
    assert names.code_of("Rg3") == "Rg3"


def test_two_compounds_cannot_claim_one_name(compounds):
    own = Compound(code="HF-7", name="Hydrolysed fraction 7", molar_mass=784.0, synonyms=("20(S)-Rg3",))
    with pytest.raises(RecordRefused) as refusal:
        CompoundNames([*compounds.values(), own])
    assert str(refusal.value) == (
        "Two compounds claim the name '20(S)-Rg3': Rg3 (20(S)-Ginsenoside Rg3) and HF-7 (Hydrolysed fraction 7)."
    )


def test_two_compounds_cannot_have_one_code(compounds):
    own = Compound(code="Rg3", name="Our Rg3", molar_mass=785.02)
    with pytest.raises(RecordRefused, match="claim the name 'Rg3'"):
        CompoundNames([*compounds.values(), own])


def test_reading_compounds_and_names_does_not_load_rdkit():
    program = (
        "import sys\n"
        "from ginseng_rd.chemistry.compounds import reference_compounds\n"
        "from ginseng_rd.chemistry.names import CompoundNames\n"
        "assert CompoundNames(reference_compounds()).code_of('진세노사이드 Rg3') == 'Rg3'\n"
        "assert 'rdkit' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
