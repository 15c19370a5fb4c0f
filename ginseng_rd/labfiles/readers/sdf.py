"""Structures in molfile and SD file form (CTfile V2000 and V3000), a record a compound.

Source of the form: Dalby and others 1992, doi 10.1021/ci00007a012. The molfile is handed on as text:
what it means is the chemist's question.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePath

from ginseng_rd.errors import Finding, LabFileRejected, Place, Severity
from ginseng_rd.labfiles.source import Source, apply_wishes
from ginseng_rd.labfiles.tables import LabFile, TextTable
from ginseng_rd.records.kinds import COMPOUND

NAME = "SD file of structures"

_COUNTS_LINE = re.compile(r"[ \d]{3}.*\bV[23]000\s*", re.IGNORECASE)
_TAG = re.compile(r">.*?<([^>]+)>.*")
_END = "M  END"
_DELIMITER = "$$$$"
_EXPORT_AGAIN = "Export the structures again, and upload that file."


@dataclass
class _Record:
    """One compound of the file: where it begins, its molfile, and its data by tag."""

    line: int
    molfile: str
    data: dict[str, str] = field(default_factory=dict)


def recognises(source: Source) -> bool:
    """Tell a molfile by its fourth line, which counts atoms and bonds and ends in V2000 or V3000."""
    lines = source.text[:2000].splitlines()
    return len(lines) > 3 and _COUNTS_LINE.fullmatch(lines[3]) is not None


def read(source: Source) -> LabFile:
    """Return one table of compounds, a row a record.

    The code is the record's, or else the molfile's title, or else the name of a file of one structure.
    Data under tags no column answers to are kept beside. Stops a record without its end, or with a second structure.
    """
    lines = source.text.splitlines()
    records, findings = [], []
    for first, block in _split(lines):
        if _END not in block:
            found = f"a structure that begins in line {first} and has no '{_END}'"
            findings.append(_fault(first, found, f"a molfile that ends with '{_END}'"))
            continue
        end = block.index(_END) + 1
        if second := next((i for i in range(end, len(block)) if _COUNTS_LINE.fullmatch(block[i])), None):
            found = f"a second structure in the record that begins in line {first}"
            findings.append(_fault(first + second, found, f"'{_DELIMITER}' behind each structure"))
        records.append(_Record(first, "\n".join(block[:end]) + "\n", _data(block[end:])))
    if len(records) + len(findings) > 1 and not source.text.rstrip().endswith(_DELIMITER):
        findings.append(_fault(len(lines), f"'{lines[-1]}' as the last line", f"'{_DELIMITER}' behind the last record"))
    if not records:
        raise LabFileRejected(source.name, findings)
    table, refused = apply_wishes(_tabulate(records, PurePath(source.name).stem), source)
    return LabFile(NAME, (table,), {}, (*findings, *refused))


def _split(lines: list[str]) -> Iterator[tuple[int, list[str]]]:
    """Yield the lines of each record with the number of its first, counted from 1."""
    first = 0
    for i, line in enumerate([*lines, _DELIMITER]):
        if line.startswith(_DELIMITER):
            if any(text.strip() for text in lines[first:i]):
                yield first + 1, lines[first:i]
            first = i + 1


def _data(lines: list[str]) -> dict[str, str]:
    """Return the data of a record: a line with the tag, then the value up to an empty line."""
    found: dict[str, list[str]] = {}
    tag = None
    for line in lines:
        if match := _TAG.fullmatch(line):
            tag = match[1].strip()
            found[tag] = []
        elif not line.strip():
            tag = None
        elif tag is not None:
            found[tag].append(line.strip())
    return {tag: "; ".join(values) for tag, values in found.items()}


def _tabulate(records: list[_Record], file_name: str) -> TextTable:
    tags = dict.fromkeys(tag for record in records for tag in record.data)
    columns: dict[str, list[str]] = {}
    headings: dict[str, str | list[str]] = {}
    extra: dict[str, list[str]] = {}
    for tag in tags:
        column = COMPOUND.column_of(tag)
        cells = [record.data.get(tag, "") for record in records]
        if column is None or column.name in ("structure", *columns):
            extra[tag] = cells
        else:
            columns[column.name], headings[column.name] = cells, tag
    titles = [record.molfile.partition("\n")[0].strip() for record in records]
    if len(titles) == 1:
        titles = [titles[0] or file_name]
    codes = columns.get("code", [""] * len(records))
    columns["code"] = [code or title for code, title in zip(codes, titles, strict=True)]
    columns["structure"] = [record.molfile for record in records]
    return TextTable(COMPOUND.name, columns, [record.line for record in records], headings=headings, extra=extra)


def _fault(line: int, found: str, expected: str) -> Finding:
    return Finding(Severity.STOPS, "cut-file", Place(row=line), found, expected, _EXPORT_AGAIN)
