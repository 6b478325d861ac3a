"""The nested cross-validation divided into units of work that need nothing from each other."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
from jaxtyping import Int

from gymlib import models, splits
from gymlib.clips import Clip
from gymlib.protocol import Protocol
from gymlib.splits import Fold

# Seconds per frame of training on one core, as measured for the two engines.
_SECONDS = {
    ("cnn", "compiled"): 6e-6,
    ("lstm", "compiled"): 1e-6,
    ("cnn", "torch"): 45e-6,
    ("lstm", "torch"): 25e-6,
}


@dataclass(frozen=True)
class Unit:
    """Everything one process needs to know of one architecture in one outer fold."""

    architecture: str
    outer: int
    clips: Sequence[Clip]
    parent: Fold  # the outer fold
    inner: Sequence[Fold]  # of its children
    protocol: Protocol
    engine: str
    folder: Path  # of this unit's files

    LAST: ClassVar[str] = "seconds.json"  # the file that is written when all others are there

    @property
    def done(self) -> bool:
        """Whether the last of the unit's files is there; see :mod:`gymlib.outer_folds`."""
        return (self.folder / self.LAST).is_file()

    @property
    def cost(self) -> float:
        """Work in rough seconds on one core, for progress bars and the choice of an engine."""
        epochs = self.protocol.epochs(self.architecture)
        final = sum(self.epoch_cost(fold.train) for fold in (*self.inner, self.parent))
        return self.tuning_cost + epochs * final

    @property
    def tuning_cost(self) -> float:
        """The part of :attr:`cost` that the search takes."""
        one = sum(self.epoch_cost(fold.train) for fold in self.inner)
        return one * self.protocol.trials * self.protocol.tuning_epochs

    def epoch_cost(self, members: Int[np.ndarray, " members"]) -> float:
        """The part of :attr:`cost` that one model's pass over these clips takes."""
        frames = sum(len(self.clips[index]) for index in members)
        return frames * _SECONDS[self.architecture, self.engine]

    def seed(self, purpose: str, *numbers: int) -> int:
        """A seed for one use of chance in this architecture."""
        code = list(models.MODELS).index(self.architecture)
        return self.protocol.derive_seed(purpose, code, *numbers)


def plan(clips: Sequence[Clip], protocol: Protocol, folder: Path, engine: str) -> list[Unit]:
    """One unit per architecture and outer fold, the longest first.

    The division does not depend on the number of processes, so neither do the results.
    """
    parents, children = splits.nested(
        clips, outer=protocol.outer, inner=protocol.inner, by=protocol.groups, seed=protocol.seed
    )
    return [
        Unit(
            architecture,
            outer,
            clips,
            parent,
            inner,
            protocol,
            engine,
            folder / f"{architecture}-{outer}",
        )
        for architecture in ("cnn", "lstm")
        for outer, (parent, inner) in enumerate(zip(parents, children))
    ]
