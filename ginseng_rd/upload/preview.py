"""A file before it is stored, as a table of cells with its faults marked.

A sheet is shown as it was typed, with the rows and columns that Excel counts; an instrument's file as
the readings taken from it. The value is plain: a notebook, the terminal and the portal show the same one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from ginseng_rd.errors import Finding, LabFileRejected, Severity, in_order
from ginseng_rd.labfiles import LabFile, tidy
from ginseng_rd.labfiles.sheets import read_sheets
from ginseng_rd.labfiles.source import Source
from ginseng_rd.labfiles.workbooks import Sheet, name_column
from ginseng_rd.records.kinds import KINDS
from ginseng_rd.records.readings import Readings
from ginseng_rd.upload.intake import Incoming
from ginseng_rd.words import say

if TYPE_CHECKING:
    import pandas as pd

_ROWS = 200  # of a file, beside those with findings
_FIRST_ROWS = 10  # that show what a long sheet looks like
_COLUMNS = 60  # of a sheet, beside those with findings
_LETTERS = 200  # of a cell
_HEADINGS_WITHIN = 40  # rows from the top


@dataclass(frozen=True)
class Mark:
    """What is said of one cell, or of a whole row where ``position`` is None: the findings, counted from 1."""

    position: int | None
    severity: Severity
    findings: tuple[int, ...]


@dataclass(frozen=True)
class PreviewRow:
    """A row of the file: its number there, its cells as text, and what is said of them."""

    number: int | None
    cells: tuple[str, ...]
    marks: tuple[Mark, ...] = ()
    is_heading: bool = False


@dataclass(frozen=True)
class PreviewTable:
    """Rows of one sheet, under Excel's letters, or of one kind of reading, under the names of its columns.

    ``kind`` is empty for the cells of a sheet. ``row_count`` counts the rows down to the last filled
    one, or the readings; ``rows`` holds all of them, or the first ones and those with findings. What all
    readings have in common, such as their plate, stands once in ``in_common``, by column.
    """

    sheet: str
    kind: str
    columns: tuple[str, ...]
    rows: tuple[PreviewRow, ...]
    row_count: int
    in_common: tuple[tuple[str, str], ...] = ()

    def spoken_columns(self) -> tuple[str, ...]:
        """Return what to write above the columns, in the language in force."""
        return tuple(map(self._spoken, self.columns))

    def spoken_in_common(self) -> str:
        """Return what all rows have in common, in the language in force."""
        return ", ".join(f"{self._spoken(name)} {text}" for name, text in self.in_common)

    def _spoken(self, name: str) -> str:
        if not self.kind:
            return name
        if name == "value_text":
            return say("as written", "원문")
        column = KINDS[self.kind][name]
        return say(column.english_heading, column.korean)


@dataclass(frozen=True)
class Preview:
    """A file as it would go in: some of its rows, every finding, and which cells the findings mean."""

    file: str
    format: str
    tables: tuple[PreviewTable, ...]
    findings: tuple[Finding, ...]

    def table(self) -> pd.DataFrame:
        """Return the rows as a DataFrame: sheet, row, one column a column of the preview, and the findings' numbers."""
        import pandas as pd

        sheet, row, findings = say("sheet", "시트"), say("row", "행"), say("findings", "지적")
        rows = [
            {sheet: table.sheet, row: shown.number}
            | dict(zip(table.spoken_columns(), shown.cells, strict=True))
            | {findings: ", ".join(str(n) for mark in shown.marks for n in mark.findings)}
            for table in self.tables
            for shown in table.rows
        ]
        frame = pd.DataFrame(rows).astype({row: "Int64"}) if rows else pd.DataFrame(columns=[sheet, row, findings])
        return frame[[*(name for name in frame.columns if name != findings), findings]]

    def as_json(self) -> dict[str, Any]:
        """Return the preview as dictionaries, lists and texts; ``said`` is a finding in the language in force."""
        said = [
            {"number": n, **asdict(finding), "said": finding.told()} for n, finding in enumerate(self.findings, start=1)
        ]
        return asdict(self) | {"findings": said}

    def _repr_html_(self) -> str:
        from ginseng_rd.upload.preview_page import draw_preview

        return draw_preview(self)


