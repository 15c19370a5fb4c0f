"""The invented example programme of three companies: it goes in whole, and analyses find what it was drawn from."""

import csv
import io
import json
import runpy
import zipfile
from pathlib import Path

import pytest

from ginseng_rd.efficacy.arrhenius import fit_arrhenius
from ginseng_rd.efficacy.cox import fit_cox
from ginseng_rd.efficacy.dose_response import fit_dose_responses
from ginseng_rd.efficacy.normalisation import normalise_to_controls
from ginseng_rd.efficacy.survival_times import read_survival
from ginseng_rd.efficacy.trials import analyse_split_face
from ginseng_rd.errors import Severity
from ginseng_rd.workspace import open_workspace

PROGRAMME = Path(__file__).resolve().parent.parent / "data" / "examples" / "programme"
COMPANIES = ("hamyang-a", "hamyang-b", "hamyang-c")
TRUTH = json.loads((PROGRAMME / "truth.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def loaded(tmp_path_factory):
    """Each company in a workspace of its own, and what its upload came to. No question was answered."""
    made = {}
    for company in COMPANIES:
        ws = open_workspace(tmp_path_factory.mktemp(company) / "lab", create=True, company=company)
        made[company] = (ws, ws.upload_many([PROGRAMME / company], origin="invented"))
    yield made
    for ws, _ in made.values():
        ws.close()


@pytest.fixture
def of(loaded):
    """Return the readings of a kind in a company's workspace."""
    return lambda company, kind, **where: loaded[company][0].readings(kind, **where)


def contents_of(folder):
    """Return every file by its path; of a workbook its members, which its compression does not change."""
    found = {}
    for path in (p for p in sorted(folder.rglob("*")) if p.suffix in {".csv", ".xlsx", ".json"}):
        data = path.read_bytes()
        name = path.relative_to(folder).as_posix()
        if path.suffix == ".xlsx":
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                found[name] = {member: archive.read(member) for member in archive.namelist()}
        else:
            found[name] = data
    return found


def test_the_programme_is_what_its_script_writes(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(PROGRAMME))
    runpy.run_path(str(PROGRAMME / "make_programme.py"))["write_programme"](tmp_path)
    assert contents_of(tmp_path) == contents_of(PROGRAMME)


@pytest.mark.parametrize("company", COMPANIES)
def test_a_company_goes_in_whole_and_nothing_has_to_be_accepted(loaded, company):
    _, uploaded = loaded[company]
    files = [path for path in (PROGRAMME / company).iterdir() if path.is_file()]
    assert [str(refusal) for refusal in uploaded.refusals] == []
    assert sum(receipt.added for receipt in uploaded.receipts) == len(files)
    assert {f.severity for receipt in uploaded.receipts for f in receipt.findings} <= {Severity.NOTES}


def test_there_are_fifteen_lots_of_three_harvests_twelve_extracts_and_thirty_versions(of):
    harvests = {day[:4] for company in COMPANIES for day in of(company, "lot")["harvested_on"]}
    counts = [sum(len(of(company, kind)) for company in COMPANIES) for kind in ("lot", "extract", "version")]
    assert (counts, harvests) == ([15, 12, 30], {"2022", "2023", "2024"})


def test_every_file_says_invented_in_its_name_and_every_row_with_a_source_in_it(loaded, of):
    names = [path.name for company in COMPANIES for path in (PROGRAMME / company).iterdir()]
    assert [name for name in names if "INVENTED" not in name] == []
    for company in COMPANIES:
        for kind in ("content", "recipe", "property"):
            rows = of(company, kind)
            assert rows["citation"].str.contains("INVENTED").all()
            assert set(rows["origin"]) == {"invented"}


def test_the_programme_is_small_enough_to_carry():
    assert sum(path.stat().st_size for path in PROGRAMME.rglob("*") if path.is_file()) < 1_500_000


def test_a_draft_has_no_batch_and_a_locked_version_that_is_not_the_last_was_copied_on(of):
    for company in COMPANIES:
        versions = of(company, "version")
        drafts = versions[versions["status"] == "draft"]
        made = set(of(company, "batch")[["formulation", "version"]].itertuples(index=False, name=None))
        assert not made & set(drafts[["formulation", "version"]].itertuples(index=False, name=None))
        later = versions[versions["version"] > 1]
        assert (later["from_version"] == later["version"] - 1).all()


def test_a_steamed_extract_that_holds_ten_times_its_rg3_is_asked_about(workspace, tmp_path):
    """The contents of the programme were weighed against what their extracts were made from, and not passed over."""
    for path in sorted((PROGRAMME / "hamyang-a").glob("01*.csv")):
        workspace.upload(path, origin="invented")
    rows = list(csv.reader((PROGRAMME / "hamyang-a" / "02_INVENTED_contents.csv").open(encoding="utf-8", newline="")))
    (steamed,) = [row for row in rows if row[:2] == ["EA-03", "Rg3"]]
    steamed[2] = str(10 * float(steamed[2]))
    with (tmp_path / "spoilt.csv").open("w", encoding="utf-8", newline="") as spoilt:
        csv.writer(spoilt).writerows(rows)
    asked = [f for f in workspace.check(tmp_path / "spoilt.csv").findings if f.severity is Severity.ASKS]
    assert [(f.code, "EA-03" in f.found) for f in asked] == [("family-moles-created", True)]


@pytest.mark.parametrize("company", COMPANIES)
def test_elastase_curves_find_the_ic50_that_was_put_in(of, company):
    plates = of(company, "assay", endpoint="absorbance 405 nm")
    curves = fit_dose_responses(normalise_to_controls(plates).readings)
    found = {curve.sample: curve.ic50_interval for curve in curves.curves}
    for extract, true in TRUTH[company]["ic50_ug_per_ml"]["elastase"].items():
        low, high = found[extract]
        assert low < true < (high or float("inf")), extract


def test_the_trial_finds_the_effect_of_the_marker_dose_in_36_subjects(of):
    skin = of("hamyang-a", "skin", endpoint="Cutometer R2")
    found = analyse_split_face(
        skin, response="value", subject="subject", side="side", treatment="arm", visit="visit_week",
        baseline_visit=0, control="vehicle",
    ).contrasts  # fmt: skip
    at_end = found[found["visit"] == 12].set_index("contrast")
    assert skin["subject"].nunique() == 36
    for arm, by_week in TRUTH["hamyang-a"]["trial"]["effect_beyond_vehicle"]["Cutometer R2"].items():
        if arm != "vehicle":
            row = at_end.loc[f"{arm} - vehicle"]
            assert row["low"] < by_week["12"] < row["high"]


def test_nobody_is_measured_after_dropping_out_and_the_arms_are_as_allocated(of):
    skin, left = of("hamyang-a", "skin"), of("hamyang-a", "drop_out")
    weeks = dict(zip(left["subject"], left["left_in_week"], strict=True))
    assert sorted(map(int, weeks)) == TRUTH["hamyang-a"]["trial"]["dropped_out"]
    gone = skin[skin["subject"].isin(list(weeks))]
    assert (gone["visit_week"] <= gone["subject"].map(weeks)).all()
    allocated = of("hamyang-a", "allocation").set_index(["subject", "side"])["allocated_arm"]
    assert [allocated[key] for key in zip(skin["subject"], skin["side"], strict=True)] == skin["arm"].tolist()


def test_storage_at_three_temperatures_finds_rate_and_activation_energy(of):
    rate, energy = TRUTH["hamyang-a"]["stability"]["rate_per_week_at_25_c_and_activation_energy_kj_per_mol"]["marker"]
    for batch in TRUTH["hamyang-a"]["stability"]["batches"]:
        stored = of("hamyang-a", "stability", endpoint="Rg3", batch=batch)
        start = stored.loc[stored["week"] == 0, "value"].mean()
        found = fit_arrhenius(stored, limit=0.9 * start, stored_at_c=25, order=1)
        assert found.rate.low < rate < found.rate.high
        assert found.activation_energy.low < energy < found.activation_energy.high


def test_the_lifespan_study_finds_the_hazard_ratios(of):
    model = fit_cox(read_survival(of("hamyang-b", "survival")))
    for dose, true in TRUTH["hamyang-b"]["lifespan"]["hazard_ratio_by_dose_ug_per_ml"].items():
        if dose != "0":
            (name,) = [name for name in model.names if f" {dose} µg/mL" in name]
            ratio = model.hazard_ratio(name)
            assert ratio.low < true < ratio.high


@pytest.mark.parametrize("company", COMPANIES)
def test_what_a_batch_holds_is_what_its_recipe_and_extracts_bring(of, company):
    doses = TRUTH[company]["dose_mg_per_g"]
    batches = of(company, "batch").set_index("batch")
    measured = of(company, "content", sample=batches.index.tolist(), relation="=")
    for row in measured.itertuples():
        batch = batches.loc[row.sample]
        true = doses[f"{batch['formulation']} v{batch['version']}"][row.compound]
        assert row.value == pytest.approx(true, rel=0.06)
