"""A segment worth a second look, the reasons there are, and what counts as worth it.

Four kinds of evidence speak against a label: annotators who say otherwise, a model that is sure
and says otherwise, an order of actions that cannot be, and a pose that is broken. Every segment
gets a score in *frames at stake*: its number of frames times the share of the evidence that
speaks against its label. The reasons in order of their weight:

========================  ===================================================================
order impossible          1, for the shorter of the two segments: one of them is wrong, whatever
                          the votes say
no majority               1: the frames are Unlabeled and lost for training
model sure and different  probability of its answer less that of the label, mean over frames
votes differ              share of votes against the majority, a third for two against one
pose broken               1/4: nothing speaks against the label itself, but a frame without a
                          trustworthy pose is lost or teaches nonsense
========================  ===================================================================

Segments that are short everywhere are left out: annotators set the same border some frames apart
without being of different opinion (notebook 01 measures how far).
"""

from dataclasses import dataclass
from typing import NamedTuple

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


class Doubt(NamedTuple):
    """One row of the queue: frames ``start`` to ``end`` of a clip, both included."""

    clip: str
    start: int
    end: int
    reason: str
    frames: int
    score: float
    detail: str
