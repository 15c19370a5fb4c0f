"""Write one invented file for each chromatography format beside this script, byte for byte the same each time.

Run ``python data/examples/lab_formats/make_chromatography.py``. The layout is that of the
instrument's software; nothing in the files was measured, and their samples, people and paths are
invented. Each file holds what the formats have in common: peaks of ginsenosides in an extract.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from pathlib import Path

# Component, retention in min, area, height; the fourth peak has no name.
PEAKS = (
    ("Rg1", "11.482", "412305", "38512"),
    ("Re", "12.057", "655871", "60233"),
    ("Rb1", "24.338", "967024", "84120"),
    ("", "25.870", "318650", "27904"),
    ("20(S)-Rg3", "41.773", "21774", "1530"),
)
ABSENT = ("Rh2", "47.250")
# What a calibration would have made of the areas: µg/mL, by an invented factor.
AMOUNTS = [Decimal(area) / 4000 for _, _, area, _ in PEAKS]
TOTAL = sum(int(area) for _, _, area, _ in PEAKS)
SHARES = [Decimal(100) * int(area) / TOTAL for _, _, area, _ in PEAKS]


def write_chromatography(folder: Path) -> None:
    """Write every sample file into ``folder``."""
    points, commas = _lcsolution(",", ".", "EX-12"), _lcsolution("\t", ",", "산양삼 추출물 12호")
    files = {
        "shimadzu_lcsolution.txt": points.encode("cp1252"),
        "shimadzu_labsolutions_korean.txt": commas.encode("cp949"),
        "chemstation_Report00.CSV": _chemstation_header().encode("utf-16"),
        "chemstation_REPORT01.CSV": _chemstation_results(PEAKS).encode("utf-16"),
        "chemstation_REPORT02.CSV": _chemstation_results(PEAKS[2:3]).encode("utf-16"),
        "agilent_estd_report.txt": _estd().encode("utf-16"),
        "openlab_amounts.txt": _openlab(".", "VWD1A,Wavelength=203 nm", "ng/ul").encode("utf-8-sig"),
        "totalchrom_amounts.TX0": _totalchrom("µg/ml").encode("cp1252"),
        "openlab_summary.txt": _openlab(",", "DAD1A,Sig=203,4  Ref=off").encode("utf-8"),
        "masshunter_RESULTS.CSV": _masshunter().encode("ascii"),
        "masshunter_quant.csv": _masshunter_quant().encode("utf-8-sig"),
        "totalchrom_report.TX0": _totalchrom().encode("cp1252"),
        "chromeleon_trace.txt": _chromeleon().encode("cp1252"),
        "chromeleon_results.txt": _chromeleon_results("\t", ".", _ENGLISH).encode("utf-16"),
        "chromeleon_results_german.csv": _chromeleon_results(";", ",", _GERMAN).encode("cp1252"),
    }
    for name, data in files.items():
        (folder / name).write_bytes(data)


def _ended(lines: Iterable[str]) -> str:
    return "".join(f"{line}\r\n" for line in lines)


def _lcsolution(separator: str, point: str, sample: str) -> str:
    """Two detectors, the second without a peak, one component that was not found, and a trace of 11 points."""

    def rows(*cells: Sequence[str]) -> list[str]:
        return [separator.join(texts) for texts in cells]

    def number(text: str) -> str:
        return text.replace(".", point)

    path = r"C:\Invented\HPLC\EX-12_0314.lcd"
    peaks = [
        (str(n), number(time), number("0.100"), area, height, number("0.000"), " V " if n == 4 else "   ", name)
        for n, (name, time, area, height) in enumerate(PEAKS, start=1)
    ]
    peaks = [(*cells[:7], str(n) if cells[7] else "", cells[7]) for n, cells in enumerate(peaks, start=1)]
    named = [(cells[7], cells[8], cells[1], cells[3]) for cells in peaks if cells[8]]
    trace = [(number(f"{n * 5 / 60:.5f}"), str((n - 5) ** 2)) for n in range(11)]
    return _ended(
        [
            "[Header]",
            *rows(("Application Name", "LabSolutions"), ("Version", "5.101"), ("Data File Name", path)),
            *rows(("Output Date", "15.3.2026."), ("Output Time", "09:00:01")),
            "",
            "[Sample Information]",
            *rows(("Operator Name", "Invented"), ("Acquired", "14.3.2026. 14:10:00"), ("Sample Name", sample)),
            *rows(("Sample ID", ""), ("Dilution Factor", "1"), ("Injection Volume", "10")),
            "",
            "[Configuration]",
            *rows(("# of Detectors", "2"), ("Detector ID", "Detector A", "PDA")),
            "",
            "[Peak Table(Detector A-Ch1)]",
            *rows(("# of Peaks", str(len(peaks)))),
            *rows(("Peak#", "R.Time", "I.Time", "Area", "Height", "Conc.", "Mark", "ID#", "Name")),
            *rows(*peaks),
            "",
            "[Peak Table(PDA-Ch1)]",
            *rows(("# of Peaks", "0")),
            "",
            "[Compound Results(Detector A)]",
            *rows(("# of IDs", str(len(named) + 1)), ("ID#", "Name", "R.Time", "Area")),
            *rows(*named, ("9", ABSENT[0], "-----", "-----")),
            "",
            "[LC Chromatogram(Detector A-Ch1)]",
            *rows(("# of Points", str(len(trace))), ("Intensity Units", "mV"), ("R.Time (min)", "Intensity")),
            *rows(*trace),
            "",
        ]
    )


def _chemstation_header() -> str:
    columns = ("Peak Number", "Retention Time", "Peak Type", "Peak Width", "  Area  ", "Height", "  Area   %")
    units = ("", "min", "", "min", "mAU*s", "mAU", "")
    return _ended(
        [
            '"Sample Name","EX-12",""',
            '"Data File","C:\\Invented\\HPLC 2026-03-14\\","EX-12_0314.D"',
            '"Acq. Instrument","Invented HPLC",""',
            '"Injection Date","14-Mar-26, 14:10:00",""',
            '"Acq. Operator","Invented",""',
            '"Sorted By","Signal",""',
            '"Number of Signals",2,""',
            '"Signal 1","DAD1 A, Sig=203,4 Ref=off",""',
            '"Signal 2","DAD1 B, Sig=254,4 Ref=off",""',
            '"Number of Errors and Warnings",0,""',
            f'"Number of Columns",{len(columns)},""',
            *(f'"Column {n}","{c}","{u}"' for n, (c, u) in enumerate(zip(columns, units, strict=True), start=1)),
        ]
    )


def _chemstation_results(peaks: Sequence[tuple[str, str, str, str]]) -> str:
    total = sum(int(area) for _, _, area, _ in peaks)
    shares = [Decimal(100) * int(area) / total for _, _, area, _ in peaks]
    return _ended(
        f'{n},{time}1875,"BB  ",0.14732,{Decimal(area) / 1000},{Decimal(height) / 1000},{share:.12f}'
        for n, ((_, time, area, height), share) in enumerate(zip(peaks, shares, strict=True), start=1)
    )


def _estd() -> str:
    """An external standard report of two signals: a compound that was not found, and a warning of it."""

    def printed(figure: Decimal) -> str:
        return f"{figure:.5f}" if figure < 10000 else f"{figure:.5e}".replace("e+", "e")

    def row(time: str, kind: str, area: str, factor: str, amount: str, name: str) -> str:
        return f"{time:>7} {kind:<6} {area:>10} {factor:>10} {amount:>10}    {name}"

    def table(signal: str, of: Sequence[int]) -> list[str]:
        amounts = {n: AMOUNTS[n].quantize(Decimal("0.00001")) for n in of}
        rows = [
            row(time, "BB", printed(Decimal(area) / 1000), "2.50000e-1", printed(amounts[n]), name)
            for n, (name, time, area, _) in enumerate(PEAKS)
            if n in of
        ]
        return [
            f"Signal {1 if len(of) > 1 else 2}: {signal}",
            "",
            "RetTime  Type     Area     Amt/Area    Amount   Grp   Name",
            " [min]         [mAU*s]               [ug/ml]           ",
            "-------|------|----------|----------|----------|--|------------------",
            *rows,
            *([row(ABSENT[1], "", "-", "-", "-", ABSENT[0])] if len(of) > 1 else []),
            "",
            f"Totals :                               {printed(sum(amounts.values(), Decimal(0)))}",
            "",
        ]

    rule = "=" * 69
    return _ended(
        [
            r"Data File C:\Invented\HPLC 2026-03-14\EX-12_0314.D",
            "Sample Name: EX-12",
            rule,
            "Acq. Operator   : Invented                       Seq. Line :   1",
            "Acq. Instrument : Invented HPLC                   Location : Vial 1",
            "Injection Date  : 3/14/2026 2:10:00 PM                 Inj :   1",
            rule,
            "                     External Standard Report                        ",
            rule,
            "",
            "Sorted By             :      Signal",
            "Calib. Data Modified  :      3/13/2026 9:00:00 AM",
            "Multiplier            :      1.0000",
            "Dilution              :      1.0000",
            "Use Multiplier & Dilution Factor with ISTDs",
            "",
            *table("DAD1 A, Sig=203,4 Ref=off", (0, 1, 2, 4)),
            *table("DAD1 B, Sig=254,4 Ref=off", (2,)),
            "1 Warnings or Errors :",
            "",
            "Warning : Calibrated compound(s) not found",
            "",
            rule,
            "                          *** End of Report ***",
        ]
    )


def _openlab(point: str, signal: str, unit: str = "") -> str:
    """Print numbers wrapped behind their decimal mark, a sample's name wrapped at a blank, and amounts in a unit."""
    head = ["RT [min]", "Type", "Width [min]", "Area", "Height", "Area%", "Name"]
    widths = (7, 4, 8, 8, 8, 8, 24)
    rows = []
    for (name, time, area, height), share in zip(PEAKS, SHARES, strict=True):
        figures = [time, "BB", "0.1473", f"{Decimal(area) / 1000:.4f}", f"{Decimal(height) / 1000:.4f}", f"{share:.4f}"]
        rows.append([*(figure.replace(".", point) for figure in figures), f"{name}@{time}min" if name else ""])
    rows.append(["", "", "Sum", f"{Decimal(TOTAL) / 1000:.4f}".replace(".", point), "", "", ""])
    if unit:
        head[5:5], widths = [f"Amount [{unit}]"], (*widths[:5], 8, *widths[5:])
        for row, amount in zip(rows, [*(f"{amount:.4f}" for amount in AMOUNTS), ""], strict=True):
            row[5:5] = [amount]
        rows[3][5] = ""
    table = [[text.split(" ") for text in head], *([_wrapped(text, point) for text in row] for row in rows)]
    return _ended(
        [
            *_box((78,), [[["Cross Sequence Summary Report"]]]),
            *_box((20, 57), [[["Sample Name"], ["EX-12 wild-simulated", "ginseng"]]]),
            *_box((7, 70), [[["Signal:"], [signal]]]),
            *_box(widths, table),
            *_box((30, 30, 16), [[["/Invented/Report.rdl"], ["Printed:  2026-03-15"], ["Page 1 of 1"]]])[:-1],
            "═" * 80,
        ]
    )


