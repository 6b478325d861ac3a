"""Clips that carry the picture go through mirroring and checks like all others."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from tiny_dataset import make_dataset

from gymlib.dataset import Dataset
from gymlib.dataset.picture import picture_rows
from gymlib.dataset.schemas import PICTURE
from gymlib.features import bodies
from gymlib.features.picture import points
from gymlib.features.picture.clips import clips_with_picture
from gymlib.training import check_clips

pytestmark = pytest.mark.slow


@pytest.fixture
def data(home):
    make_dataset(home, processed=True)
    own, rng = Dataset("tiny"), np.random.default_rng(0)
    sizes = own.clips[["clip", "frames"]].itertuples(index=False)
    rows = [picture_rows(name, rng.normal(0, 1, (frames, 21, 2))) for name, frames in sizes]
    own.write(pd.concat(rows, ignore_index=True), "picture.parquet")
    return own


def test_the_picture_is_behind_the_keypoints_of_the_same_frames(data):
    carried, plain = clips_with_picture(data), bodies.comparable_clips(data)
    for with_picture, without in zip(carried, plain):
        body, seen = points.split(with_picture.keypoints)
        np.testing.assert_array_equal(body, without.keypoints)
        np.testing.assert_array_equal(with_picture.frames, without.frames)
        own = data.picture[data.picture["clip"] == without.name].set_index("frame")
        first = own.loc[without.frames[0]]
        np.testing.assert_allclose(seen[0, 0], [first["x_cell_00"], first["y_cell_00"]])
        np.testing.assert_allclose(seen[0, -1], [first["x_bottom"], first["y_bottom"]])
    check_clips(carried, gaps=True)


def test_mirroring_exchanges_columns_and_ends(data):
    clip = clips_with_picture(data)[0]
    once = bodies.mirrored(clip)
    np.testing.assert_array_equal(points.split(once.keypoints)[0],
                                  bodies.mirrored(replace(clip, keypoints=clip.keypoints[:, :33]))
                                  .keypoints)  # fmt: skip
    index = {name: 33 + k for k, name in enumerate(PICTURE)}
    pairs = {"cell_10": "cell_13", "cell_21": "cell_22", "left": "right", "top": "top"}
    for name, other in pairs.items():
        expected = clip.keypoints[:, index[other]] * [-1, 1]
        np.testing.assert_array_equal(once.keypoints[:, index[name]], expected)
    np.testing.assert_array_equal(bodies.mirrored(once).keypoints, clip.keypoints)


def test_frames_without_a_pose_are_left_out_by_their_body(data):
    clip = clips_with_picture(data)[0]
    lost = np.isnan(clip.keypoints[:, 0, 0])
    assert lost.any()
    np.testing.assert_array_equal(bodies.posed(clip).frames, clip.frames[~lost])


def test_a_picture_that_is_no_number_is_refused(data):
    clip = clips_with_picture(data)[0]
    lost = int(np.flatnonzero(np.isnan(clip.keypoints[:, 0, 0]))[0])
    broken = clip.keypoints.copy()
    broken[lost, 40] = np.nan
    with pytest.raises(ValueError, match=f"frame {clip.frames[lost]}: keypoints must be numbers"):
        check_clips([replace(clip, keypoints=broken)], gaps=True)
    with pytest.raises(ValueError, match=r"expected 33 keypoints, and 21 vectors .* found 34"):
        check_clips([replace(clip, keypoints=clip.keypoints[:, :34])], gaps=True)


def test_a_table_that_lacks_frames_is_refused(data):
    data.write(data.picture[data.picture["frame"] > 3], "picture.parquet")
    with pytest.raises(
        ValueError, match=r"clip clip_00: picture.parquet does not cover its frames"
    ):
        clips_with_picture(data)
