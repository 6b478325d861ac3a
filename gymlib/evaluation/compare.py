"""Variants of models tried by hand on one split, before any search."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from jaxtyping import Float, Int
from torch import nn

from gymlib import training
from gymlib.dataset.clip import Clip
from gymlib.evaluation import metrics
from gymlib.evaluation.splits import Fold
from gymlib.files.progress import progress
from gymlib.models import Recipe


@dataclass(frozen=True)
class Variant:
    """One way to build (its recipe) and to train a model."""

    recipe: Recipe
    fit: training.FitConfig


class Outcome(NamedTuple):
    """A variant trained from one seed and tried on the validation clips."""

    variant: str
    seed: int
    losses: Float[np.ndarray, " epochs"]
    matrix: Int[np.ndarray, "4 4"]  # confusion matrix of the pooled validation frames


def compare(
    variants: Mapping[str, Variant], clips: Sequence[Clip], fold: Fold, *, seeds: int
) -> list[Outcome]:
    """Train every variant from several seeds on ``fold.train`` and try it on ``fold.test``.

    Without several seeds one cannot tell a better setting from a lucky start.
    """
    work = [(name, seed) for name in variants for seed in range(seeds)]
    with progress(total=len(work), desc="variants", unit="model") as bar:
        trained = train([(variants[name], seed) for name, seed in work], clips, fold, bar.update)
    return [
        Outcome(name, seed, losses, confusion(model, clips, fold))
        for (name, seed), (model, losses) in zip(work, trained)
    ]


def train(
    work: Sequence[tuple[Variant, int]],
    clips: Sequence[Clip],
    fold: Fold,
    on_epoch_end: Callable[[float], None] | None = None,
) -> list[tuple[nn.Module, Float[np.ndarray, " epochs"]]]:
    """A trained model and its losses per variant and seed (of initial weights and order).

    Each by the engine that suits it; torch models train side by side.

    Parameters
    ----------
    on_epoch_end : called with the models' worth of training done, which adds up to their number.
    """
    tasks = []
    for variant, seed in work:
        recipe = variant.recipe
        setup = (fold.train, variant.fit, recipe.batch, recipe.loss, seed)
        tasks.append(training.Task(recipe.build(seed), *setup))
    share = len(work) / max(sum(task.config.epochs for task in tasks), 1)
    report = None if on_epoch_end is None else lambda epochs: on_epoch_end(share * epochs)
    curves = training.fit_many(tasks, clips, engine=None, n_jobs=None, on_epoch_end=report)
    return [(task.model, losses) for task, losses in zip(tasks, curves)]


def confusion(model: nn.Module, clips: Sequence[Clip], fold: Fold) -> Int[np.ndarray, "4 4"]:
    """Confusion matrix of the pooled frames of ``fold.test``."""
    return sum(
        metrics.confusion(
            clips[index].labels, training.predict(model, clips[index].keypoints).argmax(axis=1)
        )
        for index in fold.test
    )


def outcome_table(outcomes: Sequence[Outcome]) -> pd.DataFrame:
    """Per variant: mean and population sd over seeds of macro F1, mean accuracy, last loss."""
    rows = pd.DataFrame(
        [
            {
                "variant": outcome.variant,
                "f1": metrics.macro_f1(outcome.matrix),
                "accuracy": metrics.accuracy(outcome.matrix),
                "last loss": outcome.losses[-1],
            }
            for outcome in outcomes
        ]
    )
    groups = rows.groupby("variant", sort=False)
    table = groups.mean()
    table.insert(1, "f1 sd", groups["f1"].std(ddof=0))
    return table


def mean_curves(outcomes: Sequence[Outcome]) -> dict[str, Float[np.ndarray, " epochs"]]:
    """Per variant the loss curve, averaged over seeds."""
    names = dict.fromkeys(outcome.variant for outcome in outcomes)
    return {
        name: np.mean([o.losses for o in outcomes if o.variant == name], axis=0) for name in names
    }
