"""A name that nothing answers to is met with the names that may have been meant."""

import pytest

from ginseng_rd.chemistry.compounds import reference_compounds
from ginseng_rd.chemistry.names import CompoundNames
from ginseng_rd.errors import UnknownName, nearest_names

KNOWN = ["Rg1", "Rg2", "Rh1", "Rh2", "F1", "F2", "Ro", "CK", "Notoginsenoside R1", "gypenoside XVII"]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Fz", ["F1", "F2"]),
        ("Rh", ["Rh1", "Rh2"]),
        ("Ro1", ["Ro"]),
        ("gR1", ["Rg1"]),
        ("Rg11", ["Rg1"]),
        ("gypenosid XVII", ["gypenoside XVII"]),
    ],
)
def test_the_nearest_names_of_a_slip_go_first(typed, meant):
    assert nearest_names(typed, KNOWN)[: len(meant)] == meant


@pytest.mark.parametrize("typed", ["Zz", "xy", "Kc", "Rz", "Qk7", "caffeine"])
def test_a_name_that_is_like_none_has_no_hint(typed):
    assert nearest_names(typed, KNOWN) == []


@pytest.mark.parametrize("typed", ["Fz", "Rh", "Rgl", "C-X"])
def test_a_short_compound_name_has_a_hint_among_all_compounds(typed):
    with pytest.raises(UnknownName) as refused:
        CompoundNames(reference_compounds()).code_of(typed)
    assert refused.value.nearest
