"""Tables of frames and of segments, worked out by hand."""

import numpy as np
import pandas as pd
import pytest
from tiny_dataset import make_dataset

from gymlib.dataset import Dataset
from gymlib.dataset.schemas import PROBABILITIES
from gymlib.labels import CLASSES
from gymlib.prediction import spreadsheets

pytestmark = pytest.mark.slow


@pytest.fixture
def data(home):
    return Dataset(make_dataset(home, clips=2), home)


def answers(clip, names):
    sure = np.eye(4)[[CLASSES.index(name) for name in names]]
    frames = {"clip": clip, "frame": np.arange(len(names)), "answer": names}
    return pd.DataFrame(frames | dict(zip(PROBABILITIES, sure.T)))


def test_every_frame_has_its_time_its_label_and_whether_there_was_a_pose(data):
    names = ["idle"] * 3 + ["take-off"] * 4 + ["skill"] * 33
    found = spreadsheets.labels(data, {"mine": answers("clip_01", names)})
    attempt, poses = data.clip("clip_01"), data.keypoints
    assert found["model"].unique().tolist() == ["mine"]
    assert found["label"].tolist() == names
    assert found["pose"].tolist() == attempt.detected.tolist() and not found["pose"].all()
    np.testing.assert_allclose(found["time"], poses.loc[poses["clip"] == "clip_01", "time"])
    assert found["p_skill"].tolist() == [0] * 7 + [1] * 33


@pytest.mark.slow
def test_segments_of_two_models_and_clips(data):
    said = {
        "a": pd.concat([answers("clip_00", ["idle"] * 40), answers("clip_01", ["skill"] * 40)]),
        "b": answers("clip_01", ["take-off"] * 5 + ["skill"] * 1 + ["landing"] * 34),
    }
    frames = spreadsheets.labels(data, said)
    found = spreadsheets.segments(frames)
    shown = found[["model", "clip", "label", "first", "last", "frames"]].to_numpy().tolist()
    assert shown == [
        ["a", "clip_00", "idle", 0, 39, 40],
        ["a", "clip_01", "skill", 0, 39, 40],
        ["b", "clip_01", "take-off", 0, 4, 5],
        ["b", "clip_01", "skill", 5, 5, 1],
        ["b", "clip_01", "landing", 6, 39, 34],
    ]
    times = frames.loc[(frames["model"] == "b") & frames["frame"].isin([6, 39]), "time"]
    assert found.iloc[-1][["begins", "ends"]].tolist() == times.tolist()
    assert found["frames"].sum() == len(frames)


def test_nothing_said_gives_empty_tables(data):
    frames = spreadsheets.labels(data, {"mine": answers("clip_01", []).astype({"frame": int})})
    assert frames.empty and spreadsheets.segments(frames).empty
    assert spreadsheets.segments(frames).columns[:3].tolist() == ["model", "clip", "label"]
