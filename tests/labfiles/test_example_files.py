"""The invented and published files that come with the project."""

import csv
import json
import runpy
from collections import defaultdict
from decimal import Decimal

import pytest

from ginseng_rd.errors import Severity


@pytest.fixture
def published(examples):
    return examples.parent / "published"


def _files(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.suffix in {".txt", ".csv", ".json"}}


def test_the_examples_are_what_their_script_writes(examples, tmp_path):
    runpy.run_path(str(examples / "make_examples.py"))["write_examples"](tmp_path)
    assert _files(tmp_path) == _files(examples)


def test_the_published_sets_are_what_their_script_writes(published, reference_data, tmp_path):
    runpy.run_path(str(published / "make_published.py"))["write_published"](reference_data, tmp_path)
    assert _files(tmp_path) == _files(published)


@pytest.mark.parametrize(
    ("name", "kind", "rows"),
    [
        ("content_2026-03.csv", "content", 30),
        ("formulations_example.csv", "recipe", 32),
        ("formulation_properties_example.csv", "property", 4),
        ("EX-12_hplc_report.txt", "peak", 8),
        ("elastase_EX_plate.txt", "assay", 96),
        ("../published/liquid_formulations_recipes.csv", "recipe", 2999),
        ("../published/liquid_formulations_properties.csv", "property", 1210),
        ("../published/worm_lifespan.csv", "activity", 1430),
        ("../published/contents_open.csv", "content", 4),
    ],
)
def test_each_file_is_read_without_a_fault_or_question(judged, examples, name, kind, rows):
    readings, findings = judged((examples / name).read_bytes(), name)
    assert (readings.kind, len(readings)) == (kind, rows)
    assert {f.severity for f in findings} <= {Severity.NOTES}


@pytest.mark.parametrize("name", ["formulations_example.csv", "../published/liquid_formulations_recipes.csv"])
def test_each_recipe_sums_to_exactly_a_hundred(examples, name):
    sums = defaultdict(Decimal)
    with (examples / name).open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            sums[row["formulation"]] += Decimal(row["value"])
    assert set(sums.values()) == {Decimal("100.00")}


def test_the_content_sheet_holds_a_bound_and_a_mark(judged, examples):
    readings, _ = judged((examples / "content_2026-03.csv").read_bytes())
    marked = zip(readings.columns["value_text"], readings.columns["relation"], strict=True)
    assert {pair for pair in marked if pair[1] != "="} == {("< 0.05", "<"), ("불검출", "n.d.")}


def test_every_planted_fault_is_found_where_it_was_planted_and_no_other(judged, examples):
    expected = json.loads((examples / "expected.json").read_text("utf-8"))["spoilt_faults"]
    _, findings = judged((examples / "content_2026-03_spoilt.csv").read_bytes())
    found = [f for f in findings if f.severity is not Severity.NOTES]
    assert {(f.code, f.place.row, f.place.column) for f in found} == {
        (fault["code"], fault["row"], fault["column"]) for fault in expected
    }
    by_place = {(f.code, f.place.row, f.place.column): f.found for f in found}
    assert all(fault["found"] in by_place[fault["code"], fault["row"], fault["column"]] for fault in expected)


def test_the_plate_shows_each_extract_falling_from_vehicle_to_blank(judged, examples):
    readings, _ = judged((examples / "elastase_EX_plate.txt").read_bytes(), fixed={"dose_unit": "µg/mL"})
    columns = readings.columns
    assert [columns["role"].count(role) for role in ("sample", "positive control", "negative control", "blank")] == [
        72,
        16,
        5,
        3,
    ]
    strong = [
        v
        for v, s, d in zip(columns["value"], columns["sample"], columns["dose"], strict=True)
        if (s, d) == ("EX-11", 500)
    ]
    assert len(strong) == 3
    assert max(strong) < 0.2
