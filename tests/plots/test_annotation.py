"""The pictures of notebooks 01 and 03 show the numbers they are given."""

import matplotlib
import numpy as np
import pandas as pd
import pytest
from tiny_dataset import standing
from vote_rows import codes

matplotlib.use("Agg")
import matplotlib.pyplot as plt
from matplotlib.colors import to_hex

from gymlib.labels import CLASSES, COLOURS
from gymlib.plots import annotation, preprocessing
from gymlib.plots.skeletons import SIDE_COLOURS, plot_skeleton


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def bars(ax) -> list[tuple[float, float, str]]:
    return [(p.get_x(), p.get_width(), to_hex(p.get_facecolor()).upper()) for p in ax.patches]


def colour(label) -> str:
    return COLOURS[label].upper()


def test_a_timeline_has_one_bar_per_run():
    ax = annotation.plot_timeline({"A": codes("iits"), "B": codes("i..s")})
    assert bars(ax) == [
        (0, 2, colour("idle")),
        (2, 1, colour("take-off")),
        (3, 1, colour("skill")),
        (0, 1, colour("idle")),
        (1, 2, colour("Unlabeled")),
        (3, 1, colour("skill")),
    ]
    assert [text.get_text() for text in ax.get_yticklabels()] == ["A", "B"]


def test_timelines_share_the_longest_clips_axis():
    axes = annotation.plot_timelines({"x": {"A": codes("is")}, "y": {"A": codes("iisss")}})
    assert axes[0].get_xlim() == axes[1].get_xlim() == (0, 5)


def test_label_shares_fill_the_width():
    shares = pd.DataFrame([[0.1, 0.2, 0.3, 0.4]], index=["A"], columns=list(CLASSES))
    found = bars(annotation.plot_label_shares(shares))
    np.testing.assert_allclose([x for x, _, _ in found], [0, 0.1, 0.3, 0.6])
    np.testing.assert_allclose([width for _, width, _ in found], shares.to_numpy()[0])


def test_clip_lengths_show_every_clip_and_the_median():
    clips = pd.DataFrame({"video": ["a", "a", "b"], "frames": [10, 20, 60]})
    ax = annotation.plot_clip_lengths(clips)
    assert sorted(ax.collections[0].get_offsets()[:, 0]) == [10, 20, 60]
    assert "median 20" in [text.get_text() for text in ax.texts]


def test_agreement_is_written_into_the_lower_half():
    matrix = np.array([[1, 0.9, np.nan], [0.9, 1, 0.7], [np.nan, 0.7, 1]])
    ax = annotation.plot_agreement(matrix, ["A", "B", "C"], title="kappa")
    assert sorted(text.get_text() for text in ax.texts) == ["0.700", "0.900"]


@pytest.mark.parametrize("names", [[], ["A"]])
def test_one_annotator_has_nothing_to_compare(names):
    ax = annotation.plot_agreement(np.ones((len(names), len(names))), names)
    assert "no two annotators" in ax.texts[0].get_text()


def test_label_agreement_leaves_out_what_is_not_known():
    ax = annotation.plot_label_agreement(np.array([0.5, 1, np.nan, 0.25]))
    assert [text.get_text() for text in ax.texts] == ["0.500", "1.000", "–", "0.250"]


def test_border_differences_are_counted_without_sign():
    axes = annotation.plot_border_differences({"a → b": np.array([0.0, 2, -2, 99])}, reach=5)
    heights = [patch.get_height() for patch in axes[0].patches]
    assert heights == [1, 0, 2, 0, 0, 1]


def test_no_borders():
    axes = annotation.plot_border_differences({})
    assert "no border" in axes[0].texts[0].get_text()


def test_a_skeleton_has_two_sides_and_points_down():
    body = standing()
    body[0] = np.nan
    ax = plot_skeleton(body)
    lines = ax.collections[0]
    assert len(lines.get_segments()) == 35 - 2  # two bones meet at the nose
    drawn = {to_hex(c).upper() for c in lines.get_colors()}
    assert drawn == {c.upper() for c in SIDE_COLOURS.values()}
    assert ax.yaxis_inverted()


def test_the_funnel_writes_counts_and_shares():
    counts = pd.DataFrame(
        {
            "frames": [200, 19680],
            "no_pose": [20, 1871],
            "unlabeled": [30, 284],
            "kept": [150, 17525],
        },
        index=["here", "thesis"],
    )
    texts = [text.get_text() for text in preprocessing.plot_funnel(counts).texts]
    assert "150  (75.0%)" in texts
    assert "17,525  (89.0%)" in texts


def test_time_gaps_stay_empty():
    shown = {"one": (np.array([0, 1, 4]), codes("iis"), 6)}
    found = bars(preprocessing.plot_time_gaps(shown))[1:]  # the first is the clip's frame
    assert found == [(0, 2, colour("idle")), (4, 1, colour("skill"))]


def test_other_preprocessing_pictures():
    lost = pd.DataFrame({"share": [0.1, np.nan]}, index=["skill", "idle"])
    assert [t.get_text() for t in preprocessing.plot_lost_by_label(lost).texts] == ["10.0%", "0.0%"]
    ax = preprocessing.plot_bodies({"a": standing(), "b": standing(1.0)}, box=(1, 1))
    assert ax.get_legend_handles_labels()[1] == ["a", "b"]
    spread = pd.DataFrame(
        {"normalisation": ["raw"] * 3, "video": list("aab"), "value": [1, 2, 0.5]}
    )
    assert preprocessing.plot_spread(spread).get_legend_handles_labels()[1] == ["a", "b"]
    assert len(preprocessing.plot_steps({"x": np.array([0.1, 0.2]), "y": np.array([])}).lines) == 1
