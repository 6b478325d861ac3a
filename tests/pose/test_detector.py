"""The detector's grid, the squares it looks at, and one detection per person."""

import numpy as np
import pytest

from gymlib.pose import detector
from gymlib.pose.detector import Detection
from gymlib.pose.region import Region


def test_the_grid():
    found = detector.anchors()
    assert found.shape == (28 * 28 * 2 + 14 * 14 * 2 + 7 * 7 * 6, 2)
    np.testing.assert_allclose(found[0], [0.5 / 28, 0.5 / 28])
    np.testing.assert_allclose(found[2], [1.5 / 28, 0.5 / 28])  # x first, two per cell
    np.testing.assert_allclose(found[-1], [6.5 / 7, 6.5 / 7])
    np.testing.assert_allclose(found.mean(axis=0), 0.5)


@pytest.mark.parametrize("width, height", [(960, 540), (500, 1080), (640, 640), (100, 30)])
def test_squares_cover_the_picture(width, height):
    whole, *parts = detector.squares(width, height, tiles=True)
    x, y, side = whole
    assert side == max(width, height)
    assert (x + side / 2, y + side / 2) == (width / 2, height / 2)
    if width == height:
        assert not parts
    for x, y, side in parts:
        assert side == min(width, height)
        assert 0 <= x <= width - side and 0 <= y <= height - side
    longer = sorted(max(x, y) for x, y, _ in parts)
    if parts:
        assert longer[0] == 0 and longer[-1] == max(width, height) - min(width, height)
        assert np.diff(longer).max() <= min(width, height) / 2 + 1e-9
    assert detector.squares(width, height, tiles=False) == [whole]


def person(x, y, side, score):
    return Detection(Region(x, y, 0, side), score)


def test_one_detection_per_person():
    best, same, other = person(100, 100, 200, 0.9), person(130, 100, 220, 0.8), person(
        300, 100, 200, 0.7
    )  # fmt: skip
    assert detector.suppressed([same, other, best]) == [best, other]


def test_a_small_false_one_within_a_body():
    body, hand, child = person(100, 100, 400, 0.9), person(210, 100, 90, 0.8), person(
        290, 100, 200, 0.6
    )  # fmt: skip
    assert detector.suppressed([body, hand, child]) == [body, child]


def test_the_region_of_a_detection():
    found = detector._region(np.array([[100.0, 200.0], [180.0, 200.0]]))
    assert (found.x, found.y, found.side) == (100, 200, 200)
    assert np.degrees(found.angle) == pytest.approx(90)  # the head is to the right


@pytest.mark.slow
def test_a_picture_without_people():
    assert detector.Detector()(np.full((90, 160, 3), 120, np.uint8), 0.5, tiles=True) == []
