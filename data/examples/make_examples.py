"""Write the invented example files beside this script, byte for byte the same each time.

Run ``python data/examples/make_examples.py``. Nothing in these files was measured. What the
numbers were drawn from is in ``expected.json``: a result can be held against the truth.
"""

from __future__ import annotations

import csv
import io
import json
import math
import random
from collections.abc import Iterable, Sequence
from pathlib import Path

SEED = 20260314

# Elastase plate: sample -> (true IC50 in µg/mL, Hill slope, highest dose in µg/mL). EX-14 is weak:
# its IC50 lies above the highest dose.
CURVES = {
    "EX-11": (38.0, 1.2, 500.0),
    "EX-12": (115.0, 1.0, 500.0),
    "EX-14": (1400.0, 1.1, 500.0),
    "EGCG": (9.0, 1.3, 200.0),
}
VEHICLE_OD, BLANK_OD = 1.20, 0.06
REPLICATES = {"EX-11": 3, "EX-12": 3, "EX-14": 3, "EGCG": 2}

# Chromatogram: retention in min, area in mAU*s, width in min of ginsenoside-like peaks at 203 nm.
PEAKS = (
    (11.482, 412.30, 0.1432),
    (12.057, 655.87, 0.1467),
    (21.916, 128.44, 0.1391),
    (24.338, 967.02, 0.1524),
    (25.870, 318.65, 0.1508),
    (28.401, 244.19, 0.1546),
    (36.225, 86.503, 0.1610),
    (41.773, 21.774, 0.1655),
)

CONTENT_HEADINGS = ["시료", "부위", "Rg1 (mg/g)", "Re (mg/g)", "Rb1 (mg/g)", "Rg3 (mg/g)", "compound K (mg/g)", "출처"]
CONTENT_ROWS = [
    ["WG-2025-01", "뿌리", "3.42", "4.10", "6.85", "0.21", "불검출", "invented example"],
    ["WG-2025-02", "뿌리", "2.97", "3.76", "5.93", "0.18", "< 0.05", "invented example"],
    ["WG-2025-03", "잎", "8.15", "12.40", "2.31", "0.09", "0.06", "invented example"],
    ["EX-11", "뿌리", "18.60", "22.35", "41.20", "3.75", "0.84", "invented example"],
    ["EX-12", "뿌리", "6.12", "7.48", "11.05", "24.90", "3.31", "invented example"],
    ["EX-14", "잎", "31.70", "44.15", "9.26", "0.52", "0.11", "invented example"],
]

RECIPES = """\
IC-01 | Aqua | solvent | 78.40
IC-01 | Glycerin | humectant | 5.00
IC-01 | Caprylic/Capric Triglyceride | emollient | 8.00
IC-01 | Cetearyl Olivate | emulsifier | 4.00
IC-01 | EX-11 | active | 2.00
IC-01 | Phenoxyethanol | preservative | 0.90
IC-01 | Xanthan Gum | thickener | 0.30
IC-01 | Cetyl Alcohol | consistency | 1.40
IC-02 | Aqua | solvent | 77.90
IC-02 | Glycerin | humectant | 5.00
IC-02 | Caprylic/Capric Triglyceride | emollient | 8.00
IC-02 | Cetearyl Olivate | emulsifier | 4.00
IC-02 | EX-12 | active | 2.00
IC-02 | Phenoxyethanol | preservative | 0.90
IC-02 | Xanthan Gum | thickener | 0.80
IC-02 | Cetyl Alcohol | consistency | 1.40
IC-03 | Aqua | solvent | 70.25
IC-03 | Butylene Glycol | humectant | 7.50
IC-03 | Squalane | emollient | 10.00
IC-03 | Cetearyl Olivate | emulsifier | 5.00
IC-03 | EX-12 | active | 3.00
IC-03 | 1,2-Hexanediol | preservative | 2.00
IC-03 | Carbomer | thickener | 0.25
IC-03 | Cetyl Alcohol | consistency | 2.00
IC-04 | Aqua | solvent | 80.70
IC-04 | Butylene Glycol | humectant | 7.50
IC-04 | Squalane | emollient | 4.00
IC-04 | Cetearyl Olivate | emulsifier | 3.00
IC-04 | EX-14 | active | 1.50
IC-04 | 1,2-Hexanediol | preservative | 2.00
IC-04 | Xanthan Gum | thickener | 0.30
IC-04 | Cetyl Alcohol | consistency | 1.00
"""
VISCOSITY = {"IC-01": ("8400", "310"), "IC-02": ("14600", "520"), "IC-03": ("23100", "940"), "IC-04": ("4200", "180")}


