"""Peak tables as Chromeleon exports them: what it says of an injection, then headings, units, peaks and a total.

The reports of Chromeleon are templates that every laboratory may change, so a table is known by its
headings (in English, German, French or Korean) and by the units below them, wherever it stands.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from ginseng_rd.labfiles.workbooks import Sheet

_COLUMNS = {
    "peak": ("no", "nr", "n°", "nº", "peakno", "번호"),
    "retention_min": ("rettime", "retentiontime", "rt", "retzeit", "retentionszeit", "tempsderétention", "tr",
                      "머무름시간", "보유시간"),
    "component": ("peakname", "name", "component", "componentname", "nomdupic", "nompic", "composé", "성분명",
                  "피크이름", "피크명"),
    "value": ("area", "fläche", "aire", "surface", "면적"),
    "height": ("height", "höhe", "hauteur", "높이"),
    "area_percent": ("relarea", "relativearea", "relfläche", "relativefläche", "airerel", "airerelative",
                     "상대면적"),
    "amount": ("amount", "menge", "betrag", "konzentration", "concentration", "quantité", "양", "농도"),
    "peak_type": ("type", "typ", "peaktype", "peaktyp", "유형"),
    "width_min": ("width", "breite", "largeur", "폭"),
}  # fmt: skip
_OWN_WORDS = ("peakname", "nomdupic", "피크이름")
_TOTALS = ("total", "gesamt", "summe", "합계", "총계")
_STATED = {
    "sample": ("injectionname", "samplename", "injektionsname", "probenname", "nomd'injection", "nomdel'injection",
               "nomdel'échantillon", "주입이름", "시료이름", "시료명"),
    "channel": ("channel", "channelname", "kanal", "kanalname", "canal", "채널", "채널이름"),
    "acquired": ("injectiondate/time", "injectdate/time", "injecttime", "recordingtime", "acquisitiontime",
                 "injektionsdatum/-zeit", "injektionszeit", "aufnahmezeit", "date/heured'injection", "주입날짜/시간",
                 "주입일시"),
    "sequence": ("sequence", "sequencename", "sequenz", "sequenzname", "séquence", "시퀀스", "시퀀스이름"),
    "instrument": ("instrument", "instrumentname", "gerät", "instrumentmethod"),
    "wavelength": ("wavelength", "wellenlänge", "longueurd'onde", "파장"),
}  # fmt: skip
_AREA = re.compile(r"area|fläche|aire|surface|면적", re.I)
_NUMBER = re.compile(r"\d+")
_NOT_AVAILABLE = re.compile(r"n\.?\s*[av]\.?|-+|해당\s*없음", re.I)
_IN_BRACKETS = re.compile(r"[\[(](.+?)[\])]\s*$")
_UNIT_OF_TIME = re.compile(r"\[?\(?min\)?\]?", re.I)


@dataclass
class PeakTable:
    """A table: its line (from 0), where its headings stand, what was said above it, its units, rows and total."""

    sheet: Sheet
    top: int
    headings: dict[str, int]
    about: dict[str, str] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    rows: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    total: dict[str, str] | None = None
    cut: list[tuple[int, str]] = field(default_factory=list)
    has_line_of_units: bool = False

    def is_of_chromeleon(self) -> bool:
        """Say whether the table tells its origin: by what stands above it, or by its headings with units below."""
        says_of_injection = bool({"sample", "acquired", "sequence"} & set(self.about))
        usual = "area_percent" in self.columns() and any(_fold(heading) in _OWN_WORDS for heading in self.headings)
        return says_of_injection or (usual and self.has_line_of_units)

    def columns(self) -> dict[str, int]:
        """Return where each column of the kind stands."""
        folded = {_fold(heading): i for heading, i in reversed(self.headings.items())}
        return {column: folded[w] for column, words in _COLUMNS.items() for w in reversed(words) if w in folded}


def find_tables(sheet: Sheet) -> tuple[list[PeakTable], list[tuple[int, str]]]:
    """Return the peak tables of a sheet, each with what the lines above it say of its injection.

    Beside them come the samples that are named and have no table, each with its line (from 0).
    """
    tables: list[PeakTable] = []
    without: list[tuple[int, str]] = []
    stated: dict[str, str] = {}
    named, i = 0, 0
    while i < len(sheet.rows):
        table = _start(sheet, i)
        if table is None:
            new = _read_statements(sheet.rows[i])
            if "sample" in new:
                without += [(named, stated["sample"])] if "sample" in stated else []
                named = i
            stated |= new
            i += 1
            continue
        of_same_injection = bool(tables) and set(stated) <= {"channel", "wavelength"}
        table.about = tables[-1].about | stated if of_same_injection else stated
        stated = {}
        tables.append(table)
        i = _fill(table, i + (2 if table.has_line_of_units else 1))
    without += [(named, stated["sample"])] if "sample" in stated else []
    return tables, without


def _start(sheet: Sheet, top: int) -> PeakTable | None:
    """Return a table that begins in a line of headings with units below them, or with units in brackets."""
    if not _AREA.search("\t".join(sheet.rows[top])):
        return None
    cells = [cell.strip() for cell in sheet.rows[top]]
    below = [cell.strip() for cell in sheet.rows[top + 1]] if top + 1 < len(sheet.rows) else []
    headings: dict[str, int] = {}
    for i, cell in enumerate(cells):
        if cell:
            headings.setdefault(cell, i)
    table = PeakTable(sheet, top, headings)
    columns = table.columns()
    if not {"retention_min", "component", "value"} <= set(columns):
        return None
    time = columns["retention_min"]
    if time < len(below) and _UNIT_OF_TIME.fullmatch(below[time]):
        table.units = {column: below[i].strip("[]()") for column, i in columns.items() if below[i]}
        table.has_line_of_units = True
        return table
    within = {column: unit[1] for column, i in columns.items() if (unit := _IN_BRACKETS.search(cells[i]))}
    table.units = within
    return table if _UNIT_OF_TIME.fullmatch(within.get("retention_min", "")) else None


def _fill(table: PeakTable, first: int) -> int:
    """Take the peaks and the total below the headings, and return the line behind them."""
    columns = table.columns()
    for i in range(first, len(table.sheet.rows)):
        row = table.sheet.rows[i]
        filled = [cell.strip() for cell in row if cell.strip()]
        if any(_fold(cell) in _TOTALS for cell in filled[:3]):
            table.total = {column: row[at].strip() for column, at in columns.items()}
            return i + 1
        number = row[columns["peak"]].strip() if "peak" in columns else "1"
        if _NUMBER.fullmatch(number) or _NOT_AVAILABLE.fullmatch(number):
            table.rows.append((i, {heading: row[at].strip() for heading, at in table.headings.items()}))
        elif re.fullmatch(r"[\d.,]+", row[columns["value"]].strip()):
            table.cut.append((i, number))
        elif filled:
            return i
    return len(table.sheet.rows)


def is_absent(text: str) -> bool:
    """Say whether a cell stands for a number that Chromeleon does not have."""
    return not text or bool(_NOT_AVAILABLE.fullmatch(text))


def _read_statements(row: list[str]) -> dict[str, str]:
    """Return what a line states of the injection: a name with a colon, and behind it or in the next cell a value."""
    filled = [cell.strip() for cell in row if cell.strip()]
    known: dict[str, str] = {}
    for i, cell in enumerate(filled):
        name, _, within = cell.partition(":")
        value = within.strip() or (filled[i + 1] if i + 1 < len(filled) else "")
        for key, words in _STATED.items():
            if _fold(name) in words and value and not value.endswith(":"):
                known[key] = value
    return known


def _fold(text: str) -> str:
    return re.sub(r"[\s.:]|\(.*?\)|\[.*?\]", "", text).casefold()
