import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ginseng_rd.chemistry.balance import balance_moles
from ginseng_rd.chemistry.compounds import Compound, reference_compounds
from ginseng_rd.chemistry.degradation import loss_between
from ginseng_rd.chemistry.glycosides import glycoside_of
from ginseng_rd.chemistry.mole_flow import account_for
from ginseng_rd.chemistry.profiles import Content, Profile
from ginseng_rd.errors import RecordRefused

MASSES = {compound.code: compound.molar_mass for compound in reference_compounds()}
DESCRIBED = {c.code: glycoside for c in reference_compounds() if (glycoside := glycoside_of(c))}
CODES = (
    "Rb1",
    "Rc",
    "Rd",
    "m-Rb1",
    "F2",
    "CK",
    "Rg3",
    "20(R)-Rg3",
    "Rk1",
    "Rg5",
    "PPD",
    "Re",
    "Rg1",
    "Rh1",
    "Rh4",
    "Ro",
)


def profile(grams: float = 1.0, u_grams: float = 0.0, **umol_per_g: float) -> Profile:
    """A profile given in µmol/g, each content with a standard deviation of 2 %."""
    contents = (
        Content.measured(code, n * MASSES[code] / 1000, n * MASSES[code] / 50_000) for code, n in umol_per_g.items()
    )
    return Profile(tuple(contents), grams, u_grams)


def find_line(lines, name):
    return next(line for line in lines if line.name == name)


@pytest.mark.parametrize(
    ("before", "after", "lost"),
    [
        ("Rb1", "Rd", "-Glc"),
        ("Rb1", "CK", "-3 Glc"),
        ("Rc", "F2", "-Araf -Glc"),
        ("m-Rb1", "Rg3", "-2 Glc -Mal"),
        ("Rb1", "20(R)-Rg3", "-2 Glc 20-epimer"),
        ("Rb1", "Rk1", "-2 Glc -H2O"),
        ("Rk1", "Rk2", "-Glc"),
        ("Rg5", "Rh3", "-Glc"),
        ("PPD", "Panaxadiol", "ring at C-20"),
        ("Re", "Rh4", "-Glc -Rha -H2O"),
        ("Ro", "Oleanolic acid", "-2 Glc -GlcA"),
    ],
)
def test_what_is_lost_on_the_way_down_is_told(before, after, lost):
    assert str(loss_between(DESCRIBED[before], DESCRIBED[after])) == lost


@pytest.mark.parametrize(
    ("before", "after"),
    [("Rd", "Rb1"), ("Rg3", "CK"), ("CK", "Rg3"), ("Rk1", "Rg5"), ("Rk1", "Rg3"), ("Rb1", "Rg1"), ("Rg1", "CK"),
     ("Ro", "PPD"), ("Rb2", "Rc"), ("Rd", "m-Rd"), ("Re", "Rf"), ("Majonoside R1", "Rh1")],
)  # fmt: skip
def test_nothing_is_added_and_no_family_becomes_another(before, after):
    assert loss_between(DESCRIBED[before], DESCRIBED[after]) is None


def test_what_can_become_what_has_no_cycle_but_the_c20_epimers():
    for i, one in DESCRIBED.items():
        for j, other in DESCRIBED.items():
            there, back = loss_between(one, other), loss_between(other, one)
            if i != j and there and back:
                assert (there.at_c20, back.at_c20) == ("epimer", "epimer")


def test_contents_become_moles_of_the_starting_material():
    before = Profile((Content.measured("Rb1", 11.09307, 0.5, 4),), grams=200)
    after = Profile((Content.measured("CK", 6.22884, 0.0),), grams=100)
    balance = balance_moles(before, after)
    rb1, ck = find_line(balance.compounds, "Rb1"), find_line(balance.compounds, "CK")
    assert rb1.before.value == pytest.approx(10.0, rel=1e-4)
    assert rb1.before.uncertainty == pytest.approx(0.25 / 1109.307 * 1000, rel=1e-6)
    assert ck.after.value == pytest.approx(5.0, rel=1e-4)
    assert find_line(balance.families, "PPD").change.value == pytest.approx(-5.0, rel=1e-4)


def test_what_was_converted_and_what_vanished_is_accounted_for():
    balance = balance_moles(profile(Rb1=10.0), profile(Rb1=2.0, Rd=3.0, CK=1.0))
    assert {(flow.substrate, flow.product): round(flow.amount, 6) for flow in balance.flows} == {
        ("Rb1", "Rd"): 3.0,
        ("Rb1", "CK"): 1.0,
    }
    assert find_line(balance.families, "PPD").vanished == pytest.approx(4.0)
    assert balance.is_possible


