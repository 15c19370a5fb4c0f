"""Purchases, recipes, batches, what was measured of them, and what becomes of them in store."""

from __future__ import annotations

import math
import random
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from programme_materials import METHOD_SD, days_after
from programme_recipes import BLENDS, EXTRACT_INCI, INGREDIENTS, LIMITS, QUOTED, Product, Version
from programme_sheets import INVENTED, Row

# Price of each year, of that of 2023; extracts cost what their lots and the work did.
PRICE_DAYS = {"2023-01-02": 1.0, "2024-01-02": 1.06, "2025-01-02": 1.11}
EXTRACT_PRICE = 4_200_000  # KRW/kg
WEIGHING_SD = 0.002  # relative

# log10 of the viscosity in mPa·s: what a recipe of a kind starts from, and what 1 % of an ingredient adds.
VISCOSITY_BASE = {"leave-on": 2.30, "rinse-off": 2.85, "drink": 0.25}
VISCOSITY_ADDS = {"Xanthan Gum": 2.4, "Emulsifier E2": 0.12, "Cetyl Alcohol": 0.15, "Butyrospermum Parkii Butter": 0.04}
VISCOSITY_SD = 0.04  # relative

# Change at 25 °C a week, and activation energy in kJ/mol. Content and viscosity fall by a share, pH by a step.
RATES = {"marker": (0.0035, 84.0), "viscosity": (0.0028, 52.0), "pH": (0.0055, 61.0)}
NOISE = {"marker": 0.012, "viscosity": 0.02, "pH": 0.015}
GAS = 8.314462618e-3  # kJ/mol/K
CONDITIONS = ((5, 0), (25, 60), (40, 75))  # °C, % relative humidity; none is stated in the refrigerator
WEEKS = (0, 4, 8, 12, 24)
PRODUCT_LOQ = 0.002  # mg/g


@dataclass(frozen=True)
class Batch:
    """A product batch; ``pack`` is stated where its stability was studied, ``ph`` where it has one."""

    code: str
    version: tuple[str, int]
    size_g: int
    made: date
    ph: float | None = None
    pack: str = ""


def purchase_rows(versions: Sequence[Version], extracts: Iterable[str]) -> dict[str, list[Row]]:
    """Return ingredients, substances, prices and limits of all that the recipes name."""
    named = dict.fromkeys(line.ingredient for version in versions for line in version.lines)
    bought = [name for name in named if name in INGREDIENTS]
    rows: dict[str, list[Row]] = {"ingredient": [], "substance": [], "price": [], "limit": []}
    for name in bought:
        inci, korean, cas, function, price, _ = INGREDIENTS[name]
        row = {"ingredient": name, "inci": inci, "korean_name": korean, "cas": cas, "function": function}
        rows["ingredient"].append({**row, "supplier": "INVENTED supplier"})
        for substance, lowest, highest in BLENDS.get(name, ()):
            row = {"ingredient": name, "inci": substance, "lowest_percent": lowest, "highest_percent": highest}
            rows["substance"].append(row)
        rows["price"] += _prices(name, price, "INVENTED supplier")
    for name in extracts:
        inci = EXTRACT_INCI.get(name, "Panax Ginseng Root Extract")
        row = {"ingredient": name, "inci": inci, "function": "skin conditioning", "supplier": "own (INVENTED)"}
        rows["ingredient"].append(row)
        rows["price"] += _prices(name, EXTRACT_PRICE, "own (INVENTED)")
    types = sorted({version.product.product_type for version in versions} & {"leave-on", "rinse-off"})
    for inci, percent, *sources in LIMITS:
        for product_type in types:
            for country, source in zip(("EU", "KR"), sources, strict=True):
                row = {"inci": inci, "product_type": product_type, "country": country, "limit_percent": percent}
                rows["limit"].append({**row, "citation": f"{source} ({QUOTED})"})
    return {kind: filled for kind, filled in rows.items() if filled}


def _prices(name: str, price: int, supplier: str) -> list[Row]:
    return [
        {"ingredient": name, "valid_from": day, "price_krw_per_kg": str(round(price * factor)), "supplier": supplier}
        for day, factor in PRICE_DAYS.items()
    ]


