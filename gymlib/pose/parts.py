"""Poses of the clips of a data set, each a piece of work of its own that is kept when done.

Every finished clip is a file in the data set's folder ``.poses``. Each extractor keeps its own
clips, so one can be tried after the other.
"""

import time as clock
import warnings
from collections.abc import Sequence
from importlib.metadata import version
from typing import NamedTuple

import numpy as np
import pandas as pd

from gymlib import video
from gymlib.dataset import Dataset, keypoints, schemas
from gymlib.files import processes
from gymlib.files.atomic import sweep
from gymlib.files.cache import Step
from gymlib.files.code import code_hash
from gymlib.files.progress import progress
from gymlib.files.tables import read_table, write_table
from gymlib.pose import blazepose
from gymlib.pose.clip import extract_clip
from gymlib.pose.config import BLAZEPOSE, TRACKER, Pose, PoseConfig

CODE = {BLAZEPOSE: (blazepose.__name__,), TRACKER: ("gymlib.pose.tracker",)}
"""Whose change makes the poses of an extractor out of date."""
PACKAGES = {BLAZEPOSE: ("mediapipe",), TRACKER: ("mediapipe", "ai-edge-litert")}


class PoseError(ValueError):
    """Poses cannot be extracted; the message lists every clip concerned and why."""


class Done(NamedTuple):
    """What :func:`extract` did."""

    table: pd.DataFrame
    """The clips' rows of a table like keypoints.parquet, clip after clip."""
    clips: list[str]
    """Clips run through the estimator now; the others were done before and kept."""
    seconds: float
    """Of all processes together."""
    warnings: list[str]


def settings(config: PoseConfig) -> dict:
    """What decides the poses: the extractor's settings and the versions of its packages."""
    return config.settings | {name: version(name) for name in PACKAGES[config.extractor]}


def steps(data: Dataset, config: PoseConfig) -> dict[str, Step]:
    """Clip -> the step that extracts its poses, in the order of clips.csv."""
    code = code_hash((*CODE[config.extractor], keypoints.__name__))  # hashed once for all
    own = "" if config.extractor == BLAZEPOSE else f"{config.extractor}/"
    known = settings(config) | {"code": code}
    return {
        clip: Step(
            record=data.folder / ".done" / "poses" / f"{own}{clip}.json",
            inputs=[data.folder / path],
            settings=known | {"frames": int(frames)},
            outputs=[data.folder / ".poses" / f"{own}{clip}.parquet"],
        )
        for clip, path, frames in data.clips[["clip", "path", "frames"]].itertuples(index=False)
    }


def extract(data: Dataset, clips: Sequence[str], config: PoseConfig, workers: int) -> Done:
    """Extract the poses of these clips, side by side, where that is not done.

    Raises PoseError, listing all clips that went wrong; those that went well are kept.
    """
    known, rows = steps(data, config), data.clips.set_index("clip", drop=False)
    todo = [clip for clip in clips if not known[clip].is_done()]
    jobs = [(known[clip], rows.loc[clip].to_dict(), config) for clip in todo]
    workers = min(workers, max(len(jobs), 1))  # one clip needs no process of its own
    faults, notes, seconds = [], [], 0.0
    with progress(total=len(jobs), desc="Poses", unit="clip", disable=len(jobs) < 2) as bar:
        try:
            for clip, fault, warned, taken in processes.side_by_side(_extract, jobs, workers):
                faults += [f"{clip}: {fault}"] if fault else []
                notes += [f"{clip}: {note}" for note in warned]
                seconds += taken
                bar.update()
        finally:
            sweep(data.folder)  # of processes that were stopped
    if faults:
        listed = "\n".join(sorted(faults))
        raise PoseError(f"{len(faults)} of {len(jobs)} clips could not be extracted:\n{listed}")
    tables = [read_table(known[clip].outputs[0]) for clip in clips]
    return Done(pd.concat(tables, ignore_index=True), todo, seconds, sorted(notes))


def _extract(step: Step, clip: dict, config: PoseConfig):
    """One clip to its file: (clip, fault or None, warnings, seconds)."""
    started, fault, notes = clock.perf_counter(), None, []
    try:
        with warnings.catch_warnings(record=True) as caught, step.making():
            warnings.simplefilter("always", UserWarning)
            pose = _expected_length(extract_clip(step.inputs[0], config), clip, config)
            rows = keypoints.keypoint_rows(clip["clip"], *pose)
            write_table(step.outputs[0], rows, schemas.KEYPOINT_TABLE)
        said = [str(note.message) for note in caught if note.category is UserWarning]
        notes = list(dict.fromkeys(said))  # a film may be read twice
    except (video.VideoError, PoseError) as error:
        fault = str(error)
    return clip["clip"], fault, notes, clock.perf_counter() - started


def _expected_length(pose: Pose, clip: dict, config: PoseConfig) -> Pose:
    """The pose, if it has as many frames as clips.csv says; a truncated one is filled up."""
    found, expected = len(pose.detected), int(clip["frames"])
    missing = expected - found
    if missing == 0:
        return pose
    if missing < 0 or not config.keep_truncated:
        raise PoseError(
            f"{clip['path']}: clips.csv says {expected} frames, {found} were decoded; correct "
            "clips.csv and the annotations, or the video"
        )
    fill = (np.zeros((missing, 33, 2)), np.zeros((missing, 33)), np.zeros(missing, bool))
    filled = [np.concatenate([a, b]).astype(a.dtype) for a, b in zip(pose, fill)]
    return Pose(*filled, np.concatenate([pose.time, np.full(missing, np.nan)]))
