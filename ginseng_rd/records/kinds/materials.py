"""From the field to the extract: lots, extracts, what was drawn for them, and the steps of the process."""

from __future__ import annotations

from ginseng_rd.records.kinds.declaration import Column, Holds, Kind, Naming, text_column
from ginseng_rd.records.kinds.material_rules import EXTRACT_INPUT_RULES, LOT_RULES, PROCESS_STEP_RULES

_EXTRACT = Naming(("extract",), ("extract",))

LOT = Kind(
    "lot",
    "산양삼 로트",
    "A batch of root, leaf or berry as harvested.",
    (
        text_column("lot", "로트", "Code of the lot.", "로트번호", "로트코드", "lot code", "lot id", "code", "코드",
                    required=True, example="L-2026-07"),
        text_column("species", "종", "Species.", "학명", "식물종", "scientific name", required=True,
                    example="Panax ginseng"),
        text_column("cultivar", "품종", "Cultivar or seed source.", "variety", example="자생종"),
        Column("cultivation", "재배구분", "How it grew: wild, sown in a forest, or in a field.", required=True,
               choices=("wild", "wild-simulated", "field"), choices_korean=("야생", "산양", "밭재배"),
               synonyms=("재배", "재배방법", "cultivation class"), example="wild-simulated"),
        text_column("plot", "필지", "Plot it was sown in.", "필지번호", "재배지", "포지", example="함양 12-3"),
        text_column("region", "산지", "Region it comes from.", "지역", "원산지", "origin", example="경남 함양"),
        Column("altitude_m", "해발고도", "Height of the plot above the sea.", Holds.NUMBER, english="altitude",
               synonyms=("고도", "해발"), quantities=("altitude",), lowest=0, highest=3000, example="620"),
        Column("seeded_on", "파종일", "Day of sowing.", Holds.DATE, synonyms=("sown on", "파종일자"),
               example="2016-04-10"),
        Column("age_years", "연근", "Age at harvest in years.", Holds.NUMBER, english="age", synonyms=("연생", "수령"),
               quantities=("plant age",), lowest=0, highest=200, example="10"),
        Column("part", "부위", "Part of the plant.", required=True, synonyms=("plant part", "사용부위"),
               choices=("root", "leaf", "stem", "berry", "flower", "seed", "whole plant"),
               choices_korean=("뿌리", "잎", "줄기", "열매", "꽃", "씨앗", "전초"), example="root"),
        Column("harvested_on", "채취일", "Day of harvest.", Holds.DATE, required=True,
               synonyms=("수확일", "채취일자", "수확일자", "harvest date"), example="2026-10-12"),
        Column("fresh_mass_g", "생중량", "Mass as harvested.", Holds.NUMBER, english="fresh mass",
               synonyms=("생체중", "생체중량", "수확량", "fresh weight"), quantities=("mass",), lowest=0,
               example="1500"),
        text_column("supplier", "공급처", "Grower or dealer.", "공급자", "농가", "grower", example="함양 영농조합"),
        Column("price_krw_per_kg", "단가", "Price paid.", Holds.NUMBER, english="price", synonyms=("가격", "구입단가"),
               quantities=("price",), lowest=0, example="850000"),
        text_column("inspection_no", "품질검사번호", "Number of the official quality inspection.", "검사번호",
                    "inspection number", example="2026-경남-0412"),
    ),
    identity=("lot",),
    rules=LOT_RULES,
    about=Naming(("lot",), ("lot",)),
)  # fmt: skip

EXTRACT = Kind(
    "extract",
    "추출물",
    "What a process makes from lots, extracts or ingredients.",
    (
        text_column("extract", "추출물", "Code of the extract.", "추출물코드", "추출물번호", "extract code",
                    "extract id", "code", "코드", required=True, example="EX-12"),
        Column("made_on", "제조일", "Day it was made.", Holds.DATE, required=True,
               synonyms=("제조일자", "추출일", "date made"), example="2026-10-20"),
        Column("amount_g", "생산량", "Amount made.", Holds.NUMBER, required=True, english="amount",
               synonyms=("양", "추출물량", "수득량"), quantities=("mass",), lowest=0, example="310"),
        Column("yield_percent", "수율", "Share of the dry mass drawn that came out as extract, w/w.", Holds.NUMBER,
               english="yield", quantities=("share",), lowest=0, highest=100, example="31.2"),
    ),
    identity=("extract",),
    about=_EXTRACT,
)  # fmt: skip

