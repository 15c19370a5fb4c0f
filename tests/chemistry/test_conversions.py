import csv
import importlib.util
import sys
from collections import Counter
from pathlib import Path

import pytest

from ginseng_rd.chemistry.conversions import SYNTHESES, Conversion, Kind, packaged_conversions, reported_conversions
from ginseng_rd.chemistry.reactions import carry_out, predict_products
from ginseng_rd.chemistry.routes import NoRoute, find_route, has_cycle, shortest_ways
from ginseng_rd.chemistry.structures import StructureRefused, read_smiles
from ginseng_rd.errors import RecordRefused

ROOT = Path(__file__).resolve().parents[2]
LOSSES = (Kind.HYDROLYSIS, Kind.CHAIN_LOSS, Kind.ESTER_LOSS, Kind.DEHYDRATION)


@pytest.fixture(scope="module")
def collected(reference_data) -> list[Conversion]:
    """All collected conversions, those that may not be packaged too, in the words of the package."""
    spec = importlib.util.spec_from_file_location("make_reference", ROOT / "data" / "reference" / "make_reference.py")
    maker = importlib.util.module_from_spec(spec)
    sys.modules["make_reference"] = maker
    spec.loader.exec_module(maker)
    with (reference_data / "reference" / "compounds.csv").open(encoding="utf-8-sig", newline="") as lines:
        codes = {row["compound_id"]: maker.code_of(row) for row in csv.DictReader(lines)}
    permitted, forbidden = maker.read_edges(reference_data / "reference", codes)
    return [*permitted, *forbidden]


def _agreement(conversion: Conversion, compounds) -> str:
    """How the product follows from the substrate's structure: by its whole key, by connectivity, or not."""
    substrate, product = compounds[conversion.substrate], compounds[conversion.product]
    made = carry_out(substrate.smiles, conversion.kind, conversion.site, conversion.group)
    keys = {read_smiles(smiles).inchikey for smiles in made}
    if product.inchikey in keys:
        return "whole key"
    is_partial = {substrate.stereo_status, product.stereo_status} & {"flat", "partial"}
    return "connectivity" if is_partial and product.inchikey[:14] in {key[:14] for key in keys} else "not"


def test_all_106_collected_conversions_follow_from_structures_alone(collected, compounds):
    """The two told by connectivity alone: the structure of m-Rb1, and that of F4, is drawn in part."""
    agreement = {str(c) + c.citation + str(n): _agreement(c, compounds) for n, c in enumerate(collected)}
    assert Counter(agreement.values()) == {"whole key": 104, "connectivity": 2}


def test_every_predicted_conversion_of_the_table_is_made_again(compounds):
    predicted = [c for c in packaged_conversions() if not c.is_reported and not c.notes][::7]
    assert {_agreement(c, compounds) for c in predicted} == {"whole key"}


@pytest.mark.parametrize(
    ("code", "kind", "products"),
    [
        ("Rb1", Kind.HYDROLYSIS, {"Rd", "Gypenoside XVII"}),
        ("Re", Kind.HYDROLYSIS, {"Rg1", "Rg2"}),
        ("Rb1", Kind.CHAIN_LOSS, {"Rg3", "Gypenoside LXXV"}),
        ("m-Rd", Kind.ESTER_LOSS, {"Rd"}),
        ("Rg3", Kind.DEHYDRATION, {"Rk1", "Rg5", "Rz1"}),
        ("Rg3", Kind.EPIMERISATION, {"20(R)-Rg3"}),
        ("Rk1", Kind.HYDRATION, {"Rg3", "20(R)-Rg3"}),
        ("Rd", Kind.GLYCOSYLATION, {"Rb1", "Rb2", "Rb3", "Rc"}),
        ("Dammarenediol-II", Kind.HYDROXYLATION, {"PPD"}),
        ("PPD", Kind.HYDROXYLATION, {"PPT"}),
        ("Ro", Kind.HYDROLYSIS, {"Chikusetsusaponin IVa", "Zingibroside R1"}),
        ("Rb1", Kind.DEHYDRATION, set()),
    ],
)
def test_one_reaction_of_one_kind_leads_to_the_known_compounds(compounds, code, kind, products):
    assert {made.code for made in predict_products(compounds[code], kind) if made.code} == products


def test_a_prediction_says_where_what_went_and_what_it_weighed(compounds):
    (made,) = predict_products(compounds["CK"].smiles, Kind.HYDROLYSIS)
    assert (made.site, made.group, made.code, made.formula) == ("C20", "Glc", "PPD", "C30H52O3")
    assert made.molar_mass_change == pytest.approx(-162.141, abs=2e-3)


def test_a_cyclised_aglycone_weighs_what_it_weighed(compounds):
    (made,) = predict_products(compounds["20(R)-PPD"], Kind.CYCLISATION)
    assert made.formula == compounds["20(R)-PPD"].formula
    assert read_smiles(made.smiles).inchikey[:14] == compounds["Panaxadiol"].inchikey[:14]


