"""Text becomes a number only where it is one, and one unit another only where both are known."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ginseng_rd.units import Amount, NotANumber, UnitRefused, read_amount, read_number, to_canonical


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_written_out_reads_back_the_same(number):
    assert read_amount(repr(number)) == Amount(number)


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.sampled_from(["", "-", "< ", "> "]))
def test_a_comma_is_never_guessed(whole, part, before):
    with pytest.raises(NotANumber):
        read_amount(f"{before}{whole},{part}")


@given(st.text(max_size=12))
def test_any_text_is_an_amount_or_refused(text):
    try:
        amount = read_amount(text)
    except NotANumber:
        return
    assert amount.relation in {"=", "<", ">", "n.d.", "missing"}


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("< 0.05", Amount(0.05, "<")),
        ("≥10", Amount(10.0, ">")),
        ("<LOQ", Amount(None, "<")),
        ("불검출", Amount(None, "n.d.")),
        ("N.D.", Amount(None, "n.d.")),
        ("OVRFLW", Amount(None, ">")),
        ("MISSED", Amount(None, "missing")),
        ("", Amount(None, "missing")),
        ("4.57137e4", Amount(45713.7)),
    ],
)
def test_bounds_and_marks_are_no_numbers(text, amount):
    assert read_amount(text) == amount


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("3,2", "Write 3.2."),
        ("1.234,5", "Write 1234.5."),
        ("10,000", "Write 10000, or 10.000 if the comma was a decimal one."),
        ("1,234,567.8", "Write 1234567.8."),
        ("5.2%", "Write 5.2, and state its unit where units stand."),
        ("0.O5", "Write digits only, or leave the cell empty if nothing was measured."),
    ],
)
def test_a_refusal_says_what_to_write(text, remedy):
    with pytest.raises(NotANumber) as refusal:
        read_amount(text)
    assert refusal.value.remedy == remedy


@pytest.mark.parametrize("text", ["nan", "inf", "1e999", "0x10", "1_000", "\uff13", ""])
def test_what_python_takes_for_a_number_is_not_one_here(text):
    with pytest.raises(NotANumber):
        read_number(text)


def test_percent_is_a_content_in_one_column_and_a_share_in_another():
    assert to_canonical("%", ("mass fraction",)) == ("mg/g", 10.0)
    assert to_canonical("%", ("share",)) == ("%", 1.0)


def test_both_letters_mu_and_the_square_sign_are_micro():
    assert {to_canonical(unit, ("mass concentration",)) for unit in ("µg/mL", "μg/mL", "㎍/mL")} == {("µg/mL", 1.0)}


def test_milli_and_mega_stay_apart():
    with pytest.raises(UnitRefused, match="expected a unit of molar concentration"):
        to_canonical("MM", ("molar concentration",))
