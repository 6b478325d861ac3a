"""Bad input through the command line: a clear message or a sensible result, nothing lost."""

import contextlib
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import time
from fractions import Fraction

import av
import numpy as np
import pandas as pd
import psutil
import pytest
from footage import DARK, NAMES, annotate, film, see_people, skip_training, truncate
from tiny_dataset import make_dataset

from gymlib import video
from gymlib.__main__ import main
from gymlib.dataset import Dataset
from gymlib.files import lock, paths
from gymlib.files.tables import read_table, write_table
from gymlib.labels import CLASSES
from gymlib.prediction import ensemble
from gymlib.report import steps

CLIPS = "clip,video,path,fps,frames,width,height\n"


@pytest.fixture
def run(home, capfd):
    """Run one command; returns exit status and what it said, output first."""

    def command(*arguments):
        status = main([*map(str, arguments)])
        said = capfd.readouterr()
        assert "Traceback" not in said.out + said.err
        return status, said.out + said.err

    return command


@pytest.fixture
def predict(run, monkeypatch):
    """``predict`` for the data set mine, with a stand-in estimator and untrained models."""
    see_people(monkeypatch)
    skip_training(monkeypatch)
    make_dataset(Dataset("mine").home, clips=2, frames=12)
    return lambda: run("predict", "--dataset", "mine", "--sources", "tiny", "--profile", "quick")


def videos():
    return Dataset("mine").folder / "videos"


def predicted() -> pd.Series:
    """Number of predicted frames by clip."""
    return read_table(ensemble.folder(Dataset("mine")) / "tiny.parquet").groupby("clip").size()


# --- names ------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["data", "predict", "reproduce", "report"])
def test_a_data_set_is_a_name_not_a_path(run, command):
    status, said = run(command, "--dataset", "../elsewhere")
    assert status == 2
    assert "data set '../elsewhere' cannot be a file name: use letters" in said


def test_a_source_is_a_name_too(run):
    film(videos() / "one.mp4")
    status, said = run("predict", "--dataset", "mine", "--sources", "/etc")
    assert (status, "data set '/etc' cannot be a file name" in said) == (2, True)


@pytest.mark.slow
def test_an_unknown_data_set_says_which_there_are(run):
    make_dataset(Dataset("mine").home, clips=1)
    status, said = run("reproduce", "--dataset", "tyny")
    assert status == 2
    assert "no clips.csv and no videos" in said and "data sets there: tiny" in said
    assert not Dataset("tyny").folder.exists()


# --- videos -----------------------------------------------------------------------------------


@pytest.mark.slow
def test_all_unusable_videos_are_listed(run):
    videos().mkdir(parents=True)
    (videos() / "empty.mp4").touch()
    (videos() / "text.mov").write_text("no video")
    truncate(videos() / "cut.mp4", keep=0.02)
    status, said = run("data", "--dataset", "mine")
    assert status == 2
    assert "empty.mp4: the file is empty" in said
    assert "text.mov: cannot be opened as a video" in said and "cut.mp4: " in said
    assert not (Dataset("mine").folder / "clips.csv").exists()
    film(videos() / "good.mp4")
    status, said = run("data", "--dataset", "mine")
    assert status == 0
    assert "left out: videos/empty.mp4: the file is empty" in said
    assert Dataset("mine").clips["clip"].tolist() == ["good"]


@pytest.mark.slow
def test_a_truncated_video_is_named_and_the_others_are_kept(predict):
    for name in ("one", "two"):
        film(videos() / f"{name}.mp4")
    truncate(videos() / "cut.mp4")
    status, said = predict()
    assert status == 0
    assert "note: left out: videos/cut.mp4: truncated or damaged video" in said
    assert "container says 6 frames" in said and set(predicted().index) == {"one", "two"}
    assert len(list((Dataset("mine").folder / ".poses").glob("*.parquet"))) == 2


@pytest.mark.slow
def test_nobody_in_the_picture(predict):
    film(videos() / "dark.mp4", level=DARK)
    status, said = predict()
    assert (status, "dark: no pose found in any of its 8 frames" in said) == (0, True)
    assert predicted().empty


