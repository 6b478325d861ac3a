"""Frames without a pose: filled on straight lines."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from gymlib.features import gaps


@pytest.mark.slow
@given(st.lists(st.booleans(), min_size=1, max_size=30))
def test_filling_is_linear_interpolation_in_time(there):
    there = np.array(there)
    rng = np.random.default_rng(len(there))
    values = rng.normal(size=(len(there), 33, 2)).astype(np.float32)
    holed = np.where(there[:, None, None], values, np.nan)
    found = gaps.filled(torch.tensor(holed)).numpy()
    np.testing.assert_array_equal(gaps.posed(torch.tensor(holed)).numpy(), there)
    if not there.any():
        assert not found.any()
        return
    times = np.arange(len(there))
    for axis in (0, 1):
        expected = np.interp(times, times[there], values[there, 5, axis])
        np.testing.assert_allclose(found[:, 5, axis], expected, atol=1e-5)
    np.testing.assert_array_equal(found[there], values[there])


def test_one_missing_coordinate_is_no_pose():
    body = torch.zeros(3, 33, 2)
    body[1, 4, 0] = torch.nan
    assert gaps.posed(body).tolist() == [True, False, True]
