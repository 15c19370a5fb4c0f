"""The researcher's handle: one workspace, each verb a line or two."""

from __future__ import annotations

import getpass
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ginseng_rd.chemistry.compounds import Compound
from ginseng_rd.chemistry.names import CompoundNames
from ginseng_rd.settings import read_settings
from ginseng_rd.store import Store
from ginseng_rd.tracking import Ledger
from ginseng_rd.upload import Judged, Receipt, Receipts, Sheet, check, upload, upload_many, withdraw

if TYPE_CHECKING:
    import pandas as pd

    from ginseng_rd.comparison import Comparison
    from ginseng_rd.experiments import FinishedRun

Progress = Callable[[str], None]


def open_workspace(folder: str | Path, *, create: bool = False, company: str = "our company") -> Workspace:
    """Open the workspace in ``folder``; with ``create=True`` make it first if it is not there.

    A workspace is one folder: the data (SQLite), the original files, and the MLflow ledger of runs.
    Raises WorkspaceRefused, in a sentence, for a folder that holds none, cannot be written, or
    was made by a newer version of this library.
    """
    path = Path(folder).expanduser()
    return Workspace(Store.create(path, company=company) if create else Store.open(path))


class Compounds:
    """The compounds of a workspace, found by any of their names in Korean or English."""

    def __init__(self, compounds: Sequence[Compound]) -> None:
        self._by_code = {compound.code: compound for compound in compounds}
        self._names = CompoundNames(compounds)

    def __getitem__(self, name: str) -> Compound:
        """Return the compound a name stands for; raises UnknownName with the nearest names."""
        return self._by_code[self._names.code_of(name)]

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self._names.knows(name)

    def __iter__(self) -> Iterator[Compound]:
        return iter(self._by_code.values())

    def __len__(self) -> int:
        return len(self._by_code)

    def table(self) -> pd.DataFrame:
        """Return code, names, family, formula, molar mass (g/mol) and standing of the structure, one row a compound."""
        import pandas as pd

        columns = ["code", "name", "korean_name", "family", "formula", "molar_mass", "stereo_status", "structure_basis"]
        return pd.DataFrame([[getattr(c, name) for name in columns] for c in self], columns=columns)

    def __repr__(self) -> str:
        return f"{len(self)} compounds\n{self.table().to_string(max_rows=12)}"

    def _repr_html_(self) -> str:
        return f"<p>{len(self)} compounds</p>{self.table().to_html(index=False, max_rows=12, border=0)}"


class Workspace:
    """What a company's data, experiments and comparisons hang on. Made by ``open_workspace``."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.folder = store.folder
        self.ledger = Ledger(store.folder / "mlflow")

    def __repr__(self) -> str:
        return f"Workspace {self.folder}: {len(self.compounds)} compounds, {len(self._store.uploads())} uploads"

    def close(self) -> None:
        """Let go of the files of the workspace."""
        self._store.close()

    def __enter__(self) -> Workspace:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @cached_property
    def compounds(self) -> Compounds:
        """The compounds: ``ws.compounds["Rg3"]``, ``ws.compounds["진세노사이드 Rg3"]``."""
        return Compounds(self._store.compounds())

    def check(self, path: str | Path, *, sheet: Sheet | None = None) -> Judged:
        """Read and judge a lab file without storing it; every finding is in the answer."""
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

    def withdraw(self, name: str, *, reason: str) -> None:
        """End an upload, named by file name or hash. Its readings are shown no more, and kept with the reason."""
        withdraw(self._store, name, reason=reason, by=_member())

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

    def compare(self, *codes: str) -> Comparison:
        """Put two to fifty formulations side by side, the first as base: only what differs."""
        from ginseng_rd.comparison import compare

        return compare(self._store, codes)

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
