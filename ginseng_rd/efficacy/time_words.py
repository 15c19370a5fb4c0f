"""Units of time as tables and figures name them."""

from __future__ import annotations

from ginseng_rd.words import say

_KOREAN = {"hours": "시간", "days": "일", "weeks": "주", "months": "개월", "years": "년"}


def name_time_unit(unit: str) -> str:
    """Return a unit of time in Korean; one that is not known stays as it is."""
    return _KOREAN.get(unit, unit)


def label_time(unit: str) -> str:
    """Return the title of a time axis, in the language in force."""
    return say(f"Time ({unit})", f"시간 ({name_time_unit(unit)})")
