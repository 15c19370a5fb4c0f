"""The store keeps all of a file or nothing, knows its version, and loses no byte."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError

from ginseng_rd.errors import GinsengError, UnknownName, WorkspaceRefused
from ginseng_rd.records.kinds import KINDS
from ginseng_rd.records.readings import Places, Readings
from ginseng_rd.store import Store
from ginseng_rd.store.database import DATABASE_FILE


@pytest.fixture
def store(tmp_path):
    made = Store.create(tmp_path / "lab", company="Test company")
    yield made
    made.close()


def content(*values: float, sample: str = "EX-12") -> Readings:
    count = len(values)
    columns = {c.name: [None] * count for c in KINDS["content"].columns}
    columns |= {"sample": [sample] * count, "analyte": ["Rg1"] * count, "compound": ["Rg1"] * count}
    columns |= {"value": list(values), "unit": ["mg/g"] * count}
    columns |= {"relation": ["="] * count, "value_text": [str(v) for v in values]}
    return Readings("content", columns, Places("", range(2, 2 + count), "Rg1 (mg/g)"), [None] * count)


def add(store, data=b"a file", *parts):
    told = {"format": "table", "origin": "own", "by": "kim", "about": {}, "findings": ()}
    return store.add_upload("a.csv", data, readings=parts or (content(1.5, 2.5),), **told)[0]


def test_readings_come_back_with_their_place_their_file_and_their_origin(store):
    add(store)
    row = store.readings("content").iloc[1]
    assert (row["value"], row["row"], row["heading"], row["file"], row["origin"]) == (
        2.5,
        3,
        "Rg1 (mg/g)",
        "a.csv",
        "own",
    )


def test_the_same_bytes_twice_add_nothing(store):
    first, second = add(store), add(store)
    assert (second, len(store.uploads()), len(store.readings("content"))) == (first, 1, 2)


def test_two_tables_of_one_kind_in_a_file_are_both_stored(store):
    add(store, b"two", content(1.0), content(2.0, 3.0, sample="EX-14"))
    assert list(store.readings("content")["value"]) == [1.0, 2.0, 3.0]


def test_the_original_bytes_come_back_and_an_altered_file_is_noticed(store):
    upload = add(store, b"the bytes as they were")
    assert store.file_of(upload) == b"the bytes as they were"
    kept = store.folder / "files" / upload.sha256[:2] / upload.sha256
    kept.write_bytes(b"the bytes as they were not")
    with pytest.raises(WorkspaceRefused, match="altered"):
        store.file_of(upload)


def test_a_row_the_database_refuses_leaves_nothing_of_its_file(store):
    bad = content(1.0, 2.0)
    bad.columns["relation"][1] = None
    with pytest.raises(IntegrityError):
        add(store, b"half", bad)
    assert (store.uploads(), len(store.readings("content"))) == ((), 0)


def test_readings_are_chosen_by_column_and_by_any_of_several_values(store):
    add(store, b"1", content(1.0, sample="EX-11"), content(2.0, sample="EX-12"), content(3.0, sample="EX-14"))
    assert list(store.readings("content", {"sample": ["EX-11", "EX-14"]})["value"]) == [1.0, 3.0]


def test_an_empty_text_asks_for_empty_cells(store):
    part = content(1.0, 2.0)
    part.columns["season"][0] = "spring"
    add(store, b"seasons", part)
    assert list(store.readings("content", {"season": ""})["value"]) == [2.0]


def test_an_unknown_kind_or_column_answers_with_the_nearest(store):
    with pytest.raises(UnknownName, match="Did you mean 'content'"):
        store.readings("contents")
    with pytest.raises(UnknownName, match="Did you mean 'sample'"):
        store.readings("content", {"sampel": "EX-12"})


def test_the_database_runs_in_wal_mode_with_foreign_keys_on(store):
    with store._engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_every_private_table_begins_its_key_with_the_company(store):
    from ginseng_rd.store.tables import metadata

    shared = {"workspace", "company", "compound"}
    keys = {t.name: next(iter(t.primary_key)).name for t in metadata.tables.values() if t.name not in shared}
    assert set(keys.values()) == {"company_id"}


def test_a_run_stands_once_whatever_bytes_it_comes_in(store):
    told = {"format": "table", "origin": "own", "by": "kim", "about": {}, "findings": (), "run_identity": "run 7"}
    store.add_upload("a.txt", b"first export", readings=(content(1.0),), **told)
    with pytest.raises(GinsengError, match=r"run 7 was stored from a\.txt in the meantime"):
        store.add_upload("b.txt", b"second export", readings=(content(1.0),), **told)
    assert (len(store.uploads()), len(store.readings("content"))) == (1, 1)


def test_eight_threads_bringing_files_lose_and_double_nothing(store):
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: add(store, b"file %d" % (n % 20), content(float(n % 20))), range(40)))
    assert (len(store.uploads()), sorted(store.readings("content")["value"])) == (20, [float(n) for n in range(20)])


def test_opening_where_there_is_none_says_how_to_make_one(tmp_path):
    with pytest.raises(WorkspaceRefused, match="ginseng-rd init"):
        Store.open(tmp_path / "nowhere")
    assert not (tmp_path / "nowhere").exists()


def test_a_workspace_of_a_newer_version_is_refused_and_left_as_it_was(store):
    store.close()
    database = sqlite3.connect(store.folder / DATABASE_FILE)
    database.execute("UPDATE workspace SET value = '99' WHERE key = 'schema_version'")
    database.commit()
    database.close()
    with pytest.raises(WorkspaceRefused, match=r"newer version of ginseng_rd \(its schema is 99"):
        Store.create(store.folder, company="x")


def test_something_else_under_the_name_of_the_database_is_refused(tmp_path):
    (tmp_path / DATABASE_FILE).write_bytes(b"this is a letter, not a database" * 100)
    with pytest.raises(WorkspaceRefused, match="is not the database of a workspace"):
        Store.create(tmp_path, company="x")


def test_a_file_in_place_of_the_folder_is_one_sentence(tmp_path):
    (tmp_path / "lab").write_text("a file")
    with pytest.raises(WorkspaceRefused, match="cannot be made: File exists"):
        Store.create(tmp_path / "lab", company="x")


@pytest.fixture
def as_nobody():
    """Work as a user without rights; only root can become one."""
    if not hasattr(os, "seteuid") or os.geteuid() != 0:
        pytest.skip("left out: only root can try this as another user")
    os.seteuid(65534)
    yield
    os.seteuid(0)


@pytest.fixture
def open_folder(tmp_path):
    """A folder that others may enter: pytest's own are closed to them."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def test_a_folder_that_may_not_be_written_is_one_sentence(open_folder, request):
    Store.create(open_folder / "lab", company="x").close()
    request.getfixturevalue("as_nobody")
    with pytest.raises(WorkspaceRefused, match=r"Nothing can be written in the folder .*: Permission denied"):
        Store.open(open_folder / "lab")


