"""All architectures on people never filmed before: other videos, and taught by simulation alone.

Whole videos left out are :mod:`gymlib.evaluation.benchmark`'s; here the ensembles come beside it
that have seen no real clip at all.
"""

from collections.abc import Iterable, Sequence

import pandas as pd

from gymlib import models
from gymlib.dataset import Dataset
from gymlib.evaluation import benchmark
from gymlib.prediction import ensemble
from gymlib.prediction.ensemble import TransferConfig

MODELS = {"full": 3, "quick": 1}
"""Of every ensemble, as many as the benchmark's have."""


def run(
    data: Dataset,
    names: Iterable[str] | None = None,
    profile: str = "full",
    *,
    cluster: str | None = None,
) -> None:
    """Train and test architectures, all known ones if none is named; finished ones stay.

    The simulated clips teach them too, if they are here. Raises ValueError for an unknown name.
    """
    names = list(names or models.names())
    benchmark.run(data, names, profile, cluster=cluster)
    source, target = pair(data, profile)
    if not missing(source, target):
        for name in names:
            ensemble.trained_on(source, config(name, profile))


def pair(data: Dataset, profile: str = "full") -> tuple[Dataset, Dataset]:
    """The simulated data set, and the one that its models are asked about: ``data``, or
    ``recovered`` if that is simulated itself."""
    source = Dataset("simulated-quick" if profile == "quick" else "simulated", data.home)
    simulated = data.name.startswith("simulated")
    return source, Dataset("recovered", data.home) if simulated else data


def missing(*datasets: Dataset) -> list[str]:
    """Names of those whose labels and poses are not there."""
    return [data.name for data in datasets if not data.has(*ensemble.TABLES)]


def config(name: str, profile: str = "full") -> TransferConfig:
    """How the ensemble of one architecture is trained on the simulated clips."""
    epochs = None if profile == "full" else models.recipe(name).quick_epochs
    return TransferConfig(models=MODELS[profile], architecture=name, epochs=epochs)


def transfer(
    source: Dataset, target: Dataset, names: Sequence[str], profile: str = "full"
) -> dict[str, pd.DataFrame]:
    """Name -> what its ensemble, taught by ``source`` alone, says of ``target``'s clips.

    Tables as of :func:`gymlib.prediction.ensemble.predict`; models are trained where they are not
    there yet.
    """
    clips = ensemble.comparable_clips(target)
    return {
        name: ensemble.predict(ensemble.trained_on(source, config(name, profile)), clips)
        for name in names
    }
