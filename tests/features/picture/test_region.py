"""The region follows a body that is known, through frames without a pose."""

import numpy as np
import pytest
from tiny_dataset import standing

from gymlib.features.picture import region

WIDTH, HEIGHT = 640, 360


def walk(frames=21, step=10.0, torso=40.0):
    """A body that walks to the right, as shares of the picture."""
    hips = np.array([100.0, 200.0]) + np.arange(frames)[:, None] * [step, 0.0]
    pixels = torso * standing() + hips[:, None]
    return (pixels / [WIDTH, HEIGHT]).astype(np.float32), hips


def follow(keypoints, detected):
    return region.follow(keypoints, np.array(detected), WIDTH, HEIGHT)


def test_it_is_five_torso_lengths_about_the_hip():
    keypoints, hips = walk()
    found = follow(keypoints, [True] * 21)
    assert found.unit == pytest.approx(40, rel=1e-4)
    np.testing.assert_allclose(found.size, 200, rtol=1e-4)
    np.testing.assert_allclose(found.centre[2:-2], hips[2:-2], atol=1e-2)


def test_without_a_pose_it_goes_on_straight_and_is_wider():
    keypoints, hips = walk()
    detected = np.ones(21, bool)
    detected[8:13] = False
    keypoints[8:13] = 0
    found = follow(keypoints, detected)
    np.testing.assert_allclose(found.centre[8:13, 0], hips[8:13, 0], atol=12)
    np.testing.assert_allclose(found.size[[7, 8, 9, 10, 11, 12, 13], 0] / 200,
                               [1, 1.03, 1.06, 1.09, 1.06, 1.03, 1], rtol=1e-4)  # fmt: skip


def test_before_the_first_pose_it_waits():
    keypoints, _ = walk(40)
    detected = np.arange(40) >= 30
    found = follow(keypoints, detected)
    np.testing.assert_array_equal(found.centre[0], found.centre[30])
    assert found.size[0, 0] == pytest.approx(region.WIDEST * 200, rel=1e-4)


def test_one_broken_pose_leads_nowhere():
    keypoints, hips = walk()
    keypoints[10] += 0.4
    np.testing.assert_allclose(follow(keypoints, [True] * 21).centre[10], hips[10], atol=11)


def test_without_any_pose_it_is_the_whole_picture():
    found = follow(np.zeros((4, 33, 2), np.float32), [False] * 4)
    np.testing.assert_array_equal(found.centre, [[320, 180]] * 4)
    np.testing.assert_array_equal(found.size, [[640, 360]] * 4)
    assert found.unit == 640 / region.SIDE
