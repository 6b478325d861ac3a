"""The training loop: gradient descent on any torch module that gives log-probabilities."""

import contextlib
import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from gymlib.models.recipe import OPTIMISERS, Augment, Recipe

Loss = Callable[[Tensor, Tensor], Tensor]


@dataclass(frozen=True)
class FitConfig:
    """How one model is trained."""

    epochs: int  # passes over the training set
    learning_rate: float
    momentum: float = 0.0  # of SGD; Adam keeps its own two averages and ignores it
    optimiser: str = "sgd"
    schedule: str = "constant"  # or "one cycle": the rate rises to learning_rate, then falls
    clips: int = 1  # inputs whose gradients a step averages

    @classmethod
    def of(cls, recipe: Recipe, epochs: int | None = None, **rates: float) -> "FitConfig":
        """As ``recipe`` says; ``rates`` (learning_rate, momentum) replace the recipe's middle."""
        fixed = {"optimiser": recipe.optimiser, "schedule": recipe.schedule, "clips": recipe.clips}
        return cls(epochs or recipe.epochs, **{**recipe.middle, **rates}, **fixed)

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


@contextlib.contextmanager
def one_thread() -> Iterator[None]:
    """torch on one core: networks this small are slower on several, whose shares of a sum also
    make other last bits."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


@one_thread()
def fit(
    model: nn.Module,
    batches: Callable,
    config: FitConfig,
    on_epoch_end: Callable[[int, float], None] | None = None,
    loss: Loss | None = None,
) -> Float[np.ndarray, " epochs"]:
    """Train ``model`` in place by gradient descent.

    Parameters
    ----------
    batches : called with the epoch's number; gives pairs of input and labels. A schedule needs
        to know their number, ``len(batches)``.
    on_epoch_end : called with the epoch's number and its loss.
    loss : of log-probabilities and labels; None is the mean negative log-likelihood.

    Returns
    -------
    losses : (epochs,) mean over the steps of an epoch; NaN once the weights have diverged.
    """
    kind = OPTIMISERS[config.optimiser]
    extra = {"momentum": config.momentum} if config.optimiser == "sgd" else {}
    optimiser = kind(model.parameters(), lr=config.learning_rate, **extra)
    schedule = None
    if config.schedule == "one cycle":
        total = config.epochs * -(-len(batches) // config.clips)
        cycle = torch.optim.lr_scheduler.OneCycleLR
        schedule = cycle(optimiser, config.learning_rate, total_steps=total)
    loss = loss or nn.NLLLoss()
    losses = np.empty(config.epochs)
    model.train()
    for epoch in range(config.epochs):
        steps = []
        for pairs in _grouped(batches(epoch), config.clips):
            optimiser.zero_grad()
            inputs, labels = zip(*pairs)
            values = [loss(*pair) for pair in zip(_answers(model, inputs), labels)]
            value = sum(values) / len(values)
            value.backward()
            optimiser.step()
            if schedule is not None:
                schedule.step()
            steps.append(value.item())
        losses[epoch] = np.mean(steps)
        if on_epoch_end is not None:
            on_epoch_end(epoch, losses[epoch])
    return losses


def _answers(model: nn.Module, inputs: tuple[Tensor, ...]) -> list[Tensor]:
    """Of one step; in one pass if the model can take several clips."""
    if len(inputs) > 1 and hasattr(model, "forward_clips"):
        return model.forward_clips(list(inputs))
    return [model(one) for one in inputs]


def _grouped(pairs: Iterable, size: int):
    """Tuples of ``size`` following ones; the last may be shorter."""
    rest = iter(pairs)
    while group := tuple(itertools.islice(rest, size)):
        yield group


@one_thread()
@torch.no_grad()
def predict(
    model: nn.Module, keypoints: Float[np.ndarray, "frames points 2"]
) -> Float[np.ndarray, "frames 4"]:
    """Class probabilities of a clip's frames; see :func:`undecided` for a diverged model."""
    model.eval()
    return undecided(model(torch.tensor(keypoints)).exp().numpy())


def undecided(
    probabilities: Float[np.ndarray, "*frames classes"],
) -> Float[np.ndarray, "*frames classes"]:
    """Rows that are not numbers, from a model whose training diverged, become uniform.

    Such a model then predicts the first class and gives an ensemble no vote. Its losses stay
    NaN, which is where a table shows it.
    """
    broken = ~np.isfinite(probabilities).all(axis=-1, keepdims=True)
    return np.where(broken, 1 / probabilities.shape[-1], probabilities)


@dataclass(frozen=True)
class Task:
    """One of many models to train.

    Attributes
    ----------
    members : indices of the clips to train on.
    batch : frames per step; None for whole clips.
    loss : see :func:`fit`.
    seed : of the order of clips and frames (:class:`gymlib.training.batches.Batches`), of what
        augments them, and of dropout.
    augment : see :class:`gymlib.models.Recipe`.
    """

    model: nn.Module
    members: Int[np.ndarray, " members"]
    config: FitConfig
    batch: int | None = None
    loss: Loss | None = None
    seed: int = 0
    augment: Augment | None = None

    @classmethod
    def of(cls, recipe: Recipe, model: nn.Module, members, config: FitConfig, seed: int = 0):
        """``model`` trained as its recipe says."""
        return cls(model, members, config, recipe.batch, recipe.loss, seed, recipe.augment)
