"""Frames decoded in order with their time stamps.

Decoding goes forward from the first frame and never seeks, because seeking by frame number is
not exact in compressed video. Time comes from the stream, so a variable frame rate is kept.
"""

import warnings
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float, UInt8

from gymlib.video.info import VideoError, VideoInfo
from gymlib.video.stream import DamagedError, Film, opened, upright


class Frame(NamedTuple):
    """One decoded frame: number from 0, seconds since the film's start, RGB picture."""

    index: int
    time: float
    rgb: UInt8[np.ndarray, "height width 3"]


class Scan(NamedTuple):
    """What one pass over a film finds; see :func:`scan`."""

    info: VideoInfo
    times: Float[np.ndarray, " frames"]
    """Seconds since the film's start at which each frame is shown, as :func:`read_frames`."""
    end: float
    """Seconds at which the longest of its streams ends, which may be the sound."""
    damage: str
    """Why the frames end early; empty for a whole film."""


def probe(path: str | Path, keep_truncated: bool = False) -> VideoInfo:
    """Size, mean frame rate and number of frames of a video, all of it decoded once.

    What the container says of its frames is not asked: dropped and hidden ones count there.

    Raises VideoError as :func:`read_frames`.
    """
    return scan(path, keep_truncated).info


def scan(path: str | Path, keep_truncated: bool = False) -> Scan:
    """Size, rate, frames and times of a film, and where its sound ends.

    The answer is kept as long as the file does not change. Raises VideoError as
    :func:`read_frames`.
    """
    path, kept = Path(path).absolute(), (None, None)
    if path.is_file():
        status = path.stat()
        kept = status.st_size, status.st_mtime_ns
    found = _scan(path, *kept)
    if found.damage and not keep_truncated:
        raise VideoError(found.damage)
    return found


def read_frames(path: str | Path, keep_truncated: bool = False) -> Iterator[Frame]:
    """Frames in order as (index, time, rgb); one frame in memory at a time.

    Parameters
    ----------
    path : the video file.
    keep_truncated : a film that ends early, is damaged half-way, or changes its size raises
        VideoError with the frames expected and found; True keeps those before and warns.

    Time is in seconds since the container's start, as players count it, from the stream's time
    stamps; frames without one (raw H.264) get index / frame rate.

    Raises VideoError if the file is missing, empty, truncated, or has no video stream.
    """
    with opened(path) as film:
        for index, (time, picture) in enumerate(pictures(film, keep_truncated)):
            yield Frame(index, time, rgb(film, picture))


def pick_frames(path: str | Path, indices: Iterable[int]) -> list[UInt8[np.ndarray, "h w 3"]]:
    """The pictures of some frames, in the order asked for; the file is read up to the last.

    Raises VideoError if the video ends before one of them.
    """
    wanted, found = set(indices), {}
    for frame in read_frames(path) if wanted else ():
        if frame.index in wanted:
            found[frame.index] = frame.rgb
        if len(found) == len(wanted):
            break
    if missing := sorted(wanted - set(found)):
        raise VideoError(f"{path}: no frame {missing[0]} in this video")
    return [found[index] for index in indices]


def pictures(film: Film, keep_truncated: bool = False) -> Iterator[tuple[float, Any]]:
    """Time and picture as decoded; damage is an error, or a warning behind the last good one."""
    try:
        yield from film.pictures()
    except DamagedError as error:
        if not keep_truncated:
            raise
        warnings.warn(f"{error}; kept those before", stacklevel=3)


def rgb(film: Film, picture) -> UInt8[np.ndarray, "height width 3"]:
    """The picture upright, with square pixels."""
    return upright(picture, picture.to_ndarray(format="rgb24", width=film.width(picture)))


@lru_cache(maxsize=4096)
def _scan(path: Path, size: int | None, changed: int | None) -> Scan:
    """See :func:`scan`; size and time of the last change tell files of one name apart."""
    times, first, damage = [], None, ""
    with opened(path) as film:
        try:
            for time, picture in film.pictures():
                first = rgb(film, picture).shape if first is None else first
                times.append(time)
        except DamagedError as error:
            damage = str(error)
        if first is None:
            raise VideoError(f"{path}: no frame could be decoded; is the file complete?")
        fps, end = _mean_rate(film, np.array(times)), film.end
    return Scan(VideoInfo(first[1], first[0], fps, len(times)), np.array(times), end, damage)


def _mean_rate(film: Film, times: Float[np.ndarray, " frames"]) -> float:
    """As the file says, unless its frames come at another rate: some of an AVI may be dropped."""
    said = film.rate
    lasts = times[-1] - times[0] + np.median(np.diff(times)) if len(times) > 1 else 0
    found = len(times) / lasts if lasts > 0 else said
    return said if abs(found / said - 1) < 0.01 else float(found)
