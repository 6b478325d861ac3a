"""What stands in for points that were not seen: worked out on paper."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tiny_dataset import standing

from gymlib.dataset.completion import GAP, HAND, NECK, SOLE, completed, trunk_seen
from gymlib.skeleton import INDEX

ALL = np.ones(12, bool)


def moving(frames: int = 12) -> np.ndarray:
    """A standing body that walks 0.1 a frame to the right."""
    return standing()[None] + 0.1 * np.arange(frames)[:, None, None] * [1, 0]


def without(body: np.ndarray, *names: str, frames=slice(None)) -> np.ndarray:
    body = body.copy()
    for name in names:
        body[frames, INDEX[name]] = np.nan
    return body


def test_a_whole_body_is_left_alone():
    body = moving()
    assert completed(body, ALL) is body


def test_a_short_gap_is_closed_on_a_straight_line_about_the_hip():
    body = moving()
    found = completed(without(body, "left_wrist", frames=slice(2, 2 + GAP)), ALL)
    np.testing.assert_allclose(found, body)


def test_frames_without_a_pose_count_as_part_of_the_gap():
    body, detected = moving(), ALL.copy()
    detected[4] = False
    own = without(body, "left_wrist", frames=slice(2, 3 + GAP))
    found = completed(own, detected)
    np.testing.assert_allclose(found[5, INDEX["left_wrist"]], body[5, INDEX["right_wrist"]])
    assert np.isnan(found[4, INDEX["left_wrist"]]).all(), "no pose, so nothing stands in"


def test_a_longer_gap_takes_the_other_side():
    body = moving()
    found = completed(without(body, "left_knee", "left_hip"), ALL)
    np.testing.assert_allclose(found[:, INDEX["left_knee"]], body[:, INDEX["right_knee"]])
    np.testing.assert_allclose(found[:, INDEX["left_hip"]], body[:, INDEX["right_hip"]])


def test_limbs_end_as_those_of_an_average_body():
    both = [f"{side}_{part}" for side in ("left", "right") for part in ("heel", "index", "elbow")]
    body = without(moving(), *both, *(name for name in INDEX if INDEX[name] < 11))
    found = completed(body, ALL)[0]
    ankle, knee, wrist = (found[INDEX[f"left_{n}"]] for n in ("ankle", "knee", "wrist"))
    np.testing.assert_allclose(found[INDEX["left_heel"]], ankle + SOLE * (ankle - knee))
    shoulder = found[INDEX["left_shoulder"]]
    np.testing.assert_allclose(found[INDEX["left_elbow"]], shoulder)
    np.testing.assert_allclose(found[INDEX["left_index"]], wrist + HAND * (wrist - shoulder))
    np.testing.assert_allclose(found[INDEX["nose"]], [0, -1 - NECK])


def test_the_face_is_in_the_middle_of_what_is_seen_of_it():
    body = without(moving(), "mouth_left", "mouth_right", *_eyes("inner"), *_eyes("outer"))
    found, seen = completed(body, ALL), [0, 2, 5, 7, 8]
    np.testing.assert_allclose(found[:, INDEX["mouth_left"]], body[:, seen].mean(axis=1))
    np.testing.assert_allclose(found[:, :11].mean(axis=1), body[:, seen].mean(axis=1))


def _eyes(where: str) -> list[str]:
    return [f"{side}_eye_{where}" for side in ("left", "right")]


def test_no_hip_is_no_pose_and_half_a_point_is_a_broken_table():
    body = without(moving(), "left_hip", "right_hip", frames=3)
    assert np.isnan(completed(body, ALL)[3, INDEX["left_hip"]]).all()
    assert trunk_seen(body).tolist() == [k != 3 for k in range(12)]
    body = moving()
    body[4, 0, 0] = np.nan
    assert np.isnan(completed(body, ALL)[4, 0, 0])


@pytest.mark.slow
@given(st.integers(0, 99), st.floats(0, 0.6), st.floats(0.5, 2000), st.floats(0.5, 2000))
def test_what_was_seen_stays_and_units_do_not_matter(seed, share, width, height):
    rng = np.random.default_rng(seed)
    body = rng.normal(size=(12, 33, 2))
    lost = rng.random((12, 33)) < share
    lost[:, rng.permutation(33)[:5]] = True
    lost[:, [INDEX["left_hip"], INDEX["right_shoulder"]]] = False
    body[lost] = np.nan
    found = completed(body, ALL)
    assert np.isfinite(found).all()
    np.testing.assert_array_equal(found[~lost], body[~lost])
    scaled = completed(body * [width, height], ALL)
    np.testing.assert_allclose(scaled, found * [width, height], rtol=1e-9, atol=1e-6)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_kinds_of_numbers_stay(dtype):
    assert completed(without(moving(), "nose").astype(dtype), ALL).dtype == dtype
