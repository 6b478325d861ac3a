"""What stands in for the widgets without a reader, and what they read of a data set."""

import matplotlib
import numpy as np
import pandas as pd
import pytest
from tiny_dataset import FPS, WIDTH, make_dataset

matplotlib.use("Agg")
import matplotlib.pyplot as plt
from IPython.display import Image
from matplotlib.figure import Figure

from gymlib import video, viewer
from gymlib.dataset import Dataset
from gymlib.dataset.schemas import PROBABILITIES


@pytest.fixture(autouse=True)
def close_figures():
    plt.close("all")  # of tests before these
    yield
    plt.close("all")


@pytest.fixture
def data(home):
    return Dataset(make_dataset(home, clips=2, frames=20, processed=True), home)


@pytest.mark.slow
def test_a_view_holds_what_there_is(data):
    view = viewer.read_view(data, "clip_01")
    assert len(view) == 20
    assert list(view.rows) == ["A", "B", "C", "label"]
    assert view.video is None
    assert view.fps == FPS
    seen = view.keypoints[view.detected]
    assert 0 < seen.mean() < WIDTH and seen[..., 1].max() > 1  # pixels


@pytest.mark.slow
def test_predictions_are_timelines_with_gaps(data):
    table = pd.DataFrame({"clip": "clip_01", "frame": [3, 5], "label": ["skill", "landing"]})
    view = viewer.read_view(data, "clip_01", {"LSTM": table})
    assert view.rows["LSTM"].tolist() == [-1] * 3 + [2, -1, 3] + [-1] * 14


@pytest.mark.slow
def test_predicted_probabilities_have_gaps_too(data):
    table = pd.DataFrame({"clip": "clip_01", "frame": [3, 5], "label": ["skill", "landing"]})
    table[PROBABILITIES] = [[0.1, 0.2, 0.4, 0.3], [0, 0, 0, 1]]
    values = viewer.read_view(data, "clip_01", {"LSTM": table}).probabilities["LSTM"]
    assert values.shape == (20, 4)
    assert values[3].tolist() == [0.1, 0.2, 0.4, 0.3]
    assert np.isfinite(values).all(axis=1).nonzero()[0].tolist() == [3, 5]


@pytest.mark.slow
def test_a_picture_fills_the_frame(data):
    film = data.folder / "videos" / "video_0" / "clip_00.mp4"
    film.parent.mkdir(parents=True)
    video.write_video(film, (np.full((1080, 64, 3), 9, np.uint8) for _ in range(20)), FPS)
    clips = data.clips.assign(path=["videos/video_0/clip_00.mp4", None], width=64, height=1080)
    data.write(clips, "clips.csv")
    view = viewer.read_view(data, "clip_00")
    assert (view.video, view.box) == (film, (0, 0, 64, 1080))
    figure = viewer.plot_strip(view)
    assert all(len(ax.images) == 1 and ax.get_xlim() == (0, 64) for ax in figure.axes[:6])


@pytest.mark.slow
def test_a_data_set_with_clips_only(data):
    for file in ("keypoints.parquet", "labels.parquet"):
        (data.folder / file).unlink()
    view = viewer.read_view(data, "clip_00")
    assert not view.detected.any() and view.rows == {}
    assert len(viewer.plot_frame(view, 0).texts) == 0  # nobody has looked for a pose yet
    assert isinstance(viewer.plot_strip(view), Figure)


@pytest.mark.slow
def test_a_frame_without_a_pose_says_so(data):
    view = viewer.read_view(data, "clip_00")
    lost = int(np.flatnonzero(~view.detected)[0])
    assert viewer.plot_frame(view, lost).texts[0].get_text() == "no pose"


@pytest.mark.slow
def test_the_title_names_frame_and_label(data):
    view = viewer.read_view(data, "clip_00")
    ax = viewer.plot_frame(view, 19)
    assert ax.get_title() == "frame 19: landing"


@pytest.mark.slow
def test_unknown_clips_and_frames(data):
    with pytest.raises(ValueError, match="data set tiny has no clip 'clip_77'"):
        viewer.read_view(data, "clip_77")
    with pytest.raises(IndexError, match="clip clip_00 has frames 0 to 19, not 20"):
        viewer.plot_frame(viewer.read_view(data, "clip_00"), 20)
    with pytest.raises(ValueError, match="no clips to show"):
        viewer.browse(data, [])


@pytest.mark.slow
def test_headless_gives_a_filmstrip(data, monkeypatch):
    monkeypatch.setenv("GYMLIB_HEADLESS", "1")
    figure = viewer.browse(data, ["clip_01"])
    titles = [ax.get_title() for ax in figure.axes]
    assert [title.split(":")[0] for title in titles[:6]] == [
        f"frame {frame}" for frame in (0, 4, 8, 11, 15, 19)
    ]
    assert plt.get_fignums() == []


def test_headless_labelling_writes_nothing(data, monkeypatch):
    monkeypatch.setenv("GYMLIB_HEADLESS", "1")
    before = sorted(data.folder.rglob("*"))
    picture = viewer.label(data, "me")
    assert isinstance(picture, Image) and picture.data.startswith(b"\x89PNG")
    assert sorted(data.folder.rglob("*")) == before


@pytest.mark.slow
def test_frames_without_pictures_share_their_limits(data):
    view = viewer.read_view(data, "clip_00")
    first, last = viewer.plot_frame(view, 0), viewer.plot_frame(view, 19)
    assert first.get_xlim() == last.get_xlim()
    assert first.get_ylim()[0] > first.get_ylim()[1]  # y points down
