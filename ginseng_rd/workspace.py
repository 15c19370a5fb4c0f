"""The researcher's handle: one workspace, each verb a line or two."""

from __future__ import annotations

import getpass
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ginseng_rd.compounds import Compounds
from ginseng_rd.settings import read_settings
from ginseng_rd.store import Store
from ginseng_rd.tracking import Ledger
from ginseng_rd.upload import (
    Judged,
    Receipt,
    Receipts,
    Sheet,
    Withdrawal,
    balance_extract,
    check,
    register,
    upload,
    upload_many,
    withdraw,
)

if TYPE_CHECKING:
    import pandas as pd

    from ginseng_rd.chemistry.balance import MolarBalance
    from ginseng_rd.comparison import Comparison, Desire
    from ginseng_rd.experiments import FinishedRun
    from ginseng_rd.formulations import WeighingSheet
    from ginseng_rd.lineage import Doubt, Lineage

Progress = Callable[[str], None]


def open_workspace(folder: str | Path, *, create: bool = False, company: str = "our company") -> Workspace:
    """Open the workspace in ``folder``; with ``create=True`` make it first if it is not there.

    A workspace is one folder: the data (SQLite), the original files, and the MLflow ledger of runs.
    Raises WorkspaceRefused, in a sentence, for a folder that holds none, cannot be written, or
    was made by a newer version of this library.
    """
    path = Path(folder).expanduser()
    return Workspace(Store.create(path, company=company) if create else Store.open(path))


