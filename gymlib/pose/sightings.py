"""A person seen in one frame: where, how large, in what colour, and how much moves around."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float, UInt8

from gymlib.pose.candidates import Candidate
from gymlib.skeleton import middle


class Sighting(NamedTuple):
    """A person in one frame."""

    frame: int
    candidate: Candidate
    torso: float
    """Side of the region in pixels / 5."""
    motion: float
    """Mean change of the pixels around the body, camera movement taken out; grey levels."""
    colour: Float[np.ndarray, " 3"]
    """Median red, green and blue of the torso, 0 to 255."""


def torso_colour(
    picture: UInt8[np.ndarray, "height width 3"], keypoints: Float[np.ndarray, "33 2"]
) -> Float[np.ndarray, " 3"]:
    """Median colour of the picture between hips and shoulders (pixels): the shirt, mostly."""
    height, width = picture.shape[:2]
    hip, shoulder = (middle(keypoints, part) for part in ("hip", "shoulder"))
    along = hip + np.linspace(0.15, 0.85, 8)[:, None] * (shoulder - hip)
    across = np.array([[-1.0, 1.0], [1.0, -1.0]]) * (shoulder - hip)[::-1] * 0.1
    places = np.concatenate([along, along + across[0], along + across[1]])
    column = places[:, 0].astype(int).clip(0, width - 1)
    row = places[:, 1].astype(int).clip(0, height - 1)
    return np.median(picture[row, column], axis=0)


def motion_around(
    difference: Float[np.ndarray, "h w"] | UInt8[np.ndarray, "h w"], x: float, y: float, side: float
) -> float:
    """Mean of a difference picture in the square around a place (pixels of that picture)."""
    height, width = difference.shape
    left, right = np.clip([x - side / 2, x + side / 2], 0, width).astype(int)
    top, bottom = np.clip([y - side / 2, y + side / 2], 0, height).astype(int)
    part = difference[top : bottom + 1, left : right + 1]
    return float(part.mean()) if part.size else 0.0