def _wrapped(text: str, point: str) -> list[str]:
    whole, mark, rest = text.partition(point)
    return [whole + mark, rest] if len(text) > 6 and rest.isdecimal() else [text]


def _box(widths: Sequence[int], rows: Sequence[Sequence[Sequence[str]]]) -> list[str]:
    """Draw rows of cells, each cell given as the pieces it is wrapped into."""

    def rule(left: str, between: str, right: str) -> str:
        return left + between.join("─" * width for width in widths) + right

    lines = [rule("┌", "┬", "┐")]
    for cells in rows:
        if len(lines) > 1:
            lines.append(rule("├", "┼", "┤"))
        for n in range(max(map(len, cells))):
            pieces = (cell[n] if n < len(cell) else "" for cell in cells)
            lines.append("│" + "│".join(piece.ljust(width) for piece, width in zip(pieces, widths, strict=True)) + "│")
    return [*lines, rule("└", "┴", "┘")]


def _masshunter() -> str:
    """Two chromatograms of one run, the first with what a library search found for its peaks."""
    head = 'Header=,"Peak","R.T.","First","Max","Last","PK  TY","Height","Area","Pct Max","Pct Total"'
    largest = max(int(area) for _, _, area, _ in PEAKS)
    rows = [
        f'{n}=,  {n}, {time},  1, 5, 9,"  M ",{height}, {area},{Decimal(100) * int(area) / largest:.2f}, {share:.3f}'
        for n, ((_, time, area, height), share) in enumerate(zip(PEAKS, SHARES, strict=True), start=1)
    ]
    hits = [
        f'{n}=,{n},{time},0.00,"{name}",{n},"000000-00-0",9{n}' for n, (name, time, *_) in enumerate(PEAKS[:3], start=1)
    ]
    return _ended(
        [
            "[contents]",
            "count=2",
            r"Name=,D:\Invented\GCMS\EX-12_0314.D",
            r"1=,INT TIC: EX-12_0314.D\data.ms",
            r"2=,INT EX-12_0314.D\FID1A.ch",
            r"[INT TIC: EX-12_0314.D\data.ms]",
            "Time=,Sat Mar 14 14:10:00 2026",
            head,
            *rows,
            r"[LIB TIC: EX-12_0314.D\data.ms]",
            'Header=,"PK","RT","Area Pct","Library/ID","Ref","CAS","Qual"',
            *hits,
            r"[INT EX-12_0314.D\FID1A.ch]",
            "Time=,Sat Mar 14 14:10:00 2026",
            head,
            '1=,  1, 11.490,  1, 5, 9,"  BB",1200, 34000,100.00, 100.000',
        ]
    )


