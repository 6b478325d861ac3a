"""Which way bodies face, turn sideways, and come out."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stick_figure import figure, salto

from gymlib.kinematics.facing import facing, side_on, turned_round
from gymlib.skeleton import INDEX, mirror


@pytest.mark.slow
@given(
    st.floats(-180, 180), st.floats(40, 180), st.floats(40, 180), st.sampled_from([1, -1]),
)  # fmt: skip
def test_facing_holds_however_the_body_is_turned_and_flips_in_a_mirror(trunk, hip, knee, way):
    keypoints = figure(trunk, hip, knee, facing=way)[None]
    found = facing(keypoints)[0]
    assert np.sign(found) == way
    assert facing(keypoints * [-1, 1])[0] == pytest.approx(-found)
    assert facing(mirror(keypoints))[0] == pytest.approx(found)  # left and right play no part


def _broad(trunk: float) -> np.ndarray:
    """A body seen from the front, leaning to its side: shoulders and hips as wide as they are."""
    keypoints = figure(0)
    for side, way in (("left", 1), ("right", -1)):
        for part in ("shoulder", "hip"):
            keypoints[INDEX[f"{side}_{part}"], 0] += way * 20
    turn = np.radians(trunk)
    cos, sin = np.cos(turn), np.sin(turn)
    return (keypoints - [320, 240]) @ np.array([[cos, sin], [-sin, cos]]) + [320, 240]


def test_a_body_that_turns_in_the_plane_of_its_shoulders_turns_sideways():
    angles = np.linspace(0, 360, 24, endpoint=False)
    sideways = np.array([_broad(angle) for angle in angles])
    assert side_on(sideways, angles) == pytest.approx(40 / 60, abs=0.02)
    forwards = salto()[0][20:40]
    forwards[:, INDEX["left_hip"], 0] += 10  # seen a little obliquely: the axis stays
    assert side_on(forwards, 18.0 * np.arange(20) + 9) < 0


def test_half_a_twist_is_a_body_that_faces_the_other_way():
    keypoints, _ = salto()
    assert turned_round(keypoints, 20, 39) == 0
    keypoints[30:] = keypoints[30:] * [-1, 1] + [640, 0]
    assert turned_round(keypoints, 20, 39) == 1
    keypoints[40:] = np.nan
    assert np.isnan(turned_round(keypoints, 20, 39))
    assert np.isnan(turned_round(keypoints, 0, 59))
