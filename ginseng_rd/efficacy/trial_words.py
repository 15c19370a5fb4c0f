"""Methods sentences: what was done, in the words of a methods section, English and Korean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ginseng_rd.efficacy.covariance_structures import STRUCTURES
from ginseng_rd.efficacy.small_sample import BETWEEN_WITHIN, KENWARD_ROGER, KENWARD_ROGER_LINEAR, SATTERTHWAITE
from ginseng_rd.errors import FitRefused

if TYPE_CHECKING:
    from ginseng_rd.efficacy.mixed_model import MixedModel
    from ginseng_rd.efficacy.trials import TrialComparison

LANGUAGES = ("en", "ko")

_DF = {
    SATTERTHWAITE: ("Satterthwaite's degrees of freedom", "Satterthwaite 자유도"),
    KENWARD_ROGER: (
        "Kenward and Roger's standard errors and degrees of freedom (with second derivatives of the covariance)",
        "Kenward-Roger 표준오차와 자유도(공분산의 2차 도함수 포함)",
    ),
    KENWARD_ROGER_LINEAR: (
        "Kenward and Roger's standard errors and degrees of freedom (linear variant, as in SAS)",
        "Kenward-Roger 표준오차와 자유도(선형형, SAS와 동일)",
    ),
    BETWEEN_WITHIN: ("between-within degrees of freedom", "대상자 간·내(between-within) 자유도"),
}
_LIKELIHOOD = {
    "REML": ("restricted maximum likelihood", "제한최대우도법(REML)"),
    "ML": ("maximum likelihood", "최대우도법(ML)"),
}


def choose(language: str, english: str, korean: str) -> str:
    """Return the text in the language asked for; raises FitRefused for a language there is none in."""
    if language not in LANGUAGES:
        raise FitRefused(f"Sentences are written in English (en) or Korean (ko), not in '{language}'.")
    return korean if language == "ko" else english


def describe_model(model: MixedModel, language: str) -> str:
    """Return the sentences on one fitted model: terms, covariance, likelihood, errors, missing values."""
    likelihood, korean_likelihood = _LIKELIHOOD[model.method]
    df, korean_df = _DF[model.inference.method]
    if model.components and model.inference.method in (KENWARD_ROGER, KENWARD_ROGER_LINEAR):
        df = "Kenward and Roger's standard errors and degrees of freedom (expected information, as in R's pbkrtest)"
        korean_df = "Kenward-Roger 표준오차와 자유도(기대정보량, R pbkrtest와 동일)"
    if model.robust:
        df = f"jackknife sandwich standard errors and {df}"
        korean_df = f"잭나이프 샌드위치 표준오차와 {korean_df}"
    level = f"{100 * model.confidence:g} %"
    covariance, korean_covariance = _covariance(model)
    missing, korean_missing = _missing(model)
    return choose(
        language,
        f"'{model.response}' was analysed by a linear mixed model fitted by {likelihood} to {model.n_rows} readings of "
        f"{model.n_subjects} subjects, with the fixed effects {model.design.text} and {covariance}. "
        f"Tests and two-sided {level} intervals use {df}.{missing}",
        f"'{model.response}'을(를) 선형 혼합모형으로 분석하였다. 대상자 {model.n_subjects}명의 측정값 "
        f"{model.n_rows}개에 {korean_likelihood}으로 적합하였고, 고정효과는 {model.design.text}, "
        f"{korean_covariance}. 검정과 양측 {level} 신뢰구간에는 {korean_df}를 사용하였다.{korean_missing}",
    )


def _covariance(model: MixedModel) -> tuple[str, str]:
    if model.components:
        random = model.structure.removeprefix("random effects: ")
        return f"the random effects ({random})", f"변량효과는 ({random})이다"
    kind = STRUCTURES[model.structure]
    article = "an" if kind.name[0] in "aeiou" else "a"
    apart = f", separate for each level of '{model.group}'" if model.group else ""
    korean_apart = f"('{model.group}' 수준별로 따로 추정)" if model.group else ""
    return (
        f"{article} {kind.name} covariance of the visits within subject{apart}",
        f"대상자 내 방문 간 공분산 구조는 {kind.korean}{korean_apart}이다",
    )


def _missing(model: MixedModel) -> tuple[str, str]:
    if not model.left_out:
        return "", ""
    return (
        f" {model.left_out} rows lacked a value and were left out; the estimates then hold if whether a value is "
        "missing depends only on what was observed (missing at random).",
        f" 값이 없는 {model.left_out}개 행은 제외하였으며, 결측 여부가 관측된 값에만 의존한다는 가정(MAR)에서 "
        "타당하다.",
    )


def describe_trial(trial: TrialComparison, language: str) -> str:
    """Return the methods sentences of a trial: design, model, contrasts, multiplicity, who was left out."""
    design, korean_design = _DESIGNS[trial.design]
    adjusted = (
        f"p-values of {int(trial.contrasts['p_adjusted'].notna().sum())} contrasts are adjusted by {trial.adjustment}"
    )
    count = len(trial.excluded)
    reasons = sorted({reason for _, reason in trial.excluded})
    out = f" {count} subjects are named apart ({'; '.join(reasons)})." if count else ""
    korean_out = f" 대상자 {count}명은 따로 표시하였다({'; '.join(_REASONS[r] for r in reasons)})." if count else ""
    return choose(
        language,
        f"{design.format(baseline=trial.baseline_visit)} {trial.model.methods_sentence('en')} Arms are compared with "
        f"'{trial.control}' by differences of LS means (factors weighted equally); {adjusted}; standardised effects "
        f"divide by the standard deviation of {trial.effect_by} ({trial.effect_sd:.4g}).{out}",
        f"{korean_design.format(baseline=trial.baseline_visit)} {trial.model.methods_sentence('ko')} 각 군은 "
        f"'{trial.control}'와(과) 최소제곱평균(LS mean, 요인 동일 가중)의 차이로 비교하였고, 비교별 p값은 "
        f"{trial.adjustment} 방법으로 보정하였다. 표준화 효과는 {_SPREADS[trial.effect_by]}의 "
        f"표준편차({trial.effect_sd:.4g})로 나눈 값이다.{korean_out}",
    )


_DESIGNS = {
    "parallel": (
        "The trial in parallel groups was analysed by the change from the visit '{baseline}', adjusted for the value "
        "there.",
        "평행군 시험을 '{baseline}' 방문 대비 변화량으로, 기저값을 보정하여 분석하였다.",
    ),
    "split-face": (
        "The split-face trial was analysed with all visits as readings, '{baseline}' being the baseline.",
        "반쪽 얼굴(split-face) 시험을 모든 방문의 측정값으로 분석하였다(기저 방문 '{baseline}').",
    ),
    "crossover": (
        "The crossover trial was analysed with sequence, period and treatment as fixed effects.",
        "교차시험을 순서, 시기, 처리를 고정효과로 하여 분석하였다.",
    ),
}
_SPREADS = {"baseline": "기저값", "subjects and residual": "대상자 간 변동과 잔차를 합한 값"}
_REASONS = {
    "no baseline": "기저값 없음",
    "no reading after baseline": "기저 이후 측정값 없음",
    "not all periods": "일부 시기 누락",
    "one treatment only; kept in the model": "한 가지 처리만 측정됨, 모형에는 포함",
}
