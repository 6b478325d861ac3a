from dataclasses import dataclass, replace

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from learnable_clips import make_clips

from gymlib import models
from gymlib.evaluation import inner_search, metrics, nested_cv, splits
from gymlib.models.cnn import RECIPE
from gymlib.plots import training

matplotlib.use("agg")


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


@pytest.fixture
def trials() -> pd.DataFrame:
    """Two architectures, two outer and two inner folds, three trials; the second is the best."""
    keys = [(a, k, i, t) for a in ("cnn", "lstm") for k in (0, 1) for i in (0, 1) for t in range(3)]
    table = pd.DataFrame(keys, columns=["architecture", "outer", "inner", "trial"])
    table["learning_rate"] = 0.01 + 0.02 * table["trial"] + 0.01 * table["inner"]
    table["momentum"] = 0.2 + 0.2 * table["trial"]
    return table.assign(f1=np.tile([0.3, 0.6, 0.5], len(table) // 3))


def test_curves_start_at_epoch_one_and_show_the_loss_of_guessing():
    ax = training.plot_curves({"a": np.array([1.2, 0.9]), "b": np.array([1.3, np.nan])})
    assert ax.lines[0].get_xdata().tolist() == [1, 2]
    assert ax.lines[-1].get_ydata() == pytest.approx([np.log(4)] * 2)


def test_image_has_the_pixels_of_the_input():
    (clip,) = make_clips([1])
    axes = training.plot_image(clip.keypoints[0], clip.keypoints[0].T)
    np.testing.assert_array_equal(axes[1].images[0].get_array(), clip.keypoints[0].T)


def test_class_scores_have_one_bar_per_class_and_model():
    scores = metrics.class_scores(np.diag([1, 2, 3, 4]))
    ax = training.plot_class_scores({"one": scores, "two": scores})
    assert [bar.get_height() for bar in ax.patches] == [1] * 8


def test_filmstrip_shows_label_above_and_prediction_below():
    (clip,) = make_clips([3])
    true, guess = np.array([0, 1, 2]), np.array([3, 1, 2])
    axes = training.plot_filmstrip(clip.keypoints, true, guess)
    above, below = (patch.get_facecolor() for patch in axes[0].patches)
    assert above != below
    assert axes[1].patches[0].get_facecolor() == axes[1].patches[1].get_facecolor()


@pytest.mark.slow
def test_fold_map_from_memory_and_from_a_file(tmp_path):
    clips = make_clips([30] * 12)
    table = nested_cv.fold_table(clips, *splits.nested(clips, outer=3, inner=2))
    table.to_csv(tmp_path / "folds.csv", index=False)
    for folds in (table, pd.read_csv(tmp_path / "folds.csv")):
        ax = training.plot_fold_map(folds)
        names = [label.get_text() for label in ax.get_yticklabels()]
        assert names == ["outer 1", "outer 2", "outer 3", "outer 1, inner 1", "outer 1, inner 2"]
        drawn = ax.collections[0].get_array().reshape(5, 12)
        assert drawn[:3].sum(axis=0).tolist() == [1] * 12  # every clip is tested once


def test_best_trials(trials):
    best = inner_search.best_trials(trials)
    assert len(best) == 8 and set(best["trial"]) == {1}


@pytest.mark.slow
def test_search_pictures(trials):
    axes = training.plot_trials(trials, startup=2)
    folds = axes[0].lines[:4]  # of one architecture
    assert all(np.all(np.diff(line.get_ydata()) >= 0) for line in folds)
    axes = training.plot_plane(trials, inner_search.best_trials(trials))
    assert [len(c.get_offsets()) for c in axes[0].collections[:2]] == [12, 4]
    axes = training.plot_choices(inner_search.best_trials(trials))
    assert axes.shape == (2, 2) and axes[0, 0].get_ylabel() == "learning rate"
    only = training.plot_trials(trials[trials["architecture"] == "cnn"], startup=2)
    assert np.size(only) == 1


@pytest.mark.slow
def test_searches_of_other_parameters_have_their_own_axes(trials, registered):
    new = registered(space={"learning_rate": (0.01, 0.1), "wide": (1, 9)})
    other = trials[trials["architecture"] == "cnn"].assign(architecture=new.name, wide=3)
    every = pd.concat([trials, other.drop(columns="momentum")])
    axes = training.plot_plane(every, every[every["trial"] == 1])
    assert [ax.get_ylabel() for ax in axes] == ["momentum", "momentum", "wide"]
    axes = training.plot_choices(every[every["trial"] == 1])
    assert [ax.get_title() for ax in axes[0]] == ["CNN", "LSTM", "Something new"]
    assert axes[1, 2].get_ylabel() == "wide"
    registered(space={})
    axes = training.plot_choices(every[every["trial"] == 1])
    assert not axes[1, 2].axison and axes[0, 2].get_xlabel() == "outer fold"
    assert training.plot_plane(other, other)[0].get_xlabel() == "f1"


@pytest.fixture
def registered():
    """Registers a recipe for the time of a test."""
    added = []

    def register(**changes):
        new = replace(RECIPE, name="new", title="Something new", config=Wide(), **changes)
        added.append(models.register(new))
        return new

    yield register
    for recipe in added:
        models.unregister(recipe.name)


@dataclass(frozen=True)
class Wide:
    wide: int = 2
