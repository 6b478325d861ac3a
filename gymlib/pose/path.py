"""The most plausible pose of each frame: the path through all candidates that costs least.

Dynamic programming (Viterbi 1967). The network often takes left for right; every candidate
therefore has a twin with the sides exchanged, and the path decides by continuity.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from gymlib.pose.candidates import Candidate
from gymlib.pose.confidence import BODY
from gymlib.pose.region import turn
from gymlib.skeleton import MIRROR

DOUBT = 2.0
"""Cost of a pose without any confidence."""
MOVE = 2.0
"""Cost per torso length that the joints move on average in 1/30 s, up to MOST."""
MOST = 1.5
SPIN = 0.4
"""Cost per radian that the torso turns in 1/30 s beyond FREE, up to 1.5."""
FREE = np.radians(34)
EXCHANGED = 0.05
"""Cost of a twin: the network's own sides are right more often."""
KEPT = 10
"""Candidates per frame that are compared, the most confident ones."""


class Choice(NamedTuple):
    """The pose of one frame on the best path."""

    candidate: Candidate
    exchanged: bool
    """Left and right are to be exchanged."""

    @property
    def keypoints(self) -> Float[np.ndarray, "33 2"]:
        points = self.candidate.keypoints
        return points[MIRROR] if self.exchanged else points

    @property
    def peaks(self) -> Float[np.ndarray, " 33"]:
        peaks = self.candidate.peaks
        return peaks[MIRROR] if self.exchanged else peaks


def cheapest(
    costs: Sequence[Float[np.ndarray, " _"]],
    step: Callable[[int, int], Float[np.ndarray, "before after"]],
) -> list[int | None]:
    """Which state of each moment the cheapest path takes; None where there is no state.

    Parameters
    ----------
    costs : cost of each state, moment by moment; moments may have different numbers of states.
    step : the cost of going from each state of one moment to each of a later one, given both
        moments; moments without states are skipped.
    """
    filled = [moment for moment, own in enumerate(costs) if len(own)]
    chosen: list[int | None] = [None] * len(costs)
    if not filled:
        return chosen
    total, origins = costs[filled[0]], {}
    for before, after in pairwise(filled):
        sums = total[:, None] + step(before, after)  # (before, after)
        origins[after] = sums.argmin(axis=0)
        total = sums.min(axis=0) + costs[after]
    state = int(total.argmin())
    for moment in reversed(filled):
        chosen[moment] = state
        state = int(origins[moment][state]) if moment in origins else state
    return chosen


def best_path(
    pool: Sequence[Sequence[Candidate]],
    torso: Float[np.ndarray, " frames"],
    fps: float,
    charge: Callable[[int, Candidate], float] = lambda frame, candidate: 0.0,
) -> list[Choice | None]:
    """The choice of each frame; None in frames without candidates.

    Parameters
    ----------
    torso : expected torso length in pixels.
    charge : further cost of a candidate in a frame.
    """
    kept = [sorted(own, key=lambda one: -one.confidence)[:KEPT] for own in pool]
    costs = [
        np.array(
            [
                DOUBT * (1 - one.confidence) + charge(frame, one) + twin
                for twin in (0, EXCHANGED)
                for one in own
            ]
        )
        for frame, own in enumerate(kept)
    ]
    joints = [_joints(own) for own in kept]
    angles = [np.array([one.angle for one in own] * 2) for own in kept]

    def step(before: int, after: int) -> Float[np.ndarray, "before after"]:
        elapsed = (after - before) * 30 / fps
        apart = joints[before][:, None] - joints[after][None]  # (before, after, 12, 2)
        moved = np.linalg.norm(apart, axis=-1).mean(axis=-1) / torso[after] / elapsed
        turned = np.abs(turn(angles[before][:, None] - angles[after][None])) / elapsed
        # Over a gap less is known, so a step says less.
        return MOVE * np.minimum(moved, MOST) / np.sqrt(min(elapsed, 3)) + SPIN * np.clip(
            turned - FREE, 0, 1.5
        )

    return [
        None if state is None else Choice(own[state % len(own)], state >= len(own))
        for own, state in zip(kept, cheapest(costs, step))
    ]


def _joints(own: Sequence[Candidate]) -> Float[np.ndarray, "candidates 12 2"]:
    """The body's joints of the candidates, then of their twins."""
    if not own:
        return np.zeros((0, len(BODY), 2))
    points = np.stack([one.keypoints for one in own])
    return np.concatenate([points[:, BODY], points[:, MIRROR[BODY]]])
