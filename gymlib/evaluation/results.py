"""From per-frame predictions to the thesis's tables 1 and 2 and its figure 2, in percent.

Every number starts at a confusion matrix of one trained model on its outer fold's test set.
"""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import pandas as pd
from jaxtyping import Float, Int

from gymlib import models
from gymlib.dataset.schemas import PROBABILITIES
from gymlib.evaluation import metrics
from gymlib.labels import CLASSES, decode, encode

MODELS = {"ensemble": "E", "averaged": "bar"}
"""How one answer is made of an outer fold's models, and the thesis's sign for it."""
MODEL_NAMES = {"ensemble": "Ensemble", "averaged": "Model"}


class Approach(NamedTuple):
    """An architecture, and how one answer is made of its models in an outer fold."""

    architecture: str
    model: str

    @property
    def key(self) -> str:
        """Its sign in tables, as the thesis writes it: LSTM_E, CNN_bar."""
        return f"{self.architecture.upper()}_{MODELS[self.model]}"

    @property
    def title(self) -> str:
        """Its name in figures and sentences: LSTM, ensemble."""
        return f"{models.recipe(self.architecture).title}, {self.model}"


def approach(key: str) -> Approach:
    """The approach of that key. Raises ValueError for a key that is none."""
    architecture, _, sign = key.rpartition("_")
    if sign not in MODELS.values() or architecture.lower() not in models.names():
        raise ValueError(f"no approach is called {key!r}; expected such as LSTM_E or CNN_bar")
    return Approach(architecture.lower(), {s: model for model, s in MODELS.items()}[sign])


def title(key: str) -> str:
    """:attr:`Approach.title` of the approach of that key."""
    return approach(key).title


def ordered(architectures: Iterable[str]) -> list[str]:
    """Each architecture once, those that see whole clips first, then by name."""
    return sorted(
        set(architectures), key=lambda name: (models.recipe(name).batch is not None, name)
    )


def approaches(architectures: Iterable[str]) -> list[Approach]:
    """The approaches of some architectures, in the order of the thesis's table 2."""
    return [Approach(name, model) for name in ordered(architectures) for model in MODELS]


class Run(NamedTuple):
    """One trained model, or one vote of models, on the test set of an outer fold (from 0)."""

    architecture: str
    outer: int
    model: str


Matrices = dict[Run, Int[np.ndarray, "4 4"]]


def model_name(model: str) -> str:
    """How the thesis calls a model: base_1 is Base 1, averaged is Model."""
    return MODEL_NAMES.get(model) or model.replace("_", " ").title()


def predicted(predictions: pd.DataFrame) -> Int[np.ndarray, " frames"]:
    """The most probable class of every row of a predictions table; the first one in a tie.

    Raises ValueError, naming the model, if a probability is missing.
    """
    probabilities = predictions[PROBABILITIES].to_numpy()
    broken = np.flatnonzero(~np.isfinite(probabilities).all(axis=1))
    if len(broken):
        row = predictions.iloc[broken[0]]
        run = f"{row['architecture']} {row['model']} of outer fold {row['outer']}"
        raise ValueError(
            f"{run} has no probabilities for clip {row['clip']}, frame {row['frame']} "
            f"({len(broken)} such rows); run notebook 06 again"
        )
    return probabilities.argmax(axis=1)


def confusion(predictions: pd.DataFrame) -> Int[np.ndarray, "4 4"]:
    """Confusion matrix (counts, rows true) over all rows of a predictions table."""
    return metrics.confusion(encode(predictions["label"]), predicted(predictions))


def confusions(predictions: pd.DataFrame) -> Matrices:
    """Confusion matrix of every model on its test set; ValueError if a fold lacks an approach."""
    matrices = {
        Run(architecture, int(outer), model): confusion(rows)
        for (architecture, outer, model), rows in predictions.groupby(
            ["architecture", "outer", "model"]
        )
    }
    _check_complete(matrices)
    return matrices


def _check_complete(matrices: Matrices) -> None:
    outer = sorted({run.outer for run in matrices})
    missing = [
        f"{architecture} {model} of outer fold {k}"
        for k in outer
        for architecture, model in approaches(run.architecture for run in matrices)
        if (architecture, k, model) not in matrices
    ]
    if missing or not outer:
        raise ValueError(
            f"the predictions lack {', '.join(missing) or 'every model'}; "
            "run notebook 06 to the end"
        )


def scores(matrices: Matrices) -> pd.DataFrame:
    """One row per model and outer fold: frames tested, accuracy and macro F1 in percent."""
    return pd.DataFrame(
        [
            {
                **run._asdict(),
                "frames": int(matrix.sum()),
                "accuracy": 100 * metrics.accuracy(matrix),
                "macro_f1": 100 * metrics.macro_f1(matrix),
            }
            for run, matrix in sorted(matrices.items())
        ]
    )


