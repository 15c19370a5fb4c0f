"""Write invented workbooks of plate readers beside this script, the same each time.

Run ``python data/examples/lab_formats/make_plate_books.py``. Nothing in these files was measured: they
have the layout that each program writes, with numbers drawn here.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from pathlib import Path

import openpyxl
from workbook_bytes import Cells, Percent, Sheets, as_ods, as_xls, as_xlsx

LETTERS = "ABCDEFGHIJKLMNOP"
SEED = 20260402


def write_books(folder: Path) -> None:
    """Write every sample into ``folder``."""
    books = {
        "skanit_endpoint.xlsx": (skanit_endpoint(), dress_skanit),
        "skanit_edited.xlsx": (skanit_edited(), hide_a_row),
        "skanit_kinetic.xlsx": (skanit_kinetic(), None),
        "skanit_list.xlsx": (skanit_list(), None),
        "magellan_two_wavelengths.xlsx": (magellan(), None),
        "magellan_kinetic.xlsx": (magellan_kinetic(), None),
        "magellan_matrix.xlsx": (magellan_matrix(), None),
        "spark_part_of_plate.xlsx": (spark_part_of_plate(), None),
        "spark_kinetic.xlsx": (spark_kinetic(), None),
        "icontrol_decimal_comma.xlsx": (icontrol_decimal_comma(), None),
        "icontrol_kinetic.xlsx": (icontrol_kinetic(), None),
        "gen5_kinetic.xlsx": (gen5_kinetic(), None),
        "gen5_other_region.xlsx": (gen5_other_region(), None),
        "gen5_endpoint.xlsx": (gen5_endpoint(), None),
    }
    for name, (sheets, dress) in books.items():
        (folder / name).write_bytes(as_xlsx(sheets, dress))
    texts = {
        "magellan_matrix.txt": (as_text(magellan_matrix()["Magellan Sheet 1"], "\t"), "utf-16"),
        "magellan_list.asc": (as_text(magellan()["Magellan Sheet 1"], "\t"), "cp1252"),
        "icontrol_two_labels.txt": (as_text(icontrol_two_labels()["Sheet0"], "\t"), "cp1252"),
        "icontrol_decimal_comma.csv": (as_text([*icontrol_decimal_comma()["Tabelle1"], GERMAN_END], ";"), "utf-16"),
        "icontrol_kinetic_lines.csv": (as_text(icontrol_kinetic_lines(), ","), "utf-8-sig"),
        "icontrol_384.asc": (as_text(icontrol_384(), "\t"), "utf-16"),
        "spark_kinetic.csv": (as_text(spark_kinetic()["Result sheet"], ","), "utf-8-sig"),
        "spark_list.csv": (as_text(spark_list(), ","), "cp1252"),
    }
    for name, (text, encoding) in texts.items():
        (folder / name).write_bytes(text.encode(encoding))
    (folder / "icontrol_two_labels.xls").write_bytes(as_xls(icontrol_two_labels()))
    (folder / "content_in_percent.xls").write_bytes(as_xls({"함량": CONTENT}))
    (folder / "content_in_percent.ods").write_bytes(as_ods({"함량": CONTENT}))


CONTENT: Cells = [
    ["sample", "analyte", "value", "unit"],
    ["EX-11", "Rg1", Percent(0.0186), "% (w/w)"],
    ["EX-11", "Rb1", Percent(0.0412), "% (w/w)"],
    ["EX-12", "Rg1", 0.612, "% (w/w)"],
]


GERMAN_END = ["Endzeit:", "02.04.2026 15:21:08"]


def as_text(lines: Cells, separator: str) -> str:
    """Return a sheet as the program writes it to a text file."""

    def show(cell: object) -> str:
        return f"{cell:.10g}" if isinstance(cell, float) else "" if cell is None else str(cell)

    return "".join(separator.join(map(show, line)) + "\r\n" for line in lines)


def plate(rows: int, columns: int, draw: Callable[[int, int], object], corner: str) -> list[list[object]]:
    """Return a plate as a grid: column numbers, then a letter and its wells a line."""
    lines: list[list[object]] = [[corner, *range(1, columns + 1)]]
    lines += [[LETTERS[r], *(draw(r, c) for c in range(columns))] for r in range(rows)]
    return lines


def elastase(low: float = 0.08, high: float = 1.3) -> Callable[[int, int], float]:
    """Return what draws an absorbance that falls along the columns of a plate."""
    noise = random.Random(SEED)
    return lambda row, column: round(high - (high - low) * column / 12 + 0.02 * row * noise.random(), 4)


def names(row: int, column: int) -> str:
    return ("Blank1", "Std000" + str(row + 1))[column == 1] if column < 2 else f"EX-{11 + row % 4}"


def skanit_sheet(step: str, grid: Cells, *, plates: Sequence[str] = ("Plate 1",), nm: str = "405") -> Cells:
    lines: list[Sequence[object]] = [
        ["Measurement results"], ["elastase_invented.skax"], ["4/2/2026 10:15:00 AM"], [" "], [step],
        [f"Wavelength: {nm} nm"], [" "],
    ]  # fmt: skip
    for name in plates:
        lines += [[name], [" "], *grid, [], *plate(8, 12, names, "Sample"), []]
    return [*lines, ["Autoloading range A1 - M28"]]


def skanit_endpoint() -> Sheets:
    read = plate(8, 12, elastase(), "Abs")
    blanked = [read[0], *([row[0], *(round(v - 0.08, 4) for v in row[1:])] for row in read[1:])]  # type: ignore[operator]
    blanked[0] = ["Blank subtracted", *blanked[0][1:]]
    layout: list[list[object]] = [["Name", "Plate 1"], ["Plate template", "ANSI/SBS Standard, 96-well"], []]
    layout += [["", *range(1, 13)]]
    for r in range(8):
        layout += [[LETTERS[r], *(names(r, c) for c in range(12))], ["", *["Group 1"] * 12]]
        layout += [["", "", f"{2 ** (7 - r)} microg/ml", *["1:2"] * 10]]
    return {
        "Absorbance 1_01": skanit_sheet("Absorbance 1", read, plates=("Plate 1", "Plate 2")),
        "Blank Subtraction 1_02": skanit_sheet("Blank Subtraction 1", blanked, plates=("Plate 1", "Plate 2")),
        "Session information": [["Session information"], [], ["", "Session name", "", "", "elastase_invented.skax"]],
        "Instrument information": [["Instrument information"], [], ["", "Name", "", "", "Varioskan (invented)"]],
        "Layout definitions": layout,
    }


def dress_skanit(book: openpyxl.Workbook) -> None:
    for top in range(5, 29, 3):
        book["Layout definitions"].merge_cells(f"A{top}:A{top + 2}")


def skanit_edited() -> Sheets:
    """Return a plate of 18 readings into which someone typed means, one of them over a reading, and notes."""
    draw = elastase()
    read = plate(8, 12, lambda r, c: draw(r, c) if r < 3 and c < 6 else None, "Abs")
    read[1][9], read[2][9] = "=AVERAGE(B11:D11)", "=AVERAGE(B12:D12)"
    read[3][2] = "=B13*2"
    read[1] += ["µM", 500]
    sheet = [list(row) for row in skanit_sheet("Absorbance 1", read)]
    for row in sheet[19:28]:
        row[7:] = [None] * 6 if row[0] != "Sample" else row[7:]
    for row in sheet[23:28]:
        row[1:] = [None] * 12
    return {"Absorbance 1_01": sheet}


def hide_a_row(book: openpyxl.Workbook) -> None:
    book.active.row_dimensions[12].hidden = True  # type: ignore[union-attr]


def skanit_kinetic() -> Sheets:
    wells = ["A2", "B2", "C2"]
    readings = [[i, *(round(1.1 - 0.002 * i * (w + 1), 4) for w in range(3))] for i in range(5)]
    times = [[i, *(round(5.99 * i + 0.42 * w, 2) for w in range(3))] for i in range(5)]
    lines: Cells = [
        ["Measurement results Measure"], [datetime(2026, 4, 2, 11, 0, 5)], [], ["Kinetic"], [],
        ["Reading", *wells], *readings, [], [],
        ["Reading", *["Times [s]"] * 3], *times, ["Time base [s]", 0, 0.42, 0.84],
    ]  # fmt: skip
    about: Cells = [
        ["Session information"], [], ["", "", "Name", "Multiskan (invented)"],
        ["", "", "Serial number:", "0000-00000X"], ["", "", "Wavelength(s) [nm]", "340"],
    ]  # fmt: skip
    return {"Absorbance results": lines, "General information": about}


def skanit_list() -> Sheets:
    draw = elastase()
    wells = [[f"{LETTERS[r]} {c + 1}", 405, draw(r, c), 0.0] for r in range(2) for c in range(3)]
    heading = ["Well", "Wavelength(s) [nm]", "Raw absorbance", "Measurement time(s)"]
    return {"Raw data 405 nm": [["Raw data"], [datetime(2026, 4, 2, 11, 0, 5)], [], [], heading, *wells]}


def magellan() -> Sheets:
    draw = elastase()
    wells = [[f"{LETTERS[r]}{c + 1}", draw(r, c), round(draw(r, c) / 9, 4)] for r in range(8) for c in range(12)]
    wells[7][1] = "OVER"
    below = [
        "Date of measurement: 2026-04-02/Time of measurement: 14:10:00", "elastase.mth",
        r"C:\Users\Public\Documents\Tecan\Magellan\wsp\02042026-001.wsp", "405nm", "620nm", "invented user",
        "SUNRISE", "Instrument serial number: 000000",
        "Measurement 1:", "Measurement mode: Absorbance", "Measurement wavelength: 405 nm",
        "Plate definition file: COS96ft.pdf", "Unit: OD",
        "Measurement 2:", "Measurement mode: Absorbance", "Measurement wavelength: 620 nm",
        "Plate definition file: COS96ft.pdf", "Unit: OD",
        "Meas. temperature: Label1: 24.8 °C", "Meas. temperature: Label2: 25.1 °C",
    ]  # fmt: skip
    head = [["Well positions", "Label1", "Label2"], ["", "0s", "0s"], ["", "24.8 °C", "25.1 °C"]]
    return {"Magellan Sheet 1": [*head, *wells, *([line] for line in below)]}


def magellan_matrix() -> Sheets:
    """Return a part of a plate as Magellan draws it: who is where, two labels, and what was calculated of one."""
    draw = elastase()

    def inside(value: Callable[[int, int], object]) -> Callable[[int, int], object]:
        return lambda r, c: value(r, c) if r in (1, 2) and c in (1, 2, 3) else None

    below = [
        "Date of measurement: 2026-04-02/Time of measurement: 15:40:00", "elastase.mth", "matrix.wsp", "SUNRISE",
        "Instrument serial number: 000000",
        "Measurement 1:", "Measurement mode: Absorbance", "Measurement wavelength: 405 nm", "Range: B2:C4", "Unit: OD",
        "Measurement 2:", "Measurement mode: Absorbance", "Measurement wavelength: 620 nm", "Range: B2:C4", "Unit: OD",
        "Meas. temperature: Label1: 24.8 °C", "Meas. temperature: Label2: 25.1 °C",
    ]  # fmt: skip
    grids = (
        ("Layout", lambda r, c: f"SM{c}_{r}" if c > 1 else f"BL1_{r}"),
        ("Label1", lambda r, c: "OVER" if (r, c) == (2, 3) else draw(r, c)),
        ("Label2", lambda r, c: round(draw(r, c) / 9, 4)),
        ("Difference", lambda r, c: round(draw(r, c) * 8 / 9, 4)),
    )
    lines = [line for title, value in grids for line in ([title], *plate(8, 12, inside(value), "<>"), [])]
    return {"Magellan Sheet 1": [*lines, *([line] for line in below)]}


def magellan_kinetic() -> Sheets:
    head = [
        ["Well positions", "Layout", *["Raw data"] * 3],
        ["", "", "0s", "60s", "120s"],
        ["", "", "37 °C", "37.1 °C", "37 °C"],
    ]
    wells = [[f"A{c + 1}", f"SM1_{c + 1}", *(round(0.1 + 0.05 * t + c / 100, 4) for t in range(3))] for c in range(4)]
    below = [
        "Date of measurement: 2026-04-02/Time of measurement: 15:00:00", "kinetic.wsp", "SUNRISE",
        "Instrument serial number: 000000", "Measurement 1:", "Measurement mode: Absorbance",
        "Measurement wavelength: 405 nm", "Range: A1:A4", "Unit: OD",
    ]  # fmt: skip
    return {"Magellan Sheet 1": [*head, *wells, *([line] for line in below)]}


def spark_head(method: str) -> list[list[object]]:
    return [
        [f"Method name: {method}"], ["Application: SparkControl", "", "", "", "V2.1"],
        ["Device: Spark", "", "", "", "Serial number: 0000000000"], [" "],
        ["Date: ", "", "", "", "2026-04-02"], ["Time: ", "", "", "", "16:20"],
        ["Plate ", "", "", "", "[GRE96fw] - Greiner 96 Flat White"], [],
    ]  # fmt: skip


def spark_part_of_plate() -> Sheets:
    """Return two labels on a part of a plate, each with its title; one well of the plate holds a stray number."""
    counts = random.Random(SEED)

    def light(row: int, column: int) -> object:
        return counts.randrange(5000, 90000) if row in (2, 3) and column in (3, 4) else None

    def absorbance(row: int, column: int) -> object:
        return (
            (0.5 + row / 10 + column / 100) if row in (2, 3) and column in (3, 4) else 7 if row == column == 7 else None
        )

    lines = [
        *spark_head("luciferase (invented)"),
        ["Mode", "Luminescence"], ["Name", "LUMI"], ["Output", "", "", "", "Counts / s"],
        ["Part of Plate", "", "", "", "C4-D5"],
        ["Mode", "Absorbance"], ["Name", "OD600"], ["Measurement wavelength", "", "", "", 600, "nm"],
        ["Part of Plate", "", "", "", "C4-D5"], [],
        ["Start Time", "", "", "", "2026-04-02 16:19:41"], ["Temperature", "", "", "", 25.5, "°C"], [],
        ["OD600"], *plate(8, 12, absorbance, "<>"), [],
        ["LUMI:Lum"], *plate(8, 12, light, "<>"), [],
        ["End Time", "", "", "", "2026-04-02 16:19:55"],
    ]  # fmt: skip
    return {"Result sheet": lines}


def spark_kinetic() -> Sheets:
    cycles = [[i + 1, 30.0 * i, 37.0, 0.1 + 0.01 * i, 0.2 + 0.02 * i] for i in range(4)]
    lines = [
        *spark_head("growth (invented)"), ["Mode", "Kinetic"], ["Kinetic cycles", "", "", "", 4],
        ["Mode", "Absorbance"], ["Name", "OD600"], ["Measurement wavelength", "", "", "", 600, "nm"], [],
        ["Start Time", "", "", "", "2026-04-02 16:30:00"], [],
        ["Cycle Nr.", "Time [s]", "Temp. [°C]", "A1", "B12"], *cycles, [],
        ["End Time", "", "", "", "2026-04-02 16:31:35"],
    ]  # fmt: skip
    return {"Result sheet": lines}


def icontrol_head(day: str, clock: str) -> list[list[object]]:
    return [
        ["Application: Tecan i-control"], ["Device: infinite 200", "", "", "", "Serial number: 000000000"], [],
        ["Date:", day], ["Time:", clock], [], ["Plate", "", "", "", "COS 96 Flat Black"],
        ["Plate-ID (Stacker)", "", "", "", "P-0402"], [],
    ]  # fmt: skip


def icontrol_two_labels() -> Sheets:
    """Return two labels of one wavelength pair that differ in gain, with saturated wells, as an old workbook."""
    draw = random.Random(SEED)
    strong = plate(8, 12, lambda r, c: "OVER" if (r, c) in ((0, 5), (7, 1)) else draw.randrange(9000, 60000), "<>")
    weak = plate(8, 12, lambda r, c: draw.randrange(50, 4000), "<>")
    lines = icontrol_head("02/04/2026", "15.20.28")
    for label, gain, grid in (("Label1", 93, strong), ("Label2", 56, weak)):
        lines += [
            [f"Label: {label}"], ["Mode", "", "", "", "Fluorescence Top Reading"],
            ["Excitation Wavelength", "", "", "", 485, "nm"], ["Emission Wavelength", "", "", "", 535, "nm"],
            ["Gain", "", "", "", gain, "Manual"], ["Start Time:", "02/04/2026 15.20.28"], [],
            ["", "Temperature: 25.6 °C"], *grid, [], ["End Time:", "02/04/2026 15.21.08"], [],
        ]  # fmt: skip
    return {"Sheet0": lines, "Sheet1": []}


def icontrol_decimal_comma() -> Sheets:
    """Return a plate of a German computer: its own words, and numbers as text with a decimal comma."""
    draw = elastase()
    lines = [
        ["Programm: Tecan i-control"], ["Gerät: infinite 200Pro", "", "", "", "Seriennummer: 000000000"], [],
        ["Datum:", "02.04.2026"], ["Zeit:", "15:20:28"], [], ["Platte", "", "", "", "COS 96"], [],
        ["Label: Label1"], ["Modus", "", "", "", "Absorption"], ["Wellenlänge", "", "", "", 405, "nm"],
        ["Startzeit:", "02.04.2026 15:20:28"], [], ["", "Temperatur: 25,6 °C"],
        *plate(8, 12, lambda r, c: str(draw(r, c)).replace(".", ","), "<>"),
    ]  # fmt: skip
    return {"Tabelle1": lines}


def icontrol_kinetic() -> Sheets:
    lines = icontrol_head("02/04/2026", "17:00:00")
    lines += [
        ["Label: Label1"], ["Kinetic Measurement"], ["Mode", "", "", "", "Absorbance"],
        ["Wavelength", "", "", "", 412, "nm"], ["Start Time:", "02/04/2026 17:00:00"], [],
        ["Cycle Nr.", 1, 2, 3], ["Time [s]", 0, 60.1, 120.2], ["Temp. [°C]", 36.9, 37, 37.1],
        ["A1", 0.101, 0.152, 0.203], ["A2", 0.099, 0.151, 0.204], [], ["End Time:", "02/04/2026 17:02:05"],
    ]  # fmt: skip
    return {"Sheet1": lines}


def icontrol_kinetic_lines() -> Cells:
    """Return a run as a newer i-control writes it: both settings first, then a title and a line a cycle for each."""

    def cycles(base: int) -> list[list[object]]:
        lines: list[list[object]] = [[n + 1, 300 * n, 37.1, *(base + 7 * n + w for w in range(4))] for n in range(5)]
        lines[3][5] = "OVER"
        return [["Cycle Nr.", "Time [s]", "Temp. [°C]", "A1", "A2", "B1", "B2"], *lines]

    return [
        *icontrol_head("02/04/2026", "17:00:00"), ["Kinetic Measurement"], ["Kinetic Cycles", "", "", "", 5],
        ["Mode", "", "", "", "Fluorescence Top Reading"], ["Excitation Wavelength", "", "", "", 485, "nm"],
        ["Emission Wavelength", "", "", "", 535, "nm"], ["Mode", "", "", "", "Luminescence"],
        ["Integration Time", "", "", "", 1000, "ms"], ["Start Time:", "02/04/2026 17:00:00"], [],
        ["GFP:485/535"], *cycles(1000), [], ["LUMI:Lum"], *cycles(20), [],
        ["End Time:", "02/04/2026 17:21:05"],
    ]  # fmt: skip


def icontrol_384() -> Cells:
    """Return the upper half of a plate of 384 wells, in which one well was not read."""
    draw = elastase()
    return [
        *icontrol_head("02/04/2026", "17:00:00"), ["Label: OD405"], ["Mode", "", "", "", "Absorbance"],
        ["Wavelength", "", "", "", 405, "nm"], ["Part of Plate", "", "", "", "A1-H24"],
        ["Start Time:", "02/04/2026 17:00:00"], [], ["", "Temperature: 25.6 °C"],
        *plate(16, 24, lambda r, c: None if r > 7 else "MISSED" if (r, c) == (2, 3) else draw(r, c // 2), "<>"), [],
        ["End Time:", "02/04/2026 17:01:05"], [],
    ]  # fmt: skip


def spark_list() -> Cells:
    """Return wells listed one below the other, read twice: at 600 nm and as light."""
    wells = [f"{LETTERS[r]}{c + 1}" for r in range(2) for c in range(3)]
    return [
        *spark_head("calibration (invented)"), ["List of actions in this measurement script:"],
        ["", "Absorbance", "", "", "", "", "OD600"], ["", "Luminescence", "", "", "", "", "LUMI"], [],
        ["Mode", "Absorbance"], ["Name", "OD600"], ["Measurement wavelength", "", "", "", 600, "nm"],
        ["Part of Plate", "", "", "", "A1-B3"], ["Start Time", "", "", "", "2026-04-02 16:30:00"],
        ["Temperature", "", "", "", 25.5, "°C"], [],
        ["<>", "Value", "Time [ms]"], *([well, round(0.09 + n / 50, 4), 200 * n] for n, well in enumerate(wells)), [],
        ["End Time", "", "", "", "2026-04-02 16:30:05"], [],
        ["Mode", "Luminescence"], ["Name", "LUMI"], ["Output", "", "", "", "Counts / s"],
        ["Part of Plate", "", "", "", "A1-B3"], ["Start Time", "", "", "", "2026-04-02 16:31:00"], [],
        ["<>", "Value", "Time [ms]"], *([well, 5000 + 37 * n, 200 * n] for n, well in enumerate(wells)), [],
        ["End Time", "", "", "", "2026-04-02 16:31:05"],
    ]  # fmt: skip


def gen5_head(step: Cells, wells: Callable[[int, int], object]) -> list[list[object]]:
    lines: list[list[object]] = [
        [], ["Software Version", "3.13.15"], [],
        ["Experiment File Path:", r"C:\invented\elastase_kinetics.xpt"], ["Plate Number", "Plate 1"],
        ["Date", date(2026, 4, 2)], ["Time", time(12, 56, 48)], ["Reader Type:", "Epoch 2"],
        ["Reader Serial Number:", "000000"], [], ["Procedure Details"], ["Plate Type", "96 WELL PLATE"],
    ]  # fmt: skip
    lines += [*map(list, step), [], ["Layout"], [], ["", "", *range(1, 13)]]
    for r in range(8):
        lines.append(["", LETTERS[r], *(wells(r, c) for c in range(12)), "Well ID"])
    return [*lines, []]


def gen5_kinetic(show: Callable[[float], object] = float) -> Sheets:
    step = [["Start Kinetic"], ["    Read", "Absorbance Endpoint"], ["", "Wavelengths:  405"], ["End Kinetic"]]
    lines = gen5_head(step, lambda r, c: f"SPL{c + 1}" if r == 0 and c < 3 else None)
    lines += [[405], [], ["", "Time", "T° 405", "A1", "A2", "A3"]]
    for i in range(12):
        values: list[object] = [show(round(0.156 + 0.09 * i * (w + 1), 3)) for w in range(3)]
        if i == 11:
            values[1:] = [None, None]
        lines.append(["", time(0, i // 2, 30 * (i % 2)), 30.1, *values])
    lines += [["", time(0, 0, 0)], ["", time(0, 0, 0)], []]
    return {"Plate 1 - Sheet1": lines}


def gen5_other_region() -> Sheets:
    """Return the same run as a spreadsheet leaves it in whose region the point parts thousands."""
    return gen5_kinetic(lambda value: round(value * 1000) if value >= 1 else f"{value:.3f}")


def gen5_endpoint() -> Sheets:
    draw = elastase()
    step = [["Read", "Absorbance Endpoint"], ["", "Full Plate"], ["", "Wavelengths:  405"]]
    lines = gen5_head(step, lambda r, c: "BLK" if c == 0 else f"SPL{c}")
    lines += [["Results"], ["Actual Temperature:", 25.1], [], ["", "", *range(1, 13)]]
    for r in range(8):
        lines.append(["", LETTERS[r], *(draw(r, c) for c in range(12)), "405"])
        lines.append(["", "", *(round(draw(r, c) - 0.08, 4) for c in range(12)), "Blank 405"])
    return {"Plate 1 - Sheet1": lines}


if __name__ == "__main__":
    write_books(Path(__file__).resolve().parent)
