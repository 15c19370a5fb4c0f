"""Text becomes a number only where it is one, and one unit another only where both are known."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ginseng_rd.units import (
    Amount,
    NotADate,
    NotANumber,
    UnitRefused,
    read_amount,
    read_date,
    read_number,
    to_canonical,
)


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
        ("OVER", Amount(None, ">")),
        ("ND", Amount(None, "n.d.")),
        ("정량한계 미만", Amount(None, "<")),
        ("\uff1c0.05", Amount(0.05, "<")),
        ("\uff2e.\uff24.", Amount(None, "n.d.")),
        ("0.05 미만", Amount(0.05, "<")),
        ("10 이상", Amount(10.0, ">")),
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
        ("5.2%", "Write 5.2 if the unit is %, else show the cell as a plain number."),
        ("#N/A", "Excel could not calculate this cell: mend its formula, or empty it."),
        ("Err:502", "Excel could not calculate this cell: mend its formula, or empty it."),
        ("5.2 mg/g", "Write 5.2, and state its unit where units stand."),
        ("3.2 ± 0.1", "Write 3.2, and 0.1 in a column of its own such as sd (표준편차)."),
        ("\uff10.\uff10\uff15", "Write 0.05."),
        ("10²", "Write digits only, or leave the cell empty if nothing was measured."),
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
    written = ("µg/mL", "μg/mL", "㎍/mL", "\uff55g/mL")
    assert {to_canonical(unit, ("mass concentration",)) for unit in written} == {("µg/mL", 1.0)}


def test_a_raised_digit_in_a_unit_stays_raised():
    assert to_canonical("10⁶ cells/mL", ("cell density",)) == ("10⁶ cells/mL", 1.0)


def test_milli_and_mega_stay_apart():
    with pytest.raises(UnitRefused, match="expected a unit of molar concentration"):
        to_canonical("MM", ("molar concentration",))


@pytest.mark.parametrize(
    ("typed", "quantity", "remedy"),
    [
        ("UG/ML", "mass concentration", "Write ug/mL."),
        ("mcg/mL", "mass concentration", "Write µg/mL."),
        ("MG / G", "mass fraction", "Write mg/g."),
        ("ppm", "molar concentration", "Known here: µM, "),
        ("㎎/㎖", "mass fraction", "Known here: mg/g, "),
        ("% (w/v)", "mass fraction", "Known here: mg/g, "),
    ],
)
def test_a_unit_is_suggested_only_where_it_is_the_one_typed(typed, quantity, remedy):
    with pytest.raises(UnitRefused) as refusal:
        to_canonical(typed, (quantity,))
    assert refusal.value.remedy.startswith(remedy)


@given(st.datetimes(min_value=datetime(1900, 1, 1), allow_imaginary=False))
def test_a_time_written_as_iso_text_or_in_korean_reads_back_the_same(moment):
    moment = moment.replace(microsecond=0)
    half, hour = ("오후" if moment.hour >= 12 else "오전"), moment.hour % 12 or 12
    korean = f"{moment.year}년 {moment.month}월 {moment.day}일 {half} {hour}:{moment:%M:%S}"
    assert {read_date(moment.isoformat()), read_date(korean)} == {moment.isoformat(sep=" ")}


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026.03.14", "2026-03-14"),
        ("2026/3/14", "2026-03-14"),
        ("2026. 3. 14.", "2026-03-14"),
        ("2026년 3월 14일 토요일", "2026-03-14"),
        ("14.3.2026", "2026-03-14"),
        ("3.4.2026", "2026-04-03"),
        ("3/14/2026", "2026-03-14"),
        ("5/5/2026", "2026-05-05"),
        ("2026. 3. 14. 오후 2:10", "2026-03-14 14:10:00"),
        ("2026-03-14 오전 9:05", "2026-03-14 09:05:00"),
        ("2026-03-14 오전 12:05", "2026-03-14 00:05:00"),
        ("2026-03-14(토) 오후 2시 10분", "2026-03-14 14:10:00"),
        ("2026-03-14 2:10 PM", "2026-03-14 14:10:00"),
        ("2026-03-14T14:10:05+09:00", "2026-03-14 14:10:05+09:00"),
    ],
)
def test_a_day_is_read_from_the_ways_it_is_written_here(text, day):
    assert read_date(text) == day


@pytest.mark.parametrize(
    ("text", "expected", "remedy"),
    [
        ("3/4/2026", "a day that can be read in one way only", "Write 2026-03-04 or 2026-04-03."),
        ("25-03-14", "a year of four digits", "Write 2025-03-14 or 2014-03-25."),
        ("2026-02-30", "a day that exists", "Correct the year, the month or the day."),
        ("3.14.2026", "a day that exists", "Write year, month and day, such as 2026-03-14."),
        ("2026-03-14 일요일", "the weekday of 2026-03-14", "Correct the day or its weekday."),
        ("2026-03-14 25:00", "a time that exists", "Correct the hour, the minute or the second."),
        (
            "2026-03-14 오후 14:10",
            "an hour up to 12 beside 오전, 오후, AM or PM",
            "Write the hour in one of the two ways.",
        ),
        ("46095", "a day", "Write year, month and day, such as 2026-03-14."),
    ],
)
def test_a_day_that_may_be_two_or_none_is_refused_with_what_to_write(text, expected, remedy):
    with pytest.raises(NotADate) as refusal:
        read_date(text)
    assert (refusal.value.expected, refusal.value.remedy) == (expected, remedy)


@given(
    st.text(st.characters(categories=("Nd", "Pd", "Po", "Zs"), include_characters="년월일오전후TZ:./-"), max_size=20)
)
def test_any_text_is_a_day_or_refused(text):
    try:
        datetime.fromisoformat(read_date(text))
    except NotADate:
        return
