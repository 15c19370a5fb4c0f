"""What a search found: compounds with what was measured of each, as a table and as drawings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Any

from ginseng_rd.chemistry.compounds import Compound

_DRAWN = 12
_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Hit:
    """A compound found, and what the search measured of it, such as its similarity."""

    compound: Compound
    measures: Mapping[str, float | str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Hits:
    """The answer to ``question``, best first; ``note`` says where it is not the whole answer."""

    question: str
    hits: tuple[Hit, ...]
    note: str = ""

    def __len__(self) -> int:
        return len(self.hits)

    def __iter__(self) -> Iterator[Hit]:
        return iter(self.hits)

    def __and__(self, other: Hits) -> Hits:
        """Return what both searches found, in the order of this one."""
        measures = {hit.compound.code: hit.measures for hit in other.hits}
        both = tuple(
            Hit(hit.compound, {**hit.measures, **measures[hit.compound.code]})
            for hit in self.hits
            if hit.compound.code in measures
        )
        note = " ".join(dict.fromkeys(filter(None, (self.note, other.note))))
        return Hits(f"{self.question}, and {other.question}", both, note)

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of what was found."""
        return tuple(hit.compound.code for hit in self.hits)

    def table(self) -> Any:
        """Return a DataFrame: code, name, korean_name, family, formula, molar_mass (g/mol), and what was measured."""
        import pandas as pd

        columns = ["code", "name", "korean_name", "family", "formula", "molar_mass"]
        measured = list(dict.fromkeys(name for hit in self.hits for name in hit.measures))
        rows = [
            [getattr(hit.compound, name) for name in columns] + [hit.measures.get(name) for name in measured]
            for hit in self.hits
        ]
        return pd.DataFrame(rows, columns=columns + measured)

    def __str__(self) -> str:
        head = f"{len(self)} found: {self.question}. {self.note}".rstrip()
        return f"{head}\n{self.table().to_string(index=False, max_rows=20)}" if self.hits else head

    def _repr_html_(self) -> str:
        head = f"<p>{len(self)} found: {escape(self.question)}. {escape(self.note)}</p>"
        if not self.hits:
            return head
        pictures = "".join(_draw(hit) for hit in self.hits[:_DRAWN])
        table = self.table().to_html(index=False, border=0, max_rows=_SHOWN, na_rep="")
        return f"{head}<div style='display:flex;flex-wrap:wrap;gap:.5em'>{pictures}</div>{table}"


def _draw(hit: Hit) -> str:
    from ginseng_rd.chemistry.structures import draw_svg

    if not hit.compound.smiles:
        return ""
    told = ", ".join(f"{name} {_short(value)}" for name, value in hit.measures.items())
    picture = draw_svg(hit.compound.smiles, width=240, height=180, legend=hit.compound.code)
    return f"<figure style='margin:0'>{picture}<figcaption>{escape(told)}</figcaption></figure>"


def _short(value: float | str) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)
