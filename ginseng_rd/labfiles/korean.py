"""Findings in Korean: what each code means and what to do, beside what was typed.

A finding is made in English, with values inside its sentences. Its code says what kind of fault it
is, so a Korean reader is told that fault in a sentence of its own, with the texts that the finding
quotes and the number it says to write.
"""

from __future__ import annotations

import re

from ginseng_rd.errors import Finding, Place

_QUOTED = re.compile(r"'([^']*)'")
_TO_WRITE = re.compile(
    r"Write (?!it\b)(\S+?)(?:,? or (\S+?))?(?: or (\S+?))?(?: if the comma was a decimal one)?(?:, and .*)?\.(?= |$)"
)
_NEAREST = re.compile(r"Did you mean (.+?)\? ")

_EXPORT_AGAIN = "장비에서 다시 내보낸 파일을 올리십시오."
_AS_IT_IS = "맞으면 그대로 승인하십시오."
_BESIDE = "글자로만 함께 보관합니다."

# Code by code: what is wrong, and what to do.
FORMS: dict[str, tuple[str, str]] = {
    # cells
    "missing-cell": ("필수 칸이 비어 있습니다", "값을 적으십시오."),
    "not-a-number": ("숫자가 아닙니다", "소수점을 쓴 숫자만 적으십시오."),
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
    "repeated-reading": ("앞의 행과 값까지 같습니다", f"둘 중 하나를 지우십시오. 반복 측정이 {_AS_IT_IS}"),
    "replicates-unnumbered": ("반복 번호가 없는 반복 측정입니다", "반복 측정으로 보았습니다."),
    "ragged-row": ("칸 수가 제목 행과 다릅니다", "쉼표가 든 글은 따옴표로 묶고, 숫자는 소수점으로 적으십시오."),
    "broken-quotes": ("따옴표가 맞지 않습니다", "따옴표를 닫으십시오."),
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
    # the store
    "remembered-headings": ("전에 지정한 대로 제목을 읽었습니다", "다르면 다시 지정하십시오."),
    "same-run": ("이미 저장된 측정과 같은 실행입니다", f"중복인지 확인하십시오. {_AS_IT_IS}"),
    "same-values": ("이미 저장된 파일과 값이 같습니다", f"중복인지 확인하십시오. {_AS_IT_IS}"),
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
    "no-settings": ("측정 조건이 없습니다", _EXPORT_AGAIN),
    "no-well": ("웰 위치가 없습니다", _EXPORT_AGAIN),
    "empty-well": ("빈 웰이 있습니다", _EXPORT_AGAIN),
    "well-not-read": ("측정하지 못한 웰이 있습니다", "확인하십시오."),
    "plates-alike": ("이름이 같은 플레이트가 있습니다", "이름을 다르게 하십시오."),
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
}


def in_korean(finding: Finding) -> str:
    """Return a finding as a Korean sentence or two: where, what is wrong, what was typed, what to do.

    A code without a Korean form comes back in English.
    """
    if finding.code not in FORMS:
        return str(finding)
    what, todo = FORMS[finding.code]
    typed = ", ".join(f"'{text}'" for text in _QUOTED.findall(finding.found))
    if to_write := _TO_WRITE.search(finding.remedy):
        todo = f"{' 또는 '.join(filter(None, to_write.groups()))}(으)로 적으십시오."
    elif nearest := _NEAREST.search(finding.remedy):
        todo = f"{nearest[1].replace(' or ', ', ')} 입니까? {todo}"
    sentence = f"{what}: {typed}. {todo}" if typed else f"{what}. {todo}"
    where = _place_in_korean(finding.place)
    return f"{where}: {sentence}" if where else sentence


def _place_in_korean(place: Place) -> str:
    parts = [f"'{place.sheet}' 시트"] if place.sheet else []
    parts += [f"{place.row}행"] if place.row is not None else []
    parts += [f"'{place.column}' 열"] if place.column else []
    return " ".join(parts)
