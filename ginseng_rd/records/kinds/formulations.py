"""From recipe to product: formulations, what was measured of them, and the batches made."""

from __future__ import annotations

from ginseng_rd.records.kinds.declaration import VALUE_SYNONYMS, Column, Holds, Kind, text_column

RECIPE = Kind(
    "recipe",
    "처방",
    "One line of a formulation: an ingredient and its planned share.",
    (
        text_column("formulation", "처방코드", "Code of the formulation.", "formulation id", "처방", "처방번호",
              required=True, example="F-012"),
        text_column("ingredient", "원료", "Name of the ingredient or extract.", "원료명", "inci", required=True,
               example="Glycerin"),
        text_column("role", "기능", "What the ingredient is for.", "function", "배합목적", example="humectant"),
        Column("value", "배합비", "Planned share.", Holds.MEASURED, required=True, synonyms=("share",
               "share percent", "%", "함량(%)"),
               quantities=("share",), unit_column="unit", lowest=0, highest=100, example="5.00"),
        text_column("unit", "단위", "Unit of the share.", required=True, example="%"),
        text_column("citation", "출처", "Publication the recipe comes from.", "source"),
    ),
    identity=("formulation", "ingredient"),
)  # fmt: skip

PROPERTY = Kind(
    "property",
    "제형 물성",
    "A measured property of a formulation.",
    (
        text_column("formulation", "처방코드", "Code of the formulation.", "formulation id", "처방", "처방번호",
              required=True, example="F-012"),
        text_column("endpoint", "측정항목", "What was measured.", "property", "물성", required=True,
               example="viscosity"),
        Column("value", "측정값", "The measured value; empty where the outcome is a class.", Holds.MEASURED,
               synonyms=VALUE_SYNONYMS,
               quantities=("turbidity", "viscosity", "yes or no", "percent", "ratio", "length"), unit_column="unit",
               example="4200"),
        text_column("unit", "단위", "Unit of the value.", example="mPa·s"),
        Column("sd", "표준편차", "Standard deviation, in the unit of the value.", Holds.NUMBER, lowest=0,
               quantities=("turbidity", "viscosity", "yes or no", "percent", "ratio", "length"), unit_column="unit",
               example="120"),
        text_column("n", "반복수", "Number of replicates, as stated.", "replicates", example="3"),
        text_column("outcome", "판정", "The class seen, where the outcome is not a number.", "class", example="stable"),
        text_column("citation", "출처", "Publication the value comes from.", "source"),
    ),
    identity=("formulation", "endpoint"),
    one_of=("value", "outcome"),
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
        Column("size_g", "제조량", "Amount made.", Holds.NUMBER, required=True, english="size",
               synonyms=("배치량", "batch size"), quantities=("mass",), lowest=0, example="5000"),
        Column("made_on", "제조일", "Day it was made.", Holds.DATE, required=True,
               synonyms=("제조일자", "date made"), example="2026-10-27"),
    ),
    identity=("batch",),
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
)  # fmt: skip
