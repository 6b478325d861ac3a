"""Frames decoded in order with their time stamps.

Decoding goes forward from the first frame and never seeks, because seeking by frame number is
not exact in compressed video. Time comes from the stream, so a variable frame rate is kept.
"""

import warnings
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import av
import numpy as np
from jaxtyping import Float, UInt8

from gymlib.video.info import VideoError, VideoInfo

# A "video" that is a playlist must not reach the network or other files.
_CONTAINERS = "mov mp4 matroska webm avi mpegts mpeg flv asf ogg h264 hevc m4v mxf dv wav mp3 aac"
_LOCAL_ONLY = {"protocol_whitelist": "file", "format_whitelist": _CONTAINERS.replace(" ", ",")}


class Frame(NamedTuple):
    """One decoded frame: number from 0, seconds since the first frame, RGB picture."""

    index: int
    time: float
    rgb: UInt8[np.ndarray, "height width 3"]


def probe(path: str | Path) -> VideoInfo:
    """Size, frame rate and number of frames of a video.

    The size is that of the first decoded frame, after rotation. The number of frames is the
    container's (less the frames its edit list hides); containers that do not say (WebM, MPEG-TS)
    are decoded once to count. A truncated file is reported with the number it should have.

    Raises VideoError if the file is missing, empty, no video, or no frame can be decoded.
    """
    path = Path(path)
    with _open(path) as container:
        stream = _video_stream(container, path)
        promised, fps = stream.frames, _mean_rate(stream)
        first = next(_decode(container, stream, path, keep_truncated=True), None)
        if first is None:
            raise VideoError(f"{path}: no frame could be decoded; is the file complete?")
        height, width = _upright(first, stream).shape[:2]
    frames = promised - _hidden_frames(path) if promised else _count_frames(path)
    return VideoInfo(width, height, fps, frames)


def read_frames(path: str | Path, keep_truncated: bool = False) -> Iterator[Frame]:
    """Frames in order as (index, time, rgb); one frame in memory at a time.

    Parameters
    ----------
    path : the video file.
    keep_truncated : a file that ends early or is damaged half-way raises VideoError with the
        number of frames expected and found; True keeps the frames before that point and warns.

    Time is in seconds since the first frame, from the stream's time stamps; frames without a
    time stamp (raw H.264) get index / frame rate.

    Raises VideoError if the file is missing, empty, truncated, or has no video stream.
    """
    path = Path(path)
    with _open(path) as container:
        stream = _video_stream(container, path)
        fps, start = _mean_rate(stream), None
        for index, picture in enumerate(_decode(container, stream, path, keep_truncated)):
            start = picture.time if start is None else start
            timed = picture.time is not None and start is not None
            time = picture.time - start if timed else index / fps
            yield Frame(index, time, _upright(picture, stream))


def frame_times(path: str | Path) -> Float[np.ndarray, " frames"]:
    """Seconds since the first frame at which each frame is shown, without decoding the pictures.

    The same times as :func:`read_frames` gives, from the packets' time stamps; a stream without
    any (raw H.264) has evenly spaced frames. Raises VideoError as :func:`probe`.
    """
    path = Path(path)
    with _open(path) as container:
        stream = _video_stream(container, path)
        fps = _mean_rate(stream)
        shown = [p for p in container.demux(stream) if p.size and not p.is_discard]
        stamps = [packet.pts for packet in shown]
        if not stamps or None in stamps:
            return np.arange(probe(path).frames) / fps
        ticks = np.sort(np.array(stamps))  # packets come in the order of decoding
        return (ticks - ticks[0]) * float(shown[0].time_base)


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


def _open(path: Path):
    if not path.is_file():
        raise VideoError(f"{path}: no such video file")
    if path.stat().st_size == 0:
        raise VideoError(f"{path}: the file is empty (0 bytes)")
    try:
        return av.open(f"file:{path.absolute()}", options=_LOCAL_ONLY)
    except av.FFmpegError as error:
        raise VideoError(
            f"{path}: cannot be opened as a video ({error.strerror}); "
            "it is damaged, cut off before its index, or no video at all"
        ) from None


def _video_stream(container, path: Path):
    if not container.streams.video:
        kinds = ", ".join(stream.type for stream in container.streams) or "none"
        raise VideoError(f"{path}: expected a video stream, found only: {kinds}")
    return container.streams.video[0]


def _decode(container, stream, path: Path, keep_truncated: bool):
    """Decoded frames; at the end checks that as many came as the container promised."""
    found = hidden = 0
    damage = ""
    try:
        for packet in container.demux(stream):
            hidden += packet.is_discard
            for frame in packet.decode():
                yield frame
                found += 1
    except av.FFmpegError as error:
        damage = f" ({error.strerror})"
    expected = stream.frames - hidden
    if not damage and found >= expected:
        return
    message = (
        f"{path}: truncated or damaged video{damage}: the container says "
        f"{expected if stream.frames else 'nothing of its'} frames, {found} could be decoded"
    )
    if not keep_truncated:
        raise VideoError(f"{message}; copy the file again, or allow truncated videos")
    warnings.warn(f"{message}; kept those", stacklevel=3)


def _upright(picture, stream) -> UInt8[np.ndarray, "height width 3"]:
    """The picture with square pixels, turned as the file's display matrix says."""
    width = round(picture.width * (stream.sample_aspect_ratio or 1))
    rgb = picture.to_ndarray(format="rgb24", width=width)
    return np.ascontiguousarray(np.rot90(rgb, k=round(picture.rotation / 90)))


def _mean_rate(stream) -> float:
    return float(stream.average_rate or stream.guessed_rate or 25)


def _hidden_frames(path: Path) -> int:
    with _open(path) as container:
        return sum(packet.is_discard for packet in container.demux(video=0))


def _count_frames(path: Path) -> int:
    with _open(path) as container:
        return sum(1 for _ in _decode(container, container.streams.video[0], path, True))
