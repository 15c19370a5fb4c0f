"""Every format reads to the value: real instrument files where they are there, and samples of our own writing.

Each ``expected/*.json`` names a ``file`` (below the reference sets, or below ``data/examples``), the
``format`` it must be recognised as, and for each table its kind, number of rows, some ``cells`` (a
record's number and what its columns hold), column ``sums`` and ``counts`` of values; the
``findings`` by code; or the codes it must be ``refused`` with.
"""

import json
from collections import Counter
from pathlib import Path

import pytest

from ginseng_rd.errors import LabFileRejected
from ginseng_rd.labfiles import judge

HERE = Path(__file__).parent
EXAMPLES = HERE.parents[1] / "data" / "examples"
EXPECTED = {
    path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted((HERE / "expected").glob("*.json"))
}


@pytest.fixture
def bytes_of(request):
    def fetch(file: str) -> bytes:
        if file.startswith("lab_files/"):
            return (request.getfixturevalue("reference_data") / file).read_bytes()
        return (EXAMPLES / file).read_bytes()

    return fetch


@pytest.mark.parametrize("name", EXPECTED)
def test_a_file_yields_what_it_must(name, bytes_of, read, names):
    expected = EXPECTED[name]
    data = bytes_of(expected["file"])
    wishes = {key: expected[key] for key in ("fixed", "columns", "kind") if key in expected}
    if "refused" in expected:
        with pytest.raises(LabFileRejected) as refusal:
            read(data, name=Path(expected["file"]).name, **wishes)
        assert sorted({f.code for f in refusal.value.findings}) == expected["refused"]
        return
    lab_file = read(data, name=Path(expected["file"]).name, **wishes)
    judged = [judge(table, code_of=names.code_of) for table in lab_file.tables]
    codes = {f.code for f in lab_file.findings} | {f.code for _, found in judged for f in found}
    assert (lab_file.format, sorted(codes)) == (expected["format"], expected["findings"])
    assert [(part.kind, len(part)) for part, _ in judged] == [(t["kind"], t["rows"]) for t in expected["tables"]]
    for (part, _), table in zip(judged, expected["tables"], strict=True):
        for cell in table.get("cells", []):
            found = {column: part.columns[column][cell["record"]] for column in cell if column != "record"}
            assert found == {column: value for column, value in cell.items() if column != "record"}
        for column, total in table.get("sums", {}).items():
            assert sum(v for v in part.columns[column] if v is not None) == pytest.approx(total, rel=1e-9)
        for column, counts in table.get("counts", {}).items():
            assert Counter(map(str, part.columns[column])) == counts


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_a_korean_text_in_utf_16_without_its_mark_is_read(read, encoding):
    text = "시료명,성분,함량,단위\r\n가나다,Rg1,3.5,mg/g\r\n"
    (table,) = read(text.encode(encoding)).tables
    assert (table.columns["sample"], table.columns["value"]) == (["가나다"], ["3.5"])
