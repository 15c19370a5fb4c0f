"""A stored file as a value, and how a company's own sheets are read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any


@dataclass(frozen=True)
class Upload:
    """One stored file: what it was, where its readings come from, who brought it and when (UTC).

    ``origin`` is ``own`` (the company measured it), ``published`` or ``invented``. ``run_identity``
    names the instrument run it holds, if the file tells; ``values_sha256`` stands for what its
    readings say. ``replaces`` is the number of the upload it took the place of; ``ended_at``,
    ``ended_by`` and ``ended_because`` say when, by whom and why it was itself replaced or withdrawn.
    """

    id: int
    sha256: str
    name: str
    bytes: int
    format: str
    origin: str
    by: str
    at: str
    about: Mapping[str, str]
    findings: tuple[str, ...]
    run_identity: str = ""
    values_sha256: str = ""
    replaces: int | None = None
    ended_at: str | None = None
    ended_by: str | None = None
    ended_because: str | None = None


@dataclass(frozen=True)
class SheetMapping:
    """What the headings of a company's own sheet mean: kind, heading to column, and values for all rows."""

    kind: str | None
    columns: Mapping[str, str]
    fixed: Mapping[str, str]


def upload_row(upload: Upload, company: int) -> dict[str, Any]:
    texts = {name: json.dumps(getattr(upload, name), ensure_ascii=False) for name in ("about", "findings")}
    return asdict(upload) | texts | {"company_id": company}


def upload_of(row: Mapping[Any, Any]) -> Upload:
    known = {f.name: row[f.name] for f in fields(Upload)}
    return Upload(**known | {"about": json.loads(row["about"]), "findings": tuple(json.loads(row["findings"]))})
