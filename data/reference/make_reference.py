"""Make the packaged compound and conversion tables from the collected reference sets.

    python data/reference/make_reference.py REFERENCE_FOLDER [DESTINATION]

REFERENCE_FOLDER holds ``compounds.csv``, ``conversions.csv`` and the ``SOURCES.md`` that explains their columns. Tables
of the same names and a ``SOURCES.md`` are written to DESTINATION, by default the package's own ``chemistry/reference``.

A structure enters only if it may be used commercially and without share-alike. Where the source forbids that, the
structure built here from aglycone and sugars stands in its place; without one the compound is left out.
A conversion enters if it is a fact from a cited publication. What the reactions of the package predict between two
compounds of the table, and no entered publication reports, follows, marked as predicted.
"""

from __future__ import annotations

import csv
import io
import re
import sys
from collections import Counter
from dataclasses import dataclass, fields
from pathlib import Path
from textwrap import fill

from ginseng_rd.chemistry.compounds import Compound
from ginseng_rd.chemistry.conversions import Conversion, Kind
from ginseng_rd.chemistry.glycosides import glycoside_of
from ginseng_rd.chemistry.reactions import predict_products
from ginseng_rd.chemistry.structures import read_molecule, read_smiles
from ginseng_rd.chemistry.sugar_structures import build_smiles

