"""The data set on disk: complete, valid, and continued after an interruption."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from gymlib import labels, video
from gymlib.annotation.reading import read_annotation
from gymlib.dataset import schemas
from gymlib.files import lock
from gymlib.files.tables import read_table
from gymlib.simulation import generate
from gymlib.simulation.plan import plan

pytestmark = pytest.mark.slow  # renders videos


def few(count=2):
    """The first clips of the quick plan, shorter and smaller still."""
    return [
        replace(c, session=replace(c.session, width=160, height=96, torso=22.0))
        for c in plan(size="quick")[:count]
    ]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data") / "simulated-tiny"
    patch = pytest.MonkeyPatch()
    patch.setattr(generate, "plan", lambda seed, size: few())
    generate.make(folder, processes=2)
    yield folder
    patch.undo()


def test_clips_and_videos_agree(folder):
    clips = read_table(folder / "clips.csv", schemas.CLIPS)
    assert len(clips) == 2
    for row in clips.itertuples():
        info = video.probe(folder / row.path)
        assert (info.frames, info.width, info.height) == (row.frames, row.width, row.height)
        assert info.fps == pytest.approx(row.fps)


def test_annotations_cover_every_frame_once(folder):
    frames = read_table(folder / "clips.csv").set_index("clip")["frames"]
    for name in ("annotations/A", "annotations/B", "annotations/C", "truth/phases"):
        table = read_annotation(folder / f"{name}.csv")
        for clip, rows in table.groupby("clip"):
            runs = [
                labels.Segment(int(r.start), int(r.end), labels.CODES[r.label])
                for r in rows.itertuples()
            ]
            assert len(labels.frames(runs)) == frames[clip]


def test_truth_is_kept_apart_and_complete(folder):
    clips = read_table(folder / "clips.csv")
    truth = pd.read_csv(folder / "truth" / "clips.csv")
    assert {"clip", "skill", "shape", "entry", "landing"} <= set(truth.columns)
    keypoints = read_table(folder / "truth" / "keypoints.parquet", schemas.KEYPOINT_TABLE)
    assert len(keypoints) == clips["frames"].sum()
    assert keypoints["x_nose"].between(-0.5, 1.5).all()
    with np.load(folder / "truth" / "joints.npz", allow_pickle=False) as joints:
        for row in clips.itertuples():
            assert joints[row.clip].shape == (row.frames, 33, 3)


def test_a_complete_data_set_is_left_alone(folder, monkeypatch):
    monkeypatch.setattr(generate, "_make", lambda *_: pytest.fail("made again"))
    generate.make(folder, processes=1)


def test_an_interrupted_run_keeps_finished_clips(tmp_path, monkeypatch):
    first, second = few()
    generate.make_clip(tmp_path, first)
    film = tmp_path / generate._path(first)
    before = film.stat().st_mtime_ns
    monkeypatch.setattr(generate, "plan", lambda seed, size: [first, second])
    generate.make(tmp_path, processes=1)
    assert film.stat().st_mtime_ns == before
    assert not (tmp_path / generate.PARTS).exists()


def test_same_seed_same_bytes(folder, tmp_path):
    first = few(1)[0]
    generate.make_clip(tmp_path, first)
    path = generate._path(first)
    assert (tmp_path / path).read_bytes() == (folder / path).read_bytes()


def test_two_runs_at_once_are_refused(tmp_path):
    with lock.hold(tmp_path, "simulation"), pytest.raises(lock.BusyError):
        generate.make(tmp_path)
