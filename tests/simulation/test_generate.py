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
            segments = [
                labels.Segment(int(row.start), int(row.end), labels.CODES[row.label])
                for row in rows.itertuples()
            ]
            assert len(labels.frames(segments)) == frames[clip]


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


def written(folder):
    """When each film was written."""
    return {film.name: film.stat().st_mtime_ns for film in sorted(folder.rglob("*.mp4"))}


def test_a_complete_data_set_is_left_alone(folder, monkeypatch):
    monkeypatch.setattr(generate, "_make_clips", lambda *_: pytest.fail("made again"))
    generate.make(folder, processes=1)


@pytest.mark.parametrize("lost", ["annotations/B.csv", "truth/joints.npz", "simulation.json"])
def test_a_deleted_table_is_written_again_without_filming(folder, lost):
    before, content = written(folder), (folder / lost).read_bytes()
    (folder / lost).unlink()
    generate.make(folder, processes=1)
    assert (folder / lost).read_bytes() == content
    assert written(folder) == before


def test_a_deleted_film_is_made_again_and_no_other(folder):
    lost, kept = sorted(folder.rglob("*.mp4"))
    content, before = lost.read_bytes(), kept.stat().st_mtime_ns
    lost.unlink()
    generate.make(folder, processes=1)
    assert lost.read_bytes() == content
    assert kept.stat().st_mtime_ns == before


def test_an_interrupted_run_keeps_finished_clips(tmp_path, monkeypatch):
    first, second = few()
    generate.make_clip(tmp_path, first)
    before = written(tmp_path)
    monkeypatch.setattr(generate, "plan", lambda seed, size: [first, second])
    generate.make(tmp_path, processes=1)
    assert written(tmp_path).items() > before.items()
    other = replace(second, attempt=replace(second.attempt, seed=1))
    before = written(tmp_path)
    monkeypatch.setattr(generate, "plan", lambda seed, size: [first, other])
    (tmp_path / "simulation.json").unlink()
    generate.make(tmp_path, processes=1)
    changed = [name for name, time in written(tmp_path).items() if time != before[name]]
    assert changed == [f"{second.clip}.mp4"]


def test_same_seed_same_bytes(folder, tmp_path):
    first = few(1)[0]
    generate.make_clip(tmp_path, first)
    path = generate._path(first)
    assert (tmp_path / path).read_bytes() == (folder / path).read_bytes()


def test_two_runs_at_once_are_refused(tmp_path):
    with lock.hold(tmp_path, "simulation"), pytest.raises(lock.BusyError):
        generate.make(tmp_path)
