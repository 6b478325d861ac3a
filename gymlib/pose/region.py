"""The square of the picture that the network sees: where it lies, how it is turned, its pixels.

BlazePose's network expects a body that stands upright in the middle of a square. A square that
is turned with the torso lets it see a somersault as standing. Coordinates are continuous: the
first pixel reaches from 0 to 1 and its centre is at 0.5.
"""

from typing import NamedTuple

import cv2
import numpy as np
from jaxtyping import Float, UInt8

from gymlib.skeleton import middle

SIZE = 256
"""Pixels of a side of the square that the network sees."""


class Region(NamedTuple):
    """A turned square of a picture."""

    x: float
    """Centre in pixels of the picture."""
    y: float
    angle: float
    """Where the top of the square points, radians: 0 up, positive to the right (clockwise)."""
    side: float
    """Pixels of the picture."""


def torso_angle(keypoints: Float[np.ndarray, "*frames 33 2"]) -> Float[np.ndarray, "*frames"]:
    """Direction from mid-hip to mid-shoulder in radians: 0 upright, positive to the right."""
    torso = middle(keypoints, "shoulder") - middle(keypoints, "hip")
    return np.asarray(np.arctan2(torso[..., 0], -torso[..., 1]))


def turn(angle: Float[np.ndarray, "*any"] | float) -> Float[np.ndarray, "*any"] | float:
    """The same turn between -pi and pi radians."""
    return (angle + np.pi) % (2 * np.pi) - np.pi


def around(keypoints: Float[np.ndarray, "33 2"], side: float) -> Region:
    """The region centred on a body's mid-hip and turned with its torso (pixels)."""
    x, y = middle(keypoints, "hip")
    return Region(float(x), float(y), float(torso_angle(keypoints)), float(side))


def matrix(region: Region) -> Float[np.ndarray, "2 3"]:
    """Affine map from pixels of the square (0 to 256) to pixels of the picture."""
    scale = region.side / SIZE
    cosine, sine = np.cos(region.angle) * scale, np.sin(region.angle) * scale
    linear = np.array([[cosine, -sine], [sine, cosine]])
    centre = np.array([region.x, region.y])
    return np.column_stack([linear, centre - linear @ [SIZE / 2, SIZE / 2]])


def to_picture(points: Float[np.ndarray, "n 2"], region: Region) -> Float[np.ndarray, "n 2"]:
    """Points in the square (0 to 256) as pixels of the picture."""
    affine = matrix(region)
    return points @ affine[:, :2].T + affine[:, 2]


def crop(
    picture: UInt8[np.ndarray, "height width 3"], region: Region
) -> UInt8[np.ndarray, "256 256 3"]:
    """The pixels of the square, black where it leaves the picture; bilinear."""
    affine = matrix(region)
    # OpenCV counts pixel centres from 0, this module edges.
    affine[:, 2] += affine[:, :2] @ [0.5, 0.5] - 0.5
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(picture, affine, (SIZE, SIZE), flags=flags)
