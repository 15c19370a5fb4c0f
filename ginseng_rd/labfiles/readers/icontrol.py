"""Tecan i-control workbooks and text files: endpoint and kinetic readings, label by label."""

from __future__ import annotations

from ginseng_rd.labfiles.source import Source
from ginseng_rd.labfiles.tables import LabFile
from ginseng_rd.labfiles.tecan import read_runs
from ginseng_rd.labfiles.tecan_runs import sheets_of

NAME = "Tecan i-control"

_APPLICATION = "Tecan i-control"


def recognises(source: Source) -> bool:
    """Tell it by the line that names the program."""
    return bool(sheets_of(source, _APPLICATION))


def read(source: Source) -> LabFile:
    """Return one assay table a sheet; see ``tecan`` for what is told."""
    return read_runs(source, _APPLICATION, NAME)
