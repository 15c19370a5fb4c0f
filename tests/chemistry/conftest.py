"""The packaged compounds, read once."""

from __future__ import annotations

import csv

import pytest

from ginseng_rd.chemistry.compounds import Compound, reference_compounds
from ginseng_rd.chemistry.names import CompoundNames


@pytest.fixture(scope="session")
def compounds() -> dict[str, Compound]:
    return {compound.code: compound for compound in reference_compounds()}


@pytest.fixture(scope="session")
def names() -> CompoundNames:
    return CompoundNames(reference_compounds())


@pytest.fixture(scope="session")
def shared_structures(reference_data) -> dict[str, str]:
    """The SMILES of the whole reference table by its identifier: also what may not be packaged."""
    with (reference_data / "reference" / "compounds.csv").open(newline="", encoding="utf-8") as file:
        return {row["compound_id"]: row["smiles"] for row in csv.DictReader(file) if row["smiles"]}
