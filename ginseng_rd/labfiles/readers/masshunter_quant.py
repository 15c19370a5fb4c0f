"""Agilent MassHunter quantitation batch exported to CSV: a line a sample, and columns for each compound.

The first line of headings names the groups (``Sample``, ``Rg1 Method``, ``Rg1 Results``), the second
what each column of a group holds. Responses carry no unit; they are read as counts. The file states
neither how many samples there are nor where it ends.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ginseng_rd.errors import Finding, LabFileRejected, Place, Severity
from ginseng_rd.labfiles.peaks import (
    UNSTATED_UNIT,
    Peak,
    has_decimal_commas,
    settle_amounts,
    tabulate_peaks,
    with_decimal_point,
)
from ginseng_rd.labfiles.source import Source, apply_wishes
from ginseng_rd.labfiles.tables import LabFile
from ginseng_rd.labfiles.text_sheets import count_cells, ends_within_a_line, sheets_or_text
from ginseng_rd.labfiles.workbooks import Sheet

NAME = "Agilent MassHunter quantitation"

_GROUP = re.compile(r"(.+) (Results|Method)")
_QUALIFIER = "Qualifier"  # a second transition of the compound before it, which confirms and does not count
_COLUMNS = {"RT": "retention_min", "Final Conc.": "amount", "Calc. Conc.": "amount", "Height": "height"}
_AREAS = ("Area", "Resp.")
_HEADINGS = {"value": "Resp.", "retention_min": "RT", "amount": "Final Conc.", "component": "Results"}
_EXPORT_AGAIN = "Export the batch table from MassHunter again, with 'Resp.' or 'Area' among the results of a compound."


@dataclass(frozen=True)
class _Batch:
    """A batch: where its two lines of headings stand, and each column's group and heading."""

    sheet: Sheet
    top: int
    columns: dict[int, tuple[str, str]]

    def compounds(self) -> list[str]:
        """Return the compounds that have results, in their order."""
        named = (_GROUP.fullmatch(group) for group, _ in self.columns.values())
        results = (found[1] for found in named if found and found[2] == "Results")
        return list(dict.fromkeys(name for name in results if not name.startswith(_QUALIFIER)))

    def cells(self, row: list[str], group: str) -> dict[str, str]:
        """Return what a line holds of a group, by heading."""
        return {heading: row[i].strip() for i, (of, heading) in self.columns.items() if of == group}


def recognises(source: Source) -> bool:
    """Tell it by a line of groups, ``Sample`` and ``... Results``, above a line of headings with ``Name``."""
    if not source.sheets and " Results" not in source.text[:20000]:
        return False
    return any(_find_batch(sheet) for sheet in sheets_or_text(source))


def read(source: Source) -> LabFile:
    """Return one table of peaks: for each sample each compound, "N.D." where it has no response.

    Decimal commas are taken as such when every retention time has one. Stops lines that are cut.
    Raises LabFileRejected for a batch without responses or without a sample.
    """
    batch = next(batch for sheet in sheets_or_text(source) if (batch := _find_batch(sheet)))
    bare = [name for name in batch.compounds() if not _has_areas(batch, name)]
    if bare:
        found = f"results of {', '.join(map(repr, bare))} without a response"
        raise LabFileRejected(source.name, [_fault("other-report", batch.top + 2, found, "'Resp.' or 'Area'")])
    cut = _cut_lines(batch, count_cells(source))
    findings = [
        *_tell_groups(batch),
        *(_fault("cut-line", line, found, "a cell below each heading") for line, found in cut),
    ]
    if ends_within_a_line(source):
        findings.append(_fault("cut-file", None, "a last line without its end", "a whole line"))
    peaks = list(_read_peaks(batch))
    if not peaks:
        raise LabFileRejected(source.name, [*findings, _fault("no-rows", None, "no sample", "a line for each sample")])
    settled, unclear = settle_amounts(peaks, source, heading="Final Conc.")
    table, refused = apply_wishes(tabulate_peaks(settled, _HEADINGS, source, sheet=batch.sheet.name), source)
    about = {"data_file": "", "acquired": "", "sample": peaks[0].cells["sample"]}
    return LabFile(NAME, (table,), about, (*findings, *unclear, *refused))


