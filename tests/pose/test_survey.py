"""The first look at a video: what moves, and where a shot ends."""

import cv2
import numpy as np
import pytest

from gymlib import video
from gymlib.pose import camera, survey
from gymlib.pose.detector import Detector


@pytest.fixture
def wall(rng):
    coarse = rng.integers(0, 255, (18, 24), np.uint8)
    return cv2.resize(coarse, (240, 180), interpolation=cv2.INTER_CUBIC)


def test_only_what_moved_differs(wall):
    after = wall.copy()
    after[60:90, 100:130] = 255 - after[60:90, 100:130]
    changed = survey.difference(wall, after, camera.STILL)
    assert changed[65:85, 105:125].mean() > 30
    assert not changed[:50].any() and not changed[:, 150:].any()


def test_a_pan_is_no_movement(wall):
    pan = np.array([[1.0, 0, 6], [0, 1, 2]])
    after = cv2.warpAffine(wall, pan, (240, 180), borderMode=cv2.BORDER_REPLICATE)
    assert survey.difference(wall, after, pan).mean() < 0.1
    assert survey.difference(wall, after, camera.STILL).mean() > 5
    assert survey.likeness(wall, after, pan) > 0.95


def test_another_picture_is_another_shot(wall, rng):
    other = cv2.resize(rng.integers(0, 255, (18, 24), np.uint8), (240, 180))
    assert survey.likeness(wall, wall, camera.STILL) == pytest.approx(1)
    assert survey.likeness(wall, other, camera.STILL) < survey.CUT
    grey = np.full_like(wall, 90)
    assert survey.likeness(grey, grey, camera.STILL) == 1


@pytest.mark.slow
def test_a_video_with_a_cut(tmp_path, wall, rng):
    other = cv2.resize(rng.integers(0, 255, (18, 24), np.uint8), (240, 180))
    frames = [np.repeat(grey[..., None], 3, axis=2) for grey in [wall] * 4 + [other] * 3]
    video.write_video(tmp_path / "clip.mp4", frames, 30.0)
    told = []
    found = survey.survey(
        tmp_path / "clip.mp4", Detector(), lambda *_: None, on_frame=lambda: told.append(1)
    )
    assert found.cuts == [4] and len(told) == 7
    assert (found.width, found.height, len(found.times)) == (240, 180, 7)
    assert not found.sightings
    np.testing.assert_array_equal(found.camera, np.tile(camera.STILL, (7, 1, 1)))


def test_large_pictures_are_made_smaller(tmp_path):
    frames = [np.zeros((90, 1600, 3), np.uint8)] * 2
    video.write_video(tmp_path / "clip.mp4", frames, 30.0)
    (_, picture), _ = survey.working_frames(tmp_path / "clip.mp4", keep_truncated=False)
    assert picture.shape == (72, 1280, 3)
