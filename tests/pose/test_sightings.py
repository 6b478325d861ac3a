"""What is seen of a person besides the pose: the shirt, and what moves around."""

import numpy as np

from gymlib.pose import sightings


def test_the_colour_of_a_torso():
    picture = np.zeros((100, 100, 3), np.uint8)
    picture[30:70, 40:60] = 200, 100, 50
    points = np.zeros((33, 2))
    points[[11, 12]], points[[23, 24]] = (50, 32), (50, 68)
    np.testing.assert_allclose(sightings.torso_colour(picture, points), [200, 100, 50])


def test_motion_around_a_place():
    changed = np.zeros((60, 80))
    changed[20:30, 40:50] = 8
    assert sightings.motion_around(changed, 45, 25, 9) == 8
    assert sightings.motion_around(changed, 10, 10, 9) == 0
    assert sightings.motion_around(changed, 500, 500, 9) == 0
