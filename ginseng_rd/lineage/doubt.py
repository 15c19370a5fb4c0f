"""What is in doubt once a lot is recalled, or a reading corrected."""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ginseng_rd.errors import UnknownName
from ginseng_rd.lineage.ancestry import known_codes
from ginseng_rd.lineage.things import Edge, Names, Thing, find_things, said_by, tell_kind, tell_result
from ginseng_rd.lineage.walk import nearest_ways, results_of, walk_down
from ginseng_rd.records.kinds import KINDS
from ginseng_rd.records.kinds.declaration import Naming
from ginseng_rd.store import Store, Upload
from ginseng_rd.tracking import Ledger, RecordedRun
from ginseng_rd.words import say

if TYPE_CHECKING:
    import pandas as pd

# What is told of a doubt, in this order; a formulation is told by its versions.
_TOLD = ("extract", "version", "batch", "arm", "trial", "", "reading", "figure", "run")


@dataclass(frozen=True)
class Doubtful:
    """One thing in doubt: a kind of thing, or ``reading``, ``figure`` or ``run``.

    ``name`` is its code, the kind of its readings, or the figure; ``count`` the number of readings, else 1;
    ``where`` the file or MLflow run it is in; ``way`` how it stands on what was asked, nearest first.
    """

    kind: str
    name: str
    count: int
    where: str
    way: str


@dataclass(frozen=True)
class Doubt:
    """Everything that stands on a code or on an upload, and the way it does.

    ``because`` says what became of an upload. ``unknown_runs`` are MLflow runs that do not say what they
    used: they were recorded before runs did.
    """

    asked: str
    because: str
    entries: tuple[Doubtful, ...]
    unknown_runs: tuple[str, ...] = ()

    def of(self, kind: str) -> tuple[Doubtful, ...]:
        """Return what is in doubt of one kind, such as ``extract``, ``version``, ``reading``, ``figure`` or ``run``."""
        return tuple(entry for entry in self.entries if entry.kind == kind)

    @property
    def beyond(self) -> Doubt:
        """The doubt without the readings of the uploads themselves."""
        return replace(self, entries=tuple(e for e in self.entries if e.kind != "reading" or e.way != e.where))

    def counts(self) -> str:
        """Return how much is in doubt, such as ``1 extract, 2 versions, 12 readings``; empty where nothing is."""
        numbers: Counter[str] = Counter()
        for entry in self.entries:
            numbers[entry.kind] += entry.count
        return ", ".join(
            say(f"{n} {_plural(kind) if n > 1 else tell_kind(kind)}", f"{tell_kind(kind)} {n}건")
            for kind, n in sorted(numbers.items(), key=lambda pair: _TOLD.index(pair[0]))
        )

    def headline(self) -> str:
        """Return in a line what is in doubt, in the language in force."""
        why = f" ({self.because})" if self.because else ""
        if not self.entries:
            return say(
                f"{self.asked}{why}: nothing stands on it.", f"{self.asked}{why}: 이를 바탕으로 한 것이 없습니다."
            )
        return say(
            f"{self.asked}{why}: in doubt are {self.counts()}.", f"{self.asked}{why}: 재검토 대상 {self.counts()}."
        )

    def remark(self) -> str:
        """Return the sentence on runs that do not say what they used, or ''."""
        n = len(self.unknown_runs)
        if not n:
            return ""
        return say(
            f"Not known of {n} MLflow run{'' if n == 1 else 's'}, recorded without saying what they used: "
            f"{', '.join(self.unknown_runs)}.",
            f"사용한 자료를 기록하지 않은 MLflow 실행 {n}건은 알 수 없습니다: {', '.join(self.unknown_runs)}.",
        )

    def table(self) -> pd.DataFrame:
        """Return one row a thing in doubt: kind, name, number, file or run, and how it stands on what was asked."""
        import pandas as pd

        rows = [
            (tell_kind(e.kind), tell_result(e.name) if e.kind == "reading" else e.name, e.count, e.where, e.way)
            for e in self.entries
        ]
        english, korean = (
            ("kind", "name", "number", "file or run", "stands on"),
            ("종류", "이름", "수", "파일·실행", "경로"),
        )
        return pd.DataFrame(rows, columns=list(map(say, english, korean)))

    def as_json(self) -> dict[str, Any]:
        """Return the doubt as plain values for a script."""
        entries = [vars(entry) for entry in self.entries]
        return {"asked": self.asked, "because": self.because, "in_doubt": entries, "not_known": list(self.unknown_runs)}

    def __str__(self) -> str:
        table = f"\n{self.table().to_string(index=False)}" if self.entries else ""
        return "\n".join(filter(None, (self.headline() + table, self.remark())))

    def _repr_html_(self) -> str:
        import pandas as pd

        with pd.option_context("display.max_colwidth", None):
            table = self.table().to_html(index=False, border=0, justify="left") if self.entries else ""
        remark = f"<p>{html.escape(self.remark())}</p>" if self.unknown_runs else ""
        return f"<p><b>{html.escape(self.headline())}</b></p>{table}{remark}"


