"""The README's five lines work as they stand, on a data set and on a bare video file."""

import re

import numpy as np
import pytest
from footage import film, see_people, skip_training
from matplotlib.figure import Figure
from tiny_dataset import make_dataset

from gymlib.dataset import Dataset
from gymlib.files import paths
from gymlib.prediction import open_dataset

README = (paths.REPOSITORY / "README.md").read_text("utf-8")
(LINES,) = re.findall(r"^## In five lines\n\n```python\n(.*?)^```", README, flags=re.M | re.S)


def run(lines: str) -> dict:
    names = {}
    exec(compile(lines, "README.md", "exec"), names)
    return names


@pytest.fixture
def simulated(home, monkeypatch):
    skip_training(monkeypatch)
    make_dataset(home, name="simulated")


@pytest.mark.slow
def test_on_a_data_set(simulated):
    names = run(LINES)
    attempt, found = names["attempt"], names["probabilities"]
    assert found.shape == (len(attempt), 4) and attempt.keypoints.shape == (len(attempt), 33, 2)
    assert not attempt.detected.all() and np.isfinite(found).all()
    assert attempt.labels.shape == (len(attempt),)


@pytest.mark.slow
def test_on_a_bare_video(simulated, home, monkeypatch):
    seen = see_people(monkeypatch)
    video = film(home / "Salto 1 (copy).mp4")
    names = run(LINES.replace('open_dataset("simulated")', f"open_dataset({str(video)!r})"))
    assert len(seen) == 8 and names["attempt"].labels is None
    assert np.isfinite(names["probabilities"]).all()
    drawn = names["plots"].plot_clip(names["attempt"], names["probabilities"])
    assert isinstance(drawn, Figure)
    assert names["data"].name == "Salto_1_copy"
    again = open_dataset(video)  # kept: nothing is extracted again
    assert again.clips["clip"].tolist() == ["Salto_1_copy"] and len(seen) == 8


@pytest.mark.slow
def test_another_video_of_the_same_name_is_refused(home, monkeypatch):
    see_people(monkeypatch)
    first, second = film(home / "a" / "salto.mp4"), film(home / "b" / "salto.mp4", level=150)
    open_dataset(first)
    with pytest.raises(ValueError, match=r"holds other data than .*rename the file"):
        open_dataset(second)
    with pytest.raises(ValueError, match="is no file; expected a video, or the name"):
        open_dataset(home / "c" / "salto.mp4")
    assert open_dataset("salto", home).folder == Dataset("salto").folder


def test_an_unknown_data_set_is_told_how_to_make_it(home):
    with pytest.raises(FileNotFoundError, match="Run `make data DATASET=nothing`"):
        open_dataset("nothing")
