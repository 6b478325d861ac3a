"""Small pictures around a body: where they are cut, at which scale, what is drawn in them."""

import numpy as np
import pytest
from tiny_dataset import HEIGHT, WIDTH, make_dataset

from gymlib import video
from gymlib.dataset import Dataset
from gymlib.dataset.keypoints import keypoint_rows
from gymlib.plots.overlay import draw_stills, stills

pytestmark = pytest.mark.slow

FRAMES = 6


@pytest.fixture
def data(home):
    """A bright square of 40 pixels moves by 20 per frame; the body is as large; frame 3 is lost."""
    data = Dataset(make_dataset(home, clips=1, frames=FRAMES), home)
    pictures = np.full((FRAMES, HEIGHT, WIDTH, 3), 30, np.uint8)
    bodies = np.zeros((FRAMES, 33, 2), np.float32)
    for frame, own in enumerate(pictures):
        left, top = 200 + 20 * frame, 100
        own[top : top + 40, left : left + 40] = 220
        bodies[frame, ::2], bodies[frame, 1::2] = (left, top), (left + 40, top + 40)
    seen = np.arange(FRAMES) != 3
    video.write_video(data.folder / "videos/clip_00.mp4", pictures, 25)
    data.write(data.clips.assign(path="videos/clip_00.mp4"), "clips.csv")
    share = np.where(seen[:, None, None], bodies / np.float32([WIDTH, HEIGHT]), 0)
    rows = keypoint_rows(
        "clip_00", share.astype(np.float32), np.ones((FRAMES, 33)), seen, np.arange(FRAMES) / 25
    )
    data.write(rows, "keypoints.parquet")
    return data


def test_the_body_fills_the_same_place_of_every_picture(data, monkeypatch):
    monkeypatch.setattr(stills, "draw_skeleton", lambda picture, *_, **__: picture)
    made = draw_stills(data, "clip_00", [0, 2, 3, 4], side=130)
    assert [picture.shape for picture in made] == [(130, 130, 3)] * 4
    for picture in made:  # 40 of 52 pixels, 100 of 130; the lost one between its neighbours
        assert picture[20:110, 20:110].min() > 180
        assert picture[:, :10].max() < 70 and picture[:10].max() < 70


def test_a_skeleton_is_drawn_where_a_pose_was_found(data):
    found, lost = draw_stills(data, "clip_00", [2, 3], side=130)
    assert found[20:110, 20:110].min() < 100 and lost[20:110, 20:110].min() > 180


def test_pictures_end_where_the_film_does(data):
    """A body as high as the film gets no dark bars beside it while it fits."""
    rows = data.keypoints.copy()
    columns = [f"y_{name[2:]}" for name in rows if name.startswith("y_")]
    rows[columns] = np.where(np.arange(33) % 2, 0.95, 0.05).astype(np.float32)
    data.write(rows.assign(detected=True), "keypoints.parquet")
    (made,) = draw_stills(data, "clip_00", [2])
    assert min(made[5, :, 0].mean(), made[-5, :, 0].mean()) > 20


def test_nobody_found_shows_the_whole_film(data):
    data.write(data.keypoints.assign(detected=False), "keypoints.parquet")
    (made,) = draw_stills(data, "clip_00", [0], side=64)
    assert made[:10].max() < 10 and 20 < np.median(made[32]) < 40, "wide in a square"


def test_skeletons_alone(data):
    data.write(data.clips.assign(path=None), "clips.csv")
    found, lost = draw_stills(data, "clip_00", [2, 3])
    assert (lost == stills.EMPTY).all() and (found != stills.EMPTY).any()
