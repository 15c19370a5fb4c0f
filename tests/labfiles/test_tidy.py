"""Sheets with one heading row, long and wide, as CSV and XLSX."""

import csv
import io
import zipfile

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ginseng_rd.errors import LabFileRejected, Severity
from ginseng_rd.labfiles.headings import split_unit
from ginseng_rd.records.kinds import KINDS

LONG = "sample,analyte,value,unit"
CELLS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc"), include_characters="\n,;\"'\t"), max_size=9
)


def _xlsx(**sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


@settings(deadline=None, max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.lists(CELLS, min_size=4, max_size=4), min_size=1, max_size=6))
def test_a_table_written_as_csv_reads_back_without_loss(read, rows):
    rows = [row for row in rows if any(map(str.strip, row))] or [["a", "b", "c", "d"]]
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows([LONG.split(","), *rows])
    (table,) = read(buffer.getvalue()).tables
    assert [list(record) for record in zip(*(table.columns[name] for name in LONG.split(",")), strict=True)] == rows


@pytest.mark.parametrize("kind", KINDS)
def test_a_sheet_with_every_heading_of_a_kind_is_that_kind(read, kind):
    headings = [column.korean for column in KINDS[kind].columns]
    (table,) = read(",".join(headings) + "\n" + ",".join("1" for _ in headings)).tables
    assert table.kind == kind
    assert list(table.columns) == [column.name for column in KINDS[kind].columns]


def test_the_published_contents_are_recognised_and_agree_with_their_own_conversion(judged, reference_data):
    readings, findings = judged((reference_data / "reference" / "contents.csv").read_bytes())
    assert (readings.kind, len(readings)) == ("content", 88)
    assert {f.severity for f in findings} <= {Severity.NOTES, Severity.ASKS}
    stated = [float(extra.get("value_mg_per_g", "nan")) for extra in readings.extra]
    ours = zip(readings.columns["value"], readings.columns["unit"], stated, strict=True)
    in_mg_per_g = [(value, there) for value, unit, there in ours if unit == "mg/g"]
    assert len(in_mg_per_g) == 74
    assert [value for value, _ in in_mg_per_g] == [there for _, there in in_mg_per_g]


def test_an_upper_bound_said_in_words_is_a_bound(judged, reference_data):
    readings, _ = judged((reference_data / "reference" / "contents.csv").read_bytes())
    assert (readings.columns["relation"][-1], readings.columns["value"][-1]) == ("<", 0.1)


def test_a_raw_chembl_table_keeps_bounds_and_rows_without_a_value(judged, reference_data):
    readings, findings = judged((reference_data / "benchmarks/mmp1_inhibition/activities.csv").read_bytes())
    relations = readings.columns["relation"]
    assert (readings.kind, len(readings)) == ("activity", 4267)
    assert [relations.count(mark) for mark in ("=", ">", "<", "missing")] == [2364, 875, 10, 1018]
    assert (readings.columns["value"][0], readings.columns["unit"][0]) == (0.013, "µM")
    assert [f.severity for f in findings] == [Severity.NOTES]


def test_headings_of_its_own_are_mapped_and_lacking_columns_given(judged, reference_data):
    readings, findings = judged(
        (reference_data / "benchmarks/drugage_celegans/compounds.csv").read_bytes(),
        columns={"row": "sample", "extends_lifespan": "value"},
        fixed={"endpoint": "worm lifespan extended", "unit": "0/1"},
    )
    assert (readings.kind, len(readings), sum(readings.columns["value"])) == ("activity", 1430, 304.0)
    assert findings == []


def test_headings_that_are_compounds_become_readings_with_the_heading_as_place(read):
    (table,) = read("시료,Rg1 (mg/g),20(S)-Rg3 (%),연근\nEX-11,1.2,0.3,7\nEX-12,,0.4,7\n").tables
    assert table.columns["analyte"] == ["Rg1", "20(S)-Rg3", "20(S)-Rg3"]
    assert table.columns["unit"] == ["mg/g", "%", "%"]
    assert str(table.place(2, "value")) == "row 3, column '20(S)-Rg3 (%)'"
    assert table.columns["age_years"] == ["7", "7", "7"]


def test_a_unit_in_the_heading_of_a_value_counts_for_the_column(judged):
    readings, _ = judged("sample,analyte,함량 (%)\nEX-11,Rg1,0.595\n")
    assert (readings.columns["value"], readings.columns["unit"]) == ([5.95], ["mg/g"])


def test_a_unit_given_for_all_melts_headings_without_one(judged):
    readings, _ = judged("시료,Rg1,Rb1\nEX-11,1.2,3.4\n", fixed={"unit": "mg/g"})
    assert dict(zip(readings.columns["compound"], readings.columns["value"], strict=True)) == {"Rg1": 1.2, "Rb1": 3.4}


def test_compounds_without_a_unit_say_how_to_write_one(read):
    with pytest.raises(LabFileRejected, match=r"Write the unit behind each compound, such as 'Rg1 \(mg/g\)'\."):
        read("시료,Rg1,Rb1\nEX-11,1.2,3.4\n")


