"""Chromeleon raw data exported to text: a trace point by point, which holds no results."""

from __future__ import annotations

import re
from typing import NoReturn

from ginseng_rd.errors import Finding, LabFileRejected, Place, Severity
from ginseng_rd.labfiles.source import Source

NAME = "Chromeleon raw trace"

_OF_CHROMELEON = re.compile(r"^(?:Data System\tChromeleon|URL\tchrom://|Generating Data System\tChromeleon)", re.M)
_DATA = re.compile(r"^(?:Raw Data|Chromatogram Data):\s*$", re.M)
_POINT = re.compile(r"^(-?\d+[.,]\d+)\t[^\t\n]*\t-?\d+(?:[.,]\d+)?\t?\r?$", re.M)
_STATED = re.compile(r"^Data Points\t(\d+)", re.M)


def recognises(source: Source) -> bool:
    """Tell a trace by the name of the data system above it and the heading of its points."""
    text = source.text
    return bool(_OF_CHROMELEON.search(text[:5000]) and _DATA.search(text[:20000]))


def read(source: Source) -> NoReturn:
    """Refuse the trace: raises LabFileRejected, which says how long it is and what to export instead."""
    times = [point[1] for point in _POINT.finditer(source.text)]
    stated = _STATED.search(source.text)
    count = f"{len(times)} points"
    if stated and stated[1] != str(len(times)):
        count = f"{len(times)} of {stated[1]} points"
    span = f", from {times[0]} to {times[-1]} min" if times else ""
    found = f"a Chromeleon trace of {count}{span}, without a peak table"
    remedy = "Export the integration results (the peak table) from Chromeleon, and upload those."
    finding = Finding(Severity.STOPS, "trace-only", Place(), found, "integrated peaks", remedy)
    raise LabFileRejected(source.name, [finding])
