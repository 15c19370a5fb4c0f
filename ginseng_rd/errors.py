"""What can go wrong, in words a colleague at the bench can act on.

Findings are made and kept in English. ``told`` says them in the language in force (see ``words``), as
do the accounts and tables that people read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from html import escape
from typing import Any

from ginseng_rd.words import language, say
from ginseng_rd.words.korean import in_korean, place_in_korean


class Severity(StrEnum):
    """How much a finding weighs: it stops an upload, asks for a yes, or is only noted."""

    STOPS = "stops"
    ASKS = "asks"
    NOTES = "notes"

    def told(self) -> str:
        """Return the word for it in the language in force."""
        return say(str(self), _SEVERITIES_IN_KOREAN[self])


_LONG_QUOTE = re.compile(r"'([^']{80})[^']{120,}'")  # a whole page in one cell, of which the beginning is told
_SEVERITIES_IN_KOREAN = {Severity.STOPS: "수정 필요", Severity.ASKS: "확인 필요", Severity.NOTES: "참고"}


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

    def told(self) -> str:
        """Return it in the language in force."""
        return say(str(self), place_in_korean(self.sheet, self.row, self.column))


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

    def __post_init__(self) -> None:
        object.__setattr__(self, "found", _LONG_QUOTE.sub(r"'\1...'", self.found))

    def __str__(self) -> str:
        at = f"{self.place}: " if str(self.place) else ""
        return f"{at}found {self.found}, expected {self.expected}. {self.remedy}".rstrip()

    def told(self) -> str:
        """Return it in the language in force; a code that has no Korean form yet stays English."""
        korean = in_korean(self.code, self.found, self.expected, self.remedy)
        if korean is None:
            return str(self)
        at = self.place.told()
        return say(str(self), f"{at}: {korean}" if at else str(korean))

    def told_apart(self) -> tuple[str, str, str]:
        """Return what was found, what was expected and what to do, each in the language in force."""
        korean = in_korean(self.code, self.found, self.expected, self.remedy)
        english = (self.found, self.expected, self.remedy)
        if korean is None or language() == "en":
            return english
        return (f"{korean.what}: {korean.typed}" if korean.typed else korean.what, korean.right, korean.todo)


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
        self._what, self._name = what, name
        hint = f" Did you mean {' or '.join(map(repr, self.nearest))}?" if self.nearest else ""
        super().__init__(f"There is no {what} '{name}'.{hint}")

    def __str__(self) -> str:
        if language() == "en" or self._what not in _KNOWN_IN_KOREAN:
            return super().__str__()
        hint = f" {', '.join(map(repr, self.nearest))} 입니까?" if self.nearest else ""
        return f"'{self._name}': {_KNOWN_IN_KOREAN[self._what]} 없습니다.{hint}"


_KNOWN_IN_KOREAN = {
    "code": "그런 코드가",
    "compound": "그런 이름의 성분이",
    "upload": "그런 이름으로 올린 파일이",
    "kind of readings": "그런 자료 종류가",
    "formulation": "그런 코드의 처방이",
}


class LabFileRejected(GinsengError):
    """A file that was not stored, with everything that is wrong in it."""

    def __init__(self, file: str, findings: Sequence[Finding]) -> None:
        self.file = file
        self.findings = tuple(findings)
        super().__init__(file, findings)

    def __str__(self) -> str:
        lines = [self.summary()]
        faults, questions = self._of(Severity.STOPS), self._of(Severity.ASKS)
        lines += [f"  {finding.told()}" for finding in (*faults, *questions)]
        if questions and not faults:
            codes = ", ".join(sorted({q.code for q in questions}))
            lines.append(
                say(
                    f"To store it as it is, answer with accept: {codes}.",
                    f"이대로 저장하려면 승인(accept)하십시오: {codes}",
                )
            )
        return "\n".join(lines)

    def summary(self) -> str:
        """Return in a line that the file was not stored, and how much there is to mend and to answer."""
        faults, questions = len(self._of(Severity.STOPS)), len(self._of(Severity.ASKS))
        counts = [say(_count(faults, "fault to mend", "faults to mend"), f"고칠 곳 {faults}")] if faults else []
        if questions:
            counts.append(say(_count(questions, "question to answer", "questions to answer"), f"확인할 것 {questions}"))
        return say(
            f"{self.file} was not uploaded: {' and '.join(counts)}.",
            f"{self.file}: 올리지 않았습니다. {', '.join(counts)}.",
        )

    def _of(self, severity: Severity) -> list[Finding]:
        return [f for f in self.findings if f.severity is severity]

    def _repr_html_(self) -> str:
        return f"<p><b>{escape(self.summary())}</b></p>{findings_html(self.findings)}"

    def table(self) -> Any:
        """Return the findings as a DataFrame (see ``findings_table``)."""
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
    """Return up to ``count`` known names closest to ``name``, letter case set aside.

    A name of two to four letters is too short for a likeness in parts: the known names one slip away
    are meant, those with a letter more or less at the end before others.
    """
    by_folded = {candidate.casefold(): candidate for candidate in known}
    typed = name.casefold()
    near: list[str] = []
    if 2 <= len(typed) <= _SHORT:
        near = [other for other in by_folded if _is_a_slip(typed, other)]
        near.sort(key=lambda other: not (other.startswith(typed) or typed.startswith(other)))
    near = near or get_close_matches(typed, by_folded, n=count, cutoff=0.6)
    return [by_folded[match] for match in near[:count]]


_SHORT = 4


def _is_a_slip(typed: str, meant: str) -> bool:
    """Tell whether one slip lies between two names: a letter more, less or another, or two swapped.

    Names of two letters that differ in one are two names, as mL and mg are, unless a number was missed.
    """
    shorter, longer = sorted((typed, meant), key=len)
    if len(longer) == len(shorter) + 1:
        return typed[0] == meant[0] and any(longer[:i] + longer[i + 1 :] == shorter for i in range(1, len(longer)))
    differ = [i for i, pair in enumerate(zip(typed, meant, strict=False)) if pair[0] != pair[1]]
    if len(typed) != len(meant) or (len(typed) == 2 and (differ != [1] or not meant[1].isdigit())):
        return False
    return (len(differ) == 1 and differ != [0]) or (len(differ) == 2 and sorted(typed) == sorted(meant))


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings with the gravest first, and those of one severity from the top of each sheet down."""
    gravity = {severity: n for n, severity in enumerate(Severity)}
    return tuple(sorted(findings, key=lambda f: (gravity[f.severity], f.place.sheet, f.place.row or 0)))


def findings_table(findings: Sequence[Finding]) -> Any:
    """Return findings as a DataFrame in the language in force, numbered from 1, one row each.

    Columns: severity, sheet, row, column, found, expected, remedy, code; in Korean 구분, 시트, 행, 열,
    문제, 맞는 값, 조치, 코드.
    """
    import pandas as pd

    english = ("severity", "sheet", "row", "column", "found", "expected", "remedy", "code")
    korean = ("구분", "시트", "행", "열", "문제", "맞는 값", "조치", "코드")
    names = list(map(say, english, korean))
    rows = [(f.severity.told(), f.place.sheet, f.place.row, f.place.column, *f.told_apart(), f.code) for f in findings]
    numbers = pd.RangeIndex(1, len(rows) + 1)
    return pd.DataFrame(rows, columns=names, index=numbers).astype({names[2]: "Int64"})


def findings_html(findings: Sequence[Finding]) -> str:
    """Return the table of findings as HTML, for a notebook; columns in which nothing stands are left out."""
    import pandas as pd

    table = findings_table(findings).replace("", None).dropna(axis="columns", how="all")
    with pd.option_context("display.max_colwidth", None):
        return str(table.to_html(border=0, na_rep="", justify="left"))


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
