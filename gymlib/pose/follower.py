"""The pose of one body in pictures as they come: nothing that follows is known.

The tracker's looks and its track through a somersault, without the way back, the best path and
the smoothing.
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float, UInt8

from gymlib.pose import people
from gymlib.pose.candidates import Candidate, Search
from gymlib.pose.detector import Detector
from gymlib.pose.landmarks import LandmarkNetwork
from gymlib.pose.survey import Looks, steadied_hips
from gymlib.pose.tracking import KEPT, Track
from gymlib.pose.whereabouts import APART
from gymlib.skeleton import torso_length

SPAN = 10.0
"""Seconds after which what was seen before is forgotten: an evening needs the memory of these."""
LEARNT = 0.05
"""What a pose that is upright and sure changes of the expected torso length."""
ELSEWHERE = 3
"""Looks in a row at which the one who moves is not the one followed, before that is changed."""


class Seen(NamedTuple):
    """The followed body in one picture."""

    keypoints: Float[np.ndarray, "33 2"]
    """Pixels."""
    confidence: float
    """Expected share of the body's joints that are right, 0 to 1."""


class Follower:
    """Follows the one who moves.

    Parameters
    ----------
    fps : pictures per second at most; fewer may come.

    Raises NoLiteRTError without LiteRT.
    """

    def __init__(self, fps: float = 30.0):
        self._fps = fps
        self._network, self._detector = LandmarkNetwork(), Detector()
        self._looks, self._track, self._elsewhere = self._new_looks(), Track(), 0
        self._search, self._begun = self._new_search(1.0), None

    def __call__(self, time: float, picture: UInt8[np.ndarray, "height width 3"]) -> Seen | None:
        """The pose in a picture, None if there is none that is sure.

        ``time`` is when it was taken, seconds, later than that of the picture before.
        """
        frame = self._frame(time)
        if self._looks.frames >= SPAN * self._fps:
            self._looks = self._new_looks()
        if self._looks.add(picture):
            self._choose(frame)
        self._search.pictures = {frame: picture}
        found = self._track.follow(self._search, frame)
        if found is None or found.confidence <= KEPT:
            return None
        self._learn(found)
        return Seen(found.keypoints, found.confidence)

    def _new_looks(self) -> Looks:
        return Looks(self._fps, self._detector, self._network)

    def _new_search(self, torso: float) -> Search:
        frames = round(SPAN * self._fps)
        return Search(np.full(frames, torso), self._fps, self._network)

    def _frame(self, time: float) -> int:
        """The picture's number, by its time, in a search that is made anew when it is full."""
        if self._begun is None:
            self._begun = time
        frame = round((time - self._begun) * self._fps)
        if self._track.past:
            frame = max(frame, self._track.past[-1].frame + 1)
        if frame >= len(self._search.torso):
            self._search, self._begun = self._new_search(self._search.torso[0]), time
            self._track.past = [one._replace(frame=one.frame - frame) for one in self._track.past]
            frame = 0
        return frame

    def _choose(self, frame: int) -> None:
        """Begin with the one who moves, or change over to him."""
        seen = self._looks.sightings
        chain = people.mover(seen, steadied_hips(seen, self._looks.camera), self._fps)
        if not chain or seen[chain[-1]].frame != self._looks.frames - 1:
            return
        mover = seen[chain[-1]]
        past = self._track.past
        away = past and np.linalg.norm(past[-1].hip - mover.candidate.hip) > APART * mover.torso
        self._elsewhere = self._elsewhere + 1 if away else 0
        if not past or self._elsewhere >= ELSEWHERE:
            self._track.past, self._elsewhere = [], 0
            self._search.torso[:] = mover.torso
            self._search.pool[frame].append(mover.candidate)

    def _learn(self, found: Candidate) -> None:
        """The expected torso length follows that of bodies that stand."""
        if found.confidence > 0.6 and abs(found.angle) < 1:
            measured = float(torso_length(found.keypoints[None])[0])
            self._search.torso[:] += LEARNT * (measured - self._search.torso[0])
