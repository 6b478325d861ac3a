"""Label videos with models trained on another data set.

The models are those of :mod:`gymlib.prediction.ensemble`: trained once on all clips of the source,
in coordinates that do not depend on place and scale, and kept beside its data.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from torch import nn

from gymlib import models, pose, training
from gymlib.annotation import reading
from gymlib.dataset.keypoints import keypoint_array
from gymlib.dataset.schemas import PROBABILITIES
from gymlib.dataset.tables import annotators, read_clips, read_keypoints, read_labels
from gymlib.features import normalisation, preprocessing
from gymlib.files import lock, paths, provenance
from gymlib.files.atomic import MissingFileError, read_json, write_json
from gymlib.files.progress import progress
from gymlib.files.tables import write_table
from gymlib.labels import CLASSES
from gymlib.plots import overlay
from gymlib.prediction import ensemble

TABLES = ("clips.csv", "labels.parquet", "keypoints.parquet")


class Applied(NamedTuple):
    """What :func:`apply` found."""

    scores: pd.DataFrame
    """Accuracy per source and clip, see :func:`accuracy`; no rows without labels."""
    notes: list[str]
    """What the reader should know: clips without a pose, clips that could not be scored."""


def folder(dataset: str) -> Path:
    """Where models trained on a data set, and predictions for it, are kept."""
    return paths.dataset(dataset) / "results" / "application"


def check(dataset: str) -> None:
    """AnnotationError listing the faults of annotation files, if there are any files."""
    if annotators(dataset):
        reading.read(dataset, every_clip=False)


def prepare(source: str) -> list[str]:
    """Labels and poses of a data set that will train models; what is up to date is kept.

    Does what notebooks 01 and 02 do, and raises what they raise. Returns warnings.
    """
    if annotators(source):
        reading.make(source)
    return _find_poses(source)


def _find_poses(dataset: str) -> list[str]:
    """Extract poses, unless those there belong to the clips and their videos; warnings."""
    keypoints = paths.dataset(dataset) / "keypoints.parquet"
    clips = read_clips(dataset)
    if keypoints.is_file():
        poses = read_keypoints(dataset)
        origin = keypoints.with_suffix(".json")
        known = read_json(origin).get("videos_sha256_16") if origin.is_file() else None
        videos = [paths.dataset(dataset) / path for path in clips["path"].dropna()]
        complete = poses["clip"].value_counts().to_dict() == dict(zip(clips["clip"], clips.frames))
        # Imported poses know no videos: they stay as they came.
        if known is None or (complete and known == provenance.file_hash(videos)):
            return []
    return pose.extract_dataset(dataset).warnings


def trained_on(source: str, config: ensemble.TransferConfig) -> list[nn.Module]:
    """The ensemble trained on ``source``; trained now if that has not been done yet.

    Models are kept until the source's data or ``config`` change. Raises MissingFileError if the
    source's clips, labels or keypoints are not there, lock.BusyError while another run trains.
    """
    inputs = [paths.dataset(source) / name for name in TABLES]
    if missing := [file for file in inputs if not file.is_file()]:
        raise MissingFileError(
            f"{missing[0]} is missing; run `make reproduce DATASET={source}` up to notebook 02"
        )
    key = hashlib.sha256(
        (provenance.file_hash(inputs) + json.dumps(asdict(config))).encode()
    ).hexdigest()[:16]
    kept = _kept(source, key, config)
    if kept is not None:
        return kept
    with lock.hold(folder(source), "training"):
        note = folder(source) / "models.json"
        note.unlink(missing_ok=True)  # until all weights are there, they are nobody's
        trained = _train(source, config)
        for model, file in zip(trained, _weights(source, config)):
            models.save(model, file)
        record = {"key": key, "config": asdict(config), "provenance": provenance.record(inputs)}
        write_json(note, record)
    return trained


def _weights(source: str, config: ensemble.TransferConfig) -> list[Path]:
    return [folder(source) / f"{config.architecture}_{i}.safetensors" for i in range(config.models)]


def _kept(source: str, key: str, config: ensemble.TransferConfig) -> list[nn.Module] | None:
    """Models trained before on the same data with the same config, if they can be read."""
    try:
        if read_json(folder(source) / "models.json").get("key") == key:
            return [models.load(file) for file in _weights(source, config)]
    except (OSError, ValueError):  # not trained yet, or damaged: then trained again
        pass
    return None


def _train(source: str, config: ensemble.TransferConfig) -> list[nn.Module]:
    clips = ensemble.comparable_clips(
        read_keypoints(source), read_labels(source), read_clips(source)
    )
    with progress(total=config.models * config.epochs, desc=f"training on {source}") as bar:
        return ensemble.train(clips, config, bar.update)


def predict(dataset: str, trained: Sequence[nn.Module]) -> pd.DataFrame:
    """Class probabilities of every frame with a pose: clip, frame, p_idle, ... p_landing.

    Clips without any pose have no rows. Raises ValueError, naming clip and frame, for
    coordinates that are not finite, and naming the clip for a body too small to scale by.
    """
    clips = read_clips(dataset).set_index("clip")
    poses = read_keypoints(dataset)
    tables = [
        _predict_clip(clips.loc[name], rows, trained)
        for name, rows in poses[poses["detected"]].groupby("clip", sort=False)
    ]
    return pd.concat([_NOTHING, *tables], ignore_index=True) if tables else _NOTHING


_NOTHING = pd.DataFrame(
    {"clip": np.array([], str), "frame": np.array([], int)}
    | {name: np.array([], float) for name in PROBABILITIES}
)


def _predict_clip(clip: pd.Series, rows: pd.DataFrame, trained) -> pd.DataFrame:
    keypoints, frames = keypoint_array(rows), rows["frame"].to_numpy()
    preprocessing.check_finite(keypoints, frames, clip.name)
    try:
        seen = normalisation.hip_torso(keypoints, clip["width"], clip["height"])
    except ValueError as error:
        raise ValueError(f"clip {clip.name}: {error}") from None
    # soft vote: (models, frames, 4) -> (frames, 4)
    probabilities = np.mean([training.predict(model, seen) for model in trained], axis=0)
    columns = dict(zip(PROBABILITIES, probabilities.T.astype(float)))
    return pd.DataFrame({"clip": clip.name, "frame": frames, **columns})


def accuracy(dataset: str, predictions: pd.DataFrame) -> pd.DataFrame:
    """Per clip, and over all as clip "(all)": labelled frames, share with a pose, accuracy in %.

    ``accuracy`` counts labelled frames with a pose, as the thesis; ``accuracy_all`` also those
    without one, as wrong. Needs labels.parquet.
    """
    labels = read_labels(dataset)
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


def apply(dataset: str, sources: Sequence[str], config: ensemble.TransferConfig) -> Applied:
    """Poses, predictions, overlay videos and, where there are labels, accuracy.

    Writes results/application/<source>.parquet, results/application/overlay/<clip>.mp4 and
    results/application/accuracy.csv in the data set's folder. Clips that nobody labelled are
    predicted and not scored. An interrupted run keeps poses and models that are finished.

    Raises AnnotationError for faults in annotations before anything long runs, PoseError for
    videos that cannot be used, and what :func:`trained_on` raises.
    """
    with lock.hold(folder(dataset), "predictions"):
        annotated = bool(annotators(dataset))
        if annotated:
            reading.make(dataset, every_clip=False)
        notes = _find_poses(dataset)
        tables = {source: predict(dataset, trained_on(source, config)) for source in sources}
        for source, table in tables.items():
            write_table(folder(dataset) / f"{source}.parquet", table)
        _write_overlays(dataset, tables)
        (folder(dataset) / "accuracy.csv").unlink(missing_ok=True)  # of earlier labels
        scores = pd.DataFrame()
        if annotated:
            scores = _scores(dataset, tables)
            write_table(folder(dataset) / "accuracy.csv", scores)
    return Applied(scores, list(dict.fromkeys(notes + _notes(dataset, scores))))


def _write_overlays(dataset: str, tables: dict[str, pd.DataFrame]) -> None:
    drawn = overlay.read_tables(dataset)
    filmed = drawn.clips.index[drawn.clips["path"].fillna("") != ""]
    predictions = {f"trained on {source}": table for source, table in tables.items()}
    for clip in progress(filmed, desc="overlays", unit="clip", disable=filmed.empty):
        target = folder(dataset) / "overlay" / f"{clip}.mp4"
        overlay.write_overlay(dataset, clip, target, predictions, drawn)


def _scores(dataset: str, tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """accuracy() of every source's predictions, first column the source."""
    scores = {source: accuracy(dataset, table) for source, table in tables.items()}
    return pd.concat(scores, names=["source"]).reset_index("source").reset_index(drop=True)


def _notes(dataset: str, scores: pd.DataFrame) -> list[str]:
    """Clips without any pose and, where some clips have labels, those without."""
    found = read_keypoints(dataset).groupby("clip", sort=False)["detected"].agg(["any", "size"])
    notes = [
        f"{clip}: no pose found in any of its {frames} frames"
        for clip, some, frames in found.itertuples()
        if not some
    ]
    scored = set() if scores.empty else set(scores["clip"])
    without = [clip for clip in read_clips(dataset)["clip"] if scored and clip not in scored]
    return notes + [f"{clip}: no labels, not scored" for clip in without]
