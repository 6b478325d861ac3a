"""A recipe: everything that has to be known of an architecture to train, compare and keep it."""

import re
import threading
import zlib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, is_dataclass, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

Space = Mapping[str, tuple[float, float]]
"""Parameter -> lowest and highest value, drawn uniformly; whole numbers if both ends are."""

Augment = Callable[[np.random.Generator, np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]

_DRAWING = threading.Lock()
"""Torch has one source of random numbers for all threads: one model at a time draws from it."""

_MARKUP = re.compile(r"[<>{}$`|*\\\[\]]|^[=+@-]")  # of pages, figures and spreadsheets
OPTIMISERS = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam, "adamw": torch.optim.AdamW}
SCHEDULES = ("constant", "one cycle")


def thesis_space() -> Space:
    """What the thesis searches, section 3.5: learning rate and momentum of SGD."""
    return {"learning_rate": (0.01, 0.1), "momentum": (0.1, 0.9)}


@dataclass(frozen=True)
class Recipe:
    """One architecture and how it is trained.

    Attributes
    ----------
    name : in tables and file names: lower case letters, digits and "_".
    title : in figures and sentences; plain words.
    module : called with ``config``; keeps it as ``.config``. Its ``forward`` takes keypoints
        (frames, 33, 2), single frames or one whole clip, and gives log-probabilities (frames, 4).
        A ``forward_clips``, if it has one, gives the same for a list of clips in one pass.
    config : the default settings of the module, a frozen dataclass.
    source : paper, section or figure that the module follows.
    batch : frames of any clips per step; None for one whole clip, which the module then sees
        from its first frame to its last.
    clips : whole clips whose gradients a step averages; 1 if ``batch`` counts frames.
    epochs, quick_epochs : passes over the training set, in the full and in the quick profile.
    schedule : of the learning rate: "constant", or "one cycle" (Smith and Topin 2018), up to it
        and down to nothing.
    gaps : whether the module takes frames without a pose, as NaN; they are cut out otherwise.
    loss : called with what the module gives in training and labels (frames,); None is the mean
        negative log-likelihood.
    augment : called with a random generator and a clip's keypoints and labels; gives others like
        them. None learns from the clips as they are.
    space : what the search varies: ``learning_rate``, ``momentum``, or fields of ``config``.
    chance : sets its random numbers apart from those of other architectures; None takes it from
        the name.
    """

    name: str
    title: str
    module: type[nn.Module]
    config: Any
    source: str
    batch: int | None = None
    clips: int = 1
    epochs: int = 100
    quick_epochs: int = 12
    optimiser: str = "sgd"
    schedule: str = "constant"
    gaps: bool = False
    loss: Callable[[Tensor, Tensor], Tensor] | None = None
    augment: Augment | None = None
    space: Space = field(default_factory=thesis_space)
    chance: int | None = None

    def __post_init__(self):
        if not re.fullmatch(r"[a-z][a-z0-9_]{0,39}", self.name):
            raise ValueError(
                f"recipe {self.name!r}: a name is lower case letters, digits and '_', beginning "
                "with a letter, at most 40"
            )
        for what in ("title", "source"):
            words = getattr(self, what)
            if _MARKUP.search(words) or not words.isprintable():
                raise ValueError(
                    f"recipe {self.name}: {what} is one line of plain words, without any of "
                    rf"<>{{}}[]$`|*\ and not begun by =, +, - or @; found {words!r}"
                )
        if not is_dataclass(self.config) or isinstance(self.config, type):
            raise ValueError(
                f"recipe {self.name}: config must be a dataclass with the default settings, "
                f"found {self.config!r}"
            )
        if self.optimiser not in OPTIMISERS:
            known = ", ".join(OPTIMISERS)
            raise ValueError(
                f"recipe {self.name}: optimiser must be one of {known}, found {self.optimiser!r}"
            )
        if self.schedule not in SCHEDULES:
            raise ValueError(
                f"recipe {self.name}: schedule must be one of {', '.join(SCHEDULES)}, "
                f"found {self.schedule!r}"
            )
        if self.clips > 1 and self.batch is not None:
            raise ValueError(
                f"recipe {self.name}: a step takes {self.batch} frames of any clips or "
                f"{self.clips} whole clips, not both; leave one out"
            )
        counts = {"epochs": self.epochs, "quick_epochs": self.quick_epochs, "clips": self.clips}
        counts |= {} if self.batch is None else {"batch": self.batch}
        if wrong := {name: value for name, value in counts.items() if value < 1}:
            raise ValueError(f"recipe {self.name}: expected at least 1, found {wrong}")
        known = {"learning_rate", "momentum", *vars(self.config)}
        if unknown := set(self.space) - known:
            raise ValueError(
                f"recipe {self.name}: the search can vary {', '.join(sorted(known))}, "
                f"not {', '.join(sorted(unknown))}"
            )
        if backwards := [name for name, (low, high) in self.space.items() if low > high]:
            raise ValueError(f"recipe {self.name}: lowest above highest in {', '.join(backwards)}")

    @property
    def seed(self) -> int:
        """A number of its own, the same on every machine, from which its seeds are derived."""
        return zlib.crc32(self.name.encode()) if self.chance is None else self.chance

    def build(self, seed: int, **settings) -> nn.Module:
        """A model with initial weights drawn from ``seed``; torch's global state is kept.

        Parameters
        ----------
        settings : fields of the config that differ from the default.
        """
        with _DRAWING, torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            return self.module(replace(self.config, **settings))

    @property
    def middle(self) -> dict[str, float]:
        """Learning rate and momentum from the middle of what the search varies: for no search."""
        middle = {name: (low + high) / 2 for name, (low, high) in self.space.items()}
        rate = {"learning_rate": 0.01} | middle
        return {name: rate[name] for name in ("learning_rate", "momentum") if name in rate}

    def quick(self) -> "Recipe":
        """The same with few epochs."""
        return replace(self, epochs=self.quick_epochs)

    def to_dict(self) -> dict:
        """The settings as JSON keeps them; code is named, not kept."""
        fields = ("name", "batch", "clips", "epochs", "optimiser", "schedule", "gaps")
        code = {"module": self.module, "loss": self.loss, "augment": self.augment}
        named = {k: v and f"{v.__module__}.{v.__qualname__}" for k, v in code.items()}
        space = {name: list(ends) for name, ends in self.space.items()}
        settings = {name: getattr(self, name) for name in fields} | {"seed": self.seed}
        return settings | named | {"space": space, "config": asdict(self.config)}


def config_from_dict(kind: type, settings: dict):
    """A config read from JSON, which knows lists but no tuples: the inverse of ``asdict``."""
    return kind(**{k: tuple(v) if isinstance(v, list) else v for k, v in settings.items()})