def write_examples(folder: Path) -> None:
    """Write every example file into ``folder``."""
    plate = _elastase_plate(random.Random(SEED))
    (folder / "elastase_EX_plate.txt").write_bytes(plate.encode("utf-8"))
    (folder / "EX-12_hplc_report.txt").write_bytes(_hplc_report().encode("utf-16"))
    (folder / "content_2026-03.csv").write_bytes(_csv([CONTENT_HEADINGS, *CONTENT_ROWS]).encode("cp949"))
    (folder / "content_2026-03_spoilt.csv").write_bytes(_csv(_spoilt_content()).encode("cp949"))
    recipes = [["formulation", "ingredient", "role", "value", "unit", "citation"]]
    recipes += [[*line.split(" | "), "%", "invented example"] for line in RECIPES.splitlines()]
    (folder / "formulations_example.csv").write_bytes(_csv(recipes).encode("utf-8"))
    properties = [["formulation", "endpoint", "value", "unit", "sd", "n", "citation"]]
    properties += [[c, "viscosity", v, "mPa·s", sd, "3", "invented example"] for c, (v, sd) in VISCOSITY.items()]
    (folder / "formulation_properties_example.csv").write_bytes(_csv(properties).encode("utf-8"))
    (folder / "expected.json").write_bytes(
        (json.dumps(_expected(), indent=2, ensure_ascii=False) + "\n").encode("utf-8")
    )


def _csv(rows: Iterable[Sequence[str]]) -> str:
    buffer = io.StringIO(newline="")
    csv.writer(buffer, lineterminator="\r\n").writerows(rows)
    return buffer.getvalue()


def _spoilt_content() -> list[list[str]]:
    """Return the content sheet with one fault of each kind; ``expected.json`` says where."""
    rows = [list(row) for row in (CONTENT_HEADINGS, *CONTENT_ROWS)]
    rows[0][3] = "Rgl (mg/g)"  # the letter l for the digit 1
    rows[0][5] = "Rg3 (mg/q)"
    rows[1][2] = "3,42"
    rows[2][4] = "5.O3"
    rows[3][2] = "-8.15"
    rows[4][4] = "10000"
    rows[5][0] = ""
    rows.append(list(rows[4]))
    rows[7][4] = "41.20"
    rows.append([*rows[6], "see page 2"])
    rows[8][0] = "EX-15"
    return rows


def _elastase_plate(draw: random.Random) -> str:
    head = [
        "", "", "Software Version\t3.12.08", "", "", "",
        "Experiment File Path:\tC:\\INVENTED EXAMPLE\\elastase inhibition.xpt",
        "Protocol File Path:\tC:\\INVENTED EXAMPLE\\elastase pNA 405.prt",
        "", "", "", "Plate Number\tPlate 1", "Date\t3/7/2026", "Time\t10:12:41 AM", "Reader Type:\tINVENTED READER",
        "Reader Serial Number:\tINVENTED", "Reading Type\tManual", "", "Procedure Details", "",
        "Plate Type\t96 WELL PLATE (Use plate lid)", "Eject plate on completion\t", "Read\tpNA",
        "\tAbsorbance Endpoint", "\tFull Plate", "\tWavelengths:  405",
        "\tRead Speed: Normal,  Delay: 100 msec,  Measurements/Data Point: 8", "",
    ]  # fmt: skip
    numbers = "\t" + "\t".join(str(c) for c in range(1, 13))
    layout, results = ["Layout", numbers], ["Results", numbers]
    for step, letter in enumerate("ABCDEFGH"):
        wells = [_well(sample, step) for sample, n in REPLICATES.items() for _ in range(n)]
        wells.append(("NC1", "vehicle", "0", VEHICLE_OD) if step < 5 else ("BLK", "blank", "", BLANK_OD))
        layout += [
            f"{letter}\t" + "\t".join(w[0] for w in wells) + "\tWell ID",
            "\t" + "\t".join(w[1] for w in wells) + "\tName",
            "\t" + "\t".join(w[2] for w in wells) + "\tConc/Dil",
        ]
        read = (od * (1 + draw.gauss(0, 0.02)) + draw.gauss(0, 0.006) for _, _, _, od in wells)
        results.append(f"{letter}\t" + "\t".join(f"{od:.3f}" for od in read) + "\tpNA:405")
    return "\r\n".join([*head, *layout, "", *results, ""]) + "\r\n"


