"""A comparison: what differs, which differences are real, and how it is shown."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ginseng_rd.comparison.blocks import Block, Cell
from ginseng_rd.comparison.contrasts import Difference
from ginseng_rd.comparison.ranking import Pareto, Ranking
from ginseng_rd.errors import GinsengError, UnknownName
from ginseng_rd.records.estimate import Estimate
from ginseng_rd.records.formulation import Formulation
from ginseng_rd.words import say

if TYPE_CHECKING:
    import pandas as pd

_TOLD_ONE_BY_ONE = 3
_NAMED_IN_TITLE = 6
_ORIGINS = {
    "invented": (" (invented example data)", " (지어낸 예시 자료)"),
    "published": (" (published data)", " (문헌 자료)"),
}


@dataclass(frozen=True, eq=False)
class Comparison:
    """Two to fifty versions or batches side by side; the first is the base.

    ``blocks`` hold what there is to compare, with rows that differ and rows that do not; ``everything`` says whether
    the latter are shown. ``differences`` are those to the base with adjusted intervals. ``ranking`` is by the team's
    desirability where it declared one, ``pareto`` stands in otherwise. ``origin`` is ``own``, ``published`` or
    ``invented``; things of different origin are never put side by side.
    """

    codes: tuple[str, ...]
    blocks: tuple[Block, ...]
    differences: tuple[Difference, ...]
    ranking: Ranking | None
    pareto: Pareto | None
    origin: str
    day: date
    everything: bool
    formulations: Mapping[str, Formulation]

    @property
    def title(self) -> str:
        label = say(*_ORIGINS.get(self.origin, ("", "")))
        count = len(self.codes) - 1
        several = say(f"{count} others", f"다른 {count}개")
        others = ", ".join(self.codes[1:]) if count <= _NAMED_IN_TITLE else several
        return say(f"{others} against {self.codes[0]}{label}", f"{self.codes[0]} 대비 {others}{label}")

    def block(self, name: str) -> Block:
        """Return a block by its name: recipe, lots, process, dose, cost ... Raises UnknownName."""
        for block in self.blocks:
            if block.name == name:
                return block
        raise UnknownName("block of this comparison", name, [block.name for block in self.blocks])

    def table(self, name: str) -> pd.DataFrame:
        """Return a block as texts with marks: one row a row, one column a code."""
        return self.block(name).table(self.codes, everything=self.everything)

    @property
    def recipe(self) -> pd.DataFrame:
        """The recipes, % w/w, one row an ingredient and one column a code."""
        return self.table("recipe")

    @property
    def results(self) -> pd.DataFrame:
        """The measured properties, one row a property and one column a code."""
        return self.table("property")

    @property
    def alike(self) -> tuple[str, ...]:
        """What is the same in all."""
        return tuple(text for block in self.blocks for text in block.alike())

    def figures_by_endpoint(self) -> dict[str, dict[str, Estimate]]:
        """Return every number that may be weighed or ranked by: endpoint, then code."""
        return figures_of(self.blocks, self.codes)

    def measured(self) -> dict[str, Estimate]:
        """Return every number measured of these formulations, named ``endpoint code``; the basis states its sd."""
        return {
            f"{row.label} {code}": cell.estimate
            for row in self.block("property").rows
            for code, cell in zip(self.codes, row.cells, strict=True)
            if cell.estimate is not None
        }

    def sentences(self) -> tuple[str, ...]:
        """Return what is known of the differences and of the order of the codes, a sentence each."""
        said = [sentence for endpoint in self._endpoints() for sentence in _tell(endpoint)]
        if self.ranking:
            said.append(say("By desirability, best first: ", "만족도 순: ") + ", ".join(self.ranking.order) + ".")
        elif self.pareto:
            named = ", ".join(self.pareto.endpoints)
            said.append(
                say(
                    f"Not beaten by another on all of {named}: {', '.join(self.pareto.front)}.",
                    f"{named} 모두에서 다른 처방에 뒤지지 않음: {', '.join(self.pareto.front)}.",
                )
            )
            said += [
                say(f"{code} is beaten by {', '.join(others)}.", f"{code}: {', '.join(others)}에 뒤짐.")
                for code, others in self.pareto.beaten_by.items()
                if others
            ]
        return tuple(said)

    def as_json(self) -> dict[str, Any]:
        """Return blocks, differences and order as values for a script; text cells as shown, figures as numbers."""
        return {
            "codes": list(self.codes),
            "origin": self.origin,
            "day": self.day.isoformat(),
            "blocks": {
                block.name: {
                    row.label: [_cell_json(cell) for cell in row.cells]
                    for row in block.shown_rows(everything=self.everything)
                }
                for block in self.blocks
            },
            "differences": [asdict(d) | {"real": d.is_real, "sentence": str(d)} for d in self.differences],
            "order": list(self.ranking.order) if self.ranking else None,
            "not_beaten": list(self.pareto.front) if self.pareto else None,
            "alike": list(self.alike),
        }

    def _endpoints(self) -> list[list[Difference]]:
        names = dict.fromkeys(d.endpoint for d in self.differences)
        return [[d for d in self.differences if d.endpoint == name] for name in names]

    def plot(self) -> Any:
        """Return the recipes as a Plotly figure: one bar a formulation, one colour an ingredient that differs."""
        from ginseng_rd.reports.figures import draw_recipes

        return draw_recipes(self.recipe, title=self.title)

    def figures(self) -> dict[str, Any]:
        """Return Plotly figures by what they show: recipes, differences, trade-off; only those there are data for."""
        from ginseng_rd.comparison.showing import draw_all

        return draw_all(self)

    def save(self, path: str | Path) -> Path:
        """Write the comparison as one file, by its ending .html, .xlsx or .pdf, and return the path.

        HTML opens without a network. Raises GinsengError for another ending, a path that cannot be written, and a PDF
        where no Chromium is installed.
        """
        from ginseng_rd.comparison.showing import page_of, save_workbook
        from ginseng_rd.reports.pages import write_page
        from ginseng_rd.reports.printing import print_pdf

        target = Path(path).expanduser()
        kind = target.suffix.lower()
        if kind == ".html":
            return write_page(target, page_of(self))
        if kind == ".xlsx":
            return save_workbook(self, target)
        if kind == ".pdf":
            return print_pdf(page_of(self), target)
        raise GinsengError(
            say(
                f"A comparison is saved as .html, .xlsx or .pdf, but '{target.name}' was asked for.",
                f"비교는 .html, .xlsx, .pdf로 저장합니다. '{target.name}'은(는) 저장할 수 없습니다.",
            )
        )

    def __str__(self) -> str:
        from ginseng_rd.comparison.showing import as_text

        return as_text(self)

    def _repr_html_(self) -> str:
        from ginseng_rd.reports.pages import table_html

        parts = [f"<h4>{html.escape(self.title)}</h4>"]
        for block in self.blocks:
            if (table := block.table(self.codes, everything=self.everything)).size:
                parts.append(f"<p>{html.escape(block.title)}</p>{table_html(table)}")
        if sentences := self.sentences():
            parts.append(f"<ul>{''.join(f'<li>{html.escape(text)}</li>' for text in sentences)}</ul>")
        if self.alike:
            same = say("The same in all", "모두 같음")
            parts.append(f"<p>{same}: {html.escape(', '.join(self.alike))}.</p>")
        return "".join(parts)


def figures_of(blocks: tuple[Block, ...], codes: tuple[str, ...]) -> dict[str, dict[str, Estimate]]:
    """Return the estimates of the rows that name an endpoint: endpoint, then code."""
    found: dict[str, dict[str, Estimate]] = {}
    for block in blocks:
        for row in block.rows:
            own = {code: cell.estimate for code, cell in zip(codes, row.cells, strict=True) if cell.estimate}
            if row.endpoint and own:
                found.setdefault(row.endpoint, own)
    return found


def _tell(differences: list[Difference]) -> list[str]:
    """Return the sentences of one endpoint: each real difference, and in one where many are not told from the base."""
    real = [str(d) for d in differences if d.is_real]
    others = [d for d in differences if not d.is_real]
    if len(others) <= _TOLD_ONE_BY_ONE:
        return [*real, *map(str, others)]
    named, first = ", ".join(d.code for d in others), others[0]
    english = f"{first.endpoint}: not told from {first.base} are {named} ({first.adjustment})"
    return [
        *real,
        say(english, f"{first.endpoint}: {first.base}와(과) 차이가 확인되지 않음: {named} ({first.adjustment})"),
    ]


def _cell_json(cell: Cell) -> dict[str, Any]:
    number = None if cell.number is None else float(cell.number)
    estimate = {} if cell.estimate is None else asdict(cell.estimate)
    return {"text": cell.text, "number": number, "mark": cell.mark} | ({"estimate": estimate} if estimate else {})
