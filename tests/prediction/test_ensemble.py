"""A model trained on one drawn data set is tested on another one."""

import dataclasses

import numpy as np
import pytest
from tiny_dataset import make_dataset

from gymlib import training
from gymlib.dataset import Dataset, schemas
from gymlib.evaluation import results
from gymlib.features.bodies import comparable_clips
from gymlib.files.tables import check
from gymlib.labels import encode
from gymlib.prediction import answers, ensemble

SMALL = ensemble.TransferConfig(models=2, epochs=3, architecture="lstm")


@pytest.fixture
def clips(home):
    make_dataset(home, processed=True)
    return comparable_clips(Dataset("tiny"), gaps=False)


@pytest.mark.slow
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
def test_a_model_that_takes_gaps_answers_every_frame(clips):
    whole = comparable_clips(Dataset("tiny"))
    config = dataclasses.replace(SMALL, architecture="gymtcn", epochs=1)
    trained = ensemble.train(whole[:4], config)
    table = ensemble.predict(trained, whole[4:])
    assert len(table) == 3 * sum(map(len, whole[4:])) > 3 * sum(map(len, clips[4:]))
    attempt = Dataset("tiny").clip("clip_05")
    assert not attempt.detected.all()
    found = answers.predict_clip(answers.Ensemble(trained, None), attempt)
    np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-5)
    rows = table[(table["clip"] == "clip_05") & (table["model"] == "ensemble")]
    np.testing.assert_allclose(found[rows["frame"]], rows[schemas.PROBABILITIES], atol=1e-4)


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


@pytest.mark.slow
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


@pytest.mark.slow
@pytest.mark.parametrize("copies", [1, 2])
def test_every_clip_is_seen_once_or_also_mirrored(clips, copies, monkeypatch):
    seen = []
    monkeypatch.setattr(training, "fit_many", lambda tasks, clips, **_: seen.extend(clips))
    ensemble.train(clips[:2], dataclasses.replace(SMALL, copies=copies))
    names = [clip.name for clip in clips[:2]]
    both = [*names, *(f"{name}.mirrored" for name in names)]
    assert [clip.name for clip in seen] == both[: 2 * copies]
