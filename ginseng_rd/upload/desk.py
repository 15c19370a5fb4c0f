"""Read a file, judge it, hold it against the store, and keep all of it or nothing."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ginseng_rd.chemistry.names import CompoundNames
from ginseng_rd.errors import Finding, GinsengError, LabFileRejected, Place, Severity
from ginseng_rd.labfiles import headings_of, judge, read_lab_file
from ginseng_rd.records.readings import Readings
from ginseng_rd.store import SheetMapping, Store, Upload, digest
from ginseng_rd.upload.intake import Incoming, fetch_all, fetch_file
from ginseng_rd.upload.receipts import Receipt, Receipts
from ginseng_rd.upload.recipes import judge_recipes

ORIGINS = ("own", "published", "invented")

# What names an instrument's run, so that a second export of it is known again.
_IDENTITY = ("data_file", "acquired", "sample", "plate", "injection")

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Sheet:
    """How to read a file whose headings or formats need a word of help.

    ``kind`` names the kind of reading; ``columns`` maps a heading in the file to a column of
    the kind; ``fixed`` gives a column the file lacks one value for all rows. What is said of a
    sheet with headings is remembered for the next one that has the same headings.
    """

    kind: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    fixed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Judged:
    """A file read and judged, not yet stored."""

    incoming: Incoming
    format: str
    about: Mapping[str, str]
    readings: tuple[Readings, ...]
    findings: tuple[Finding, ...]
    run_identity: str
    values_sha256: str

    @property
    def name(self) -> str:
        return self.incoming.name

    def open_findings(self, accept: Collection[str]) -> list[Finding]:
        """Return the findings that stop the file, and the questions not answered by ``accept``."""
        return [
            f
            for f in self.findings
            if f.severity is Severity.STOPS or (f.severity is Severity.ASKS and f.code not in accept)
        ]


def check(store: Store, path: Path, sheet: Sheet | None = None) -> Judged:
    """Read and judge a file against the store without storing anything.

    Raises LabFileRejected for a file that no reader can make sense of, and GinsengError for a
    path that cannot be read. Every other fault is in the findings of the answer.
    """
    return _judge(store, fetch_file(path), sheet, replaces=None)


def upload(
    store: Store,
    path: Path,
    *,
    sheet: Sheet | None = None,
    origin: str = "own",
    accept: Collection[str] = (),
    replaces: str = "",
    reason: str = "",
    by: str,
    progress: Progress = lambda _: None,
) -> Receipt:
    """Store a lab file whole, or raise LabFileRejected with everything that is wrong in it.

    ``origin`` says where the numbers come from: ``own``, ``published`` or ``invented``. Findings
    that ask are answered by naming their code in ``accept``. The same bytes twice add nothing.
    ``replaces`` names a standing upload by file name or hash; it ends in the same moment, with
    ``reason``.
    """
    incoming = fetch_file(path)
    return _store(store, incoming, sheet, origin, accept, replaces, reason, by, progress)


def upload_many(
    store: Store,
    paths: Iterable[Path],
    *,
    origin: str = "own",
    accept: Collection[str] = (),
    by: str,
    progress: Progress = lambda _: None,
) -> Receipts:
    """Store every file that paths, folders and zip archives hold, each judged by itself; nothing is raised for one."""
    receipts, refusals = [], []
    for incoming in fetch_all(paths):
        if isinstance(incoming, GinsengError):
            refusals.append(incoming)
            continue
        try:
            receipts.append(_store(store, incoming, None, origin, accept, "", "", by, progress))
        except GinsengError as error:
            refusals.append(error)
    return Receipts(tuple(receipts), tuple(refusals))


def withdraw(store: Store, name: str, *, reason: str, by: str) -> Upload:
    """End the standing upload of that file name or hash: its readings are shown no more, and kept with the reason."""
    _check_reason(reason, "Withdrawing an upload")
    ending = store.named_upload(name)
    store.withdraw(ending, by=by, reason=reason.strip())
    return ending


def _store(
    store: Store,
    incoming: Incoming,
    sheet: Sheet | None,
    origin: str,
    accept: Collection[str],
    replaces: str,
    reason: str,
    by: str,
    progress: Progress,
) -> Receipt:
    if origin not in ORIGINS:
        raise GinsengError(f"The origin of data is {', '.join(ORIGINS)}, not '{origin}'.")
    kept = incoming.kept_bytes()
    if there := store.find_upload(digest(kept)):
        return Receipt(there, {}, added=False)
    replaced = None
    if replaces:
        _check_reason(reason, "Replacing an upload")
        replaced = store.named_upload(replaces)
    progress(f"reading {incoming.name}")
    judged = _judge(store, incoming, sheet, replaces=replaced)
    if judged.open_findings(accept):
        if there := store.find_upload(digest(kept)):  # another process brought it while this one read
            return Receipt(there, {}, added=False)
        raise LabFileRejected(judged.name, judged.open_findings(accept))
    progress(f"storing {incoming.name}")
    stored, added = store.add_upload(
        judged.name,
        kept,
        format=judged.format,
        origin=origin,
        by=by,
        about=judged.about,
        findings=judged.findings,
        readings=judged.readings,
        run_identity=judged.run_identity,
        values_sha256=judged.values_sha256,
        replaces=replaced,
        reason=reason.strip(),
    )
    headings = headings_of(incoming.name, incoming.data) if sheet is not None and sheet.columns else ""
    if sheet is not None and headings:
        store.remember_mapping(headings, SheetMapping(sheet.kind, sheet.columns, sheet.fixed), by=by)
    rows: Counter[str] = Counter()
    for part in judged.readings:
        rows[part.kind] += len(part)
    return Receipt(stored, rows if added else {}, added, replaced if added else None)


def _judge(store: Store, incoming: Incoming, sheet: Sheet | None, *, replaces: Upload | None) -> Judged:
    findings: list[Finding] = []
    if sheet is None:
        sheet, findings = _remembered(store, incoming)
    names = CompoundNames(store.compounds())
    lab_file = read_lab_file(
        incoming.name,
        incoming.data,
        is_compound=names.knows,
        kind=sheet.kind,
        columns=sheet.columns,
        fixed=sheet.fixed,
        companions=incoming.companions,
    )
    findings += lab_file.findings
    readings = []
    for table in lab_file.tables:
        part, found = judge(table, code_of=names.code_of)
        readings.append(part)
        findings += found
        if part.kind == "recipe" and not any(f.severity is Severity.STOPS for f in found):
            findings += judge_recipes(part, set(store.distinct("recipe", "formulation", leaving_out=replaces)))
    identity, values = _run_identity(lab_file.about), _values_digest(readings)
    findings += _against_store(store, identity, values, replaces)
    return Judged(incoming, lab_file.format, lab_file.about, tuple(readings), tuple(findings), identity, values)


def _remembered(store: Store, incoming: Incoming) -> tuple[Sheet, list[Finding]]:
    """Return what is remembered of a sheet with these headings, and the note that says so."""
    # Reading a large sheet for its headings takes as long as reading it: only where some are remembered.
    headings = headings_of(incoming.name, incoming.data) if store.has_mappings() else ""
    mapping = store.mapping_of(headings) if headings else None
    if mapping is None:
        return Sheet(), []
    said = [f"'{heading}' is {name}" for heading, name in mapping.columns.items()]
    said += [f"{name} is '{value}'" for name, value in mapping.fixed.items()]
    note = Finding(
        Severity.NOTES,
        "remembered-headings",
        Place(),
        "headings that were explained before",
        "the same meaning again",
        f"Read as then: {', '.join(said)}. Explain them anew if that has changed.",
    )
    return Sheet(mapping.kind, mapping.columns, mapping.fixed), [note]


def _run_identity(about: Mapping[str, str]) -> str:
    if not about.get("data_file") or not about.get("acquired"):
        return ""
    return " | ".join(about.get(key, "").strip() for key in _IDENTITY)


def _values_digest(readings: Iterable[Readings]) -> str:
    """Return the SHA-256 of what readings say, whatever their order and their places."""
    said = hashlib.sha256()
    for part in readings:
        names = sorted(part.columns)
        rows = sorted(map(repr, zip(*(part.columns[name] for name in names), strict=True)))
        said.update("\n".join([part.kind, *names, *rows]).encode())
    return said.hexdigest()


def _against_store(store: Store, identity: str, values: str, replaces: Upload | None) -> list[Finding]:
    """Ask whether the store holds the same run, or the same values, under other bytes."""
    same_run, same_values = store.find_kindred(run_identity=identity, values_sha256=values)
    if same_run is not None and same_run != replaces:
        return [
            Finding(
                Severity.STOPS,
                "same-run",
                Place(),
                f"the run {identity}, stored on {same_run.at} from {same_run.name}",
                "a run that is not in the store",
                "Nothing is to be done if it is the same export. If it corrects it, upload it with "
                f"replaces '{same_run.sha256[:12]}' and a reason.",
            )
        ]
    if same_values is not None and same_values != replaces:
        return [
            Finding(
                Severity.ASKS,
                "same-values",
                Place(),
                f"the very values stored on {same_values.at} from {same_values.name}",
                "values that are not in the store",
                f"Accept it if they were measured twice; else leave it, or replace '{same_values.sha256[:12]}'.",
            )
        ]
    return []


def _check_reason(reason: str, doing: str) -> None:
    if not reason.strip():
        raise GinsengError(f"{doing} needs a reason, for those who will ask later. Give one.")
