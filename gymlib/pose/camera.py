"""How the camera moves, from the background: pan, tilt, zoom and shake.

Corners are followed from frame to frame (Shi and Tomasi 1994; Lucas and Kanade 1981, in
pyramids, Bouguet 2000); the similarity that most of them agree on is the camera's (RANSAC,
Fischler and Bolles 1981). Maps are (2, 3): linear part, then shift in pixels.
"""

from collections.abc import Sequence

import cv2
import numpy as np
from jaxtyping import Float, UInt8

HEIGHT = 180
"""Pictures are made this high (the shorter side) first; corners need no more."""
STILL = np.hstack([np.eye(2), np.zeros((2, 1))])
"""The map of a camera that does not move."""
CORNERS = 120
AGREED = 12
"""Corners that must agree, or the camera counts as still."""
TREMOR = 0.15
"""Movement in small pixels, at the picture's corners, that is as good as none."""


def small_grey(picture: UInt8[np.ndarray, "height width 3"]) -> UInt8[np.ndarray, "h w"]:
    """The picture in grey, its shorter side at most HEIGHT pixels."""
    scale = min(1, HEIGHT / min(picture.shape[:2]))
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    return cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)


def camera_step(
    before: UInt8[np.ndarray, "h w"],
    after: UInt8[np.ndarray, "h w"],
    bodies: Sequence[tuple[float, float, float]] = (),
) -> Float[np.ndarray, "2 3"]:
    """Where the background of one picture went in the next: map from the first to the second.

    Parameters
    ----------
    bodies : x, y and radius of circles (pixels of these pictures) that are no background.
    """
    mask = np.full(before.shape, 255, np.uint8)
    for x, y, radius in bodies:
        cv2.circle(mask, (round(x), round(y)), round(radius), 0, -1)
    corners = cv2.goodFeaturesToTrack(before, CORNERS, 0.01, 8, mask=mask)
    if corners is None or len(corners) < AGREED:
        return STILL
    moved, found, _ = cv2.calcOpticalFlowPyrLK(before, after, corners, None, winSize=(15, 15))
    found = found[:, 0].astype(bool)
    if found.sum() < AGREED:
        return STILL
    cv2.setRNGSeed(0)  # the same pictures give the same map
    map_, inliers = cv2.estimateAffinePartial2D(
        corners[found], moved[found], ransacReprojThreshold=1.0, maxIters=200
    )
    if map_ is None or inliers.sum() < max(AGREED, 0.4 * found.sum()):
        return STILL
    return map_ if _movement(map_, before.shape) > TREMOR else STILL


def _movement(map_: Float[np.ndarray, "2 3"], shape: tuple[int, int]) -> float:
    """How far the corners of the picture move at most, in pixels."""
    height, width = shape
    corners = np.array([[0, 0], [width, 0], [0, height], [width, height]], float)
    return float(np.linalg.norm(apply(map_, corners) - corners, axis=1).max())


def apply(map_: Float[np.ndarray, "2 3"], points: Float[np.ndarray, "n 2"]):
    """Points (n, 2) as a map moves them."""
    return points @ map_[:, :2].T + map_[:, 2]


def then(first: Float[np.ndarray, "2 3"], second: Float[np.ndarray, "2 3"]):
    """One map (2, 3) that does what the first does and then the second."""
    return np.column_stack([second[:, :2] @ first[:, :2], apply(second, first[:, 2][None])[0]])


def inverse(map_: Float[np.ndarray, "2 3"]) -> Float[np.ndarray, "2 3"]:
    """The map that leads back."""
    linear = np.linalg.inv(map_[:, :2])
    return np.column_stack([linear, -linear @ map_[:, 2]])


def carried(
    maps: Float[np.ndarray, "frames 2 3"], first: int, last: int, place: Float[np.ndarray, " 2"]
) -> Float[np.ndarray, " 2"]:
    """Where the camera's movement takes a place (pixels) from one frame's picture to another's.

    Parameters
    ----------
    maps : from the first frame to each, see :func:`chained`.
    """
    return apply(then(inverse(maps[first]), maps[last]), place[None])[0]


def chained(steps: Float[np.ndarray, "steps 2 3"]) -> Float[np.ndarray, "frames 2 3"]:
    """From steps between neighbouring frames to maps from the first frame to each, itself first."""
    maps = [STILL]
    for step in steps:
        maps.append(then(maps[-1], step))
    return np.stack(maps)


def steadied(
    keypoints: Float[np.ndarray, "frames n 2"], camera: Float[np.ndarray, "frames 2 3"]
) -> Float[np.ndarray, "frames n 2"]:
    """Keypoints (pixels) where they would be, had the camera stayed as in the first frame."""
    return np.stack([apply(inverse(map_), points) for map_, points in zip(camera, keypoints)])
