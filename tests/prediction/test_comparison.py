"""Architectures on people never filmed: what is run, what teaches, what is asked."""

from dataclasses import replace

import pytest
from tiny_dataset import make_dataset

from gymlib import models
from gymlib.dataset import Dataset
from gymlib.evaluation import benchmark
from gymlib.prediction import comparison, ensemble
from gymlib.simulation import skeletons


@pytest.fixture
def data(home):
    return Dataset(make_dataset(home, clips=6, frames=24, videos=3, processed=True), home)


@pytest.fixture
def generated(monkeypatch):
    """How often skeletons were generated; a drawn data set takes their place."""
    made = []

    def make(folder, clips):
        made.append(clips)
        make_dataset(folder.parent.parent, clips=4, frames=24, name=folder.name)

    monkeypatch.setattr(skeletons, "make", make)
    return made


@pytest.mark.slow
def test_generated_clips_are_made_once_and_labelled(data, generated):
    for _ in range(2):
        source = comparison.generated(7, data)
        assert (source.name, source.home) == ("skeletons-7", data.home)
        assert source.has(*ensemble.TABLES)
    assert generated == [7]
    assert comparison.generated(skeletons.CLIPS, data).name == "skeletons"
    assert generated[1:] == [skeletons.CLIPS]


@pytest.mark.slow
def test_they_teach_one_model_of_each(data, generated):
    configs = [comparison.config(name, "quick") for name in ("lstm", "cnn")]
    assert comparison.taught(data, configs, "quick") == {} and generated == []
    comparison.run(data, ["lstm"], "quick")
    assert benchmark.finished(data, "quick") == ["lstm"]
    assert generated == [comparison.CLIPS["quick"]]
    folder = ensemble.folder(comparison.teacher(data, "quick"))
    before = [file.stat().st_mtime_ns for file in folder.glob("*.safetensors")]
    found = comparison.taught(data, configs, "quick")
    assert [file.stat().st_mtime_ns for file in folder.glob("*.safetensors")] == before
    assert list(found) == ["lstm"] and len(before) == 1
    assert set(found["lstm"]["clip"]) == set(data.clips["clip"])


def test_each_part_of_our_network_is_left_out_once():
    recipes = [models.recipe(own.architecture) for own in comparison.ablations()]
    try:
        whole = models.recipe("gymtcn")
        assert len({recipe.title for recipe in recipes}) == len(recipes) == 5
        for recipe in recipes:
            left = vars(recipe.config).items() - vars(whole.config).items()
            assert len(left) + (recipe.augment is None) == 1, recipe.title
            assert recipe.epochs == whole.epochs and recipe.loss is whole.loss
    finally:
        for recipe in recipes:
            models.unregister(recipe.name)


@pytest.mark.slow
def test_names_are_checked_before_anything_runs(data):
    with pytest.raises(ValueError, match="no architecture is called 'mlp'"):
        comparison.run(data, ["lstm", "mlp"], "quick")
    assert benchmark.finished(data, "quick") == []


@pytest.mark.slow
def test_ensembles_of_two_sizes_do_not_overwrite_each_other(home):
    source = Dataset(make_dataset(home, clips=4, frames=20, processed=True), home)
    small = ensemble.TransferConfig(models=1, epochs=1, architecture="lstm")
    ensemble.trained_on(source, small)
    first = (ensemble.folder(source) / "lstm_of_1_0.safetensors").stat().st_mtime_ns
    ensemble.trained_on(source, replace(small, models=2))
    ensemble.trained_on(source, small)
    assert (ensemble.folder(source) / "lstm_of_1_0.safetensors").stat().st_mtime_ns == first
