"""What an experiment found: sentences, figures with intervals, tables and pictures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ginseng_rd.records.estimate import Estimate

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Outcome:
    """The answer to one experiment, ready to be shown, recorded and held against an earlier one.

    ``metrics`` are the figures a repeat is compared on; ``figures`` are Plotly figures by name;
    ``cautions`` say what the reader must know before using the result.
    """

    sentences: tuple[str, ...]
    metrics: Mapping[str, Estimate]
    parameters: Mapping[str, str]
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    figures: Mapping[str, Any] = field(default_factory=dict)
    cautions: tuple[str, ...] = ()
