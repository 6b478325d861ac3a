"""What models say of films, as tables that any spreadsheet opens."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from jaxtyping import Float, Int

from gymlib.dataset import Dataset
from gymlib.dataset.schemas import PROBABILITIES
from gymlib.kinematics import measure_dataset
from gymlib.labels import UNLABELED_CODE, encode
from gymlib.labels import segments as stretches


def answers_of(
    said: pd.DataFrame, clip: str, frames: int
) -> tuple[Int[np.ndarray, " frames"], Float[np.ndarray, "frames 4"]]:
    """Label codes and probabilities of all frames of a clip; -1 and NaN where nothing is said.

    Parameters
    ----------
    said : as :func:`gymlib.prediction.videos.predict` gives it.
    """
    rows = said[said["clip"] == clip]
    codes = np.full(frames, UNLABELED_CODE, np.int8)
    probabilities = np.full((frames, len(PROBABILITIES)), np.nan)
    codes[rows["frame"]] = encode(rows["answer"])
    probabilities[rows["frame"]] = rows[PROBABILITIES].to_numpy(float)
    return codes, probabilities


def labels(data: Dataset, said: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """A row per frame: model, clip, frame, time, label, the probabilities, and pose.

    Time is in seconds from the film's first frame, also in an attempt that was cut from it, empty
    where unknown; ``pose`` tells whether one was found there.

    Parameters
    ----------
    said : model -> what it says, as :func:`gymlib.prediction.videos.predict` gives it.
    """
    known = data.keypoints[["clip", "frame", "time", "detected"]]
    known = known.assign(time=known["time"] + known["clip"].map(data.begins))
    tables = [
        table.merge(known, on=["clip", "frame"], how="left").assign(model=name)
        for name, table in said.items()
    ]
    found = pd.concat(tables, ignore_index=True)
    found = found.rename(columns={"answer": "label", "detected": "pose"})
    return found[["model", "clip", "frame", "time", "label", *PROBABILITIES, "pose"]]


def measurements(data: Dataset, said: pd.DataFrame) -> pd.DataFrame:
    """A row per attempt, see :func:`gymlib.kinematics.measure_dataset`, by the labels of a model.

    Parameters
    ----------
    said : as :func:`gymlib.prediction.videos.predict` gives it.
    """
    lengths = dict(zip(data.clips["clip"], data.clips["frames"]))
    codes = {clip: answers_of(said, clip, frames)[0] for clip, frames in lengths.items()}
    return measure_dataset(data, codes)


def segments(frames: pd.DataFrame) -> pd.DataFrame:
    """A row per stretch of equal labels: model, clip, label, its first and last frame and their
    times, and how many frames it has.

    Parameters
    ----------
    frames : as :func:`labels` gives them.
    """
    rows = []
    for (model, clip), own in frames.groupby(["model", "clip"], sort=False):
        names, numbers, times = (own[name].to_numpy() for name in ("label", "frame", "time"))
        for start, end, _ in stretches(encode(names)):
            row = {"model": model, "clip": clip, "label": names[start]}
            row |= {"first": numbers[start], "last": numbers[end]}
            row |= {"begins": times[start], "ends": times[end], "frames": end - start + 1}
            rows.append(row)
    columns = ["model", "clip", "label", "first", "last", "begins", "ends", "frames"]
    return pd.DataFrame(rows, columns=columns)
