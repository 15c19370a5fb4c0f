"""Known endpoints answer to their names and stay within what they can be."""

import pytest

from ginseng_rd.records.endpoints import ENDPOINTS, find_endpoint
from ginseng_rd.units import QUANTITIES

UNITS = {quantity.unit for quantity in QUANTITIES.values()}


@pytest.mark.parametrize("name", ["Cutometer R2", "cutometer-r2", "R2", "큐토미터 R2", "총탄력 (R2)"])
def test_an_endpoint_answers_to_its_names(name):
    assert find_endpoint(name).name == "Cutometer R2"


def test_no_name_stands_for_two_endpoints():
    names = [n.casefold() for e in ENDPOINTS for n in (e.name, e.korean, *e.synonyms)]
    assert len(names) == len(set(names))
    assert all(find_endpoint(e.name) is e for e in ENDPOINTS)


def test_every_unit_of_an_endpoint_is_one_that_readings_are_kept_in():
    assert {e.unit for e in ENDPOINTS} <= UNITS


SKIN = "trial,subject,arm,visit_week,endpoint,value,unit"


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ("Cutometer R2,71,ratio", "0 to 1.2 ratio"),
        ("코니오미터,1450,a.u.", "0 to 130 a.u."),
        ("TEWL,12,a.u.", "TEWL in g/m²/h"),
    ],
)
def test_a_reading_that_its_endpoint_cannot_give_is_asked_about(workspace, sheet_file, cells, expected):
    found = workspace.check(sheet_file("skin.csv", SKIN, f"T-1,1,A,0,{cells}")).findings
    (finding,) = (f for f in found if f.code == "outside-its-endpoint")
    assert (finding.place.row, finding.expected) == (2, expected)


def test_what_an_endpoint_can_be_and_one_nobody_knows_go_through(workspace, sheet_file):
    rows = ("T-1,1,A,0,Cutometer R2,0.71,ratio", "T-1,1,A,0,glow,99999,score")
    assert workspace.check(sheet_file("skin.csv", SKIN, *rows)).findings == ()
