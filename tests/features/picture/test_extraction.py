"""The picture of a data set: a table per clip and frame, made once, and what can be missing."""

import numpy as np
import pandas as pd
import pytest
from textured import seen, texture
from tiny_dataset import make_dataset, standing

from gymlib import video
from gymlib.dataset import Dataset, schemas
from gymlib.dataset.keypoints import keypoint_rows
from gymlib.dataset.picture import picture_array, picture_rows
from gymlib.features.picture import extraction
from gymlib.files.atomic import MissingFileError
from gymlib.files.tables import write_table

SIZE = 160, 90


def pictures(frames, number):
    """A square that falls by two pixels per frame."""
    world, own = texture(), texture(seed=1 + number)
    for t in range(frames):
        picture = seen(world)
        picture[30 + 2 * t : 56 + 2 * t, 70:96] = own[40:66, 40:66]
        yield np.repeat(picture[..., None], 3, axis=2)


@pytest.fixture
def data(home):
    """Two clips; of the second no frame has a pose."""
    folder, rows, poses = home / "data" / "mine", [], []
    for number, frames in enumerate((6, 5)):
        name = f"clip_{number}"
        video.write_video(folder / f"videos/{name}.mp4", pictures(frames, number), 25)
        rows.append([name, name, f"videos/{name}.mp4", 25.0, frames, *SIZE])
        body = (14 * standing() + [82.5, 45]) / SIZE
        found = np.full(frames, number == 0)
        body = np.where(found[:, None, None], body, 0)
        time = np.arange(frames) / 25
        poses.append(keypoint_rows(name, body, np.full((frames, 33), 0.9), found, time))
    columns = ["clip", "video", "path", "fps", "frames", "width", "height"]
    write_table(folder / "clips.csv", pd.DataFrame(rows, columns=columns), schemas.CLIPS)
    own = Dataset("mine")
    own.write(pd.concat(poses, ignore_index=True), "keypoints.parquet")
    return own


@pytest.mark.slow
def test_every_frame_has_its_vectors(data):
    table = extraction.extract(data, workers=1)
    assert table.groupby("clip").size().to_dict() == {"clip_0": 6, "clip_1": 5}
    found = picture_array(table[table["clip"] == "clip_0"])
    assert found.shape == (6, 21, 2)
    cells = found[2:4, :16].reshape(-1, 4, 4, 2)
    # The square fills 26 x 26 of the inner cells' 35 x 35 pixels, and falls by 2 of 14 a frame.
    assert cells[:, 1:3, 1:3, 1].mean() == pytest.approx(2 / 14 * (26 / 35) ** 2, rel=0.2)
    assert abs(cells[:, 1:3, 1:3, 0]).mean() < 0.02
    # Without any pose the region is the whole picture, and a unit a fifth of its longer side.
    whole = picture_array(table[table["clip"] == "clip_1"])[2:4, :16].reshape(-1, 4, 4, 2)
    assert whole[:, 1:3, 1:3, 1].mean() == pytest.approx(2 / 32 * 26**2 / (80 * 45), rel=0.4)
    again = picture_rows("clip_0", found)
    pd.testing.assert_frame_equal(again, table[table["clip"] == "clip_0"])


@pytest.mark.slow
def test_it_is_made_once_and_again_for_what_changes(data, monkeypatch):
    extraction.extract(data, workers=1)
    made = []
    look = extraction.look
    monkeypatch.setattr(extraction, "look", lambda *a: (made.append(a[1].name), look(*a))[1])
    extraction.extract(data, workers=1)
    assert made == []
    video.write_video(data.videos["clip_1"], pictures(5, 7), 25)
    extraction.extract(data, workers=1)
    assert made == ["clip_1"]
    poses = data.keypoints.copy()
    poses.loc[poses["clip"] == "clip_0", "x_nose"] = np.float32(0.1)
    data.write(poses, "keypoints.parquet")
    extraction.extract(data, workers=1)
    assert made == ["clip_1", "clip_0"]


def test_without_films_it_says_what_to_do(home):
    make_dataset(home)
    with pytest.raises(extraction.PictureError, match=r"has no films .* such as gymtcn"):
        extraction.extract(Dataset("tiny"))


@pytest.mark.slow
def test_films_that_are_not_there_are_all_named(data):
    table = data.clips
    data.videos["clip_0"].unlink()
    video.write_video(data.videos["clip_1"], pictures(8, 0), 25)
    with pytest.raises(extraction.PictureError, match=r"2 of 2 clips(.|\n)*clip_0: .*no such") as e:
        extraction.extract(data, workers=1)
    assert "clip_1: clips.csv says 5 frames, 8 were decoded" in str(e.value)
    data.write(table.assign(path=["", "videos/clip_1.mp4"]), "clips.csv")
    with pytest.raises(extraction.PictureError, match="names no video for clip_0; name one"):
        extraction.extract(data)


@pytest.mark.slow
def test_poses_come_first(data):
    (data.folder / "keypoints.parquet").unlink()
    with pytest.raises(MissingFileError, match="02_pose_extraction"):
        extraction.extract(data, workers=1)
