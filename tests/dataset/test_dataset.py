"""A data set as one object: where its files are, when its tables are read, what is missing."""

import re

import numpy as np
import pytest
from tiny_dataset import make_dataset

from gymlib.dataset import Dataset, names
from gymlib.dataset import dataset as module
from gymlib.files.atomic import MissingFileError
from gymlib.files.tables import TableError


@pytest.fixture
def data(tmp_path):
    make_dataset(tmp_path, clips=3, processed=True)
    return Dataset("tiny", tmp_path)


def test_folders(tmp_path, home):
    data = Dataset("a", tmp_path / "elsewhere")
    assert data.folder == tmp_path / "elsewhere" / "data" / "a"
    assert data.results("thesis") == data.folder / "results" / "thesis"
    for folder in (data.report, data.figures):
        assert folder.is_relative_to(tmp_path / "elsewhere") and folder.name == "a"
    assert Dataset("a").folder == home / "data" / "a", "GYMLIB_HOME is the default"
    with pytest.raises(ValueError, match=r"protocol '\.\./up' cannot be a file name"):
        data.results("../up")


@pytest.mark.slow
def test_tables_are_read_once_and_again_when_their_file_changed(data, monkeypatch):
    reads, original = [], module.read_table

    def counting(path, schema=None):
        reads.append(path.name)
        return original(path, schema)

    monkeypatch.setattr(module, "read_table", counting)
    table = data.keypoints
    seen = data.keypoints
    seen["new"] = 1
    assert "new" not in data.keypoints
    assert reads == ["keypoints.parquet"]
    data.write(table.assign(x_nose=np.float32(0.25)), "keypoints.parquet")
    assert data.keypoints["x_nose"].eq(0.25).all()
    assert len(reads) == 2


@pytest.mark.slow
def test_a_clip_with_all_its_frames(data):
    attempt = data.clip("clip_01")
    row = data.clips.set_index("clip").loc["clip_01"]
    assert len(attempt) == row["frames"] == len(attempt.labels)
    assert (attempt.fps, attempt.size) == (row["fps"], (row["width"], row["height"]))
    assert not attempt.keypoints[~attempt.detected].any()
    (data.folder / "labels.parquet").unlink()
    assert data.clip("clip_01").labels is None
    with pytest.raises(ValueError, match="no clip 'clip_9'; its 3 clips begin with clip_00"):
        data.clip("clip_9")


@pytest.mark.slow
def test_processed_clips_are_those_of_the_table(data):
    clips = data.processed
    assert [clip.name for clip in clips] == data.clips["clip"].tolist()
    for clip in clips:
        attempt = data.clip(clip.name)
        np.testing.assert_array_equal(clip.keypoints, attempt.keypoints[clip.frames])
        np.testing.assert_array_equal(clip.labels, attempt.labels[clip.frames])


def test_videos_are_those_that_clips_csv_names(data):
    assert data.videos == {} and data.video("clip_00") is None
    data.write(data.clips.assign(path=["videos/a.mp4", "", "b/c.mp4"]), "clips.csv")
    assert data.videos == {
        "clip_00": data.folder / "videos" / "a.mp4",
        "clip_02": data.folder / "b" / "c.mp4",
    }


def test_annotators_and_their_files(data):
    (data.folder / "annotations" / "._A.csv").touch()
    assert data.annotators == ["A", "B", "C"]
    assert data.annotation("A", draft=True) == data.folder / "drafts" / "A.csv"


def test_what_is_missing_says_who_makes_it(tmp_path):
    data = Dataset("nothing", tmp_path)
    with pytest.raises(MissingFileError, match="Run notebook 02_pose_extraction first"):
        data.keypoints  # noqa: B018
    with pytest.raises(MissingFileError, match="Run `make data DATASET=nothing`"):
        data.clips  # noqa: B018
    assert not data.has("clips.csv")


def test_clips_csv_is_checked(data):
    (data.folder / "clips.csv").write_text("clip,video,path,fps,frames,width,height\n")
    with pytest.raises(TableError, match="lists no clip"):
        data.clips  # noqa: B018
    (data.folder / "clips.csv").write_text("clip,video\na,b,c,d\n")
    with pytest.raises(TableError, match="row 1 has 4 cells, expected 2"):
        data.clips  # noqa: B018


def test_names_of_the_data_sets_at_hand(data, tmp_path):
    (tmp_path / "data" / "empty").mkdir()
    assert names(tmp_path) == ["tiny"]


@pytest.mark.parametrize("name", ["<img src=x onerror=alert(1)>", "Jürgen", "-rf", "an na"])
def test_names_of_annotators_are_checked_where_they_enter(data, name):
    (data.folder / "annotations" / f"{name}.csv").write_text("clip,start,end,label\n")
    with pytest.raises(ValueError, match=re.escape(f"annotator {name!r} cannot be")):
        data.annotators  # noqa: B018


def test_an_annotation_file_in_capitals_is_named(data):
    (data.folder / "annotations" / "ANNA.CSV").write_text("clip,start,end,label\n")
    with pytest.raises(ValueError, match=r"ANNA.CSV: rename it to ANNA.csv, or it counts for no"):
        data.annotators  # noqa: B018
