"""A folder of videos as a data set: clips.csv written from what is in videos/."""

from pathlib import Path

import pandas as pd

from gymlib import video
from gymlib.dataset import schemas
from gymlib.dataset.tables import read_clips
from gymlib.files import paths
from gymlib.files.progress import progress
from gymlib.files.tables import write_table

SUFFIXES = {".mp4", ".mov", ".avi", ".mkv", ".webm", ".m4v", ".mpg", ".mpeg"}


def take(folder: Path) -> list[str]:
    """Make clips.csv if there is none; notes about videos that an existing one leaves out."""
    if not (folder / "clips.csv").is_file():
        make(folder)
        return []
    listed = {file.resolve() for file in _listed(folder)}
    left = [file for file in _videos(folder) if file.resolve() not in listed]
    return [
        f"{file.relative_to(folder)} is not in clips.csv and left out; add it there, or delete "
        "clips.csv to have it written again"
        for file in left
    ]


def _listed(folder: Path) -> list[Path]:
    clips = read_clips(folder.name)
    return [folder / path for path in clips["path"].dropna()]


def _videos(folder: Path) -> list[Path]:
    """Video files under videos/, sorted; hidden ones (macOS writes ._name beside name) are none."""
    found = (folder / "videos").rglob("*")
    return sorted(
        file for file in found if file.suffix.lower() in SUFFIXES and not file.name.startswith(".")
    )


def make(folder: Path) -> pd.DataFrame:
    """Write clips.csv for the videos found under ``folder``/videos and return it.

    ``videos/<video>/<clip>.mp4`` gives clip and video their names; a file directly in
    ``videos/`` is a clip and a video of the same name. Sizes, frame rates and numbers of frames
    are read from the files.

    Raises ValueError listing every file that cannot be used: a name that cannot be a clip's,
    two clips of one name, a file that is no complete video.
    """
    files = _videos(folder)
    if not files:
        others = sorted(place.parent.name for place in folder.parent.glob("*/clips.csv"))
        known = f"; data sets there: {', '.join(others)}" if others else ""
        raise ValueError(
            f"{folder} holds no clips.csv and no videos in {folder / 'videos'}; "
            f"see 'Your own videos' in the README{known}"
        )
    rows, faults = [], _same_names(files)
    for file in progress(files, desc="looking at videos", unit="video"):
        try:
            rows.append(_row(file, folder))
        except ValueError as error:
            faults.append(str(error))
    if faults:
        raise ValueError("videos that cannot be used:\n- " + "\n- ".join(faults))
    table = pd.DataFrame(rows)
    write_table(folder / "clips.csv", table, schemas.CLIPS)
    return table


def _same_names(files: list[Path]) -> list[str]:
    first, faults = {}, []
    for file in files:
        if file.stem in first:
            faults.append(f"{first[file.stem]} and {file}: two clips named {file.stem!r}")
        first.setdefault(file.stem, file)
    return faults


def _row(file: Path, folder: Path) -> dict:
    group = file.relative_to(folder / "videos").parts[:-1]
    info = video.probe(file)
    return {
        "clip": paths.safe_name(file.stem, f"{file}: clip"),
        "video": paths.safe_name(group[0] if group else file.stem, f"{file}: video"),
        "path": file.relative_to(folder).as_posix(),
        "fps": info.fps,
        "frames": info.frames,
        "width": info.width,
        "height": info.height,
    }