def odd(path):
    """FFV1 in Matroska allows odd sizes, H.264 does not."""
    with av.open(str(path), "w") as out:
        stream = out.add_stream("ffv1", rate=25)
        stream.width, stream.height, stream.pix_fmt = 61, 47, "bgr0"
        for _ in range(3):
            picture = av.VideoFrame.from_ndarray(np.full((47, 61, 3), 200, np.uint8), "rgb24")
            out.mux(stream.encode(picture))
        out.mux(stream.encode())


def timed(path, codec, per_second, moments):
    """Grey frames at these moments, counted in parts of a second."""
    with av.open(str(path), "w") as out:
        stream = out.add_stream(codec, rate=25)
        stream.height, stream.width, stream.pix_fmt = 48, 64, "yuv420p"
        stream.codec_context.time_base = Fraction(1, per_second)
        for moment in moments:
            picture = av.VideoFrame.from_ndarray(np.full((48, 64, 3), 200, np.uint8), "rgb24")
            picture.pts, picture.time_base = moment, Fraction(1, per_second)
            out.mux(stream.encode(picture))
        out.mux(stream.encode())


@pytest.mark.slow
def test_films_are_labelled_by_their_names(run, monkeypatch, tmp_path):
    """Three films and a folder of one, with the weights of the package: a data set of each."""
    see_people(monkeypatch)
    nasty = """=1+1 <script>"&'.mp4"""
    for name in ("one.mp4", "my salto (2).mp4", "more/deep/three.mov", nasty):
        film(tmp_path / name)
    films = [str(tmp_path / name) for name in ("one.mp4", "my salto (2).mp4", "more", nasty)]
    status, said = run("predict", *films)
    assert status == 0, said
    index = paths.work(paths.home()) / "films" / "index.html"
    assert f"Look first at the report: {index}\n" in said
    for name in ("one", "my_salto_2", "three", "1_1_script"):
        place = ensemble.folder(Dataset(name))
        assert f"Tables, files for BORIS and ELAN, overlay videos: {place}" in said
        assert f"{name}: No attempt: all 8 frames are labelled idle." in said
        table = read_table(place / "pretrained.parquet")
        assert len(table) == len(NAMES) and set(table["answer"]) <= set(CLASSES)
        assert video.probe(place / "overlay" / f"{name}.mp4").frames == len(NAMES)
        report = place / "report" / f"{name}.html"
        assert os.path.relpath(report, index.parent) in index.read_text("utf-8")
        text = report.read_text("utf-8")
        assert text.count('href="../') == 6, "overlay, BORIS, ELAN, three tables"
        assert "<script" not in text


def test_a_folder_without_films(run, tmp_path):
    status, said = run("predict", str(tmp_path))
    assert status == 2 and f"{tmp_path}: expected a video, or a folder with videos (.264" in said


@pytest.mark.slow
def test_unusual_videos_are_predicted(predict):
    film(videos() / "single.mp4", frames=1)
    film(videos() / "portrait.mp4", frames=3, size=(64, 36))
    film(videos() / "large.mp4", frames=2, size=(2160, 3840))
    odd(videos() / "odd.mkv")
    # Uneven times, as phones write them; and chunks that a capture program left empty.
    timed(videos() / "phone.mp4", "libx264", 1000, (0, 40, 60, 200, 240, 1000))
    timed(videos() / "dropped.avi", "mpeg4", 25, (0, 1, 2, 3, 7, 8, 9, 10, 11))
    film(videos() / "Monday training" / "IMG 0042 (1).MOV", frames=4)
    truncate(videos() / "cut.mp4")
    status, said = predict()
    assert status == 0, said
    assert "left out: videos/cut.mp4: truncated" in said
    frames = {"single": 1, "portrait": 3, "large": 2, "odd": 3, "phone": 6}
    frames |= {"dropped": 9, "IMG_0042_1": 4}
    assert predicted().to_dict() == frames
    sizes = {}
    for clip, expected in frames.items():
        info = video.probe(ensemble.folder(Dataset("mine")) / "overlay" / f"{clip}.mp4")
        assert info.frames == expected
        sizes[clip] = info.width
    assert sizes == {"single": 64, "portrait": 36, "large": 3840, "odd": 60, "phone": 64,
                     "dropped": 64, "IMG_0042_1": 64}  # fmt: skip
    times = Dataset("mine").keypoints.query("clip == 'phone'")["time"]
    np.testing.assert_allclose(times, [0, 0.04, 0.06, 0.2, 0.24, 1.0], atol=1e-6)


