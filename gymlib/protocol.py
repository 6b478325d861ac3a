"""The rules of one experiment: folds, search, training, vote.

``THESIS`` is the published experiment; every choice its text leaves open is a named setting.
"""

from dataclasses import dataclass, field, replace

import numpy as np

from gymlib import models
from gymlib.models import CNNConfig, LSTMConfig
from gymlib.splits import GROUPS

ARCHITECTURES = ("cnn", "lstm")
VOTES = ("mean", "log_opinion")


@dataclass(frozen=True)
class Protocol:
    """Nested cross-validation of both architectures (thesis, chapter 4)."""

    name: str = "thesis"
    outer: int = 5  # parents
    inner: int = 4  # children per parent; each gives one base model of the ensemble
    groups: str = "clip"  # "clip" as the thesis, "video" to test on people never filmed before
    trials: int = 15  # of the search, per child and architecture
    startup: int = 10  # trials drawn before the first result counts: Optuna's default
    tuning_epochs: int = 15
    learning_rate: tuple[float, float] = (0.01, 0.1)  # searched range, uniform
    momentum: tuple[float, float] = (0.1, 0.9)  # searched range, uniform
    cnn: CNNConfig = field(default_factory=CNNConfig)
    cnn_epochs: int = 150
    cnn_batch: int = 64  # frames per step
    lstm: LSTMConfig = field(default_factory=LSTMConfig)
    lstm_epochs: int = 100  # one clip per step
    vote: str = "mean"  # of probabilities; "log_opinion" sums logarithms as the authors' code
    seed: int = 0

    def __post_init__(self):
        counts = ("outer", "inner", "trials", "startup", "tuning_epochs", "cnn_epochs")
        counts += ("lstm_epochs", "cnn_batch")
        if wrong := [name for name in counts if getattr(self, name) < 1]:
            raise ValueError(f"protocol {self.name}: {', '.join(wrong)} must be at least 1")
        for name, choices in (("groups", GROUPS), ("vote", VOTES)):
            if getattr(self, name) not in choices:
                raise ValueError(
                    f"protocol {self.name}: {name} must be one of {', '.join(choices)}, "
                    f"found {getattr(self, name)!r}"
                )

    @property
    def space(self) -> dict[str, tuple[float, float]]:
        """What the search draws from."""
        return {"learning_rate": self.learning_rate, "momentum": self.momentum}

    def config(self, architecture: str) -> CNNConfig | LSTMConfig:
        """The model's config."""
        return {"cnn": self.cnn, "lstm": self.lstm}[architecture]

    def epochs(self, architecture: str) -> int:
        """Epochs of base and averaged models."""
        return {"cnn": self.cnn_epochs, "lstm": self.lstm_epochs}[architecture]

    def batch(self, architecture: str) -> int | None:
        """Frames per training step; None for one whole clip."""
        return {"cnn": self.cnn_batch, "lstm": None}[architecture]

    def derive_seed(self, purpose: str, *numbers: int) -> int:
        """A seed of its own for every use of chance, the same on every machine."""
        purposes = ("order", "study", "trial", "base", "averaged")
        entropy = (self.seed, purposes.index(purpose), *numbers)
        return int(np.random.SeedSequence(entropy).generate_state(1)[0])


THESIS = Protocol()
QUICK = replace(
    THESIS,
    name="thesis-quick",
    outer=3,
    inner=2,
    trials=3,
    startup=2,
    tuning_epochs=3,
    cnn_epochs=12,
    lstm_epochs=25,
)
"""The same steps in seconds, to see that everything runs; its numbers mean little."""


def of_profile(profile: str) -> Protocol:
    """THESIS for "full", QUICK for "quick"."""
    if profile not in ("full", "quick"):
        raise ValueError(f'PROFILE must be "full" or "quick", found {profile!r}')
    return THESIS if profile == "full" else QUICK


def from_dict(settings: dict) -> Protocol:
    """The inverse of ``dataclasses.asdict``, for settings read from protocol.json."""
    cnn = models.from_dict(CNNConfig, settings["cnn"])
    lstm = models.from_dict(LSTMConfig, settings["lstm"])
    return models.from_dict(Protocol, {**settings, "cnn": cnn, "lstm": lstm})
