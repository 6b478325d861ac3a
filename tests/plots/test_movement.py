"""The picture of one attempt shows its curves and its numbers."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from stick_figure import attempt, salto

from gymlib.kinematics import measure
from gymlib.kinematics.curves import curves
from gymlib.labels import LANDING, SKILL
from gymlib.plots.movement import MOMENTS, plot_movement


@pytest.fixture(autouse=True)
def close():
    yield
    plt.close("all")


def _drawn(keypoints, labels):
    clip = attempt(keypoints, labels)
    found = curves(clip)
    return plot_movement(clip, found, measure(clip)[0], labels), found


@pytest.mark.slow
def test_curves_moments_and_numbers():
    figure, found = _drawn(*salto(way=-1))
    bodies, (height, trunk, joints, below) = figure.axes[: len(MOMENTS)], figure.axes[-4:]
    titles = [ax.get_title().split("\n") for ax in bodies]
    assert [name for name, _ in titles] == list(MOMENTS)
    assert [int(frame) for _, frame in titles][:4] == [15, 19, 29, 40]
    np.testing.assert_allclose(height.lines[0].get_ydata(), found.height)
    np.testing.assert_allclose(trunk.lines[0].get_ydata(), found.trunk)
    assert [text.get_text() for text in joints.get_legend().texts][:2] == ["hips", "knees"]
    assert below.get_xlabel() == "frame, 30 per second"
    text = figure.get_suptitle()
    assert "paper: back somersault, tucked, standing" in text
    assert "flight 0.67 (" in text and "turned 360 (" in text


@pytest.mark.slow
def test_take_off_and_landing_are_whole_where_contacts_lie_in_the_skill():
    keypoints, labels = salto()
    skill, widened = np.flatnonzero(labels == SKILL), labels.copy()
    widened[skill[0] - 3 : skill[-1] + 4] = SKILL
    shown = []
    for codes in (labels, widened):
        figure, _ = _drawn(keypoints, codes)
        frames = [int(ax.get_title().split("\n")[1]) for ax in figure.axes[: len(MOMENTS)]]
        shown.append((frames[0], frames[-1]))
    assert shown[0] == shown[1] == (15, int(np.flatnonzero(labels == LANDING)[-1]))


@pytest.mark.slow
def test_a_moment_in_the_air_is_one_with_a_pose():
    keypoints, labels = salto()
    keypoints[27:33] = np.nan
    figure, _ = _drawn(keypoints, labels)
    assert figure.axes[2].get_title().endswith(("26", "33"))


@pytest.mark.slow
def test_what_was_not_measured_is_not_said_and_a_cut_landing_is_drawn():
    keypoints, labels = salto()
    figure, _ = _drawn(keypoints[:35], labels[:35])
    assert "flight" not in figure.get_suptitle()
    nobody, _ = _drawn(np.full((60, 33, 2), np.nan), labels)
    assert "turned" not in nobody.get_suptitle()
