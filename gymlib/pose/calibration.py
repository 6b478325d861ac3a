"""Confidence fitted on simulated clips, where every keypoint's true place is known.

``python -m gymlib calibrate`` tracks three clips of each video of the data set ``simulated``,
fits the numbers of :mod:`confidence` and writes them to ``fitted.json``.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float

from gymlib.dataset import Dataset
from gymlib.files import provenance
from gymlib.files.atomic import write_json
from gymlib.files.tables import read_table
from gymlib.pose import confidence, tracker
from gymlib.pose.confidence import BODY
from gymlib.pose.quality.accuracy import THRESHOLD
from gymlib.pose.quality.tracks import clip_torso, from_tables
from gymlib.skeleton import mirror

CLIPS = 3
"""Of each video; enough for a dozen numbers."""
SEED = 7


class Case(NamedTuple):
    """One clip as it was tracked, and the truth."""

    found: tracker.Tracked
    truth: Float[np.ndarray, "frames 33 2"]
    """Pixels of the tracker's pictures."""


def chosen_clips(data: Dataset) -> list[str]:
    """The clips that confidence is fitted on: some of every video, drawn by chance."""
    rng = np.random.default_rng(SEED)
    groups = data.clips.groupby("video")["clip"]
    return [clip for _, own in groups for clip in rng.permutation(own.to_numpy())[:CLIPS]]


def fitted_on(data: str) -> list[str]:
    """The clips of a data set that the numbers in use were fitted to; none for other data sets."""
    origin = confidence.fitted()["fitted"]
    return origin["clips"] if origin["data"] == data else []


def cases(data: Dataset, clips: Iterable[str]) -> Iterable[Case]:
    """Track the clips one after the other; clips without anybody are left out."""
    truth = read_table(data.folder / "truth" / "keypoints.parquet")
    for clip in clips:
        row = data.clips[data.clips["clip"] == clip]
        found = tracker.track(data.folder / row["path"].item())
        if found is not None:
            (true,) = from_tables(truth[truth["clip"] == clip], row)
            scale = found.survey.width / row["width"].item()
            yield Case(found, true.keypoints.astype(np.float64) * scale)


def fit(cases: Iterable[Case]) -> dict:
    """The numbers of fitted.json: the models "candidate" and "joint"."""
    parts = [(*_candidates(case), *_joints(case)) for case in cases]
    candidate, shares, joint, right = (np.concatenate(column) for column in zip(*parts))
    return {
        "candidate": confidence.fit_logistic(candidate, shares),
        "joint": confidence.fit_logistic(joint, right.astype(float)),
    }


def _candidates(case: Case) -> tuple[np.ndarray, np.ndarray]:
    """Evidence of all candidates and the share of body joints right, whichever the side."""
    size = clip_torso(case.truth) * THRESHOLD
    values, shares = [], []
    for frame, own in enumerate(case.found.search.pool):
        for one in own:
            sides = (one.keypoints, mirror(one.keypoints))
            right = [_right(points, case.truth[frame], size)[BODY].mean() for points in sides]
            values.append(one.evidence)
            shares.append(max(right))
    return np.array(values), np.array(shares)


def _joints(case: Case) -> tuple[np.ndarray, np.ndarray]:
    """Features of the smoothed path's keypoints, and whether each is right."""
    found = case.found
    values = confidence.joint_features(found.confidence, found.peaks, found.deviation)
    right = _right(found.keypoints, case.truth, clip_torso(case.truth) * THRESHOLD)
    known = np.isfinite(case.truth).all(axis=-1)
    return values[known], right[known]


def _right(points, truth, size: float) -> Bool[np.ndarray, "*any"]:
    return np.linalg.norm(points - truth, axis=-1) <= size


def reliability(
    predicted: Float[np.ndarray, " cases"], right: Float[np.ndarray, " cases"], bins: int = 10
) -> pd.DataFrame:
    """What a reliability plot shows: per bin of equal width cases, mean predicted, share right.

    Murphy and Winkler 1977. Empty bins are left out.
    """
    which = (predicted * bins).astype(int).clip(0, bins - 1)
    table = pd.DataFrame({"bin": which, "predicted": predicted, "right": right})
    groups = table.groupby("bin")
    means = groups[["predicted", "right"]].mean()
    return means.assign(cases=groups.size())[["cases", "predicted", "right"]]


def expected_calibration_error(table: pd.DataFrame) -> float:
    """Mean distance between predicted and right over a table of :func:`reliability`, weighted by
    cases (Naeini et al. 2015).
    """
    apart = (table["predicted"] - table["right"]).abs()
    return float((apart * table["cases"]).sum() / table["cases"].sum())


def refit(data: Dataset) -> Path:
    """Fit the numbers to clips of a data set with truth, write fitted.json, return its path."""
    numbers = fit(cases(data, chosen_clips(data)))
    names = {"candidate": confidence.FEATURES, "joint": confidence.JOINT_FEATURES}
    origin = {"data": data.name, "clips": chosen_clips(data), "commit": provenance.commit()}
    record = {name: {"features": list(names[name]), **own} for name, own in numbers.items()}
    write_json(confidence.NUMBERS, record | {"fitted": origin})
    return confidence.NUMBERS
