"""The declarations of the kinds agree with themselves, and with the dictionary made from them."""

from collections import Counter
from pathlib import Path

import pytest

from ginseng_rd.records.dictionary import write_dictionary
from ginseng_rd.records.kinds import KINDS, WIDE_RULES, Holds, fold
from ginseng_rd.units import QUANTITIES

ROOT = Path(__file__).resolve().parents[2]
each_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)


@each_kind
def test_a_heading_means_one_column(kind):
    headings = Counter(heading for column in kind.columns for heading in set(map(fold, column.headings())))
    assert [heading for heading, count in headings.items() if count > 1] == []


@each_kind
def test_what_a_kind_names_is_there(kind):
    columns = {column.name for column in kind.columns}
    assert len(columns) == len(kind.columns)
    assert {*kind.identity, *kind.one_of, *(c.unit_column for c in kind.columns if c.unit_column)} <= columns
    assert {name for column in kind.columns for name in column.quantities} <= set(QUANTITIES)


@each_kind
def test_a_kind_measures_one_value_or_none(kind):
    assert [c.name for c in kind.columns if c.holds is Holds.MEASURED] in ([], ["value"])


@each_kind
def test_every_choice_has_its_korean_word_and_either_is_understood(kind):
    for column in kind.columns:
        assert len(column.choices_korean) == len(column.choices)
        assert [column.choice_of(word) for word in column.choices_korean] == list(column.choices)
        assert [column.choice_of(word.upper()) for word in column.choices] == list(column.choices)


@each_kind
def test_the_columns_sharing_a_unit_column_know_the_same_measures(kind):
    for column in kind.columns:
        assert len({other.quantities for other in kind.columns if other.unit_column == column.name}) <= 1


@each_kind
def test_a_required_column_has_an_example(kind):
    assert [name for name in kind.required if not kind[name].example] == []


def test_the_dictionary_says_what_is_declared():
    assert (ROOT / "data" / "DICTIONARY.md").read_text(encoding="utf-8") == write_dictionary()


def test_every_rule_stands_in_the_dictionary_as_a_sentence_below_its_kinds():
    sections = {text.split(" ", 1)[0]: text for text in write_dictionary().split("\n## ")[1:]}
    for kind in KINDS.values():
        told = [*kind.rules, *(rule for rule in WIDE_RULES if kind.name in rule.told_at)]
        assert [rule.code for rule in told if f"- {rule.says} (`{rule.code}`" not in sections[kind.name]] == []


def test_a_code_of_a_rule_weighs_the_same_wherever_it_is_told():
    severities = {}
    for rule in (*(rule for kind in KINDS.values() for rule in kind.rules), *WIDE_RULES):
        assert severities.setdefault(rule.code, rule.severity) is rule.severity
