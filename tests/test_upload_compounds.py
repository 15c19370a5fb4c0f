"""A company's own compounds come in by the same door as everything else, and are known everywhere at once."""

import pytest
from rdkit import Chem

from ginseng_rd.errors import LabFileRejected, UnknownName

HEAD = "code,smiles,name"


def test_a_new_compound_is_known_to_everything_after_it(workspace, sheet_file):
    workspace.upload(sheet_file("own.csv", HEAD, "HY-1,CCCCCCCC(=O)OCC,Ethyl octanoate"))
    assert workspace.compounds["ethyl octanoate"].code == "HY-1"
    workspace.upload(sheet_file("c.csv", "sample,analyte,value,unit", "EX-1,HY-1,2.5,mg/g"))
    assert list(workspace.readings("content")["compound"]) == ["HY-1"]


def test_a_molfile_without_a_title_is_registered_like_any_other(workspace, tmp_path):
    drawing = Chem.MolToMolBlock(Chem.MolFromSmiles("CCCCCCCC(=O)OCC"))
    workspace.register(drawing, code="HY-1")
    assert workspace.compounds["HY-1"].formula == "C10H20O2"
    path = tmp_path / "HY-2.sdf"
    with Chem.SDWriter(str(path)) as writer:
        writer.write(Chem.MolFromSmiles("CCCCCCCCC(=O)OCC"))
    workspace.upload(path)
    assert workspace.compounds["HY-2"].formula == "C11H22O2"


def test_a_known_structure_gives_its_compound_one_more_name(workspace, sheet_file):
    rg3 = workspace.compounds["Rg3"]
    count = len(workspace.compounds)
    receipt = workspace.upload(sheet_file("own.csv", HEAD, f"HY-2,{rg3.smiles},our Rg3"))
    assert workspace.compounds["HY-2"].code == workspace.compounds["our Rg3"].code == rg3.code
    assert len(workspace.compounds) == count
    assert "the structure of" in str(receipt)


def test_an_epimer_is_asked_about_and_never_merged(workspace, sheet_file):
    flat = workspace.compounds["Rg3"].smiles.replace("@", "")
    path = sheet_file("own.csv", HEAD, f"HY-3,{flat},Rg3 as drawn")
    with pytest.raises(LabFileRejected, match="leaves open which of") as refusal:
        workspace.upload(path)
    workspace.upload(path, accept=[f.code for f in refusal.value.findings])
    assert workspace.compounds["HY-3"].stereo_status == "flat"


def test_what_is_withdrawn_is_no_longer_known(workspace, sheet_file):
    workspace.upload(sheet_file("own.csv", HEAD, "HY-1,CCCCCCCC(=O)OCC,Ethyl octanoate"))
    workspace.withdraw("own.csv", reason="another ester")
    with pytest.raises(UnknownName):
        workspace.compounds["HY-1"]


def test_every_bad_structure_of_a_file_is_named_at_once(workspace, sheet_file):
    path = sheet_file("own.csv", HEAD, "A,C1CC,ring left open", "B,CCO,ethanol", "C,[Fe]*,a metal with anything")
    with pytest.raises(LabFileRejected) as refusal:
        workspace.upload(path)
    assert {f.place.row for f in refusal.value.findings} == {2, 4}


def test_a_name_of_another_compound_is_refused(workspace, sheet_file):
    with pytest.raises(LabFileRejected, match="a name of"):
        workspace.upload(sheet_file("own.csv", HEAD, "Rg3,CCCCCCCC(=O)OCC,Ethyl octanoate"))
