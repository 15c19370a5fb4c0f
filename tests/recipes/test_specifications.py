"""A specification is passed or failed by the whole interval, or nothing is said."""

import pytest

from ginseng_rd.errors import RecordRefused
from ginseng_rd.recipes.specifications import Specification, Verdict, judge_specification, packaged_specifications
from ginseng_rd.records.estimate import Estimate

RED_GINSENG = Specification("M02", "red ginseng", ("Rg1", "Rb1", "Rg3"), "mg/g", 2.5, 34.0)


def doses(*triples: tuple[float, float, float | None]) -> dict[str, Estimate]:
    return {m: Estimate(v, "mg/g", lo, hi) for m, (v, lo, hi) in zip(("Rg1", "Rb1", "Rg3"), triples, strict=False)}


@pytest.mark.parametrize(
    ("given", "verdict"),
    [
        (doses((1, 0.9, 1.1), (1, 0.9, 1.1), (1, 0.9, 1.1)), Verdict.PASS),
        (doses((0.5, 0.4, 0.6), (0.5, 0.4, 0.6), (0.5, 0.4, 0.6)), Verdict.FAIL),
        (doses((1, 0.5, 1.5), (1, 0.5, 1.5), (1, 0.5, 1.5)), Verdict.CANNOT_SAY),
        (doses((1, 0.9, 1.1), (1, 0.9, 1.1)), Verdict.CANNOT_SAY),
        (doses((20, 19, 21), (20, 19, 21)), Verdict.FAIL),
        (doses((3, 2.9, None), (1, 0.9, 1.1), (1, 0.9, 1.1)), Verdict.CANNOT_SAY),
    ],
    ids=["inside", "below", "spans the bound", "one not measured", "above without the third", "open above"],
)
def test_the_whole_interval_decides(given, verdict):
    assert judge_specification(RED_GINSENG, given)[0] is verdict


def test_a_dose_below_a_limit_is_between_nothing_and_it():
    known = doses((3, 2.9, 3.1), (1, 0.9, 1.1)) | {"Rg3": Estimate(0.05, "mg/g", relation="<")}
    assert judge_specification(RED_GINSENG, known)[0] is Verdict.PASS


def test_what_is_missing_is_named():
    assert judge_specification(RED_GINSENG, doses((1, 0.9, 1.1)))[1].endswith("; Rb1, Rg3 not measured")


def test_a_dose_in_another_unit_is_refused():
    with pytest.raises(RecordRefused, match="in mg/g, but doses in mg/day"):
        judge_specification(RED_GINSENG, {"Rg1": Estimate(1, "mg/day")})


def test_every_specification_that_comes_along_says_that_it_is_to_be_confirmed():
    found = packaged_specifications()
    assert {"Rg1+Rb1+Rg3 at least 3 and at most 80 mg/day"} <= set(map(str, found))
    assert all("confirm" in specification.standing and specification.source for specification in found)
