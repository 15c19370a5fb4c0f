"""Each finding can be told in Korean, with what was typed and what to write."""

import ast
import re
from contextvars import copy_context
from pathlib import Path

import pytest

import ginseng_rd
from ginseng_rd.errors import Finding, LabFileRejected, Place, Severity, UnknownName, findings_table
from ginseng_rd.words import language, speak
from ginseng_rd.words.korean import FORMS

MAKERS = re.compile(r"Finding|tell|_tell_\w+|_fault|_refusal|_rejected|_hidden|_note|_told")


def _codes_in_use():
    """Return the codes in the package: the first text with hyphens that a maker of findings is given."""
    for path in Path(ginseng_rd.__file__).parent.rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(call, ast.Call) and MAKERS.fullmatch(
                getattr(call.func, "attr", getattr(call.func, "id", ""))
            ):
                texts = [a.value for a in call.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
                yield from [text for text in texts if re.fullmatch(r"[a-z]+(-[a-z]+)+", text)][:1]


def test_every_code_in_the_package_has_a_korean_form():
    assert set(_codes_in_use()) - set(FORMS) == set()


@pytest.mark.parametrize(
    ("sheet", "korean"),
    [
        ('A,Rg1,"3,2",mg/g', "2행, 'value' 열: 숫자가 아닙니다: '3,2'. 3.2(으)로 적으십시오."),
        (
            "A,Rgl,1,mg/g",
            "2행, 'analyte' 열: 등록되지 않은 성분명입니다: 'Rgl'. "
            "Rg1 입니까? 이름을 고치거나, 성분 코드 없이 그대로 승인하십시오.",
        ),
        ("A,Rg1,1,MG/G", "2행, 'unit' 열: 이 열에서 쓸 수 없는 단위입니다: 'MG/G'. mg/g(으)로 적으십시오."),
        (
            "A,Rg1,1,mg/q",
            "2행, 'unit' 열: 이 열에서 쓸 수 없는 단위입니다: 'mg/q'. "
            "맞는 값: mg/g, mg/root, % of total ginsenosides, ratio. 단위를 고치십시오.",
        ),
        ("A,Rg1,x,mg/g", "2행, 'value' 열: 숫자가 아닙니다: 'x'. 숫자만 적으십시오(소수점은 점으로)."),
        (
            "A,Rg1,#N/A,mg/g",
            "2행, 'value' 열: 숫자가 아닙니다: '#N/A'. 엑셀이 계산하지 못한 칸입니다. 수식을 고치거나 칸을 비우십시오.",
        ),
        (
            "A,Rg1,5.2%,mg/g",
            "2행, 'value' 열: 숫자가 아닙니다: '5.2%'. "
            "단위가 %이면 5.2(으)로 적고, 아니면 셀을 일반 숫자로 표시하십시오.",
        ),
        (
            'A,Rg1,"10,000",mg/g',
            "2행, 'value' 열: 숫자가 아닙니다: '10,000'. 10000 또는 10.000(으)로 적으십시오.",
        ),
        ("A,Rg1,,mg/g", "2행, 'value' 열: 필수 칸이 비어 있습니다. 값을 적으십시오."),
        (",Rg1,1,mg/g", "2행, 'sample' 열: 필수 칸이 비어 있습니다. 값을 적으십시오."),
        (
            "A,Rg1,1200,mg/g",
            "2행, 'value' 열: 허용 범위를 벗어났습니다: '1200 mg/g'. 맞는 값: 0~1000 mg/g. 숫자와 단위를 확인하십시오.",
        ),
        (
            "A,Rg1,1,mg/g,x",
            "2행: 칸 수가 제목 행과 다릅니다: 5칸. 맞는 값: 제목 수와 같은 4칸. "
            "쉼표가 든 글은 따옴표로 묶고, 숫자는 소수점으로 적으십시오.",
        ),
        (
            "A,Rg1,1,mg/g\nA,Rg1,2,mg/g",
            "3행, 'value' 열: 앞의 행과 같은 측정입니다: 2행. 둘 중 하나를 지우거나 구분되는 항목을 적으십시오.",
        ),
    ],
)
def test_a_fault_is_told_in_korean_with_its_place_and_what_to_write(judged, korean_spoken, sheet, korean):
    _, findings = judged(f"sample,analyte,value,unit\n{sheet}\n")
    assert korean in [finding.told() for finding in findings]


def test_the_nearest_kind_and_the_column_it_lacks_are_named_in_korean(read, korean_spoken):
    with pytest.raises(LabFileRejected, match="가장 가까운 종류는 'content', 빠진 열은 'value' \\(함량\\)"):
        read("sample,analyte,valeu,unit\nA,Rg1,1,mg/g\n")


@pytest.fixture
def korean_spoken(monkeypatch):
    monkeypatch.setenv("GINSENG_RD_LANGUAGE", "ko")


def stops(code: str, place: Place, found: str, expected: str = "y", remedy: str = "Do z.") -> Finding:
    return Finding(Severity.STOPS, code, place, found, expected, remedy)


def test_both_days_of_an_ambiguous_date_are_named(korean_spoken):
    place, remedy = Place("Lots", 3, "채취일"), "Write 2026-03-04 or 2026-04-03."
    assert stops("not-a-date", place, "'3/4/2026'", "a day", remedy).told() == (
        "'Lots' 시트, 3행, '채취일' 열: 날짜가 아니거나 두 가지로 읽힙니다: '3/4/2026'. "
        "2026-03-04 또는 2026-04-03(으)로 적으십시오."
    )


def test_what_is_left_of_many_faults_alike_is_counted(judged, korean_spoken):
    rows = "\n".join(f"A{n},Rg1,x,mg/g" for n in range(25))
    _, findings = judged(f"sample,analyte,value,unit\n{rows}\n")
    assert findings[-1].told() == (
        "숫자가 아닙니다: 같은 것이 5개 더 있습니다 (마지막: 26행, 'value' 열). 같은 방법으로 고치십시오."
    )


def test_a_code_that_is_not_known_stays_english(korean_spoken):
    finding = stops("made-up", Place(row=2), "x")
    assert finding.told() == str(finding)


def test_a_finding_is_kept_in_english_whatever_is_spoken(korean_spoken):
    finding = stops("not-a-number", Place(row=2), "'x'", "a number")
    assert str(finding) == "row 2: found 'x', expected a number. Do z."


def test_english_is_told_where_no_language_is_chosen():
    finding = stops("not-a-number", Place(row=2), "'x'", "a number")
    assert finding.told() == str(finding)


def test_a_refusal_is_korean_from_its_first_line_to_its_last(korean_spoken):
    asked = Finding(Severity.ASKS, "unknown-compound", Place(row=3), "'Rgx'", "the name of a known compound", "Mend.")
    assert str(LabFileRejected("a.csv", [asked])) == (
        "a.csv: 올리지 않았습니다. 확인할 것 1.\n"
        "  3행: 등록되지 않은 성분명입니다: 'Rgx'. 이름을 고치거나, 성분 코드 없이 그대로 승인하십시오.\n"
        "이대로 저장하려면 승인(accept)하십시오: unknown-compound"
    )
    assert "<th>조치</th>" in LabFileRejected("a.csv", [asked])._repr_html_()


def test_the_table_of_findings_has_headings_and_severities_in_the_language(korean_spoken):
    table = findings_table([stops("out-of-range", Place("함량", 4, "Rg1"), "'1200'", "0 to 1000 mg/g")])
    assert table.iloc[0].to_dict() == {
        "구분": "수정 필요",
        "시트": "함량",
        "행": 4,
        "열": "Rg1",
        "문제": "허용 범위를 벗어났습니다: '1200'",
        "맞는 값": "0~1000 mg/g",
        "조치": "숫자와 단위를 확인하십시오.",
        "코드": "out-of-range",
    }


def test_an_unknown_name_is_told_in_korean_with_the_nearest(korean_spoken):
    assert str(UnknownName("compound", "Rh", ["Rh1"])) == "'Rh': 그런 이름의 성분이 없습니다. 'Rh1' 입니까?"


def test_what_is_spoken_for_one_command_goes_before_the_setting(korean_spoken):
    def in_english() -> str:
        speak("en")
        return language()

    assert (copy_context().run(in_english), language()) == ("en", "ko")
