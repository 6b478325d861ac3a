"""Regions: exact inverses, and cases solved on paper."""

import numpy as np
import pytest

from gymlib.pose import region
from gymlib.pose.region import Region
from gymlib.skeleton import INDEX


def body(hip, shoulder):
    points = np.zeros((33, 2))
    for side in ("left", "right"):
        points[INDEX[f"{side}_hip"]] = hip
        points[INDEX[f"{side}_shoulder"]] = shoulder
    return points


def inside(points, where):
    """Pixels of the picture as points in the square, by hand."""
    cos, sin = np.cos(where.angle), np.sin(where.angle)
    upright = (points - [where.x, where.y]) @ [[cos, -sin], [sin, cos]]
    return upright * 256 / where.side + 128


@pytest.mark.parametrize("angle", [0, 0.4, -2, np.pi])
def test_there_and_back(rng, angle):
    where = Region(300.5, 120.25, angle, 411.0)
    points = rng.uniform(-50, 300, (20, 2))
    seen = region.to_picture(points, where)
    np.testing.assert_allclose(inside(seen, where), points, atol=1e-9)


def test_the_top_points_where_the_region_is_turned():
    where = Region(100, 50, np.pi / 2, 256)  # a quarter clockwise: up is to the right
    top = region.to_picture(np.array([[128.0, 0.0]]), where)
    np.testing.assert_allclose(top, [[228, 50]], atol=1e-9)
    corner = region.to_picture(np.array([[0.0, 0.0]]), Region(100, 50, 0, 128))
    np.testing.assert_allclose(corner, [[36, -14]])


@pytest.mark.parametrize(
    ("shoulder", "angle"), [((0, -60), 0), ((60, 0), 90), ((0, 60), 180), ((-60, 0), -90)]
)
def test_around_a_body(shoulder, angle):
    points = body((0, 0), shoulder) + [10, 20]
    where = region.around(points, 300)
    assert (where.x, where.y, where.side) == (10, 20, 300)
    assert np.degrees(region.turn(where.angle - np.radians(angle))) == pytest.approx(0)


def test_a_body_stands_upright_in_its_region(rng):
    points = body((200, 100), (230, 60))
    where = region.around(points, 250)
    found = inside(points, where)
    np.testing.assert_allclose(found[INDEX["left_hip"]], [128, 128], atol=1e-9)
    np.testing.assert_allclose(found[INDEX["left_shoulder"]], [128, 128 - 50 * 256 / 250])


def test_turns_are_the_shorter_way():
    assert np.degrees(region.turn(np.radians(350))) == pytest.approx(-10)
    np.testing.assert_allclose(region.turn(np.array([0.1, 2 * np.pi + 0.1])), 0.1)


def test_a_region_of_the_networks_size_is_a_plain_cut(rng):
    picture = rng.integers(0, 255, (400, 500, 3), np.uint8)
    cut = region.crop(picture, Region(228, 178, 0, 256))
    np.testing.assert_array_equal(cut, picture[50:306, 100:356])


def test_half_a_turn_shows_the_cut_upside_down(rng):
    picture = rng.integers(0, 255, (400, 500, 3), np.uint8)
    cut = region.crop(picture, Region(228, 178, np.pi, 256))
    np.testing.assert_allclose(cut, picture[50:306, 100:356][::-1, ::-1], atol=1)


def test_outside_of_the_picture_is_black():
    white = np.full((100, 100, 3), 255, np.uint8)
    cut = region.crop(white, Region(0, 50, 0, 100))
    assert cut[:, :127].max() == 0 and cut[3:-3, 130:].min() == 255