def _find_batch(sheet: Sheet) -> _Batch | None:
    for top in range(min(len(sheet.rows) - 1, 10)):
        groups = [cell.strip() for cell in sheet.rows[top]]
        headings = [cell.strip() for cell in sheet.rows[top + 1]]
        if "Sample" not in groups or not any(map(_GROUP.fullmatch, groups)) or "Name" not in headings:
            continue
        columns, group = {}, "Sample"
        for i, (above, heading) in enumerate(zip(groups, headings, strict=True)):
            group = above or group
            if heading:
                columns[i] = (group, heading)
        return _Batch(sheet, top, columns)
    return None


def _lines(batch: _Batch) -> Iterator[tuple[int, list[str]]]:
    for i in range(batch.top + 2, len(batch.sheet.rows)):
        if any(cell.strip() for cell in batch.sheet.rows[i]):
            yield i, batch.sheet.rows[i]


def _has_areas(batch: _Batch, compound: str) -> bool:
    return any(group == f"{compound} Results" and heading in _AREAS for group, heading in batch.columns.values())


def _tell_groups(batch: _Batch) -> Iterator[Finding]:
    """Ask about groups of columns that are neither the sample's nor a compound's method or results."""
    for group in dict.fromkeys(group for group, _ in batch.columns.values()):
        if group != "Sample" and not _GROUP.fullmatch(group):
            place, remedy = Place(row=batch.top + 1), "Accept it if they are not wanted: they will be left out."
            expected = "'Sample', and for each compound its 'Method' and 'Results'"
            yield Finding(Severity.ASKS, "section-not-read", place, f"columns under '{group}'", expected, remedy)


def _cut_lines(batch: _Batch, counts: list[int]) -> Iterator[tuple[int, str]]:
    """Yield lines without a sample, or with fewer or more cells than there are headings: their cells are shifted."""
    for i, row in _lines(batch):
        if counts and counts[i] != counts[batch.top + 1]:
            yield i + 1, f"a line of {counts[i]} cells"
            continue
        if not batch.cells(row, "Sample").get("Name"):
            yield i + 1, "a line without the name of its sample"
        elif any(cell.strip() for c, cell in enumerate(row) if c > max(batch.columns)):
            yield i + 1, "a line with more cells than headings"


def _read_peaks(batch: _Batch) -> Iterator[Peak]:
    rows = list(_lines(batch))
    results = [f"{compound} Results" for compound in batch.compounds()]
    texts = [batch.cells(row, group) for _, row in rows for group in results]
    times = [cells.get("RT", "") for cells in texts if cells.get("RT", "")]
    with_commas = has_decimal_commas(times, (text for cells in texts for text in cells.values()))
    for i, row in rows:
        stated = batch.cells(row, "Sample")
        constant = {
            "sample": stated.get("Name", ""),
            "injection": stated.get("Data File") or stated.get("Name", ""),
            "measured_at": stated.get("Acq. Date-Time", ""),
            "unit": UNSTATED_UNIT,
        }
        for number, compound in enumerate(batch.compounds(), start=1):
            method = batch.cells(row, f"{compound} Method")
            cells = batch.cells(row, f"{compound} Results")
            plain = {h: with_decimal_point(text) if with_commas else text for h, text in cells.items()}
            signal = method.get("Transition") or method.get("Signal") or "quantifier"
            of_compound = {"component": compound, "signal": signal, "amount_unit": method.get("Units", "")}
            yield Peak(i + 1, {**constant, **of_compound, **_result(plain, number)}, _beside(plain, stated))


def _result(cells: Mapping[str, str], number: int) -> dict[str, str]:
    area = next((cells[name] for name in _AREAS if cells.get(name)), "")
    if not area:
        return {"value": "N.D."}
    known = {column: cells[heading] for heading, column in reversed(_COLUMNS.items()) if cells.get(heading)}
    return {**known, "value": area, "peak": str(number)}


def _beside(cells: Mapping[str, str], stated: Mapping[str, str]) -> dict[str, str]:
    kept = {heading: text for heading, text in cells.items() if text and heading not in (*_COLUMNS, *_AREAS)}
    return kept | {name: stated[name] for name in ("Type", "Level", "Dil.") if stated.get(name)}


def _fault(code: str, line: int | None, found: str, expected: str) -> Finding:
    return Finding(Severity.STOPS, code, Place(row=line), found, expected, _EXPORT_AGAIN)
