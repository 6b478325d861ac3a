"""Which clips both extractors look at, and whose poses are whose."""

import pandas as pd
import pytest
from tiny_dataset import make_dataset

from gymlib.dataset import Dataset
from gymlib.files.tables import write_table
from gymlib.pose import TRACKER, PoseConfig, comparison


@pytest.fixture
def filmed(home, monkeypatch):
    """Five clips with films; the tracker finds nobody, and says which clips it was asked for."""
    data = Dataset(make_dataset(home, clips=5), home)
    clips = data.clips.assign(path=[f"videos/{clip}.mp4" for clip in data.clips["clip"]])
    write_table(data.folder / "clips.csv", clips)

    def extract(of, names, config):
        assert config == PoseConfig(extractor=TRACKER)
        return pd.DataFrame({"clip": names, "detected": False})

    monkeypatch.setattr(comparison, "extract_clips", extract)
    monkeypatch.setattr(comparison, "possible", lambda config: (config, []))
    monkeypatch.setattr(comparison, "fitted_on", lambda name: ["clip_01"])
    monkeypatch.setitem(comparison.CLIPS, "quick", 3)
    return Dataset(data.name, home)


def test_both_have_the_same_clips_without_those_fitted_on(filmed):
    found = comparison.by_both(filmed, "quick")
    assert list(found) == ["BlazePose", "tracker"]
    names = list(found["tracker"]["clip"])
    assert len(names) == 3 and "clip_01" not in names
    assert list(found["BlazePose"]["clip"].unique()) == names
    assert found["BlazePose"]["detected"].any()


def test_where_the_tracker_cannot_run_nothing_is_compared(filmed, monkeypatch):
    monkeypatch.setattr(comparison, "possible", lambda config: (config, ["LiteRT is missing"]))
    assert comparison.by_both(filmed) == {}


def test_skeletons_without_films_have_one_extractor(home):
    assert comparison.by_both(Dataset(make_dataset(home, clips=2), home)) == {}
