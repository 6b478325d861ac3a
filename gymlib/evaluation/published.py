"""Published answers: what architectures said when the report was made, kept beside its tables.

To train all architectures takes an hour or more. Whoever wants to see another one beside them, or
one frame through the eyes of all, has here what the ensemble of each said of every frame, tested on
clips that it had not learnt from. ``report/<data set>/answers/<test>/<architecture>.parquet`` holds
the probabilities, the .json beside it says who made them and on which labels.
"""

import hashlib
from pathlib import Path

import numpy as np
import pandas as pd

from gymlib import models
from gymlib.dataset import Dataset
from gymlib.dataset.schemas import PROBABILITIES
from gymlib.files import cache, paths
from gymlib.files.atomic import read_json, write_json
from gymlib.files.code import class_hash
from gymlib.files.tables import read_table, write_table

VIDEOS_OUT = "videos_out"
"""Tested by :mod:`gymlib.evaluation.benchmark`: whole videos left out."""
TAUGHT = "taught"
"""One model, taught by generated clips alone."""
DIGITS = 4
"""Of a probability: more would take more room than they tell."""


def write(
    data: Dataset,
    test: str,
    name: str,
    predictions: pd.DataFrame,
    about: dict,
    report: Path | None = None,
) -> Path:
    """Keep what the ensemble of one architecture says of the clips of ``data``.

    Parameters
    ----------
    predictions : (``schemas.PREDICTIONS``); rows of the model "ensemble" are kept, probabilities
        rounded.
    about : provenance, seconds of one core that it took (if it is known).
    report : the published report; this repository's if None.
    """
    rows = predictions.loc[predictions["model"] == "ensemble"]
    kept = rows[["clip", "frame", "outer", *PROBABILITIES]].reset_index(drop=True)
    small = {"frame": "int32", "outer": "int16"} | dict.fromkeys(PROBABILITIES, "float32")
    file = folder(data, test, report) / f"{name}.parquet"
    write_table(file, kept.round(DIGITS).astype(small))
    belongs = {"labels": _labels(data), "architecture": _architecture(name)}
    write_json(file.with_suffix(".json"), belongs | about)
    return file


def read(data: Dataset, test: str) -> dict[str, pd.DataFrame]:
    """Architecture -> its published answers, for :func:`gymlib.evaluation.timelines.read`.

    In the order of their names. Left out are architectures that are not known here, or whose
    network or recipe has changed since, and all if clips or labels of ``data`` are others than
    those that were tested.
    """
    found, labels = {}, _labels(data)
    for file in files(data, test):
        if (name := file.stem) in models.names():
            about = read_json(file.with_suffix(".json"))
            if (about["labels"], about["architecture"]) == (labels, _architecture(name)):
                found[name] = read_table(file).assign(architecture=name, model="ensemble")
    return found


def seconds(data: Dataset, test: str) -> dict[str, float]:
    """Architecture -> seconds of one core that it took where it was trained, if that is known."""
    about = {file.stem: read_json(file.with_suffix(".json")) for file in files(data, test)}
    return {name: own["seconds"] for name, own in about.items() if "seconds" in own}


def files(data: Dataset, test: str) -> list[Path]:
    """The tables that were published for a data set."""
    return sorted(folder(data, test).glob("*.parquet"))


def folder(data: Dataset, test: str, report: Path | None = None) -> Path:
    """Where they lie."""
    return (report or paths.PUBLISHED) / data.name / "answers" / test


def _architecture(name: str) -> str:
    """Hash of an architecture's network and recipe."""
    recipe = models.recipe(name)
    settings = {"recipe": recipe.to_dict(), "source": class_hash(recipe.module)}
    return cache.key((), settings, ())


def _labels(data: Dataset) -> str:
    """Hash of clips, frames and labels, 16 hex digits."""
    rows = data.labels.sort_values(["clip", "frame"])
    digest = hashlib.sha256()
    for column in ("clip", "label"):
        digest.update("\0".join(rows[column].fillna("").astype(str)).encode())
    digest.update(np.ascontiguousarray(rows["frame"].to_numpy(np.int64)).tobytes())
    return digest.hexdigest()[:16]
