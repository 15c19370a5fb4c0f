"""Chromeleon integration results exported to text, CSV or a workbook: the peaks of one or more injections."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from ginseng_rd.errors import Finding, LabFileRejected, Place, Severity
from ginseng_rd.labfiles.chromeleon_tables import PeakTable, find_tables, is_absent
from ginseng_rd.labfiles.peaks import (
    UNSTATED_UNIT,
    Peak,
    has_decimal_commas,
    name_sample,
    settle_amounts,
    tabulate_peaks,
    tell_wrong_total,
    with_decimal_point,
)
from ginseng_rd.labfiles.sheets import tell_hidden
from ginseng_rd.labfiles.source import Source, apply_wishes
from ginseng_rd.labfiles.tables import LabFile, TextTable
from ginseng_rd.labfiles.text_sheets import ends_within_a_line, sheets_or_text
from ginseng_rd.labfiles.workbooks import Sheet

NAME = "Chromeleon integration results"

_AREA = re.compile(r"area|fläche|aire|surface|면적", re.I)
_TIME = re.compile(r"ret.*(time|zeit)|temps de rétention|머무름|보유", re.I)
_TOP = 300  # lines in which the first table of a report begins
_EXPORT_AGAIN = "Export the integration results from Chromeleon again, and upload that file."


@dataclass(frozen=True)
class _Numbered:
    """A peak table with decimal points, its peaks' cells by column of the kind, and what else stands beside them."""

    table: PeakTable
    rows: list[tuple[int, dict[str, str], dict[str, str]]]
    total: dict[str, str]


def recognises(source: Source) -> bool:
    """Tell it by a line of headings of a peak table with its units below: names, retention times in min, areas."""
    if not source.sheets and not (_AREA.search(source.text[:20000]) and _TIME.search(source.text[:20000])):
        return False
    tops = (replace(sheet, rows=sheet.rows[:_TOP]) for sheet in sheets_or_text(source))
    return any(table.is_of_chromeleon() for sheet in tops for table in find_tables(sheet)[0])


def read(source: Source) -> LabFile:
    """Return one table of peaks a sheet; a component that was not found is a row "N.D." without a number.

    Decimal commas are taken as such when every time has one. Stops a table whose areas do not sum to
    its total or whose peaks are not numbered through, and asks about one that has no total.
    Raises LabFileRejected for tables without a peak.
    """
    findings: list[Finding] = []
    tables: list[TextTable] = []
    seen: set[tuple[str, ...]] = set()
    about: dict[str, str] = {}
    for sheet in sheets_or_text(source):
        with_peaks, without = find_tables(sheet)
        found = [_numbered(table) for table in with_peaks]
        fresh = [part for part in found if _identity(part) not in seen]
        seen |= {_identity(part) for part in found}
        findings += _tell_left_out(sheet, bool(found), len(found) - len(fresh))
        findings += [fault for part in fresh for fault in _faults(part)]
        findings += [_untabled(sheet, line, sample) for line, sample in without if found]
        findings += [_unnamed(part) for part in fresh if len(fresh) > 1 and not part.table.about.get("sample")]
        peaks: list[Peak] = []
        for part in fresh:
            about = about or part.table.about
            read_peaks, told = _read_peaks(part, source)
            peaks += read_peaks
            findings += told
        if peaks:
            peaks, unclear = settle_amounts(peaks, source)
            headings = {column: next(iter(_heading(fresh[0], column)), column) for column in fresh[0].table.columns()}
            table, refused = apply_wishes(tabulate_peaks(peaks, headings, source, sheet=sheet.name), source)
            tables.append(table)
            findings += [*unclear, *refused, *tell_hidden(sheet)]
    if ends_within_a_line(source):
        findings.append(_fault("cut-file", Place(), "a last line without its end", "a whole line"))
    if not tables:
        raise LabFileRejected(source.name, [*findings, _fault("no-peaks", Place(), "no peak", "a table of peaks")])
    about = {"data_file": about.get("sequence", ""), "acquired": "", "sample": ""} | about
    return LabFile(NAME, tuple(tables), about, tuple(dict.fromkeys(findings)))


def _heading(part: _Numbered, column: str) -> list[str]:
    at = part.table.columns()[column]
    return [heading for heading, i in part.table.headings.items() if i == at]


