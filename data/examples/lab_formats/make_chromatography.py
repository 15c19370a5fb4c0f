"""Write one invented file for each chromatography format beside this script, byte for byte the same each time.

Run ``python data/examples/lab_formats/make_chromatography.py``. The layout is that of the
instrument's software; nothing in the files was measured, and their samples, people and paths are
invented. Each file holds what the formats have in common: peaks of ginsenosides in an extract.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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
        "openlab_summary.txt": _openlab(",", "DAD1A,Sig=203,4  Ref=off").encode("utf-8"),
        "masshunter_RESULTS.CSV": _masshunter().encode("ascii"),
        "totalchrom_report.TX0": _totalchrom().encode("cp1252"),
        "chromeleon_trace.txt": _chromeleon().encode("cp1252"),
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


def _openlab(point: str, signal: str) -> str:
    """Print decimal commas, numbers wrapped behind them, and a sample's name wrapped at a blank."""
    head = ["RT [min]", "Type", "Width [min]", "Area", "Height", "Area%", "Name"]
    widths = (7, 4, 8, 8, 8, 8, 24)
    rows = []
    for (name, time, area, height), share in zip(PEAKS, SHARES, strict=True):
        figures = [time, "BB", "0.1473", f"{Decimal(area) / 1000:.4f}", f"{Decimal(height) / 1000:.4f}", f"{share:.4f}"]
        rows.append([*(figure.replace(".", point) for figure in figures), f"{name}@{time}min" if name else ""])
    rows.append(["", "", "Sum", f"{Decimal(TOTAL) / 1000:.4f}".replace(".", point), "", "", ""])
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


def _totalchrom() -> str:
    """Print decimal points, a total in another notation, a component that was not found and a warning."""
    rows = [
        f'{n},"{time}","{area}.00","{height}.00","{share:.2f}","BB"'
        for n, ((_, time, area, height), share) in enumerate(zip(PEAKS, SHARES, strict=True), start=1)
    ]
    return _ended(
        [
            '"Software Version:",6.3.2.0646,"Date:","14-03-2026 15:00:00"',
            '"Operator:","Invented","Sample Name:","EX-12"',
            '"Instrument Name:","GC","Channel:","A"',
            '"Delay Time:",0.00,"min","End Time:",50.00,"min"',
            '"Data Acquisition Time:","14-03-2026 14:10:00","Cycle:",8',
            '"Raw Data File :","C:\\Invented\\EX-12_0314.raw "',
            '"Result File :","C:\\Invented\\EX-12_0314.rst "',
            '""',
            '"DEFAULT REPORT"',
            '"Peak","Time","Area","Height","Area"," BL"',
            '"#","[min]","[µV·s]","[µV]","[%]",""',
            "------,------,------,------,------,------",
            *rows,
            f'-,"{ABSENT[1]}","0.00","0.00","0.00",""',
            '"","",------,------,------,""',
            f'"","",{TOTAL:.3e},2.12e+05,"100.00",""',
            '"Warning -- Signal level out-of-range in peak"',
            '"Missing Component Report"',
            '"Component","Expected Retention (Calibration File)"',
            "------,------",
            f'"{ABSENT[0]}","{ABSENT[1]}"',
            '"Report stored in ASCII file :","C:\\Invented\\EX-12_0314.TX0 "',
        ]
    )


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


if __name__ == "__main__":
    write_chromatography(Path(__file__).parent)
