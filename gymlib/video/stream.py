"""A film file opened: which stream is the film, its pictures in order, their times, up and down.

Every reader of this room goes through here, so that data, labeller, poses, exchange and overlays
agree on what the frames of a file are: the pictures that decode, as a player shows them.
"""

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.stream import Disposition

from gymlib.video import tail
from gymlib.video.info import VideoError

ENDINGS = frozenset(
    f".{ending}"
    for ending in (
        "mp4 m4v mov qt 3gp 3g2 f4v mj2 mkv webm mk3d avi divx mts m2ts m2t ts tod mod trp mpg "
        "mpeg mpe mpv m1v m2v vob wmv asf flv ogv ogm mxf dv dif gif apng nut ivf y4m rm rmvb wtv "
        "mjpeg mjpg h264 264 avc h265 265 hevc"
    ).split()
)
"""Of file names that are films; upper and lower case are the same."""

# A "video" that is a playlist must not reach the network or other files.
_CONTAINERS = (
    "mov mp4 matroska webm avi mpegts mpeg mpegvideo flv asf ogg h264 hevc m4v mxf dv gif apng nut "
    "ivf yuv4mpegpipe rm wtv mjpeg wav mp3 aac"
)
_LOCAL_ONLY = {"protocol_whitelist": "file", "format_whitelist": _CONTAINERS.replace(" ", ",")}
_LENGTH_SAID = ("matroska,webm", "flv", "mxf")
"""Containers whose header says how long the whole film lasts, whatever there is of it."""


class DamagedError(VideoError):
    """The film ends early, or cannot be used from some frame on; those before it are good."""


@dataclass(frozen=True)
class Film:
    """An open file; see :func:`opened`."""

    path: Path
    container: Any
    stream: Any

    @property
    def rate(self) -> float:
        """Mean frames per second, as the file says; 25 where it says nothing possible."""
        rate = float(self.stream.average_rate or self.stream.guessed_rate or 25)
        return rate if rate <= 10_000 else 25.0

    @property
    def end(self) -> float:
        """Seconds from the container's start to the end of whatever it holds, sound too."""
        return (self.container.duration or 0) / av.time_base

    def width(self, picture) -> int:
        """Of a picture as it lies in the file, with square pixels."""
        return max(1, round(picture.width * (self.stream.sample_aspect_ratio or 1)))

    def pictures(self) -> Iterator[tuple[float, Any]]:
        """Seconds since the container's start, as players count, and each decoded picture.

        Frames without a time stamp (raw H.264) get index / frame rate. Raises DamagedError behind
        the last good frame if the file ends early or is damaged, or if the picture changes its
        size: nothing that is learnt from it could follow.
        """
        start, last, index, size, heard = self.container.start_time, 0.0, 0, None, 0.0
        cut = False  # the last packet is shorter than it says
        # AVI keeps no times of pictures: those come late where pictures are stored out of order.
        silent = start is None or self.container.format.name == "avi"
        start = None if silent else start / av.time_base
        try:
            for packet in self.container.demux():
                heard = max(heard, _end(packet))
                if packet.stream is not self.stream:
                    continue
                cut = packet.is_corrupt if packet.size else cut
                for picture in packet.decode():
                    size = size or (picture.width, picture.height)
                    self._check_size(size, picture, index)
                    if picture.time is None:
                        last = index / self.rate
                    else:
                        start = picture.time if start is None else start
                        last = max(last, picture.time - start)
                    yield last, picture
                    index += 1
        except av.FFmpegError as error:
            raise self._damaged(f" ({error.strerror})", index) from None
        if cut or self._ends_early(heard - (start or 0)):
            raise self._damaged("", index)

    def _check_size(self, size: tuple[int, int], picture, index: int) -> None:
        if (picture.width, picture.height) != size:
            raise DamagedError(
                f"{self.path}: the picture changes from {size[0]}x{size[1]} to "
                f"{picture.width}x{picture.height} in frame {index}; make a film of one size of it"
            )

    def _ends_early(self, heard: float) -> bool:
        """Whether bytes are missing that the container counts on."""
        if self.container.format.name in _LENGTH_SAID:
            return self.end - heard > 0.1 + 1.5 / self.rate
        there = self.path.stat().st_size
        counted = any(entry.pos + entry.size > there for entry in self.stream.index_entries)
        return counted or tail.is_missing(self.path, self.container.format.name)

    def _damaged(self, why: str, found: int) -> DamagedError:
        promised = self.stream.frames
        says = f"{promised} frames, {found}" if promised else f"{self.end:.2f} s, {found} frames"
        return DamagedError(
            f"{self.path}: truncated or damaged video{why}: the container says {says} could be "
            "decoded; copy the file again"
        )


@contextmanager
def opened(path: str | Path):
    """The file as a :class:`Film`; VideoError if it is missing, empty, or holds no film.

    Of several video streams it is the one that players choose; a cover picture is none.
    """
    path = Path(path)
    with _open(path) as container:
        stream = container.streams.best("video")
        if stream is None or stream.disposition & Disposition.attached_pic:
            kinds = ", ".join(one.type for one in container.streams if one is not stream) or "none"
            raise VideoError(f"{path}: expected a video stream, found only: {kinds}")
        if stream.codec_context is None:
            raise VideoError(f"{path}: no decoder at hand for its video; convert it to H.264")
        yield Film(path, container, stream)


def upright(picture, pixels: np.ndarray) -> np.ndarray:
    """Pixels of a picture, turned and mirrored as the file's display matrix says.

    The matrix (ISO/IEC 14496-12, 8.3.2) sends (x, y) to (a x + c y, b x + d y); the nearest
    multiple of a quarter turn, and any reflection, is followed.
    """
    matrix = picture.side_data.get("DISPLAYMATRIX")
    if matrix is None:
        return np.ascontiguousarray(pixels)
    a, b, _, c, d = struct.unpack("<5i", bytes(matrix)[:20])
    if abs(b) + abs(c) > abs(a) + abs(d):
        pixels, a, d = pixels.swapaxes(0, 1), c, b
    return np.ascontiguousarray(pixels[:: -1 if d < 0 else 1, :: -1 if a < 0 else 1])


def _open(path: Path):
    if not path.is_file():
        raise VideoError(f"{path}: no such video file")
    if path.stat().st_size == 0:
        raise VideoError(f"{path}: the file is empty (0 bytes)")
    try:
        return av.open(f"file:{path.absolute()}", options=_LOCAL_ONLY, metadata_errors="replace")
    except av.FFmpegError as error:
        raise VideoError(
            f"{path}: cannot be opened as a video ({error.strerror}); "
            "it is damaged, cut off before its index, or no video at all"
        ) from None


def _end(packet) -> float:
    """Seconds at which a packet's content ends; 0 where it does not say."""
    if packet.pts is None:
        return 0.0
    return float((packet.pts + (packet.duration or 0)) * packet.time_base)
