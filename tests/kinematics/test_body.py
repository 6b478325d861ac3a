"""Angles of a stick figure, centre of mass, frames without a pose."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stick_figure import TORSO, attempt, figure, salto

from gymlib.kinematics import body
from gymlib.kinematics.curves import curves
from gymlib.skeleton import mirror

angles = st.floats(5, 175)


@pytest.mark.slow
@given(st.floats(-180, 180), angles, angles, angles, st.sampled_from([1, -1]))
def test_angles_are_those_of_the_figure_however_it_is_turned(trunk, hip, knee, arm, facing):
    keypoints = figure(trunk, hip, knee, arm, facing=facing)[None]
    found = [f(keypoints)[0] for f in (body.hip, body.knee, body.arm)]
    np.testing.assert_allclose(found, [hip, knee, arm], atol=1e-6)


@pytest.mark.slow
@given(st.floats(0.1, 10), angles, angles)
def test_size_and_exchanged_sides_change_no_angle(size, hip, knee):
    keypoints = figure(20, hip, knee)[None]
    for other in (size * keypoints, mirror(keypoints)):
        np.testing.assert_allclose(body.hip(other), body.hip(keypoints), atol=1e-6)
        np.testing.assert_allclose(body.knee(other), body.knee(keypoints), atol=1e-6)


def test_height_is_that_of_the_centre_of_mass_upwards_in_torso_lengths():
    keypoints = np.stack([figure(centre=(0, y)) for y in (300, 240)])
    assert body.torso(keypoints) == pytest.approx(TORSO)
    np.testing.assert_allclose(np.diff(body.height(keypoints)), 60 / TORSO)


def test_frames_without_a_pose_are_nan_and_filled_on_straight_lines():
    keypoints = np.stack([figure(centre=(0, y)) for y in (300, 280, 260)])
    keypoints[1] = np.nan
    seen = body.pixels(attempt(keypoints))
    assert np.isnan(seen[1]).all() and np.isfinite(seen[[0, 2]]).all()
    height = body.height(seen)
    assert np.isnan(height[1])
    np.testing.assert_allclose(np.diff(body.filled(height)), 20 / TORSO, atol=1e-5)
    assert np.isnan(body.torso(np.full((2, 33, 2), np.nan)))


def test_a_limb_without_length_has_no_angle():
    assert np.isnan(body.angle(np.zeros(2), np.ones(2)))


def test_curves_of_a_somersault():
    keypoints, labels = salto()
    keypoints[30] = np.nan
    found = curves(attempt(keypoints, labels))
    assert np.isnan(found.trunk[30]) and np.isnan(found.height[30])
    assert found.trunk[-1] == pytest.approx(360, abs=0.1)
    assert np.nanmin(found.height) == pytest.approx(0, abs=1e-3)
    assert np.nanargmax(found.height) in (29, 31)
    nobody = curves(attempt(np.full((4, 33, 2), np.nan)))
    assert all(np.isnan(curve).all() for curve in nobody)
