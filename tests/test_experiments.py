"""An experiment is answered from the store, recorded, and the same when it is repeated."""

from pathlib import Path

import pytest

from ginseng_rd.errors import ExperimentRefused, FitRefused
from ginseng_rd.experiments import fingerprint

ROOT = Path(__file__).resolve().parent.parent
ELASTASE = ROOT / "experiments" / "elastase_inhibition.toml"


@pytest.fixture(scope="module")
def plated(tmp_path_factory):
    from ginseng_rd.upload import Sheet
    from ginseng_rd.workspace import open_workspace

    with open_workspace(tmp_path_factory.mktemp("lab"), create=True) as ws:
        plate = ROOT / "data" / "examples" / "elastase_EX_plate.txt"
        ws.upload(plate, origin="invented", sheet=Sheet(fixed={"dose_unit": "µg/mL"}))
        yield ws


def write(tmp_path, old, new):
    path = tmp_path / "elastase_inhibition.toml"
    path.write_text(ELASTASE.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    return path


def test_a_repeat_on_unchanged_data_gives_the_same_figures_and_says_so(plated):
    first, second = plated.run(ELASTASE), plated.run(ELASTASE)
    assert (second.repeats.run_id, second.differs_in) == (first.run_id, "")
    assert f"Same data and same {len(first.metrics)} figures as run {first.run_id[:8]}" in str(second)


def test_a_run_holds_the_file_the_figures_the_tables_and_the_fingerprint(plated):
    run = plated.run(ELASTASE)
    recorded = plated.ledger.finished("elastase_inhibition")[0]
    assert plated.ledger.text_of(run.run_id, "elastase_inhibition.toml") == ELASTASE.read_text(encoding="utf-8")
    assert plated.ledger.files_of(run.run_id, "figures") == ["figures/curves.json"]
    assert recorded.tags["ginseng_rd.data_fingerprint"] == fingerprint(plated.readings("assay"))
    assert recorded.parameters["data.assay"] == "elastase inhibition"


def test_a_changed_question_is_a_first_run(plated, tmp_path):
    plated.run(ELASTASE)
    assert plated.run(write(tmp_path, "confidence = 0.95", "confidence = 0.9")).repeats is None


def test_a_fingerprint_sees_values_and_not_the_order_of_rows(plated):
    readings = plated.readings("assay")
    changed = readings.copy()
    changed.loc[0, "value"] += 1e-12
    assert fingerprint(readings.sample(frac=1, random_state=1)) == fingerprint(readings)
    assert fingerprint(changed) != fingerprint(readings)


def test_data_that_are_not_there_are_named_with_the_nearest(plated, tmp_path):
    message = r"no assay readings with assay = 'elastase inhibitoin' .* Nearest: elastase inhibition\."
    with pytest.raises(ExperimentRefused, match=message):
        plated.run(write(tmp_path, '"elastase inhibition"', '"elastase inhibitoin"'))


def test_a_refused_experiment_leaves_no_run(plated, tmp_path):
    before = len(plated.ledger.finished())
    with pytest.raises((ExperimentRefused, FitRefused)):
        plated.run(write(tmp_path, "absorbance 405 nm", "absorbance 999 nm"))
    assert len(plated.ledger.finished()) == before


def test_invented_and_real_readings_are_not_fitted_together(plated, sheet_file, tmp_path):
    head = "assay,sample,dose,dose_unit,endpoint,value,unit"
    plated.upload(sheet_file("own.csv", head, "elastase inhibition,EX-90,1,µg/mL,absorbance 405 nm,0.5,OD"))
    with pytest.raises(ExperimentRefused, match="would mix invented example data with own data"):
        plated.run(ELASTASE)
