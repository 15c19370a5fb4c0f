"""Rules across the columns of a row and across rows: each is broken by the least that breaks it, and by no less."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ginseng_rd.errors import Severity
from ginseng_rd.labfiles import TextTable, judge
from ginseng_rd.labfiles.rules import weigh_wide_rules
from ginseng_rd.records.kinds import KINDS, WIDE_RULES
from ginseng_rd.records.kinds.rule import Row
from ginseng_rd.words.korean import FORMS

EVERY_RULE = [*(rule for kind in KINDS.values() for rule in kind.rules), *WIDE_RULES]


@pytest.fixture
def told(judged):
    """Judge a sheet and return what its rules say: code, severity, row, column."""

    def telling(sheet):
        _, findings = judged(sheet)
        return [(f.code, f.severity, f.place.row, f.place.column) for f in findings]

    return telling


@pytest.fixture
def together(read, names):
    """Judge sheets as those of one file, with sheets that are stored already, and return what the wide rules say."""

    def reading(sheets):
        tables = [table for sheet in sheets for table in read(sheet).tables]
        return tables, [judge(table, code_of=names.code_of)[0] for table in tables]

    def judging(*sheets, stored=()):
        tables, readings = reading(sheets)
        standing = {}
        for part in reading(stored)[1]:
            standing.setdefault(part.kind, []).extend(Row(part.kind, part.columns, i) for i in range(len(part)))
        kinds = {part.kind for part in readings}
        rules = [rule for rule in WIDE_RULES if kinds & set(rule.told_at)]
        return weigh_wide_rules(rules, tables, readings, standing)

    return judging


def said(findings):
    return [(f.code, f.place.row, f.place.column) for f in findings]


@pytest.mark.parametrize("rule", EVERY_RULE, ids=lambda rule: rule.code)
def test_every_rule_is_told_in_korean_too_and_said_in_a_sentence(rule):
    assert rule.code in FORMS
    assert rule.says.endswith(".")


def test_a_rule_reads_columns_that_there_are():
    for kind in KINDS.values():
        assert {name for rule in kind.rules for name in rule.needs} <= {column.name for column in kind.columns}
    for rule in WIDE_RULES:
        assert set(rule.told_at) <= set(rule.reads)
        for kind, names in rule.reads.items():
            assert set(names) <= {column.name for column in KINDS[kind].columns}


# A lot

LOT = "lot,species,cultivation,plot,seeded_on,age_years,part,harvested_on"


@pytest.mark.parametrize(
    ("cells", "code", "severity", "column"),
    [
        ("field,P-1,2016-04-10,12,root,2026-10-12", "age-and-dates", Severity.ASKS, "age_years"),
        ("field,P-1,2026-10-12,,root,2026-10-12", "seeded-after-harvest", Severity.STOPS, "seeded_on"),
        ("wild-simulated,,2016-04-10,10,root,2026-10-12", "plot-missing", Severity.ASKS, "plot"),
        ("field,,,,root,2026-10-12", "plot-missing", Severity.ASKS, "plot"),
    ],
)
def test_a_lot_that_contradicts_itself_is_told(told, cells, code, severity, column):
    assert told(f"{LOT}\nL-1,Panax ginseng,{cells}\n") == [(code, severity, 2, column)]


@pytest.mark.parametrize(
    "cells",
    [
        "wild,,,30,root,2026-10-12",
        "field,P-1,2015-11-01,11,root,2026-10-12",
        "field,P-1,2016-04-10,10,root,2026-10-12",
        "field,P-1,,6,root,2026-10-12",
    ],
)
def test_a_lot_within_a_year_of_its_days_and_a_wild_one_without_plot_are_right(told, cells):
    assert told(f"{LOT}\nL-1,Panax ginseng,{cells}\n") == []


def test_an_age_at_odds_with_the_days_says_what_they_make(judged):
    _, (finding,) = judged(f"{LOT}\nL-1,Panax ginseng,field,P-1,2016-04-10,3,root,2026-10-12\n")
    assert str(finding) == (
        "row 2, column 'age_years': found '3' years for a lot sown on '2016-04-10' and harvested on '2026-10-12', "
        "expected 10.5 years, give or take one. Correct the age or a day; accept it if the lot was planted out as "
        "seedlings."
    )


@given(seeded=st.dates(), years=st.floats(0.1, 60), apart=st.floats(-5, 5))
def test_an_age_is_asked_about_exactly_beyond_a_year(names, seeded, years, apart):
    try:
        harvested = seeded.replace(year=seeded.year + int(years) + 1)
    except ValueError:
        return
    grown = (harvested - seeded).days / 365.25
    columns = {
        "lot": ["L"],
        "species": ["P"],
        "cultivation": ["wild"],
        "part": ["root"],
        "seeded_on": [str(seeded)],
        "harvested_on": [str(harvested)],
        "age_years": [str(max(0.0, grown + apart))],
    }
    _, findings = judge(TextTable("lot", columns, [2]), code_of=names.code_of)
    in_future = any(f.code in ("in-future", "out-of-range", "not-a-date") for f in findings)
    asked = any(f.code == "age-and-dates" for f in findings)
    assert in_future or asked == (abs(float(columns["age_years"][0]) - grown) > 1)


def test_a_cell_at_fault_is_told_once_and_breaks_no_rule(told):
    rows = told(f"{LOT}\nL-1,Panax ginseng,field,P-1,3/4/2016,3,root,2026-10-12\n")
    assert rows == [("not-a-date", Severity.STOPS, 2, "seeded_on")]


# Extracts

EXTRACT = "extract,made_on,amount (g),yield (%)"
INPUT = "extract,input,amount (g)"
LOTS = "lot,species,cultivation,part,harvested_on,fresh mass (g)\nL-1,Panax ginseng,wild,root,2026-10-12,1500\n"


def test_an_extract_made_from_itself_stops(told):
    assert told(f"{INPUT}\nEX-1,EX-1,5\n") == [("made-from-itself", Severity.STOPS, 2, "input")]


def test_extracts_made_from_each_other_stop_at_the_last_draw(together):
    made = f"{EXTRACT}\nEX-1,2026-10-20,10,\nEX-2,2026-10-20,10,\n"
    (finding,) = together(made, f"{INPUT}\nEX-1,EX-2,5\n", stored=[f"{INPUT}\nEX-2,EX-1,5\n"])
    assert (finding.code, finding.severity, finding.place.row) == ("made-in-a-circle", Severity.STOPS, 2)
    assert finding.found in ("'EX-1' from 'EX-2' from 'EX-1'", "'EX-2' from 'EX-1' from 'EX-2'")


def test_a_chain_and_a_fork_of_extracts_are_no_circle(together):
    made = f"{EXTRACT}\n" + "".join(f"EX-{i},2026-10-20,100,\n" for i in range(1, 5))
    assert together(made, f"{INPUT}\nEX-2,EX-1,5\nEX-3,EX-1,5\nEX-4,EX-2,5\nEX-4,EX-3,5\n") == []


def test_draws_of_file_and_store_together_are_no_more_than_the_lot(together):
    made = f"{EXTRACT}\nEX-1,2026-10-20,310,\nEX-2,2026-10-21,310,\n"
    stored = [LOTS, made, f"{INPUT}\nEX-1,L-1,1000\n"]
    assert together(f"{INPUT}\nEX-2,L-1,500\n", stored=stored) == []
    (finding,) = together(f"{INPUT}\nEX-2,L-1,501\n", stored=stored)
    assert (finding.severity, str(finding)) == (
        Severity.STOPS,
        "row 2, column 'amount (g)': found '1501 g' drawn of 'L-1' in all, expected no more than the 1500 g there "
        "were. Correct the amounts, or the code of what was drawn.",
    )


def test_a_batch_draws_on_its_extract_as_well(together):
    made = f"{EXTRACT}\nEX-1,2026-10-20,310,\n"
    lines = "batch,ingredient,amount (g)\nB-1,EX-1,300\nB-2,EX-1,11\n"
    batches = "batch,formulation,size (g),made_on\nB-1,F-1,300,2026-10-27\nB-2,F-1,11,2026-10-27\n"
    recipe = "formulation,ingredient,share,unit\nF-1,EX-1,100,%\n"
    assert said(together(lines, stored=[made, batches, recipe])) == [("drawn-too-much", 3, "amount (g)")]


def test_nothing_is_made_before_what_it_is_made_of(together):
    made = f"{EXTRACT}\nEX-1,2026-10-11,310,\n"
    told = together(LOTS, made, f"{INPUT}\nEX-1,L-1,1000\n")
    assert [(f.code, f.severity, f.found) for f in told] == [
        ("made-before-its-inputs", Severity.STOPS, "'EX-1' of '2026-10-11', made from 'L-1' of '2026-10-12'")
    ]
    same_day = f"{EXTRACT}\nEX-1,2026-10-12,310,\n"
    assert together(LOTS, same_day, f"{INPUT}\nEX-1,L-1,1000\n") == []


def test_a_lot_that_comes_after_its_extract_is_held_against_it(together):
    stored = [f"{EXTRACT}\nEX-1,2026-10-11,310,\n", f"{INPUT}\nEX-1,L-1,2000\n"]
    assert said(together(LOTS, stored=stored)) == [
        ("drawn-too-much", 2, "fresh mass (g)"),
        ("made-before-its-inputs", 2, "harvested_on"),
    ]


def test_an_input_nobody_knows_is_asked_about_with_the_nearest_name(together):
    made = f"{EXTRACT}\nEX-1,2026-10-20,310,\n"
    (finding,) = together(f"{INPUT}\nEX-1,L-l,10\nEX-1,L-l,11\n", stored=[LOTS, made])
    assert (finding.code, finding.severity, finding.found) == ("unknown-input", Severity.ASKS, "'L-l'")
    assert finding.remedy.startswith("Did you mean L-1? Correct it,")


def test_an_extract_nobody_knows_is_asked_about(together):
    steps = "extract,step_no,step\nEX-9,1,wash\n"
    assert said(together(steps)) == [("unknown-extract", 2, "extract")]
    assert together(steps, f"{EXTRACT}\nEX-9,2026-10-20,310,\n") == []


@pytest.mark.parametrize(("percent", "asked"), [("31.0", False), ("90", False), ("30.1", True), ("320", True)])
def test_a_yield_counts_the_dry_mass_which_is_no_more_than_was_drawn(together, percent, asked):
    told = together(LOTS, f"{EXTRACT}\nEX-1,2026-10-20,310,{percent}\n", f"{INPUT}\nEX-1,L-1,1000\n")
    assert [f.code for f in told] == ["yield-and-inputs"] * asked


def test_inputs_at_odds_with_the_yield_of_a_stored_extract_are_asked_about_at_their_amount(together):
    stored = [LOTS, f"{EXTRACT}\nEX-1,2026-10-20,310,31\n"]
    assert said(together(f"{INPUT}\nEX-1,L-1,500\n", stored=stored)) == [("yield-and-inputs", 2, "amount (g)")]


# The steps of a process

STEP = "extract,no,step,planned_c,actual_c,planned_min,actual_min,solvent,agent"


@pytest.mark.parametrize(
    ("cells", "columns"),
    [
        ("steam,,98,,,,", ["actual_min"]),
        ("steam,,,180,,,", ["actual_c"]),
        ("steam,,,,,,", ["actual_c", "actual_min"]),
        ("ferment,,37,,,,", ["agent"]),
        ("enzyme,,50,,,,", ["agent"]),
        ("extract,,80,,,,", ["solvent"]),
        ("steam,98,,180,,,", []),
        ("ferment,,,,,,L. plantarum", []),
        ("extract,,,,,ethanol,", []),
        ("wash,,,,,,", []),
    ],
)
def test_a_step_says_what_it_cannot_be_repeated_without(told, cells, columns):
    assert told(f"{STEP}\nEX-1,1,{cells}\n") == [("step-incomplete", Severity.ASKS, 2, name) for name in columns]


@pytest.mark.parametrize(
    ("cells", "columns"),
    [
        ("steam,98,77,180,180,,", ["actual_c"]),
        ("steam,98,118,180,361,,", ["actual_min"]),
        ("steam,98,98,180,89,,", ["actual_min"]),
        ("steam,98,78,180,360,,", []),
        ("steam,98,118,180,90,,", []),
    ],
)
def test_a_step_far_from_its_plan_is_noted(told, cells, columns):
    assert told(f"{STEP}\nEX-1,1,{cells}\n") == [("far-from-plan", Severity.NOTES, 2, name) for name in columns]


@pytest.mark.parametrize(("numbers", "row"), [("1 2 4", 4), ("2 3", 2), ("3 1 2", None), ("1", None)])
def test_steps_are_counted_without_gaps(together, numbers, row):
    lines = [f"EX-1,{number},wash,,,,,," for number in numbers.split()]
    told = together("\n".join([STEP, *lines]), stored=[f"{EXTRACT}\nEX-1,2026-10-20,310,\n"])
    assert said(told) == ([("steps-not-counted", row, "no")] if row else [])


def test_steps_go_on_from_those_in_the_store(together):
    stored = [f"{EXTRACT}\nEX-1,2026-10-20,310,\n", f"{STEP}\nEX-1,1,wash,,,,,,\n"]
    assert together(f"{STEP}\nEX-1,2,dry,,,,,,\n", stored=stored) == []
    assert said(together(f"{STEP}\nEX-1,1,dry,,,,,,\n", stored=stored)) == [("already-stored", 2, "extract")]


# Batches

BATCH = "batch,formulation,size (g),made_on\nB-1,F-1,1000,2026-10-27\n"
RECIPE = "formulation,ingredient,share,unit\nF-1,Water,100,%\n"


@pytest.mark.parametrize(("grams", "asked"), [("950", False), ("1050", False), ("949", True), ("1051", True)])
def test_what_was_weighed_sums_to_the_batch_within_five_percent(together, grams, asked):
    lines = f"batch,ingredient,amount (g)\nB-1,Water,{grams}\n"
    told = together(BATCH, lines, stored=[RECIPE])
    assert said(told) == [("batch-sum", 2, "size (g)")] * asked


def test_a_batch_of_a_formulation_nobody_knows_is_asked_about(together):
    (finding,) = together(BATCH, stored=[RECIPE.replace("F-1", "F-10")])
    assert (finding.code, finding.found) == ("unknown-formulation", "'F-1'")
    assert finding.remedy.startswith("Did you mean F-10? ")


# Stability

STABILITY = "batch,temperature (°C),week,endpoint,value,unit"


def test_a_condition_without_its_start_is_asked_about_with_its_properties(together):
    sheet = f"{STABILITY}\nB-1,25,0,pH,5.6,pH\nB-1,25,4,pH,5.6,pH\nB-1,40,4,pH,5.4,pH\nB-1,40,4,viscosity,4000,mPa·s\n"
    (finding,) = together(sheet, stored=[BATCH])
    assert (finding.code, finding.severity, finding.place.row) == ("week-zero-missing", Severity.ASKS, 4)
    assert finding.found == "no week 0 of 'pH', 'viscosity' for 'B-1' at '40'"


def test_a_start_in_the_store_serves_the_later_weeks(together):
    start = f"{STABILITY}\nB-1,25,0,pH,5.6,pH\n"
    assert together(f"{STABILITY}\nB-1,25,4,pH,5.6,pH\n", stored=[BATCH, start]) == []


# A trial

SKIN = "trial,subject,arm,side,visit_week,measured_on,endpoint,value,unit"


def visits(*rows):
    """Return a sheet of TEWL from rows such as '012 A left 0 2026-01-05'."""
    return "\n".join([SKIN, *(f"T-1,{','.join(row.split())},TEWL,9.1,g/m2/h" for row in rows)])


@pytest.mark.parametrize(
    ("rows", "code", "row"),
    [
        (["01 A left 0 2026-01-05", "01 A left 0 2026-01-12"], "two-baselines", 3),
        (["01 A left 0 2026-01-05", "01 B left 0 2026-01-05"], "two-arms", 3),
        (["01 A left 0 2026-01-05", "01 A left 4 2026-02-02", "01 B left 4 2026-02-02"], "two-arms", 4),
        (["01 A left 0 2026-01-05", "01 B left 4 2026-02-02"], "arm-changed", 3),
        (["01 A left 4 2026-02-02"], "baseline-missing", 2),
        (["01 A left 0 2026-01-05", "01 A right 4 2026-02-02"], "baseline-missing", 3),
        (["01 A left 0 2026-02-05", "01 A left 4 2026-02-02"], "visits-out-of-order", 3),
        (["01 A left 0 2026-02-02", "01 A left 4 2026-02-02"], "visits-out-of-order", 3),
        (
            [
                "01 A left 0 2026-01-05",
                "01 B right 0 2026-01-05",
                "02 A left 0 2026-01-05",
                "02 A right 0 2026-01-05",
            ],
            "sides-alike",
            4,
        ),
    ],
)
def test_a_trial_that_contradicts_itself_is_told(together, rows, code, row):
    assert [(f.code, f.place.row) for f in together(visits(*rows)) if f.code != "duplicate-row"] == [(code, row)]


def test_a_trial_in_order_is_no_question(together):
    parallel = ["01 A left 0 2026-01-05", "01 A right 0 2026-01-05", "01 A left 4 2026-02-02", "02 B left 0 2026-01-06"]
    split = ["01 A left 0 2026-01-05", "01 B right 0 2026-01-05", "02 B left 0 2026-01-05", "02 A right 0 2026-01-05"]
    screened = ["01 A left -2 2025-12-20", "01 A left 0 2026-01-05"]
    assert [together(visits(*rows)) for rows in (parallel, split, screened)] == [[], [], []]


def test_a_later_visit_is_held_against_the_baseline_in_the_store(together):
    stored = [visits("01 A left 0 2026-01-05")]
    assert together(visits("01 A left 4 2026-02-02"), stored=stored) == []
    assert said(together(visits("01 A left 0 2026-02-02"), stored=stored)) == [
        ("two-baselines", 2, "visit_week"),
        ("already-stored", 2, "trial"),
    ]


# Survival

ANIMAL = "study,organism,arm,vessel,individual,count,day,event,cause"


@pytest.mark.parametrize(
    ("cells", "code", "severity", "column"),
    [
        ("17,,21,censored,", "censored-without-cause", Severity.ASKS, "cause"),
        ("17,3,21,died,", "one-animal-counted", Severity.STOPS, "count"),
        (",5000,21,died,", "many-at-once", Severity.ASKS, "count"),
    ],
)
def test_a_death_that_contradicts_itself_is_told(told, cells, code, severity, column):
    assert told(f"{ANIMAL}\nS-1,C. elegans,EX-1,P1,{cells}\n") == [(code, severity, 2, column)]


def test_a_row_may_stand_for_a_thousand_animals(told):
    assert told(f"{ANIMAL}\nS-1,C. elegans,EX-1,P1,,1000,21,died,\n") == []


def test_an_animal_dies_once(together):
    twice = f"{ANIMAL}\nS-1,C. elegans,EX-1,P1,17,,21,died,\nS-1,C. elegans,EX-1,P1,17,,25,died,\n"
    assert said(together(twice)) == [("animal-twice", 3, "individual")]
    assert together(twice.replace("P1,17,,25", "P2,17,,25")) == []


# A content

CONTENT = "sample,analyte,value,unit,sd,n,LOD (mg/g),LOQ (mg/g)"


@pytest.mark.parametrize(
    ("cells", "code", "severity", "column"),
    [
        ("0.5,mg/g,,,0.06,0.05", "limits-crossed", Severity.STOPS, "LOD (mg/g)"),
        ("0.04,mg/g,,,,0.05", "below-limit", Severity.NOTES, "value"),
        ("0.5,mg/g,1.1,3,,", "deviation-large", Severity.ASKS, "sd"),
        ("0.5,mg/g,,3-5,,", "count-not-whole", Severity.NOTES, "n"),
    ],
)
def test_a_content_that_contradicts_itself_is_told(told, cells, code, severity, column):
    assert told(f"{CONTENT}\nA,Rg1,{cells}\n") == [(code, severity, 2, column)]


@pytest.mark.parametrize(
    "cells",
    ["< 0.05,mg/g,,,0.02,0.05", "0.05,%,0.05,3,0.02,0.05", "0.05,mg/g,0.10,3,0.05,0.05", "N.D.,mg/g,,6,0.05,0.05"],
)
def test_bounds_marks_and_values_above_the_limit_are_right(told, cells):
    assert told(f"{CONTENT}\nA,Rg1,{cells}\n") == []


def test_a_limit_is_read_in_the_unit_of_its_own_heading(judged):
    readings, _ = judged("sample,Rg1 (mg/g),LOQ (µg/g)\nA,3.2,50\n")
    assert (readings.columns["value"], readings.columns["loq"]) == ([3.2], [0.05])


# All rules


def test_the_examples_of_all_templates_agree_with_each_other(read, names):
    tables = [
        TextTable(kind.name, {column.name: [column.example] for column in kind.columns}, [2]) for kind in KINDS.values()
    ]
    readings = [judge(table, code_of=names.code_of)[0] for table in tables]
    told = weigh_wide_rules(WIDE_RULES, tables, readings, {})
    assert [f.code for f in told] == ["batch-sum"]  # one line of a recipe is not the whole batch


def test_beyond_twenty_breaches_of_a_rule_one_says_how_many_more(together):
    lines = [f"EX-{i},X-{i},1" for i in range(25)]
    told = [f for f in together("\n".join([INPUT, *lines])) if f.code == "unknown-input"]
    assert len(told) == 21
    assert told[-1].found == "5 more of this kind, the last at row 26, column 'input'"
    told = [f for f in together("\n".join([INPUT, *lines[:20]])) if f.code == "unknown-input"]
    assert [f.found for f in told] == [f"'X-{i}'" for i in range(20)]


def test_no_rule_speaks_of_rows_whose_cells_are_at_fault(together):
    sheets = (
        f"{EXTRACT}\nEX-1,someday,lots,many\n",
        f"{INPUT}\nEX-1,,much\n",
        f"{STEP}\nEX-1,one,wash,,,,,,\nEX-1,3,dry,,,,,,\n",
        f"{STABILITY}\nB-1,25,start,pH,5.6,pH\nB-1,25,4,pH,5.6,pH\n",
        f"{SKIN}\nT-1,01,A,left,first,someday,TEWL,9,g/m2/h\nT-1,01,A,left,4,2026-01-05,TEWL,9,g/m2/h\n",
        BATCH.replace("1000", "big"),
        f"{ANIMAL}\nS-1,C. elegans,EX-1,P1,17,many,late,died,\n",
    )
    assert {f.code for f in together(*sheets, stored=[RECIPE])} == set()