def test_a_sheet_of_no_kind_names_the_nearest_and_what_it_lacks(read):
    with pytest.raises(LabFileRejected) as refusal:
        read("sample,analyte,weight\nEX-11,Rg1,3\n")
    assert str(refusal.value) == (
        "file.csv was not uploaded: 1 fault to mend.\n"
        "  row 1: found headings 'sample', 'analyte', 'weight', expected those of one kind of reading; "
        "nearest is 'content', which lacks 'value' (함량), 'unit' (단위). "
        "Rename the headings, or say which heading is which column when uploading."
    )


def test_two_headings_for_one_column_stop_the_sheet(read):
    (finding,) = read("sample,시료,analyte,value,unit\nA,B,Rg1,1,mg/g\n").findings
    assert (finding.code, finding.found) == ("same-column-twice", "headings 'sample' and '시료'")


def test_columns_the_kind_does_not_know_are_kept_and_named_once(judged):
    readings, findings = judged(f"{LONG},colour,smell\nA,Rg1,1,mg/g,red,\n")
    assert readings.extra == [{"colour": "red"}]
    assert [(f.code, f.found) for f in findings] == [("unknown-columns", "headings 'colour', 'smell'")]


def test_a_row_with_a_cell_too_many_is_named_and_the_rest_read(judged):
    readings, findings = judged(f"{LONG}\nA,Rg1,3,2,mg/g\n\nB,Rg1,1,mg/g\n")
    assert [(f.code, f.place.row, f.found) for f in findings] == [("ragged-row", 2, "5 cells")]
    assert readings.places[0].row == 4


def test_korean_text_of_an_old_code_page_is_read_and_said_so(judged):
    readings, findings = judged("시료,성분,함량,단위\n산양삼 1호,진세노사이드 Rg1,1.5,mg/g\n".encode("cp949"))
    assert (readings.columns["sample"], readings.columns["compound"]) == (["산양삼 1호"], ["Rg1"])
    assert [f.code for f in findings] == ["code-page"]


def test_bytes_of_no_code_page_are_named_by_line(read):
    with pytest.raises(LabFileRejected, match="row 2: found the byte 0xFF, no character in UTF-8 or CP949"):
        read(LONG.encode() + b"\nA\xff,Rg1,1,mg/g\n")


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_any_usual_delimiter_will_do(read, delimiter):
    (table,) = read(f"{LONG}\nA,Rg1,1,mg/g\n".replace(",", delimiter)).tables
    assert table.columns["value"] == ["1"]


def test_a_workbook_shows_numbers_as_a_person_sees_them(read):
    rows = [
        LONG.split(","),
        ["0012", "Rg1", 12.0, "mg/g"],
        ["B", "Rg1", 0.1 + 0.2, "mg/g"],
        ["C", "Rg1", "1E5", "mg/g"],
    ]
    (table,) = read(_xlsx(May=rows)).tables
    assert table.columns["value"] == ["12", "0.3", "1E5"]
    assert table.columns["sample"][0] == "0012"
    assert str(table.place(1, "value")) == "sheet 'May', row 3, column 'value'"


def test_what_excel_shows_and_the_file_hides_is_not_lost(judged):
    book = openpyxl.Workbook()
    for row in (LONG.split(","), ["A", "Rg1", 0.052, "%"], ["B", "Rg1", "=C2*2", "%"], ["C", "Rg1", "#DIV/0!", "%"]):
        book.active.append(row)
    book.active["C2"].number_format = "0.0%"
    buffer = io.BytesIO()
    book.save(buffer)
    _, findings = judged(buffer.getvalue())
    assert [(f.code, f.found) for f in findings] == [
        ("not-a-number", "'5.2%'"),
        ("not-a-number", "'=C2*2'"),
        ("not-a-number", "'#DIV/0!'"),
    ]
    assert findings[0].remedy == "Write 5.2 if the unit is %, else show the cell as a plain number."


def test_a_sheet_that_begins_away_from_the_corner_keeps_its_places(read):
    (table,) = read(_xlsx(May=[[], ["", *LONG.split(",")], ["", "A", "Rg1", 1, "mg/g"]])).tables
    assert (table.rows, table.columns["value"]) == ([3], ["1"])


def test_a_sheet_that_is_not_read_is_asked_about(read):
    lab_file = read(_xlsx(May=[LONG.split(","), ["A", "Rg1", 1, "mg/g"]], Notes=[["ask Kim"]], Empty=[]))
    assert [table.sheet for table in lab_file.tables] == ["May"]
    assert [(f.severity, f.code, f.place.sheet) for f in lab_file.findings] == [
        (Severity.ASKS, "sheet-not-read", "Notes")
    ]


def test_titles_above_the_headings_are_passed_over_and_said_so(read):
    lab_file = read(f"Ginsenosides 2026,,,\n\n{LONG}\nA,Rg1,1,mg/g\n")
    assert lab_file.tables[0].rows == [4]
    assert [f.code for f in lab_file.findings] == ["rows-above"]


