"""An experiment file is right before anything runs on it; what is wrong is said in one sentence."""

import pytest

from ginseng_rd.errors import ExperimentRefused
from ginseng_rd.records.experiment import read_experiment

GOOD = """question = "At what dose?"
kind = "dose-response"
seed = 7

[data]
readings = "assay"
where = { sample = ["EX-12", "EX-14"] }

[method]
confidence = 0.9
"""


def write(tmp_path, text):
    path = tmp_path / "q.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_becomes_an_experiment_named_after_it(tmp_path):
    found = read_experiment(write(tmp_path, GOOD))
    assert (found.name, found.seed, found.method.confidence) == ("q", 7, 0.9)
    assert found.parameters()["data.sample"] == "EX-12, EX-14"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("seed", "sed", r"q\.toml, line 3: unknown key 'sed'. Did you mean 'seed'\?"),
        ("confidence", "confidense", r"line 10: unknown key in \[method\] 'confidense'. Did you mean 'confidence'\?"),
        ("dose-response", "dose-respons", r"line 2: unknown kind of experiment 'dose-respons'. Did you mean 'dose-res"),
        ('"assay"', '"asay"', r"unknown kind of readings 'asay'. Did you mean 'assay'\?"),
        ("sample =", "sampel =", r"line 7: unknown column of 'assay' readings 'sampel'. Did you mean 'sample'\?"),
        ("seed = 7", 'seed = "7"', r"line 3: 'seed' holds '7', but a whole number belongs there"),
        ("confidence = 0.9", "confidence = 1.5", r"line 10: 'confidence' is 1.5, but it lies between 0.5 and 0.999"),
        ('question = "At what dose?"\n', "", "the key 'question' is missing"),
        ('readings = "assay"', 'readings = "content"', "asks for assay readings, but .data. names 'content'"),
        ("seed = 7", "seed = ", "is not valid TOML"),
    ],
)
def test_a_fault_is_named_with_its_line_and_the_nearest_word(tmp_path, old, new, message):
    with pytest.raises(ExperimentRefused, match=message):
        read_experiment(write(tmp_path, GOOD.replace(old, new, 1)))


def test_an_absent_file_is_one_sentence(tmp_path):
    with pytest.raises(ExperimentRefused, match=r"absent\.toml cannot be read: No such file or directory\."):
        read_experiment(tmp_path / "absent.toml")


def test_a_list_of_names_is_asked_for_where_one_belongs(tmp_path):
    text = 'question = "?"\nkind = "comparison"\n[method]\nformulations = "LF-001"\n'
    with pytest.raises(ExperimentRefused, match="a list of texts belongs there"):
        read_experiment(write(tmp_path, text))
