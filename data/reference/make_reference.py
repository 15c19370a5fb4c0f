"""Make the packaged compound table from the collected reference sets.

    python data/reference/make_reference.py REFERENCE_FOLDER [DESTINATION]

REFERENCE_FOLDER holds ``compounds.csv`` and the ``SOURCES.md`` that explains its columns. ``compounds.csv`` and
``SOURCES.md`` are written to DESTINATION, by default the package's own ``chemistry/reference``.

A structure enters only if it may be used commercially and without share-alike. Where the source forbids that, the
structure built here from aglycone and sugars stands in its place; without one the compound is left out.
"""

from __future__ import annotations

import csv
import io
import sys
from collections import Counter
from dataclasses import dataclass, fields
from pathlib import Path
from textwrap import fill

from ginseng_rd.chemistry.compounds import Compound
from ginseng_rd.chemistry.structures import read_molecule, read_smiles

PACKAGED = Path(__file__).resolve().parents[2] / "ginseng_rd" / "chemistry" / "reference"

PERMITTED = ("CC BY 4.0 (", "CC BY (", "CC0 (", "MIT ", "dl-de/by-2-0 (", "PubChem record (public domain)")
CONSTRUCTED = "constructed for this project"

OWN_CODES = {
    "compound-k": "CK",
    "protopanaxadiol-20s": "PPD",
    "protopanaxadiol-20r": "20(R)-PPD",
    "protopanaxatriol-20s": "PPT",
    "protopanaxatriol-20r": "20(R)-PPT",
}
# Names in daily use that the collected table does not list.
OWN_SYNONYMS = {
    "compound-k": "C-K",
    "protopanaxadiol-20s": "Protopanaxadiol;프로토파낙사디올",
    "protopanaxatriol-20s": "Protopanaxatriol;프로토파낙사트리올",
}
# The aglycones a family can have; the epimer of the fresh plant first.
AGLYCONES = {
    "PPD": ("protopanaxadiol-20s", "protopanaxadiol-20r"),
    "PPT": ("protopanaxatriol-20s", "protopanaxatriol-20r"),
    "oleanane": ("oleanolic-acid",),
}


@dataclass(frozen=True)
class ChosenStructure:
    """The SMILES that enters the table and where it stands."""

    smiles: str
    stereo_status: str
    basis: str
    check: str
    source: str
    licence: str


def main(arguments: list[str]) -> int:
    if len(arguments) not in (1, 2):
        print(__doc__)
        return 2
    with (Path(arguments[0]) / "compounds.csv").open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    destination = Path(arguments[1]) if len(arguments) == 2 else PACKAGED
    compounds, left_out = select_compounds(rows)
    (destination / "compounds.csv").write_bytes(write_table(compounds).encode())
    (destination / "SOURCES.md").write_bytes(write_sources(compounds, left_out).encode())
    print(f"{len(compounds)} compounds written to {destination}")
    print(f"{len(left_out)} left out for their licence:")
    for row in left_out:
        print(f"  {row['name']}: {row['licence']}")
    return 0


def select_compounds(rows: list[dict[str, str]]) -> tuple[list[Compound], list[dict[str, str]]]:
    """Return the compounds whose structure may be used, and the rows that are left out."""
    chosen = {row["compound_id"]: structure for row in rows if (structure := choose_structure(row))}
    left_out = [row for row in rows if row["compound_id"] not in chosen]
    by_id = {row["compound_id"]: row for row in rows}
    compounds = [
        make_compound(by_id[compound_id], structure, find_aglycone(by_id[compound_id], structure, chosen, by_id))
        for compound_id, structure in chosen.items()
    ]
    return compounds, left_out


def choose_structure(row: dict[str, str]) -> ChosenStructure | None:
    """Return the structure of a row that may be used, published before constructed, or None."""
    if row["licence"].startswith(PERMITTED):
        if row["smiles_origin"].startswith("constructed"):
            # Only the key was published; the string was built to match it.
            check = row["smiles_origin"].removeprefix("constructed; ")
            return ChosenStructure(
                row["smiles"], row["stereo_status"], "constructed", check, row["source"], row["licence"]
            )
        return ChosenStructure(row["smiles"], row["stereo_status"], "published", "", row["source"], row["licence"])
    if not row["smiles_constructed"]:
        return None
    check = row["constructed_check"]
    status = "full" if check.startswith("equals a published") else "inferred"
    source = "built from the aglycone and the sugar chains of this row"
    return ChosenStructure(row["smiles_constructed"], status, "constructed", check, source, CONSTRUCTED)


def make_compound(row: dict[str, str], structure: ChosenStructure, aglycone: str) -> Compound:
    """Return the compound of a row; formula, key and molar mass are computed from the chosen structure alone."""
    computed = read_smiles(structure.smiles)
    synonyms = [*row["synonyms"].split(";"), *OWN_SYNONYMS.get(row["compound_id"], "").split(";")]
    return Compound(
        code=code_of(row),
        name=row["name"],
        molar_mass=round(computed.molar_mass, 3),
        korean_name=row["korean_name"],
        synonyms=tuple(name for name in synonyms if name),
        family=row["family"],
        aglycone=aglycone,
        sugar_c3=row["sugar_C3"],
        sugar_c6=row["sugar_C6"],
        sugar_c20=row["sugar_C20"],
        sugar_other=row["sugar_other"],
        smiles=structure.smiles,
        stereo_status=structure.stereo_status,
        structure_basis=structure.basis,
        structure_check=structure.check,
        formula=computed.formula,
        inchikey=computed.inchikey,
        pubchem_cid=row["pubchem_cid"],
        pubchem_cid_basis=row["pubchem_cid_basis"],
        cas=row["cas"],
        cas_basis=row["cas_basis"],
        source=structure.source,
        licence=structure.licence,
        notes=row["notes"],
    )


