"""A company's own compounds: is this drawing new, or known under another name, salt, drawing or stereo form?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from ginseng_rd.chemistry.compounds import Compound
from ginseng_rd.chemistry.guarded import standardise_all
from ginseng_rd.chemistry.names import CompoundNames
from ginseng_rd.chemistry.standardisation import DrawingRead, Standardised, standardise, tautomer_block
from ginseng_rd.errors import Finding, Place, RecordRefused, Severity

_ISOTOPE = re.compile(r"\[\d")
_CONNECTIVITY = 14  # letters of an InChIKey that stand for atoms and bonds; stereo and isotopes follow


_NOWHERE = Place()


@dataclass(frozen=True, slots=True)
class CompoundDraft:
    """A compound as a file or a hand gave it: a drawing (SMILES, InChI or molfile) and its names, not yet judged.

    ``place`` says where it stands; in an SDF the row is the number of the record.
    """

    drawing: str
    code: str = ""
    name: str = ""
    korean_name: str = ""
    synonyms: tuple[str, ...] = ()
    cas: str = ""
    family: str = ""
    notes: str = ""
    place: Place = _NOWHERE


class Answer(StrEnum):
    """What a register says of a drawing. ``STEREO``, ``FLAT`` and ``TAUTOMER`` ask the person."""

    NEW = "new"
    SAME = "same as"
    SALT = "salt or free form of"
    LABELLED = "labelled form of"
    STEREO = "differs only in stereo from"
    FLAT = "flat or partial drawing of"
    TAUTOMER = "tautomer of"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Registration:
    """The answer of a register: ``answer`` and the ``codes`` it speaks of, what to store, and the findings.

    ``compound`` is what would be stored once every question is answered; it is nothing when a finding stops it,
    and the known compound itself when the drawing is the same as that one. ``new_names`` are the names given that
    no known compound has.
    """

    answer: Answer
    codes: tuple[str, ...]
    compound: Compound | None
    new_names: tuple[str, ...]
    findings: tuple[Finding, ...]

    def __str__(self) -> str:
        return " ".join(filter(None, (str(self.answer), ", ".join(self.codes))))

    @property
    def questions(self) -> tuple[str, ...]:
        """The codes of the findings that ask for a yes."""
        return tuple(f.code for f in self.findings if f.severity is Severity.ASKS)


@dataclass(frozen=True, slots=True)
class _Known:
    """A known compound with its substance: what is left without counter-ions."""

    compound: Compound
    key: str
    parent: str
    parent_key: str
    parent_formula: str

    @property
    def is_labelled(self) -> bool:
        return bool(_ISOTOPE.search(self.parent))


class CompoundRegister:
    """The known compounds, by structure and by name, against which drawings are judged.

    Compared are, in this order: the InChIKey of the whole (same); that of the substance without counter-ions
    (salt); its first block, which leaves stereo out (stereo isomer, flat drawing, labelled form); the canonical
    tautomer among those of one formula. Two flat drawings that agree may still be different isomers: they are the
    same only where no other isomer is known.
    """

    def __init__(self, compounds: Iterable[Compound]) -> None:
        self._compounds: list[Compound] = []
        self._names = CompoundNames([])
        self._by_key: dict[str, list[_Known]] = {}
        self._by_parent: dict[str, list[_Known]] = {}
        self._by_connectivity: dict[str, list[_Known]] = {}
        self._by_formula: dict[str, list[_Known]] = {}
        for compound in compounds:
            self._add(compound)

    def judge(self, draft: CompoundDraft) -> Registration:
        """Return what the register says of one draft; nothing is stored."""
        return self.judge_all([draft])[0]

    def judge_all(self, drafts: Sequence[CompoundDraft]) -> list[Registration]:
        """Return what the register says of each draft, those before it in the list counted as known."""
        scratch = CompoundRegister(self._compounds)
        answers = []
        for draft, read in zip(drafts, standardise_all([draft.drawing for draft in drafts]), strict=True):
            registration = scratch._judge(draft, read)
            if registration.compound and registration.answer is not Answer.SAME:
                scratch._add(registration.compound)
            answers.append(registration)
        return answers

    def _add(self, compound: Compound) -> None:
        self._names.add(compound)
        self._compounds.append(compound)
        known = _find_parent(compound)
        if known is None:
            return
        self._by_key.setdefault(known.key, []).append(known)
        self._by_parent.setdefault(known.parent_key, []).append(known)
        self._by_connectivity.setdefault(known.parent_key[:_CONNECTIVITY], []).append(known)
        self._by_formula.setdefault(known.parent_formula, []).append(known)

    def _judge(self, draft: CompoundDraft, read: DrawingRead) -> Registration:
        findings = [replace(finding, place=draft.place) for finding in read.findings]
        structure = read.structure
        if structure is None:
            return Registration(Answer.REFUSED, (), None, (), tuple(findings))
        answer, relatives = self._compare(structure)
        codes = tuple(known.compound.code for known in relatives)
        findings += _tell(answer, relatives, draft.place)
        same = relatives[0].compound if answer is Answer.SAME else None
        new_names, name_findings = self._check_names(draft, same)
        findings += name_findings
        compound = same
        if same is None and not any(finding.severity is Severity.STOPS for finding in findings):
            try:
                compound = _make_compound(draft, structure)
                self._names.add(compound)
            except RecordRefused as refusal:
                compound = None
                findings.append(_fault("compound-refused", draft.place, str(refusal), "right facts", "Correct them."))
        return Registration(answer, codes, compound, new_names, tuple(findings))

    def _compare(self, structure: Standardised) -> tuple[Answer, list[_Known]]:
        is_open = structure.stereo_status != "full"
        alike = self._by_connectivity.get(structure.parent_key[:_CONNECTIVITY], [])
        isomers = {known.parent_key for known in alike} | {structure.parent_key}
        same = self._by_key.get(structure.inchikey, [])
        parents = self._by_parent.get(structure.parent_key, [])
        # A drawing that leaves stereo open is known only where it cannot be confused with another isomer.
        if len(isomers) == 1 or not is_open:
            if same:
                return Answer.SAME, same
            if parents:
                return Answer.SALT, parents
        if labelled_alike := [known for known in alike if known.is_labelled == structure.is_labelled]:
            return (Answer.FLAT if is_open else Answer.STEREO), labelled_alike
        if alike:
            return Answer.LABELLED, alike
        same_formula = self._by_formula.get(structure.parent_formula, [])
        block = tautomer_block(structure.parent) if same_formula else ""
        tautomers = [known for known in same_formula if block and tautomer_block(known.parent) == block]
        return (Answer.TAUTOMER, tautomers) if tautomers else (Answer.NEW, [])

    def _check_names(self, draft: CompoundDraft, same: Compound | None) -> tuple[tuple[str, ...], list[Finding]]:
        """Return the names that nobody has yet, and a fault for each that another compound has."""
        findings = []
        if not draft.code.strip() and same is None:
            findings.append(_fault("compound-without-code", draft.place, "no code", "a short code", "Give it a code."))
        free = []
        for name in dict.fromkeys((draft.code, draft.name, draft.korean_name, *draft.synonyms)):
            if not name.strip():
                continue
            if not self._names.knows(name):
                free.append(name)
            elif (owner := self._names.code_of(name)) != (same.code if same else None):
                findings.append(
                    _fault("name-taken", draft.place, f"'{name}', a name of '{owner}'", "a name of its own",
                          "Correct the drawing or the name.")
                )  # fmt: skip
        return tuple(free), findings


def _find_parent(compound: Compound) -> _Known | None:
    """Return a stored compound with its substance; what was stored whole and without salt is taken as it is."""
    if not compound.smiles:
        return None
    key = compound.inchikey
    if key and compound.formula and "." not in compound.smiles:
        return _Known(compound, key, compound.smiles, key, compound.formula)
    structure = standardise(compound.smiles).structure
    if structure is None:
        return None
    return _Known(compound, structure.inchikey, structure.parent, structure.parent_key, structure.parent_formula)


def _make_compound(draft: CompoundDraft, structure: Standardised) -> Compound:
    salt = f"as {structure.salt}" if structure.salt else ""
    return Compound(
        code=draft.code.strip(),
        name=draft.name.strip() or draft.code.strip(),
        molar_mass=structure.molar_mass,
        korean_name=draft.korean_name,
        synonyms=draft.synonyms,
        family=draft.family,
        smiles=structure.smiles,
        stereo_status=structure.stereo_status,
        formula=structure.formula,
        inchikey=structure.inchikey,
        cas=draft.cas,
        cas_basis="as registered" if draft.cas else "",
        notes="; ".join(filter(None, (salt, draft.notes))),
    )


def _tell(answer: Answer, relatives: Sequence[_Known], place: Place) -> list[Finding]:
    """Return what a person is told, or asked, about the relation to known compounds."""
    if answer not in _TOLD:
        return []
    severity, code, found, expected, remedy = _TOLD[answer]
    codes = ", ".join(f"'{known.compound.code}'" for known in relatives)
    return [Finding(severity, code, place, found.format(codes), expected, remedy)]


# Where ``{}`` stands, the codes of the known compounds are named.
_TOLD = {
    Answer.SAME: (
        Severity.NOTES, "same-structure", "the structure of {}", "a new structure",
        "It is stored already; names it does not have yet can be added to it.",
    ),
    Answer.SALT: (
        Severity.NOTES, "same-substance", "another salt or the free form of {}", "a new substance",
        "It is kept beside it.",
    ),
    Answer.LABELLED: (
        Severity.NOTES, "labelled-form", "an isotope-labelled form of {}", "a new substance", "It is kept beside it.",
    ),
    Answer.STEREO: (
        Severity.ASKS, "other-stereo", "the atoms and bonds of {} with other stereo, or stereo where that has none",
        "a known or a new isomer", "Check the drawing; accept it if it is a compound of its own.",
    ),
    Answer.FLAT: (
        Severity.ASKS, "flat-drawing", "a drawing that leaves open which of {} it is", "every stereo centre drawn",
        "Draw them; accept it as it is only if the isomer is not known.",
    ),
    Answer.TAUTOMER: (
        Severity.ASKS, "other-tautomer", "a tautomer of {}", "a new substance",
        "Use the known compound; accept it if it is kept apart on purpose.",
    ),
}  # fmt: skip


def _fault(code: str, place: Place, found: str, expected: str, remedy: str) -> Finding:
    return Finding(Severity.STOPS, code, place, found, expected, remedy)
