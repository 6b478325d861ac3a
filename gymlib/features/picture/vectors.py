"""What is kept of every frame: two-dimensional vectors, so that a film's mirror image is easy.

Movement in the cells of a grid over the region, as Laptev et al. (2008), "Learning realistic human
actions from movies", count flow in cells; and the silhouette of what moves there, where it is and
how far it reaches.
"""

from collections.abc import Iterable

import cv2
import numpy as np
from jaxtyping import Bool, Float, UInt8

from gymlib.dataset.schemas import PICTURE_CELLS
from gymlib.features.picture import flow
from gymlib.features.picture.region import Region

GRID = 4  # as the table's names of the cells
PATCH = 32
"""Pixels across the square in which every region is looked at, whatever its size."""
MOVING = 0.04
"""Units per frame above which a pixel belongs to what moves; who walks is twice as fast."""
FEWEST = PATCH**2 // 100
"""Pixels of a silhouette; of less the last one is kept."""
AROUND = 0.1
"""Share of the picture that has to be left outside the region to tell the camera's movement."""
REACH = 0.1
"""Share of the silhouette's pixels that are its left, right, upper or lower end."""


def vectors(
    pictures: Iterable[UInt8[np.ndarray, "height width"]], region: Region, scale: float
) -> Float[np.ndarray, "frames 21 2"]:
    """The vectors of :data:`gymlib.dataset.schemas.PICTURE`; in the first frame nothing moves.

    Cells in units per frame, without the camera's movement. The silhouette's centre in units, from
    where it first was, as if the camera had stood still; its left, right, upper and lower end from
    its centre. It stays as it was while nothing moves.

    Parameters
    ----------
    pictures : small and grey, in order, as many as the region has frames.
    scale : pixels of a picture per pixel of the region's.
    """
    frames, unit = len(region.centre), region.unit * scale
    cells = np.zeros((frames, len(PICTURE_CELLS), 2))
    ends = np.full((frames, 5, 2), np.nan)  # in pixels of the picture
    travelled = np.zeros((frames, 2))  # of the background, backwards
    before = None
    for frame, picture in enumerate(pictures):
        centre, size = region.centre[frame] * scale, region.size[frame] * scale
        if before is not None:
            moved = flow.flow(before, picture)
            matrix = flow.camera(moved, picture, _background(centre, size, *picture.shape))
            patch = _cut(flow.without_camera(moved, matrix), centre, size) / unit
            cells[frame] = means(patch)
            ends[frame] = silhouette(patch) * size + centre
            travelled[frame] = matrix @ [*centre, 1] - centre
        before = picture
    ends = (ends + travelled.cumsum(axis=0)[:, None]) / unit
    known = np.flatnonzero(np.isfinite(ends[:, 0, 0]))
    if len(known):
        ends = ends[np.maximum.accumulate(np.where(np.isfinite(ends[:, 0, 0]), range(frames), 0))]
        ends[: known[0]] = ends[known[0], 0]
        ends[:, 1:] -= ends[:, :1]
        ends[:, 0] -= ends[0, 0]
    return np.concatenate([cells, np.nan_to_num(ends)], axis=1).astype(np.float32)


def means(patch: Float[np.ndarray, "32 32 2"]) -> Float[np.ndarray, "16 2"]:
    """Of the cells, row by row."""
    size = PATCH // GRID
    return patch.reshape(GRID, size, GRID, size, 2).mean(axis=(1, 3)).reshape(-1, 2)


def silhouette(patch: Float[np.ndarray, "32 32 2"]) -> Float[np.ndarray, "5 2"]:
    """Centre and ends of what moves, from the middle of the patch, in its sizes; NaN if nothing."""
    y, x = np.nonzero(np.linalg.norm(patch, axis=-1) > MOVING)
    if len(x) < FEWEST:
        return np.full((5, 2), np.nan)
    places = (np.stack([x, y], axis=1) + 0.5) / PATCH - 0.5
    (left, top), (right, bottom) = np.quantile(places, [REACH, 1 - REACH], axis=0)
    across, down = places.T
    ends = across <= left, across >= right, down <= top, down >= bottom
    return np.stack([places.mean(axis=0), *(places[end].mean(axis=0) for end in ends)])


def _background(centre, size, height: int, width: int) -> Bool[np.ndarray, "height width"]:
    """Pixels that are not in the region; all where these are few, since most show no gymnast."""
    low, high = centre - size / 2, centre + size / 2
    x, y = np.arange(width), np.arange(height)[:, None]
    outside = (x < low[0]) | (x > high[0]) | (y < low[1]) | (y > high[1])
    return outside if outside.mean() > AROUND else np.ones_like(outside)


def _cut(moved, centre, size) -> Float[np.ndarray, "32 32 2"]:
    """The region as a square of :data:`PATCH` pixels; nothing moves beyond the picture."""
    scale = size / PATCH
    # The middle of pixel k of the patch lies at (k + 1/2) scale from the region's corner.
    corner = centre - size / 2 + (scale - 1) / 2
    matrix = np.array([[scale[0], 0, corner[0]], [0, scale[1], corner[1]]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(moved, matrix, (PATCH, PATCH), flags=flags)
