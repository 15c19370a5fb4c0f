"""Text exports of plate readers and analysers: what holds beyond the values of single files."""

import importlib.util
import random

import pytest

from ginseng_rd.errors import LabFileRejected, Severity

SAMPLES = [
    *("softmax_two_plates.txt", "softmax_kinetic_comma.txt", "gen5_kinetic.txt", "gen5_endpoints.txt"),
    *("mars_grid.csv", "mars_list_comma.csv", "envision_two_plates.csv", "envision_bare_comma.csv"),
    *("visionlite_comma.csv", "bioprofile.csv"),
]


@pytest.fixture
def sample(examples):
    return lambda name: (examples / "lab_formats" / name).read_bytes()


def _stops(lab_file):
    return [f.code for f in lab_file.findings if f.severity is Severity.STOPS]


def _by_well(readings, column="value"):
    return dict(zip(readings.columns["well"], readings.columns[column], strict=True))


def test_the_samples_are_written_the_same_each_time(examples, sample):
    path = examples / "lab_formats" / "make_plate_text.py"
    spec = importlib.util.spec_from_file_location("make_plate_text", path)
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    assert list(script.SAMPLES) == SAMPLES
    for name, make in script.SAMPLES.items():
        assert make() == sample(name), name


@pytest.mark.parametrize("name", SAMPLES)
def test_a_format_is_known_by_its_content_and_never_by_its_name(read, sample, name):
    assert read(sample(name), "x").format == read(sample(name), name).format != "CSV sheet with headings"


@pytest.mark.parametrize("name", SAMPLES)
def test_a_file_cut_anywhere_is_refused_or_right(judged, sample, name):
    data = sample(name)
    # The assay's name may stand in the last line, and then that of the file stands in for it.
    wishes = {} if name == "bioprofile.csv" else {"fixed": {"assay": "cut"}}
    whole, _ = judged(data, **wishes)
    rows = set(zip(*whole.columns.values(), strict=True))
    for at in sorted(random.Random(1).sample(range(len(data)), 60)):
        try:
            readings, findings = judged(data[:at], **wishes)
        except LabFileRejected:
            continue
        if not any(f.severity is Severity.STOPS for f in findings):
            assert set(zip(*readings.columns.values(), strict=True)) <= rows, at


@pytest.mark.parametrize("name", ["softmax_two_plates.txt", "mars_grid.csv", "envision_two_plates.csv"])
def test_a_row_left_out_of_a_plate_is_refused(read, sample, name):
    encoding = "utf-16" if name.startswith("softmax") else "ascii"
    lines = sample(name).decode(encoding).split("\r\n")
    second_row = {"softmax": 8, "mars_gr": 10, "envisio": 11}[name[:7]]
    del lines[second_row]
    assert "cut-file" in _stops(read("\r\n".join(lines).encode(encoding)))


def test_a_mars_file_cut_after_any_byte_is_reported_as_incomplete(read, reference_data):
    data = (reference_data / "lab_files/bmg_mars/BMG Labtech format.CSV").read_bytes()
    for at in range(1, len(data)):
        try:
            assert "cut-file" in _stops(read(data[:at])), at
        except LabFileRejected:
            continue


def test_a_mars_row_cut_short_is_reported_even_with_a_line_end(read, sample):
    lines = sample("mars_grid.csv").split(b"\r\n")
    short = b"\r\n".join([*lines[:12], lines[12][:8], b""])
    assert _stops(read(short)) == ["cut-file"]


def test_mars_may_leave_out_the_empty_cells_at_the_end_of_its_lines(judged, sample):
    readings, findings = judged(sample("mars_grid.csv").replace(b",,\r\n", b"\r\n"))
    assert (len(readings), findings) == (32, [])


def test_a_mars_measurement_without_a_wavelength_is_refused(read, sample):
    spectrum = sample("mars_grid.csv").replace(b"Raw Data (405 1)", b"Raw Data (220-1000)")
    assert _stops(read(spectrum)) == ["other-read"]
    with pytest.raises(LabFileRejected, match="a measurement 'Fluorescence polarization"):
        read(sample("mars_grid.csv").replace(b"Absorbance", b"Fluorescence polarization (FP)"))


def test_values_that_mars_derived_stand_beside_the_readings(judged, sample):
    readings, _ = judged(sample("mars_grid.csv"))
    assert set(readings.extra[0]) == {"Blank corrected based on Raw Data (405 1)"}