def _masshunter_quant() -> str:
    """Three samples and two compounds with their method; one compound is not found in the last sample."""
    groups = ["Sample", *[""] * 3, "Rg1 Method", "Rg1 Results", *[""] * 3, "Rb1 Method", "Rb1 Results", *[""] * 3]
    of_each = ["Transition", "RT", "Resp.", "Final Conc.", "Accuracy"]
    head = ["Name", "Data File", "Type", "Acq. Date-Time", *of_each, *of_each]
    rows = []
    for n, sample in enumerate(("EX-11", "EX-12", "EX-13")):
        first = ["845.5 -> 637.4", PEAKS[0][1], str(41230 + n), f"{10.25 + n}", ""]
        second = ["1153.6 -> 945.5", PEAKS[2][1], str(96702 + n), f"{24.5 + n}", ""]
        second[1:4] = ["", "", ""] if n == 2 else second[1:4]
        rows.append([sample, f"{sample}.d", "Sample", f"2026-03-14 14:{n}0", *first, *second])
    return _ended(",".join(cells) for cells in (groups, head, *rows))


def _totalchrom(unit: str = "") -> str:
    """Print a total in another notation, a component that was not found, a warning, and amounts with commas if asked.

    A report with amounts names its components, and is written on a computer of decimal commas.
    """

    def beside(amount: str, name: str) -> str:
        return f',"{amount}","{name}"' if unit else ""

    rows = [
        f'{n},"{time}","{area}.00","{height}.00","{share:.2f}","BB"' + beside(f"{amount:.4f}" if name else "", name)
        for n, ((name, time, area, height), share, amount) in enumerate(zip(PEAKS, SHARES, AMOUNTS, strict=True), 1)
    ]
    lines = _totalchrom_lines(rows, beside, unit)
    if unit:
        lines = [re.sub(r'(?<=["\d])(\d*)\.(?=\d+["e])', r"\1,", line) for line in lines]
    return _ended(lines)


