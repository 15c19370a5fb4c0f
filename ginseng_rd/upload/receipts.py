"""What a person is told after an upload: what went in, what did not, what it took the place of."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ginseng_rd.errors import GinsengError
from ginseng_rd.store import Upload

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Receipt:
    """What an upload did: the file, what went in, what it replaced, and what the person should know.

    ``added`` is False when the same bytes stood in the store already; nothing was then written.
    """

    upload: Upload
    rows: Mapping[str, int]
    added: bool
    replaced: Upload | None = None

    def __str__(self) -> str:
        upload = self.upload
        if not self.added:
            return f"{upload.name}: these bytes are in the store since {upload.at} (by {upload.by}); nothing was added."
        rows = ", ".join(f"{count} {kind} readings" for kind, count in self.rows.items())
        label = "" if upload.origin == "own" else f" [{upload.origin} data]"
        lines = [f"{upload.name}: stored as {upload.format}, {rows}{label}."]
        if self.replaced is not None:
            lines.append(f"  replaces: {self.replaced.name} of {self.replaced.at}, which is kept with the reason given")
        return "\n".join(lines + [f"  note: {finding}" for finding in upload.findings])

    def _repr_html_(self) -> str:
        first, *notes = str(self).splitlines()
        items = "".join(f"<li>{html.escape(note.strip())}</li>" for note in notes)
        return f"<p><b>{html.escape(first)}</b></p><ul>{items}</ul>"


@dataclass(frozen=True)
class Receipts:
    """What became of many files: one receipt or one refusal each, in order."""

    receipts: tuple[Receipt, ...]
    refusals: tuple[GinsengError, ...]

    def __str__(self) -> str:
        added = sum(receipt.added for receipt in self.receipts)
        known = len(self.receipts) - added
        head = f"{added} stored, {known} there already, {len(self.refusals)} refused."
        return "\n".join([head, *map(str, self.receipts), *map(str, self.refusals)])

    def table(self) -> pd.DataFrame:
        """Return one row a file: name, what became of it, readings, and in words."""
        import pandas as pd

        rows = [
            (r.upload.name, "stored" if r.added else "there already", sum(r.rows.values()), str(r))
            for r in self.receipts
        ]
        rows += [(getattr(e, "file", ""), "refused", 0, str(e)) for e in self.refusals]
        return pd.DataFrame(rows, columns=["file", "outcome", "readings", "in words"])

    def _repr_html_(self) -> str:
        return str(self.table().to_html(index=False, border=0))
