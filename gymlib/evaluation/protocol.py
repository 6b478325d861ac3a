"""The rules of one experiment: folds, search, training, vote.

``THESIS`` is the published experiment; every choice its text leaves open is a named setting.
"""

from dataclasses import dataclass, fields, replace

import numpy as np

from gymlib import models
from gymlib.evaluation.splits import GROUPS
from gymlib.evaluation.vote import RULES
from gymlib.models import Recipe


@dataclass(frozen=True)
class Protocol:
    """Nested cross-validation of some architectures (thesis, chapter 4)."""

    recipes: tuple[Recipe, ...]
    name: str = "thesis"
    outer: int = 5  # folds that test
    inner: int = 4  # folds of each training set; each gives one base model of the ensemble
    groups: str = "clip"  # "clip" as the thesis, "video" to test on people never filmed before
    trials: int = 15  # of the search, per inner fold and architecture
    startup: int = 10  # trials drawn before the first result counts: Optuna's default
    tuning_epochs: int = 15
    vote: str = "mean"  # of probabilities; "log_opinion" sums logarithms as the authors' code
    mirrored: bool = False  # a clip's answer is the mean with its mirror image's; not for raw units
    seed: int = 0

    def __post_init__(self):
        counts = ("outer", "inner", "trials", "startup", "tuning_epochs")
        if wrong := [name for name in counts if getattr(self, name) < 1]:
            raise ValueError(f"protocol {self.name}: {', '.join(wrong)} must be at least 1")
        for name, choices in (("groups", GROUPS), ("vote", RULES)):
            if getattr(self, name) not in choices:
                raise ValueError(
                    f"protocol {self.name}: {name} must be one of {', '.join(choices)}, "
                    f"found {getattr(self, name)!r}"
                )
        known = [recipe.name for recipe in self.recipes]
        if not known or len(set(known)) < len(known):
            raise ValueError(
                f"protocol {self.name}: expected recipes of different names, at least one, "
                f"found {', '.join(known) or 'none'}"
            )

    def derive_seed(self, purpose: str, *numbers: int) -> int:
        """A seed of its own for every use of chance, the same on every machine."""
        purposes = ("order", "study", "trial", "base", "averaged")
        entropy = (self.seed, purposes.index(purpose), *numbers)
        return int(np.random.SeedSequence(entropy).generate_state(1)[0])

    def seeded(self, seed: int) -> "Protocol":
        """The same with other chance: folds, initial weights, order, search."""
        name = self.name if seed == self.seed else f"{self.name}-seed{seed}"
        return replace(self, seed=seed, name=name)

    def by_video(self) -> "Protocol":
        """The same with whole videos left out, so that nobody is tested who was filmed before."""
        return replace(self, groups="video", name=f"{self.name}-videos")

    def to_dict(self) -> dict:
        """The settings as JSON keeps them."""
        rules = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "recipes"}
        return rules | {"recipes": [recipe.to_dict() for recipe in self.recipes]}


THESIS = Protocol((models.recipe("cnn"), models.recipe("lstm")))
QUICK = replace(
    THESIS,
    recipes=tuple(recipe.quick() for recipe in THESIS.recipes),
    name="thesis-quick",
    outer=3,
    inner=2,
    trials=3,
    startup=2,
    tuning_epochs=3,
)
"""The same steps in seconds, to see that everything runs; its numbers mean little."""


def of_profile(profile: str) -> Protocol:
    """THESIS for "full", QUICK for "quick"."""
    if profile not in ("full", "quick"):
        raise ValueError(f'PROFILE must be "full" or "quick", found {profile!r}')
    return THESIS if profile == "full" else QUICK
