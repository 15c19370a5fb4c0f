"""Methods sentences of dose-response analyses, English and Korean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ginseng_rd.errors import FitRefused
from ginseng_rd.words import LANGUAGES

if TYPE_CHECKING:
    from ginseng_rd.efficacy.curve_fit import CurveFit
    from ginseng_rd.efficacy.dose_response import DoseResponse
    from ginseng_rd.efficacy.synergy import Synergy

_PARAMETERS = {"slope": "기울기", "lower": "하한", "upper": "상한", "ed50": "ED50", "extra": "제5모수"}
_RESPONSES = {
    "continuous": ("least squares (normal errors of constant variance)", "최소제곱법(등분산 정규오차)"),
    "binomial": ("binomial maximum likelihood", "이항분포 최대우도법"),
    "poisson": ("Poisson maximum likelihood", "포아송분포 최대우도법"),
    "negative binomial": (
        "negative binomial maximum likelihood (variance mean + mean²/size)",
        "음이항분포 최대우도법(분산 = 평균 + 평균²/크기)",
    ),
}
_ROBUST = {
    "huber": "Huber's M-estimate (k = 1.345, scale by median absolute deviation, sandwich standard errors)",
    "tukey": "Tukey's biweight (c = 4.685, scale by median absolute deviation, sandwich standard errors)",
}
_KOREAN_ROBUST = {
    "huber": "Huber M-추정(k = 1.345, 중앙절대편차 척도, 샌드위치 표준오차)",
    "tukey": "Tukey biweight 추정(c = 4.685, 중앙절대편차 척도, 샌드위치 표준오차)",
}


def describe_curve_fit(fit: CurveFit, language: str) -> str:
    """Return the sentences on a fitted curve model: curve, likelihood, sharing, errors, what was left out."""
    model = fit.optimum.problem.model
    fitting, korean_fitting = _fitting(fit)
    shared = "; ".join(f"{name} common to {'all curves' if of == 'all' else of}" for name, of in fit.shared)
    korean_shared = ", ".join(
        f"{_PARAMETERS[name]}({'모든 곡선' if of == 'all' else of} 공통)" for name, of in fit.shared
    )
    fixed = ", ".join(f"{name} = {value:g}" for name, value in model.fixed.items())
    korean_fixed = ", ".join(f"{_PARAMETERS[name]} = {value:g}" for name, value in model.fixed.items())
    level = f"{100 * fit.confidence:g} %"
    out = f" {fit.left_out} readings were bounds or missing and were left out." if fit.left_out else ""
    korean_out = f" 한계값 또는 결측값 {fit.left_out}개는 제외하였다." if fit.left_out else ""
    quantile = "Student's t" if fit.response == "continuous" else "the normal distribution"
    korean_quantile = "t 분포" if fit.response == "continuous" else "정규분포"
    errors = "the sandwich estimate" if fit.robust else "the observed Hessian (as in R's drc)"
    korean_errors = "샌드위치 추정" if fit.robust else "관측 헤시안(R drc와 동일)"
    english = (
        f"The {model.words} curve ({model.name}{', ' + fixed + ' given' if fixed else ''}) was fitted by {fitting} to "
        f"{fit.n} readings of {len(fit.curves)} curve{'s' if len(fit.curves) > 1 else ''}"
        f"{', with ' + shared if shared else ''}, from many starting points. Standard errors are from {errors}; "
        f"two-sided {level} intervals use {quantile} and are named with each figure. Doses of an effect outside "
        f"the doses tested are given as bounds.{out}"
    )
    korean = (
        f"{model.korean} 곡선({model.name}{', ' + korean_fixed + ' 고정' if fixed else ''})을 곡선 "
        f"{len(fit.curves)}개의 측정값 {fit.n}개에 {korean_fitting}으로 여러 시작점에서 적합하였다"
        f"{', 공유 모수는 ' + korean_shared + '이다' if shared else ''}. 표준오차는 {korean_errors}에서 구하였고, "
        f"양측 {level} 신뢰구간은 {korean_quantile}를 사용하며 방법은 각 수치에 표시하였다. 시험 용량 범위를 벗어난 "
        f"유효용량은 한계값으로 제시하였다.{korean_out}"
    )
    return _in(language, english, korean)


def _fitting(fit: CurveFit) -> tuple[str, str]:
    if fit.robust:
        return _ROBUST[fit.robust], _KOREAN_ROBUST[fit.robust]
    english, korean = _RESPONSES[fit.response]
    if fit.variance != "constant":
        english = "maximum likelihood (normal errors, standard deviation a power of the mean)"
        korean = "최대우도법(정규오차, 표준편차는 평균의 거듭제곱)"
    if fit.box_cox is not None:
        how, korean_how = ("estimated", "추정") if fit.box_cox_estimated else ("given", "지정")
        english += f" after Box and Cox's transform of both sides (power {fit.box_cox:.3g}, {how})"
        korean = f"양변 Box-Cox 변환(지수 {fit.box_cox:.3g}, {korean_how}) 후 {korean}"
    if fit.weighted:
        english, korean = f"{english} with inverse variances as weights", f"분산 역수 가중 {korean}"
    return english, korean


def describe_dose_response(curve: DoseResponse, language: str) -> str:
    """Return the sentences on a four-parameter curve of one sample."""
    level = f"{100 * curve.confidence:g} %"
    out = f" {curve.left_out} readings were bounds or missing and were left out." if curve.left_out else ""
    korean_out = f" 한계값 또는 결측값 {curve.left_out}개는 제외하였다." if curve.left_out else ""
    return _in(
        language,
        f"The four-parameter log-logistic curve was fitted by unweighted least squares to {curve.n} readings at "
        f"{len(curve.doses)} doses, by variable projection from all valleys of a grid. The IC50 is the dose half way "
        f"between the fitted plateaus, with a {level} profile-likelihood interval; standard errors are from the "
        "observed Hessian and, apart, from the Jacobian (Gauss-Newton). Response is tested against a flat line by F, "
        f"lack of fit against free means by dose. An IC50 outside the doses tested is given as a bound.{out}",
        f"4모수 로그-로지스틱 곡선을 용량 {len(curve.doses)}개의 측정값 {curve.n}개에 비가중 최소제곱법으로 "
        "적합하였다(격자의 모든 골짜기에서 시작한 변수투영법). IC50은 적합된 두 평탄부의 중간에 해당하는 용량이며 "
        f"{level} 프로파일 우도 신뢰구간을 제시하였다. 표준오차는 관측 헤시안과 야코비안(Gauss-Newton)에서 각각 "
        "구하였다. 반응 유무는 수평선에 대한 F 검정, 적합결여는 용량별 평균에 대한 F 검정으로 판단하였다. 시험 용량 "
        f"범위를 벗어난 IC50은 한계값으로 제시하였다.{korean_out}",
    )


def describe_synergy(found: Synergy, language: str) -> str:
    """Return the sentences on a dose matrix of two actives."""
    level = f"{100 * found.confidence:g} %"
    how, korean_how = (
        ("within the cells of the matrix", "행렬의 칸 안에서")
        if found.replicated
        else ("of the residuals about the fitted single curves", "단독 곡선 적합 잔차의")
    )
    return _in(
        language,
        f"The joint effect of '{found.one}' and '{found.other}' was compared with what is expected without "
        "interaction by Bliss (independent action), HSA (highest single agent), Loewe (dose additivity of the "
        "log-logistic curves of the single actives) and ZIP (zero interaction potency, potency shifts by "
        "log-logistic curves along rows and columns). The score is the mean excess over all combinations, in the unit "
        f"of the response, with a {level} percentile interval of {found.resamples} bootstrap samples {how} "
        f"(seed {found.seed}).",
        f"'{found.one}'와(과) '{found.other}'의 병용 효과를 상호작용이 없을 때의 기대값과 비교하였다: Bliss(독립 "
        "작용), HSA(단독 최대 효과), Loewe(단독 로그-로지스틱 곡선의 용량 가산), ZIP(행과 열의 로그-로지스틱 곡선에 "
        "따른 역가 이동). 점수는 모든 조합에서 기대값 초과분의 평균(반응 단위)이며, "
        f"{level} 백분위 신뢰구간은 {korean_how} 부트스트랩 {found.resamples}회(시드 {found.seed})로 구하였다.",
    )


def _in(language: str, english: str, korean: str) -> str:
    if language not in LANGUAGES:
        raise FitRefused(f"Sentences are written in English (en) or Korean (ko), not in '{language}'.")
    return korean if language == "ko" else english
