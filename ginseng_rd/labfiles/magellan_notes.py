"""What Magellan writes below its readings: when and with what they were taken, and how each label was measured."""

from __future__ import annotations

import re
from pathlib import PureWindowsPath

from ginseng_rd.labfiles.plates import Well, tell_sample
from ginseng_rd.labfiles.source import Source
from ginseng_rd.labfiles.text_sheets import sheets_or_text
from ginseng_rd.labfiles.workbooks import Sheet

RAW = re.compile(r"Label\s*\d+|Raw data.*", re.I)
_WHEN = re.compile(r"Date of measurement:\s*(.+?)/Time of measurement:\s*(.+)")
_MEASUREMENT = re.compile(r"Measurement \d+:")
_LAYOUT = re.compile(r"(SM|ST|BL|NC|PC)(\d*)(?:_\d+)?")
_ROLES = {
    "SM": "sample",
    "ST": "standard",
    "BL": "blank",
    "NC": "negative control",
    "PC": "positive control",
}
_TEMPERATURE = re.compile(r"Meas\. temperature:\s*(?:(.+?):)?\s*([-\d.,]+)\s*°C")
_BEGINNINGS = ("Date of measurement:", "Measurement mode:")


def magellan_sheets(source: Source) -> list[Sheet]:
    """Return the sheets that tell in Magellan's words when or in which mode they were measured; a text is one sheet."""
    if not source.sheets and not any(words in source.text for words in _BEGINNINGS):
        return []
    return [sheet for sheet in sheets_or_text(source) if _says_when(sheet)]


def _says_when(sheet: Sheet) -> bool:
    first_cells = {row[0] for row in sheet.rows if row}  # in a long table many are alike
    return any(cell.strip().startswith(_BEGINNINGS) for cell in first_cells)


def read_notes(sheet: Sheet, first: int) -> tuple[dict[str, str], list[dict[str, str]]]:
    """Return what the lines from ``first`` on say of the run, and what they say of each measurement."""
    about: dict[str, str] = {}
    measurements: list[dict[str, str]] = []
    lines = [row[0].strip() for row in sheet.rows[first:] if row and row[0].strip()]
    for i, line in enumerate(lines):
        key, _, value = (part.strip() for part in line.partition(":"))
        if when := _WHEN.fullmatch(line):
            about["acquired"] = f"{when[1].strip()} {when[2].strip()}"
        elif line.casefold().endswith(".wsp"):
            about["data_file"] = PureWindowsPath(line).name
        elif line.casefold().endswith(".mth"):
            about["method"] = PureWindowsPath(line).name
        elif _MEASUREMENT.fullmatch(line):
            measurements.append({})
        elif key == "Measurement mode" and not measurements:
            measurements.append({key: value})
        elif key == "Instrument serial number":
            device = lines[i - 1] if i and ":" not in lines[i - 1] else ""
            about["instrument"] = f"{device} {value}".strip()
        elif warm := _TEMPERATURE.fullmatch(line):
            about[f"temperature {warm[1] or ''}".strip()] = warm[2]
        elif value and measurements and not line.startswith(("Meas. temperature", "Date:")):
            measurements[-1].setdefault(key, value)
        elif value and not measurements:
            about.setdefault(key, value)
    plates = [m["Plate definition file"] for m in measurements if "Plate definition file" in m]
    about |= {"plate": plates[0]} if plates else {}
    return about, measurements


def name_endpoint(measurement: dict[str, str]) -> tuple[str, str]:
    """Return what was read and its unit, from what is said of a measurement."""
    mode, unit = measurement.get("Measurement mode", "").casefold(), measurement.get("Unit", "")
    if mode.startswith("abs"):
        return f"absorbance {measurement.get('Measurement wavelength', '').removesuffix('nm').strip()} nm", unit or "OD"
    if mode.startswith("fluor"):
        nm = [
            measurement.get(f"{which} wavelength", "").removesuffix("nm").strip()
            for which in ("Excitation", "Emission")
        ]
        return f"fluorescence {'/'.join(nm)} nm", unit if unit != "" else "RFU"
    return mode or "reading", unit or "RLU"


def tell_layout(layout: str, well: Well) -> dict[str, str]:
    """Return sample and role by Magellan's name for a well, such as ``ST2_1``: the first of standard 2."""
    named = _LAYOUT.fullmatch(layout)
    if named is None:
        return tell_sample(layout, "", well)
    return {"sample": f"{named[1]}{named[2]}", "role": _ROLES[named[1]]}