def _well(sample: str, step: int) -> tuple[str, str, str, float]:
    """Return well ID, name, dose and noiseless OD of a sample at a dilution step (thirds)."""
    ic50, slope, highest = CURVES[sample]
    dose = highest / 3**step
    remaining = 1 / (1 + (dose / ic50) ** slope)
    number = list(CURVES).index(sample) + 1
    well_id = f"PC1:{step + 1}" if sample == "EGCG" else f"SPL{number}:{step + 1}"
    return well_id, sample, f"{dose:g}", BLANK_OD + (VEHICLE_OD - BLANK_OD) * remaining


def _six_digits(number: float) -> str:
    """Print as ChemStation does: five decimals while the number fits its column, else 4.57137e4."""
    plain = f"{number:.5f}"
    if len(plain) <= 10:
        return plain
    mantissa, exponent = f"{number:.5e}".split("e")
    return f"{mantissa}e{int(exponent)}"


def _hplc_report() -> str:
    rule = "=" * 69
    path = "C:\\CHEM32\\1\\DATA\\INVENTED EXAMPLE 2026-03-06 09-12-40\\012-0401.D"
    total = sum(area for _, area, _ in PEAKS)
    heights = [area / (60 * width * math.sqrt(math.pi / (4 * math.log(2)))) for _, area, width in PEAKS]
    lines = [
        f"Data File {path}", "Sample Name: EX-12",
        rule, "Acq. Operator   : INVENTED                       Seq. Line :   4",
        "Acq. Instrument : INVENTED HPLC                   Location : Vial 12",
        "Injection Date  : 3/6/2026 11:48:02 AM                Inj :   1",
        "                                                Inj Volume : 10.000 µl",
        "Method          : C:\\CHEM32\\1\\METHODS\\INVENTED_GINSENOSIDES_203.M",
        "Last changed    : 3/6/2026 9:02:11 AM by INVENTED", rule, f"{'Area Percent Report':^69}", rule, "",
        "Sorted By             :      Signal", "Multiplier            :      1.0000",
        "Dilution              :      1.0000",
        "Use Multiplier & Dilution Factor with ISTDs", "", "", "Signal 1: DAD1 A, Sig=203,4 Ref=360,100", "",
        "Peak RetTime Type  Width     Area      Height     Area  ",
        "  #   [min]        [min]   [mAU*s]     [mAU]        %",
        "----|-------|----|-------|----------|----------|--------|",
    ]  # fmt: skip
    for i, ((minutes, area, width), height) in enumerate(zip(PEAKS, heights, strict=True), start=1):
        share = f"{100 * area / total:.5f}"[:8]
        lines.append(
            f"{i:4d} {minutes:7.3f} BB   {width:7.4f} {_six_digits(area):>10} {_six_digits(height):>10} {share:>8}"
        )
    lines.append(f"Totals :{_six_digits(total):>28} {_six_digits(sum(heights)):>10}")
    lines += ["", "", rule, f"{'*** End of Report ***':>47}", ""]
    return "\r\n".join(lines)


def _expected() -> dict[str, object]:
    return {
        "note": "Invented. What the example files were drawn from, and where the spoilt sheet is at fault.",
        "elastase_ic50_ug_per_ml": {name: curve[0] for name, curve in CURVES.items()},
        "elastase_hill_slope": {name: curve[1] for name, curve in CURVES.items()},
        "elastase_highest_dose_ug_per_ml": {name: curve[2] for name, curve in CURVES.items()},
        "vehicle_od": VEHICLE_OD,
        "blank_od": BLANK_OD,
        "peak_areas_mau_s": [area for _, area, _ in PEAKS],
        "spoilt_faults": [
            {"code": "not-a-number", "row": 2, "column": "Rg1 (mg/g)", "found": "'3,42'"},
            {"code": "unknown-unit", "row": 1, "column": "Rg3 (mg/q)", "found": "'mg/q' in 7 rows"},
            {"code": "unknown-compound", "row": 1, "column": "Rgl (mg/g)", "found": "'Rgl' in 7 rows"},
            {"code": "not-a-number", "row": 3, "column": "Rb1 (mg/g)", "found": "'5.O3'"},
            {"code": "out-of-range", "row": 4, "column": "Rg1 (mg/g)", "found": "'-8.15 mg/g'"},
            {"code": "out-of-range", "row": 5, "column": "Rb1 (mg/g)", "found": "'10000 mg/g'"},
            {"code": "missing-cell", "row": 6, "column": "시료", "found": "an empty cell"},
            {"code": "duplicate-row", "row": 8, "column": "Rg1 (mg/g)", "found": "as in row 5"},
            {"code": "ragged-row", "row": 9, "column": "", "found": "9 cells"},
        ],
    }


if __name__ == "__main__":
    write_examples(Path(__file__).resolve().parent)
