"""All architectures on people never filmed before: other videos, and taught by simulation alone.

Whole videos left out are :mod:`gymlib.evaluation.benchmark`'s; here the ensembles come beside it
that have seen no clip of the data set at all, only generated skeletons, of which there are as many
as wanted (:mod:`gymlib.simulation.skeletons`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import pandas as pd

from gymlib import models
from gymlib.annotation import reading
from gymlib.dataset import Dataset
from gymlib.evaluation import benchmark
from gymlib.features.bodies import comparable_clips
from gymlib.models import gymtcn
from gymlib.prediction import ensemble
from gymlib.prediction.ensemble import TransferConfig
from gymlib.simulation import skeletons

MODELS = {"full": 3, "quick": 1}
"""Of every ensemble, as many as the benchmark's have."""
CLIPS = {"full": skeletons.CLIPS, "quick": 20}
SHARE = 5
"""Generated clips are shown a fifth of the epochs: there are thirty times as many of them."""


def run(
    data: Dataset,
    names: Iterable[str] | None = None,
    profile: str = "full",
    *,
    cluster: str | None = None,
) -> None:
    """Train and test architectures, all known ones if none is named; finished ones stay.

    Raises ValueError for an unknown name.
    """
    names = list(names or models.names())
    benchmark.run(data, names, profile, cluster=cluster)
    source = teacher(data, profile)
    for name in names:
        ensemble.trained_on(source, config(name, profile))
    if gymtcn.RECIPE.name in names:
        for own in ablations(profile):
            ensemble.trained_on(source, own)


def teacher(data: Dataset, profile: str = "full") -> Dataset:
    """The generated clips that teach without a picture, beside ``data``; made if not there yet."""
    name = "skeletons-quick" if profile == "quick" else "skeletons"
    source = Dataset(name, data.home)
    if not source.has("clips.csv", "keypoints.parquet"):
        skeletons.make(source.folder, CLIPS[profile])
    if not source.has("labels.parquet"):
        reading.make(source)
    return source


def config(name: str, profile: str = "full") -> TransferConfig:
    """How the ensemble of one architecture is trained on the generated clips."""
    recipe = models.recipe(name)
    epochs = -(-recipe.epochs // SHARE) if profile == "full" else recipe.quick_epochs
    return TransferConfig(models=MODELS[profile], architecture=name, epochs=epochs, copies=1)


def ablations(profile: str = "full") -> list[TransferConfig]:
    """How one model is trained of what is left of our network without one of its parts.

    Its recipes are registered from then on.
    """
    recipes = [models.register(recipe) for recipe in gymtcn.without()]
    return [replace(config(recipe.name, profile), models=1) for recipe in recipes]


def trained(source: Dataset, names: Iterable[str], profile: str = "full") -> list[str]:
    """Those of the names whose ensembles have been taught by ``source``."""
    return [name for name in names if ensemble.step(source, config(name, profile)).is_done()]


def transfer(
    source: Dataset, target: Dataset, names: Sequence[str], profile: str = "full"
) -> dict[str, pd.DataFrame]:
    """Name -> what its ensemble, taught by ``source`` alone, says of ``target``'s clips.

    Tables as of :func:`gymlib.prediction.ensemble.predict`; models are trained where they are not
    there yet.
    """
    clips = comparable_clips(target)
    return {
        name: ensemble.predict(ensemble.trained_on(source, config(name, profile)), clips)
        for name in names
    }
