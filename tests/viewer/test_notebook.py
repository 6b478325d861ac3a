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

from gymlib import video
from gymlib.dataset.schemas import PROBABILITIES
from gymlib.dataset.tables import read_clips
from gymlib.files import paths
from gymlib.files.tables import write_table
from gymlib.viewer import notebook


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


@pytest.fixture
def dataset(home):
    return make_dataset(home, clips=2, frames=20, processed=True)


def test_a_view_holds_what_there_is(dataset):
    view = notebook.read_view(dataset, "clip_01")
    assert len(view) == 20
    assert list(view.rows) == ["A", "B", "C", "label"]
    assert view.film is None
    assert view.rate == FPS
    seen = view.keypoints[view.detected]
    assert 0 < seen.mean() < WIDTH and seen[..., 1].max() > 1  # pixels


def test_predictions_are_timelines_with_gaps(dataset):
    table = pd.DataFrame({"clip": "clip_01", "frame": [3, 5], "label": ["skill", "landing"]})
    view = notebook.read_view(dataset, "clip_01", {"LSTM": table})
    assert view.rows["LSTM"].tolist() == [-1] * 3 + [2, -1, 3] + [-1] * 14


def test_predicted_probabilities_have_gaps_too(dataset):
    table = pd.DataFrame({"clip": "clip_01", "frame": [3, 5], "label": ["skill", "landing"]})
    table[PROBABILITIES] = [[0.1, 0.2, 0.4, 0.3], [0, 0, 0, 1]]
    values = notebook.read_view(dataset, "clip_01", {"LSTM": table}).probabilities["LSTM"]
    assert values.shape == (20, 4)
    assert values[3].tolist() == [0.1, 0.2, 0.4, 0.3]
    assert np.isfinite(values).all(axis=1).nonzero()[0].tolist() == [3, 5]


def test_a_picture_fills_the_frame(dataset):
    folder = paths.dataset(dataset)
    film = folder / "videos" / "video_0" / "clip_00.mp4"
    film.parent.mkdir(parents=True)
    video.write_video(film, (np.full((1080, 64, 3), 9, np.uint8) for _ in range(20)), FPS)
    clips = read_clips(dataset)
    clips["path"] = clips["path"].astype(object)
    clips.loc[0, ["path", "width", "height"]] = ["videos/video_0/clip_00.mp4", 64, 1080]
    write_table(folder / "clips.csv", clips)
    view = notebook.read_view(dataset, "clip_00")
    assert (view.film, view.box) == (film, (0, 0, 64, 1080))
    figure = notebook.plot_strip(view)
    assert all(len(ax.images) == 1 and ax.get_xlim() == (0, 64) for ax in figure.axes[:6])


def test_a_data_set_with_clips_only(dataset):
    for file in ("keypoints.parquet", "labels.parquet"):
        (paths.dataset(dataset) / file).unlink()
    view = notebook.read_view(dataset, "clip_00")
    assert not view.detected.any() and view.rows == {}
    assert len(notebook.plot_frame(view, 0).texts) == 0  # nobody has looked for a pose yet
    assert isinstance(notebook.plot_strip(view), Figure)


def test_a_frame_without_a_pose_says_so(dataset):
    view = notebook.read_view(dataset, "clip_00")
    lost = int(np.flatnonzero(~view.detected)[0])
    assert notebook.plot_frame(view, lost).texts[0].get_text() == "no pose"


def test_the_title_names_frame_and_label(dataset):
    view = notebook.read_view(dataset, "clip_00")
    ax = notebook.plot_frame(view, 19)
    assert ax.get_title() == "frame 19: landing"


def test_unknown_clips_and_frames(dataset):
    with pytest.raises(ValueError, match="data set 'tiny' has no clip 'clip_77'"):
        notebook.read_view(dataset, "clip_77")
    with pytest.raises(IndexError, match="clip clip_00 has frames 0 to 19, not 20"):
        notebook.plot_frame(notebook.read_view(dataset, "clip_00"), 20)
    with pytest.raises(ValueError, match="no clips to show"):
        notebook.browse(dataset, [])


def test_headless_gives_a_filmstrip(dataset, monkeypatch):
    monkeypatch.setenv("GYMLIB_HEADLESS", "1")
    figure = notebook.browse(dataset, ["clip_01"])
    titles = [ax.get_title() for ax in figure.axes]
    assert [title.split(":")[0] for title in titles[:6]] == [
        f"frame {frame}" for frame in (0, 4, 8, 11, 15, 19)
    ]
    assert plt.get_fignums() == []


def test_headless_labelling_writes_nothing(dataset, monkeypatch):
    monkeypatch.setenv("GYMLIB_HEADLESS", "1")
    before = sorted(paths.dataset(dataset).rglob("*"))
    picture = notebook.label(dataset, "me")
    assert isinstance(picture, Image) and picture.data.startswith(b"\x89PNG")
    assert sorted(paths.dataset(dataset).rglob("*")) == before


def test_frames_without_pictures_share_their_limits(dataset):
    view = notebook.read_view(dataset, "clip_00")
    first, last = notebook.plot_frame(view, 0), notebook.plot_frame(view, 19)
    assert first.get_xlim() == last.get_xlim()
    assert first.get_ylim()[0] > first.get_ylim()[1]  # y points down
