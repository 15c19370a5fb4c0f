"""Formulations side by side: what differs in the recipe, what differs in the result, and which of it is real."""

from ginseng_rd.comparison.contrasts import Difference
from ginseng_rd.comparison.desk import MOST, compare
from ginseng_rd.comparison.ranking import Desire
from ginseng_rd.comparison.result import Comparison

__all__ = ["MOST", "Comparison", "Desire", "Difference", "compare"]
