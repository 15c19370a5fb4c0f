"""What can go wrong, in words a colleague at the bench can act on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from html import escape
from typing import Any


class Severity(StrEnum):
    """How much a finding weighs: it stops an upload, asks for a yes, or is only noted."""

    STOPS = "stops"
    ASKS = "asks"
    NOTES = "notes"


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a file something stands; a part that does not apply is left empty."""

    sheet: str = ""
    row: int | None = None
    column: str = ""

    def __str__(self) -> str:
        parts = [f"sheet '{self.sheet}'"] if self.sheet else []
        parts += [f"row {self.row}"] if self.row is not None else []
        parts += [f"column '{self.column}'"] if self.column else []
        return ", ".join(parts)


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault or remark on a file: where, what was found, what was expected, what to do.

    ``code`` is a short stable word such as ``unknown-compound``; an ``ASKS`` finding is
    answered by naming its code.
    """

    severity: Severity
    code: str
    place: Place
    found: str
    expected: str
    remedy: str

    def __str__(self) -> str:
        at = f"{self.place}: " if str(self.place) else ""
        return f"{at}found {self.found}, expected {self.expected}. {self.remedy}".rstrip()


class GinsengError(Exception):
    """The base of every error this library raises on purpose. Its text is meant for people."""

    def _render_traceback_(self) -> list[str]:
        """Show the sentence alone in a notebook: IPython asks for this in place of the call stack."""
        return str(self).splitlines()


class RecordRefused(GinsengError):
    """A value that would break a rule of its kind was never made."""


class UnknownName(GinsengError):
    """A name that nothing answers to; ``nearest`` holds the closest known ones."""

    def __init__(self, what: str, name: str, known: Iterable[str]) -> None:
        self.nearest = nearest_names(name, known)
        hint = f" Did you mean {' or '.join(map(repr, self.nearest))}?" if self.nearest else ""
        super().__init__(f"There is no {what} '{name}'.{hint}")


class LabFileRejected(GinsengError):
    """A file that was not stored, with everything that is wrong in it."""

    def __init__(self, file: str, findings: Sequence[Finding]) -> None:
        self.file = file
        self.findings = tuple(findings)
        super().__init__(self._account())

    def _account(self) -> str:
        faults = [f for f in self.findings if f.severity is Severity.STOPS]
        questions = [f for f in self.findings if f.severity is Severity.ASKS]
        counts = [_count(len(faults), "fault to mend", "faults to mend")] if faults else []
        counts += [_count(len(questions), "question to answer", "questions to answer")] if questions else []
        lines = [f"{self.file} was not uploaded: {' and '.join(counts)}."]
        lines += [f"  {finding}" for finding in (*faults, *questions)]
        codes = sorted({q.code for q in questions})
        if codes and not faults:
            lines.append(f"To store it as it is, answer with accept: {', '.join(codes)}.")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        import pandas as pd

        with pd.option_context("display.max_colwidth", None):
            table = self.table().to_html(index=False, border=0, na_rep="")
        return f"<p><b>{escape(self.file)}</b> was not uploaded.</p>{table}"

    def table(self) -> Any:
        """Return the findings as a DataFrame: severity, sheet, row, column, found, expected, remedy."""
        return findings_table(self.findings)


class WorkspaceRefused(GinsengError):
    """A workspace that cannot be opened or written as asked."""


class ExperimentRefused(GinsengError):
    """An experiment file that cannot be run as written, or whose data do not answer it."""


class FitRefused(GinsengError):
    """Data that do not carry the fit asked for, or a fit that did not converge."""


class SettingRefused(GinsengError):
    """An environment setting with an unknown name or a value that does not fit."""


def nearest_names(name: str, known: Iterable[str], count: int = 3) -> list[str]:
    """Return up to ``count`` known names closest to ``name``, letter case set aside."""
    by_folded = {candidate.casefold(): candidate for candidate in known}
    return [by_folded[m] for m in get_close_matches(name.casefold(), by_folded, n=count, cutoff=0.6)]


def findings_table(findings: Sequence[Finding]) -> Any:
    """Return findings as a DataFrame: severity, sheet, row, column, found, expected, remedy."""
    import pandas as pd

    rows = [
        (str(f.severity), f.place.sheet, f.place.row, f.place.column, f.found, f.expected, f.remedy) for f in findings
    ]
    names = ["severity", "sheet", "row", "column", "found", "expected", "remedy"]
    return pd.DataFrame(rows, columns=names).astype({"row": "Int64"})


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
