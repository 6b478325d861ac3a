"""What models say goes to BORIS and ELAN, and comes back as annotations."""

import numpy as np
import pandas as pd
import pytest
from tiny_dataset import FPS, make_dataset

from gymlib import formats
from gymlib.annotation.reading import read_annotation
from gymlib.dataset import Dataset
from gymlib.prediction import exchange

ROWS = [
    ("mine", "clip_00", "idle", 0, 11),
    ("mine", "clip_00", "take-off", 12, 12),
    ("mine", "clip_00", "skill", 13, 39),
    ("mine", "clip_01", "skill", 0, 39),
    ("other", "clip_01", "landing", 0, 39),
]
SEGMENTS = pd.DataFrame(ROWS, columns=["model", "clip", "label", "first", "last"])


@pytest.fixture
def data(home):
    return Dataset(make_dataset(home, clips=3), home)


def write(data, segments=SEGMENTS):
    times, notes = exchange.clocks(data)
    assert notes == []
    return exchange.write(data, segments, times, data.folder / "out")


def files(data):
    return sorted(f"{f.parent.name}/{f.name}" for f in (data.folder / "out").glob("[be]*/*"))


@pytest.mark.slow
@pytest.mark.parametrize("form", ["boris", "elan"])
def test_there_and_back(data, form):
    assert write(data) == []
    assert files(data) == [
        "boris/mine.tsv", "boris/other.tsv", "elan/clip_00.eaf", "elan/clip_01.eaf"
    ]  # fmt: skip
    formats.take(data, form, data.folder / "out" / form)
    for model in ("mine", "other"):
        came = read_annotation(data.annotation(model))[["clip", "label", "start", "end"]]
        went = SEGMENTS[SEGMENTS["model"] == model][["clip", "label", "first", "last"]]
        assert came.astype(str).to_numpy().tolist() == went.astype(str).to_numpy().tolist()


@pytest.mark.slow
def test_a_corrected_file_stays(data):
    write(data)
    eaf = data.folder / "out" / "elan" / "clip_00.eaf"
    eaf.write_text(corrected := eaf.read_text().replace("take-off", "skill"))
    (note,) = write(data)
    assert note.startswith(f"{eaf} was changed and stays; delete it")
    assert eaf.read_text() == corrected
    assert len(write(data)) == 1, "still"
    eaf.unlink()
    assert write(data) == [] and "take-off" in eaf.read_text()


def test_files_of_clips_and_models_that_are_gone_go(data):
    write(data)
    write(data, SEGMENTS[:3])
    assert files(data) == ["boris/mine.tsv", "elan/clip_00.eaf"]
    write(data, SEGMENTS[:0])
    assert files(data) == []


@pytest.mark.slow
def test_without_times_there_are_no_files_for_elan(data):
    data.write(data.clips.assign(fps=[FPS, np.nan, FPS]), "clips.csv")
    write(data)
    assert "elan/clip_00.eaf" in files(data) and "elan/clip_01.eaf" not in files(data)
    data.write(data.clips.assign(fps=5000.0), "clips.csv")
    times, notes = exchange.clocks(data)
    assert len(notes) == 3 and "within a millisecond" in notes[0]
    assert times["clip_00"].borders is None and times["clip_00"].frames == 40
