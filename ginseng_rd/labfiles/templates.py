"""Excel templates to fill in, one a kind, written from its declaration.

A template has a sheet for the data and one that explains it. The second begins with a sentence by
which it is known, and is left out when the filled-in template is read.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import cast

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from ginseng_rd.errors import GinsengError, UnknownName
from ginseng_rd.labfiles.sheets import LEFT_OUT
from ginseng_rd.new_files import write_new_file
from ginseng_rd.records.dictionary import describe_limits, describe_need, describe_units, units_to_state
from ginseng_rd.records.kinds import KINDS, Column, Kind
from ginseng_rd.units import QUANTITIES
from ginseng_rd.words import FORMULA_STARTS

LANGUAGES = ("ko", "en", "both")

_TEXT = "@"  # the number format under which Excel leaves 0012 and 1E5 as typed
_LAST_ROW = 1048576
_EXPLANATION = "설명 explanation"
_ADVICE = (
    "날짜는 2026-03-14, 소수점은 점으로 적습니다. 불검출은 N.D., 한계 미만은 < 0.05처럼 적고, 없는 값은 비워 둡니다.",
    "Write days as 2026-03-14 and decimals with a point; N.D. for not detected, < 0.05 for a bound; "
    "leave blank what is not known.",
    "제목 줄의 괄호 안 단위는 바꿔 적을 수 있습니다. 진한 색 열은 반드시 채웁니다. / "
    "The unit in a heading's brackets may be changed, such as (kg) for (g). Columns in the darker colour are required.",
)
_HEADS = (
    "열 / column",
    "English",
    "필수 / required",
    "단위 / unit",
    "범위·선택 / range or choices",
    "예 / example",
    "뜻 / meaning",
)
_HEAD_ROW = len(_ADVICE) + 3
_FIRST_LIST = len(_HEADS) + 2

_REQUIRED_FILL = PatternFill("solid", fgColor="F4B183")
_OPTIONAL_FILL = PatternFill("solid", fgColor="E2EFDA")
_WRAPPED = Alignment(wrap_text=True, vertical="top")


def write_template(kind: str, *, language: str = "both") -> bytes:
    """Return an XLSX to fill in with rows of ``kind``, headings in Korean (``ko``), English (``en``) or ``both``.

    Every cell is formatted as text, so that Excel leaves what is typed as it is. Raises
    UnknownName for a kind that does not exist, GinsengError for another language.
    """
    if kind not in KINDS:
        raise UnknownName("kind of readings", kind, KINDS)
    if language not in LANGUAGES:
        raise GinsengError(f"A template is written in {', '.join(LANGUAGES)}, not in '{language}'.")
    declared = KINDS[kind]
    headings = template_headings(declared, language=language)
    book = Workbook()
    data = book.worksheets[0]
    data.title = declared.name if language == "en" else declared.korean
    explanation = book.create_sheet(_EXPLANATION)
    _explain(explanation, declared, headings)
    for i, (name, heading) in enumerate(headings.items(), start=1):
        _write_column(data, i, declared[name], heading)
        _offer(data, explanation, i, heading, _to_choose(declared, declared[name], language))
    data.freeze_panes = "A2"
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def write_rows(sheets: Mapping[str, Sequence[Mapping[str, object]]]) -> bytes:
    """Return an XLSX with a sheet for the rows of each kind, under English headings: what a filled template holds."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for kind, rows in sheets.items():
        sheet = book.create_sheet(kind)
        names = list(dict.fromkeys(name for row in rows for name in row))
        for column, name in enumerate(names, start=1):
            put_text(sheet, 1, column, KINDS[kind][name].english_heading)
            for number, row in enumerate(rows, start=2):
                put_text(sheet, number, column, str(row.get(name, "")))
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def save_template(kind: str, path: Path, *, language: str = "both") -> Path:
    """Write a template to ``path`` and return it.

    A file that is there is never overwritten, since it may be filled in: GinsengError is raised for
    it, and for a path that cannot be written.
    """
    return write_new_file(path, write_template(kind, language=language), what="template")


def template_headings(kind: Kind, *, language: str) -> dict[str, str]:
    """Return the heading of each column of a template, by the column's name.

    Where numbers have one unit it stands in their heading, and no column is there to state it.
    """
    headings = {}
    for column in kind.columns:
        if _measures(kind, column.name) and _sole_unit(_measures(kind, column.name)[0]):
            continue
        unit = column.unit or _sole_unit(column)
        title = _title(column, language)
        headings[column.name] = f"{title} ({unit})" if unit else title
    return headings