def test_a_folder_that_may_not_be_entered_is_one_sentence(tmp_path, request):
    Store.create(tmp_path / "lab", company="x").close()
    request.getfixturevalue("as_nobody")
    with pytest.raises(WorkspaceRefused, match="cannot be read: Permission denied"):
        Store.open(tmp_path / "lab")


MAKE = """
import pathlib, sys
from ginseng_rd.store import Store
Store.create(pathlib.Path(sys.argv[1]), company="x")
"""


@pytest.mark.skipif(os.name != "posix", reason="kills a process")
@pytest.mark.parametrize("after_s", [0.3, 0.5, 0.6, 0.7, 0.9])
def test_a_making_killed_at_any_moment_is_completed_by_the_next(tmp_path, after_s):
    making = subprocess.Popen([sys.executable, "-c", MAKE, str(tmp_path / "lab")])
    time.sleep(after_s)
    making.send_signal(signal.SIGKILL)
    making.wait()
    made = Store.create(tmp_path / "lab", company="x")
    assert len(made.compounds()) > 100
    made.close()


@given(
    st.text(st.characters(codec="utf-8"), min_size=1, max_size=300)
    | st.sampled_from(["'", "a'; --", "%s ?", "x" * 201])
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_text_that_all_rows_share_is_stored_as_it_is(store, text):
    added, _ = store.add_upload(
        "a.csv", text.encode(), format="f", origin="own", by="x", about={}, findings=[],
        readings=[content(1.0, 2.0, sample=text)],
    )  # fmt: skip
    stored = store.readings("content", {"sample": text})
    store.withdraw(added, by="x", reason="next")
    assert list(stored["sample"]) == [text, text]