def test_glucose_lost_is_glucose_lost():
    balance = balance_moles(profile(Rb1=10.0), profile(Rb1=2.0, Rd=3.0, CK=5.0))
    glucose = find_line(balance.sugars, "Glc")
    assert (glucose.before.value, glucose.after.value) == (pytest.approx(40.0), pytest.approx(8.0 + 9.0 + 5.0))
    freed = sum(dict(flow.loss.sugars)["Glc"] * flow.amount for flow in balance.flows)
    assert glucose.change.value == pytest.approx(-freed)


def test_more_compound_k_than_all_its_precursors_held_cannot_be():
    balance = balance_moles(profile(Rb1=5.0, Rg1=20.0), profile(CK=9.0))
    (breach,) = balance.breaches
    assert (breach.code, breach.family, breach.products) == ("family-moles-created", "PPD", ("CK",))
    assert breach.excess.value == pytest.approx(4.0)
    assert find_line(balance.compounds, "CK").unexplained == pytest.approx(4.0)
    assert str(breach).startswith(
        "PPD: found 9 µmol/g of CK after the step, expected no more than 5 µmol/g, what Rb1 held"
    )


def test_a_product_of_no_lost_precursor_cannot_be_though_its_family_shrank():
    (breach,) = balance_moles(profile(Rg3=10.0, Rb1=1.0), profile(Rb1=1.0, CK=4.0)).breaches
    assert breach.code == "more-than-precursors"
    assert breach.products == ("CK", "Rb1")
    assert breach.excess.value == pytest.approx(4.0)


def test_two_separate_excesses_are_two_breaches():
    balance = balance_moles(profile(Rg3=5.0, Re=5.0), profile(CK=4.0, Ro=3.0))
    assert [(breach.family, breach.precursors) for breach in balance.breaches] == [("PPD", ()), ("oleanane", ())]


def test_a_main_saponin_that_was_not_measured_before_is_named_as_what_could_have_given_it():
    (breach,) = balance_moles(profile(Rd=1.0, Rb1=1.0), profile(Rd=4.0)).breaches
    assert breach.unmeasured == ("Rb2", "Rb3", "Rc", "m-Rb1", "m-Rb2", "m-Rc", "m-Rd")
    assert breach.remedy.startswith("Measure before the step, too, what could have given it: Rb2, Rb3, Rc, m-Rb1")


def test_an_excess_within_its_uncertainty_is_unexplained_but_no_breach():
    balance = balance_moles(profile(Rb1=10.0), profile(Rd=10.3))
    assert balance.is_possible
    assert find_line(balance.compounds, "Rd").unexplained == pytest.approx(0.3)


def test_equal_moles_without_uncertainty_are_no_breach():
    before = Profile(tuple(Content.measured(code, 0.1 * MASSES[code], 0.0) for code in ("Rb1", "Rd", "F2")))
    after = Profile((Content.measured("CK", 0.3 * MASSES["CK"], 0.0),))
    assert balance_moles(before, after).is_possible


def test_an_unsure_yield_widens_what_can_be():
    before, after = profile(Rb1=10.0, grams=100), profile(Rd=11.0, grams=100)
    assert not balance_moles(before, after).is_possible
    assert balance_moles(before, profile(Rd=11.0, grams=100, u_grams=10)).is_possible


def test_a_content_below_its_limit_speaks_for_what_was_reported():
    below = Content.below("Rb1", 3 * MASSES["Rb1"] / 1000)
    assert balance_moles(Profile((below,)), profile(CK=2.9)).is_possible
    assert not balance_moles(Profile((below,)), profile(CK=3.5)).is_possible
    assert balance_moles(profile(Rg1=1.0), Profile((below,))).is_possible


def test_an_uncertainty_that_was_not_measured_is_assumed_and_said():
    balance = balance_moles(Profile((Content.measured("Rb1", 10.0),)), profile(Rd=1.0))
    assert find_line(balance.compounds, "Rb1").before.uncertainty == pytest.approx(0.5 / MASSES["Rb1"] * 1000)
    assert "Without standard deviation, so that 5 % was assumed: Rb1." in balance.remarks


def test_what_has_no_aglycone_is_left_out_and_said():
    balance = balance_moles(profile(Rb1=1.0, Retinol=1.0), profile(Rb1=1.0, Retinol=5.0))
    assert balance.is_possible
    assert "Left out, since aglycone and sugars are not known: Retinol." in balance.remarks


def test_a_companys_own_compound_is_placed_by_its_structure(compounds):
    own = Compound(code="HF-7", name="Fraction 7", molar_mass=MASSES["CK"], smiles=compounds["CK"].smiles)
    after = Profile((Content.measured("HF-7", 5 * MASSES["CK"] / 1000, 0.0),))
    balance = balance_moles(profile(Rb1=10.0), after, [*reference_compounds(), own])
    assert [(flow.substrate, flow.product) for flow in balance.flows] == [("Rb1", "HF-7")]


