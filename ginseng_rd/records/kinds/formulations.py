"""From recipe to product: formulations, what was measured of them, and the batches made."""

from __future__ import annotations

from ginseng_rd.records.kinds.declaration import VALUE_SYNONYMS, Column, Holds, Kind, Naming, text_column
from ginseng_rd.records.kinds.endpoint_rules import ENDPOINT_RULES
from ginseng_rd.records.kinds.purchasing import PRODUCT_TYPES, PRODUCT_TYPES_KOREAN

_FORMULATION = text_column("formulation", "처방코드", "Code of the formulation.", "formulation id", "처방", "처방번호",
                           required=True, example="F-012")  # fmt: skip
_VERSION = Column("version", "버전", "Number of the version, counted from 1; 1 where it is left empty.", Holds.WHOLE,
                  lowest=1, synonyms=("차수", "ver", "version no"), example="1")  # fmt: skip

_OF_A_VERSION = Naming(("version",), ("formulation", "version"), part_if_empty="1")
_OF_A_BATCH = Naming(("batch",), ("batch",))
# What is weighed in: by its name, and by the lot or batch it was taken from.
_WEIGHED = (
    Naming(("ingredient", "extract", "formulation"), ("ingredient",)),
    Naming(("lot", "extract", "batch"), ("lot",)),
)

FORMULATION = Kind(
    "formulation",
    "제형",
    "A product to be: what it is, and what is claimed of it. Its recipes are its versions.",
    (
        _FORMULATION,
        Column("product_type", "제품유형", "Type of product.", required=True, choices=PRODUCT_TYPES,
               choices_korean=PRODUCT_TYPES_KOREAN, synonyms=("유형",), example="leave-on"),
        text_column("claim", "표방 효능", "What is claimed of it.", "효능", example="improves elasticity"),
        text_column("country", "국가", "Where it is to be sold, as two letters.", "판매국", example="KR"),
        Column("g_per_day", "1일 섭취량", "What a person takes in a day, of a product to be eaten.", Holds.NUMBER,
               english="daily intake", quantities=("daily intake",), lowest=0, highest=1000, example="3"),
    ),
    identity=("formulation",),
    about=Naming(("formulation",), ("formulation",)),
)  # fmt: skip

VERSION = Kind(
    "version",
    "처방 버전",
    "A version of a formulation: what it came from, why, and whether it is locked.",
    (
        _FORMULATION,
        Column("version", "버전", "Number of the version, counted from 1.", Holds.WHOLE, required=True, lowest=1,
               synonyms=("차수", "ver", "version no"), example="2"),
        Column("status", "상태", "A locked version never changes.", required=True, choices=("draft", "locked"),
               choices_korean=("초안", "확정"), example="draft"),
        Column("from_version", "원버전", "Version it was copied from.", Holds.WHOLE, lowest=1,
               synonyms=("copied from",), example="1"),
        text_column("note", "변경 사유", "What was changed, and why.", "비고", "change note",
                    example="less glycerin: too sticky"),
    ),
    identity=("formulation", "version"),
    about=_OF_A_VERSION,
)  # fmt: skip

LOCK = Kind(
    "lock",
    "버전 확정",
    "The word that a version is final: from then on it never changes.",
    (
        _FORMULATION,
        Column("version", "버전", "Number of the version.", Holds.WHOLE, required=True, lowest=1,
               synonyms=("차수", "ver", "version no"), example="2"),
        text_column("locked_because", "확정 사유", "Why it is final.", "확정사유", required=True,
                    example="chosen for the trial"),
    ),
    identity=("formulation", "version"),
    about=_OF_A_VERSION,
)  # fmt: skip

RECIPE = Kind(
    "recipe",
    "처방",
    "One line of a version: an ingredient, extract or other formulation, and its planned share.",
    (
        _FORMULATION,
        _VERSION,
        text_column("phase", "상", "Part of the recipe it is made in.", "파트", "part", example="A"),
        text_column("ingredient", "원료", "Name of the ingredient, extract or formulation.", "원료명", "inci",
                    required=True, example="Glycerin"),
        text_column("lot", "원료 로트", "Lot it is to be taken from.", "로트", "로트번호", "lot code",
                    example="GL-2604"),
        text_column("role", "기능", "What the ingredient is for.", "function", "배합목적", example="humectant"),
        Column("value", "배합비", "Planned share; q.s. or 적량 for the one line that fills up.", Holds.MEASURED,
               required=True, may_fill_up=True, synonyms=("share", "share percent", "%", "함량(%)"),
               quantities=("share",), unit_column="unit", lowest=0, highest=100, example="5.00"),
        text_column("unit", "단위", "Unit of the share.", required=True, example="%"),
        text_column("citation", "출처", "Publication the recipe comes from.", "source"),
    ),
    identity=("formulation", "version", "phase", "ingredient", "lot"),
    about=_OF_A_VERSION,
    stands_on=_WEIGHED,
)  # fmt: skip

