"""Sample names that look like numbers or blanks stay as they were typed, through the whole path."""

import csv

import openpyxl
import pytest

NAMES = ["0012", "1E5", "24E10", "NA", "1-2", "TRUE", "3/4", "+82", "nan", "ND"]
HEADINGS = ["sample", "analyte", "value", "unit"]
ROWS = [[name, "Rg1", "1.5", "mg/g"] for name in NAMES]


def _csv(path):
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([HEADINGS, *ROWS])


def _xlsx(path):
    book = openpyxl.Workbook()
    for row in (HEADINGS, *ROWS):
        book.active.append(row)
    book.save(path)


@pytest.mark.parametrize(("ending", "write"), [("csv", _csv), ("xlsx", _xlsx)])
def test_a_name_that_looks_like_a_number_is_stored_as_typed(workspace, tmp_path, ending, write):
    path = tmp_path / f"names.{ending}"
    write(path)
    workspace.upload(path)
    assert workspace.readings("content")["sample"].tolist() == NAMES
