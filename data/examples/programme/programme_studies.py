"""What the bench, people's skin and worms show: drawn from curves and effects that ``truth.json`` states."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from programme_materials import days_after
from programme_sheets import Row

LETTERS = "ABCDEFGH"


@dataclass(frozen=True)
class Assay:
    """A plate assay: signal of vehicle and blank, dilution, and the potency of each mg/g of a compound.

    The IC50 of an extract in µg/mL is ``scale`` over the sum of potency x content. ``gain`` above 0 makes
    the signal rise to 1 + gain of the vehicle's, as collagen does; else it falls to the blank's.
    """

    name: str
    endpoint: str
    unit: str
    vehicle: float
    blank: float
    positive: tuple[str, float, str, float]  # name, dose, unit, share of the whole effect
    highest: float
    scale: float
    potency: Mapping[str, float]
    slope: float = 1.1
    gain: float = 0.0

    def ic50(self, contents: Mapping[str, float]) -> float:
        """Return the dose of half the effect, µg/mL."""
        return self.scale / sum(weight * contents.get(code, 0.0) for code, weight in self.potency.items())

    def signal(self, effect: float) -> float:
        """Return the signal without noise where the effect is some share of the whole."""
        if self.gain:
            return self.vehicle * (1 + self.gain * effect)
        return self.blank + (self.vehicle - self.blank) * (1 - effect)


ASSAYS = {
    "elastase": Assay(
        "elastase inhibition", "absorbance 405 nm", "OD", 1.18, 0.06, ("EGCG", 50.0, "µg/mL", 0.93), 1000.0, 4200.0,
        {"Rg3": 1.6, "Rk1": 1.2, "Rg5": 1.2, "CK": 2.5, "Rb1": 0.35, "Re": 0.25, "Rg1": 0.25},
    ),
    "tyrosinase": Assay(
        "tyrosinase inhibition", "absorbance 475 nm", "OD", 0.94, 0.05, ("kojic acid", 20.0, "µg/mL", 0.91), 2000.0,
        9500.0, {"F1": 3.0, "CK": 1.5, "Re": 0.5, "Rg1": 0.4, "Rb1": 0.3, "Rg3": 0.6}, slope=1.0,
    ),
    "collagen": Assay(
        "procollagen type I", "procollagen type I, of untreated", "%", 100.0, 2.0, ("TGF-beta1", 10.0, "ng/mL", 0.95),
        400.0, 1500.0, {"Rb1": 0.5, "Rg1": 0.6, "Rg3": 1.0, "CK": 3.0, "Re": 0.3}, slope=1.3, gain=0.8,
    ),
}  # fmt: skip
WELL_SD = 0.025  # relative


def assay_rows(assay: Assay, contents: Mapping[str, Mapping[str, float]], day: str, draw: random.Random) -> list[Row]:
    """Return full plates of three samples: eight doses in halves, each in three columns, and three of controls."""
    rows = []
    samples = list(contents)
    for plate, first in enumerate(range(0, len(samples), 3), start=1):
        on_plate = samples[first : first + 3]
        for step, letter in enumerate(LETTERS):
            wells = [
                {"sample": sample, "role": "sample", "dose": f"{assay.highest / 2**step:g}", "dose_unit": "µg/mL",
                 "replicate": str(replicate), "true": _true_signal(assay, contents[sample], assay.highest / 2**step)}
                for sample in on_plate
                for replicate in (1, 2, 3)
            ]  # fmt: skip
            name, dose, unit, effect = assay.positive
            again = {"replicate": str(step + 1)}
            wells += [
                {"sample": name, "role": "positive control", "dose": f"{dose:g}", "dose_unit": unit, **again,
                 "true": assay.signal(effect)},
                {"sample": "vehicle", "role": "negative control", "dose": "0", "dose_unit": unit, **again,
                 "true": assay.vehicle},
                {"sample": "blank", "role": "blank", **again, "true": assay.blank},
            ]  # fmt: skip
            for number, well in enumerate(wells, start=1):
                true = float(well.pop("true"))
                value = true * (1 + draw.gauss(0, WELL_SD)) + draw.gauss(0, 0.004 * assay.vehicle)
                where = {"assay": f"{assay.name} {day[:7]}", "plate": str(plate), "well": f"{letter}{number:02d}"}
                read = {"endpoint": assay.endpoint, "value": f"{value:.3f}", "unit": assay.unit}
                rows.append({**where, **well, **read, "measured_at": f"{day} (INVENTED)"})
    return rows


def _true_signal(assay: Assay, contents: Mapping[str, float], dose: float) -> float:
    return assay.signal(1 / (1 + (assay.ic50(contents) / dose) ** assay.slope))


@dataclass(frozen=True)
class Endpoint:
    """A skin endpoint: mean and spreads, what time does to every arm, and the largest effect of the marker."""

    name: str
    unit: str
    site: str
    instrument: str
    mean: float
    of_subjects: float
    of_sides: float
    of_readings: float
    drift_in_12_weeks: float
    largest_effect: float
    digits: int


ENDPOINTS = (
    Endpoint("Cutometer R2", "ratio", "cheek", "Cutometer (INVENTED)", 0.61, 0.055, 0.012, 0.016, 0.008, 0.085, 3),
    Endpoint("Corneometer", "a.u.", "cheek", "Corneometer (INVENTED)", 43.0, 6.5, 1.4, 2.2, 1.5, 11.0, 1),
    Endpoint("wrinkle Ra", "µm", "crow's feet", "replica (INVENTED)", 24.5, 4.2, 0.7, 0.8, 0.2, -4.6, 2),
)
HALF_DOSE = 0.06  # mg of Rg3 per g of product at which half the largest effect is reached
TIME_CONSTANT = 5.0  # weeks in which 63 % of an effect is reached
VISITS = (0, 4, 8, 12)
LEFT = {7: (3, "moved away"), 15: (6, "personal reasons"), 22: (9, "new medication"), 31: (5, "holiday")}
NEVER_CAME_BACK = {28: (1, "did not come back")}
EVENTS = (
    (4, 1, "mild erythema", "mild", "possible"),
    (15, 5, "common cold", "mild", "no"),
    (22, 2, "itching for a day", "mild", "possible"),
)
START = date(2025, 5, 12)


def true_effect(endpoint: Endpoint, dose: float, week: float) -> float:
    """Return what a dose of Rg3 (mg/g of product) does beyond the vehicle after some weeks."""
    return endpoint.largest_effect * dose / (dose + HALF_DOSE) * (1 - math.exp(-week / TIME_CONSTANT))


def trial_rows(trial: str, arms: Mapping[str, tuple[str, float]], draw: random.Random) -> dict[str, list[Row]]:
    """Return a split-face trial in 36 subjects: half compare the first arm with the vehicle, half the second.

    ``arms`` gives the batch and the true Rg3 dose (mg/g) of each arm, the vehicle last.
    """
    high, low, vehicle = arms
    rows: dict[str, list[Row]] = {
        "trial": [
            {"trial": trial, "design": "split-face", "primary_endpoint": "Cutometer R2", "base_arm": vehicle,
             "planned_n": "36", "blinding": "double", "approval_no": "INVENTED-IRB-2025-014",
             "first_visit_on": START.isoformat()}
        ],
        "arm": [{"trial": trial, "arm": arm, "product": batch} for arm, (batch, _) in arms.items()],
        "allocation": [], "skin": [],
        "drop_out": [
            {"trial": trial, "subject": f"{subject:03d}", "left_in_week": str(week), "reason": f"{why} (INVENTED)"}
            for subject, (week, why) in sorted({**LEFT, **NEVER_CAME_BACK}.items())
        ],
        "adverse_event": [
            {"trial": trial, "subject": f"{subject:03d}", "week": str(week), "adverse_event": f"{what} (INVENTED)",
             "grade": grade, "related": related}
            for subject, week, what, grade, related in EVENTS
        ],
    }  # fmt: skip
    tested = [high, low] * 18
    draw.shuffle(tested)
    for subject, product in enumerate(tested, start=1):
        sides = [product, vehicle]
        draw.shuffle(sides)
        person = {"birth_year": str(draw.randint(1958, 1985)), "sex": "male" if draw.random() < 0.15 else "female"}
        person["skin_type"] = f"Fitzpatrick {draw.choice(('II', 'III', 'III', 'IV'))} (INVENTED)"
        for side, arm in zip(("left", "right"), sides, strict=True):
            row = {"trial": trial, "subject": f"{subject:03d}", "side": side, "allocated_arm": arm}
            rows["allocation"].append({**row, **person})
        rows["skin"] += _subject_rows(trial, subject, sides, {arm: dose for arm, (_, dose) in arms.items()}, draw)
    return rows


def _subject_rows(
    trial: str, subject: int, sides: Sequence[str], doses: Mapping[str, float], draw: random.Random
) -> list[Row]:
    first_day = draw.randint(0, 11)
    days = {week: first_day + 7 * week + (draw.randint(-2, 3) if week else 0) for week in VISITS}
    until = {**LEFT, **NEVER_CAME_BACK}.get(subject, (math.inf, ""))[0]
    rows = []
    for endpoint in ENDPOINTS:
        of_subject = draw.gauss(0, endpoint.of_subjects)
        for side, arm in zip(("left", "right"), sides, strict=True):
            of_side = draw.gauss(0, endpoint.of_sides)
            for week in VISITS:
                noise = draw.gauss(0, endpoint.of_readings)
                if week > until:
                    continue
                drift = endpoint.drift_in_12_weeks * week / 12
                value = endpoint.mean + of_subject + of_side + drift + true_effect(endpoint, doses[arm], week) + noise
                rows.append(
                    {"trial": trial, "subject": f"{subject:03d}", "arm": arm, "side": side, "site": endpoint.site,
                     "visit_week": str(week), "measured_on": days_after(START, days[week]),
                     "endpoint": endpoint.name, "value": f"{value:.{endpoint.digits}f}", "unit": endpoint.unit,
                     "instrument": endpoint.instrument}
                )  # fmt: skip
    return sorted(rows, key=lambda row: (int(row["visit_week"]), row["side"]))


# Gompertz lifetimes of worms at 20 °C: hazard AGEING_START x HAZARD_RATIOS x exp(AGEING x day).
AGEING_START, AGEING = 0.0016, 0.235
HAZARD_RATIOS = {0: 1.0, 50: 0.85, 100: 0.65, 200: 0.55}  # by dose in µg/mL
WORMS_A_PLATE, WORM_PLATES = 40, 3
CENSORED_SHARE = 0.08


def survival_rows(study: str, extract: str, draw: random.Random) -> list[Row]:
    """Return lifetimes of worms, counted once a day: died, or lost from sight on the way."""
    rows = []
    for dose, ratio in HAZARD_RATIOS.items():
        arm = f"{extract} {dose} µg/mL" if dose else "control"
        for plate in range(1, WORM_PLATES + 1):
            for worm in range(1, WORMS_A_PLATE + 1):
                lived = math.log(1 - AGEING / (AGEING_START * ratio) * math.log(1 - draw.random())) / AGEING
                lost = draw.random() < CENSORED_SHARE
                at = draw.uniform(2, 22)
                row = {
                    "study": study, "organism": "Caenorhabditis elegans", "strain": "N2 (INVENTED)", "arm": arm,
                    "dose": str(dose), "dose_unit": "µg/mL", "vessel": f"P{plate}", "individual": str(worm),
                }  # fmt: skip
                cause = draw.choice(("bagging", "crawled off"))
                died, censored = {"event": "died"}, {"event": "censored", "cause": cause}
                end = censored if lost and at < lived else died
                rows.append({**row, **end, "day": str(math.ceil(min(at, lived) if lost else lived))})
    return rows
