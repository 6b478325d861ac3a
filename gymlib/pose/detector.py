"""People in a whole picture: BlazePose's detector, a single-shot network on a fixed grid.

Bazarevsky et al. 2020; the grid of anchors is that of MediaPipe's pose detection (SSD, Liu et
al. 2016). It finds people whose head and trunk are visible and not far from upright.
"""

from functools import cache
from typing import NamedTuple

import cv2
import numpy as np
from jaxtyping import Float, UInt8
from scipy.special import expit

from gymlib.pose import networks
from gymlib.pose.region import Region

SIZE = 224
"""Pixels of a side of the picture that the detector sees."""
STRIDES = (8, 16, 32, 32, 32)
MARGIN = 1.25
"""Side of the region over twice the distance from the mid-hip to the end of the body."""
OVERLAP = 0.5
"""Two regions of one person: centres nearer than this share of the smaller one's side / 2."""
WITHIN, FALSE = 0.35, 0.6
"""A region below FALSE times the side of another counts as false within WITHIN of that side."""


class Detection(NamedTuple):
    """A person found in a picture."""

    region: Region
    """Centred on the mid-hip, turned with the body, about five torsos wide."""
    score: float
    """0 to 1."""


class Detector:
    """Raises NoLiteRTError without LiteRT."""

    def __init__(self):
        self._network = networks.Network(networks.DETECTION)
        self.calls = 0

    def __call__(
        self, picture: UInt8[np.ndarray, "height width 3"], minimum: float, tiles: bool = False
    ) -> list[Detection]:
        """The people in a picture, best first.

        Parameters
        ----------
        minimum : lowest score, 0 to 1.
        tiles : look also at squares along the longer side, which shows small bodies larger.
        """
        height, width = picture.shape[:2]
        found = []
        for x, y, side in squares(width, height, tiles):
            self._network.run(_resized(picture, x, y, side).astype(np.float32) / 127.5 - 1)
            self.calls += 1
            boxes = self._network.output("Identity")
            scores = expit(self._network.output("Identity_1")[:, 0].astype(np.float64))
            for index in np.flatnonzero(scores >= minimum):
                points = (boxes[index, 4:8].reshape(2, 2) / SIZE + anchors()[index]) * side
                found.append(Detection(_region(points + [x, y]), float(scores[index])))
        return suppressed(found)


def squares(width: int, height: int, tiles: bool) -> list[tuple[float, float, float]]:
    """Left edge, top edge and side of the squares that are looked at, in pixels.

    First the whole picture with bars at its sides; then squares of the shorter side, half of
    each shared with the next.
    """
    side, short = max(width, height), min(width, height)
    result = [((width - side) / 2, (height - side) / 2, side)]
    if tiles and side > 1.2 * short:
        count = int(np.ceil((side - short) / (short / 2))) + 1
        for start in np.linspace(0, side - short, count):
            result.append((start, 0, short) if width > height else (0, start, short))
    return [tuple(map(float, square)) for square in result]


@cache
def anchors() -> Float[np.ndarray, "2254 2"]:
    """Centres of the detector's grid, x and y as shares of the square.

    Layers of one stride share their grid; each layer has two anchors in a cell.
    """
    parts = []
    for stride in dict.fromkeys(STRIDES):
        cells = SIZE // stride
        y, x = np.divmod(np.arange(cells * cells), cells)
        centres = (np.stack([x, y], axis=1) + 0.5) / cells
        parts.append(np.repeat(centres, 2 * STRIDES.count(stride), axis=0))
    return np.concatenate(parts)


def suppressed(found: list[Detection]) -> list[Detection]:
    """One detection per person: the best of those that lie on one another."""
    kept = []
    for one in sorted(found, key=lambda detection: -detection.score):
        if all(_apart(one.region, other.region) for other in kept):
            kept.append(one)
    return kept


def _apart(one: Region, other: Region) -> bool:
    """Not one body seen twice, nor a small false one within a body."""
    distance = np.hypot(one.x - other.x, one.y - other.y)
    small, large = sorted([one.side, other.side])
    reach = WITHIN * large if small < FALSE * large else OVERLAP * small / 2
    return bool(distance > reach)


def _resized(picture, x: float, y: float, side: float) -> UInt8[np.ndarray, "224 224 3"]:
    """A square of the picture made 224 wide, black outside."""
    scale = SIZE / side
    affine = np.array([[scale, 0, -x * scale], [0, scale, -y * scale]])
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    shift = np.array([[1, 0, affine[0, 2]], [0, 1, affine[1, 2]]])
    return cv2.warpAffine(small, shift, (SIZE, SIZE))


def _region(points: Float[np.ndarray, "2 2"]) -> Region:
    """From the mid-hip and the end of the body above it (both pixels)."""
    (x, y), end = points
    up = end - points[0]
    angle = float(np.arctan2(up[0], -up[1]))
    return Region(float(x), float(y), angle, float(2 * MARGIN * np.hypot(*up)))
