"""The columns of each kind of reading, declared once.

From these declarations come the recognition of a sheet's headings, the checks of its cells,
the columns of the database and the words in which faults are told.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Holds(StrEnum):
    """What the cells of a column hold."""

    TEXT = "text"
    NUMBER = "number"
    WHOLE = "whole number"
    MEASURED = "measured value"
    COMPOUND = "compound"
    STRUCTURE = "structure"


@dataclass(frozen=True)
class Column:
    """One column of a kind: what it is called, what its cells hold and what they may be.

    ``quantities`` are the measures a number may be in, in order of preference (see ``units``);
    ``unit_column`` names the column that states the unit cell by cell. A number column without
    quantities is a bare number. ``MEASURED`` cells may hold bounds and marks such as ``< 0.05``
    or ``N.D.``; a kind has exactly one, named ``value``. A ``required`` column must be there and
    filled in; where ``may_be_empty`` it must be there, but a row may leave it open.
    """

    name: str
    korean: str
    meaning: str
    holds: Holds = Holds.TEXT
    required: bool = False
    may_be_empty: bool = False
    synonyms: tuple[str, ...] = ()
    quantities: tuple[str, ...] = ()
    unit_column: str = ""
    lowest: float | None = None
    highest: float | None = None
    choices: tuple[str, ...] = ()

    def headings(self) -> tuple[str, ...]:
        """Return every heading this column answers to."""
        return (self.name, self.name.replace("_", " "), self.korean, *self.synonyms)


@dataclass(frozen=True)
class Kind:
    """A kind of reading: its name, what it is, its columns, and what marks two rows as one.

    Two rows of a file that agree in every ``identity`` column are a duplicate. Of the columns
    in ``one_of`` every row fills in at least one.
    """

    name: str
    korean: str
    meaning: str
    columns: tuple[Column, ...]
    identity: tuple[str, ...]
    one_of: tuple[str, ...] = ()

    def __getitem__(self, name: str) -> Column:
        return next(c for c in self.columns if c.name == name)

    @property
    def required(self) -> tuple[str, ...]:
        return tuple(c.name for c in self.columns if c.required)

    def column_of(self, heading: str) -> Column | None:
        """Return the column a heading stands for, or None. Letter case and blanks do not matter."""
        wanted = fold(heading)
        return next((c for c in self.columns if wanted in map(fold, c.headings())), None)


def fold(heading: str) -> str:
    """Return a heading without letter case, blanks and underscores, for comparison."""
    return "".join(heading.casefold().replace("_", " ").split())


def _text(name: str, korean: str, meaning: str, *synonyms: str, required: bool = False) -> Column:
    return Column(name, korean, meaning, required=required, synonyms=synonyms)


_VALUE_SYNONYMS = ("measurement", "result", "측정값", "결과", "결과값")

CONTENT = Kind(
    "content",
    "성분 함량",
    "How much of a compound a lot, extract or product holds.",
    (
        _text("sample", "시료", "Lot, extract or product the content was measured in.",
              "시료명", "sample name", "material", "lot", "extract", "시료번호", required=True),
        _text("analyte", "성분", "What was measured, as the laboratory names it.",
              "성분명", "ginsenoside", "component", "진세노사이드", required=True),
        Column("compound", "화합물", "Code of the compound; found from the analyte when left empty.",
               Holds.COMPOUND, synonyms=("compound id", "compound code")),
        Column("value", "함량", "The content.", Holds.MEASURED, required=True,
               synonyms=(*_VALUE_SYNONYMS, "content", "함유량"),
               quantities=("mass fraction", "mass per root", "share of total ginsenosides", "ratio"),
               unit_column="unit", lowest=0, highest=1000),
        _text("unit", "단위", "Unit of the content.", "units", required=True),
        Column("sd", "표준편차", "Standard deviation over n, in the unit of the content.", Holds.NUMBER, lowest=0,
               synonyms=("standard deviation", "stdev"), unit_column="unit",
               quantities=("mass fraction", "mass per root", "share of total ginsenosides", "ratio")),
        _text("n", "반복수", "Number of replicates or samples, as stated.", "replicates"),
        _text("statistic", "통계량", "What the number is: mean, minimum, upper bound ..."),
        _text("method", "분석법", "Analytical method.", "분석방법"),
        _text("part", "부위", "Part of the plant.", "plant part"),
        _text("age_years", "연근", "Age of the plant in years, as stated.", "age", "연생"),
        _text("cultivation", "재배", "Wild, wild-simulated or field.", "cultivation class", "재배방법"),
        _text("season", "채취시기", "When it was harvested.", "season or harvest", "수확시기"),
        _text("processing", "가공", "What was done to it before measuring.", "process", "가공방법"),
        _text("citation", "출처", "Publication the number comes from.", "source", "문헌"),
        _text("doi", "DOI", "Digital object identifier of the publication."),
        _text("record", "기록번호", "The row's own number in its source.", "record id", "no", "번호"),
    ),
    identity=("sample", "analyte", "processing", "season", "age_years", "part", "statistic", "unit",
              "citation", "record"),
)  # fmt: skip

ASSAY = Kind(
    "assay",
    "효능 시험",
    "A bench measurement of a sample at a dose: one row a well or replicate.",
    (
        _text("assay", "시험", "Name of the assay run.", "시험명", "assay name", "실험", required=True),
        _text("plate", "플레이트", "Plate within the run.", "plate id", "plate number"),
        _text("well", "웰", "Well position such as B07.", "well position", "위치"),
        _text("sample", "시료", "What was tested.", "시료명", "sample name", "extract", "추출물", required=True),
        Column("role", "구분", "What the well is for.", synonyms=("well type", "type", "역할"),
               choices=("sample", "negative control", "positive control", "blank", "standard")),
        Column("dose", "농도", "Dose of the sample.", Holds.NUMBER, lowest=0,
               synonyms=("concentration", "conc", "용량", "처리농도"), unit_column="dose_unit",
               quantities=("molar concentration", "mass concentration", "share", "ratio")),
        _text("dose_unit", "농도 단위", "Unit of the dose.", "concentration unit", "conc unit", "농도단위"),
        Column("replicate", "반복", "Number of the replicate.", Holds.WHOLE, lowest=1, synonyms=("rep", "회차")),
        _text("endpoint", "측정항목", "What was read, such as absorbance 405 nm.", "endpoint name", "항목",
              required=True),
        Column("value", "측정값", "The reading.", Holds.MEASURED, required=True,
               synonyms=("response", "reading", "반응값", "결과", "absorbance", "흡광도"),
               quantities=("absorbance", "percent", "length", "mass", "counts", "count rate", "fluorescence", "ratio"),
               unit_column="unit"),
        _text("unit", "단위", "Unit of the reading.", "units", required=True),
        Column("time", "시간", "Time since the first reading of a kinetic run.", Holds.NUMBER, lowest=0,
               quantities=("time",), unit_column="time_unit"),
        _text("time_unit", "시간 단위", "Unit of the time.", "시간단위"),
        Column("temperature_c", "온도", "Temperature at reading in °C.", Holds.NUMBER, lowest=-20, highest=120),
        _text("measured_at", "측정일시", "When it was read, as the instrument states it.", "date", "측정일"),
    ),
    identity=("assay", "plate", "well", "sample", "dose", "dose_unit", "replicate", "endpoint", "time", "measured_at"),
)  # fmt: skip

PEAK = Kind(
    "peak",
    "크로마토그램 피크",
    "An integrated peak of a chromatogram.",
    (
        _text("sample", "시료", "Sample name as entered at the instrument.", "sample name", required=True),
        _text("injection", "주입", "Data file or number of the injection.", required=True),
        _text("measured_at", "측정일시", "When it was injected."),
        _text("signal", "검출기", "Detector signal.", "detector", required=True),
        Column("peak", "피크", "Number of the peak within the signal; empty for a component that was not found.",
               Holds.WHOLE, lowest=1),
        Column("retention_min", "머무름시간", "Retention time in min.", Holds.NUMBER, lowest=0,
               synonyms=("retention time", "rt", "rettime")),
        _text("peak_type", "피크 유형", "How the integrator drew the baseline."),
        Column("width_min", "피크폭", "Width in min.", Holds.NUMBER, lowest=0),
        Column("value", "면적", "Peak area.", Holds.MEASURED, required=True, synonyms=("area",), lowest=0,
               quantities=("peak area", "current area", "detector area", "counts"), unit_column="unit"),
        _text("unit", "단위", "Unit of the area.", required=True),
        Column("height", "높이", "Peak height in the signal's unit.", Holds.NUMBER),
        Column("area_percent", "면적비", "Share of the signal's total area in %.", Holds.NUMBER, lowest=0,
               highest=100.01),
        _text("component", "성분", "Name the instrument gave the peak.", "name"),
        Column("compound", "화합물", "Compound the peak was assigned to.", Holds.COMPOUND),
    ),
    identity=("sample", "injection", "measured_at", "signal", "peak", "component"),
)  # fmt: skip

ACTIVITY = Kind(
    "activity",
    "화합물 활성",
    "What a compound of known structure does in a published or own test.",
    (
        _text("sample", "시료", "Identifier of the compound in its source.", "molecule chembl id", "row",
              "mol id", required=True),
        Column("structure", "구조", "Structure as SMILES.", Holds.STRUCTURE, synonyms=("smiles",)),
        _text("endpoint", "측정항목", "What was tested.", "standard type", required=True),
        Column("value", "값", "The outcome.", Holds.MEASURED, required=True, may_be_empty=True,
               synonyms=("standard value", *_VALUE_SYNONYMS),
               quantities=("molar concentration", "mass concentration", "yes or no", "negative logarithm", "percent"),
               unit_column="unit"),
        Column("unit", "단위", "Unit of the outcome.", required=True, may_be_empty=True, synonyms=("standard units",)),
        _text("stated_relation", "부등호", "The source's relation: =, <, > or none.", "standard relation"),
        _text("assay", "시험", "Identifier of the test.", "assay chembl id"),
        _text("assay_type", "시험 유형", "Kind of test, as the source states it."),
        _text("year", "연도", "Year of publication."),
        _text("remark", "비고", "The source's doubt about the value.", "data validity comment"),
        _text("repeated", "중복", "1 where the source marks a repeat of another row.", "potential duplicate"),
        _text("split", "구분", "Part of a published split into train and test.", "published split"),
        _text("citation", "출처", "Publication.", "document chembl id", "source"),
        _text("record", "기록번호", "The row's own number in its source.", "activity id"),
    ),
    identity=("sample", "endpoint", "assay", "record"),
)  # fmt: skip

RECIPE = Kind(
    "recipe",
    "처방",
    "One line of a formulation: an ingredient and its planned share.",
    (
        _text("formulation", "처방코드", "Code of the formulation.", "formulation id", "처방", "처방번호",
              required=True),
        _text("ingredient", "원료", "Name of the ingredient or extract.", "원료명", "inci", required=True),
        _text("role", "기능", "What the ingredient is for.", "function", "배합목적"),
        Column("value", "배합비", "Planned share.", Holds.MEASURED, required=True, synonyms=("share",
               "share percent", "%", "함량(%)"),
               quantities=("share",), unit_column="unit", lowest=0, highest=100),
        _text("unit", "단위", "Unit of the share.", required=True),
        _text("citation", "출처", "Publication the recipe comes from.", "source"),
    ),
    identity=("formulation", "ingredient"),
)  # fmt: skip

PROPERTY = Kind(
    "property",
    "제형 물성",
    "A measured property of a formulation.",
    (
        _text("formulation", "처방코드", "Code of the formulation.", "formulation id", "처방", "처방번호",
              required=True),
        _text("endpoint", "측정항목", "What was measured.", "property", "물성", required=True),
        Column("value", "측정값", "The measured value; empty where the outcome is a class.", Holds.MEASURED,
               synonyms=_VALUE_SYNONYMS,
               quantities=("turbidity", "viscosity", "yes or no", "percent", "ratio", "length"), unit_column="unit"),
        _text("unit", "단위", "Unit of the value."),
        Column("sd", "표준편차", "Standard deviation, in the unit of the value.", Holds.NUMBER, lowest=0,
               quantities=("turbidity", "viscosity", "yes or no", "percent", "ratio", "length"), unit_column="unit"),
        _text("n", "반복수", "Number of replicates, as stated.", "replicates"),
        _text("outcome", "판정", "The class seen, where the outcome is not a number.", "class"),
        _text("citation", "출처", "Publication the value comes from.", "source"),
    ),
    identity=("formulation", "endpoint"),
    one_of=("value", "outcome"),
)  # fmt: skip

SOLUTION = Kind(
    "solution",
    "용액 분석",
    "What an analyser measured of a liquid: pH, osmolality, electrolytes, metabolites.",
    (
        _text("sample", "시료", "Liquid that was measured.", "시료명", "sample id", required=True),
        _text("endpoint", "측정항목", "What was measured, such as pH.", "항목", required=True),
        Column("value", "측정값", "The measured value.", Holds.MEASURED, required=True, synonyms=_VALUE_SYNONYMS,
               quantities=("pH", "osmolality", "molar concentration", "mass concentration", "cell density", "pressure",
                           "percent", "length", "temperature", "ratio"),
               unit_column="unit"),
        _text("unit", "단위", "Unit of the value.", required=True),
        _text("measured_at", "측정일시", "When it was measured, as the instrument states it.", "date", "측정일"),
    ),
    identity=("sample", "endpoint", "measured_at"),
)  # fmt: skip

KINDS: dict[str, Kind] = {k.name: k for k in (CONTENT, ASSAY, PEAK, ACTIVITY, RECIPE, PROPERTY, SOLUTION)}
