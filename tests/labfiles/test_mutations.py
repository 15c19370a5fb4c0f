"""Spoilt copies of every file, real and invented: a file is read to the right values, or it says that something is off.

Each variant is drawn from a seed: a file cut after any byte, a byte changed, a line left out or given
twice, or the text in another encoding. What must come of it:

* no exception but GinsengError;
* a refusal, a finding that stops, or a question that the whole file does not raise: told, and so in order;
* else the same readings, but for what no reader can know:
  - a changed byte may change what one cell says: the numbers of one row, or those below one heading, or a
    name or remark wherever it is repeated; in a wide sheet it may empty one cell, which is then counted;
  - a line left out of a plain sheet or list, which states no count and no total, takes its readings with it,
    and one cut between two rows is a shorter list; its last cell may be shorter too;
  - lines of an instrument's preamble or layout may go: names, times and doses are then lacking, values never.
"""

import random
from dataclasses import dataclass
from pathlib import Path

import pytest

from ginseng_rd.errors import GinsengError, Severity
from ginseng_rd.labfiles import judge, read_lab_file
from ginseng_rd.records.kinds import KINDS, Holds

EXAMPLES = Path(__file__).resolve().parents[2] / "data" / "examples"
OWN = sorted(p for p in EXAMPLES.rglob("*") if p.is_file() and p.suffix.casefold() not in {".py", ".json", ".md"})
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "cp949", "cp1252")
# Instruments that list readings row by row and state neither how many there are nor their sum; Chromeleon sums the
# areas of each injection, but says neither how many injections there are nor which components it looked for.
WITHOUT_COUNT = (
    "sheet with headings",
    "Nova BioProfile FLEX2",
    "Thermo VISIONlite",
    "BMG MARS",
    "Chromeleon integration results",
    "Agilent MassHunter quantitation",
)
# Instruments that write one whole measurement behind another, and the end of each, but not how many there are.
OF_PARTS = ("Tecan i-control text",)
HOWS = ("cut", "byte", "byte", "dropped line", "doubled line", "encoding")


@dataclass(frozen=True)
class Outcome:
    """What a file was read to: its rows in order, whether it was stopped, what is asked, and of what form it is."""

    rows: list[dict]
    stopped: bool
    asked: frozenset[str]
    plain: bool
    has_parts: bool


def _read(names, parts):
    (name, data), *others = parts.items()
    lab_file = read_lab_file(name, data, is_compound=names.knows, companions=dict(others))
    rows, findings = [], list(lab_file.findings)
    for table in lab_file.tables:
        readings, found = judge(table, code_of=names.code_of)
        findings += found
        for i, place in enumerate(readings.places):
            cells = {column: values[i] for column, values in readings.columns.items()}
            rows.append({"kind": readings.kind, "place": place, **cells})
    stopped = any(f.severity is Severity.STOPS for f in findings)
    asked = frozenset(f.code for f in findings if f.severity is Severity.ASKS)
    return Outcome(rows, stopped, asked, lab_file.format.endswith(WITHOUT_COUNT), lab_file.format in OF_PARTS)


def _parts(path):
    """Return a file's bytes by name, and after them those of the files it cannot be read without."""
    parts = {path.name: path.read_bytes()}
    stem, found, _ = path.name.casefold().rpartition("report00")
    if found:
        beside = (p for p in sorted(path.parent.iterdir()) if p.name.casefold().startswith(f"{stem}report0"))
        parts |= {p.name: p.read_bytes() for p in beside if p != path}
    return parts


def _mutate(parts, how, chance):
    """Return a spoilt copy of one of the parts among the others, or None where it cannot be spoilt so."""
    name = chance.choice(list(parts))
    data = parts[name]
    if how == "cut":
        spoilt = data[: chance.randrange(len(data))]
    elif how == "byte":
        at = chance.randrange(len(data))
        spoilt = data[:at] + bytes([chance.randrange(256)]) + data[at + 1 :]
    elif how == "encoding":
        spoilt = _encoded(data, chance)
    else:
        end = b"\n\0" if data.startswith(b"\xff\xfe") else b"\n"
        lines = data.split(end)
        at = chance.randrange(len(lines))
        lines[at : at + 1] = [] if how == "dropped line" else [lines[at]] * 2
        spoilt = end.join(lines)
    return None if spoilt is None or spoilt == data else {**parts, name: spoilt}


