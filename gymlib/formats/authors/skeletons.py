"""The authors' tables of poses: one file per clip, and all clips in one file."""

from pathlib import Path

import numpy as np
import pandas as pd
from jaxtyping import Float

from gymlib.formats.authors.clip import ImportedClip, ImportFault, clip_name, pose_found
from gymlib.formats.authors.labels import encode, read_csv
from gymlib.skeleton import KEYPOINTS

COORDINATES = [f"{index}{axis}" for index in range(len(KEYPOINTS)) for axis in "xy"]
PADDED_LENGTH = 300
AUTHORS = "original_authors"
"""Annotator name for the column ``finals``, which already is a majority."""


def read_skeleton(path: Path) -> Float[np.ndarray, "frames 33 2"]:
    """``<stem>init_skeleton-v2.csv`` or ``full_skeleton_v2.csv`` -> x / width, y / height.

    The index column is 0 in every row and is ignored: rows are frames in order. Frames without a
    pose are rows of zeros and stay.
    """
    return coordinates(read_csv(path), path)


def coordinates(table: pd.DataFrame, path: Path) -> Float[np.ndarray, "frames 33 2"]:
    """The 66 columns 0x, 0y, ..., 32y of a table (in any order) as float32 (frames, 33, 2)."""
    absent = [name for name in COORDINATES if name not in table]
    if absent:
        raise ImportFault(
            f"{path}: expected 66 coordinate columns 0x to 32y; {len(absent)} are missing, "
            f"the first is {absent[0]}"
        )
    numbers = table[COORDINATES].apply(pd.to_numeric, errors="coerce").to_numpy(np.float32)
    bad = np.argwhere(~np.isfinite(numbers))
    if len(bad):
        row, column = bad[0]
        raise ImportFault(
            f"{path}, row {row + 2}, column {COORDINATES[column]}: expected a number, found "
            f"{table[COORDINATES[column]].iloc[row]!r} ({len(bad)} such cells)"
        )
    return numbers.reshape(-1, len(KEYPOINTS), 2)  # x0, y0, x1, ... -> (frames, 33, 2)


def read_all_skeletons(path: Path) -> list[ImportedClip]:
    """``all_skeleton_v2.csv``, ``all_skeleton_preprocessed_v3.csv`` or a k-fold CSV table.

    All have the 66 coordinates, then ``finals``, ``clipname`` and ``videoname``. In v2 every
    frame is there; in the others frames without a pose or a majority were deleted.

    Raises ImportFault for tables that must not be used: padded ones, where every clip was
    repeated to 300 rows, and the old ones whose rows were shuffled across clips.
    """
    table = read_csv(path)
    absent = [name for name in ("finals", "clipname", "videoname") if name not in table]
    if absent:
        raise ImportFault(f"{path}: missing column {', '.join(absent)}")
    keypoints = coordinates(table, path)
    labels = encode(table["finals"], path)
    keys = (table["videoname"] + "_" + table["clipname"]).to_numpy()
    starts = np.flatnonzero(np.r_[True, keys[1:] != keys[:-1]])
    ends = np.r_[starts[1:], len(table)]
    _refuse_unusable(keys[starts], ends - starts, path)
    complete = bool((~pose_found(keypoints)).any() or (labels < 0).any())
    clips = []
    for start, end in zip(starts, ends):
        video, stem = table["videoname"].iloc[start], table["clipname"].iloc[start]
        votes = {AUTHORS: labels[start:end]}
        name, own = clip_name(video, stem), keypoints[start:end]
        clips.append(ImportedClip(name, video, own, votes, frames_deleted=not complete))
    return clips


def _refuse_unusable(names: np.ndarray, lengths: np.ndarray, path: Path) -> None:
    """ImportFault if a clip comes twice or all are equally long; one entry per block of rows."""
    unique, counts = np.unique(names.astype(str), return_counts=True)
    if (counts > 1).any():
        raise ImportFault(
            f"{path}: the rows of clip {unique[counts > 1][0]} are not together, so their order is "
            "lost; this is one of the old shuffled tables, use a *_non_padded.csv instead"
        )
    if len(lengths) > 1 and (lengths == PADDED_LENGTH).all():
        raise ImportFault(
            f"{path}: every clip has {PADDED_LENGTH} rows, so clips were repeated or cut to this "
            "length; use the table without padding instead"
        )
