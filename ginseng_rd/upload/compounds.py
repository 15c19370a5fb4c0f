"""Compounds on their way in: each structure is standardised and held against those that are known."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ginseng_rd.chemistry.compounds import Compound
from ginseng_rd.errors import Finding
from ginseng_rd.labfiles import TextTable
from ginseng_rd.records.readings import Readings

if TYPE_CHECKING:
    from ginseng_rd.chemistry.registration import CompoundDraft

_SEPARATORS = re.compile(r"[;\n]|,\s")  # of names that are written into one cell


@dataclass(frozen=True)
class Registrations:
    """What a file registers: new compounds, new names of known ones by code, and what there is to say of them."""

    compounds: tuple[Compound, ...] = ()
    names: dict[str, str] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()

    def joined(self, other: Registrations) -> Registrations:
        """Return what two tables of one file register."""
        compounds, findings = (*self.compounds, *other.compounds), (*self.findings, *other.findings)
        return Registrations(compounds, self.names | other.names, findings)


NOTHING = Registrations()


def draft_compounds(table: TextTable, part: Readings) -> list[CompoundDraft]:
    """Return what rows of the kind ``compound`` give to be registered."""
    # RDKit is loaded only by those who register.
    from ginseng_rd.chemistry.registration import CompoundDraft

    drafts = []
    for i in range(len(part)):
        said = {name: cells[i] or "" for name, cells in part.columns.items()}
        synonyms = (name.strip() for name in _SEPARATORS.split(said.pop("synonyms")))
        drawing = said.pop("structure")
        place = table.place(i, "structure")
        drafts.append(CompoundDraft(drawing, **said, synonyms=tuple(filter(None, synonyms)), place=place))
    return drafts


def judge_compounds(table: TextTable, part: Readings, known: Sequence[Compound]) -> Registrations:
    """Standardise the structures of a table of compounds, and tell which are new, known, or doubtful.

    A structure that is known gives its compound one more name: nothing is stored twice.
    """
    from ginseng_rd.chemistry.registration import Answer, CompoundRegister

    answers = CompoundRegister(known).judge_all(draft_compounds(table, part))
    new = [a.compound for a in answers if a.compound and a.answer is not Answer.SAME]
    names = {name: a.codes[0] for a in answers if a.answer is Answer.SAME for name in a.new_names}
    return Registrations(tuple(new), names, tuple(finding for a in answers for finding in a.findings))
