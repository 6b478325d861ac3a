"""A case for review, the reasons there are, and what counts as worth a look."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool

from gymlib.labels import segments

ORDER = "order impossible"
NO_MAJORITY = "no majority"
MODEL = "model sure and different"
VOTES = "votes differ"
POSE = "pose broken"
REASONS = (ORDER, NO_MAJORITY, MODEL, VOTES, POSE)
POSE_WEIGHT = 0.25


@dataclass(frozen=True)
class ReviewConfig:
    """What counts as worth a look.

    sure : probability from which on a model counts as sure. shortest : frames a difference of
    votes or a model's objection must last. broken : frames a broken pose must last. apart : broken
    frames up to so many frames apart belong together.
    """

    sure: float = 0.9
    shortest: int = 3
    broken: int = 5
    apart: int = 2

    def __post_init__(self):
        if not 0 < self.sure <= 1:
            raise ValueError(f"sure is a probability above 0 and up to 1, found {self.sure}")


class Case(NamedTuple):
    """One row of the queue: frames ``start`` to ``end`` of a clip, both included."""

    clip: str
    start: int
    end: int
    reason: str
    frames: int
    score: float
    detail: str


def stretches(marked: Bool[np.ndarray, " frames"]) -> list[tuple[int, int]]:
    """First and last frame of every stretch of marked frames."""
    return [(run.start, run.end) for run in segments(marked.astype(np.int8)) if run.label]
