"""Frames as small JPEG files, for a browser to show, and pictures that a browser sends."""

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from jaxtyping import UInt8

from gymlib.video.info import VideoError
from gymlib.video.reading import pictures
from gymlib.video.stream import opened, upright


def read_jpegs(path: str | Path, height: int = 540, quality: int = 85) -> Iterator[bytes]:
    """The frames in order, upright, with square pixels, each as the bytes of a JPEG file.

    Decoded pictures are made smaller before they become RGB, which takes a third of the time of
    :func:`~gymlib.video.read_frames` for 1080 lines.

    Parameters
    ----------
    height : pixels; higher pictures are made this high, lower ones stay as they are.
    quality : JPEG quality, 1 to 100; 85 shows no blocks.

    Raises VideoError as :func:`~gymlib.video.read_frames` does.
    """
    with opened(path) as film:
        for _, picture in pictures(film):
            done, content = cv2.imencode(
                ".jpg", _reduced(picture, film, height), [cv2.IMWRITE_JPEG_QUALITY, quality]
            )
            if not done:
                raise VideoError(f"{path}: a frame could not be written as JPEG")
            yield content.tobytes()


def read_jpeg(content: bytes) -> UInt8[np.ndarray, "height width 3"]:
    """The picture in a JPEG file's bytes, RGB. Raises VideoError for what is none."""
    picture = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR) if content else None
    if picture is None:
        raise VideoError(f"expected a JPEG picture, found {len(content)} bytes that are none")
    return cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)


def _reduced(picture, film, height: int) -> np.ndarray:
    """BGR, as OpenCV wants it: upright, at most ``height`` pixels high."""
    width = film.width(picture)
    lies = len(upright(picture, np.empty((2, 1)))) == 1  # a side becomes the height
    scale = min(1, height / (width if lies else picture.height))
    small = picture.reformat(
        width=max(1, round(width * scale)),
        height=max(1, round(picture.height * scale)),
        format="bgr24",
        interpolation="AREA",
    )
    return upright(picture, small.to_ndarray())
