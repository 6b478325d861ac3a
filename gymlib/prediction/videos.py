"""Label videos with models trained on other data sets: poses, predictions, scores."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from gymlib import pose
from gymlib.annotation import reading
from gymlib.dataset import Dataset
from gymlib.dataset.schemas import MEASUREMENTS, PROBABILITIES
from gymlib.files import lock
from gymlib.files.tables import read_table, write_table
from gymlib.labels import CLASSES, decode
from gymlib.prediction import exchange, film_report, spreadsheets
from gymlib.prediction.answers import Ensemble, decoded, predict_clip
from gymlib.prediction.ensemble import folder


class Labelled(NamedTuple):
    """What :func:`label` found."""

    sentences: dict[str, str]
    """Clip -> what the first models found in it, in the time of its film."""
    scores: pd.DataFrame
    """Accuracy per source and clip, see :func:`accuracy`; no rows without labels."""
    notes: list[str]
    """What the reader should know: clips without a pose, clips that could not be scored."""

    def told(self) -> list[str]:
        """Sentences, notes and scores as lines of text."""
        lines = [f"{clip}: {sentence}" for clip, sentence in self.sentences.items()]
        lines += [f"note: {note}" for note in self.notes]
        if self.scores.empty:
            return lines
        return [*lines, self.scores.to_string(index=False, float_format="%.1f", na_rep="-")]


def measurements(data: Dataset) -> pd.DataFrame:
    """measurements.csv of :func:`label`."""
    return read_table(folder(data) / "measurements.csv")


def check(data: Dataset) -> None:
    """AnnotationError listing the faults of annotation files, if there are any files."""
    if data.annotators:
        reading.read(data, every_clip=False)


def prepare(source: Dataset) -> list[str]:
    """Labels and poses of a data set that will train models; what is up to date is kept.

    Does what notebooks 01 and 02 do, and raises what they raise. Returns warnings.
    """
    if source.annotators:
        reading.make(source)
    return find_poses(source)


def find_poses(
    data: Dataset, config: pose.PoseConfig | None = None, workers: int | None = None
) -> list[str]:
    """Extract poses where that is not done; poses that came without videos stay. Warnings.

    Parameters
    ----------
    config : how; None as the poses that are there were, or as in the thesis.
    workers : clips extracted side by side; None takes one process per processor.
    """
    return pose.extract_dataset(data, config or pose.present(data), workers).warnings


def predict(data: Dataset, own: Ensemble, clips: Sequence[str] | None = None) -> pd.DataFrame:
    """What is said of every frame: clip, frame, answer, p_idle, ... p_landing.

    Answers are the most probable possible order; probabilities those of the frame by itself, NaN
    where models do not answer because there is no pose. Clips without any pose have no rows.

    Parameters
    ----------
    clips : names of those to label, None for all.

    Raises ValueError as :func:`predict_clip`, and for a clip that the data set does not have.
    """
    tables = [_NOTHING]
    for name in data.clips["clip"] if clips is None else clips:
        found = predict_clip(own, data.clip(name))
        if np.isnan(found).all():
            continue
        said = decode(decoded(own, found))
        columns = {"clip": name, "frame": np.arange(len(found)), "answer": said}
        tables.append(pd.DataFrame(columns | dict(zip(PROBABILITIES, found.T))))
    return pd.concat(tables[1:] or tables, ignore_index=True)


_NOTHING = pd.DataFrame(
    {"clip": np.array([], str), "frame": np.array([], int), "answer": np.array([], str)}
    | {name: np.array([], float) for name in PROBABILITIES}
)


def accuracy(data: Dataset, predictions: pd.DataFrame) -> pd.DataFrame:
    """Per clip, and over all as clip "(all)": labelled frames, share with a pose, accuracy in %.

    ``accuracy`` counts labelled frames with a pose, as the thesis; ``accuracy_all`` also those
    without one. A frame without an answer is wrong. Needs labels.parquet.
    """
    labels = data.labels[data.labels["label"].isin(CLASSES)]
    for more in (predictions[["clip", "frame", "answer"]], data.keypoints):
        labels = labels.merge(more, on=["clip", "frame"], how="left")
    frames = labels[["clip", "frame", "label", "answer", "detected"]]
    groups = [*frames.groupby("clip", sort=False), ("(all)", frames)]
    return pd.DataFrame([_score(name, rows) for name, rows in groups])


def _score(name: str, rows: pd.DataFrame) -> dict:
    right = rows["label"] == rows["answer"]
    posed = rows["detected"].to_numpy(bool)
    return {
        "clip": name,
        "frames": len(rows),
        "with_pose": 100 * posed.mean(),
        "accuracy": 100 * right[posed].mean(),
        "accuracy_all": 100 * right.mean(),
    }


def label(
    data: Dataset,
    ensembles: Mapping[str, Callable[[], Ensemble]],
    poses: pose.PoseConfig | None = None,
    workers: int | None = None,
) -> Labelled:
    """Poses, predictions and, where there are labels, accuracy.

    Writes <source>.parquet, labels.csv, segments.csv, measurements.csv (by the labels of the first
    source), boris/<source>.tsv, elan/<clip>.eaf and accuracy.csv into results/application/ in the
    data set's folder. Clips that nobody labelled are predicted and not scored. An interrupted run
    keeps poses and models that are finished.

    Parameters
    ----------
    ensembles : what taught them -> called for them once poses are there, since it may train.
    poses, workers : how poses are extracted; see :func:`find_poses`.

    Raises AnnotationError for faults in annotations before anything long runs, PoseError for
    videos that cannot be used, and what ``ensembles`` raise.
    """
    place = folder(data)
    with lock.hold(place, "predictions"):
        if data.annotators:
            reading.make(data, every_clip=False)
        notes = find_poses(data, poses, workers)
        tables = {name: predict(data, own()) for name, own in ensembles.items()}
        for name, table in tables.items():
            write_table(place / f"{name}.parquet", table)
        frames = spreadsheets.labels(data, tables)
        write_table(place / "labels.csv", frames)
        segments = spreadsheets.segments(frames)
        write_table(place / "segments.csv", segments)
        first = next(iter(tables.values()))
        measured = spreadsheets.measurements(data, first)
        write_table(place / "measurements.csv", measured, MEASUREMENTS)
        times, faults = exchange.clocks(data)
        faults += exchange.write(data, segments, times, place)
        (place / "accuracy.csv").unlink(missing_ok=True)  # of earlier labels
        scores = pd.DataFrame()
        if data.annotators:
            scores = _scores(data, tables)
            write_table(place / "accuracy.csv", scores)
        sentences = {clip: film_report.told(data, clip, first, times[clip]) for clip in times}
    notes = list(dict.fromkeys(notes + faults + _notes(data, scores)))
    return Labelled(sentences, scores, notes)


def _scores(data: Dataset, tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """accuracy() of every source's predictions, first column the source."""
    scores = {source: accuracy(data, table) for source, table in tables.items()}
    return pd.concat(scores, names=["source"]).reset_index("source").reset_index(drop=True)


def _notes(data: Dataset, scores: pd.DataFrame) -> list[str]:
    """Clips without any pose and, where some clips have labels, those without."""
    found = data.keypoints.groupby("clip", sort=False)["detected"].agg(["any", "size"])
    notes = [
        f"{clip}: no pose found in any of its {frames} frames"
        for clip, some, frames in found.itertuples()
        if not some
    ]
    scored = set() if scores.empty else set(scores["clip"])
    without = [clip for clip in data.clips["clip"] if scored and clip not in scored]
    return notes + [f"{clip}: no labels, not scored" for clip in without]
