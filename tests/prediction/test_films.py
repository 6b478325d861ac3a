"""Films by their names: long ones cut into attempts, several side by side, on a cluster too."""

import logging
import shutil

import numpy as np
import pytest
from distributed import LocalCluster
from footage import film, see_people
from site_check import Page, faults

from gymlib import video
from gymlib.dataset import Dataset
from gymlib.files.tables import read_table
from gymlib.pose import Person, PoseConfig, attempts, parts
from gymlib.prediction import ensemble, films, pages, pretrained
from gymlib.prediction import open as doors
from gymlib.prediction.predict import named, predict
from gymlib.video import VideoError

FOUND = [(2, 9), (15, 22)]


@pytest.fixture
def long(home, monkeypatch, tmp_path):
    """A film of 30 frames, with an attempt in frames 2 to 9 and one in 15 to 22."""
    monkeypatch.setattr(attempts, "find", lambda path: list(FOUND))
    greys = [np.full((48, 64, 3), 130 + 4 * k, np.uint8) for k in range(30)]
    path = tmp_path / "films" / "long day.mp4"
    path.parent.mkdir()
    video.write_video(path, greys, 25)
    return path


def run(files, people=None, cluster=None):
    """Label films by the weights of the package: what was said, and the page."""
    said = {}
    page = predict(
        files, Dataset("none"), {pretrained.NAME: []},
        lambda data, found: said.update({data.name: found}), people=people, cluster=cluster,
    )  # fmt: skip
    return said, page


def test_the_films_of_a_folder_are_those_that_one_sees(tmp_path):
    for name in ("b.MOV", "._b.MOV", "sub/a.mp4", "notes.txt"):
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.touch()
    assert doors.films(tmp_path) == [tmp_path / "b.MOV", tmp_path / "sub" / "a.mp4"]
    with pytest.raises(ValueError, match=r"expected a video, or a folder with videos \(.*\.mp4"):
        doors.films(tmp_path / "none")


# --- one long film ----------------------------------------------------------------------------


@pytest.mark.slow
def test_a_long_film_is_one_data_set_with_a_clip_per_attempt(long):
    data = doors.film_dataset(long)
    clips = data.clips
    assert data.name == "long_day"
    assert clips["clip"].tolist() == ["long_day_01", "long_day_02"]
    assert clips["video"].tolist() == ["long_day"] * 2
    assert clips[["start", "end", "frames"]].to_numpy().tolist() == [[2, 9, 8], [15, 22, 8]]
    for clip, (first, _) in zip(clips["clip"], FOUND):
        shown = next(video.read_frames(data.video(clip)))
        assert shown.rgb.mean() == pytest.approx(130 + 4 * first, abs=2)


@pytest.mark.slow
def test_what_was_cut_once_stays(long, monkeypatch, tmp_path):
    """People may have labelled it, whatever would be found today."""
    doors.film_dataset(long)
    monkeypatch.setattr(attempts, "find", lambda path: pytest.fail("looked again"))
    assert len(doors.film_dataset(long).clips) == 2
    other = film(tmp_path / "other" / "long day.mp4")
    with pytest.raises(ValueError, match=r"holds other data than .*rename the file"):
        doors.film_dataset(other)


@pytest.mark.slow
def test_an_interrupted_cut_begins_anew(long, monkeypatch):
    def stopped(film, stretches, files):
        shutil.copy(film, files[0].parent / files[0].name) if files[0].parent.exists() else None
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(doors, "cut", stopped)
        doors.film_dataset(long)
    assert not Dataset("long_day").has("clips.csv")
    assert len(doors.film_dataset(long).clips) == 2


@pytest.mark.slow
def test_times_are_those_of_the_film(long, monkeypatch):
    see_people(monkeypatch)
    said, page = run([long])
    place = ensemble.folder(Dataset("long_day"))
    table = read_table(place / "labels.csv").groupby("clip")["time"].agg(["first", "last"])
    np.testing.assert_allclose(table, np.array(FOUND) / 25, atol=1e-6)
    assert list(said["long_day"].sentences) == ["long_day_01", "long_day_02"]
    assert page == place / "index.html" and faults(page.parent) == []
    assert Page(page).links == [f"report/long_day_0{k}.html" for k in (1, 2)]
    text = page.read_text("utf-8")
    assert "long_day_01</b>, 0.08 s to 0.40 s" in text
    assert "long_day_02</b>, 0.60 s to 0.92 s" in text
    second = (place / "report" / "long_day_02.html").read_text("utf-8")
    assert "from 0.60 s of long_day, 64 × 48 pixels, 8 frames" in second


# --- whom to follow ---------------------------------------------------------------------------


