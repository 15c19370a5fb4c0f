"""Which language is in force."""

from __future__ import annotations

import os
from contextvars import ContextVar

LANGUAGES = ("en", "ko")
_chosen: ContextVar[str] = ContextVar("language", default="")


def language() -> str:
    """Return the language in force, ``en`` or ``ko``: what ``speak`` chose, or else ``GINSENG_RD_LANGUAGE`` says.

    The environment is asked each time, since what one notebook cell chooses may end with the cell.
    """
    return _chosen.get() or ("ko" if os.environ.get("GINSENG_RD_LANGUAGE") == "ko" else "en")


def speak(chosen: str) -> None:
    """Choose ``en`` or ``ko`` for what runs in this context, such as one command or one request; '' as the setting."""
    if chosen not in ("", *LANGUAGES):
        raise ValueError(f"a language is one of {', '.join(LANGUAGES)}, not '{chosen}'")
    _chosen.set(chosen)


def say(english: str, korean: str) -> str:
    """Return the one of two texts that is in the language in force."""
    return korean if language() == "ko" else english
