"""Published answers: kept small, given back as they were, and never for other clips or networks."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from tiny_dataset import make_dataset

from gymlib import models
from gymlib.dataset import Dataset
from gymlib.dataset.schemas import PROBABILITIES
from gymlib.evaluation import published, timelines
from gymlib.files import paths
from gymlib.files.atomic import read_json
from gymlib.files.tables import write_table

TEST = published.VIDEOS_OUT


@pytest.fixture
def data(home, tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "PUBLISHED", tmp_path / "report")
    return Dataset(make_dataset(home, clips=3, frames=10, videos=3, processed=True), home)


@pytest.fixture
def said(data) -> pd.DataFrame:
    """Of every frame what two models and their vote say; outer folds are the clips."""
    rows = data.labels[["clip", "frame", "label"]].reset_index(drop=True)
    rng = np.random.default_rng(0)
    tables = [
        rows.assign(
            architecture="lstm",
            model=model,
            outer=rows["clip"].astype("category").cat.codes,
            **dict(zip(PROBABILITIES, rng.dirichlet(np.ones(4), len(rows)).T)),
        )
        for model in ("base_1", "base_2", "ensemble")
    ]
    return pd.concat(tables, ignore_index=True)


@pytest.mark.slow
def test_answers_come_back_as_timelines(data, said):
    published.write(data, TEST, "lstm", said, {"seconds": 12.5})
    found = published.read(data, TEST)
    assert list(found) == ["lstm"]
    before, after = (timelines.read(data, table) for table in (said, found["lstm"]))
    assert [own.clip for own in after] == list(data.clips["clip"])
    for one, other in zip(before, after):
        assert (one.outer, one.video) == (other.outer, other.video)
        np.testing.assert_array_equal(one.true, other.true)
        np.testing.assert_allclose(other.probabilities, one.probabilities, atol=5.1e-5)
    assert published.seconds(data, TEST) == {"lstm": 12.5}
    assert published.read(data, published.TAUGHT) == {}


@pytest.mark.slow
def test_only_the_vote_is_kept_rounded(data, said):
    file = published.write(data, TEST, "lstm", said, {})
    kept = pd.read_parquet(file)
    assert len(kept) == len(data.labels)
    np.testing.assert_allclose(kept[PROBABILITIES] * 1e4 % 1, 0.5, atol=0.51)  # no NaN
    exact = kept[PROBABILITIES].to_numpy(float)
    np.testing.assert_allclose(exact, exact.round(4), atol=1e-7)
    assert published.seconds(data, TEST) == {}  # nobody measured it


def test_other_labels_are_not_what_was_tested(data, said, home):
    published.write(data, TEST, "lstm", said, {})
    labels = data.labels.copy()
    labels.loc[3, "label"] = "skill" if labels.loc[3, "label"] != "skill" else "idle"
    write_table(data.folder / "labels.parquet", labels)
    assert published.read(Dataset(data.name, home), TEST) == {}


def test_a_changed_recipe_is_another_architecture(data, said):
    own = replace(models.recipe("lstm"), name="mine")
    models.register(own)
    try:
        published.write(data, TEST, "mine", said, {})
        assert list(published.read(data, TEST)) == ["mine"]
        models.unregister("mine")
        assert published.read(data, TEST) == {}, "nobody knows it"
        models.register(replace(own, epochs=own.epochs + 1))
        assert published.read(data, TEST) == {}, "it was trained in another way"
    finally:
        models.unregister("mine")


@pytest.mark.slow
def test_those_of_the_recovered_clips_are_whole():
    """What stands in the repository: all architectures."""
    folder = paths.PUBLISHED / "recovered" / "answers" / TEST
    names = {file.stem for file in folder.glob("*.parquet")}
    assert names == set(models.names())
    clips = pd.read_csv(paths.REPOSITORY / "data" / "recovered" / "clips.csv")
    for file in sorted(folder.glob("*.parquet")):
        table, about = pd.read_parquet(file), read_json(file.with_suffix(".json"))
        assert len(table) == 6107 and set(table["clip"]) == set(clips["clip"])
        assert not table.duplicated(["clip", "frame"]).any()
        np.testing.assert_allclose(table[PROBABILITIES].sum(axis=1), 1, atol=3e-4)
        assert about["seconds"] > 0 and "+" not in about["provenance"]["commit"]
