"""Two networks' answers weighed against each other, with weights that are known."""

import numpy as np
import pandas as pd
import pytest
from tiny_dataset import make_dataset

from gymlib import models
from gymlib.dataset import Dataset
from gymlib.dataset.picture import picture_rows
from gymlib.evaluation import benchmark, fusion, timelines
from gymlib.evaluation.fusion import Weights, pool
from gymlib.evaluation.timelines import Timeline
from gymlib.features.picture import extraction
from gymlib.models import fusion as networks_of
from gymlib.models import gymtcn

FRAMES = 60


def probabilities(rng, true, right):
    """Right (with .7) in a share ``right`` of the frames, else sure of any class."""
    said = np.where(rng.random(len(true)) < right, true, rng.integers(0, 4, len(true)))
    return 0.1 + 0.6 * np.eye(4)[said]


def networks(body=(0.9, 0.25), picture=(0.25, 0.9), clips=8):
    """Timelines of both networks and where poses are: each is right where the other is not."""
    rng = np.random.default_rng(0)
    first, second, where = [], [], {}
    for k in range(clips):
        true = rng.integers(0, 4, FRAMES).astype(np.int8)
        true[0] = -1
        there = rng.random(FRAMES) < 0.5
        known = np.maximum(true, 0)
        for own, shares in ((first, body), (second, picture)):
            said = np.where(there[:, None], *(probabilities(rng, known, s) for s in shares))
            own.append(Timeline(f"c{k}", "v", k % 2, true, np.ones(FRAMES, bool), said))
        where[f"c{k}"] = there
    return first, second, where


def accuracy(clips):
    return np.mean([(own.said == own.true)[1:].mean() for own in clips])


def test_weights_of_nothing_and_of_all_give_either_network():
    first, second, _ = networks(clips=1)
    one, other = first[0].probabilities, second[0].probabilities
    np.testing.assert_allclose(pool(one, other, np.zeros(FRAMES)), one)
    np.testing.assert_allclose(pool(one, other, np.ones(FRAMES)), other)
    np.testing.assert_allclose(pool(one, one, np.full(FRAMES, 0.3)), one)


def test_the_pool_is_the_geometric_mean():
    one, other = np.array([[0.4, 0.1, 0.1, 0.4]]), np.array([[0.1, 0.4, 0.1, 0.4]])
    expected = np.array([0.2, 0.2, 0.1, 0.4]) / 0.9
    np.testing.assert_allclose(pool(one, other, np.array([0.5]))[0], expected)


def test_each_counts_where_it_is_right():
    first, second, where = networks()
    found = fusion.fit(list(zip(first, second)), where)
    assert found.posed < 0.15
    assert found.unposed > 0.85
    fused = fusion.late(first, second, where)
    assert accuracy(fused) > max(accuracy(first), accuracy(second)) + 0.2


def test_a_fold_is_weighed_by_the_others():
    """The labels of a fold's own clips change nothing in it."""
    first, second, where = networks()
    other = [o._replace(true=np.roll(o.true, 7)) if o.outer == 0 else o for o in first]
    pairs = zip(*(fusion.late(own, second, where) for own in (first, other)))
    for one, changed in pairs:
        same = np.array_equal(one.probabilities, changed.probabilities)
        assert same == (one.outer == 0)


def test_one_answers_for_the_other_where_that_knows_nothing():
    first, second, where = networks()
    nothing = np.full((FRAMES, 4), np.nan)
    first[0] = first[0]._replace(outer=-1, probabilities=nothing, seen=np.zeros(FRAMES, bool))
    where["c0"] = np.zeros(FRAMES, bool)
    fused = fusion.late(first, second, where)
    np.testing.assert_array_equal(fused[0].probabilities, second[0].probabilities)
    assert fused[0].outer == second[0].outer
    assert fusion.fit([], where) == Weights(0.5, 0.5)


def test_other_folds_are_refused():
    first, second, where = networks()
    second[3] = second[3]._replace(outer=0)
    with pytest.raises(
        ValueError, match=r"clip c3 was tested in fold 1 .* in fold 0 from its pict"
    ):
        fusion.late(first, second, where)
    with pytest.raises(ValueError, match="picture's network was not tested on c7"):
        fusion.late(first, second[:-1], where)


def test_a_data_set_without_films_is_told_so(home):
    make_dataset(home, processed=True)
    with pytest.raises(extraction.PictureError, match="has no films"):
        fusion.run(Dataset("tiny"), "quick")


@pytest.mark.slow(seconds=40)
def test_both_run_by_the_rules_of_the_benchmark(home, monkeypatch):
    make_dataset(home, processed=True)
    data, rng = Dataset("tiny"), np.random.default_rng(0)
    sizes = data.clips[["clip", "frames"]].itertuples(index=False)
    rows = [picture_rows(name, rng.normal(0, 0.1, (frames, 21, 2))) for name, frames in sizes]
    data.write(pd.concat(rows, ignore_index=True), "picture.parquet")
    monkeypatch.setattr(extraction, "extract", lambda data: data.picture)
    try:
        fusion.run(data, "quick")
        benchmark.run(data, [gymtcn.RECIPE.name], "quick")
        names = [gymtcn.RECIPE.name, *(recipe.name for recipe in networks_of.RECIPES)]
        found = benchmark.read(data, names, "quick")
        whole = {name: timelines.read(data, found[name]) for name in names}
        file = next(data.results("models-quick-fusion").glob("models/*.safetensors"))
        assert models.architecture(models.load(file)) == "fusion"
    finally:
        for recipe in networks_of.RECIPES:
            models.unregister(recipe.name)
    fused = fusion.late(whole["gymtcn"], whole["picture"], fusion.posed(data))
    for own, skeleton in zip(fused, whole["gymtcn"]):
        assert own.outer == skeleton.outer
        np.testing.assert_allclose(own.probabilities.sum(axis=1), 1, atol=1e-6)