def test_a_softmax_block_left_out_is_missed(read, sample):
    text = sample("softmax_two_plates.txt").decode("utf-16")
    second = text[text.index("Plate:\tInvented 2") : text.index("Group: Standards")]
    assert _stops(read(text.replace(second, "").encode("utf-16"))) == ["cut-file"]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (
            "02\t25.000\tB1\t0.6\tInvented 1\t\r\n",
            "20 wells of plate 'Invented 1' that were read and stand in no group: A03",
        ),
        ("Sample\tWells\tOD\tWellPlateName\t\r\n", "the group 'Group: Unknowns' without its heading 'Wells'"),
    ],
)
def test_a_line_left_out_of_a_softmax_group_is_not_passed_over(read, sample, line, told):
    text = sample("softmax_two_plates.txt").decode("utf-16")
    assert line in text
    findings = read(text.replace(line, "")).findings
    assert any(f.found.startswith(told) for f in findings)


def test_softmax_grids_over_time_read_like_its_lines_over_time(judged, sample):
    endpoint = sample("softmax_two_plates.txt").decode("utf-16")
    block = endpoint[endpoint.index("Plate:\tInvented 1") : endpoint.index("\r\n~End\r\nPlate:\tInvented 2")]
    head, *lines = block.split("\r\n")
    head = head.replace("Endpoint", "Kinetic").replace("FALSE\t1\t", "FALSE\t2\t", 1)
    times = [[lines[1].replace("\t25.1", f"{time}\t25.1", 1), *lines[2:5], ""] for time in ("00:00:00", "00:00:30")]
    text = "\r\n".join(["##BLOCKS= 1", head, lines[0], *times[0], *times[1], "~End", ""])
    readings, findings = judged(text)
    assert (len(readings), sorted(set(readings.columns["time"])), findings) == (96, [0.0, 0.5], [])


def test_softmax_plates_of_one_name_are_told_apart(judged, sample):
    text = sample("softmax_two_plates.txt").decode("utf-16").replace("Plate:\tInvented 2", "Plate:\tInvented 1")
    readings, findings = judged(text.encode("utf-16"))
    assert set(readings.columns["plate"]) == {"Invented 1", "Invented 1 (2)"}
    assert [f.code for f in findings] == ["plates-alike"]


def test_softmax_luminescence_needs_no_wavelength(judged, sample):
    text = sample("softmax_kinetic_comma.txt").decode("cp1252").replace("Fluorescence\tFALSE\t", "Luminescence\t")
    readings, _ = judged(text.replace("525 ", "").replace("485 ", ""))
    assert set(zip(readings.columns["endpoint"], readings.columns["unit"], strict=True)) == {
        ("luminescence", "counts/s")
    }


def test_a_softmax_wavelength_read_twice_gives_replicates(judged, sample):
    readings, _ = judged(sample("softmax_two_plates.txt").decode("utf-16").replace("405 490 ", "405 405 "))
    assert set(zip(readings.columns["replicate"], readings.columns["endpoint"], strict=True)) == {
        (1, "absorbance 405 nm"),
        (2, "absorbance 405 nm"),
    }


@pytest.mark.parametrize("other", ["Spectrum", "Well Scan"])
def test_a_softmax_scan_is_refused_by_its_name(read, sample, other):
    with pytest.raises(LabFileRejected, match=f"read as {other} Fluorescence, Raw"):
        read(sample("softmax_kinetic_comma.txt").decode("cp1252").replace("Kinetic\tF", f"{other}\tF"))


def test_a_well_that_softmax_left_empty_is_no_reading(judged, sample):
    text = sample("softmax_kinetic_comma.txt").decode("cp1252")
    first = text.split("\r\n")[3]
    cells = first.split("\t")
    readings, _ = judged(text.replace(first, "\t".join([*cells[:2], "", *cells[3:]])))
    assert (len(readings), readings.columns["well"][0]) == (71, "A02")


def test_a_comma_that_may_part_thousands_is_not_taken_for_a_decimal_one(judged, sample):
    text = sample("softmax_kinetic_comma.txt").decode("cp1252").replace("\t37,0\t", "\t\t")
    _, findings = judged(text)
    assert {f.code for f in findings} == {"not-a-number"}


def test_commas_beside_points_are_left_for_the_judge_to_refuse(judged, sample):
    _, findings = judged(sample("visionlite_comma.csv").decode("utf-16").replace("0,0972", "0.0972"))
    assert {f.code for f in findings} == {"not-a-number"}


def test_a_kinetic_that_was_stopped_is_asked_about(judged, sample):
    text = sample("gen5_kinetic.txt").decode("cp1252").replace("4 Reads", "9 Reads")
    (finding,) = judged(text)[1]
    assert (finding.code, finding.found, finding.severity) == ("fewer-times", "4 times of 'DOPA:475'", Severity.ASKS)


def test_a_gen5_scan_is_refused_by_its_name(read, sample):
    text = sample("gen5_kinetic.txt").decode("cp1252").replace("Absorbance Endpoint", "Absorbance Spectrum")
    with pytest.raises(LabFileRejected, match="a read 'Absorbance Spectrum'"):
        read(text)


