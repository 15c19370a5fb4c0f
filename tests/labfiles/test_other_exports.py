"""The same file as another computer would have written it: encodings, line ends, blank lines, decimal commas.

Each real text file and each sample is written again in these ways. What must come of it is the same
numbers in the same order, or a refusal or a finding that stops; never other numbers in silence.
"""

import re
from pathlib import Path

import pytest

from ginseng_rd.errors import LabFileRejected, Severity
from ginseng_rd.labfiles import judge
from ginseng_rd.labfiles.source import decode_instrument

EXAMPLES = Path(__file__).resolve().parents[2] / "data" / "examples"
TEXTS = sorted(
    path
    for path in (EXAMPLES / "lab_formats").iterdir()
    if path.is_file() and path.suffix.casefold() in {".txt", ".csv", ".tx0", ".asc"} and "REPORT0" not in path.name
)
_NUMBER = re.compile(r"-?\d+\.\d+([eE][+-]?\d+)?")


def _with_commas(text):
    """Return a text with tabs or semicolons between cells with a decimal comma in every cell that is a number."""
    separator = next((mark for mark in "\t;" if text.count(mark) > len(text.splitlines())), None)
    if separator is None:
        return None
    lines = (line.split(separator) for line in text.split("\n"))
    swapped = ([re.sub(r"\.", ",", cell) if _NUMBER.fullmatch(cell.strip()) else cell for cell in row] for row in lines)
    return "\n".join(separator.join(row) for row in swapped)


def _lines(text, end):
    return end.join(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))


REWRITTEN = {
    "UTF-16": lambda text: text.encode("utf-16"),
    "UTF-16 without a mark": lambda text: text.encode("utf-16-le"),
    "UTF-16 big-endian": lambda text: b"\xfe\xff" + text.encode("utf-16-be"),
    "UTF-8": lambda text: text.encode("utf-8"),
    "UTF-8 with a mark": lambda text: text.encode("utf-8-sig"),
    "LF": lambda text: _lines(text, "\n").encode("utf-8"),
    "CRLF": lambda text: _lines(text, "\r\n").encode("utf-8"),
    "CR": lambda text: _lines(text, "\r").encode("utf-8"),
    "blank lines below": lambda text: (text + "\r\n\r\n\r\n").encode("utf-8"),
    "decimal commas": lambda text: None if (other := _with_commas(text)) is None else other.encode("utf-8"),
}


@pytest.fixture(scope="module")
def outcome(names, read):
    """What a file reads to: the numbers of its tables, or None where it is refused or stopped."""

    def reading(data, name):
        try:
            lab_file = read(data, name)
        except LabFileRejected:
            return None
        judged = [judge(table, code_of=names.code_of) for table in lab_file.tables]
        findings = [*lab_file.findings, *(f for _, found in judged for f in found)]
        if any(f.severity is Severity.STOPS for f in findings):
            return None
        wanted = ("value", "relation", "unit", "well", "time", "retention_min", "amount", "sample", "dose")
        return [{c: part.columns[c] for c in wanted if c in part.columns} for part, _ in judged]

    return reading


def _differing(outcome, path, ways):
    data = path.read_bytes()
    text = decode_instrument(data).removeprefix("\ufeff")
    whole = outcome(data, path.name)
    differing = {}
    for way in ways:
        other = REWRITTEN[way](text)
        if other is not None and (again := outcome(other, path.name)) != whole and again is not None:
            differing[way] = again
    return differing


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.name)
def test_a_sample_written_again_reads_alike_or_is_refused(outcome, path):
    assert _differing(outcome, path, REWRITTEN) == {}


@pytest.mark.parametrize(
    "way", ["UTF-16", "UTF-16 big-endian", "UTF-8", "UTF-8 with a mark", "LF", "CRLF", "blank lines below"]
)
@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.name)
def test_a_sample_in_another_encoding_or_with_other_line_ends_is_not_refused(outcome, path, way):
    whole = outcome(path.read_bytes(), path.name)
    text = decode_instrument(path.read_bytes()).removeprefix("\ufeff")
    assert outcome(REWRITTEN[way](text), path.name) == whole


def test_a_real_export_written_again_reads_alike_or_is_refused(outcome, reference_data):
    files = sorted(
        p for p in (reference_data / "lab_files").rglob("*") if p.suffix.casefold() in {".txt", ".csv", ".tx0"}
    )
    assert {path.name: ways for path in files if (ways := [*_differing(outcome, path, REWRITTEN)])} == {}
