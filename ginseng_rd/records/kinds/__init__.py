"""The columns of each kind of reading, declared once.

From these declarations come the recognition of a sheet's headings, the checks of its cells, the
columns of the database, the Excel templates, the data dictionary and the words in which faults are told.
"""

from ginseng_rd.records.kinds.bench import ACTIVITY, ASSAY, CONTENT, PEAK, SOLUTION
from ginseng_rd.records.kinds.compounds import COMPOUND
from ginseng_rd.records.kinds.declaration import Column, Holds, Kind, fold
from ginseng_rd.records.kinds.formulation_rules import FORMULATION_RULES
from ginseng_rd.records.kinds.formulations import (
    BATCH,
    BATCH_LINE,
    FORMULATION,
    LOCK,
    MAKE_STEP,
    PROPERTY,
    RECIPE,
    VERSION,
)
from ginseng_rd.records.kinds.material_rules import MATERIAL_RULES
from ginseng_rd.records.kinds.materials import EXTRACT, EXTRACT_INPUT, LOT, PROCESS_STEP
from ginseng_rd.records.kinds.purchasing import INGREDIENT, LIMIT, PRICE, SUBSTANCE
from ginseng_rd.records.kinds.rule import WideRule, stored_once
from ginseng_rd.records.kinds.studies import SKIN, STABILITY, SURVIVAL
from ginseng_rd.records.kinds.study_rules import SKIN_RULES, STABILITY_RULES, SURVIVAL_RULES
from ginseng_rd.records.kinds.trials import ADVERSE_EVENT, ALLOCATION, ARM, DROP_OUT, TRIAL

_MATERIALS = (LOT, EXTRACT, EXTRACT_INPUT, PROCESS_STEP)
_BENCH = (CONTENT, ASSAY, PEAK, ACTIVITY, SOLUTION)
_PURCHASES = (INGREDIENT, SUBSTANCE, PRICE, LIMIT)
_FORMULATIONS = (FORMULATION, VERSION, LOCK, RECIPE, MAKE_STEP, PROPERTY, BATCH, BATCH_LINE)
_STUDIES = (STABILITY, TRIAL, ARM, ALLOCATION, SKIN, DROP_OUT, ADVERSE_EVENT, SURVIVAL)
_REGISTRY = (COMPOUND,)

KINDS: dict[str, Kind] = {k.name: k for k in (*_BENCH, *_FORMULATIONS, *_MATERIALS, *_PURCHASES, *_STUDIES, *_REGISTRY)}

# What is written down once and not measured again.
_STORED_ONCE = (*_MATERIALS, *_PURCHASES, FORMULATION, VERSION, LOCK, MAKE_STEP, BATCH, BATCH_LINE, *_STUDIES)

# The rules across rows, of a whole file and with what the store holds.
WIDE_RULES: tuple[WideRule, ...] = (
    *MATERIAL_RULES,
    *FORMULATION_RULES,
    *STABILITY_RULES,
    *SKIN_RULES,
    *SURVIVAL_RULES,
    *(stored_once(kind.name, kind.identity) for kind in _STORED_ONCE),
)

__all__ = [
    "ACTIVITY",
    "ADVERSE_EVENT",
    "ALLOCATION",
    "ARM",
    "ASSAY",
    "BATCH",
    "BATCH_LINE",
    "COMPOUND",
    "CONTENT",
    "DROP_OUT",
    "EXTRACT",
    "EXTRACT_INPUT",
    "FORMULATION",
    "INGREDIENT",
    "KINDS",
    "LIMIT",
    "LOCK",
    "LOT",
    "MAKE_STEP",
    "PEAK",
    "PRICE",
    "PROCESS_STEP",
    "PROPERTY",
    "RECIPE",
    "SKIN",
    "SOLUTION",
    "STABILITY",
    "SUBSTANCE",
    "SURVIVAL",
    "TRIAL",
    "VERSION",
    "WIDE_RULES",
    "Column",
    "Holds",
    "Kind",
    "fold",
]
