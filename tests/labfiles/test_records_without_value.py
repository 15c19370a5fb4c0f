"""Lots, extracts, steps, batches and deaths are judged like readings, though nothing in them is measured."""

from ginseng_rd.errors import Place

LOT = "로트,종,재배구분,필지,부위,채취일,생중량 (kg),단가 (만원/kg),해발고도"


def told(findings):
    return [str(finding) for finding in findings]


def test_a_lot_is_kept_in_the_units_of_the_store_and_the_words_of_the_declaration(judged):
    readings, findings = judged(f"{LOT}\nL-1,Panax ginseng,산양,12-3,뿌리,2026. 10. 12.,1.5,85,620\n")
    lot = {name: column[0] for name, column in readings.columns.items() if column[0] is not None}
    assert findings == []
    assert lot == {
        "lot": "L-1",
        "species": "Panax ginseng",
        "cultivation": "wild-simulated",
        "plot": "12-3",
        "altitude_m": 620.0,
        "part": "root",
        "harvested_on": "2026-10-12",
        "fresh_mass_g": 1500.0,
        "price_krw_per_kg": 850000.0,
    }


def test_a_row_that_measures_nothing_is_placed_by_what_names_it(judged):
    readings, _ = judged(f"{LOT}\nL-1,Panax ginseng,산양,12-3,뿌리,2026-10-12,1.5,85,620\n")
    assert list(readings.places) == [Place("", 2, "로트")]


def test_every_fault_of_a_lot_is_told_at_once(judged):
    _, findings = judged(f"{LOT}\nL-2,Panax ginseng,야생,,무,3/4/2026,1.5,85,9000\n")
    assert told(findings) == [
        "row 2, column '부위': found '무', expected one of root (뿌리), leaf (잎), stem (줄기), berry (열매), "
        "flower (꽃), seed (씨앗), whole plant (전초). Write one of them, or leave the cell empty.",
        "row 2, column '채취일': found '3/4/2026', expected a day that can be read in one way only. "
        "Write 2026-03-04 or 2026-04-03.",
        "row 2, column '해발고도': found '9000', expected 0 to 3000 m. Check the number and its unit.",
    ]


def test_a_step_numbered_twice_is_refused(judged):
    _, findings = judged("추출물,순번,공정\nEX-12,1,세척\nEX-12,1,건조\n")
    assert told(findings) == [
        "row 3, column '추출물': found the same extract, step_no as in row 2, expected each reading once. "
        "Remove one of the two."
    ]


def test_a_death_needs_an_animal_or_a_count(judged):
    _, findings = judged("수명시험,생물종,시험군,일차,결과,개체수\nS-1,C. elegans,EX-12,21,사망,\n")
    assert told(findings) == [
        "row 2, column 'individual': found empty cells, expected 'individual' (개체번호) or 'count' (개체수). "
        "Fill in one of them."
    ]


def test_study_weeks_may_be_given_in_days(judged):
    readings, findings = judged(
        "시험번호,피험자번호,시험군,방문 (일),측정항목,측정값,단위\nT-1,012,serum,28,TEWL,9.1,g/m2/h\n"
    )
    assert (readings.kind, findings) == ("skin", [])
    assert (readings.columns["visit_week"], readings.columns["unit"]) == ([4.0], ["g/m²/h"])
