"""Experiments: a question in a file, answered from the store and recorded in MLflow."""

from ginseng_rd.experiments.desk import FinishedRun, find_run, fingerprint, run_experiment

__all__ = ["FinishedRun", "find_run", "fingerprint", "run_experiment"]
