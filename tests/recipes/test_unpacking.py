"""A recipe is taken apart exactly, however deep it goes."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ginseng_rd.errors import RecordRefused
from ginseng_rd.recipes.unpacking import Material, unpack
from ginseng_rd.records.formulation import Formulation, Line


def formulation(code: str, **shares: str) -> Formulation:
    return Formulation(code, tuple(Line(name, Decimal(share)) for name, share in shares.items()))


@st.composite
def nested_recipes(draw):
    """Recipes R0 ... Rn, each made of water, an oil of its own and some of the recipes below it."""
    recipes: dict[str, Formulation] = {}
    for level in range(draw(st.integers(1, 10))):
        below = draw(st.lists(st.sampled_from(sorted(recipes)), unique=True, max_size=3)) if recipes else []
        hundredths = [draw(st.integers(1, 2000)) for _ in (*below, "oil")]
        lines = [Line(n, Decimal(h) / 100) for n, h in zip((*below, f"oil {level}"), hundredths, strict=True)]
        code = f"R{level}"
        recipes[code] = Formulation.filled_up(code, [*lines, Line("Water", Decimal(0), fills_up=True)])
    return recipes, code


@settings(max_examples=60)
@given(nested_recipes())
def test_what_a_recipe_is_made_of_sums_to_the_hundred_it_was(nested):
    recipes, top = nested
    assert sum(unpack(recipes[top], recipes).shares.values()) == 100


@settings(max_examples=60)
@given(nested_recipes())
def test_unpacking_by_hand_down_every_way_gives_the_same_shares(nested):
    recipes, top = nested

    def walk(code, part):
        for line in recipes[code].lines:
            share = part * line.share_percent / 100
            yield from walk(line.ingredient, share) if line.ingredient in recipes else [(line.ingredient, share)]

    by_hand: dict[str, Decimal] = {}
    for name, share in walk(top, Decimal(100)):
        by_hand[name] = by_hand.get(name, Decimal(0)) + share
    unpacked = {material.code: share for material, share in unpack(recipes[top], recipes).shares.items()}
    assert unpacked == pytest.approx(by_hand, abs=Decimal("1e-20"))


def test_a_material_of_two_lots_stays_two():
    lines = (Line("EX-1", Decimal(2), lot="a"), Line("EX-1", Decimal(3), lot="b"), Line("Water", Decimal(95)))
    shares = unpack(Formulation("F", lines), {}).shares
    assert (shares[Material("EX-1", "a")], shares[Material("EX-1", "b")]) == (2, 3)


def test_a_recipe_made_of_itself_is_refused_with_its_circle():
    recipes = {
        "A": formulation("A", B="50", Water="50"),
        "B": formulation("B", C="10", Oil="90"),
        "C": formulation("C", A="100"),
    }
    with pytest.raises(RecordRefused, match="'A' is made of itself: A → B → C → A"):
        unpack(recipes["A"], recipes)


def test_a_recipe_used_twice_on_different_ways_is_no_circle():
    recipes = {
        "Base": formulation("Base", Water="100"),
        "Gel": formulation("Gel", Base="99", Gum="1"),
        "Top": formulation("Top", Base="50", Gel="50"),
    }
    shares = unpack(recipes["Top"], recipes).shares
    assert shares == {Material("Water"): Decimal("99.5"), Material("Gum"): Decimal("0.5")}
