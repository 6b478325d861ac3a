"""Poses that may be right, frame by frame, and the act of looking for one more."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, UInt8

from gymlib.pose.confidence import confidence, features
from gymlib.pose.landmarks import Estimate
from gymlib.pose.region import Region, torso_angle, turn
from gymlib.skeleton import middle

SIDE = 5.0
"""Side of a region in torso lengths; 4 to 5 are equal, 6.5 costs much on inverted bodies."""

SAME = (0.02, np.radians(7), 0.08)
"""Regions as good as the same: centres by share of the side, angles, sides by their ratio."""
SOMEBODY_ELSE = 0.4
"""Factor on the confidence of a pose whose hip is where the followed person cannot be."""


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
    evidence: Float[np.ndarray, " features"]
    """What the confidence rests on, see :func:`gymlib.pose.confidence.features`."""


class Search:
    """The candidates of all frames of a video; each look adds one.

    Parameters
    ----------
    torso : expected torso length per frame in pixels.
    fps : frames per second, to which speeds are scaled.
    network : what sees a pose in a region of a picture.
    possible : whether the followed person's hip can be at a place (pixels) in a frame.
    """

    def __init__(
        self,
        torso: Float[np.ndarray, " frames"],
        fps: float,
        network: Callable[[UInt8[np.ndarray, "height width 3"], Region], Estimate],
        possible: Callable[[int, Float[np.ndarray, " 2"]], bool] = lambda frame, hip: True,
    ):
        self.torso, self.fps, self._network, self.possible = torso, fps, network, possible
        self.pictures: dict[int, UInt8[np.ndarray, "height width 3"]] = {}
        """The frames that can be looked at now; a long video is never held whole."""
        self.pool: list[list[Candidate]] = [[] for _ in torso]

    @property
    def step(self) -> float:
        """Time between frames in units of 1/30 s, in which speeds are given."""
        return 30 / self.fps

    def look(self, frame: int, hip: Float[np.ndarray, " 2"], angle: float) -> Candidate:
        """What the network sees in the region around a hip, turned by an angle.

        A region that hardly differs from one looked at before gives the candidate found then.
        """
        side = SIDE * self.torso[frame]
        region = Region(float(hip[0]), float(hip[1]), float(angle), float(side))
        for one in self.pool[frame]:
            if _same(one.region, region):
                return one
        found = candidate(self._network(self.pictures[frame], region), self.torso[frame])
        if not self.possible(frame, found.hip):
            found = found._replace(confidence=found.confidence * SOMEBODY_ELSE)
        self.pool[frame].append(found)
        return found

    def best(self, frame: int) -> Candidate | None:
        return max(self.pool[frame], key=lambda one: one.confidence, default=None)


def candidate(estimate: Estimate, torso: float) -> Candidate:
    """An estimate with its confidence, given the expected torso length in pixels."""
    points, evidence = estimate.keypoints, features(estimate, torso)
    return Candidate(
        keypoints=points,
        peaks=estimate.peaks,
        confidence=confidence(evidence),
        hip=middle(points, "hip"),
        angle=float(torso_angle(points)),
        region=estimate.region,
        evidence=evidence,
    )


def _same(one: Region, other: Region) -> bool:
    return bool(
        np.hypot(one.x - other.x, one.y - other.y) < SAME[0] * other.side
        and abs(turn(one.angle - other.angle)) < SAME[1]
        and abs(np.log(one.side / other.side)) < SAME[2]
    )
