"""Write the invented text exports of plate readers and analysers beside this script, the same bytes each time.

Run ``python data/examples/lab_formats/make_plate_text.py``. Nothing in these files was measured:
each has the form of its instrument's export, in one locale or another, and invented contents.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from pathlib import Path

SEED = 20261124
ROWS, COLUMNS = "ABCD", range(1, 7)  # a plate of 24 wells
WELLS = [f"{row}{column}" for row in ROWS for column in COLUMNS]
DEGREE = "\N{DEGREE SIGN}C"


def decimal_comma(text: str) -> str:
    """Return numbers as a computer with a German locale writes them."""
    return text.replace(".", ",")


def draw_plates(seed: int, count: int, low: float, high: float, form: str = "{:.4f}") -> list[dict[str, str]]:
    """Draw the numbers of plates, a text a well."""
    chance = random.Random(SEED + seed)
    return [{well: form.format(chance.uniform(low, high)) for well in WELLS} for _ in range(count)]


def grid(plate: dict[str, str], separator: str) -> list[str]:
    """Return a plate as lines of cells, a line a row."""
    return [separator.join(plate[f"{row}{column}"] for column in COLUMNS) for row in ROWS]


def make_softmax_endpoint() -> bytes:
    """Two plates at two wavelengths, with groups that name samples, standards and blanks."""
    lines = ["##BLOCKS= 5", "Note:", "INVENTED EXAMPLE: nothing here was measured.", "~End"]
    numbers = "\t".join(map(str, COLUMNS))
    for name, seed in (("Invented 1", 1), ("Invented 2", 2)):
        first, second = (grid(plate, "\t") for plate in draw_plates(seed, 2, 0.05, 2.8))
        head = ["Plate:", name, "1.3", "PlateFormat", "Endpoint", "Absorbance", "Raw", "FALSE", "1", *[""] * 5, "2"]
        lines.append("\t".join([*head, "405 490 ", "1", "6", "24", "1", "4", "", ""]))
        lines.append(f"\tTemperature({DEGREE})\t{numbers}\t\t{numbers}\t\t")
        for i, (left, right) in enumerate(zip(first, second, strict=True)):
            lines.append(f"\t{'25.1' if i == 0 else ''}\t{left}\t\t{right}\t\t")
        lines += ["", f"\t\t{numbers}\t", *(f"\t\t{row}\t" for row in first), "~End"]
    lines += ["Group: Standards", "Sample\tStandard Value µg/mL\tWells\tOD\tWellPlateName\t"]
    lines += [
        "01\t50.000\tA1\t1.0\tInvented 1\t",
        " \t \tA2\t1.1\tInvented 1\t",
        "02\t25.000\tB1\t0.6\tInvented 1\t",
        "",
    ]
    lines += ["Group Column\tFormula Name\tFormula\tPrecision\tNotation", "1\tSample\t!SampleNames\t2\tNumeric"]
    lines += ["2\tStandard Value\t!SampleDescriptor\t3\tNumeric", "3\tWells\t!WellIDs\t2\tNumeric", "~End "]
    lines += ["Group: Unknowns", "Sample\tWells\tOD\tWellPlateName\t", "EX-11\tC1\t0.3\tInvented 1\t"]
    lines += [" \tC2\t0.3\tInvented 1\t", "EX-12\tC1\t0.4\tInvented 2\t", "", "~End "]
    lines += ["Original Filename: INVENTED tyrosinase two plates; Date Last Saved: 3/7/2026 10:43:25 AM"]
    return ("\ufeff" + "".join(f"{line}\r\n" for line in lines)).encode("utf-16-le")


def make_softmax_kinetic() -> bytes:
    """One plate of fluorescence over time, with decimal commas, in the code page of a Western computer."""
    head = [
        "Plate:",
        "Invented",
        "1.3",
        "TimeFormat",
        "Kinetic",
        "Fluorescence",
        "FALSE",
        "Raw",
        "FALSE",
        "3",
        "60",
        "30",
    ]
    head += [
        "",
        "",
        "",
        "1",
        "525 ",
        "1",
        "6",
        "24",
        "485 ",
        "Automatic",
        "515 ",
        "",
        "",
        "6",
        "Medium",
        "",
        "",
        "1",
        "4",
    ]
    lines = ["##BLOCKS= 1", "\t".join(head), "\t".join(["Time", f"Temperature({DEGREE})", *WELLS, ""])]
    for time, plate in zip(("00:00:00", "00:00:30", "00:01:00"), draw_plates(3, 3, 20, 900, "{:.3f}"), strict=True):
        lines.append("\t".join([time, "37,0", *map(decimal_comma, plate.values()), ""]))
    lines += ["", "\t".join(["", "", *WELLS, ""]), "\t".join(["", "", *["0,5"] * 24, ""]), "~End"]
    lines += ["Original Filename: INVENTED radical scavenging; Date Last Saved: 07.03.2026 16:32:49"]
    return "".join(f"{line}\r\n" for line in lines).encode("cp1252")


def gen5_head(name: str) -> list[str]:
    """Return what every Gen5 export begins with."""
    lines = ["", "", "Software Version\t3.12.08", "", "", ""]
    lines += [f"Experiment File Path:\tC:\\INVENTED EXAMPLE\\{name}.xpt", "Protocol File Path:\t", "", "", ""]
    lines += ["Plate Number\tPlate 1", "Date\t3/7/2026", "Time\t10:12:41 AM", "Reader Type:\tINVENTED READER"]
    lines += ["Reader Serial Number:\tINVENTED", "Reading Type\tManual", "", "Procedure Details", ""]
    return [*lines, "Plate Type\t24 WELL PLATE", "Eject plate on completion\t"]


def gen5_layout() -> list[str]:
    """Return a layout of standards in the first row, a blank and samples."""
    ids = ["STD1", "STD2", "STD3", "STD4", "STD5", "BLK", *(f"SPL{i}" for i in range(1, 19))]
    named = dict(zip(WELLS, ids, strict=True))
    rows = [f"{row}\t{cells}\tWell ID" for row, cells in zip(ROWS, grid(named, "\t"), strict=True)]
    return ["", "Layout", "\t" + "\t".join(map(str, COLUMNS)), *rows]


def make_gen5_kinetic() -> bytes:
    """A kinetic read, its blank-corrected table and what Gen5 derived of it."""
    lines = gen5_head("melanin kinetic")
    lines += [
        "Start Kinetic\tRuntime 0:03:00 (HH:MM:SS), Interval 0:01:00, 4 Reads",
        "    Read\tDOPA",
        "\tAbsorbance Endpoint",
    ]
    lines += ["\tFull Plate", "\tWavelengths:  475", "\tRead Speed: Normal", "End Kinetic\t", *gen5_layout(), ""]
    times = ("0:00:22", "0:01:22", "0:02:22", "0:03:22")
    for title, seed in (("DOPA:475", 4), ("Blank DOPA:475", 5)):
        lines += [title, "", "\t".join(["Time", f"T\N{DEGREE SIGN} {title}", *WELLS])]
        for time, plate in zip(times, draw_plates(seed, 4, 0.05, 1.9, "{:.3f}"), strict=True):
            lines.append("\t".join([time, "30.0", *plate.values()]))
        lines.append("")
    rows = zip(ROWS, grid(draw_plates(6, 1, 5, 60, "{:.3f}")[0], "\t"), strict=True)
    lines += [
        "Results",
        "\t" + "\t".join(map(str, COLUMNS)),
        *(f"{row}\t{cells}\tMax V [DOPA:475]" for row, cells in rows),
    ]
    return "".join(f"{line}\r\n" for line in [*lines, "", ""]).encode("cp1252")


def make_gen5_endpoints() -> bytes:
    """Fluorescence through filters and luminescence of one plate, some wells above what the reader reads."""
    lines = gen5_head("viability endpoints")
    lines += ["Read\tstain", "\tFluorescence Endpoint", "\tFull Plate", "\tFilter Set 1 (Green)"]
    lines += ["\t    Excitation: 485/20,  Emission: 528/20", "\t    Mirror: Top 510 nm,  Gain: 35"]
    lines += ["Read\tLuminescence Endpoint", "\tFull Plate", "\tFilter Set 1", "\t    Emission: Full light"]
    lines += [
        *gen5_layout(),
        "",
        "",
        "",
        "Actual Temperature:\t25.3",
        "",
        "Results",
        "\t" + "\t".join(map(str, COLUMNS)),
    ]
    (stain,), (light,) = draw_plates(7, 1, 300, 9000, "{:.0f}"), draw_plates(8, 1, 100, 200000, "{:.0f}")
    stain["B2"] = "OVRFLW"
    for row, first, second in zip(ROWS, grid(stain, "\t"), grid(light, "\t"), strict=True):
        lines += [f"{row}\t{first}\tstain:485/20,528/20", f"\t{second}\tLum"]
    return "".join(f"{line}\r\n" for line in [*lines, "", ""]).encode("utf-8")


def make_mars_grid() -> bytes:
    """A plate at two wavelengths of which the last two columns were not read, and its blank-corrected values."""
    lines = [
        "User: INVENTED,Path: C:\\INVENTED EXAMPLE\\Data,Test run no.: 12",
        "Test name: collagenase,Date: 07/03/2026,Time: 15:29:50",
    ]
    lines += ["", "ID1: Invented plate 3,ID2: made 3/7/26,", "Absorbance", ""]
    for title, seed in (
        ("Raw Data (405 1)", 9),
        ("Raw Data (490 2)", 10),
        ("Blank corrected based on Raw Data (405 1)", 11),
    ):
        (plate,) = draw_plates(seed, 1, 0.04, 2.2, "{:.3f}")
        read = {well: "" if well[1] in "56" else text for well, text in plate.items()}
        rows = [f"{row},{cells}" for row, cells in zip(ROWS, grid(read, ","), strict=True)]
        lines += [title, "", "," + ",".join(map(str, COLUMNS)) + ",", *rows, ""]
    return "".join(f"{line}\r\n" for line in lines).encode("ascii")


def make_mars_list() -> bytes:
    """A kinetic as a list of wells, with semicolons and decimal commas, in Korean: wells hold names of their own."""
    lines = [
        "User: INVENTED;Path: C:\\INVENTED EXAMPLE\\Data;Test run no.: 13;;;",
        "Test name: 세포 생존율;Date: 2026-03-07;Time: 09:10:00;;;",
    ]
    lines += ["ID1: Invented plate 4;;;;;", "Fluorescence (FI);;;;;", ";;;;;"]
    lines += ["Well Row;Well Col;Content" + 3 * ";Raw Data (544-20/590-20)", ";;Time;0 min ;15 min ;1 h 0 min "]
    contents = {"A1": "Blank B", "A2": "Negative control N", "A3": "Positive control P"}
    plates = draw_plates(12, 3, 100, 30000, "{:.1f}")
    for well in WELLS[:10]:
        texts = ";".join(decimal_comma(plate[well]) for plate in plates)
        lines.append(f"{well[0]};{well[1:]};{contents.get(well, f'Sample X{WELLS.index(well) - 2}')};{texts}")
    return "".join(f"{line}\n" for line in lines).encode("utf-8-sig")


def envision_plate(number: int, barcode: str, label: str, optics: str, title: str, plate: dict[str, str]) -> list[str]:
    """Return the block of a plate as read with one label; without a title the grid has no letters and numbers."""
    lines = [
        "Plate information",
        "Plate,Repeat,Barcode,Measured height,Chamber temperature at start,Group,Label,ScanX,ScanY,",
    ]
    lines[-1] += "Measinfo,Kinetics,Measurement date,"
    lines.append(f'{number},1,="{barcode}",14.35,22.4{number},1,{label},0,0,{optics},0,2026-03-07 10:3{number}:00,')
    lines += ["", "Background information", "Plate,Label,Result,Signal,", f"{number},{label},0,295000,", ""]
    if not title:
        return [*lines, *(f"{row}," for row in grid(plate, ",")), ""]
    numbers = ",".join(f"{column:02d}" for column in COLUMNS)
    rows = [f"{row},{cells}," for row, cells in zip(ROWS, grid(plate, ","), strict=True)]
    return [*lines, title, f",{numbers},", *rows, ""]


ABSORBANCE, LIGHT = "De=1st Ex=Btm Em=N/A Wdw=N/A (8)", "De=USLum Ex=N/A Em=N/A Wdw=N/A (12)"


def envision_tail(protocol: str) -> list[str]:
    """Return what stands behind the plates of an EnVision export."""
    lines = ["", "Basic assay information", "Assay ID: ,,,,77", "Assay Started: ,,,,2026-03-07 10:28:00"]
    lines += [
        f"Protocol Name: ,,,,INVENTED {protocol}",
        'Serial#: ,,,,="0042"',
        "",
        "",
        "Labels:",
        "tyrosinase,,,,2000014",
    ]
    lines += ["Exc. filter,,,,Photometric 475", "Measurement height,,,,13 mm", "", "Filters:", "Photometric 475,,,,216"]
    return [
        *lines,
        "Description,,,,M475 CWL=475nm BW=10nm Tmin=60%",
        "",
        "",
        "Exported with EnVision Workstation version 1.14",
    ]


def make_envision_two_plates() -> bytes:
    """Two plates with barcodes, each read for absorbance and luminescence; one well of the second was left out."""
    lines: list[str] = []
    for number in (1, 2):
        (dark,), (light,) = draw_plates(12 + number, 1, 0.05, 2.2), draw_plates(14 + number, 1, 40, 90000, "{:.0f}")
        if number == 2:
            dark["D6"] = light["D6"] = ""
        title = "Results for tyrosinase(1) - channel 1 (A)"
        lines += envision_plate(number, f"000{number}", "tyrosinase(1)", ABSORBANCE, title, dark)
        lines += envision_plate(
            number, f"000{number}", "US LUM(1)", LIGHT, "Results for US LUM(1) - channel 0 (CPS)", light
        )
    return "".join(f"{line}\r\n" for line in [*lines, *envision_tail("two plates")]).encode("ascii")


def make_envision_bare() -> bytes:
    """A plate without title, letters and numbers, with semicolons and decimal commas."""
    (plate,) = draw_plates(17, 1, 0.05, 2.2)
    lines = [*envision_plate(1, "", "tyrosinase(1)", ABSORBANCE, "", plate), *envision_tail("bare plate")]
    swapped = re.sub(r"(?<=\d)\.(?=\d)", ",", "\r\n".join(lines).replace(",", ";"))
    return f"{swapped}\r\n".encode("ascii")


def make_visionlite() -> bytes:
    """Three samples at two wavelengths: tabs and decimal commas in UTF-16, whatever the name ends in."""
    lines = ["Sample name\tA203\tA260\tResult", "INVENTED EX-11\t0,41361\t0,0972\t0,41361"]
    lines += ["INVENTED EX-12\t1,16243\t0,1203\t1,16243", "INVENTED EX-14\t0,99738\t\t0,99738"]
    return ("\ufeff" + "".join(f"{line}\r\n" for line in lines)).encode("utf-16-le")


def make_bioprofile() -> bytes:
    """Three samples with a row of units; a percentage stands among the cell densities."""
    lines = [
        "Date & Time,Sample ID,Sample Type,Gluc,Lac,Na+,pH,PO2,PCO2,Osm,Viable Density,Viability,Batch ID,Operator,"
    ]
    lines += [",,,g / L,g / L,mmol / L,-,mmHg,mmHg,mOsm / kg,x10^6 Cells / mL,,,,"]
    lines += [
        "2026-03-07  09:00:10,발효액-01,Default,4.50,0.18,140.0,6.412,191.6,46.8,312,2.41,98.0%,INVENTED,INVENTED,"
    ]
    lines += [
        "2026-03-07  09:05:10,발효액-02,Default,4.10,0.22,138.4,6.377,182.0,13.8,309,12.00%,97.1,INVENTED,INVENTED,"
    ]
    lines += ["2026-03-07  09:10:10,발효액-03,Default,3.90,0.25,137.2,6.250,158.3,15.1,,,,INVENTED,INVENTED,"]
    return "".join(f"{line}\r\n" for line in lines).encode("utf-8")


SAMPLES: dict[str, Callable[[], bytes]] = {
    "softmax_two_plates.txt": make_softmax_endpoint,
    "softmax_kinetic_comma.txt": make_softmax_kinetic,
    "gen5_kinetic.txt": make_gen5_kinetic,
    "gen5_endpoints.txt": make_gen5_endpoints,
    "mars_grid.csv": make_mars_grid,
    "mars_list_comma.csv": make_mars_list,
    "envision_two_plates.csv": make_envision_two_plates,
    "envision_bare_comma.csv": make_envision_bare,
    "visionlite_comma.csv": make_visionlite,
    "bioprofile.csv": make_bioprofile,
}


def main() -> None:
    folder = Path(__file__).parent
    for name, make in SAMPLES.items():
        (folder / name).write_bytes(make())


if __name__ == "__main__":
    main()
