import csv
import subprocess
import sys
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ginseng_rd.chemistry.aglycones import AGLYCONES
from ginseng_rd.chemistry.compounds import reference_compounds
from ginseng_rd.chemistry.glycosides import (
    POSITIONS,
    ChainRefused,
    Glycoside,
    Residue,
    SugarChain,
    glycoside_of,
    read_cells,
    read_chain,
)
from ginseng_rd.chemistry.structures import StructureRefused, read_smiles
from ginseng_rd.chemistry.sugar_structures import build_smiles, read_glycoside

CELLS = ("sugar_c3", "sugar_c6", "sugar_c20", "sugar_other")
BUILT_ON = (
    "PPD", "20(R)-PPD", "PPT", "PPD 20(21)-ene", "PPT 20(22)E-ene", "PPT 20(22)Z-ene", "Oleanolic acid",
    "ocotillol 24R",
)  # fmt: skip
SUGARS = ("Glc", "GlcA", "Xyl", "Arap", "Araf", "Rha")


@pytest.fixture(scope="module")
def collected(reference_data) -> list[dict[str, str]]:
    """The rows of all collected saponins and aglycones, packaged or not."""
    with (reference_data / "reference" / "compounds.csv").open(encoding="utf-8-sig", newline="") as lines:
        return [row for row in csv.DictReader(lines) if row["family"] != "reference active"]


def residues() -> st.SearchStrategy[Residue]:
    """Any sugar, with branches on some of its oxygens and esters on others."""
    bare = st.sampled_from(SUGARS).map(Residue)
    return st.recursive(bare, _carrying, max_leaves=6)


def _carrying(inner: st.SearchStrategy[Residue]) -> st.SearchStrategy[Residue]:
    @st.composite
    def draw_one(draw):
        sugar = draw(st.sampled_from(SUGARS))
        free = [at for at in POSITIONS[sugar] if (sugar, at) != ("GlcA", 6)]
        chosen = sorted(draw(st.sets(st.sampled_from(free), max_size=3)))
        cut = draw(st.integers(0, len(chosen)))
        esters = tuple((at, draw(st.sampled_from(["Ac", "Mal", "O-(E)-but-2-enoyl"]))) for at in chosen[:cut])
        return Residue(sugar, esters, tuple((at, draw(inner)) for at in chosen[cut:]))

    return draw_one()


@st.composite
def glycosides(draw):
    aglycone = AGLYCONES[draw(st.sampled_from(BUILT_ON))]
    carrying = sorted(draw(st.sets(st.sampled_from(aglycone.positions), max_size=2)), key=lambda p: int(p[1:]))
    return Glycoside(aglycone, tuple((position, SugarChain(draw(residues()))) for position in carrying))


@given(residues())
def test_a_chain_written_and_read_is_the_same(root):
    chain = SugarChain(root)
    assert read_chain(str(chain)) == chain


def test_every_chain_of_the_table_is_written_as_it_was_read():
    said = [getattr(c, cell) for c in reference_compounds() for cell in CELLS[:3] if getattr(c, cell)]
    chains = [text for text in said if not text.startswith("none (")]
    assert [str(read_chain(text)) for text in chains] == chains
    assert len(chains) > 150


def test_every_glycoside_of_the_table_is_written_as_it_was_read():
    described = {c.code: (c, g) for c in reference_compounds() if c.family != "aglycone" and (g := glycoside_of(c))}
    assert {code: g.cells() for code, (_, g) in described.items()} == {
        code: {cell: getattr(c, cell) for cell in CELLS} for code, (c, _) in described.items()
    }
    assert len(described) == 88


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "A sugar was expected at ''"),
        ("Glu(1-2)Glc", "A sugar was expected at 'Glu(1-2)Glc'"),
        ("Glc(1-5)Glc", "Glc has no free oxygen 5"),
        ("Glc(1-2)[Xyl(1-2)]Glc", "Two groups stand on one oxygen of Glc"),
        ("Glc(1-2)[Xyl]Glc", "A square bracket holds one branch"),
        ("[Xyl(1-6)]Glc", "A sugar was expected at '[Xyl(1-6)]Glc'"),
        ("Glc(1-2)", "is left over"),
        ("Glc Xyl", "' Xyl' is left over"),
        ("(6-Me)Glc", "'Me' cannot stand on oxygen 6 of Glc"),
    ],
)
def test_a_chain_that_cannot_be_is_refused_with_what_is_wrong(text, said):
    with pytest.raises(ChainRefused) as refusal:
        read_chain(text)
    assert said in str(refusal.value)
    assert f"The sugar chain '{text}' was refused" in str(refusal.value)


