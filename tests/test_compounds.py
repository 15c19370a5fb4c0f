"""The compounds of a workspace: searched, converted, registered, written out."""

import pytest

from ginseng_rd.errors import GinsengError, LabFileRejected, UnknownName

ESTER = "CCCCCCCC(=O)OCC"


def test_the_way_from_rb1_to_compound_k_is_found_under_any_names(workspace):
    route = workspace.compounds.route("진세노사이드 Rb1", "화합물 K")
    assert [step.product for step in route.ways[0]] == ["Rd", "F2", "CK"]
    assert route.is_reported


def test_what_one_step_makes_of_a_compound_is_named(workspace):
    made = {p.code for p in workspace.compounds.products("Rd") if p.code}
    assert {"F2", "Rg3"} <= made


def test_own_compounds_are_found_by_structure_beside_the_reference(workspace):
    workspace.register(ESTER, code="HY-1", name="Ethyl octanoate")
    assert workspace.compounds.index.by_structure("O(CC)C(CCCCCCC)=O").codes == ("HY-1",)
    assert (
        workspace.compounds["Rb1"].code
        in workspace.compounds.index.by_mass(1131.5922, ppm=5, adducts=["[M+Na]+"]).codes
    )


def test_an_index_kept_in_the_workspace_is_read_again_and_a_damaged_one_made_anew(workspace):
    before = workspace.compounds.index.by_family("PPD").codes
    (kept,) = (workspace.folder / "cache").glob("compounds-*.npz")
    kept.write_bytes(b"damaged")
    workspace.register(ESTER, code="HY-1")
    workspace.withdraw("compound HY-1.csv", reason="a test")
    assert workspace.compounds.index.by_family("PPD").codes == before


def test_registering_the_same_structure_again_adds_a_name_only(workspace):
    workspace.register(ESTER, code="HY-1")
    workspace.register("O(CC)C(CCCCCCC)=O", code="HY-2", name="Caprylic ester")
    assert workspace.compounds["HY-2"].code == workspace.compounds["caprylic ester"].code == "HY-1"


def test_a_drawing_that_is_none_is_refused_in_words(workspace):
    with pytest.raises(LabFileRejected, match="compound HY-9"):
        workspace.register("C1CC", code="HY-9")


def test_features_are_computed_once_and_kept(workspace):
    first = workspace.compounds.features(["Rb1", "CK"])
    again = workspace.compounds.features(["CK", "Rb1"])
    assert (first.descriptors[::-1] == again.descriptors).all()
    assert first.descriptors.shape == (2, 217)


def test_compounds_are_written_out_and_a_file_is_never_overwritten(workspace, tmp_path):
    path = workspace.compounds.save(tmp_path / "all.sdf")
    with_structure = sum(bool(compound.smiles) for compound in workspace.compounds)
    assert path.read_text("utf-8").count("$$$$") == with_structure
    with pytest.raises(GinsengError, match="There is a file"):
        workspace.compounds.save(path)
    with pytest.raises(GinsengError, match=r"\.sdf or \.csv"):
        workspace.compounds.save(tmp_path / "all.xlsx")


def test_what_was_written_out_is_known_again(workspace, tmp_path):
    path = workspace.compounds.save(tmp_path / "all.sdf")
    findings = workspace.check(path).findings
    assert {f.code for f in findings if f.severity == "stops"} == set()


def test_the_molar_balance_of_an_extract_says_what_is_missing(workspace):
    with pytest.raises(UnknownName):
        workspace.molar_balance("EX-404")
