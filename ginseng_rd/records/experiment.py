"""An experiment: a question asked of named data by a named method, as a TOML file.

The keys a file may have are the fields of the classes below; what each may say is checked when
the file is read, so that a run never starts on a file that is wrong.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from ginseng_rd.errors import ExperimentRefused, nearest_names
from ginseng_rd.records.kinds import KINDS


@dataclass(frozen=True)
class DataChoice:
    """Which readings: their kind, and the column values that choose among them.

    A value in ``where`` is one text or number, or a list of which any will do.
    """

    readings: str
    where: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.readings not in KINDS:
            raise _unknown("kind of readings", self.readings, KINDS)
        kind = KINDS[self.readings]
        columns = [*(c.name for c in kind.columns), *kind.marks, "origin"]
        for name in self.where:
            if name not in columns:
                raise _unknown(f"column of '{self.readings}' readings", name, columns)


@dataclass(frozen=True)
class DoseResponseMethod:
    """How doses are fitted: the model, and whether raw plate readings are first set against their controls."""

    model: Literal["log-logistic-4"] = "log-logistic-4"
    normalise: Literal["none", "inhibition-percent"] = "none"
    confidence: float = 0.95

    def __post_init__(self) -> None:
        _check_between("confidence", self.confidence, 0.5, 0.999)


@dataclass(frozen=True)
class StructureActivityMethod:
    """How a structure-activity model is fitted and judged. ``apply_to`` names a family of compounds, or 'all'."""

    features: Literal["ecfp4"] = "ecfp4"
    model: Literal["random-forest"] = "random-forest"
    split: Literal["scaffold", "random"] = "scaffold"
    folds: int = 5
    repeats: int = 1
    trees: int = 300
    confidence: float = 0.9
    apply_to: str = "ginsenosides"

    def __post_init__(self) -> None:
        _check_between("confidence", self.confidence, 0.5, 0.999)
        _check_between("folds", self.folds, 2, 50)
        _check_between("repeats", self.repeats, 1, 100)
        _check_between("trees", self.trees, 1, 5000)


@dataclass(frozen=True)
class ComparisonMethod:
    """Which formulations stand side by side; the first is the base."""

    formulations: tuple[str, ...]

    def __post_init__(self) -> None:
        if not 2 <= len(self.formulations) <= 50:
            raise ExperimentRefused(
                f"A comparison takes 2 to 50 formulations, but {len(self.formulations)} were named."
            )


Method = DoseResponseMethod | StructureActivityMethod | ComparisonMethod

METHODS: dict[str, type[Method]] = {
    "dose-response": DoseResponseMethod,
    "structure-activity": StructureActivityMethod,
    "comparison": ComparisonMethod,
}
_READINGS = {"dose-response": "assay", "structure-activity": "activity", "comparison": "recipe"}


@dataclass(frozen=True)
class Experiment:
    """One question, with the text of its file kept to the byte.

    ``name`` is the file's stem and the name of the MLflow experiment.
    """

    name: str
    question: str
    kind: str
    data: DataChoice
    method: Method
    seed: int
    text: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()

    def parameters(self) -> dict[str, str]:
        """Return what was asked, flat and as text, for the ledger of runs."""
        asked = {"kind": self.kind, "seed": str(self.seed), "data.readings": self.data.readings}
        asked |= {f"data.{name}": _plain(value) for name, value in self.data.where.items()}
        return asked | {f"method.{f.name}": _plain(getattr(self.method, f.name)) for f in fields(self.method)}


def read_experiment(path: Path | str) -> Experiment:
    """Read and check an experiment file.

    Raises ExperimentRefused, in one sentence that names the file, the line and the key, for a
    file that is absent, is not TOML, has an unknown or missing key or a value out of place.
    """
    path = Path(path)
    try:
        text = path.read_bytes().decode("utf-8")
    except OSError as error:
        raise ExperimentRefused(f"The experiment file {path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise ExperimentRefused(f"{path} is not UTF-8 text. Save it as UTF-8.") from error
    try:
        return _experiment(path.stem, text, tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise ExperimentRefused(f"{path} is not valid TOML: {error}.") from error
    except ExperimentRefused as error:
        raise ExperimentRefused(f"{path}{_line_of(error, text)}: {error}") from error


T = TypeVar("T")


class _KeyRefused(ExperimentRefused):
    """A fault at a key, so that its line can be told."""

    def __init__(self, key: str, message: str) -> None:
        self.key = key
        super().__init__(message)


def _experiment(name: str, text: str, table: dict[str, Any]) -> Experiment:
    allowed = ("question", "kind", "seed", "data", "method")
    for key in table:
        if key not in allowed:
            raise _unknown("key", key, allowed)
    question = _take(table, "question", str)
    kind = _take(table, "kind", str)
    if kind not in METHODS:
        raise _unknown("kind of experiment", kind, METHODS)
    method_table = dict(_take(table, "method", dict, default={}))
    data_table = dict(_take(table, "data", dict, default={"readings": _READINGS[kind]}))
    data = _build(DataChoice, data_table, "data")
    if data.readings != _READINGS[kind]:
        raise _KeyRefused(
            "readings", f"'{kind}' asks for {_READINGS[kind]} readings, but [data] names '{data.readings}'."
        )
    return Experiment(
        name=name,
        question=question,
        kind=kind,
        data=data,
        method=_build(METHODS[kind], method_table, "method"),
        seed=_take(table, "seed", int, default=1),
        text=text,
    )


def _take(table: dict[str, Any], key: str, kind: type, default: Any = MISSING) -> Any:
    value = table.get(key, default)
    if value is MISSING:
        raise _KeyRefused(key, f"the key '{key}' is missing.")
    if not isinstance(value, kind) or isinstance(value, bool):
        raise _KeyRefused(key, f"'{key}' holds {value!r}, but {_word(kind)} belongs there.")
    return value


def _build(cls: type[T], table: dict[str, Any], section: str) -> T:
    """Make a frozen value of a TOML table: keys are field names, types and choices those declared."""
    hints = get_type_hints(cls)
    known = [f.name for f in fields(cls)]  # type: ignore[arg-type]
    for key in table:
        if key not in known:
            raise _unknown(f"key in [{section}]", key, known)
    for f in fields(cls):  # type: ignore[arg-type]
        if f.name not in table and f.default is MISSING and f.default_factory is MISSING:
            raise _KeyRefused(f.name, f"the key '{f.name}' is missing in [{section}].")
    return cls(**{key: _value(key, value, hints[key]) for key, value in table.items()})


def _value(key: str, value: Any, hint: Any) -> Any:
    if get_origin(hint) is Literal:
        if value not in get_args(hint):
            raise _unknown(f"value of '{key}'", str(value), get_args(hint), key=key)
        return value
    if get_origin(hint) is tuple:
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise _KeyRefused(key, f"'{key}' holds {value!r}, but a list of texts belongs there.")
        return tuple(value)
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    expected = hint if isinstance(hint, type) else dict
    if not isinstance(value, expected) or (isinstance(value, bool) and expected is not bool):
        raise _KeyRefused(key, f"'{key}' holds {value!r}, but {_word(expected)} belongs there.")
    return value


def _unknown(what: str, name: str, known: Any, key: str = "") -> _KeyRefused:
    near = nearest_names(name, known, count=1)
    hint = f" Did you mean '{near[0]}'?" if near else ""
    return _KeyRefused(key or name, f"unknown {what} '{name}'.{hint} Allowed: {', '.join(known)}.")


def _check_between(key: str, value: float, lowest: float, highest: float) -> None:
    if not lowest <= value <= highest:
        raise _KeyRefused(key, f"'{key}' is {value}, but it lies between {lowest} and {highest}.")


def _line_of(error: ExperimentRefused, text: str) -> str:
    key = getattr(error, "key", "")
    for number, line in enumerate(text.splitlines(), start=1):
        if key and re.search(rf"(?<![\w-]){re.escape(key)}(?![\w-])", line.split("#")[0]):
            return f", line {number}"
    return ""


def _word(kind: type) -> str:
    return {str: "a text in quotes", int: "a whole number", float: "a number", dict: "a table", bool: "true or false"}[
        kind
    ]


def _plain(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