def _numbered(table: PeakTable) -> _Numbered:
    columns = table.columns()
    known = {at: column for column, at in columns.items()}
    named = {heading: known.get(at, "") for heading, at in table.headings.items()}
    texts = [cells for _, cells in table.rows]
    times = [cells[heading] for cells in texts for heading, column in named.items() if column == "retention_min"]
    numbers = [text for cells in texts for heading, text in cells.items() if named[heading] != "component"]
    with_commas = has_decimal_commas((time for time in times if not is_absent(time)), numbers)
    rows = []
    for line, cells in table.rows:
        mended = {heading: with_decimal_point(text) if with_commas else text for heading, text in cells.items()}
        of_kind = {named[heading]: text for heading, text in mended.items() if named[heading]}
        if "component" in of_kind:
            of_kind["component"] = next(cells[heading] for heading, column in named.items() if column == "component")
        extra = {h: text for h, text in mended.items() if not named[h] and not is_absent(text)}
        rows.append((line, of_kind, extra))
    total = {c: with_decimal_point(text) if with_commas else text for c, text in (table.total or {}).items()}
    return _Numbered(table, rows, total)


def _identity(part: _Numbered) -> tuple[str, ...]:
    """Return what two tables share that show the same peaks on two sheets of a report."""
    about = part.table.about
    areas = (cells["value"] for _, cells, _ in part.rows)
    return (about.get("sample", ""), about.get("channel", ""), about.get("acquired", ""), *areas)


def _tell_left_out(sheet: Sheet, has_tables: bool, repeated: int) -> Iterator[Finding]:
    place = Place(sheet.name)
    if repeated:
        found, remedy = "the peaks of another sheet again", "They are read once."
        yield Finding(Severity.NOTES, "sheet-repeats", place, found, "peaks that were not read yet", remedy)
    elif not has_tables and any(cell.strip() for row in sheet.rows for cell in row):
        found, remedy = "a sheet without a peak table", "It is left out; the file is kept as it is."
        yield Finding(Severity.NOTES, "sheet-not-read", place, found, "a table of peaks", remedy)


def _faults(part: _Numbered) -> list[Finding]:
    table = part.table
    place = Place(table.sheet.name, table.top + 1)
    faults = [
        _fault("cut-line", Place(table.sheet.name, line + 1), f"'{text}'", "the number of a peak, or 'Total:'")
        for line, text in table.cut
    ]
    faults += [
        _fault("cut-line", Place(table.sheet.name, line + 1), "a line without area and name", "the name of a component")
        for line, cells, _ in part.rows
        if is_absent(cells["value"]) and is_absent(cells["component"])
    ]
    numbers = [cells["peak"] for _, cells, _ in part.rows if not is_absent(cells.get("peak", ""))]
    of = f"'{table.about.get('sample', '') or 'the injection'}'"
    if part.table.total is None:
        found, remedy = f"no total below the peaks of {of}", "Accept it if the table is whole."
        asked = Finding(Severity.ASKS, "no-total", place, found, "a line 'Total:'", remedy)
        faults = faults or [asked]
    elif not is_absent(part.total["value"]):
        areas = [cells["value"] for _, cells, _ in part.rows if not is_absent(cells["value"])]
        return faults + tell_wrong_total(areas, part.total["value"], of=of, line=table.top + 1, remedy=_EXPORT_AGAIN)
    if numbers != [str(i + 1) for i in range(len(numbers))]:
        found = f"peaks {', '.join(numbers)} of {of}"
        faults.append(_fault("peak-missing", place, found, f"peaks numbered 1 to {len(numbers)}"))
    return faults


def _untabled(sheet: Sheet, line: int, sample: str) -> Finding:
    return _fault("cut-file", Place(sheet.name, line + 1), f"no peak table of '{sample}'", "its peaks below its name")


def _unnamed(part: _Numbered) -> Finding:
    place = Place(part.table.sheet.name, part.table.top + 1)
    return _fault(
        "cut-file", place, "peaks below no name of their injection", "a line 'Injection Name:' above each table"
    )


def _read_peaks(part: _Numbered, source: Source) -> tuple[list[Peak], list[Finding]]:
    about, units = part.table.about, part.table.units
    sample, told = name_sample(about.get("sample", ""), source.name, source)
    signal = f"{about.get('channel', '')} {about.get('wavelength', '')}".strip()
    constant = {
        "sample": sample,
        "injection": f"{about['sequence']}/{sample}" if about.get("sequence") else sample,
        "measured_at": about.get("acquired", ""),
        "signal": signal or "chromatogram",
        "unit": units.get("value", "") or UNSTATED_UNIT,
    }
    peaks = []
    for line, cells, extra in part.rows:
        known = {column: "" if is_absent(text) else text for column, text in cells.items()}
        if not known["value"]:
            known = {"component": cells["component"], "value": "N.D."}
        elif "amount" in known:
            known["amount_unit"] = "" if is_absent(units.get("amount", "")) else units["amount"]
        peaks.append(Peak(line + 1, {**constant, **known}, extra))
    return peaks, told


def _fault(code: str, place: Place, found: str, expected: str) -> Finding:
    return Finding(Severity.STOPS, code, place, found, expected, _EXPORT_AGAIN)
