"""The picture of two attempts: both curves on one axis, pictures in their colours."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from stick_figure import attempt, salto
from tiny_dataset import make_dataset

from gymlib.dataset import Dataset
from gymlib.kinematics.alignment import align, measured
from gymlib.labels import COLOURS
from gymlib.plots.side_by_side import LETTERS, PANELS, pick_strip, plot_side_by_side
from gymlib.plots.style import PAIR_COLOURS


@pytest.fixture(autouse=True)
def close():
    yield
    plt.close("all")


def pair():
    keypoints, labels = salto()
    one = measured(attempt(keypoints), labels)
    keypoints, labels = salto(flight=24)
    return one, measured(attempt(keypoints), labels)


def _luminance(colour: str) -> float:
    parts = np.array([int(colour[k : k + 2], 16) for k in (1, 3, 5)]) / 255
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


@pytest.mark.slow
def test_both_curves_stand_on_one_axis():
    aligned = align(*pair())
    figure = plot_side_by_side(aligned, ["one", "x" * 80])
    assert len(figure.axes) == len(PANELS)
    for ax, name in zip(figure.axes, PANELS):
        lines = [line for line in ax.lines if len(line.get_xdata()) > 2]
        assert [line.get_color() for line in lines] == list(PAIR_COLOURS)
        for line, curves in zip(lines, aligned.curves):
            np.testing.assert_array_equal(line.get_ydata(), getattr(curves, name))
    texts = [text.get_text() for text in figure.axes[0].get_legend().texts]
    assert texts[0] == "A: one" and texts[1].endswith("…") and len(texts[1]) < 50
    assert [text.get_text() for text in figure.axes[-1].texts] == list(aligned.places)


@pytest.mark.slow
def test_pictures_of_the_same_moments_stand_above(home):
    data = Dataset(make_dataset(home, clips=1, processed=True), home)
    keypoints, labels = salto(before=8, flight=20, after=12)
    one = measured(attempt(keypoints, name="clip_00"), labels)
    aligned = align(one, one)
    strip = pick_strip(data, one, aligned.frames[0])
    assert [moment.title.split("\n")[0] for moment in strip] == list(aligned.places)
    figure = plot_side_by_side(aligned, ["a", "b"], [strip, strip])
    count = len(aligned.places)
    assert [figure.axes[k].get_ylabel() for k in (0, count)] == list(LETTERS)
    assert len(figure.axes) == 2 * count + len(PANELS)


def test_the_colours_are_of_no_class_and_seen_on_light_and_dark_ground():
    assert not set(PAIR_COLOURS) & set(COLOURS.values())
    for colour in PAIR_COLOURS:
        own = _luminance(colour) + 0.05
        assert 1.05 / own >= 3 and own / (_luminance("#17181b") + 0.05) >= 3
