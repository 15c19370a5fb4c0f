"""Workbooks as sheets of text: XLSX, the older XLS, and ODS."""

from __future__ import annotations

import io

from python_calamine import CalamineWorkbook

from ginseng_rd.labfiles.bulk import without_cycle_search
from ginseng_rd.labfiles.workbooks.ods import read_ods
from ginseng_rd.labfiles.workbooks.sheet import Cell, Sheet, WorkbookRefused, name_cell, name_column
from ginseng_rd.labfiles.workbooks.xls import read_xls
from ginseng_rd.labfiles.workbooks.xlsx import BROKEN_ARCHIVE, read_xlsx

__all__ = [
    "BROKEN_ARCHIVE",
    "ODS_TYPE",
    "OLE_START",
    "ZIP_START",
    "Cell",
    "Sheet",
    "WorkbookRefused",
    "find_texts",
    "name_cell",
    "name_column",
    "name_form",
    "read_workbook",
]

ZIP_START = b"PK\x03\x04"
OLE_START = bytes.fromhex("d0cf11e0a1b11ae1")
ODS_TYPE = b"application/vnd.oasis.opendocument.spreadsheet"
_READERS = {"XLSX": read_xlsx, "XLS": read_xls, "ODS": read_ods}


def name_form(data: bytes) -> str:
    """Return which kind of workbook ``data`` is by its beginning: XLSX, XLS or ODS; '' for anything else."""
    if data.startswith(OLE_START):
        return "XLS"
    if data.startswith(ZIP_START):
        return "ODS" if ODS_TYPE in data[:200] else "XLSX"
    return ""


@without_cycle_search()
def read_workbook(data: bytes) -> list[Sheet]:
    """Return each sheet of a workbook with its rows from A1 on, every cell as text.

    Raises WorkbookRefused for one that is damaged or protected.
    """
    try:
        return _READERS[name_form(data)](data)
    except BaseException as error:
        # On some damaged workbooks calamine panics, and a panic from Rust is no Exception.
        if type(error).__name__ != "PanicException":
            raise
        raise WorkbookRefused(str(error)) from error


def find_texts(data: bytes, sheet: str) -> set[Cell]:
    """Return the cells of a sheet that hold text, and no number that Excel could reckon with."""
    rows = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_name(sheet).to_python(skip_empty_area=False)
    return {(i, j) for i, row in enumerate(rows) for j, cell in enumerate(row) if isinstance(cell, str) and cell}
