"""ginseng_rd: ginsenoside and formulation-trial data, anti-aging efficacy, experiments in MLflow.

>>> import ginseng_rd as grd                                # doctest: +SKIP
>>> ws = grd.open_workspace("lab", create=True)             # doctest: +SKIP
>>> ws.compounds["진세노사이드 Rg3"].code                     # doctest: +SKIP
'Rg3'

The names below are the public ones. Each is loaded when it is first used, so that importing the
package costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ginseng_rd.efficacy.dose_response import DoseResponse as DoseResponse
    from ginseng_rd.efficacy.dose_response import fit_dose_response as fit_dose_response
    from ginseng_rd.efficacy.dose_response import fit_dose_responses as fit_dose_responses
    from ginseng_rd.efficacy.normalisation import normalise_to_controls as normalise_to_controls
    from ginseng_rd.errors import GinsengError as GinsengError
    from ginseng_rd.errors import LabFileRejected as LabFileRejected
    from ginseng_rd.upload import Sheet as Sheet
    from ginseng_rd.workspace import Workspace as Workspace
    from ginseng_rd.workspace import open_workspace as open_workspace

__version__ = "0.1.0"

_HOME = {
    "DoseResponse": "ginseng_rd.efficacy.dose_response",
    "GinsengError": "ginseng_rd.errors",
    "LabFileRejected": "ginseng_rd.errors",
    "Sheet": "ginseng_rd.upload",
    "Workspace": "ginseng_rd.workspace",
    "fit_dose_response": "ginseng_rd.efficacy.dose_response",
    "fit_dose_responses": "ginseng_rd.efficacy.dose_response",
    "normalise_to_controls": "ginseng_rd.efficacy.normalisation",
    "open_workspace": "ginseng_rd.workspace",
}

__all__ = ["__version__", *_HOME]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'ginseng_rd' has no attribute '{name}'")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
