"""Write the simulated data set: videos, annotations and, apart from them, the truth.

Clips are made side by side. A finished clip is kept, so an interrupted run continues, and is made
again only if its plan or the code that makes it changes; the tables are written last.
"""

from dataclasses import asdict
from pathlib import Path

import numpy as np
import pandas as pd

from gymlib import labels
from gymlib.dataset import schemas
from gymlib.dataset.keypoints import keypoint_rows
from gymlib.files import lock
from gymlib.files.atomic import atomic_path, sweep
from gymlib.files.cache import Step
from gymlib.files.processes import available_processors, side_by_side
from gymlib.files.progress import progress
from gymlib.files.tables import write_table
from gymlib.simulation import clip as filming
from gymlib.simulation.annotators import ANNOTATORS
from gymlib.simulation.clip import Planned
from gymlib.simulation.plan import plan

PARTS = ".parts"
"""Folder of what is true of each clip, from which the tables are written."""

_TABLES = (
    "clips.csv", *(f"annotations/{name}.csv" for name in ANNOTATORS), "truth/phases.csv",
    "truth/keypoints.parquet", "truth/joints.npz", "truth/clips.csv",
)  # fmt: skip


def make(folder: Path, size: str = "full", seed: int = 0, processes: int | None = None) -> None:
    """Write the data set into ``folder``; a complete one of the same plan and code stays.

    Parameters
    ----------
    size : "full" (202 clips) or "quick" (16 short clips in small pictures).
    processes : clips made side by side; default: one per processor core.

    Raises lock.BusyError if another run is writing to the folder.
    """
    folder, clips = Path(folder), plan(seed, size)
    recipe = {"size": size, "seed": seed}
    whole = Step(
        record=folder / "simulation.json",
        settings=recipe,
        code=[__name__],
        outputs=[folder / name for name in (*map(_path, clips), *_TABLES)],
    )
    with lock.hold(folder, "simulation"):
        if not whole.is_done():
            with whole.making(recipe):
                _make_clips(folder, clips, processes or available_processors())
                _write_tables(folder, clips)


def _make_clips(folder: Path, clips: list[Planned], processes: int) -> None:
    jobs = [(folder, planned) for planned in clips]
    try:
        made = side_by_side(make_clip, jobs, min(processes, len(jobs)))
        for _ in progress(made, total=len(jobs), desc=f"clips of {folder.name}", unit="clip"):
            pass
    finally:
        sweep(folder)  # of processes that were stopped


def make_clip(folder: Path, planned: Planned) -> None:
    """Simulate, film and annotate one clip, unless that is done."""
    film, part = folder / _path(planned), _part(folder, planned)
    step = Step(
        record=folder / ".done" / "simulation" / f"{planned.clip}.json",
        settings=asdict(planned),
        code=[filming.__name__],
        outputs=[film, part],
    )
    if not step.is_done():
        with step.making():
            filming.make(planned, film, part)


def _path(planned: Planned) -> str:
    return f"videos/{planned.session.video}/{planned.clip}.mp4"


def _part(folder: Path, planned: Planned) -> Path:
    return folder / PARTS / f"{planned.clip}.npz"


def _write_tables(folder: Path, clips: list[Planned]) -> None:
    parts = {}
    for planned in clips:
        with np.load(_part(folder, planned), allow_pickle=False) as part:
            parts[planned.clip] = dict(part)
    for number, name in enumerate(ANNOTATORS):
        votes = {clip: part["kinds"][number] for clip, part in parts.items()}
        write_labels(folder / "annotations" / f"{name}.csv", votes)
    truth = folder / "truth"
    write_labels(truth / "phases.csv", {clip: part["phases"] for clip, part in parts.items()})
    keypoints = pd.concat(
        [
            keypoint_table(c, own := parts[c.clip]["keypoints"], np.ones(len(own), dtype=bool))
            for c in clips
        ]
    )
    write_table(truth / "keypoints.parquet", keypoints, schemas.KEYPOINT_TABLE)
    with atomic_path(truth / "joints.npz") as temporary, temporary.open("wb") as file:
        np.savez_compressed(file, **{clip: part["joints"] for clip, part in parts.items()})
    frames = {clip: len(part["phases"]) for clip, part in parts.items()}
    attempts = [{"clip": c.clip, **asdict(c.attempt), "frames": frames[c.clip]} for c in clips]
    write_table(truth / "clips.csv", pd.DataFrame(attempts))
    write_clips(folder, [(c, frames[c.clip], _path(c)) for c in clips])


def write_clips(folder: Path, clips: list[tuple[Planned, int, str]]) -> None:
    """clips.csv of planned clips with their frames and paths."""
    rows = [
        {
            "clip": c.clip, "video": c.session.video, "path": path, "fps": c.session.fps,
            "frames": frames, "width": c.session.width, "height": c.session.height,
        }
        for c, frames, path in clips
    ]  # fmt: skip
    write_table(folder / "clips.csv", pd.DataFrame(rows), schemas.CLIPS)


def write_labels(file: Path, clips: dict[str, np.ndarray]) -> None:
    """Label codes of clips as an annotation file; codes of kinds make a column for them."""
    rows = [
        (clip, start, end, *labels.named(code), "")
        for clip, codes in clips.items()
        for start, end, code in labels.segments(codes.astype(np.int8))
    ]
    columns = ["clip", "start", "end", "label", "kind", "comment"]
    table = pd.DataFrame(rows, columns=columns)
    table = table if table["kind"].any() else table.drop(columns="kind")
    write_table(file, table, schemas.ANNOTATIONS)


def keypoint_table(planned: Planned, keypoints, detected) -> pd.DataFrame:
    """The keypoints of a clip as rows of a keypoint table (visibility unknown: NaN)."""
    frames = len(keypoints)
    unknown = np.full((frames, 33), np.nan, dtype=np.float32)
    time = np.arange(frames) / planned.session.fps
    return keypoint_rows(planned.clip, keypoints, unknown, detected, time)