def recipe_rows(versions: Sequence[Version], made: Container[tuple[str, int]], fills_up: str) -> dict[str, list[Row]]:
    """Return formulations, versions, recipe lines and make steps.

    A version is a draft while it is the last one and no batch was ``made`` of it.
    """
    last = {version.product.code: version.number for version in versions}
    rows: dict[str, list[Row]] = {"formulation": [], "version": [], "recipe": [], "make_step": []}
    for version in versions:
        code, number = version.key
        key = {"formulation": code, "version": str(number)}
        if number == 1:
            rows["formulation"].append(_formulation(version.product))
        came_from = {"from_version": str(number - 1)} if number > 1 else {}
        status = "draft" if number == last[code] and version.key not in made else "locked"
        rows["version"].append({**key, "status": status, "note": version.note, **came_from})
        for line in version.lines:
            row = {"phase": line.phase, "ingredient": line.ingredient, "role": line.role, "citation": INVENTED}
            lot = INGREDIENTS[line.ingredient][5] if line.ingredient in INGREDIENTS else ""
            rows["recipe"].append({**key, **row, "value": line.percent or fills_up, "unit": "%", "lot": lot})
        rows["make_step"] += [{**key, **step} for step in _make_steps(version)]
    return rows


def _formulation(product: Product) -> Row:
    row = {"formulation": product.code, "product_type": product.product_type, "claim": product.claim}
    return {**row, "country": product.country, "g_per_day": product.g_per_day}


def _make_steps(version: Version) -> list[Row]:
    phases = sorted({line.phase for line in version.lines})
    if version.product.product_type == "capsule":
        blended = {"step_no": "1", "what": "sieve and blend (INVENTED)", "speed_rpm": "25", "duration_min": "15"}
        return [{"phase": phase, **blended} for phase in phases]
    rows = []
    for phase in phases:
        hot, turns = {"A": (75, 800), "B": (75, 3500), "C": (40, 600)}[phase]
        if version.product.product_type == "drink":
            hot, turns = (85, 300) if phase == "B" else (60, 300)
        steps = [("stir until even (INVENTED)", turns, 15)]
        if phase == phases[-1]:
            steps.append(("cool and fill (INVENTED)", 100, 30))
        for number, (what, rpm, minutes) in enumerate(steps, start=1):
            celsius = hot if number == 1 else 30
            row = {"phase": phase, "step_no": str(number), "what": what, "temperature_c": str(celsius)}
            rows.append({**row, "speed_rpm": str(rpm), "duration_min": str(minutes)})
    return rows


def batch_rows(
    batches: Sequence[Batch], versions: Mapping[tuple[str, int], Version], draw: random.Random
) -> dict[str, list[Row]]:
    """Return the batches and what was weighed into them; a premix is drawn from its own batch."""
    rows: dict[str, list[Row]] = {"batch": [], "batch_line": []}
    premixes = {batch.version[0]: batch.code for batch in batches}
    for batch in batches:
        code, number = batch.version
        row = {"batch": batch.code, "formulation": code, "version": str(number), "size_g": str(batch.size_g)}
        rows["batch"].append({**row, "made_on": batch.made.isoformat()})
        for line in versions[batch.version].lines:
            planned = float(versions[batch.version].shares[line.ingredient]) * batch.size_g / 100
            lot = INGREDIENTS[line.ingredient][5] if line.ingredient in INGREDIENTS else ""
            lot = lot or premixes.get(line.ingredient, "")
            weighed = planned * (1 + draw.gauss(0, WEIGHING_SD))
            row = {"batch": batch.code, "ingredient": line.ingredient, "lot": lot, "amount_g": f"{weighed:.2f}"}
            rows["batch_line"].append(row)
    return rows


def true_dose(
    version: Version, recipes: Mapping[str, Version], contents: Mapping[str, Mapping[str, float]], compound: str
) -> float:
    """Return what the planned recipe holds of a compound in mg per g of product, premixes taken apart."""
    total = 0.0
    for ingredient, share in version.shares.items():
        if ingredient in recipes:
            total += float(share) / 100 * true_dose(recipes[ingredient], recipes, contents, compound)
        elif ingredient in contents:
            total += float(share) / 100 * contents[ingredient].get(compound, 0.0)
    return total


