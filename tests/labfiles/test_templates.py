"""Templates to fill in: what is typed into one comes back as it was, and nothing typed becomes a formula."""

import io
from datetime import date
from functools import lru_cache

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ginseng_rd.errors import GinsengError, Severity, UnknownName
from ginseng_rd.labfiles.templates import LANGUAGES, put_text, save_template, template_headings, write_template
from ginseng_rd.records.dictionary import units_to_state
from ginseng_rd.records.kinds import KINDS, Holds

TYPED = st.text("abcXYZ 0189.,;:/%=+-@'\"가나다인삼µ²", min_size=1, max_size=12).map(str.strip).filter(bool)
NUMBERS = (Holds.NUMBER, Holds.WHOLE, Holds.MEASURED)
# Columns whose text says more than itself.
MEANT = {"analyte": ("Rg1", "진세노사이드 Rg3"), "compound": ("CK",), "stated_relation": ("=",), "statistic": ("mean",)}

template = lru_cache(write_template)


def fill_in(kind, rows, *, language="both"):
    """Return the template of a kind with rows of texts, named by column, typed below its headings."""
    book = openpyxl.load_workbook(io.BytesIO(template(kind.name, language=language)))
    headings = list(template_headings(kind, language=language))
    for number, row in enumerate(rows, start=2):
        for position, name in enumerate(headings, start=1):
            if row[name]:
                put_text(book.worksheets[0], number, position, row[name])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def cells_of(kind, column):
    low, high = column.lowest or 0, column.highest or 5  # an absorbance has no declared end, and is not believed above
    if column.name in MEANT:
        return st.sampled_from(MEANT[column.name])
    if column.choices or units_to_state(kind, column):
        return st.sampled_from([*column.choices, *column.choices_korean, *units_to_state(kind, column)[:1]])
    if column.holds is Holds.WHOLE:
        return st.integers(int(low), int(high)).map(str)
    if column.holds in NUMBERS:
        return st.decimals(str(low), str(high), places=2).map(str)
    if column.holds is Holds.DATE:
        return st.dates(date(1990, 1, 1), date(2026, 1, 1)).map(str)
    return st.just("CCO") if column.holds is Holds.STRUCTURE else TYPED


@st.composite
def valid_rows(draw, kind):
    """Rows with all that is required, told apart by the first column of the kind's identity."""
    rows = []
    for i in range(draw(st.integers(1, 3))):
        row = {}
        for column in kind.columns:
            cells = cells_of(kind, column)
            always = column.required or column.name in kind.one_of or units_to_state(kind, column)
            row[column.name] = draw(cells if always else st.just("") | cells)
        rows.append(row | {kind.identity[0]: f"{row[kind.identity[0]]} {i}"})
    return rows


def meant_by(kind, column, row, names):
    """Return what a cell of a valid row means."""
    text = row[column.name]
    if column.holds is Holds.COMPOUND:
        name = text or row.get("analyte", "")
        return names.code_of(name) if name else None
    if not text:
        return None
    if column.holds in NUMBERS:
        return float(text)
    return column.choice_of(text) if column.choices else text


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_what_is_typed_into_a_template_is_what_is_read(judged, names, kind):
    @settings(deadline=None, max_examples=10, suppress_health_check=[HealthCheck.too_slow])
    @given(rows=valid_rows(kind), language=st.sampled_from(LANGUAGES))
    def holds(rows, language):
        readings, findings = judged(fill_in(kind, rows, language=language))
        across_cells = {rule.code for rule in kind.rules}  # cells drawn one by one may not agree with each other
        assert [str(f) for f in findings if f.severity is Severity.STOPS and f.code not in across_cells] == []
        assert readings.kind == kind.name
        for column in kind.columns:
            assert readings.columns[column.name] == [meant_by(kind, column, row, names) for row in rows], column.name

    holds()


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_the_example_of_every_kind_can_be_uploaded_as_it_stands(judged, kind):
    readings, findings = judged(fill_in(kind, [{column.name: column.example for column in kind.columns}]))
    assert (readings.kind, [str(f) for f in findings]) == (kind.name, [])


@pytest.mark.parametrize("text", ["=1+1", "+82 55", "-20 °C", "@SUM(A1)", '=HYPERLINK("http://x")'])
def test_text_that_begins_like_a_formula_is_kept_as_text(text):
    book = openpyxl.Workbook()
    put_text(book.active, 1, 1, text)
    buffer = io.BytesIO()
    book.save(buffer)
    cell = openpyxl.load_workbook(buffer).active["A1"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == (text, "s", True)


def test_a_character_no_workbook_can_hold_is_replaced():
    sheet = openpyxl.Workbook().active
    assert put_text(sheet, 1, 1, "EX\x0012").value == "EX\ufffd12"


def test_excel_leaves_what_is_typed_into_a_template_as_it_is():
    sheet = openpyxl.load_workbook(io.BytesIO(template("lot"))).worksheets[0]
    formats = {sheet.column_dimensions[cell.column_letter].number_format for cell in sheet[1]}
    assert formats == {"@"}


def test_choices_can_be_picked_from_a_list_in_the_language_of_the_template():
    book = openpyxl.load_workbook(io.BytesIO(template("lot", language="ko")))
    data = book.worksheets[0]
    (cultivation,) = (cell.column_letter for cell in data[1] if cell.value == "재배구분")
    (listed,) = (v for v in data.data_validations.dataValidation if f"{cultivation}2" in v.sqref)
    sheet, cells = listed.formula1.replace("$", "").rsplit("!", 1)
    assert [row[0].value for row in book[sheet.strip("'")][cells]] == ["야생", "산양", "밭재배"]


def test_a_unit_written_into_a_heading_is_the_unit_of_its_column(judged):
    readings, findings = judged("추출물,투입원료,투입량 (kg)\nEX-12,L-2026-07,1.25")
    assert (readings.columns["amount_g"], findings) == ([1250.0], [])


def test_a_heading_with_a_unit_of_another_measure_is_refused(judged):
    _, (finding,) = judged("추출물,투입원료,투입량 (mL)\nEX-12,L-2026-07,1.25")
    assert str(finding) == (
        "row 1, column '투입량 (mL)': found 'mL', expected a unit of mass (g). Known here: g, mg, µg, ug, kg."
    )


def test_a_filled_in_template_is_never_overwritten(tmp_path):
    path = save_template("lot", tmp_path / "lot.xlsx")
    with pytest.raises(GinsengError, match="There is a file"):
        save_template("lot", path)


def test_a_template_of_no_kind_or_language_is_refused_by_name():
    with pytest.raises(UnknownName, match="There is no kind of readings 'lott'"):
        write_template("lott")
    with pytest.raises(GinsengError, match="A template is written in ko, en, both, not in 'jp'"):
        write_template("lot", language="jp")
