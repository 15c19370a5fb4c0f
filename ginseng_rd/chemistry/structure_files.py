"""Compounds written out as SDF and CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import fields

from rdkit import Chem

from ginseng_rd.chemistry.compounds import Compound
from ginseng_rd.chemistry.orientation import orient
from ginseng_rd.chemistry.structures import read_molecule
from ginseng_rd.words import keep_as_text


def write_sdf(compounds: Iterable[Compound]) -> bytes:
    """Return an SDF, UTF-8, with one record a compound: the structure, drawn as everywhere here, and its facts.

    A compound without a structure has a record without atoms.
    """
    return "".join(_write_record(compound) for compound in compounds).encode("utf-8")


def write_compounds_csv(compounds: Iterable[Compound]) -> bytes:
    """Return a CSV, UTF-8 as Excel knows it, with one column a fact of ``Compound`` and synonyms joined by ``;``.

    A text that a spreadsheet would calculate is led by an apostrophe.
    """
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(field.name for field in fields(Compound))
    for compound in compounds:
        writer.writerow(keep_as_text(text) for _, text in _facts(compound))
    return buffer.getvalue().encode("utf-8-sig")


def _write_record(compound: Compound) -> str:
    molecule = read_molecule(compound.smiles) if compound.smiles else Chem.Mol()
    if compound.smiles:
        orient(molecule)
    molecule.SetProp("_Name", _on_one_line(compound.code))
    block: str = Chem.MolToMolBlock(molecule)
    told = "".join(f"> <{name}>\n{_on_one_line(text)}\n\n" for name, text in _facts(compound) if text)
    return f"{block}{told}$$$$\n"


def _facts(compound: Compound) -> list[tuple[str, str]]:
    """Return every field of a compound as text."""
    values = ((field.name, getattr(compound, field.name)) for field in fields(Compound))
    return [(name, ";".join(value) if isinstance(value, tuple) else str(value)) for name, value in values]


def _on_one_line(text: str) -> str:
    """Return ``text`` without line breaks: a blank line would end the field, ``$$$$`` the record."""
    return " ".join(text.split())
