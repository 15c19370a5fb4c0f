import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest

from ginseng_rd.chemistry.compounds import Compound, reference_compounds
from ginseng_rd.chemistry.structures import read_smiles
from ginseng_rd.errors import RecordRefused

ROOT = Path(__file__).resolve().parents[2]
PERMITTED = (
    "CC BY 4.0 (ChEBI)", "CC BY (MassBank)", "CC0 (MassBank)", "dl-de/by-2-0 (MassBank)", "MIT ",
    "PubChem record (public domain)", "constructed for this project",
)  # fmt: skip


def test_every_packaged_structure_may_be_used_commercially_without_share_alike():
    assert [c.code for c in reference_compounds() if not c.licence.startswith(PERMITTED)] == []


def test_every_packaged_code_is_unique():
    codes = [compound.code for compound in reference_compounds()]
    assert len(codes) == len(set(codes)) > 100


def test_formula_key_and_molar_mass_are_those_of_the_packaged_structure():
    for compound in reference_compounds():
        computed = read_smiles(compound.smiles)
        assert (compound.formula, compound.inchikey) == (computed.formula, computed.inchikey)
        assert compound.molar_mass == pytest.approx(computed.molar_mass, abs=5e-4)


def test_a_structure_built_by_the_project_says_so_and_how_far_it_was_confirmed(compounds):
    assert (compounds["Rb1"].structure_basis, compounds["Rb1"].structure_check) == ("published", "")
    assert compounds["m-Rb2"].stereo_status == "inferred"
    assert all(c.structure_check for c in compounds.values() if c.structure_basis == "constructed")


@pytest.mark.parametrize(
    ("code", "aglycone"),
    [
        ("Rb1", "PPD"),
        ("20(R)-Rg3", "20(R)-PPD"),
        ("Re", "PPT"),
        ("m-Rb1", "PPD"),
        ("Ro", "Oleanolic acid"),
        ("Rk1", ""),
    ],
)
def test_the_aglycone_is_what_is_left_without_sugars(compounds, code, aglycone):
    assert compounds[code].aglycone == aglycone


def test_every_aglycone_is_itself_in_the_table(compounds):
    assert {c.aglycone for c in compounds.values() if c.aglycone} <= set(compounds)


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ({"code": " "}, "needs a code and a name"),
        ({"molar_mass": 0.0}, "molar mass of 0.0 g/mol"),
        ({"molar_mass": float("nan")}, "molar mass of nan g/mol"),
        ({"stereo_status": "none"}, "stereo status"),
        ({"structure_basis": "guessed"}, "published or constructed"),
        ({"inchikey": "RWXIFXNRCLMQCD"}, "InChIKey"),
        ({"cas": "14197-60-6"}, "check digit"),
    ],
)
def test_a_compound_that_breaks_a_rule_is_never_made(fault, said):
    with pytest.raises(RecordRefused, match=said):
        Compound(**{"code": "Rg3", "name": "Ginsenoside Rg3", "molar_mass": 785.02} | fault)


def test_a_compound_prints_as_its_names_and_facts(compounds):
    assert str(compounds["Rg3"]).splitlines() == [
        "Rg3 · 20(S)-Ginsenoside Rg3 · 20(S)-진세노사이드 Rg3",
        "  synonyms    Rg3, 20S-Rg3",
        "  formula     C42H72O13",
        "  molar mass  785.02 g/mol",
        "  family      PPD",
        "  sugars      C-3 Glc(1-2)Glc, C-20 none",
        "  structure   full stereo, published",
    ]


def test_a_compound_draws_itself_in_a_notebook(compounds):
    page = compounds["Rg3"]._repr_html_()
    assert "<svg" in page
    assert "20(S)-진세노사이드 Rg3" in page


def test_a_compound_without_structure_still_shows_its_table():
    page = Compound(code="X", name="Fraction <X>", molar_mass=500.0)._repr_html_()
    assert "<svg" not in page
    assert "Fraction &lt;X&gt;" in page


def test_making_the_table_again_gives_the_same_bytes(reference_data, tmp_path):
    script = ROOT / "data" / "reference" / "make_reference.py"
    subprocess.run([sys.executable, script, reference_data / "reference", tmp_path], check=True, cwd=ROOT)
    packaged = files("ginseng_rd.chemistry").joinpath("reference")
    for name in ("compounds.csv", "conversions.csv", "SOURCES.md"):
        assert (tmp_path / name).read_bytes() == packaged.joinpath(name).read_bytes()
