"""Pose extraction: one clip, a whole data set, and everything that can go wrong on the way."""

import contextlib
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import psutil
import pytest

from gymlib import pose, video
from gymlib.dataset import Dataset, inventory, schemas
from gymlib.files import lock
from gymlib.files.atomic import read_json, write_json
from gymlib.files.tables import TableError, write_table
from gymlib.pose import Person, PoseConfig, blazepose, extraction, networks, parts
from gymlib.pose.quiet import held_stderr
from gymlib.video import VideoError

SIZE = 48, 64


def write_clip(path, brightness):
    """A video with one grey level per frame."""
    frames = (np.full((*SIZE, 3), level, np.uint8) for level in brightness)
    video.write_video(path, frames, 25)


@pytest.fixture
def instances(monkeypatch):
    """Replace BlazePose: bright frames hold a pose whose coordinates grow with each call.

    The list gets one entry per instance: how many frames it saw.
    """
    seen = []

    @contextlib.contextmanager
    def stand_in(config):
        seen.append(0)

        def estimate(rgb):
            seen[-1] += 1
            return np.full((33, 3), seen[-1] / 100) if rgb.mean() > 100 else None

        yield estimate

    monkeypatch.setattr(blazepose, "_blazepose", stand_in)
    return seen


@pytest.fixture
def data(home):
    """Three clips of two videos, each with a dark frame."""
    folder, rows = home / "data" / "mine", []
    for number, frames in enumerate([4, 6, 5]):
        path = f"videos/v{number // 2}/clip_{number}.mp4"
        write_clip(folder / path, [200] * (frames - 1) + [20])
        rows.append([f"clip_{number}", f"v{number // 2}", path, 25.0, frames, 64, 48])
    columns = ["clip", "video", "path", "fps", "frames", "width", "height"]
    write_table(folder / "clips.csv", pd.DataFrame(rows, columns=columns), schemas.CLIPS)
    return Dataset("mine")


def edit_clips(data, **columns):
    path = data.folder / "clips.csv"
    table = pd.read_csv(path).assign(**columns)
    write_table(path, table)


# --- one clip ---------------------------------------------------------------------------------


def test_frames_without_a_pose_are_zero(tmp_path, instances):
    write_clip(tmp_path / "clip.mp4", [200, 20, 200])
    found = pose.extract_clip(tmp_path / "clip.mp4")
    assert found.detected.tolist() == [True, False, True]
    assert found.keypoints.shape == (3, 33, 2)
    assert found.visibility.shape == (3, 33)
    np.testing.assert_allclose(found.keypoints[:, 0, 0], [0.01, 0, 0.03])
    assert not found.keypoints[1].any()
    assert not found.visibility[1].any()
    np.testing.assert_allclose(found.time, [0, 0.04, 0.08])


@pytest.mark.slow
def test_every_clip_gets_a_fresh_instance(data, instances):
    result = pose.extract_dataset(data, workers=1)
    assert instances == [4, 6, 5]
    first = result.table[result.table["frame"] == 0]
    np.testing.assert_allclose(first["x_nose"], 0.01)


@pytest.mark.slow
def test_nobody_in_the_picture(tmp_path):
    """The real estimator on an empty picture: no crash, nothing found."""
    write_clip(tmp_path / "grey.mp4", [120, 120])
    found = pose.extract_clip(tmp_path / "grey.mp4")
    assert not found.detected.any()
    assert not found.keypoints.any()


@pytest.mark.slow
def test_the_estimator_keeps_quiet(tmp_path):
    write_clip(tmp_path / "grey.mp4", [120])
    script = f"from gymlib import pose; pose.extract_clip({str(tmp_path / 'grey.mp4')!r})"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stderr == ""


def test_its_last_words_are_heard(capfd):
    with pytest.raises(RuntimeError, match="stopped"), held_stderr():
        os.write(2, b"why it stopped")
        raise RuntimeError("stopped")
    assert capfd.readouterr().err == "why it stopped"


