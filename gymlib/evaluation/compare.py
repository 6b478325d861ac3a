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
from gymlib.files.progress import BAR, progress
from gymlib.labels import CLASSES
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
    epochs = seeds * sum(variant.fit.epochs for variant in variants.values())
    with progress(total=epochs, desc=f"{len(work)} models", bar_format=BAR) as bar:
        trained = train([(variants[name], seed) for name, seed in work], clips, fold, bar.update)
    return [
        Outcome(name, seed, losses, confusion(model, clips, fold))
        for (name, seed), (model, losses) in zip(work, trained)
    ]


def train(
    work: Sequence[tuple[Variant, int]],
    clips: Sequence[Clip],
    fold: Fold,
    on_epoch_end: Callable[[int], None] | None = None,
) -> list[tuple[nn.Module, Float[np.ndarray, " epochs"]]]:
    """A trained model and its losses per variant and seed (of initial weights and order).

    Each by the engine that suits it; torch models train side by side where that is worth it.

    Parameters
    ----------
    on_epoch_end : called with the number of models that finished an epoch.
    """
    tasks = []
    for variant, seed in work:
        recipe = variant.recipe
        task = training.Task.of(recipe, recipe.build(seed), fold.train, variant.fit, seed)
        tasks.append(task)
    curves = training.fit_many(tasks, clips, engine=None, n_jobs=None, on_epoch_end=on_epoch_end)
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


def best(table: pd.DataFrame) -> str:
    """The best variant of :func:`outcome_table` in a sentence, with what chance alone may do."""
    f1, spread = table["f1"], table["f1 sd"].max()
    return (
        f"Best here: **{f1.idxmax()}**, macro F1 {f1.max():.3f}. Variants lie within "
        f"{np.ptp(f1):.3f}; seeds of one variant have an sd of up to {spread:.3f}."
    )


class Mistake(NamedTuple):
    """Frames of one class taken for another, as a share of that class's frames."""

    true: int
    answer: int
    share: float

    def __str__(self) -> str:
        true, answer = CLASSES[self.true], CLASSES[self.answer]
        return f"**{true}** is taken for **{answer}**: {self.share:.0%} of its frames"


def most_frequent_mistake(matrix: Int[np.ndarray, "4 4"]) -> Mistake:
    """The largest share outside the diagonal of a row-normalised confusion matrix.

    >>> matrix = np.diag([9, 9, 9, 6])
    >>> matrix[3, 2] = 2
    >>> print(most_frequent_mistake(matrix))
    **landing** is taken for **skill**: 25% of its frames
    """
    rows = np.nan_to_num(metrics.normalise_rows(matrix))
    np.fill_diagonal(rows, 0)
    true, answer = np.unravel_index(rows.argmax(), rows.shape)
    return Mistake(int(true), int(answer), float(rows[true, answer]))


def changes(sequences: Sequence[Int[np.ndarray, " _"]]) -> float:
    """How often the label changes from one frame to the next, mean over clips.

    >>> changes([np.array([0, 0, 2, 3]), np.array([0, 0])])
    1.0
    """
    return float(np.mean([np.count_nonzero(np.diff(codes)) for codes in sequences]))
