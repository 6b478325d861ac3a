"""Frame-wise scores, all derived from the confusion matrix.

Means over folds use the population standard deviation (ddof 0): it reproduces the eight
published ones of the thesis's table 2.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int

from gymlib.labels import CLASSES


class ClassScores(NamedTuple):
    """Precision, recall and F1 of each class, each (..., classes) in 0 to 1."""

    precision: Float[np.ndarray, "*stack classes"]
    recall: Float[np.ndarray, "*stack classes"]
    f1: Float[np.ndarray, "*stack classes"]


class Summary(NamedTuple):
    """Mean and population standard deviation over folds."""

    mean: float
    sd: float


def confusion(
    true: Int[np.ndarray, " frames"], predicted: Int[np.ndarray, " predictions"]
) -> Int[np.ndarray, "4 4"]:
    """Counts of frames by true class (rows) and predicted class (columns).

    Raises ValueError for lengths that differ or codes outside 0 to 3 (Unlabeled frames must
    be removed before scoring).

    >>> confusion(np.array([0, 0, 2, 2]), np.array([0, 2, 2, 2]))
    array([[1, 0, 1, 0],
           [0, 0, 0, 0],
           [0, 0, 2, 0],
           [0, 0, 0, 0]])
    """
    if len(true) != len(predicted):
        raise ValueError(
            f"expected as many predictions as labels, {len(true)}, found {len(predicted)}"
        )
    size = len(CLASSES)
    for what, codes in (("true", true), ("predicted", predicted)):
        if len(codes) and not 0 <= codes.min() <= codes.max() < size:
            raise ValueError(f"{what} labels must be 0 to {size - 1}, found {np.unique(codes)}")
    pairs = size * true.astype(int) + predicted.astype(int)
    return np.bincount(pairs, minlength=size * size).reshape(size, size)


def accuracy(
    matrix: Int[np.ndarray, "*stack classes classes"],
) -> float | Float[np.ndarray, "*stack"]:
    """Share of frames on the diagonal, of one matrix or of each of a stack; NaN without frames.

    >>> accuracy(np.diag([3, 0, 0, 0]))
    1.0
    """
    hits = np.trace(matrix, axis1=-2, axis2=-1)
    return _ratio(hits, matrix.sum(axis=(-2, -1)), np.nan)[()]


def class_scores(matrix: Int[np.ndarray, "*stack classes classes"]) -> ClassScores:
    """Scores of each class; 0 where a class was never predicted or never true."""
    hits = np.diagonal(matrix, axis1=-2, axis2=-1)
    predicted, true = matrix.sum(axis=-2), matrix.sum(axis=-1)
    return ClassScores(
        precision=_ratio(hits, predicted, 0.0),
        recall=_ratio(hits, true, 0.0),
        f1=_ratio(2 * hits, predicted + true, 0.0),
    )


def macro_f1(
    matrix: Int[np.ndarray, "*stack classes classes"],
) -> float | Float[np.ndarray, "*stack"]:
    """Unweighted mean F1 of the classes that are true or predicted anywhere, as :func:`accuracy`.

    That is scikit-learn's ``f1_score(average="macro")``, which the thesis's authors call: a
    class that neither labels nor predictions contain does not count. NaN without frames.

    >>> round(macro_f1(confusion(np.array([0, 0, 2, 2]), np.array([0, 2, 2, 2]))), 3)
    0.733
    """
    involved = (matrix.sum(axis=-2) + matrix.sum(axis=-1)) > 0
    f1 = class_scores(matrix).f1  # 0 for the others
    return _ratio(f1.sum(axis=-1), involved.sum(axis=-1), np.nan)[()]


def normalise_rows(
    matrix: Int[np.ndarray, "classes classes"],
) -> Float[np.ndarray, "classes classes"]:
    """Share of each true class by prediction; a class without frames gives a row of NaN.

    >>> normalise_rows(np.array([[1, 1], [0, 2]]))
    array([[0.5, 0.5],
           [0. , 1. ]])
    """
    return _ratio(matrix, matrix.sum(axis=1, keepdims=True), np.nan)


def mean_confusion(
    matrices: Sequence[Int[np.ndarray, "classes classes"]],
) -> Float[np.ndarray, "classes classes"]:
    """Mean over folds of the row-normalised matrices (thesis, figure 2).

    A fold without a class is left out of that class's row.
    """
    rows = np.stack([normalise_rows(matrix) for matrix in matrices])
    known = np.isfinite(rows)
    return _ratio(np.where(known, rows, 0).sum(axis=0), known.sum(axis=0), np.nan)


def summary(values: Sequence[float]) -> Summary:
    """Mean and population standard deviation of one score over folds."""
    return Summary(mean=float(np.mean(values)), sd=float(np.std(values, ddof=0)))


def _ratio(part, whole, otherwise: float):
    """``part / whole``, and ``otherwise`` where ``whole`` is 0."""
    part, whole = np.broadcast_arrays(np.asarray(part, float), np.asarray(whole, float))
    return np.divide(part, whole, out=np.full(part.shape, otherwise), where=whole > 0)