def put_text(sheet: Worksheet, row: int, column: int, text: str) -> Cell:
    """Write text into a cell as text: what begins like a formula is kept as it stands and never calculated.

    A control character, which no workbook can hold, becomes a replacement character.
    """
    cell = cast(Cell, sheet.cell(row, column))
    cell.value = ILLEGAL_CHARACTERS_RE.sub("\ufffd", text)
    cell.data_type = "s"
    cell.number_format = _TEXT
    if text.startswith(FORMULA_STARTS):
        cell.quotePrefix = True  # so it stays text when somebody edits it
    return cell


def _measures(kind: Kind, unit_column: str) -> list[Column]:
    """Return the columns whose unit stands in ``unit_column``."""
    return [column for column in kind.columns if column.unit_column == unit_column]


def _sole_unit(column: Column) -> str:
    """Return the unit of a column that could state another but has one measure only, or ''."""
    return QUANTITIES[column.quantities[0]].unit if column.unit_column and len(column.quantities) == 1 else ""


def _title(column: Column, language: str) -> str:
    korean, english = column.korean, column.english_heading
    if language == "both" and korean.casefold() != english.casefold():
        return f"{korean} / {english}"
    return english if language == "en" else korean


def _to_choose(kind: Kind, column: Column, language: str) -> tuple[str, ...]:
    """Return the texts of a column's drop-down list, none where anything may be typed."""
    if not column.choices:
        return units_to_state(kind, column)
    korean = column.choices_korean or column.choices
    return {"ko": korean, "en": column.choices}.get(language, tuple(dict.fromkeys((*korean, *column.choices))))


def _write_column(sheet: Worksheet, i: int, column: Column, heading: str) -> None:
    _put_head(sheet, 1, i, heading, is_required=column.required)
    letter = get_column_letter(i)
    sheet.column_dimensions[letter].number_format = _TEXT
    sheet.column_dimensions[letter].width = max(14, 2 + sum(1 if c.isascii() else 2 for c in heading))


def _offer(sheet: Worksheet, explanation: Worksheet, i: int, heading: str, choices: Sequence[str]) -> None:
    """Give a column of the data sheet a drop-down list, kept beside the explanations."""
    if not choices:
        return
    position = max(_FIRST_LIST, explanation.max_column + 1)
    _put_head(explanation, _HEAD_ROW, position, heading)
    for row, text in enumerate(choices, start=_HEAD_ROW + 1):
        put_text(explanation, row, position, text)
    letter = get_column_letter(position)
    explanation.column_dimensions[letter].width = 24
    first, last = _HEAD_ROW + 1, _HEAD_ROW + len(choices)
    source = f"{quote_sheetname(_EXPLANATION)}!${letter}${first}:${letter}${last}"
    listed = DataValidation(type="list", formula1=source, allow_blank=True, errorStyle="warning")
    listed.error = f"목록에 없는 값입니다. / Not in the list of '{heading}'."
    listed.add(f"{get_column_letter(i)}2:{get_column_letter(i)}{_LAST_ROW}")
    sheet.add_data_validation(listed)


def _explain(sheet: Worksheet, kind: Kind, headings: dict[str, str]) -> None:
    opening = (LEFT_OUT, f"{kind.korean} / {kind.name}: {kind.meaning}", *_ADVICE)
    for row, text in enumerate(opening, start=1):
        put_text(sheet, row, 1, text)
    for i, text in enumerate(_HEADS, start=1):
        _put_head(sheet, _HEAD_ROW, i, text)
        sheet.column_dimensions[get_column_letter(i)].width = (24, 20, 16, 24, 30, 22, 60)[i - 1]
    for row, name in enumerate(headings, start=_HEAD_ROW + 1):
        column = kind[name]
        limits = describe_limits(column)
        need = describe_need(kind, column)
        units = _sole_unit(column) or describe_units(kind, column)
        texts = (column.korean, column.english_heading, need, units, limits, column.example, column.meaning)
        for i, text in enumerate(texts, start=1):
            put_text(sheet, row, i, text).alignment = _WRAPPED
    sheet.freeze_panes = f"A{_HEAD_ROW + 1}"


def _put_head(sheet: Worksheet, row: int, column: int, text: str, *, is_required: bool = False) -> None:
    cell = put_text(sheet, row, column, text)
    cell.font = Font(bold=True)
    cell.fill = _REQUIRED_FILL if is_required else _OPTIONAL_FILL
    cell.alignment = _WRAPPED
