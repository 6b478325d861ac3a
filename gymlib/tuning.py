"""The search for good settings: by Optuna's TPE, asked and told in rounds, and by hand.

TPE (Bergstra et al. 2011) draws its first trials independently of any result, so these can be
trained side by side; every later trial waits for the results of all before it. Asked and told
this way a study proposes exactly what ``study.optimize`` would with the same seed.
"""

import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import optuna
import pandas as pd
from jaxtyping import Float, Int

from gymlib import compiled, io, metrics, models, training
from gymlib.clips import Clip
from gymlib.progress import progress
from gymlib.splits import Fold

optuna.logging.set_verbosity(optuna.logging.WARNING)

Space = Mapping[str, tuple[float, float]]
"""Parameter name -> lowest and highest value; drawn uniformly, as in the thesis."""


def rounds(trials: int, startup: int) -> list[int]:
    """How many trials can be trained side by side in each round: [10, 1, 1, 1, 1, 1]."""
    first = min(trials, startup)
    return [first] + [1] * (trials - first)


class Study:
    """One search for the parameters with the highest score.

    Parameters
    ----------
    startup : trials drawn before the first result is used (Optuna's default is 10).
    """

    def __init__(self, space: Space, *, seed: int, startup: int = 10):
        self._space = space
        sampler = optuna.samplers.TPESampler(seed=seed, n_startup_trials=startup)
        self._study = optuna.create_study(direction="maximize", sampler=sampler)
        self._waiting = []

    def ask(self, count: int) -> list[dict[str, float]]:
        """The next ``count`` proposals; :meth:`tell` must follow before the next round."""
        self._waiting = [self._study.ask() for _ in range(count)]
        return [suggest(trial, self._space) for trial in self._waiting]

    def tell(self, scores: Sequence[float]) -> None:
        """The scores (higher is better, no NaN) of the last proposals, in their order."""
        for trial, score in zip(self._waiting, scores, strict=True):
            self._study.tell(trial, float(score))
        self._waiting = []

    @property
    def best(self) -> dict[str, float]:
        """Parameters of the best trial told so far."""
        return self._study.best_params


def suggest(trial: optuna.Trial, space: Space) -> dict[str, float]:
    """Draw every parameter of ``space`` for one Optuna trial."""
    return {name: trial.suggest_float(name, low, high) for name, (low, high) in space.items()}


def write_journal(
    studies: Mapping[str, Iterable[tuple[dict[str, float], float]]], space: Space, path: Path
) -> None:
    """Keep finished studies in a journal that ``optuna-dashboard <path>`` opens.

    Parameters
    ----------
    studies : name -> pairs of parameters and score, in the order of the trials.
    """
    ranges = {
        name: optuna.distributions.FloatDistribution(low, high)
        for name, (low, high) in space.items()
    }
    with io.atomic_path(path) as temporary, warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        backend = optuna.storages.journal.JournalFileBackend(str(temporary))
        storage = optuna.storages.JournalStorage(backend)
        for name, trials in studies.items():
            study = optuna.create_study(study_name=name, direction="maximize", storage=storage)
            study.add_trials(
                optuna.trial.create_trial(params=params, distributions=ranges, value=score)
                for params, score in trials
            )


# --- by hand --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Variant:
    """One way to build and train a model; ``batch`` frames per step, None for one clip."""

    config: models.CNNConfig | models.LSTMConfig
    fit: training.FitConfig
    batch: int | None = None


class Outcome(NamedTuple):
    """A variant trained from one seed and tried on the validation clips."""

    variant: str
    seed: int
    losses: Float[np.ndarray, " epochs"]
    matrix: Int[np.ndarray, "4 4"]  # confusion matrix of the pooled validation frames


def compare(
    variants: Mapping[str, Variant], clips: Sequence[Clip], fold: Fold, *, seeds: int
) -> list[Outcome]:
    """Train every variant from several seeds on ``fold.train`` and try it on ``fold.test``.

    Without several seeds one cannot tell a better setting from a lucky start.
    """
    work = [(name, seed) for name in variants for seed in range(seeds)]
    return [
        Outcome(name, seed, *train_and_try(variants[name], clips, fold, seed=seed)[1:])
        for name, seed in progress(work, desc="variants", unit="model")
    ]


def train_and_try(variant: Variant, clips: Sequence[Clip], fold: Fold, *, seed: int):
    """The trained model, its losses, and its confusion matrix on ``fold.test``."""
    model = models.build(variant.config, seed)
    task = training.Task(model, fold.train, variant.fit)
    engine = compiled if _worth_compiling(variant, clips, fold) else training
    (losses,) = engine.fit_many([task], clips, seed=seed, size=variant.batch)
    matrix = sum(
        metrics.confusion(
            clips[index].labels, training.predict(model, clips[index].keypoints).argmax(axis=1)
        )
        for index in fold.test
    )
    return model, losses, matrix


def _worth_compiling(variant: Variant, clips: Sequence[Clip], fold: Fold) -> bool:
    """Whether this is a training by SGD (2 to 3 ms a step in PyTorch) that, with others of its
    kind, is longer than the seconds of compiling."""
    frames = sum(len(clips[index]) for index in fold.train)
    steps = len(fold.train) if variant.batch is None else frames / variant.batch
    return variant.fit.optimiser == "sgd" and variant.fit.epochs * steps > 1000


def outcome_table(outcomes: Sequence[Outcome]) -> pd.DataFrame:
    """Per variant: mean and population sd over seeds of macro F1, mean accuracy, last loss."""
    rows = pd.DataFrame(
        [
            {
                "variant": outcome.variant,
                "f1": metrics.macro_f1(outcome.matrix),
                "accuracy": metrics.accuracy(outcome.matrix),
                "last loss": outcome.losses[-1],
            }
            for outcome in outcomes
        ]
    )
    groups = rows.groupby("variant", sort=False)
    table = groups.mean()
    table.insert(1, "f1 sd", groups["f1"].std(ddof=0))
    return table


def mean_curves(outcomes: Sequence[Outcome]) -> dict[str, Float[np.ndarray, " epochs"]]:
    """Per variant the loss curve, averaged over seeds."""
    names = dict.fromkeys(outcome.variant for outcome in outcomes)
    return {
        name: np.mean([o.losses for o in outcomes if o.variant == name], axis=0) for name in names
    }
