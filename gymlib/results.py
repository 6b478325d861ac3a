"""From per-frame predictions to the thesis's tables 1 and 2 and its figure 2.

Every number starts at a confusion matrix of one trained model on its outer fold's test set;
scores are in percent, as the thesis prints them.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd
from jaxtyping import Float, Int

from gymlib import metrics
from gymlib.labels import CLASSES, decode, encode
from gymlib.schemas import PROBABILITIES

ARCHITECTURES = ("lstm", "cnn")
"""In the order of table 1's columns."""
APPROACHES = {
    "LSTM_E": ("lstm", "ensemble"),
    "LSTM_bar": ("lstm", "averaged"),
    "CNN_E": ("cnn", "ensemble"),
    "CNN_bar": ("cnn", "averaged"),
}
"""The thesis's four approaches: architecture, and how one answer is made of four base models."""
APPROACH_NAMES = {
    "LSTM_E": "LSTM, ensemble",
    "LSTM_bar": "LSTM, averaged",
    "CNN_E": "CNN, ensemble",
    "CNN_bar": "CNN, averaged",
}
MODEL_NAMES = {"ensemble": "Ensemble", "averaged": "Model"}
"""The rows of table 1 below the base models."""


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
    """Confusion matrix of every model on its test set.

    Raises ValueError if an approach is missing in an outer fold: an unfinished protocol.
    """
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
        for architecture, model in APPROACHES.values()
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

    Returns columns K, model, lstm_acc, lstm_f1, cnn_acc, cnn_f1; base models come first, then
    ensemble and averaged.
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
    columns = [f"{a}_{score}" for a in ARCHITECTURES for score in ("acc", "f1")]
    return table[["K", "model", *columns]].reset_index(drop=True)


def by_fold(table1: pd.DataFrame, approach: str, score: str) -> Float[np.ndarray, " folds"]:
    """One approach's ``score`` ("acc" or "f1") in percent, in the order of the outer folds."""
    architecture, model = APPROACHES[approach]
    rows = table1[table1["model"] == model].sort_values("K")
    return rows[f"{architecture}_{score}"].to_numpy(float)


def table2(table1: pd.DataFrame) -> pd.DataFrame:
    """Table 2 of the thesis: mean and population standard deviation over the outer folds.

    Returns columns approach, acc_mean, acc_sd, f1_mean, f1_sd (percent). The population form
    (ddof 0) reproduces the published values from the published table 1.
    """
    rows = []
    for approach in APPROACHES:
        accuracy = metrics.summary(by_fold(table1, approach, "acc").tolist())
        f1 = metrics.summary(by_fold(table1, approach, "f1").tolist())
        rows.append([approach, *accuracy, *f1])
    return pd.DataFrame(rows, columns=["approach", "acc_mean", "acc_sd", "f1_mean", "f1_sd"])


def _of(matrices: Matrices, approach: str) -> list[Int[np.ndarray, "4 4"]]:
    """The matrices of one approach, one per outer fold."""
    architecture, model = APPROACHES[approach]
    return [
        matrix
        for run, matrix in sorted(matrices.items())
        if (run.architecture, run.model) == (architecture, model)
    ]


def mean_confusions(matrices: Matrices) -> dict[str, Float[np.ndarray, "4 4"]]:
    """Figure 2 of the thesis: per approach the mean over folds of row-normalised matrices.

    In 0 to 1; a class that no fold contains gives a row of NaN.
    """
    return {name: metrics.mean_confusion(_of(matrices, name)) for name in APPROACHES}


def per_class(matrices: Matrices) -> pd.DataFrame:
    """Precision, recall and F1 of every class and approach: mean over outer folds, percent.

    Folds without a frame of the class are left out of its mean; ``frames`` is the number of
    test frames of the class over all folds (no mean, NaN, where it is 0).
    """
    rows = []
    for approach in APPROACHES:
        own = _of(matrices, approach)
        frames = np.stack([matrix.sum(axis=1) for matrix in own])  # (folds, classes)
        folds = np.stack([np.stack(metrics.class_scores(m)) for m in own])  # (folds, 3, classes)
        for code, label in enumerate(CLASSES):
            present = folds[frames[:, code] > 0, :, code]
            mean = 100 * present.mean(axis=0) if len(present) else np.full(3, np.nan)
            rows.append([approach, label, int(frames[:, code].sum()), *mean])
    return pd.DataFrame(rows, columns=["approach", "label", "frames", *metrics.ClassScores._fields])


def answers(predictions: pd.DataFrame, approach: str) -> pd.DataFrame:
    """:func:`answers_of` one approach (a key of APPROACHES)."""
    architecture, model = APPROACHES[approach]
    chosen = (predictions["architecture"] == architecture) & (predictions["model"] == model)
    return answers_of(predictions[chosen])


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
