"""Fixed effects: terms written as "arm*visit + site" to the columns of a linear model, coded as R codes them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ginseng_rd.errors import FitRefused, nearest_names

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
Term = tuple[str, ...]


@dataclass(frozen=True)
class FixedEffects:
    """The terms of a model and how each column of the table enters it.

    ``levels`` holds the levels of each factor, the first being the reference; ``means`` the mean of each number over
    the rows used, at which LS means are taken.
    """

    terms: tuple[Term, ...]
    levels: Mapping[str, tuple[Any, ...]]
    means: Mapping[str, float]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns: ``(Intercept)``, ``age``, ``arm[active]``, ``arm[active]:visit[8]``."""
        return tuple(name for term in self.terms for name, _ in self._cells(term))

    @property
    def text(self) -> str:
        """The terms as written: ``site + arm + visit + arm:visit``."""
        return " + ".join(":".join(term) for term in self.terms if term) or "1"

    def matrix(self, table: Mapping[str, Any], averaged: Collection[str] = ()) -> Floats:
        """Return the design matrix of a table (n × columns).

        Factors named in ``averaged`` are coded by deviations from the mean of their levels, so that the other
        coefficients speak of that mean and not of the reference level.
        """
        n = len(next(iter(table.values())))
        marks: dict[tuple[str, Any], Floats] = {}
        for name, levels in self.levels.items():
            values = np.asarray(table[name], dtype=object)
            marks |= {(name, level): (values == level).astype(np.float64) for level in levels}
        columns = np.empty((n, sum(len(self._cells(term)) for term in self.terms)))
        for place, (_, cells) in enumerate(cell for term in self.terms for cell in self._cells(term)):
            column = np.ones(n)
            for name, level, contrast in cells:
                if level is None:
                    column = column * np.asarray(table[name], dtype=np.float64)
                    continue
                first = marks[name, self.levels[name][0]] if contrast and name in averaged else 0.0
                column = column * (marks[name, level] - first)
            columns[:, place] = column
        return columns

    def columns_of(self, term: Term) -> slice:
        """Return where the columns of a term stand."""
        start = 0
        for candidate in self.terms:
            width = len(self._cells(candidate))
            if set(candidate) == set(term):
                return slice(start, start + width)
            start += width
        raise FitRefused(f"There is no term '{':'.join(term)}' in this model; its terms are {self.text}.")

    def mean_rows(self, by: Sequence[str], at: Mapping[str, float] | None = None) -> tuple[list[Term], Floats]:
        """Return each combination of the levels of ``by`` and the row that gives its LS mean.

        The other factors are averaged with equal weight for each level; numbers stand at their mean over the rows
        used, unless ``at`` says otherwise.
        """
        for name in by:
            if name not in self.levels:
                raise FitRefused(f"LS means are taken by a factor of the model, and '{name}' is none.")
        others = [name for name in self.levels if name not in by]
        keys = list(product(*(self.levels[name] for name in by)))
        grid = list(product(*(self.levels[name] for name in others)))
        table: dict[str, Any] = {
            name: np.array([key[i] for key in keys for _ in grid], dtype=object) for i, name in enumerate(by)
        }
        table |= {
            name: np.array([cell[i] for _ in keys for cell in grid], dtype=object) for i, name in enumerate(others)
        }
        n = len(keys) * len(grid)
        table |= {name: np.full(n, (at or {}).get(name, mean)) for name, mean in self.means.items()}
        rows = self.matrix(table or {"": np.zeros(n)})
        return keys, rows.reshape(len(keys), len(grid), -1).mean(axis=1)

    def _cells(self, term: Term) -> list[tuple[str, tuple[tuple[str, Any, bool], ...]]]:
        """Return name and parts of each column of a term; a part is variable, level (None: a number), contrast."""
        if not term:
            return [("(Intercept)", ())]
        choices = []
        for name in term:
            if name not in self.levels:
                choices.append([(name, (name, None, True))])
                continue
            # R's rule: contrasts where the term without this factor is in the model, else one column a level.
            rest = {other for other in term if other != name}
            contrast = any(set(other) == rest for other in self.terms)
            kept = self.levels[name][1:] if contrast else self.levels[name]
            choices.append([(f"{name}[{level}]", (name, level, contrast)) for level in kept])
        # The first factor runs fastest, as in R.
        combos = [tuple(reversed(combo)) for combo in product(*reversed(choices))]
        return [(":".join(name for name, _ in combo), tuple(part for _, part in combo)) for combo in combos]


