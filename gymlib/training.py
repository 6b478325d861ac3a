"""Train and apply any torch module: a loop that knows nothing of gymnastics.

What a step sees (one clip, 64 frames) is decided by the batches it is given.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from gymlib.clips import Clip

OPTIMISERS = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam}


@dataclass(frozen=True)
class FitConfig:
    """How one model is trained."""

    epochs: int  # passes over the training set
    learning_rate: float
    momentum: float = 0.0  # of SGD; Adam keeps its own two averages and ignores it
    optimiser: str = "sgd"

    def __post_init__(self):
        if self.optimiser not in OPTIMISERS:
            raise ValueError(
                f"optimiser must be one of {', '.join(OPTIMISERS)}, found {self.optimiser!r}"
            )
        if self.epochs < 1 or self.learning_rate <= 0 or not 0 <= self.momentum < 1:
            raise ValueError(
                "expected epochs >= 1, learning_rate > 0 and 0 <= momentum < 1, found "
                f"{self.epochs}, {self.learning_rate} and {self.momentum}"
            )


def shuffled(
    members: Int[np.ndarray, " members"], size: int, seed: int, epoch: int
) -> Int[np.ndarray, " members"]:
    """``members`` (indices below ``size``) in the order of this seed's and epoch's shuffle.

    One permutation of everything is drawn and the members keep their order in it. Every
    training set thus sees a uniformly random order, and models with overlapping training sets
    meet their common clips in the same order, which makes them comparable.
    """
    order = np.random.default_rng((seed, epoch)).permutation(size)
    return order[_mask(members, size)[order]]


def _mask(members: Int[np.ndarray, " members"], size: int) -> Bool[np.ndarray, " size"]:
    mask = np.zeros(size, dtype=bool)
    mask[members] = True
    return mask


def shuffled_frames(
    clips: Sequence[Clip], members: Int[np.ndarray, " members"], seed: int, epoch: int
) -> Int[np.ndarray, " rows"]:
    """Frames of an epoch in the order of :func:`shuffled`, as rows of all clips end to end."""
    inside = np.repeat(_mask(members, len(clips)), [len(clip) for clip in clips])
    return shuffled(np.flatnonzero(inside), len(inside), seed, epoch)


@dataclass(frozen=True)
class Batches:
    """What each step of an epoch sees: ``size`` frames of any clips, or one whole clip.

    Attributes
    ----------
    clips : all clips; ``members`` are the indices of those to train on.
    seed : of the shuffle, drawn anew each epoch.
    size : frames per step; None for one clip per step.
    """

    clips: Sequence[Clip]
    members: Int[np.ndarray, " members"]
    seed: int
    size: int | None = None

    def __call__(self, epoch: int):
        """Pairs of keypoints (frames, 33, 2) and labels (frames,) as tensors."""
        if self.size is None:
            for index in shuffled(self.members, len(self.clips), self.seed, epoch):
                yield tensors(self.clips[index])
            return
        keypoints, labels = map(torch.cat, zip(*map(tensors, self.clips)))
        order = shuffled_frames(self.clips, self.members, self.seed, epoch)
        # The last batch holds what remains and may be smaller.
        for rows in np.split(order, range(self.size, len(order), self.size)):
            yield keypoints[rows], labels[rows]


def tensors(clip: Clip) -> tuple[Float[Tensor, "frames 33 2"], Int[Tensor, " frames"]]:
    """A clip's keypoints and labels as tensors, copied: a table's arrays may be read-only."""
    return torch.tensor(clip.keypoints), torch.tensor(clip.labels, dtype=torch.int64)


def fit(
    model: nn.Module,
    batches: Callable,
    config: FitConfig,
    on_epoch_end: Callable[[int, float], None] | None = None,
) -> Float[np.ndarray, " epochs"]:
    """Train ``model`` in place by gradient descent on the mean negative log-likelihood.

    Parameters
    ----------
    batches : called with the epoch's number; gives pairs of input and labels.
    on_epoch_end : called with the epoch's number and its loss.

    Returns
    -------
    losses : (epochs,) mean over the steps of an epoch; NaN once the weights have diverged.
    """
    kind = OPTIMISERS[config.optimiser]
    extra = {"momentum": config.momentum} if config.optimiser == "sgd" else {}
    optimiser = kind(model.parameters(), lr=config.learning_rate, **extra)
    negative_log_likelihood = nn.NLLLoss()
    losses = np.empty(config.epochs)
    model.train()
    for epoch in range(config.epochs):
        steps = []
        for inputs, labels in batches(epoch):
            optimiser.zero_grad()
            loss = negative_log_likelihood(model(inputs), labels)
            loss.backward()
            optimiser.step()
            steps.append(loss.item())
        losses[epoch] = np.mean(steps)
        if on_epoch_end is not None:
            on_epoch_end(epoch, losses[epoch])
    return losses


@torch.no_grad()
def predict(
    model: nn.Module, keypoints: Float[np.ndarray, "frames 33 2"]
) -> Float[np.ndarray, "frames 4"]:
    """Class probabilities of a clip's frames; see :func:`undecided` for a diverged model."""
    model.eval()
    return undecided(model(torch.tensor(keypoints)).exp().numpy())


