"""What stands on what: a code up to its lots and down to its results, and what is in doubt with it."""

from ginseng_rd.lineage.ancestry import Lineage, Node, lineage
from ginseng_rd.lineage.doubt import Doubt, Doubtful, doubt_of_uploads, in_doubt
from ginseng_rd.lineage.things import Edge, Thing
from ginseng_rd.lineage.walk import ResultSet

__all__ = [
    "Doubt",
    "Doubtful",
    "Edge",
    "Lineage",
    "Node",
    "ResultSet",
    "Thing",
    "doubt_of_uploads",
    "in_doubt",
    "lineage",
]
