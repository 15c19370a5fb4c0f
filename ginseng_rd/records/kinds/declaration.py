"""What a declaration of a kind says: its columns, what their cells hold and what they may be."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property, lru_cache
from itertools import zip_longest

from ginseng_rd.records.kinds.rule import Rule
from ginseng_rd.units import QUANTITIES


class Holds(StrEnum):
    """What the cells of a column hold."""

    TEXT = "text"
    NUMBER = "number"
    WHOLE = "whole number"
    MEASURED = "measured value"
    DATE = "date"
    COMPOUND = "compound"
    STRUCTURE = "structure"


@dataclass(frozen=True)
class Column:
    """One column of a kind: what it is called, what its cells hold and what they may be.

    ``quantities`` are the measures a number may be in, in order of preference (see ``units``);
    ``unit_column`` names the column that states the unit cell by cell. A number column with
    quantities and without a unit column is in the unit its heading states, or else in its own
    ``unit``; one without quantities is a bare number. ``MEASURED`` cells may hold bounds and marks
    such as ``< 0.05`` or ``N.D.``, and where they ``may_fill_up`` also ``q.s.``. A ``required``
    column must be there and filled in; where ``may_be_empty`` it must be there, but a row may leave
    it open. ``english`` is the heading in English where the name would not do, ``choices_korean``
    are the ``choices`` one by one in Korean, and ``example`` is what a cell may look like.
    """

    name: str
    korean: str
    meaning: str
    holds: Holds = Holds.TEXT
    required: bool = False
    may_be_empty: bool = False
    may_fill_up: bool = False
    synonyms: tuple[str, ...] = ()
    quantities: tuple[str, ...] = ()
    unit_column: str = ""
    lowest: float | None = None
    highest: float | None = None
    choices: tuple[str, ...] = ()
    choices_korean: tuple[str, ...] = ()
    english: str = ""
    example: str = ""

    @property
    def english_heading(self) -> str:
        return self.english or self.name.replace("_", " ")

    @property
    def unit(self) -> str:
        """The column's own unit, or '' where cells state theirs or the number has none."""
        return QUANTITIES[self.quantities[0]].unit if self.quantities and not self.unit_column else ""

    def headings(self) -> tuple[str, ...]:
        """Return every heading this column answers to."""
        english = self.english_heading
        plain = (self.name, self.name.replace("_", " "), english, self.korean)
        return (*plain, f"{self.korean} / {english}", *self.synonyms)

    def spoken_choices(self) -> tuple[str, ...]:
        """Return the choices with their Korean words behind them, such as ``root (뿌리)``."""
        pairs = zip_longest(self.choices, self.choices_korean)
        return tuple(f"{choice} ({korean})" if korean else choice for choice, korean in pairs)

    def choice_of(self, text: str) -> str | None:
        """Return the choice a text stands for in English or Korean, or None. Letter case and blanks do not matter."""
        wanted = fold(text)
        for said in (self.choices, self.choices_korean):
            for choice, word in zip(self.choices, said, strict=False):
                if fold(word) == wanted:
                    return choice
        return None


# Kinds of thing that are a part of another: a version of its formulation, an arm of its trial.
PART_OF = {"version": "formulation", "arm": "trial"}

# Kinds of thing that are made of, weighed in or tested.
MATERIALS = ("lot", "extract", "ingredient", "formulation", "batch")


@dataclass(frozen=True)
class Naming:
    """Columns of a row that together name a thing, and the kinds of thing that go by such a name.

    The first column holds a code. A second one holds which part of it is meant (see ``PART_OF``); where
    that is empty ``part_if_empty`` is meant, or the whole.
    """

    things: tuple[str, ...]
    columns: tuple[str, ...]
    part_if_empty: str = ""


@dataclass(frozen=True)
class Kind:
    """A kind of reading: its name, what it is, its columns, and what marks two rows as one.

    Two rows of a file that agree in every ``identity`` column are a duplicate. Of the columns
    in ``one_of`` every row fills in at least one. A kind that measures has one ``MEASURED``
    column, named ``value``; a lot or a process step has none. ``rules`` hold across the columns
    of each row; those across rows and kinds are the ``WIDE_RULES``.

    A row is ``about`` one thing, or else it is a result; what it says ``stands_on`` the things it names.
    Lineage is walked, and the tables are indexed, by these namings.
    """

    name: str
    korean: str
    meaning: str
    columns: tuple[Column, ...]
    identity: tuple[str, ...]
    one_of: tuple[str, ...] = ()
    rules: tuple[Rule, ...] = ()
    about: Naming | None = None
    stands_on: tuple[Naming, ...] = ()

    @property
    def namings(self) -> tuple[Naming, ...]:
        """Every naming of the kind: what a row is about, and what it stands on."""
        return self.stands_on if self.about is None else (self.about, *self.stands_on)

    def __getitem__(self, name: str) -> Column:
        return next(c for c in self.columns if c.name == name)

    @property
    def required(self) -> tuple[str, ...]:
        return tuple(c.name for c in self.columns if c.required)

    @cached_property
    def measured(self) -> Column | None:
        """The column of the measured value, or None where the kind records and does not measure."""
        return next((c for c in self.columns if c.holds is Holds.MEASURED), None)

    @property
    def marks(self) -> tuple[str, ...]:
        """The columns kept beside the measured value: its relation, and its text as typed."""
        return ("relation", "value_text") if self.measured else ()

    @property
    def main_column(self) -> str:
        """The column that stands for a whole row where one cell is to be named."""
        return self.measured.name if self.measured else self.identity[0]

    def column_of(self, heading: str) -> Column | None:
        """Return the column a heading stands for, or None. Letter case and blanks do not matter."""
        return self._by_heading.get(fold(heading))

    @cached_property
    def _by_heading(self) -> dict[str, Column]:
        return {fold(heading): column for column in reversed(self.columns) for heading in column.headings()}


@lru_cache(maxsize=10_000)
def fold(heading: str) -> str:
    """Return a heading without letter case, blanks and underscores, for comparison."""
    return "".join(heading.casefold().replace("_", " ").split())


def text_column(
    name: str, korean: str, meaning: str, *synonyms: str, required: bool = False, example: str = ""
) -> Column:
    """Declare a column of free text."""
    return Column(name, korean, meaning, required=required, synonyms=synonyms, example=example)


# Headings that a column of measured values answers to in most kinds.
VALUE_SYNONYMS = ("measurement", "result", "측정값", "결과", "결과값")
