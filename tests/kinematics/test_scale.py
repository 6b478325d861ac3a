"""The parabola on paper: g t^2 / 8, metres per pixel, the way up."""

import numpy as np
import pytest
from stick_figure import TORSO, figure, salto

from gymlib.kinematics.contact import Flight
from gymlib.kinematics.measurement import Measurement
from gymlib.kinematics.scale import duration, parabola

FLIGHT = Flight(*(Measurement.within(at, 0.5, "frames") for at in (19.5, 39.5)))


def test_a_flight_of_two_thirds_of_a_second_goes_half_a_metre_high():
    found = parabola(salto()[0], FLIGHT, 1 / 30)
    height = 9.81 * (2 / 3) ** 2 / 8
    assert duration(FLIGHT, 1 / 30).value == pytest.approx(2 / 3)
    assert found.height.value == pytest.approx(height)
    assert found.rise.value == pytest.approx(height, abs=0.01)
    assert found.height.holds(height) and found.height.high > 1.04 * height


def test_metres_per_pixel_by_the_curvature():
    found = parabola(salto(bend=1.3)[0], FLIGHT, 1 / 30)
    scale = 9.81 / 30**2 / (2 * 1.3)  # it falls with 2 * bend pixels per frame squared
    assert found.scale.value == pytest.approx(scale, rel=1e-3)
    assert found.torso.value == pytest.approx(scale * TORSO, rel=1e-3)


def test_the_way_up_is_less_than_the_height_of_a_level_flight_where_the_landing_is_lower():
    """A flight of 20 frames whose highest point comes after 8."""
    late = np.arange(60) - 19.5
    bodies = np.array([figure(centre=(0, 300 + (t - 8) ** 2)) for t in late])
    found = parabola(bodies, FLIGHT, 1 / 30)
    assert found.rise.value == pytest.approx(9.81 * (8 / 30) ** 2 / 2, rel=0.01)
    assert found.rise.value < found.height.value


@pytest.mark.slow
def test_slow_motion_makes_the_gymnast_a_giant():
    real, slow = (parabola(salto()[0], FLIGHT, 1 / 30 / k).torso.value for k in (2, 1))
    assert slow == pytest.approx(4 * real)


def test_what_cannot_be_seen_is_unseen():
    keypoints, _ = salto()
    few = keypoints.copy()
    few[24:] = np.nan
    found = parabola(few, FLIGHT, 1 / 30)
    assert found.height.seen and not found.rise.seen and not found.scale.seen
    still = np.repeat(keypoints[:1], 60, axis=0)  # falls nowhere
    assert not parabola(still, FLIGHT, 1 / 30).scale.seen
    begun = Flight(Measurement(0, -np.inf, 0, "frames"), FLIGHT.landing)
    assert not parabola(keypoints, begun, 1 / 30).height.seen
