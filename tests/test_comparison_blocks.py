"""Versions and batches with all that stands on them: lots, process, dose, cost, limits, label, stability, trials."""

from datetime import date

import pytest

from ginseng_rd.errors import UnknownName

SHEETS = {
    "lots": ("lot,species,cultivation,region,age_years,part,harvested_on",
             "L-1,Panax ginseng,wild-simulated,Hamyang,10,root,2025-10-12",
             "L-2,Panax ginseng,field,Geumsan,6,root,2025-10-13"),
    "extracts": ("extract,made_on,amount_g", "EX-1,2025-10-20,300", "EX-2,2025-10-21,200"),
    "inputs": ("extract,input,amount_g", "EX-1,L-1,1000", "EX-2,L-2,900"),
    "steps": ("extract,step_no,step,planned_c,actual_c,planned_min,actual_min,cycles",
              "EX-1,1,steam,98,97.5,180,185,3", "EX-2,1,steam,98,,60,,1"),
    "contents": ("sample,analyte,value,unit,sd,n,loq", "EX-1,Rg3,10,mg/g,0.2,3,0.05", "EX-2,Rg3,4,mg/g,0.1,3,0.05",
                 "EX-1,Rg1,<0.05,mg/g,,3,0.05", "EX-2,Rg1,2,mg/g,0.1,3,0.05"),
    "forms": ("formulation,product_type,country,daily intake (g/day)", "F-1,leave-on,KR,", "C-1,capsule,KR,3"),
    "recipes": ("formulation,version,phase,ingredient,lot,value,unit",
                "PM,1,A,Water,,50,%", "PM,1,A,EX-1,,50,%",
                "F-1,1,A,Water,,95,%", "F-1,1,A,Glycerin,,2,%", "F-1,1,B,PM,,2,%", "F-1,1,B,P1,,1,%",
                "F-1,2,A,Water,,93,%", "F-1,2,A,Glycerin,,2,%", "F-1,2,B,EX-2,,3,%", "F-1,2,B,P1,,2,%",
                "C-1,1,A,EX-1,,60,%", "C-1,1,A,Dextrin,,40,%"),
    "batches": ("batch,formulation,version,size_g,made_on", "B-1,F-1,1,1000,2026-01-05", "B-2,F-1,2,1000,2026-01-06"),
    "weighed": ("batch,ingredient,lot,actual amount (g)", "B-1,Water,,949", "B-1,Glycerin,,20", "B-1,PM,,21",
                "B-1,P1,,10"),
    "bought": ("ingredient,inci", "Water,Aqua", "Glycerin,Glycerin", "P1,Phenoxyethanol", "EX-1,Panax Ginseng Extract",
               "EX-2,Panax Ginseng Extract"),
    "prices": ("ingredient,valid_from,price (KRW/kg)", "Water,2025-01-01,100", "Glycerin,2025-01-01,2000",
               "P1,2025-01-01,30000", "P1,2026-01-01,40000", "EX-1,2025-01-01,1000000"),
    "limits": ("inci,product_type,country,limit (%)", "Phenoxyethanol,leave-on,KR,1"),
    "stability": ("batch,temperature_c,week,endpoint,value,unit",
                  *(f"B-1,40,{week},pH,{5.6 - 0.02 * week + wobble},pH" for week, wobble in
                    ((0, 0.004), (4, -0.006), (8, 0.003), (12, 0.002), (24, -0.003))),
                  *(f"B-2,40,{week},pH,{5.6 - 0.05 * week + wobble},pH" for week, wobble in
                    ((0, -0.003), (4, 0.005), (8, -0.004), (12, 0.001), (24, 0.002)))),
    "trial": ("trial,design,primary_endpoint,base_arm,planned_n", "T-1,split-face,Cutometer R2,old,8"),
    "arms": ("trial,arm,product", "T-1,old,B-1", "T-1,new,B-2"),
    "skin": ("trial,subject,arm,side,visit_week,endpoint,value,unit",
             *(f"T-1,{n:03d},{arm},{side},{week},Cutometer R2,{0.6 + 0.01 * n + gain * (week == 8):.3f},ratio"
               for n in range(8) for arm, side, gain in (("old", "left", 0.01), ("new", "right", 0.05 + 0.002 * n))
               for week in (0, 8))),
}  # fmt: skip
NAMES = "lot extract extract_input process_step content formulation recipe batch batch_line ingredient price limit"
KINDS = dict(zip(SHEETS, [*NAMES.split(), "stability", "trial", "arm", "skin"], strict=True))


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    from ginseng_rd.upload import Sheet
    from ginseng_rd.workspace import open_workspace

    folder = tmp_path_factory.mktemp("lab")
    with open_workspace(folder / "ws", create=True) as ws:
        for name, rows in SHEETS.items():
            path = folder / f"{name}.csv"
            path.write_text("\n".join(rows) + "\n", encoding="utf-8")
            sheet = Sheet(kind=KINDS[name])
            asked = {f.code for f in ws.check(path, sheet=sheet).findings}
            ws.upload(path, sheet=sheet, accept=asked)
        yield ws


