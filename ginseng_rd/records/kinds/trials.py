"""How a trial is laid out: its design, who was allocated to what, who left, what went wrong."""

from __future__ import annotations

from ginseng_rd.records.kinds.declaration import Column, Holds, Kind, Naming, text_column

_TRIAL = text_column("trial", "시험번호", "Code of the trial.", "인체적용시험", "시험", "trial code", "study",
                     required=True, example="T-2026-01")  # fmt: skip
_SUBJECT = text_column("subject", "피험자번호", "Number of the subject, never a name.", "피험자", "대상자번호",
                       "subject number", "subject no", "subject id", required=True, example="012")  # fmt: skip

TRIAL = Kind(
    "trial",
    "시험 설계",
    "How a trial is laid out.",
    (
        _TRIAL,
        Column("design", "설계", "Design of the trial.", required=True, synonyms=("시험설계",),
               choices=("parallel", "split-face", "crossover"), choices_korean=("평행", "반안면", "교차"),
               example="split-face"),
        text_column("primary_endpoint", "주평가변수", "What the trial is decided by.", "1차 평가변수",
                    required=True, example="Cutometer R2"),
        text_column("base_arm", "대조군", "Arm the others are compared with.", "control arm", "placebo", required=True,
                    example="F-011 serum"),
        Column("planned_n", "계획 피험자수", "Subjects that were planned.", Holds.WHOLE, required=True,
               synonyms=("planned subjects", "피험자수"), lowest=1, example="36"),
        Column("blinding", "눈가림", "Who did not know.", choices=("open", "single", "double"),
               choices_korean=("공개", "단일", "이중"), synonyms=("맹검",), example="double"),
        text_column("approval_no", "승인번호", "Number of the ethics committee's approval.", "IRB 번호", "irb no",
                    example="IRB-2026-014"),
        Column("first_visit_on", "첫 방문일", "Day of the first visit.", Holds.DATE, synonyms=("시작일", "start date"),
               example="2026-02-02"),
    ),
    identity=("trial",),
    about=Naming(("trial",), ("trial",)),
)  # fmt: skip

ARM = Kind(
    "arm",
    "시험군",
    "An arm of a trial, and the product that is applied or eaten in it.",
    (
        _TRIAL,
        text_column("arm", "시험군", "Arm of the trial.", "군", "처리군", "group", "treatment", required=True,
                    example="F-012 serum"),
        text_column("product", "시험제품", "Product batch, or formulation where no batch is named.", "제조번호",
                    "batch", "시험물질", required=True, example="B-2026-031"),
        Column("version", "버전", "Version of the formulation, where no batch is named.", Holds.WHOLE, lowest=1,
               synonyms=("차수",), example="2"),
    ),
    identity=("trial", "arm"),
    about=Naming(("arm",), ("trial", "arm")),
    stands_on=(Naming(("batch", "version"), ("product", "version")),),
)  # fmt: skip

ALLOCATION = Kind(
    "allocation",
    "피험자 배정",
    "The arm that a subject, or one side of a subject, was allocated to.",
    (
        _TRIAL,
        _SUBJECT,
        Column("side", "좌우", "Side of the face or body, in a split-face trial.", synonyms=("측",),
               choices=("left", "right", "whole"), choices_korean=("좌", "우", "전체"), example="left"),
        Column("period", "시기", "Period, in a crossover trial.", Holds.WHOLE, lowest=1, synonyms=("기간",),
               example="1"),
        text_column("allocated_arm", "배정군", "Arm that was allocated.", "arm", "시험군", "allocation", required=True,
                    example="F-012 serum"),
        Column("birth_year", "출생연도", "Year of birth.", Holds.WHOLE, synonyms=("생년", "year of birth"), lowest=1900,
               highest=2100, example="1971"),
        Column("sex", "성별", "Sex.", choices=("female", "male"), choices_korean=("여", "남"), example="female"),
        text_column("skin_type", "피부타입", "Skin type.", "피부유형", example="Fitzpatrick III"),
    ),
    identity=("trial", "subject", "side", "period"),
    stands_on=(Naming(("arm",), ("trial", "allocated_arm")),),
)  # fmt: skip

DROP_OUT = Kind(
    "drop_out",
    "중도탈락",
    "A subject that left a trial before its end.",
    (
        _TRIAL,
        _SUBJECT,
        Column("left_in_week", "탈락 주차", "Week of the trial it left in.", Holds.NUMBER, required=True,
               english="left in", synonyms=("탈락시점",), quantities=("study week",), lowest=0, highest=1000,
               example="4"),
        text_column("reason", "사유", "Why it left.", "탈락사유", required=True, example="moved away"),
    ),
    identity=("trial", "subject"),
    stands_on=(Naming(("trial",), ("trial",)),),
)  # fmt: skip

ADVERSE_EVENT = Kind(
    "adverse_event",
    "이상반응",
    "Something untoward that happened to a subject during a trial.",
    (
        _TRIAL,
        _SUBJECT,
        Column("week", "주차", "Week of the trial it began in.", Holds.NUMBER, required=True, synonyms=("발생주차",),
               quantities=("study week",), lowest=0, highest=1000, example="2"),
        text_column("adverse_event", "이상반응", "What happened.", "증상", required=True, example="mild erythema"),
        Column("grade", "중증도", "How severe it was.", choices=("mild", "moderate", "severe"),
               choices_korean=("경증", "중등증", "중증"), synonyms=("severity",), required=True, example="mild"),
        Column("related", "인과성", "Whether the product is thought to have caused it.",
               choices=("yes", "possible", "no"), choices_korean=("관련 있음", "가능", "관련 없음"),
               synonyms=("relation",), example="possible"),
    ),
    identity=("trial", "subject", "week", "adverse_event"),
    stands_on=(Naming(("trial",), ("trial",)),),
)  # fmt: skip
