"""Scores: :mod:`frame` by frame from confusion matrices, :mod:`segment` by segment of a clip, and
:mod:`calibration` of the probabilities.

Those of frames are at hand here; the others are imported from their modules.
"""

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
