"""The three companies: their lots over three harvests, extracts, batches and studies. None of them exists."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from programme_materials import (
    ENZYME,
    ENZYME_TREATED,
    FERMENTED,
    STARTER,
    STEAMED_NINE_TIMES,
    STEAMED_ONCE,
    Extract,
    Lot,
    in_ethanol,
    step,
    wash_and_dry,
)
from programme_products import Batch


@dataclass(frozen=True)
class Company:
    """A company. ``style`` is how its files are written: ``english`` CSV, ``korean`` CP949 CSV, or ``workbook``.

    ``markers`` are measured in its products, ``stored_marker`` in its stability studies. ``assays`` gives the day
    of each, ``trial_arms`` the batch of each arm (vehicle last), ``lifespan`` the study and the extract fed.
    """

    key: str
    folder: str
    style: str
    lots: tuple[Lot, ...]
    extracts: tuple[Extract, ...]
    batches: tuple[Batch, ...]
    markers: tuple[str, ...]
    stored_marker: str
    assays: dict[str, str]
    trial: str = ""
    trial_arms: dict[str, str] = field(default_factory=dict)
    lifespan: tuple[str, str] | None = None


STEAM_ONCE = step("steam", 98, 180, cycles="1")
STEAM_NINE_TIMES = step("steam", 98, 180, cycles="9")
FERMENT = step("ferment", 37, 2880, agent=STARTER, ph="6.2")
TREAT_WITH_ENZYME = step("enzyme", 50, 720, agent=ENZYME, agent_u_per_g="40", ph="4.8")
AIRLESS, BOTTLE, BLISTER = "airless 30 mL (INVENTED)", "glass 100 mL (INVENTED)", "blister (INVENTED)"

A = Company(
    "a", "hamyang-a", "english",
    lots=(
        Lot("WA-2022-01", "root", 10, date(2022, 10, 11), 4200, altitude_m=540),
        Lot("WA-2022-02", "root", 8, date(2022, 10, 19), 3600, altitude_m=610),
        Lot("WA-2023-01", "root", 11, date(2023, 10, 9), 3900, altitude_m=610),
        Lot("WA-2023-02", "root", 13, date(2023, 10, 17), 7400, altitude_m=720),
        Lot("WA-2024-01", "leaf", 9, date(2024, 8, 27), 5200, altitude_m=540),
        Lot("WA-2024-02", "root", 12, date(2024, 10, 15), 2800, altitude_m=720),
    ),
    extracts=(
        Extract("EA-01", date(2022, 11, 22), {"WA-2022-01": 3800}, 340, (*wash_and_dry(), *in_ethanol(70))),
        Extract(
            "EA-02", date(2023, 12, 5), {"WA-2022-02": 3200, "WA-2023-01": 3500}, 640,
            (*wash_and_dry(45, 1440), STEAM_ONCE, step("dry", 55, 1440), *in_ethanol(70)), STEAMED_ONCE,
        ),
        Extract(
            "EA-03", date(2023, 12, 19), {"WA-2023-02": 7000}, 720,
            (*wash_and_dry(45, 1440), STEAM_NINE_TIMES, step("dry", 50, 4320), *in_ethanol(70)),
            STEAMED_NINE_TIMES, 0.84,
        ),
        Extract("EA-04", date(2024, 9, 24), {"WA-2024-01": 5000}, 380, (*wash_and_dry(45, 1440), *in_ethanol(50, 15))),
        Extract("EA-05", date(2024, 12, 3), {"EA-01": 180}, 150, (FERMENT, *in_ethanol(80)), FERMENTED, 0.85),
    ),
    batches=(
        Batch("BA-2025-01", ("FA-PM", 1), 2000, date(2025, 1, 14)),
        Batch("BA-2025-02", ("FA-01", 3), 3000, date(2025, 1, 21), 5.62, AIRLESS),
        Batch("BA-2025-03", ("FA-01", 4), 4000, date(2025, 2, 4), 5.55, AIRLESS),
        Batch("BA-2025-04", ("FA-01", 5), 4000, date(2025, 2, 5), 5.58),
        Batch("BA-2025-05", ("FA-03", 1), 4000, date(2025, 2, 6), 5.60),
        Batch("BA-2025-06", ("FA-02", 1), 3000, date(2025, 2, 18), 5.84, AIRLESS),
        Batch("BA-2025-07", ("FA-01", 4), 4000, date(2025, 3, 4), 5.52, AIRLESS),
    ),
    markers=("Rg1", "Rb1", "Rg3", "Rg5", "CK"), stored_marker="Rg3",
    assays={"elastase": "2025-01-15", "tyrosinase": "2025-01-16", "collagen": "2025-01-22"},
    trial="TA-2025-01",
    trial_arms={"FA-01 v4 serum": "BA-2025-03", "FA-01 v5 serum": "BA-2025-04", "vehicle": "BA-2025-05"},
)  # fmt: skip

B = Company(
    "b", "hamyang-b", "workbook",
    lots=(
        Lot("WB-2022-01", "root", 9, date(2022, 10, 13), 5600, altitude_m=480),
        Lot("WB-2023-01", "root", 10, date(2023, 10, 11), 5000, altitude_m=560),
        Lot("WB-2023-02", "root", 12, date(2023, 10, 20), 4700, altitude_m=650),
        Lot("WB-2024-01", "berry", 11, date(2024, 7, 24), 6400, altitude_m=560),
        Lot("WB-2024-02", "root", 15, date(2024, 10, 16), 2100, altitude_m=810),
    ),
    extracts=(
        Extract("EB-01", date(2022, 11, 15), {"WB-2022-01": 5400}, 1490, wash_and_dry(), (), 0.985),
        Extract(
            "EB-02", date(2023, 12, 7), {"WB-2023-01": 4800, "WB-2023-02": 4500}, 1040,
            (*wash_and_dry(45, 1440), STEAM_ONCE, step("dry", 55, 1440), *in_ethanol(60)), STEAMED_ONCE,
        ),
        Extract("EB-03", date(2024, 8, 27), {"WB-2024-01": 6000}, 510, (*wash_and_dry(45, 2160), *in_ethanol(50, 12))),
        Extract(
            "EB-04", date(2024, 10, 8), {"EB-02": 320}, 290, (TREAT_WITH_ENZYME, *in_ethanol(80)), ENZYME_TREATED, 0.9,
        ),
    ),
    batches=(
        Batch("BB-2025-01", ("FB-PM", 1), 1000, date(2025, 1, 9)),
        Batch("BB-2025-02", ("FB-01", 2), 1500, date(2025, 1, 16), None, BLISTER),
        Batch("BB-2025-03", ("FB-01", 4), 1200, date(2025, 2, 13), None, BLISTER),
        Batch("BB-2025-04", ("FB-02", 4), 15000, date(2025, 2, 20), 3.62, BOTTLE),
        Batch("BB-2025-05", ("FB-03", 1), 1000, date(2025, 2, 21)),
    ),
    markers=("Rg1", "Rb1", "Rg3", "CK"), stored_marker="Rb1",
    assays={"elastase": "2025-01-20", "collagen": "2025-01-24"},
    lifespan=("SB-2025-01", "EB-04"),
)  # fmt: skip

C = Company(
    "c", "hamyang-c", "korean",
    lots=(
        Lot("WC-2022-01", "root", 11, date(2022, 10, 6), 3300, altitude_m=700),
        Lot("WC-2023-01", "root", 9, date(2023, 10, 12), 4100, altitude_m=640),
        Lot("WC-2024-01", "root", 12, date(2024, 10, 10), 3800, altitude_m=700),
        Lot("WC-2024-02", "root", 22, date(2024, 9, 30), 240, "wild", 960),
    ),
    extracts=(
        Extract("EC-01", date(2022, 11, 17), {"WC-2022-01": 3100}, 280, (*wash_and_dry(), *in_ethanol(70))),
        Extract(
            "EC-02", date(2023, 12, 12), {"WC-2023-01": 3900}, 330, (*wash_and_dry(), FERMENT, *in_ethanol(80)),
            FERMENTED, 0.83,
        ),
        Extract(
            "EC-03", date(2024, 12, 10), {"WC-2024-01": 3300, "WC-2024-02": 180}, 350,
            (*wash_and_dry(45, 1440), STEAM_NINE_TIMES, step("dry", 50, 4320), *in_ethanol(70)),
            STEAMED_NINE_TIMES, 0.86,
        ),
    ),
    batches=(
        Batch("BC-2025-01", ("FC-PM", 1), 1000, date(2025, 1, 15)),
        Batch("BC-2025-02", ("FC-01", 3), 5000, date(2025, 1, 23), 6.05),
        Batch("BC-2025-03", ("FC-02", 2), 3000, date(2025, 2, 12), 5.71, AIRLESS),
        Batch("BC-2025-04", ("FC-02", 4), 3000, date(2025, 2, 26), 5.66, AIRLESS),
    ),
    markers=("Rg1", "Rb1", "Rg3", "F2", "CK"), stored_marker="CK",
    assays={"elastase": "2025-01-27", "tyrosinase": "2025-01-28"},
)  # fmt: skip

COMPANIES = (A, B, C)
