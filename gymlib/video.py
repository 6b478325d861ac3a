"""Videos in and out: frames decoded in order with their time stamps, H.264 written atomically.

Decoding goes forward from the first frame and never seeks, because seeking by frame number is
not exact in compressed video. Time comes from the stream, so a variable frame rate is kept.
Pictures are RGB uint8 of shape (height, width, 3), turned and stretched as the file asks
(phones record portrait as rotated landscape), so that pixels are square and up is up.
"""

import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import av
import numpy as np
from av.video.reformatter import ColorRange, Colorspace
from jaxtyping import UInt8

from gymlib import io

# A "video" that is a playlist must not reach the network or other files.
_CONTAINERS = "mov mp4 matroska webm avi mpegts mpeg flv asf ogg h264 hevc m4v mxf dv wav mp3 aac"
_LOCAL_ONLY = {"protocol_whitelist": "file", "format_whitelist": _CONTAINERS.replace(" ", ",")}
_BT709 = 1  # code of BT.709 in ITU-T H.273: what browsers expect of high-definition video
# x264's macroblock tree gave different bytes from run to run on processors with AVX-512;
# without it the bytes are the same on all x86 processors tried, at a few per cent more size.
_DETERMINISTIC = "mbtree=0"


class VideoError(ValueError):
    """A file that cannot be used as a video; the message says what was expected and found."""


@dataclass(frozen=True)
class VideoInfo:
    """A video as it is shown: size in pixels after rotation, mean frames per second, frames."""

    width: int
    height: int
    fps: float
    frames: int


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


def write_video(
    path: str | Path,
    frames: Iterable[UInt8[np.ndarray, "height width 3"]],
    fps: float,
    crf: int = 20,
    preset: str = "veryfast",
) -> VideoInfo:
    """Write RGB pictures as an H.264 MP4 that browsers play; returns what was written.

    The file appears only when complete (temporary file in the same folder, then renamed), and
    the same pictures give the same bytes (one encoder thread, no time stamp in the header).
    4:2:0 colour needs even sizes: an odd width or height is padded by repeating the last
    column or row, with a warning, so pixel coordinates stay valid.

    Parameters
    ----------
    frames : pictures of one size, uint8; consumed one at a time.
    fps : frames per second, constant.
    crf : x264's constant rate factor, 0 (lossless) to 51; 20 shows no visible loss.
    preset : x264's speed; "veryfast" is within some per cent of "medium" in size.

    Raises VideoError if there is no frame, or a picture differs in size or type from the first.
    """
    path, frames = Path(path), iter(frames)
    first = next(frames, None)
    if first is None:
        raise VideoError(f"{path}: expected at least one frame to write, found none")
    if not 0 < fps <= 1000:
        raise VideoError(f"{path}: expected a frame rate above 0 and up to 1000, found {fps}")
    with io.atomic_path(path) as temporary:
        return _encode(temporary, _checked(chain([first], frames), path), fps, crf, preset, path)


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


def _checked(frames, path: Path):
    """The frames, as long as each is a picture of the first one's size."""
    shape = None
    for index, rgb in enumerate(frames):
        shape = shape or (*rgb.shape[:2], 3)
        if rgb.shape != shape or rgb.dtype != np.uint8:
            raise VideoError(
                f"{path}: frame {index}: expected uint8 pictures of shape {shape}, "
                f"found {rgb.dtype} of shape {rgb.shape}"
            )
        yield rgb


def _encode(temporary: Path, frames, fps, crf, preset, path: Path) -> VideoInfo:
    rate = Fraction(fps).limit_denominator(1001)
    with av.open(str(temporary), "w", format="mp4", options={"movflags": "+faststart"}) as out:
        stream = out.add_stream("libx264", rate=rate)
        stream.options = {"crf": str(crf), "preset": preset, "x264-params": _DETERMINISTIC}
        count = 0
        for count, rgb in enumerate(frames, start=1):
            if count == 1:
                _set_up(stream, *rgb.shape[:2], path)
            picture = _yuv(rgb, stream.height, stream.width)
            picture.pts, picture.time_base = count - 1, 1 / rate
            out.mux(stream.encode(picture))
        out.mux(stream.encode())
        return VideoInfo(stream.width, stream.height, float(rate), count)


def _set_up(stream, height: int, width: int, path: Path) -> None:
    """Even size, one thread (more would change the bytes), and colours that say what they are."""
    stream.height, stream.width, stream.pix_fmt = height + height % 2, width + width % 2, "yuv420p"
    if (stream.height, stream.width) != (height, width):
        warnings.warn(
            f"{path}: H.264 needs even sizes: {width}x{height} padded to "
            f"{stream.width}x{stream.height} by repeating the edge",
            stacklevel=5,
        )
    codec = stream.codec_context
    codec.thread_count = 1
    codec.colorspace = codec.color_primaries = codec.color_trc = _BT709
    codec.color_range = ColorRange.MPEG


def _yuv(rgb: UInt8[np.ndarray, "h w 3"], height: int, width: int) -> av.VideoFrame:
    pad = (0, height - rgb.shape[0]), (0, width - rgb.shape[1]), (0, 0)
    picture = av.VideoFrame.from_ndarray(np.pad(rgb, pad, mode="edge"), format="rgb24")
    return picture.reformat(
        format="yuv420p", dst_colorspace=Colorspace.ITU709, dst_color_range=ColorRange.MPEG
    )
