"""Scores: :mod:`frame` by frame, all from confusion matrices. Scores of segments may come here."""

from gymlib.evaluation.metrics.frame import (
    ClassScores,
    Summary,
    accuracy,
    class_scores,
    confusion,
    macro_f1,
    mean_confusion,
    normalise_rows,
    summary,
)

__all__ = [
    "ClassScores", "Summary", "accuracy", "class_scores", "confusion", "macro_f1",
    "mean_confusion", "normalise_rows", "summary",
]  # fmt: skip
