"""The weights of the package: whole, as their card says, and made again the same."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from tiny_dataset import make_dataset

from gymlib import models, prediction
from gymlib.dataset import Dataset
from gymlib.evaluation import decoding
from gymlib.files.atomic import MissingFileError, read_json, write_json
from gymlib.prediction import ensemble, pretrained
from gymlib.simulation import skeletons


@pytest.mark.slow
def test_they_come_with_the_package_and_answer_every_frame(home):
    card = read_json(pretrained.FOLDER / "card.json")
    own = prediction.load()
    assert len(own.models) == pretrained.CONFIG.models == len(card["files"])
    assert {models.architecture(model) for model in own.models} == {models.DEFAULT}
    assert card["clips"] == skeletons.CLIPS
    attempt = Dataset(make_dataset(home)).clip("clip_01")
    assert not attempt.detected.all()
    probabilities = prediction.predict_clip(own, attempt)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-5)
    said = prediction.label_clip(own, attempt)
    np.testing.assert_array_equal(said, decoding.decode(probabilities, own.decoder))


def test_what_is_said_of_them(monkeypatch, tmp_path):
    """How often they are right is told if it was published of just these weights."""
    monkeypatch.setattr(pretrained.paths, "PUBLISHED", tmp_path)
    said = pretrained.about()
    assert said.startswith(
        "Labels are the vote of 3 networks that 2,000 generated clips have taught"
    )
    assert said.endswith("has not been published.")
    card = read_json(pretrained.FOLDER / "card.json")
    tested = {"source": "pretrained", "frames": 6107, "accuracy": 81.26, "config": card["config"]}
    file = tmp_path / "recovered" / "tables" / "transfer.json"
    write_json(file, tested)
    assert pretrained.about().endswith("they gave 81% of 6,107 frames the right label.")
    write_json(file, tested | {"source": "simulated"})
    assert pretrained.about() == said


def test_they_are_small():
    size = sum(file.stat().st_size for file in pretrained.FOLDER.iterdir())
    assert size < 2e6


@pytest.fixture
def small(home, monkeypatch):
    """Four drawn clips in place of the generated ones, one short training."""
    make_dataset(home, clips=4, frames=24, name="skeletons")
    config = replace(pretrained.CONFIG, models=2, epochs=1)
    monkeypatch.setattr(pretrained, "CONFIG", config)
    return home


@pytest.mark.slow
def test_made_again_they_are_the_same(small, tmp_path):
    cards = [pretrained.make(small, tmp_path / name) for name in ("first", "second")]
    assert cards[0] == cards[1] == read_json(tmp_path / "first" / "card.json")
    for name in cards[0]["files"]:
        first, second = ((tmp_path / f / name).read_bytes() for f in ("first", "second"))
        assert first == second
    taught = ensemble.taught(Dataset("skeletons", small), pretrained.CONFIG)
    loaded = pretrained.load(tmp_path / "first")
    for model, again in zip(taught.models, loaded.models):
        for weights, half in zip(model.parameters(), again.parameters()):
            assert half.dtype == torch.float32
            torch.testing.assert_close(half, weights, atol=1e-3, rtol=1e-3)
    for value, again in zip(vars(taught.decoder).values(), vars(loaded.decoder).values()):
        np.testing.assert_allclose(again, value)


@pytest.mark.slow
def test_what_is_missing_is_named(small, tmp_path):
    with pytest.raises(MissingFileError, match=r"card.json is missing. Install the package again"):
        pretrained.load(tmp_path)
    name = pretrained.make(small, tmp_path)["files"][1]
    (tmp_path / name).unlink()
    with pytest.raises(MissingFileError, match=rf"{name} is missing"):
        pretrained.load(tmp_path)
    (tmp_path / name).write_bytes(b"nothing")
    with pytest.raises(ValueError, match=rf"{name} does not hold a model of this version"):
        pretrained.load(tmp_path)
