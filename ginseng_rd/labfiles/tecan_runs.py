"""Exports of Tecan's i-control and SparkControl as measurements: settings, and the readings taken with them.

The same lines come as a workbook or as text with tabs, commas or semicolons between the cells.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from ginseng_rd.labfiles.plate_books import Drawn, Reading, find_grids, find_series, well_of
from ginseng_rd.labfiles.source import Source
from ginseng_rd.labfiles.text_sheets import sheets_or_text
from ginseng_rd.labfiles.workbooks import Sheet

_CORNER = re.compile("<>")
CYCLES = re.compile(r"(?:Cycle|Zyklus) Nr\.?|Kinetic Cycle Nr\.?", re.I)
_LISTS = (("<>", "Value"), ("Well", "Mean"), ("Well", "Mittelwert"))
_MODES = re.compile(r"(abs|fluor|lum)\w*( (intensity|top|bottom|reading|scan|polari[sz]ation))*", re.I)
_TIMES = re.compile(r"(avg\. )?(time|zeit|temp|T°)", re.I)
_STATED = re.compile(r"([^:]+?)\s*:\s+(\S.*)")
# The labels of a German i-control, as the English one writes them.
_ENGLISH = {
    "programm": "application",
    "gerät": "device",
    "seriennummer": "serial number",
    "datum": "date",
    "zeit": "time",
    "platte": "plate",
    "modus": "mode",
    "wellenlänge": "wavelength",
    "messwellenlänge": "measurement wavelength",
    "anregungswellenlänge": "excitation wavelength",
    "emissionswellenlänge": "emission wavelength",
    "startzeit": "start time",
    "temperatur": "temperature",
    "teil der platte": "part of plate",
    "endzeit": "end time",
    "kinetikzyklen": "kinetic cycles",
}


@dataclass
class Measurement:
    """One measurement: the row its settings begin in, the settings, and the readings taken with them."""

    row: int
    settings: dict[str, str]
    drawn: Drawn | None = None
    start: str = ""
    temperature: str = ""

    def name(self) -> str:
        return self.settings.get("name") or self.settings.get("label", "")

    def endpoint(self) -> tuple[str, str]:
        """Return what was read and its unit."""
        stated = self.settings
        mode = stated.get("mode", "").casefold()
        if mode.startswith("abs"):
            return f"absorbance {stated.get('measurement wavelength') or stated.get('wavelength', '')} nm", "OD"
        if mode.startswith("fluor"):
            excitation, emission = stated.get("excitation wavelength", ""), stated.get("emission wavelength", "")
            return f"fluorescence {excitation}/{emission} nm", "RFU"
        if mode.startswith("lum"):
            return "luminescence", stated.get("output", "RLU").replace(" ", "").casefold().replace("rlu", "RLU")
        return stated.get("mode", "") or "reading", stated.get("output", "")


@dataclass
class Run:
    """A sheet: what it says of the run, and its measurements."""

    sheet: Sheet
    about: dict[str, str] = field(default_factory=dict)
    measurements: list[Measurement] = field(default_factory=list)
    untitled: list[Drawn] = field(default_factory=list)
    planned: list[str] = field(default_factory=list)
    cycles: str = ""
    has_end: bool = False

    @property
    def is_text(self) -> bool:
        """Whether the run was read from a text file: that has no sheets, and so no name of one."""
        return not self.sheet.name


def sheets_of(source: Source, application: str) -> list[Sheet]:
    """Return the sheets that the program wrote: a line ``Application: ...`` near their top names it."""
    wanted = re.compile(rf"(?:Application|Programm)\s*:\s*{re.escape(application)}", re.I)
    if not source.sheets and not wanted.search(source.text[:2000]):
        return []
    return [
        sheet
        for sheet in sheets_or_text(source)
        if any(wanted.match(cell.strip()) for row in sheet.rows[:10] for cell in row[:1])
    ]


def read_run(sheet: Sheet) -> Run:
    """Return what a sheet says of its run, and its measurements in their order."""
    run = Run(sheet)
    tables = {drawn.top: drawn for drawn in (*find_grids(sheet, _CORNER), *find_series(sheet, CYCLES))}
    tables |= {drawn.top: drawn for drawn in _find_lists(sheet)}
    label, start, temperature, title = "", "", "", ""
    end = -1
    for i, row in enumerate(sheet.rows):
        if i in tables:
            end = tables[i].bottom
            run.has_end = False
            _give(run, tables[i], title, start, temperature)
        if i <= end:
            continue
        run.planned += _planned(row)
        for key, value in _statements(row):
            if key == "label":
                label = value
            elif key == "mode" and value.casefold() not in ("kinetic", "kinetik"):
                run.measurements.append(Measurement(i, {"label": label}))
                label = ""
            elif key == "start time":
                start = value
            elif key == "end time":
                run.has_end = True
            elif key == "kinetic cycles":
                run.cycles = value
            elif key == "temperature":
                temperature = value.removesuffix("°C").strip()
            if key != "label":
                settings = run.measurements[-1].settings if run.measurements else run.about
                settings.setdefault(key, value)
        filled = [cell.strip() for cell in row if cell.strip()]
        title = filled[0] if len(filled) == 1 else title if not filled else ""
    return run


def _planned(row: list[str]) -> list[str]:
    """Return the label that a line of the list of actions names: below it the first cell is empty."""
    filled = [cell.strip() for cell in row if cell.strip()]
    is_action = len(filled) == 2 and not row[0].strip() and _MODES.fullmatch(filled[0])
    return filled[1:] if is_action else []


def is_of_time(heading: str) -> bool:
    """Say whether a heading of a series stands above times or temperatures."""
    return bool(_TIMES.match(heading))


def _statements(row: list[str]) -> Iterator[tuple[str, str]]:
    """Yield what a line states: a key and the next filled cell, or both within one cell as ``Device: Spark``."""
    filled = [cell.strip() for cell in row if cell.strip()]
    within = [match for cell in filled if (match := _STATED.fullmatch(cell))]
    if filled and not within and len(filled) > 1 and row[0].strip():
        yield _key(filled[0]), filled[1].lstrip("'")
    for match in within:
        yield _key(match[1]), match[2].strip()


def _key(text: str) -> str:
    key = text.rstrip(": ").casefold()
    return _ENGLISH.get(key, key)


def _give(run: Run, drawn: Drawn, title: str, start: str, temperature: str) -> None:
    """Give readings to the measurement their title names, or else to the first that has none yet."""
    open_ = [m for m in run.measurements if m.drawn is None]
    named = [m for m in open_ if m.name() and title in (m.name(), f"Label: {m.name()}")]
    named += [m for m in open_ if m.name() and title.startswith(f"{m.name()}:")]
    for measurement in [*named, *open_][:1]:
        if not measurement.name():
            measurement.settings["name"] = title.partition(":")[0]
        measurement.drawn, measurement.start, measurement.temperature = drawn, start, temperature
        return
    run.untitled.append(drawn)


def _find_lists(sheet: Sheet) -> Iterator[Drawn]:
    """Find the lists that are written instead of a grid: ``<>``, ``Value``, then a line a well.

    i-control heads the list of wells it read in several places ``Well``, ``Mean``: the mean is the reading.
    """
    for top, row in enumerate(sheet.rows):
        if tuple(cell.strip() for cell in row[:2]) not in _LISTS:
            continue
        readings = []
        for i in range(top + 1, len(sheet.rows)):
            well = well_of(sheet.rows[i][0])
            if well is None:
                break
            readings.append(Reading(well, (i, 1), sheet.rows[i][1].strip()))
        if readings:
            yield Drawn(row[0].strip(), top, top + len(readings), tuple(readings))
