"""The few settings, read once from the environment; an unknown name is an error."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from ginseng_rd.errors import SettingRefused, nearest_names
from ginseng_rd.words import LANGUAGES

_PREFIX = "GINSENG_RD_"


@dataclass(frozen=True)
class Settings:
    """What ``GINSENG_RD_WORKSPACE``, ``..._REFERENCE_DATA``, ``..._MEMBER`` and so on say.

    ``workspace`` is the folder the terminal opens when none is named; ``reference_data`` a folder
    of reference sets that tests and the demonstration use when it is there; ``member`` the name
    written beside what is stored, by default the login name; ``largest_file_mb`` the largest
    file taken in, unpacked, in megabytes; ``language`` (``en`` or ``ko``) the one in which people
    are told what is said of their files.
    """

    workspace: Path = Path("lab")
    reference_data: Path | None = None
    member: str = ""
    largest_file_mb: int = 100
    language: str = "en"


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Return the settings of ``environment`` (by default the process's own).

    Raises SettingRefused for a ``GINSENG_RD_`` name that is not a setting.
    """
    values = os.environ if environment is None else environment
    given = {k.removeprefix(_PREFIX): v for k, v in values.items() if k.startswith(_PREFIX)}
    known = {f.name.upper() for f in fields(Settings)}
    for name in given:
        if name not in known:
            near = nearest_names(name, known, count=1) or sorted(known)
            raise SettingRefused(
                f"'{_PREFIX}{name}' is not a setting. Did you mean {' or '.join(_PREFIX + n for n in near)}?"
            )
    largest = given.get("LARGEST_FILE_MB", "100")
    if not largest.isascii() or not largest.isdigit() or int(largest) < 1:
        raise SettingRefused(f"{_PREFIX}LARGEST_FILE_MB is '{largest}', but a whole number of megabytes belongs there.")
    language = given.get("LANGUAGE") or "en"
    if language not in LANGUAGES:
        raise SettingRefused(f"{_PREFIX}LANGUAGE is '{language}', but one of {', '.join(LANGUAGES)} belongs there.")
    return Settings(
        workspace=Path(given.get("WORKSPACE", "lab")),
        reference_data=Path(given["REFERENCE_DATA"]) if given.get("REFERENCE_DATA") else None,
        member=given.get("MEMBER", ""),
        largest_file_mb=int(largest),
        language=language,
    )