@dataclass(frozen=True)
class _Ground:
    """What doubt starts from: things, and uploads with their results; contents throw doubt on marker doses."""

    things: frozenset[Thing]
    uploads: tuple[Upload, ...] = ()
    results: tuple[tuple[Upload, str, int], ...] = ()
    measured: frozenset[Thing] = frozenset()
    dosed: frozenset[Thing] = frozenset()


def in_doubt(store: Store, ledger: Ledger, code_or_upload: str) -> Doubt:
    """Return everything that stands on a recalled lot, extract or batch, or on a corrected or withdrawn upload.

    An upload is named by file name or by the beginning of its hash; of several with one name those that
    ended are meant, where any did. Contents bear on marker doses: a corrected one puts the versions and
    batches in doubt that its lot or extract went into. Raises UnknownName for what is neither a code nor an upload.
    """
    if things := find_things(store, code_or_upload):
        return _doubt(store, ledger, code_or_upload, "", _Ground(frozenset(things)))
    named = store.uploads_named(code_or_upload)
    if not named:
        known = [*known_codes(store), *(upload.name for upload in store.uploads())]
        raise UnknownName("code", code_or_upload, known)
    ended = tuple(upload for upload in named if upload.ended_at)
    return doubt_of_uploads(store, ledger, code_or_upload, ended or named)


def doubt_of_uploads(store: Store, ledger: Ledger, asked: str, uploads: Collection[Upload]) -> Doubt:
    """Return everything that stands on what some uploads say, whether they stand or ended (see ``in_doubt``).

    Of an upload that was replaced only those rows count that its successor does not hold too.
    """
    things: set[Thing] = set()
    measured: set[Thing] = set()
    dosed: set[Thing] = set()
    results = []
    for upload in uploads:
        said = said_by(store, upload)
        things |= said.about
        for kind, count, of in said.results:
            results.append((upload, kind, count))
            measured |= of
            dosed |= of if kind == "content" else set()
    because = "; ".join(dict.fromkeys(_ending(upload) for upload in uploads if upload.ended_at))
    ground = _Ground(frozenset(things), tuple(uploads), tuple(results), frozenset(measured), frozenset(dosed))
    return _doubt(store, ledger, asked, because, ground)


def _doubt(store: Store, ledger: Ledger, asked: str, because: str, ground: _Ground) -> Doubt:
    edges = walk_down(store, ground.things)
    ways = nearest_ways(edges, ground.things)
    planned = _only_planned(store, edges, ways, ground.things)
    grounds = dict.fromkeys(upload.name for upload in ground.uploads)
    told = [
        Doubtful(thing.kind, str(thing), 1, "", _arrows((*way, *grounds)))
        for thing, way in ways.items()
        if len(way) > 1 or grounds
    ]
    told = [_planned(entry) if entry.name in planned and entry.kind == "batch" else entry for entry in told]
    for thing, way in nearest_ways(walk_down(store, ground.dosed), ground.dosed).items():
        if thing not in ways and thing.kind in ("version", "batch"):
            way_told = _arrows((*way, *grounds)) + say(": its marker dose", ": 지표성분 함량")
            told.append(Doubtful(thing.kind, str(thing), 1, "", way_told))
    told += [Doubtful("reading", kind, count, upload.name, upload.name) for upload, kind, count in ground.results]
    ours = {upload.id for upload in ground.uploads}
    for result in results_of(store, ways):
        if result.upload.id not in ours:
            way_told = _arrows((*ways[result.of], *grounds))
            told.append(Doubtful("reading", result.kind, result.count, result.upload.name, way_told))
    runs, unknown = _runs(store, ledger, ground, ways)
    entries = [entry for entry in (*told, *runs) if entry.kind in _TOLD]
    entries.sort(key=lambda entry: (_TOLD.index(entry.kind), entry.name, entry.where))
    return Doubt(asked, because, tuple(entries), unknown)


