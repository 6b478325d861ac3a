"""Overlays: what is drawn, where, in which colours; and what is left as it was."""

import numpy as np
import pandas as pd
import pytest

from gymlib import io, overlay, paths, schemas, video
from gymlib.labels import COLOURS
from gymlib.pose_quality import tracks
from gymlib.skeleton import INDEX
from tests.helpers import HEIGHT, WIDTH, make_dataset

GREY = np.full((120, 200, 3), 100, np.uint8)


def rgb(label):
    return [int(COLOURS[label][i : i + 2], 16) for i in (1, 3, 5)]


def one_bone(a=(50.0, 60.0), b=(150.0, 60.0)):
    """A skeleton of which only the left upper arm is known, in pixels."""
    keypoints = np.full((33, 2), np.nan)
    keypoints[INDEX["left_shoulder"]], keypoints[INDEX["left_elbow"]] = a, b
    return keypoints


def test_a_bone_is_a_line():
    drawn = overlay.draw_skeleton(GREY, one_bone(), "#FF0000")
    assert (GREY == 100).all()  # the picture itself stays
    assert drawn[60, 100, 0] > 200 and not drawn[60, 100, 1:].any()
    changed = (drawn != GREY).any(axis=-1)
    assert changed[60, 50:151].all()
    assert not changed[:55].any() and not changed[66:].any()
    assert not changed[:, :45].any() and not changed[:, 156:].any()


def test_left_and_right_have_their_colours():
    left = overlay.draw_skeleton(GREY, one_bone())[60, 100]
    swapped = one_bone()
    for part in ("shoulder", "elbow"):
        swapped[[INDEX[f"left_{part}"], INDEX[f"right_{part}"]]] = swapped[
            [INDEX[f"right_{part}"], INDEX[f"left_{part}"]]
        ]
    right = overlay.draw_skeleton(GREY, swapped)[60, 100]
    assert left[0] > left[2] and right[2] > right[0]  # orange and blue


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e12])
def test_what_cannot_be_drawn_is_left_out(value):
    nowhere = np.full((33, 2), value)
    np.testing.assert_array_equal(overlay.draw_skeleton(GREY, nowhere), GREY)


def test_a_bone_leaves_the_picture():
    drawn = overlay.draw_skeleton(GREY, one_bone(b=(300.0, 60.0)), "#FF0000")
    assert drawn[60, 199, 0] > 200 and not drawn[60, 199, 1:].any()


def draw(detected=True, timelines=None, probabilities=None, frames=4):
    keypoints = np.full((frames, 33, 2), np.nan)
    keypoints[:, INDEX["left_shoulder"]] = 0.25, 0.5
    keypoints[:, INDEX["left_elbow"]] = 0.75, 0.5
    seen = np.full(frames, detected)
    return list(overlay.overlay_clip([GREY] * frames, keypoints, seen, timelines, probabilities))


def test_keypoints_are_shares_of_the_picture():
    changed = (draw()[0] != GREY).any(axis=-1)
    assert changed[60, 52:148].all()


def test_no_skeleton_without_a_pose():
    drawn = draw(detected=False)[0]
    np.testing.assert_array_equal(drawn[40:80], GREY[40:80])
    assert (drawn[100:] != GREY[100:]).any()  # says so below


def test_timelines_have_the_colours_of_the_labels():
    codes = np.array([0, 1, 2, 3], dtype=np.int8)
    drawn = draw(timelines={"label": codes, "model": codes[::-1].copy()})
    assert len(drawn) == 4
    height = drawn[0].shape[0]
    assert height > 120 and height % 2 == 0
    # Four frames over 200 columns: 50 columns each; the first frame is marked at its middle.
    for column, label in zip((10, 70, 120, 170), ("idle", "take-off", "skill", "landing")):
        assert drawn[0][121, column].tolist() == rgb(label)
    below = 120 + (height - 120) // 2 + 1
    assert drawn[0][below, 170].tolist() == rgb("idle")
    for index, picture in enumerate(drawn):
        assert picture[121, 50 * index + 25].tolist() == [255, 255, 255]


