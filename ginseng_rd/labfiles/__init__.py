"""Lab files: bytes in; tables of text, typed readings and findings out. No database.

``read_lab_file`` recognises a format and lays its cells out as text; ``judge`` turns such a
table into numbers in canonical units and names every cell that does not hold what it should.
"""

from ginseng_rd.labfiles.judgement import judge
from ginseng_rd.labfiles.registry import headings_of, read_lab_file
from ginseng_rd.labfiles.tables import LabFile, TextTable

__all__ = ["LabFile", "TextTable", "headings_of", "judge", "read_lab_file"]
