"""Moments of a clip, and a clip at a glance."""

from dataclasses import replace

import matplotlib.pyplot as plt
import numpy as np
import pytest
from footage import filmed_dataset
from matplotlib.colors import to_hex
from tiny_dataset import HEIGHT, WIDTH, standing

from gymlib import plots
from gymlib.labels import COLOURS, NAMES
from gymlib.plots import filmstrip

BODY = 60 * standing() + [300, 200]


@pytest.fixture(autouse=True)
def close():
    yield
    plt.close("all")


def moment(detected=True, x=0.0, label="skill", picture=None, keypoints=BODY):
    return filmstrip.Moment("title", keypoints + [x, 0], detected, label, picture)


def test_filmstrip_follows_the_body():
    picture = np.zeros((400, 600, 3), np.uint8)
    strip = [moment(x=x, picture=picture) for x in (0, 100, 200)]
    axes = filmstrip.plot_filmstrip(strip).axes
    assert len(axes) == 3
    centres = [np.mean(ax.get_xlim()) for ax in axes]
    np.testing.assert_allclose(np.diff(centres), 100)
    for ax in axes:
        (left, right), (bottom, top) = ax.get_xlim(), ax.get_ylim()
        assert right - left == pytest.approx(bottom - top)  # a square, y downwards
        assert top < BODY[:, 1].min() and bottom > BODY[:, 1].max()
        assert to_hex(ax.spines["left"].get_edgecolor()) == COLOURS["skill"].lower()


def test_filmstrip_between_two_poses():
    strip = [moment(x=0), moment(detected=False, keypoints=0 * BODY), moment(x=100)]
    axes = filmstrip.plot_filmstrip(strip).axes
    assert np.mean(axes[1].get_xlim()) == pytest.approx(np.mean(axes[0].get_xlim()) + 50)
    assert [text.get_text() for text in axes[1].texts] == ["no pose"]
    assert not axes[0].texts


def test_filmstrip_in_rows_with_groups_of_one_scale():
    strip = [moment(), moment(), moment(keypoints=2 * BODY), moment(), moment()]
    axes = filmstrip.plot_filmstrip(strip, columns=3, group=2).axes
    sides = [np.ptp(ax.get_xlim()) for ax in axes[:5]]
    np.testing.assert_allclose(sides, np.array([1, 1, 2, 2, 1]) * sides[0])
    assert not axes[5].axison


def test_filmstrip_without_anybody():
    assert len(filmstrip.plot_filmstrip([moment(detected=False)] * 2).axes) == 2


@pytest.fixture
def data(home):
    return filmed_dataset(home, frames=12)


@pytest.mark.slow
def test_moments_with_and_without_pictures(data):
    late, early = filmstrip.pick_moments(data, "clip_00", [7, 2], ["late", "early"])
    clip = data.clip("clip_00")
    assert (late.title, early.title) == ("late", "early")
    assert [late.label, early.label] == [NAMES[clip.labels[frame]] for frame in (7, 2)]
    np.testing.assert_allclose(late.keypoints, clip.keypoints[7] * [WIDTH, HEIGHT], rtol=1e-6)
    assert late.picture.shape == (HEIGHT, WIDTH, 3)
    (bare,) = filmstrip.pick_moments(data, "clip_01", [3])
    assert bare.picture is None and bare.title == "frame 3"


@pytest.mark.slow
def test_a_strip_marks_its_moments_in_the_timelines(data):
    codes = np.repeat([0, 1, 2, 3], 3)
    *moments, below = filmstrip.plot_strip(data, "clip_01", {"label": codes}, count=3).axes
    assert [ax.get_title() for ax in moments] == ["frame 0", "frame 6", "frame 11"]
    (lines,) = below.collections
    assert [line[0, 0] for line in lines.get_segments()] == [0.5, 6.5, 11.5]
    assert below.get_xlim() == (0, 12)


# --- a clip at a glance -----------------------------------------------------------------------


def certain(codes, missing=()):
    given = np.eye(4)[codes]
    given[list(missing)] = np.nan
    return given


@pytest.mark.slow
def test_a_clip_shows_probabilities_label_and_prediction(data):
    clip = data.clip("clip_01")
    codes = np.repeat([0, 1, 2, 3], 3)
    figure = plots.plot_clip(clip, certain(codes, missing=[4]))
    *moments, areas, timelines = figure.axes
    assert len(moments) == 8
    assert [text.get_text() for text in timelines.get_yticklabels()] == ["label", "prediction"]
    idle, takeoff, *_ = [patch.get_data() for patch in areas.patches]
    assert idle.values.tolist() == [1] * 3 + [0] * 9
    assert takeoff.values.tolist() == [1, 1, 1, 1, 0, 1] + [0] * 6  # none where no pose was found
    assert areas.get_xlim() == timelines.get_xlim() == (0, 12)
    assert figure.get_suptitle() == "clip_01"
    bars = [to_hex(bar.get_facecolor()).upper() for bar in timelines.patches]
    assert COLOURS["landing"] in bars and COLOURS["Unlabeled"] in bars


@pytest.mark.slow
def test_a_clip_that_nobody_labelled_and_without_anybody(data):
    clip = data.clip("clip_01")
    empty = replace(clip, labels=None, detected=np.zeros(12, bool), fps=float("nan"))
    *moments, _, timelines = plots.plot_clip(empty, np.full((12, 4), np.nan)).axes
    assert [text.get_text() for text in timelines.get_yticklabels()] == ["prediction"]
    assert all(ax.texts[0].get_text() == "no pose" for ax in moments)


@pytest.mark.slow
def test_a_moment_is_the_nearest_frame_with_a_pose(data):
    clip = data.clip("clip_01")
    seen = np.zeros(12, bool)
    seen[[1, 2, 11]] = True
    *moments, _, _ = plots.plot_clip(replace(clip, detected=seen), certain(np.zeros(12, int))).axes
    assert [ax.get_title() for ax in moments] == ["1", "2", "3", "5", "6", "8", "9", "11"]


@pytest.mark.slow
def test_probabilities_of_another_clip(data):
    with pytest.raises(ValueError, match="clip_01 has 12 frames, found 3 rows of probabilities"):
        plots.plot_clip(data.clip("clip_01"), np.zeros((3, 4)))