def preview_sheets(
    incoming: Incoming, format: str, headings: Mapping[str, Collection[str]], findings: Sequence[Finding]
) -> Preview:
    """Return the preview of a CSV, TSV, XLSX, XLS or ODS file; ``headings`` are those that were read, by sheet."""
    sheets, _ = read_sheets(Source(incoming.name, incoming.data, lambda _: False))
    shown = [sheet for sheet in sheets if sheet.name in headings or any(f.place.sheet == sheet.name for f in findings)]
    room = _ROWS // max(1, len(shown))
    tables = tuple(_show_sheet(sheet, headings.get(sheet.name, ()), findings, room) for sheet in shown)
    return Preview(incoming.name, format, tables, tuple(findings))


def preview_readings(name: str, format: str, readings: Sequence[Readings], findings: Sequence[Finding]) -> Preview:
    """Return the preview of an instrument's file: the readings taken from it, one row each."""
    room = _ROWS // max(1, len(readings))
    tables = tuple(_show_readings(part, findings, room) for part in readings if len(part))
    return Preview(name, format, tables, tuple(findings))


def headings_read(lab_file: LabFile) -> dict[str, tuple[str, ...]]:
    """Return the headings that were read in each sheet of a file; nothing for an instrument's."""
    if not lab_file.format.endswith(tidy.NAME):
        return {}
    found: dict[str, dict[str, None]] = {}
    for table in lab_file.tables:
        here = found.setdefault(table.sheet, dict.fromkeys(table.extra))
        for heading in table.headings.values():
            here |= dict.fromkeys([heading] if isinstance(heading, str) else heading)
    return {sheet: tuple(headings) for sheet, headings in found.items()}


def preview_refused(refusal: LabFileRejected) -> Preview:
    """Return the preview of a file of which nothing could be read: what is wrong, and no cells."""
    return Preview(refusal.file, "", (), in_order(refusal.findings))


