"""Where in the picture the gymnast is in every frame, those without a pose included."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float
from scipy.ndimage import distance_transform_edt, median_filter

from gymlib.dataset.completion import completed
from gymlib.skeleton import middle, to_pixels, torso_length

SIDE = 5.0
"""Torso lengths: a body with its arms up is four long."""
STEADY = 5
"""Frames over whose median the hip is taken: single broken poses lead nowhere."""
WIDER, WIDEST = 0.03, 1.5
"""What each frame away from the nearest pose adds to the size, and the most it grows to."""


class Region(NamedTuple):
    """A rectangle per frame, in pixels.

    Attributes
    ----------
    centre : x and y.
    size : width and height.
    unit : the length that all is measured in, for the whole clip: about a torso.
    """

    centre: Float[np.ndarray, "frames 2"]
    size: Float[np.ndarray, "frames 2"]
    unit: float


def follow(
    keypoints: Float[np.ndarray, "frames 33 2"],
    detected: Bool[np.ndarray, " frames"],
    width: int,
    height: int,
) -> Region:
    """Squares of :data:`SIDE` torso lengths around the hip; the whole picture without any pose.

    Between two poses the square goes straight from one to the other and is wider, since a body in
    flight does not; before the first and behind the last it stays.

    Parameters
    ----------
    keypoints : x / width, y / height; those of frames that are not ``detected`` do not count.
    """
    frames = len(detected)
    if not detected.any():
        centre, size = np.array([width, height]) / 2, np.array([width, height], float)
        return Region(np.tile(centre, (frames, 1)), np.tile(size, (frames, 1)), size.max() / SIDE)
    seen = np.flatnonzero(detected)
    bodies = completed(keypoints, detected)[seen]
    pixels = to_pixels(bodies.astype(np.float64), width, height)
    unit = max(float(np.median(torso_length(pixels))), 1.0)
    hip = median_filter(middle(pixels, "hip"), (STEADY, 1), mode="nearest")
    centre = np.stack([np.interp(np.arange(frames), seen, way) for way in hip.T], axis=1)
    away = distance_transform_edt(~detected) if not detected.all() else np.zeros(frames)
    side = SIDE * unit * np.minimum(1 + WIDER * away, WIDEST)
    return Region(centre, np.stack([side, side], axis=1), unit)