def test_probability_bars_are_as_long_as_probable():
    certain, split = [0.0, 0.0, 1.0, 0.0], [0.5, 0.5, 0.0, 0.0]
    probabilities = np.array([certain, split, [np.nan] * 4, [0.25] * 4])
    drawn = draw(probabilities=probabilities)

    def length(picture, label):
        return (picture[:60] == rgb(label)).all(axis=-1).any(axis=0).sum()

    full = length(drawn[0], "skill")
    assert full == pytest.approx(0.2 * 200, abs=2)
    assert length(drawn[1], "idle") == pytest.approx(full / 2, abs=2)
    assert length(drawn[1], "skill") <= 1
    assert length(drawn[2], "skill") == 0
    assert length(drawn[3], "landing") == pytest.approx(full / 4, abs=2)


def test_lengths_must_agree():
    codes = np.zeros(3, dtype=np.int8)
    with pytest.raises(ValueError, match="label: expected 4 frames, found 3"):
        draw(timelines={"label": codes})
    with pytest.raises(ValueError, match="probabilities: expected 4 frames, found 2"):
        draw(probabilities=np.zeros((2, 4)))
    few = np.zeros((2, 33, 2)), np.ones(2, bool)
    with pytest.raises(ValueError, match="more frames than the 2 of keypoints"):
        list(overlay.overlay_clip([GREY] * 3, *few))


# --- a clip of a data set ---------------------------------------------------------------------


@pytest.fixture
def filmed(home):
    """A tiny data set whose first clip has a video."""
    name = make_dataset(home, clips=2, frames=12, processed=True)
    table = pd.read_csv(paths.dataset(name) / "clips.csv")
    table["path"] = ["videos/clip_00.mp4", None]
    grey = np.full((HEIGHT, WIDTH, 3), 90, np.uint8)
    video.write_video(paths.dataset(name) / "videos/clip_00.mp4", [grey] * 12, 25)
    io.write_table(paths.dataset(name) / "clips.csv", table, schemas.CLIPS)
    return name


def predictions(frames):
    table = pd.DataFrame({"clip": "clip_00", "frame": frames})
    return table.assign(**dict(zip(schemas.PROBABILITIES, (0.1, 0.2, 0.3, 0.4))))


def test_overlay_video_of_a_clip(filmed, tmp_path):
    target = tmp_path / "overlay.mp4"
    info = overlay.write_overlay(filmed, "clip_00", target, {"lstm": predictions(range(2, 12))})
    assert info == video.probe(target)
    assert (info.width, info.frames, info.fps) == (WIDTH, 12, 25.0)
    assert info.height > HEIGHT
    last = video.pick_frames(target, [11])[0]
    column = WIDTH - WIDTH // 12 // 4
    row = HEIGHT + 3 * (info.height - HEIGHT) // 4
    assert np.abs(last[row, column].astype(int) - rgb("landing")).max() < 25


def test_overlay_without_labels(filmed, tmp_path):
    (paths.dataset(filmed) / "labels.parquet").unlink()
    info = overlay.write_overlay(filmed, "clip_00", tmp_path / "plain.mp4")
    assert (info.width, info.height) == (WIDTH, HEIGHT)


def test_moments_with_and_without_pictures(filmed):
    first, second = tracks.from_tables(io.read_keypoints(filmed), io.read_clips(filmed))
    names = [f"label {i}" for i in range(12)]
    moments = overlay.pick_moments(filmed, first, names, [7, 2], ["late", "early"])
    assert [m.title for m in moments] == ["late", "early"]
    assert [m.label for m in moments] == ["label 7", "label 2"]
    np.testing.assert_array_equal(moments[0].keypoints, first.keypoints[7])
    assert moments[0].picture.shape == (HEIGHT, WIDTH, 3)
    bare = overlay.pick_moments(filmed, second, names, [3], ["bare"])
    assert bare[0].picture is None


def test_clips_that_cannot_be_drawn(filmed, tmp_path):
    with pytest.raises(ValueError, match="has no clip 'clip_07'"):
        overlay.write_overlay(filmed, "clip_07", tmp_path / "x.mp4")
    with pytest.raises(ValueError, match="clip clip_01 of data set 'tiny' has no video"):
        overlay.write_overlay(filmed, "clip_01", tmp_path / "x.mp4")
    assert not (tmp_path / "x.mp4").exists()
