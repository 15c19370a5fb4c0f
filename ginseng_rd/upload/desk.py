"""Read a file, judge it, hold it against the store, and keep all of it or nothing."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ginseng_rd.chemistry.names import CompoundNames
from ginseng_rd.errors import Finding, GinsengError, LabFileRejected, Place, Severity, findings_table, in_order
from ginseng_rd.labfiles import headings_of, judge, read_lab_file
from ginseng_rd.labfiles.templates import write_rows
from ginseng_rd.records.readings import Readings, digest_values
from ginseng_rd.store import SheetMapping, Store, Upload, digest
from ginseng_rd.tracking import Ledger
from ginseng_rd.upload.against_store import judge_against_store
from ginseng_rd.upload.compounds import NOTHING, Registrations, judge_compounds
from ginseng_rd.upload.intake import Incoming, fetch_all, fetch_file
from ginseng_rd.upload.locks import refuse_if_locked
from ginseng_rd.upload.molar_balance import judge_molar_balance
from ginseng_rd.upload.preview import Preview, headings_read, preview_readings, preview_sheets
from ginseng_rd.upload.receipts import Receipt, Receipts, Withdrawal, tell_format, tell_readings
from ginseng_rd.upload.recipes import judge_recipes
from ginseng_rd.upload.repeated import judge_repeated

if TYPE_CHECKING:
    from ginseng_rd.lineage import Doubt

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


@dataclass(frozen=True, repr=False)
class Judged:
    """A file read and judged, not yet stored. ``headings`` are those of its sheets; an instrument's file has none."""

    incoming: Incoming
    format: str
    about: Mapping[str, str]
    readings: tuple[Readings, ...]
    findings: tuple[Finding, ...]
    run_identity: str
    values_sha256: str
    headings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    registrations: Registrations = NOTHING

    @property
    def name(self) -> str:
        return self.incoming.name

    @property
    def rows(self) -> dict[str, int]:
        """How many readings of each kind would go in."""
        counts: Counter[str] = Counter()
        for part in self.readings:
            counts[part.kind] += len(part)
        return dict(counts)

    def preview(self) -> Preview:
        """Return the cells of a sheet, or the readings of an instrument, with the faults marked."""
        if self.headings:
            return preview_sheets(self.incoming, self.format, self.headings, self.findings)
        return preview_readings(self.name, self.format, self.readings, self.findings)

    def table(self) -> Any:
        """Return the findings as a DataFrame (see ``findings_table``)."""
        return findings_table(self.findings)

    def headline(self) -> str:
        """Return in a line what the file is and what would go in, in the language in force."""
        return f"{self.name}: {tell_format(self.format)}, {tell_readings(self.rows)}."

    def __repr__(self) -> str:
        return "\n".join(
            [self.headline(), *(f"  {finding.severity.told()}: {finding.told()}" for finding in self.findings)]
        )

    def _repr_html_(self) -> str:
        return self.preview()._repr_html_()

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
    ledger: Ledger,
    progress: Progress = lambda _: None,
) -> Receipt:
    """Store a lab file whole, or raise LabFileRejected with everything that is wrong in it.

    ``origin`` says where the numbers come from: ``own``, ``published`` or ``invented``. Findings
    that ask are answered by naming their code in ``accept``. The same bytes twice add nothing.
    ``replaces`` names a standing upload by file name or hash; it ends in the same moment, with
    ``reason``, and the receipt tells what stood on it, runs in ``ledger`` too.
    """
    incoming = fetch_file(path)
    receipt = _store(store, incoming, sheet, origin, accept, replaces, reason, by, progress)
    if receipt.replaced is None:
        return receipt
    return replace(receipt, doubt=_doubt(store, ledger, receipt.replaced))


def register(store: Store, facts: Mapping[str, str], *, accept: Collection[str] = (), by: str) -> Receipt:
    """Store one compound of the company's own, by the columns of the kind ``compound``.

    It goes the way of every file: what was given is kept as a table of one row.
    """
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows([facts.keys(), facts.values()])
    incoming = Incoming(f"compound {facts['code']}.csv", text.getvalue().encode())
    return _store(store, incoming, Sheet(kind="compound"), "own", accept, "", "", by, lambda _: None)


def upload_workbook(
    store: Store, name: str, sheets: Mapping[str, Sequence[Mapping[str, object]]], *, origin: str, by: str
) -> Receipt:
    """Store rows that were made here, as a workbook with a sheet a kind: judged and kept like any other file."""
    return _store(store, Incoming(name, write_rows(sheets)), None, origin, (), "", "", by, lambda _: None)


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


