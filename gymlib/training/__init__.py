"""Training and applying any model: a loop that knows nothing of gymnastics.

:mod:`~gymlib.training.fit` is the definition, in torch; :mod:`~gymlib.training.fast` computes the
same for the thesis's two networks many times as fast. What a step sees is decided by its batches.
"""

from gymlib.training.batches import Batches, shuffled, shuffled_frames, tensors
from gymlib.training.clips import check_clips
from gymlib.training.fit import FitConfig, fit, predict, undecided
from gymlib.training.many import (
    ENGINES,
    Task,
    engines,
    fit_many,
    predict_many,
    processes_for,
    seconds,
)

__all__ = [
    "ENGINES", "Batches", "FitConfig", "Task", "check_clips", "engines", "fit", "fit_many",
    "predict", "predict_many", "processes_for", "seconds", "shuffled", "shuffled_frames", "tensors",
    "undecided",
]  # fmt: skip
