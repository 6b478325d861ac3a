"""BlazePose over all videos of a data set: side by side, resumable per clip.

Every finished clip is a file in the data set's folder ``.poses``; the table is put together
when all are there.
"""

import contextlib
import signal
import threading
import time as clock
import warnings
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path, PurePath
from typing import NamedTuple

import joblib
import numpy as np
import pandas as pd

from gymlib import video
from gymlib.dataset import schemas
from gymlib.dataset.keypoints import keypoint_rows
from gymlib.dataset.tables import read_clips
from gymlib.files import lock, paths, processes, provenance
from gymlib.files.atomic import write_json
from gymlib.files.progress import progress
from gymlib.files.tables import read_table, write_table
from gymlib.pose.blazepose import EXTRACTOR, THESIS, Pose, PoseConfig, extract_clip
from gymlib.skeleton import KEYPOINTS

FOLDER = ".poses"
_PARTS_VERSION = 1  # raise it when the same video and settings would give other numbers


class Extraction(NamedTuple):
    """What :func:`extract_dataset` did."""

    table: pd.DataFrame
    """keypoints.parquet as written."""
    extracted: int
    """Clips run through the estimator now; the others were done before and kept."""
    frames_per_second: float
    """Frames per second of one process, reading included; NaN if nothing was extracted."""
    warnings: list[str]


class PoseError(ValueError):
    """Poses cannot be extracted; the message lists every clip concerned and why."""


class KeypointsOnlyError(PoseError):
    """The data set brings keypoints and no videos, so there is nothing to extract."""


def extract_dataset(
    dataset: str, config: PoseConfig = THESIS, workers: int | None = None
) -> Extraction:
    """Poses of all clips of a data set, written to keypoints.parquet and keypoints.json.

    Each finished clip is kept in ``.poses/``, so an interrupted run continues where it stopped;
    a clip is done again when its video's content, the settings or MediaPipe's version change.

    Parameters
    ----------
    workers : clips extracted side by side; None takes one process per processor.

    Raises
    ------
    KeypointsOnlyError : clips.csv names no videos.
    PoseError : videos are missing, damaged, or of another length than clips.csv says; all are
        listed, and the clips that went well are kept for the next run.
    gymlib.files.lock.BusyError : another extraction of the same data set is running.
    """
    clips = read_clips(dataset)
    _check_paths(dataset, clips)
    with lock.hold(paths.dataset(dataset) / FOLDER, "poses"):
        fingerprints = [_fingerprint(dataset, clip, config) for clip in clips.itertuples()]
        parts = [_part(dataset, *pair) for pair in zip(clips["clip"], fingerprints)]
        todo = [row for row, part in enumerate(parts) if not part.is_file()]
        jobs = [(dataset, clips.iloc[row].to_dict(), parts[row], config) for row in todo]
        notes, seconds = _run(jobs, workers)
        table = pd.concat([read_table(part) for part in parts], ignore_index=True)
        _write(dataset, table, config, [paths.dataset(dataset) / path for path in clips["path"]])
    frames = int(clips["frames"].iloc[todo].sum())
    speed = frames / seconds if frames else float("nan")
    return Extraction(table, len(todo), speed, notes + _without_person(table))


def available_processors() -> int:
    """Processors this process may use."""
    return joblib.cpu_count()


def _extract_part(dataset: str, clip: dict, part: Path, config: PoseConfig):
    """One clip to its part file: (clip, fault or None, warnings, seconds)."""
    started, name = clock.perf_counter(), clip["clip"]
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", UserWarning)
            pose = extract_clip(paths.dataset(dataset) / clip["path"], config)
            pose = _expected_length(pose, clip, config)
            write_table(part, keypoint_rows(name, *pose), schemas.KEYPOINT_TABLE)
        for old in part.parent.glob(f"{name}.*{part.suffix}"):
            if old != part and old.name.count(".") == name.count(".") + 2:
                old.unlink(missing_ok=True)
    except (video.VideoError, PoseError) as error:
        return name, str(error), [], clock.perf_counter() - started
    notes = [str(note.message) for note in caught if note.category is UserWarning]
    return name, None, notes, clock.perf_counter() - started


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


