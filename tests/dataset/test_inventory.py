"""A folder of videos becomes a data set, or every reason why not is listed."""

import numpy as np
import pytest

from gymlib import video
from gymlib.dataset import Dataset, inventory


def record(file, frames=5, size=(48, 64)):
    file.parent.mkdir(parents=True, exist_ok=True)
    picture = np.full((*size, 3), 90, np.uint8)
    video.write_video(file, [picture] * frames, fps=25)


def test_videos_become_clips(home):
    data = Dataset("mine")
    folder = data.folder
    record(folder / "videos" / "monday" / "salto_1.mp4", frames=7)
    record(folder / "videos" / "alone.mp4", frames=3, size=(64, 48))
    table = inventory.make(data).set_index("clip")
    assert table.loc["salto_1", ["video", "frames", "width", "height"]].tolist() == [
        "monday", 7, 64, 48,
    ]  # fmt: skip
    assert table.loc["alone", ["video", "frames", "fps"]].tolist() == ["alone", 3, 25]
    assert data.clips["path"].tolist() == ["videos/alone.mp4", "videos/monday/salto_1.mp4"]


def test_all_faults_are_listed_and_nothing_is_written(home):
    data = Dataset("mine")
    folder = data.folder
    record(folder / "videos" / "a" / "one.mp4")
    record(folder / "videos" / "b" / "one.mp4")
    record(folder / "videos" / "b" / "my salto.mp4")
    (folder / "videos" / "b" / "empty.mp4").touch()
    with pytest.raises(ValueError, match="videos that cannot be used") as error:
        inventory.make(data)
    for part in ("two clips named 'one'", "'my salto' cannot be a file name", "is empty"):
        assert part in str(error.value)
    assert not (folder / "clips.csv").exists()


def test_videos_that_clips_csv_leaves_out_are_noted(home):
    data = Dataset("mine", home)
    record(data.folder / "videos" / "one.mp4")
    assert inventory.take(data) == []
    record(data.folder / "videos" / "two.mp4")
    (note,) = inventory.take(data)
    assert "two.mp4 is not in clips.csv and left out" in note


def test_an_empty_folder_says_what_to_do(home):
    with pytest.raises(ValueError, match=r"no clips.csv and no videos .*'Your own videos'"):
        inventory.make(Dataset("mine"))
