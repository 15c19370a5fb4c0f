"""XLS, the binary workbooks of Excel 97-2003: the values as calamine reads them, and what it hides.

What calamine does not tell (percent formats, formulas, errors, hidden rows and columns) is taken from the
records of the workbook's stream, as [MS-XLS] lays them out; the stream's place in the file as [MS-CFB] does.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetVisibleEnum

from ginseng_rd.labfiles.workbooks.sheet import (
    MOST_CELLS,
    Cell,
    Sheet,
    WorkbookRefused,
    name_merged,
    put_text,
    show_cells,
    show_percent,
    square,
)
from ginseng_rd.labfiles.workbooks.xlsx import PERCENT_FORMATS

_END_OF_CHAIN = 0xFFFFFFFA  # sectors above it are no sectors but marks
_FORMAT, _XF, _BOUND_SHEET, _PASSWORD, _EOF = 0x041E, 0x00E0, 0x0085, 0x002F, 0x000A
_DIMENSIONS, _STRINGS = 0x0200, 0x00FC
_WITHOUT_NUMBER = {0x0204, 0x00FD, 0x00D6, 0x0201, 0x00BE}  # cells with text or nothing
_ROW, _COLUMNS, _FORMULA, _NUMBER, _RK, _MANY_RK, _ERROR = 0x0208, 0x007D, 0x0006, 0x0203, 0x027E, 0x00BD, 0x0205
_ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}


@dataclass
class _Hidden:
    """What calamine does not tell of a sheet."""

    percent: list[Cell] = field(default_factory=list)
    formulas: list[Cell] = field(default_factory=list)
    errors: dict[Cell, str] = field(default_factory=dict)
    rows: list[int] = field(default_factory=list)
    columns: set[int] = field(default_factory=set)
    bottom: int = 0
    right: int = 0


def read_xls(data: bytes) -> list[Sheet]:
    """Return each sheet of an XLS workbook with its rows from A1 on, every cell as text.

    Raises WorkbookRefused for one that is damaged or protected by a password.
    """
    try:
        stream = _workbook_stream(data)
        starts, percent = _globals(stream)
        # Looked at before calamine: where a damaged cell stands far out, it asks for more memory than there is.
        hidden = {name: _hidden(stream, start, percent) for name, start in starts.items()}
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
        visible = {meta.name: meta.visible is SheetVisibleEnum.Visible for meta in workbook.sheets_metadata}
        return [
            _sheet(workbook.get_sheet_by_name(name), hidden[name], not visible[name])
            for name in workbook.sheet_names
            if name in hidden
        ]
    except (CalamineError, struct.error, IndexError, ValueError) as error:
        raise WorkbookRefused(str(error)) from error


def _sheet(sheet: CalamineSheet, hidden: _Hidden, is_hidden: bool) -> Sheet:
    rows = show_cells(sheet)
    for row, column in hidden.percent:
        if row < len(rows) and column < len(rows[row]) and rows[row][column]:
            rows[row][column] = show_percent(float(rows[row][column]))
    for cell, text in hidden.errors.items():
        put_text(rows, cell, text)
    rows = square(rows)
    width = len(rows[0]) if rows else 0
    columns = tuple(sorted(i for i in hidden.columns if i < width))
    merged = name_merged(sheet)
    return Sheet(sheet.name, rows, frozenset(hidden.formulas), merged, is_hidden, tuple(hidden.rows), columns)


def _workbook_stream(data: bytes) -> bytes:
    """Return the stream ``Workbook`` of a compound file."""
    size = 1 << struct.unpack_from("<H", data, 30)[0]
    if size not in (512, 4096):
        raise ValueError("a compound file with sectors of an unknown size")

    def sector(number: int) -> bytes:
        return data[(number + 1) * size : (number + 2) * size]

    numbers = [n for n in struct.unpack_from("<109I", data, 76) if n < _END_OF_CHAIN]
    following: int = struct.unpack_from("<I", data, 68)[0]
    seen: set[int] = set()
    while following < _END_OF_CHAIN and following not in seen:
        seen.add(following)
        *more, following = struct.unpack(f"<{size // 4}I", sector(following))
        numbers += [n for n in more if n < _END_OF_CHAIN]
    table = [entry for n in numbers for entry in struct.unpack(f"<{size // 4}I", sector(n))]

    def chain(first: int) -> Iterator[bytes]:
        visited: set[int] = set()
        while first < _END_OF_CHAIN and first not in visited:
            visited.add(first)
            yield sector(first)
            first = table[first]

    directory = b"".join(chain(struct.unpack_from("<I", data, 48)[0]))
    for at in range(0, len(directory), 128):
        name = directory[at : at + max(directory[at + 64] - 2, 0)].decode("utf-16-le", errors="replace")
        if name == "Workbook":
            first, length = struct.unpack_from("<II", directory, at + 116)
            stream = b"".join(chain(first))[:length]
            if length < 4096 or len(stream) < length:
                raise ValueError("its end is missing")
            return stream
    raise ValueError("no stream 'Workbook', as Excel 97 and later write it")


def _records(stream: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """Yield the records of a part of the stream, up to its end."""
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        yield kind, stream[at + 4 : at + 4 + length]
        if kind == _EOF:
            return
        at += 4 + length


def _globals(stream: bytes) -> tuple[dict[str, int], set[int]]:
    """Return where each sheet begins, and the cell formats that show a number as a percentage."""
    starts: dict[str, int] = {}
    own = set(PERCENT_FORMATS)
    formats: list[int] = []
    for kind, body in _records(stream, 0):
        if kind == _PASSWORD:
            raise ValueError("it is protected by a password")
        if kind == _STRINGS and struct.unpack_from("<I", body, 4)[0] > len(stream):
            raise ValueError("it tells of more texts than it can hold")
        if kind == _BOUND_SHEET:
            encoding, width = ("utf-16-le", 2) if body[7] & 1 else ("latin-1", 1)
            starts[body[8 : 8 + body[6] * width].decode(encoding)] = struct.unpack_from("<I", body)[0]
        elif kind == _FORMAT and b"%" in body[4:]:
            own.add(struct.unpack_from("<H", body)[0])
        elif kind == _XF:
            formats.append(struct.unpack_from("<H", body, 2)[0])
    return starts, {i for i, number_format in enumerate(formats) if number_format in own}


def _hidden(stream: bytes, start: int, percent: set[int]) -> _Hidden:
    hidden = _Hidden()
    for kind, body in _records(stream, start):
        if kind == _ROW and struct.unpack_from("<H", body, 12)[0] & 0x20:
            hidden.rows.append(struct.unpack_from("<H", body)[0])
        elif kind == _COLUMNS and struct.unpack_from("<H", body, 8)[0] & 1:
            first, last = struct.unpack_from("<HH", body)
            hidden.columns |= set(range(first, last + 1))
        elif kind == _MANY_RK:
            row, first = struct.unpack_from("<HH", body)
            styles = [struct.unpack_from("<H", body, at)[0] for at in range(4, len(body) - 2, 6)]
            hidden.percent += [(row, first + i) for i, style in enumerate(styles) if style in percent]
        elif kind in (_FORMULA, _NUMBER, _RK, _ERROR):
            _note_cell(hidden, kind, body, percent)
        _note_extent(hidden, kind, body)
    return hidden


def _note_extent(hidden: _Hidden, kind: int, body: bytes) -> None:
    """Raise ValueError for cells beyond Excel's 256 columns, and for more than would fit into memory."""
    if kind == _DIMENSIONS:
        row, column = struct.unpack_from("<I", body, 4)[0] - 1, struct.unpack_from("<H", body, 10)[0] - 1
    elif kind in _WITHOUT_NUMBER or kind in (_FORMULA, _NUMBER, _RK, _ERROR, _MANY_RK):
        row, column = struct.unpack_from("<HH", body)
    else:
        return
    hidden.bottom, hidden.right = max(hidden.bottom, row + 1), max(hidden.right, column + 1)
    if hidden.right > 256 or hidden.bottom > 65536 or hidden.bottom * hidden.right > MOST_CELLS:
        raise ValueError(f"a cell in row {row + 1}, column {column + 1}, far from the others")


def _note_cell(hidden: _Hidden, kind: int, body: bytes, percent: set[int]) -> None:
    row, column, style = struct.unpack_from("<HHH", body)
    result = body[6:14] if kind == _FORMULA else b""
    is_number = kind in (_NUMBER, _RK) or (kind == _FORMULA and result[6:8] != b"\xff\xff")
    if kind == _FORMULA:
        hidden.formulas.append((row, column))
        if result[6:8] == b"\xff\xff" and result[0] == 2:  # it came out as an error
            hidden.errors[row, column] = _ERRORS.get(result[2], "#N/A")
    elif kind == _ERROR and body[7] == 1:
        hidden.errors[row, column] = _ERRORS.get(body[6], "#N/A")
    if is_number and style in percent:
        hidden.percent.append((row, column))
