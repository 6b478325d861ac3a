"""Shapes by the code of points."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stick_figure import salto

from gymlib.kinematics.contact import Flight
from gymlib.kinematics.measurement import Measurement
from gymlib.kinematics.shape import name, shape

FLIGHT = Flight(*(Measurement.within(at, 0.5, "frames") for at in (19.5, 39.5)))


@pytest.mark.parametrize(
    ("hip", "knee", "expected"),
    [(60, 60, "tucked"), (70, 178, "piked"), (178, 170, "stretched"), (136, 90, "stretched"),
     (134, 134, "tucked"), (134, 136, "piked")],
)  # fmt: skip
def test_shapes_at_their_limits(hip, knee, expected):
    found = shape(salto(hip=hip, knee=knee)[0], FLIGHT)
    assert found.name == expected == name(hip, knee)
    assert found.hip.value == pytest.approx(hip) and found.knee.value == pytest.approx(knee)


@pytest.mark.slow
@given(st.floats(0.1, 10), st.sampled_from([1, -1]))
def test_neither_size_nor_a_mirror_changes_a_shape(size, sign):
    keypoints = salto(hip=80, knee=170)[0]
    assert shape(keypoints * [size * sign, size], FLIGHT).name == "piked"


def test_missing_frames_and_single_broken_poses_do_not_count():
    keypoints = salto(hip=70, knee=60)[0]
    keypoints[28] = keypoints[0]
    keypoints[[30, 31]] = np.nan
    assert shape(keypoints, FLIGHT).hip.value == pytest.approx(70)
    keypoints[20:40] = np.nan
    found = shape(keypoints, FLIGHT)
    assert found.name == "" and not found.hip.seen