@pytest.mark.slow
def test_a_video_that_came_later_is_added_and_mentioned(run):
    film(videos() / "one.mp4")
    assert run("data", "--dataset", "mine")[0] == 0
    film(videos() / "two.mp4")
    (videos() / "._two.mp4").write_bytes(b"macOS")
    status, said = run("data", "--dataset", "mine")
    assert status == 0
    assert "note: videos/two.mp4 is new: added to clips.csv as two" in said and "._two" not in said


# --- clips.csv and annotations ----------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "cannot be read as a table, expected comma-separated text in UTF-8"),
        (b"\x00\xff\xfe\x89PNG\r\n\x1a\n\xff\xff", "clips.csv"),
        ((CLIPS + "ü,v,,25,8,64,48\n").encode("utf-16"), "comma-separated text in UTF-8"),
        (CLIPS.encode(), "clips.csv lists no clip"),
        (b"clip;video;path;fps;frames;width;height\na;v;;25;8;64;48\n", "semicolons or tabs"),
        (
            b"clip\tvideo\tpath\tfps\tframes\twidth\theight\na\tv\t\t25\t8\t64\t48\n",
            "semicolons or tabs",
        ),
        ((CLIPS + "a,v,,25,0,8,64,48\n").encode(), "row 1 has 8 cells, expected 7; .* a decimal p"),
        (
            (CLIPS + 'a,v,,"25,0",8,64,48\n').encode(),
            "'fps' row 1: expected a number, with a point",
        ),
        (
            (CLIPS + "a,v,,25,8.7,64,48\n").encode(),
            "'frames' row 1: expected a whole number, .*8.7",
        ),
        ((CLIPS + "a,v,/etc/x.mp4,25,8,64,48\n").encode(), "'path' row 1: expected a file in the "),
        ((CLIPS + "a,v,../x.mp4,25,8,64,48\n").encode(), "'path' row 1: expected a file in the "),
        ((CLIPS + "a,v,C:\\x.mp4,25,8,64,48\n").encode(), "'path' row 1: expected a file in the "),
        ((CLIPS + '"a\n",v,,25,8,64,48\n').encode(), "'clip' row 1: expected a plain name"),
        (CLIPS.replace("fps", "video").encode() + b"a,v,,v,8,64,48\n", "named 'video'"),
        (b"clip,video,path,fps,width,height\na,v,,25,64,48\n", "missing column 'frames'"),
        ((CLIPS + "a,v,,25,many,64,48\n").encode(), "column 'frames'.* row 1: .*'many'"),
        ((CLIPS + "a,v,,25,0,64,48\n").encode(), "column 'frames' row 1: .*found 0"),
        ((CLIPS + "../a,v,,25,8,64,48\n").encode(), r"'clip' row 1: expected a plain name"),
        ((CLIPS + "a,v,,25,8,64,48\n" * 2).encode(), "each value once, found 'a'"),
        ((CLIPS + "a,v,,25,8,64,48,1,2\n").encode(), "clips.csv"),
    ],
)
def test_a_malformed_list_of_clips(run, content, message):
    folder = Dataset("mine").folder
    (folder / "annotations").mkdir(parents=True)
    (folder / "annotations" / "anna.csv").write_text("clip,start,end,label\na,0,7,idle\n")
    (folder / "clips.csv").write_bytes(content)
    status, said = run("data", "--dataset", "mine")
    assert status == 2
    assert re.search(message, said), said
    assert str(folder / "clips.csv") in said


