"""Poses of all videos of a data set: side by side, resumable per clip.

Every finished clip is a file in the data set's folder ``.poses``; the table is put together
when all are there. Each extractor keeps its own clips, so one can be tried after the other.
"""

import time as clock
import warnings
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path, PurePath
from typing import NamedTuple

import numpy as np
import pandas as pd

from gymlib import video
from gymlib.dataset import Dataset, keypoints, schemas
from gymlib.files import lock, processes, provenance
from gymlib.files.atomic import read_json, sweep, write_json
from gymlib.files.cache import Step
from gymlib.files.code import code_hash
from gymlib.files.processes import available_processors
from gymlib.files.progress import progress
from gymlib.files.tables import read_table, write_table
from gymlib.pose import blazepose, networks
from gymlib.pose.clip import extract_clip
from gymlib.pose.config import BLAZEPOSE, EXTRACTORS, THESIS, TRACKER, Person, Pose, PoseConfig
from gymlib.skeleton import KEYPOINTS


class Extraction(NamedTuple):
    """What :func:`extract_dataset` did."""

    table: pd.DataFrame
    """keypoints.parquet as it is now."""
    extracted: int
    """Clips run through the estimator now; the others were done before and kept."""
    frames_per_second: float
    """Frames per second of one process, reading included; NaN if nothing was extracted."""
    warnings: list[str]


class PoseError(ValueError):
    """Poses cannot be extracted; the message lists every clip concerned and why."""


class KeypointsOnlyError(PoseError):
    """No videos are named, so there is nothing to extract."""


def extract_dataset(
    data: Dataset, config: PoseConfig = THESIS, workers: int | None = None
) -> Extraction:
    """Poses of all clips of a data set, written to keypoints.parquet and keypoints.json.

    Where LiteRT is not installed, MediaPipe's plain tracking takes the tracker's place, and a
    warning says so.

    Each finished clip is kept in ``.poses/``, so an interrupted run continues where it stopped;
    a clip is done again when its video's content, the settings, MediaPipe's version or the code
    change. Poses that came with the data set stay as they are.

    Parameters
    ----------
    workers : clips extracted side by side; None takes one process per processor.

    Raises
    ------
    KeypointsOnlyError : clips.csv names no videos, and no keypoints are there either.
    PoseError : videos are missing, damaged, or of another length than clips.csv says; all are
        listed, and the clips that went well are kept for the next run.
    gymlib.files.lock.BusyError : another extraction of the same data set is running.
    """
    config, notes = possible(config)
    extracted, speed = 0, float("nan")
    if not is_done(data, config):
        _check_paths(data)
        with lock.hold(data.folder, "poses"):
            extracted, speed, warned = _extract(data, config, workers or available_processors())
            notes += warned
    return Extraction(data.keypoints, extracted, speed, notes + _without_person(data.keypoints))


def possible(config: PoseConfig) -> tuple[PoseConfig, list[str]]:
    """The settings that this machine can follow, and what to tell the user if they differ."""
    if config.extractor != TRACKER or networks.available():
        return config, []
    note = (
        "LiteRT is not installed (ai-edge-litert has no wheel for every platform): "
        f"the poses are {EXTRACTORS[BLAZEPOSE]}'s, which often loses a body upside down"
    )
    return replace(config, extractor=BLAZEPOSE, person=None), [note]


def present(data: Dataset) -> PoseConfig:
    """The settings by which the poses of a data set were extracted; the thesis's before that."""
    file = data.folder / "keypoints.json"
    settings = read_json(file).get("settings", {}) if file.is_file() else {}
    if settings.get("extractor") != TRACKER:
        return THESIS
    person = settings.get("person")
    return PoseConfig(
        extractor=TRACKER,
        person=Person(*person) if person else None,
        keep_truncated=bool(settings.get("keep_truncated")),
    )


def is_done(data: Dataset, config: PoseConfig = THESIS) -> bool:
    """Whether the poses belong to the videos and settings as they are, or came without them."""
    config, _ = possible(config)
    return _imported(data) or _whole(data, config).is_done()


def _imported(data: Dataset) -> bool:
    origin = data.folder / "keypoints.json"
    own = _DIGEST in read_json(origin) if origin.is_file() else _record(data).is_file()
    return data.has("keypoints.parquet") and not (own and data.videos)


_DIGEST = "videos_sha256_16"
"""In keypoints.json: the poses were extracted here, from videos of this content."""


def _record(data: Dataset) -> Path:
    return data.folder / ".done" / "poses.json"


def _whole(data: Dataset, config: PoseConfig) -> Step:
    clips = data.clips[["clip", "path", "frames"]].fillna("").to_numpy().tolist()
    return Step(
        record=_record(data),
        inputs=list(data.videos.values()),
        settings=_settings(config) | {"clips": clips},
        code=[__name__, *_CODE[config.extractor]],
        outputs=[data.folder / f"keypoints.{kind}" for kind in ("parquet", "json")],
    )


