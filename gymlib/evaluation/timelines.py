"""Every clip as a whole: what is true of every frame, and what a model says, order included.

Frames in which no pose was found count like all others. A network has not seen them: their
probabilities lie between those of the frames around them.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float, Int

from gymlib.dataset import Dataset
from gymlib.dataset.schemas import PROBABILITIES
from gymlib.evaluation import decoding
from gymlib.evaluation.metrics import calibration
from gymlib.labels import UNLABELED_CODE, encode

Answers = Mapping[str, Int[np.ndarray, " _"]]
"""Clip -> what is said of each of its frames."""


class Timeline(NamedTuple):
    """One clip that was tested.

    Attributes
    ----------
    outer : fold that tested it; -1 if no pose was found in it at all.
    true : label codes, -1 where the annotators have no majority.
    seen : where a pose was found, and a model has answered itself.
    probabilities : of every frame; NaN if no pose was found in the clip at all.
    """

    clip: str
    video: str
    outer: int
    true: Int[np.ndarray, " frames"]
    seen: Bool[np.ndarray, " frames"]
    probabilities: Float[np.ndarray, "frames 4"]

    @property
    def said(self) -> Int[np.ndarray, " frames"]:
        """The most probable label of every frame; -1 where nothing is known."""
        known = np.isfinite(self.probabilities).all(axis=1)
        likely = np.nan_to_num(self.probabilities).argmax(axis=1)
        return np.where(known, likely, UNLABELED_CODE).astype(np.int8)


def read(data: Dataset, predictions: pd.DataFrame, model: str = "ensemble") -> list[Timeline]:
    """All clips of a data set, as one model of each outer fold answers them.

    Parameters
    ----------
    predictions : of one architecture (``schemas.PREDICTIONS``).
    """
    videos = data.clips.set_index("clip")["video"]
    rows = predictions[predictions["model"] == model]
    by_clip = {str(clip): own for clip, own in rows.groupby("clip", sort=False)}
    return [
        timeline(str(clip), str(videos[clip]), own.sort_values("frame"), by_clip.get(str(clip)))
        for clip, own in data.labels.groupby("clip", sort=False)
    ]


def timeline(clip: str, video: str, labels: pd.DataFrame, answers: pd.DataFrame | None) -> Timeline:
    """One clip from its rows of labels.parquet and of predictions; None are answers of no frame."""
    frames, true = labels["frame"].to_numpy(), encode(labels["label"])
    seen = np.zeros(len(frames), dtype=bool)
    probabilities = np.full((len(frames), len(PROBABILITIES)), np.nan)
    if answers is None or answers.empty:
        return Timeline(clip, video, -1, true, seen, probabilities)
    answers = answers.sort_values("frame")
    at, found = answers["frame"].to_numpy(), answers[PROBABILITIES].to_numpy()
    seen = np.isin(frames, at)
    between = [np.interp(frames, at, column) for column in found.T]
    return Timeline(clip, video, int(answers["outer"].iloc[0]), true, seen, np.stack(between, 1))


def said(clips: Sequence[Timeline]) -> Answers:
    """Clip -> the most probable label of every frame for itself."""
    return {own.clip: own.said for own in clips}


def decoded(clips: Sequence[Timeline]) -> Answers:
    """Clip -> the most probable possible order; the clips of the other outer folds tell order and
    durations."""
    decoders = {
        outer: decoding.learn([own.true for own in clips if own.outer != outer])
        for outer in {own.outer for own in clips}
    }
    return {own.clip: decoding.decode(own.probabilities, decoders[own.outer]) for own in clips}


def decoded_by(decoder: decoding.Decoder, clips: Sequence[Timeline]) -> Answers:
    """Clip -> the most probable possible order, by a decoder that other clips have taught."""
    return {own.clip: decoding.decode(own.probabilities, decoder) for own in clips}


def labels(data: Dataset) -> list[Int[np.ndarray, " _"]]:
    """Label codes of every clip, for a decoder that is to be taught by another data set."""
    return [encode(rows["label"]) for _, rows in data.labels.groupby("clip", sort=False)]


def known(
    clips: Sequence[Timeline],
) -> tuple[Float[np.ndarray, "frames 4"], Int[np.ndarray, " frames"]]:
    """Probabilities and labels of all frames with both, end to end."""
    probabilities = np.concatenate([own.probabilities for own in clips])
    true = np.concatenate([own.true for own in clips])
    both = np.isfinite(probabilities).all(axis=1) & (true != UNLABELED_CODE)
    return probabilities[both], true[both]


def temperature(clips: Sequence[Timeline]) -> float:
    """The one that suits what is said of these clips: above 1 if it is too sure.

    Raises ValueError if no frame has both label and answer.
    """
    found, true = known(clips)
    return calibration.fit_temperature(np.log(found.clip(LEAST)), true)


def calibrate(clips: Sequence[Timeline]) -> list[Timeline]:
    """The same with probabilities at the temperature that suits the clips of the other folds.

    Those are answers of other models: what it mends is what the models of all folds have in common.
    """
    folds = {own.outer for own in clips} - {-1}
    suits = {fold: temperature([own for own in clips if own.outer != fold]) for fold in folds}
    cooled = []
    for own in clips:
        values = np.log(own.probabilities.clip(LEAST))
        found = np.exp(calibration.at_temperature(values, suits.get(own.outer, 1.0)))
        cooled.append(own._replace(probabilities=found))
    return cooled


LEAST = 1e-6
"""Probability below which no logarithm is taken."""