@dataclass(frozen=True)
class Task:
    """One of many models to train: on which clips (indices), and how."""

    model: nn.Module
    members: Int[np.ndarray, " members"]
    config: FitConfig


def fit_many(
    tasks: Sequence[Task],
    clips: Sequence[Clip],
    *,
    seed: int,
    size: int | None = None,
    on_epoch_end: Callable[[int], None] | None = None,
) -> Float[np.ndarray, "tasks epochs"]:
    """Train the models of all tasks in place, one after the other.

    This is the definition that :func:`gymlib.compiled.fit_many` computes faster.

    Parameters
    ----------
    seed, size : as in :class:`Batches`, the same for all tasks.
    on_epoch_end : called with the number of models that finished an epoch.

    Returns
    -------
    losses : mean negative log-likelihood over the steps of each epoch.
    """

    def report(epoch, loss):
        if on_epoch_end is not None:
            on_epoch_end(1)

    return np.stack(
        [
            fit(task.model, Batches(clips, task.members, seed, size), task.config, report)
            for task in tasks
        ]
    )


def predict_many(
    models: Sequence[nn.Module],
    clips: Sequence[Clip],
    members: Sequence[Int[np.ndarray, " _"]],
) -> list[list[Float[np.ndarray, "_ 4"]]]:
    """For each model the class probabilities of its own list of clips."""
    return [
        [predict(model, clips[index].keypoints) for index in indices]
        for model, indices in zip(models, members)
    ]


def undecided(
    probabilities: Float[np.ndarray, "*frames classes"],
) -> Float[np.ndarray, "*frames classes"]:
    """Rows that are not numbers, from a model whose training diverged, become uniform.

    Such a model then predicts the first class and gives an ensemble no vote. Its losses stay
    NaN, which is where a table shows it.
    """
    broken = ~np.isfinite(probabilities).all(axis=-1, keepdims=True)
    return np.where(broken, 1 / probabilities.shape[-1], probabilities)


def check_clips(clips: Sequence[Clip]) -> None:
    """ValueError, naming clip and frame, for what no model can learn from.

    That is a clip without frames, a coordinate that is not a number, a label that is none of
    the four classes, or a name that occurs twice.
    """
    names = [clip.name for clip in clips]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(f"clip names must be unique; more than once: {', '.join(twice)}")
    for clip in clips:
        if len(clip) == 0:
            raise ValueError(
                f"clip {clip.name} has no frames left; a model needs at least one. "
                "Leave the clip out, or extract its poses again"
            )
        broken = np.flatnonzero(~np.isfinite(clip.keypoints).all(axis=(1, 2)))
        if len(broken):
            raise ValueError(
                f"clip {clip.name}, frame {clip.frames[broken[0]]}: keypoints must be numbers, "
                f"found NaN or infinity in {len(broken)} frame(s). Preprocessing removes frames "
                "without a pose; run notebook 03 again"
            )
        unknown = np.flatnonzero((clip.labels < 0) | (clip.labels > 3))
        if len(unknown):
            raise ValueError(
                f"clip {clip.name}, frame {clip.frames[unknown[0]]}: expected label 0 to 3, "
                f"found {clip.labels[unknown[0]]}"
            )
