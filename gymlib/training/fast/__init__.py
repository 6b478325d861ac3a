"""What :mod:`gymlib.training.many` defines, many times as fast: loops compiled by Numba.

A PyTorch loop over networks as small as the thesis's two spends nearly all its time between
operations. Here a whole epoch is one compiled call. The torch modules stay the definition:
weights come from them and go back to them, batches come in the same order, tests hold both
trainers to the same loss curves, and a module whose code has changed is refused.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache

import joblib
import numpy as np
import scipy.linalg.cython_blas  # noqa: F401 (what Numba multiplies with; loaded before _POOLS)
from jaxtyping import Float, Int
from threadpoolctl import ThreadpoolController
from torch import nn

from gymlib import models
from gymlib.dataset.clip import Clip
from gymlib.training.batches import shuffled, shuffled_frames
from gymlib.training.fast import cnn, lstm, weights
from gymlib.training.fast.arithmetic import Optimiser
from gymlib.training.fast.frames import Frames
from gymlib.training.fast.source import is_unchanged
from gymlib.training.fit import Task, undecided

NETWORKS = (cnn, lstm)
_POOLS = ThreadpoolController()  # looking for libraries takes longer than training for an epoch


def network(model: nn.Module):
    """The compiled network that computes what ``model`` does, or None if there is none."""
    for compiled in NETWORKS:
        if type(model) is compiled.MODULE:
            fresh = _fresh(model.config)
            return compiled if is_unchanged(model, compiled, fresh) else None
    return None


@lru_cache
def _fresh(config) -> nn.Module:
    return models.build(config, 0)


def refusal(tasks: Sequence[Task]) -> str | None:
    """Why these tasks cannot be trained here, or None if they can."""
    for task in tasks:
        compiled = network(task.model)
        if compiled is None:
            return (
                f"{type(task.model).__name__} is not, or no longer, a module that the compiled "
                "loops were derived from; train it in torch"
            )
        if task.loss is not None:
            return "only the mean negative log-likelihood is compiled; train other losses in torch"
        rules = task.config
        if task.augment or rules.clips > 1 or rules.schedule != "constant":
            return "clips as they are, one at a time, at one learning rate are compiled"
        if rules.optimiser not in ("sgd", "adam"):
            return f"SGD and Adam are compiled, {rules.optimiser} is not"
        if compiled.TAKES_BATCHES != (task.batch is not None):
            needs = "a batch size" if compiled.TAKES_BATCHES else "whole clips, batch None"
            return f"{type(task.model).__name__} needs {needs}; found batch={task.batch}"
    return None


def fit_many(
    tasks: Sequence[Task],
    clips: Sequence[Clip],
    *,
    n_jobs: int = 1,
    on_epoch_end: Callable[[int], None] | None = None,
) -> list[Float[np.ndarray, " epochs"]]:
    """Train the models of all tasks in place; see :func:`gymlib.training.many.fit_many`.

    ``n_jobs`` threads train models side by side: compiled loops need no interpreter. Raises
    ValueError for what is not compiled, see :func:`refusal`.
    """
    if reason := refusal(tasks):
        raise ValueError(reason)
    frames = Frames(clips)
    with _POOLS.limit(limits=1):  # products this small are slower on several cores
        threads = joblib.Parallel(n_jobs, require="sharedmem")
        return threads(joblib.delayed(_fit)(task, frames, on_epoch_end) for task in tasks)


def _fit(task: Task, frames: Frames, on_epoch_end) -> Float[np.ndarray, " epochs"]:
    model, config = task.model, task.config
    compiled, places = network(model), _places(model.config)
    vector, losses = weights.take(model, places), np.empty(config.epochs)
    state, done = np.zeros((2, len(vector)), np.float32), 0
    rate, momentum = np.float32(config.learning_rate), np.float32(config.momentum)
    optimiser = Optimiser(config.optimiser == "adam", rate, momentum)
    for epoch in range(config.epochs):
        if compiled.TAKES_BATCHES:
            order = shuffled_frames(frames.clips, task.members, task.seed, epoch)
        else:
            order = shuffled(task.members, len(frames.clips), task.seed, epoch)
        losses[epoch] = compiled.train(
            vector, state, frames, model.config, order, task.batch, done, optimiser
        )
        done += -(-len(order) // (task.batch or 1))
        if on_epoch_end is not None:
            on_epoch_end(1)
    weights.put(model, places, vector)
    return losses


@lru_cache
def _places(config) -> Int[np.ndarray, " weights"]:
    """See :func:`gymlib.training.fast.weights.places`; the same for all models of one config."""
    model = _fresh(config)
    return weights.places(model, network(model).arrange)


def predict_many(
    trained: Sequence[nn.Module], clips: Sequence[Clip], members: Sequence[Int[np.ndarray, " _"]]
) -> list[list[Float[np.ndarray, "_ 4"]]]:
    """For each model the class probabilities of its own list of clips."""
    frames = Frames(clips)
    with _POOLS.limit(limits=1):
        return [_predict(model, frames, indices) for model, indices in zip(trained, members)]


def _predict(model: nn.Module, frames: Frames, members) -> list[Float[np.ndarray, "_ 4"]]:
    compiled, vector = network(model), weights.take(model, _places(model.config))
    outputs = [
        compiled.predict(vector, frames, model.config, frames.span(int(index))) for index in members
    ]
    return [undecided(output) for output in outputs]
