"""The kernel's side of the viewer in which a click says whom to follow."""

import pandas as pd
import pytest
from tiny_dataset import make_dataset
from widget_messages import last, listen

from gymlib import pose
from gymlib.dataset import Dataset
from gymlib.files.atomic import write_json
from gymlib.files.tables import write_table
from gymlib.pose import Person
from gymlib.prediction import open as doors
from gymlib.prediction import videos
from gymlib.viewer import PersonChooser

CLICK = {"do": "follow", "clip": "clip_01", "frame": 5, "x": 0.25, "y": 0.5}


@pytest.fixture
def data(home):
    """Two attempts of one film at 25 frames a second, the second from its frame 40 on."""
    data = Dataset(make_dataset(home, clips=2, frames=20), home)
    clips = data.clips.assign(start=[0, 40], end=[19, 59])
    write_table(data.folder / "clips.csv", clips)
    return Dataset(data.name, home)


def chosen(data, monkeypatch, extractor=pose.TRACKER, notes=(), seen=True) -> tuple[list, list]:
    """What the poses were asked for after the click, and what the browser heard."""
    write_json(data.folder / "keypoints.json", {"settings": {"extractor": extractor}})
    asked = []

    def extract(of, config):
        asked.append(config)
        return pose.Extraction(of.keypoints.assign(detected=seen), 2, 30.0, list(notes))

    monkeypatch.setattr(pose, "extract_dataset", extract)
    said_before = pd.DataFrame({"clip": "clip_01", "frame": [3], "label": ["skill"]})
    viewer = PersonChooser(data, ["clip_01"], {"model": said_before})
    said = listen(viewer)
    viewer._hear(None, CLICK, [])
    return asked, said


def test_a_click_is_a_place_and_a_time_of_the_film(data, monkeypatch):
    """Frame 5 of the attempt that begins with frame 40 is shown from 1.80 to 1.84 seconds."""
    asked, said = chosen(data, monkeypatch)
    [config] = asked
    assert config == pose.PoseConfig(extractor=pose.TRACKER, person=config.person)
    assert config.person == pytest.approx((0.25, 0.5, 1.82))
    clip = last(said, "clip")
    assert clip["frame"] == 5 and "model" not in [row["name"] for row in clip["rows"]]
    assert last(said, "followed")["text"].startswith("followed from now on")


def test_a_note_of_the_tracker_is_told(data, monkeypatch):
    _, said = chosen(data, monkeypatch, notes=["clip_00: no pose found"])
    assert last(said, "followed")["text"].startswith("clip_00: no pose found; followed")


def test_where_nobody_is_found_all_stays_as_it_was(data, monkeypatch):
    asked, said = chosen(data, monkeypatch, seen=False)
    assert [config.person is None for config in asked] == [False, True]
    assert "skeleton is as before" in last(said, "problem")["text"]
    assert not [content for content, _ in said if content["say"] == "clip"], "models stay shown"


def test_who_follows_whom_it_likes_is_not_told(data, monkeypatch):
    asked, said = chosen(data, monkeypatch, extractor=pose.EXTRACTOR)
    assert asked == [] and "EXTRACTOR=tracker" in last(said, "problem")["text"]


def test_a_click_into_a_clip_that_was_left_is_nothing(data, monkeypatch):
    monkeypatch.setitem(CLICK, "clip", "clip_00")
    assert chosen(data, monkeypatch) == ([], [])


def test_one_pointed_at_stays_so_when_the_film_is_opened_again(data, monkeypatch, tmp_path):
    film = tmp_path / "tiny.mp4"
    film.touch()
    asked = []
    monkeypatch.setattr(doors, "film_dataset", lambda file, home: data)
    monkeypatch.setattr(videos, "find_poses", lambda of, config: asked.append(config.person))
    doors.open_dataset(film)
    settings = {"extractor": pose.TRACKER, "person": [0.25, 0.5, 1.82]}
    write_json(data.folder / "keypoints.json", {"settings": settings})
    doors.open_dataset(film)
    assert asked == [None, Person(0.25, 0.5, 1.82)]
