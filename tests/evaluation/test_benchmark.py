"""Every architecture by the same rules: folders of their own, the same folds, names checked."""

import numpy as np
import pandas as pd
import pytest
from tiny_dataset import make_dataset

from gymlib import models
from gymlib.dataset import Dataset
from gymlib.evaluation import benchmark
from gymlib.files.atomic import MissingFileError


@pytest.fixture
def data(home):
    return Dataset(make_dataset(home, clips=8, frames=24, videos=4, processed=True), home)


def test_rules_leave_out_whole_videos_where_there_are_enough():
    recipe = models.recipe("lstm")
    full = benchmark.rules(recipe, videos=6)
    assert (full.groups, full.outer, full.inner, full.trials) == ("video", 5, 3, 4)
    assert full.tuning_epochs == 34  # a third of 100
    # five folds of four videos cannot be; of five, four remain for three inner folds
    assert benchmark.rules(recipe, videos=4).groups == "clip"
    assert benchmark.rules(recipe, videos=5).groups == "video"
    # one fold holds two of six: four remain; a data set of one video
    assert benchmark.rules(recipe, videos=1).groups == "clip"
    quick = benchmark.rules(recipe, videos=6, profile="quick")
    assert quick.name != full.name and quick.recipes[0].epochs == recipe.quick_epochs


@pytest.mark.slow
def test_runs_of_architectures_share_their_folds(data):
    assert benchmark.finished(data, "quick") == []
    benchmark.run(data, ["lstm", "mstcn"], "quick")
    assert benchmark.finished(data, "quick") == ["lstm", "mstcn"]
    found = benchmark.read(data, ["lstm", "mstcn"], "quick")
    folds = [
        pd.read_csv(data.results(f"models-quick-{name}") / "folds.csv")
        for name in ("lstm", "mstcn")
    ]
    pd.testing.assert_frame_equal(*folds)
    assert (folds[0].groupby("video")["outer"].nunique() == 1).all()
    tested = [set(zip(own["clip"], own["frame"])) for own in found.values()]
    assert tested[0] == tested[1]
    took = benchmark.seconds(data, ["mstcn"], "quick")
    assert took["mstcn"] > 0 and np.isfinite(took["mstcn"])


@pytest.mark.slow
def test_another_architecture_makes_none_again(data, monkeypatch):
    benchmark.run(data, ["lstm"], "quick")
    file = data.results("models-quick-lstm") / "predictions.parquet"
    before = file.stat().st_mtime_ns
    benchmark.run(data, ["cnn", "lstm"], "quick")
    assert file.stat().st_mtime_ns == before


@pytest.mark.slow
def test_names_that_are_unknown_or_were_not_run(data):
    with pytest.raises(ValueError, match="no architecture is called 'mlp'; known are"):
        benchmark.run(data, ["lstm", "mlp"], "quick")
    assert benchmark.finished(data, "quick") == []
    with pytest.raises(MissingFileError, match=r"predictions\.parquet"):
        benchmark.read(data, ["lstm"], "quick")