def _run(jobs: list, workers: int | None) -> tuple[list[str], float]:
    """Run the jobs side by side; warnings and the processes' summed seconds."""
    workers = min(workers or available_processors(), max(len(jobs), 1))
    pool = joblib.Parallel(n_jobs=workers, return_as="generator_unordered")
    with _ctrl_c_unheard():  # the processes started here: this one hears it and stops them
        results = pool(joblib.delayed(_extract_part)(*job) for job in jobs)
    faults, notes, seconds = [], [], 0.0
    with progress(total=len(jobs), desc=f"{EXTRACTOR}", unit="clip", disable=not jobs) as bar:
        try:
            for name, fault, warned, taken in results:
                faults += [f"{name}: {fault}"] if fault else []
                notes += [f"{name}: {note}" for note in warned]
                seconds += taken
                bar.update()
        except KeyboardInterrupt:
            with warnings.catch_warnings():  # that work ends early, which was asked for
                warnings.simplefilter("ignore")
                results.close()
            raise
    processes.release(workers)
    if faults:
        listed = "\n".join(sorted(faults))
        raise PoseError(f"{len(faults)} of {len(jobs)} clips could not be extracted:\n{listed}")
    return sorted(notes), seconds


@contextlib.contextmanager
def _ctrl_c_unheard():
    """Ignore SIGINT in the block; processes started in it ignore it for good."""
    if threading.current_thread() is not threading.main_thread():  # cannot set it there
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _check_paths(dataset: str, clips: pd.DataFrame) -> None:
    """All faults of the column ``path`` at once."""
    named = clips["path"].fillna("").str.strip() != ""
    if not named.any():
        raise KeypointsOnlyError(
            f"data set {dataset!r} has keypoints and no videos (column path of clips.csv is "
            "empty): there is nothing to extract, its keypoints.parquet comes with it"
        )
    faults = [f"{clip}: clips.csv names no video" for clip in clips["clip"][~named]]
    for clip in clips[named].itertuples():
        path = PurePath(clip.path)
        if path.is_absolute() or ".." in path.parts:
            faults.append(f"{clip.clip}: {path} leads outside the data set's folder")
        elif not (paths.dataset(dataset) / path).is_file():
            faults.append(f"{clip.clip}: no video at {path}")
    if faults:
        raise PoseError(f"data set {dataset!r}, clips.csv:\n" + "\n".join(faults))


def _fingerprint(dataset: str, clip, config: PoseConfig) -> str:
    """Changes whenever the numbers of the clip could."""
    content = provenance.file_hash([paths.dataset(dataset) / clip.path])
    settings = [_PARTS_VERSION, version("mediapipe"), clip.frames, *asdict(config).values()]
    return joblib.hash([content, settings])[:12]


def _part(dataset: str, clip: str, fingerprint: str) -> Path:
    name = f"{paths.safe_name(clip, 'clip')}.{fingerprint}.parquet"
    return paths.dataset(dataset) / FOLDER / name


def _write(dataset: str, table: pd.DataFrame, config: PoseConfig, videos: list[Path]) -> None:
    """keypoints.parquet and keypoints.json, unless they already say the same."""
    target = paths.dataset(dataset) / "keypoints.parquet"
    write_table(target, table, schemas.KEYPOINT_TABLE)
    record = {
        "extractor": EXTRACTOR,
        "version": f"mediapipe {version('mediapipe')}",
        "settings": asdict(config) | {"static_image_mode": False, "resize": None},
        "keypoints": list(KEYPOINTS),
        "units": "x / width, y / height, y downwards; 0 where no pose was found",
        "frames": len(table),
        "frames_without_pose": int((~table["detected"]).sum()),
        "videos_sha256_16": provenance.file_hash(videos),
        "provenance": provenance.record(),
    }
    write_json(target.with_suffix(".json"), record)


def _without_person(table: pd.DataFrame) -> list[str]:
    seen = table.groupby("clip", sort=False)["detected"].agg(["any", "size"])
    return [
        f"{clip}: no pose found in any of its {size} frames"
        for clip, any_pose, size in seen.itertuples()
        if not any_pose
    ]