def test_people_are_pointed_at_film_by_film(home, tmp_path):
    files = [film(tmp_path / name) for name in ("a.mp4", "b.mp4")]
    everyone, one = Person(0.5, 0.5), Person(0.4, 0.6, 1.5)
    asked = named(files, "tracker", {"": everyone, "b.mp4": one})
    assert [own.poses.person for own in asked] == [everyone, one]
    assert [own.poses.person for own in named(files, "tracker", {"b.mp4": one})] == [None, one]
    with pytest.raises(ValueError, match=r"somebody in c.mp4; expected one of the films: a.mp4, b"):
        named(files, "tracker", {"c.mp4": one})


def test_a_data_set_has_no_films_to_point_into(home):
    film(Dataset("none").folder / "videos" / "a.mp4")
    with pytest.raises(ValueError, match=r"somebody in a.mp4, but no films are named"):
        run([], {"a.mp4": Person(0.5, 0.5)})
    with pytest.raises(ValueError, match="--cluster labels films, a worker each; name films"):
        run([], cluster="tcp://127.0.0.1:9")


def test_a_moment_of_the_film_is_one_of_its_attempt():
    """At 10 frames a second the attempt shows the film's seconds 3 to 5."""
    clip = {"clip": "a_02", "start": 30, "fps": 10.0, "frames": 20}

    def person(seconds, clip=clip):
        config = PoseConfig(extractor="tracker", person=Person(0.4, 0.6, seconds))
        return parts.of_clip(config, clip).person

    assert person(4.5) == Person(0.4, 0.6, 1.5)
    assert person(2.9) is None and person(5.0) is None
    assert person(0.0) == Person(0.4, 0.6), "a place alone holds for every attempt"
    assert person(4.5, {"clip": "a", "fps": 10.0, "frames": 20}) == Person(0.4, 0.6, 4.5)


# --- several ----------------------------------------------------------------------------------


def test_two_films_of_one_name(home, tmp_path):
    files = [film(tmp_path / folder / "a.mp4") for folder in ("x", "y")]
    with pytest.raises(ValueError, match="would both be the data set 'a'; rename one of them"):
        run(files)


@pytest.mark.slow
def test_a_film_that_cannot_be_used_leaves_the_others(home, tmp_path, monkeypatch):
    see_people(monkeypatch)
    good, bad = film(tmp_path / "good.mp4"), tmp_path / "bad.mp4"
    bad.write_text("no video")
    with pytest.raises(films.FilmError, match=r"1 of 2 films could not be labelled:\n- .*bad.mp4"):
        run([bad, good])
    assert (ensemble.folder(Dataset("good")) / "report" / "good.html").is_file()
    assert not Dataset("bad").folder.exists()
    with pytest.raises(VideoError, match="cannot be opened as a video"):
        run([bad])


@pytest.mark.slow
def test_labels_of_all_films_come_before_pictures(home, tmp_path, monkeypatch):
    see_people(monkeypatch)
    steps = []
    draw = pages.draw
    monkeypatch.setattr(
        pages,
        "draw",
        lambda data, sources: steps.append(f"draw {data.name}") or draw(data, sources),
    )
    files = [film(tmp_path / name) for name in ("a.mp4", "b.mp4")]
    predict(
        files, Dataset("none"), {pretrained.NAME: []},
        lambda data, found: steps.append(f"label {data.name}"),
    )  # fmt: skip
    assert steps == ["label a", "label b", "draw a", "draw b"]


@pytest.mark.slow(seconds=80)
def test_films_side_by_side_and_on_a_cluster_are_labelled_alike(home, tmp_path):
    files = [film(tmp_path / name) for name in ("a.mp4", "b.mp4")]
    here, page = run(files)
    shutil.move(home / "data", home / "here")
    quiet = {"silence_logs": logging.CRITICAL, "dashboard_address": ":0"}
    with LocalCluster(n_workers=2, threads_per_worker=1, **quiet) as cluster:
        afar, other = run(files, cluster=cluster.scheduler_address)
        again, _ = run(files[:1], cluster=cluster.scheduler_address)  # here: its data set is
    assert page == other and Page(page).links == [
        f"../../data/{n}/results/application/report/{n}.html" for n in "ab"
    ]
    assert here.keys() == afar.keys() == {"a", "b"} and again.keys() == {"a"}
    assert again["a"].sentences == here["a"].sentences
    for name in here:
        assert here[name].sentences == afar[name].sentences
        mine, theirs = (home / folder / name for folder in ("here", "data"))
        kept = [
            {p.relative_to(place) for p in place.rglob("*") if p.name[0] != "."}
            for place in (mine, theirs)
        ]
        assert kept[0] == kept[1]
        for table in ("labels.csv", "segments.csv"):
            path = f"results/application/{table}"
            assert (mine / path).read_bytes() == (theirs / path).read_bytes()