MAKE_STEP = Kind(
    "make_step",
    "제조 공정",
    "One step of making a version, phase by phase.",
    (
        _FORMULATION,
        _VERSION,
        text_column("phase", "상", "Phase it is done with.", "파트", "part", required=True, example="A"),
        Column("step_no", "순번", "Number of the step, counted from 1.", Holds.WHOLE, required=True, english="no",
               synonyms=("단계번호", "순서", "step number"), lowest=1, example="1"),
        text_column("what", "작업", "What is done.", "작업내용", "action", required=True, example="heat and stir"),
        Column("temperature_c", "온도", "Temperature.", Holds.NUMBER, english="temperature",
               quantities=("temperature",), lowest=-80, highest=300, example="75"),
        Column("speed_rpm", "회전수", "Stirring.", Holds.NUMBER, english="speed", synonyms=("rpm", "교반속도"),
               quantities=("rotation",), lowest=0, highest=100000, example="3000"),
        Column("duration_min", "시간", "How long.", Holds.NUMBER, english="duration", synonyms=("time",),
               quantities=("time",), lowest=0, example="10"),
    ),
    identity=("formulation", "version", "phase", "step_no"),
    about=_OF_A_VERSION,
)  # fmt: skip

PROPERTY = Kind(
    "property",
    "제형 물성",
    "A measured property of a formulation.",
    (
        _FORMULATION,
        _VERSION,
        text_column("endpoint", "측정항목", "What was measured.", "property", "물성", required=True,
               example="viscosity"),
        Column("value", "측정값", "The measured value; empty where the outcome is a class.", Holds.MEASURED,
               synonyms=VALUE_SYNONYMS,
               quantities=("turbidity", "viscosity", "pH", "yes or no", "percent", "ratio", "length"),
               unit_column="unit", example="4200"),
        text_column("unit", "단위", "Unit of the value.", example="mPa·s"),
        Column("sd", "표준편차", "Standard deviation, in the unit of the value.", Holds.NUMBER, lowest=0,
               quantities=("turbidity", "viscosity", "pH", "yes or no", "percent", "ratio", "length"),
               unit_column="unit", example="120"),
        text_column("n", "반복수", "Number of replicates, as stated.", "replicates", example="3"),
        text_column("outcome", "판정", "The class seen, where the outcome is not a number.", "class", example="stable"),
        text_column("citation", "출처", "Publication the value comes from.", "source"),
    ),
    identity=("formulation", "version", "endpoint"),
    one_of=("value", "outcome"),
    stands_on=(_OF_A_VERSION,),
    rules=ENDPOINT_RULES,
)  # fmt: skip

BATCH = Kind(
    "batch",
    "제품 배치",
    "What was made of a formulation at one time.",
    (
        text_column("batch", "제조번호", "Code of the product batch.", "배치", "제조단위", "batch code", "batch id",
                    "code", "코드", required=True, example="B-2026-031"),
        text_column("formulation", "처방코드", "Formulation it was made of.", "formulation id", "처방", "처방번호",
                    required=True, example="F-012"),
        _VERSION,
        Column("size_g", "제조량", "Amount made.", Holds.NUMBER, required=True, english="size",
               synonyms=("배치량", "batch size"), quantities=("mass",), lowest=0, example="5000"),
        Column("made_on", "제조일", "Day it was made.", Holds.DATE, required=True,
               synonyms=("제조일자", "date made"), example="2026-10-27"),
    ),
    identity=("batch",),
    about=_OF_A_BATCH,
    stands_on=(_OF_A_VERSION,),
)  # fmt: skip

BATCH_LINE = Kind(
    "batch_line",
    "제조 칭량",
    "One ingredient weighed into a product batch, and the lot it came from.",
    (
        text_column("batch", "제조번호", "Product batch it went into.", "배치", "제조단위", "batch code", "batch id",
                    required=True, example="B-2026-031"),
        text_column("ingredient", "원료", "Name of the ingredient or extract.", "원료명", "inci", required=True,
                    example="EX-12"),
        text_column("lot", "원료 로트", "Lot of the ingredient.", "로트", "로트번호", "lot code", example="L-2026-07"),
        Column("amount_g", "실투입량", "Amount weighed in.", Holds.NUMBER, required=True, english="actual amount",
               synonyms=("투입량", "칭량값", "amount", "actual grams"), quantities=("mass",), lowest=0, example="150"),
    ),
    identity=("batch", "ingredient", "lot"),
    about=_OF_A_BATCH,
    stands_on=_WEIGHED,
)  # fmt: skip
