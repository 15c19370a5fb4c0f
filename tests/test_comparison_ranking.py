"""The order of the codes: by the team's desirability, or by who is beaten on everything."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ginseng_rd.comparison import Desire
from ginseng_rd.comparison.ranking import find_pareto, rank_by_desirability
from ginseng_rd.errors import GinsengError, UnknownName
from ginseng_rd.records.estimate import Estimate

FIGURES = {
    "cost": {"A": Estimate(100.0), "B": Estimate(80.0), "C": Estimate(120.0)},
    "Cutometer R2": {"A": Estimate(0.05, low=0.03, high=0.07), "B": Estimate(0.02), "C": Estimate(0.04)},
}


def test_desirability_is_the_weighted_geometric_mean_of_the_parts():
    desires = {"cost": Desire(None, 80, 180, weight=1), "Cutometer R2": Desire(0.0, 0.10, None, weight=3)}
    ranking = rank_by_desirability(FIGURES, ["A", "B", "C"], desires)
    # By hand: A has 0.8 and 0.5.
    assert ranking.scores["A"][1] == pytest.approx((0.8 * 0.5**3) ** 0.25)
    assert ranking.order == ("A", "C", "B")


def test_a_figure_with_an_interval_gives_a_range_of_desirability():
    ranking = rank_by_desirability(FIGURES, ["A", "B"], {"Cutometer R2": Desire(0.0, 0.10, None)})
    assert ranking.scores["A"] == pytest.approx((0.3, 0.5, 0.7))


def test_a_code_that_lacks_an_endpoint_is_not_ranked_by_a_guess():
    figures = {"gloss": {"A": Estimate(3.0)}}
    ranking = rank_by_desirability(figures, ["B", "A"], {"gloss": Desire(0, 5, None)})
    assert (ranking.order, ranking.scores["B"]) == (("A", "B"), None)


def test_an_unknown_endpoint_of_a_desire_answers_with_the_nearest():
    with pytest.raises(UnknownName, match="Did you mean 'Cutometer R2'"):
        rank_by_desirability(FIGURES, ["A"], {"Cutometer R3": Desire(0, 1, None)})


@pytest.mark.parametrize("bounds", [(None, 1.0, None), (2.0, 1.0, None), (0.0, 1.0, 0.5)])
def test_a_desire_runs_upwards_and_has_an_end(bounds):
    with pytest.raises(GinsengError, match="A desire"):
        Desire(*bounds)


@given(st.floats(-1e6, 1e6), st.floats(-100, 100), st.floats(0.1, 50), st.floats(0.1, 50))
def test_desirability_lies_between_nothing_and_one(value, target, below, above):
    assert 0 <= Desire(target - below, target, target + above).of(value) <= 1


def test_a_code_beaten_on_every_endpoint_is_named_with_what_beats_it():
    pareto = find_pareto(FIGURES, ["A", "B", "C"])
    assert pareto.front == ("A", "B")
    assert pareto.beaten_by["C"] == ("A",)


def test_without_two_endpoints_of_known_direction_nobody_is_said_to_be_beaten():
    assert find_pareto({"gloss": {"A": Estimate(1.0), "B": Estimate(2.0)}}, ["A", "B"]) is None
