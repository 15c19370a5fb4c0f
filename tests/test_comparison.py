"""Formulations side by side show what differs, and only that."""

import pytest

from ginseng_rd.errors import GinsengError, UnknownName

RECIPES = (
    "formulation,ingredient,role,share,unit",
    "F-1,Water,solvent,90.00,%",
    "F-1,EX-12,active,2.00,%",
    "F-1,Glycerin,humectant,8.00,%",
    "F-2,Water,solvent,87.95,%",
    "F-2,EX-12,active,4.05,%",
    "F-2,Glycerin,humectant,8.00,%",
    "F-3,Water,solvent,92.00,%",
    "F-3,Glycerin,humectant,8.00,%",
)
RESULTS = (
    "formulation,endpoint,value,unit,sd,n,outcome",
    "F-1,viscosity,12.5,Pa·s,0.4,3,",
    "F-2,viscosity,14000,mPa·s,,,",
    "F-3,viscosity,18000,mPa·s,500,3,",
    "F-1,one phase,1,0/1,,,",
    "F-2,one phase,1,0/1,,,",
    "F-3,one phase,0,0/1,,,",
    "F-1,feel,,,,,light",
    "F-2,feel,,,,,light",
    "F-3,feel,,,,,light",
)


@pytest.fixture
def creams(workspace, sheet_file):
    workspace.upload(sheet_file("r.csv", *RECIPES))
    workspace.upload(sheet_file("p.csv", *RESULTS))
    return workspace


def test_only_lines_that_differ_are_shown_with_marks_against_the_base(creams):
    found = creams.compare("F-1", "F-2", "F-3")
    assert found.recipe.loc["EX-12"].tolist() == ["2.00", "4.05 ▲", "– ▼"]
    assert list(found.recipe.index) == ["Water", "EX-12"]
    assert "Glycerin 8.00 %" in found.alike


def test_everything_is_shown_when_asked_for(creams):
    assert "Glycerin" in creams.compare("F-1", "F-2", everything=True).recipe.index


def test_results_stand_in_one_unit_with_their_spread_and_number(creams):
    found = creams.compare("F-1", "F-2", "F-3")
    shown = ["12500 ± 400 mPa·s (n = 3)", "14000 mPa·s ▲", "18000 ± 500 mPa·s (n = 3) ▲"]
    assert found.results.loc["viscosity"].tolist() == shown
    assert found.results.loc["one phase"].tolist() == ["yes", "yes", "no"]
    assert "feel light" in found.alike


def test_the_first_formulation_named_is_the_base(creams):
    assert creams.compare("F-2", "F-1").recipe.loc["EX-12"].tolist() == ["4.05", "2.00 ▼"]


def test_shares_are_exact_decimals(creams):
    assert str(creams.compare("F-1", "F-2").formulations["F-2"].share_of("EX-12")) == "4.05"


def test_an_unknown_code_answers_with_the_nearest(creams):
    with pytest.raises(UnknownName, match=r"There is no formulation 'F-9'. Did you mean"):
        creams.compare("F-1", "F-9")


@pytest.mark.parametrize("codes", [("F-1",), ("F-1", "F-1"), tuple(f"F-{n}" for n in range(51))])
def test_two_to_fifty_different_formulations_are_compared(creams, codes):
    with pytest.raises(GinsengError, match="2 to 50 different formulations"):
        creams.compare(*codes)


def test_real_and_invented_formulations_are_not_put_side_by_side(creams, sheet_file):
    creams.upload(sheet_file("i.csv", RECIPES[0], "I-1,Water,solvent,100,%"), origin="invented")
    with pytest.raises(GinsengError, match="real and invented data are not put side by side"):
        creams.compare("F-1", "I-1")


def test_a_comparison_shows_itself_in_a_terminal_and_a_notebook(creams):
    found = creams.compare("F-1", "F-2")
    assert "4.05 ▲" in str(found)
    assert "<table" in found._repr_html_()
    assert len(found.plot().data) == 2


def test_a_difference_of_replicates_is_told_in_a_sentence_with_its_interval(creams):
    found = creams.compare("F-1", "F-2", "F-3")
    (difference,) = found.differences
    # Welch and pooled variance agree here: equal numbers. By hand: 5500 ± t(4) * sqrt((400² + 500²) / 3).
    assert (difference.estimate.low, difference.estimate.high) == pytest.approx((4473.6, 6526.4), abs=0.1)
    assert str(difference).startswith(
        "viscosity: F-3 is 5500 mPa·s higher than F-1 (95 % 4474 to 6526), n = 3, p < 0.0"
    )


def test_a_korean_reader_is_shown_korean(creams, monkeypatch):
    monkeypatch.setenv("GINSENG_RD_LANGUAGE", "ko")
    found = creams.compare("F-1", "F-3")
    assert "처방, % w/w" in str(found)
    assert "F-3이(가) F-1보다 5500 mPa·s 높음" in str(found)