class Workspace:
    """What a company's data, experiments and comparisons hang on. Made by ``open_workspace``."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.folder = store.folder
        self.ledger = Ledger(store.folder / "mlflow")
        self._compounds: tuple[tuple[int, ...], Compounds] | None = None

    def __repr__(self) -> str:
        return f"Workspace {self.folder}: {len(self.compounds)} compounds, {len(self._store.uploads())} uploads"

    def close(self) -> None:
        """Let go of the files of the workspace."""
        self._store.close()

    def __enter__(self) -> Workspace:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def compounds(self) -> Compounds:
        """The compounds: ``ws.compounds["Rg3"]``, ``ws.compounds["진세노사이드 Rg3"]``."""
        state = self._store.uploads_state()
        if self._compounds is None or self._compounds[0] != state:  # an upload may have registered some
            self._compounds = (state, Compounds(self._store.compounds(), self.folder / "cache"))
        return self._compounds[1]

    def check(self, path: str | Path, *, sheet: Sheet | None = None) -> Judged:
        """Read and judge a lab file without storing it.

        The answer shows its cells with the faulty ones marked; ``.findings``, ``.table()`` and ``.preview()``
        hold the same as values.
        """
        return check(self._store, Path(path), sheet)

    def upload(
        self,
        path: str | Path,
        *,
        sheet: Sheet | None = None,
        origin: str = "own",
        accept: Collection[str] = (),
        replaces: str = "",
        reason: str = "",
        progress: Progress = lambda _: None,
    ) -> Receipt:
        """Store a lab file and return a receipt, or raise LabFileRejected with every fault.

        ``sheet`` helps with headings and formats (see ``Sheet``), ``origin`` is ``own``,
        ``published`` or ``invented``, ``accept`` names the questions answered with yes.
        ``replaces`` names the upload (by file name or hash) that this one corrects, and ``reason`` why.
        """
        return upload(
            self._store,
            Path(path),
            sheet=sheet,
            origin=origin,
            accept=accept,
            replaces=replaces,
            reason=reason,
            by=_member(),
            ledger=self.ledger,
            progress=progress,
        )

    def upload_many(
        self,
        paths: Iterable[str | Path],
        *,
        origin: str = "own",
        accept: Collection[str] = (),
        progress: Progress = lambda _: None,
    ) -> Receipts:
        """Store every file that paths, folders and zip archives hold, each judged by itself."""
        return upload_many(self._store, map(Path, paths), origin=origin, accept=accept, by=_member(), progress=progress)

    def register(
        self,
        structure: str,
        *,
        code: str,
        name: str = "",
        korean_name: str = "",
        synonyms: Iterable[str] = (),
        accept: Collection[str] = (),
    ) -> Receipt:
        """Register a compound of the company's own, drawn as SMILES, InChI or molfile, and return a receipt.

        The structure is standardised; one that is known already gets the new names. Raises LabFileRejected for a
        drawing that is none, and for one that leaves open which known compound it is (to be answered by ``accept``).
        """
        facts = {"code": code, "structure": structure, "name": name, "korean_name": korean_name}
        facts["synonyms"] = ";".join(synonyms)
        return register(self._store, facts, accept=accept, by=_member())

    def molar_balance(self, extract: str) -> MolarBalance:
        """Hold the contents of an extract against those of all it was made from, in moles by aglycone family.

        Raises UnknownName for an extract that is not there, GinsengError where contents or amounts are missing.
        """
        return balance_extract(self._store, self.compounds, extract)

    def withdraw(self, name: str, *, reason: str) -> Withdrawal:
        """End an upload, named by file name or hash. Its readings are shown no more, and kept with the reason.

        The answer tells how much stands on it; ``in_doubt`` shows what.
        """
        return withdraw(self._store, name, reason=reason, by=_member(), ledger=self.ledger)

    def lineage(self, code: str) -> Lineage:
        """Return what a lot, extract, formulation, version (``F-012 v2``), batch or trial is made of, and what of it.

        The answer draws itself in a notebook. Raises UnknownName, with the nearest, for a code that is nowhere.
        """
        from ginseng_rd.lineage import lineage

        return lineage(self._store, code)

    def in_doubt(self, name: str) -> Doubt:
        """Return everything that stands on a recalled lot, extract or batch, or on a corrected or withdrawn upload.

        ``name`` is a code, or an upload's file name or hash. Extracts, versions, batches, readings, figures
        and MLflow runs are named, each with the way it stands on it.
        """
        from ginseng_rd.lineage import in_doubt

        return in_doubt(self._store, self.ledger, name)

    def template(self, kind: str, path: str | Path | None = None, *, language: str = "both") -> Path:
        """Write an Excel sheet to fill in with rows of a kind, by default ``KIND.xlsx`` here, and return its path.

        Headings are in Korean (``ko``), English (``en``) or ``both``. A file is never overwritten.
        """
        from ginseng_rd.labfiles.templates import save_template

        return save_template(kind, Path(path or f"{kind}.xlsx"), language=language)

    def uploads(self) -> pd.DataFrame:
        """Return every stored file, oldest first: name, format, origin, who, when (UTC), hash, and what ended it."""
        import pandas as pd

        names = ["name", "format", "origin", "by", "at", "sha256", "ended_at", "ended_by", "ended_because"]
        return pd.DataFrame([[getattr(u, n) for n in names] for u in self._store.uploads()], columns=names)

    def readings(self, kind: str, **where: Any) -> pd.DataFrame:
        """Return readings of a kind, one row each, in canonical units.

        ``where`` chooses by column: ``ws.readings("assay", assay="tyrosinase", sample="EX-12")``;
        a list means any of its values.
        """
        return self._store.readings(kind, where)

    def draft(
        self,
        name: str,
        *,
        note: str,
        shares: Mapping[str, str | Decimal] | None = None,
        substitute: Mapping[str, str] | None = None,
    ) -> Receipt:
        """Store the next version of a formulation, a copy of ``name`` (``F-012`` or ``F-012 v2``) with changed lines.

        ``shares`` gives ingredients a new share in %, 0 to take one out; ``substitute`` puts one ingredient in the
        place of another. A q.s. line takes the rest. ``note`` says what was changed, and why.
        """
        from ginseng_rd.formulations import draft_version

        return draft_version(self._store, name, note=note, shares=shares, substitute=substitute, by=_member())

    def lock(self, name: str, *, reason: str) -> Receipt:
        """Lock a version (``F-012 v2``): from then on it never changes."""
        from ginseng_rd.formulations import lock_version

        return lock_version(self._store, name, reason=reason, by=_member())

    def weigh(self, name: str, size_g: str | Decimal) -> WeighingSheet:
        """Return what to weigh for a batch of a version, to the hundredth of a gram: to read, or to save as XLSX."""
        from ginseng_rd.formulations import weigh_version

        return weigh_version(self._store, name, size_g)

    def compare(
        self,
        *codes: str,
        everything: bool = False,
        day: date | None = None,
        limits: Mapping[str, tuple[float | None, float | None]] | None = None,
        desirability: Mapping[str, Desire] | None = None,
    ) -> Comparison:
        """Put two to fifty versions or batches side by side, the first as base: only what differs, or everything.

        A code is a formulation (its newest version), a version such as ``F-012 v2``, or a product batch. Costs are
        of ``day``, today unless named; ``limits`` are lowest and highest of an endpoint in a stability study;
        ``desirability`` says what is wanted of an endpoint.
        """
        from ginseng_rd.comparison import compare

        return compare(self._store, codes, everything=everything, day=day, limits=limits, desirability=desirability)

    def run(self, path: str | Path, *, progress: Progress = lambda _: None) -> FinishedRun:
        """Run an experiment file, record it in MLflow, and say how it stands to earlier runs."""
        from ginseng_rd.experiments import run_experiment

        return run_experiment(self._store, self.ledger, Path(path), by=_member(), progress=progress)

    def has_run(self, path: str | Path) -> bool:
        """Tell whether this very experiment file was run by this version on the data as they stand."""
        from ginseng_rd.experiments import find_run

        return find_run(self._store, self.ledger, Path(path)) is not None

    def runs(self, experiment: str | None = None) -> pd.DataFrame:
        """Return the finished runs, newest first: one row a figure, with relation, interval, unit and n."""
        import pandas as pd

        rows = [
            (run.experiment, run.ended_at, name, e.relation, e.value, e.low, e.high, e.unit, e.n, e.basis, run.run_id)
            for run in self.ledger.finished(experiment)
            for name, e in run.metrics.items()
        ]
        names = ["experiment", "ended", "figure", "relation", "value", "low", "high", "unit", "n", "interval", "run"]
        return pd.DataFrame(rows, columns=names)

    def report(self) -> Path:
        """Write ``report.html`` of all that is in the workspace into it, and return its path."""
        from ginseng_rd.reports.overview import write_overview

        return write_overview(self._store, self.ledger)


def _member() -> str:
    try:
        return read_settings().member or getpass.getuser()
    except OSError:  # a login without a name, as in some containers
        return "unknown"
