"""The smoother: against least squares in one go, and motion that can be solved on paper."""

import numpy as np
import pytest

from gymlib.pose import smoothing
from gymlib.skeleton import INDEX


def least_squares(values, variance, acceleration):
    """The same model solved densely: places and velocities that agree best with everything."""
    frames = len(values)
    shake = acceleration**2 * np.array([[0.25, 0.5], [0.5, 1.0]]) + 1e-12 * np.eye(2)
    root = np.linalg.cholesky(np.linalg.inv(shake)).T
    rows, right = [], []
    start = np.zeros((2, 2 * frames))
    start[:, :2] = np.eye(2) / 100  # of a spread of 1e4 about the first value, at rest
    rows.append(start)
    right.append([values[0] / 100, 0])
    for frame in range(frames):
        if np.isfinite(variance[frame]):
            row = np.zeros((1, 2 * frames))
            row[0, 2 * frame] = 1 / np.sqrt(variance[frame])
            rows.append(row)
            right.append([values[frame] / np.sqrt(variance[frame])])
        if frame:
            row = np.zeros((2, 2 * frames))
            row[:, 2 * frame : 2 * frame + 2] = root
            row[:, 2 * frame - 2 : 2 * frame] = -root @ [[1, 1], [0, 1]]
            rows.append(row)
            right.append([0, 0])
    found, *_ = np.linalg.lstsq(np.concatenate(rows), np.concatenate(right), rcond=None)
    return found[::2]


def test_against_least_squares(rng):
    values = np.cumsum(rng.normal(0, 1, 12))
    variance = rng.uniform(0.1, 1, 12)
    variance[[4, 5, 9]] = np.inf
    found, spread = smoothing.rts(values[:, None], variance[:, None], 0.3)
    np.testing.assert_allclose(found[:, 0], least_squares(values, variance, 0.3), atol=1e-4)
    assert (spread > 0).all()
    assert spread[4, 0] > spread[3, 0]  # less is known where nothing was measured


def test_each_column_is_its_own_track(rng):
    values, variance = rng.normal(size=(8, 3)), rng.uniform(0.1, 1, (8, 3))
    together, _ = smoothing.rts(values, variance, 0.2)
    for column in range(3):
        part = slice(column, column + 1)
        alone, _ = smoothing.rts(values[:, part], variance[:, part], 0.2)
        np.testing.assert_allclose(together[:, part], alone)


@pytest.fixture
def somersault(rng):
    """A rigid body that flies on a parabola and turns by 18 degrees a frame."""
    own = rng.uniform(-1, 1, (33, 2))
    for side in ("left", "right"):
        own[INDEX[f"{side}_hip"]], own[INDEX[f"{side}_shoulder"]] = (0, 0), (0, -1)
    time = np.arange(24.0)
    turned = smoothing.turned(np.tile(own, (24, 1, 1)), np.radians(18) * time)
    hip = np.stack([0.1 * time, 0.01 * (time - 12) ** 2], axis=1)
    return 80 * (turned + hip[:, None]) + 300


def smoothed(points, measured, confidence=0.9):
    frames = len(points)
    return smoothing.smooth(
        points, np.full((frames, 33), 0.9), np.full(frames, confidence), measured,
        np.full(frames, 80.0), 30.0,
    )  # fmt: skip


def test_a_somersault_is_kept(somersault):
    found = smoothed(somersault, np.ones(24, bool))
    assert np.linalg.norm(found.keypoints - somersault, axis=-1).max() < 0.05 * 80


def test_a_gap_is_filled_by_turning_on(somersault):
    measured = np.ones(24, bool)
    measured[10:15] = False
    broken = somersault.copy()
    broken[~measured] = 0
    found = smoothed(broken, measured)
    assert np.linalg.norm(found.keypoints - somersault, axis=-1)[~measured].max() < 0.12 * 80
    assert (found.deviation[12] > found.deviation[8]).all()


def test_noise_becomes_less(somersault, rng):
    noisy = somersault + rng.normal(0, 4, somersault.shape)
    found = smoothed(noisy, np.ones(24, bool))
    before = np.linalg.norm(noisy - somersault, axis=-1).mean()
    assert np.linalg.norm(found.keypoints - somersault, axis=-1).mean() < 0.8 * before


def test_before_the_first_and_after_the_last_pose_it_stays(somersault):
    measured = np.zeros(24, bool)
    measured[5:20] = True
    found = smoothed(somersault, measured)
    np.testing.assert_array_equal(found.keypoints[:5], found.keypoints[[5] * 5])
    np.testing.assert_array_equal(found.keypoints[20:], found.keypoints[[19] * 4])


def test_a_path_without_a_pose_cannot_be_smoothed(somersault):
    with pytest.raises(ValueError, match="no frame of the path is measured"):
        smoothed(somersault, np.zeros(24, bool))
