"""All architectures on people never filmed before: other videos, and taught by simulation alone.

Whole videos left out are :mod:`gymlib.evaluation.benchmark`'s; here the ensembles come beside it
that have seen no clip of the data set at all, only generated skeletons, of which there are as many
as wanted (:mod:`gymlib.simulation.skeletons`): one model of each architecture, taught alike. The
weights of the package (:mod:`gymlib.prediction.pretrained`) were taught for longer.
"""

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from gymlib import models
from gymlib.annotation import reading
from gymlib.dataset import Dataset
from gymlib.evaluation import benchmark, fusion
from gymlib.features.bodies import comparable_clips
from gymlib.files import processes
from gymlib.files.progress import progress
from gymlib.models import Recipe, gymtcn
from gymlib.prediction import ensemble
from gymlib.prediction.ensemble import TransferConfig
from gymlib.simulation import skeletons

CLIPS = {"full": 1000, "quick": 20}
"""Generated ones that teach: half as many as taught the weights of the package."""
SHARE = 5
"""They are shown a fifth of the epochs: there are several times as many as on film."""


def run(
    data: Dataset,
    names: Iterable[str] | None = None,
    profile: str = "full",
    *,
    cluster: str | None = None,
) -> None:
    """Train and test architectures, all known ones if none is named; finished ones stay.

    With all of them, on a data set with films, come those that see the picture as well
    (:mod:`gymlib.evaluation.fusion`). Raises ValueError for an unknown name.
    """
    everything, names = not names, list(names or models.names())
    benchmark.run(data, names, profile, cluster=cluster)
    if everything and data.videos:
        fusion.run(data, profile, cluster=cluster)
    configs = [config(name, profile) for name in names]
    if gymtcn.RECIPE.name in names:
        configs += ablations(profile)
    _teach(teacher(data, profile), configs, 1 if profile == "quick" else None)


def _teach(source: Dataset, configs: list[TransferConfig], n_jobs: int | None) -> None:
    """Train one model each, side by side, where that has not been done."""
    waiting = [own for own in configs if not ensemble.step(source, own).is_done()]
    jobs = [(source, own, models.recipe(own.architecture)) for own in waiting]
    n_jobs = min(n_jobs or processes.available_processors(), max(1, len(jobs)))
    done = processes.side_by_side(_taught, jobs, n_jobs)
    for _ in progress(done, total=len(jobs), desc=f"taught by {source.name}", unit="architecture"):
        pass


def _taught(source: Dataset, own: TransferConfig, recipe: Recipe) -> None:
    """In a process, which knows what stands in the package, not what was registered since."""
    if recipe.name not in models.names():
        models.register(recipe)
    ensemble.trained_on(source, own, quiet=True)


def teacher(data: Dataset, profile: str = "full") -> Dataset:
    """The generated clips that teach all alike, beside ``data``; made if not there yet."""
    return generated(CLIPS[profile], data)


def generated(clips: int, data: Dataset) -> Dataset:
    """A data set of generated skeletons with labels, beside ``data``; made if not there yet.

    The first clips are the same, however many there are.
    """
    source = Dataset(_name(clips), data.home)
    if not source.has("clips.csv", "keypoints.parquet"):
        skeletons.make(source.folder, clips)
    if not source.has("labels.parquet"):
        reading.make(source)
    return source


def _name(clips: int) -> str:
    return "skeletons" if clips == skeletons.CLIPS else f"skeletons-{clips}"


def config(name: str, profile: str = "full") -> TransferConfig:
    """How a model of one architecture is trained on the generated clips."""
    recipe = models.recipe(name)
    epochs = -(-recipe.epochs // SHARE) if profile == "full" else recipe.quick_epochs
    return TransferConfig(models=1, architecture=name, epochs=epochs, copies=1)


def ablations(profile: str = "full") -> list[TransferConfig]:
    """How one model is trained of what is left of our network without one of its parts.

    Its recipes are registered from then on.
    """
    return [config(models.register(recipe).name, profile) for recipe in gymtcn.without()]


def records(data: Dataset, profile: str = "full") -> list[Path]:
    """Of the models that generated clips have taught alike: the files that are written last."""
    source = Dataset(_name(CLIPS[profile]), data.home)
    return sorted(ensemble.folder(source).glob("*_of_1.json"))


def taught(
    data: Dataset, configs: Iterable[TransferConfig], profile: str = "full"
) -> dict[str, pd.DataFrame]:
    """Architecture -> what its model, taught by generated clips alone, says of ``data``'s clips.

    Of those that :func:`run` has trained; tables as of :func:`gymlib.prediction.ensemble.predict`.
    """
    source, clips = Dataset(_name(CLIPS[profile]), data.home), comparable_clips(data)
    done = [own for own in configs if ensemble.step(source, own).is_done()]
    return {
        own.architecture: ensemble.predict(ensemble.trained_on(source, own), clips) for own in done
    }
