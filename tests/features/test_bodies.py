"""Clips in units that can be compared, with and without their gaps."""

from dataclasses import replace

import numpy as np
import pytest
from tiny_dataset import make_dataset

from gymlib.dataset import Dataset
from gymlib.features import bodies
from gymlib.features.bodies import comparable_clips, comparable_keypoints
from gymlib.skeleton import INDEX, middle, torso_length

pytestmark = pytest.mark.slow


@pytest.fixture
def data(home):
    make_dataset(home, processed=True)
    return Dataset("tiny")


def lost(clip):
    return np.isnan(clip.keypoints).all(axis=(1, 2))


@pytest.mark.slow
def test_comparable_clips_are_hip_centred_in_torso_lengths(data):
    clips = comparable_clips(data, gaps=False)
    assert [clip.name for clip in clips] == [f"clip_{i:02d}" for i in range(6)]
    for clip in clips:
        np.testing.assert_allclose(middle(clip.keypoints, "hip")[:, 0], 0, atol=1e-5)
        assert np.median(torso_length(clip.keypoints)) == pytest.approx(1, abs=1e-5)
        assert clip.keypoints.dtype == np.float32
        assert set(clip.labels) <= {0, 1, 2, 3}


@pytest.mark.slow
def test_gaps_are_nan_where_no_pose_was_found_and_change_nothing_else(data):
    whole, seen = comparable_clips(data), comparable_clips(data, gaps=False)
    assert sum(map(len, whole)) > sum(map(len, seen))
    for with_gaps, without in zip(whole, seen):
        detected = data.clip(with_gaps.name).detected[with_gaps.frames]
        np.testing.assert_array_equal(lost(with_gaps), ~detected)
        assert np.isfinite(with_gaps.keypoints[detected]).all()
        again = bodies.posed(with_gaps)
        np.testing.assert_array_equal(again.frames, without.frames)
        np.testing.assert_array_equal(again.keypoints, without.keypoints)
        np.testing.assert_array_equal(again.labels, without.labels)


@pytest.mark.slow
def test_a_clip_without_any_pose_is_left_out(data):
    table = data.keypoints
    gone = table["clip"] == "clip_01"
    table.loc[gone, "detected"] = False
    table.loc[gone, [c for c in table if c.startswith(("x_", "y_", "visibility_"))]] = 0.0
    data.write(table, "keypoints.parquet")
    assert "clip_01" not in [clip.name for clip in comparable_clips(data)]


@pytest.mark.slow
def test_one_clip_is_brought_to_the_same_units_as_all(data):
    first = comparable_clips(data)[1]  # all of its frames have a label
    own = comparable_keypoints(data.clip(first.name))
    np.testing.assert_allclose(own[first.frames], first.keypoints, atol=1e-5)


def test_what_is_wrong_with_a_pose_is_said_with_clip_and_frame(data):
    attempt = data.clip("clip_02")
    at = int(np.flatnonzero(attempt.detected)[3])
    attempt.keypoints[at, INDEX["nose"], 1] = np.inf
    with pytest.raises(ValueError, match=f"clip clip_02, frame {at}: y of nose is inf"):
        comparable_keypoints(attempt)
    small = replace(attempt, keypoints=np.zeros_like(attempt.keypoints))
    with pytest.raises(ValueError, match="clip clip_02: median torso length is 0 pixels"):
        comparable_keypoints(small)


def test_mirroring_twice_gives_the_clip_back(data):
    clip = comparable_clips(data)[0]
    once = bodies.mirrored(clip)
    left, right = INDEX["left_ankle"], INDEX["right_ankle"]
    np.testing.assert_array_equal(once.keypoints[:, left, 0], -clip.keypoints[:, right, 0])
    np.testing.assert_array_equal(once.keypoints[:, left, 1], clip.keypoints[:, right, 1])
    np.testing.assert_array_equal(bodies.mirrored(once).keypoints, clip.keypoints)


def test_an_architecture_that_takes_no_gaps_sees_none(data):
    clips = comparable_clips(data)
    assert sum(lost(clip).sum() for clip in bodies.learnable(clips, gaps=True)) > 0
    assert sum(lost(clip).sum() for clip in bodies.learnable(clips, gaps=False)) == 0