CITED_FACT = "fact from a cited publication"
EDGE_KINDS = {
    "hydrolysis": Kind.HYDROLYSIS,
    "deglycosylation": Kind.HYDROLYSIS,
    "demalonylation": Kind.ESTER_LOSS,
    "dehydration": Kind.DEHYDRATION,
    "glucosylation": Kind.GLYCOSYLATION,
    "rhamnosylation": Kind.GLYCOSYLATION,
    "C12 hydroxylation": Kind.HYDROXYLATION,
    "C6 hydroxylation": Kind.HYDROXYLATION,
}
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
# What building every structure from its parts brought to light.
OWN_NOTES = {
    "panaxatriol": "the deposited structure has C-6 inverted against protopanaxatriol",
    "ginsenoside-f4": "the deposited structure draws 20(22)Z, the sugars of this row say 20(22)E",
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
    edges, forbidden = read_edges(Path(arguments[0]), {row["compound_id"]: code_of(row) for row in rows})
    conversions = [*edges, *predict_conversions(compounds, edges)]
    (destination / "compounds.csv").write_bytes(write_table(compounds).encode())
    (destination / "conversions.csv").write_bytes(write_conversions(conversions).encode())
    (destination / "SOURCES.md").write_bytes(write_sources(compounds, left_out, conversions, forbidden).encode())
    print(f"{len(compounds)} compounds and {len(conversions)} conversions written to {destination}")
    print(f"{len(forbidden)} conversions left out for their licence")
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
        notes=row["notes"] or OWN_NOTES.get(row["compound_id"], ""),
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


def read_edges(folder: Path, codes: dict[str, str]) -> tuple[list[Conversion], list[Conversion]]:
    """Return the collected conversions: those that may be packaged, and those that may not."""
    permitted: list[Conversion] = []
    forbidden: list[Conversion] = []
    with (folder / "conversions.csv").open(encoding="utf-8-sig", newline="") as lines:
        for row in csv.DictReader(lines):
            may = row["licence"] == CITED_FACT and not row["citation"].startswith("KEGG")
            (permitted if may else forbidden).append(read_edge(row, codes))
    return permitted, forbidden


def read_edge(row: dict[str, str], codes: dict[str, str]) -> Conversion:
    """Return one collected conversion in the words of the package."""
    named = row["reaction_kind"].removeprefix("biosynthesis: ")
    kind = next(kind for start, kind in EDGE_KINDS.items() if named.startswith(start))
    activity = named.removeprefix("hydrolysis: ") if named.startswith("hydrolysis: ") else ""
    inferred = "inferred" in row["status"]
    return Conversion(
        substrate=codes[row["substrate_id"]],
        product=codes[row["product_id"]],
        kind=kind,
        site=row["site"].removesuffix(" sugar ester"),
        group=row["group_transferred"] or "O",
        activity=activity.partition(" (")[0],
        agent=row["enzyme_or_agent"],
        ec=row["ec_number"],
        conditions=re.sub(r"(?<=\d) C\b", " °C", row["conditions"]),
        km_mm=float(row["km_mM"]) if row["km_mM"] else None,
        vmax_mm_per_h=float(row["vmax_mM_per_h"]) if row["vmax_mM_per_h"] else None,
        citation=row["citation"] or row["source"].partition(" (")[0],
        basis="product inferred" if inferred else "reported",
        notes="; ".join(part for part in (row["status"] if inferred else "", row["notes"]) if part),
    )


def predict_conversions(compounds: list[Compound], reported: list[Conversion]) -> list[Conversion]:
    """Return what one reaction makes of one compound of the table into another, where no publication says so."""
    drawn = {compound.code: smiles for compound in compounds if (smiles := drawn_in_full(compound))}
    keys = {read_smiles(smiles).inchikey: code for code, smiles in drawn.items()}
    inferred = {compound.code for compound in compounds if compound.stereo_status in ("flat", "partial")}
    known = {(edge.substrate, edge.product) for edge in reported}
    predicted: list[Conversion] = []
    for code, smiles in drawn.items():
        for made in predict_products(smiles, known=keys):
            if made.code and (code, made.code) not in known:
                known.add((code, made.code))
                flat = sorted({code, made.code} & inferred)
                notes = f"stereo of {' and '.join(flat)} inferred" if flat else ""
                predicted.append(
                    Conversion(code, made.code, made.kind, made.site, made.group, basis="predicted", notes=notes)
                )
    return predicted


def drawn_in_full(compound: Compound) -> str:
    """Return the structure to predict from: of a flat saponin the one built from its chains, of an active nothing."""
    if compound.family == "reference active":
        return ""
    described = glycoside_of(compound) if compound.stereo_status in ("flat", "partial") else None
    return build_smiles(described) if described else compound.smiles


def write_conversions(conversions: list[Conversion]) -> str:
    """Return the table as CSV text, one column a field of ``Conversion``."""
    text = io.StringIO()
    columns = [field.name for field in fields(Conversion)]
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    for conversion in conversions:
        values = (getattr(conversion, column) for column in columns)
        writer.writerow("" if value is None else value for value in values)
    return text.getvalue()


def write_sources(
    compounds: list[Compound],
    left_out: list[dict[str, str]],
    conversions: list[Conversion],
    forbidden: list[Conversion],
) -> str:
    """Return the attributions as Markdown, with counts."""
    pairs = {(edge.substrate, edge.product) for edge in forbidden}
    bases = {(edge.substrate, edge.product): edge.basis for edge in reversed(conversions)}
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
        conversions=len(conversions),
        reported=sum(edge.is_reported for edge in conversions),
        cited=len({edge.citation for edge in conversions if edge.citation}),
        predicted=sum(not edge.is_reported for edge in conversions),
        forbidden=len(forbidden),
        pairs=len(pairs),
        also_reported=sum(bases.get(pair, "predicted") != "predicted" for pair in pairs),
        also_predicted=sum(bases.get(pair) == "predicted" for pair in pairs),
        names=fill(", ".join(row["name"] for row in left_out), width=120, break_on_hyphens=False),
    )


SOURCES = """\
# Sources of compounds.csv and conversions.csv

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

## conversions.csv

{conversions} conversions: {reported} reported in {cited} publications, {predicted} predicted.

- **Reported** ones are single facts from abstracts (which compound an enzyme, strain or treatment turned into which,
  under what conditions), each with its citation; no text was copied. `product inferred` marks those where the abstract
  names the substrate and what the enzyme splits, and the product follows. The sources do not always state the C-20
  epimer; 20(S), the epimer of the fresh plant, is entered then. All balance in mass against the structures of
  compounds.csv.
- **Predicted** ones are computed by `ginseng_rd.chemistry.reactions` from the structures of compounds.csv: one
  reaction leads from one compound of the table to another. They say what can be, not what was seen.

Left out: {forbidden} conversions ({pairs} pairs of compounds) that were collected from MetaCyc through ModelSEED, or
from a comment of the enzyme nomenclature reached through KEGG. The MetaCyc Open Database terms are known to allow
redistribution with notice; the terms themselves and the notice they ask for were not reached, so that it cannot be
given here. KEGG is restricted for commercial use. Of the {pairs} pairs, {also_reported} are reported in the cited
publications too and {also_predicted} are predicted here; the others lose several sugars at once, as the sum of such
steps.
"""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
