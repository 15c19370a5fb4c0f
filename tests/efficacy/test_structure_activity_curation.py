"""Every row read is either learned from or accounted for."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ginseng_rd.efficacy.structure_activity_curation import curate
from ginseng_rd.errors import FitRefused


def readings(*rows, unit="µM", **columns):
    """Rows of (structure, value), as readings of kind activity."""
    table = pd.DataFrame(rows, columns=["structure", "value"])
    return table.assign(sample=[f"S{i}" for i in table.index], endpoint="IC50", unit=unit, origin="own", **columns)


def counts(curated):
    return dict(zip(curated.curation["what"], curated.curation["rows"], strict=True))


def test_micromolar_becomes_a_negative_logarithm():
    assert list(curate(readings(("CCO", 1.0), ("CCN", 100.0))).values) == [4.0, 6.0]


def test_a_mass_concentration_is_made_molar_with_the_molar_mass():
    (value,) = curate(readings(("CCO", 46.069), unit="µg/mL")).values
    assert value == pytest.approx(3.0, abs=1e-4)


def test_repeats_of_a_structure_become_their_median_however_it_is_written():
    curated = curate(readings(("CCO", 1.0), ("OCC", 10.0), ("C(O)C", 10.0)))
    assert curated.n == 1
    assert curated.values[0] == 5.0


def test_repeats_over_a_log_unit_apart_are_counted():
    curated = curate(readings(("CCO", 1.0), ("OCC", 100.0)))
    assert counts(curated)["structures whose repeats span over one log unit (median kept)"] == 1


def test_structures_found_both_active_and_not_are_left_out_and_counted():
    curated = curate(readings(("CCO", 1), ("OCC", 0), ("CCN", 1), unit="0/1"))
    assert curated.structures == ("CCN",)
    assert counts(curated)["left out: structures whose repeats disagree"] == 2


def test_a_salt_is_learned_as_its_base():
    curated = curate(readings(("CCN.Cl", 1.0)))
    assert curated.structures == ("CCN",)
    assert counts(curated)["salts and mixtures: largest organic part taken"] == 1


@pytest.mark.parametrize(
    ("spoilt", "what"),
    [
        ({"structure": None}, "no structure"),
        ({"structure": "C1CC("}, "a structure that cannot be read"),
        ({"value": np.nan}, "no value"),
        ({"value": 0.0}, "a concentration of zero or below"),
        ({"relation": "<"}, "a bound, not an exact value"),
        ({"stated_relation": ">"}, "a bound, not an exact value"),
        ({"stated_relation": ""}, "no relation stated, unlike other rows"),
        ({"remark": "Outside typical range"}, "doubted by its source"),
        ({"repeated": "1"}, "marked by its source as a repeat of another row"),
    ],
)
def test_a_row_that_cannot_be_trusted_is_left_out_and_counted(spoilt, what):
    table = readings(("CCO", 1.0), ("CCN", 1.0), relation="=", stated_relation="=", remark="", repeated="0")
    for column, cell in spoilt.items():
        table.loc[1, column] = cell
    curated = curate(table)
    assert curated.structures == ("CCO",)
    assert counts(curated)[f"left out: {what}"] == 1


def test_rows_learned_from_and_left_out_add_up_to_the_rows_read():
    found = counts(curate(readings(("CCO", 1.0), ("OCC", 2.0), ("C(", 1.0), ("CCN", 0.0))))
    left_out = sum(rows for what, rows in found.items() if what.startswith(("left out", "repeats merged")))
    assert found["rows read"] == found["structures to learn from"] + left_out == 4


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"endpoint": ["IC50", "Ki"]}, "The readings hold 2 endpoints (IC50, Ki), but a model answers one"),
        ({"unit": ["µM", "0/1"]}, "The readings mix the units 0/1, µM; choose the rows of one."),
        ({"unit": "%"}, "but the unit '%' was found."),
        ({"unit": "0/1", "value": 0.5}, "An outcome in 0/1 was given as 0.5; write 1 for yes and 0 for no."),
    ],
)
def test_readings_that_do_not_belong_in_one_model_are_refused(change, message):
    with pytest.raises(FitRefused) as refused:
        curate(readings(("CCO", 1.0), ("CCN", 1.0)).assign(**change))
    assert message in str(refused.value)


def test_a_missing_column_is_named():
    with pytest.raises(FitRefused, match=r"lack the column\(s\) unit"):
        curate(readings(("CCO", 1.0)).drop(columns="unit"))
