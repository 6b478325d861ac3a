"""A folder of videos as a data set: clips.csv written from what is in videos/."""

import csv
import io
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from gymlib import video
from gymlib.dataset import films
from gymlib.dataset.dataset import Dataset, names
from gymlib.files import paths
from gymlib.files.atomic import write_text
from gymlib.video import VideoInfo

SUFFIXES = video.ENDINGS


def take(data: Dataset) -> list[str]:
    """Make clips.csv, or add the films that came since; notes on what is added and left out.

    Films that cannot be used are left out; so is one whose row somebody removed. What clips.csv
    says is compared with the films.

    Raises ValueError listing every clip that clips.csv describes unlike its film, or whose film
    cannot be used, and what :func:`make` raises if no film can be used.
    """
    files = video_files(data.folder / "videos")
    notes = _other_files(data.folder)
    if not data.has("clips.csv"):
        rows, faults = _rows(data, files)
        if not rows:
            make(data)  # says why not
        _write(data, rows)
        return notes + _left_out(data, faults)
    listed = {file.resolve() for file in data.videos.values()}
    left = [file for file in files if file.resolve() not in listed]
    before = films.known(data) or set(files)  # by hand, or by an older version
    if faults := films.faults(data):
        raise ValueError(
            f"{data.folder / 'clips.csv'} and the videos differ; correct it, or delete it to have "
            "it written again:\n- " + "\n- ".join(faults)
        )
    new = [file for file in left if file not in before]
    rows, faults = _rows(data, new, dict.fromkeys(data.clips["clip"], "clips.csv"))
    if rows:
        _append(data, rows)
        notes += [f"{row['path']} is new: added to clips.csv as {row['clip']}" for row in rows]
    notes += [
        f"{file.relative_to(data.folder)} is not in clips.csv and left out; add it there, or "
        "delete clips.csv to have it written again"
        for file in left
        if file in before
    ]
    return notes + _left_out(data, faults)


def make(data: Dataset, more: Mapping[str, Mapping[str, object]] | None = None) -> pd.DataFrame:
    """Write clips.csv for the videos found under videos/ and return it.

    ``videos/<video>/<clip>.mp4`` gives clip and video their names; a file directly in
    ``videos/`` is a clip and a video of the same name. What names cannot hold becomes "_". Sizes,
    frame rates and numbers of frames are those of the decoded films.

    Parameters
    ----------
    more : further columns: name -> clip -> value.

    Raises ValueError listing every file that cannot be used: two clips of one name, a file that
    is no complete video.
    """
    files = video_files(data.folder / "videos")
    if not files:
        others = names(data.home)
        known = f"; data sets there: {', '.join(others)}" if others else ""
        passed = "".join(f"\n- {note}" for note in _other_files(data.folder))
        raise ValueError(
            f"{data.folder} holds no clips.csv and no videos in {data.folder / 'videos'}; "
            f"see 'Your own videos' in the README{known}{passed}"
        )
    rows, faults = _rows(data, files)
    if faults:
        raise ValueError("videos that cannot be used:\n- " + "\n- ".join(faults))
    return _write(data, rows, more)


def video_files(folder: Path) -> list[Path]:
    """Videos of a folder and below, sorted; hidden files (macOS writes ._name) are none."""
    return [file for file in _files(folder) if file.suffix.lower() in SUFFIXES]


def _files(folder: Path) -> list[Path]:
    found = sorted(file for file in folder.rglob("*") if file.is_file())
    hidden = ("Thumbs.db", "desktop.ini")
    return [file for file in found if file.name[0] != "." and file.name not in hidden]


def _other_files(folder: Path) -> list[str]:
    return [
        f"{file.relative_to(folder)} is left out: {file.suffix or 'no ending'} is no ending of a "
        "film"
        for file in _files(folder / "videos")
        if file.suffix.lower() not in SUFFIXES
    ]


def _rows(
    data: Dataset, files: list[Path], taken: Mapping[str, object] | None = None
) -> tuple[list[dict], list[str]]:
    """A row for each film that can be used, and why the others cannot.

    Raises ValueError for two films that would have one name: none of them may go lost.
    """
    first, clashes = dict(taken or {}), []
    for file in files:
        name = paths.nearest_name(file.stem, "video")
        other = first.setdefault(name, file)
        if other is not file:
            clashes.append(f"{other} and {file}: two clips named {name!r}")
    found = films.look(data, files)
    faults = [info for info in found.values() if isinstance(info, str)]
    if clashes:
        raise ValueError("videos that cannot be used:\n- " + "\n- ".join(clashes + faults))
    good = {file: info for file, info in found.items() if isinstance(info, VideoInfo)}
    return [_row(file, info, data.folder) for file, info in good.items()], faults


def _left_out(data: Dataset, faults: list[str]) -> list[str]:
    return [f"left out: {fault}".replace(f"{data.folder}/", "") for fault in faults]


def _row(file: Path, info: VideoInfo, folder: Path) -> dict:
    group = file.relative_to(folder / "videos").parts[:-1]
    return {
        "clip": paths.nearest_name(file.stem, "video"),
        "video": paths.nearest_name(group[0] if group else file.stem, "video"),
        "path": file.relative_to(folder).as_posix(),
        "fps": info.fps,
        "frames": info.frames,
        "width": info.width,
        "height": info.height,
    }


def _write(data: Dataset, rows: list[dict], more: Mapping | None = None) -> pd.DataFrame:
    table = pd.DataFrame(rows)
    for column, values in (more or {}).items():
        table[column] = table["clip"].map(values)
    data.write(table, "clips.csv")
    return table


def _append(data: Dataset, rows: list[dict]) -> None:
    """New rows below those that people may have changed, which stay as they are, to the letter."""
    file = data.folder / "clips.csv"
    text = file.read_text("utf-8")
    header = [name.strip("\ufeff ") for name in next(csv.reader(io.StringIO(text)))]
    own = pd.DataFrame(rows).reindex(columns=header)
    more = own.to_csv(index=False, header=False, float_format="%.6g", lineterminator="\n")
    write_text(file, f"{text.rstrip()}\n{more}")