@pytest.mark.slow
def test_all_faults_of_all_annotators_are_listed(run):
    film(videos() / "one.mp4")
    film(videos() / "two.mp4")
    folder = Dataset("mine").folder / "annotations"
    folder.mkdir()
    rows = "clip,start,end,label,comment\none,0,3,idle,\none,5,7,jump,\ntwo,0,8,idle,\nthree,0,1,"
    (folder / "anna.csv").write_text(rows + "idle,\n")
    rows = "clip,start,end,label,comment\none,0,7,idle,über\ntwo,0,4,idle,\ntwo,4,7,landing,\n"
    (folder / "ben.csv").write_bytes(rows.encode("latin-1"))
    (folder / "carl.csv").write_bytes(rows.encode("utf-16"))
    status, said = run("data", "--dataset", "mine")
    assert status == 2
    for fault in (
        "anna.csv, row 3: unknown label 'jump'",
        "anna.csv, row 3: clip one: frame 4 has no label (gap)",
        "anna.csv, row 4: clip two: labels end at frame 8, but the clip has 8 frames",
        "anna.csv, row 5: clip 'three' is not in clips.csv",
        "ben.csv, row 2: letters that are not UTF-8; save the file with the encoding UTF-8",
        "ben.csv, row 4: clip two: frame 4 has two labels (overlap with row 3)",
        "carl.csv: missing column clip, start, end, label",
    ):
        assert fault in said


@pytest.mark.slow
def test_labels_of_some_clips_only(predict, run):
    film(videos() / "one.mp4")
    film(videos() / "two.mp4")
    annotate("mine", "anna", {"one": NAMES})
    status, said = run("data", "--dataset", "mine")
    assert (status, "clip two: no annotator labelled it" in said) == (2, True)
    status, said = predict()
    assert (status, "note: two: no labels, not scored" in said) == (0, True)


@pytest.mark.slow
def test_a_video_of_another_length_than_its_clip(run):
    film(videos() / "one.mp4")
    annotate("mine", "anna", {"one": NAMES})
    assert run("data", "--dataset", "mine")[0] == 0
    film(videos() / "one.mp4", frames=5)
    status, said = run("data", "--dataset", "mine")
    assert status == 2
    assert "clip one: 8 frames, but its video has 5" in said


# --- recovered --------------------------------------------------------------------------------


def test_a_notebook_with_another_checksum(run, tmp_path):
    (tmp_path / "copy.ipynb").write_text("{}")
    status, said = run("data", "--dataset", "recovered", "--source", tmp_path / "copy.ipynb")
    assert status == 2
    assert "expected the notebook with SHA-256 35638b44" in said
    assert not Dataset("recovered").folder.exists()


# --- learning ---------------------------------------------------------------------------------


@pytest.mark.slow
def test_keypoints_that_are_no_numbers(predict):
    make_dataset(Dataset("mine").home, clips=1, name="mine")
    file = Dataset("mine").folder / "keypoints.parquet"
    poses = read_table(file)
    poses.loc[poses.index[poses["detected"]][5], "y_left_knee"] = np.nan
    write_table(file, poses)
    status, said = predict()
    assert status == 2
    assert "clip clip_00, frame" in said and "y of left_knee is nan" in said


@pytest.mark.slow
def test_a_source_without_labels(predict, run):
    film(videos() / "one.mp4")
    shutil.rmtree(Dataset("tiny").folder / "annotations")
    status, said = predict()
    assert (status, "labels.parquet is missing" in said) == (2, True)


@pytest.mark.slow
def test_fewer_clips_than_folds(run, monkeypatch):
    """Through the notebook of the protocol, which is where a reader meets it."""
    make_dataset(Dataset("mine").home, clips=2, processed=True)
    monkeypatch.setattr(steps, "READS", {"06_nested_cv": ("processed.parquet",)})
    status, said = run("reproduce", "--dataset", "tiny", "--profile", "quick")
    assert status == 2
    assert "06_nested_cv.ipynb stopped in cell" in said
    assert "3 folds" in said and "2" in said, said
    assert (Dataset("tiny").report / "06_nested_cv.failed.ipynb").is_file()


# --- the machine ------------------------------------------------------------------------------


