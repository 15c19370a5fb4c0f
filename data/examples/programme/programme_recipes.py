"""The thirty recipes of the programme, and what their ingredients are. The ingredients exist; the recipes do not."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

FILLS_UP = "q.s."
Change = dict[str, str]


@dataclass(frozen=True)
class Line:
    """One line of a version; ``percent`` is '' for the one that fills up."""

    phase: str
    ingredient: str
    role: str
    percent: str


@dataclass(frozen=True)
class Product:
    """A formulation: the recipe of its first version, and what each later one changes (see ``versions_of``)."""

    code: str
    product_type: str
    country: str
    claim: str
    base: str
    changes: tuple[tuple[str, Change], ...] = ()
    g_per_day: str = ""


@dataclass(frozen=True)
class Version:
    """One version with its lines, the filling line worked out in ``shares``."""

    product: Product
    number: int
    note: str
    lines: tuple[Line, ...]
    shares: dict[str, Decimal] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, int]:
        return self.product.code, self.number


def versions_of(product: Product) -> list[Version]:
    """Return the versions of a product, each changed from the one before.

    A change gives an ingredient another share, ``-`` takes it out, and ``phase | role | share`` puts a new one in.
    """
    lines = {line.ingredient: line for line in map(_line, product.base.strip().splitlines())}
    found = [_version(product, 1, "first recipe (INVENTED)", lines)]
    for number, (note, change) in enumerate(product.changes, start=2):
        for ingredient, said in change.items():
            if said == "-":
                del lines[ingredient]
            elif "|" in said:
                phase, role_and_share = said.split(" | ", 1)
                lines[ingredient] = _line(f"{phase} | {ingredient} | {role_and_share}")
            else:
                old = lines[ingredient]
                lines[ingredient] = Line(old.phase, ingredient, old.role, said)
        found.append(_version(product, number, f"{note} (INVENTED)", lines))
    return found


def _line(text: str) -> Line:
    phase, ingredient, role, percent = (part.strip() for part in text.split(" | "))
    return Line(phase, ingredient, role, "" if percent == FILLS_UP else percent)


def _version(product: Product, number: int, note: str, lines: dict[str, Line]) -> Version:
    given = {name: Decimal(line.percent) for name, line in lines.items() if line.percent}
    rest = Decimal(100) - sum(given.values(), Decimal(0))
    in_order = tuple(sorted(lines.values(), key=lambda line: line.phase))
    shares = {line.ingredient: given.get(line.ingredient, rest) for line in in_order}
    return Version(product, number, note, in_order, shares)


PREMIX = """
A | Butylene Glycol | solvent | 40.00
A | Aqua | solvent | q.s.
A | 1,2-Hexanediol | preservative | 2.00
B | {extract} | active | 20.00
"""
SERUM = """
A | Aqua | solvent | q.s.
A | Glycerin | humectant | 5.00
A | Butylene Glycol | humectant | 4.00
A | Xanthan Gum | thickener | 0.25
A | Disodium EDTA | chelating agent | 0.05
B | Squalane | emollient | 3.00
B | Emulsifier E2 | emulsifier | 2.50
B | Tocopherol | antioxidant | 0.20
C | {extract} | active | 1.00
C | Preservative P1 | preservative | 0.90
C | Perfume F7 | fragrance | 0.05
"""
ACTIVE_OF_SERUM = "C | {extract} | active | 1.00\n"
CREAM = """
A | Aqua | solvent | q.s.
A | Glycerin | humectant | 6.00
A | Panthenol | skin conditioning | 0.50
A | Xanthan Gum | thickener | 0.30
B | Caprylic/Capric Triglyceride | emollient | 8.00
B | Butyrospermum Parkii Butter | emollient | 3.00
B | Cetyl Alcohol | consistency | 2.00
B | Emulsifier E2 | emulsifier | 4.00
B | Tocopherol | antioxidant | 0.30
C | {extract} | active | 1.50
C | Preservative P1 | preservative | 0.90
C | Perfume F7 | fragrance | 0.10
"""
TONER = """
A | Aqua | solvent | q.s.
A | Glycerin | humectant | 3.00
A | 1,2-Hexanediol | preservative | 1.80
A | Allantoin | skin conditioning | 0.10
A | Citric Acid | pH adjuster | 0.02
B | EA-04 | active | 0.50
"""
CAPSULE = """
A | {extract} | active | 30.00
A | FB-PM | active | 20.00
A | Microcrystalline Cellulose | filler | q.s.
B | Silica | glidant | 1.00
B | Magnesium Stearate | lubricant | 0.80
"""
ACTIVES_OF_CAPSULE = "A | {extract} | active | 30.00\nA | FB-PM | active | 20.00\n"
DRINK = """
A | Aqua | solvent | q.s.
A | EB-02 | active | 0.60
A | Honey | sweetener | 6.00
A | Fructooligosaccharide | sweetener | 4.00
B | Citric Acid | acidity regulator | 0.15
B | Sodium Citrate | acidity regulator | 0.05
B | Xanthan Gum | thickener | 0.05
"""
CLEANSER = """
A | Aqua | solvent | q.s.
A | Sodium Cocoyl Glutamate | surfactant | 18.00
A | Cocamidopropyl Betaine | surfactant | 12.00
A | Glycerin | humectant | 4.00
A | Xanthan Gum | thickener | 0.60
B | EC-01 | active | 0.30
B | Preservative P1 | preservative | 0.90
B | Perfume F7 | fragrance | 0.20
"""

PRODUCTS = {
    "a": (
        Product("FA-PM", "leave-on", "KR", "premix, black ginseng (INVENTED)", PREMIX.format(extract="EA-03")),
        Product(
            "FA-01", "leave-on", "KR", "serum: elasticity (INVENTED)", SERUM.format(extract="EA-01"),
            (
                ("steamed extract for the plain one", {"EA-01": "-", "EA-02": "C | active | 1.00"}),
                ("nine times steamed; thicker", {"EA-02": "-", "EA-03": "C | active | 1.00", "Xanthan Gum": "0.35"}),
                ("by premix, twice the dose", {"EA-03": "-", "FA-PM": "C | active | 10.00", "Butylene Glycol": "1.00"}),
                ("low arm of the trial", {"FA-PM": "3.00", "Butylene Glycol": "3.80"}),
            ),
        ),
        Product(
            "FA-02", "leave-on", "EU", "cream: wrinkles (INVENTED)", CREAM.format(extract="EA-02"),
            (
                ("fermented extract for the steamed one", {"EA-02": "-", "EA-05": "C | active | 1.50"}),
                ("less greasy", {"Butyrospermum Parkii Butter": "1.50", "Cetyl Alcohol": "2.50"}),
                ("without perfume; more preservative", {"Perfume F7": "-", "Preservative P1": "1.00"}),
            ),
        ),
        Product("FA-03", "leave-on", "KR", "vehicle of FA-01 (INVENTED)", SERUM.replace(ACTIVE_OF_SERUM, "")),
        Product("FA-04", "leave-on", "KR", "toner with leaf extract (INVENTED)", TONER),
    ),
    "b": (
        Product(
            "FB-PM", "capsule", "KR", "granulate (INVENTED)",
            "A | EB-02 | active | 50.00\nA | Dextrin | carrier | q.s.\n", g_per_day="0.6",
        ),
        Product(
            "FB-01", "capsule", "KR", "capsule: skin elasticity (INVENTED)", CAPSULE.format(extract="EB-01"),
            (
                ("more granulate", {"FB-PM": "30.00"}),
                ("enzyme-treated extract for the powder", {"EB-01": "-", "EB-04": "A | active | 12.00"}),
                ("flows badly: more glidant", {"Silica": "1.50", "Magnesium Stearate": "1.00"}),
            ),
            g_per_day="3",
        ),
        Product(
            "FB-02", "drink", "KR", "drink: vitality (INVENTED)", DRINK,
            (
                ("berry extract added", {"EB-03": "A | active | 0.20"}),
                ("less sweet", {"Honey": "4.50", "Fructooligosaccharide": "3.00"}),
                ("cloudy: thicker, more acid", {"Xanthan Gum": "0.08", "Citric Acid": "0.20"}),
            ),
            g_per_day="100",
        ),
        Product(
            "FB-03", "capsule", "KR", "capsule without ginseng (INVENTED)",
            CAPSULE.replace(ACTIVES_OF_CAPSULE, ""), g_per_day="3",
        ),
    ),
    "c": (
        Product("FC-PM", "leave-on", "KR", "premix of fermented extract (INVENTED)", PREMIX.format(extract="EC-02")),
        Product(
            "FC-01", "rinse-off", "KR", "cleanser (INVENTED)", CLEANSER,
            (
                ("milder", {"Sodium Cocoyl Glutamate": "16.00", "Cocamidopropyl Betaine": "14.00"}),
                ("thicker", {"Xanthan Gum": "0.90"}),
            ),
        ),
        Product(
            "FC-02", "leave-on", "KR", "ampoule: firmness (INVENTED)", SERUM.format(extract="EC-03"),
            (
                ("fermented, by premix", {"EC-03": "-", "FC-PM": "C | active | 6.00", "Butylene Glycol": "2.00"}),
                ("both extracts", {"EC-03": "C | active | 0.50"}),
                ("sticky: less glycerin", {"Glycerin": "3.00", "Xanthan Gum": "0.20"}),
            ),
        ),
    ),
}  # fmt: skip

# Ingredient: INCI name, Korean name, CAS number, function, price in KRW/kg (INVENTED), lot (INVENTED).
INGREDIENTS = {
    "Aqua": ("Aqua", "정제수", "7732-18-5", "solvent", 100, ""),
    "Glycerin": ("Glycerin", "글리세린", "56-81-5", "humectant", 3200, "GL-2410"),
    "Butylene Glycol": ("Butylene Glycol", "부틸렌글라이콜", "107-88-0", "humectant", 5400, "BG-2411"),
    "Xanthan Gum": ("Xanthan Gum", "잔탄검", "11138-66-2", "thickener", 24000, "XG-2409"),
    "Disodium EDTA": ("Disodium EDTA", "다이소듐이디티에이", "139-33-3", "chelating agent", 9800, ""),
    "Squalane": ("Squalane", "스쿠알란", "111-01-3", "emollient", 38000, "SQ-2412"),
    "Tocopherol": ("Tocopherol", "토코페롤", "59-02-9", "antioxidant", 52000, ""),
    "Panthenol": ("Panthenol", "판테놀", "81-13-0", "skin conditioning", 31000, "PN-2408"),
    "Caprylic/Capric Triglyceride": (
        "Caprylic/Capric Triglyceride", "카프릴릭/카프릭트라이글리세라이드", "73398-61-5", "emollient", 7200, "",
    ),
    "Butyrospermum Parkii Butter": (
        "Butyrospermum Parkii (Shea) Butter", "시어버터", "194043-92-0", "emollient", 14500, "SB-2407",
    ),
    "Cetyl Alcohol": ("Cetyl Alcohol", "세틸알코올", "36653-82-4", "consistency", 6100, ""),
    "1,2-Hexanediol": ("1,2-Hexanediol", "1,2-헥산다이올", "6920-22-5", "preservative", 21000, "HX-2411"),
    "Allantoin": ("Allantoin", "알란토인", "97-59-6", "skin conditioning", 19000, ""),
    "Citric Acid": ("Citric Acid", "시트릭애씨드", "77-92-9", "pH adjuster", 2400, ""),
    "Sodium Citrate": ("Sodium Citrate", "소듐시트레이트", "68-04-2", "acidity regulator", 2900, ""),
    "Microcrystalline Cellulose": (
        "Microcrystalline Cellulose", "미세결정셀룰로오스", "9004-34-6", "filler", 8300, "MC-2410",
    ),
    "Silica": ("Silica", "실리카", "7631-86-9", "glidant", 15500, ""),
    "Magnesium Stearate": ("Magnesium Stearate", "마그네슘스테아레이트", "557-04-0", "lubricant", 7700, ""),
    "Dextrin": ("Dextrin", "덱스트린", "9004-53-9", "carrier", 2600, "DX-2409"),
    "Honey": ("Mel", "꿀", "8028-66-8", "sweetener", 12800, "HN-2409"),
    "Fructooligosaccharide": ("Fructooligosaccharides", "프락토올리고사카라이드", "", "sweetener", 4100, ""),
    "Sodium Cocoyl Glutamate": (
        "Sodium Cocoyl Glutamate", "소듐코코일글루타메이트", "68187-32-6", "surfactant", 6900, "",
    ),
    "Cocamidopropyl Betaine": ("Cocamidopropyl Betaine", "코카미도프로필베타인", "61789-40-0", "surfactant", 3500, ""),
    "Emulsifier E2": ("Cetearyl Olivate (and) Sorbitan Olivate", "", "", "emulsifier", 27500, "E2-2411"),
    "Preservative P1": ("Phenoxyethanol (and) Ethylhexylglycerin", "", "", "preservative", 16800, "P1-2412"),
    "Perfume F7": ("Parfum", "향료", "", "fragrance", 68000, "F7-2410"),
}  # fmt: skip

# What suppliers state of their blends (INVENTED): substance, least and largest share in %.
BLENDS = {
    "Emulsifier E2": (("Cetearyl Olivate", "45", "60"), ("Sorbitan Olivate", "40", "55")),
    "Preservative P1": (("Phenoxyethanol", "88", "94"), ("Ethylhexylglycerin", "6", "12")),
    "Perfume F7": (("Parfum", "80", "92"), ("Limonene", "4", "9"), ("Linalool", "3", "7"), ("Citronellol", "0.5", "2")),
    "Sodium Cocoyl Glutamate": (("Sodium Cocoyl Glutamate", "28", "32"), ("Aqua", "68", "72")),
    "Cocamidopropyl Betaine": (
        ("Cocamidopropyl Betaine", "29", "33"),
        ("Aqua", "60", "66"),
        ("Sodium Chloride", "4", "7"),
    ),
}
EXTRACT_INCI = {
    "EA-04": "Panax Ginseng Leaf Extract",
    "EB-01": "Panax Ginseng Root Powder",
    "EB-03": "Panax Ginseng Berry Extract",
}

# Limits as the texts named state them; the example quotes few and is no source for them.
EU, KR = "Regulation (EC) 1223/2009, Annex V, entry", "화장품 안전기준 등에 관한 규정 별표 2"
LIMITS = (
    ("Phenoxyethanol", "1.0", f"{EU} 29", KR),
    ("Benzyl Alcohol", "1.0", f"{EU} 34", KR),
    ("Sorbic Acid", "0.6", f"{EU} 4", KR),
    ("Chlorphenesin", "0.3", f"{EU} 50", KR),
)
QUOTED = "quoted in an INVENTED example; check the text in force"
