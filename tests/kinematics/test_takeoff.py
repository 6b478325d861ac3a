"""A squat and a jump on paper."""

import numpy as np
import pytest
from stick_figure import PUSH, TORSO, figure, salto

from gymlib.kinematics.contact import Flight
from gymlib.kinematics.measurement import Measurement
from gymlib.kinematics.takeoff import angle, steady, takeoff

FLIGHT = Flight(*(Measurement.within(at, 0.5, "frames") for at in (19.5, 39.5)))


def test_a_squat_before_a_jump():
    keypoints, _ = salto()
    for frame in range(8, 14):
        keypoints[frame] = figure(knee=90, hip=80, arm=20, centre=(320, 350))
    keypoints[14:18] = [figure(arm=160, centre=(320, 340))] * 4
    found = takeoff(keypoints, 5, FLIGHT)
    assert found.knee.value == pytest.approx(90)
    assert found.arms.value == pytest.approx(160)
    low = 20 * PUSH / 2  # pixels below the contact, as salto says
    contact = keypoints[20, :, 1].mean() - 0  # the body is straight there
    assert contact == pytest.approx(figure(centre=(320, 300 - 9.75))[:, 1].mean(), abs=2)
    assert found.crouch.value == pytest.approx((300 + low - (300 - 9.75)) / TORSO, abs=0.02)


@pytest.mark.slow
@pytest.mark.parametrize(("along", "degrees"), [(0, 90), (20, 45), (-20, 45), (20 * 3**0.5, 30)])
def test_the_angle_of_a_jump(along, degrees):
    """It leaves with 20 pixels per frame upwards."""
    keypoints, _ = salto(0)
    keypoints[..., 0] += (along * (np.arange(60) - 19.5))[:, None]
    found = angle(keypoints, FLIGHT)
    assert found.value == pytest.approx(degrees, abs=0.1)
    assert found.holds(degrees) and found.high <= 90


def test_poses_that_leave_the_direction_open_have_no_angle():
    keypoints, _ = salto(0)
    thrown = np.random.default_rng(0).normal(0, 200, (60, 1, 2))
    assert not angle(keypoints + thrown, FLIGHT).seen


def test_what_the_clip_does_not_show_is_unseen():
    keypoints, _ = salto()
    begun = Flight(Measurement(0, -np.inf, 0, "frames"), FLIGHT.landing)
    assert not any(value.seen for value in takeoff(keypoints, 0, begun))
    keypoints[:24] = np.nan
    assert not any(value.seen for value in takeoff(keypoints, 10, FLIGHT)[:3])


def test_steady_takes_single_frames_out_and_leaves_gaps():
    values = np.array([1, 1, 9, 1, np.nan, 1])
    np.testing.assert_array_equal(steady(values), [1, 1, 1, 1, np.nan, 1])