def test_bad_files_are_explained(tmp_path, instances):
    with pytest.raises(VideoError, match="no such video file"):
        pose.extract_clip(tmp_path / "missing.mp4")
    (tmp_path / "empty.mp4").touch()
    with pytest.raises(VideoError, match="the file is empty"):
        pose.extract_clip(tmp_path / "empty.mp4")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"min_detection_confidence": 1.5}, r"min_detection_confidence must lie in 0\.\.1"),
        ({"min_tracking_confidence": -1}, "min_tracking_confidence must lie"),
        ({"model_complexity": 3}, "model_complexity must be 0 .* found 3"),
    ],
)
def test_settings_are_checked(settings, message):
    with pytest.raises(ValueError, match=message):
        PoseConfig(**settings)


# --- a data set -------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_data_set(data, instances):
    result = pose.extract_dataset(data, workers=1)
    assert (result.extracted, result.warnings) == (3, [])
    assert result.frames_per_second > 0
    table = data.keypoints
    pd.testing.assert_frame_equal(table, result.table)
    assert table.groupby("clip", sort=False).size().to_dict() == {
        "clip_0": 4,
        "clip_1": 6,
        "clip_2": 5,
    }
    assert table.groupby("clip")["detected"].sum().tolist() == [3, 5, 4]
    record = read_json(data.folder / "keypoints.json")
    assert record["extractor"] == "BlazePose full"
    assert record["version"].startswith("mediapipe 0.10")
    assert record["settings"]["min_detection_confidence"] == 0.5
    assert (record["frames"], record["frames_without_pose"]) == (15, 3)


@pytest.mark.slow
def test_a_second_run_does_nothing_again(data, instances):
    first = pose.extract_dataset(data, workers=1)
    second = pose.extract_dataset(data, workers=1)
    assert len(instances) == 3
    assert second.extracted == 0
    assert np.isnan(second.frames_per_second)
    pd.testing.assert_frame_equal(first.table, second.table)
    assert pose.is_done(data) and not pose.is_done(data, PoseConfig(smooth_landmarks=False))


@pytest.mark.slow
@pytest.mark.parametrize("lost", ["keypoints.parquet", "keypoints.json", ".poses/clip_1.parquet"])
def test_a_deleted_file_is_made_again(data, instances, lost):
    table = pose.extract_dataset(data, workers=1).table
    if not lost.startswith("."):
        (data.folder / lost).unlink()
        assert pose.extract_dataset(data, workers=1).extracted == 0
        assert (data.folder / lost).is_file()
    else:  # and only if it is needed
        for file in (lost, "keypoints.parquet"):
            (data.folder / file).unlink()
        assert pose.extract_dataset(data, workers=1).extracted == 1
    pd.testing.assert_frame_equal(data.keypoints, table)


@pytest.mark.slow
def test_a_film_swapped_in_a_flat_folder(home, instances):
    data = Dataset("flat")
    for name in ("a", "b", "c"):
        write_clip(data.folder / "videos" / f"{name}.mp4", [200, 20, 200])
    inventory.make(data)
    assert pose.extract_dataset(data, workers=1).extracted == 3
    film = data.folder / "videos" / "b.mp4"
    before = film.stat()
    write_clip(film, [200, 200, 20])
    os.utime(film, ns=(before.st_atime_ns, before.st_mtime_ns))  # as a copy keeps it
    again = pose.extract_dataset(data, workers=1)
    assert again.extracted == 1
    assert again.table["detected"].tolist() == [True, False, True, True, True, False, True, False,
                                                True]  # fmt: skip


@pytest.mark.slow
def test_poses_that_came_with_the_data_set_stay(data, instances):
    came = pose.extract_dataset(data, workers=1).table.assign(x_nose=0.5)
    data.write(came, "keypoints.parquet")
    write_json(data.folder / "keypoints.json", {"extractor": "another"})
    assert pose.is_done(data)
    assert pose.extract_dataset(data).table["x_nose"].eq(0.5).all()
    edit_clips(data, path="")
    assert pose.extract_dataset(data).extracted == 0