def product_content_rows(doses: Mapping[str, Mapping[str, float]], draw: random.Random) -> list[Row]:
    """Return the contents of batches (mg/g) as measured in three samples each."""
    rows = []
    for batch, contents in doses.items():
        for compound, true in contents.items():
            row = {
                "sample": batch, "analyte": "compound K" if compound == "CK" else compound, "unit": "mg/g",
                "loq": str(PRODUCT_LOQ), "method": "LC-MS/MS", "processing": "product at release", "citation": INVENTED,
            }  # fmt: skip
            values = [true * (1 + draw.gauss(0, METHOD_SD)) for _ in range(3)]
            mean = sum(values) / 3
            if mean < PRODUCT_LOQ:
                rows.append({**row, "value": f"< {PRODUCT_LOQ}", "n": "3"})
                continue
            sd = math.sqrt(sum((value - mean) ** 2 for value in values) / 2)
            rows.append({**row, "value": f"{mean:.4f}", "sd": f"{sd:.5f}", "n": "3"})
    return rows


def true_viscosity(version: Version) -> float | None:
    """Return the viscosity of a liquid or semi-solid product in mPa·s, None for a powder."""
    base = VISCOSITY_BASE.get(version.product.product_type)
    if base is None:
        return None
    return 10 ** (base + sum(adds * float(version.shares.get(name, 0)) for name, adds in VISCOSITY_ADDS.items()))


def property_rows(versions: Sequence[Version], draw: random.Random) -> list[Row]:
    """Return the viscosity of each version, and the moisture of powders."""
    rows = []
    for version in versions:
        key = {"formulation": version.key[0], "version": str(version.number), "n": "3", "citation": INVENTED}
        viscosity = true_viscosity(version)
        if viscosity is None:
            value = f"{4.2 + draw.gauss(0, 0.2):.2f}"
            rows.append({**key, "endpoint": "moisture", "value": value, "unit": "%", "sd": "0.15"})
            continue
        value = f"{viscosity * (1 + draw.gauss(0, VISCOSITY_SD)):.4g}"
        sd = f"{viscosity * VISCOSITY_SD:.2g}"
        row = {"endpoint": "viscosity", "unit": "mPa·s", "value": _plain(value), "sd": _plain(sd)}
        rows.append({**key, **row})
    return rows


def _plain(number: str) -> str:
    return f"{float(number):g}" if "e" not in number else f"{float(number):.0f}"


def ph_rows(batches: Sequence[Batch], draw: random.Random) -> list[Row]:
    """Return the pH of batches at release."""
    return [
        {
            "sample": batch.code, "endpoint": "pH", "unit": "pH", "value": f"{batch.ph + draw.gauss(0, 0.03):.2f}",
            "measured_at": days_after(batch.made, 1),
        }
        for batch in batches
        if batch.ph is not None
    ]  # fmt: skip


def rate_at(name: str, celsius: float) -> float:
    """Return the change a week at a temperature (Arrhenius, from that at 25 °C)."""
    rate, energy = RATES[name]
    return rate * math.exp(-energy / GAS * (1 / (celsius + 273.15) - 1 / 298.15))


def stability_rows(batch: Batch, marker: tuple[str, float], viscosity: float | None, draw: random.Random) -> list[Row]:
    """Return a stability study of one batch: its marker (name, mg/g at the start), pH and viscosity."""
    starts = {"marker": marker[1], "viscosity": viscosity, "pH": batch.ph}
    names = {"marker": marker[0], "viscosity": "viscosity", "pH": "pH"}
    units = {"marker": "mg/g", "viscosity": "mPa·s", "pH": "pH"}
    rows = []
    for (celsius, humidity), week in ((condition, week) for condition in CONDITIONS for week in WEEKS):
        at = {"batch": batch.code, "pack": batch.pack, "light": "dark", "week": str(week), "n": "3"}
        at |= {"temperature_c": str(celsius), "humidity_percent": str(humidity) if humidity else ""}
        for name, start in starts.items():
            if start is None:
                continue
            change = rate_at(name, celsius) * week
            true = start - change if name == "pH" else start * math.exp(-change)
            spread = NOISE[name] if name == "pH" else NOISE[name] * true
            value, digits = true + draw.gauss(0, spread), {"marker": 4, "viscosity": 0, "pH": 2}[name]
            if name == "viscosity" and true < 100:
                digits = 1
            row = {"endpoint": names[name], "value": f"{value:.{digits}f}", "unit": units[name]}
            rows.append({**at, **row, "sd": f"{spread * 1.7:.{digits + 1}f}"})
    return rows