def test_an_open_quotation_mark_is_named_and_does_not_swallow_the_rest(read):
    with pytest.raises(LabFileRejected, match="a quotation mark out of place"):
        read(f'{LONG}\nA,"Rg1,1,mg/g\nB,Rg1,1,mg/g\n')


@pytest.mark.parametrize(
    ("heading", "parts"),
    [
        ("Rg1 (mg/g)", ("Rg1", "mg/g")),
        ("20(S)-Rg3 (% (w/w))", ("20(S)-Rg3", "% (w/w)")),
        ("Rg3(S)", ("Rg3", "S")),
        ("Rg1\uff08mg/g\uff09", ("Rg1", "mg/g")),
        ("Rg1", ("Rg1", "")),
        ("Rg1)", ("Rg1)", "")),
    ],
)
def test_a_heading_is_split_at_its_last_brackets(heading, parts):
    assert split_unit(heading) == parts


def test_a_sheet_whose_only_row_is_ragged_has_a_row_and_no_other_fault(read):
    findings = read(f"{LONG}\nA,Rg1,1,2,mg/g\n").findings
    assert [(f.code, f.place.row) for f in findings] == [("ragged-row", 2)]


def test_the_unit_in_a_heading_mapped_by_hand_is_used(judged):
    wishes = {"columns": {"Messwert (%)": "value", "Probe": "sample"}, "kind": "content"}
    readings, findings = judged("Probe,analyte,Messwert (%)\nA,Rg1,0.5\n", **wishes)
    assert (readings.columns["value"], readings.columns["unit"], findings) == ([5.0], ["mg/g"], [])


def test_a_mapped_heading_with_a_unit_converts_a_column_that_has_its_own(judged):
    wishes = {"columns": {"Menge [kg]": "size_g"}, "kind": "batch"}
    readings, findings = judged("batch,formulation,Menge [kg],made_on\nB-1,F-1,1.5,2026-03-14\n", **wishes)
    assert (readings.columns["size_g"], findings) == ([1500.0], [])


@pytest.mark.parametrize("reference", [b'r="XFD1048576"', b"r='xfd1048576'", b'r = "AA800000"'])
def test_a_cell_far_out_is_refused_however_its_reference_is_written(read, reference):
    source, edited = zipfile.ZipFile(io.BytesIO(_xlsx(s=[LONG.split(","), ["A", "Rg1", 1, "mg/g"]]))), io.BytesIO()
    with zipfile.ZipFile(edited, "w") as archive:
        for name in source.namelist():
            archive.writestr(name, source.read(name).replace(b'r="D2"', reference))
    with pytest.raises(LabFileRejected, match="far from the others"):
        read(edited.getvalue())


@pytest.mark.parametrize(
    "sheet", ["시료명,성분,함량(mg/g),단위\nEX-13,Rb1,4.0,%", "시료명,Rb1 (mg/g),단위\nEX-13,4.0,%"]
)
def test_a_unit_in_the_heading_and_another_in_the_row_are_asked_about(read, sheet):
    findings = read(f"{sheet}\n").findings
    assert [(f.severity, f.code, f.place.row) for f in findings] == [(Severity.ASKS, "unit-conflict", 2)]
    assert read(f"{sheet.replace('%', 'mg/g')}\n").findings == ()


def test_a_unit_given_with_the_file_against_the_one_in_a_heading_is_asked_about(read):
    findings = read("sample,analyte,함량 (mg/g)\nA,Rg1,1\n", fixed={"unit": "%"}).findings
    assert [f.code for f in findings] == ["unit-conflict"]


@pytest.mark.parametrize("name", ["평균", "합계", "SD", "Mean", "Average", "RSD", "RSD (%)", "표준편차", "계"])
def test_a_line_that_sums_up_is_asked_about_before_it_becomes_a_sample(read, name):
    findings = read(f"시료,Rg1 (mg/g)\nEX-11,1.2\n{name},1.2\n").findings
    assert [(f.severity, f.code, f.found) for f in findings] == [(Severity.ASKS, "summary-row", f"'{name}'")]


def test_a_remark_below_the_samples_is_named(read):
    findings = read("시료,Rg1 (mg/g),Re (mg/g)\nEX-11,1.2,3\n비고: 재측정 필요,,\n").findings
    assert ("row-without-reading", "'비고: 재측정 필요'") in [(f.code, f.found) for f in findings]


@pytest.mark.parametrize(
    ("day", "severity", "code"),
    [
        ("25-03-14", Severity.ASKS, "not-a-date"),
        ("2026-99-99", Severity.ASKS, "not-a-date"),
        ("garbage", Severity.ASKS, "not-a-date"),
        ("2199-01-01", Severity.STOPS, "in-future"),
    ],
)
def test_a_day_of_measurement_that_is_none_or_is_to_come_is_told(read, day, severity, code):
    sheet = "assay,sample,endpoint,value,unit,측정일\nt,A,read,0.5,OD,{}\n"
    assert [(f.severity, f.code) for f in read(sheet.format(day)).findings] == [(severity, code)]
    assert read(sheet.format("2026-03-14 14:10")).findings == ()
    assert read(sheet.format("2026-03-14 (run 2)")).findings == ()
