"""What :mod:`gymlib.training` defines, many times as fast: loops compiled by Numba.

A PyTorch loop over networks this small spends nearly all its time between operations. Here a
whole epoch is one compiled call. The torch modules stay the definition: weights come from them
and go back to them, batches come in the same order, and tests hold both trainers to the same
loss curves.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np
import scipy.linalg.cython_blas  # noqa: F401 (what Numba multiplies with; loaded before _POOLS)
import torch
from jaxtyping import Float, Int
from threadpoolctl import ThreadpoolController
from torch import nn

from gymlib import models
from gymlib.clips import Clip
from gymlib.compiled import cnn, lstm, weights
from gymlib.training import Task, shuffled, shuffled_frames, undecided

_NETWORKS = {"cnn": cnn, "lstm": lstm}
_POOLS = ThreadpoolController()  # looking for libraries takes longer than training for an epoch


def fit_many(
    tasks: Sequence[Task],
    clips: Sequence[Clip],
    *,
    seed: int,
    size: int | None = None,
    on_epoch_end: Callable[[int], None] | None = None,
) -> Float[np.ndarray, "tasks epochs"]:
    """Train the models of all tasks in place; see :func:`gymlib.training.fit_many`.

    CNNs take ``size`` frames per step, LSTMs whole clips (``size`` None).

    Raises
    ------
    ValueError if a task asks for another optimiser than SGD.
    """
    if any(task.config.optimiser != "sgd" for task in tasks):
        raise ValueError("only SGD is compiled; use gymlib.training.fit for other optimisers")
    data = _Data(clips)
    with _POOLS.limit(limits=1):  # products this small are slower on several cores
        return np.stack([_fit(task, data, seed, size, on_epoch_end) for task in tasks])


def _fit(task: Task, data: "_Data", seed, size, on_epoch_end) -> Float[np.ndarray, " epochs"]:
    model, config = task.model, task.config
    name = models.architecture(model.config)
    if (size is None) != (name == "lstm"):
        raise ValueError(f"CNNs need a batch size and LSTMs none, found size={size}")
    places = _places(model.config)
    vector = weights.take(model, places)
    velocity, losses = np.zeros_like(vector), np.empty(config.epochs)
    rate, momentum = np.float32(config.learning_rate), np.float32(config.momentum)
    for epoch in range(config.epochs):
        if name == "lstm":
            order = shuffled(task.members, len(data.clips), seed, epoch)
            train, inputs = lstm.kernels(model.config).epoch, (data.rows, data.labels, data.starts)
            settings = (order,)
        else:
            order = shuffled_frames(data.clips, task.members, seed, epoch)
            train, inputs = cnn.epoch, (data.pictures(model.config.layout), data.labels)
            settings = order, size, model.config.filters
        losses[epoch] = train(vector, velocity, *inputs, *settings, rate, momentum)
        if on_epoch_end is not None:
            on_epoch_end(1)
    weights.put(model, places, vector)
    return losses


@lru_cache
def _places(config: models.CNNConfig | models.LSTMConfig) -> Int[np.ndarray, " weights"]:
    """See :func:`gymlib.compiled.weights.places`; the same for all models of one config."""
    return weights.places(models.build(config, 0), _NETWORKS[models.architecture(config)].arrange)


def predict_many(
    trained: Sequence[nn.Module],
    clips: Sequence[Clip],
    members: Sequence[Int[np.ndarray, " _"]],
) -> list[list[Float[np.ndarray, "_ 4"]]]:
    """For each model the class probabilities of its own list of clips."""
    data = _Data(clips)
    with _POOLS.limit(limits=1):
        return [_predict(model, data, indices) for model, indices in zip(trained, members)]


def _predict(model: nn.Module, data: "_Data", members) -> list[Float[np.ndarray, "_ 4"]]:
    config = model.config
    network = _NETWORKS[models.architecture(config)]
    vector = weights.take(model, _places(config))
    spans = [slice(data.starts[index], data.starts[index + 1]) for index in members]
    if network is lstm:
        probabilities = lstm.kernels(config).probabilities
        outputs = [probabilities(vector, data.rows[span]) for span in spans]
    else:
        pictures, rows = data.pictures(config.layout), np.arange(len(data.rows))
        outputs = [
            cnn.probabilities(vector, pictures, rows[span], config.filters) for span in spans
        ]
    return [undecided(output) for output in outputs]


class _Data:
    """All clips' frames end to end, as the loops read them."""

    def __init__(self, clips: Sequence[Clip]):
        self.clips = clips
        self.starts = np.cumsum([0, *map(len, clips)])
        together = np.concatenate([clip.keypoints for clip in clips])
        # A table's arrays lie column by column in memory; products of rows would be slow.
        self.keypoints = np.ascontiguousarray(together, dtype=np.float32)
        self.rows = self.keypoints.reshape(len(self.keypoints), -1)  # (frames, 66)
        self.labels = np.concatenate([clip.labels for clip in clips]).astype(np.int64)
        self._pictures = {}

    def pictures(self, layout: str) -> Float[np.ndarray, "frames 3 35"]:
        """Every frame as the CNN sees it."""
        if layout not in self._pictures:
            images = models.as_image(torch.from_numpy(self.keypoints), layout)[:, 0]
            self._pictures[layout] = cnn.framed(images.numpy())
        return self._pictures[layout]
