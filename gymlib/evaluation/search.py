"""The search for good settings by Optuna's TPE, asked and told in rounds.

TPE (Bergstra et al. 2011) draws its first trials independently of any result, so these can be
trained side by side; every later trial waits for the results of all before it. Asked and told
this way a study proposes exactly what ``study.optimize`` would with the same seed.
"""

import warnings
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import optuna

from gymlib.files.atomic import atomic_path
from gymlib.models.recipe import Space

optuna.logging.set_verbosity(optuna.logging.WARNING)


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
    return {
        name: trial.suggest_int(name, *ends) if _whole(ends) else trial.suggest_float(name, *ends)
        for name, ends in space.items()
    }


def _whole(ends: tuple[float, float]) -> bool:
    return all(isinstance(end, int) for end in ends)


def _distributions(space: Space) -> dict[str, optuna.distributions.BaseDistribution]:
    kinds = {
        True: optuna.distributions.IntDistribution,
        False: optuna.distributions.FloatDistribution,
    }
    return {name: kinds[_whole(ends)](*ends) for name, ends in space.items()}


def write_journal(
    studies: Mapping[str, tuple[Space, Iterable[tuple[dict[str, float], float]]]], path: Path
) -> None:
    """Keep finished studies in a journal that ``optuna-dashboard <path>`` opens.

    Parameters
    ----------
    studies : name -> space, and pairs of parameters and score in the order of the trials.
    """
    with atomic_path(path) as temporary, warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        backend = optuna.storages.journal.JournalFileBackend(str(temporary))
        storage = optuna.storages.JournalStorage(backend)
        for name, (space, trials) in studies.items():
            study = optuna.create_study(study_name=name, direction="maximize", storage=storage)
            study.add_trials(
                optuna.trial.create_trial(
                    params=params, distributions=_distributions(space), value=score
                )
                for params, score in trials
            )
