"""Following a body from frame to frame, forwards and backwards, and searching where it is lost.

A region is predicted from the two poses before it with constant velocity of the hip and of the
torso's angle; that keeps a somersault upright in the region. BlazePose's own tracker turns the
region too, but only by what it saw in the last frame, and smooths its points.
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from gymlib.pose.candidates import Candidate, Search
from gymlib.pose.region import turn

ENOUGH = 0.8
"""A candidate as confident as this needs no other look from this side."""
UNSURE = 0.5
"""Below it the region is also turned to either side."""
KEPT = 0.45
"""A pose less confident than this does not lead to the next."""
LOST = 0.5
"""Seconds without such a pose, after which nothing is predicted any more."""
FASTEST = np.radians(40)
"""Largest turn predicted per 1/30 s; a quick somersault takes about half a second."""
ASIDE = np.radians(40)
"""How far the region is turned to either side: the network bears half of it."""
GRID = 8


class _Where(NamedTuple):
    """Where the body was, or is expected."""

    frame: int
    hip: Float[np.ndarray, " 2"]
    angle: float


class Track:
    """Where the body went, as far as it has been followed."""

    def __init__(self):
        self.past: list[_Where] = []
        """The last two places, the later one last."""

    def follow(self, search: Search, frame: int) -> Candidate | None:
        """The pose that continues the track, or begins one; None if there is none that will do.

        A confident candidate where the body is expected is taken as it is, else the network looks.
        """
        if self.past and abs(frame - self.past[-1].frame) > LOST * search.fps:
            self.past = []
        if self.past:
            best = _follow(search, _predicted(search, self.past, frame), self.past[-1].frame)
        else:
            best = search.best(frame)
        if best is not None and best.confidence > KEPT:
            self.past = [*self.past[-1:], _Where(frame, best.hip, best.angle)]
        return best


def sweep(
    search: Search, order: Iterable[int], on_frame: Callable[[], object] = lambda: None
) -> None:
    """Follow the body through the frames in the order given, adding candidates.

    ``on_frame`` is called after each frame.
    """
    track = Track()
    for frame in order:
        track.follow(search, frame)
        on_frame()


def _predicted(search: Search, past: list[_Where], frame: int) -> _Where:
    """Constant velocity from the last two places; the hip goes on for at most six frames."""
    last, hip, angle = past[-1], past[-1].hip, past[-1].angle
    ahead = frame - last.frame
    if len(past) > 1:
        before = past[-2]
        between = last.frame - before.frame
        fastest = FASTEST * search.step
        spin = np.clip(turn(angle - before.angle) / between, -fastest, fastest)
        hip = hip + (hip - before.hip) / between * np.clip(ahead, -6, 6)
        angle = angle + spin * ahead
    return _Where(frame, hip, angle)


def _follow(search: Search, expected: _Where, last: int) -> Candidate | None:
    """The candidate that continues the track, looked for if there is none that will do."""
    frame, hip, angle = expected
    ahead = abs(frame - last)
    near = _near(search, expected, 0.6 + 0.25 * ahead, 0.7 + 0.15 * ahead)
    best = max(near, key=lambda one: one.confidence, default=None)
    if best is not None and best.confidence >= ENOUGH:
        return best
    looks = [search.look(frame, hip, angle)]
    if looks[0].confidence < UNSURE:
        looks += [search.look(frame, hip, angle + side) for side in (ASIDE, -ASIDE)]
        top = max(looks, key=lambda one: one.confidence)
        search.look(frame, top.hip, top.angle)
    near = _near(search, expected, 1 + 0.3 * ahead, np.pi)
    return max(near, key=lambda one: _continuing(one, angle), default=None)


def _near(search: Search, expected: _Where, reach: float, angle: float) -> list[Candidate]:
    """Candidates within ``reach`` torsos and ``angle`` radians of where the body should be."""
    frame = expected.frame
    return [
        one
        for one in search.pool[frame]
        if np.linalg.norm(one.hip - expected.hip) < reach * search.torso[frame]
        and abs(turn(one.angle - expected.angle)) < angle
    ]


def _continuing(one: Candidate, angle: float) -> float:
    """Confidence less a little for a jump in angle."""
    return one.confidence - 0.2 * min(abs(turn(one.angle - angle)), 1.5)


def search_around(search: Search, frame: int, hip: Float[np.ndarray, " 2"], angle: float) -> None:
    """Look in all directions around a place, and once more at the best of them."""
    turns = angle + np.arange(GRID) * 2 * np.pi / GRID
    looks = [search.look(frame, hip, float(one)) for one in turns]
    top = max(looks, key=lambda one: one.confidence)
    search.look(frame, top.hip, top.angle)
