"""An ensemble trained on all clips of one data set, to label another one's.

Both data sets are brought to ``hip_torso`` coordinates, the one form in which skeletons from
video and the recovered ones (no place in the picture, unknown scale) can be compared.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from torch import nn

from gymlib import models, training
from gymlib.dataset import Clip, Dataset
from gymlib.dataset.schemas import PROBABILITIES
from gymlib.evaluation import decoding, metrics, results, timelines
from gymlib.features.bodies import comparable_clips, learnable, mirrored
from gymlib.files import lock, provenance
from gymlib.files.atomic import MissingFileError
from gymlib.files.cache import Step
from gymlib.files.code import class_hash
from gymlib.files.progress import progress
from gymlib.labels import decode
from gymlib.models.registry import DEFAULT
from gymlib.prediction.answers import Ensemble

TABLES = ("clips.csv", "labels.parquet", "keypoints.parquet")


@dataclass(frozen=True)
class TransferConfig:
    """Models of one architecture, trained on all clips of the source.

    There is no search: its validation clips would come from the source and say little about
    the target, and the target's labels are for testing only. Learning rate and momentum are the
    middle of what the recipe lets a search vary.
    """

    models: int = 3  # they differ in initial weights
    copies: int = 2  # of every clip: 1 as it is, 2 also mirrored; 1 where the recipe augments
    epochs: int | None = None  # over all copies; None: as many steps as the recipe has
    architecture: str = DEFAULT
    seed: int = 0

    def __post_init__(self):
        if self.models < 1 or self.copies not in (1, 2):
            raise ValueError(
                "expected at least 1 model and 1 or 2 copies of every clip, found "
                f"{self.models} and {self.copies}"
            )

    @property
    def counted(self) -> int:
        """Copies of every clip that the models see in an epoch."""
        return 1 if models.recipe(self.architecture).augment else self.copies

    @property
    def passes(self) -> int:
        """Epochs over all copies."""
        return self.epochs or max(1, models.recipe(self.architecture).epochs // self.counted)


QUICK = replace(TransferConfig(), models=2, epochs=models.recipe(DEFAULT).quick_epochs)
"""For the quick profile."""


def train(
    clips: Sequence[Clip], config: TransferConfig, on_epoch_end: Callable[[int], None] | None = None
) -> list[nn.Module]:
    """``config.models`` models trained on all ``clips`` and their mirror images.

    Parameters
    ----------
    on_epoch_end : called with the number of models that finished an epoch.

    Raises ValueError without clips and for clips that cannot be learned from (see
    ``training.check_clips``).
    """
    if not clips:
        raise ValueError("no clips to train on: the source has no frame with a pose and a label")
    recipe, copies = models.recipe(config.architecture), config.counted
    clips = learnable(clips, recipe.gaps)
    training.check_clips(clips, recipe.gaps)
    seen = [*clips, *map(mirrored, clips)][: copies * len(clips)]
    fit, everything = training.FitConfig.of(recipe, config.passes), np.arange(len(seen))
    tasks = [
        training.Task.of(recipe, recipe.build(int(seed)), everything, fit, config.seed)
        for seed in np.random.SeedSequence(config.seed).generate_state(config.models)
    ]
    training.fit_many(tasks, seen, engine=None, n_jobs=None, on_epoch_end=on_epoch_end)
    return [task.model for task in tasks]


def predict(trained: Sequence[nn.Module], clips: Sequence[Clip]) -> pd.DataFrame:
    """Predictions of every model and of their vote (mean probability) for every frame.

    Each says the mean of what it says of a clip and of its mirror image. Models that do not take
    gaps answer frames with a pose only.

    Returns the columns of ``schemas.PREDICTIONS``: models base_1, base_2, ... and ensemble,
    outer always 0.
    """
    architecture, tables = models.architecture(trained[0]), []
    clips = learnable(clips, models.recipe(architecture).gaps)
    everything = [np.arange(len(clips))] * len(trained)
    answers = training.predict_many(trained, clips, everything, mirrored=True)
    for clip, single in zip(clips, map(np.stack, zip(*answers))):
        votes = {f"base_{i + 1}": probabilities for i, probabilities in enumerate(single)}
        votes["ensemble"] = single.mean(axis=0)  # (models, frames, 4) -> (frames, 4)
        for model, probabilities in votes.items():
            columns = {"architecture": architecture, "outer": 0, "model": model}
            columns |= {"clip": clip.name, "frame": clip.frames, "label": decode(clip.labels)}
            columns |= dict(zip(PROBABILITIES, probabilities.T))
            tables.append(pd.DataFrame(columns))
    return pd.concat(tables, ignore_index=True)


def summary(predictions: pd.DataFrame, config: TransferConfig) -> dict:
    """Scores of a target's :func:`predict` table, in percent, with the config.

    Keys: frames, accuracy and macro_f1 of the ensemble, models_min and models_max (lowest and
    highest accuracy of a single model), largest_class (share of the target's most frequent
    label: the accuracy of always saying it).
    """
    matrices = {model: results.confusion(rows) for model, rows in predictions.groupby("model")}
    vote = matrices.pop("ensemble")
    single = [100 * metrics.accuracy(matrix) for matrix in matrices.values()]
    return {
        "frames": int(vote.sum()),
        "accuracy": 100 * metrics.accuracy(vote),
        "macro_f1": 100 * metrics.macro_f1(vote),
        "models_min": min(single),
        "models_max": max(single),
        "largest_class": float(100 * vote.sum(axis=1).max() / vote.sum()),
        "config": asdict(config),
    }


# --- kept beside the source -------------------------------------------------------------------


def folder(data: Dataset) -> Path:
    """Where models trained on a data set, and predictions for it, are kept."""
    return data.results("application")


def step(source: Dataset, config: TransferConfig) -> Step:
    """The step that trains an ensemble; its outputs are the models."""
    name = f"{config.architecture}_of_{config.models}"  # ensembles of other sizes stay beside it
    return Step(
        folder(source) / f"{name}.json",
        [source.folder / table for table in TABLES],
        asdict(config) | {"source": class_hash(models.recipe(config.architecture).module)},
        ("gymlib.prediction.ensemble",),
        [folder(source) / f"{name}_{i}.safetensors" for i in range(config.models)],
    )


def check_inputs(made: Step) -> None:
    """MissingFileError if a table of a data set to learn from is not there."""
    if missing := [file for file in made.inputs if not file.is_file()]:
        name = missing[0].parent.name
        raise MissingFileError(
            f"{missing[0]} is missing; run `make reproduce DATASET={name}` up to notebook 02"
        )


def taught(source: Dataset, config: TransferConfig) -> Ensemble:
    """The ensemble trained on ``source`` with its decoder; see :func:`trained_on`."""
    trained = trained_on(source, config)
    return Ensemble(trained, decoding.learn(timelines.labels(source)))


def trained_on(source: Dataset, config: TransferConfig, quiet: bool = False) -> list[nn.Module]:
    """The ensemble trained on ``source``; trained now if that has not been done yet.

    Models are kept until the source's data, ``config`` or the code change. ``quiet`` leaves out the
    progress bar. Raises MissingFileError if the source's clips, labels or keypoints are not there,
    lock.BusyError while another run trains the same.
    """
    made = step(source, config)
    check_inputs(made)
    if made.is_done():
        try:
            return [models.load(file) for file in made.outputs]
        except (OSError, ValueError):  # damaged: then trained again
            pass
    about = {"config": asdict(config), "provenance": provenance.record(made.inputs)}
    with lock.hold(folder(source), f"training-{made.record.stem}"), made.making(about):
        clips = comparable_clips(source)
        total = config.models * config.passes
        with progress(total=total, desc=f"training on {source.name}", disable=quiet) as bar:
            trained = train(clips, config, bar.update)
        for model, file in zip(trained, made.outputs):
            models.save(model, file)
    return trained