def _only_planned(
    store: Store, edges: Collection[Edge], ways: Mapping[Thing, tuple[Thing, ...]], start: Collection[Thing]
) -> set[str]:
    """Return the batches that stand on it by their recipe, while nothing that was weighed into them does."""
    weighed = nearest_ways((edge for edge in edges if edge.by != "batch"), start)
    codes = sorted(thing.code for thing in ways if thing.kind == "batch" and thing not in weighed)
    return {row[1] for row in store.tally("batch_line", ("batch",), among=codes)} if codes else set()


def _planned(entry: Doubtful) -> Doubtful:
    by_plan = say("planned only: none of it was weighed in", "처방에만 있고 칭량 기록에는 없음")
    return replace(entry, way=f"{entry.way} ({by_plan})")


def _plural(kind: str) -> str:
    return {"batch": "batches", "": "not recorded"}.get(kind, f"{kind}s")


def _arrows(way: Iterable[Thing | str]) -> str:
    return " ← ".join(map(str, way))


def _ending(upload: Upload) -> str:
    day = (upload.ended_at or "")[:10]
    return say(f"ended on {day}: {upload.ended_because}", f"{day} 종료: {upload.ended_because}")


def _runs(
    store: Store, ledger: Ledger, ground: _Ground, ways: Mapping[Thing, tuple[Thing, ...]]
) -> tuple[list[Doubtful], tuple[str, ...]]:
    """Return the runs in doubt with the figures of theirs that are, and the runs that do not say what they used."""
    runs = ledger.finished()
    said = {run.run_id: ledger.inputs_of(run) for run in runs}
    used = _used(store, {run_id: inputs for run_id, inputs in said.items() if inputs is not None})
    names = {upload.sha256: upload.name for upload in ground.uploads}
    told: list[Doubtful] = []
    unknown = []
    for run in runs:
        label = f"{run.experiment} {run.run_id[:8]}"
        if run.run_id not in used:
            unknown.append(label)
            continue
        things = used[run.run_id]
        brought = [names[sha] for part in said[run.run_id] or () for sha in part["uploads"] if sha in names]
        suspect = things & (set(ways) | (ground.measured if brought else set()))
        if suspect or (brought and not things):
            way = brought[0] if brought else min((_arrows(ways[thing]) for thing in suspect), key=len)
            told.append(Doubtful("run", label, 1, run.run_id, way))
            told += [Doubtful("figure", name, 1, label, way) for name in _figures(run, suspect)]
    return told, tuple(unknown)


def _used(store: Store, inputs: Mapping[str, Collection[Mapping[str, Any]]]) -> dict[str, set[Thing]]:
    """Return the things that each run used, as their names are read now; asked of the store for all runs at once."""
    named: dict[Naming, list[tuple[str, list[Any]]]] = {}
    for run_id, parts in inputs.items():
        for part in parts:
            for naming in KINDS[part["kind"]].namings:
                rows = (
                    row for said in part["names"] if tuple(said["columns"]) == naming.columns for row in said["values"]
                )
                named.setdefault(naming, []).extend((run_id, row) for row in rows)
    names = Names(store)
    used: dict[str, set[Thing]] = {run_id: set() for run_id in inputs}
    for naming, rows_of in named.items():
        for (run_id, _), things in zip(rows_of, names.read_rows(naming, [row for _, row in rows_of]), strict=True):
            used[run_id].update(things)
    return used


def _figures(run: RecordedRun, things: Collection[Thing]) -> list[str]:
    """Return the figures of a run that name one of some things; all of them where none is named."""
    codes = {f" {thing.code}" for thing in things}
    named = [name for name in run.metrics if any(f" {name}".endswith(code) for code in codes)]
    return named or list(run.metrics)
