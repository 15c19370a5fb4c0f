"""What is weighed adds up to the batch."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ginseng_rd.errors import RecordRefused
from ginseng_rd.recipes.weighing import weigh_batch
from ginseng_rd.records.formulation import Formulation, Line


@given(st.lists(st.integers(10, 999), min_size=1, max_size=9), st.integers(100_00, 99_999_99))
def test_grams_add_up_to_the_batch_and_none_is_moved_by_more_than_a_digit(hundredths, centigrams):
    lines = [Line(f"i{n}", Decimal(h) / 100) for n, h in enumerate(hundredths)]
    recipe = Formulation.filled_up("F", [*lines, Line("Water", Decimal(0), fills_up=True)])
    size = Decimal(centigrams) / 100
    weighed = weigh_batch(recipe, size)
    assert sum(w.grams for w in weighed) == size
    assert all(abs(w.grams - size * w.line.share_percent / 100) < Decimal("0.01") for w in weighed)


def test_a_recipe_a_hundredth_off_is_weighed_to_the_whole_batch():
    recipe = Formulation("F", (Line("A", Decimal("33.33")), Line("B", Decimal("33.33")), Line("C", Decimal("33.33"))))
    assert sum(w.grams for w in weigh_batch(recipe, Decimal(1000))) == 1000


def test_a_batch_too_small_for_the_balance_is_refused():
    recipe = Formulation("F", (Line("Peptide", Decimal("0.01")), Line("Water", Decimal("99.99"))))
    with pytest.raises(RecordRefused, match=r"'Peptide' with 0\.01 % is less than the balance reads"):
        weigh_batch(recipe, Decimal(10))
