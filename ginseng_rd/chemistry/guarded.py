"""Drawings from strangers, read so that none of them can stop the program.

Ring search, molfile perception and the InChI reader have inputs on which they run for hours or bring the process
down. What is plain SMILES of ordinary size is read here; the rest is read by a child process with a time limit,
which is ended and started again when it hangs or dies.
"""

from __future__ import annotations

import pickle
import queue
import subprocess
import sys
import threading
from collections.abc import Generator, Sequence
from contextlib import closing
from typing import IO, Any

from ginseng_rd.chemistry.drawings import is_inchi
from ginseng_rd.chemistry.standardisation import DrawingRead, standardise
from ginseng_rd.errors import Finding, Place, Severity

SECONDS_EACH = 20.0
# Starting Python and RDKit comes on top for the first drawing.
_SECONDS_TO_START = 60.0
_ORDINARY_CHARACTERS = 600
_ORDINARY_RING_MARKS = 40
_MOST_MEMORY = 4 * 1024**3


def standardise_all(drawings: Sequence[str]) -> list[DrawingRead]:
    """Return what ``standardise`` says of each drawing, in order; one that hangs or crashes has a finding."""
    odd = [number for number, drawing in enumerate(drawings) if not is_ordinary(drawing)]
    read: dict[int, DrawingRead] = {}
    while len(read) < len(odd):
        left = odd[len(read) :]
        with closing(_read_in_child([drawings[number] for number in left])) as answers:
            read.update(zip(left, answers, strict=False))
        if len(read) < len(odd):
            read[odd[len(read)]] = _NOT_READ
    return [read[number] if number in read else standardise(drawing) for number, drawing in enumerate(drawings)]


_NOT_READ = DrawingRead(
    None,
    (
        Finding(
            Severity.STOPS, "structure-not-read", Place(), "a drawing that the chemistry library could not finish",
            f"one that is read within {SECONDS_EACH:.0f} seconds", "Give it as SMILES, or check its rings and bonds.",
        ),
    ),
)  # fmt: skip


def is_ordinary(drawing: str) -> bool:
    """Say whether ``drawing`` is a SMILES too small to keep RDKit long."""
    text = drawing.strip()
    if len(text) > _ORDINARY_CHARACTERS or not text.isascii() or len(text.split()) > 1 or is_inchi(text):
        return False
    return sum(map(str.isdigit, text)) + text.count("%") <= _ORDINARY_RING_MARKS


def _read_in_child(drawings: list[str]) -> Generator[DrawingRead]:
    """Yield the answers of a child process, as far as it comes within the time limit."""
    child = subprocess.Popen(
        [sys.executable, "-m", "ginseng_rd.chemistry.guarded"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    answers: queue.Queue[DrawingRead | None] = queue.Queue()
    threading.Thread(target=_talk, args=(child, drawings, answers), daemon=True).start()
    seconds = _SECONDS_TO_START + SECONDS_EACH
    try:
        for _ in drawings:
            answer = answers.get(timeout=seconds)
            if answer is None:
                return
            yield answer
            seconds = SECONDS_EACH
    except queue.Empty:
        return
    finally:
        child.kill()
        child.wait()


def _talk(child: subprocess.Popen[bytes], drawings: list[str], answers: queue.Queue[DrawingRead | None]) -> None:
    to_child, from_child = child.stdin, child.stdout
    assert to_child is not None
    assert from_child is not None
    try:
        pickle.dump(drawings, to_child)
        to_child.close()
        for _ in drawings:
            answers.put(pickle.load(from_child))
    except (EOFError, OSError, pickle.UnpicklingError):
        answers.put(None)


def _answer(to_parent: IO[bytes], from_parent: IO[bytes]) -> None:
    """Read the drawings handed over and answer one by one, as the child."""
    _limit_memory()
    drawings: list[str] = pickle.load(from_parent)
    for drawing in drawings:
        pickle.dump(standardise(drawing), to_parent)
        to_parent.flush()


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:  # Windows has no such limit.
        return
    limits: Any = resource
    limits.setrlimit(limits.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))


if __name__ == "__main__":
    _answer(sys.stdout.buffer, sys.stdin.buffer)