class _Marks:
    """Findings by row and position, as they are found."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self._findings = findings
        self._numbers: dict[int, dict[int | None, list[int]]] = {}

    def add(self, row: int, position: int | None, number: int) -> None:
        self._numbers.setdefault(row, {}).setdefault(position, []).append(number)

    @property
    def rows(self) -> set[int]:
        return set(self._numbers)

    @property
    def positions(self) -> set[int]:
        return {position for of_row in self._numbers.values() for position in of_row if position is not None}

    def of(self, row: int, kept: Sequence[int]) -> tuple[Mark, ...]:
        """Return the marks of a row of which the positions ``kept`` are shown."""
        return tuple(
            Mark(None if position is None else kept.index(position), self._gravest(numbers), tuple(numbers))
            for position, numbers in self._numbers.get(row, {}).items()
        )

    def _gravest(self, numbers: Iterable[int]) -> Severity:
        there = {self._findings[n - 1].severity for n in numbers}
        return next(severity for severity in Severity if severity in there)


def _show_sheet(sheet: Sheet, headings: Collection[str], findings: Sequence[Finding], room: int) -> PreviewTable:
    top, bottom, at = _locate_headings(sheet.rows, set(headings))
    marks = _Marks(findings)
    for number, finding in enumerate(findings, start=1):
        place = finding.place
        if place.sheet != sheet.name:
            continue
        position = at.get(place.column)
        if position is None and finding.code == "hidden-columns":
            position = _read_letters(place.column)
        row = (place.row or 0) - 1
        if position is not None and (row < 0 or _means_heading(finding, sheet.rows, row, position)):
            row = bottom
        if 0 <= row < len(sheet.rows):
            marks.add(row, position, number)
    count = max((i + 1 for i, row in enumerate(sheet.rows) if any(cell.strip() for cell in row)), default=0)
    kept = _choose_rows(range(max([count, *(i + 1 for i in marks.rows)])), marks.rows, room)
    width = max((len(sheet.rows[i]) for i in kept), default=0)
    positions = sorted({*range(min(width, _COLUMNS)), *marks.positions})
    rows = tuple(
        PreviewRow(
            i + 1,
            tuple(_shortened(sheet.rows[i][j]) if j < len(sheet.rows[i]) else "" for j in positions),
            marks.of(i, positions),
            is_heading=top <= i <= bottom,
        )
        for i in kept
    )
    return PreviewTable(sheet.name, "", tuple(map(name_column, positions)), rows, count)


def _means_heading(finding: Finding, rows: Sequence[Sequence[str]], row: int, position: int) -> bool:
    """Tell whether the text at fault stands in the heading: in a wide sheet the compound and the unit do."""
    cell = rows[row][position] if row < len(rows) and position < len(rows[row]) else ""
    typed = finding.found.split("'")[1:2]
    return bool(typed and typed[0]) and typed[0] in finding.place.column and typed[0] not in cell


def _locate_headings(rows: Sequence[Sequence[str]], headings: set[str]) -> tuple[int, int, dict[str, int]]:
    """Return the first and last row of the headings, from 0, and the position of each; a row of -1 where none is.

    Headings in two rows are known as ``group / below``, a group reaching to the next one.
    """
    best, found = 0, (-1, -1, dict[str, int]())
    for i, row in enumerate(rows[:_HEADINGS_WITHIN]):
        single = [cell.strip() for cell in row]
        double = _stacked(single, [cell.strip() for cell in rows[i + 1]]) if i + 1 < len(rows) else []
        for bottom, shown in ((i, single), (i + 1, double)):
            known = sum(text in headings for text in shown)
            if known > best:
                best = known
                found = (i, bottom, {text: j for j, text in reversed(list(enumerate(shown))) if text})
    return found


def _stacked(upper: list[str], lower: list[str]) -> list[str]:
    shown, group = [], ""
    for j in range(max(len(upper), len(lower))):
        above = upper[j] if j < len(upper) else ""
        below = lower[j] if j < len(lower) else ""
        group = above or group
        shown.append(f"{group} / {below}" if group and below and below != above else above or below)
    return shown


def _choose_rows(rows: range, marked: set[int], room: int) -> list[int]:
    """Return the rows to keep: all where they fit, or else the first, the marked, and those beside the marked."""
    if len(rows) <= room:
        return list(rows)
    kept = marked | set(rows[: min(_FIRST_ROWS, room)])
    beside = sorted({i + step for i in marked for step in (-1, 1) if i + step in rows} - kept)
    return sorted(kept | set(beside[: max(0, room - len(kept))]))


def _read_letters(letters: str) -> int | None:
    """Return the position of a column named as Excel names it, or None."""
    return next((j for j in range(702) if name_column(j) == letters), None)


def _show_readings(part: Readings, findings: Sequence[Finding], room: int) -> PreviewTable:
    kind, sheet = KINDS[part.kind], part.places[0].sheet
    in_common, names = _split_columns(part)
    marks = _Marks(findings)
    stated = {f.place.row for f in findings if f.place.row is not None and f.place.sheet == sheet}
    at_row: dict[int | None, list[int]] = {}
    for i, place in enumerate(part.places):
        if place.row in stated:
            at_row.setdefault(place.row, []).append(i)
    for number, finding in enumerate(findings, start=1):
        here = at_row.get(finding.place.row, []) if finding.place.sheet == sheet else []
        column = finding.place.column
        exact = [i for i in here if column and part.places[i].column == column]
        name = kind.main_column if exact else column
        for i in exact or here:
            marks.add(i, names.index(name) if name in names else None, number)
    kept = _choose_rows(range(len(part)), marks.rows, room)
    positions = range(len(names))
    rows = tuple(
        PreviewRow(part.places[i].row, tuple(_shown(part.columns[name][i]) for name in names), marks.of(i, positions))
        for i in kept
    )
    return PreviewTable(sheet, part.kind, tuple(names), rows, len(part), in_common)


def _split_columns(part: Readings) -> tuple[tuple[tuple[str, str], ...], list[str]]:
    """Return the columns that hold one and the same text in every row, with it, and those that differ.

    A number's text as written is shown where it is a bound or a mark.
    """
    in_common, names = [], []
    for name, cells in part.columns.items():
        if name == "relation" or (name == "value_text" and set(part.columns["relation"]) == {"="}):
            continue
        first = cells[0]
        if len(cells) == 1 or any(cell != first for cell in cells):
            names.append(name)
        elif first is not None:
            in_common.append((name, _shown(first)))
    return tuple(in_common), names


def _shown(value: Any) -> str:
    if value is None:
        return ""
    return format(value, ".15g") if isinstance(value, float) else _shortened(str(value))


def _shortened(text: str) -> str:
    text = "".join(letter if letter.isprintable() else " " for letter in text)
    return text if len(text) <= _LETTERS else f"{text[: _LETTERS - 1]}…"
