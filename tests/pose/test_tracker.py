"""The tracker on rendered films, where the truth is known."""

import numpy as np
import pytest
from sightings import sighting
from somersault import CAMERA, error, somersault, waiting, write

from gymlib import pose, video
from gymlib.pose import PoseConfig, clip, extraction, networks, tracker
from gymlib.pose.region import torso_angle

TRACKED = PoseConfig(extractor="tracker")


@pytest.mark.slow(seconds=7)
def test_the_pose_is_kept_through_a_somersault(tmp_path):
    joints = somersault()
    found = pose.extract_clip(write(tmp_path / "clip.mp4", joints), TRACKED)
    true = CAMERA.project(joints)
    assert found.detected.all()
    assert (error(found.keypoints * [480, 360], true) < 0.25).mean() > 0.8
    angle = np.unwrap(torso_angle(found.keypoints * np.array([480, 360], np.float32)))
    turned = np.degrees(angle[-1] - angle[0])
    truth = np.unwrap(torso_angle(true))
    assert turned == pytest.approx(np.degrees(truth[-1] - truth[0]), abs=30)
    assert ((found.visibility >= 0) & (found.visibility <= 1)).all()
    assert found.visibility[:, 11:29].mean() > 0.6
    np.testing.assert_allclose(found.time, np.arange(len(joints)) / 30, atol=1e-6)


@pytest.mark.slow(seconds=12)
def test_the_one_who_moves_is_followed_or_the_one_pointed_at(tmp_path):
    gymnast, spotter = somersault(x=-0.9), waiting(x=1.3)
    path = write(tmp_path / "clip.mp4", gymnast, spotter)
    found = pose.extract_clip(path, TRACKED)
    assert (error(found.keypoints * [480, 360], CAMERA.project(gymnast)) < 0.25).mean() > 0.75
    x, y = CAMERA.project(spotter)[0, 23] / [480, 360]
    config = PoseConfig(extractor="tracker", person=pose.Person(float(x), float(y)))
    found = pose.extract_clip(path, config)
    assert (error(found.keypoints * [480, 360], CAMERA.project(spotter)) < 0.25).mean() > 0.75


@pytest.mark.slow
def test_nobody_in_the_picture(tmp_path):
    video.write_video(tmp_path / "grey.mp4", [np.full((48, 64, 3), 120, np.uint8)] * 3, 25)
    found = pose.extract_clip(tmp_path / "grey.mp4", TRACKED)
    assert not found.detected.any() and not found.keypoints.any() and not found.visibility.any()
    np.testing.assert_allclose(found.time, [0, 0.04, 0.08])


def test_a_file_that_is_no_video(tmp_path):
    (tmp_path / "empty.mp4").touch()
    with pytest.raises(video.VideoError, match="the file is empty"):
        pose.extract_clip(tmp_path / "empty.mp4", TRACKED)


def test_without_litert_it_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setattr(networks, "available", lambda: False)
    with pytest.raises(pose.NoLiteRTError, match=r"pip install ai-edge-litert, or choose"):
        pose.extract_clip(tmp_path / "any.mp4", TRACKED)
    config, notes = extraction.possible(TRACKED)
    assert config == PoseConfig()
    assert len(notes) == 1 and "LiteRT is not installed" in notes[0]
    assert extraction.possible(PoseConfig()) == (PoseConfig(), [])


def test_the_extractor_is_chosen_by_name(tmp_path, monkeypatch):
    def poses(frames):
        return pose.Pose(
            np.zeros((frames, 33, 2), np.float32), np.zeros((frames, 33), np.float32),
            np.zeros(frames, bool), np.arange(frames, dtype=float),
        )  # fmt: skip

    monkeypatch.setattr(clip.blazepose, "extract_clip", lambda path, config: poses(1))
    monkeypatch.setattr(tracker, "extract_clip", lambda path, config: poses(2))
    assert len(pose.extract_clip(tmp_path).detected) == 1
    assert len(pose.extract_clip(tmp_path, TRACKED).detected) == 2


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"extractor": "openpose"}, "must be one of blazepose, tracker, found 'openpose'"),
        ({"person": pose.Person(0.5, 0.5)}, "'blazepose' cannot be told whom to follow"),
        ({"extractor": "tracker", "person": pose.Person(50, 0.5)}, "shares of the picture"),
        ({"extractor": "tracker", "person": pose.Person(0.5, 0.5, -1)}, "seconds from 0"),
    ],
)
def test_settings_are_checked(settings, message):
    with pytest.raises(ValueError, match=message):
        PoseConfig(**settings)


def test_settings_of_the_thesis_are_those_of_before():
    assert PoseConfig().settings == {
        "model_complexity": 1, "min_detection_confidence": 0.5, "min_tracking_confidence": 0.5,
        "smooth_landmarks": True, "keep_truncated": False,
    }  # fmt: skip
    assert TRACKED.settings == {"extractor": "tracker", "keep_truncated": False, "person": None}


def test_torso_lengths_come_from_upright_poses_nearby():
    def standing(frame, length):
        points = np.zeros((33, 2))
        points[[11, 12], 1] = -length
        one = sighting(frame, (0, 0))
        return one._replace(candidate=one.candidate._replace(keypoints=points))

    own = [standing(frame, 50.0) for frame in range(0, 60, 5)]
    own += [standing(frame, 80.0) for frame in range(200, 260, 5)]
    found = tracker.torso_lengths(own, 260, 30.0)
    np.testing.assert_allclose(found[[0, 30, 60]], 50)
    np.testing.assert_allclose(found[[200, 250]], 80)
    np.testing.assert_array_equal(tracker.torso_lengths([], 3, 30.0), [1, 1, 1])
