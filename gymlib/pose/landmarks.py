"""The pose of the body in one region, with the heatmaps that MediaPipe keeps to itself.

BlazePose full (Bazarevsky et al. 2020) gives 33 points and, for each, a heatmap of the region.
The peak of a heatmap says how sure the network is of the point, and better than its visibility.
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float, UInt8
from scipy.special import expit

from gymlib.pose import networks
from gymlib.pose.region import SIZE, Region, crop, to_picture

CELL = SIZE / 64
"""Pixels of the region per cell of a heatmap."""
WINDOW = 7
"""Cells around a point from which its place is taken; MediaPipe's own."""
MINIMUM_PEAK = 0.5
"""Below it a heatmap says too little, and the point stays where it is; MediaPipe's own."""


class Estimate(NamedTuple):
    """What the network says of one region."""

    keypoints: Float[np.ndarray, "33 2"]
    """Pixels of the picture."""
    peaks: Float[np.ndarray, " 33"]
    """Highest value of each point's heatmap near the point, 0 to 1."""
    visibility: Float[np.ndarray, " 33"]
    presence: float
    """Probability that there is a body in the region, 0 to 1."""
    region: Region


class LandmarkNetwork:
    """BlazePose full on regions that the caller chooses. Raises NoLiteRTError without LiteRT."""

    def __init__(self):
        self._network = networks.Network(networks.LANDMARKS)
        self.calls = 0
        """Regions seen so far, the unit of cost."""

    def __call__(self, picture: UInt8[np.ndarray, "height width 3"], region: Region) -> Estimate:
        """The pose in a region of a picture, whether or not somebody is there."""
        self._network.run(crop(picture, region).astype(np.float32) / 255)
        self.calls += 1
        # 39 landmarks (33 points, then auxiliary ones): x, y, z, visibility, presence
        raw = self._network.output("Identity").reshape(39, 5)[:33].astype(np.float64)
        heatmaps = self._network.output("Identity_3")[..., :33]
        points, peaks = refine(raw[:, :2], heatmaps)
        presence = float(self._network.output("Identity_1")[0])
        return Estimate(to_picture(points, region), peaks, expit(raw[:, 3]), presence, region)


def refine(
    points: Float[np.ndarray, "n 2"], heatmaps: Float[np.ndarray, "rows columns n"]
) -> tuple[Float[np.ndarray, "n 2"], Float[np.ndarray, " n"]]:
    """Points moved to the centre of mass of their heatmap, and the heatmap's peak there.

    Parameters
    ----------
    points : pixels of the region.
    heatmaps : logits, one map per point; a cell is 4 pixels wide.

    A point outside of the region keeps its place and has a peak of 0.
    """
    rows, columns, count = heatmaps.shape
    cell = np.floor(points / CELL).astype(int)  # (n, 2): column, row
    inside = ((cell >= 0) & (cell < [columns, rows])).all(axis=1)
    offsets = np.arange(WINDOW) - WINDOW // 2
    x = cell[:, 0, None, None] + offsets[None, None, :]  # (n, 1, window)
    y = cell[:, 1, None, None] + offsets[None, :, None]  # (n, window, 1)
    valid = (x >= 0) & (x < columns) & (y >= 0) & (y < rows)  # (n, window, window)
    which = np.arange(count)[:, None, None]
    values = heatmaps[y.clip(0, rows - 1), x.clip(0, columns - 1), which].astype(np.float64)
    weights = expit(values) * valid * inside[:, None, None]
    peaks = weights.max(axis=(1, 2))
    total = weights.sum(axis=(1, 2)) + 1e-12
    centre = [(weights * axis).sum(axis=(1, 2)) / total for axis in (x, y)]
    moved = np.stack(centre, axis=1) * CELL
    return np.where((peaks >= MINIMUM_PEAK)[:, None], moved, points), peaks