@pytest.fixture(scope="module")
def found(lab):
    return lab.compare("F-1 v1", "F-1 v2", "B-1", day=date(2025, 6, 1), limits={"pH": (5.0, 6.5)})


def test_a_bare_formulation_is_its_newest_version(lab):
    assert lab.compare("F-1", "F-1 v1").formulations["F-1"].version == 2


def test_an_unknown_version_answers_with_those_there_are(lab):
    with pytest.raises(UnknownName, match="Did you mean 'F-1 v"):
        lab.compare("F-1 v1", "F-1 v7")


def test_sub_recipes_are_unpacked_into_the_phase_of_their_line(found):
    assert found.recipe.loc["B · EX-1"].tolist() == ["1.00", "– ▼", "1.05 ▲"]
    assert "B · PM" not in found.recipe.index


def test_a_batch_stands_with_its_actual_grams(found):
    assert found.recipe.loc["A · Water"].tolist() == ["95.00", "93.00 ▼", "94.90 ▼"]


def test_lots_are_reached_through_extracts_and_sub_recipes(found):
    lots = found.table("lots")
    assert lots.loc["lots"].tolist() == ["L-1", "L-2", "L-1"]
    assert lots.loc["age, years"].tolist() == ["10", "6", "10"]


def test_process_steps_tell_actual_figures_before_planned_ones(found):
    assert found.table("process").loc["steam"].tolist()[:2] == ["97.5 °C, 185 min, × 3", "98 °C, 60 min, × 1"]


def test_the_marker_dose_follows_from_the_contents_of_what_was_used(found):
    dose = {row.label: row for row in found.block("dose").rows}["Rg3, mg/g"]
    assert [cell.estimate.value for cell in dose.cells] == pytest.approx([0.1, 0.12, 0.105])
    assert dose.cells[0].estimate.low < 0.1 < dose.cells[0].estimate.high


def test_a_content_below_its_limit_gives_a_bound_and_not_a_zero(found):
    dose = {row.label: row for row in found.block("dose").rows}["Rg1, mg/g"]
    assert dose.cells[0].text == "< 0.0005"


def test_the_cost_is_that_of_the_day_and_names_what_has_no_price(found):
    cost = found.table("cost")
    # 95 % of 100, 2 % of 2,000, half of 2 % of 1,000,000 and 1 % of 30,000; the premix adds 1 % of water.
    assert cost.loc["all materials"].tolist()[0] == "10,436"
    assert "EX-2" in found.block("cost").notes[0]


def test_a_substance_above_its_limit_is_told(found):
    verdicts = found.table("limits").iloc[0].tolist()
    assert verdicts[:2] == ["1.00 %: within", "2.00 %: above ▲"]


