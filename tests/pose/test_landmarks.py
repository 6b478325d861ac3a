"""Points moved to the peaks of their heatmaps."""

import numpy as np
import pytest
from scipy.special import logit

from gymlib.pose import landmarks


def heatmaps(count=1):
    return np.full((64, 64, count), -20.0, np.float32)


def test_a_known_peak():
    maps = heatmaps()
    maps[10, 30, 0] = logit(0.9)
    points, peaks = landmarks.refine(np.array([[118.0, 44.0]]), maps)
    np.testing.assert_allclose(points, [[120, 40]], atol=1e-4)
    assert peaks[0] == pytest.approx(0.9)


def test_between_two_cells_by_their_weights():
    maps = heatmaps()
    maps[10, 30, 0], maps[10, 31, 0] = logit(0.75), logit(0.25)
    points, _ = landmarks.refine(np.array([[120.0, 40.0]]), maps)
    np.testing.assert_allclose(points, [[121, 40]], atol=1e-4)


def test_a_low_peak_moves_nothing():
    maps = heatmaps()
    maps[10, 30, 0] = logit(0.3)
    points, peaks = landmarks.refine(np.array([[118.0, 44.0]]), maps)
    np.testing.assert_array_equal(points, [[118, 44]])
    assert peaks[0] == pytest.approx(0.3)


def test_peaks_far_away_do_not_count():
    maps = heatmaps()
    maps[50, 50, 0] = logit(0.9)
    points, peaks = landmarks.refine(np.array([[118.0, 44.0]]), maps)
    np.testing.assert_array_equal(points, [[118, 44]])
    assert peaks[0] < 1e-3


def test_each_point_has_its_own_map():
    maps = heatmaps(2)
    maps[10, 30, 1] = logit(0.9)
    points, peaks = landmarks.refine(np.array([[118.0, 44.0], [118.0, 44.0]]), maps)
    np.testing.assert_allclose(points, [[118, 44], [120, 40]], atol=1e-4)
    assert peaks[0] < 1e-3 < peaks[1]


def test_points_outside_of_the_region_stay():
    maps = heatmaps(2)
    maps[:] = logit(0.9)
    outside = np.array([[-3.0, 20.0], [260.0, 20.0]])
    points, peaks = landmarks.refine(outside, maps)
    np.testing.assert_array_equal(points, outside)
    assert not peaks.any()
