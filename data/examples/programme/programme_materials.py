"""Lots, extracts and what they hold: contents follow from conversions that lose sugars and make no moles."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, timedelta

from programme_sheets import INVENTED, Row

from ginseng_rd.chemistry.balance import balance_moles
from ginseng_rd.chemistry.compounds import reference_compounds
from ginseng_rd.chemistry.profiles import Content, Profile

MOLAR_MASS = {compound.code: compound.molar_mass for compound in reference_compounds()}
DRY_SHARE = 0.28  # of a fresh root, leaf or berry
LOD, LOQ = 0.02, 0.05  # mg/g
METHOD_SD = 0.03  # of a content, relative
ANALYTES = ("Rg1", "Re", "Rf", "Rb1", "Rb2", "Rc", "Rd", "Rg2", "Rh1", "Rg3", "Rk1", "Rg5", "F2", "CK", "F1")

# True content in mg per g of dry plant, at ten years.
PLANTS = {
    "root": {"Rg1": 3.6, "Re": 4.4, "Rf": 1.1, "Rb1": 7.8, "Rb2": 2.9, "Rc": 3.3, "Rd": 1.5, "Rg3": 0.12},
    "leaf": {"Rg1": 9.8, "Re": 15.5, "Rf": 0.4, "Rb1": 1.7, "Rb2": 3.1, "Rc": 2.2, "Rd": 6.4, "F2": 0.9, "F1": 0.7},
    "berry": {"Rg1": 1.2, "Re": 18.0, "Rb1": 2.6, "Rb2": 3.6, "Rc": 3.0, "Rd": 3.9, "Rg2": 0.6, "F2": 0.3},
}
GAIN_A_YEAR = 0.04  # of every content, relative, for each year above ten

# Share of a substrate that becomes a product, applied in order; the rest of it stays.
STEAMED_ONCE = (
    *(("Rb1", "Rg3", 0.22), ("Rb2", "Rg3", 0.20), ("Rc", "Rg3", 0.24), ("Rd", "Rg3", 0.30), ("Rg3", "Rg5", 0.20)),
    *(("Rg3", "Rk1", 0.12), ("Re", "Rg2", 0.25), ("Rg1", "Rh1", 0.18), ("Rf", "Rh1", 0.10)),
)
STEAMED_NINE_TIMES = (
    *(("Rb1", "Rg3", 0.86), ("Rb2", "Rg3", 0.85), ("Rc", "Rg3", 0.88), ("Rd", "Rg3", 0.92), ("Rg3", "Rg5", 0.42)),
    *(("Rg3", "Rk1", 0.34), ("Re", "Rg2", 0.80), ("Rg1", "Rh1", 0.72), ("Rf", "Rh1", 0.55)),
)
FERMENTED = (("Rb1", "Rd", 0.85), ("Rd", "F2", 0.75), ("F2", "CK", 0.60), ("Re", "Rg1", 0.20), ("Rg1", "F1", 0.45))
ENZYME_TREATED = (("Rb1", "Rd", 0.95), ("Rd", "F2", 0.90), ("F2", "CK", 0.82), ("Re", "Rg1", 0.35), ("Rg1", "F1", 0.50))
LOST_ON_THE_WAY = 0.08  # of what is converted, to products that are not measured

STARTER = "Lactiplantibacillus plantarum INVENTED-1"
ENZYME = "beta-glucosidase (INVENTED)"


@dataclass(frozen=True)
class Lot:
    """A lot as harvested; its true contents follow from part, age and what sets the lot apart."""

    code: str
    part: str
    age: int
    harvested: date
    fresh_g: int
    cultivation: str = "wild-simulated"
    altitude_m: int = 600


@dataclass(frozen=True)
class Extract:
    """An extract: what was drawn, what the process converts, how much is recovered, and its steps.

    ``drawn`` are grams of lots (fresh) and extracts. ``steps`` are in a short form: step, °C, minutes, and what
    the step needs besides.
    """

    code: str
    made: date
    drawn: dict[str, int]
    amount_g: int
    steps: tuple[dict[str, str], ...]
    conversions: tuple[tuple[str, str, float], ...] = ()
    recovery: float = 0.88


@dataclass
class Materials:
    """Everything that lots and extracts of a company hold, truly: mg per g as it is (lots: fresh)."""

    lots: tuple[Lot, ...]
    extracts: tuple[Extract, ...]
    true: dict[str, dict[str, float]] = field(default_factory=dict)
    factors: dict[str, float] = field(default_factory=dict)

    def settle(self, draw: random.Random) -> None:
        """Work out the true contents: those of a lot from its plant, those of an extract from the moles drawn."""
        for lot in self.lots:
            self.factors[lot.code] = round(1 + draw.gauss(0, 0.10), 3)
            factor = self.factors[lot.code] * (1 + GAIN_A_YEAR * (lot.age - 10)) * DRY_SHARE
            self.true[lot.code] = {code: factor * content for code, content in PLANTS[lot.part].items()}
        for extract in self.extracts:
            before = self._mixture(extract)
            after = _convert(before, extract)
            _refuse_created_moles(extract, before, after)
            self.true[extract.code] = after

    def _mixture(self, extract: Extract) -> dict[str, float]:
        grams = sum(extract.drawn.values())
        codes = dict.fromkeys(c for source in extract.drawn for c in self.true[source])
        return {c: sum(g * self.true[s].get(c, 0.0) for s, g in extract.drawn.items()) / grams for c in codes}


def _convert(before: dict[str, float], extract: Extract) -> dict[str, float]:
    grams = sum(extract.drawn.values())
    mmol = {code: grams * content / MOLAR_MASS[code] for code, content in before.items()}
    for substrate, product, share in extract.conversions:
        moved = share * mmol.get(substrate, 0.0)
        mmol[substrate] = mmol.get(substrate, 0.0) - moved
        mmol[product] = mmol.get(product, 0.0) + moved * (1 - LOST_ON_THE_WAY)
    return {c: extract.recovery * n * MOLAR_MASS[c] / extract.amount_g for c, n in mmol.items()}


def _refuse_created_moles(extract: Extract, before: dict[str, float], after: dict[str, float]) -> None:
    """Hold the true profile against the balance that an upload weighs."""
    profiles = (
        Profile(tuple(Content.measured(c, value, 0.001 * value, 3) for c, value in contents.items()), float(grams))
        for contents, grams in ((before, sum(extract.drawn.values())), (after, extract.amount_g))
    )
    balance = balance_moles(*profiles)
    if not balance.is_possible:
        raise ArithmeticError(f"{extract.code}: {balance}")


def lot_rows(company: str, lots: tuple[Lot, ...]) -> list[Row]:
    """Return the lots. A wild one has no plot and no day of sowing."""
    rows = []
    for number, lot in enumerate(lots, start=1):
        row = {
            "lot": lot.code, "species": "Panax ginseng", "cultivation": lot.cultivation,
            "region": f"경남 함양 (INVENTED {company})", "altitude_m": str(lot.altitude_m), "age_years": str(lot.age),
            "part": lot.part, "harvested_on": lot.harvested.isoformat(), "fresh_mass_g": str(lot.fresh_g),
            "supplier": f"INVENTED farm {1 + number % 3}",
            "price_krw_per_kg": str({"root": 780000, "leaf": 90000, "berry": 240000}[lot.part] + 5000 * lot.age),
            "inspection_no": f"INVENTED-{lot.harvested.year}-{100 + number}",
        }  # fmt: skip
        if lot.cultivation != "wild":
            sown = lot.harvested.replace(year=lot.harvested.year - lot.age, month=4)
            row |= {"cultivar": "자생종", "plot": f"INVENTED plot {company}-{number}", "seeded_on": sown.isoformat()}
        rows.append(row)
    return rows


def extract_rows(extracts: tuple[Extract, ...]) -> list[Row]:
    """Return the extracts, with the yield on the dry mass drawn."""
    rows = []
    for extract in extracts:
        dry = sum(grams * (0.97 if source.startswith("E") else DRY_SHARE) for source, grams in extract.drawn.items())
        share = 100 * extract.amount_g / dry
        row = {"extract": extract.code, "made_on": extract.made.isoformat(), "amount_g": str(extract.amount_g)}
        rows.append({**row, "yield_percent": f"{share:.1f}"})
    return rows


def input_rows(extracts: tuple[Extract, ...]) -> list[Row]:
    """Return what was drawn for each extract: grams of fresh lots, and of extracts."""
    return [
        {"extract": extract.code, "input": source, "amount_g": str(grams)}
        for extract in extracts
        for source, grams in extract.drawn.items()
    ]


def step_rows(extracts: tuple[Extract, ...], draw: random.Random) -> list[Row]:
    """Return the steps as planned, and as they were: a degree or a few minutes off."""
    rows = []
    for extract in extracts:
        for number, planned in enumerate(extract.steps, start=1):
            row = {"extract": extract.code, "step_no": str(number), **planned}
            if "planned_c" in planned:
                row["actual_c"] = f"{float(planned['planned_c']) + draw.gauss(0, 0.6):.1f}"
            if "planned_min" in planned:
                row["actual_min"] = str(round(float(planned["planned_min"]) * (1 + abs(draw.gauss(0, 0.03)))))
            rows.append(row)
    return rows


def content_rows(materials: Materials, draw: random.Random) -> list[Row]:
    """Return the contents as measured: three injections, a bound below the LOQ, a mark below the LOD."""
    rows = []
    states = {lot.code: ("as harvested, per g fresh", lot) for lot in materials.lots}
    for sample, contents in materials.true.items():
        processing, lot = states.get(sample, ("extract as made", None))
        for analyte in ANALYTES:
            row = {
                "sample": sample, "analyte": "compound K" if analyte == "CK" else analyte, "unit": "mg/g",
                "lod": str(LOD), "loq": str(LOQ), "method": "HPLC-UV 203 nm", "processing": processing,
                "citation": INVENTED,
            }  # fmt: skip
            if lot is not None:
                row |= {"part": lot.part, "age_years": str(lot.age), "cultivation": lot.cultivation}
                row["season"] = f"{lot.harvested:%Y-%m}"
            rows.append({**row, **measure(contents.get(analyte, 0.0), draw)})
    return rows


def measure(true: float, draw: random.Random) -> dict[str, str]:
    """Return mean, deviation and number of three measurements of a content in mg/g, or what stands for them."""
    values = [true * (1 + draw.gauss(0, METHOD_SD)) for _ in range(3)]
    mean = sum(values) / 3
    if mean < LOQ:
        return {"value": "N.D." if mean < LOD else f"< {LOQ}", "n": "3"}
    sd = (sum((value - mean) ** 2 for value in values) / 2) ** 0.5
    return {"value": f"{mean:.3f}", "sd": f"{sd:.4f}", "n": "3"}


def wash_and_dry(celsius: int = 55, minutes: int = 2880) -> tuple[dict[str, str], ...]:
    """Return the steps that most processes begin with."""
    return {"step": "wash", "planned_min": "20"}, step("dry", celsius, minutes)


def step(name: str, celsius: int, minutes: int, **more: str) -> dict[str, str]:
    """Return one planned step."""
    return {"step": name, "planned_c": str(celsius), "planned_min": str(minutes), **more}


def in_ethanol(percent: int, ratio: int = 10) -> tuple[dict[str, str], ...]:
    """Return extraction in aqueous ethanol and what follows it up to a powder."""
    return (
        step("extract", 75, 240, solvent="ethanol", solvent_percent=str(percent), ratio_ml_per_g=str(ratio)),
        {"step": "filter"},
        step("concentrate", 55, 180, planned_bar="0.1", actual_bar="0.1"),
        step("spray-dry", 180, 60),
    )


def days_after(day: date, days: int) -> str:
    """Return a later day as text."""
    return (day + timedelta(days=days)).isoformat()