def _totalchrom_lines(rows: Sequence[str], beside: Callable[[str, str], str], unit: str) -> list[str]:
    return [
        '"Software Version:",6.3.2.0646,"Date:","14-03-2026 15:00:00"',
        '"Operator:","Invented","Sample Name:","EX-12"',
        '"Instrument Name:","GC","Channel:","A"',
        '"Delay Time:",0.00,"min","End Time:",50.00,"min"',
        '"Data Acquisition Time:","14-03-2026 14:10:00","Cycle:",8',
        '"Raw Data File :","C:\\Invented\\EX-12_0314.raw "',
        '"Result File :","C:\\Invented\\EX-12_0314.rst "',
        '""',
        '"DEFAULT REPORT"',
        '"Peak","Time","Area","Height","Area"," BL"' + beside("Amount", "Component"),
        '"#","[min]","[µV·s]","[µV]","[%]",""' + beside(f"[{unit}]", "Name"),
        "------,------,------,------,------,------" + (",------,------" if unit else ""),
        *rows,
        f'-,"{ABSENT[1]}","0.00","0.00","0.00",""' + beside("0.0000", ABSENT[0]),
        '"","",------,------,------,""' + beside("", ""),
        f'"","",{TOTAL:.3e},2.12e+05,"100.00",""' + beside("", ""),
        '"Warning -- Signal level out-of-range in peak"',
        '"Missing Component Report"',
        '"Component","Expected Retention (Calibration File)"',
        "------,------",
        f'"{ABSENT[0]}","{ABSENT[1]}"',
        '"Report stored in ASCII file :","C:\\Invented\\EX-12_0314.TX0 "',
    ]


