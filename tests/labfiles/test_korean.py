"""Each finding can be told in Korean, with what was typed and what to write."""

import ast
import re
from pathlib import Path

import pytest

import ginseng_rd
from ginseng_rd.errors import Finding, Place, Severity
from ginseng_rd.labfiles.korean import FORMS, in_korean

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
        ('A,Rg1,"3,2",mg/g', "2행 'value' 열: 숫자가 아닙니다: '3,2'. 3.2(으)로 적으십시오."),
        (
            "A,Rgl,1,mg/g",
            "2행 'analyte' 열: 등록되지 않은 성분명입니다: 'Rgl'. "
            "Rg1 입니까? 이름을 고치거나, 성분 코드 없이 그대로 승인하십시오.",
        ),
        ("A,Rg1,1,mg/q", "2행 'unit' 열: 이 열에서 쓸 수 없는 단위입니다: 'mg/q'. mg/g(으)로 적으십시오."),
        (
            'A,Rg1,"10,000",mg/g',
            "2행 'value' 열: 숫자가 아닙니다: '10,000'. 10000 또는 10.000(으)로 적으십시오.",
        ),
        ("A,Rg1,,mg/g", "2행 'value' 열: 필수 칸이 비어 있습니다. 값을 적으십시오."),
        (",Rg1,1,mg/g", "2행 'sample' 열: 필수 칸이 비어 있습니다. 값을 적으십시오."),
    ],
)
def test_a_fault_is_told_in_korean_with_its_place_and_what_to_write(judged, sheet, korean):
    _, (finding,) = judged(f"sample,analyte,value,unit\n{sheet}\n")
    assert in_korean(finding) == korean


def test_both_days_of_an_ambiguous_date_are_named():
    remedy = "Write 2026-03-04 or 2026-04-03."
    finding = Finding(Severity.STOPS, "not-a-date", Place("Lots", 3, "채취일"), "'3/4/2026'", "a day", remedy)
    assert in_korean(finding) == (
        "'Lots' 시트 3행 '채취일' 열: 날짜가 아니거나 두 가지로 읽힙니다: '3/4/2026'. "
        "2026-03-04 또는 2026-04-03(으)로 적으십시오."
    )


def test_a_code_that_is_not_known_stays_english():
    finding = Finding(Severity.STOPS, "made-up", Place(row=2), "x", "y", "Do z.")
    assert in_korean(finding) == str(finding)