def test_a_sugar_stands_only_where_the_aglycone_has_an_oxygen():
    with pytest.raises(ChainRefused, match="PPD carries no sugar at C6"):
        read_cells("PPD", sugar_c3="Glc", sugar_c6="Glc")


def test_sugars_are_counted_over_all_chains(compounds):
    assert glycoside_of(compounds["Ra1"]).sugars() == Counter(Glc=3, Xyl=1, Arap=1)


@settings(max_examples=60, deadline=None)
@given(glycosides())
def test_a_structure_built_from_chains_shows_the_same_chains(glycoside):
    assert read_glycoside(build_smiles(glycoside)) == glycoside


def test_every_full_stereo_structure_taken_apart_and_built_again_is_itself(collected):
    full = [row for row in collected if row["stereo_status"] == "full"]
    built = {row["compound_id"]: read_smiles(build_smiles(read_glycoside(row["smiles"]))).inchikey for row in full}
    assert built == {row["compound_id"]: row["inchikey"] for row in full}
    assert len(full) == 72


def test_aglycone_and_written_chains_give_the_published_key_of_all_62_confirmed_compounds(collected):
    confirmed = [row for row in collected if row["constructed_check"].startswith("equals a published")]
    keys = {row["compound_id"]: read_smiles(build_smiles(_with_written_chains(row))).inchikey for row in confirmed}
    assert keys == {row["compound_id"]: row["inchikey"] for row in confirmed}
    assert len(confirmed) == 62


def _with_written_chains(row: dict[str, str]) -> Glycoside:
    """The aglycone as the structure shows it, the chains as the table writes them."""
    written = {position: row[f"sugar_{position}"].partition(" (")[0] for position in ("C3", "C6", "C20")}
    written["C28"] = "Glc" if row["sugar_other"] == "C28: Glc ester" else ""
    chains = {position: read_chain(text) for position, text in written.items() if text}
    return Glycoside(
        read_glycoside(row["smiles"]).aglycone, tuple((at, chain) for at, chain in chains.items() if chain)
    )


def test_names_of_aglycone_and_chains_alone_give_the_published_key_but_for_four(collected):
    """Rh3 and the two ocotillols are written without all their stereo; the deposited panaxatriol has C-6 inverted."""
    confirmed = {row["inchikey"] for row in collected if row["constructed_check"].startswith("equals a published")}
    stated = [c for c in reference_compounds() if c.inchikey in confirmed]
    apart = {c.code for c in stated if read_smiles(build_smiles(glycoside_of(c))).inchikey != c.inchikey}
    assert len(stated) == 62
    assert apart == {"Rh3", "Pseudoginsenoside F11", "Majonoside R1", "Panaxatriol"}


def test_chains_read_from_full_stereo_structures_are_those_of_the_table(collected):
    full = [row for row in collected if row["stereo_status"] == "full"]
    read = {row["compound_id"]: read_glycoside(row["smiles"]) for row in full}
    for row in full:
        for position in ("C3", "C6", "C20"):
            if written := row[f"sugar_{position}"].partition(" (")[0]:
                assert str(read[row["compound_id"]].chain(position)) == written


def test_a_flat_drawing_shows_only_what_kind_of_sugar_it_is(compounds):
    assert str(read_glycoside(compounds["Ra3"].smiles).chain("C20")) == "Penp(1-3)Hex(1-6)Hex"


@pytest.mark.parametrize("smiles", ["CCO", "OC[C@H]1OC(O)[C@H](O)[C@@H](O)[C@@H]1O"])
def test_what_is_no_saponin_is_refused(smiles):
    with pytest.raises(StructureRefused, match="neither a dammarane nor an oleanane"):
        read_glycoside(smiles)


def test_reading_the_notation_does_not_load_rdkit():
    program = (
        "import sys\n"
        "from ginseng_rd.chemistry.glycosides import read_chain\n"
        "assert str(read_chain('Xyl(1-4)Arap(1-6)Glc')) == 'Xyl(1-4)Arap(1-6)Glc'\n"
        "assert 'rdkit' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
