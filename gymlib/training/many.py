"""Many models trained and applied in one call, by the engine that suits them.

The torch loop is the definition and the default. Loops compiled by Numba take over where all
models are unchanged networks of the thesis and the work is worth loading them.
"""

from collections.abc import Callable, Sequence

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import nn

from gymlib.dataset.clip import Clip
from gymlib.features import bodies
from gymlib.files import processes
from gymlib.training import fast
from gymlib.training.batches import Batches
from gymlib.training.fit import Task, fit, predict

ENGINES = ("torch", "compiled")
STEP = 2.5e-3
"""Seconds that a step of a small model takes in torch, whatever it computes, roughly."""
WORTH = 1.0
"""Seconds of training in torch from which compiled loops take over: the first time on a machine
they take a minute to compile (:mod:`gymlib.training.fast.kept`), later none. Whether they have been
compiled yet is not asked: the same work takes the same engine."""
STARTING = 15.0
"""Seconds of training below which processes are not worth starting: each loads torch first."""


def fit_many(
    tasks: Sequence[Task],
    clips: Sequence[Clip],
    *,
    engine: str | None = "torch",
    n_jobs: int | None = 1,
    on_epoch_end: Callable[[int], None] | None = None,
) -> list[Float[np.ndarray, " epochs"]]:
    """Train the models of all tasks in place.

    Parameters
    ----------
    engine : one of :data:`ENGINES`; None takes for each task what suits it (:func:`engines`).
    n_jobs : models trained side by side, one thread each, with the same results: in processes
        by torch, in threads by compiled loops. None takes as many as there are cores, and one
        process for short work.
    on_epoch_end : called with the number of models that finished an epoch; from other processes
        once per model.

    Returns
    -------
    losses : of each task the mean loss over the steps of each epoch.

    Raises
    ------
    ValueError for an unknown engine, and for tasks that the compiled one cannot train.
    """
    if engine not in (None, *ENGINES):
        raise ValueError(f"engine must be one of {', '.join(ENGINES)}, found {engine!r}")
    chosen = engines(tasks, clips) if engine is None else [engine] * len(tasks)
    losses: list = [None] * len(tasks)
    for name, train in (("compiled", _fit_compiled), ("torch", _fit_all)):
        own = [k for k, other in enumerate(chosen) if other == name]
        if own:
            curves = train([tasks[k] for k in own], clips, n_jobs, on_epoch_end)
            for k, curve in zip(own, curves):
                losses[k] = curve
    return losses


def _fit_compiled(tasks, clips, n_jobs, on_epoch_end):
    n_jobs = min(n_jobs or processes.available_processors(), len(tasks))
    return fast.fit_many(tasks, clips, n_jobs=n_jobs, on_epoch_end=on_epoch_end)


def _fit_all(tasks, clips, n_jobs, on_epoch_end):
    if n_jobs is None:
        work = sum(seconds(t.members, clips, t.batch, t.config.epochs) for t in tasks)
        n_jobs = processes_for(work)
    n_jobs = min(n_jobs, len(tasks))
    if n_jobs == 1:
        return [_fit(task, clips, on_epoch_end) for task in tasks]
    return _side_by_side(tasks, clips, n_jobs, on_epoch_end)


def _fit(task: Task, clips, on_epoch_end) -> Float[np.ndarray, " epochs"]:
    def report(epoch, loss):
        if on_epoch_end is not None:
            on_epoch_end(1)

    batches = Batches(clips, task.members, task.seed, task.batch, task.augment)
    with torch.random.fork_rng(devices=[]):  # dropout
        torch.manual_seed(task.seed)
        return fit(task.model, batches, task.config, report, task.loss)


def _side_by_side(tasks, clips, n_jobs, on_epoch_end):
    """The same in processes; models come back as weights."""
    jobs, losses = [(task, clips) for task in tasks], []
    results = processes.side_by_side(_afar, jobs, n_jobs, ordered=True, max_nbytes=None)
    for task, (weights, curve) in zip(tasks, results):
        task.model.load_state_dict({name: torch.from_numpy(w) for name, w in weights.items()})
        losses.append(curve)
        if on_epoch_end is not None:
            on_epoch_end(task.config.epochs)
    return losses


def _afar(task: Task, clips):
    losses = _fit(task, clips, None)
    return {name: w.numpy() for name, w in task.model.state_dict().items()}, losses


def predict_many(
    models: Sequence[nn.Module],
    clips: Sequence[Clip],
    members: Sequence[Int[np.ndarray, " _"]],
    *,
    engine: str = "torch",
    mirrored: bool = False,
) -> list[list[Float[np.ndarray, "_ 4"]]]:
    """For each model the class probabilities of its own list of clips.

    Parameters
    ----------
    mirrored : the mean with what is said of the clips' mirror images; for hip-centred keypoints.
    """
    if mirrored:
        both = (
            predict_many(models, seen, members, engine=engine)
            for seen in (clips, [bodies.mirrored(clip) for clip in clips])
        )
        return [[(a + b) / 2 for a, b in zip(*answers)] for answers in zip(*both)]
    if engine == "compiled":
        return fast.predict_many(models, clips, members)
    return [
        [predict(model, clips[index].keypoints) for index in indices]
        for model, indices in zip(models, members)
    ]


def processes_for(work: float) -> int:
    """How many processes to train in: as many as there are cores, or this one for short work.

    Parameters
    ----------
    work : seconds that all of it takes on one core.
    """
    return processes.available_processors() if work > STARTING else 1


def seconds(members, clips: Sequence[Clip], batch: int | None, epochs: int = 1) -> float:
    """What training on the clips ``members`` takes in torch, roughly."""
    frames = sum(len(clips[index]) for index in members)
    steps = len(members) if batch is None else -(-frames // batch)
    return STEP * steps * epochs


def engines(tasks: Sequence[Task], clips: Sequence[Clip]) -> list[str]:
    """For each task "compiled" if it can be, and all such tasks together are worth it."""
    able = [fast.refusal([task]) is None for task in tasks]
    waiting = sum(
        seconds(task.members, clips, task.batch, task.config.epochs)
        for task, compiled in zip(tasks, able)
        if compiled
    )
    return ["compiled" if compiled and waiting > WORTH else "torch" for compiled in able]
