"""Poses of all videos of a data set, put together in its table when all clips are done.

The clips are extracted side by side and kept one by one, see :mod:`parts`.
"""

from collections.abc import Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from gymlib.dataset import Dataset
from gymlib.files import lock, provenance
from gymlib.files.atomic import read_json, write_json
from gymlib.files.cache import Step
from gymlib.files.processes import available_processors
from gymlib.pose import networks, parts
from gymlib.pose.config import BLAZEPOSE, EXTRACTORS, THESIS, TRACKER, Person, PoseConfig
from gymlib.pose.parts import PoseError
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
    if config.person and _imported(data):
        notes.append("the poses came with the data set, so nobody is pointed at; import them again")
    extracted, speed = 0, float("nan")
    if not is_done(data, config):
        _check_paths(data)
        with lock.hold(data.folder, "poses"):
            extracted, speed, warned = _extract(data, config, workers or available_processors())
            notes += warned
    return Extraction(data.keypoints, extracted, speed, notes + _without_person(data.keypoints))


def extract_clips(
    data: Dataset, clips: Sequence[str], config: PoseConfig, workers: int | None = None
) -> pd.DataFrame:
    """Poses of some clips by an extractor, whatever keypoints.parquet holds; it is not written.

    Each is kept as by :func:`extract_dataset`.

    Returns
    -------
    A table like keypoints.parquet, clip after clip as asked for.

    Raises what :func:`extract_dataset` raises, NoLiteRTError instead of taking another extractor
    than the one asked for, and ValueError for clips that the data set does not have.
    """
    if config.extractor == TRACKER:
        networks.require()
    known = data.clips["clip"].to_list()
    if strange := [clip for clip in clips if clip not in known]:
        raise ValueError(
            f"data set {data.name!r} has no clip {', '.join(strange)}; its {len(known)} clips "
            f"begin with {', '.join(known[:5])}"
        )
    _check_paths(data)
    with lock.hold(data.folder, "poses"):
        return parts.extract(data, clips, config, workers or available_processors()).table


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
        settings=parts.settings(config) | {"clips": clips},
        code=[__name__, *parts.CODE[config.extractor]],
        outputs=[data.folder / f"keypoints.{kind}" for kind in ("parquet", "json")],
    )


def _extract(data: Dataset, config: PoseConfig, workers: int) -> tuple[int, float, list[str]]:
    """Do what is not done: clips, frames per second, warnings."""
    with _whole(data, config).making():
        done = parts.extract(data, data.clips["clip"].to_list(), config, workers)
        files = {step.outputs[0] for step in parts.steps(data, config).values()}
        for stray in {file for part in files for file in part.parent.glob("*.parquet")} - files:
            stray.unlink()
        _write(data, done.table, config)
    frames = data.clips.loc[data.clips["clip"].isin(done.clips), "frames"].sum()
    speed = frames / done.seconds if done.seconds else float("nan")
    return len(done.clips), float(speed), done.warnings


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
        elif not (data.folder / path).is_file():
            faults.append(f"{clip}: no video at {path}")
    if faults:
        raise PoseError(f"data set {data.name!r}, clips.csv:\n" + "\n".join(faults))


def _write(data: Dataset, table: pd.DataFrame, config: PoseConfig) -> None:
    """keypoints.parquet and, for people, where it comes from."""
    data.write(table, "keypoints.parquet")
    packages = [f"{package} {version(package)}" for package in parts.PACKAGES[config.extractor]]
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
