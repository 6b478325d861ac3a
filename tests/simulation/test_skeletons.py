"""Skeletons without pictures: a whole data set, continued after an interruption."""

import numpy as np
import pandas as pd
import pytest

from gymlib.annotation import reading
from gymlib.dataset import Dataset
from gymlib.pose.extraction import is_done
from gymlib.simulation import skeletons
from gymlib.simulation.motion.falls import FALLS
from gymlib.simulation.motion.series import LINKS
from gymlib.simulation.motion.waiting import WAITS
from gymlib.simulation.plan import PER_VIDEO, many

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    data = Dataset("skeletons", home)
    skeletons.make(data.folder, clips=6, processes=1)
    return data


def test_a_data_set_that_every_notebook_can_read(data):
    clips = data.clips
    assert len(clips) == 6 and not data.videos
    reading.read(data)  # raises for any fault
    frames = data.keypoints.groupby("clip", sort=False).size()
    assert frames.tolist() == clips["frames"].tolist()
    assert 0.7 < data.keypoints["detected"].mean() <= 1
    assert is_done(data)  # nothing is to be extracted


def test_what_is_done_stays_and_more_clips_begin_with_the_same(data):
    before = data.keypoints
    part = next((data.folder / ".parts").iterdir())
    stamp = part.stat().st_mtime_ns
    skeletons.make(data.folder, clips=6, processes=1)
    assert part.stat().st_mtime_ns == stamp
    (data.folder / "clips.csv").unlink()  # the tables are written again from the parts
    skeletons.make(data.folder, clips=6, processes=1)
    assert part.stat().st_mtime_ns == stamp
    pd.testing.assert_frame_equal(data.keypoints, before)
    assert many(6) == many(PER_VIDEO + 1)[:6]


def test_the_plan_has_what_the_world_has():
    planned = many(1000)
    attempts, sessions = [c.attempt for c in planned], [c.session for c in planned]
    assert len({c.clip for c in planned}) == 1000
    assert {a.landing for a in attempts} >= {"walk-off", "run-out", "celebrate", "sit"}
    drops = np.array([a.drop for a in attempts])
    assert drops.min() < -0.2 and drops.max() > 2 and 0.15 < (drops != 0).mean() < 0.4
    assert {a.waiting for a in attempts} == set(WAITS)
    assert {a.link for a in attempts if a.repeats} == set(LINKS) - {"crouch"}
    assert {a.landing for a in attempts} >= {*FALLS, "water"}
    assert 0.02 < np.mean([a.skill == "none" for a in attempts]) < 0.06
    idle = np.array([a.idle for a in attempts if a.idle is not None])
    assert 0.3 < len(idle) / len(attempts) < 0.6
    assert idle.min() < 0.2 and idle.max() > 3
    assert all(a.landing != "none" for a in attempts if a.idle is not None)
    assert {s.width > s.height for s in sessions} == {True, False}
    assert any(s.follow for s in sessions) and any(s.zoom for s in sessions)
    assert any(abs(s.view or 0) > 60 for s in sessions)