def test_what_is_no_saponin_has_no_predictions(compounds):
    with pytest.raises(StructureRefused, match="neither a dammarane nor an oleanane"):
        predict_products(compounds["Retinol"])


def test_every_packaged_conversion_balances_in_mass(compounds):
    water, masses = (
        18.015,
        {"Glc": 180.156, "Xyl": 150.13, "Arap": 150.13, "Araf": 150.13, "Rha": 164.157, "Mal": 104.06},
    )
    for c in reported_conversions():
        groups = [] if c.group == "H2O" else c.group.split("+")
        lost = sum(masses[group] - water for group in groups) + (water if c.group == "H2O" else 0)
        assert compounds[c.substrate].molar_mass - lost == pytest.approx(compounds[c.product].molar_mass, abs=0.01)


def test_no_conversion_that_loses_something_leads_back():
    losses = [c for c in packaged_conversions() if c.kind in LOSSES]
    assert len(losses) > 200
    assert not has_cycle(losses)


def test_a_cycle_is_seen():
    there = Conversion("CK", "F2", Kind.GLYCOSYLATION, "C3", "Glc", basis="predicted")
    back = Conversion("F2", "CK", Kind.HYDROLYSIS, "C3", "Glc", basis="predicted")
    assert has_cycle([there, back])
    assert not has_cycle([there])


def test_every_reported_conversion_is_cited_and_no_predicted_one():
    assert {(c.is_reported, bool(c.citation)) for c in packaged_conversions()} == {(True, True), (False, False)}


def test_no_conversion_from_a_restricted_collection_is_packaged():
    assert [c for c in packaged_conversions() if "MetaCyc" in c.citation or "KEGG" in c.citation] == []


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ({"product": "Rb1"}, "not converted into itself"),
        ({"basis": "guessed"}, "basis of a conversion"),
        ({"citation": ""}, "is cited"),
        ({"basis": "predicted"}, "is cited"),
    ],
)
def test_a_conversion_that_breaks_a_rule_is_never_made(fault, said):
    right = {
        "substrate": "Rb1",
        "product": "Rd",
        "kind": Kind.HYDROLYSIS,
        "site": "C20",
        "group": "Glc",
        "citation": "A",
    }
    with pytest.raises(RecordRefused, match=said):
        Conversion(**right | fault)


def test_the_reported_route_from_rb1_to_ck_stops_at_rd_and_f2():
    route = find_route("Rb1", "CK")
    assert [[step.product for step in way] for way in route.ways] == [["Rd", "F2", "CK"], ["CK"]]
    assert route.is_reported
    assert route.size == 3


def test_a_route_prints_its_ways_its_enzymes_and_whether_it_is_reported():
    lines = str(find_route("Rb1", "CK")).splitlines()
    assert lines[:4] == [
        "Rb1 (진세노사이드 Rb1) to CK (화합물 K): 3 reactions, reported",
        "  Rb1 > Rd > F2 > CK",
        "  Rb1 > CK",
        "Rb1 > Rd: -Glc (C20)",
    ]
    assert any("Leuconostoc citreum" in line and "pH 6.0, 30 °C" in line for line in lines)


def test_where_nothing_is_reported_predicted_steps_are_taken_and_marked():
    route = find_route("Notoginsenoside R4", "Rh2")
    assert not route.is_reported
    assert "in part predicted" in str(route)
    assert set(route.table()["basis"]) >= {"predicted"}
    assert all(c.kind not in SYNTHESES for step in route.steps for c in step.conversions)


def test_predicted_ways_can_be_asked_for_beside_reported_ones():
    products = {step.product for step in find_route("Rb1", "CK", with_predicted=True).steps}
    assert {"Rd", "Gypenoside XVII", "Gypenoside LXXV", "F2", "CK"} == products


def test_a_route_upwards_needs_a_synthesis():
    assert {c.kind for step in find_route("PPD", "Rd").steps for c in step.conversions} == {Kind.GLYCOSYLATION}


def test_between_families_there_is_no_route():
    with pytest.raises(NoRoute, match="leads from Ro to CK"):
        find_route("Ro", "CK")


def test_ways_of_equal_length_are_all_given():
    edges = [("A", "B"), ("B", "D"), ("A", "C"), ("C", "D"), ("D", "E"), ("A", "F"), ("F", "G"), ("G", "D")]
    conversions = [Conversion(a, b, Kind.HYDROLYSIS, "C3", "Glc", basis="predicted") for a, b in edges]
    ways = shortest_ways(conversions, "A", "E")
    assert [[step.product for step in way] for way in ways] == [["B", "D", "E"], ["C", "D", "E"]]


def test_a_route_draws_itself_with_names_in_both_languages():
    page = find_route("Rb1", "CK")._repr_html_()
    assert page.count("<rect") == 4
    assert "진세노사이드 F2" in page
    assert "-3 Glc (C3+C20)" in page


def test_a_predicted_arrow_is_dashed_and_a_reported_one_is_not():
    assert "stroke-dasharray" in find_route("Rh2", "PPD").svg()
    assert "stroke-dasharray" not in find_route("Rb1", "CK").svg()
