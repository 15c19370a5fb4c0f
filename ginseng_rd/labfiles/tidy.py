"""Sheets with headings in one row or two: CSV, TSV and XLSX, long, or wide with a heading a compound or replicate."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from ginseng_rd.errors import Finding, LabFileRejected, Place, Severity
from ginseng_rd.labfiles.bulk import without_cycle_search
from ginseng_rd.labfiles.headings import Heading, read_heading, stack_headings
from ginseng_rd.labfiles.melting import Melt, find_gaps
from ginseng_rd.labfiles.plans import Plan, best_plan
from ginseng_rd.labfiles.refusals import name_instrument
from ginseng_rd.labfiles.sheet_checks import weigh_sheet
from ginseng_rd.labfiles.sheets import read_sheets, tell_hidden, tell_merged
from ginseng_rd.labfiles.source import Source, wish_refused
from ginseng_rd.labfiles.tables import LabFile, TextTable
from ginseng_rd.labfiles.workbooks import Sheet, name_form
from ginseng_rd.records.kinds import KINDS, fold

NAME = "sheet with headings"

_LINES_ABOVE = 20  # how far down the heading row may stand


@dataclass(frozen=True)
class _Block:
    """A sheet with its headings found: they fill the rows from ``top`` to ``bottom``, counted from 0."""

    sheet: Sheet
    top: int
    bottom: int
    plan: Plan

    @property
    def place(self) -> Place:
        return Place(self.sheet.name, self.top + 1)


def recognises(source: Source) -> bool:
    """Take any text or workbook: the headings decide."""
    return True


@without_cycle_search()
def read(source: Source) -> LabFile:
    """Return a table for every sheet whose headings name a kind of reading.

    Raises LabFileRejected when no sheet does.
    """
    sheets, findings = read_sheets(source)
    filled = [sheet for sheet in sheets if any(map(_is_filled, sheet.rows))]
    blocks = [_find_headings(sheet, source) for sheet in filled]
    understood = [block for block in blocks if not block.plan.lacking()]
    if not understood:
        faults = [_no_kind_fits(block, source) for block in blocks]
        raise LabFileRejected(source.name, faults or [_nothing_in_it()])
    findings += [_sheet_not_read(block.sheet) for block in blocks if block.plan.lacking()]
    findings += _unmet_wishes(source, [block.plan for block in understood])
    tables = []
    for block in understood:
        table, told = _tabulate(block)
        tables.append(table)
        findings += [*told, *tell_hidden(block.sheet), *tell_merged(block.sheet)]
    form = name_form(source.data) or "CSV"
    return LabFile(f"{form} {NAME}", tuple(tables), {}, tuple(findings))


def _is_filled(row: Iterable[str]) -> bool:
    return any(map(str.strip, row))


def _find_headings(sheet: Sheet, source: Source) -> _Block:
    """Return the first headings that name a kind, in two rows where they fill two, or else the first filled row."""
    filled = list(islice((i for i, row in enumerate(sheet.rows) if _is_filled(row)), _LINES_ABOVE))
    single = {i: _Block(sheet, i, i, best_plan(_one_row(sheet.rows[i]), source)) for i in filled}
    for i in filled:
        stacked = i + 1 in single and stack_headings(sheet.rows[i], sheet.rows[i + 1], source.is_compound)
        if stacked:
            double = _Block(sheet, i, i + 1, best_plan(stacked, source))
            is_title = single[i].plan.lacking() and single[i + 1].plan.fit() >= double.plan.fit()
            if not double.plan.lacking() and not is_title:
                return double
        if not single[i].plan.lacking():
            return single[i]
    return single[filled[0]]


def _one_row(row: list[str]) -> list[Heading]:
    last = max(i for i, cell in enumerate(row) if cell.strip())
    return [read_heading(cell) for cell in row[: last + 1]]


def _tabulate(block: _Block) -> tuple[TextTable, list[Finding]]:
    sheet, plan = block.sheet, block.plan
    findings = [_clash(block, name) for name in plan.clashes]
    findings += [_gap(block, analyte, numbers) for analyte, numbers in find_gaps(plan.melted).items()]
    findings += _remarks(block)
    ragged: list[Finding] = []
    numbers: list[int] = []
    kept: list[list[str]] = []
    width = len(plan.headings)
    for number, cells in enumerate(sheet.rows[block.bottom + 1 :], start=block.bottom + 2):
        if not _is_filled(cells):
            continue
        if len(cells) != width and (len(cells) < width or _is_filled(cells[width:])):
            ragged.append(_ragged(sheet, number, cells, width))
            continue
        numbers.append(number)
        kept.append(cells)
    findings += ragged
    findings += weigh_sheet(sheet.name, plan, list(zip(numbers, kept, strict=True)))
    if not kept and not ragged:
        findings.append(_no_rows(block))
    if not plan.melted:
        return _long_table(block, numbers, kept), findings
    empty = sum(not cells[melt.position].strip() for cells in kept for melt in plan.melted)
    if empty:
        findings.append(_empty_cells(sheet, empty))
    return _wide_table(block, numbers, kept), findings


def _long_table(block: _Block, numbers: list[int], kept: list[list[str]]) -> TextTable:
    sheet, plan = block.sheet, block.plan
    by_position = list(map(list, zip(*kept, strict=False))) if kept else [[] for _ in plan.headings]
    columns = {name: [text] * len(kept) for name, text in (plan.fixed | plan.units).items()}
    columns |= {name: by_position[i] for name, i in plan.declared.items()}
    headings = _headings(plan)
    extra = {name: by_position[i] for name, i in _extra(plan).items()}
    apart = {name: [block.top + 1] * len(kept) for name in plan.units}
    return TextTable(
        plan.kind.name, columns, numbers, sheet.name, headings, extra, plan.own_units, block.top + 1, apart
    )


def _headings(plan: Plan) -> dict[str, str | list[str]]:
    at = plan.declared | {name: plan.stated_at[name] for name in plan.units}
    return {name: plan.headings[i].shown for name, i in at.items()}


def _wide_table(block: _Block, numbers: list[int], kept: list[list[str]]) -> TextTable:
    """Make one record of each filled cell under a melted heading. An empty one was not measured."""
    sheet, plan = block.sheet, block.plan
    cells = [(number, row, melt) for number, row in zip(numbers, kept, strict=True) for melt in plan.melted]
    cells = [(number, row, melt) for number, row, melt in cells if row[melt.position].strip()]
    columns = {name: [text] * len(cells) for name, text in (plan.fixed | plan.units).items()}
    columns |= {name: [row[i] for _, row, _ in cells] for name, i in plan.declared.items()}
    headings, apart = _headings(plan), {name: [block.top + 1] * len(cells) for name in plan.units}
    from_heading = [plan.headings[melt.position].shown for _, _, melt in cells]
    columns["value"], headings["value"] = [row[melt.position] for _, row, melt in cells], from_heading
    for name in ("analyte", "unit", "replicate"):
        if any(getattr(melt, name) for melt in plan.melted):
            stated = columns.get(name, [""] * len(cells))
            columns[name] = [getattr(melt, name) or text for (_, _, melt), text in zip(cells, stated, strict=True)]
            headings[name] = from_heading
            if name != "replicate":
                apart[name] = [block.top + 1 if getattr(melt, name) else number for number, _, melt in cells]
    if any(melt.sd is not None for melt in plan.melted):
        columns["sd"] = [_deviation(row, melt) for _, row, melt in cells]
        headings["sd"] = [plan.headings[m.position if m.sd is None else m.sd].shown for _, _, m in cells]
    extra = {name: [row[i] for _, row, _ in cells] for name, i in _extra(plan).items()}
    rows = [number for number, _, _ in cells]
    return TextTable(plan.kind.name, columns, rows, sheet.name, headings, extra, plan.own_units, block.top + 1, apart)


def _deviation(row: list[str], melt: Melt) -> str:
    return "" if melt.sd is None else row[melt.sd]


def _extra(plan: Plan) -> dict[str, int]:
    """Name the columns the kind does not know: by heading, and where that is empty or taken by position too."""
    named: dict[str, int] = {}
    for i in [*plan.unknown, *(i for clash in plan.clashes.values() for i in clash[1:])]:
        heading = plan.headings[i].shown
        named[heading if heading and heading not in named else f"{heading} (column {i + 1})".strip()] = i
    return named


def _unmet_wishes(source: Source, plans: list[Plan]) -> Iterator[Finding]:
    """Tell of ``columns`` and ``fixed`` entries that no sheet could follow."""
    known = list(dict.fromkeys(c.name for plan in plans for c in plan.kind.columns))
    there = {fold(heading.shown) for plan in plans for heading in plan.headings}
    for heading, name in source.columns.items():
        if fold(heading) not in there or name not in known:
            headings = [heading.shown for plan in plans for heading in plan.headings]
            yield wish_refused(f"columns: '{heading}' as '{name}'", headings, known)
    for name in source.fixed:
        if name not in known:
            yield wish_refused(f"fixed: '{name}'", [], known)
        elif any(name in plan.declared for plan in plans):
            yield Finding(
                Severity.STOPS,
                "given-twice",
                Place(),
                f"'{name}' given with the file and standing in it",
                "one of the two",
                "Leave it out of what is given with the file, or of the file.",
            )


def _no_kind_fits(block: _Block, source: Source) -> Finding:
    sheet, plan = block.sheet, block.plan
    if instrument := name_instrument(sheet.rows):
        remedy = "It is not read yet: put its numbers into a sheet with headings, or export it in a format that is."
        expected = "a format that is read here"
        return Finding(Severity.STOPS, "no-reader-yet", Place(sheet.name), instrument, expected, remedy)
    expected = f"those of one kind of reading: {', '.join(KINDS)}"
    if len(plan.lacking()) < len(plan.kind.required):
        lacking = ", ".join(f"'{name}' ({plan.kind[name].korean})" for name in plan.lacking())
        expected = f"those of one kind of reading; nearest is '{plan.kind.name}', which lacks {lacking}"
    remedy = "Rename the headings, or say which heading is which column when uploading."
    if plan.kind.name == "content" and any(source.is_compound(heading.name) for heading in plan.headings):
        remedy = "Write the unit behind each compound, such as 'Rg1 (mg/g)'."
    quoted = ", ".join(f"'{heading.shown}'" for heading in plan.headings[:30])
    quoted += " ..." if len(plan.headings) > 30 else ""
    return Finding(Severity.STOPS, "no-kind-fits", block.place, f"headings {quoted}", expected, remedy)


def _nothing_in_it() -> Finding:
    return Finding(Severity.STOPS, "empty-file", Place(), "no filled cell", "a row of headings and rows below", "")


def _no_rows(block: _Block) -> Finding:
    remedy = "Upload the file once there are readings in it."
    return Finding(Severity.STOPS, "no-rows", block.place, "headings only", "rows below them", remedy)


def _sheet_not_read(sheet: Sheet) -> Finding:
    return Finding(
        Severity.ASKS,
        "sheet-not-read",
        Place(sheet.name),
        "headings of no kind of reading",
        f"headings of one of {', '.join(KINDS)}",
        "It will be left out; mend its headings if it holds readings.",
    )


def _clash(block: _Block, name: str) -> Finding:
    plan = block.plan
    quoted = " and ".join(f"'{plan.headings[i].shown}'" for i in plan.clashes[name])
    return Finding(
        Severity.STOPS,
        "same-column-twice",
        block.place,
        f"headings {quoted}",
        f"one heading that means '{name}' ({plan.kind[name].korean})",
        "Rename the other, or say which heading is which column when uploading.",
    )


def _gap(block: _Block, analyte: str, numbers: list[str]) -> Finding:
    of = f" of '{analyte}'" if analyte else ""
    found, expected = f"replicates {', '.join(numbers)}{of}", "replicates counted from 1 without a gap"
    return Finding(Severity.STOPS, "replicates-not-counted", block.place, found, expected, "Correct the headings.")


def _remarks(block: _Block) -> Iterator[Finding]:
    plan = block.plan
    if any(map(_is_filled, block.sheet.rows[: block.top])):
        yield Finding(
            Severity.NOTES,
            "rows-above",
            block.place,
            "filled rows above the headings",
            "headings first",
            "The rows above were not read.",
        )
    for i in plan.doubtful:
        yield Finding(
            Severity.ASKS,
            "compound-not-read",
            block.place,
            f"the heading '{plan.headings[i].shown}'",
            "a compound with its unit behind it, such as 'Rg1 (mg/g)'",
            "Correct the heading; accepted, its numbers are kept as text only.",
        )
    if plan.unknown:
        quoted = ", ".join(f"'{name}'" for name in _extra(plan))
        yield Finding(
            Severity.NOTES,
            "unknown-columns",
            block.place,
            f"headings {quoted}",
            f"columns of '{plan.kind.name}'",
            "Their cells are kept as text beside the readings.",
        )


def _ragged(sheet: Sheet, number: int, cells: list[str], width: int) -> Finding:
    return Finding(
        Severity.STOPS,
        "ragged-row",
        Place(sheet.name, number),
        f"{len(cells)} cells",
        f"{width} cells, as there are headings",
        "Put text that holds a comma in quotation marks, and write numbers with a decimal point.",
    )


def _empty_cells(sheet: Sheet, count: int) -> Finding:
    return Finding(
        Severity.NOTES,
        "empty-cells",
        Place(sheet.name),
        f"{count} empty cells under compounds",
        "a value, or a mark such as N.D.",
        "They were taken as not measured.",
    )