EXTRACT_INPUT = Kind(
    "extract_input",
    "추출 투입원료",
    "One thing an extract was made from, and how much of it.",
    (
        text_column("extract", "추출물", "Extract that was made.", "추출물코드", "추출물번호", "extract code",
                    "extract id", required=True, example="EX-12"),
        text_column("input", "투입원료", "Lot, extract or ingredient that was drawn.", "원료", "로트", "lot",
                    "input code", required=True, example="L-2026-07"),
        Column("amount_g", "투입량", "Amount drawn.", Holds.NUMBER, required=True, english="amount",
               synonyms=("사용량", "input grams", "input amount"), quantities=("mass",), lowest=0, example="1000"),
    ),
    identity=("extract", "input"),
    rules=EXTRACT_INPUT_RULES,
    about=_EXTRACT,
    stands_on=(Naming(("lot", "extract", "ingredient"), ("input",)),),
)  # fmt: skip

_STEPS = ("wash", "dry", "steam", "extract", "ferment", "enzyme", "concentrate", "filter", "spray-dry")
_STEPS_KOREAN = ("세척", "건조", "증숙", "추출", "발효", "효소처리", "농축", "여과", "분무건조")

PROCESS_STEP = Kind(
    "process_step",
    "공정 단계",
    "One step of the process that made an extract, as planned and as it was.",
    (
        text_column("extract", "추출물", "Extract that was made.", "추출물코드", "추출물번호", "extract code",
                    "extract id", required=True, example="EX-12"),
        Column("step_no", "순번", "Number of the step, counted from 1.", Holds.WHOLE, required=True, english="no",
               synonyms=("단계번호", "순서", "step number"), lowest=1, example="1"),
        Column("step", "공정", "What was done.", required=True, synonyms=("단계", "공정명", "process"), choices=_STEPS,
               choices_korean=_STEPS_KOREAN, example="steam"),
        Column("planned_c", "계획 온도", "Planned temperature.", Holds.NUMBER, english="planned temperature",
               quantities=("temperature",), synonyms=("온도(계획)",), lowest=-80, highest=300, example="98"),
        Column("actual_c", "실제 온도", "Temperature as it was.", Holds.NUMBER, english="actual temperature",
               quantities=("temperature",), synonyms=("온도", "온도(실제)", "temperature"), lowest=-80, highest=300,
               example="97.5"),
        Column("planned_min", "계획 시간", "Planned duration.", Holds.NUMBER, english="planned time",
               quantities=("time",), synonyms=("시간(계획)",), lowest=0, example="180"),
        Column("actual_min", "실제 시간", "Duration as it was.", Holds.NUMBER, english="actual time",
               quantities=("time",), synonyms=("시간", "시간(실제)", "time"), lowest=0, example="185"),
        Column("planned_bar", "계획 압력", "Planned pressure, absolute.", Holds.NUMBER, english="planned pressure",
               quantities=("process pressure",), synonyms=("압력(계획)",), lowest=0, highest=1000, example="1"),
        Column("actual_bar", "실제 압력", "Pressure as it was, absolute.", Holds.NUMBER, english="actual pressure",
               quantities=("process pressure",), synonyms=("압력", "압력(실제)", "pressure"), lowest=0, highest=1000,
               example="1"),
        text_column("solvent", "용매", "Solvent.", "추출용매", example="ethanol"),
        Column("solvent_percent", "용매 농도", "Share of the solvent in water, by volume.", Holds.NUMBER,
               english="solvent strength", synonyms=("주정농도",), quantities=("share by volume",), lowest=0,
               highest=100, example="70"),
        Column("ratio_ml_per_g", "용매비", "Solvent to dry mass.", Holds.NUMBER, english="solvent ratio",
               synonyms=("액고비", "배수"), quantities=("liquid to solid",), lowest=0, example="10"),
        text_column("agent", "균주·효소", "Strain that fermented, or enzyme that was added.", "균주", "효소", "strain",
                    "enzyme", "strain or enzyme", example="Lactobacillus plantarum"),
        Column("agent_u_per_g", "효소 활성", "Enzyme added to dry mass.", Holds.NUMBER, english="enzyme dose",
               synonyms=("효소량",), quantities=("enzyme dose",), lowest=0, example="50"),
        Column("ph", "pH", "pH during the step.", Holds.NUMBER, english="pH", lowest=0, highest=14, example="5.5"),
        Column("cycles", "횟수", "How many times the step was done.", Holds.WHOLE, synonyms=("반복횟수",), lowest=1,
               example="3"),
    ),
    identity=("extract", "step_no"),
    rules=PROCESS_STEP_RULES,
    about=_EXTRACT,
)  # fmt: skip