def _chromeleon() -> str:
    """Twenty-one points of a trace, which is no result."""
    points = [f"{n / 600:.6f}\t0.10\t{(n - 10) ** 2 / 7:.6f}\t".replace(".", ",") for n in range(21)]
    return _ended(
        [
            "Filepath\tC:\\Invented\\20.acd",
            "Channel\tUV_VIS_1",
            "",
            "Sample Information:",
            "Sample\tEX-12 1,0 mM",
            "Injection Volume (µl)\t10,00",
            "",
            "Raw Data Header Information:",
            "Data Points\t21",
            "Data System\tChromeleon",
            "",
            "Raw Data:",
            "Time(min)\tStep(sec)\tValue(mAU)",
            *points,
        ]
    )


# What a report of Chromeleon says of an injection, its headings, and the beginning of its last line.
_ENGLISH = (
    ("Injection Name:", "Run Time (min):", "Channel:", "Wavelength:", "Injection Date/Time:"),
    ("No.", "Peak Name", "Retention Time", "Area", "Height", "Relative Area", "Relative Height", "Amount"),
    "Total:",
)
_GERMAN = (
    ("Injektionsname:", "Laufzeit (min):", "Kanal:", "Wellenlänge:", "Injektionsdatum/-zeit:"),
    ("Nr.", "Peakname", "Retentionszeit", "Fläche", "Höhe", "Relative Fläche", "Relative Höhe", "Menge"),
    "Summe:",
)


def _chromeleon_results(separator: str, point: str, words: tuple[tuple[str, ...], tuple[str, ...], str]) -> str:
    """Two injections, the second without a peak of one component, each with a table of peaks and its total."""
    keys, headings, last = words

    def injection(sample: str, time: str, peaks: Sequence[int]) -> list[Sequence[str]]:
        total = sum(int(PEAKS[n][2]) for n in peaks)
        highest = sum(int(PEAKS[n][3]) for n in peaks)
        rows = []
        for number, n in enumerate(peaks, start=1):
            name, at, area, height = PEAKS[n]
            shares = (f"{Decimal(100) * int(area) / total:.2f}", f"{Decimal(100) * int(height) / highest:.2f}")
            figures = (at, f"{Decimal(area) / 6000:.3f}", f"{Decimal(height) / 100:.3f}", *shares)
            amount = f"{AMOUNTS[n]:.4f}" if name else "n.a."
            rows.append((str(number), name or "n.a.", *(text.replace(".", point) for text in figures), amount))
            rows[-1] = (*rows[-1][:-1], amount if amount == "n.a." else amount.replace(".", point))
        rows.append(("n.a.", ABSENT[0], *["n.a."] * 6))
        summed = (sum(Decimal(f"{Decimal(PEAKS[n][2]) / 6000:.3f}") for n in peaks), Decimal(highest) / 100)
        return [
            ("Injection Details",),
            (keys[0], "", sample, "", keys[1], "50.00".replace(".", point)),
            (keys[2], "", "UV_VIS_1", "", keys[3], "203 nm"),
            (keys[4], "", time),
            (),
            ("Integration Results",),
            headings,
            ("", "", "min", "mAU*min", "mAU", "%", "%", "µg/ml"),
            *rows,
            (last, "", "", *(f"{figure:.3f}".replace(".", point) for figure in summed), "100", "100", ""),
            (),
        ]

    lines = [
        *injection("EX-12", "14.03.2026 14:10", (0, 1, 2, 3, 4)),
        *injection("EX-13", "14.03.2026 15:05", (0, 1, 2)),
    ]
    return _ended(separator.join(cells) for cells in lines)


if __name__ == "__main__":
    write_chromatography(Path(__file__).parent)
