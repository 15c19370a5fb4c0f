"""Upload: read a file, judge it, hold it against the store, and keep all of it or nothing."""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from ginseng_rd.chemistry.names import CompoundNames
from ginseng_rd.errors import Finding, GinsengError, LabFileRejected, Place, Severity
from ginseng_rd.labfiles import judge, read_lab_file
from ginseng_rd.records.formulation import Formulation, Line
from ginseng_rd.records.readings import Readings
from ginseng_rd.store import Store, Upload, digest

ORIGINS = ("own", "published", "invented")


@dataclass(frozen=True)
class Sheet:
    """How to read a file whose headings or formats need a word of help.

    ``kind`` names the kind of reading; ``columns`` maps a heading in the file to a column of
    the kind; ``fixed`` gives a column the file lacks one value for all rows.
    """

    kind: str | None = None
    columns: Mapping[str, str] | None = None
    fixed: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Judged:
    """A file read and judged, not yet stored. ``open_findings`` are those that keep it out."""

    name: str
    data: bytes
    format: str
    about: Mapping[str, str]
    readings: tuple[Readings, ...]
    findings: tuple[Finding, ...]

    def open_findings(self, accept: Collection[str]) -> list[Finding]:
        """Return the findings that stop the file, and the questions not answered by ``accept``."""
        return [
            f
            for f in self.findings
            if f.severity is Severity.STOPS or (f.severity is Severity.ASKS and f.code not in accept)
        ]


@dataclass(frozen=True)
class Receipt:
    """What an upload did: the file, what went in, and what the person should know.

    ``added`` is False when the same bytes were in the store already; nothing was then written.
    """

    upload: Upload
    rows: Mapping[str, int]
    added: bool

    def __str__(self) -> str:
        upload = self.upload
        if not self.added:
            return f"{upload.name}: these bytes are in the store since {upload.at} (by {upload.by}); nothing was added."
        rows = ", ".join(f"{count} {kind} readings" for kind, count in self.rows.items())
        label = "" if upload.origin == "own" else f" [{upload.origin} data]"
        lines = [f"{upload.name}: stored as {upload.format}, {rows}{label}."]
        return "\n".join(lines + [f"  note: {finding}" for finding in upload.findings])

    def _repr_html_(self) -> str:
        first, *notes = str(self).splitlines()
        items = "".join(f"<li>{html.escape(note.strip())}</li>" for note in notes)
        return f"<p><b>{html.escape(first)}</b></p><ul>{items}</ul>"


def check(store: Store, path: Path, sheet: Sheet | None = None) -> Judged:
    """Read and judge a file against the store without storing anything.

    Raises LabFileRejected for a file that no reader can make sense of, and GinsengError for a
    path that cannot be read. Every other fault is in the findings of the answer.
    """
    data = _bytes_of(path)
    sheet = sheet or Sheet()
    names = CompoundNames(store.compounds())
    lab_file = read_lab_file(
        path.name, data, is_compound=names.knows, kind=sheet.kind, columns=sheet.columns, fixed=sheet.fixed
    )
    findings = list(lab_file.findings)
    readings = []
    for table in lab_file.tables:
        part, found = judge(table, code_of=names.code_of)
        readings.append(part)
        findings += found
        if part.kind == "recipe" and not any(f.severity is Severity.STOPS for f in found):
            findings += _judge_recipes(store, part, digest(data))
    return Judged(path.name, data, lab_file.format, lab_file.about, tuple(readings), tuple(findings))


def upload(
    store: Store,
    path: Path,
    *,
    sheet: Sheet | None = None,
    origin: str = "own",
    accept: Collection[str] = (),
    by: str,
    progress: Callable[[str], None] = lambda _: None,
) -> Receipt:
    """Store a lab file whole, or raise LabFileRejected with everything that is wrong in it.

    ``origin`` says where the numbers come from: ``own``, ``published`` or ``invented``. Findings
    that ask are answered by naming their code in ``accept``. The same bytes twice add nothing.
    """
    if origin not in ORIGINS:
        raise GinsengError(f"The origin of data is {', '.join(ORIGINS)}, not '{origin}'.")
    if there := store.find_upload(digest(_bytes_of(path))):
        return Receipt(there, {}, added=False)
    progress(f"reading {path.name}")
    judged = check(store, path, sheet)
    if judged.open_findings(accept):
        raise LabFileRejected(judged.name, judged.open_findings(accept))
    progress(f"storing {path.name}")
    stored = store.add_upload(
        judged.name,
        judged.data,
        format=judged.format,
        origin=origin,
        by=by,
        about=judged.about,
        findings=judged.findings,
        readings=judged.readings,
    )
    rows: Counter[str] = Counter()
    for part in judged.readings:
        rows[part.kind] += len(part)
    return Receipt(stored, rows, added=True)


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise GinsengError(f"The file {path} cannot be read: {error.strerror}.") from error


def _judge_recipes(store: Store, lines: Readings, sha256: str) -> list[Finding]:
    """Check each formulation of a recipe file: its sum, and that its code is still free."""
    taken = set(store.distinct("recipe", "formulation"))
    findings = []
    by_code: dict[str, list[int]] = {}
    for row, code in enumerate(lines.columns["formulation"]):
        by_code.setdefault(code, []).append(row)
    for code, rows in by_code.items():
        first = lines.places[rows[0]]
        place = Place(first.sheet, first.row, "formulation")
        vague = [r for r in rows if lines.columns["relation"][r] != "="]
        findings += [_vague_share(lines.places[r], lines.columns["value_text"][r]) for r in vague]
        if vague:
            continue
        if code in taken:
            findings.append(
                Finding(
                    Severity.STOPS,
                    "formulation-exists",
                    place,
                    f"formulation '{code}', which is in the store already",
                    "a code that is still free",
                    "A recipe is never overwritten: give the changed recipe a code of its own.",
                )
            )
        try:
            Formulation(
                code,
                tuple(Line(lines.columns["ingredient"][r], Decimal(lines.columns["value_text"][r])) for r in rows),
            )
        except GinsengError as error:
            findings.append(
                Finding(
                    Severity.STOPS,
                    "recipe-sum",
                    place,
                    str(error),
                    "shares of 100.00 ± 0.01 % in all",
                    "Mend the line that is off, or add the one that is missing.",
                )
            )
    return findings


def _vague_share(place: Place, found: str) -> Finding:
    return Finding(
        Severity.STOPS,
        "vague-share",
        place,
        f"'{found}'",
        "a plain number",
        "A recipe is weighed: write the share to be weighed in.",
    )
