"""A model trained on one drawn data set is tested on another one."""

import dataclasses

import numpy as np
import pytest
from tiny_dataset import make_dataset

from gymlib import training
from gymlib.dataset import Dataset, schemas
from gymlib.evaluation import results
from gymlib.files.tables import check
from gymlib.labels import encode
from gymlib.prediction import ensemble
from gymlib.skeleton import INDEX, middle, torso_length

SMALL = ensemble.TransferConfig(models=2, epochs=3)


@pytest.fixture
def clips(home):
    make_dataset(home, processed=True)
    return ensemble.comparable_clips(Dataset("tiny"))


def test_comparable_clips_are_hip_centred_in_torso_lengths(clips):
    assert [clip.name for clip in clips] == [f"clip_{i:02d}" for i in range(6)]
    for clip in clips:
        np.testing.assert_allclose(middle(clip.keypoints, "hip")[:, 0], 0, atol=1e-5)
        assert np.median(torso_length(clip.keypoints)) == pytest.approx(1, abs=1e-5)
        assert clip.keypoints.dtype == np.float32
        assert set(clip.labels) <= {0, 1, 2, 3}


def test_mirroring_twice_gives_the_clip_back(clips):
    once = ensemble.mirrored(clips[0])
    left, right = INDEX["left_ankle"], INDEX["right_ankle"]
    np.testing.assert_array_equal(once.keypoints[:, left, 0], -clips[0].keypoints[:, right, 0])
    np.testing.assert_array_equal(once.keypoints[:, left, 1], clips[0].keypoints[:, right, 1])
    np.testing.assert_array_equal(ensemble.mirrored(once).keypoints, clips[0].keypoints)


def test_training_and_predicting(clips):
    finished = []
    trained = ensemble.train(clips[:4], SMALL, finished.append)
    assert sum(finished) == SMALL.models * SMALL.epochs
    table = check(ensemble.predict(trained, clips[4:]), schemas.PREDICTIONS, "test")
    assert sorted(table["model"].unique()) == ["base_1", "base_2", "ensemble"]
    assert len(table) == 3 * sum(map(len, clips[4:]))
    np.testing.assert_allclose(table[schemas.PROBABILITIES].sum(axis=1), 1, atol=1e-5)
    one = table.set_index(["clip", "frame", "model"])[schemas.PROBABILITIES].loc["clip_04"]
    votes = [one.xs(model, level="model").to_numpy() for model in ("base_1", "base_2", "ensemble")]
    np.testing.assert_allclose((votes[0] + votes[1]) / 2, votes[2], atol=1e-6)


@pytest.mark.slow
def test_same_seed_same_result(clips):
    def run(seed):
        config = dataclasses.replace(SMALL, seed=seed)
        return ensemble.predict(ensemble.train(clips[:4], config), clips[4:])

    assert run(1).equals(run(1))
    assert not run(1).equals(run(2))


@pytest.mark.slow
def test_summary(clips):
    table = ensemble.predict(ensemble.train(clips[:4], SMALL), clips[4:])
    found = ensemble.summary(table, SMALL)
    counts = np.bincount(np.concatenate([clip.labels for clip in clips[4:]]))
    assert found["frames"] == counts.sum()
    assert found["largest_class"] == pytest.approx(100 * counts.max() / counts.sum())
    vote = table[table["model"] == "ensemble"]
    right = results.predicted(vote) == encode(vote["label"])
    assert found["accuracy"] == pytest.approx(100 * right.mean())
    assert found["models_min"] <= found["models_max"]
    assert found["config"]["architecture"] == "lstm"


def test_clip_with_nan_is_refused(clips):
    clips[1].keypoints[2, 0, 0] = np.nan
    with pytest.raises(ValueError, match="clip clip_01, frame"):
        ensemble.train(clips, SMALL)


def test_empty_source_is_refused():
    with pytest.raises(ValueError, match="no clips to train on"):
        ensemble.train([], SMALL)


@pytest.mark.parametrize("wrong", [{"models": 0}, {"copies": 3}])
def test_impossible_configs(wrong):
    with pytest.raises(ValueError, match="at least 1 model and 1 or 2 copies"):
        ensemble.TransferConfig(**wrong)


@pytest.mark.parametrize("copies", [1, 2])
def test_every_clip_is_seen_once_or_also_mirrored(clips, copies, monkeypatch):
    seen = []
    monkeypatch.setattr(training, "fit_many", lambda tasks, clips, **_: seen.extend(clips))
    ensemble.train(clips[:2], dataclasses.replace(SMALL, copies=copies))
    names = [clip.name for clip in clips[:2]]
    both = [*names, *(f"{name}.mirrored" for name in names)]
    assert [clip.name for clip in seen] == both[: 2 * copies]
