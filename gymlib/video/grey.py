"""Small grey pictures, for what needs every frame and no detail, such as optical flow."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from jaxtyping import UInt8

from gymlib.video.reading import pictures
from gymlib.video.stream import opened, upright


def read_grey(
    path: str | Path, longest: int = 160, keep_truncated: bool = False
) -> Iterator[UInt8[np.ndarray, "height width"]]:
    """The frames in order, upright, with square pixels, grey; one in memory at a time.

    Made smaller while decoding, each pixel the mean of those it stands for, which takes a third
    of the time of :func:`~gymlib.video.read_frames` and most of the noise.

    Parameters
    ----------
    longest : pixels of the longer side; smaller pictures stay as they are.
    keep_truncated : see :func:`~gymlib.video.read_frames`.

    Raises VideoError as :func:`~gymlib.video.read_frames` does.
    """
    with opened(path) as film:
        for _, picture in pictures(film, keep_truncated):
            scale = min(1, longest / max(film.width(picture), picture.height))
            small = picture.reformat(
                width=max(1, round(film.width(picture) * scale)),
                height=max(1, round(picture.height * scale)),
                format="gray",
                interpolation="AREA",
            )
            yield upright(picture, small.to_ndarray())