def test_a_gen5_read_without_results_is_missed(read, sample):
    text = sample("gen5_endpoints.txt").decode("utf-8").replace("\tLum\r\n", "\tMean\r\n")
    assert _stops(read(text)) == ["cut-file"]


@pytest.mark.parametrize("lost", ["B\tSPL1\tSPL2\tSPL3\tSPL4\tSPL5\tSPL6\tWell ID\r\n", "B"])
def test_a_row_or_its_letter_left_out_of_a_gen5_layout_is_missed(read, sample, lost):
    text = sample("gen5_endpoints.txt").decode("utf-8")
    assert "\nB\tSPL1" in text
    cut = text.replace("\nB\tSPL1", "\n\tSPL1") if lost == "B" else text.replace(lost, "")
    stops = [f.found for f in read(cut).findings if f.severity is Severity.STOPS]
    assert "no line 'Well ID' for row B of Plate 1" in stops


def test_a_gen5_plate_is_sized_by_its_grid_where_its_type_has_a_name(judged, sample):
    text = sample("gen5_endpoints.txt").decode("utf-8").replace("24 WELL PLATE", "Custom deep plate")
    assert len(judged(text)[0]) == 48


def test_gen5_results_may_stand_below_the_name_of_their_read(judged, sample):
    text = sample("gen5_endpoints.txt").decode("utf-8")
    readings, findings = judged(text.replace("Results\r\n", "Lum\r\n"))
    assert (len(readings), findings) == (48, [])


def test_a_barcode_of_envision_keeps_its_zeros(judged, sample):
    readings, _ = judged(sample("envision_two_plates.csv"))
    assert readings.extra[0] == {"Barcode": "0001"}


def test_an_envision_file_without_its_last_line_is_cut(read, sample):
    data = sample("envision_two_plates.csv")
    assert _stops(read(data[: data.index(b"Exported with")])) == ["cut-file"]


def test_calculated_results_of_envision_stand_beside_the_readings(judged, sample):
    text = sample("envision_two_plates.csv").decode("ascii")
    block = text[: text.index("Plate information", 10)]
    formula = block.replace(",Group,Label,", ",Group,Formula,").replace("tyrosinase(1)", "Calc 1: ratio")
    derived = formula.replace("Results for Calc 1: ratio - channel 1 (A)", "Calculated results: Calc 1: ratio")
    readings, _ = judged(derived + text)
    assert len(readings) == 94
    assert readings.extra[0]["Calc 1: ratio"] == readings.columns["value_text"][0]


def test_counts_of_envision_without_a_title_have_no_unit_and_are_refused(read, sample):
    text = sample("envision_bare_comma.csv").decode("ascii").replace("Ex=Btm Em=N/A", "Ex=N/A Em=Top")
    with pytest.raises(LabFileRejected, match="unit and wavelength cannot be told"):
        read(text)


@pytest.mark.parametrize(
    "text",
    [
        "Sample Name,Dilution factor,Ordinate [A],Concentration [mg/L],Error\nx,1,0.02505,2.23,\n",
        "scan.csv,x,user,10/7/2024 11:09:36 AM,INVENTED,12345,1.00\nnm,A\n400,0.043\n401,0.043\n",
    ],
)
def test_a_visionlite_file_that_names_no_wavelength_is_refused(read, text):
    with pytest.raises(LabFileRejected, match="expected absorbances at fixed wavelengths"):
        read(text)


def test_visionlite_headings_in_nanometres_are_understood(judged):
    readings, findings = judged("Sample Name,500 nm   [A],280 nm   [A],Result\nEX-11,0.027, 0.029, 0.027\n")
    assert readings.columns["endpoint"] == ["absorbance 500 nm", "absorbance 280 nm"]
    assert (readings.columns["value"], findings) == ([0.027, 0.029], [])


def test_a_percentage_among_cell_densities_keeps_its_text_and_is_no_density(judged, sample):
    readings, (finding,) = judged(sample("bioprofile.csv"))
    at = readings.columns["relation"].index("missing")
    assert readings.extra[at]["in another unit"] == "12.00%"
    assert str(finding) == (
        "row 4, column 'Viable Density': found '12.00%' of '발효액-02', expected a number in 10^6 cells/mL. "
        "Correct the export, or accept it: the cell is then kept as missing, with its text beside."
    )


@pytest.mark.parametrize("name", [name for name in SAMPLES if name[:4] not in ("visi", "biop")])
def test_a_plate_says_of_what_run_it_is(read, sample, name):
    about = read(sample(name)).about
    assert all(about[key] for key in ("data_file", "acquired", "plate", "instrument"))
