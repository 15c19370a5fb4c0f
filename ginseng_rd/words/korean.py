"""Findings in Korean: what each code means and what to do, beside what was typed.

A finding is made in English, with values inside its sentences. Its code says what kind of fault it
is, so a Korean reader is told that fault in a sentence of its own, with the texts that the finding
quotes, what it says would be right, and what it says to write.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_QUOTED = re.compile(r"'([^']*)'")
_TO_WRITE = re.compile(
    r"Write (?!it\b)(\S+?)(?:,? or (\S+?))?(?: or (\S+?))?(?: if the comma was a decimal one)?(?:, and .*)?\.(?= |$)"
)
_IF_PERCENT = re.compile(r"Write (\S+) if the unit is %")
_NEAREST = re.compile(r"Did you mean (.+?)\? ")
_MORE = re.compile(
    r"(\d+) more of this kind, the last at (?:sheet '(.*?)')?(?:, )?(?:row (\d+))?(?:, )?(?:column '(.*)')?"
)
_COUNTED = re.compile(r"(\d+) (?:\w+ )?(cells|wells|rows)\b")
_AS_IN_ROW = re.compile(r"as in row (\d+)")
_COUNTERS = {"cells": "칸", "wells": "웰", "rows": "개 행"}

_EXPORT_AGAIN = "장비에서 다시 내보낸 파일을 올리십시오."
_AS_IT_IS = "맞으면 그대로 승인하십시오."
_BESIDE = "글자로만 함께 보관합니다."

# Code by code: what is wrong, and what to do.
FORMS: dict[str, tuple[str, str]] = {
    # cells
    "missing-cell": ("필수 칸이 비어 있습니다", "값을 적으십시오."),
    "not-a-number": ("숫자가 아닙니다", "숫자만 적으십시오(소수점은 점으로)."),
    "not-whole": ("정수가 아닙니다", "소수점 없이 적으십시오."),
    "not-a-date": ("날짜가 아니거나 두 가지로 읽힙니다", "2026-03-14처럼 연-월-일로 적으십시오."),
    "in-future": ("오늘보다 뒤의 날짜입니다", "연, 월, 일을 확인하십시오."),
    "out-of-range": ("허용 범위를 벗어났습니다", "숫자와 단위를 확인하십시오."),
    "unknown-unit": ("이 열에서 쓸 수 없는 단위입니다", "단위를 고치십시오."),
    "unknown-compound": ("등록되지 않은 성분명입니다", "이름을 고치거나, 성분 코드 없이 그대로 승인하십시오."),
    "wrong-choice": ("정해진 값이 아닙니다", "정해진 값 가운데 하나를 적으십시오."),
    "vague-share": ("배합비는 범위나 표시가 아니라 숫자여야 합니다", "칭량할 값을 적으십시오."),
    "decimal-comma": ("소수점 대신 쉼표로 적혀 있습니다", "소수로 읽었습니다."),
    "unit-conflict": ("칸의 단위가 열의 단위와 다릅니다", f"고치거나, {_AS_IT_IS}"),
    # rows and sheets
    "duplicate-row": ("앞의 행과 같은 측정입니다", "둘 중 하나를 지우거나 구분되는 항목을 적으십시오."),
    "compound-twice": ("한 성분이 두 이름으로 적혀 있습니다", f"하나를 지우거나 이름을 고치십시오. {_AS_IT_IS}"),
    "repeated-on-sheets": ("다른 시트와 같은 측정이 있습니다", f"한쪽을 빼십시오. 두 번 잰 것이 {_AS_IT_IS}"),
    "summary-row": ("시료가 아니라 평균이나 합계의 행으로 보입니다", f"그 행을 빼십시오. 시료 이름이 {_AS_IT_IS}"),
    "row-without-reading": ("측정값이 없는 행입니다", "저장하지 않았습니다."),
    "no-such-well": ("플레이트에 없는 웰입니다", "B07처럼 고치십시오. 승인하면 글자로 보관합니다."),
    "absorbance-too-low": ("흡광도가 너무 낮습니다", f"숫자와 부호를 확인하십시오. {_AS_IT_IS}"),
    "negative-concentration": ("농도가 음수입니다", f"숫자를 확인하십시오. 차이값이 {_AS_IT_IS}"),
    "dose-too-large": ("있을 수 없는 농도입니다", f"숫자와 소수점, 단위를 확인하십시오. {_AS_IT_IS}"),
    "repeated-reading": ("앞의 행과 값까지 같습니다", f"둘 중 하나를 지우십시오. 반복 측정이 {_AS_IT_IS}"),
    "replicates-unnumbered": ("반복 번호가 없는 반복 측정입니다", "반복 측정으로 보았습니다."),
    "ragged-row": ("칸 수가 제목 행과 다릅니다", "쉼표가 든 글은 따옴표로 묶고, 숫자는 소수점으로 적으십시오."),
    "broken-quotes": ("따옴표가 맞지 않습니다", "따옴표를 닫으십시오."),
    "cell-too-long": ("칸이 너무 깁니다", "따옴표를 닫거나 그 칸을 줄이십시오."),
    "code-page": ("UTF-8이 아닌 글자입니다", "글자가 깨져 보이면 'CSV UTF-8'로 저장해 다시 올리십시오."),
    "no-kind-fits": ("제목 행으로 자료 종류를 알 수 없습니다", "제목을 고치거나, 어느 열이 무엇인지 지정하십시오."),
    "no-rows": ("제목만 있고 자료가 없습니다", "자료를 넣어 다시 올리십시오."),
    "sheet-not-read": ("읽을 수 없는 시트입니다", "빼고 저장합니다. 측정값이 있으면 제목을 고치십시오."),
    "same-column-twice": ("두 제목이 같은 열을 뜻합니다", "하나의 이름을 바꾸십시오."),
    "given-twice": ("파일에도 있고 따로도 지정되었습니다", "둘 중 하나를 빼십시오."),
    "rows-above": ("제목 위에 다른 행이 있습니다", "그 행은 읽지 않았습니다."),
    "unknown-columns": ("이 종류에 없는 열입니다", _BESIDE),
    "unknown-column": ("지정한 열이 파일이나 자료 종류에 없습니다", "지정한 내용을 고치십시오."),
    "unknown-kind": ("없는 자료 종류입니다", "있는 종류를 지정하십시오."),
    "compound-not-read": ("성분의 단위를 알 수 없어 읽지 않은 열입니다", "'Rg1 (mg/g)'처럼 단위를 적으십시오."),
    "replicates-not-counted": ("반복 번호가 1부터 이어지지 않습니다", "제목을 고치십시오."),
    "empty-cells": ("성분 아래 빈칸이 있습니다", "측정하지 않은 것으로 보았습니다."),
    "merged-cells": ("병합된 셀이 있습니다", "첫 칸에만 값이 있는 것으로 읽었습니다."),
    "hidden-rows": ("숨긴 행이 있습니다", "확인하십시오."),
    "hidden-columns": ("숨긴 열이 있습니다", "확인하십시오."),
    "hidden-sheet": ("숨긴 시트가 있습니다", "확인하십시오."),
    # numbers together
    "parts-above-total": ("성분의 합이 적힌 총량보다 큽니다", "총량과 각 성분의 소수점을 확인하십시오."),
    "parts-above-whole": ("성분의 합이 1000 mg/g을 넘습니다", "단위와 소수점을 확인하십시오."),
    "lost-decimal-point": ("소수점이 빠진 듯합니다", f"고치거나, {_AS_IT_IS}"),
    "decimal-point-lost": ("지역 설정 때문에 소수점이 사라졌습니다", "엑셀로 열기 전의 파일을 올리십시오."),
    "absorbance-too-high": ("측정할 수 없을 만큼 큰 흡광도입니다", "소수점이 사라졌는지 확인하고 다시 내보내십시오."),
    "well-twice": ("한 웰에 시료가 둘입니다", "웰 위치를 고치거나 플레이트를 적으십시오."),
    "wells-missing": ("빠진 웰이 있습니다", f"빠진 웰을 넣으십시오. {_AS_IT_IS}"),
    "plate-not-full": ("플레이트의 일부만 있습니다", "나머지는 쓰지 않은 것으로 보았습니다."),
    "no-vehicle": ("음성 대조가 없습니다", "있으면 그 웰의 구분을 적으십시오."),
    "controls-out-of-order": ("음성 대조가 공시험보다 크지 않습니다", f"바뀌었는지 확인하십시오. {_AS_IT_IS}"),
    "weak-controls": ("대조의 차이에 비해 흩어짐이 큽니다 (Z' 0.5 미만)", "약한 효과는 보이지 않을 수 있습니다."),
    "replicates-apart": ("반복 측정이 20 % 넘게 흩어집니다 (CV)", "결론을 내리기 전에 그 웰을 확인하십시오."),
    "recipe-sum": ("배합비의 합이 100 %가 아닙니다", "틀린 행을 고치거나 빠진 행을 넣으십시오."),
    "formulation-exists": ("이미 저장된 처방코드입니다", "바뀐 처방에는 새 코드를 쓰십시오."),
    # rules across columns and rows
    "seeded-after-harvest": ("파종일이 채취일보다 빠르지 않습니다", "두 날짜 가운데 하나를 고치십시오."),
    "age-and-dates": (
        "연근이 파종일·채취일과 1년 넘게 어긋납니다",
        "연근이나 날짜를 고치십시오. 묘삼을 옮겨 심은 것이면 그대로 승인하십시오.",
    ),
    "plot-missing": ("야생이 아닌데 필지가 없습니다", "필지를 적으십시오. 알 수 없으면 그대로 승인하십시오."),
    "made-from-itself": ("자기 자신으로 만든 추출물입니다", "실제로 쓴 로트나 추출물을 적으십시오."),
    "made-in-a-circle": ("추출물이 돌고 돌아 자기 자신의 원료가 됩니다", "잘못 적힌 투입원료를 고치십시오."),
    "drawn-too-much": ("있던 양보다 많이 썼습니다", "투입량이나 원료 코드를 고치십시오."),
    "made-before-its-inputs": ("원료보다 먼저 만든 것으로 되어 있습니다", "두 날짜 가운데 하나를 고치십시오."),
    "unknown-input": (
        "등록되지 않은 로트나 추출물입니다",
        "고치거나 그 로트·추출물을 먼저 올리십시오. 구입한 원료면 그대로 승인하십시오.",
    ),
    "unknown-extract": ("등록되지 않은 추출물입니다", "고치거나 그 추출물을 먼저 올리십시오."),
    "yield-and-inputs": ("수율이 생산량·투입량과 맞지 않습니다", "수율, 생산량, 투입량을 확인하십시오."),
    "steps-not-counted": ("공정 순번이 1부터 이어지지 않습니다", "빠진 단계를 넣거나 순번을 다시 매기십시오."),
    "step-incomplete": ("이 공정에 꼭 있어야 할 값이 없습니다", "적으십시오. 알 수 없으면 그대로 승인하십시오."),
    "far-from-plan": ("계획과 크게 다릅니다", "두 값이 맞는지 확인하십시오."),
    "batch-sum": ("칭량한 양의 합이 제조량과 5 % 넘게 다릅니다", "칭량값이나 제조량을 고치거나 빠진 행을 넣으십시오."),
    "unknown-formulation": ("등록되지 않은 처방코드입니다", "고치거나 그 처방을 먼저 올리십시오."),
    "unknown-batch": ("등록되지 않은 제조번호입니다", "고치거나 그 배치를 먼저 올리십시오."),
    "already-stored": (
        "이미 저장된 행입니다",
        "저장된 것을 고치는 파일이면 바꿀 파일과 사유를 지정해 올리고, 아니면 코드를 고치십시오.",
    ),
    "week-zero-missing": ("0주차 측정이 없습니다", f"조건마다 0주차 값을 넣으십시오. {_AS_IT_IS}"),
    "two-baselines": ("기준(0주차) 측정이 둘입니다", "방문주차나 측정일을 고치십시오. 선별 방문은 음수 주차입니다."),
    "baseline-missing": ("기준(0주차) 측정이 없습니다", f"기준 측정을 넣거나 주차를 고치십시오. {_AS_IT_IS}"),
    "two-arms": (
        "같은 때 같은 부위에 시험군이 둘입니다",
        "시험군이나 피험자번호를 고치거나 좌우·부위를 적으십시오. 교차시험이면 주차를 첫날부터 이어서 적으십시오.",
    ),
    "arm-changed": ("방문 사이에 시험군이 바뀝니다", "시험군을 고치십시오. 교차시험이면 그대로 승인하십시오."),
    "sides-alike": ("좌우의 시험군이 같거나 한쪽만 있습니다", f"좌우나 시험군을 고치십시오. {_AS_IT_IS}"),
    "visits-out-of-order": ("방문주차와 측정일의 순서가 다릅니다", f"주차나 날짜를 고치십시오. {_AS_IT_IS}"),
    "censored-without-cause": ("중도절단의 사유가 없습니다", "사유를 적으십시오. 알 수 없으면 그대로 승인하십시오."),
    "one-animal-counted": ("개체번호가 있는 행의 개체수가 1이 아닙니다", "개체수를 고치거나 개체번호를 지우십시오."),
    "many-at-once": ("한 행의 개체수가 너무 많습니다", f"개체수를 확인하십시오. {_AS_IT_IS}"),
    "animal-twice": ("같은 개체의 결과가 둘입니다", "개체번호, 배양용기, 시험군을 고치십시오."),
    "limits-crossed": ("검출한계가 정량한계보다 큽니다", "두 값을 고치십시오. 서로 바뀌었을 수 있습니다."),
    "below-limit": ("정량한계보다 작은 값입니다", "숫자로 보관합니다. 믿을 수 없는 값이면 < 정량한계로 적으십시오."),
    "deviation-large": ("표준편차가 값의 두 배보다 큽니다", f"두 숫자와 단위를 확인하십시오. {_AS_IT_IS}"),
    "count-not-whole": ("반복수가 정수가 아닙니다", "글자로 보관합니다."),
    # the store
    "remembered-headings": ("전에 지정한 대로 제목을 읽었습니다", "다르면 다시 지정하십시오."),
    "same-run": ("이미 저장된 측정과 같은 실행입니다", f"중복인지 확인하십시오. {_AS_IT_IS}"),
    "same-values": ("이미 저장된 파일과 값이 같습니다", f"중복인지 확인하십시오. {_AS_IT_IS}"),
    "replaced-before": (
        "고친 파일로 이미 바뀐 옛 파일입니다",
        "고친 파일이 맞으면 올리지 마십시오. 되돌리려면 고친 파일을 바꿀 파일로 지정하십시오.",
    ),
    # files of which nothing can be read
    "empty-file": ("빈 파일입니다", _EXPORT_AGAIN),
    "damaged-file": ("손상되었거나 잘린 파일입니다", "다시 저장하거나 복사해 올리십시오."),
    "not-a-table": ("표가 아닌 파일입니다", "텍스트, CSV 또는 XLSX로 내보내십시오."),
    "old-excel": ("옛 오피스 프로그램의 파일입니다", "엑셀에서 .xlsx로 저장하십시오."),
    "other-workbook": ("읽을 수 없는 통합 문서 형식입니다", "엑셀에서 .xlsx로 저장하십시오."),
    "password-protected": ("암호가 걸린 파일입니다", "암호를 풀고 다시 저장하십시오."),
    "drm-protected": ("문서 보안(DRM)이 걸린 파일입니다", "보안을 해제하고 다시 저장하십시오."),
    "zip-archive": ("압축 파일입니다", "풀어서 파일을 하나씩 올리십시오."),
    "no-reader-yet": ("아직 읽지 못하는 장비의 파일입니다", "제목이 있는 표로 옮겨 올리십시오."),
    # structures and compounds
    "structure-missing": ("구조가 없습니다", "SMILES, InChI 또는 molfile을 적으십시오."),
    "structure-unreadable": ("읽을 수 없는 구조입니다", "열린 고리나 괄호, 원소 기호, 원자가를 확인하십시오."),
    "structure-too-large": ("한 성분의 구조로는 너무 큽니다", "고분자나 추출물은 구조 없이 원료로 등록하십시오."),
    "structure-not-read": ("정해진 시간 안에 읽지 못한 구조입니다", "SMILES로 적거나 고리와 결합을 확인하십시오."),
    "structure-wildcard": ("정해지지 않은 원자나 결합(*, R)이 있습니다", "모든 원자를 그려 따로 등록하십시오."),
    "structure-polymer": ("고분자나 혼합물 괄호가 있습니다", "고분자는 구조 없이 원료로 등록하십시오."),
    "structure-radical": ("짝 없는 전자가 있습니다", "빠진 수소나 결합을 그리십시오."),
    "structure-metal": ("분자에 금속이 결합되어 있습니다", "금속을 이온으로 따로 그리거나 원료로 등록하십시오."),
    "structure-mixture": ("여러 물질이 함께 그려져 있습니다", "물질마다 따로 등록하십시오."),
    "structure-inorganic": ("탄소가 없는 물질입니다", "원료로 등록하십시오."),
    "structure-changed": ("전하나 결합을 표준 형태로 바꾸었습니다", "확인하십시오."),
    "structure-salt": ("염 또는 용매화물입니다", "그대로 보관하고, 모델과 검색은 염을 뺀 물질로 봅니다."),
    "structure-flat": ("입체가 정해지지 않은 곳이 있습니다", "입체를 다 그리지 않은 구조로 보관합니다."),
    "stereo-relative": ("상대 입체 또는 라세미로 표시된 중심이 있습니다", "정해지지 않은 것으로 보관합니다."),
    "amide-restored": ("InChI에는 아마이드의 수소 위치가 없습니다", "아마이드로 그렸습니다. 확인하십시오."),
    "mobile-hydrogen": ("수소의 자리가 여럿일 수 있습니다", "그린 구조를 확인하십시오."),
    "outside-its-endpoint": (
        "이 측정항목의 단위나 범위를 벗어났습니다",
        f"숫자와 소수점, 단위를 고치거나, {_AS_IT_IS}",
    ),
    "stored-in-part": (
        "이미 저장된 측정값이 들어 있습니다",
        "올린 행을 빼거나, 앞 파일을 바꾸는 것이면 replaces와 사유를 적으십시오. "
        "다시 측정한 것이면 그대로 승인하십시오.",
    ),
    "headings-changed": (
        "앞에 설명한 제목이 다른 순서로, 또는 다른 제목과 함께 있습니다",
        "그때처럼 읽었습니다. 같은 뜻이면 그대로 승인하고, 아니면 다시 설명하십시오.",
    ),
    "more-than-precursors": (
        "공정 뒤의 성분이 앞의 전구 성분에서 나올 수 있는 몰수보다 많습니다",
        "두 함량의 단위와 소수점, 수득량을 확인하십시오. " + _AS_IT_IS,
    ),
    "family-moles-created": (
        "공정 뒤에 같은 계열 성분의 몰수가 늘었습니다",
        "두 함량의 단위와 소수점, 수득량을 확인하십시오. " + _AS_IT_IS,
    ),
    "same-structure": ("이미 등록된 구조입니다", "새로 저장하지 않습니다. 새 이름은 덧붙일 수 있습니다."),
    "same-substance": ("이미 등록된 물질의 다른 염 또는 염 아닌 형태입니다", "나란히 보관합니다."),
    "labelled-form": ("이미 등록된 물질의 동위원소 표지 형태입니다", "나란히 보관합니다."),
    "other-stereo": ("등록된 성분과 입체만 다릅니다", f"구조를 확인하십시오. 다른 이성질체가 {_AS_IT_IS}"),
    "flat-drawing": ("등록된 어느 이성질체인지 알 수 없는 구조입니다", f"입체를 그리십시오. 모르는 것이 {_AS_IT_IS}"),
    "other-tautomer": ("등록된 성분의 토토머입니다", f"등록된 성분을 쓰십시오. 일부러 따로 두는 것이 {_AS_IT_IS}"),
    "name-taken": ("다른 성분의 이름입니다", "구조나 이름을 고치십시오."),
    "compound-without-code": ("성분 코드가 없습니다", "짧은 코드를 적으십시오."),
    "compound-refused": ("성분 정보가 맞지 않습니다", "고치십시오."),
    "descriptor-missing": ("계산되지 않은 기술자(descriptor)가 있습니다", "빈 값으로 둡니다."),
    # exports of instruments
    "cut-file": ("파일이 중간에서 끊겼습니다", _EXPORT_AGAIN),
    "cut-line": ("칸이 모자란 줄이 있습니다", _EXPORT_AGAIN),
    "cut-list": ("목록이 중간에서 끊겼습니다", _EXPORT_AGAIN),
    "cut-plate": ("플레이트의 일부가 없습니다", _EXPORT_AGAIN),
    "last-cycle-cut": ("마지막 측정 주기가 끝나지 않았습니다", "그 주기는 확인하십시오."),
    "fewer-times": ("측정 시점이 모자랍니다", "확인하십시오."),
    "peak-missing": ("피크 번호가 이어지지 않습니다", _EXPORT_AGAIN),
    "no-peaks": ("피크가 없습니다", _EXPORT_AGAIN),
    "signal-without-peaks": ("피크가 없는 신호가 있습니다", "확인하십시오."),
    "detector-without-table": ("피크 표가 없는 검출기가 있습니다", "확인하십시오."),
    "broken-number": ("두 줄에 나뉜 숫자의 한쪽이 없거나 겹칩니다", _EXPORT_AGAIN),
    "section-not-read": ("읽지 않는 결과가 파일에 있습니다", f"필요 없는 결과면 {_AS_IT_IS}"),
    "component-without-peak": ("면적은 있으나 배정된 피크가 없는 성분입니다", _AS_IT_IS),
    "total-differs": ("합이 인쇄된 총계와 다릅니다", _EXPORT_AGAIN),
    "trace-only": ("크로마토그램 신호만 있고 피크 표가 없습니다", "적분 결과를 내보내십시오."),
    "other-report": ("다른 종류의 보고서입니다", "읽을 수 있는 보고서로 내보내십시오."),
    "other-read": ("읽지 못하는 측정 방식입니다", "읽을 수 있는 방식으로 내보내십시오."),
    "other-layout": ("읽지 못하는 배열입니다", "읽을 수 있는 배열로 내보내십시오."),
    "several-runs": ("여러 분석이 한 파일에 있습니다", "하나씩 내보내십시오."),
    "no-header": ("머리 파일이 없습니다", "함께 나온 파일을 모두 올리십시오."),
    "incomplete-pair": ("함께 올려야 할 파일이 없습니다", "함께 나온 파일을 모두 올리십시오."),
    "no-plate": ("플레이트가 없습니다", _EXPORT_AGAIN),
    "no-plate-type": ("플레이트의 종류를 알 수 없습니다", _EXPORT_AGAIN),
    "no-endpoint-read": ("흡광도 측정이 없습니다", _EXPORT_AGAIN),
    "no-readings": ("측정값이 없습니다", _EXPORT_AGAIN),
    "compounds-missing": ("성분 결과 표가 없어 검출되지 않은 성분을 알 수 없습니다", f"확인하십시오. {_AS_IT_IS}"),
    "measurement-missing": ("측정 목록에 있는 측정이 파일에 없습니다", f"확인하십시오. {_AS_IT_IS}"),
    "no-settings": ("측정 조건이 없습니다", _EXPORT_AGAIN),
    "no-well": ("웰 위치가 없습니다", _EXPORT_AGAIN),
    "empty-well": ("빈 웰이 있습니다", _EXPORT_AGAIN),
    "well-not-read": ("측정하지 못한 웰이 있습니다", "확인하십시오."),
    "plates-alike": ("이름이 같은 플레이트가 있습니다", "이름을 다르게 하십시오."),
    "wells-unlabelled": (
        "시료를 적지 않은 웰이 있습니다",
        "시료가 없는 웰이면 받아들이십시오. 웰 이름을 시료로 씁니다.",
    ),
    "group-without-plate": ("플레이트가 없는 시료 묶음이 있습니다", "확인하십시오."),
    "labels-unclear": ("측정 이름을 구별할 수 없습니다", _EXPORT_AGAIN),
    "beside-the-plate": ("플레이트 옆에 다른 칸이 있습니다", "그 칸은 읽지 않았습니다."),
    "formula-in-plate": ("웰에 수식이 있습니다", "장비가 내보낸 값인지 확인하십시오."),
    "derived-not-read": ("계산된 값입니다", "읽지 않았습니다."),
    "sheet-repeats": ("다른 시트와 같은 측정입니다", "한 번만 읽었습니다."),
    "instrument-warning": ("장비가 경고를 남겼습니다", "확인하십시오."),
    "dose-unit-not-stated": ("농도의 단위가 없습니다", f"{_BESIDE} 단위를 함께 지정하면 농도로 읽습니다."),
    "unit-not-stated": ("단위가 없습니다", "단위를 함께 지정하십시오."),
    "sample-not-stated": ("시료 이름이 없습니다", "파일 이름으로 대신합니다. 다르면 시료를 지정하십시오."),
    "injection-not-stated": ("주입 이름이 없습니다", "시료 이름으로 대신합니다. 다르면 주입을 지정하십시오."),
    "no-total": ("합계 줄이 없어 표가 온전한지 알 수 없습니다", f"표가 온전하면 {_AS_IT_IS}"),
    "amount-unit-unclear": (
        "정량값의 단위가 없거나 분명하지 않습니다",
        f"{_BESIDE} 정량 단위를 함께 지정하면 정량값으로 읽습니다.",
    ),
}

# What a finding expected, where it is more than its code says already.
_EXPECTED = (
    (re.compile(r"(\S+) to (\S+)(| \S+)"), r"\1~\2\3"),
    (re.compile(r"(\S+) or more(| \S+)"), r"\1\2 이상"),
    (re.compile(r"one of (.+)"), r"\1 가운데 하나"),
    (re.compile(r"(\d+) cells, as there are headings"), r"제목 수와 같은 \1칸"),
    (re.compile(r"a day up to today, (\S+)"), r"오늘(\1)까지의 날짜"),
    (re.compile(r"no more than its stated total, (.+)"), r"적힌 총량 \1 이하"),
    (re.compile(r"no more than the (.+) there were"), r"있던 양 \1 이하"),
    (re.compile(r"its size, (.+), within 5 %"), r"제조량 \1의 ±5 % 안"),
    (re.compile(r"(\S+) years, give or take one"), r"\1년 ± 1년"),
    (re.compile(r"about the (.+) that were planned"), r"계획한 \1 정도"),
    (re.compile(r"the bound (< .+)"), r"\1"),
    (re.compile(r"a number such as the others, (\S+) to (\S+)"), r"다른 값과 비슷한 \1~\2"),
    (re.compile(r"shares of (.+) in all"), r"합계 \1"),
    (
        re.compile(r"those of one kind of reading; nearest is ('.+?'), which lacks (.+)"),
        r"가장 가까운 종류는 \1, 빠진 열은 \2",
    ),
    (re.compile(r"those of one kind of reading: (.+)"), r"\1 가운데 한 종류의 제목"),
)
_UNITS_EXPECTED = re.compile(r"a unit of (.+)")
_UNIT_IN_BRACKETS = re.compile(r"\(([^()]+(?:\([^()]*\))?[^()]*)\)(?= or |$)")


@dataclass(frozen=True)
class Told:
    """A finding in Korean, part by part: what is wrong, the texts it is about, what would be right, what to do."""

    what: str
    typed: str
    right: str
    todo: str

    def __str__(self) -> str:
        about = f"{self.what}: {self.typed}." if self.typed else f"{self.what}."
        return " ".join(filter(None, (about, self.right and f"맞는 값: {self.right}.", self.todo)))


def in_korean(code: str, found: str, expected: str, remedy: str) -> Told | None:
    """Return what a finding says in Korean, or None for a code that has no Korean form."""
    if code not in FORMS:
        return None
    what, todo = FORMS[code]
    if more := _MORE.fullmatch(found):
        last = place_in_korean(more[2] or "", int(more[3]) if more[3] else None, more[4] or "")
        return Told(what, f"같은 것이 {more[1]}개 더 있습니다 (마지막: {last})", "", "같은 방법으로 고치십시오.")
    about = [f"'{text}'" for text in _QUOTED.findall(found)]
    about += [f"{number}{_COUNTERS[of]}" for number, of in _COUNTED.findall(found)]
    about += [f"{row}행" for row in _AS_IN_ROW.findall(found)]
    typed = ", ".join(about)
    if to_write := _TO_WRITE.search(remedy):
        return Told(what, typed, "", f"{' 또는 '.join(filter(None, to_write.groups()))}(으)로 적으십시오.")
    if in_percent := _IF_PERCENT.match(remedy):
        todo = f"단위가 %이면 {in_percent[1]}(으)로 적고, 아니면 셀을 일반 숫자로 표시하십시오."
    if remedy.startswith("Excel could not calculate"):
        todo = "엑셀이 계산하지 못한 칸입니다. 수식을 고치거나 칸을 비우십시오."
    if nearest := _NEAREST.search(remedy):
        todo = f"{nearest[1].replace(' or ', ', ')} 입니까? {todo}"
    return Told(what, typed, _right(expected), todo)


def place_in_korean(sheet: str, row: int | None, column: str) -> str:
    """Return where in a file something stands."""
    parts = [f"'{sheet}' 시트"] if sheet else []
    parts += [f"{row}행"] if row is not None else []
    parts += [f"'{column}' 열"] if column else []
    return ", ".join(parts)


def _right(expected: str) -> str:
    if units := _UNITS_EXPECTED.fullmatch(expected):
        return ", ".join(_UNIT_IN_BRACKETS.findall(units[1]))
    return next((match.expand(korean) for form, korean in _EXPECTED if (match := form.fullmatch(expected))), "")
