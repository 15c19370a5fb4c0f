"""Featurising against a bare RDKit loop; search over 100,000 glycosides against RDKit's own similarity."""

import os
import statistics
import time
from itertools import pairwise

import numpy as np
import pytest
from rdkit import Chem, DataStructs
from rdkit.Chem import Descriptors, rdFingerprintGenerator

from ginseng_rd.chemistry.compounds import reference_compounds
from ginseng_rd.chemistry.feature_cache import FeatureCache
from ginseng_rd.chemistry.search import CompoundIndex
from ginseng_rd.chemistry.search_columns import fingerprint_words
from tests.benchmarks.many_glycosides import many_glycosides

GENERATOR = rdFingerprintGenerator.GetMorganGenerator(radius=2, fpSize=2048)
TURNS = 5
LOOK_UPS = 200


def seconds(work):
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


@pytest.fixture(scope="module")
def smiles():
    """The reference compounds and glycosides: 400 structures of 7 to 120 heavy atoms."""
    listed = [*reference_compounds(), *many_glycosides(400)]
    return [Chem.CanonSmiles(compound.smiles) for compound in listed[:400]]


def bare_loop(smiles):
    for text in smiles:
        molecule = Chem.MolFromSmiles(text)
        GENERATOR.GetFingerprintAsNumPy(molecule)
        [function(molecule) for _, function in Descriptors.descList]


def test_featurising_in_one_process(smiles, tmp_path_factory, record):
    """By turns, on a tenth of the molecules at a time, so that a slow spell of the machine meets both."""
    parts = [smiles[start::10] for start in range(10)]
    bare, ours = [], []
    bare_loop(parts[0])
    for part in parts:
        bare.append(seconds(lambda part=part: bare_loop(part)))
        cache = FeatureCache(tmp_path_factory.mktemp("features"))
        ours.append(seconds(lambda part=part, cache=cache: cache.features(part, workers=1)))
    ratio = statistics.median(o / b for o, b in zip(ours, bare, strict=True))
    record(
        "ECFP4 and 217 descriptors, one process, into the cache",
        f"{len(smiles) / sum(ours):.0f} molecules/s",
        f"bare RDKit loop {len(smiles) / sum(bare):.0f} molecules/s",
        f"{ratio:.2f}",
        "≤ 1.05",
    )


def test_featurising_with_two_processes(smiles, tmp_path_factory, record):
    FeatureCache(tmp_path_factory.mktemp("warm")).features(smiles[:300], workers=2)
    one, two = [], []
    for _ in range(3):
        one.append(seconds(lambda: FeatureCache(tmp_path_factory.mktemp("one")).features(smiles, workers=1)))
        two.append(seconds(lambda: FeatureCache(tmp_path_factory.mktemp("two")).features(smiles, workers=2)))
    record(
        f"the same with two processes on {os.cpu_count()} cores",
        f"{len(smiles) / statistics.median(two):.0f} molecules/s",
        f"one process {len(smiles) / statistics.median(one):.0f} molecules/s",
        f"{statistics.median(o / t for o, t in zip(one, two, strict=True)):.2f}",
        "≥ 1.8",
    )


def test_featurising_from_the_cache(smiles, tmp_path_factory, record):
    cache = FeatureCache(tmp_path_factory.mktemp("features"))
    cache.features(smiles)
    bare = seconds(lambda: bare_loop(smiles))
    cached = statistics.median(seconds(lambda: cache.features(smiles)) for _ in range(TURNS))
    record(
        "the same from the cache",
        f"{len(smiles) / cached:,.0f} molecules/s",
        f"bare RDKit loop {len(smiles) / bare:.0f} molecules/s",
        f"{bare / cached:.0f}",
        "≥ 100",
    )


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """The index of 100,000 glycosides, built once and read again, and the seconds its building took."""
    glycosides = many_glycosides(100_000)
    began = time.perf_counter()
    index = CompoundIndex.build(glycosides, workers=os.cpu_count())
    took = time.perf_counter() - began
    path = tmp_path_factory.mktemp("index") / "glycosides.npz"
    index.save(path)
    return CompoundIndex.load(path), took, path


def test_building_and_reading_an_index_of_100_000(large, record):
    _, took, path = large
    read = seconds(lambda: CompoundIndex.load(path))
    record(
        "index of 100,000 glycosides built, read again",
        f"{took:.0f} s; {read:.1f} s, {path.stat().st_size / 1e6:.0f} MB",
        "–",
        "–",
        "minutes; seconds",
    )


def test_similarity_of_one_query_against_100_000(large, record):
    index = large[0]
    theirs = [GENERATOR.GetFingerprint(Chem.MolFromSmiles(compound.smiles)) for compound in index.compounds]
    queries = [Chem.MolFromSmiles(compound.smiles) for compound in reference_compounds()[:40]]
    index.similarities(fingerprint_words(queries[0]))
    ours, bulk = [], []
    for query in queries:
        words, bits = fingerprint_words(query), GENERATOR.GetFingerprint(query)
        found, expected = [], []
        ours.append(seconds(lambda words=words, found=found: found.append(index.similarities(words))))
        bulk.append(
            seconds(lambda b=bits, expected=expected: expected.append(DataStructs.BulkTanimotoSimilarity(b, theirs)))
        )
        np.testing.assert_allclose(found[0], expected[0], atol=1e-6)
    record(
        "similarity of one query against 100,000",
        f"{statistics.median(ours) * 1000:.1f} ms",
        f"BulkTanimotoSimilarity {statistics.median(bulk) * 1000:.1f} ms",
        f"{statistics.median(o / b for o, b in zip(ours, bulk, strict=True)):.2f}",
        "< 1",
    )


def test_exact_look_up_by_structure_at_100_000(large, record):
    """Each structure is asked for in a drawing of its own, so that no text is found as it stands."""
    index = large[0]
    drawn = [
        Chem.MolToRandomSmilesVect(Chem.MolFromSmiles(compound.smiles), 1, randomSeed=7)[0]
        for compound in index.compounds[:: len(index) // LOOK_UPS]
    ]
    index.by_structure(drawn[0])
    moments, codes = [time.perf_counter()], []
    for text in drawn:
        codes.append(index.by_structure(text).codes)
        moments.append(time.perf_counter())
    assert codes == [(compound.code,) for compound in index.compounds[:: len(index) // LOOK_UPS]]
    each = sorted((after - before) * 1000 for before, after in pairwise(moments))
    record(
        "look-up by structure at 100,000, SMILES drawn anew",
        f"{statistics.median(each):.2f} ms, 99 of 100 within {each[int(len(each) * 0.99) - 1]:.2f} ms",
        "–",
        "–",
        "< 5 ms",
    )


def test_substructure_search_at_100_000(large, record):
    index = large[0]
    arabinofuranose = "O[C@@H]1O[C@@H](CO)[C@H](O)[C@H]1O"
    index.by_substructure(arabinofuranose, most=1)
    first = seconds(lambda: index.by_substructure(arabinofuranose, most=100))
    every = seconds(lambda: index.by_substructure(arabinofuranose, most=len(index)))
    record(
        "substructure at 100,000: first 100 found, all found",
        f"{first:.2f} s, {every:.1f} s",
        "–",
        "–",
        "–",
    )
