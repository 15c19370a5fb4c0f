"""What is bought: ingredients, what is in them, what they cost, and what the law allows of it."""

from __future__ import annotations

from ginseng_rd.records.kinds.declaration import Column, Holds, Kind, Naming, text_column

PRODUCT_TYPES = ("leave-on", "rinse-off", "capsule", "drink")
PRODUCT_TYPES_KOREAN = ("씻어내지 않는 제품", "씻어내는 제품", "캡슐", "음료")

INGREDIENT = Kind(
    "ingredient",
    "원료 등록",
    "A bought material with an INCI name.",
    (
        text_column("ingredient", "원료", "Name or code it goes by in recipes.", "원료코드", "원료명",
                    "ingredient code", required=True, example="Euxyl PE 9010"),
        text_column("inci", "INCI명", "INCI name; of a blend, put its substances into their own sheet.", "inci name",
                    "성분명(INCI)", required=True, example="Phenoxyethanol (and) Ethylhexylglycerin"),
        text_column("korean_name", "표준 한글명", "Name on a Korean label.", "국문명", "korean name", "한글명",
                    example="페녹시에탄올"),
        text_column("cas", "CAS 번호", "CAS number.", "cas no", "cas number", example="122-99-6"),
        text_column("function", "배합목적", "What it is for.", "기능", "purpose", example="preservative"),
        text_column("supplier", "공급처", "Who sells it.", "공급자", "vendor", example="schülke"),
    ),
    identity=("ingredient",),
    about=Naming(("ingredient",), ("ingredient",)),
)  # fmt: skip

SUBSTANCE = Kind(
    "substance",
    "원료 조성",
    "One substance in a bought ingredient, as its supplier states it.",
    (
        text_column("ingredient", "원료", "Ingredient it is in.", "원료코드", "원료명", "ingredient code",
                    required=True, example="Euxyl PE 9010"),
        text_column("inci", "INCI명", "INCI name of the substance.", "inci name", "성분명(INCI)", "substance",
                    required=True, example="Phenoxyethanol"),
        Column("lowest_percent", "최소 조성", "Least share in the ingredient.", Holds.NUMBER, required=True,
               english="lowest share", synonyms=("min", "minimum", "최소"), quantities=("share",),
               lowest=0, highest=100, example="85"),
        Column("highest_percent", "최대 조성", "Largest share in the ingredient.", Holds.NUMBER, required=True,
               english="highest share", synonyms=("max", "maximum", "최대"), quantities=("share",),
               lowest=0, highest=100, example="92"),
    ),
    identity=("ingredient", "inci"),
)  # fmt: skip

PRICE = Kind(
    "price",
    "원료 단가",
    "What an ingredient or extract costs from a day on.",
    (
        text_column("ingredient", "원료", "Ingredient or extract.", "원료코드", "원료명", "ingredient code", "추출물",
                    required=True, example="Euxyl PE 9010"),
        Column("valid_from", "적용일", "First day of the price.", Holds.DATE, required=True,
               synonyms=("단가 적용일", "price date", "기준일"), example="2026-01-02"),
        Column("price_krw_per_kg", "단가", "Price.", Holds.NUMBER, required=True, english="price",
               synonyms=("가격", "구입단가", "unit price"), quantities=("price",), lowest=0, example="32000"),
        text_column("supplier", "공급처", "Who asks it.", "공급자", "vendor", example="schülke"),
    ),
    identity=("ingredient", "valid_from"),
)  # fmt: skip

LIMIT = Kind(
    "limit",
    "사용한도",
    "The most that is allowed of a substance in a type of product of a country.",
    (
        text_column("inci", "INCI명", "INCI name of the substance.", "inci name", "성분명(INCI)", "substance",
                    required=True, example="Phenoxyethanol"),
        Column("product_type", "제품유형", "Type of product.", required=True, choices=PRODUCT_TYPES,
               choices_korean=PRODUCT_TYPES_KOREAN, synonyms=("유형",), example="leave-on"),
        text_column("country", "국가", "Country or region, as its two letters.", "지역", required=True, example="KR"),
        Column("limit_percent", "한도", "Largest share in the product.", Holds.NUMBER, required=True, english="limit",
               synonyms=("사용한도", "배합한도", "maximum in product"), quantities=("share",), lowest=0, highest=100,
               example="1.0"),
        text_column("citation", "출처", "Where the limit stands.", "source", "근거",
                    example="Regulation (EC) 1223/2009, Annex V"),
    ),
    identity=("inci", "product_type", "country"),
)  # fmt: skip
