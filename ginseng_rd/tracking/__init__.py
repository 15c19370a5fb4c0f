"""Runs written to and read from MLflow."""

from ginseng_rd.tracking.ledger import Ledger, NewRun, RecordedRun, same_figures

__all__ = ["Ledger", "NewRun", "RecordedRun", "same_figures"]