@contextlib.contextmanager
def files_of_at_most(size: int):
    """The system refuses to let any file grow further, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.slow
def test_no_space_left(predict):
    film(videos() / "one.mp4")
    assert predict()[0] == 0
    before = (Dataset("mine").folder / "keypoints.parquet").read_bytes()
    film(videos() / "one.mp4", frames=9)
    (Dataset("mine").folder / "clips.csv").unlink()
    with files_of_at_most(30_000):
        status, said = predict()
    assert status == 2
    assert "cannot write " in said and "nothing was changed" in said
    assert (Dataset("mine").folder / "keypoints.parquet").read_bytes() == before
    assert not list(Dataset("mine").home.rglob(".part-*"))
    assert predict()[0] == 0
    assert predicted().to_dict() == {"one": 9}


def test_a_folder_that_cannot_be_written(run):
    (Dataset("mine").home / "data").write_text("a file where the folder should be")
    status, said = run("data", "--dataset", "simulated", "--profile", "quick")
    assert (status, "error: " in said) == (2, True)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("work", "folder", "arguments"),
    [
        ("predictions", "mine/results/application", ["predict", "--sources", "tiny"]),
        ("poses", "mine", ["predict", "--sources", "tiny"]),
        ("training-gymtcn_of_3", "tiny/results/application", ["predict", "--sources", "tiny"]),
        ("notebooks", "mine", ["report"]),
    ],
)
def test_two_runs_at_once(predict, run, work, folder, arguments):
    film(videos() / "one.mp4")
    with lock.hold(Dataset("mine").home / "data" / folder, work):
        status, said = run(*arguments, "--dataset", "mine")
    assert status == 2
    assert f"another run ({work}) is working in" in said and "start again" in said


def test_two_generators_at_once(run):
    with lock.hold(Dataset("simulated-quick").folder, "simulation"):
        status, said = run("data", "--profile", "quick")
    assert (status, "another run (simulation) is working in" in said) == (2, True)


# --- stopped ----------------------------------------------------------------------------------


def interrupt(arguments: list[str], when, way: str = "Ctrl-C") -> list[str]:
    """Start a command, stop it when ``when()`` is true; returns the lines it says.

    No process of it outlives it.

    joblib's resource tracker, a process of its own, may add a warning behind the last one.
    """
    command = [sys.executable, "-m", "gymlib", *arguments]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    deadline = time.monotonic() + 120
    while not when():
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            pytest.fail(process.communicate()[1])
        time.sleep(0.02)
    family = psutil.Process(process.pid).children(recursive=True)
    if way == "Ctrl-C":
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does: all processes of the command
    else:
        process.terminate()
    _, said = process.communicate(timeout=120)
    assert psutil.wait_procs(family, timeout=10)[1] == []
    assert process.returncode == 130, said
    assert "Traceback" not in said
    return said.splitlines()


STOPPED = "stopped; finished parts are kept, run the same command to go on"


@pytest.mark.slow
def test_ctrl_c_while_poses_are_extracted(home):
    make_dataset(home, clips=1)
    for name, frames in (("a", 3), ("b", 3), ("c", 900)):
        film(videos() / f"{name}.mp4", frames=frames)
    done = Dataset("mine").folder / ".done" / "poses"
    said = interrupt(
        ["predict", "--dataset", "mine", "--sources", "tiny"],
        lambda: len(list(done.glob("[ab].json"))) == 2,
    )
    assert STOPPED in said
    assert {file.name for file in done.iterdir()} == {"a.json", "b.json"}
    assert not list(home.rglob(".part-*"))


@pytest.mark.slow
@pytest.mark.parametrize("way", ["Ctrl-C", "SIGTERM"])
def test_stopped_while_clips_are_generated(home, way):
    done = Dataset("simulated-quick").folder / ".done" / "simulation"
    said = interrupt(["data", "--profile", "quick"], lambda: any(done.glob("[!.]*.json")), way)
    assert STOPPED in said
    kept = [file.stem for file in done.iterdir()]
    parts = Dataset("simulated-quick").folder / ".parts"
    assert kept and all((parts / f"{clip}.npz").is_file() for clip in kept)
    assert not list(home.rglob(".part-*"))
    with lock.hold(Dataset("simulated-quick").folder, "simulation"):
        pass  # a stopped run holds nothing
