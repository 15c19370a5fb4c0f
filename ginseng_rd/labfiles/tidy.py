"""Sheets with one heading row: CSV, TSV and XLSX, long, or wide with a heading a compound."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ginseng_rd.errors import Finding, LabFileRejected, Place, Severity
from ginseng_rd.labfiles.headings import Plan, best_plan
from ginseng_rd.labfiles.refusals import name_instrument
from ginseng_rd.labfiles.sheets import XLSX_START, Sheet, read_sheets
from ginseng_rd.labfiles.source import Source, wish_refused
from ginseng_rd.labfiles.tables import LabFile, TextTable
from ginseng_rd.records.kinds import KINDS, fold

NAME = "sheet with headings"

_LINES_ABOVE = 20  # how far down the heading row may stand


def recognises(source: Source) -> bool:
    """Take any text or workbook: the headings decide."""
    return True


def read(source: Source) -> LabFile:
    """Return a table for every sheet whose headings name a kind of reading.

    Raises LabFileRejected when no sheet does.
    """
    sheets, findings = read_sheets(source)
    filled = [sheet for sheet in sheets if any(map(_is_filled, sheet.rows))]
    planned = [(sheet, *_find_headings(sheet, source)) for sheet in filled]
    understood = [(sheet, row, plan) for sheet, row, plan in planned if not plan.lacking()]
    if not understood:
        faults = [_no_kind_fits(sheet, row, plan, source) for sheet, row, plan in planned]
        raise LabFileRejected(source.name, faults or [_nothing_in_it()])
    findings += [_sheet_not_read(sheet) for sheet, _, plan in planned if plan.lacking()]
    findings += _unmet_wishes(source, [plan for _, _, plan in understood])
    tables = []
    for sheet, row, plan in understood:
        table, told = _tabulate(sheet, row, plan)
        tables.append(table)
        findings += told
    form = "XLSX" if source.data.startswith(XLSX_START) else "CSV"
    return LabFile(f"{form} {NAME}", tuple(tables), {}, tuple(findings))


def _is_filled(row: Iterable[str]) -> bool:
    return any(cell.strip() for cell in row)


def _find_headings(sheet: Sheet, source: Source) -> tuple[int, Plan]:
    """Return the index and reading of the first row that names a kind, or else of the first filled row."""
    filled = [i for i, row in enumerate(sheet.rows) if _is_filled(row)][:_LINES_ABOVE]
    plans = {i: best_plan(_trimmed(sheet.rows[i]), source) for i in filled}
    index = next((i for i in filled if not plans[i].lacking()), filled[0])
    return index, plans[index]


def _trimmed(row: list[str]) -> list[str]:
    headings = [cell.strip() for cell in row]
    while not headings[-1]:
        headings.pop()
    return headings


def _tabulate(sheet: Sheet, row: int, plan: Plan) -> tuple[TextTable, list[Finding]]:
    findings = [_clash(sheet, row, plan, name) for name in plan.clashes]
    findings += _remarks(sheet, row, plan)
    numbers: list[int] = []
    kept: list[list[str]] = []
    width = len(plan.headings)
    for number, cells in enumerate(sheet.rows[row + 1 :], start=row + 2):
        if not _is_filled(cells):
            continue
        if len(cells) < width or _is_filled(cells[width:]):
            findings.append(_ragged(sheet, number, cells, width))
            continue
        numbers.append(number)
        kept.append(cells)
    if not kept:
        findings.append(_no_rows(sheet, row))
    if not plan.melted:
        return _long_table(sheet, plan, numbers, kept), findings
    empty = sum(not cells[i].strip() for cells in kept for i, _, _ in plan.melted)
    if empty:
        findings.append(_empty_cells(sheet, empty))
    return _wide_table(sheet, plan, numbers, kept), findings


def _long_table(sheet: Sheet, plan: Plan, numbers: list[int], kept: list[list[str]]) -> TextTable:
    by_position = list(map(list, zip(*kept, strict=False))) if kept else [[] for _ in plan.headings]
    columns = {name: [text] * len(kept) for name, text in (plan.fixed | plan.units).items()}
    columns |= {name: by_position[i] for name, i in plan.declared.items()}
    headings: dict[str, str | list[str]] = {name: plan.headings[i] for name, i in plan.declared.items()}
    extra = {name: by_position[i] for name, i in _extra(plan).items()}
    return TextTable(plan.kind.name, columns, numbers, sheet.name, headings, extra)


def _wide_table(sheet: Sheet, plan: Plan, numbers: list[int], kept: list[list[str]]) -> TextTable:
    """Make one record of each filled cell under a compound's heading. An empty one was not measured."""
    cells = [(number, row, melt) for number, row in zip(numbers, kept, strict=True) for melt in plan.melted]
    cells = [(number, row, melt) for number, row, melt in cells if row[melt[0]].strip()]
    columns = {name: [text] * len(cells) for name, text in plan.fixed.items()}
    columns |= {name: [row[i] for _, row, _ in cells] for name, i in plan.declared.items()}
    columns["value"] = [row[position] for _, row, (position, _, _) in cells]
    columns["analyte"] = [analyte for _, _, (_, analyte, _) in cells]
    columns["unit"] = [unit for _, _, (_, _, unit) in cells]
    headings: dict[str, str | list[str]] = {name: plan.headings[i] for name, i in plan.declared.items()}
    from_heading = [plan.headings[position] for _, _, (position, _, _) in cells]
    headings |= {"value": from_heading, "analyte": from_heading, "unit": from_heading}
    extra = {name: [row[i] for _, row, _ in cells] for name, i in _extra(plan).items()}
    return TextTable(plan.kind.name, columns, [number for number, _, _ in cells], sheet.name, headings, extra)


