"""What only a sheet as it was typed can tell: units said twice, lines that sum up, remarks below, days in free text."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from ginseng_rd.errors import Finding, Place, Severity
from ginseng_rd.labfiles.plans import Plan
from ginseng_rd.records.kinds import fold
from ginseng_rd.units import NotADate, UnitRefused, read_date, to_canonical

# What stands where a sample's name would, in a line worked out from the lines above it.
_SUMMARIES = {
    *("평균", "평균값", "합계", "소계", "총계", "계", "총합", "표준편차", "표준오차", "상대표준편차", "변동계수"),
    *("mean", "average", "avg", "avg.", "sum", "total", "subtotal", "sd", "s.d.", "stdev", "std", "sem"),
    *("rsd", "rsd%", "rsd(%)", "%rsd", "cv", "cv%", "cv(%)", "%cv"),
}
_NAMED_AT_MOST = 6

Rows = list[tuple[int, list[str]]]


def weigh_sheet(sheet: str, plan: Plan, rows: Rows) -> Iterator[Finding]:
    """Yield what is doubtful in the rows of a sheet, each with its number, before any cell is read as a number."""
    yield from _units_apart(sheet, plan, rows)
    yield from _summaries(sheet, plan, rows)
    yield from _rows_without_readings(sheet, plan, rows)
    yield from _days(sheet, plan, rows)


def _units_apart(sheet: str, plan: Plan, rows: Rows) -> Iterator[Finding]:
    """Ask where the unit of a row is another than the one its heading states."""
    by_heading = [(name, i, plan.headings[i].unit) for name, i in plan.overruled.items()]
    by_heading += [("unit", melt.position, melt.unit) for melt in plan.melted if "unit" in plan.declared]
    for name, i, unit in by_heading:
        at = plan.declared.get(name)
        quantities = next(column.quantities for column in plan.kind.columns if column.unit_column == name)
        in_rows = {text: number for number, row in reversed(rows) if (text := _unit_of(plan, name, at, row))}
        for text, number in in_rows.items():
            if _are_apart(text, unit, quantities):
                place = Place(sheet, number, plan.headings[i if at is None else at].shown)
                found = f"'{text}' under the heading '{plan.headings[i].shown}'"
                remedy = (
                    f"Write the unit once, or correct one of the two; accepted, '{text if i == at else unit}' counts."
                )
                yield Finding(Severity.ASKS, "unit-conflict", place, found, f"the unit of the heading, {unit}", remedy)


def _unit_of(plan: Plan, name: str, at: int | None, row: list[str]) -> str:
    return plan.fixed.get(name, "") if at is None else row[at].strip()


def _are_apart(one: str, other: str, quantities: tuple[str, ...]) -> bool:
    """Say whether two units differ; what is no unit at all is told elsewhere."""
    try:
        return bool(one and other) and to_canonical(one, quantities) != to_canonical(other, quantities)
    except UnitRefused:
        return False


def _summaries(sheet: str, plan: Plan, rows: Rows) -> Iterator[Finding]:
    at = plan.declared.get("sample")
    if at is None:
        return
    summaries = set(map(fold, _SUMMARIES))
    for number, row in rows:
        if fold(row[at]) in summaries:
            place = Place(sheet, number, plan.headings[at].shown)
            remedy = "Leave out the lines that are worked out from others; accept it if a sample has that name."
            yield Finding(Severity.ASKS, "summary-row", place, f"'{row[at].strip()}'", "the name of a sample", remedy)


def _rows_without_readings(sheet: str, plan: Plan, rows: Rows) -> Iterator[Finding]:
    """Note the rows of a wide sheet that hold no reading, such as a remark below the others."""
    if not plan.melted:
        return
    empty = [row for _, row in rows if not any(row[melt.position].strip() for melt in plan.melted)]
    if empty:
        texts = [next(cell.strip() for cell in row if cell.strip()) for row in empty]
        more = f" and {len(texts) - _NAMED_AT_MOST} more" if len(texts) > _NAMED_AT_MOST else ""
        found = ", ".join(f"'{text[:80]}'" for text in texts[:_NAMED_AT_MOST]) + more
        expected = "a reading in every row"
        yield Finding(Severity.NOTES, "row-without-reading", Place(sheet), found, expected, "They were left out.")


def _days(sheet: str, plan: Plan, rows: Rows) -> Iterator[Finding]:
    """Hold the day of a measurement, kept as it was typed, against the days that there are."""
    at = plan.declared.get("measured_at")
    today = (datetime.now(UTC) + timedelta(hours=14)).date()  # the day where it is latest on Earth
    first = {row[at].strip(): number for number, row in reversed(rows)} if at is not None else {}
    for text, number in first.items():
        if at is None or not text:
            continue
        place = Place(sheet, number, plan.headings[at].shown)
        try:
            day = _read_day(text)
        except NotADate as error:
            remedy = f"{error.remedy} Accepted, it is kept as text."
            yield Finding(Severity.ASKS, "not-a-date", place, f"'{text}'", error.expected, remedy)
            continue
        if date.fromisoformat(day[:10]) > today:
            expected = f"a day up to today, {today.isoformat()}"
            remedy = "Correct the year, the month or the day."
            yield Finding(Severity.STOPS, "in-future", place, f"'{text}'", expected, remedy)


def _read_day(text: str) -> str:
    """Return the day that a text begins with; what stands behind it is the instrument's own way to write a time."""
    try:
        return read_date(text)
    except NotADate:
        if len(words := text.split(maxsplit=1)) < 2:
            raise
        return read_date(words[0])
