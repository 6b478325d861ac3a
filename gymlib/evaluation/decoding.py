"""The most probable possible order of actions, given what a network says of every frame.

A hidden semi-Markov model (Murphy 2002, "Hidden semi-Markov models", section 2): segments of one
label follow each other as the label rules allow, last as long as segments in the training clips
did, and are seen through the network's probabilities. Decoding is exact.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from scipy import stats

from gymlib.labels import CLASSES, IDLE, LANDING, SKILL, TAKEOFF, UNLABELED_CODE, segments

FOLLOWERS = {
    IDLE: (TAKEOFF,),
    TAKEOFF: (SKILL,),
    SKILL: (IDLE, TAKEOFF, LANDING),
    LANDING: (IDLE, TAKEOFF),
}
"""(idle* take-off+ skill+ landing* idle*)*, begun and ended anywhere, since clips are cut."""

FEW = 5
"""Complete segments of a class below which those cut by a clip's end count as complete too."""
NARROWEST = 0.25
"""Least standard deviation of the logarithm of a duration: few segments look too much alike."""


@dataclass(frozen=True)
class Decoder:
    """What training labels say of order and duration.

    Attributes
    ----------
    first : (4,) log-probability of the label at the beginning of a clip.
    follow : (4, 4) log-probability of the label (column) that follows a segment (row); -inf where
        the order is impossible.
    median, spread : (4,) duration of segments, log-normal: median in frames and standard
        deviation of the logarithm.
    weight : of a frame's log-probabilities. Networks say nearly the same of neighbouring frames;
        below 1 order and duration count for more.
    """

    first: Float[np.ndarray, " classes"]
    follow: Float[np.ndarray, "classes classes"]
    median: Float[np.ndarray, " classes"]
    spread: Float[np.ndarray, " classes"]
    weight: float = 1.0

    def to_dict(self) -> dict:
        """As JSON keeps it: probabilities instead of their logarithms, 0 for what cannot be."""
        values = {"first": np.exp(self.first), "follow": np.exp(self.follow)}
        values |= {"median": self.median, "spread": self.spread}
        return {k: v.tolist() for k, v in values.items()} | {"weight": self.weight}

    @classmethod
    def from_dict(cls, values: dict) -> "Decoder":
        """The inverse of :meth:`to_dict`."""
        first, follow, median, spread = (
            np.array(values[name], float) for name in ("first", "follow", "median", "spread")
        )
        with np.errstate(divide="ignore"):
            return cls(np.log(first), np.log(follow), median, spread, float(values["weight"]))


def learn(labels: Sequence[Int[np.ndarray, " _"]], weight: float = 1.0) -> Decoder:
    """Order and durations in the label codes of training clips.

    Frames without a label (-1) cut a clip: what lies next to them tells no order and no duration.
    Every possible order counts half a time more than it was seen. Raises ValueError if a class
    has no segment at all, because nothing is known of its duration then.
    """
    first, follow = np.full(len(CLASSES), 0.5), np.zeros((len(CLASSES), len(CLASSES)))
    for before, after in FOLLOWERS.items():
        follow[before, after] = 0.5
    complete: list[list[int]] = [[] for _ in CLASSES]
    cut: list[list[int]] = [[] for _ in CLASSES]
    for codes in labels:
        found = segments(codes)
        around = [UNLABELED_CODE, *(s.label for s in found), UNLABELED_CODE]
        for k, (start, end, label) in enumerate(found):
            if label == UNLABELED_CODE:
                continue
            if k == 0:
                first[label] += 1
            if k and around[k] in FOLLOWERS and label in FOLLOWERS[around[k]]:
                follow[around[k], label] += 1
            whole = UNLABELED_CODE not in (around[k], around[k + 2])
            (complete if whole else cut)[label].append(end - start + 1)
    kept = [own if len(own) >= FEW else own + other for own, other in zip(complete, cut)]
    if missing := [name for name, own in zip(CLASSES, kept) if not own]:
        raise ValueError(
            f"the training labels have no segment of {', '.join(missing)}; a decoder needs at "
            "least one of every class"
        )
    logs = [np.log(own) for own in kept]
    with np.errstate(divide="ignore"):
        return Decoder(
            first=np.log(first / first.sum()),
            follow=np.log(follow / follow.sum(axis=1, keepdims=True)),
            median=np.exp([own.mean() for own in logs]),
            spread=np.array([max(own.std(), NARROWEST) for own in logs]),
            weight=weight,
        )


def durations(decoder: Decoder, longest: int) -> tuple[np.ndarray, np.ndarray]:
    """Log-probabilities of lasting 0 to ``longest`` frames, and of lasting at least so long.

    Both (longest + 1, 4). A segment that a clip's end cuts off has lasted at least as long as is
    seen of it.
    """
    edges = np.arange(-0.5, longest + 1.5)[:, None].clip(min=0)  # half a frame to either side
    law = stats.lognorm(s=decoder.spread, scale=decoder.median)
    below = law.cdf(edges)
    with np.errstate(divide="ignore"):
        return np.log(np.diff(below, axis=0).clip(min=1e-12)), law.logsf(edges[:-1]).clip(min=-30)


def decode(
    probabilities: Float[np.ndarray, "frames 4"], decoder: Decoder
) -> Int[np.ndarray, " frames"]:
    """The label codes (frames,) of the most probable possible order of segments.

    Frames of which nothing is known (NaN) leave the choice to order and duration. Exact, in time
    that grows with the square of the frames: 0.1 s for the longest clips, so that long films are
    to be cut into attempts first.
    """
    frames = len(probabilities)
    if frames == 0:
        return np.zeros(0, np.int8)
    seen = np.log(np.clip(probabilities, 1e-6, 1.0)) * decoder.weight
    seen = np.nan_to_num(seen)
    total = np.concatenate([np.zeros((1, len(CLASSES))), seen.cumsum(axis=0)])
    exact, least = durations(decoder, frames)
    enter = np.full((frames + 1, len(CLASSES)), -np.inf)  # before a segment that starts here
    enter[0] = decoder.first
    came = np.zeros((frames + 1, len(CLASSES)), int)  # the label before it
    began = np.zeros((frames + 1, len(CLASSES)), int)  # of the best segment that ends here
    for end in range(1, frames + 1):
        lasting = (least if end == frames else exact)[end:0:-1].copy()  # begun at 0 .. end - 1
        lasting[0] = least[end]
        ways = enter[:end] + lasting - total[:end]
        began[end] = ways.argmax(axis=0)
        best = ways.max(axis=0) + total[end]
        onward = best[:, None] + decoder.follow
        came[end], enter[end] = onward.argmax(axis=0), onward.max(axis=0)
    codes, end, label = np.empty(frames, np.int8), frames, int(best.argmax())
    while end:
        start = began[end, label]
        codes[start:end] = label
        end, label = start, came[start, label]
    return codes
