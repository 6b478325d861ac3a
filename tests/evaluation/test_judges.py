"""Agreement of judges, against the published example and variance components known on paper."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from gymlib.evaluation.judges import agreement, apart, intraclass, mean_squares

# Shrout and Fleiss (1979), table 2: six targets, four judges.
PUBLISHED = np.array(
    [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], float
)


def test_the_published_example():
    clips, judges, rest = mean_squares(PUBLISHED)
    assert (clips, judges, rest) == pytest.approx((11.24, 32.49, 1.02), abs=0.005)
    found = intraclass(PUBLISHED)
    assert found == pytest.approx((0.29, 0.62, 0.71), abs=0.005)
    within = (3 * judges + 15 * rest) / 18
    assert within == pytest.approx(6.26, abs=0.005)
    assert (clips - within) / (clips + 3 * within) == pytest.approx(0.17, abs=0.005), "ICC(1,1)"


def test_the_distance_is_the_mean_over_pairs():
    assert apart(np.array([[0, 1, 3.0], [2, 2, 2]])) == pytest.approx((1 + 3 + 2) / 6)


def test_near_what_the_components_of_variance_say():
    """0.2 points between clips, 0.1 between judges, 0.1 of noise: .04 of .06 is the clips'."""
    rng = np.random.default_rng(0)
    clips, judges = rng.normal(0, 0.2, (2000, 1)), np.array([-1, 1, -1, 1]) * 0.1 * np.sqrt(0.75)
    found = intraclass(1 + clips + judges + rng.normal(0, 0.1, (2000, 4)))
    # the judges' variance is .01 with 3 degrees of freedom
    assert found.single == pytest.approx(0.04 / 0.06, abs=0.03)
    assert found.average == pytest.approx(0.04 / (0.04 + 0.02 / 4), abs=0.03)
    assert found.consistent == pytest.approx(0.04 / 0.05, abs=0.03)


@pytest.mark.slow
@given(arrays(float, (5, 3), elements=st.floats(0, 2)), st.floats(0, 1), st.floats(0.1, 10))
def test_what_changes_nothing(points, more, times):
    one = intraclass(points)
    if np.ptp(points) > 1e-3 and np.isfinite(one).all():
        np.testing.assert_allclose(intraclass(points * times), one, rtol=1e-6, atol=1e-6)
        stricter = intraclass(points + [0, 0, more])
        assert stricter.consistent == pytest.approx(one.consistent, rel=1e-5, abs=1e-5)
    same = np.repeat(points[:, :1], 3, axis=1)
    if np.ptp(same) > 1e-3:
        assert intraclass(same) == pytest.approx((1, 1, 1))


def test_draws_are_computed_one_by_one():
    both = np.stack([PUBLISHED, PUBLISHED[::-1] ** 2])
    for draw, points in enumerate(both):
        np.testing.assert_allclose(np.array(intraclass(both))[:, draw], intraclass(points))


def rows(points, element="landing"):
    n, k = points.shape
    found = [(f"c{i:02}", f"judge{j}", element, points[i, j]) for i in range(n) for j in range(k)]
    return pd.DataFrame(found, columns=["clip", "judge", "element", "deduction"])


def test_a_table_of_complete_clips():
    scores = pd.concat([rows(PUBLISHED / 10), rows(PUBLISHED[:, :1] / 10, "knees")])
    scores = pd.concat([scores, rows(np.ones((8, 1)))[6:]])  # two clips that one judge judged
    landing, knees, all_ = agreement(scores, samples=200).to_dict("records")
    assert (landing["judges"], landing["judged"], landing["clips"]) == (4, 8, 6)
    assert landing["single_mean"] == pytest.approx(0.29, abs=0.005)
    assert landing["single_low"] < 0.29 < landing["single_high"]
    assert landing["apart_mean"] == pytest.approx(apart(PUBLISHED / 10))
    assert (knees["judges"], knees["clips"]) == (1, 6) and np.isnan(knees["single_mean"])
    assert (all_["element"], all_["clips"]) == ("all elements", 0)
    assert np.isnan(all_["apart_low"])


def test_judges_who_never_take_anything_off_have_a_distance_and_no_correlation():
    (found,) = agreement(rows(np.full((6, 3), 0.1)), samples=50).to_dict("records")
    assert found["apart_high"] == pytest.approx(0)
    assert np.isnan([found["single_mean"], found["average_high"]]).all()
