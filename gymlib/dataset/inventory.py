"""A folder of videos as a data set: clips.csv written from what is in videos/."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from gymlib import video
from gymlib.dataset.dataset import Dataset, names
from gymlib.files import paths
from gymlib.files.progress import progress

SUFFIXES = {".mp4", ".mov", ".avi", ".mkv", ".webm", ".m4v", ".mpg", ".mpeg"}


def take(data: Dataset) -> list[str]:
    """Make clips.csv if there is none; notes about videos that an existing one leaves out."""
    if not data.has("clips.csv"):
        make(data)
        return []
    listed = {file.resolve() for file in data.videos.values()}
    left = [file for file in _videos(data.folder) if file.resolve() not in listed]
    return [
        f"{file.relative_to(data.folder)} is not in clips.csv and left out; add it there, or "
        "delete clips.csv to have it written again"
        for file in left
    ]


def _videos(folder: Path) -> list[Path]:
    """Video files under videos/, sorted; hidden ones (macOS writes ._name beside name) are none."""
    found = (folder / "videos").rglob("*")
    return sorted(
        file for file in found if file.suffix.lower() in SUFFIXES and not file.name.startswith(".")
    )


def make(data: Dataset, more: Mapping[str, Mapping[str, object]] | None = None) -> pd.DataFrame:
    """Write clips.csv for the videos found under videos/ and return it.

    ``videos/<video>/<clip>.mp4`` gives clip and video their names; a file directly in
    ``videos/`` is a clip and a video of the same name. Sizes, frame rates and numbers of frames
    are read from the files.

    Parameters
    ----------
    more : further columns: name -> clip -> value.

    Raises ValueError listing every file that cannot be used: a name that cannot be a clip's,
    two clips of one name, a file that is no complete video.
    """
    files = _videos(data.folder)
    if not files:
        others = names(data.home)
        known = f"; data sets there: {', '.join(others)}" if others else ""
        raise ValueError(
            f"{data.folder} holds no clips.csv and no videos in {data.folder / 'videos'}; "
            f"see 'Your own videos' in the README{known}"
        )
    rows, faults, first = [], [], {}
    for file in progress(files, desc="videos", unit="video", disable=len(files) == 1):
        other = first.setdefault(file.stem, file)
        if other is not file:
            faults.append(f"{other} and {file}: two clips named {file.stem!r}")
        try:
            rows.append(_row(file, data.folder))
        except ValueError as error:
            faults.append(str(error))
    if faults:
        raise ValueError("videos that cannot be used:\n- " + "\n- ".join(faults))
    table = pd.DataFrame(rows)
    for column, values in (more or {}).items():
        table[column] = table["clip"].map(values)
    data.write(table, "clips.csv")
    return table


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
