"""Sheets as the bytes of a workbook, the same each time: XLSX, the older XLS, and ODS."""

from __future__ import annotations

import io
import re
import struct
import zipfile
from collections.abc import Callable, Sequence

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

Cells = Sequence[Sequence[object]]
Sheets = dict[str, Cells]


class Percent(float):
    """A number that its cell shows as a percentage."""


def as_xlsx(sheets: Sheets, dress: Callable[[openpyxl.Workbook], None] | None = None) -> bytes:
    """Return sheets as an XLSX workbook whose bytes hold no trace of when they were written."""
    book = openpyxl.Workbook()
    book.remove(book.active)  # type: ignore[arg-type]
    for name, rows in sheets.items():
        sheet: Worksheet = book.create_sheet(name)
        for i, row in enumerate(rows, start=1):
            for j, cell in enumerate(row, start=1):
                if cell not in (None, ""):
                    sheet.cell(i, j, cell)
    if dress:
        dress(book)
    written = io.BytesIO()
    book.save(written)
    return with_fixed_times(written)


def with_fixed_times(written: io.BytesIO) -> bytes:
    again = io.BytesIO()
    with zipfile.ZipFile(written) as archive, zipfile.ZipFile(again, "w", zipfile.ZIP_DEFLATED) as fixed:
        for entry in archive.infolist():
            data = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", b"2026-04-02T00:00:00Z", archive.read(entry))
            fixed.writestr(zipfile.ZipInfo(entry.filename, (2026, 4, 2, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return again.getvalue()


def as_xls(sheets: Sheets) -> bytes:
    """Return sheets as an Excel 97-2003 workbook: only what [MS-XLS] demands of one, in one compound file."""

    def record(kind: int, body: bytes) -> bytes:
        return struct.pack("<HH", kind, len(body)) + body

    def begin(kind: int) -> bytes:
        return record(0x0809, struct.pack("<HHHHII", 0x0600, kind, 0x0DBB, 0x07CC, 0, 6))

    def cell(row: int, column: int, value: object) -> bytes:
        if isinstance(value, Percent):
            return record(0x0203, struct.pack("<HHHd", row, column, 1, value))
        if isinstance(value, int | float):
            return record(0x0203, struct.pack("<HHHd", row, column, 0, value))
        text = str(value)
        return record(0x0204, struct.pack("<HHHHB", row, column, 0, len(text), 1) + text.encode("utf-16-le"))

    end = record(0x000A, b"")
    bodies = []
    for rows in sheets.values():
        cells = [cell(i, j, v) for i, row in enumerate(rows) for j, v in enumerate(row) if v not in (None, "")]
        bodies.append(begin(0x0010) + b"".join(cells) + end)
    formats = record(0x00E0, struct.pack("<HH16x", 0, 0)) + record(0x00E0, struct.pack("<HH16x", 0, 10))
    head = begin(0x0005) + record(0x0042, struct.pack("<H", 1200)) + formats
    names = [name.encode("utf-16-le") for name in sheets]
    at = len(head) + sum(12 + len(name) for name in names) + len(end)
    bounds = b""
    for name, body in zip(names, bodies, strict=True):
        bounds += record(0x0085, struct.pack("<IHBB", at, 0, len(name) // 2, 1) + name)
        at += len(body)
    return compound_file((head + bounds + end + b"".join(bodies)).ljust(4096, b"\0"))


def compound_file(stream: bytes) -> bytes:
    """Return one stream named Workbook as a compound file: header, allocation table, directory, stream."""
    sectors = -(-len(stream) // 512)
    tables = -(-(sectors + 1) // 127)
    chain = [0xFFFFFFFD] * tables + [0xFFFFFFFE]
    chain += [*range(tables + 2, tables + 1 + sectors), 0xFFFFFFFE]
    table = struct.pack(f"<{len(chain)}I", *chain).ljust(512 * tables, b"\xff")

    def entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
        text = name.encode("utf-16-le") + b"\0\0"
        none = 0xFFFFFFFF
        head = struct.pack("<64sHBBIII", text, len(text), kind, 1, none, none, child)
        return head + bytes(36) + struct.pack("<III", start, size, 0)

    directory = entry("Root Entry", 5, 1, 0xFFFFFFFE, 0) + entry("Workbook", 2, 0xFFFFFFFF, tables + 1, len(stream))
    header = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16)
    header += struct.pack("<HHHHH6xII", 0x3E, 3, 0xFFFE, 9, 6, 0, tables)
    header += struct.pack("<IIIIIII", tables, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    header += struct.pack("<109I", *range(tables), *[0xFFFFFFFF] * (109 - tables))
    return header + table + directory.ljust(512, b"\0") + stream.ljust(512 * sectors, b"\0")


def as_ods(sheets: Sheets) -> bytes:
    """Return sheets as an OpenDocument workbook."""

    def cell(value: object) -> str:
        if isinstance(value, Percent):
            return f'<table:table-cell office:value-type="percentage" office:value="{float(value)!r}"/>'
        if isinstance(value, int | float):
            return f'<table:table-cell office:value-type="float" office:value="{value}"/>'
        return f'<table:table-cell office:value-type="string"><text:p>{value}</text:p></table:table-cell>'

    tables = "".join(
        f'<table:table table:name="{name}">'
        + "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in rows)
        + "</table:table>"
        for name, rows in sheets.items()
    )
    of = "urn:oasis:names:tc:opendocument:xmlns"
    spaces = " ".join(f'xmlns:{part}="{of}:{part}:1.0"' for part in ("office", "table", "text"))
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {spaces}><office:body>'
        f"<office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"
    )
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for name, text in (
            ("mimetype", "application/vnd.oasis.opendocument.spreadsheet"),
            ("META-INF/manifest.xml", f'<manifest:manifest xmlns:manifest="{of}:manifest:1.0"/>'),
            ("content.xml", content),
        ):
            archive.writestr(zipfile.ZipInfo(name, (2026, 4, 2, 0, 0, 0)), text)
    return written.getvalue()
