"""Many small models trained at once, in JAX: what :mod:`gymlib.training` defines, faster.

A PyTorch loop over networks this small spends its time between operations. Here one compiled
program does a step of many LSTMs, or an epoch of many CNNs. The torch modules stay the
definition: weights come from them and go back to them, batches come in the same order, and
tests hold both trainers to the same loss curves.
"""

import os
import sys

if "jax" not in sys.modules:
    # XLA reads this once, at its start. Work is divided into processes, one per core, so more
    # threads inside each would only be in each other's way.
    os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false")

from collections.abc import Callable, Sequence

import jax
import numpy as np
from jaxtyping import Float, Int
from torch import nn

from gymlib import models
from gymlib.clips import Clip
from gymlib.lockstep import cnn, lstm
from gymlib.training import Task, undecided

_TRAINERS = {"cnn": cnn, "lstm": lstm}


def fit_many(
    tasks: Sequence[Task],
    clips: Sequence[Clip],
    *,
    seed: int,
    size: int | None = None,
    on_epoch_end: Callable[[int], None] | None = None,
) -> Float[np.ndarray, "tasks epochs"]:
    """Train the models of all tasks in place, together; see :func:`gymlib.training.fit_many`.

    The tasks share architecture and number of epochs; training sets, learning rates, momenta
    and initial weights may differ. CNNs take ``size`` frames per step, LSTMs whole clips
    (``size`` None).

    Raises
    ------
    ValueError if tasks differ in what they must share, or ask for another optimiser than SGD.
    """
    trainer = _trainer([task.model for task in tasks])
    if len({task.config.epochs for task in tasks}) > 1:
        raise ValueError("models in lockstep must train for the same number of epochs")
    if any(task.config.optimiser != "sgd" for task in tasks):
        raise ValueError("only SGD trains in lockstep; use gymlib.training.fit for others")
    if (size is None) != (trainer is lstm):
        raise ValueError(f"CNNs need a batch size and LSTMs none, found size={size}")
    with jax.default_matmul_precision("highest"):  # a GPU would round to fewer bits
        return trainer.fit_many(tasks, clips, seed, size, on_epoch_end or (lambda count: None))


def predict_many(
    models: Sequence[nn.Module],
    clips: Sequence[Clip],
    members: Sequence[Int[np.ndarray, " _"]],
) -> list[list[Float[np.ndarray, "_ 4"]]]:
    """For each model the class probabilities of its own list of clips."""
    with jax.default_matmul_precision("highest"):
        outputs = _trainer(models).predict_many(models, clips, members)
    return [[undecided(clip) for clip in output] for output in outputs]


def _trainer(modules: Sequence[nn.Module]):
    configs = {module.config for module in modules}
    if len(configs) != 1:
        raise ValueError(f"models in lockstep must share one config, found {configs}")
    return _TRAINERS[models.architecture(configs.pop())]
