"""What a person is told after an upload: what went in, what did not, what it took the place of."""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ginseng_rd.errors import Finding, GinsengError, Severity
from ginseng_rd.records.kinds import KINDS
from ginseng_rd.store import Upload
from ginseng_rd.words import say

if TYPE_CHECKING:
    import pandas as pd

    from ginseng_rd.lineage import Doubt

# Remarks on what stands in the file and did not become a reading.
_LEFT_OUT = {
    "amount-unit-unclear",
    "beside-the-plate",
    "component-without-peak",
    "compound-not-read",
    "count-not-whole",
    "derived-not-read",
    "dose-unit-not-stated",
    "empty-cells",
    "group-without-plate",
    "last-cycle-cut",
    "rows-above",
    "section-not-read",
    "sheet-not-read",
    "sheet-repeats",
    "signal-without-peaks",
    "unknown-columns",
    "well-not-read",
}
_ORIGINS_IN_KOREAN = {"published": "문헌 자료", "invented": "가상 자료"}


@dataclass(frozen=True)
class Receipt:
    """What an upload did: the file, what went in, what it replaced, and what the person should know.

    ``rows`` counts the readings that went in by kind, ``findings`` are the remarks on the file and the
    questions that were accepted. ``added`` is False when the same bytes stood in the store already;
    nothing was then written. ``doubt`` is what stands on the upload that was replaced.
    """

    upload: Upload
    rows: Mapping[str, int]
    added: bool
    replaced: Upload | None = None
    findings: tuple[Finding, ...] = ()
    doubt: Doubt | None = None

    @property
    def left_out(self) -> tuple[Finding, ...]:
        """The findings that tell what stands in the file and did not become a reading."""
        return tuple(f for f in self.findings if f.code in _LEFT_OUT)

    def __str__(self) -> str:
        return "\n".join([self._headline(), *(f"  {what}: {text}" for what, text in self._lines())])

    def _repr_html_(self) -> str:
        items = "".join(f"<li><i>{html.escape(what)}</i>: {html.escape(text)}</li>" for what, text in self._lines())
        return f"<p><b>{html.escape(self._headline())}</b></p>" + (f"<ul>{items}</ul>" if items else "")

    def _headline(self) -> str:
        upload = self.upload
        if not self.added:
            return say(
                f"{upload.name}: these bytes are in the store since {_day_and_time(upload.at)} (by {upload.by}); "
                "nothing was added.",
                f"{upload.name}: 같은 파일이 {_day_and_time(upload.at)}부터 저장되어 있습니다 ({upload.by}). "
                "더한 것은 없습니다.",
            )
        rows = tell_readings(self.rows)
        label = "" if upload.origin == "own" else f" [{upload.origin} data]"
        korean_label = "" if upload.origin == "own" else f" [{_ORIGINS_IN_KOREAN[upload.origin]}]"
        return say(
            f"{upload.name}: stored as {upload.format}, {rows}{label}.",
            f"{upload.name}: 저장했습니다. {tell_format(upload.format)}, {rows}{korean_label}.",
        )

    def _lines(self) -> Iterator[tuple[str, str]]:
        """Yield what else there is to say, each with a word for what it is."""
        if self.replaced is not None:
            old, at = self.replaced, _day_and_time(self.replaced.at)
            yield (
                say("replaces", "대체"),
                say(
                    f"{old.name} of {at}, which is kept with the reason given",
                    f"{at}의 {old.name}. 이전 자료는 사유와 함께 보관합니다.",
                ),
            )
        if told := tell_doubt(self.doubt):
            yield say("in doubt", "재검토"), told
        for finding in self.left_out:
            yield say("left out", "제외"), finding.told()
        for finding in self.findings:
            if finding.code not in _LEFT_OUT:
                asked = finding.severity is Severity.ASKS
                yield (say("accepted", "승인함") if asked else say("note", "참고")), finding.told()


@dataclass(frozen=True)
class Withdrawal:
    """What ending an upload did: the upload, and what stood on it."""

    upload: Upload
    doubt: Doubt

    def __str__(self) -> str:
        name = self.upload.name
        english = f"{name} is withdrawn. Its file and readings are kept with the reason."
        ended = say(english, f"{name}: 철회했습니다. 파일과 자료는 사유와 함께 보관합니다.")
        told = tell_doubt(self.doubt)
        return f"{ended}\n  {say('in doubt', '재검토')}: {told}" if told else ended

    def _repr_html_(self) -> str:
        return f"<p>{html.escape(str(self))}</p>".replace("\n", "<br>")


def tell_doubt(doubt: Doubt | None) -> str:
    """Return how much stands on an upload that ended, and the command that shows it; '' where nothing does."""
    if doubt is None or not doubt.beyond.entries:
        return ""
    command = f"ginseng-rd in-doubt {doubt.asked}"
    return say(
        f"{doubt.beyond.counts()} stand on what it said. See: {command}",
        f"이 자료를 바탕으로 한 {doubt.beyond.counts()}. 확인: {command}",
    )


@dataclass(frozen=True)
class Receipts:
    """What became of many files: one receipt or one refusal each, in order."""

    receipts: tuple[Receipt, ...]
    refusals: tuple[GinsengError, ...]

    def __str__(self) -> str:
        return "\n".join([self.summary(), *map(str, self.receipts), *map(str, self.refusals)])

    def summary(self) -> str:
        """Return in a line how many files were stored, were there already, and were refused."""
        added = sum(receipt.added for receipt in self.receipts)
        known, refused = len(self.receipts) - added, len(self.refusals)
        return say(
            f"{added} stored, {known} there already, {refused} refused.",
            f"저장 {added}, 이미 있음 {known}, 거부 {refused}.",
        )

    def table(self) -> pd.DataFrame:
        """Return one row a file: name, what became of it, readings, and in words."""
        import pandas as pd

        stored, known, refused = say("stored", "저장"), say("there already", "이미 있음"), say("refused", "거부")
        rows = [(r.upload.name, stored if r.added else known, sum(r.rows.values()), str(r)) for r in self.receipts]
        rows += [(getattr(e, "file", ""), refused, 0, str(e)) for e in self.refusals]
        english, korean = ("file", "outcome", "readings", "in words"), ("파일", "결과", "자료 수", "설명")
        return pd.DataFrame(rows, columns=list(map(say, english, korean)))

    def _repr_html_(self) -> str:
        import pandas as pd

        with pd.option_context("display.max_colwidth", None):
            table = self.table().to_html(index=False, border=0, justify="left").replace("\\n", "<br>")
        return f"<p><b>{html.escape(self.summary())}</b></p>{table}"


def tell_readings(rows: Mapping[str, int]) -> str:
    """Return how many rows of each kind there are, such as ``1 content reading, 2 lot records``."""
    return ", ".join(
        say(f"{count} {_name_rows(kind, count)}", f"{KINDS[kind].korean} {count}건") for kind, count in rows.items()
    )


def tell_format(format: str) -> str:
    """Return the name of a file format; a sheet's in the language in force, an instrument's as its maker writes it."""
    return format.replace("sheet with headings", say("sheet with headings", "표"))


def _day_and_time(at: str) -> str:
    """Return a time of the store (ISO, UTC) as people write it, to the minute."""
    return f"{at[:16].replace('T', ' ')} UTC"


def _name_rows(kind: str, count: int) -> str:
    measures = KINDS[kind].measured is not None
    return f"{kind.replace('_', ' ')} {'reading' if measures else 'record'}{'' if count == 1 else 's'}"
