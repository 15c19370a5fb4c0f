"""Thermo VISIONlite table of a UV-Vis spectrophotometer: absorbance of samples at fixed wavelengths.

The file has a heading row and nothing else: sample name, a column a wavelength (``A260`` or
``260 nm   [A]``), and what was calculated of them.
"""

from __future__ import annotations

import csv
import re
from pathlib import PurePath

from ginseng_rd.errors import Finding, LabFileRejected, Place, Severity
from ginseng_rd.labfiles.plates import read_decimal_commas
from ginseng_rd.labfiles.source import Source, apply_wishes
from ginseng_rd.labfiles.tables import LabFile, TextTable

NAME = "Thermo VISIONlite"

_WAVELENGTH = re.compile(r"(?:A(\d{3,4}(?:\.\d+)?)|(\d{3,4}(?:\.\d+)?)\s*nm\s*\[A\])")
_ABSORBANCE = re.compile(r"(?:A\d{3,4}(?:\.\d+)?|.*\[A\])")
_LOOKS_MEASURED = "A0nm[]"  # the characters that one damaged in a heading may have been
_EXPORT_AGAIN = "Export the table from VISIONlite again, and upload that file."
_SEPARATORS = ",;\t"


def recognises(source: Source) -> bool:
    """Tell a table by 'Sample name' and an absorbance in its heading row, a curve by its axes in the second."""
    rows = _read_rows(source.text[:2000])
    heading, second = (rows[i] if i < len(rows) else [] for i in range(2))
    is_table = heading[:1] != [] and heading[0].casefold() == "sample name" and any(map(_ABSORBANCE.fullmatch, heading))
    return is_table or _is_curve(heading, second)


def read(source: Source) -> LabFile:
    """Return one assay table: a row a sample and wavelength, without wells.

    What VISIONlite calculated is kept beside. Stops lines cut short, a heading that is a wavelength
    but for one character, and a file without the end of its last line.
    Raises LabFileRejected for spectra, rates and tables that name no wavelength.
    """
    rows = _read_rows(source.text)
    heading = rows[0]
    wavelengths = {i: named[1] or named[2] for i, text in enumerate(heading) if (named := _WAVELENGTH.fullmatch(text))}
    if not wavelengths:
        is_curve = _is_curve(heading, rows[1] if len(rows) > 1 else [])
        found = "a spectrum or rate" if is_curve else f"headings {', '.join(map(repr, heading))} without a wavelength"
        expected = "absorbances at fixed wavelengths, under headings such as 'A260' or '260 nm [A]'"
        raise LabFileRejected(source.name, [_fault("other-read", 1, found, expected)])
    body = [(i + 1, row) for i, row in enumerate(rows) if i and any(row)]
    findings = [
        _fault("cut-line", line, f"a line of {len(row)} cells", f"{len(heading)} cells, as there are headings")
        for line, row in body
        if len(row) != len(heading)
    ]
    findings += [
        _fault("other-read", 1, f"'{text}' over filled cells", "a heading such as 'A260' or '260 nm [A]'")
        for i, text in enumerate(heading)
        if i and i not in wavelengths and any(row[i : i + 1] not in ([], [""]) for _, row in body)
        if _is_nearly_wavelength(text)
    ]
    if not source.text.endswith("\n"):
        findings.append(
            _fault("cut-file", len(rows), "a last line without its end", "a file that ends with a whole line")
        )
    whole = [(line, row) for line, row in body if len(row) == len(heading)]
    if not whole:
        raise LabFileRejected(source.name, findings or [_fault("no-rows", 1, "headings only", "samples below them")])
    table, commas = read_decimal_commas(_tabulate(heading, wavelengths, whole, PurePath(source.name).stem))
    table, refused = apply_wishes(table, source)
    return LabFile(NAME, (table,), {"instrument": "VISIONlite"}, (*findings, *commas, *refused))


def _read_rows(text: str) -> list[list[str]]:
    first = text.split("\n", 1)[0]
    rows = csv.reader(text.splitlines(), delimiter=max(_SEPARATORS, key=first.count))
    return [[cell.strip() for cell in row] for row in rows]


def _is_nearly_wavelength(text: str) -> bool:
    """Tell a heading that would name a wavelength if one character of it were another, or one more were there."""
    tries = ((text[:i], text[i + more :]) for i in range(len(text) + 1) for more in (0, 1))
    return any(_WAVELENGTH.fullmatch(a + other + b) for a, b in tries for other in _LOOKS_MEASURED)


def _is_curve(heading: list[str], second: list[str]) -> bool:
    """Tell a spectrum or rate: one line on the run, then the two axes."""
    return len(heading) == 7 and second in (["nm", "A"], ["min", "A"], ["s", "A"])


def _tabulate(
    heading: list[str], wavelengths: dict[int, str], rows: list[tuple[int, list[str]]], assay: str
) -> TextTable:
    cells = [(line, row, i, nm) for line, row in rows for i, nm in wavelengths.items() if row[i]]
    columns = {
        "assay": [assay] * len(cells),
        "sample": [row[0] for _, row, _, _ in cells],
        "endpoint": [f"absorbance {nm} nm" for _, _, _, nm in cells],
        "value": [row[i] for _, row, i, _ in cells],
        "unit": ["OD"] * len(cells),
    }
    headings: dict[str, str | list[str]] = {"sample": heading[0], "value": [heading[i] for _, _, i, _ in cells]}
    kept = {name: i for i, name in enumerate(heading) if i and i not in wavelengths and name}
    extra = {name: [row[i] for _, row, _, _ in cells] for name, i in kept.items()}
    return TextTable("assay", columns, [line for line, _, _, _ in cells], headings=headings, extra=extra)


def _fault(code: str, line: int | None, found: str, expected: str) -> Finding:
    return Finding(Severity.STOPS, code, Place(row=line), found, expected, _EXPORT_AGAIN)
