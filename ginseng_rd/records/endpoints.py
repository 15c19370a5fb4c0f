"""Endpoints that everybody measures alike: their names, their unit, what they can be, and which way is better.

The bounds are what the quantity or the scale of its probe allows, and not what is usual. A name that is not here is an
endpoint all the same; nothing is known of it then.

Source of the parameters: Cutometer R0 to R9 and the scales of the Corneometer (arbitrary units) and the Mexameter as
their maker, Courage + Khazaka, publishes them; roughness Ra, Rz, Rt as in ISO 4287; ITA° after Chardon and others
1991, doi 10.1111/j.1467-2494.1991.tb00561.x.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

_SET_ASIDE = re.compile(r"[\s_\-·°]+")


@dataclass(frozen=True)
class Endpoint:
    """A known endpoint. ``unit`` is the one its readings are kept in; ``lowest`` and ``highest`` what they can be.

    ``better`` is 1 where more is better, -1 where less is, 0 where neither is so by itself.
    """

    name: str
    korean: str
    unit: str
    lowest: float | None = None
    highest: float | None = None
    better: int = 0
    synonyms: tuple[str, ...] = ()


def _cutometer(number: int, korean: str, unit: str, highest: float, better: int) -> Endpoint:
    name = f"R{number}"
    return Endpoint(f"Cutometer {name}", f"{korean} ({name})", unit, 0.0, highest, better, (name, f"큐토미터 {name}"))


ENDPOINTS = (
    _cutometer(0, "최대 변형", "µm", 10_000, -1),
    _cutometer(1, "잔류 변형", "µm", 10_000, -1),
    _cutometer(2, "총탄력", "ratio", 1.2, 1),
    _cutometer(3, "최대 변형 반복", "µm", 10_000, -1),
    _cutometer(4, "잔류 변형 반복", "µm", 10_000, -1),
    _cutometer(5, "순탄력", "ratio", 5, 1),
    _cutometer(6, "점탄성 비", "ratio", 10, -1),
    _cutometer(7, "탄력 회복", "ratio", 1.2, 1),
    _cutometer(8, "회복량", "µm", 10_000, 0),
    _cutometer(9, "피로도", "µm", 10_000, -1),
    Endpoint("Corneometer", "피부 수분", "a.u.", 0, 130, 1, ("hydration", "skin hydration", "코니오미터", "보습")),
    Endpoint("TEWL", "경피수분손실량", "g/m²/h", 0, 300, -1, ("transepidermal water loss", "경표피수분손실")),
    Endpoint("wrinkle Ra", "주름 Ra", "µm", 0, 5_000, -1, ("Ra", "평균 거칠기", "roughness Ra")),
    Endpoint("wrinkle Rz", "주름 Rz", "µm", 0, 20_000, -1, ("Rz", "roughness Rz")),
    Endpoint("wrinkle Rt", "주름 Rt", "µm", 0, 20_000, -1, ("Rt", "roughness Rt")),
    Endpoint("melanin index", "멜라닌 지수", "a.u.", 0, 1_000, -1, ("Mexameter melanin", "멜라닌")),
    Endpoint("erythema index", "홍반 지수", "a.u.", 0, 1_000, -1, ("Mexameter erythema", "홍반")),
    Endpoint("ITA", "개별유형각", "°", -90, 90, 0, ("individual typology angle",)),
    Endpoint("pH", "산도", "pH", 0, 14, 0, ()),
    Endpoint("osmolality", "삼투압", "mOsm/kg", 0, 6_000, 0, ("osmolarity", "삼투질 농도")),
    Endpoint("cell viability", "세포 생존율", "%", 0, 500, 0, ("viability", "생존율", "세포생존율 %")),
    Endpoint("inhibition", "저해율", "%", -200, 110, 0, ("inhibition rate", "억제율", "% inhibition", "inhibition %")),
    Endpoint("viscosity", "점도", "mPa·s", 0, None, 0, ()),
)


def find_endpoint(name: str) -> Endpoint | None:
    """Return the endpoint a name in Korean or English stands for, or None. Case, blanks and hyphens do not matter."""
    return _by_name().get(_fold(name))


@cache
def _by_name() -> dict[str, Endpoint]:
    return {
        _fold(name): endpoint for endpoint in ENDPOINTS for name in (endpoint.name, endpoint.korean, *endpoint.synonyms)
    }


def _fold(name: str) -> str:
    return _SET_ASIDE.sub("", name.casefold())
