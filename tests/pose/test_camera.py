"""Camera movement: known shifts and turns of a background, and maps put one after the other."""

import cv2
import numpy as np
import pytest

from gymlib.pose import camera


@pytest.fixture
def wall(rng):
    """A large grey picture full of corners."""
    coarse = rng.integers(0, 255, (60, 90), np.uint8)
    return cv2.resize(coarse, (900, 600), interpolation=cv2.INTER_CUBIC)


def seen(wall, map_):
    """What a camera sees after the background has moved by a map."""
    inner = np.column_stack([np.eye(2), [-100, -100]])
    return cv2.warpAffine(wall, camera.then(inner, map_), (400, 300))


@pytest.mark.parametrize(
    "map_",
    [
        np.array([[1, 0, 7.0], [0, 1, -3.5]]),
        np.array([[1.02, 0, -4.0], [0, 1.02, -3.0]]),
        np.array([[np.cos(0.02), -np.sin(0.02), 2.0], [np.sin(0.02), np.cos(0.02), -3.0]]),
    ],
    ids=["pan", "zoom", "roll"],
)
def test_a_known_movement(wall, map_):
    found = camera.camera_step(seen(wall, camera.STILL), seen(wall, map_))
    corners = np.array([[0, 0], [400, 0], [0, 300], [400, 300.0]])
    apart = camera.apply(found, corners) - camera.apply(map_, corners)
    assert np.abs(apart).max() < 0.5


def test_a_still_camera_is_exactly_still(wall):
    before = seen(wall, camera.STILL)
    np.testing.assert_array_equal(camera.camera_step(before, before.copy()), camera.STILL)


def test_a_body_that_moves_is_no_background(wall, rng):
    before, after = seen(wall, camera.STILL).copy(), seen(wall, camera.STILL).copy()
    body = cv2.resize(rng.integers(0, 255, (24, 24), np.uint8), (160, 160))
    before[70:230, 100:260], after[70:230, 110:270] = body, body
    found = camera.camera_step(before, after, [(185.0, 150.0, 125.0)])
    np.testing.assert_array_equal(found, camera.STILL)


def test_nothing_to_hold_on_to():
    grey = np.full((100, 100), 90, np.uint8)
    np.testing.assert_array_equal(camera.camera_step(grey, grey), camera.STILL)


def test_maps_and_their_inverses(rng):
    one, other = rng.normal(size=(2, 2, 3))
    points = rng.normal(size=(5, 2))
    both = camera.apply(other, camera.apply(one, points))
    np.testing.assert_allclose(camera.apply(camera.then(one, other), points), both)
    back = camera.apply(camera.inverse(one), camera.apply(one, points))
    np.testing.assert_allclose(back, points, atol=1e-9)


def test_a_panned_body_that_stands_still_stands_still(rng):
    standing = np.tile(rng.uniform(0, 100, (33, 2)), (6, 1, 1))
    pan = np.tile([[1, 0, 5.0], [0, 1, -2.0]], (5, 1, 1))
    maps = camera.chained(pan)
    panned = np.stack([camera.apply(map_, points) for map_, points in zip(maps, standing)])
    assert np.ptp(panned[:, 0, 0]) == pytest.approx(25)
    np.testing.assert_allclose(camera.steadied(panned, maps), standing)
    np.testing.assert_allclose(camera.carried(maps, 1, 4, panned[1, 0]), panned[4, 0])
