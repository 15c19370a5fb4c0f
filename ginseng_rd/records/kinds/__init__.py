"""The columns of each kind of reading, declared once.

From these declarations come the recognition of a sheet's headings, the checks of its cells, the
columns of the database, the Excel templates, the data dictionary and the words in which faults are told.
"""

from ginseng_rd.records.kinds.bench import ACTIVITY, ASSAY, CONTENT, PEAK, SOLUTION
from ginseng_rd.records.kinds.declaration import Column, Holds, Kind, fold
from ginseng_rd.records.kinds.formulations import BATCH, BATCH_LINE, PROPERTY, RECIPE
from ginseng_rd.records.kinds.materials import EXTRACT, EXTRACT_INPUT, LOT, PROCESS_STEP
from ginseng_rd.records.kinds.studies import SKIN, STABILITY, SURVIVAL

_MATERIALS = (LOT, EXTRACT, EXTRACT_INPUT, PROCESS_STEP)
_BENCH = (CONTENT, ASSAY, PEAK, ACTIVITY, SOLUTION)
_FORMULATIONS = (RECIPE, PROPERTY, BATCH, BATCH_LINE)
_STUDIES = (STABILITY, SKIN, SURVIVAL)

KINDS: dict[str, Kind] = {k.name: k for k in (*_BENCH, *_FORMULATIONS, *_MATERIALS, *_STUDIES)}

__all__ = [
    "ACTIVITY",
    "ASSAY",
    "BATCH",
    "BATCH_LINE",
    "CONTENT",
    "EXTRACT",
    "EXTRACT_INPUT",
    "KINDS",
    "LOT",
    "PEAK",
    "PROCESS_STEP",
    "PROPERTY",
    "RECIPE",
    "SKIN",
    "SOLUTION",
    "STABILITY",
    "SURVIVAL",
    "Column",
    "Holds",
    "Kind",
    "fold",
]
