"""Measurements over attempts: values, intervals, medians, gaps and skills as they were written."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from gymlib.kinematics.measure import HEADER
from gymlib.plots.progress import LEAST, NAMELESS, OTHERS, SHOWN, plot_progress

NAN = np.nan


@pytest.fixture(autouse=True)
def close():
    yield
    plt.close("all")


def table(values, names=None, measurement="flight_time", half=0.1):
    found = pd.DataFrame(NAN, index=range(len(values)), columns=list(HEADER)).astype(object)
    values = np.array(values, float)
    found[measurement] = values
    found[f"{measurement}_low"], found[f"{measurement}_high"] = values - half, values + half
    found["name"] = ["salto"] * len(values) if names is None else names
    return found


def lines(ax):
    """Label or "" -> the data of the points and of the line of medians of each skill."""
    points = {box.get_label(): box.lines[0].get_xydata() for box in ax.containers}
    return points, [line.get_xydata() for line in ax.lines if line.get_linestyle() == "-"]


def test_points_intervals_and_the_running_median():
    (ax,) = plot_progress(table([1, 9, 2, 3, 4, 5])).axes
    points, (median,) = lines(ax)
    np.testing.assert_array_equal(points["salto"][:, 0], [1, 2, 3, 4, 5, 6])
    np.testing.assert_array_equal(points["salto"][:, 1], [1, 9, 2, 3, 4, 5])
    np.testing.assert_array_equal(median[:, 1], [2, 2.5, 3, 4, 3.5, 4])
    bars = ax.containers[0].lines[2][0].get_segments()
    np.testing.assert_allclose(bars[0], [[1, 0.9], [1, 1.1]])
    assert ax.get_title(loc="left") == "flight time (s)"


def test_what_was_not_measured_is_a_gap_that_is_counted():
    (ax,) = plot_progress(table([1, 2, NAN, 4, 5])).axes
    _, (median,) = lines(ax)
    np.testing.assert_array_equal(median[:, 1], [1.5, 2, NAN, 4, 4.5])
    assert ax.get_title(loc="right") == "not measured: 1"


def test_skills_have_lines_of_their_own():
    names = ["back", "front", "back", None, "back", ""]
    points, medians = lines(plot_progress(table([1, 10, 2, 7, 3, 8], names)).axes[0])
    assert list(points) == ["back", "front", NAMELESS] and len(medians) == 3
    np.testing.assert_array_equal(points["back"], [[1, 1], [3, 2], [5, 3]])
    np.testing.assert_array_equal(points[NAMELESS][:, 0], [4, 6])


def test_the_rarest_of_many_skills_are_together():
    names = ["a"] * 4 + ["b"] * 3 + ["c"] * 2 + ["d", "e"]
    points, _ = lines(plot_progress(table(range(11), names)).axes[0])
    assert list(points) == ["a", "b", "c", OTHERS] and len(points[OTHERS]) == 2


def test_an_open_end_is_not_drawn():
    own = table([1, 2, 3])
    own.loc[0, "flight_time_high"] = np.inf
    bars = plot_progress(own).axes[0].containers[0].lines[2][0].get_segments()
    np.testing.assert_allclose(bars[0], [[1, 0.9], [1, 1.0]])


def test_too_few_attempts_and_nothing_measured():
    with pytest.raises(ValueError, match=f"at least {LEAST} attempts to see a course, found 2"):
        plot_progress(table([1, 2]))
    with pytest.raises(ValueError, match=rf"none of {SHOWN[0]}, .* was measured in any of 3"):
        plot_progress(table([NAN] * 3))
