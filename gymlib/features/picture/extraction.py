"""picture.parquet of a data set: clips side by side, each kept as soon as it is done.

Every finished clip is a file in the data set's folder ``.picture``; the table is put together when
all are there.
"""

import warnings
from pathlib import Path

import pandas as pd

from gymlib import video
from gymlib.dataset import Attempt, Dataset, picture, schemas
from gymlib.dataset.picture import picture_rows
from gymlib.features.picture import flow, region, vectors
from gymlib.files import lock, processes
from gymlib.files.atomic import sweep
from gymlib.files.cache import Step
from gymlib.files.code import code_hash
from gymlib.files.progress import progress
from gymlib.files.tables import read_table, write_table
from gymlib.video import read_grey

FILE = "picture.parquet"
LONGEST = 160
"""Pixels of the longer side of the pictures that are looked at: a torso is about 15 long."""


class PictureError(ValueError):
    """The pictures cannot be looked at; the message says which and what to do."""


def extract(data: Dataset, workers: int | None = None) -> pd.DataFrame:
    """The table picture.parquet, made now where a film, a pose or the code has changed.

    Parameters
    ----------
    workers : clips looked at side by side; None takes one process per processor.

    Raises
    ------
    PictureError : the data set has no films, or some of its clips have none that can be read and is
        as long as clips.csv says; all are listed, and those that went well are kept.
    MissingFileError : poses have not been extracted yet.
    gymlib.files.lock.BusyError : another process makes the same table.
    """
    whole = step(data)
    if not whole.is_done():
        _check(data)
        with lock.hold(data.folder, "picture"), whole.making():
            parts = [_part(data, clip) for clip in data.clips["clip"]]
            _run(data, [part for part in parts if not part.is_done()], workers)
            files = [part.outputs[0] for part in parts]
            for stray in set((data.folder / ".picture").glob("*.parquet")) - set(files):
                stray.unlink()
            data.write(pd.concat(map(read_table, files), ignore_index=True), FILE)
    return data.picture


def step(data: Dataset) -> Step:
    """The step that makes the table."""
    return Step(
        record=data.folder / ".done" / "picture.json",
        inputs=[data.folder / "keypoints.parquet", *data.videos.values()],
        settings={"longest": LONGEST, "clips": data.clips.astype(str).to_numpy().tolist()},
        code=[__name__],
        outputs=[data.folder / FILE],
    )


def _part(data: Dataset, clip: str) -> Step:
    """The step of one clip: its film and its poses."""
    attempt = data.clip(clip)
    poses = pd.util.hash_array(attempt.keypoints.ravel()).sum(), attempt.detected.tolist()
    return Step(
        record=data.folder / ".done" / "picture" / f"{clip}.json",
        inputs=[data.videos[clip]],
        settings={
            "longest": LONGEST,
            "size": attempt.size,
            "poses": [str(poses[0]), poses[1]],
            "code": code_hash((vectors.__name__, region.__name__, picture.__name__)),
        },
        outputs=[data.folder / ".picture" / f"{clip}.parquet"],
    )


def _check(data: Dataset) -> None:
    """PictureError where there is nothing to look at."""
    if not data.videos:
        raise PictureError(
            f"data set {data.name!r} has no films (column path of clips.csv is empty), so there is "
            "no picture to look at; use an architecture that needs skeletons alone, such as gymtcn"
        )
    if left := [clip for clip in data.clips["clip"] if clip not in data.videos]:
        raise PictureError(
            f"data set {data.name!r}: clips.csv names no video for {', '.join(left)}; name one, or "
            "take these clips out of the data set"
        )


def _run(data: Dataset, parts: list[Step], workers: int | None) -> None:
    """Do these parts; faults of all of them at once."""
    jobs = [(part, data.clip(part.outputs[0].stem)) for part in parts]
    faults, n_jobs = [], workers or processes.available_processors()
    with progress(total=len(jobs), desc="pictures", unit="clip", disable=not jobs) as bar:
        try:
            for fault in processes.side_by_side(_make, jobs, n_jobs):
                faults += [fault] if fault else []
                bar.update()
        finally:
            sweep(data.folder)  # of processes that were stopped
    if faults:
        listed = "\n".join(sorted(faults))
        raise PictureError(f"{len(faults)} of {len(jobs)} clips could not be looked at:\n{listed}")


def _make(part: Step, attempt: Attempt) -> str | None:
    """One clip to its file; what is wrong with it, if anything."""
    flow.one_thread()
    try:
        with part.making():
            found = look(part.inputs[0], attempt)
            write_table(part.outputs[0], picture_rows(attempt.name, found), schemas.PICTURE_TABLE)
    except (video.VideoError, PictureError) as error:
        return f"{attempt.name}: {error}"
    return None


def look(film: Path, attempt: Attempt):
    """The vectors (frames, 21, 2) of one clip; of frames that a truncated film lacks the last ones.

    Raises PictureError if the film has more frames than the clip, VideoError if it has none.
    """
    place = region.follow(attempt.keypoints, attempt.detected, *attempt.size)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # a truncated film: said by the extraction
        pictures = list(read_grey(film, LONGEST, keep_truncated=True))
    if not 1 <= len(pictures) <= len(attempt):
        raise PictureError(
            f"clips.csv says {len(attempt)} frames, {len(pictures)} were decoded; correct "
            "clips.csv and the annotations, or the video"
        )
    scale = max(pictures[0].shape) / max(attempt.size)
    pictures += pictures[-1:] * (len(attempt) - len(pictures))
    return vectors.vectors(pictures, place, scale)
