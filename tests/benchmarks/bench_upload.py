"""Upload against the least that could be done with the same rows: read the sheet, put it in a table."""

import csv
import random
import sqlite3
import statistics
import subprocess
import sys
import time

import pytest

ROWS = 100_000
HEAD = ["assay", "plate", "well", "sample", "role", "dose", "dose_unit", "replicate", "endpoint", "value", "unit"]


def rows():
    draw = random.Random(1)
    for n in range(ROWS):
        plate, well = divmod(n, 96)
        yield [
            "elastase", f"P{plate:04d}", f"{'ABCDEFGH'[well // 12]}{well % 12 + 1:02d}", f"EX-{n % 400:03d}", "sample",
            round(draw.uniform(0.1, 500), 3), "µg/mL", n % 3 + 1,
            "absorbance 405 nm", round(draw.uniform(0.05, 2), 4), "OD",
        ]  # fmt: skip


@pytest.fixture(scope="module")
def sheets(tmp_path_factory):
    from openpyxl import Workbook

    folder = tmp_path_factory.mktemp("sheets")
    with (folder / "assay.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([HEAD, *rows()])
    book = Workbook(write_only=True)
    sheet = book.create_sheet("assay")
    for row in [HEAD, *rows()]:
        sheet.append(row)
    book.save(folder / "assay.xlsx")
    return folder


def floor_of(path, folder):
    """Read with calamine (or csv) and insert with sqlite3's executemany: no check, no place, no hash."""
    from python_calamine import CalamineWorkbook

    if path.suffix == ".xlsx":
        table = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    else:
        with path.open(newline="", encoding="utf-8") as file:
            table = list(csv.reader(file))
    database = sqlite3.connect(folder / "floor.sqlite")
    database.execute(f"CREATE TABLE t ({', '.join(HEAD)})")
    database.executemany(f"INSERT INTO t VALUES ({', '.join('?' * len(HEAD))})", table[1:])
    database.commit()
    database.close()


UPLOAD = """
import resource, sys, time
from ginseng_rd.workspace import open_workspace
with open_workspace(sys.argv[1], create=True) as ws:
    began = time.perf_counter()
    assert ws.upload(sys.argv[2]).rows == {"assay": 100_000}
    print(time.perf_counter() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000)
"""


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_a_hundred_thousand_rows_from_file_to_committed_rows(kind, sheets, tmp_path_factory, record):
    ours, memory = [], []
    floors = {"xlsx": [], "csv": []}
    for turn in range(3):
        folder = tmp_path_factory.mktemp(f"{kind}{turn}")
        for floor, times in floors.items():
            (folder / floor).mkdir()
            began = time.perf_counter()
            floor_of(sheets / f"assay.{floor}", folder / floor)
            times.append(time.perf_counter() - began)
        done = subprocess.run(
            [sys.executable, "-c", UPLOAD, str(folder / "lab"), str(sheets / f"assay.{kind}")],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        seconds, megabytes = map(float, done.stdout.split())
        ours.append(seconds)
        memory.append(megabytes)
    references = [("calamine's reading of the same rows", "xlsx", "≤ 2.5; < 500 MB (XLSX)")]
    references += [("the csv module's reading", "csv", "–")] if kind == "csv" else []
    for name, floor, target in references:
        ratio = statistics.median(o / f for o, f in zip(ours, floors[floor], strict=True))
        record(
            f"upload of 100,000 assay rows, {kind.upper()}, all checks",
            f"{statistics.median(ours):.2f} s, peak {max(memory):.0f} MB",
            f"{name} + sqlite3 executemany {statistics.median(floors[floor]):.2f} s",
            f"{ratio:.2f}",
            target,
        )


def test_an_instrument_file_from_bytes_to_preview(tmp_path, record):
    from pathlib import Path

    from ginseng_rd.workspace import open_workspace

    plate = Path(__file__).resolve().parents[2] / "data" / "examples" / "elastase_EX_plate.txt"
    with open_workspace(tmp_path / "lab", create=True) as ws:
        times = []
        for _ in range(9):
            began = time.perf_counter()
            ws.check(plate).preview()
            times.append(time.perf_counter() - began)
    record("plate export from bytes to preview", f"{statistics.median(times):.3f} s", "–", "–", "< 0.3 s")


def test_planted_faults_are_found_in_one_pass(tmp_path, record):
    """Eleven kinds of fault in a sheet of 200 rows; LaminDB catches 7 and locates 1, over 5 attempts."""
    from ginseng_rd.workspace import open_workspace

    table = [HEAD, *list(rows())[:200]]
    plant = {
        (5, "dose"): "12,5", (11, "dose_unit"): "mg per mL", (23, "value"): "1.O4", (31, "sample"): "",
        (47, "role"): "smaple", (59, "replicate"): "2.5", (71, "dose"): "-3", (83, "unit"): "mg/g",
        (97, "value"): "1044", (113, "endpoint"): "",
    }  # fmt: skip
    for (row, column), text in plant.items():
        table[row][HEAD.index(column)] = text
    table[150] = list(table[149])
    places = {(row + 1, column) for row, column in plant} | {(151, None)}
    path = tmp_path / "faults.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(table)
    with open_workspace(tmp_path / "lab", create=True) as ws:
        found = ws.check(path).open_findings(())
    located = {(f.place.row, f.place.column) for f in found}
    caught = sum(
        (row, column) in located or (column is None and row in {r for r, _ in located}) for row, column in places
    )
    record(
        "planted faults caught and located in one pass",
        f"{caught} of 11",
        "LaminDB 7 caught, 1 located",
        "–",
        "11 of 11",
    )
    assert caught == 11, sorted(map(str, found))
