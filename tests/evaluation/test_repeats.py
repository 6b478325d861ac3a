"""The protocol with other seeds and with whole videos left out, on a tiny data set."""

import numpy as np
import pytest
from tiny_dataset import make_dataset
from tiny_protocol import TINY

from gymlib.dataset import Dataset
from gymlib.evaluation import chance, repeats
from gymlib.files.atomic import MissingFileError
from gymlib.files.tables import read_table


@pytest.fixture
def data(home):
    return Dataset(make_dataset(home, clips=8, frames=20, videos=4, processed=True))


@pytest.mark.slow
def test_seeds_and_videos_are_run_once_and_read_together(data):
    assert repeats.count(data, TINY) == 1  # before anything ran
    assert repeats.run(data, TINY, seeds=2) == []
    assert repeats.names(data, TINY) == ["tiny", "tiny-seed1", "tiny-videos"]
    assert repeats.count(data, TINY) == 2
    files = [data.results(name) / "predictions.parquet" for name in repeats.names(data, TINY)]
    stamps = [file.stat().st_mtime_ns for file in files]
    found = repeats.read(data, TINY)
    assert len(found.seeds) == 2 and not found.seeds[0].equals(found.seeds[1])
    repeats.run(data, TINY, seeds=1)
    assert [file.stat().st_mtime_ns for file in files] == stamps
    assert len(repeats.read(data, TINY).seeds) == 1  # the second one stays, and is not counted

    videos = read_table(data.results("tiny-videos") / "folds.csv").groupby("video")["outer"]
    assert (videos.nunique() == 1).all()  # nobody stands on both sides
    table = chance.table(found, labelled=8 * 20)
    assert table["split"].tolist() == ["clips"] * 4 + ["videos"] * 4
    assert table["seeds"].tolist() == [2] * 4 + [1] * 4
    tested = len(found.seeds[0][["clip", "frame"]].drop_duplicates())
    np.testing.assert_allclose(table["all_frames"], table["acc_mean"] * tested / (8 * 20))
    assert (table["acc_low"] <= table["acc_mean"]).all()


@pytest.mark.slow
def test_too_few_videos_are_said(home):
    data = Dataset(make_dataset(home, clips=8, frames=20, videos=2, processed=True))
    notes = repeats.run(data, TINY)
    assert notes == [
        "2 videos are too few to leave whole ones out in 2 outer folds of 2 inner ones."
    ]
    assert repeats.read(data, TINY).videos is None
    assert set(chance.table(repeats.read(data, TINY), 160)["split"]) == {"clips"}


def test_names_and_seeds_of_protocols():
    assert TINY.seeded(0) == TINY
    other = TINY.seeded(3)
    assert (other.name, other.seed, other.outer) == ("tiny-seed3", 3, TINY.outer)
    assert (TINY.by_video().name, TINY.by_video().groups) == ("tiny-videos", "video")


@pytest.mark.slow
def test_before_any_run(data):
    with pytest.raises(MissingFileError):
        repeats.read(data, TINY)
    assert np.isfinite(repeats.count(data, TINY))
