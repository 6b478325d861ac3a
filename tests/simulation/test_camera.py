"""The pinhole camera: projections that can be worked out on paper."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gymlib.simulation.rendering.camera import Camera

# One metre above the floor, five metres beside the run, looking along +y.
STRAIGHT = Camera(position=(0.0, -5.0, 1.0), yaw=0.0, pitch=0.0, roll=0.0, focal=1000.0)
ANGLE = st.floats(-1.2, 1.2)


@pytest.mark.parametrize(
    ("point", "pixel"),
    [
        ((0, 0, 1), (480, 270)),  # on the axis: the middle of the picture
        ((1, 0, 1), (680, 270)),  # a metre along the run: focal / depth to the right
        ((0, 0, 2), (480, 70)),  # a metre up: upwards in the picture
        ((1, 5, 1), (580, 270)),  # twice as far: half as large
    ],
)
def test_projection_on_paper(point, pixel):
    np.testing.assert_allclose(STRAIGHT.project(np.array(point, float)), pixel)


def test_left_of_the_run_is_away_from_this_camera():
    near, far = STRAIGHT.coordinates(np.array([[0, -1, 1], [0, 1, 1.0]]))[:, 2]
    assert (near, far) == (4, 6)


def test_points_behind_the_camera_are_nan():
    assert np.isnan(STRAIGHT.project(np.array([0, -6.0, 1]))).all()


def test_yaw_turns_left_pitch_up_roll_clockwise():
    point = np.array([0.0, 0, 1])
    assert replace(STRAIGHT, yaw=0.1).project(point)[0] > 480  # what was ahead is now right
    assert replace(STRAIGHT, pitch=0.1).project(point)[1] > 270
    above = np.array([0, 0, 2.0])
    assert replace(STRAIGHT, roll=0.1).project(above)[0] < 480


@pytest.mark.slow
@given(ANGLE, ANGLE, ANGLE)
def test_rotations_are_proper(yaw, pitch, roll):
    rotation = Camera((0.0, 0.0, 0.0), yaw, pitch, roll, 1.0).rotation
    np.testing.assert_allclose(rotation @ rotation.T, np.eye(3), atol=1e-12)
    np.testing.assert_allclose(np.linalg.det(rotation), 1)


def test_moving_camera_projects_frame_by_frame(rng=None):
    rng = np.random.default_rng(0)
    camera = replace(STRAIGHT, turns=rng.normal(0, 0.1, (4, 3)))
    points = rng.uniform(-1, 1, (4, 33, 3))
    together = camera.project(points)
    for frame in range(4):
        np.testing.assert_allclose(camera.at(frame).project(points[frame]), together[frame])


def test_moving_camera_needs_its_own_number_of_frames():
    camera = replace(STRAIGHT, turns=np.zeros((4, 3)))
    with pytest.raises(ValueError, match=r"moves over 4 frames: expected .* found \(5, 33, 3\)"):
        camera.project(np.zeros((5, 33, 3)))


@pytest.mark.slow
@given(st.integers(0, 10_000), st.sampled_from([51.0, 128.0]))
def test_torso_has_the_wanted_size(seed, pixels):
    camera = Camera.sample(np.random.default_rng(seed), torso_pixels=pixels)
    hips, shoulders = camera.project(np.array([[0, 0, 0.9], [0, 0, 1.4]]))
    assert np.linalg.norm(shoulders - hips) == pytest.approx(pixels, rel=0.15)


def _run(metres, frames=90):
    joints = np.random.default_rng(1).uniform(-0.3, 0.3, (33, 3)) + [0, 0, 1.0]
    way = np.linspace(0, metres, frames)[:, None, None] * [1.0, 0, 0]
    return joints + way


def test_short_motion_is_filmed_by_a_camera_at_rest():
    rng = np.random.default_rng(0)
    camera = Camera.sample(rng).filming(_run(0.5), 30, rng, shake=0)
    assert camera.turns is None


@pytest.mark.parametrize("seed", range(8))
def test_long_run_stays_in_the_picture(seed):
    rng = np.random.default_rng(seed)
    joints = _run(8.0)
    camera = Camera.sample(rng).filming(joints, 30, rng)
    x, y = np.moveaxis(camera.project(joints), -1, 0)
    assert np.median(np.ptp(x, axis=1)) > 0
    assert ((x > 0) & (x < camera.width) & (y > 0) & (y < camera.height)).mean() > 0.97


def test_same_seed_same_camera():
    first, second = (Camera.sample(np.random.default_rng(3)) for _ in range(2))
    assert first == second
