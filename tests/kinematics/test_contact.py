"""Flights by labels, between them by the fall; clips that show a part; missing frames."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stick_figure import figure, salto

from gymlib.kinematics.contact import flights


def test_a_flight_lies_between_the_frames_on_the_ground():
    keypoints, _ = salto(before=20, flight=24)
    (flight,) = flights(keypoints, 20, 43)
    assert flight.takeoff.value == pytest.approx(19.5, abs=0.5)
    assert flight.landing.value == pytest.approx(43.5, abs=0.5)
    assert flight.takeoff.holds(19.5) and flight.landing.holds(43.5)
    assert flight.frames == (20, 43)


def test_labels_that_miss_a_contact_by_two_frames_are_put_right_by_the_fall():
    keypoints, _ = salto(before=20, flight=24, bend=1.5)
    (flight,) = flights(keypoints, 22, 43, border=1.5)
    assert abs(flight.takeoff.value - 19.5) < 1.2 < abs(21.5 - 19.5)
    assert flight.takeoff.holds(19.5)


@pytest.mark.slow
@given(st.floats(0.05, 20), st.integers(-200, 200))
def test_neither_size_nor_place_changes_a_flight(size, shift):
    keypoints, _ = salto()
    first, other = (flights(k, 20, 39)[0] for k in (keypoints, size * keypoints + shift))
    np.testing.assert_allclose(first.takeoff[:3], other.takeoff[:3], atol=1e-4)
    np.testing.assert_allclose(first.landing[:3], other.landing[:3], atol=1e-4)


def test_backwards_in_time_take_off_and_landing_exchange():
    keypoints, _ = salto(before=18, flight=20, after=18)
    (there,), (back,) = flights(keypoints, 18, 37), flights(keypoints[::-1], 18, 37)
    assert there.takeoff.value == pytest.approx(55 - back.landing.value, abs=0.02)


@pytest.mark.slow
@given(st.sets(st.integers(20, 39), max_size=20))
def test_missing_frames_leave_a_flight_where_the_labels_have_it(lost):
    keypoints, _ = salto()
    keypoints[list(lost)] = np.nan
    found = flights(keypoints, 20, 39)
    assert found[0].takeoff.value == pytest.approx(19.5, abs=1.2)
    assert found[-1].landing.value == pytest.approx(39.5, abs=1.2)


def _bounces(contact: int = 10, air: int = 24) -> np.ndarray:
    """Upright bodies: stands, flies, sinks into a bed and is thrown up again, flies, stands."""
    rise = air**2 / 4 * (1 - np.linspace(-1, 1, air + 2)[1:-1] ** 2)
    sink = -(air / contact) * contact**2 / 4 * (1 - np.linspace(-1, 1, contact + 2)[1:-1] ** 2)
    heights = np.concatenate([np.zeros(15), rise, sink, rise, np.zeros(15)])
    return np.array([figure(centre=(0, 400 - up)) for up in heights])


def test_a_bed_between_two_flights_is_found_without_a_label():
    found = flights(_bounces(), 15, 72)
    assert len(found) == 2
    assert found[0].landing.value == pytest.approx(38.5, abs=2)
    assert found[1].takeoff.value == pytest.approx(48.5, abs=2)
    assert found[0].landing.holds(38.5) and found[1].takeoff.holds(48.5)


@pytest.mark.parametrize("shift", [0, 3])
def test_a_flight_that_a_skill_leads_up_to_begins_as_the_feet_leave(shift):
    """A skill is labelled ten frames before the jump, as when a round-off comes first."""
    keypoints, _ = salto(before=20 + shift, flight=24)
    (flight,) = flights(keypoints, 10 + shift, 43 + shift)
    assert flight.takeoff.value == pytest.approx(19.5 + shift, abs=1.5)
    assert flight.takeoff.holds(19.5 + shift) and flight.landing.holds(43.5 + shift)


def test_a_body_that_is_lost_before_the_flight_leaves_the_label():
    """Whether feet stood is not known then, and poses that are guessed prove nothing."""
    keypoints, _ = salto(before=20, flight=24)
    keypoints[10:20] = np.nan
    (flight,) = flights(keypoints, 10, 43)
    assert flight.takeoff.value < 13


def test_a_clip_that_begins_or_ends_in_the_air_leaves_the_interval_open():
    keypoints, _ = salto()
    (begun,), (ended,) = flights(keypoints[25:], 0, 14), flights(keypoints[:35], 20, 34)
    assert begun.takeoff.low == -np.inf and begun.landing.holds(14.5)
    assert ended.landing.high == np.inf and ended.takeoff.holds(19.5)


def test_without_any_pose_the_labels_decide():
    (flight,) = flights(np.full((60, 33, 2), np.nan), 20, 39)
    assert (flight.takeoff.value, flight.landing.value) == pytest.approx((19.5, 39.5), abs=0.01)


def test_a_skill_outside_of_the_clip_is_an_error():
    message = "within the clip's 60 frames, found frames 50 to 60; take the labels of the same clip"
    with pytest.raises(ValueError, match=message):
        flights(salto()[0], 50, 60)