def test_the_label_says_what_it_has_more_or_less(lab):
    label = lab.compare("F-1 v1", "C-1").table("label")
    assert label.loc["against the base", "C-1"] == "+ Dextrin; \u2212 Aqua, Glycerin, Phenoxyethanol"


def test_an_oral_product_has_a_dose_a_day_and_specifications_to_confirm(lab):
    found = lab.compare("C-1", "F-1 v1")
    daily = {row.label: row for row in found.block("dose").rows}["Rg3 a day, mg/day"]
    assert daily.cells[0].estimate.value == pytest.approx(18.0)
    assert any("confirm" in note for note in found.block("specifications").notes)


def test_stability_has_a_slope_a_week_and_a_time_to_the_limit(found):
    slope, time = found.block("stability").rows
    assert [cell.estimate.value for cell in slope.cells] == pytest.approx([-0.02, -0.05, -0.02], abs=1e-3)
    assert time.cells[1].estimate.value == pytest.approx(12, abs=0.3)


def test_a_split_face_difference_is_paired_and_adjusted_for_baseline(found):
    (difference,) = [d for d in found.differences if d.endpoint.startswith("Cutometer R2")]
    assert (difference.code, difference.paired, difference.estimate.n) == ("F-1 v2", True, 8)
    assert difference.estimate.value == pytest.approx(0.047, abs=1e-3)
    assert "is 0.047 ratio higher than F-1 v1" in str(difference)
    assert "n = 8, paired, p < 0.001" in str(difference)


def test_a_batch_is_not_tested_against_its_own_version(found):
    assert "B-1" not in {d.code for d in found.differences}


def statements(lab, *codes):
    from sqlalchemy import event

    asked = []

    def note(_connection, _cursor, statement, *_):
        if not statement.startswith(("BEGIN", "PRAGMA")):
            asked.append(statement)

    event.listen(lab._store._engine, "before_cursor_execute", note)
    lab.compare(*codes)
    event.remove(lab._store._engine, "before_cursor_execute", note)
    return len(asked)


def test_fifty_versions_are_read_in_no_more_statements_than_two(workspace, sheet_file):
    lines = ["formulation,version,ingredient,value,unit"]
    lines += [f"F-{n},1,I-{(n + m) % 60},4,%" for n in range(50) for m in range(25)]
    workspace.upload(sheet_file("many.csv", *lines))
    two = statements(workspace, "F-0", "F-1")
    assert statements(workspace, *(f"F-{n}" for n in range(50))) == two
    assert two < 40


def test_many_differences_that_are_not_real_are_told_in_one_sentence(workspace, sheet_file):
    names = [f"F-{n}" for n in range(6)]
    recipes = ["formulation,ingredient,value,unit", *(f"{name},Water,100,%" for name in names)]
    gloss = [
        "formulation,endpoint,value,unit,sd,n",
        *(f"{name},gloss,{70 + n / 10},%,5,4" for n, name in enumerate(names)),
    ]
    workspace.upload(sheet_file("r.csv", *recipes))
    workspace.upload(sheet_file("g.csv", *gloss))
    assert workspace.compare(*names).sentences() == ("gloss: not told from F-0 are F-1, F-2, F-3, F-4, F-5 (Dunnett)",)


def test_a_time_to_the_limit_far_beyond_the_readings_is_a_bound(lab):
    found = lab.compare("F-1 v1", "F-1 v2", limits={"pH": (2.0, 6.5)})
    assert found.block("stability").rows[1].cells[0].text == "> 48 weeks"


def test_rows_of_another_origin_do_not_enter_a_recipe_by_its_sub_recipe(workspace, sheet_file):
    head = "formulation,ingredient,value,unit"
    workspace.upload(sheet_file("own.csv", head, "F-1,PM,100,%", "F-2,PM,100,%", "PM,Water,100,%"))
    workspace.upload(
        sheet_file("not.csv", "formulation,version,ingredient,value,unit", "PM,2,Oil,100,%"), origin="invented"
    )
    assert list(workspace.compare("F-1", "F-2", everything=True).recipe.index) == ["Water"]