def read_terms(text: str, columns: Collection[str] = ()) -> tuple[Term, ...]:
    """Read "baseline*visit + site" into terms: the intercept, then main effects, then interactions.

    ``*`` gives an interaction with all it contains, ``:`` the interaction alone, ``1`` the intercept (always there).
    A name may hold other signs, such as brackets, if it is one of ``columns``. Raises FitRefused for anything else.
    """
    terms: list[Term] = [()]
    for piece in text.split("+"):
        word = piece.strip()
        if word in ("", "1"):
            continue
        factors = [tuple(part.strip() for part in joined.split(":")) for joined in word.split("*")]
        if any(re.search(r"[-^/%()|~]", name) for part in factors for name in part if name not in columns):
            raise FitRefused(f"A term is a column, or columns joined by * or :, and '{word}' is neither.")
        sizes = range(1, len(factors) + 1)
        for chosen in (c for size in sizes for c in combinations(factors, size)):
            term = tuple(dict.fromkeys(name for part in chosen for name in part))
            if "" in term:
                raise FitRefused(f"A name is missing in the term '{word}'.")
            if not any(set(term) == set(other) for other in terms):
                terms.append(term)
    return tuple(sorted(terms, key=len))


def plan_fixed_effects(table: pd.DataFrame, text: str, *, as_factor: Sequence[str] = ()) -> FixedEffects:
    """Tell factors from numbers in the columns that ``text`` names.

    Text, true/false and categorical columns are factors, and so are those named in ``as_factor``; a categorical
    column gives the order of its levels, others are sorted. Levels that no row has are left out.
    """
    terms = read_terms(text, table.columns)
    names = list(dict.fromkeys(name for term in terms for name in term))
    need_columns(table, names)
    factors = {n: levels_of(table[n]) for n in names if n in as_factor or not _is_number(table[n])}
    for name, levels in factors.items():
        if len(levels) < 2:
            only = f"only the level '{levels[0]}'" if levels else "no level at all"
            raise FitRefused(f"The factor '{name}' has {only} in the rows used: leave it out, or bring the other rows.")
    means = {n: float(np.mean(table[n].to_numpy(dtype=np.float64))) for n in names if n not in factors}
    return FixedEffects(terms, factors, means)


def need_columns(table: pd.DataFrame, names: Iterable[str]) -> None:
    """Raise FitRefused for a column that is not there, naming the nearest ones."""
    for name in names:
        if name not in table.columns:
            near = nearest_names(name, map(str, table.columns))
            hint = f" Did you mean {' or '.join(map(repr, near))}?" if near else ""
            raise FitRefused(f"The table has no column '{name}'.{hint}")


def levels_of(column: pd.Series) -> tuple[Any, ...]:
    """Return the levels that rows have, in the order of a categorical column, else sorted ("week 4", "week 12")."""
    import pandas as pd

    present = set(column.dropna().tolist())
    if isinstance(column.dtype, pd.CategoricalDtype):
        return tuple(level for level in column.cat.categories.tolist() if level in present)
    try:
        return tuple(sorted(present, key=_natural_key if all(isinstance(v, str) for v in present) else None))
    except TypeError:
        return tuple(sorted(present, key=str))


def _natural_key(text: str) -> list[tuple[int, str]]:
    """Return a key that sorts the numbers within texts as numbers."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", text)]


def _is_number(column: pd.Series) -> bool:
    from pandas.api.types import is_bool_dtype, is_numeric_dtype

    return is_numeric_dtype(column) and not is_bool_dtype(column)
