"""Two networks' answers weighed against each other, with a weight that is known."""

import numpy as np
import pandas as pd
import pytest
from tiny_dataset import make_dataset

from gymlib import models
from gymlib.dataset import Dataset
from gymlib.dataset.picture import picture_rows
from gymlib.evaluation import benchmark, fusion, timelines
from gymlib.evaluation.fusion import pool
from gymlib.evaluation.timelines import Timeline
from gymlib.features.picture import extraction
from gymlib.models import fusion as networks_of
from gymlib.models import gymtcn

FRAMES = 60


def answers(rng, true, right):
    """Right (with .7) in a share ``right`` of the frames, else sure of any class."""
    said = np.where(rng.random(len(true)) < right, true, rng.integers(0, 4, len(true)))
    return 0.1 + 0.6 * np.eye(4)[said]


def networks(body=0.6, picture=0.6, clips=8):
    """Timelines of both networks, which err independently of each other."""
    rng, found = np.random.default_rng(0), ([], [])
    for k in range(clips):
        true = rng.integers(0, 4, FRAMES).astype(np.int8)
        true[0] = -1
        for own, share in zip(found, (body, picture)):
            said = answers(rng, np.maximum(true, 0), share)
            own.append(Timeline(f"c{k}", "v", k % 2, true, np.ones(FRAMES, bool), said))
    return found


def test_weights_of_nothing_and_of_all_give_either_network():
    first, second = networks(clips=1)
    one, other = first[0].probabilities, second[0].probabilities
    np.testing.assert_allclose(pool(one, other, 0), one)
    np.testing.assert_allclose(pool(one, other, 1), other)
    np.testing.assert_allclose(pool(one, one, 0.3), one)


def test_the_pool_is_the_geometric_mean():
    one, other = np.array([[0.4, 0.1, 0.1, 0.4]]), np.array([[0.1, 0.4, 0.1, 0.4]])
    expected = np.array([0.2, 0.2, 0.1, 0.4]) / 0.9
    np.testing.assert_allclose(pool(one, other, 0.5)[0], expected)


def test_the_weight_is_that_of_what_each_is_worth():
    weights = [
        fusion.fit(list(zip(*networks(body=body, picture=1 - body)))) for body in (0.1, 0.5, 0.9)
    ]
    assert weights[0] > 0.8
    assert weights[1] == pytest.approx(0.5, abs=0.1)
    assert weights[2] < 0.2
    assert fusion.fit([]) == 0.5


def test_a_fold_is_weighed_by_the_others():
    """The labels of a fold's own clips change nothing in it, those of the others do."""
    first, second = networks(body=0.8)
    other = [o._replace(true=np.roll(o.true, 7)) if o.outer == 0 else o for o in first]
    for one, changed in zip(fusion.late(first, second), fusion.late(other, second)):
        same = np.array_equal(one.probabilities, changed.probabilities)
        assert same == (one.outer == 0)
    alone = [own for own in zip(first, second) if own[0].outer == 1]
    expected = pool(first[0].probabilities, second[0].probabilities, fusion.fit(alone))
    np.testing.assert_array_equal(fusion.late(first, second)[0].probabilities, expected)


def test_one_answers_for_the_other_where_that_knows_nothing():
    first, second = networks()
    nothing = np.full((FRAMES, 4), np.nan)
    first[0] = first[0]._replace(outer=-1, probabilities=nothing, seen=np.zeros(FRAMES, bool))
    fused = fusion.late(first, second)
    np.testing.assert_array_equal(fused[0].probabilities, second[0].probabilities)
    assert fused[0].outer == second[0].outer


def test_other_folds_are_refused():
    first, second = networks()
    second[3] = second[3]._replace(outer=0)
    with pytest.raises(
        ValueError, match=r"clip c3 was tested in fold 1 .* in fold 0 from its pict"
    ):
        fusion.late(first, second)
    with pytest.raises(ValueError, match="picture's network was not tested on c7"):
        fusion.late(first, second[:-1])


@pytest.mark.slow
def test_a_data_set_without_films_is_told_so(home):
    make_dataset(home, processed=True)
    with pytest.raises(extraction.PictureError, match="has no films"):
        fusion.run(Dataset("tiny"), "quick")
    assert fusion.answers(Dataset("tiny"), []) == {}


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
    told = fusion.answers(data, whole["gymtcn"], "quick")
    assert list(told) == ["Early fusion", "Picture alone", "Late fusion"]
    np.testing.assert_array_equal(
        told["Early fusion"][0].probabilities, whole["fusion"][0].probabilities
    )
    for own, skeleton in zip(told["Late fusion"], whole["gymtcn"]):
        assert own.outer == skeleton.outer
        np.testing.assert_allclose(own.probabilities.sum(axis=1), 1, atol=1e-6)
