"""What models answer frame by frame: which frames make a cell of a confusion matrix, and where
two models differ.

An *answers* table has columns outer, clip, frame, label (the answer), true and the four
probabilities (:data:`gymlib.dataset.schemas.PROBABILITIES`); one row per tested frame. Every base
model of an outer fold has its number, so "base 1" of all folds together answers every test frame
once.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float, Int

from gymlib import models
from gymlib.evaluation import metrics, results
from gymlib.labels import CLASSES, encode

TRUTH = "label"
"""Name of the label as a model to compare with: where it differs, the other model is wrong."""


def of_models(predictions: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Name -> answers of every model of a protocol: the thesis's approaches, then base models.

    Raises ValueError if a model gave no probabilities for a frame.
    """
    found = {
        (architecture, model): results.answers_of(rows)
        for (architecture, model), rows in predictions.groupby(["architecture", "model"])
    }
    known = results.approaches(architecture for architecture, _ in found)
    approaches = {own.title: found.pop(own) for own in known if own in found}
    order = results.ordered(architecture for architecture, _ in found)
    bases = sorted(found, key=lambda which: (order.index(which[0]), which[1]))
    return approaches | {
        f"{models.recipe(architecture).title}, {model.replace('_', ' ')}": found[
            architecture, model
        ]
        for architecture, model in bases
    }


def matrices(answers: pd.DataFrame) -> tuple[Float[np.ndarray, "4 4"], Int[np.ndarray, "4 4"]]:
    """Figure 2's matrix (mean over folds of row shares, 0 to 1, NaN without frames), and counts."""
    folds = [
        metrics.confusion(encode(rows["true"]), encode(rows["label"]))
        for _, rows in answers.groupby("outer")
    ]
    return metrics.mean_confusion(folds), np.sum(folds, axis=0)


def cell_runs(answers: pd.DataFrame, true: int, answer: int) -> pd.DataFrame:
    """:func:`runs` of a cell's frames (codes of its row and column), the longest first."""
    inside = (answers["true"] == CLASSES[true]) & (answers["label"] == CLASSES[answer])
    found = runs(answers, inside.to_numpy())
    return found.sort_values("frames", ascending=False, kind="stable", ignore_index=True)


def runs(answers: pd.DataFrame, chosen: Bool[np.ndarray, " rows"]) -> pd.DataFrame:
    """Runs of chosen rows that follow each other among the tested frames of a clip.

    Frames that were not tested, such as those without a pose, neither count nor end a run.
    Returns columns clip, start, end (inclusive), frames, in the order of clips and frames.
    """
    table = answers[["clip", "frame"]].assign(chosen=chosen).sort_values(["clip", "frame"])
    goes_on = table["chosen"].shift(fill_value=False) & (table["clip"] == table["clip"].shift())
    number = (table["chosen"] & ~goes_on).cumsum()
    table = table.assign(number=number)[table["chosen"]]
    grouped = table.groupby("number")
    return grouped.agg(
        clip=("clip", "first"),
        start=("frame", "min"),
        end=("frame", "max"),
        frames=("frame", "size"),
    ).reset_index(drop=True)


class Comparison(NamedTuple):
    """Two models on the frames that both answered.

    ``places`` holds the :func:`runs` of frames on which they differ; in ``first_right`` of these
    frames the first model gives the label, in ``second_right`` the second.
    """

    frames: int
    differ: int
    first_right: int
    second_right: int
    places: pd.DataFrame


def compare(first: pd.DataFrame, second: pd.DataFrame) -> Comparison:
    """Where the answers of two models differ."""
    both = first.merge(second[["clip", "frame", "label"]], on=["clip", "frame"])
    apart = both["label_x"] != both["label_y"]
    right = [int((apart & (both[name] == both["true"])).sum()) for name in ("label_x", "label_y")]
    return Comparison(len(both), int(apart.sum()), *right, runs(both, apart.to_numpy()))


def truth(answers: pd.DataFrame) -> pd.DataFrame:
    """The label itself as the answers of a model that is always right; no probabilities."""
    return answers[["outer", "clip", "frame", "true"]].assign(label=answers["true"])