def withdraw(store: Store, name: str, *, reason: str, by: str, ledger: Ledger) -> Withdrawal:
    """End the standing upload of that file name or hash: its readings are shown no more, and kept with the reason.

    The answer tells what stood on it, runs in ``ledger`` too.
    """
    _check_reason(reason, "Withdrawing an upload")
    ending = store.named_upload(name)
    refuse_if_locked(store, ending, "withdrawn")
    store.withdraw(ending, by=by, reason=reason.strip())
    return Withdrawal(ending, _doubt(store, ledger, ending))


def _doubt(store: Store, ledger: Ledger, ending: Upload) -> Doubt:
    from ginseng_rd.lineage import doubt_of_uploads

    return doubt_of_uploads(store, ledger, ending.sha256[:12], store.uploads_numbered([ending.id]).values())


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
        refuse_if_locked(store, replaced, "replaced")
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
        compounds=judged.registrations.compounds,
        names=judged.registrations.names,
        run_identity=judged.run_identity,
        values_sha256=judged.values_sha256,
        replaces=replaced,
        reason=reason.strip(),
    )
    headings = headings_of(incoming.name, incoming.data) if sheet is not None and sheet.columns else ""
    if sheet is not None and headings:
        store.remember_mapping(headings, SheetMapping(sheet.kind, sheet.columns, sheet.fixed), by=by)
    if not added:
        return Receipt(stored, {}, added=False)
    return Receipt(stored, judged.rows, True, replaced, judged.findings)


def _judge(store: Store, incoming: Incoming, sheet: Sheet | None, *, replaces: Upload | None) -> Judged:
    findings: list[Finding] = []
    if sheet is None:
        sheet, findings = _remembered(store, incoming)
    compounds = store.compounds()
    names = CompoundNames(compounds)
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
    readings, registrations = [], NOTHING
    for table in lab_file.tables:
        part, found = judge(table, code_of=names.code_of)
        readings.append(part)
        findings += found
        if part.kind == "recipe":
            standing = store.standing("recipe", ("formulation", "version"), leaving_out=replaces)
            taken = {(code, version or 1) for code, version in zip(*standing.values(), strict=True)}
            findings += judge_recipes(part, taken, found)
        if part.kind == "compound":
            registered = judge_compounds(table, part, (*compounds, *registrations.compounds))
            registrations = registrations.joined(registered)
            findings += registered.findings
    findings += judge_against_store(store, lab_file.tables, readings, leaving_out=replaces)
    findings += judge_molar_balance(store, compounds, lab_file.tables, readings, leaving_out=replaces)
    findings += _replaced_before(store, digest(incoming.kept_bytes()), replaces)
    identity, values = _run_identity(lab_file.about), digest_values(readings)
    kindred = _against_store(store, identity, values, replaces)
    findings += kindred or judge_repeated(store, lab_file.tables, readings, leaving_out=replaces)
    return Judged(
        incoming,
        lab_file.format,
        lab_file.about,
        tuple(readings),
        in_order(findings),
        identity,
        values,
        headings_read(lab_file),
        registrations,
    )


def _remembered(store: Store, incoming: Incoming) -> tuple[Sheet, list[Finding]]:
    """Return what is remembered of a sheet with these headings, and the note that says so."""
    # Reading a large sheet for its headings takes as long as reading it: only where some are remembered.
    headings = headings_of(incoming.name, incoming.data) if store.has_mappings() else ""
    exact = store.mapping_of(headings) if headings else None
    mapping = exact or (store.mapping_like(headings) if headings else None)
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
    if exact is None:  # moved, or more of them: the sheet may mean something else by them
        found, expected = "headings that were explained before, among others or in another order", "the same sheet"
        note = replace(note, severity=Severity.ASKS, code="headings-changed", found=found, expected=expected)
    return Sheet(mapping.kind, mapping.columns, mapping.fixed), [note]


def _run_identity(about: Mapping[str, str]) -> str:
    if not about.get("data_file") or not about.get("acquired"):
        return ""
    return " | ".join(about.get(key, "").strip() for key in _IDENTITY)


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


def _replaced_before(store: Store, sha256: str, replaces: Upload | None) -> list[Finding]:
    """Ask about bytes that a correction took the place of: stored again, both would count."""
    for former in store.uploads_named(sha256):
        corrected = store.successor(former)
        if corrected is not None and corrected != replaces:
            return [
                Finding(
                    Severity.ASKS,
                    "replaced-before",
                    Place(),
                    f"the file that '{corrected.name}' replaced on {former.ended_at}: '{former.ended_because}'",
                    "a file that was not replaced",
                    f"Leave it if the correction holds. To take that back, replace '{corrected.sha256[:12]}' with it.",
                )
            ]
    return []


def _check_reason(reason: str, doing: str) -> None:
    if not reason.strip():
        raise GinsengError(f"{doing} needs a reason, for those who will ask later. Give one.")
