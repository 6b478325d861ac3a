"""Two attempts of data sets found by their numbers, and the page about them."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from footage import filmed_dataset
from no_models import NOBODY
from site_check import Page, faults
from stick_figure import attempt, salto

from gymlib.dataset import Dataset
from gymlib.kinematics.alignment import MOMENTS, measured
from gymlib.labels import decode
from gymlib.prediction import pair
from gymlib.prediction.film_report import Side, write_comparison
from gymlib.prediction.film_report.comparison import NONE

pytestmark = pytest.mark.slow

DIFFERENCE = '<td data-of="B less A">'


class Drawn(Dataset):
    """A data set whose clips are somersaults on paper, under any name."""

    def clip(self, clip):
        keypoints, labels = salto(flight=24 if clip == "longer" else 20)
        return attempt(keypoints, labels, name=clip)

    def video(self, clip):
        return None


def side(home, name):
    data = Drawn("tiny", home)
    clip = data.clip(name)
    return Side(data, measured(clip, clip.labels), "labelled by people")


def test_a_page_is_one_file_without_scripts(tmp_path):
    path = write_comparison(
        tmp_path / "p" / "c.html", *(side(tmp_path, n) for n in ("a", "longer"))
    )
    assert faults(path.parent) == [] and list(path.parent.iterdir()) == [path]
    page, text = Page(path), path.read_text("utf-8")
    assert {tag for tag, _ in page.tags}.isdisjoint({"script", "iframe", "link", "object"})
    assert len(page.pictures) == 2 * len(MOMENTS) + 1
    assert page.captions[0].startswith("A frame 15, −0.15") and page.captions[1].startswith("B ")
    assert "<li>flew 0.13 s longer (" in text and "<h1>a and longer</h1>" in text
    row = text[text.index("flight time <span") :]
    assert '(s)</span></th><td data-of="A">0.67 (' in row[:80]
    assert f"{DIFFERENCE}<b>0.13 (" in row[:250]
    assert text.count(f"{DIFFERENCE}<b>") == text.count("<li>")


def test_equal_attempts_have_no_difference_that_is_said(tmp_path):
    path = write_comparison(tmp_path / "c.html", *(side(tmp_path, name) for name in "ab"))
    text = path.read_text("utf-8")
    assert f"<li>{NONE}</li>" in text and f"{DIFFERENCE}<b>" not in text


def test_without_a_frame_rate_frames_are_told(tmp_path):
    one = side(tmp_path, "a")
    one = one._replace(own=one.own._replace(clip=replace(one.own.clip, fps=np.nan)))
    page = Page(write_comparison(tmp_path / "c.html", one, one))
    assert page.captions[0] == "A frame 15"


@pytest.fixture
def data(home):
    return filmed_dataset(home)


def test_attempts_are_counted_over_the_clips_and_people_are_believed(data):
    found = [pair.find("tiny", number, NOBODY, data.home) for number in (1, 2)]
    assert [own.own.clip.name for own in found] == ["clip_00", "clip_01"]
    assert {own.whose for own in found} == {"labelled by people"}
    assert decode(found[0].own.labels).count("skill") > 0
    with pytest.raises(ValueError, match=r"tiny: expected an attempt 9, found 2 in 2 clips; see"):
        pair.find("tiny", 9, NOBODY, data.home)
    with pytest.raises(ValueError, match=r"expected an attempt 0"):
        pair.find("tiny", 0, NOBODY, data.home)


def test_twins_are_of_one_name_and_whole(tmp_path):
    class Several(Drawn):
        """Cut in the air, forwards, backwards, backwards."""

        @property
        def clips(self):
            return pd.DataFrame({"clip": ["cut", "front", "back", "longer"][: self.most]})

        def clip(self, clip):
            keypoints, labels = salto(way=1 if clip == "front" else -1)
            start = 25 if clip == "cut" else 0
            return attempt(keypoints[start:], labels[start:], name=clip)

    data = Several("tiny", tmp_path)
    for data.most, expected in ((4, ["back", "longer"]), (3, [])):
        assert [side.own.clip.name for side in pair.twins(data, NOBODY)] == expected


def test_the_models_label_what_nobody_has(data, monkeypatch):
    said = data.clip("clip_00").labels
    monkeypatch.setattr(pair, "label_clip", lambda own, attempt: said)
    codes, whose = pair._labels(replace(data.clip("clip_00"), labels=None), NOBODY)
    assert codes is said and whose == "labelled by the models of the package"


def test_a_page_of_one_data_set(data):
    path = pair.compare(("tiny", "tiny"), (1, 2), data.home)
    assert path == data.home / "build" / "films" / "clip_00_1-clip_01_1" / pair.PAGE
    assert "<h1>clip_00 and clip_01</h1>" in path.read_text("utf-8")
