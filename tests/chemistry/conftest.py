"""The packaged compounds, read once."""

from __future__ import annotations

import pytest

from ginseng_rd.chemistry.compounds import Compound, reference_compounds
from ginseng_rd.chemistry.names import CompoundNames


@pytest.fixture(scope="session")
def compounds() -> dict[str, Compound]:
    return {compound.code: compound for compound in reference_compounds()}


@pytest.fixture(scope="session")
def names() -> CompoundNames:
    return CompoundNames(reference_compounds())
