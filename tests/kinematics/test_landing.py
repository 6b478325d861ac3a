"""A squat, steps, hands on the ground and standing up again, on paper."""

import numpy as np
import pytest
from stick_figure import TORSO, figure, salto

from gymlib.kinematics.contact import Flight
from gymlib.kinematics.landing import landing, steps, swings
from gymlib.kinematics.measurement import Measurement
from gymlib.skeleton import INDEX, mirror

FLIGHT = Flight(*(Measurement.within(at, 0.5, "frames") for at in (19.5, 39.5)))
RATE = 1 / 30


def _landed(*bodies) -> np.ndarray:
    """A somersault whose landing is these bodies, six frames each."""
    return np.concatenate([salto()[0][:40], np.repeat(np.array(bodies), 6, axis=0)])


def test_a_landing_in_a_squat_that_is_stood_up_from():
    low = figure(40, 60, 70)
    keypoints = _landed(figure(30, 120, 110), low, figure())
    found = landing(keypoints, FLIGHT, len(keypoints) - 1, RATE)
    assert found.knee.value == pytest.approx(70) and found.hip.value == pytest.approx(60)
    assert found.stand.value == pytest.approx((52 - 39.5) * RATE)
    assert found.stand.holds((52 - 39.5) * RATE)
    thigh = low[INDEX["left_knee"], 1] - low[INDEX["left_hip"], 1]
    assert found.squat.value == pytest.approx(thigh / TORSO)


def test_hips_below_the_knees_are_a_negative_squat():
    keypoints = _landed(figure(20, 60, 40))
    assert landing(keypoints, FLIGHT, 45, RATE).squat.value < 0


def test_hands_on_the_ground_are_as_low_as_the_feet():
    upright = landing(_landed(figure()), FLIGHT, 45, RATE)
    bent = landing(_landed(figure(110, 70, 178, 110)), FLIGHT, 45, RATE)
    assert upright.hands.value > 1 > 0.4 > bent.hands.value


def _feet(*apart: float) -> np.ndarray:
    bodies = np.repeat(figure()[None], len(apart), axis=0)
    bodies[:, INDEX["left_ankle"], 0] += np.array(apart) * TORSO
    return bodies


@pytest.mark.parametrize(
    ("apart", "count"),
    [([0] * 30, 0), ([0] * 10 + [0.8] * 10, 1), ([0] * 10 + [0.8] * 10 + [0] * 10, 2),
     ([0] * 10 + [0.8] * 10 + [-0.8] * 10 + [0.8] * 10, 3), ([0] * 10 + [0.3] * 20, 0),
     ([0] * 10 + [0.8] * 2 + [0] * 10, 0)],
)  # fmt: skip
def test_steps_are_feet_that_come_apart_together_or_past_each_other(apart, count):
    found = steps(_feet(*apart), TORSO, RATE)
    assert found.value == count and found.low == max(count - 1, 0)
    assert steps(mirror(_feet(*apart)), TORSO, RATE).value == count


def test_swings_need_no_more_than_the_limit_each_way():
    assert swings(np.array([0, 0.4, 0.1, 0.45]), 0.5) == 0
    assert swings(np.array([0, 0.3, 0.6, 0.2, 0.0]), 0.5) == 2
    assert swings(np.array([]), 0.5) == 0


def test_nothing_is_said_of_a_landing_that_the_clip_does_not_show():
    keypoints, _ = salto()
    ended = Flight(FLIGHT.takeoff, Measurement(34, 34, np.inf, "frames"))
    assert not any(value.seen for value in landing(keypoints[:35], ended, 34, RATE))
    keypoints[40:] = np.nan
    assert not any(value.seen for value in landing(keypoints, FLIGHT, 59, RATE))


def test_who_never_stands_has_no_time_to_stand():
    keypoints = _landed(figure(40, 60, 70))
    assert not landing(keypoints, FLIGHT, 45, RATE).stand.seen
