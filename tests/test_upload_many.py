"""Many files at once: each judged by itself; nothing half stored, whatever happens."""

import json
import os
import subprocess
import sys
import zipfile

import pytest

from ginseng_rd.errors import GinsengError
from ginseng_rd.workspace import open_workspace

HEAD = "sample,analyte,value,unit\n"


def content(sample: str, value: str = "3.2") -> str:
    return f"{HEAD}{sample},Rg1,{value},mg/g\n"


def test_a_folder_goes_in_file_by_file_and_a_bad_one_keeps_no_other_out(workspace, tmp_path):
    folder = tmp_path / "march"
    (folder / "week 2").mkdir(parents=True)
    (folder / "a.csv").write_text(content("EX-1"))
    (folder / "b.csv").write_text(content("EX-2", '"3,2"'))
    (folder / "week 2" / "c.csv").write_text(content("EX-3"))
    (folder / "~$a.csv").write_text("Office's lock file")
    found = workspace.upload_many([folder])
    assert [r.upload.name for r in found.receipts] == ["a.csv", "c.csv"]
    assert [e.file for e in found.refusals] == ["b.csv"]
    assert str(found).startswith("2 stored, 0 there already, 1 refused.")


def test_a_zip_archive_goes_in_member_by_member_and_paths_in_it_do_no_harm(workspace, tmp_path):
    with zipfile.ZipFile(tmp_path / "march.zip", "w") as archive:
        archive.writestr("../../outside.csv", content("EX-1"))
        archive.writestr("C:\\Windows\\b.csv", content("EX-2"))
        archive.writestr("__MACOSX/._b.csv", "\0\0")
    found = workspace.upload_many([tmp_path / "march.zip"])
    assert sorted(r.upload.name for r in found.receipts) == ["b.csv", "outside.csv"]
    assert not (tmp_path.parent / "outside.csv").exists()


def test_a_zip_bomb_is_refused_before_it_is_unpacked(workspace, tmp_path, monkeypatch):
    monkeypatch.setenv("GINSENG_RD_LARGEST_FILE_MB", "5")
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros.csv", b"0" * 6_000_000)
    (refusal,) = workspace.upload_many([tmp_path / "bomb.zip"]).refusals
    assert "bomb.zip is larger than 5 MB (unpacked)" in str(refusal)


def test_a_workbook_that_would_burst_is_refused(workspace, tmp_path, monkeypatch):
    monkeypatch.setenv("GINSENG_RD_LARGEST_FILE_MB", "5")
    with zipfile.ZipFile(tmp_path / "bomb.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 6_000_000)
    with pytest.raises(GinsengError, match="larger than 5 MB"):
        workspace.upload(tmp_path / "bomb.xlsx")


def test_a_folder_without_files_is_not_passed_over_in_silence(workspace, tmp_path):
    (tmp_path / "empty").mkdir()
    (refusal,) = workspace.upload_many([tmp_path / "empty"]).refusals
    assert "There is no file to upload in the folder" in str(refusal)


def test_a_folder_is_not_taken_for_a_file(workspace, tmp_path):
    with pytest.raises(GinsengError, match="is a folder"):
        workspace.upload(tmp_path)


def test_a_report_in_csv_comes_in_with_the_header_beside_it(workspace, tmp_path, reference_data):
    folder = reference_data / "lab_files" / "agilent_chemstation"
    found = workspace.upload_many([folder / "001F0101_Report00.CSV", folder / "001F0101_REPORT01.CSV"])
    assert (len(found.receipts), len(found.refusals)) == (0, 1)
    assert "incomplete-pair" in {f.code for f in found.refusals[0].findings}


UPLOAD = """
import sys
from ginseng_rd.workspace import open_workspace
with open_workspace(sys.argv[1]) as ws:
    print(ws.upload(sys.argv[2]).added)
"""


def start(lab, path):
    return subprocess.Popen([sys.executable, "-c", UPLOAD, str(lab), str(path)], stdout=subprocess.PIPE, text=True)


def test_two_processes_that_bring_the_same_file_at_once_store_it_once(workspace, tmp_path):
    path = tmp_path / "big.csv"
    path.write_text(HEAD + "".join(f"EX-{n},Rg1,{n % 900},mg/g\n" for n in range(5000)))
    outcomes = sorted(p.communicate()[0].strip() for p in [start(workspace.folder, path) for _ in range(2)])
    assert outcomes == ["False", "True"]
    assert (len(workspace.uploads()), len(workspace.readings("content"))) == (1, 5000)


KILLED_WHILE_UPLOADING = """
import json, os, random, signal, sys, time
from pathlib import Path
from ginseng_rd.workspace import open_workspace

lab, path, kills, rows = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])

def upload():  # in a process of its own, which has everything imported already
    child = os.fork()
    if child == 0:
        with open_workspace(lab) as ws:
            ws.upload(path)
        os._exit(0)
    return child

def stored():
    with open_workspace(lab) as ws:
        counts = (len(ws.readings("content")), int(ws.uploads()["ended_at"].isna().sum()))
        if counts[0]:
            ws.withdraw(Path(path).name, reason="to try again")
    return counts

begun = time.monotonic()
os.waitpid(upload(), 0)
took = time.monotonic() - begun
assert stored() == (rows, 1)
draw, seen = random.Random(20260314), []
for _ in range(kills):
    child = upload()
    time.sleep(draw.uniform(0, 1.2 * took))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    seen.append(stored())
print(json.dumps(seen))
"""


def counts_after_kills(lab, path, kills, rows):
    """Return (readings, standing uploads) after each of ``kills`` uploads that were killed on their way."""
    open_workspace(lab, create=True).close()
    command = [sys.executable, "-c", KILLED_WHILE_UPLOADING, str(lab), str(path), str(kills), str(rows)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return [tuple(counts) for counts in json.loads(done.stdout)]


@pytest.mark.skipif(os.name != "posix", reason="left out: it kills a forked process")
@pytest.mark.parametrize(
    ("rows", "kills"),
    [(200, 60), pytest.param(200, 1000, marks=pytest.mark.slow), pytest.param(20_000, 100, marks=pytest.mark.slow)],
)
def test_a_kill_at_any_moment_leaves_the_store_as_before_or_after(tmp_path, rows, kills):
    path = tmp_path / "march.csv"
    path.write_text(HEAD + "".join(f"EX-{n},Rg1,{n % 900},mg/g\n" for n in range(rows)))
    assert set(counts_after_kills(tmp_path / "lab", path, kills, rows)) == {(0, 0), (rows, 1)}
