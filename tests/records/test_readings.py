"""Readings as a whole: what they say, whatever the order of their rows."""

from hypothesis import given
from hypothesis import strategies as st

from ginseng_rd.records.readings import Places, Readings, all_differ, digest_values, group_rows

ROWS = st.lists(
    st.tuples(
        st.sampled_from(["A", "B", None]),
        st.floats(allow_nan=False).map(lambda x: x + 0.0) | st.none(),
        st.integers(0, 2) | st.none(),
    ),
    max_size=8,
)


def _readings(rows, texts=None):
    sample, value, replicate = (list(cells) for cells in zip(*rows, strict=True)) if rows else ([], [], [])
    columns = {"sample": sample, "value": value, "replicate": replicate, "value_text": texts or list(map(str, value))}
    return Readings("content", columns, Places("", range(2, 2 + len(rows)), "value"), [None] * len(rows))


@given(ROWS, st.randoms())
def test_the_order_of_rows_does_not_change_what_they_say(rows, chance):
    mixed = chance.sample(rows, len(rows))
    assert digest_values([_readings(mixed)]) == digest_values([_readings(rows)])


@given(ROWS, ROWS)
def test_other_rows_say_something_else(rows, others):
    alike = sorted(map(repr, rows)) == sorted(map(repr, others))
    assert (digest_values([_readings(rows)]) == digest_values([_readings(others)])) == alike


def test_a_number_says_the_same_however_it_was_typed():
    rows = [("A", 0.5, 1), ("B", None, 1)]
    as_typed = [
        digest_values([_readings(rows, texts)]) for texts in (["0.5", "N.D."], ["0.50", "N.D."], ["0.5", "OVER"])
    ]
    assert as_typed[0] == as_typed[1] != as_typed[2]


@given(ROWS)
def test_rows_are_grouped_by_all_the_columns_named(rows):
    names = ("sample", "value", "replicate")
    columns = _readings(rows).columns
    groups = group_rows(columns, names)
    assert sorted(i for group in groups for i in group) == list(range(len(rows)))
    assert len(groups) == len(set(rows))
    assert all_differ(columns, names) == (len(set(rows)) == len(rows))
