"""What stands on what: up to the lots, down to the results, and what is in doubt with a lot or an upload."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from itertools import count, pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from ginseng_rd.errors import UnknownName
from ginseng_rd.records.kinds import KINDS
from ginseng_rd.reports.lineage_drawing import Box, draw_lineage, layers_of
from ginseng_rd.upload import Sheet
from ginseng_rd.words import speak
from ginseng_rd.workspace import open_workspace

ROOT = Path(__file__).resolve().parent.parent
LOT_HEAD = "lot,species,cultivation,plot,part,harvested_on,fresh_mass_g"
FILES = {
    "lots.csv": (LOT_HEAD, *(f"WG-0{n},Panax ginseng,wild-simulated,함양 {n},root,2025-10-1{n},5000" for n in (7, 8))),
    "extracts.csv": ("extract,made_on,amount_g", *(f"EX-1{n},2025-11-0{n},800" for n in (2, 3, 4))),
    "inputs.csv": ("extract,input,amount_g", "EX-12,WG-07,2000", "EX-13,EX-12,500", "EX-14,WG-08,1000"),
    "recipes.csv": (
        "formulation,version,ingredient,lot,value,unit",
        "F-12,1,Water,,95,%",
        "F-12,1,EX-14,,5,%",
        "F-12,2,Water,,94,%",
        "F-12,2,EX-13,,6,%",
        "F-30,1,Water,,98,%",
        "F-30,1,EX-14,WG-08,2,%",
    ),
    "batches.csv": (
        "batch,formulation,version,size_g,made_on",
        "B-1,F-12,2,100,2025-12-10",
        "B-2,F-30,,100,2025-12-11",
        "B-3,F-12,2,100,2025-12-12",
    ),
    "weighed.csv": ("batch,ingredient,lot,amount_g", "B-1,EX-13,,6", "B-1,Water,,94", "B-3,EX-14,,6", "B-3,Water,,94"),
    "arms.csv": ("trial,arm,product,version", "T-1,세럼,B-1,", "T-1,위약,F-30,1"),
    "stability.csv": ("batch,temperature_c,week,endpoint,value,unit", "B-1,40,0,pH,5.6,pH", "B-2,40,0,pH,5.5,pH"),
    "content.csv": ("sample,analyte,value,unit", "EX-12,Rg1,3.1,mg/g", "EX-14,Rg1,3.0,mg/g"),
}
SKIN = (
    "trial,subject,arm,visit_week,endpoint,value,unit",
    *(f"T-1,{n},{arm},{week},Cutometer R2,0.6{n},ratio" for n, arm in ((1, "세럼"), (2, "위약")) for week in (0, 8)),
)
ACCEPT = ("family-moles-created", "same-values", "batch-off-recipe")
PLATE = ROOT / "data" / "examples" / "elastase_EX_plate.txt"
ELASTASE = ROOT / "experiments" / "elastase_inhibition.toml"


@pytest.fixture
def programme(workspace, sheet_file):
    for name, rows in {**FILES, "skin.csv": SKIN}.items():
        workspace.upload(sheet_file(name, *rows), accept=ACCEPT)
    return workspace


def names(nodes):
    return {str(node.thing) for node in nodes}


def told(doubt, kind):
    return {entry.name for entry in doubt.of(kind)}


def test_a_lot_is_followed_down_to_the_trial_and_its_results(programme):
    found = programme.lineage("WG-07")
    assert names(found.down) == {"EX-12", "EX-13", "F-12", "F-12 v2", "B-1", "B-3", "T-1 / 세럼", "T-1"}
    assert {(str(r.of), r.kind, r.count, r.upload.name) for r in found.results} == {
        ("EX-12", "content", 1, "content.csv"),
        ("B-1", "stability", 1, "stability.csv"),
        ("T-1 / 세럼", "skin", 2, "skin.csv"),
    }


def test_a_batch_is_followed_up_to_its_lots(programme):
    assert names(programme.lineage("B-1").up) == {"F-12 v2", "EX-13", "EX-12", "WG-07", "Water"}


def test_a_version_is_followed_by_itself_and_a_formulation_with_all_its_versions(programme):
    assert "WG-07" not in names(programme.lineage("F-12 v1").up)
    assert {"WG-07", "WG-08"} <= names(programme.lineage("F-12").up)


def test_a_batch_without_a_version_is_one_of_the_first(programme):
    assert "F-30 v1" in names(programme.lineage("B-2").up)


def test_what_is_recorded_of_a_thing_stands_beside_it(programme):
    lot = next(node for node in programme.lineage("B-1").up if node.code == "WG-07")
    assert (lot.kind, lot.what, lot.when, lot.origin) == ("lot", "wild-simulated, root", "2025-10-17", "own")


def test_a_name_that_was_never_recorded_is_followed_and_said_to_be_so(programme):
    water = programme.lineage("Water")
    assert [node.kind for node in water.nodes if node.steps == 0] == [""]
    assert {"F-12 v1", "B-1"} <= names(water.down)


def test_a_lot_and_a_batch_of_one_code_are_two_things(programme, sheet_file):
    programme.upload(sheet_file("b.csv", "batch,formulation,version,size_g,made_on", "WG-08,F-12,2,10,2026-01-01"))
    assert "WG-08" in {e.name for e in programme.in_doubt("WG-07").of("batch")}
    assert "EX-14" not in told(programme.in_doubt("WG-07"), "extract")


def test_an_unknown_code_answers_with_the_nearest(programme):
    with pytest.raises(UnknownName, match=r"There is no code 'F-33'. Did you mean 'F-30'"):
        programme.lineage("F-33")


def test_a_recall_names_what_stands_on_the_lot_and_the_way(programme):
    doubt = programme.in_doubt("WG-07")
    assert told(doubt, "extract") == {"EX-12", "EX-13"}
    assert told(doubt, "version") == {"F-12 v2"}
    assert [e.way for e in doubt.of("batch") if e.name == "B-1"] == ["B-1 ← EX-13 ← EX-12 ← WG-07"]
    assert {(e.name, e.count, e.where) for e in doubt.of("reading")} == {
        ("content", 1, "content.csv"),
        ("stability", 1, "stability.csv"),
        ("skin", 2, "skin.csv"),
    }


def test_a_batch_that_only_its_recipe_ties_to_the_lot_is_said_to_be_so(programme):
    ways = {entry.name: entry.way for entry in programme.in_doubt("WG-07").of("batch")}
    assert ways["B-3"].endswith("(planned only: none of it was weighed in)")
    assert "planned" not in ways["B-1"]


def test_a_corrected_row_puts_in_doubt_what_stands_on_it_and_not_on_its_neighbours(programme, sheet_file):
    rows = FILES["inputs.csv"]
    mended = sheet_file("inputs 2.csv", rows[0], "EX-12,WG-07,1900", *rows[2:])
    receipt = programme.upload(mended, replaces="inputs.csv", reason="misread the scale", accept=ACCEPT)
    doubt = programme.in_doubt("inputs.csv")
    assert told(doubt, "extract") == {"EX-12", "EX-13"}
    assert doubt.because.endswith("misread the scale")
    assert "in doubt: 2 extracts, 1 version, 2 batches, 1 arm, 1 trial, 4 readings stand on what it said." in str(
        receipt
    )
    assert str(receipt).count("ginseng-rd in-doubt ") == 1


def test_a_row_that_a_correction_adds_puts_its_extract_in_doubt(programme, sheet_file):
    mended = sheet_file("inputs 2.csv", *FILES["inputs.csv"], "EX-14,WG-07,10")
    programme.upload(mended, replaces="inputs.csv", reason="a lot was left out", accept=ACCEPT)
    assert told(programme.in_doubt("inputs.csv"), "extract") == {"EX-14"}


def test_a_corrected_content_puts_marker_doses_in_doubt(programme, sheet_file):
    mended = sheet_file("content 2.csv", FILES["content.csv"][0], "EX-12,Rg1,2.1,mg/g", FILES["content.csv"][2])
    programme.upload(mended, replaces="content.csv", reason="wrong dilution", accept=ACCEPT)
    doubt = programme.in_doubt("content.csv")
    assert (told(doubt, "extract"), told(doubt, "version")) == (set(), {"F-12 v2"})
    assert [e.way for e in doubt.of("version")] == ["F-12 v2 ← EX-13 ← EX-12 ← content.csv: its marker dose"]


def test_withdrawing_tells_what_stood_on_the_upload(programme):
    answer = str(programme.withdraw("extracts.csv", reason="never made"))
    assert "in doubt: 3 extracts, 3 versions, 3 batches, 2 arms, 1 trial, 8 readings stand on what it said" in answer


def test_withdrawing_what_nothing_stands_on_says_nothing_of_doubt(programme):
    assert "doubt" not in str(programme.withdraw("stability.csv", reason="wrong probe"))


def test_a_doubt_is_told_in_korean(programme):
    speak("ko")
    try:
        assert "WG-07: 재검토 대상 추출물 2건, 처방 버전 1건, 제품 배치 2건" in str(programme.in_doubt("WG-07"))
        assert "로트" in str(programme.lineage("WG-07"))
    finally:
        speak("")


def test_a_run_that_used_a_recalled_extract_is_in_doubt_with_its_figure(programme):
    programme.upload(PLATE, origin="invented", sheet=Sheet(fixed={"dose_unit": "µg/mL"}))
    run = programme.run(ELASTASE)
    doubt = programme.in_doubt("WG-07")
    assert [(e.where, e.way) for e in doubt.of("run")] == [(run.run_id, "EX-12 ← WG-07")]
    assert told(doubt, "figure") == {name for name in run.metrics if name.endswith(("EX-12", "EX-13"))}
    (used,) = json.loads(programme.ledger.text_of(run.run_id, "inputs.json"))
    assert used["uploads"] == programme.uploads()["sha256"].tail(1).tolist()
    assert ["EX-12"] in used["names"][0]["values"]


def test_a_run_on_a_withdrawn_upload_is_in_doubt_and_the_withdrawal_says_so(workspace):
    workspace.upload(PLATE, origin="invented", sheet=Sheet(fixed={"dose_unit": "µg/mL"}))
    run = workspace.run(ELASTASE)
    assert "1 run stand on what it said" in str(workspace.withdraw(PLATE.name, reason="plate was dropped"))
    assert [e.where for e in workspace.in_doubt(PLATE.name).of("run")] == [run.run_id]


def test_a_run_that_does_not_say_what_it_used_is_listed_as_not_known(programme):
    programme.upload(PLATE, origin="invented", sheet=Sheet(fixed={"dose_unit": "µg/mL"}))
    run = programme.run(ELASTASE)
    from mlflow import MlflowClient

    MlflowClient(tracking_uri=programme.ledger.uri).delete_tag(run.run_id, "ginseng_rd.inputs")  # as of older runs
    doubt = programme.in_doubt("WG-07")
    assert (doubt.of("run"), doubt.unknown_runs) == ((), (f"elastase_inhibition {run.run_id[:8]}",))
    assert "Not known of 1 MLflow run" in str(doubt)


@pytest.fixture
def statements(programme):
    """The statements that the store sends."""
    sent: list[str] = []
    event.listen(programme._store._engine, "before_cursor_execute", lambda *args: sent.append(args[2]))
    return sent


def test_the_questions_to_the_store_do_not_grow_with_what_stands_on_the_lot(programme, statements, sheet_file):
    programme.lineage("WG-07")
    few = len(statements)
    more = [f"EX-9{n:03d},2025-11-09,1" for n in range(300)], [f"EX-9{n:03d},WG-07,1" for n in range(300)]
    programme.upload(sheet_file("many.csv", "extract,made_on,amount_g", *more[0]))
    programme.upload(sheet_file("many inputs.csv", "extract,input,amount_g", *more[1]), accept=ACCEPT)
    statements.clear()
    assert len(programme.lineage("WG-07").down) == 308
    assert len(statements) == few


def test_every_question_of_a_walk_is_answered_by_an_index(programme, statements):
    programme.in_doubt("WG-07")
    asked = [text for text in statements if "FROM reading_" in text]
    assert asked
    with programme._store._engine.connect() as connection:
        for text in asked:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", ("",) * text.count("?")).all()
            reads = [step[3] for step in plan if " reading_" in step[3]]
            assert all(step.startswith("SEARCH") and "company_id=? AND " in step for step in reads), reads


def test_a_deeper_lot_costs_a_bounded_number_of_questions_a_level(workspace, sheet_file):
    depth = 30
    codes = ["WG-1", *(f"EX-{n}" for n in range(depth))]
    workspace.upload(sheet_file("lots.csv", LOT_HEAD, "WG-1,Panax ginseng,wild,,root,2025-10-12,5000"))
    workspace.upload(sheet_file("e.csv", "extract,made_on,amount_g", *(f"{code},2025-11-01,9" for code in codes[1:])))
    inputs = (f"{made},{of},1" for of, made in pairwise(codes))
    workspace.upload(sheet_file("i.csv", "extract,input,amount_g", *inputs), accept=ACCEPT)
    sent: list[str] = []
    event.listen(workspace._store._engine, "before_cursor_execute", lambda *args: sent.append(args[2]))
    assert len(workspace.lineage("WG-1").down) == depth
    assert len(sent) <= (depth + 2) * len(KINDS)


def test_every_naming_is_of_columns_that_are_there_and_indexed():
    from ginseng_rd.store import tables

    for kind in KINDS.values():
        indexed = [tuple(c.name for c in index.columns) for index in tables.readings[kind.name].indexes]
        for naming in kind.namings:
            assert ("company_id", *naming.columns, "upload_id") in indexed


# Random graphs: each extract is made of some of the lots and of the extracts before it.
GRAPHS = st.lists(st.sets(st.integers(0, 9), min_size=1, max_size=4), min_size=1, max_size=9)
_numbers = count()


@pytest.fixture(scope="module")
def long_lived(tmp_path_factory):
    with open_workspace(tmp_path_factory.mktemp("graphs") / "lab", create=True) as ws:
        yield ws


@settings(max_examples=25, deadline=None)
@given(drawn=GRAPHS, asked=st.integers(0, 9))
def test_up_and_down_are_the_transitive_closure_of_any_graph(long_lived, tmp_path_factory, drawn, asked):
    run, folder = next(_numbers), tmp_path_factory.mktemp("files")
    code = lambda n: f"G{run}-L{n}" if n < 3 else f"G{run}-EX{n}"  # noqa: E731
    made = {3 + i: {n for n in inputs if n < 3 + i} or {0} for i, inputs in enumerate(drawn)}
    lots = [f"{code(n)},Panax ginseng,wild,,root,2025-10-10,100000" for n in range(3)]
    extracts = [f"{code(n)},2025-11-01,100000" for n in made]
    inputs = [f"{code(n)},{code(of)},1" for n, several in made.items() for of in several]
    heads = {"lots": LOT_HEAD, "extracts": "extract,made_on,amount_g", "inputs": "extract,input,amount_g"}
    for name, rows in (("lots", lots), ("extracts", extracts), ("inputs", inputs)):
        path = folder / f"{name} {run}.csv"
        path.write_text("\n".join([heads[name], *rows]) + "\n", encoding="utf-8")
        long_lived.upload(path)

    pairs = {(n, of) for n, several in made.items() for of in several}
    while more := {(a, d) for a, b in pairs for c, d in pairs if b == c} - pairs:
        pairs |= more
    start = asked % (3 + len(made))
    found = long_lived.lineage(code(start))
    assert {node.code for node in found.up} == {code(of) for n, of in pairs if n == start}
    assert {node.code for node in found.down} == {code(n) for n, of in pairs if of == start}


def test_a_circle_does_not_hang_the_walk_nor_the_drawing(workspace, sheet_file):
    from ginseng_rd.records.readings import Places, Readings

    columns = {column.name: [None, None] for column in KINDS["extract_input"].columns}
    columns |= {"extract": ["EX-1", "EX-2"], "input": ["EX-2", "EX-1"]}
    circle = Readings("extract_input", columns, Places("", [2, 3], "extract"), [None, None])
    described = {"format": "made", "origin": "own", "by": "test", "about": {}, "findings": []}
    workspace._store.add_upload("circle.csv", b"circle", **described, readings=[circle])
    found = workspace.lineage("EX-1")
    assert names(found.nodes) == {"EX-1", "EX-2"}
    assert "EX-2" in found.drawing()
    assert told(workspace.in_doubt("EX-1"), "extract") == {"EX-2"}


def test_a_drawing_is_well_formed_and_shows_each_thing_and_arrow(programme):
    drawing = ElementTree.fromstring(programme.lineage("WG-07").drawing())
    texts = [element.text for element in drawing.iter("{http://www.w3.org/2000/svg}text")]
    assert {"WG-07", "EX-12", "F-12 v2", "B-1", "T-1 / 세럼", "skin: 2 readings"} <= set(texts)
    arrows = [e for e in drawing.iter("{http://www.w3.org/2000/svg}path") if e.get("marker-end")]
    assert len(arrows) == len({(e.on, e.thing) for e in programme.lineage("WG-07").edges})


def test_what_a_name_holds_cannot_become_markup():
    assert "<script>" not in draw_lineage([Box("a", "lot", "<script>alert(1)</script>")], [])


def test_many_of_a_kind_are_drawn_as_one_box():
    boxes = [Box("lot", "lot", "L"), *(Box(f"b{n}", "batch", f"B-{n}") for n in range(40))]
    drawing = draw_lineage(boxes, [("lot", f"b{n}") for n in range(40)])
    assert "+ 28 more" in drawing
    assert drawing.count("<rect") == 1 + 12 + 1


@given(st.sets(st.tuples(st.integers(0, 8), st.integers(0, 8))))
def test_a_box_stands_right_of_all_it_stands_on(pairs):
    arrows = {(str(min(p)), str(max(p))) for p in pairs if p[0] != p[1]}
    layers = layers_of(map(str, range(9)), arrows)
    assert all(layers[start] < layers[end] for start, end in arrows)


@given(st.sets(st.tuples(st.integers(0, 6), st.integers(0, 6))))
def test_any_graph_can_be_drawn_with_circles_too(pairs):
    boxes = [Box(str(n), "extract", f"추출물 {n}") for n in range(7)]
    drawing = ElementTree.fromstring(draw_lineage(boxes, {(str(a), str(b)) for a, b in pairs}))
    assert len(list(drawing.iter("{http://www.w3.org/2000/svg}rect"))) == 7


def test_the_terminal_shows_lineage_and_doubt_as_text_and_as_json(programme):
    program = Path(sys.executable).with_name("ginseng-rd")

    def terminal(*words):
        run = [program, *words, "-w", str(programme.folder)]
        return subprocess.run(
            run, capture_output=True, text=True, encoding="utf-8", env=os.environ | {"PYTHONUTF8": "1"}
        )

    assert "WG-07: in doubt are 2 extracts" in terminal("in-doubt", "WG-07").stdout
    assert json.loads(terminal("in-doubt", "WG-07", "--json").stdout) == programme.in_doubt("WG-07").as_json()
    assert json.loads(terminal("lineage", "B-1", "--json").stdout) == programme.lineage("B-1").as_json()
    assert "F-12 v2" in terminal("lineage", "B-1").stdout
    refused = terminal("lineage", "B-9")
    assert (refused.returncode, "There is no code 'B-9'" in refused.stderr) == (1, True)
