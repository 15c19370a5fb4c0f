"""The page of a whole workspace: what is in it, and the newest answer to each question."""

from __future__ import annotations

import io
import re
from collections import Counter
from pathlib import Path

from ginseng_rd.reports.pages import SHOWN_ROWS, Section, page_text, shorten, write_page
from ginseng_rd.store import Store
from ginseng_rd.tracking import Ledger, RecordedRun


def write_overview(store: Store, ledger: Ledger) -> Path:
    """Write ``report.html`` into the workspace and return its path."""
    newest: dict[str, RecordedRun] = {}
    for run in ledger.finished():
        newest.setdefault(run.experiment, run)
    sections = [_uploads(store), *(_answer(ledger, newest[name]) for name in sorted(newest))]
    lead = f"Workspace {store.folder.name}: {len(store.uploads())} files, {len(newest)} questions answered."
    return write_page(
        store.folder / "report.html", page_text("Ginseng R&D: what we have and what we found", lead, sections)
    )


def _uploads(store: Store) -> Section:
    import pandas as pd

    uploads = store.uploads()
    names = ["file", "format", "data", "stored by", "at (UTC)", "notes"]
    rows = [(u.name, u.format, u.origin, u.by, u.at[:16].replace("T", " "), len(u.findings)) for u in uploads]
    counts = ", ".join(f"{count} {origin}" for origin, count in Counter(u.origin for u in uploads).items())
    return Section(
        heading="Files in the store",
        paragraphs=(f"{len(uploads)} files ({counts}) and {len(store.compounds())} reference compounds.",),
        tables={"Uploads": pd.DataFrame(rows, columns=names)},
    )


def _answer(ledger: Ledger, run: RecordedRun) -> Section:
    """Return the section of one run, read back from what MLflow keeps of it."""
    import pandas as pd

    lines = ledger.text_of(run.run_id, "summary.txt").splitlines()
    tables = {}
    shortened = []
    for path in ledger.files_of(run.run_id, "tables"):
        table = pd.read_csv(io.StringIO(ledger.text_of(run.run_id, path)), dtype=str, keep_default_na=False)
        name = Path(path).stem.replace("_", " ")
        tables[name] = shorten(table).map(_four_digits)
        if len(table) > SHOWN_ROWS:
            shortened.append(f"{name}: {SHOWN_ROWS} of {len(table)} rows are shown, all are in the run.")
    ended, by = run.ended_at[:16].replace("T", " "), run.tags.get("mlflow.user", "unknown")
    return Section(
        heading=run.experiment.replace("_", " "),
        paragraphs=(run.tags["ginseng_rd.question"],),
        points=[line for line in lines if not line.startswith("! ")],
        cautions=[line.removeprefix("! ") for line in lines if line.startswith("! ")],
        figures=[ledger.text_of(run.run_id, path) for path in ledger.files_of(run.run_id, "figures")],
        tables=tables,
        origin=run.tags.get("ginseng_rd.origin", ""),
        small=" ".join([f"MLflow run {run.run_id}, {ended} UTC, by {by}.", *shortened]),
    )


def _four_digits(cell: str) -> str:
    """Show a long decimal number with four digits; the run keeps all of them."""
    return f"{float(cell):.4g}" if re.fullmatch(r"-?\d+\.\d{4,}(e[+-]?\d+)?", cell) else cell