def table1(scores: pd.DataFrame) -> pd.DataFrame:
    """Table 1 of the thesis: per outer fold K (from 1) the base models, Ensemble, Model.

    Returns columns K, model, and accuracy and F1 of every architecture (lstm_acc, lstm_f1, ...);
    base models come first, then ensemble and averaged.
    """
    rank = {"ensemble": 1, "averaged": 2}
    table = scores.rename(columns={"accuracy": "acc", "macro_f1": "f1"})
    table = table.pivot(index=["outer", "model"], columns="architecture", values=["acc", "f1"])
    table.columns = [f"{architecture}_{score}" for score, architecture in table.columns]
    table = table.reset_index()
    table["K"] = table.pop("outer") + 1
    table = table.sort_values(
        ["K", "model"], key=lambda column: column.map(lambda value: (rank.get(value, 0), value))
    )
    names = ordered(scores["architecture"])
    columns = [f"{name}_{score}" for name in names for score in ("acc", "f1")]
    return table[["K", "model", *columns]].reset_index(drop=True)


def compared(table1: pd.DataFrame) -> list[Approach]:
    """The approaches that a :func:`table1` compares, in their order."""
    return approaches(name.removesuffix("_acc") for name in table1 if name.endswith("_acc"))


def by_fold(table1: pd.DataFrame, key: str, score: str) -> Float[np.ndarray, " folds"]:
    """One approach's ``score`` ("acc" or "f1") in percent, in the order of the outer folds."""
    architecture, model = approach(key)
    rows = table1[table1["model"] == model].sort_values("K")
    return rows[f"{architecture}_{score}"].to_numpy(float)


def table2(table1: pd.DataFrame) -> pd.DataFrame:
    """Table 2 of the thesis: mean and population standard deviation over the outer folds.

    Returns columns approach, acc_mean, acc_sd, f1_mean, f1_sd (percent). The population form
    (ddof 0) reproduces the published values from the published table 1.
    """
    rows = []
    for key in [approach.key for approach in compared(table1)]:
        accuracy = metrics.summary(by_fold(table1, key, "acc").tolist())
        f1 = metrics.summary(by_fold(table1, key, "f1").tolist())
        rows.append([key, *accuracy, *f1])
    return pd.DataFrame(rows, columns=["approach", "acc_mean", "acc_sd", "f1_mean", "f1_sd"])


def _by_approach(matrices: Matrices) -> dict[str, list[Int[np.ndarray, "4 4"]]]:
    """Key of every approach -> its matrices, one per outer fold."""
    return {
        own.key: [m for run, m in sorted(matrices.items()) if (run.architecture, run.model) == own]
        for own in approaches(run.architecture for run in matrices)
    }


def mean_confusions(matrices: Matrices) -> dict[str, Float[np.ndarray, "4 4"]]:
    """Figure 2: per approach the mean over folds of row shares, 0 to 1; NaN where no frame is."""
    return {key: metrics.mean_confusion(own) for key, own in _by_approach(matrices).items()}


def per_class(matrices: Matrices) -> pd.DataFrame:
    """Precision, recall and F1 of every class and approach: mean over outer folds, percent.

    Folds without a frame of the class are left out of its mean; ``frames`` is the number of
    test frames of the class over all folds (no mean, NaN, where it is 0).
    """
    rows = []
    for key, own in _by_approach(matrices).items():
        frames = np.stack([matrix.sum(axis=1) for matrix in own])  # (folds, classes)
        folds = np.stack([np.stack(metrics.class_scores(m)) for m in own])  # (folds, 3, classes)
        for code, label in enumerate(CLASSES):
            present = folds[frames[:, code] > 0, :, code]
            mean = 100 * present.mean(axis=0) if len(present) else np.full(3, np.nan)
            rows.append([key, label, int(frames[:, code].sum()), *mean])
    return pd.DataFrame(rows, columns=["approach", "label", "frames", *metrics.ClassScores._fields])


def rows_of(predictions: pd.DataFrame, key: str) -> pd.DataFrame:
    """The rows of a predictions table that belong to one approach."""
    architecture, model = approach(key)
    return predictions[
        predictions["architecture"].eq(architecture) & predictions["model"].eq(model)
    ]


def answers(predictions: pd.DataFrame, key: str) -> pd.DataFrame:
    """:func:`answers_of` one approach."""
    return answers_of(rows_of(predictions, key))


def answers_of(rows: pd.DataFrame) -> pd.DataFrame:
    """What one model says of every test frame, from its rows of a predictions table.

    Returns columns outer, clip, frame, label (its answer), true, and its probabilities.
    """
    said = decode(predicted(rows))
    kept = rows[["outer", "clip", "frame", *PROBABILITIES]]
    return kept.assign(label=said, true=rows["label"])


def clip_scores(answers: pd.DataFrame) -> pd.DataFrame:
    """Frames and accuracy (percent) of every clip, the worst first."""
    correct = answers.assign(correct=answers["label"] == answers["true"])
    table = correct.groupby("clip")["correct"].agg(["size", "mean"]).reset_index()
    table = table.rename(columns={"size": "frames", "mean": "accuracy"})
    table["accuracy"] *= 100
    return table.sort_values(["accuracy", "clip"], ignore_index=True)
