"""Compounds, and the reference table of saponins, aglycones and reference actives."""

from __future__ import annotations

import csv
import io
import math
import re
from dataclasses import dataclass, fields
from functools import cache
from html import escape
from importlib.resources import files
from typing import Any

from ginseng_rd.errors import RecordRefused

_INCHIKEY = re.compile(r"[A-Z]{14}-[A-Z]{10}-[A-Z]")
_CAS = re.compile(r"(\d{2,7})-(\d{2})-(\d)")
_STEREO_STATUSES = ("", "full", "partial", "flat", "inferred")
_STRUCTURE_BASES = ("", "published", "constructed")


@dataclass(frozen=True)
class Compound:
    """A pure substance. ``code`` names it in tables and files; ``molar_mass`` is in g/mol.

    ``family`` is PPD, PPT, oleanane, ocotillol ... or ``reference active``; ``aglycone`` is the code of what is
    left when all sugars are gone. The sugar chains stand outermost sugar first, with ``none`` for a position
    without sugar and nothing where the position does not exist or is not known.

    ``stereo_status`` is ``full``, ``partial`` or ``flat`` as the source drew it, and ``inferred`` where stereo
    was reasoned from related compounds. ``structure_basis`` is ``published`` or ``constructed`` (built from
    aglycone and sugars, with ``structure_check`` saying how far that was confirmed). Identifiers carry their
    basis: one found at name level may belong to an epimer. Text that is not known is empty.
    """

    code: str
    name: str
    molar_mass: float
    korean_name: str = ""
    synonyms: tuple[str, ...] = ()
    family: str = ""
    aglycone: str = ""
    sugar_c3: str = ""
    sugar_c6: str = ""
    sugar_c20: str = ""
    sugar_other: str = ""
    smiles: str = ""
    stereo_status: str = ""
    structure_basis: str = ""
    structure_check: str = ""
    formula: str = ""
    inchikey: str = ""
    pubchem_cid: str = ""
    pubchem_cid_basis: str = ""
    cas: str = ""
    cas_basis: str = ""
    source: str = ""
    licence: str = ""
    notes: str = ""

    def __post_init__(self) -> None:
        if not self.code.strip() or not self.name.strip():
            raise RecordRefused(f"A compound needs a code and a name, but '{self.code}' and '{self.name}' were given.")
        if not (math.isfinite(self.molar_mass) and self.molar_mass > 0):
            raise RecordRefused(f"'{self.code}' has a molar mass of {self.molar_mass} g/mol, but it lies above 0.")
        if self.stereo_status not in _STEREO_STATUSES:
            raise RecordRefused(
                f"The stereo status of '{self.code}' is full, partial, flat or inferred, not '{self.stereo_status}'."
            )
        if self.structure_basis not in _STRUCTURE_BASES:
            raise RecordRefused(
                f"The structure of '{self.code}' is published or constructed, not '{self.structure_basis}'."
            )
        if self.inchikey and not _INCHIKEY.fullmatch(self.inchikey):
            raise RecordRefused(f"'{self.code}' has the InChIKey '{self.inchikey}', which is not one.")
        if self.cas and not _is_cas_number(self.cas):
            raise RecordRefused(f"'{self.code}' has the CAS number '{self.cas}', whose check digit does not agree.")

    def __str__(self) -> str:
        title = " · ".join(dict.fromkeys(part for part in (self.code, self.name, self.korean_name) if part))
        facts = [f"{label:<10}  {text}" for label, text in self._facts()]
        return "\n  ".join([title, *facts])

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><th style='text-align:left'>{escape(label)}</th><td style='text-align:left'>{escape(value)}</td></tr>"
            for label, value in (("name", self.name), ("Korean name", self.korean_name), *self._facts())
            if value
        )
        return (
            "<div style='display:flex;flex-wrap:wrap;gap:1em;align-items:center'>"
            f"{self._drawing()}<table>{rows}</table></div>"
        )

    def _drawing(self) -> str:
        if not self.smiles:
            return ""
        # RDKit is loaded only by those who draw.
        from ginseng_rd.chemistry.structures import draw_svg

        return draw_svg(self.smiles, width=360, height=260, legend=self.code)

    def _facts(self) -> list[tuple[str, str]]:
        """Return what is worth showing as (label, text), without what is empty."""
        sugars = (("C-3", self.sugar_c3), ("C-6", self.sugar_c6), ("C-20", self.sugar_c20), ("", self.sugar_other))
        stereo = f"{self.stereo_status} stereo" if self.stereo_status else ""
        basis = f"{self.structure_basis} ({self.structure_check})" if self.structure_check else self.structure_basis
        facts = [
            ("synonyms", ", ".join(self.synonyms)),
            ("formula", self.formula),
            ("molar mass", f"{self.molar_mass:.2f} g/mol"),
            ("family", self.family),
            ("sugars", ", ".join(f"{at} {chain}".strip() for at, chain in sugars if chain)),
            ("structure", ", ".join(part for part in (stereo, basis) if part)),
        ]
        return [(label, text) for label, text in facts if text]


@cache
def reference_compounds() -> tuple[Compound, ...]:
    """Return the compounds of the packaged table, in its order.

    Sources and licences stand row by row in the table and, summed up, in ``reference/SOURCES.md`` beside it.
    """
    table = files("ginseng_rd.chemistry").joinpath("reference", "compounds.csv")
    rows = csv.DictReader(io.StringIO(table.read_text(encoding="utf-8")))
    return tuple(_read_compound(row) for row in rows)


def _read_compound(row: dict[str, str]) -> Compound:
    values: dict[str, Any] = {field.name: row[field.name] for field in fields(Compound)}
    values["molar_mass"] = float(row["molar_mass"])
    values["synonyms"] = tuple(part for part in row["synonyms"].split(";") if part)
    return Compound(**values)


def _is_cas_number(text: str) -> bool:
    match = _CAS.fullmatch(text)
    if not match:
        return False
    digits = match[1] + match[2]
    return sum(place * int(digit) for place, digit in enumerate(reversed(digits), start=1)) % 10 == int(match[3])
