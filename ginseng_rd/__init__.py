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
    from ginseng_rd.efficacy.arrhenius import fit_arrhenius as fit_arrhenius
    from ginseng_rd.efficacy.challenge_test import judge_challenge as judge_challenge
    from ginseng_rd.efficacy.cox import fit_cox as fit_cox
    from ginseng_rd.efficacy.curve_area import choose_curve_model as choose_curve_model
    from ginseng_rd.efficacy.curve_area import find_selectivity as find_selectivity
    from ginseng_rd.efficacy.dose_response import DoseResponse as DoseResponse
    from ginseng_rd.efficacy.dose_response import fit_dose_response as fit_dose_response
    from ginseng_rd.efficacy.dose_response import fit_dose_responses as fit_dose_responses
    from ginseng_rd.efficacy.dose_response_models import fit_curve_model as fit_curve_model
    from ginseng_rd.efficacy.dose_response_models import fit_curve_models as fit_curve_models
    from ginseng_rd.efficacy.group_comparison import compare_pairs as compare_pairs
    from ginseng_rd.efficacy.group_comparison import compare_two_groups as compare_two_groups
    from ginseng_rd.efficacy.group_comparison import compare_with_control as compare_with_control
    from ginseng_rd.efficacy.lifetime_models import fit_lifetimes as fit_lifetimes
    from ginseng_rd.efficacy.maximum_lifespan import compare_maximum_lifespan as compare_maximum_lifespan
    from ginseng_rd.efficacy.missing_data import find_tipping_point as find_tipping_point
    from ginseng_rd.efficacy.mixed_model import MixedModel as MixedModel
    from ginseng_rd.efficacy.mixed_model import compare_nested as compare_nested
    from ginseng_rd.efficacy.multiplicity import adjust_gates as adjust_gates
    from ginseng_rd.efficacy.multiplicity import adjust_p_values as adjust_p_values
    from ginseng_rd.efficacy.normalisation import normalise_to_controls as normalise_to_controls
    from ginseng_rd.efficacy.random_effects import fit_random_effects as fit_random_effects
    from ginseng_rd.efficacy.repeated_measures import fit_mmrm as fit_mmrm
    from ginseng_rd.efficacy.responders import compare_responders as compare_responders
    from ginseng_rd.efficacy.responders import fit_marginal_logistic as fit_marginal_logistic
    from ginseng_rd.efficacy.responders import responds as responds
    from ginseng_rd.efficacy.sample_size import plan_paired as plan_paired
    from ginseng_rd.efficacy.sample_size import plan_parallel as plan_parallel
    from ginseng_rd.efficacy.sample_size import plan_split_face as plan_split_face
    from ginseng_rd.efficacy.sample_size import simulate_parallel_trials as simulate_parallel_trials
    from ginseng_rd.efficacy.stability import fit_shelf_life as fit_shelf_life
    from ginseng_rd.efficacy.survival import kaplan_meier as kaplan_meier
    from ginseng_rd.efficacy.survival import restricted_means as restricted_means
    from ginseng_rd.efficacy.survival_tests import compare_survival as compare_survival
    from ginseng_rd.efficacy.survival_tests import compare_survival_pairs as compare_survival_pairs
    from ginseng_rd.efficacy.survival_times import read_survival as read_survival
    from ginseng_rd.efficacy.synergy import find_synergy as find_synergy
    from ginseng_rd.efficacy.trials import TrialComparison as TrialComparison
    from ginseng_rd.efficacy.trials import analyse_crossover as analyse_crossover
    from ginseng_rd.efficacy.trials import analyse_parallel_trial as analyse_parallel_trial
    from ginseng_rd.efficacy.trials import analyse_split_face as analyse_split_face
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
    "MixedModel": "ginseng_rd.efficacy.mixed_model",
    "Sheet": "ginseng_rd.upload",
    "TrialComparison": "ginseng_rd.efficacy.trials",
    "Workspace": "ginseng_rd.workspace",
    "adjust_gates": "ginseng_rd.efficacy.multiplicity",
    "adjust_p_values": "ginseng_rd.efficacy.multiplicity",
    "analyse_crossover": "ginseng_rd.efficacy.trials",
    "analyse_parallel_trial": "ginseng_rd.efficacy.trials",
    "analyse_split_face": "ginseng_rd.efficacy.trials",
    "choose_curve_model": "ginseng_rd.efficacy.curve_area",
    "compare_maximum_lifespan": "ginseng_rd.efficacy.maximum_lifespan",
    "compare_nested": "ginseng_rd.efficacy.mixed_model",
    "compare_pairs": "ginseng_rd.efficacy.group_comparison",
    "compare_responders": "ginseng_rd.efficacy.responders",
    "compare_survival": "ginseng_rd.efficacy.survival_tests",
    "compare_survival_pairs": "ginseng_rd.efficacy.survival_tests",
    "compare_two_groups": "ginseng_rd.efficacy.group_comparison",
    "compare_with_control": "ginseng_rd.efficacy.group_comparison",
    "find_selectivity": "ginseng_rd.efficacy.curve_area",
    "find_synergy": "ginseng_rd.efficacy.synergy",
    "find_tipping_point": "ginseng_rd.efficacy.missing_data",
    "fit_arrhenius": "ginseng_rd.efficacy.arrhenius",
    "fit_cox": "ginseng_rd.efficacy.cox",
    "fit_curve_model": "ginseng_rd.efficacy.dose_response_models",
    "fit_curve_models": "ginseng_rd.efficacy.dose_response_models",
    "fit_dose_response": "ginseng_rd.efficacy.dose_response",
    "fit_dose_responses": "ginseng_rd.efficacy.dose_response",
    "fit_lifetimes": "ginseng_rd.efficacy.lifetime_models",
    "fit_marginal_logistic": "ginseng_rd.efficacy.responders",
    "fit_mmrm": "ginseng_rd.efficacy.repeated_measures",
    "fit_random_effects": "ginseng_rd.efficacy.random_effects",
    "fit_shelf_life": "ginseng_rd.efficacy.stability",
    "judge_challenge": "ginseng_rd.efficacy.challenge_test",
    "kaplan_meier": "ginseng_rd.efficacy.survival",
    "normalise_to_controls": "ginseng_rd.efficacy.normalisation",
    "open_workspace": "ginseng_rd.workspace",
    "plan_paired": "ginseng_rd.efficacy.sample_size",
    "plan_parallel": "ginseng_rd.efficacy.sample_size",
    "plan_split_face": "ginseng_rd.efficacy.sample_size",
    "read_survival": "ginseng_rd.efficacy.survival_times",
    "responds": "ginseng_rd.efficacy.responders",
    "restricted_means": "ginseng_rd.efficacy.survival",
    "simulate_parallel_trials": "ginseng_rd.efficacy.sample_size",
}

__all__ = ["__version__", *_HOME]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'ginseng_rd' has no attribute '{name}'")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
