"""A file on its way to a reader: its bytes, its text, and what its owner says of it."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from ginseng_rd.errors import Finding, LabFileRejected, Place, Severity
from ginseng_rd.labfiles.tables import TextTable
from ginseng_rd.labfiles.workbooks import Sheet, WorkbookRefused, name_form, read_workbook
from ginseng_rd.records.kinds import KINDS

_HIGH_BYTES = re.compile(rb"[\x80-\xff]+")
_HANGUL, _HANJA = re.compile("[가-힣]"), re.compile("[\u4e00-\u9fff\uf900-\ufaff]")


@dataclass(frozen=True)
class Source:
    """A file to read.

    ``is_compound`` tells whether a name is one of a known compound. ``kind`` forces the kind of a
    sheet, ``columns`` maps a heading of the file to a column of the kind, and ``fixed`` gives a
    column one value for every row. ``companions`` holds the files that belong to this one, by name,
    for an instrument that spreads one result over several.
    """

    name: str
    data: bytes
    is_compound: Callable[[str], bool]
    kind: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    fixed: Mapping[str, str] = field(default_factory=dict)
    companions: Mapping[str, bytes] = field(default_factory=dict)

    @cached_property
    def text(self) -> str:
        """The bytes as the text an instrument wrote, whatever its code page; a workbook is none."""
        return "" if name_form(self.data) else decode_instrument(self.data)

    @cached_property
    def sheets(self) -> list[Sheet]:
        """The sheets of a workbook, read once for all who ask; none of a text file.

        Raises LabFileRejected for a damaged workbook.
        """
        if not name_form(self.data):
            return []
        try:
            return read_workbook(self.data)
        except WorkbookRefused as error:
            found = f"a workbook that cannot be read ({error})"
            remedy = "Open it in Excel, take off its password if it has one, and save it again."
            damaged = Finding(Severity.STOPS, "damaged-file", Place(), found, "a workbook without damage", remedy)
            raise LabFileRejected(self.name, [damaged]) from error


def unicode_of(data: bytes) -> str | None:
    """Return ``data`` as text if it is UTF-8 or UTF-16, else None. A character cut off at the end is dropped."""
    is_marked = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    encoding = "utf-16" if is_marked else _name_encoding(data[:400])
    try:
        return codecs.getincrementaldecoder(encoding)().decode(data, final=False)
    except UnicodeDecodeError:
        return None


def decode_instrument(data: bytes) -> str:
    """Return the text an instrument wrote: Unicode, or else the code page of its computer.

    Hangul in CP949 comes in pairs of high bytes; a lone one, such as the µ of "µl", is Western, and so are pairs
    that would be Chinese characters in a text without Hangul, such as "äö".
    """
    text = unicode_of(data)
    if text is not None:
        return text
    korean = data.decode("cp949", errors="replace")
    is_paired = all(len(run[0]) % 2 == 0 for run in _HIGH_BYTES.finditer(data))
    if is_paired and (_HANGUL.search(korean) or not _HANJA.search(korean)):
        return korean
    return data.decode("cp1252", errors="replace")


def _name_encoding(head: bytes) -> str:
    """Tell UTF-16 without its mark: commas, digits and line ends have a zero byte on one side, Hangul seldom has."""
    even, odd = head[::2].count(0), head[1::2].count(0)
    if 16 * max(even, odd) < len(head) or 4 * min(even, odd) >= max(even, odd):
        return "utf-8-sig"
    return "utf-16-le" if odd > even else "utf-16-be"


def apply_wishes(table: TextTable, source: Source) -> tuple[TextTable, list[Finding]]:
    """Return an instrument's table with the owner's ``columns`` and ``fixed`` values put in."""
    kind = KINDS[table.kind]
    known = [c.name for c in kind.columns]
    columns, extra, findings = dict(table.columns), dict(table.extra), []
    for heading, name in source.columns.items():
        if heading not in extra or name not in known:
            findings.append(wish_refused(f"columns: '{heading}' as '{name}'", [*extra], known))
        else:
            columns[name] = extra.pop(heading)
    for name, value in source.fixed.items():
        if name not in known:
            findings.append(wish_refused(f"fixed: '{name}'", [], known))
        else:
            columns[name] = [value] * len(table)
    return replace(table, columns=columns, extra=extra), findings


def wish_refused(found: str, headings: list[str], known: list[str]) -> Finding:
    """Return the finding for a ``columns`` or ``fixed`` entry that fits nothing in the file or its kind."""
    of_headings = f"one of the headings {', '.join(map(repr, headings))} and " if headings else ""
    return Finding(
        Severity.STOPS,
        "unknown-column",
        Place(),
        found,
        f"{of_headings}one of the columns {', '.join(known)}",
        "Correct what was given with the file.",
    )
