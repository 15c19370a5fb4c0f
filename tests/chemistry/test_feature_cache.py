import multiprocessing
import sqlite3

import numpy as np
import pytest
from rdkit import Chem
from rdkit.Chem import Descriptors

from ginseng_rd.chemistry.compounds import reference_compounds
from ginseng_rd.chemistry.descriptors import DESCRIPTOR_NAMES, compute_features
from ginseng_rd.chemistry.feature_cache import FeatureCache
from ginseng_rd.chemistry.features import ecfp4
from ginseng_rd.errors import Severity

SOME = [Chem.CanonSmiles(compound.smiles) for compound in reference_compounds()[::8]]


@pytest.fixture
def cache(tmp_path):
    return FeatureCache(tmp_path / "features")


def kept_rows(folder):
    connection = sqlite3.connect(folder / "features.sqlite")
    (count,) = connection.execute("SELECT count(*) FROM feature").fetchone()
    connection.close()
    return count


def test_descriptors_and_fingerprints_are_those_of_rdkit(cache):
    features = cache.features(SOME)
    molecules = [Chem.MolFromSmiles(smiles) for smiles in SOME]
    expected = [[function(molecule) for _, function in Descriptors.descList] for molecule in molecules]
    assert features.names == tuple(name for name, _ in Descriptors.descList)
    np.testing.assert_allclose(features.descriptors, expected, rtol=1e-9)
    np.testing.assert_array_equal(features.bits, ecfp4(SOME).bits)


def test_what_was_computed_once_is_read_back_the_same_and_not_computed_again(cache, tmp_path):
    first, told = cache.features(SOME), []
    again = FeatureCache(tmp_path / "features").features(SOME, progress=lambda done, of: told.append(done))
    np.testing.assert_array_equal(first.descriptors, again.descriptors)
    np.testing.assert_array_equal(first.bits, again.bits)
    assert told == []


def test_two_spellings_of_a_structure_are_computed_once(cache, tmp_path):
    features = cache.features(["OCC", "CCO", "C(O)C", "OCC"])
    assert features.kept.tolist() == [0, 1, 2, 3]
    assert len(np.unique(features.descriptors, axis=0)) == 1
    assert kept_rows(tmp_path / "features") == 1


def test_what_has_no_features_is_carried_as_a_finding(cache):
    for _ in ("computed", "kept"):
        features = cache.features(["CCO", "C1CC", "", "[Na+].[Cl-]"])
        assert features.kept.tolist() == [0, 3]
        assert [(f.place.row, f.code, f.severity) for f in features.findings] == [
            (2, "structure-unreadable", Severity.STOPS),
            (3, "structure-unreadable", Severity.STOPS),
            (4, "descriptor-missing", Severity.NOTES),
        ]
        missing = [name for name, value in zip(features.names, features.descriptors[1], strict=True) if np.isnan(value)]
        assert missing == [name for name in DESCRIPTOR_NAMES if name.startswith("BCUT2D")]


def test_an_empty_list_gives_no_rows(cache):
    features = cache.features([])
    assert (features.bits.shape, features.descriptors.shape) == ((0, 2048), (0, 217))


def test_features_of_another_rdkit_are_not_taken_for_those_of_this_one(cache, tmp_path, monkeypatch):
    cache.features(["CCO"])
    monkeypatch.setattr("rdkit.__version__", "2020.03.1")
    FeatureCache(tmp_path / "features").features(["CCO"])
    assert kept_rows(tmp_path / "features") == 2


def test_a_damaged_cache_is_begun_anew(cache, tmp_path):
    expected = cache.features(SOME[:3])
    (tmp_path / "features" / "features.sqlite").write_bytes(b"no database, but long enough to look like one" * 99)
    np.testing.assert_array_equal(cache.features(SOME[:3]).descriptors, expected.descriptors)


def test_what_was_computed_before_a_kill_is_kept(cache, tmp_path):
    def stop(done, of):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cache.features([f"{'C' * n}O" for n in range(1, 80)], workers=1, progress=stop)
    assert kept_rows(tmp_path / "features") == 32


def test_two_processes_share_one_cache(tmp_path):
    spawn = multiprocessing.get_context("spawn")
    with spawn.Pool(2) as pool:
        left, right = pool.map(_descriptors_of, [(tmp_path, SOME), (tmp_path, SOME[::-1])])
    np.testing.assert_array_equal(left, right[::-1])
    assert kept_rows(tmp_path) == len(SOME)


def _descriptors_of(job):
    folder, smiles = job
    return FeatureCache(folder).features(smiles, workers=1).descriptors


def test_many_structures_are_computed_by_two_processes_as_by_one(cache):
    smiles = [f"{'C' * n}{end}" for n in range(1, 70) for end in ("O", "N", "Cl", "C(=O)O")]
    told = []
    features = cache.features(smiles, workers=2, progress=lambda done, of: told.append(done))
    assert told[-1] == len(smiles)
    alone = compute_features([Chem.CanonSmiles(smiles[-1])])[0]
    assert features.descriptors[-1].tobytes() == alone.descriptors