def _encoded(data, chance):
    for encoding in ("utf-16", "utf-8-sig", "cp949", "cp1252") if data[:2] == b"\xff\xfe" else ENCODINGS[1:]:
        try:
            text = data.decode(encoding)
            return text.encode(chance.choice(ENCODINGS))
        except UnicodeError:
            continue
    return None


def _numbers(row):
    columns = KINDS[row["kind"]].columns
    holding = (Holds.NUMBER, Holds.WHOLE, Holds.MEASURED)
    names = [c.name for c in columns if c.holds in holding]
    return tuple(row[name] for name in (*names, "relation") if name in row)


def _is_same(before, after):
    """Say whether two rows hold the same numbers; those beside the value may be lacking."""
    pairs = zip(_numbers(before), _numbers(after), strict=True)
    return before.get("value") == after.get("value") and all(a == b or b is None for a, b in pairs)


def _is_part(some, rows):
    """Say whether all of some rows are there, in their order."""
    left = iter(rows)
    return all(any(_is_same(row, wanted) for row in left) for wanted in some)


def _is_in_order(how, whole, spoilt):
    """Say whether readings that nobody was told about are right, or wrong in a way that no reader can know."""
    if len(spoilt.rows) == len(whole.rows) and _is_part(spoilt.rows, whole.rows):
        return True
    if how == "byte":
        return _differs_in_one_cell(whole, spoilt)
    if how == "cut" and whole.has_parts:
        return spoilt.rows == whole.rows[: len(spoilt.rows)]
    if not whole.plain or len(spoilt.rows) > len(whole.rows):
        return False
    if how == "cut":
        return _is_part(spoilt.rows[:-1], whole.rows)  # of the last row a cell may be cut short
    return how == "dropped line" and _is_part(spoilt.rows, whole.rows)


def _differs_in_one_cell(whole, spoilt):
    if whole.plain and len(spoilt.rows) == len(whole.rows) - 1:
        return True
    if len(spoilt.rows) != len(whole.rows):
        return False
    pairs = [(old, new) for old, new in zip(whole.rows, spoilt.rows, strict=True) if not _is_same(old, new)]
    changed = [old for old, _ in pairs]
    differences = {(c, old[c], new[c]) for old, new in pairs for c in old if c in new and old[c] != new[c]}
    if len(differences) == 1:  # one number that is stated of a plate, such as its temperature
        return True
    return len({row["place"].row for row in changed}) == 1 or len({row["place"].column for row in changed}) == 1


def _failures(names, path, count):
    """Spoil a file in ``count`` ways and return those that came to no good, each as how, number and what."""
    parts, failures = _parts(path), []
    try:
        whole = _read(names, parts)
    except GinsengError:
        whole = None
    for number in range(count):
        chance = random.Random(f"{path.name}:{number}")
        how = HOWS[number % len(HOWS)]
        spoilt = _mutate(parts, how, chance)
        if spoilt is None:
            continue
        try:
            outcome = _read(names, spoilt)
        except GinsengError:
            continue
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # a panic of the spreadsheet library is no Exception
            failures.append((how, number, repr(error)))
            continue
        told = whole is None or outcome.stopped or outcome.asked - whole.asked
        if not told and not _is_in_order(how, whole, outcome):
            failures.append((how, number, f"{len(outcome.rows)} of {len(whole.rows)} rows, other numbers"))
    return failures


@pytest.mark.parametrize("path", OWN, ids=lambda path: path.name)
def test_a_spoilt_example_is_read_right_or_told(names, path):
    assert _failures(names, path, 7) == []


def test_a_spoilt_instrument_file_is_read_right_or_told(names, reference_data):
    files = sorted(p for p in (reference_data / "lab_files").rglob("*") if p.is_file() and p.suffix != ".md")
    assert {p.name: failures for p in files if (failures := _failures(names, p, 7))} == {}


@pytest.mark.slow
@pytest.mark.parametrize("path", OWN, ids=lambda path: path.name)
def test_many_spoilt_examples_are_read_right_or_told(names, path):
    assert _failures(names, path, 90) == []


@pytest.mark.slow
def test_many_spoilt_instrument_files_are_read_right_or_told(names, reference_data):
    files = sorted(p for p in (reference_data / "lab_files").rglob("*") if p.is_file() and p.suffix != ".md")
    assert {p.name: failures for p in files if (failures := _failures(names, p, 60))} == {}
