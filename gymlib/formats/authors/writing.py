"""Imported clips as a data set of ours: films copied, tables written, clips.csv last."""

import shutil

import numpy as np
import pandas as pd

from gymlib import video
from gymlib.annotation.checks import COLUMNS
from gymlib.dataset import Dataset
from gymlib.dataset.keypoints import keypoint_rows
from gymlib.files import paths
from gymlib.files.atomic import atomic_path, write_json
from gymlib.files.tables import write_table
from gymlib.formats.authors.clip import ImportedClip, ImportFault, Summary
from gymlib.labels import NAMES, segments

OLD = ("clips.csv", "annotations/*.csv", "keypoints.*", "labels.parquet", "processed.*")
"""Files of a data set that is replaced: none of them may mix with the new ones."""


def refuse_twins(clips: list[ImportedClip]) -> None:
    """ImportFault if two clips have names that differ in upper and lower case at most."""
    names = [clip.name.lower() for clip in clips]
    twins = sorted({name for name in names if names.count(name) > 1})
    if twins:
        raise ImportFault(f"two clips would have the same name: {', '.join(twins)}")


def write(data: Dataset, clips: list[ImportedClip], size, summary: Summary) -> None:
    """Write the data set and complete ``summary``."""
    described = pd.DataFrame([_describe(clip, size) for clip in clips])
    annotations = _annotation_tables(clips)
    poses = _pose_table(clips, described["fps"], summary)
    for file in [file for pattern in OLD for file in data.folder.glob(pattern)]:
        file.unlink()
    for clip, path in zip(clips, described["path"]):
        if clip.movie is not None:
            with atomic_path(data.folder / path) as temporary:
                shutil.copyfile(clip.movie, temporary)
    for annotator, table in annotations.items():
        write_table(data.annotation(annotator), table)
    if poses is not None:
        about = {
            "extractor": "BlazePose",
            "version": "unknown (the thesis authors' run)",
            "settings": {"resized_to": "1500x800 before detection"},
            "provenance": f"imported from {summary.source}",
            "notes": "Visibility was not recorded.",
        }
        write_json(data.folder / "keypoints.json", about)
        data.write(poses, "keypoints.parquet")
    data.write(described, "clips.csv")  # last, because a data set with this file is complete
    summary.clips, summary.frames = len(clips), int(described["frames"].sum())
    summary.annotators, summary.with_poses = list(annotations), poses is not None


def _describe(clip: ImportedClip, size: tuple[int, int]) -> dict:
    """One row of clips.csv; who labelled the clip goes along, so that 01 misses nobody."""
    own_video, path = paths.safe_name(clip.video, "video"), ""
    fps, frames, (width, height) = np.nan, len(next(iter(clip.votes.values()))), size
    if clip.movie is not None:
        film = video.probe(clip.movie)
        fps, frames, width, height = film.fps, film.frames, film.width, film.height
        path = f"videos/{own_video}/{clip.name}.mp4"
    about = {"clip": clip.name, "video": own_video, "path": path, "fps": fps, "frames": frames}
    return about | {"width": width, "height": height, "annotators": " ".join(clip.votes)}


def _annotation_tables(clips: list[ImportedClip]) -> dict[str, pd.DataFrame]:
    """Annotator -> inclusive segments; frames without a vote are labelled Unlabeled."""
    rows: dict[str, list] = {}
    for clip in clips:
        for annotator, codes in clip.votes.items():
            own = [(clip.name, start, end, NAMES[code], "") for start, end, code in segments(codes)]
            rows.setdefault(annotator, []).extend(own)
    columns = [*COLUMNS, "comment"]
    return {who: pd.DataFrame(rows[who], columns=columns) for who in sorted(rows)}


def _pose_table(clips: list[ImportedClip], fps, summary: Summary) -> pd.DataFrame | None:
    """keypoints.parquet; None and a note unless there are poses of every clip."""
    absent = [clip.name for clip in clips if clip.keypoints is None]
    if absent:
        some = f"{', '.join(absent[:5])}{' and others' if len(absent) > 5 else ''}"
        summary.notes.append(
            f"no poses for {len(absent)} of {len(clips)} clips ({some}); none were imported, so "
            "that all come from one extraction"
        )
        return None
    tables = []
    for clip, rate in zip(clips, fps):
        unknown = np.full(clip.keypoints.shape[:2], np.nan, dtype=np.float32)
        time = np.arange(len(clip.keypoints)) / rate  # NaN where the rate is unknown
        tables.append(keypoint_rows(clip.name, clip.keypoints, unknown, clip.detected, time))
    return pd.concat(tables, ignore_index=True)
