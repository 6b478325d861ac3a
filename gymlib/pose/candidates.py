"""Poses that may be right, frame by frame, and the act of looking for one more."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float, UInt8

from gymlib.pose.confidence import confidence
from gymlib.pose.landmarks import LandmarkNetwork
from gymlib.pose.region import Region, torso_angle
from gymlib.skeleton import middle

SIDE = 5.0
"""Side of a region in torso lengths; 4 to 5 are equal, 6.5 costs much on inverted bodies."""


class Candidate(NamedTuple):
    """A pose that may be right."""

    keypoints: Float[np.ndarray, "33 2"]
    """Pixels of the picture."""
    peaks: Float[np.ndarray, " 33"]
    """Per point, how sure the network is, 0 to 1."""
    confidence: float
    """Expected share of body joints that are right, 0 to 1."""
    hip: Float[np.ndarray, " 2"]
    angle: float
    """Of the torso, radians."""
    region: Region


class Search:
    """The candidates of all frames of a video; each look adds one.

    Parameters
    ----------
    torso : expected torso length per frame in pixels.
    fps : frames per second, to which speeds are scaled.
    """

    def __init__(self, torso: Float[np.ndarray, " frames"], fps: float, network: LandmarkNetwork):
        self.torso, self.fps, self._network = torso, fps, network
        self.pictures: dict[int, UInt8[np.ndarray, "height width 3"]] = {}
        """The frames that can be looked at now; a long video is never held whole."""
        self.pool: list[list[Candidate]] = [[] for _ in torso]

    @property
    def step(self) -> float:
        """Time between frames in units of 1/30 s, in which speeds are given."""
        return 30 / self.fps

    def look(self, frame: int, hip: Float[np.ndarray, " 2"], angle: float) -> Candidate:
        """What the network sees in the region around a hip, turned by an angle."""
        side = SIDE * self.torso[frame]
        region = Region(float(hip[0]), float(hip[1]), float(angle), float(side))
        found = candidate(self._network(self.pictures[frame], region), self.torso[frame])
        self.pool[frame].append(found)
        return found

    def best(self, frame: int) -> Candidate | None:
        return max(self.pool[frame], key=lambda one: one.confidence, default=None)


def candidate(estimate, torso: float) -> Candidate:
    """An estimate with its confidence, given the expected torso length in pixels."""
    points = estimate.keypoints
    return Candidate(
        points, estimate.peaks, confidence(estimate, torso), middle(points, "hip"),
        float(torso_angle(points)), estimate.region,
    )  # fmt: skip
