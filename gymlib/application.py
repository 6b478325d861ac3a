"""Label videos with models trained on another data set.

The models are the LSTM ensemble of :mod:`gymlib.transfer`: trained once on all clips of the
source, in coordinates that do not depend on place and scale, and kept beside its data.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pandas as pd
from torch import nn

from gymlib import (
    io,
    labelling,
    models,
    overlay,
    paths,
    pose,
    preprocessing,
    provenance,
    training,
    transfer,
)
from gymlib.labels import CLASSES
from gymlib.progress import progress
from gymlib.schemas import PROBABILITIES

TABLES = ("clips.csv", "labels.parquet", "keypoints.parquet")


def trained_on(source: str, config: transfer.TransferConfig) -> list[nn.Module]:
    """The ensemble trained on ``source``; trained now if that has not been done yet.

    Raises MissingFileError if the source's clips, labels or keypoints are not there.
    """
    folder = paths.dataset(source) / "results" / "application"
    files = [paths.dataset(source) / name for name in TABLES]
    if missing := [file for file in files if not file.is_file()]:
        raise io.MissingFileError(
            f"{missing[0]} is missing; run `make reproduce DATASET={source}` up to notebook 02"
        )
    key = hashlib.sha256(
        (provenance.file_hash(files) + json.dumps(asdict(config))).encode()
    ).hexdigest()[:16]
    note, weights = folder / "models.json", [f"lstm_{i}.safetensors" for i in range(config.models)]
    if not (note.is_file() and io.read_json(note)["key"] == key):
        _train(source, config, [folder / name for name in weights])
        record = {"key": key, "config": asdict(config), "provenance": provenance.record(files)}
        io.write_json(note, record)
    return [models.load(folder / name) for name in weights]


def _train(source: str, config: transfer.TransferConfig, files: Sequence[Path]) -> None:
    clips = transfer.comparable_clips(
        io.read_keypoints(source), io.read_labels(source), io.read_clips(source)
    )
    with progress(total=config.models * config.epochs, desc=f"training on {source}") as bar:
        trained = transfer.train(clips, config, bar.update)
    for model, file in zip(trained, files):
        models.save(model, file)


def predict(dataset: str, trained: Sequence[nn.Module]) -> pd.DataFrame:
    """Class probabilities of every frame with a pose: clip, frame, p_idle, ... p_landing.

    Clips without any pose have no rows.
    """
    clips = io.read_clips(dataset).set_index("clip")
    poses = io.read_keypoints(dataset)
    tables = [
        _predict_clip(clips.loc[name], rows, trained)
        for name, rows in poses[poses["detected"]].groupby("clip", sort=False)
    ]
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=_COLUMNS)


_COLUMNS = ["clip", "frame", *PROBABILITIES]


def _predict_clip(clip: pd.Series, rows: pd.DataFrame, trained) -> pd.DataFrame:
    keypoints, frames = io.keypoint_array(rows), rows["frame"].to_numpy()
    preprocessing.check_finite(keypoints, frames, clip.name)
    seen = preprocessing.hip_torso(keypoints, clip["width"], clip["height"])
    # soft vote: (models, frames, 4) -> (frames, 4)
    probabilities = np.mean([training.predict(model, seen) for model in trained], axis=0)
    columns = dict(zip(PROBABILITIES, probabilities.T))
    return pd.DataFrame({"clip": clip.name, "frame": frames, **columns})


def accuracy(dataset: str, predictions: pd.DataFrame) -> pd.DataFrame:
    """Per clip, and over all as clip "(all)": labelled frames, share with a pose, accuracy in %.

    ``accuracy`` counts labelled frames with a pose, as the thesis; ``accuracy_all`` also those
    without one, as wrong. Needs labels.parquet.
    """
    labels = io.read_labels(dataset)
    labels = labels[labels["label"].isin(CLASSES)]
    answers = predictions[["clip", "frame"]].assign(
        answer=np.array(CLASSES)[predictions[PROBABILITIES].to_numpy().argmax(axis=1)]
    )
    frames = labels.merge(answers, on=["clip", "frame"], how="left")
    groups = [*frames.groupby("clip", sort=False), ("(all)", frames)]
    return pd.DataFrame([_score(name, rows) for name, rows in groups])


def _score(name: str, rows: pd.DataFrame) -> dict:
    right = rows["label"] == rows["answer"]
    posed = rows["answer"].notna()
    return {
        "clip": name,
        "frames": len(rows),
        "with_pose": 100 * posed.mean(),
        "accuracy": 100 * right[posed].mean(),
        "accuracy_all": 100 * right.mean(),
    }


def apply(dataset: str, sources: Sequence[str], config: transfer.TransferConfig) -> pd.DataFrame:
    """Poses, predictions, overlay videos and, where there are labels, accuracy.

    Writes results/application/<source>.parquet, results/application/overlay/<clip>.mp4 and
    results/application/accuracy.csv in the data set's folder; returns the accuracies, empty
    without labels.
    """
    annotated = bool(io.annotators(dataset))
    if annotated:
        labelling.make(dataset)
    if not (paths.dataset(dataset) / "keypoints.parquet").is_file():
        pose.extract_dataset(dataset)
    folder = paths.dataset(dataset) / "results" / "application"
    predictions = {f"trained on {s}": predict(dataset, trained_on(s, config)) for s in sources}
    for source, table in zip(sources, predictions.values()):
        io.write_table(folder / f"{source}.parquet", table)
    for clip in progress(io.read_clips(dataset).itertuples(), desc="overlays", unit="clip"):
        if isinstance(clip.path, str) and clip.path:
            target = folder / "overlay" / f"{clip.clip}.mp4"
            target.parent.mkdir(parents=True, exist_ok=True)
            overlay.write_overlay(dataset, clip.clip, target, predictions)
    if not annotated:
        return pd.DataFrame()
    scores = pd.concat(
        [
            accuracy(dataset, table).assign(source=s)
            for s, table in zip(sources, predictions.values())
        ]
    )
    io.write_table(folder / "accuracy.csv", scores)
    return scores
