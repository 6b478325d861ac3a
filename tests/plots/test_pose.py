"""Figures of pose extraction show the numbers they are given."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex

from gymlib.labels import COLOURS
from gymlib.plots import pose as plots


@pytest.fixture(autouse=True)
def close():
    yield
    plt.close("all")


def test_detection_bars():
    shares = pd.DataFrame({"frames": [200, 50], "detected": [0.9, 1.0]}, index=["skill", "idle"])
    ax = plots.plot_detection(shares)
    np.testing.assert_allclose([bar.get_width() for bar in ax.patches], [10, 0])
    assert to_hex(ax.patches[0].get_facecolor()) == COLOURS["skill"].lower()
    assert [text.get_text() for text in ax.texts] == ["10.0% of 200", "0.0% of 50"]
    assert len(plots.plot_detections({"label": shares, "video": shares})) == 2


def test_detection_map_is_as_long_as_the_clips():
    found = {"a": np.array([True, False, True]), "b": np.array([True])}
    image = plots.plot_detection_map(found).images[0].get_array()
    colours = [[to_hex(pixel) for pixel in row] for row in image]
    kept, missing = plots.KEPT_COLOUR.lower(), plots.MISSING_COLOUR.lower()
    assert colours == [[kept, missing, kept], [kept, "#ffffff", "#ffffff"]]


def test_pck_lines():
    thresholds = np.array([0.0, 0.1, 0.2])
    ax = plots.plot_pck({"upright": np.array([0, 0.5, 1])}, thresholds, 0.2)
    np.testing.assert_allclose(ax.lines[0].get_ydata(), [0, 50, 100])


def test_ratios_mark_what_differs():
    compared = pd.DataFrame(
        {
            "group": "g",
            "statistic": list("abcd"),
            "ratio": [1.0, 3.0, np.nan, 0.0],
            "differs": [False, True, False, True],
        }
    )
    ax = plots.plot_ratios(compared, 1.5)
    points = ax.collections[0]
    np.testing.assert_allclose(points.get_offsets(), [[3, 0], [1, 1]])  # first row on top
    assert to_hex(points.get_facecolors()[0]) == plots.MISSING_COLOUR.lower()
    assert [t.get_text() for t in ax.get_yticklabels()] == ["g: b", "g: a"]


def test_torso_angle_turns_on_through_180():
    angle = np.array([170.0, np.nan, -170, -150])
    ax = plots.plot_torso_angle({"pose": angle})
    np.testing.assert_allclose(ax.lines[0].get_ydata(), [170, np.nan, 190, 210])


def test_parts_as_heat_map():
    parts = pd.DataFrame({"upright": [0.5, 1.0], "level": [0.25, 0.0]}, index=["head", "hips"])
    ax = plots.plot_parts(parts)
    assert [text.get_text() for text in ax.texts] == ["50", "25", "100", "0"]


def test_tables_show_per_cent_and_bold():
    shares = pd.DataFrame({"frames": [1200], "detected": [0.912], "pck": [np.nan]}, index=["skill"])
    html = plots.style_shares({"label": shares}).to_html()
    assert "1,200" in html and "91.2%" in html and "–" in html
    compared = pd.DataFrame(
        {
            "group": "g", "statistic": ["a", "b"], "real": 1.0, "value": [1.0, 2.0],
            "ratio": [1.0, 2.0], "unit": "u", "note": "n", "differs": [False, True],
        }
    )  # fmt: skip
    html = plots.style_statistics(compared).to_html()
    assert html.count("font-weight: bold") == 1


def test_extractors_side_by_side():
    index = pd.MultiIndex.from_product(
        [["skill", "idle"], ["one", "other"]], names=["group", "extractor"]
    )
    numbers = {"detected": [0.5, 1.0, 0.9, 0.8], "pck": np.nan, "angle": [90.0, 10.0, 5.0, 6.0]}
    axes = plots.plot_extractors(pd.DataFrame(numbers, index=index))
    assert [ax.get_xlabel() for ax in axes] == [plots.MEASURES[n][0] for n in ("detected", "angle")]
    found, angle = ([dots.get_offsets().data for dots in ax.collections[1:]] for ax in axes)
    np.testing.assert_allclose(found, [[[50, 0], [90, 1]], [[100, 0], [80, 1]]])
    np.testing.assert_allclose(angle, [[[90, 0], [5, 1]], [[10, 0], [6, 1]]])
    assert [tick.get_text() for tick in axes[0].get_yticklabels()] == ["skill", "idle"]


def test_confidence_against_what_is_right():
    bins = pd.DataFrame({"cases": [30, 10], "predicted": [0.05, 0.95], "right": [0.25, 0.75]})
    ax = plots.plot_confidence({"one": bins})
    np.testing.assert_allclose(ax.lines[1].get_xydata(), [[5, 25], [95, 75]])
    np.testing.assert_allclose(ax.collections[0].get_sizes(), [300, 100])
