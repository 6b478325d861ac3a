"""Imported clips as a data set of ours: films copied, tables written, clips.csv last."""

import shutil
from pathlib import Path

import numpy as np
import pandas as pd

from gymlib import video
from gymlib.dataset import schemas
from gymlib.dataset.keypoints import keypoint_rows
from gymlib.files import paths
from gymlib.files.atomic import atomic_path, write_json
from gymlib.files.tables import write_table
from gymlib.formats.authors.clip import ImportedClip, ImportFault
from gymlib.formats.authors.summary import Summary
from gymlib.labels import NAMES, segments


def refuse_twins(clips: list[ImportedClip]) -> None:
    """ImportFault if two clips have names that differ in upper and lower case at most."""
    names = [clip.name.lower() for clip in clips]
    twins = sorted({name for name in names if names.count(name) > 1})
    if twins:
        raise ImportFault(f"two clips would have the same name: {', '.join(twins)}")


def write(folder: Path, clips: list[ImportedClip], size, summary: Summary) -> None:
    """Write the data set into ``folder`` and complete ``summary``."""
    described = pd.DataFrame([_describe(clip, size) for clip in clips])
    runs = _annotation_tables(clips)
    poses = _pose_table(clips, described) if all(c.keypoints is not None for c in clips) else None
    _note_missing_poses(clips, summary)
    _clear(folder)
    for clip, path in zip(clips, described["path"]):
        if clip.movie is not None:
            with atomic_path(folder / path) as temporary:
                shutil.copyfile(clip.movie, temporary)
    for annotator, table in runs.items():
        write_table(folder / "annotations" / f"{annotator}.csv", table)
    if poses is not None:
        write_json(folder / "keypoints.json", _provenance(summary.source))
        write_table(folder / "keypoints.parquet", poses, schemas.KEYPOINT_TABLE)
    # Last, because a data set with this file counts as complete.
    write_table(folder / "clips.csv", described, schemas.CLIPS)
    summary.clips, summary.frames = len(clips), int(described["frames"].sum())
    summary.annotators, summary.with_poses = list(runs), poses is not None


def _clear(folder: Path) -> None:
    """Remove the tables of a data set that is replaced: none of them may mix with the new ones."""
    old = ["clips.csv", "annotations/*.csv", "keypoints.*", "labels.parquet", "processed.*"]
    for file in [file for pattern in old for file in folder.glob(pattern)]:
        file.unlink()


def _describe(clip: ImportedClip, size: tuple[int, int]) -> dict:
    """One row of clips.csv; who labelled the clip goes along, so that 01 misses nobody."""
    row = {"clip": clip.name, "video": paths.safe_name(clip.video, "video")}
    annotators = " ".join(clip.votes)
    if clip.movie is None:
        frames = len(clip.keypoints)
        film = {"path": "", "fps": np.nan, "frames": frames, "width": size[0], "height": size[1]}
    else:
        info = video.probe(clip.movie)
        path = f"videos/{row['video']}/{clip.name}.mp4"
        film = {"path": path, "fps": info.fps, "frames": info.frames}
        film |= {"width": info.width, "height": info.height}
    return row | film | {"annotators": annotators}


def _annotation_tables(clips: list[ImportedClip]) -> dict[str, pd.DataFrame]:
    """Annotator -> inclusive runs; frames without a vote become runs labelled Unlabeled."""
    rows = {}
    for clip in clips:
        for annotator, codes in clip.votes.items():
            rows.setdefault(annotator, []).extend(
                (clip.name, run.start, run.end, NAMES[run.label], "") for run in segments(codes)
            )
    columns = ["clip", "start", "end", "label", "comment"]
    return {who: pd.DataFrame(rows[who], columns=columns) for who in sorted(rows)}


def _pose_table(clips: list[ImportedClip], described: pd.DataFrame) -> pd.DataFrame:
    tables = []
    for clip, fps in zip(clips, described["fps"]):
        unknown = np.full(clip.keypoints.shape[:2], np.nan, dtype=np.float32)
        time = np.arange(len(clip.keypoints)) / fps  # NaN where the rate is unknown
        tables.append(keypoint_rows(clip.name, clip.keypoints, unknown, clip.detected, time))
    return pd.concat(tables, ignore_index=True)


def _note_missing_poses(clips: list[ImportedClip], summary: Summary) -> None:
    absent = [clip.name for clip in clips if clip.keypoints is None]
    if absent:
        some = f"{', '.join(absent[:5])}{' and others' if len(absent) > 5 else ''}"
        summary.notes.append(
            f"no poses for {len(absent)} of {len(clips)} clips ({some}); none were imported, so "
            "that all come from one extraction"
        )


def _provenance(source: str) -> dict:
    return {
        "extractor": "BlazePose",
        "version": "unknown (the thesis authors' run)",
        "settings": {"resized_to": "1500x800 before detection"},
        "provenance": f"imported from {source}",
        "notes": "Visibility was not recorded.",
    }
