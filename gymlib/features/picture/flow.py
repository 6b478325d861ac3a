"""Where the pixels of a picture have come from, without the movement of the camera.

The camera's movement is that of the background, a similarity fitted by RANSAC to all but the
people, as in Wang and Schmid (2013), "Action recognition with improved trajectories", who fit a
homography: these pictures are small, and four numbers are steadier than eight.
"""

import cv2
import numpy as np
from jaxtyping import Bool, Float, UInt8

STILL = np.eye(2, 3)
"""The movement of a camera at rest."""
STEP = 4
"""Pixels between the places that the camera's movement is fitted to."""
FEWEST = 12
"""Places below which it is not fitted."""
WITHIN = 0.5
"""Pixels by which a place may move otherwise and still be background."""
TEXTURED = 4.0
"""Grey levels per pixel: on plainer ground a picture does not show how it moves."""


def flow(
    before: UInt8[np.ndarray, "height width"], after: UInt8[np.ndarray, "height width"]
) -> Float[np.ndarray, "height width 2"]:
    """Movement (x, y) in pixels since ``before`` of what each pixel of ``after`` shows.

    Dense inverse search (Kroeger et al. 2016, arXiv:1603.03590) with OpenCV's settings "fast". It
    divides the picture among threads and depends on their number: see :func:`one_thread`.
    """
    search = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_FAST)
    search.setFinestScale(1)  # half the size of these pictures; a quarter would lose arms
    return -search.calc(after, before, None)


def one_thread() -> None:
    """Let OpenCV use one thread in this process from now on, so that results can be repeated."""
    cv2.setNumThreads(1)


def camera(
    moved: Float[np.ndarray, "height width 2"],
    picture: UInt8[np.ndarray, "height width"],
    background: Bool[np.ndarray, "height width"],
) -> Float[np.ndarray, "2 3"]:
    """The affine matrix from places in the picture to where what they show was a frame before.

    Parameters
    ----------
    moved : of :func:`flow`. picture : the later of its two.
    background : pixels that show no gymnast.

    Without enough textured background, or without agreement of its places, the camera is taken to
    be at rest, :data:`STILL`.
    """
    grid = np.zeros(background.shape, bool)
    grid[STEP // 2 :: STEP, STEP // 2 :: STEP] = True
    y, x = np.nonzero(grid & background & (_texture(picture) > TEXTURED))
    if len(x) < FEWEST:
        return STILL.copy()
    here = np.stack([x, y], axis=1).astype(np.float64)
    found, _ = cv2.estimateAffinePartial2D(
        here, here - moved[y, x], ransacReprojThreshold=WITHIN, maxIters=200
    )
    return STILL.copy() if found is None else found


def without_camera(
    moved: Float[np.ndarray, "height width 2"], matrix: Float[np.ndarray, "2 3"]
) -> Float[np.ndarray, "height width 2"]:
    """Movement relative to the background; ``matrix`` is that of :func:`camera`."""
    height, width = moved.shape[:2]
    x, y = np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32)
    (a, b, dx), (c, d, dy) = matrix.astype(np.float32)
    across = (a - 1) * x + b * y[:, None] + dx  # from here to where it was, (height, width)
    down = c * x + (d - 1) * y[:, None] + dy
    return moved + np.stack([across, down], axis=-1)


def _texture(picture: UInt8[np.ndarray, "height width"]) -> Float[np.ndarray, "height width"]:
    """Length of the grey levels' gradient, per pixel."""
    x, y = (cv2.Sobel(picture, cv2.CV_32F, *order) / 8 for order in ((1, 0), (0, 1)))
    return np.hypot(x, y)
