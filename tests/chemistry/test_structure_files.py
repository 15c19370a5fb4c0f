import csv
import io
from dataclasses import fields

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdkit import Chem

from ginseng_rd.chemistry.compounds import Compound, reference_compounds
from ginseng_rd.chemistry.registration import CompoundRegister
from ginseng_rd.chemistry.structure_files import write_compounds_csv, write_sdf
from ginseng_rd.errors import Severity
from ginseng_rd.labfiles import judge, read_lab_file
from ginseng_rd.upload.compounds import draft_compounds


def read_sdf(data: bytes):
    """Return what an SD file gives to be registered, read the way an upload reads it, and what is told of it."""
    lab_file = read_lab_file("compounds.sdf", data, is_compound=lambda _: False)
    (table,) = lab_file.tables
    part, findings = judge(table, code_of=str)
    return tuple(draft_compounds(table, part)), (*lab_file.findings, *findings)


ETHANOL = Chem.MolToMolBlock(Chem.MolFromSmiles("CCO"))


def record(*told, drawing=ETHANOL):
    return drawing + "".join(f">  <{name}>\n{text}\n\n" for name, text in told) + "$$$$\n"


def test_every_reference_compound_keeps_key_stereo_and_names_through_an_sdf():
    drafts, findings = read_sdf(write_sdf(reference_compounds()))
    read = [each.compound for each in CompoundRegister([]).judge_all(drafts)]
    assert findings == ()
    for before, after in zip(reference_compounds(), read, strict=True):
        assert (after.inchikey, after.formula) == (before.inchikey, before.formula)
        assert after.smiles == Chem.CanonSmiles(before.smiles)
        assert (after.code, after.name, after.korean_name) == (before.code, before.name, before.korean_name)
        assert (after.synonyms, after.cas) == (before.synonyms, before.cas)


def test_every_structure_of_the_shared_table_keeps_key_and_stereo_through_an_sdf(shared_structures):
    compounds = [
        Compound(code=code, name=code, molar_mass=1.0, smiles=text) for code, text in shared_structures.items()
    ]
    drafts, _ = read_sdf(write_sdf(compounds))
    for draft, smiles in zip(drafts, shared_structures.values(), strict=True):
        again = Chem.MolFromMolBlock(draft.drawing)
        assert Chem.MolToSmiles(again) == Chem.CanonSmiles(smiles)
        assert Chem.MolToInchiKey(again) == Chem.MolToInchiKey(Chem.MolFromSmiles(smiles))


WORDS = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=12)


@settings(deadline=None)
@given(code=WORDS, name=WORDS, synonyms=st.lists(WORDS.filter(lambda text: ";" not in text), unique=True))
def test_names_of_any_letters_come_back_from_an_sdf(code, name, synonyms):
    compound = Compound(code=code, name=name, molar_mass=46.07, synonyms=tuple(synonyms), smiles="CCO")
    (draft,), findings = read_sdf(write_sdf([compound]))
    assert (draft.code, draft.name, draft.synonyms) == (code, name, tuple(synonyms))
    assert findings == ()


def test_fields_are_known_by_their_usual_names_in_korean_and_english():
    sdf = record(
        ("화합물 코드", "HF-7"), ("Compound_Name", "Fraction 7"), ("한글명", "분획 7"), ("Synonyms", "f7; seven")
    )
    (draft,), _ = read_sdf(sdf.encode("cp949"))
    assert (draft.code, draft.name, draft.korean_name) == ("HF-7", "Fraction 7", "분획 7")
    assert draft.synonyms == ("f7", "seven")


def test_a_record_without_fields_is_named_by_its_first_line():
    (draft,), _ = read_sdf(("EtOH" + ETHANOL + "$$$$\n").encode())
    assert draft.code == "EtOH"


def test_a_single_structure_without_title_is_named_by_its_file():
    (table,) = read_lab_file("HY-7.mol", ETHANOL.encode(), is_compound=lambda _: False).tables
    part, findings = judge(table, code_of=str)
    (draft,) = draft_compounds(table, part)
    assert (draft.code, findings) == ("HY-7", ())


@pytest.mark.parametrize("title", ["", "EtOH"])
def test_a_molfile_with_or_without_a_title_keeps_its_lines(title):
    (draft,), _ = read_sdf(record(("code", "A"), drawing=title + ETHANOL).encode())
    (answer,) = CompoundRegister([]).judge_all([draft])
    assert answer.compound is not None
    assert answer.compound.smiles == "CCO"


@pytest.mark.parametrize("parted", ["", ">  <code>\nA\n"])
def test_structures_that_nothing_parts_are_not_taken_for_one(parted):
    _, (fault, *_) = read_sdf((f"A{ETHANOL}{parted}" + f"B{ETHANOL}" + f"C{ETHANOL}").encode())
    assert (fault.severity, fault.code) == (Severity.STOPS, "cut-file")
    assert fault.found == "a second structure in the record that begins in line 1"


def test_a_record_cut_off_is_told_with_its_line():
    whole = record(("code", "A"))
    drafts, (first, *_) = read_sdf((whole + ETHANOL[:60]).encode())
    assert ([draft.code for draft in drafts], first.code, first.place.row) == (["A"], "cut-file", 15)


def test_a_text_that_a_spreadsheet_would_calculate_is_written_as_text():
    compound = Compound(code="A", name='=HYPERLINK("http://x")', molar_mass=46.07, synonyms=("+1", "@x"), notes="-2")
    head, row = csv.reader(io.StringIO(write_compounds_csv([compound]).decode("utf-8-sig")))
    written = dict(zip(head, row, strict=True))
    assert list(written) == [field.name for field in fields(Compound)]
    assert (written["name"], written["notes"]) == ('\'=HYPERLINK("http://x")', "'-2")
    assert written["synonyms"] == "'+1;@x"