def _parts(data: Dataset, config: PoseConfig) -> list[Step]:
    """One step per clip, in the order of clips.csv."""
    code = code_hash((*_CODE[config.extractor], keypoints.__name__))  # hashed once for all
    own = "" if config.extractor == BLAZEPOSE else f"{config.extractor}/"
    settings = _settings(config) | {"code": code}
    return [
        Step(
            record=data.folder / ".done" / "poses" / f"{own}{clip}.json",
            inputs=[data.folder / path],
            settings=settings | {"frames": int(frames)},
            outputs=[data.folder / ".poses" / f"{own}{clip}.parquet"],
        )
        for clip, path, frames in data.clips[["clip", "path", "frames"]].itertuples(index=False)
    ]


_CODE = {BLAZEPOSE: (blazepose.__name__,), TRACKER: ("gymlib.pose.tracker",)}
"""Whose change makes the poses of an extractor out of date."""
_PACKAGES = {BLAZEPOSE: ("mediapipe",), TRACKER: ("mediapipe", "ai-edge-litert")}


def _settings(config: PoseConfig) -> dict:
    packages = _PACKAGES[config.extractor]
    return config.settings | {package: version(package) for package in packages}


def _extract(data: Dataset, config: PoseConfig, workers: int) -> tuple[int, float, list[str]]:
    """Do what is not done: clips, frames per second, warnings."""
    parts = _parts(data, config)
    todo = [row for row, part in enumerate(parts) if not part.is_done()]
    jobs = [(parts[row], data.clips.iloc[row].to_dict(), config) for row in todo]
    with _whole(data, config).making():
        notes, seconds = _run(jobs, workers, data.folder)
        files = [part.outputs[0] for part in parts]
        for stray in {file for part in files for file in part.parent.glob("*.parquet")} - {*files}:
            stray.unlink()
        _write(data, pd.concat(map(read_table, files), ignore_index=True), config)
    speed = data.clips["frames"].iloc[todo].sum() / seconds if seconds else float("nan")
    return len(todo), float(speed), notes


def _run(jobs: list, workers: int, folder: Path) -> tuple[list[str], float]:
    """Run the jobs side by side; warnings and the processes' summed seconds."""
    faults, notes, seconds = [], [], 0.0
    with progress(total=len(jobs), desc="Poses", unit="clip", disable=not jobs) as bar:
        try:
            for clip, fault, warned, taken in processes.side_by_side(_part, jobs, workers):
                faults += [f"{clip}: {fault}"] if fault else []
                notes += [f"{clip}: {note}" for note in warned]
                seconds += taken
                bar.update()
        finally:
            sweep(folder)  # of processes that were stopped
    if faults:
        listed = "\n".join(sorted(faults))
        raise PoseError(f"{len(faults)} of {len(jobs)} clips could not be extracted:\n{listed}")
    return sorted(notes), seconds


def _part(step: Step, clip: dict, config: PoseConfig):
    """One clip to its part file: (clip, fault or None, warnings, seconds)."""
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


def _check_paths(data: Dataset) -> None:
    """All faults of the column ``path`` at once."""
    paths = data.clips.set_index("clip")["path"].fillna("").str.strip()
    if not paths.any():
        raise KeypointsOnlyError(
            f"data set {data.name!r} has keypoints and no videos (column path of clips.csv is "
            "empty): there is nothing to extract, its keypoints.parquet comes with it"
        )
    faults = []
    for clip, path in paths.items():
        if not path:
            faults.append(f"{clip}: clips.csv names no video")
        elif PurePath(path).is_absolute() or ".." in PurePath(path).parts:
            faults.append(f"{clip}: {path} leads outside the data set's folder")
        elif not (data.folder / path).is_file():
            faults.append(f"{clip}: no video at {path}")
    if faults:
        raise PoseError(f"data set {data.name!r}, clips.csv:\n" + "\n".join(faults))


def _write(data: Dataset, table: pd.DataFrame, config: PoseConfig) -> None:
    """keypoints.parquet and, for people, where it comes from."""
    data.write(table, "keypoints.parquet")
    packages = [f"{package} {version(package)}" for package in _PACKAGES[config.extractor]]
    settings = config.settings
    if config.extractor == BLAZEPOSE:
        settings |= {"static_image_mode": False, "resize": None}
    record = {
        "extractor": EXTRACTORS[config.extractor],
        "version": ", ".join(packages),
        "settings": settings,
        "keypoints": list(KEYPOINTS),
        "units": "x / width, y / height, y downwards; 0 where no pose was found",
        "frames": len(table),
        "frames_without_pose": int((~table["detected"]).sum()),
        _DIGEST: provenance.file_hash(list(data.videos.values())),
        "provenance": provenance.record(),
    }
    write_json(data.folder / "keypoints.json", record)


def _without_person(table: pd.DataFrame) -> list[str]:
    seen = table.groupby("clip", sort=False)["detected"].agg(["any", "size"])
    return [
        f"{clip}: no pose found in any of its {size} frames"
        for clip, any_pose, size in seen.itertuples()
        if not any_pose
    ]