@pytest.mark.slow
def test_only_what_changed_is_done_again(data, instances):
    pose.extract_dataset(data, workers=1)
    write_clip(data.folder / "videos/v0/clip_1.mp4", [20, 200, 200, 200, 200, 200])
    again = pose.extract_dataset(data, workers=1)
    assert again.extracted == 1
    changed = again.table[again.table["clip"] == "clip_1"]
    assert changed["detected"].tolist() == [False, True, True, True, True, True]
    # Other settings change everything, and the way back too, since only the last parts are kept.
    assert pose.extract_dataset(data, PoseConfig(smooth_landmarks=False), 1).extracted == 3
    assert len(list((data.folder / ".poses").iterdir())) == 3


@pytest.mark.slow
def test_names_with_dots_keep_their_parts_apart(home, instances):
    folder = home / "data" / "dots"
    rows = []
    for name in ("a", "a.b"):
        write_clip(folder / f"{name}.mp4", [200])
        rows.append([name, "v", f"{name}.mp4", 25.0, 1, 64, 48])
    columns = ["clip", "video", "path", "fps", "frames", "width", "height"]
    write_table(folder / "clips.csv", pd.DataFrame(rows, columns=columns))
    assert pose.extract_dataset(Dataset("dots"), workers=1).extracted == 2
    assert pose.extract_dataset(Dataset("dots"), workers=1).extracted == 0


@pytest.mark.slow
def test_interrupted_run_continues_with_the_same_result(data, instances, monkeypatch):
    complete = pose.extract_dataset(data, workers=1).table
    folder = data.folder
    for file in [*(folder / ".poses").glob("*.parquet"), folder / "keypoints.parquet"]:
        file.unlink()

    original = parts.extract_clip

    def until_the_third(path, config):
        if path.stem == "clip_2":
            raise KeyboardInterrupt
        return original(path, config)

    monkeypatch.setattr(parts, "extract_clip", until_the_third)
    with pytest.raises(KeyboardInterrupt):
        pose.extract_dataset(data, workers=1)
    assert not (folder / "keypoints.parquet").exists()
    monkeypatch.setattr(parts, "extract_clip", original)
    continued = pose.extract_dataset(data, workers=1)
    assert continued.extracted == 1
    pd.testing.assert_frame_equal(continued.table, complete)


@pytest.mark.slow
def test_processes_side_by_side_give_the_same(data):
    """The real estimator; it finds nobody in grey pictures."""
    result = pose.extract_dataset(data, workers=2)
    assert result.extracted == 3
    assert result.table["clip"].drop_duplicates().tolist() == ["clip_0", "clip_1", "clip_2"]
    assert result.warnings == [
        "clip_0: no pose found in any of its 4 frames",
        "clip_1: no pose found in any of its 6 frames",
        "clip_2: no pose found in any of its 5 frames",
    ]


