"""Train on one data set, test on another: do simulated gymnasts teach a model about real ones?

Both data sets are brought to ``hip_torso`` coordinates, the one form in which skeletons from
video and the recovered ones (no place in the picture, unknown scale) can be compared.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np
import pandas as pd
from torch import nn

from gymlib import models, training
from gymlib.dataset.clip import Clip
from gymlib.dataset.schemas import PROBABILITIES, XY
from gymlib.evaluation import metrics, results
from gymlib.features.preprocessing import PreprocessingConfig, process
from gymlib.labels import decode, encode
from gymlib.models import DEFAULT
from gymlib.skeleton import KEYPOINTS, mirror


@dataclass(frozen=True)
class TransferConfig:
    """An ensemble of one architecture, trained on all clips of the source.

    There is no search: its validation clips would come from the source and say little about
    the target, and the target's labels are for testing only.
    """

    models: int = 8  # they differ in initial weights
    copies: int = 2  # of every clip: 1 as it is, 2 also mirrored
    epochs: int = 50  # over both copies: as many steps as the thesis's 100
    learning_rate: float = 0.05  # middle of the thesis's range, 0.01 to 0.1
    momentum: float = 0.5  # middle of the thesis's range, 0.1 to 0.9
    architecture: str = DEFAULT
    seed: int = 0

    def __post_init__(self):
        if self.models < 1 or self.copies not in (1, 2):
            raise ValueError(
                "expected at least 1 model and 1 or 2 copies of every clip, found "
                f"{self.models} and {self.copies}"
            )


QUICK = replace(TransferConfig(), models=2, epochs=12)
"""For the quick profile."""


def comparable_clips(
    keypoints: pd.DataFrame, labels: pd.DataFrame, clips: pd.DataFrame
) -> list[Clip]:
    """Clips of a data set in ``hip_torso`` coordinates; clips without kept frames are left out.

    Parameters
    ----------
    keypoints, labels, clips : the data set's tables (see :mod:`gymlib.dataset.schemas`).
    """
    processed, _ = process(keypoints, labels, clips, PreprocessingConfig("hip_torso"))
    return [_clip(str(name), rows) for name, rows in processed.groupby("clip", sort=False)]


def _clip(name: str, rows: pd.DataFrame) -> Clip:
    # (frames, 66) interleaved x, y -> (frames, 33, 2)
    keypoints = rows[XY].to_numpy(np.float32, copy=True).reshape(-1, len(KEYPOINTS), 2)
    return Clip(
        name=name,
        video=rows["video"].iloc[0],
        frames=rows["frame"].to_numpy(),
        keypoints=keypoints,
        labels=encode(rows["label"]),
    )


def mirrored(clip: Clip) -> Clip:
    """The clip as filmed from the gymnast's other side: x reversed, left and right exchanged.

    For hip-centred coordinates only (x = 0 is the mid-hip).
    """
    keypoints = mirror(clip.keypoints * np.array([-1, 1], np.float32))
    return Clip(f"{clip.name}.mirrored", clip.video, clip.frames, keypoints, clip.labels)


def train(
    clips: Sequence[Clip], config: TransferConfig, on_epoch_end: Callable[[int], None] | None = None
) -> list[nn.Module]:
    """``config.models`` models trained on all ``clips`` and their mirror images, one a step.

    Parameters
    ----------
    on_epoch_end : called with the number of models that finished an epoch.

    Raises ValueError without clips and for clips that cannot be learned from (see
    ``training.check_clips``).
    """
    if not clips:
        raise ValueError("no clips to train on: the source has no frame with a pose and a label")
    training.check_clips(clips)
    seen = [*clips, *map(mirrored, clips)][: config.copies * len(clips)]
    fit = training.FitConfig(config.epochs, config.learning_rate, config.momentum)
    seeds = np.random.SeedSequence(config.seed).generate_state(config.models)
    recipe, everything = models.recipe(config.architecture), np.arange(len(seen))
    tasks = [
        training.Task(
            recipe.build(int(seed)), everything, fit, recipe.batch, recipe.loss, config.seed
        )
        for seed in seeds
    ]
    training.fit_many(tasks, seen, engine=None, n_jobs=None, on_epoch_end=on_epoch_end)
    return [task.model for task in tasks]


def predict(
    trained: Sequence[nn.Module], clips: Sequence[Clip], architecture: str = DEFAULT
) -> pd.DataFrame:
    """Predictions of every model and of their vote (mean probability) for every frame.

    Returns the columns of ``schemas.PREDICTIONS``: models base_1, base_2, ... and ensemble,
    outer always 0.
    """
    tables = []
    for clip in clips:
        single = np.stack([training.predict(model, clip.keypoints) for model in trained])
        votes = {f"base_{i + 1}": probabilities for i, probabilities in enumerate(single)}
        votes["ensemble"] = single.mean(axis=0)  # (models, frames, 4) -> (frames, 4)
        tables += [_rows(clip, architecture, model, p) for model, p in votes.items()]
    return pd.concat(tables, ignore_index=True)


def _rows(clip: Clip, architecture: str, model: str, probabilities) -> pd.DataFrame:
    columns = {"architecture": architecture, "outer": 0, "model": model, "clip": clip.name}
    columns |= {"frame": clip.frames, "label": decode(clip.labels)}
    return pd.DataFrame(columns | dict(zip(PROBABILITIES, probabilities.T)))


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
