"""Accuracy video by video and class by class, counted by hand."""

import numpy as np
import pandas as pd
import pytest

from gymlib.dataset.schemas import PROBABILITIES
from gymlib.evaluation import parts
from gymlib.evaluation.repeats import Repeats
from gymlib.labels import CLASSES

# clip -> video, true classes of its tested frames, and how many labelled ones have no pose.
CLIPS = {"a": ("hall", [0, 0, 2, 3], 0), "b": ("hall", [0, 1], 2), "c": ("yard", [2, 2], 1)}


def predictions(wrong):
    """An LSTM ensemble that calls frames (clip, index) ``wrong`` something else."""
    rows = []
    for clip, (_, true, _) in CLIPS.items():
        for frame, code in enumerate(true):
            said = (code + 1) % 4 if (clip, frame) in wrong else code
            row = {"architecture": "lstm", "outer": 0, "model": "ensemble", "clip": clip}
            row |= {"frame": frame, "label": CLASSES[code]}
            rows.append(row | dict(zip(PROBABILITIES, np.eye(4)[said])))
    return pd.DataFrame(rows)


def labelled():
    """All labelled frames; those without a pose are landing."""
    rows = [
        (clip, video, CLASSES[code])
        for clip, (video, true, lost) in CLIPS.items()
        for code in [*true, *[3] * lost]
    ]
    table = pd.DataFrame(rows, columns=["clip", "video", "label"])
    return table.assign(label=pd.Categorical(table["label"], CLASSES))


SEEDS = [predictions({("a", 0), ("b", 1)}), predictions(set())]


def test_every_video_on_its_own():
    found = parts.table(Repeats(SEEDS, None), labelled(), "video").set_index("video")
    assert list(found.index) == ["hall", "yard"] and set(found["split"]) == {"clips"}
    hall, yard = found.loc["hall"], found.loc["yard"]
    assert (hall["clips"], hall["frames"], hall["labelled"]) == (2, 6, 8)
    assert hall["acc_mean"] == pytest.approx(100 * (4 / 6 + 1) / 2)
    assert hall["all_frames"] == pytest.approx(100 * (4 + 6) / 2 / 8)
    # Its worst draw is clip b and the first seed twice, its best the second seed twice.
    assert hall["acc_low"] == 50 and hall["acc_high"] == 100
    assert yard["acc_mean"] == yard["acc_low"] == yard["acc_high"] == 100
    assert yard["all_frames"] == pytest.approx(100 * 2 / 3)


def test_every_class_in_its_order_and_one_that_is_never_tested():
    found = parts.table(Repeats(SEEDS[:1], SEEDS[1]), labelled(), "label")
    assert list(found["split"].unique()) == ["clips", "videos"]
    clips = found[found["split"] == "clips"].set_index("label")
    assert list(clips.index) == list(CLASSES)
    assert clips["acc_mean"].tolist() == pytest.approx([200 / 3, 0, 100, 100])
    assert clips["labelled"].tolist() == [3, 1, 3, 4]
    assert clips.loc["landing", "all_frames"] == 25
    assert (found[found["split"] == "videos"]["acc_mean"] == 100).all()


def test_a_video_without_any_pose_has_no_accuracy():
    more = pd.DataFrame({"clip": ["z"], "video": ["fog"], "label": ["idle"]})
    frames = pd.concat([labelled().astype({"label": str}), more])
    fog = parts.table(Repeats(SEEDS, None), frames, "video").set_index("video").loc["fog"]
    assert np.isnan(fog["acc_mean"]) and fog["frames"] == fog["all_frames"] == 0