def gone(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    return False


@pytest.mark.slow(seconds=23)
@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_stopped_run_keeps_finished_clips_and_leaves_no_process(data, end):
    """A real run with two processes that is ended half-way, then a run to the end."""
    frames = 400  # a second or more for the estimator
    write_clip(data.folder / "videos/v1/clip_2.mp4", [120] * frames)
    edit_clips(data, frames=[4, 6, frames])
    script = """if True:
        from gymlib import pose
        from gymlib.dataset import Dataset
        pose.extract_dataset(Dataset("mine"), workers=2)"""
    run = subprocess.Popen(
        [sys.executable, "-c", script], stderr=subprocess.PIPE, start_new_session=True
    )
    deadline = time.monotonic() + 60
    while len(list((data.folder / ".done" / "poses").glob("clip_*.json"))) < 2:
        assert time.monotonic() < deadline and run.poll() is None
        time.sleep(0.02)
    children = [child.pid for child in psutil.Process(run.pid).children(recursive=True)]
    assert len(children) >= 2
    os.kill(run.pid, end)  # the processes it started are not told
    run.communicate(timeout=60)
    assert run.returncode != 0
    deadline = time.monotonic() + 30
    while not all(map(gone, children)):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert not data.has("keypoints.parquet")
    assert pose.extract_dataset(data, workers=1).extracted == 1
    assert not list(data.folder.rglob(".part-*"))


# --- bad data sets ----------------------------------------------------------------------------


@pytest.mark.slow
def test_two_runs_at_once(data, instances):
    with lock.hold(data.folder, "poses"):
        with pytest.raises(lock.BusyError, match=r"another run \(poses\) is working in .*mine"):
            pose.extract_dataset(data, workers=1)
    assert pose.extract_dataset(data, workers=1).extracted == 3


def test_keypoints_only(data):
    edit_clips(data, path="")
    with pytest.raises(pose.KeypointsOnlyError, match="has keypoints and no videos"):
        pose.extract_dataset(data)


def test_all_faulty_paths_at_once(data):
    edit_clips(data, path=["videos/v0/clip_0.mp4", "videos/none.mp4", ""])
    with pytest.raises(pose.PoseError) as error:
        pose.extract_dataset(data)
    assert "clip_1: no video at videos/none.mp4" in str(error.value)
    assert "clip_2: clips.csv names no video" in str(error.value)
    edit_clips(data, path=["../elsewhere.mp4", "videos/none.mp4", ""])
    with pytest.raises(TableError, match="'path' row 1: expected a file in the data set's folder"):
        pose.extract_dataset(data)


@pytest.mark.slow
def test_a_length_that_differs_from_clips_csv(data, instances):
    edit_clips(data, frames=[4, 7, 5])
    with pytest.raises(pose.PoseError, match=r"clip_1: .*clips.csv says 7 frames, 6 were decoded"):
        pose.extract_dataset(data, workers=1)
    edit_clips(data, frames=[4, 6, 5])
    assert pose.extract_dataset(data, workers=1).extracted == 1


def truncate(path):
    noise = np.random.default_rng(0).integers(150, 255, (6, *SIZE, 3), dtype=np.uint8)
    video.write_video(path, noise, 25)
    content = path.read_bytes()
    path.write_bytes(content[: int(0.6 * len(content))])


@pytest.mark.slow
def test_a_truncated_video_stops_only_its_clip(data, instances):
    truncate(data.folder / "videos/v0/clip_1.mp4")
    with pytest.raises(pose.PoseError, match=r"1 of 3 clips .*\nclip_1: .*container says 6 frames"):
        pose.extract_dataset(data, workers=1)
    assert not (data.folder / "keypoints.parquet").exists()
    kept = pose.extract_dataset(data, PoseConfig(keep_truncated=True), workers=1)
    own = kept.table[kept.table["clip"] == "clip_1"]
    assert len(own) == 6
    assert 0 < own["detected"].sum() < 6
    assert own["time"].isna().sum() == (~own["detected"]).sum()
    assert any("clip_1" in note and "kept those" in note for note in kept.warnings)


@pytest.mark.slow
def test_full_disk_keeps_finished_clips(data, instances, monkeypatch):
    original = write_table

    def full(path, table, schema=None):
        if "clip_2" in path.name:
            raise OSError(28, f"cannot write {path}: No space left on device; nothing was changed")
        original(path, table, schema)

    monkeypatch.setattr(parts, "write_table", full)
    with pytest.raises(OSError, match=r"clip_2.*No space left on device"):
        pose.extract_dataset(data, workers=1)
    monkeypatch.setattr(parts, "write_table", original)
    assert pose.extract_dataset(data, workers=1).extracted == 1


# --- real footage -----------------------------------------------------------------------------


@pytest.mark.slow
def test_real_back_flip(real_data):
    """Measured with MediaPipe 0.10.21: a pose in 116 of 120 frames, lost while tucked."""
    found = pose.extract_clip(real_data / "real_video" / "backflip_grass.mp4")
    assert found.keypoints.shape == (120, 33, 2)
    assert found.detected.mean() == pytest.approx(116 / 120, abs=0.02)
    lost = np.flatnonzero(~found.detected)
    assert ((lost >= 31) & (lost <= 46)).any()
    hip = found.keypoints[found.detected][:, [23, 24], 1].mean(axis=1)
    assert 0.3 < hip.min() < hip.max() < 0.8


# --- the tracker ------------------------------------------------------------------------------


@pytest.fixture
def tracked(monkeypatch):
    """Replace the tracker: a pose in every frame, at the frame's number."""
    from gymlib.pose import tracker

    def stand_in(path, config):
        frames = video.probe(path).frames
        place = np.arange(frames, dtype=np.float32)[:, None, None] / 100
        ones = np.ones((frames, 33), np.float32)
        return pose.Pose(
            np.broadcast_to(place, (frames, 33, 2)).copy(), ones, np.ones(frames, bool),
            np.arange(frames) / 25,
        )  # fmt: skip

    monkeypatch.setattr(tracker, "extract_clip", stand_in)
    return PoseConfig(extractor="tracker")


@pytest.mark.slow
def test_each_extractor_keeps_its_clips(data, instances, tracked):
    plain = pose.extract_dataset(data, workers=1).table
    before = (data.folder / "keypoints.parquet").read_bytes()
    own = pose.extract_dataset(data, tracked, workers=1)
    assert own.extracted == 3 and own.table["detected"].all()
    record = read_json(data.folder / "keypoints.json")
    assert record["extractor"] == "BlazePose full, tracked through the flip"
    assert record["settings"] == {"extractor": "tracker", "keep_truncated": False, "person": None}
    assert "ai-edge-litert" in record["version"]
    assert pose.is_done(data, tracked) and not pose.is_done(data)
    back = pose.extract_dataset(data, workers=1)
    assert back.extracted == 0  # only put together again
    pd.testing.assert_frame_equal(back.table, plain)
    assert (data.folder / "keypoints.parquet").read_bytes() == before
    assert pose.extract_dataset(data, tracked, workers=1).extracted == 0


@pytest.mark.slow
def test_some_clips_by_another_extractor(data, instances, tracked, monkeypatch):
    pose.extract_dataset(data, workers=1)
    before = (data.folder / "keypoints.parquet").read_bytes()
    own = pose.extract_clips(data, ["clip_2", "clip_0"], tracked, workers=1)
    assert own["clip"].unique().tolist() == ["clip_2", "clip_0"] and len(own) == 9
    np.testing.assert_allclose(own["x_nose"], [*np.arange(5) / 100, *np.arange(4) / 100])
    assert (data.folder / "keypoints.parquet").read_bytes() == before
    assert pose.is_done(data) and not pose.is_done(data, tracked)
    monkeypatch.setattr(parts, "extract_clip", None)  # nothing is left to do
    again = pose.extract_clips(data, ["clip_2", "clip_0"], tracked, workers=1)
    pd.testing.assert_frame_equal(again, own)


def test_some_clips_that_cannot_be_extracted(data, instances, tracked, monkeypatch):
    with pytest.raises(ValueError, match=r"has no clip clip_9; its 3 clips begin with clip_0"):
        pose.extract_clips(data, ["clip_1", "clip_9"], tracked)
    monkeypatch.setattr(networks, "available", lambda: False)
    with pytest.raises(pose.NoLiteRTError, match="pip install ai-edge-litert"):
        pose.extract_clips(data, ["clip_1"], tracked)


@pytest.mark.slow
def test_without_litert_the_plain_poses_are_taken(data, instances, tracked, monkeypatch):
    monkeypatch.setattr(networks, "available", lambda: False)
    found = pose.extract_dataset(data, tracked, workers=1)
    assert len(instances) == 3
    assert any("LiteRT is not installed" in note for note in found.warnings)
    assert read_json(data.folder / "keypoints.json")["extractor"] == "BlazePose full"
    assert pose.is_done(data, tracked)


def test_the_settings_that_are_there_are_known(home):
    data = Dataset("films")
    assert extraction.present(data) == extraction.THESIS
    data.folder.mkdir(parents=True)
    for config in (
        PoseConfig(extractor="tracker"),
        PoseConfig(extractor="tracker", person=Person(0.4, 0.6, 1.5), keep_truncated=True),
        PoseConfig(),
    ):
        write_json(data.folder / "keypoints.json", {"settings": config.settings})
        again = extraction.present(data)
        assert again == config and again.settings == config.settings
