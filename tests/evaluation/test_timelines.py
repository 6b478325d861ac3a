"""Clips as wholes: every frame counts, also where no pose was found."""

import numpy as np
import pandas as pd
import pytest
from tiny_dataset import make_dataset, make_results

from gymlib.dataset import Dataset
from gymlib.dataset.schemas import PROBABILITIES
from gymlib.evaluation import timelines
from gymlib.labels import UNLABELED_CODE, decode


def answers(frames, rows, outer=2):
    return pd.DataFrame(
        {"frame": frames, "outer": outer, **dict(zip(PROBABILITIES, np.array(rows, float).T))}
    )


def labels(codes):
    return pd.DataFrame({"frame": range(len(codes)), "label": decode(np.array(codes))})


def test_lost_frames_lie_between_those_around_them():
    found = answers([3, 1], [[0.0, 0.2, 0.8, 0.0], [0.0, 0.8, 0.2, 0.0]])
    own = timelines.timeline("jump", "gym", labels([0, 1, 1, -1, 2]), found)
    assert own.outer == 2
    assert own.true.tolist() == [0, 1, 1, -1, 2] and own.seen.tolist() == [0, 1, 0, 1, 0]
    expected = [[0.8, 0.2], [0.8, 0.2], [0.5, 0.5], [0.2, 0.8], [0.2, 0.8]]
    np.testing.assert_allclose(own.probabilities[:, 1:3], expected)
    assert own.said.tolist() == [1, 1, 1, 2, 2]


def test_a_clip_without_a_pose_has_no_answer():
    own = timelines.timeline("dark", "gym", labels([0, 1, 2]), None)
    assert own.outer == -1 and own.said.tolist() == [UNLABELED_CODE] * 3


@pytest.mark.slow
def test_all_clips_and_frames_of_a_data_set(home):
    data = Dataset(make_dataset(home, processed=True), home)
    predictions = make_results(home, data.name)
    own = predictions[predictions["architecture"] == "lstm"]
    clips = timelines.read(data, own)
    assert [c.clip for c in clips] == list(data.clips["clip"])
    assert [len(c.true) for c in clips] == list(data.clips["frames"])
    assert [c.outer for c in clips] == [0, 1] * 3
    ensemble = own[own["model"] == "ensemble"]
    seen = sum(int(c.seen.sum()) for c in clips)
    assert seen == len(ensemble) < sum(len(c.true) for c in clips)


@pytest.mark.slow
def test_decoders_are_taught_by_the_other_folds(home, monkeypatch):
    data = Dataset(make_dataset(home, processed=True), home)
    predictions = make_results(home, data.name)
    clips = timelines.read(data, predictions[predictions["architecture"] == "cnn"])
    taught = []
    learn = timelines.decoding.learn

    def note(labels):
        taught.append(len(labels))
        return learn(labels)

    monkeypatch.setattr(timelines.decoding, "learn", note)
    found = timelines.decoded(clips)
    assert taught == [3, 3]  # of six clips in two folds
    assert {name: len(codes) for name, codes in found.items()} == {
        c.clip: len(c.true) for c in clips
    }
    other = learn([c.true for c in clips])
    by_all = timelines.decoded_by(other, clips)
    assert taught == [3, 3], "no other decoder is taught"
    for own in clips:
        expected = timelines.decoding.decode(own.probabilities, other)
        np.testing.assert_array_equal(by_all[own.clip], expected)


@pytest.mark.slow
def test_the_label_of_every_frame_by_itself(home):
    data = Dataset(make_dataset(home, processed=True), home)
    predictions = make_results(home, data.name)
    clips = timelines.read(data, predictions[predictions["architecture"] == "cnn"])
    found = timelines.said(clips)
    assert found[clips[0].clip] == pytest.approx(clips[0].said)


def overconfident(fold, right):
    """A clip of ten frames, answered with 90 %: the first ``right`` of them rightly."""
    said = np.tile([0.9, 0.1 / 3, 0.1 / 3, 0.1 / 3], (10, 1))
    true = np.where(np.arange(10) < right, 0, 1)
    return timelines.Timeline(f"clip{fold}{right}", "gym", fold, true, np.ones(10, bool), said)


def test_the_temperature_of_a_fold_comes_from_the_others():
    """Answers of 90 % that are right in 8 of 10 frames are to become 80 %."""
    clips = [overconfident(0, 2), overconfident(1, 8), overconfident(2, 8)]
    first, second, third = timelines.calibrate(clips)
    np.testing.assert_allclose(first.probabilities[:, 0], 0.8, atol=1e-4)
    np.testing.assert_allclose(second.probabilities[:, 0], 0.5, atol=1e-4)  # (2 + 8) of 20
    np.testing.assert_array_equal(second.probabilities, third.probabilities)
    assert timelines.temperature(clips[1:]) > 1
