"""What the terminal prints on: streams of any code page, and texts that cannot steer it."""

from __future__ import annotations

import codecs
import json
import sys
from typing import Any

from rich.console import Console

from ginseng_rd.errors import Severity
from ginseng_rd.upload import Judged
from ginseng_rd.upload.preview_page import tell_outcome

out = Console(highlight=False, soft_wrap=True, markup=False)
err = Console(stderr=True, highlight=False, soft_wrap=True, markup=False)


def prepare_streams() -> None:
    """Let output and errors take any letter: on a Korean Windows console in CP949, and where only ASCII is known."""
    codecs.register_error("nearest letter", _nearest_letter)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding=_encoding_for(stream.encoding), errors="nearest letter")


def printable(text: str) -> str:
    """Return a text without what could steer a terminal: files are quoted as they were typed."""
    return "".join(letter if letter.isprintable() or letter == "\n" else "�" for letter in text)


def print_json(value: Any) -> None:
    """Print JSON; for a stream that is no Unicode other letters are written as escapes, so that none is lost."""
    out.print(json.dumps(value, ensure_ascii=not out.encoding.startswith("utf"), indent=2))


def show_judged(judged: Judged) -> None:
    """Print what would go in of a file, its faulty rows as tables, and each finding with its number there."""
    from ginseng_rd.cli.faults import draw_faulty_rows

    out.print(printable(judged.headline()))
    for table in draw_faulty_rows(judged.preview().tables):
        out.print(table, soft_wrap=False)
    for number, finding in enumerate(judged.findings, start=1):
        out.print(printable(f"  ({number}) {finding.severity.told()}: {finding.told()}"))
    if any(finding.severity is not Severity.NOTES for finding in judged.findings):
        out.print(printable(f"{judged.name}: {tell_outcome(judged.findings)}."))


def _encoding_for(encoding: str) -> str:
    """Return the encoding of a stream if Korean can be written in it, else UTF-8."""
    try:
        "한".encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return "utf-8"
    return encoding


def _nearest_letter(error: UnicodeError) -> tuple[str, int]:
    """Give a letter that the code page has for each one it lacks: CP949 knows μ and not µ."""
    assert isinstance(error, UnicodeEncodeError)
    lacking = error.object[error.start : error.end]
    return "".join("μ" if letter == "µ" else "?" for letter in lacking), error.end
