"""Turns of a stick figure: how far, which way, through gaps, seen obliquely, backwards in time."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stick_figure import salto

from gymlib.kinematics.contact import Flight
from gymlib.kinematics.measurement import Measurement
from gymlib.kinematics.rotation import rotation

FLIGHT = Flight(*(Measurement.within(at, 0.5, "frames") for at in (19.5, 39.5)))


@pytest.mark.slow
@pytest.mark.parametrize("turns", [0, 0.5, 1, 1.25, 2])
@pytest.mark.parametrize("way", [1, -1])
def test_even_turns(turns, way):
    found = rotation(salto(turns, way=way)[0], FLIGHT)
    assert found.total.value == pytest.approx(360 * turns * way, abs=8)
    assert found.total.holds(360 * turns * way)
    if turns:
        assert found.speed[5:-5] == pytest.approx(18 * turns * way, abs=1)
        assert found.clear > 0.4 and found.broken < 0.2


@pytest.mark.slow
@settings(max_examples=20)
@given(st.sampled_from([1, -1]), st.sampled_from([1, -1]), st.floats(0.2, 5))
def test_a_mirror_turns_it_round_and_size_does_not_matter(way, facing, size):
    keypoints = salto(way=way, facing=facing)[0]
    found, mirrored = (rotation(k * size, FLIGHT) for k in (keypoints, keypoints * [-1, 1]))
    assert found.total.value == pytest.approx(360 * way * facing, abs=8)
    assert mirrored.total.value == pytest.approx(-found.total.value, abs=1e-6)


def test_backwards_in_time_it_turns_the_other_way():
    keypoints, _ = salto(before=20, after=20)
    found, back = rotation(keypoints, FLIGHT), rotation(keypoints[::-1], FLIGHT)
    assert back.total.value == pytest.approx(-found.total.value, abs=8)


@pytest.mark.slow
@settings(max_examples=20)
@given(st.sets(st.integers(22, 37), max_size=9))
def test_gaps_neither_add_nor_lose_a_turn(lost):
    keypoints, _ = salto()
    keypoints[list(lost)] = np.nan
    found = rotation(keypoints, FLIGHT)
    assert found.total.value == pytest.approx(360, abs=20)
    assert found.broken == pytest.approx(len(lost) / 20)


def test_single_poses_upside_down_do_not_count():
    keypoints, _ = salto()
    for frame in (24, 29, 35):
        keypoints[frame] = 2 * keypoints[frame].mean(axis=0) - keypoints[frame]
    found = rotation(keypoints, FLIGHT)
    assert found.total.value == pytest.approx(360, abs=10)
    assert found.broken == pytest.approx(3 / 20)


def test_an_oblique_view_shortens_and_is_undone():
    keypoints, _ = salto(1.1)
    found = rotation(keypoints * [0.5, 1], FLIGHT)
    assert found.shortening == 0.5
    assert found.total.value == pytest.approx(396, abs=8)


def test_with_less_than_four_poses_nothing_is_said():
    keypoints, _ = salto()
    keypoints[23:] = np.nan
    assert rotation(keypoints, FLIGHT) is None