def test_uncertainties_agree_with_a_monte_carlo_of_the_same_contents():
    rng = np.random.default_rng(20)
    before = {"Rb1": (10.0, 0.4), "Rd": (4.0, 0.2)}
    after = {"Rd": (5.0, 0.3), "CK": (3.0, 0.15)}
    grams = (100.0, 1.0), (80.0, 4.0)
    given = [
        Profile(tuple(Content.measured(code, *content) for code, content in side.items()), *weighed)
        for side, weighed in zip((before, after), grams, strict=True)
    ]
    draws = 400_000
    moles = [
        sum(rng.normal(*content, draws) / MASSES[code] * 1000 for code, content in side.items())
        for side in (before, after)
    ]
    share = rng.normal(*grams[1], draws) / rng.normal(*grams[0], draws)
    family = find_line(balance_moles(*given).families, "PPD")
    assert family.before.uncertainty == pytest.approx(moles[0].std(), rel=0.01)
    assert family.after.uncertainty == pytest.approx((moles[1] * share).std(), rel=0.01)
    assert family.change.uncertainty == pytest.approx((moles[1] * share - moles[0]).std(), rel=0.01)


@settings(max_examples=40, deadline=None)
@given(
    st.dictionaries(st.sampled_from(CODES), st.floats(0.01, 20), min_size=1, max_size=6),
    st.lists(st.tuples(st.sampled_from(CODES), st.sampled_from(CODES), st.floats(0, 1)), max_size=12),
)
def test_whatever_a_process_can_do_is_possible_and_wholly_explained(before, conversions):
    after = dict(before)
    for substrate, product, share in conversions:
        loss = loss_between(DESCRIBED[substrate], DESCRIBED[product])
        if loss and substrate in after:
            moved = share * after[substrate]
            after[substrate] -= moved
            after[product] = after.get(product, 0.0) + 0.9 * moved
    balance = balance_moles(profile(**before), profile(**after))
    assert balance.is_possible
    assert sum(line.unexplained for line in balance.compounds) == pytest.approx(0.0, abs=1e-6)
    assert all(line.change.value <= 1e-9 for line in (*balance.families, *balance.sugars))


@settings(max_examples=40, deadline=None)
@given(
    st.dictionaries(st.sampled_from(CODES), st.floats(0, 20), max_size=6),
    st.dictionaries(st.sampled_from(CODES), st.floats(0, 20), max_size=6),
)
def test_every_mole_before_and_after_stands_once_in_the_account(before, after):
    balance = balance_moles(profile(**before), profile(**after))
    for line in balance.compounds:
        gone = sum(flow.amount for flow in balance.flows if flow.substrate == line.name)
        come = sum(flow.amount for flow in balance.flows if flow.product == line.name)
        stayed = line.before.value - gone - line.vanished
        assert stayed == pytest.approx(line.after.value - come - line.unexplained, abs=1e-6)
        assert stayed >= -1e-6


def test_the_least_unexplained_is_found_where_two_products_compete():
    account = account_for({"A": 5.0, "B": 2.0}, {"C": 4.0, "D": 4.0}, {("A", "C"): 1, ("A", "D"): 2, ("B", "D"): 1})
    assert sum(account.unexplained.values()) == pytest.approx(1.0)
    assert account.excess_sets == ((frozenset({"C", "D"}), frozenset({"A", "B"})),)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Content.measured("Rb1", -1.0), "numbers from 0 upwards"),
        (lambda: Content.measured("Rb1", float("nan")), "numbers from 0 upwards"),
        (lambda: Content.measured("Rb1", 1.0, 0.1, 0), "mean of 0 values"),
        (lambda: Content.between("Rb1", 2.0, 1.0), "runs upwards"),
        (lambda: Profile((), grams=0.0), "more than 0 g"),
        (lambda: Profile((Content.measured("Rb1", 1.0),) * 2), "more often"),
        (lambda: balance_moles(Profile((Content.measured("Rb9", 1.0),)), Profile(())), "Rb9 is not a compound"),
    ],
)
def test_a_profile_that_breaks_a_rule_is_never_balanced(make, said):
    with pytest.raises(RecordRefused, match=said):
        make()


def test_a_balance_prints_its_verdict_and_shows_its_tables():
    balance = balance_moles(profile(Rb1=10.0), profile(Rd=4.0))
    assert str(balance).splitlines()[:3] == [
        "Molar balance in µmol per g of starting material: can be.",
        "  PPD: 10 ± 0.2 before, 4 ± 0.08 after; vanished 6, unexplained 0",
        "  Rb1 > Rd (-Glc): 4",
    ]
    assert list(balance.table()["name"]) == ["Rb1", "Rd"]
    assert balance._repr_html_().count("<table") == 4