def code_of(row: dict[str, str]) -> str:
    """Return a ginsenoside's short name, anything else's name; 20(S), the fresh plant's epimer, goes unmarked."""
    if row["compound_id"] in OWN_CODES:
        return OWN_CODES[row["compound_id"]]
    name = row["name"].removeprefix("20(S)-")
    if name.startswith("Malonylginsenoside "):
        return name.replace("Malonylginsenoside ", "m-")
    if name.startswith(("Ginsenoside ", "20(R)-Ginsenoside ")):
        return name.replace("Ginsenoside ", "")
    return name


def find_aglycone(
    row: dict[str, str],
    structure: ChosenStructure,
    chosen: dict[str, ChosenStructure],
    by_id: dict[str, dict[str, str]],
) -> str:
    """Return the code of the aglycone that lies in the structure, or nothing where the skeleton was changed.

    A flat or partial structure may not show its C-20 epimer; the fresh plant's is taken then.
    """
    molecule = read_molecule(structure.smiles)
    is_drawn_in_full = structure.stereo_status in ("full", "inferred")
    for compound_id in AGLYCONES.get(row["family"], ()):
        skeleton = read_molecule(chosen[compound_id].smiles)
        if molecule.HasSubstructMatch(skeleton, useChirality=is_drawn_in_full):
            return code_of(by_id[compound_id])
    return ""


def write_table(compounds: list[Compound]) -> str:
    """Return the table as CSV text, one column a field of ``Compound``."""
    text = io.StringIO()
    columns = [field.name for field in fields(Compound)]
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    for compound in compounds:
        values = {column: getattr(compound, column) for column in columns}
        values |= {"molar_mass": f"{compound.molar_mass:.3f}", "synonyms": ";".join(compound.synonyms)}
        writer.writerow(values.values())
    return text.getvalue()


def write_sources(compounds: list[Compound], left_out: list[dict[str, str]]) -> str:
    """Return the attributions as Markdown, with counts."""
    licences = Counter(compound.licence for compound in compounds)
    reasons = Counter(row["licence"] for row in left_out)
    published = sum(compound.structure_basis == "published" for compound in compounds)
    stereo = Counter(compound.stereo_status for compound in compounds)
    return SOURCES.format(
        total=len(compounds),
        published=published,
        constructed=len(compounds) - published,
        stereo=", ".join(f"{count} {status}" for status, count in stereo.most_common()),
        licences="\n".join(f"| {licence} | {count} |" for licence, count in licences.most_common()),
        left_out=len(left_out),
        reasons="\n".join(f"| {licence} | {count} |" for licence, count in reasons.most_common()),
        names=fill(", ".join(row["name"] for row in left_out), width=120, break_on_hyphens=False),
    )


SOURCES = """\
# Sources of compounds.csv

Written by `data/reference/make_reference.py`; change that, not this.

{total} compounds: {published} with a published structure, {constructed} with one constructed for this project.
Stereo: {stereo}.
Formula, InChIKey and molar mass (average, g/mol) are computed by RDKit from the SMILES of the row.
The columns mean what `ginseng_rd.chemistry.compounds.Compound` says; `source` and `licence` hold row by row:
`source` names first where the structure comes from, then the records it was compared with.

| licence of the structure | compounds |
| --- | --- |
{licences}

## Attribution

- **ChEBI**, European Bioinformatics Institute: names and structures of release 195, CC BY 4.0
  (<https://creativecommons.org/licenses/by/4.0/>). SMILES were written by RDKit from the ChEBI InChI.
  Hastings J et al. 2016, doi 10.1093/nar/gkv1031.
- **MassBank**, MassBank consortium and contributors, snapshot of 2025-05-05: SMILES only from records under CC0, CC BY
  or the Data licence Germany attribution 2.0 (<https://www.govdata.de/dl-de/by-2-0>), named in `source`; CAS numbers
  only where at least 60 % of its records agree.
- **PubChem**, National Library of Medicine: records in the public domain, some reached through the RepoRT collection,
  whose own compilation (CC BY-SA 4.0) is not copied.
- **HerbiV**, MLi-lab, Nanjing University of Chinese Medicine: flat structures, CID and CAS at name level. MIT licence.
- **Constructed for this project**: built from the aglycone and the sugar chains. `structure_check` says whether the
  result equals a published key or whether stereo and the kind of pentose are inferred. An inferred structure is not a
  published one.

Identifiers at name level (see `pubchem_cid_basis`, `cas_basis`) were not matched by stereo: check before use. Korean
names are transliterations entered by hand. The role in the notes of reference actives is a working suggestion.

## Left out

For {left_out} compounds the collected sets hold no structure that may be used commercially without share-alike.

| licence of the only structure | compounds |
| --- | --- |
{reasons}

{names}.
"""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
