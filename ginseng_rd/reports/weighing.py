"""The weighing sheet of a batch as a workbook: what to weigh, and room for what was weighed."""

from __future__ import annotations

import io
from collections.abc import Sequence
from decimal import Decimal

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

from ginseng_rd.labfiles.templates import put_text
from ginseng_rd.recipes.weighing import Weighing
from ginseng_rd.records.formulation import Formulation
from ginseng_rd.words import say

_WIDTHS = (8, 34, 16, 12, 14, 16, 16)


def weighing_workbook(recipe: Formulation, size_g: Decimal, weighings: Sequence[Weighing]) -> bytes:
    """Return the bytes of an XLSX sheet, in Korean or English, that prints on one A4 page a recipe of thirty lines."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = say("weighing", "칭량")
    sheet.append([f"{recipe.name} · {size_g} g"])
    sheet["A1"].font = Font(bold=True, size=14)
    sheet.append([])
    sheet.append(
        [
            say("phase", "상"),
            say("ingredient", "원료"),
            say("lot", "로트"),
            say("share %", "배합비 %"),
            say("to weigh g", "칭량할 양 g"),
            say("weighed g", "실칭량 g"),
            say("lot used", "사용 로트"),
        ]
    )
    for weighing in weighings:
        line = weighing.line
        number = sheet.max_row + 1
        for column, text in enumerate((line.phase, line.ingredient, line.lot), start=1):
            put_text(sheet, number, column, text)
        sheet.cell(number, 4, line.share_percent)
        sheet.cell(number, 5, weighing.grams)
    total = say("total", "합계")
    sheet.append([total, None, None, recipe.total_percent, sum((w.grams for w in weighings), Decimal(0))])
    thin = Side(style="thin", color="BBBBBB")
    for row in sheet.iter_rows(min_row=3, max_col=len(_WIDTHS)):
        for cell in row:
            cell.border = Border(bottom=thin)
    for cell in next(sheet.iter_rows(min_row=3, max_row=3)):
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="F3EFE3")
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    for cell in next(sheet.iter_rows(min_row=sheet.max_row)):
        cell.font = Font(bold=True)
    for letter, width in zip("ABCDEFG", _WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.append([])
    sheet.append([say("weighed by / on", "칭량자 / 일자"), None, "", say("checked by", "확인자")])
    sheet.freeze_panes = "A4"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9  # A4
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True  # type: ignore[union-attr]
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()