def _extra(plan: Plan) -> dict[str, int]:
    """Name the columns the kind does not know: by heading, and where that is empty or taken by position too."""
    named: dict[str, int] = {}
    for i in [*plan.unknown, *(i for clash in plan.clashes.values() for i in clash[1:])]:
        heading = plan.headings[i]
        named[heading if heading and heading not in named else f"{heading} (column {i + 1})".strip()] = i
    return named


def _unmet_wishes(source: Source, plans: list[Plan]) -> Iterator[Finding]:
    """Tell of ``columns`` and ``fixed`` entries that no sheet could follow."""
    known = list(dict.fromkeys(c.name for plan in plans for c in plan.kind.columns))
    there = {fold(heading) for plan in plans for heading in plan.headings}
    for heading, name in source.columns.items():
        if fold(heading) not in there or name not in known:
            headings = [h for plan in plans for h in plan.headings]
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


def _no_kind_fits(sheet: Sheet, row: int, plan: Plan, source: Source) -> Finding:
    if instrument := name_instrument(sheet.rows):
        remedy = "It is not read yet: put its numbers into a sheet with headings, or export it in a format that is."
        expected = "a format that is read here"
        return Finding(Severity.STOPS, "no-reader-yet", Place(sheet.name), instrument, expected, remedy)
    expected = f"those of one kind of reading: {', '.join(KINDS)}"
    if len(plan.lacking()) < len(plan.kind.required):
        lacking = ", ".join(f"'{name}' ({plan.kind[name].korean})" for name in plan.lacking())
        expected = f"those of one kind of reading; nearest is '{plan.kind.name}', which lacks {lacking}"
    remedy = "Rename the headings, or say which heading is which column when uploading."
    if plan.kind.name == "content" and any(map(source.is_compound, plan.headings)):
        remedy = "Write the unit behind each compound, such as 'Rg1 (mg/g)'."
    quoted = ", ".join(map(repr, plan.headings[:30])) + (" ..." if len(plan.headings) > 30 else "")
    return Finding(Severity.STOPS, "no-kind-fits", Place(sheet.name, row + 1), f"headings {quoted}", expected, remedy)


def _nothing_in_it() -> Finding:
    return Finding(Severity.STOPS, "empty-file", Place(), "no filled cell", "a row of headings and rows below", "")


def _no_rows(sheet: Sheet, row: int) -> Finding:
    remedy = "Upload the file once there are readings in it."
    return Finding(Severity.STOPS, "no-rows", Place(sheet.name, row + 1), "headings only", "rows below them", remedy)


def _sheet_not_read(sheet: Sheet) -> Finding:
    return Finding(
        Severity.ASKS,
        "sheet-not-read",
        Place(sheet.name),
        "headings of no kind of reading",
        f"headings of one of {', '.join(KINDS)}",
        "It will be left out; mend its headings if it holds readings.",
    )


def _clash(sheet: Sheet, row: int, plan: Plan, name: str) -> Finding:
    quoted = " and ".join(f"'{plan.headings[i]}'" for i in plan.clashes[name])
    return Finding(
        Severity.STOPS,
        "same-column-twice",
        Place(sheet.name, row + 1),
        f"headings {quoted}",
        f"one heading that means '{name}' ({plan.kind[name].korean})",
        "Rename the other, or say which heading is which column when uploading.",
    )


def _remarks(sheet: Sheet, row: int, plan: Plan) -> Iterator[Finding]:
    if any(map(_is_filled, sheet.rows[:row])):
        yield Finding(
            Severity.NOTES,
            "rows-above",
            Place(sheet.name, row + 1),
            "filled rows above the headings",
            "headings first",
            "The rows above were not read.",
        )
    if plan.unknown:
        quoted = ", ".join(f"'{name}'" for name in _extra(plan))
        yield Finding(
            Severity.NOTES,
            "unknown-columns",
            Place(sheet.name, row + 1),
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
