"""Readings that stand in the store already, to the value: a sheet that has grown, brought again."""

from __future__ import annotations

from collections.abc import Sequence

from ginseng_rd.errors import Finding, Severity
from ginseng_rd.labfiles import TextTable
from ginseng_rd.records.kinds import KINDS
from ginseng_rd.records.readings import Readings
from ginseng_rd.store import Store, Upload

# What tells where to look for them; of other kinds no row comes in twice at all.
_NAMED_BY = {
    "content": "sample",
    "assay": "assay",
    "property": "formulation",
    "solution": "sample",
    "activity": "assay",
}
_ASKED_FOR_AT_MOST = 1000


def judge_repeated(
    store: Store, tables: Sequence[TextTable], readings: Sequence[Readings], *, leaving_out: Upload | None
) -> list[Finding]:
    """Ask about tables of which some rows agree with stored ones in all that tells readings apart, and in their value.

    Readings of the upload ``leaving_out``, which the file is to replace, do not count.
    """
    findings = []
    for table, part in zip(tables, readings, strict=True):
        named_by = _NAMED_BY.get(part.kind)
        names = sorted({name for name in part.columns[named_by] if name}) if named_by else []
        if not named_by or not 0 < len(names) <= _ASKED_FOR_AT_MOST:
            continue
        telling = (*KINDS[part.kind].identity, "value", "relation")
        standing = store.standing(part.kind, telling, among={named_by: names}, leaving_out=leaving_out)
        stored = set(zip(*(standing[name] for name in telling), strict=True))
        if not stored:
            continue
        rows = zip(*(part.columns[name] for name in telling), strict=True)
        again = [i for i, row in enumerate(rows) if row in stored and row[-2] is not None]
        if again:
            place = table.place(again[0], "value")
            found = f"{len(again)} of {len(part)} rows that are stored already, with the same value"
            remedy = (
                "Leave out the rows that were uploaded before, or upload this file with replaces and a reason if it "
                "is the longer edition of a stored one. Accept it if they were measured twice."
            )
            findings.append(Finding(Severity.ASKS, "stored-in-part", place, found, "rows that are new", remedy))
    return findings
