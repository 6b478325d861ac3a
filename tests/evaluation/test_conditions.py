"""Accuracy by condition, counted by hand on a body that turns over and is lost."""

import numpy as np
import pandas as pd
import pytest
from tiny_dataset import make_dataset

from gymlib.dataset import Dataset
from gymlib.evaluation import conditions, timelines
from gymlib.evaluation.timelines import Timeline

pytestmark = pytest.mark.slow


@pytest.fixture
def data(home):
    """In pixels of the first clip: two upright, two level, two upside down, two without a pose."""
    own = Dataset(make_dataset(home, clips=2, frames=8, processed=True), home)
    table = own.keypoints.copy()
    turned = np.radians([0, 55, 65, 115, 125, 170, 0, 0]).astype(np.float32)
    rows = (table["clip"] == own.clips["clip"][0]).to_numpy()
    width, height = own.clip(own.clips["clip"][0]).size
    for part, length in (("hip", 0), ("shoulder", 0.2)):
        for name in (f"left_{part}", f"right_{part}"):
            table.loc[rows, f"x_{name}"] = 0.5 + length * np.sin(turned) * height / width
            table.loc[rows, f"y_{name}"] = 0.5 - length * np.cos(turned)
    table.loc[rows, "detected"] = [True] * 6 + [False] * 2
    own.write(table, "keypoints.parquet")
    return own


def test_how_a_body_is_held(data):
    masks = conditions.of_clips(data)[data.clips["clip"][0]]
    expected = {"upright": [0, 1], "level": [2, 3], "inverted": [4, 5], "no pose": [6, 7]}
    for name, frames in expected.items():
        assert np.flatnonzero(masks[name]).tolist() == frames
    assert not masks["slow motion"].any()


def test_slow_motion_is_told_by_the_simulator(data):
    first, second = data.clips["clip"]
    (data.folder / "truth").mkdir()
    told = pd.DataFrame({"clip": [first, second], "slow": [1.0, 2.5]})
    told.to_csv(data.folder / "truth" / "clips.csv", index=False)
    found = conditions.of_clips(data)
    assert found[second]["slow motion"].all() and not found[first]["slow motion"].any()


def test_accuracy_by_hand(data):
    clip = data.clips["clip"][0]
    true = np.array([0, 0, 1, 2, 2, 2, -1, 3], np.int8)
    said = np.array([0, 1, 1, 2, 2, 0, 3, -1], np.int8)
    own = Timeline(clip, "gym", 0, true, np.ones(8, bool), np.zeros((8, 4)))
    found = conditions.table({"lstm": ([own], {clip: said})}, conditions.of_clips(data))
    assert found["condition"].tolist() == ["upright", "level", "inverted", "no pose"]
    assert found["frames"].tolist() == [2, 2, 2, 1]  # one of the lost has no label
    assert found["lstm"].tolist() == [50, 100, 50, 0]


def test_of_a_whole_data_set(data):
    clips = [
        timelines.timeline(str(clip), "gym", rows, None)
        for clip, rows in data.labels.groupby("clip", sort=False)
    ]
    found = conditions.table({"cnn": (clips, timelines.said(clips))}, conditions.of_clips(data))
    labelled = sum(int((own.true >= 0).sum()) for own in clips)
    assert found["frames"].sum() == labelled and (found["cnn"] == 0).all()


def test_recall_by_kind(data):
    assert conditions.of_kinds(data) == {}
    first, second = data.clips["clip"]
    told = data.labels[["clip", "frame"]].copy()
    kinds = ["walking", "walking", None, "jump", "jump", "jump", None, None]
    data.write(told.assign(kind=kinds + [None] * 8), "kinds.parquet")
    true = np.array([0, 0, 1, 2, 2, 2, -1, 3], np.int8)
    said = np.array([0, 1, 1, 2, 2, 0, 3, -1], np.int8)
    clips = [
        Timeline(c, "gym", 0, true, np.ones(8, bool), np.zeros((8, 4))) for c in data.clips["clip"]
    ]
    found = conditions.table(
        {"cnn": (clips, {first: said, second: said})}, conditions.of_kinds(data)
    )
    assert found["condition"].tolist() == ["idle: walking", "skill: jump"]
    assert found["frames"].tolist() == [2, 3]
    assert found["cnn"].tolist() == [50, pytest.approx(200 / 3)]
