"""Architectures on people never filmed: what is run, what teaches, what is asked."""

import pytest
from tiny_dataset import make_dataset

from gymlib import models
from gymlib.dataset import Dataset
from gymlib.evaluation import benchmark
from gymlib.prediction import comparison, ensemble


@pytest.fixture
def data(home):
    return Dataset(make_dataset(home, clips=6, frames=24, videos=3, processed=True), home)


def test_who_teaches_and_who_is_asked(home):
    for name, source, target in (
        ("simulated", "simulated", "recovered"),
        ("recovered", "simulated", "recovered"),
        ("mine", "simulated", "mine"),
    ):
        found = comparison.pair(Dataset(name, home))
        assert [own.name for own in found] == [source, target]
    quick = comparison.pair(Dataset("simulated-quick", home), "quick")
    assert [own.name for own in quick] == ["simulated-quick", "recovered"]


def test_without_the_simulated_clips_only_videos_are_left_out(data, monkeypatch):
    monkeypatch.setattr(ensemble, "trained_on", lambda *_: pytest.fail("nobody can teach"))
    comparison.run(data, ["lstm"], "quick")
    assert benchmark.finished(data, "quick") == ["lstm"]
    assert comparison.missing(*comparison.pair(data, "quick")) == ["simulated-quick"]


def test_the_simulated_clips_teach(home, data):
    make_dataset(home, clips=4, frames=24, name="simulated-quick", processed=True)
    comparison.run(data, ["lstm"], "quick")
    source, target = comparison.pair(data, "quick")
    before = [file.stat().st_mtime_ns for file in ensemble.folder(source).glob("*.safetensors")]
    found = comparison.transfer(source, target, ["lstm"], "quick")
    after = [file.stat().st_mtime_ns for file in ensemble.folder(source).glob("*.safetensors")]
    assert before == after and len(before) == comparison.MODELS["quick"]
    assert set(found["lstm"]["clip"]) == set(data.clips["clip"])


def test_names_are_checked_before_anything_runs(data):
    with pytest.raises(ValueError, match="no architecture is called 'mlp'"):
        comparison.run(data, ["lstm", "mlp"], "quick")
    assert benchmark.finished(data, "quick") == []


def test_ensembles_of_two_sizes_do_not_overwrite_each_other(home):
    source = Dataset(make_dataset(home, clips=4, frames=20, processed=True), home)
    small = ensemble.TransferConfig(models=1, epochs=1)
    ensemble.trained_on(source, small)
    first = (ensemble.folder(source) / "lstm_of_1_0.safetensors").stat().st_mtime_ns
    ensemble.trained_on(source, ensemble.TransferConfig(models=2, epochs=1))
    ensemble.trained_on(source, small)
    assert (ensemble.folder(source) / "lstm_of_1_0.safetensors").stat().st_mtime_ns == first
    assert models.DEFAULT == "lstm"
