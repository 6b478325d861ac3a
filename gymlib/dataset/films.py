"""The films of a data set, each looked at as a whole once, and compared with clips.csv."""

from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from gymlib import video
from gymlib.dataset.dataset import Dataset
from gymlib.files.atomic import read_json, write_json
from gymlib.files.progress import progress
from gymlib.video import VideoError, VideoInfo

SAME_RATE = 0.01
"""Share by which a frame rate in clips.csv may be another than the film's: people round."""


def look(data: Dataset, files: Iterable[Path]) -> dict[Path, VideoInfo | str]:
    """File -> what it is, or why it cannot be used, all frames decoded.

    ``.done/videos.json`` keeps what whole films are, until they change.
    """
    before, found = _record(data), {}
    files = list(dict.fromkeys(files))
    new = [file for file in files if before.get(_key(data, file), {}).get("file") != _state(file)]
    for file in progress(new, desc="videos", unit="video", disable=len(new) < 2):
        try:
            found[file] = video.probe(file)
        except VideoError as error:
            found[file] = str(error)
    good = {file: info for file, info in found.items() if isinstance(info, VideoInfo)}
    if good:
        seen = {_key(data, file): {"file": _state(file), "film": asdict(info)}
                for file, info in good.items()}  # fmt: skip
        write_json(data.folder / ".done" / "videos.json", before | seen)
    kept = {file: before[_key(data, file)]["film"] for file in files if file not in found}
    return {file: found.get(file) or VideoInfo(**kept[file]) for file in files}


def known(data: Dataset) -> set[Path]:
    """The files that were looked at before; none if nobody has looked yet."""
    return {data.folder / key for key in _record(data)}


def faults(data: Dataset) -> list[str]:
    """What clips.csv says unlike the films, and films that cannot be used; not those missing."""
    files = {clip: file for clip, file in data.videos.items() if file.is_file()}
    table, found = data.clips.set_index("clip"), look(data, files.values())
    listed = []
    for clip, file in files.items():
        row, info = table.loc[clip], found[file]
        if isinstance(info, str):
            listed.append(f"clip {clip}: {info}")
            continue
        frames, width, height = (int(row[name]) for name in ("frames", "width", "height"))
        if frames != info.frames:
            listed.append(f"clip {clip}: {frames} frames, but its video has {info.frames}")
        if (width, height) != (info.width, info.height):
            has = f"{info.width}x{info.height}"
            listed.append(f"clip {clip}: pictures of {width}x{height}, but its video has {has}")
        if abs(row["fps"] / info.fps - 1) > SAME_RATE:  # none given is not compared
            listed.append(f"clip {clip}: fps {row['fps']:g}, but its video has {info.fps:g}")
    return listed


def _record(data: Dataset) -> dict:
    try:
        return read_json(data.folder / ".done" / "videos.json")
    except (OSError, ValueError):
        return {}


def _key(data: Dataset, file: Path) -> str:
    return file.relative_to(data.folder).as_posix()


def _state(file: Path) -> list[int]:
    """Of the file as it is: bytes, and when it was changed; another one is looked at again."""
    if not file.is_file():
        return []
    return [file.stat().st_size, file.stat().st_mtime_ns]
