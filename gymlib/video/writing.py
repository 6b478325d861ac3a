"""H.264 written whole or not at all."""

import warnings
from collections.abc import Iterable
from fractions import Fraction
from itertools import chain
from pathlib import Path

import av
import numpy as np
from av.video.reformatter import ColorRange, Colorspace, Interpolation
from jaxtyping import UInt8

from gymlib.files.atomic import atomic_path
from gymlib.video.info import VideoError, VideoInfo

_BT709 = 1  # code of BT.709 in ITU-T H.273: what browsers expect of high-definition video
# x264's macroblock tree gave different bytes from run to run on processors with AVX-512;
# without it the bytes are the same on all x86 processors tried, at a few per cent more size.
_DETERMINISTIC = "mbtree=0"
# Otherwise swscale's vector instructions round colours in another way than its C code.
_EXACT = Interpolation.BILINEAR | Interpolation.ACCURATE_RND | Interpolation.BITEXACT


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
    if not 0 < fps <= 10_000:
        raise VideoError(f"{path}: expected a frame rate above 0 and up to 10000, found {fps}")
    with atomic_path(path) as temporary:
        return _encode(temporary, _checked(chain([first], frames), path), fps, crf, preset, path)


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
        format="yuv420p",
        dst_colorspace=Colorspace.ITU709,
        dst_color_range=ColorRange.MPEG,
        interpolation=_EXACT,
    )
